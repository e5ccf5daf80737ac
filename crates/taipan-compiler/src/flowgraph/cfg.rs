//! The control-flow graph: basic blocks in a chain, built from an instruction sequence and flattened to one.
//!
//! Invariants: jumps and scope exits end their block ([`Builder`]); block ids index `blocks` and stay valid; the
//! chain of `next` links from `entry` is the order of the code and has no cycle.

use std::num::NonZeroU32;
use std::ops::{Deref, DerefMut, Index, IndexMut};

use taipan_bytecode::Opcode;

use crate::error::CompileError;
use crate::instruction_sequence::{ExceptHandlerInfo, Instruction, InstructionSequence, SourceLocation};

/// Names a block of one graph: its index plus one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlockId(NonZeroU32);

impl BlockId {
    const FIRST: BlockId = BlockId(NonZeroU32::MIN);

    fn of_index(index: usize) -> BlockId {
        BlockId(NonZeroU32::MIN.saturating_add(index as u32))
    }

    #[inline(always)]
    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// An instruction whose target is a block.
#[derive(Clone, Copy, Debug)]
pub struct CfgInstr {
    pub op: Opcode,
    pub oparg: u32,
    pub loc: SourceLocation,
    /// Where a jump or block push leads.
    pub target: Option<BlockId>,
    /// Where an exception raised here leads.
    pub except: Option<BlockId>,
}

impl CfgInstr {
    /// An instruction without target.
    pub fn new(op: Opcode, oparg: u32, loc: SourceLocation) -> Self {
        CfgInstr { op, oparg, loc, target: None, except: None }
    }

    /// Replaces the operation by one with an argument; place, target and handler stay.
    pub fn set(&mut self, op: Opcode, oparg: u32) {
        self.op = op;
        self.oparg = oparg;
    }

    /// Replaces the operation by `NOP`.
    pub fn set_nop(&mut self) {
        self.set(Opcode::Nop, 0);
    }
}

/// The instructions of a block; behind them those that once stood there, whose handlers matter: CPython's compiler gives
/// them to the instructions it appends one by one.
#[derive(Clone, Debug, Default)]
pub struct Instrs {
    buffer: Vec<CfgInstr>,
    used: usize,
}

impl Instrs {
    fn clear(&mut self) {
        self.buffer.clear();
        self.used = 0;
    }

    /// Appends a whole instruction.
    #[inline]
    pub fn push(&mut self, instr: CfgInstr) {
        match self.buffer.get_mut(self.used) {
            Some(slot) => *slot = instr,
            None => self.buffer.push(instr),
        }
        self.used += 1;
    }
}

impl Deref for Instrs {
    type Target = [CfgInstr];

    #[inline(always)]
    fn deref(&self) -> &[CfgInstr] {
        self.buffer.get(..self.used).unwrap_or_default()
    }
}

impl DerefMut for Instrs {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [CfgInstr] {
        self.buffer.get_mut(..self.used).unwrap_or_default()
    }
}

/// Instructions that run one after the other.
#[derive(Clone, Debug, Default)]
pub struct Block {
    pub instrs: Instrs,
    pub next: Option<BlockId>,
    /// Whether a jump of the original sequence, or of an added block, leads here.
    pub is_labelled: bool,
    /// Number of ways that lead here, from the last run of `remove_unreachable`.
    pub predecessors: u32,
    /// Stack depth at entry, once computed.
    pub start_depth: Option<u32>,
    /// An exception handler that is given the offset of the raising instruction.
    pub preserve_lasti: bool,
    pub is_except_handler: bool,
    pub is_cold: bool,
    pub is_warm: bool,
    pub visited: bool,
    /// Locals that may be unset at entry, for `unknown_locals`.
    pub unset: u64,
}

impl Block {
    /// Appends an instruction; its handler is that of the instruction that once stood there.
    pub fn add_op(&mut self, instr: CfgInstr) {
        let except = self.instrs.buffer.get(self.instrs.used).and_then(|former| former.except);
        self.instrs.push(CfgInstr { except, ..instr });
    }

    /// Appends copies of whole instructions.
    pub fn append(&mut self, instrs: &[CfgInstr]) {
        instrs.iter().for_each(|instr| self.instrs.push(*instr));
    }

    /// Inserts whole instructions before position `at`.
    pub fn insert(&mut self, at: usize, instrs: &[CfgInstr]) {
        self.append(instrs);
        if let Some(moved) = self.instrs.get_mut(at..) {
            moved.rotate_right(instrs.len());
        }
    }

    /// Drops all instructions from position `kept` on.
    #[inline]
    pub fn truncate(&mut self, kept: usize) {
        self.instrs.used = self.instrs.used.min(kept);
    }

