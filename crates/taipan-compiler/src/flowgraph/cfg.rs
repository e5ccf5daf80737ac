//! The control-flow graph: basic blocks in a chain, built from an instruction sequence and flattened to one.
//!
//! Invariants: jumps and scope exits end their block; block ids index `blocks` and stay valid; the chain of `next` links
//! from `entry` is the order of the code and has no cycle; each block has a stretch of `pool` to itself.

use std::ops::{Index, IndexMut};

use taipan_bytecode::Opcode;

use crate::error::CompileError;
use crate::instruction_sequence::{Instruction, InstructionSequence, NO_LOCATION};
use crate::op_kinds::Kinds;

use block::{Block, is_scope_exit};
pub use block::{BlockId, falls_through, is_conditional_jump, is_terminator, is_unconditional_jump};

mod block;

/// The graph of one code unit; its memory serves one unit after the other.
#[derive(Clone, Debug)]
pub struct Cfg {
    pool: Vec<Instruction>,
    blocks: Vec<Block>,
    pub entry: BlockId,
    /// What may stand in some block.
    pub kinds: Kinds,
    /// Whether some instruction opens a block of a handler.
    pub has_handlers: bool,
    /// Whether ways between blocks changed since `remove_unreachable` ran.
    pub ways_changed: bool,
    /// Whether jumps to the block that follows may have come about since they were removed last.
    pub order_changed: bool,
    /// Whether a load of a constant may have gone.
    pub consts_dropped: bool,
    /// The number of the walk under way.
    walk: u32,
    /// Memory of the passes.
    pub todo: Vec<BlockId>,
    pub simulation: super::load_fast::Simulation,
    pub used_consts: Vec<bool>,
    pub renumbered: Vec<u32>,
    pub open_blocks: Vec<super::exceptions::OpenBlock>,
    pub todo_under: Vec<(BlockId, Option<usize>)>,
    /// For each label the block it stands before, if a jump leads there.
    labels: Vec<Option<BlockId>>,
}

