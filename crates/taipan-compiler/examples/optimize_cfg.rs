//! Optimises instruction sequences read from standard input: the other half of `tests/oracle/optimize_cfg.py`.
//!
//! A record is a line `nlocals nconstants ninstructions`, then a line per constant (`N`, `T`, `i <int>`, `s <text>`),
//! then a line per instruction: number, argument (of jumps the index of the target), and the four numbers of its place.
//! The answer is the same without `nlocals`, or a line `error <message>`.

use std::collections::HashMap;
use std::io::{self, Read, Write};

use taipan_bytecode::{Constant, Opcode};
use taipan_compiler::flowgraph::optimize_instructions;
use taipan_compiler::{CompileError, ConstTable, InstructionSequence, SourceLocation};

fn main() -> io::Result<()> {
    let mut input = String::new();
    io::stdin().lock().read_to_string(&mut input)?;
    let mut output = io::BufWriter::new(io::stdout().lock());
    let mut lines = input.lines();
    while let Some(head) = lines.next() {
        let counts = numbers(head);
        let constants: Vec<&str> = lines.by_ref().take(counts[1] as usize).collect();
        let instructions: Vec<Vec<i64>> = lines.by_ref().take(counts[2] as usize).map(numbers).collect();
        match optimize(counts[0] as usize, &constants, &instructions) {
            Ok((seq, consts)) => {
                writeln!(output, "{} {}", consts.len(), seq.len())?;
                for constant in consts.values() {
                    writeln!(output, "{}", show(constant))?;
                }
                for instr in seq.instructions() {
                    let loc = instr.loc;
                    let oparg = if instr.op.has_arg() { instr.oparg } else { 0 };
                    writeln!(
                        output,
                        "{} {oparg} {} {} {} {}",
                        instr.op.number(),
                        loc.lineno,
                        loc.end_lineno,
                        loc.col_offset,
                        loc.end_col_offset
                    )?;
                }
            }
            Err(error) => writeln!(output, "error {error}")?,
        }
    }
    output.flush()
}

fn numbers(line: &str) -> Vec<i64> {
    line.split(' ').map(|number| number.parse().expect("a number")).collect()
}

fn show(constant: &Constant) -> String {
    match constant {
        Constant::None => "N".into(),
        Constant::True => "T".into(),
        Constant::False => "F".into(),
        Constant::Int(value) => format!("i {value}"),
        Constant::Str(text) => format!("s {text}"),
        Constant::Tuple(items) => format!("( {} )", items.iter().map(show).collect::<Vec<_>>().join(" , ")),
        Constant::FrozenSet(items) => {
            let mut items: Vec<String> = items.iter().map(show).collect();
            items.sort();
            format!("{{ {} }}", items.join(" , "))
        }
        Constant::Float(value) => format!("? {value:?}"),
        other => format!("? {other:?}"),
    }
}

fn optimize(
    nlocals: usize,
    constants: &[&str],
    instructions: &[Vec<i64>],
) -> Result<(InstructionSequence, ConstTable), CompileError> {
    let mut consts = ConstTable::new();
    for constant in constants {
        consts.add(match constant.split_at(1) {
            ("N", _) => Constant::None,
            ("T", _) => Constant::True,
            ("i", value) => Constant::Int(value.trim().parse().expect("an int")),
            (_, text) => Constant::str(text.trim()),
        })?;
    }
    let mut seq = InstructionSequence::new();
    let op_of = |instruction: &[i64]| Opcode::from_u16(instruction[0] as u16).expect("an opcode");
    let mut labels = HashMap::new();
    for instruction in instructions.iter().filter(|instruction| op_of(instruction).has_target()) {
        labels.entry(instruction[1]).or_insert_with(|| seq.new_label());
    }
    for (index, instruction) in instructions.iter().enumerate() {
        if let Some(&label) = labels.get(&(index as i64)) {
            seq.use_label(label);
        }
        let number = |at: usize| instruction[at] as i32;
        let loc = SourceLocation::new(number(2), number(3), number(4), number(5));
        match labels.get(&instruction[1]) {
            Some(&label) if op_of(instruction).has_target() => seq.add_jump(op_of(instruction), label, loc),
            _ => seq.add_op(op_of(instruction), instruction[1] as u32, loc),
        }
    }
    let seq = optimize_instructions(seq, &mut consts, nlocals)?;
    Ok((seq, consts))
}
