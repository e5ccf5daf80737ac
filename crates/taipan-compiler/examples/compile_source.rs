//! Compiles sources for `tests/oracle/compile_compare.py`.
//!
//! Standard input holds requests: optimisation level, mode (`e`xec, `v` eval, `s`ingle), flags (u32), source length
//! (u32, little endian), source. The answer to each is a kind (`c`ode as marshal, `e`rror as text), the number of bytes,
//! the bytes, and the warnings in the same form (`w`).

use std::io::{self, BufReader, BufWriter, Read, Write};

use taipan_bytecode::marshal;
use taipan_compiler::{CompileError, CompileOptions, SourceError, compile_source};
use taipan_syntax::{Mode, ParseOptions};

fn main() -> io::Result<()> {
    let mut input = BufReader::new(io::stdin().lock());
    let mut output = BufWriter::new(io::stdout().lock());
    let mut head = [0; 10];
    while read_all(&mut input, &mut head)? {
        let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let mut source = vec![0; number(6) as usize];
        input.read_exact(&mut source)?;
        let mode = match head[1] {
            b'e' => Mode::Exec,
            b'v' => Mode::Eval,
            _ => Mode::Single,
        };
        let options = CompileOptions { optimize: head[0], flags: number(2), stack_limit: 0 };
        let (kind, answer, warnings) = compile(&source, mode, options);
        put(&mut output, kind, &answer)?;
        put(&mut output, b'w', warnings.as_bytes())?;
        output.flush()?;
    }
    Ok(())
}

fn compile(source: &[u8], mode: Mode, options: CompileOptions) -> (u8, Vec<u8>, String) {
    let compiled = match compile_source(source, "<oracle>", mode, &ParseOptions::default(), options, None) {
        Ok(compiled) => compiled,
        Err(error) => return (b'e', describe(&error).into_bytes(), String::new()),
    };
    let warnings: Vec<String> =
        compiled.warnings.iter().map(|warning| format!("{}\t{}", warning.location.lineno, warning.message)).collect();
    match marshal::dump_code(&compiled.code, marshal::VERSION) {
        Ok(bytes) => (b'c', bytes, warnings.join("\n")),
        Err(error) => (b'e', format!("marshal: {error:?}").into_bytes(), String::new()),
    }
}

fn describe(error: &SourceError) -> String {
    match error {
        SourceError::Parse(error) => {
            let place = error.location.as_ref();
            let place = place.map_or((0, 0, 0, 0), |at| (at.lineno, at.offset, at.end_lineno, at.end_offset));
            format!("parse\t{}\t{}\t{}\t{}\t{}", error.msg, place.0, place.1, place.2, place.3)
        }
        SourceError::Compile(
            CompileError::Syntax { message, location: at } | CompileError::Scope { message, location: at },
        ) => {
            let (line, end) = (at.lineno, at.end_lineno);
            format!("syntax\t{message}\t{line}\t{}\t{end}\t{}", at.col_offset + 1, at.end_col_offset + 1)
        }
        SourceError::Compile(error) => format!("other\t{error}\t0\t0\t0\t0"),
    }
}

fn put(output: &mut impl Write, kind: u8, bytes: &[u8]) -> io::Result<()> {
    output.write_all(&[kind])?;
    output.write_all(&(bytes.len() as u32).to_le_bytes())?;
    output.write_all(bytes)
}

/// False at the end of the input.
fn read_all(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match input.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
