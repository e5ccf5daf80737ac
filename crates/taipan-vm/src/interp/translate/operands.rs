//! The virtual operand stack: which entries are in their canonical slots, and which are still somewhere else.
//!
//! Invariant: `entries[depth..before]` keep what the current instruction has popped, until it pushes, so that
//! the normal form before the instruction can be recorded at any time.

use super::super::register_code::{RegOp, Source};
use super::Form;
use super::lower::Lower;

/// Where the value of an operand stack entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// In its canonical slot.
    Temp,
    /// In a local (one whose slot has a 16-bit number).
    Local(u16),
    /// A constant.
    Const(u32),
    /// A small integer.
    Int(i32),
    /// CPython's NULL.
    Null,
}

impl Entry {
    /// The entry as the normal form map names it; `None` for one in its slot.
    pub fn source(self) -> Option<Source> {
        Some(match self {
            Entry::Temp => return None,
            Entry::Local(local) => Source::Local(u32::from(local)),
            Entry::Const(index) => Source::Const(index),
            Entry::Int(i) => Source::Int(i),
            Entry::Null => Source::Null,
        })
    }
}

impl Lower<'_> {
    /// The canonical slot of a stack position.
    pub fn slot(&self, position: usize) -> u16 {
        // In bounds: `lower` refuses frames whose operand stack does not lie below 65,536.
        (self.stack_base as usize + position) as u16
    }

    /// Pushes an entry in its slot and gives the slot.
    pub fn push_temp(&mut self) -> u16 {
        let slot = self.slot(self.depth);
        self.entries[self.depth] = Entry::Temp;
        self.depth += 1;
        slot
    }

    /// Pushes an entry that is not in its slot; it stays away only where it may.
    pub fn push(&mut self, entry: Entry) {
        let position = self.depth;
        self.entries[position] = entry;
        self.depth += 1;
        if self.form == Form::Instrumented || position < self.floor {
            self.flush(position);
        }
    }

    /// Pops an entry and gives its position; the entry may be read until the next push.
    pub fn pop(&mut self) -> usize {
        self.depth -= 1;
        self.depth
    }

    /// Puts the entry at a position into its slot.
    pub fn flush(&mut self, position: usize) {
        let slot = self.slot(position);
        let entry = std::mem::replace(&mut self.entries[position], Entry::Temp);
        self.load_entry(slot, entry);
    }

    /// Emits the load of a deferred entry to a slot.
    pub fn load_entry(&mut self, slot: u16, entry: Entry) {
        match entry {
            Entry::Temp => {}
            Entry::Local(local) => self.emit(RegOp::MOVE, 0, slot, local, 0),
            Entry::Const(index) => self.emit_wide(RegOp::LOAD_CONST, 0, slot, index),
            Entry::Int(i) => self.emit_wide(RegOp::LOAD_INT, 0, slot, i as u32),
            Entry::Null => self.emit_wide(RegOp::LOAD_NULL, 0, 0, u32::from(slot)),
        }
    }

    /// Puts all entries below a position into their slots.
    pub fn flush_below(&mut self, end: usize) {
        for position in 0..end {
            self.flush(position);
        }
    }

    /// Puts the entries of a window into their slots and gives the first slot.
    pub fn window(&mut self, start: usize, count: usize) -> u16 {
        for position in start..start + count {
            self.flush(position);
        }
        self.slot(start)
    }

    /// The slot to read an entry from; constants are loaded first.
    pub fn operand(&mut self, position: usize) -> u16 {
        match self.entries[position] {
            Entry::Temp => self.slot(position),
            Entry::Local(local) => local,
            _ => {
                self.flush(position);
                self.slot(position)
            }
        }
    }

    /// The entry's value as a 16-bit immediate.
    pub fn immediate(&self, position: usize) -> Option<i16> {
        match self.entries[position] {
            Entry::Int(i) => i16::try_from(i).ok(),
            _ => None,
        }
    }

    /// The 16-bit slot of a local, if it has one.
    pub fn narrow(&self, local: u32) -> Option<u16> {
        if local < self.stack_base { u16::try_from(local).ok() } else { None }
    }

    /// Copies entries that are deferred reads of a local, which is about to change.
    pub fn release_local(&mut self, local: u32) {
        let Some(local) = self.narrow(local) else { return };
        for position in 0..self.depth {
            if self.entries[position] == Entry::Local(local) {
                self.flush(position);
            }
        }
    }

    /// Pushes a local's value. The local is known to be bound, or its null is wanted.
    pub fn load_local(&mut self, local: u32) {
        match self.narrow(local) {
            Some(local) => self.push(Entry::Local(local)),
            None => {
                let from = self.local_slot(local);
                let slot = self.push_temp();
                self.emit_wide(RegOp::LOAD_WIDE, 0, slot, from);
                self.patchable(0);
            }
        }
    }

    /// Stores the popped entry at a position to a local.
    pub fn store_local(&mut self, local: u32, position: usize) {
        let patch = self.patch.take();
        let words = self.words.len();
        self.release_local(local);
        let undisturbed = self.words.len() == words;
        let entry = self.entries[position];
        let Some(slot) = self.narrow(local) else {
            let from = self.operand(position);
            let to = self.local_slot(local);
            return self.emit_wide(RegOp::STORE_WIDE, 0, from, to);
        };
        match entry {
            Entry::Temp => match patch {
                Some(patch) if undisturbed && patch.position == position => {
                    self.drop_boundary();
                    self.redirect(patch, slot);
                }
                _ => {
                    let from = self.slot(position);
                    self.emit(RegOp::MOVE, 0, slot, from, 0);
                }
            },
            Entry::Local(same) if same == slot => {}
            entry => self.load_entry(slot, entry),
        }
    }

    /// Exchanges two entries.
    pub fn swap(&mut self, low: usize, high: usize) {
        if low == high {
            return;
        }
        let (low_slot, high_slot) = (self.slot(low), self.slot(high));
        match (self.entries[low], self.entries[high]) {
            (Entry::Temp, Entry::Temp) => self.emit(RegOp::SWAP_SLOTS, 0, low_slot, high_slot, 0),
            (Entry::Temp, _) => self.emit(RegOp::MOVE, 0, high_slot, low_slot, 0),
            (_, Entry::Temp) => self.emit(RegOp::MOVE, 0, low_slot, high_slot, 0),
            _ => {}
        }
        self.entries.swap(low, high);
        for position in [low, high] {
            if position < self.floor {
                self.flush(position);
            }
        }
    }
}
