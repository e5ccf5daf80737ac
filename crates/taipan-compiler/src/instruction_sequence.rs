//! Instructions with labels: what code generation writes and what assembly reads.
//!
//! Invariants: the argument of an operation with a target ([`Opcode::has_target`]) is a label's number; in the result of
//! the passes over the graph it is an index into the sequence. No instruction is
//! `EXTENDED_ARG`, `CACHE` or specialised. Arguments are below 2^30.

use taipan_bytecode::Opcode;
use taipan_bytecode::line_table::Position;
use taipan_syntax::ast;

use crate::error::CompileError;
use crate::flowgraph::cfg::BlockId;
use crate::op_kinds::{Collector, Kinds};

/// The place in the source an instruction belongs to.
///
/// Lines count from 1, columns are UTF-8 byte offsets from 0; -1 stands for "unknown".
#[derive(Clone, Copy, Debug, Eq)]
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

impl SourceLocation {
    /// All four numbers as two words: lines, columns.
    #[inline(always)]
    pub(crate) const fn words(&self) -> (u64, u64) {
        let lines = self.lineno.cast_unsigned() as u64 | (self.end_lineno.cast_unsigned() as u64) << 32;
        let columns = self.col_offset.cast_unsigned() as u64 | (self.end_col_offset.cast_unsigned() as u64) << 32;
        (lines, columns)
    }
}

impl PartialEq for SourceLocation {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.words() == other.words()
    }
}

/// The place that [`SourceLocation::words`] gave these of.
#[inline(always)]
pub(crate) fn position_of_words((lines, columns): (u64, u64)) -> Position {
    Position {
        lineno: lines as i32,
        end_lineno: (lines >> 32) as i32,
        col_offset: columns as i32,
        end_col_offset: (columns >> 32) as i32,
    }
}

impl From<ast::Location> for SourceLocation {
    #[inline]
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
    /// Where a jump or block push leads, in the graph.
    pub(crate) target: Option<BlockId>,
    /// Where an exception raised here leads, in the graph.
    pub(crate) except: Option<BlockId>,
}

impl Instruction {
    /// An instruction without target.
    #[inline(always)]
    pub(crate) fn new(op: Opcode, oparg: u32, loc: SourceLocation) -> Self {
        Instruction { op, oparg, loc, target: None, except: None }
    }

    /// Replaces the operation by one with an argument; place, target and handler stay.
    #[inline]
    pub(crate) fn set(&mut self, op: Opcode, oparg: u32) {
        self.op = op;
        self.oparg = oparg;
    }

    /// Replaces the operation by `NOP`.
    #[inline]
    pub(crate) fn set_nop(&mut self) {
        self.set(Opcode::Nop, 0);
    }
}

/// Instructions up to a place where a block may end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    /// The number of instructions up to here, from the beginning of all.
    pub(crate) end: u32,
    /// The label that stands behind the last instruction, or 0 if that one ends its block.
    pub(crate) label: u32,
    pub(crate) kinds: Kinds,
}

/// The instructions of one code unit in order.
#[derive(Clone, Debug, Default)]
pub struct InstructionSequence {
    pub(crate) instructions: Vec<Instruction>,
    /// Label number to index of the instruction it stands before.
    label_map: Vec<Option<u32>>,
    next_free_label: u32,
    /// Where blocks may end, in order.
    pub(crate) segments: Vec<Segment>,
    /// What the instructions behind the last segment are.
    collector: Collector,
    /// The places of instructions with a target.
    pub(crate) jumps: Vec<u32>,
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

    /// An empty sequence with room for the instructions of most functions.
    pub(crate) fn with_room() -> Self {
        InstructionSequence {
            instructions: Vec::with_capacity(256),
            label_map: Vec::with_capacity(32),
            segments: Vec::with_capacity(64),
            jumps: Vec::with_capacity(32),
            ..InstructionSequence::default()
        }
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
        self.segments.clear();
        self.collector = Collector::default();
        self.jumps.clear();
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
        let end = self.instructions.len() as u32;
        self.label_map[at] = Some(end);
        self.segments.push(Segment { end, label: label.0, kinds: self.collector.take() });
    }

    /// Appends an operation with an argument; 0 stands for "none".
    #[inline]
    pub fn add_op(&mut self, op: Opcode, oparg: u32, loc: SourceLocation) {
        debug_assert!(op.has_arg() || op.has_target() || oparg == 0, "{op:?} takes no argument");
        self.push(Instruction::new(op, oparg, loc));
    }

    /// Appends a jump or block push to a label.
    pub fn add_jump(&mut self, op: Opcode, target: Label, loc: SourceLocation) {
        debug_assert!(op.has_target(), "{op:?} has no target");
        self.add_op(op, target.0, loc);
    }

    #[inline]
    pub(crate) fn push(&mut self, instruction: Instruction) {
        let kinds = self.collector.note(instruction.op, instruction.loc.lineno);
        self.instructions.push(instruction);
        if kinds.has(Kinds::TERMINATOR.or(Kinds::TARGET)) {
            self.end_segment(kinds);
        }
    }

