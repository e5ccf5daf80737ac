//! Turns loads of locals into borrowing loads where the local outlives the loaded reference.
//!
//! A block at a time, the stack is simulated with references that know their load. A load stays as it is if its
//! reference is still on the stack when the local is overwritten or when the block ends, or if it is stored into a
//! local.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg};
use crate::error::CompileError;
use crate::instruction_sequence::Instruction;
use crate::op_kinds::Kinds;

/// A reference on the simulated stack that a load of this block put there.
#[derive(Clone, Copy, Debug)]
struct Ref {
    /// Where it lies, counted from the bottom of the stack.
    at: usize,
    /// Index of the instruction that loaded it.
    instr: u32,
    /// The local it was loaded from, or `NONE`.
    local: u32,
}

const NONE: u32 = u32::MAX;

/// The stack of the block under way: its depth, and the references of loads in it, from the bottom.
#[derive(Clone, Debug, Default)]
pub struct Simulation {
    depth: usize,
    refs: Vec<Ref>,
    /// The greatest depth so far.
    max_depth: usize,
    /// More was taken than there is.
    has_underflow: bool,
}

/// The block under way. Its loads borrow until something forbids it.
struct Run<'a> {
    sim: &'a mut Simulation,
    instrs: &'a mut [Instruction],
}

impl Run<'_> {
    /// Takes what lies on top, if it is the reference of a load.
    #[inline]
    fn pop(&mut self) -> Option<Ref> {
        self.sim.has_underflow |= self.sim.depth == 0;
        self.sim.depth = self.sim.depth.saturating_sub(1);
        self.sim.refs.pop_if(|top| top.at >= self.sim.depth)
    }

    #[inline]
    fn pop_many(&mut self, count: i64) {
        // No operation takes less than nothing.
        self.sim.has_underflow |= count as usize > self.sim.depth;
        self.sim.depth = self.sim.depth.saturating_sub(count as usize);
        while self.sim.refs.pop_if(|top| top.at >= self.sim.depth).is_some() {}
    }

    /// Pushes what is no reference of a load.
    #[inline]
    fn push_others(&mut self, count: i64) {
        self.sim.depth += count as usize;
    }

    #[inline]
    fn load(&mut self, instr: usize, local: u32) {
        self.sim.refs.push(Ref { at: self.sim.depth, instr: instr as u32, local });
        self.sim.depth += 1;
    }

    /// Pushes what was taken before.
    fn push(&mut self, reference: Option<Ref>) {
        if let Some(Ref { instr, local, .. }) = reference {
            self.sim.refs.push(Ref { at: self.sim.depth, instr, local });
        }
        self.sim.depth += 1;
    }

    /// The index among the references of that which lies `below` entries under the top.
    fn find(&self, below: usize) -> Option<usize> {
        let at = self.sim.depth.checked_sub(below + 1)?;
        self.sim.refs.iter().rposition(|reference| reference.at == at)
    }

    fn swap(&mut self, oparg: u32) {
        let Some(below) = (oparg as usize).checked_sub(1).filter(|below| *below < self.sim.depth) else { return };
        if below == 0 {
            return;
        }
        let (top, other) = (self.find(0), self.find(below));
        let refs = &mut self.sim.refs;
        match (top, other) {
            (Some(top), Some(other)) => {
                let (high, low) = (refs[top].at, refs[other].at);
                refs.swap(top, other);
                (refs[top].at, refs[other].at) = (high, low);
            }
            (Some(_), None) => {
                if let Some(moved) = refs.pop() {
                    let at = self.sim.depth - 1 - below;
                    let index = refs.partition_point(|reference| reference.at < at);
                    refs.insert(index, Ref { at, ..moved });
                }
            }
            (None, Some(other)) => {
                let moved = refs.remove(other);
                refs.push(Ref { at: self.sim.depth - 1, ..moved });
            }
            (None, None) => {}
        }
    }

    /// Forbids the load a reference comes from to borrow.
    #[inline]
    fn mark(&mut self, reference: Ref) {
        if let Some(instr) = self.instrs.get_mut(reference.instr as usize) {
            match instr.op {
                Opcode::LoadFastBorrow => instr.op = Opcode::LoadFast,
                Opcode::LoadFastBorrowLoadFastBorrow => instr.op = Opcode::LoadFastLoadFast,
                _ => {}
            }
        }
    }

    fn kill_local(&mut self, local: u32) {
        for i in 0..self.sim.refs.len() {
            if self.sim.refs[i].local == local {
                self.mark(self.sim.refs[i]);
            }
        }
    }

    fn store(&mut self, local: u32) {
        let reference = self.pop();
        self.kill_local(local);
        if let Some(reference) = reference {
            self.mark(reference);
        }
    }
}

