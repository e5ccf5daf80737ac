//! Splits code bytes into instructions, with arguments extended, caches skipped, jumps and handlers resolved.
//!
//! Invariant of the result: every `target` and handler is the index of an instruction; constant, name and local arguments
//! are in bounds.

use taipan_bytecode::code::CodeObject;
use taipan_bytecode::exception_table;
use taipan_bytecode::ops::Opcode;

use super::{InvalidCode, invalid};

/// No instruction, no handler.
pub const NONE: u32 = u32::MAX;

/// An instruction.
#[derive(Clone, Copy, Debug)]
pub struct Instr {
    pub op: Opcode,
    pub oparg: u32,
    /// Offset of the operation itself (behind its EXTENDED_ARGs) in code units.
    pub offset: u32,
    /// Index of the instruction jumped to, or `NONE`.
    pub target: u32,
    /// Index of the protecting handler in `Decoded::handlers`, or `NONE`.
    pub handler: u32,
}

/// An exception handler.
#[derive(Clone, Copy, Debug)]
pub struct HandlerEntry {
    /// Index of its first instruction.
    pub target: u32,
    pub depth: u32,
    pub lasti: bool,
}

/// The instructions of a code object.
pub struct Decoded {
    pub instrs: Vec<Instr>,
    pub handlers: Vec<HandlerEntry>,
}

/// Decodes a code object.
pub fn decode(code: &CodeObject) -> Result<Decoded, InvalidCode> {
    let bytes = &code.code;
    if bytes.is_empty() || !bytes.len().is_multiple_of(2) || bytes.len() >= 1 << 31 {
        return invalid("bad length of code", 0);
    }
    let units = bytes.len() / 2;
    // Index of the instruction (with its prefixes) that starts at each unit.
    let mut index_at = vec![NONE; units];
    let mut instrs: Vec<Instr> = Vec::with_capacity(units);
    let mut unit = 0;
    while unit < units {
        let start = unit;
        let mut oparg = 0u32;
        let (op, offset) = loop {
            let Some(&[byte, arg]) = bytes.get(unit * 2..unit * 2 + 2) else {
                return invalid("instruction cut short", unit as u32);
            };
            let Some(op) = Opcode::from_u8(byte) else {
                return invalid(format!("unknown opcode {byte}"), unit as u32);
            };
            oparg = oparg << 8 | u32::from(arg);
            unit += 1;
            if op != Opcode::ExtendedArg {
                break (op, unit as u32 - 1);
            }
            if oparg >> 24 != 0 {
                return invalid("argument too large", unit as u32);
            }
        };
        if op.base() != op {
            return invalid("specialised opcode", offset);
        }
        let index = instrs.len() as u32;
        // A jump may lead to the first prefix only, as in CPython's own code.
        index_at[start] = index;
        check_argument(code, op, oparg, offset)?;
        instrs.push(Instr { op, oparg, offset, target: NONE, handler: NONE });
        unit += op.cache_entries();
    }
    for instr in &mut instrs {
        if !instr.op.has_jump() {
            continue;
        }
        let next = i64::from(instr.offset) + 1 + instr.op.cache_entries() as i64;
        let target = match instr.op {
            Opcode::JumpBackward | Opcode::JumpBackwardNoInterrupt | Opcode::EndAsyncFor => {
                next - i64::from(instr.oparg)
            }
            _ => next + i64::from(instr.oparg),
        };
        let index = usize::try_from(target).ok().and_then(|target| index_at.get(target)).copied();
        instr.target = match index {
            Some(index) if index != NONE => index,
            // END_ASYNC_FOR names the SEND of its loop for monitoring only.
            _ if instr.op == Opcode::EndAsyncFor => NONE,
            _ => return invalid("jump out of bounds", instr.offset),
        };
    }
    let handlers = assign_handlers(code, &mut instrs, &index_at)?;
    Ok(Decoded { instrs, handlers })
}

fn assign_handlers(
    code: &CodeObject,
    instrs: &mut [Instr],
    index_at: &[u32],
) -> Result<Vec<HandlerEntry>, InvalidCode> {
    let mut handlers = Vec::new();
    let mut from = 0;
    for entry in exception_table::entries(&code.exceptiontable) {
        let (start, end) = (entry.start / 2, entry.end / 2);
        let target = match index_at.get((entry.target / 2) as usize) {
            Some(&index) if index != NONE => index,
            _ => return invalid("handler out of bounds", start),
        };
        if entry.depth.saturating_add(1 + u32::from(entry.lasti)) > code.stacksize {
            return invalid("handler deeper than the stack", start);
        }
        let handler = handlers.len() as u32;
        handlers.push(HandlerEntry { target, depth: entry.depth, lasti: entry.lasti });
        // Entries are sorted; one that is not is still found, by starting over.
        if instrs.get(from).is_none_or(|instr| instr.offset > start) {
            from = 0;
        }
        from += instrs[from..].partition_point(|instr| instr.offset < start);
        for instr in &mut instrs[from..] {
            if instr.offset >= end {
                break;
            }
            if instr.handler == NONE {
                instr.handler = handler;
            }
        }
    }
    Ok(handlers)
}

fn check_argument(code: &CodeObject, op: Opcode, oparg: u32, offset: u32) -> Result<(), InvalidCode> {
    let locals = code.nlocalsplus();
    let arg = oparg as usize;
    if op.has_const() && arg >= code.consts.len() {
        return invalid("constant out of bounds", offset);
    }
    if op.has_name() {
        let name = match op {
            Opcode::LoadAttr | Opcode::LoadGlobal => arg >> 1,
            Opcode::LoadSuperAttr => arg >> 2,
            _ => arg,
        };
        if name >= code.names.len() {
            return invalid("name out of bounds", offset);
        }
    }
    let in_bounds = match op {
        Opcode::LoadFastLoadFast
        | Opcode::LoadFastBorrowLoadFastBorrow
        | Opcode::StoreFastStoreFast
        | Opcode::StoreFastLoadFast => arg >> 4 < locals && arg & 15 < locals,
        _ if op.has_local() || op.has_free() => arg < locals,
        Opcode::CopyFreeVars => arg <= locals,
        _ => true,
    };
    if in_bounds { Ok(()) } else { invalid("local out of bounds", offset) }
}