    /// An empty block, its memory kept.
    fn reset(&mut self) {
        let mut instrs = std::mem::take(&mut self.instrs);
        instrs.clear();
        *self = Block { instrs, ..Block::default() };
    }

    #[inline]
    pub fn last(&self) -> Option<&CfgInstr> {
        self.instrs.last()
    }

    /// Whether control never passes from the end of this block to the next one.
    pub fn no_fallthrough(&self) -> bool {
        self.last().is_some_and(|last| is_scope_exit(last.op) || is_unconditional_jump(last.op))
    }

    pub fn has_fallthrough(&self) -> bool {
        !self.no_fallthrough()
    }

    pub fn exits_scope(&self) -> bool {
        self.last().is_some_and(|last| is_scope_exit(last.op))
    }

    pub fn has_no_lineno(&self) -> bool {
        self.instrs.iter().all(|instr| instr.loc.lineno < 0)
    }
}

/// `RETURN_VALUE`, `RAISE_VARARGS`, `RERAISE`.
pub fn is_scope_exit(op: Opcode) -> bool {
    matches!(op, Opcode::ReturnValue | Opcode::RaiseVarargs | Opcode::Reraise)
}

pub fn is_unconditional_jump(op: Opcode) -> bool {
    matches!(
        op,
        Opcode::Jump
            | Opcode::JumpNoInterrupt
            | Opcode::JumpForward
            | Opcode::JumpBackward
            | Opcode::JumpBackwardNoInterrupt
    )
}

pub fn is_conditional_jump(op: Opcode) -> bool {
    matches!(op, Opcode::PopJumpIfFalse | Opcode::PopJumpIfTrue | Opcode::PopJumpIfNone | Opcode::PopJumpIfNotNone)
}

/// Whether nothing may follow the operation in its block.
pub fn is_terminator(op: Opcode) -> bool {
    op.has_jump() || is_scope_exit(op)
}

/// The graph of one code unit; its memory serves one unit after the other.
#[derive(Clone, Debug)]
pub struct Cfg {
    blocks: Vec<Block>,
    /// How many of `blocks` are in use.
    used: usize,
    pub entry: BlockId,
    /// Whether some instruction opens a block of a handler.
    pub has_handlers: bool,
    /// Memory of the passes.
    pub todo: Vec<BlockId>,
    pub simulation: super::load_fast::Simulation,
    targets: Vec<Target>,
    offsets: Vec<u32>,
}

/// What is known of a place in the sequence a graph is built from.
#[derive(Clone, Copy, Debug, Default)]
struct Target {
    /// A jump leads there.
    wanted: bool,
    block: Option<BlockId>,
}

impl Default for Cfg {
    fn default() -> Self {
        Cfg {
            blocks: Vec::new(),
            used: 0,
            entry: BlockId::FIRST,
            has_handlers: false,
            todo: Vec::new(),
            simulation: Default::default(),
            targets: Vec::new(),
            offsets: Vec::new(),
        }
    }
}

impl Index<BlockId> for Cfg {
    type Output = Block;

    #[inline(always)]
    fn index(&self, id: BlockId) -> &Block {
        &self.blocks[id.index()]
    }
}

impl IndexMut<BlockId> for Cfg {
    #[inline(always)]
    fn index_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id.index()]
    }
}

impl Cfg {
    /// Builds the graph of `seq`, targets resolved, and puts the annotations' code where its placeholder stands.
    ///
    /// # Errors
    /// [`CompileError::Internal`] for an unplaced label, a target outside, or a malformed graph.
    pub fn build(&mut self, seq: &mut InstructionSequence) -> Result<(), CompileError> {
        seq.apply_label_map()?;
        let instructions = seq.instructions();
        let mut targets = std::mem::take(&mut self.targets);
        targets.clear();
        targets.resize(instructions.len(), Target::default());
        self.has_handlers = false;
        for instruction in instructions {
            if instruction.op.has_target() {
                targets
                    .get_mut(instruction.oparg as usize)
                    .ok_or(CompileError::Internal("jump out of the instruction sequence"))?
                    .wanted = true;
                self.has_handlers |= instruction.op.is_block_push();
            }
            self.has_handlers |= instruction.op == Opcode::PopBlock;
        }
        self.used = 0;
        self.new_block();
        let mut builder = Builder { cfg: self, buffer: Vec::new(), terminated: false };
        builder.take_buffer();
        for (instruction, target) in instructions.iter().zip(&mut targets) {
            if instruction.op == Opcode::AnnotationsPlaceholder {
                for inner in seq.annotations_code().map_or(&[][..], InstructionSequence::instructions) {
                    if inner.op.has_target() {
                        return Err(CompileError::Internal("jump in the annotations' code"));
                    }
                    builder.add(inner, false);
                }
                continue;
            }
            builder.add(instruction, target.wanted);
            if target.wanted {
                target.block = Some(BlockId::of_index(builder.cfg.used - 1));
            }
        }
        builder.put_buffer();
        let has_handlers = self.has_handlers;
        for block in self.blocks.iter_mut().take(self.used) {
            // Jumps stand at the end of blocks, block pushes anywhere.
            let first = if has_handlers { 0 } else { block.instrs.len().saturating_sub(1) };
            for instr in block.instrs.iter_mut().skip(first) {
                if instr.op.has_target() {
                    let block = targets.get(instr.oparg as usize).and_then(|target| target.block);
                    instr.target = Some(block.ok_or(CompileError::Internal("jump to a placeholder"))?);
                }
            }
        }
        self.targets = targets;
        Ok(())
    }

