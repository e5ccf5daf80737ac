//! Compares the compiler with recorded facts of CPython 3.14; `tests/oracle/compiler_facts.py` writes them.

use std::fmt::Write;

use taipan_bytecode::{CodeObject, Constant, Wtf8Buf};
use taipan_compiler::{CompileError, CompileOptions, SourceError, compile_source};
use taipan_syntax::{Mode, ParseOptions};

fn compile(source: &str) -> Result<CodeObject, SourceError> {
    let (parse, options) = (ParseOptions::default(), CompileOptions::default());
    compile_source(source.as_bytes(), "<test>", Mode::Exec, &parse, options, None).map(|compiled| compiled.code)
}

fn sources(text: &str) -> impl Iterator<Item = &str> {
    text.trim_end_matches('\n').split("\n###\n")
}

fn names<'c>(title: &str, names: impl Iterator<Item = &'c Wtf8Buf>) -> String {
    names.fold(title.to_owned(), |line, name| line + " " + name.as_str().unwrap_or("?"))
}

fn hex(title: &str, bytes: &[u8]) -> String {
    let hex = bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    format!("{title} {hex}").trim_end().to_owned()
}

/// The lines that `compiler_facts.py` writes of a code object.
fn describe(code: &CodeObject, out: &mut String) {
    let lines = [
        format!("{} {}", code.name, code.qualname),
        format!(
            "{} {} {} {} {} {}",
            code.argcount, code.posonlyargcount, code.kwonlyargcount, code.flags, code.stacksize, code.firstlineno
        ),
        names("names", code.names.iter()),
        names("varnames", code.varnames()),
        names("cellvars", code.cellvars()),
        names("freevars", code.freevars()),
        hex("code", &code.code),
        hex("linetable", &code.linetable),
        hex("exceptiontable", &code.exceptiontable),
        format!("consts {}", code.consts.len()),
    ];
    for line in lines {
        writeln!(out, "{line}").unwrap();
    }
    for constant in &code.consts {
        if let Constant::Code(inner) = constant {
            describe(inner, out);
        }
    }
}

#[test]
fn code_is_cpythons() {
    let expected = include_str!("data/code.expected").split("### ").skip(1);
    let mut count = 0;
    for (source, expected) in sources(include_str!("data/code.txt")).zip(expected) {
        let code = compile(source).unwrap_or_else(|error| panic!("{source}\n{error:?}"));
        let mut ours = format!("{count}\n");
        describe(&code, &mut ours);
        for (ours, expected) in ours.lines().zip(expected.lines()) {
            assert_eq!(ours, expected, "in\n{source}");
        }
        assert_eq!(ours.lines().count(), expected.lines().count(), "{source}");
        count += 1;
    }
    assert_eq!(count, 32);
}

#[test]
fn errors_are_cpythons() {
    let mut count = 0;
    for (source, expected) in sources(include_str!("data/errors.txt")).zip(include_str!("data/errors.expected").lines())
    {
        let ours = match compile(source) {
            Ok(_) => "none".to_owned(),
            Err(SourceError::Compile(CompileError::Syntax { message, location: at })) => {
                let (start, end) = (at.col_offset + 1, at.end_col_offset + 1);
                format!("{} {start} {} {end} {message}", at.lineno, at.end_lineno)
            }
            // The parser's errors have tests of their own.
            Err(SourceError::Parse(_)) => continue,
            Err(error) => panic!("{source}\n{error:?}"),
        };
        assert_eq!(ours, expected, "in\n{source}");
        count += 1;
    }
    assert!(count > 100, "only {count} errors compared");
}
