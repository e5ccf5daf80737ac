//! Textual disassembly for debugging and tests; Python's own `dis` module comes from the library.
//!
//! Nothing in a code object is trusted: numbers out of range are shown as they are.

use std::fmt::{self, Write as _};

use crate::code::{CodeObject, Constant};
use crate::operands::{BinaryOp, CommonConstant, CompareOp, Intrinsic1, Intrinsic2, SpecialMethod};
use crate::ops::Opcode;
use crate::{exception_table, line_table};

/// An instruction with its full argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Byte offset of the operation itself, behind its `EXTENDED_ARG`s.
    pub offset: u32,
    /// `None` for a byte that is no opcode.
    pub op: Option<Opcode>,
    pub byte: u8,
    pub oparg: u32,
}

impl Instruction {
    /// Offset of what follows, cache entries skipped.
    pub fn next_offset(self) -> u32 {
        let caches = self.op.map_or(0, Opcode::cache_entries) as u32;
        self.offset.saturating_add(2 + 2 * caches)
    }

    /// Byte offset a jump leads to.
    pub fn jump_target(self) -> Option<u32> {
        let op = self.op.filter(|op| op.has_jump())?.base();
        let distance = self.oparg.checked_mul(2)?;
        match op {
            Opcode::JumpBackward | Opcode::JumpBackwardNoInterrupt | Opcode::EndAsyncFor => {
                self.next_offset().checked_sub(distance)
            }
            _ => self.next_offset().checked_add(distance),
        }
    }
}

/// The instructions in order, `EXTENDED_ARG` joined with what it extends and caches left out.
pub fn instructions(code: &[u8]) -> impl Iterator<Item = Instruction> + '_ {
    let mut offset = 0usize;
    std::iter::from_fn(move || {
        let mut extended = 0u32;
        loop {
            let &[byte, arg] = code.get(offset..offset + 2)? else { return None };
            let op = Opcode::from_u8(byte);
            let oparg = extended << 8 | u32::from(arg);
            let instruction = Instruction { offset: offset as u32, op, byte, oparg };
            offset += 2;
            if op == Some(Opcode::ExtendedArg) && offset < code.len() {
                extended = oparg;
                continue;
            }
            offset += 2 * op.map_or(0, Opcode::cache_entries);
            return Some(instruction);
        }
    })
}

/// Disassembles a code object and, after it, the code objects among its constants.
pub fn disassemble(code: &CodeObject) -> String {
    let mut text = String::new();
    let mut todo = vec![code];
    while let Some(code) = todo.pop() {
        let _ = one(code, &mut text);
        let nested = code.consts.iter().filter_map(|constant| match constant {
            Constant::Code(code) => Some(&**code),
            _ => None,
        });
        todo.extend(nested.collect::<Vec<_>>().into_iter().rev());
    }
    text
}

fn one(code: &CodeObject, text: &mut String) -> fmt::Result {
    writeln!(text, "{} ({}, line {}, stack {})", code.qualname, code.filename, code.firstlineno, code.stacksize)?;
    let mut shown_line = None;
    for instruction in instructions(&code.code) {
        let line = line_table::line_at(&code.linetable, code.firstlineno, instruction.offset);
        match line.filter(|_| line != shown_line) {
            Some(line) => write!(text, "{line:5} ")?,
            None => text.push_str("      "),
        }
        shown_line = line;
        let name = instruction.op.map_or("<unknown>", Opcode::name);
        write!(text, "{:6} {name}", instruction.offset)?;
        if instruction.op.is_none_or(Opcode::has_arg) {
            write!(text, " {}", instruction.oparg)?;
            if let Some(meaning) = meaning(code, instruction) {
                write!(text, " ({meaning})")?;
            }
        }
        text.push('\n');
    }
    for entry in exception_table::entries(&code.exceptiontable) {
        let lasti = if entry.lasti { " lasti" } else { "" };
        writeln!(text, "      {}..{} -> {} [{}]{lasti}", entry.start, entry.end, entry.target, entry.depth)?;
    }
    Ok(())
}

/// What the argument stands for.
fn meaning(code: &CodeObject, instruction: Instruction) -> Option<String> {
    let op = instruction.op?.base();
    let oparg = instruction.oparg;
    let local = |index: u32| code.localsplusnames.get(index as usize).map(ToString::to_string);
    let name = |index: u32| code.names.get(index as usize).map(ToString::to_string);
    match op {
        Opcode::BinaryOp => BinaryOp::from_oparg(oparg).map(|op| op.text().to_owned()),
        Opcode::CompareOp => CompareOp::from_oparg(oparg >> 5).map(|op| op.text().to_owned()),
        Opcode::CallIntrinsic1 => Intrinsic1::from_oparg(oparg).map(|it| it.text().to_owned()),
        Opcode::CallIntrinsic2 => Intrinsic2::from_oparg(oparg).map(|it| it.text().to_owned()),
        Opcode::LoadCommonConstant => CommonConstant::from_oparg(oparg).map(|it| it.text().to_owned()),
        Opcode::LoadSpecial => SpecialMethod::from_oparg(oparg).map(|it| it.text().to_owned()),
        Opcode::LoadFastLoadFast
        | Opcode::LoadFastBorrowLoadFastBorrow
        | Opcode::StoreFastLoadFast
        | Opcode::StoreFastStoreFast => Some(format!("{}, {}", local(oparg >> 4)?, local(oparg & 15)?)),
        Opcode::LoadGlobal | Opcode::LoadAttr => name(oparg >> 1),
        Opcode::LoadSuperAttr => name(oparg >> 2),
        op if op.has_name() => name(oparg),
        op if op.has_local() || op.has_free() => local(oparg),
        op if op.has_const() => code.consts.get(oparg as usize).map(show),
        op if op.has_jump() => instruction.jump_target().map(|target| format!("to {target}")),
        _ => None,
    }
}

/// A constant roughly as Python shows it; nested code by name only.
fn show(constant: &Constant) -> String {
    let items = |items: &[Constant]| items.iter().map(show).collect::<Vec<_>>().join(", ");
    match constant {
        Constant::None => "None".into(),
        Constant::True => "True".into(),
        Constant::False => "False".into(),
        Constant::Ellipsis => "Ellipsis".into(),
        Constant::Int(value) => value.to_string(),
        Constant::Float(value) => format!("{value:?}"),
        Constant::Complex(real, imag) => format!("complex({real:?}, {imag:?})"),
        Constant::Str(text) => format!("{text:?}"),
        Constant::Bytes(bytes) => format!("b\"{}\"", bytes.escape_ascii()),
        Constant::Tuple(parts) => format!("({})", items(parts)),
        Constant::FrozenSet(parts) => format!("frozenset({{{}}})", items(parts)),
        Constant::Slice(parts) => format!("slice({})", items(&parts[..])),
        Constant::Code(code) => format!("<code {}>", code.qualname),
    }
}

#[cfg(test)]
mod tests;