    /// Adds an empty block outside the chain.
    pub fn new_block(&mut self) -> BlockId {
        match self.blocks.get_mut(self.used) {
            Some(block) => block.reset(),
            None => self.blocks.push(Block::default()),
        }
        self.used += 1;
        BlockId::of_index(self.used - 1)
    }

    /// The first block from `from` on that has instructions.
    pub fn next_nonempty(&self, from: Option<BlockId>) -> Option<BlockId> {
        std::iter::successors(from, |&id| self[id].next).find(|&id| !self[id].instrs.is_empty())
    }

    /// Clears the mark of every block.
    pub fn clear_visited(&mut self) {
        for block in self.blocks.iter_mut().take(self.used) {
            block.visited = false;
        }
    }

    /// Flattens the graph into `seq`; targets and handlers become indexes into it.
    ///
    /// # Errors
    /// [`CompileError::Internal`] if a handler's depth is unknown.
    pub fn flatten(&mut self, seq: &mut InstructionSequence) -> Result<(), CompileError> {
        let mut offsets = std::mem::take(&mut self.offsets);
        offsets.clear();
        offsets.resize(self.used, 0);
        let mut count = 0;
        let mut at = Some(self.entry);
        while let Some(id) = at {
            let block = &self[id];
            offsets[id.index()] = count;
            count += block.instrs.len() as u32;
            at = block.next;
        }
        seq.start(count as usize);
        let mut at = Some(self.entry);
        while let Some(id) = at {
            let block = &self[id];
            for instr in block.instrs.iter() {
                let oparg = match instr.target {
                    Some(target) if instr.op.has_target() => offsets[target.index()],
                    _ => instr.oparg,
                };
                let except_handler = match instr.except {
                    Some(handler) => Some(ExceptHandlerInfo {
                        label: offsets[handler.index()],
                        start_depth: self[handler]
                            .start_depth
                            .ok_or(CompileError::Internal("handler without stack depth"))?,
                        preserve_lasti: self[handler].preserve_lasti,
                    }),
                    None => None,
                };
                seq.push(Instruction { op: instr.op, oparg, loc: instr.loc, except_handler });
            }
            at = block.next;
        }
        self.offsets = offsets;
        Ok(())
    }
}

/// Fills the last block. Invariant: a jump or scope exit ends its block.
struct Builder<'c> {
    cfg: &'c mut Cfg,
    /// The instructions of that block.
    buffer: Vec<CfgInstr>,
    terminated: bool,
}

impl Builder<'_> {
    fn take_buffer(&mut self) {
        if let Some(block) = self.cfg.blocks.get_mut(self.cfg.used - 1) {
            self.buffer = std::mem::take(&mut block.instrs.buffer);
        }
    }

    fn put_buffer(&mut self) {
        if let Some(block) = self.cfg.blocks.get_mut(self.cfg.used - 1) {
            block.instrs.used = self.buffer.len();
            block.instrs.buffer = std::mem::take(&mut self.buffer);
        }
    }

    /// Adds an instruction; a label may stand before it.
    #[inline]
    fn add(&mut self, instruction: &Instruction, label: bool) {
        if label || self.terminated {
            self.start_block(label);
        }
        self.buffer.push(CfgInstr::new(instruction.op, instruction.oparg, instruction.loc));
        self.terminated = is_terminator(instruction.op);
    }

    fn start_block(&mut self, label: bool) {
        let last = self.cfg.used - 1;
        if !self.terminated && self.buffer.is_empty() {
            // The first block of all.
            self.cfg.blocks[last].is_labelled = label;
            return;
        }
        self.put_buffer();
        let new = self.cfg.new_block();
        self.cfg[new].is_labelled = label;
        self.cfg.blocks[last].next = Some(new);
        self.take_buffer();
    }
}