/// Treats every reachable block; depths must be known.
pub fn optimize_load_fast(cfg: &mut Cfg) {
    if !cfg.kinds.has(Kinds::LOAD_FAST) {
        return;
    }
    cfg.start_walk();
    let entry = cfg.entry;
    cfg.visit(entry);
    let mut todo = std::mem::take(&mut cfg.todo);
    let mut sim = std::mem::take(&mut cfg.simulation);
    todo.push(entry);
    while let Some(id) = todo.pop() {
        if cfg[id].kinds.has(Kinds::LOAD_FAST) {
            treat(cfg, id, &mut sim);
        }
        if cfg[id].is_empty() {
            continue;
        }
        if cfg[id].kinds.has(Kinds::BLOCK_PUSH) {
            for at in cfg[id].range() {
                if let Some(target) = cfg.target_at(at).filter(|target| cfg.visit(*target)) {
                    todo.push(target);
                }
            }
        } else if let Some(target) = cfg.jump_target(id)
            && cfg.visit(target)
        {
            todo.push(target);
        }
        if let Some(next) = cfg.fallthrough(id)
            && cfg.visit(next)
        {
            todo.push(next);
        }
    }
    cfg.todo = todo;
    cfg.simulation = sim;
}

/// [`optimize_load_fast`] for a graph without handlers whose depths are not known yet; gives the greatest one.
///
/// # Errors
/// As [`super::stack_depth::calculate_stack_depth`].
pub fn optimize_load_fast_and_measure(cfg: &mut Cfg) -> Result<u32, CompileError> {
    cfg.start_walk();
    let mut todo = std::mem::take(&mut cfg.todo);
    todo.clear();
    let mut sim = std::mem::take(&mut cfg.simulation);
    (sim.max_depth, sim.has_underflow) = (0, false);
    let entry = cfg.entry;
    enter(cfg, &mut todo, entry, 0, true)?;
    while let Some(id) = todo.pop() {
        // Blocks that are only reached through empty ones are measured, but not changed.
        let is_reached = cfg.is_visited(id);
        if is_reached {
            treat(cfg, id, &mut sim);
        } else {
            measure(cfg, id, &mut sim);
        }
        if sim.has_underflow {
            return Err(CompileError::Value("Invalid CFG, stack underflow"));
        }
        let reaches = is_reached && !cfg[id].is_empty();
        if let Some(target) = cfg.jump_target(id) {
            enter(cfg, &mut todo, target, sim.depth, reaches)?;
        }
        if let Some(next) = cfg.fallthrough(id) {
            enter(cfg, &mut todo, next, sim.depth, reaches)?;
        }
    }
    let max_depth = sim.max_depth;
    cfg.todo = todo;
    cfg.simulation = sim;
    u32::try_from(max_depth).map_err(|_| CompileError::Internal("stack depth out of range"))
}

/// Follows the depth through a block.
fn measure(cfg: &Cfg, id: BlockId, sim: &mut Simulation) {
    sim.depth = cfg[id].start_depth().unwrap_or(0) as usize;
    for instr in cfg.instrs(id) {
        sim.max_depth = sim.max_depth.max(sim.depth);
        let (popped, pushed) = instr.op.pops_and_pushes(instr.oparg);
        sim.has_underflow |= popped as usize > sim.depth;
        sim.depth = sim.depth.saturating_sub(popped as usize) + pushed as usize;
    }
}

#[inline]
fn enter(
    cfg: &mut Cfg,
    todo: &mut Vec<BlockId>,
    id: BlockId,
    depth: usize,
    is_reached: bool,
) -> Result<(), CompileError> {
    let is_new = is_reached && cfg.visit(id);
    match cfg[id].start_depth() {
        None => {
            let Ok(depth) = u32::try_from(depth) else {
                return Err(CompileError::Internal("stack depth out of range"));
            };
            cfg[id].set_start_depth(Some(depth));
            todo.push(id);
        }
        Some(known) if known as usize != depth => {
            return Err(CompileError::Internal("Invalid CFG, inconsistent stackdepth"));
        }
        Some(_) if is_new => todo.push(id),
        Some(_) => {}
    }
    Ok(())
}

