//! One basic block of the graph, and what an operation says of the way on from it.
//!
//! The stretch of the pool that is the block's belongs to `cfg` alone.

use std::num::NonZeroU32;
use std::ops::Range;

use taipan_bytecode::Opcode;

use crate::op_kinds::Kinds;

/// Names a block of one graph: its index plus one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlockId(NonZeroU32);

impl BlockId {
    pub(super) const FIRST: BlockId = BlockId(NonZeroU32::MIN);
    /// Stands for a block not made yet.
    pub(super) const WANTED: BlockId = BlockId(NonZeroU32::MAX);

    #[inline(always)]
    pub(super) fn of_index(index: usize) -> BlockId {
        BlockId(NonZeroU32::MIN.saturating_add(index as u32))
    }

    /// A number to tell blocks apart, 0 for none.
    #[inline(always)]
    pub fn raw(id: Option<BlockId>) -> u32 {
        id.map_or(0, |id| id.0.get())
    }

    #[inline(always)]
    pub(super) fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Instructions that run one after the other: a stretch of the graph's pool.
#[derive(Clone, Copy, Debug, Default)]
pub struct Block {
    pub(super) start: u32,
    pub(super) len: u32,
    /// How long the stretch is. Behind the instructions lie those that once stood there, whose handlers matter: CPython's
    /// compiler gives them to the instructions it appends one by one.
    pub(super) room: u32,
    pub next: Option<BlockId>,
    /// What may stand in the block.
    pub kinds: Kinds,
    /// Number of ways that lead here, from the last run of `remove_unreachable`; after all passes, in the same place to
    /// keep blocks small, the number of the first instruction.
    pub predecessors: u32,
    /// The last walk that came here.
    pub(super) visit: u32,
    /// Stack depth at entry plus one, once computed.
    pub(super) depth: u32,
    /// The offset of the first instruction in code units.
    pub offset: u32,
    /// How many code units the instructions take.
    pub size: u32,
    /// Locals that may be unset at entry, for `unknown_locals`.
    pub unset: u64,
    /// Whether `NOT_TAKEN` follows the instructions, at the place of the last one, and its handler.
    pub not_taken: bool,
    pub not_taken_except: Option<BlockId>,
    /// Whether a jump of the original sequence, or of an added block, leads here.
    pub is_labelled: bool,
    /// An exception handler that is given the offset of the raising instruction.
    pub preserve_lasti: bool,
    pub is_except_handler: bool,
    pub is_cold: bool,
    pub is_warm: bool,
    /// Waits to be looked at, for `unknown_locals`.
    pub queued: bool,
}

impl Block {
    /// Where in the pool the instructions lie.
    #[inline(always)]
    pub fn range(&self) -> Range<usize> {
        let start = self.start as usize;
        start..start + self.len as usize
    }

    /// How many instructions there are.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there are none.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number of the first instruction, once [`super::Cfg::number_instructions`] has run.
    #[inline(always)]
    pub fn number(&self) -> u32 {
        self.predecessors
    }

    /// Stack depth at entry, once computed.
    #[inline(always)]
    pub fn start_depth(&self) -> Option<u32> {
        self.depth.checked_sub(1)
    }

    /// Notes the stack depth at entry.
    pub fn set_start_depth(&mut self, depth: Option<u32>) {
        self.depth = depth.map_or(0, |depth| depth.saturating_add(1));
    }
}

/// `RETURN_VALUE`, `RAISE_VARARGS`, `RERAISE`.
#[inline]
pub fn is_scope_exit(op: Opcode) -> bool {
    Kinds::of(op).has(Kinds::EXIT)
}

/// Whether the operation always jumps.
#[inline]
pub fn is_unconditional_jump(op: Opcode) -> bool {
    Kinds::of(op).has(Kinds::JUMP)
}

/// Whether the operation jumps or goes on.
#[inline]
pub fn is_conditional_jump(op: Opcode) -> bool {
    Kinds::of(op).has(Kinds::POP_JUMP)
}

/// Whether nothing may follow the operation in its block.
#[inline]
pub fn is_terminator(op: Opcode) -> bool {
    Kinds::of(op).has(Kinds::TERMINATOR)
}

/// Whether control may pass from this operation to the next one.
#[inline(always)]
pub fn falls_through(op: Opcode) -> bool {
    !Kinds::of(op).has(Kinds::JUMP.or(Kinds::EXIT))
}