    /// Takes note of a jump, a block push or an exit just written.
    fn end_segment(&mut self, kinds: Kinds) {
        let end = self.instructions.len() as u32;
        if kinds.has(Kinds::TARGET) {
            self.jumps.push(end - 1);
        }
        if kinds.has(Kinds::TERMINATOR) {
            self.segments.push(Segment { end, label: 0, kinds: self.collector.take() });
        }
    }

    /// Inserts an operation before position `at`; labels at or after it move along.
    pub fn insert(&mut self, at: usize, op: Opcode, oparg: u32, loc: SourceLocation) {
        self.instructions.insert(at, Instruction::new(op, oparg, loc));
        let at = at as u32;
        let moves = |place: u32| place >= at;
        for place in self.label_map.iter_mut().flatten().filter(|place| moves(**place)) {
            *place += 1;
        }
        self.jumps.iter_mut().filter(|place| moves(**place)).for_each(|place| *place += 1);
        // What ends before the new operation but for its labels, which stand behind it.
        let behind = |segment: &Segment| segment.end > at || segment.end == at && segment.label != 0;
        let first = self.segments.iter().position(behind).unwrap_or(self.segments.len());
        self.segments.iter_mut().skip(first).for_each(|segment| segment.end += 1);
        let mut alone = Collector::default();
        let kinds = alone.note(op, loc.lineno);
        if kinds.has(Kinds::TARGET) {
            let index = self.jumps.partition_point(|place| *place < at);
            self.jumps.insert(index, at);
        }
        match self.segments.get_mut(first) {
            Some(segment) => segment.kinds.add(alone.take()),
            None => self.collector.add(alone.take()),
        }
        if kinds.has(Kinds::TERMINATOR) {
            let before = self.segments.get(first).map_or(self.collector.kinds(), |segment| segment.kinds);
            self.segments.insert(first, Segment { end: at + 1, label: 0, kinds: before });
        }
    }

    /// Ends the sequence: all instructions lie in segments, and the annotations' code stands where its placeholder did.
    ///
    /// # Errors
    /// [`CompileError::Internal`] for a jump in the annotations' code.
    pub(crate) fn complete(&mut self) -> Result<(), CompileError> {
        let end = self.instructions.len() as u32;
        self.segments.push(Segment { end, label: 0, kinds: self.collector.take() });
        if self.segments.iter().any(|segment| segment.kinds.has(Kinds::PLACEHOLDER)) {
            self.place_annotations()?;
        }
        Ok(())
    }

    fn place_annotations(&mut self) -> Result<(), CompileError> {
        let mut inner = self.annotations_code.take().map(|code| *code).unwrap_or_default();
        if !inner.jumps.is_empty() {
            return Err(CompileError::Internal("jump in the annotations' code"));
        }
        inner.complete()?;
        let is_placeholder = |instruction: &Instruction| instruction.op == Opcode::AnnotationsPlaceholder;
        while let Some(at) = self.instructions.iter().position(is_placeholder) {
            let count = inner.instructions.len() as u32;
            self.instructions.splice(at..=at, inner.instructions.iter().copied());
            let at = at as u32;
            let moved = |place: u32| if place > at { place + count - 1 } else { place };
            self.label_map.iter_mut().flatten().for_each(|place| *place = moved(*place));
            self.jumps.iter_mut().for_each(|place| *place = moved(*place));
            let around = self.segments.iter().position(|segment| segment.end > at).unwrap_or(self.segments.len());
            self.segments.iter_mut().skip(around).for_each(|segment| segment.end = moved(segment.end));
            let Some(segment) = self.segments.get_mut(around) else { continue };
            inner.segments.iter().for_each(|inner| segment.kinds.add(inner.kinds));
            let kinds = segment.kinds;
            // The last one ends where the outer instructions go on.
            let ends = inner.segments.iter().rev().skip(1).rev().filter(|inner| inner.label == 0);
            let new: Vec<Segment> = ends.map(|inner| Segment { end: at + inner.end, label: 0, kinds }).collect();
            self.segments.splice(around..around, new);
        }
        Ok(())
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

    /// Whether control cannot come behind the last instruction, by no jump either.
    pub(crate) fn is_terminated(&self) -> bool {
        let leaves = |last: &Instruction| Kinds::of(last.op).has(Kinds::JUMP.or(Kinds::EXIT));
        self.instructions.last().is_some_and(leaves)
            && self.segments.last().is_some_and(|last| last.label == 0 && last.end as usize == self.instructions.len())
    }

    /// How many labels there are.
    pub(crate) fn label_count(&self) -> usize {
        self.label_map.len()
    }

    /// The index of the instruction a label stands before.
    ///
    /// # Errors
    /// [`CompileError::Internal`] for a label that was never placed.
    #[inline]
    pub fn place(&self, label: u32) -> Result<u32, CompileError> {
        match self.label_map.get(label as usize) {
            Some(&Some(place)) => Ok(place),
            _ => Err(CompileError::Internal("jump to a label that was never placed")),
        }
    }
}

#[cfg(test)]
mod tests;
