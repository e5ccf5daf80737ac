//! Register code as text, one line per operation, for `-X` output and snapshot tests.

use std::fmt::Write;

use super::ops::{NAME, Operand};
use super::word::Word;
use super::{RegOp, RegisterCode, Source};

/// The text of register code. `names` are the code object's names, for operations that have one.
///
/// Each line: word index, the bytecode offset if the operation has a normal form, the name, operands as `rN` (slot), `#N`
/// (number), `kN` (constant), `->N` (target word).
pub fn disassemble(code: &RegisterCode, names: &[&str]) -> String {
    let mut text = String::new();
    let mut pc = 0;
    while let Some(word) = code.words.get(pc) {
        let word = Word(word.get());
        let Some(op) = RegOp::from_byte(word.op()) else {
            let _ = writeln!(text, "{pc:4} ?{:#x}", word.0);
            break;
        };
        let info = op.info();
        let entry = code.position(pc as u32).filter(|entry| entry.pc as usize == pc);
        match entry {
            Some(entry) => {
                let _ = write!(text, "{pc:4} @{:<4}", entry.offset);
            }
            None => {
                let _ = write!(text, "{pc:4}      ");
            }
        }
        let _ = write!(text, " {}", info.name);
        if word.flags() != 0 {
            let _ = write!(text, " flags={}", word.flags());
        }
        for (operand, field) in info.operands.iter().zip([word.a(), word.b(), word.c()]) {
            write_operand(&mut text, *operand, field, word, pc);
        }
        if info.flags & NAME != 0 {
            let name = code.words.get(pc + 1).map_or(0, |data| data.get() as u32 as usize);
            let _ = write!(text, " {}", names.get(name).unwrap_or(&"?"));
        }
        if let Some(entry) = entry {
            for deferred in code.deferred(entry) {
                let _ = match deferred.source {
                    Source::Local(local) => write!(text, " [{}=r{local}]", deferred.index),
                    Source::Const(k) => write!(text, " [{}=k{k}]", deferred.index),
                    Source::Int(i) => write!(text, " [{}={i}]", deferred.index),
                    Source::Null => write!(text, " [{}=null]", deferred.index),
                };
            }
        }
        text.push('\n');
        pc += op.words();
    }
    for handler in &code.handlers {
        let lasti = if handler.lasti { " lasti" } else { "" };
        let _ = writeln!(text, "{}..{} -> {} [{}]{lasti}", handler.start, handler.end, handler.target, handler.depth);
    }
    text
}

fn write_operand(text: &mut String, operand: Operand, field: u16, word: Word, pc: usize) {
    let _ = match operand {
        Operand::No | Operand::Hi => return,
        Operand::In => write!(text, " r{field}"),
        Operand::Out => write!(text, " =r{field}"),
        Operand::Out2 => write!(text, " =r{field},r{}", u32::from(field) + 1),
        Operand::Window => write!(text, " r{field}.."),
        Operand::OutWindow => write!(text, " =r{field}.."),
        Operand::Imm => write!(text, " #{}", field as i16),
        Operand::Num => write!(text, " #{field}"),
        Operand::Jump => write!(text, " ->{}", pc as i64 + i64::from(field as i16)),
        Operand::Slot32 => write!(text, " r{}", word.bc()),
        Operand::Const32 => write!(text, " k{}", word.bc()),
        Operand::Imm32 => write!(text, " #{}", word.sbc()),
        Operand::Jump32 => write!(text, " ->{}", pc as i64 + i64::from(word.sbc())),
        Operand::Offset32 => write!(text, " @{}", word.bc()),
    };
}