/// Treats one block; the simulation ends where the block does.
fn treat(cfg: &mut Cfg, id: BlockId, sim: &mut Simulation) {
    let (block, instrs) = cfg.parts(id);
    sim.refs.clear();
    sim.depth = block.start_depth().unwrap_or(0) as usize;
    let mut run = Run { sim, instrs };
    for i in 0..run.instrs.len() {
        run.sim.max_depth = run.sim.max_depth.max(run.sim.depth);
        let instr = &mut run.instrs[i];
        let (op, oparg) = (instr.op, instr.oparg);
        match op {
            Opcode::LoadFast => {
                instr.op = Opcode::LoadFastBorrow;
                run.load(i, oparg);
            }
            Opcode::LoadFastLoadFast => {
                instr.op = Opcode::LoadFastBorrowLoadFastBorrow;
                run.load(i, oparg >> 4);
                run.load(i, oparg & 15);
            }
            op if Kinds::of(op).has(Kinds::UNUSUAL) => step(op, oparg, i, &mut run),
            _ => {
                let (popped, pushed) = op.pops_and_pushes(oparg);
                run.pop_many(popped);
                run.push_others(pushed);
            }
        }
    }
    for i in 0..run.sim.refs.len() {
        run.mark(run.sim.refs[i]);
    }
}

/// An operation that leaves references of loads where they are, moves them, or ends their locals.
fn step(op: Opcode, oparg: u32, i: usize, run: &mut Run<'_>) {
    match op {
        Opcode::DeleteFast => run.kill_local(oparg),
        Opcode::LoadFastAndClear => {
            run.kill_local(oparg);
            run.load(i, oparg);
        }
        Opcode::StoreFast => run.store(oparg),
        Opcode::StoreFastLoadFast => {
            run.store(oparg >> 4);
            run.load(i, oparg & 15);
        }
        Opcode::StoreFastStoreFast => {
            run.store(oparg >> 4);
            run.store(oparg & 15);
        }
        Opcode::Copy => {
            let copied = (oparg as usize).checked_sub(1).and_then(|below| run.find(below));
            let copied = copied.and_then(|index| run.sim.refs.get(index)).copied();
            run.push(copied);
        }
        Opcode::Swap => run.swap(oparg),
        // These leave their inputs where they are. CPython takes the results for those of the block's first
        // instructions.
        Opcode::FormatSimple
        | Opcode::GetAnext
        | Opcode::GetLen
        | Opcode::GetYieldFromIter
        | Opcode::ImportFrom
        | Opcode::MatchKeys
        | Opcode::MatchMapping
        | Opcode::MatchSequence
        | Opcode::WithExceptStart => {
            let (popped, pushed) = op.pops_and_pushes(oparg);
            for result in 0..pushed - popped {
                run.load(result as usize, NONE);
            }
        }
        Opcode::DictMerge
        | Opcode::DictUpdate
        | Opcode::ListAppend
        | Opcode::ListExtend
        | Opcode::MapAdd
        | Opcode::Reraise
        | Opcode::SetAdd
        | Opcode::SetUpdate => {
            let (popped, pushed) = op.pops_and_pushes(oparg);
            run.pop_many(popped - pushed);
        }
        Opcode::EndSend | Opcode::SetFunctionAttribute => {
            let top = run.pop();
            run.pop();
            run.push(top);
        }
        Opcode::CheckExcMatch => {
            run.pop();
            run.push_others(1);
        }
        Opcode::ForIter => run.push_others(1),
        Opcode::LoadAttr | Opcode::LoadSuperAttr => {
            let receiver = run.pop();
            if op == Opcode::LoadSuperAttr {
                run.pop_many(2);
            }
            run.push_others(1);
            if oparg & 1 != 0 {
                run.push(receiver);
            }
        }
        Opcode::LoadSpecial | Opcode::PushExcInfo => {
            let top = run.pop();
            run.push_others(1);
            run.push(top);
        }
        Opcode::Send => {
            run.pop();
            run.push_others(1);
        }
        _ => {}
    }
}
