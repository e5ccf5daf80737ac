//! The control-flow graph: basic blocks in a chain, built from an instruction sequence and flattened to one.
//!
//! Invariants: jumps and scope exits end their block ([`Cfg::check`]); block ids index `blocks` and stay valid; the
//! chain of `next` links from `entry` is the order of the code and has no cycle.

use std::ops::{Index, IndexMut};

use taipan_bytecode::Opcode;

use crate::error::CompileError;
use crate::instruction_sequence::{ExceptHandlerInfo, Instruction, InstructionSequence, Label, SourceLocation};

/// Names a block of one graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlockId(u32);

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

/// Instructions that run one after the other.
#[derive(Clone, Debug, Default)]
pub struct Block {
    pub instrs: Vec<CfgInstr>,
    /// Handlers of the instructions that once stood behind the last one: CPython's compiler gives them to the
    /// instructions it appends there one by one.
    former_handlers: Vec<Option<BlockId>>,
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
        let except = self.former_handlers.first().copied().flatten();
        self.take_slots(1);
        self.instrs.push(CfgInstr { except, ..instr });
    }

    /// Appends copies of whole instructions.
    pub fn append(&mut self, instrs: &[CfgInstr]) {
        self.take_slots(instrs.len());
        self.instrs.extend_from_slice(instrs);
    }

    /// Inserts whole instructions before position `at`.
    pub fn insert(&mut self, at: usize, instrs: &[CfgInstr]) {
        self.take_slots(instrs.len());
        self.instrs.splice(at..at, instrs.iter().copied());
    }

    /// Drops all instructions from position `kept` on.
    pub fn truncate(&mut self, kept: usize) {
        if kept >= self.instrs.len() {
            return;
        }
        let dropped = self.instrs.drain(kept..).map(|instr| instr.except);
        self.former_handlers.splice(0..0, dropped);
    }

    fn take_slots(&mut self, count: usize) {
        if self.former_handlers.is_empty() {
            return;
        }
        self.former_handlers.drain(..count.min(self.former_handlers.len()));
    }

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

/// The graph of one code unit.
#[derive(Clone, Debug)]
pub struct Cfg {
    blocks: Vec<Block>,
    pub entry: BlockId,
}

impl Index<BlockId> for Cfg {
    type Output = Block;

    fn index(&self, id: BlockId) -> &Block {
        &self.blocks[id.0 as usize]
    }
}

impl IndexMut<BlockId> for Cfg {
    fn index_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id.0 as usize]
    }
}

impl Cfg {
    /// Builds the graph, targets resolved, and puts the annotations' code where its placeholder stands.
    ///
    /// # Errors
    /// [`CompileError::Internal`] for an unplaced label, a target outside, or a malformed graph.
    pub fn from_sequence(mut seq: InstructionSequence) -> Result<Cfg, CompileError> {
        seq.apply_label_map()?;
        let instructions = seq.instructions();
        let mut is_target = vec![false; instructions.len()];
        for instruction in instructions {
            if instruction.op.has_target() {
                *is_target
                    .get_mut(instruction.oparg as usize)
                    .ok_or(CompileError::Internal("jump out of the instruction sequence"))? = true;
            }
        }
        let mut builder = Builder::new();
        let mut block_at = vec![None; instructions.len()];
        for (at, instruction) in instructions.iter().enumerate() {
            if instruction.op == Opcode::AnnotationsPlaceholder {
                for inner in seq.annotations_code().map_or(&[][..], InstructionSequence::instructions) {
                    if inner.op.has_target() {
                        return Err(CompileError::Internal("jump in the annotations' code"));
                    }
                    builder.add_op(inner);
                }
                continue;
            }
            if is_target[at] {
                builder.use_label();
            }
            builder.add_op(instruction);
            block_at[at] = Some(builder.current);
        }
        let mut cfg = builder.cfg;
        for instr in cfg.blocks.iter_mut().flat_map(|block| &mut block.instrs) {
            if instr.op.has_target() {
                let block = block_at.get(instr.oparg as usize).copied().flatten();
                instr.target = Some(block.ok_or(CompileError::Internal("jump to a placeholder"))?);
            }
        }
        cfg.check()?;
        Ok(cfg)
    }

