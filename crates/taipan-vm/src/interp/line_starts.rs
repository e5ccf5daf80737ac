//! The instructions of a watched code object: their lines, which of them begin one, and where they lead.
//!
//! Offsets count code units. What begins a line follows CPython's instrumentation: the first instruction of each run with another
//! line number, and every target of a jump or handler; never what loops skip (`END_FOR`, `POP_ITER`, `END_SEND`).

use taipan_bytecode::code::CodeObject;
use taipan_bytecode::line_table;
use taipan_bytecode::ops::Opcode;

use super::translate::decode::{Decoded, NONE};

/// One instruction.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub op: Opcode,
    pub oparg: u32,
    /// Of the operation, behind its EXTENDED_ARGs.
    pub offset: u32,
    /// Of its first EXTENDED_ARG.
    pub start: u32,
    /// Of the next instruction.
    pub next: u32,
    /// Of the instruction jumped to, or `NONE`.
    pub target: u32,
    /// Its line, or -1.
    pub line: i32,
    pub starts_line: bool,
}

/// The instructions of a code object, ascending.
#[derive(Debug)]
pub struct LineStarts {
    places: Box<[Place]>,
    /// Offset of RESUME; nothing before it is seen by watchers.
    pub first_traceable: u32,
}

impl LineStarts {
    /// Reads the tables of decoded code.
    pub fn new(code: &CodeObject, decoded: &Decoded) -> LineStarts {
        let instrs = &decoded.instrs;
        let mut entries = line_table::entries(&code.linetable, code.firstlineno).peekable();
        let mut places: Vec<Place> = Vec::with_capacity(instrs.len());
        let mut start = 0;
        for instr in instrs {
            while entries.next_if(|entry| entry.end <= start * 2).is_some() {}
            let line = entries.peek().map_or(-1, |entry| entry.position.lineno);
            let next = instr.offset + 1 + instr.op.cache_entries() as u32;
            let (op, oparg, offset) = (instr.op, instr.oparg, instr.offset);
            let target = instrs.get(instr.target as usize).map_or(NONE, |target| target.offset);
            places.push(Place { op, oparg, offset, start, next, target, line, starts_line: false });
            start = next;
        }
        let first = places.iter().position(|place| place.op == Opcode::Resume).unwrap_or(places.len());
        let mut current = -1;
        for place in &mut places[first..] {
            use Opcode as O;
            if matches!(place.op, O::EndAsyncFor | O::EndFor | O::EndSend | O::Resume | O::PopIter) {
                continue;
            }
            place.starts_line = place.line != current && place.line >= 0;
            current = place.line;
        }
        let traced = |index: usize| index >= first;
        for (index, instr) in instrs.iter().enumerate().skip(first) {
            use Opcode as O;
            let target = match instr.op {
                O::PopJumpIfFalse | O::PopJumpIfTrue | O::PopJumpIfNone | O::PopJumpIfNotNone => instr.target,
                O::JumpForward | O::JumpBackward | O::JumpBackwardNoInterrupt => instr.target,
                // Loops go on behind END_FOR, delegations behind END_SEND.
                O::ForIter | O::Send => instr.target.saturating_add(1),
                _ => continue,
            };
            if let Some(place) = places.get_mut(target as usize)
                && traced(index)
                && place.line >= 0
            {
                place.starts_line = true;
            }
        }
        for handler in &decoded.handlers {
            if let Some(place) = places.get_mut(handler.target as usize)
                && place.op != Opcode::EndAsyncFor
                && place.line >= 0
            {
                place.starts_line = true;
            }
        }
        let first_traceable = places.get(first).map_or(u32::MAX, |place| place.offset);
        LineStarts { places: places.into(), first_traceable }
    }

    /// The instruction whose operation is at an offset.
    pub fn at(&self, offset: u32) -> Option<&Place> {
        let index = self.places.binary_search_by_key(&offset, |place| place.offset).ok()?;
        self.places.get(index)
    }

    /// All instructions.
    pub fn places(&self) -> &[Place] {
        &self.places
    }
}
