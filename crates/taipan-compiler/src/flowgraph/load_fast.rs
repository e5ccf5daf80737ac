//! Turns loads of locals into borrowing loads where the local outlives the loaded reference.
//!
//! A block at a time, the stack is simulated with references that know their load. A load stays as it is if its
//! reference is still on the stack when the local is overwritten or when the block ends, or if it is stored into a
//! local.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg};
use crate::instruction_sequence::Instruction;
use crate::op_kinds::Kinds;

/// A reference on the simulated stack.
#[derive(Clone, Copy, Debug)]
struct Ref {
    /// Index of the instruction that loaded it, or `NONE`.
    instr: u32,
    /// The local it was loaded from, or `NONE`.
    local: u32,
}

const NONE: u32 = u32::MAX;
const UNKNOWN: Ref = Ref { instr: NONE, local: NONE };

/// The stack of the block under way.
#[derive(Clone, Debug, Default)]
pub struct Simulation {
    stack: Vec<Ref>,
}

/// The block under way. Its loads borrow until something forbids it.
struct Run<'a> {
    stack: &'a mut Vec<Ref>,
    instrs: &'a mut [Instruction],
}

impl Run<'_> {
    #[inline]
    fn pop(&mut self) -> Ref {
        self.stack.pop().unwrap_or(UNKNOWN)
    }

    #[inline]
    fn pop_many(&mut self, count: i64) {
        let left = self.stack.len().saturating_sub(usize::try_from(count).unwrap_or(0));
        self.stack.truncate(left);
    }

    #[inline]
    fn load(&mut self, instr: usize, local: u32) {
        self.stack.push(Ref { instr: instr as u32, local });
    }

    #[inline]
    fn push_result(&mut self, instr: usize) {
        self.stack.push(Ref { instr: instr as u32, local: NONE });
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
        for i in 0..self.stack.len() {
            if self.stack[i].local == local {
                self.mark(self.stack[i]);
            }
        }
    }

    fn store(&mut self, local: u32) {
        let reference = self.pop();
        self.kill_local(local);
        self.mark(reference);
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
    let mut stack = std::mem::take(&mut cfg.simulation.stack);
    todo.push(entry);
    while let Some(id) = todo.pop() {
        if cfg[id].kinds.has(Kinds::LOAD_FAST) {
            treat(cfg, id, &mut stack);
        }
        let Some(&last) = cfg.last(id) else { continue };
        if cfg[id].kinds.has(Kinds::BLOCK_PUSH) {
            for at in cfg[id].range() {
                if let Some(target) = cfg.target_at(at).filter(|target| cfg.visit(*target)) {
                    todo.push(target);
                }
            }
        } else if let Some(target) = last.target
            && last.op.has_target()
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
    cfg.simulation.stack = stack;
}

fn treat(cfg: &mut Cfg, id: BlockId, stack: &mut Vec<Ref>) {
    let (block, instrs) = cfg.parts(id);
    stack.clear();
    stack.resize(block.start_depth.unwrap_or(0) as usize, UNKNOWN);
    let mut run = Run { stack, instrs };
    for i in 0..run.instrs.len() {
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
            _ => step(op, oparg, i, &mut run),
        }
    }
    for i in 0..run.stack.len() {
        run.mark(run.stack[i]);
    }
}

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
            let copied = run.stack.len().checked_sub(oparg as usize).and_then(|at| run.stack.get(at));
            run.stack.push(copied.copied().unwrap_or(UNKNOWN));
        }
        Opcode::Swap => {
            if let (Some(other), Some(top)) =
                (run.stack.len().checked_sub(oparg as usize), run.stack.len().checked_sub(1))
                && other <= top
            {
                run.stack.swap(other, top);
            }
        }
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
                run.push_result(result as usize);
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
            run.stack.push(top);
        }
        Opcode::CheckExcMatch => {
            run.pop();
            run.push_result(i);
        }
        Opcode::ForIter => run.push_result(i),
        Opcode::LoadAttr | Opcode::LoadSuperAttr => {
            let receiver = run.pop();
            if op == Opcode::LoadSuperAttr {
                run.pop_many(2);
            }
            run.push_result(i);
            if oparg & 1 != 0 {
                run.stack.push(receiver);
            }
        }
        Opcode::LoadSpecial | Opcode::PushExcInfo => {
            let top = run.pop();
            run.push_result(i);
            run.stack.push(top);
        }
        Opcode::Send => {
            run.pop();
            run.push_result(i);
        }
        op if op.is_block_push() => {}
        _ => {
            let (popped, pushed) = op.pops_and_pushes(oparg);
            run.pop_many(popped);
            for _ in 0..pushed {
                run.push_result(i);
            }
        }
    }
}
