//! The control-flow graph: basic blocks in a chain, built from an instruction sequence and flattened to one.
//!
//! Invariants: jumps and scope exits end their block ([`Builder`]); block ids index `blocks` and stay valid; the
//! chain of `next` links from `entry` is the order of the code and has no cycle.

use std::num::NonZeroU32;
use std::ops::{Deref, DerefMut, Index, IndexMut};

use taipan_bytecode::Opcode;

use crate::error::CompileError;
use crate::instruction_sequence::{Instruction, InstructionSequence, SourceLocation};

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
    /// The number of the first instruction, and its offset in code units.
    pub start: u32,
    pub offset: u32,
    /// How many code units the instructions take.
    pub size: u32,
    /// Whether there may be a `NOP`.
    pub may_have_nops: bool,
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

    /// Replaces the last operation by `NOP`.
    pub fn set_last_nop(&mut self) {
        if let Some(last) = self.instrs.last_mut() {
            last.set_nop();
            self.may_have_nops = true;
        }
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
#[inline]
pub fn is_scope_exit(op: Opcode) -> bool {
    matches!(op, Opcode::ReturnValue | Opcode::RaiseVarargs | Opcode::Reraise)
}

#[inline]
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
#[inline]
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
    pub used_consts: Vec<bool>,
    targets: Vec<Target>,
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
            used_consts: Vec::new(),
            targets: Vec::new(),
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
    pub fn build(&mut self, seq: &InstructionSequence) -> Result<(), CompileError> {
        const OUTSIDE: CompileError = CompileError::Internal("jump out of the instruction sequence");
        let instructions = seq.instructions();
        let mut targets = std::mem::take(&mut self.targets);
        targets.clear();
        targets.resize(instructions.len(), Target::default());
        self.has_handlers = false;
        for instruction in instructions {
            if instruction.op.has_target() {
                targets.get_mut(seq.place(instruction.oparg)? as usize).ok_or(OUTSIDE)?.wanted = true;
                self.has_handlers |= instruction.op.is_block_push();
            }
            self.has_handlers |= instruction.op == Opcode::PopBlock;
        }
        self.used = 0;
        self.new_block();
        let mut terminated = false;
        let mut taken = 0;
        for (index, (instruction, target)) in instructions.iter().zip(&mut targets).enumerate() {
            if instruction.op == Opcode::AnnotationsPlaceholder {
                self.fill(instructions.get(taken..index).unwrap_or_default());
                taken = index + 1;
                let inner = seq.annotations_code().map_or(&[][..], InstructionSequence::instructions);
                if inner.iter().any(|inner| inner.op.has_target()) {
                    return Err(CompileError::Internal("jump in the annotations' code"));
                }
                for inner in inner {
                    if std::mem::replace(&mut terminated, is_terminator(inner.op)) {
                        self.chain_block();
                    }
                    self.fill(std::slice::from_ref(inner));
                }
                continue;
            }
            if target.wanted || terminated {
                self.fill(instructions.get(taken..index).unwrap_or_default());
                taken = index;
                let last = self.used - 1;
                if terminated || !self.blocks[last].instrs.is_empty() {
                    self.chain_block();
                }
                if target.wanted {
                    let last = self.used - 1;
                    self.blocks[last].is_labelled = true;
                    target.block = Some(BlockId::of_index(last));
                }
            }
            terminated = is_terminator(instruction.op);
        }
        self.fill(instructions.get(taken..).unwrap_or_default());
        let has_handlers = self.has_handlers;
        for block in self.blocks.iter_mut().take(self.used) {
            // Jumps stand at the end of blocks, block pushes anywhere.
            let first = if has_handlers { 0 } else { block.instrs.len().saturating_sub(1) };
            for instr in block.instrs.iter_mut().skip(first) {
                if instr.op.has_target() {
                    let block = targets.get(seq.place(instr.oparg)? as usize).and_then(|target| target.block);
                    instr.target = Some(block.ok_or(CompileError::Internal("jump to a placeholder"))?);
                }
            }
        }
        self.targets = targets;
        Ok(())
    }

    /// Adds an empty block behind the last one.
    fn chain_block(&mut self) {
        let last = self.used - 1;
        let new = self.new_block();
        self.blocks[last].next = Some(new);
    }

    /// Adds instructions of a sequence to the last block.
    fn fill(&mut self, instructions: &[Instruction]) {
        if let Some(block) = self.blocks.get_mut(self.used - 1) {
            let instrs = &mut block.instrs;
            instrs.buffer.extend(instructions.iter().map(|from| CfgInstr::new(from.op, from.oparg, from.loc)));
            instrs.used = instrs.buffer.len();
            block.may_have_nops |= instructions.iter().any(|from| from.op == Opcode::Nop);
        }
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

    /// Gives each block the number of its first instruction.
    pub fn number_instructions(&mut self) -> u32 {
        let mut count = 0;
        let mut at = Some(self.entry);
        while let Some(id) = at {
            let block = &mut self[id];
            block.start = count;
            count += block.instrs.len() as u32;
            at = block.next;
        }
        count
    }

    /// Flattens the graph into `seq`; targets become indexes into it.
    pub fn flatten(&mut self, seq: &mut InstructionSequence) {
        let count = self.number_instructions();
        seq.start(count as usize);
        let mut at = Some(self.entry);
        while let Some(id) = at {
            let block = &self[id];
            for instr in block.instrs.iter() {
                let oparg = match instr.target {
                    Some(target) if instr.op.has_target() => self[target].start,
                    _ => instr.oparg,
                };
                seq.push(Instruction { op: instr.op, oparg, loc: instr.loc });
            }
            at = block.next;
        }
    }
}
