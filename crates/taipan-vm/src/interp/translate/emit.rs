//! Emission of words, jump targets and the normal form map.

use super::super::register_code::{CALL, CELL, Deferred, MapEntry, NAME, POLL, RAISE, RegOp, Word};
use super::Form;
use super::lower::Lower;

/// The word whose destination is the top entry, and which field names it.
#[derive(Clone, Copy, Debug)]
pub struct Patch {
    word: usize,
    /// 0 for a, 1 for b.
    field: u8,
    /// Stack position of the result.
    pub position: usize,
}

/// A jump to be resolved.
#[derive(Clone, Copy, Debug)]
pub struct Fixup {
    word: u32,
    /// Index of the instruction jumped to.
    target: u32,
    /// Whether the distance is 32 bits wide.
    long: bool,
}

impl Lower<'_> {
    /// Emits an operation of three operands, with its data words.
    pub fn emit(&mut self, op: RegOp, flags: u8, a: u16, b: u16, c: u16) {
        self.emit_word(op, Word::new(op, flags, a, b, c), 0);
    }

    /// Emits an operation of a 16-bit and a 32-bit operand.
    pub fn emit_wide(&mut self, op: RegOp, flags: u8, a: u16, bc: u32) {
        self.emit_word(op, Word::new_wide(op, flags, a, bc), 0);
    }

    /// Emits an operation with a number in its first data word (a name, a slot).
    pub fn emit_with(&mut self, op: RegOp, flags: u8, a: u16, b: u16, c: u16, data: u32) {
        self.emit_word(op, Word::new(op, flags, a, b, c), data);
    }

    fn emit_word(&mut self, op: RegOp, word: Word, data: u32) {
        let info = op.info();
        if info.flags & (RAISE | CALL | POLL) != 0 {
            self.record_position();
        }
        debug_assert!(info.flags & NAME == 0 || info.data > 0);
        self.patch = None;
        self.last_op = self.words.len();
        self.words.push(word.0);
        if info.data > 0 {
            let mut first = u64::from(data);
            if info.flags & CELL != 0 {
                first |= u64::from(self.cells_base + self.cells) << 32;
                self.cells += 1;
            }
            self.words.push(first);
        }
        for _ in 1..info.data {
            self.words.push(0);
        }
    }

    /// Says that the operation just emitted gives the top entry in field a (0) or b (1).
    pub fn patchable(&mut self, field: u8) {
        let position = self.depth - 1;
        if self.form == Form::Fused {
            self.patch = Some(Patch { word: self.last_op, field, position });
        }
    }

    /// Gives the patched operation another destination.
    pub fn redirect(&mut self, patch: Patch, slot: u16) {
        let word = Word(self.words[patch.word]);
        self.words[patch.word] = if patch.field == 0 { word.with_a(slot) } else { word.with_b(slot) }.0;
    }

    /// Notes the normal form before the current instruction. Of several instructions without words of their own the first
    /// one counts.
    pub fn record_boundary(&mut self) {
        let pc = self.words.len() as u32;
        if self.boundaries.last().is_some_and(|last| last.pc == pc) {
            return;
        }
        let deferred = self.deferred_entries();
        self.boundaries.push(MapEntry { pc, offset: self.offset, depth: self.before as u32, deferred });
    }

    /// The current instruction was merged into the operation before it: there is no normal form between them.
    pub fn drop_boundary(&mut self) {
        let pc = self.words.len() as u32;
        if self.boundaries.last().is_some_and(|last| last.pc == pc) {
            self.boundaries.pop();
        }
    }

    fn deferred_entries(&mut self) -> (u32, u32) {
        let start = self.deferred.len();
        for (index, entry) in self.entries[..self.before].iter().enumerate() {
            if let Some(source) = entry.source() {
                self.deferred.push(Deferred { index: index as u32, source });
            }
        }
        let count = self.deferred.len() - start;
        // Neighbours often share their entries.
        if let Some(last) = self.map.last() {
            let (from, length) = (last.deferred.0 as usize, last.deferred.1 as usize);
            if length == count && self.deferred[from..from + length] == self.deferred[start..] {
                self.deferred.truncate(start);
                return last.deferred;
            }
        }
        (start as u32, count as u32)
    }

    fn record_position(&mut self) {
        let deferred = self.deferred_entries();
        self.map.push(MapEntry {
            pc: self.words.len() as u32,
            offset: self.offset,
            depth: self.before as u32,
            deferred,
        });
    }

    /// Emits an operation whose c is the distance to an instruction; the entries below must be in their slots.
    pub fn emit_branch(&mut self, op: RegOp, flags: u8, a: u16, b: u16, target: u32) {
        let word = self.words.len() as u32;
        if self.long {
            // Around a far jump: taken leads to it, not taken jumps over it.
            self.emit(op, flags, a, b, 2);
            self.emit_wide(RegOp::JUMP, 0, 0, 2);
            self.fixups.push(Fixup { word: word + 2, target, long: true });
            self.emit_wide(RegOp::JUMP, 0, 0, 0);
        } else {
            self.fixups.push(Fixup { word, target, long: false });
            self.emit(op, flags, a, b, 0);
        }
    }

    /// Emits an unconditional jump to an instruction.
    pub fn emit_jump(&mut self, op: RegOp, target: u32) {
        self.fixups.push(Fixup { word: self.words.len() as u32, target, long: true });
        self.emit_wide(op, 0, 0, 0);
    }

    /// Writes the distances of all jumps. False: one does not fit, translate again with long branches.
    pub fn resolve_jumps(&mut self) -> bool {
        for fixup in &self.fixups {
            let distance = i64::from(self.pc_of[fixup.target as usize]) - i64::from(fixup.word);
            let word = Word(self.words[fixup.word as usize]);
            let resolved = if fixup.long {
                word.with_bc(distance as i32 as u32)
            } else {
                match i16::try_from(distance) {
                    Ok(distance) => word.with_c(distance as u16),
                    Err(_) => return false,
                }
            };
            self.words[fixup.word as usize] = resolved.0;
        }
        true
    }
}
