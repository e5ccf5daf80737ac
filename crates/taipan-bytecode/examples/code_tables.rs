//! Reads one marshalled code object per record from standard input and prints what its tables say: the other half of
//! `tests/oracle/code_tables.py`. A record is a length (4 bytes, little endian) and that many bytes.

use std::io::{self, Read, Write};

use taipan_bytecode::{CodeObject, Constant, dis, exception_table, line_table, marshal};

fn main() -> io::Result<()> {
    let mut input = Vec::new();
    io::stdin().lock().read_to_end(&mut input)?;
    let mut output = io::BufWriter::new(io::stdout().lock());
    let mut rest = &input[..];
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (record, after) = after
            .split_at_checked(u32::from_le_bytes(*length) as usize)
            .ok_or_else(|| io::Error::other("record cut short"))?;
        describe(&*marshal::load_code(record).map_err(io::Error::other)?, &mut output)?;
        rest = after;
    }
    output.flush()
}

fn describe(code: &CodeObject, output: &mut impl Write) -> io::Result<()> {
    let line = |line: Option<i32>| line.map_or("None".to_owned(), |line| line.to_string());
    writeln!(output, "{}", code.qualname)?;
    for (start, end, lineno) in line_table::lines(&code.linetable, code.firstlineno) {
        write!(output, "{start} {end} {};", line(lineno))?;
    }
    writeln!(output)?;
    for entry in line_table::entries(&code.linetable, code.firstlineno) {
        let known = |number: i32| line((number >= 0).then_some(number));
        let place = entry.position;
        let text = format!(
            "{} {} {} {};",
            known(place.lineno),
            known(place.end_lineno),
            known(place.col_offset),
            known(place.end_col_offset)
        );
        write!(output, "{}", text.repeat(((entry.end - entry.start) / 2) as usize))?;
    }
    writeln!(output)?;
    for entry in exception_table::entries(&code.exceptiontable) {
        let lasti = if entry.lasti { "True" } else { "False" };
        write!(output, "{} {} {} {} {lasti};", entry.start, entry.end, entry.target, entry.depth)?;
    }
    writeln!(output)?;
    for instruction in dis::instructions(&code.code) {
        let target = instruction.jump_target().map_or("None".to_owned(), |target| target.to_string());
        write!(output, "{} {} {target};", instruction.offset, instruction.byte)?;
    }
    writeln!(output)?;
    for constant in &code.consts {
        if let Constant::Code(inner) = constant {
            describe(inner, output)?;
        }
    }
    Ok(())
}