    fn check(&self) -> Result<(), CompileError> {
        let terminated_early = |block: &Block| {
            let body = block.instrs.split_last().map_or(&[][..], |(_, body)| body);
            body.iter().any(|instr| is_terminator(instr.op))
        };
        if self.blocks.iter().any(terminated_early) {
            return Err(CompileError::Internal("malformed control flow graph."));
        }
        Ok(())
    }

    /// Adds an empty block outside the chain.
    pub fn new_block(&mut self) -> BlockId {
        self.blocks.push(Block::default());
        BlockId(self.blocks.len() as u32 - 1)
    }

    /// The blocks in the order of the code.
    pub fn order(&self) -> Vec<BlockId> {
        let mut order = Vec::with_capacity(self.blocks.len());
        order.extend(std::iter::successors(Some(self.entry), |&id| self[id].next));
        order
    }

    /// The first block from `from` on that has instructions.
    pub fn next_nonempty(&self, from: Option<BlockId>) -> Option<BlockId> {
        std::iter::successors(from, |&id| self[id].next).find(|&id| !self[id].instrs.is_empty())
    }

    /// Clears the mark of every block.
    pub fn clear_visited(&mut self) {
        for block in &mut self.blocks {
            block.visited = false;
        }
    }

    /// Flattens the graph; targets and handlers become indexes into the sequence.
    ///
    /// # Errors
    /// [`CompileError::Internal`] if a handler's depth is unknown.
    pub fn into_sequence(self) -> Result<InstructionSequence, CompileError> {
        let order = self.order();
        let mut label_of = vec![0; self.blocks.len()];
        for (label, id) in order.iter().enumerate() {
            label_of[id.0 as usize] = label as u32;
        }
        let count = order.iter().map(|&id| self[id].instrs.len()).sum();
        let mut seq = InstructionSequence::with_capacity(count);
        for &id in &order {
            seq.use_label(Label(label_of[id.0 as usize]));
            for instr in &self[id].instrs {
                let oparg = match instr.target {
                    Some(target) if instr.op.has_target() => label_of[target.0 as usize],
                    _ => instr.oparg,
                };
                let except_handler = match instr.except {
                    Some(handler) => Some(ExceptHandlerInfo {
                        label: label_of[handler.0 as usize],
                        start_depth: self[handler]
                            .start_depth
                            .ok_or(CompileError::Internal("handler without stack depth"))?,
                        preserve_lasti: self[handler].preserve_lasti,
                    }),
                    None => None,
                };
                seq.push(Instruction { op: instr.op, oparg, loc: instr.loc, except_handler });
            }
        }
        seq.apply_label_map()?;
        Ok(seq)
    }
}

struct Builder {
    cfg: Cfg,
    current: BlockId,
    label_pending: bool,
}

impl Builder {
    fn new() -> Self {
        let entry = BlockId(0);
        Builder { cfg: Cfg { blocks: vec![Block::default()], entry }, current: entry, label_pending: false }
    }

    fn use_label(&mut self) {
        self.label_pending = true;
        self.maybe_start_block();
    }

    fn add_op(&mut self, instruction: &Instruction) {
        self.maybe_start_block();
        self.cfg[self.current].instrs.push(CfgInstr::new(instruction.op, instruction.oparg, instruction.loc));
    }

    fn maybe_start_block(&mut self) {
        let block = &mut self.cfg[self.current];
        let terminated = block.last().is_some_and(|last| is_terminator(last.op));
        if !terminated {
            if !self.label_pending {
                return;
            }
            if block.instrs.is_empty() && !block.is_labelled {
                block.is_labelled = true;
                self.label_pending = false;
                return;
            }
        }
        let new = self.cfg.new_block();
        self.cfg[new].is_labelled = std::mem::take(&mut self.label_pending);
        self.cfg[self.current].next = Some(new);
        self.current = new;
    }
}
