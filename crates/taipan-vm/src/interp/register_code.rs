//! `RegisterCode`: what a code object is translated to.
//!
//! Invariants: a `RegisterCode` was made by `translate`, which proved that every slot, index and target in it is in bounds;
//! `map` is sorted by pc and has an entry for every operation marked `RAISE`, `CALL` or `POLL` in the table (`ops`).

use std::cell::Cell;

pub use ops::{CALL, CELL, END, NAME, OPS, Operand, POLL, RAISE, RegOp};
pub use word::Word;

pub mod disassemble;
pub mod dump;
mod ops;
mod word;

/// Where the value of an operand stack entry is when it is not in its canonical slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// In a local (index into localsplus).
    Local(u32),
    /// A constant (index into `consts`).
    Const(u32),
    /// A small integer.
    Int(i32),
    /// CPython's NULL.
    Null,
}

/// One operand stack entry that is not in its canonical slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deferred {
    /// Index in the operand stack.
    pub index: u32,
    /// Where the value is.
    pub source: Source,
}

/// The normal form at an operation: the state before the bytecode it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapEntry {
    /// First word of the operation.
    pub pc: u32,
    /// Bytecode offset in code units.
    pub offset: u32,
    /// Depth of the operand stack.
    pub depth: u32,
    /// First of its entries in `deferred`, and their number.
    pub deferred: (u32, u32),
}

/// A protected range of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// First word.
    pub start: u32,
    /// One past the last word.
    pub end: u32,
    /// First word of the handler.
    pub target: u32,
    /// Operand stack depth the handler begins with, before what is pushed.
    pub depth: u32,
    /// Whether the raising bytecode's offset is pushed under the exception.
    pub lasti: bool,
}

/// A code object in register form.
#[derive(Debug)]
pub struct RegisterCode {
    /// Operations and data; specialisation rewrites them in place.
    pub words: Box<[Cell<u64>]>,
    /// Slots of a frame.
    pub frame_slots: u32,
    /// First slot of the operand stack. Equal to the number of localsplus but in functions with very many of them, whose
    /// further locals lie behind the operand stack.
    pub stack_base: u32,
    /// Number of localsplus.
    pub locals: u32,
    /// Number of entries of `refs` behind constants and names, for cached objects.
    pub cells: u32,
    /// Normal forms, sorted by pc.
    pub map: Box<[MapEntry]>,
    /// Normal forms between instructions, sorted by pc; empty unless asked for.
    pub boundaries: Box<[MapEntry]>,
    /// Entries not in their slots, shared by the map.
    pub deferred: Box<[Deferred]>,
    /// Protected ranges, sorted by start, not overlapping.
    pub handlers: Box<[Handler]>,
    /// Bytecode offsets (code units) with the word where each begins, ascending: every reachable one when instrumented,
    /// jump targets otherwise.
    pub entries: Box<[(u32, u32)]>,
    /// Whether this is the instrumented form.
    pub instrumented: bool,
}

impl RegisterCode {
    /// About how many bytes of memory it takes.
    pub fn bytes(&self) -> usize {
        let maps = size_of_val(&*self.map) + size_of_val(&*self.boundaries) + size_of_val(&*self.deferred);
        size_of::<Self>()
            + size_of_val(&*self.words)
            + maps
            + size_of_val(&*self.handlers)
            + size_of_val(&*self.entries)
    }

    /// The normal form at the operation that contains word `pc`.
    pub fn position(&self, pc: u32) -> Option<&MapEntry> {
        let after = self.map.partition_point(|entry| entry.pc <= pc);
        self.map.get(after.checked_sub(1)?)
    }

    /// The index of a word of this code.
    #[inline]
    pub fn index_of(&self, pc: *const Cell<u64>) -> Option<u32> {
        let index = pc.addr().wrapping_sub(self.words.as_ptr().addr()) / 8;
        (index < self.words.len()).then_some(index as u32)
    }

    /// The normal form between instructions at word `pc` or behind it.
    pub fn boundary(&self, pc: u32) -> Option<&MapEntry> {
        self.boundaries.get(self.boundaries.partition_point(|entry| entry.pc < pc))
    }

    /// The stack entries of a normal form that are not in their slots, ascending by index.
    pub fn deferred(&self, entry: &MapEntry) -> &[Deferred] {
        let (start, count) = entry.deferred;
        self.deferred.get(start as usize..start as usize + count as usize).unwrap_or(&[])
    }

    /// The handler that protects word `pc`.
    pub fn handler(&self, pc: u32) -> Option<&Handler> {
        let after = self.handlers.partition_point(|handler| handler.start <= pc);
        self.handlers.get(after.checked_sub(1)?).filter(|handler| pc < handler.end)
    }

    /// Whether what is raised at a word reaches a handler that does more than the one around every generator, which only
    /// replaces a StopIteration.
    pub fn cleans_up(&self, pc: u32) -> bool {
        self.handler(pc).is_some_and(|handler| {
            let first = self.words.get(handler.target as usize).map(|word| Word(word.get()));
            !first.is_some_and(|word| word.op() == RegOp::CALL_INTRINSIC_1 as u8 && word.c() == STOPITERATION_ERROR)
        })
    }

    /// Whether there is a handler beyond the one around every generator.
    pub fn has_cleanup(&self) -> bool {
        self.handlers.iter().any(|handler| self.cleans_up(handler.start))
    }

    /// The slot of a local.
    #[inline]
    pub fn local_slot(&self, index: u32) -> u32 {
        local_slot(index, self.locals, self.stack_base, self.frame_slots)
    }

    /// The word where the bytecode at an offset begins, if it is known.
    pub fn entry(&self, offset: u32) -> Option<u32> {
        let at = self.entries.binary_search_by_key(&offset, |&(offset, _)| offset).ok()?;
        self.entries.get(at).map(|&(_, pc)| pc)
    }
}

/// Argument of CALL_INTRINSIC_1 that turns StopIteration into RuntimeError.
const STOPITERATION_ERROR: u16 = 3;

/// The slot of a local in a frame layout.
pub(crate) fn local_slot(index: u32, locals: u32, stack_base: u32, frame_slots: u32) -> u32 {
    if index < stack_base { index } else { index + (frame_slots - locals) }
}

const _: () = assert!(size_of::<Cell<u64>>() == 8);