impl Default for Cfg {
    fn default() -> Self {
        Cfg {
            pool: Vec::new(),
            blocks: Vec::new(),
            entry: BlockId::FIRST,
            kinds: Kinds::NONE,
            has_handlers: false,
            ways_changed: false,
            order_changed: true,
            consts_dropped: false,
            walk: 0,
            todo: Vec::new(),
            simulation: Default::default(),
            used_consts: Vec::new(),
            renumbered: Vec::new(),
            open_blocks: Vec::new(),
            todo_under: Vec::new(),
            labels: Vec::new(),
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
    /// Builds the graph of `seq`, targets resolved, the annotations' code put where its placeholder stands. The
    /// instructions of the sequence are taken.
    ///
    /// # Errors
    /// [`CompileError::Internal`] for an unplaced label, a target outside, or a malformed graph.
    pub fn build(&mut self, seq: &mut InstructionSequence) -> Result<(), CompileError> {
        const OUTSIDE: CompileError = CompileError::Internal("jump out of the instruction sequence");
        seq.complete()?;
        self.start();
        std::mem::swap(&mut self.pool, &mut seq.instructions);
        self.labels.clear();
        self.labels.resize(seq.label_count(), None);
        let count = self.pool.len() as u32;
        for &at in &seq.jumps {
            let Some(label) = self.pool.get(at as usize).map(|jump| jump.oparg) else { return Err(OUTSIDE) };
            if seq.place(label)? >= count {
                return Err(OUTSIDE);
            }
            let Some(place) = self.labels.get_mut(label as usize) else { return Err(OUTSIDE) };
            *place = Some(BlockId::WANTED);
        }
        let mut block = Block::default();
        let mut terminated = false;
        for segment in &seq.segments {
            if segment.end > block.start + block.len {
                if terminated {
                    block = self.chain(block);
                    terminated = false;
                }
                block.len = segment.end - block.start;
                block.kinds.add(segment.kinds);
                self.kinds.add(segment.kinds);
            }
            if segment.label == 0 {
                terminated = true;
            } else if let Some(place @ Some(_)) = self.labels.get_mut(segment.label as usize) {
                let starts = terminated || block.len > 0;
                *place = Some(BlockId::of_index(self.blocks.len() + usize::from(starts)));
                if starts {
                    block = self.chain(block);
                    terminated = false;
                }
                block.is_labelled = true;
            }
        }
        block.room = block.len;
        self.blocks.push(block);
        self.has_handlers = self.kinds.has(Kinds::HANDLERS);
        for &at in &seq.jumps {
            let Some(instr) = self.pool.get_mut(at as usize) else { return Err(OUTSIDE) };
            let Some(&Some(target)) = self.labels.get(instr.oparg as usize) else { return Err(OUTSIDE) };
            instr.target = Some(target);
            let is_handler = instr.op.is_block_push();
            let Some(block) = self.blocks.get_mut(target.index()) else { return Err(OUTSIDE) };
            block.is_except_handler |= is_handler;
        }
        Ok(())
    }

    /// How many instructions there is room for.
    pub fn room(&self) -> usize {
        self.pool.capacity()
    }

    /// Forgets the unit before.
    fn start(&mut self) {
        self.blocks.clear();
        self.entry = BlockId::FIRST;
        self.kinds = Kinds::NONE;
        self.ways_changed = false;
        self.order_changed = true;
        self.consts_dropped = false;
        self.walk = 0;
    }

    /// Adds a finished block, which one more follows; gives that one.
    #[inline]
    fn chain(&mut self, mut block: Block) -> Block {
        block.room = block.len;
        block.next = Some(BlockId::of_index(self.blocks.len() + 1));
        self.blocks.push(block);
        Block { start: block.start + block.len, ..Block::default() }
    }

    /// Adds an empty block outside the chain.
    pub fn new_block(&mut self) -> BlockId {
        self.order_changed = true;
        self.blocks.push(Block { start: self.pool.len() as u32, ..Block::default() });
        BlockId::of_index(self.blocks.len() - 1)
    }

    #[inline(always)]
    pub fn instrs(&self, id: BlockId) -> &[Instruction] {
        &self.pool[self.blocks[id.index()].range()]
    }

    #[inline(always)]
    pub fn instrs_mut(&mut self, id: BlockId) -> &mut [Instruction] {
        &mut self.pool[self.blocks[id.index()].range()]
    }

    /// A block with its instructions, both to be changed.
    #[inline(always)]
    pub fn parts(&mut self, id: BlockId) -> (&mut Block, &mut [Instruction]) {
        let block = &mut self.blocks[id.index()];
        let instrs = &mut self.pool[block.range()];
        (block, instrs)
    }

    #[inline(always)]
    pub fn last(&self, id: BlockId) -> Option<&Instruction> {
        self.instrs(id).last()
    }

    #[inline(always)]
    pub fn last_mut(&mut self, id: BlockId) -> Option<&mut Instruction> {
        self.instrs_mut(id).last_mut()
    }

    /// The operation that ends the block; `NOP` if there is none.
    #[inline(always)]
    pub fn last_op(&self, id: BlockId) -> Opcode {
        self.last(id).map_or(Opcode::Nop, |last| last.op)
    }

    /// Appends an instruction; its handler is that of the instruction that once stood there.
    pub fn add_op(&mut self, id: BlockId, instr: Instruction) {
        let except = self.former_except(id);
        self.append(id, &[Instruction { except, ..instr }]);
    }

    /// The handler of the instruction that once stood behind the last one.
    pub fn former_except(&self, id: BlockId) -> Option<BlockId> {
        let block = &self[id];
        if block.len < block.room { self.pool.get(block.range().end).and_then(|former| former.except) } else { None }
    }

    /// Appends whole instructions.
    pub fn append(&mut self, id: BlockId, instrs: &[Instruction]) {
        self.make_room(id, instrs.len());
        let block = &mut self.blocks[id.index()];
        let at = block.range().end;
        block.len += instrs.len() as u32;
        block.kinds.add(Kinds::REARRANGED);
        for instr in instrs {
            block.kinds.add(Kinds::of_instruction(instr.op, instr.loc.lineno));
        }
        self.kinds.add(self.blocks[id.index()].kinds);
        if let Some(free) = self.pool.get_mut(at..at + instrs.len()) {
            free.copy_from_slice(instrs);
        }
    }

    /// Appends copies of all instructions of another block.
    pub fn append_block(&mut self, id: BlockId, from: BlockId) {
        let Block { len, kinds, .. } = self[from];
        self.make_room(id, len as usize);
        let from = self[from].range();
        let block = &mut self.blocks[id.index()];
        let at = block.range().end;
        block.len += len;
        block.kinds.add(kinds.or(Kinds::REARRANGED));
        self.kinds.add(block.kinds);
        self.pool.copy_within(from, at);
    }

    /// Inserts whole instructions before position `at`.
    pub fn insert(&mut self, id: BlockId, at: usize, instrs: &[Instruction]) {
        self.append(id, instrs);
        if let Some(moved) = self.instrs_mut(id).get_mut(at..) {
            moved.rotate_right(instrs.len());
        }
    }

    /// Sees to it that `count` instructions can be appended to the block.
    fn make_room(&mut self, id: BlockId, count: usize) {
        let block = &mut self.blocks[id.index()];
        let missing = (block.len as usize + count).saturating_sub(block.room as usize);
        if missing == 0 {
            return;
        }
        let (start, room) = (block.start as usize, block.room as usize);
        if start + room != self.pool.len() {
            block.start = self.pool.len() as u32;
            self.pool.extend_from_within(start..start + room);
        }
        let block = &mut self.blocks[id.index()];
        block.room += missing as u32;
        let empty = Instruction::new(Opcode::Nop, 0, NO_LOCATION);
        self.pool.resize(self.pool.len() + missing, empty);
    }

    /// Drops all instructions from position `kept` on.
    #[inline]
    pub fn truncate(&mut self, id: BlockId, kept: usize) {
        let block = &mut self.blocks[id.index()];
        block.len = block.len.min(kept as u32);
        self.order_changed |= kept == 0;
    }

    /// Replaces the last operation by `NOP`.
    pub fn set_last_nop(&mut self, id: BlockId) {
        if let Some(last) = self.last_mut(id) {
            last.set_nop();
            self.note(id, Kinds::NOP);
        }
    }

    /// Takes note that a block may have more kinds of instructions.
    #[inline]
    pub fn note(&mut self, id: BlockId, kinds: Kinds) {
        self.blocks[id.index()].kinds.add(kinds);
        self.kinds.add(kinds);
    }

    #[inline(always)]
    pub fn has_fallthrough(&self, id: BlockId) -> bool {
        !self[id].kinds.has(Kinds::JUMP.or(Kinds::EXIT)) || falls_through(self.last_op(id))
    }

    /// Where the last instruction jumps.
    #[inline(always)]
    pub fn jump_target(&self, id: BlockId) -> Option<BlockId> {
        if !self[id].kinds.has(Kinds::TARGET) {
            return None;
        }
        self.last(id).filter(|last| last.op.has_jump()).and_then(|last| last.target)
    }

    /// Where the instruction at a place of the pool leads.
    #[inline]
    pub fn target_at(&self, at: usize) -> Option<BlockId> {
        self.pool.get(at).filter(|instr| instr.op.has_target()).and_then(|instr| instr.target)
    }

    /// The block control passes to behind the last instruction.
    #[inline(always)]
    pub fn fallthrough(&self, id: BlockId) -> Option<BlockId> {
        if self.has_fallthrough(id) { self[id].next } else { None }
    }

    pub fn exits_scope(&self, id: BlockId) -> bool {
        is_scope_exit(self.last_op(id))
    }

    pub fn has_no_lineno(&self, id: BlockId) -> bool {
        (self[id].is_empty() || self[id].kinds.has(Kinds::NO_LINE))
            && self.instrs(id).iter().all(|instr| instr.loc.lineno < 0)
    }

    /// The first block from `from` on that has instructions.
    #[inline]
    pub fn next_nonempty(&self, from: Option<BlockId>) -> Option<BlockId> {
        let mut at = from;
        while let Some(id) = at {
            let block = &self[id];
            if !block.is_empty() {
                return at;
            }
            at = block.next;
        }
        None
    }

    /// Begins a walk over blocks: none is visited.
    pub fn start_walk(&mut self) {
        self.walk += 1;
    }

    /// Whether the block is visited for the first time in this walk.
    #[inline(always)]
    pub fn visit(&mut self, id: BlockId) -> bool {
        let walk = self.walk;
        std::mem::replace(&mut self[id].visit, walk) != walk
    }

    #[inline(always)]
    pub fn is_visited(&self, id: BlockId) -> bool {
        self[id].visit == self.walk
    }

    /// Gives each block the number of its first instruction, in place of that of its predecessors; gives the number of
    /// all.
    pub fn number_instructions(&mut self) -> u32 {
        let mut count = 0;
        let mut at = Some(self.entry);
        while let Some(id) = at {
            let block = &mut self[id];
            block.predecessors = count;
            count += block.len + u32::from(block.not_taken);
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
            for instr in self.instrs(id) {
                let oparg = match instr.target {
                    Some(target) if instr.op.has_target() => self[target].number(),
                    _ => instr.oparg,
                };
                seq.instructions.push(Instruction::new(instr.op, oparg, instr.loc));
            }
            at = self[id].next;
        }
    }
}
