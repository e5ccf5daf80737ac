//! Instructions with labels: what code generation writes and what assembly reads.
//!
//! Invariants: the argument of an operation with a target ([`Opcode::has_target`]) is a label's number; in the result of
//! the passes over the graph it is an index into the sequence. No instruction is
//! `EXTENDED_ARG`, `CACHE` or specialised. Arguments are below 2^30.

use taipan_bytecode::Opcode;
use taipan_bytecode::line_table::Position;
use taipan_syntax::ast;

use crate::error::CompileError;

/// The place in the source an instruction belongs to.
///
/// Lines count from 1, columns are UTF-8 byte offsets from 0; -1 stands for "unknown".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SourceLocation {
    pub lineno: i32,
    pub end_lineno: i32,
    pub col_offset: i32,
    pub end_col_offset: i32,
}

/// The instruction has no place in the source.
pub const NO_LOCATION: SourceLocation =
    SourceLocation { lineno: -1, end_lineno: -1, col_offset: -1, end_col_offset: -1 };

/// The instruction takes the place of the one after it.
pub const NEXT_LOCATION: SourceLocation =
    SourceLocation { lineno: -2, end_lineno: -2, col_offset: -2, end_col_offset: -2 };

impl SourceLocation {
    /// A location from its four numbers, in the order CPython's `LOCATION` macro has them.
    pub const fn new(lineno: i32, end_lineno: i32, col_offset: i32, end_col_offset: i32) -> Self {
        SourceLocation { lineno, end_lineno, col_offset, end_col_offset }
    }
}

impl From<SourceLocation> for Position {
    fn from(loc: SourceLocation) -> Self {
        let SourceLocation { lineno, end_lineno, col_offset, end_col_offset } = loc;
        Position { lineno, end_lineno, col_offset, end_col_offset }
    }
}

impl From<ast::Location> for SourceLocation {
    fn from(place: ast::Location) -> Self {
        // Trees made by programs may have negative numbers, kept as their bits.
        SourceLocation {
            lineno: place.lineno.cast_signed(),
            end_lineno: place.end_lineno.cast_signed(),
            col_offset: place.col_offset.cast_signed(),
            end_col_offset: place.end_col_offset.cast_signed(),
        }
    }
}

/// A jump target of one sequence, made by [`InstructionSequence::new_label`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Label(pub(crate) u32);

impl Label {
    /// The number used as argument of an operation with a target.
    pub const fn id(self) -> u32 {
        self.0
    }
}

/// One operation with its argument and place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    pub op: Opcode,
    pub oparg: u32,
    pub loc: SourceLocation,
}

/// The instructions of one code unit in order.
#[derive(Clone, Debug, Default)]
pub struct InstructionSequence {
    instructions: Vec<Instruction>,
    /// Label number to index of the instruction it stands before; empty once applied.
    label_map: Vec<Option<u32>>,
    next_free_label: u32,
    nested: Vec<InstructionSequence>,
    annotations_code: Option<Box<InstructionSequence>>,
}

/// Greatest number of instructions and greatest argument of one code unit.
pub(crate) const MAX_OPARG: u32 = 1 << 30;

impl InstructionSequence {
    /// An empty sequence.
    pub fn new() -> Self {
        InstructionSequence::default()
    }

    /// Empties the sequence and makes room for `count` instructions.
    pub(crate) fn start(&mut self, count: usize) {
        self.clear();
        self.instructions.reserve(count);
    }

    /// Empties the sequence, its memory kept.
    pub(crate) fn clear(&mut self) {
        self.instructions.clear();
        self.label_map.clear();
        self.next_free_label = 0;
        self.nested.clear();
        self.annotations_code = None;
    }

    /// A label not yet placed.
    pub fn new_label(&mut self) -> Label {
        self.next_free_label += 1;
        Label(self.next_free_label)
    }

    /// Places the label before the next instruction to come.
    pub fn use_label(&mut self, label: Label) {
        let at = label.0 as usize;
        if self.label_map.len() <= at {
            self.label_map.resize(at + 1, None);
        }
        self.label_map[at] = Some(self.instructions.len() as u32);
    }

    /// Appends an operation with an argument; 0 stands for "none".
    pub fn add_op(&mut self, op: Opcode, oparg: u32, loc: SourceLocation) {
        debug_assert!(op.has_arg() || op.has_target() || oparg == 0, "{op:?} takes no argument");
        self.instructions.push(Instruction { op, oparg, loc });
    }

    /// Appends a jump or block push to a label.
    pub fn add_jump(&mut self, op: Opcode, target: Label, loc: SourceLocation) {
        debug_assert!(op.has_target(), "{op:?} has no target");
        self.add_op(op, target.0, loc);
    }

    pub(crate) fn push(&mut self, instruction: Instruction) {
        self.instructions.push(instruction);
    }

    /// Inserts an operation before position `at`; labels at or after it move along.
    pub fn insert(&mut self, at: usize, op: Opcode, oparg: u32, loc: SourceLocation) {
        self.instructions.insert(at, Instruction { op, oparg, loc });
        for place in self.label_map.iter_mut().flatten() {
            if *place as usize >= at {
                *place += 1;
            }
        }
    }

    /// Keeps the sequence of a nested code unit (only for inspection).
    pub fn add_nested(&mut self, nested: InstructionSequence) {
        self.nested.push(nested);
    }

    /// The sequences kept by [`Self::add_nested`].
    pub fn nested(&self) -> &[InstructionSequence] {
        &self.nested
    }

    /// Sets what replaces `ANNOTATIONS_PLACEHOLDER`: code without labels that builds `__annotate__`.
    pub fn set_annotations_code(&mut self, code: InstructionSequence) {
        self.annotations_code = Some(Box::new(code));
    }

    /// The code that replaces `ANNOTATIONS_PLACEHOLDER`, if any.
    pub fn annotations_code(&self) -> Option<&InstructionSequence> {
        self.annotations_code.as_deref()
    }

    /// Number of instructions so far.
    pub fn len(&self) -> usize {
        self.instructions.len()
    }

    /// Whether there is no instruction yet.
    pub fn is_empty(&self) -> bool {
        self.instructions.is_empty()
    }

    /// The instructions in order.
    pub fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }

    /// The index of the instruction a label stands before.
    ///
    /// # Errors
    /// [`CompileError::Internal`] for a label that was never placed.
    #[inline]
    pub fn place(&self, label: u32) -> Result<u32, CompileError> {
        let place = self.label_map.get(label as usize).copied().flatten();
        place.ok_or(CompileError::Internal("jump to a label that was never placed"))
    }
}

#[cfg(test)]
mod tests;
