//! Turns loads of locals into borrowing loads where the local outlives the loaded reference.
//!
//! A block at a time, the stack is simulated with references that know their load. A load stays as it is if its
//! reference is still on the stack when the local is overwritten or when the block ends, or if it is stored into a
//! local.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg};

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
    /// For each instruction, whether its reference forbids borrowing.
    keeps: Vec<bool>,
}

impl Simulation {
    fn pop(&mut self) -> Ref {
        self.stack.pop().unwrap_or(UNKNOWN)
    }

    fn pop_many(&mut self, count: i64) {
        let left = self.stack.len().saturating_sub(usize::try_from(count).unwrap_or(0));
        self.stack.truncate(left);
    }

    fn load(&mut self, instr: usize, local: u32) {
        self.stack.push(Ref { instr: instr as u32, local });
    }

    fn push_result(&mut self, instr: usize) {
        self.stack.push(Ref { instr: instr as u32, local: NONE });
    }

    fn mark(&mut self, reference: Ref) {
        if let Some(keeps) = self.keeps.get_mut(reference.instr as usize) {
            *keeps = true;
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
    cfg.clear_visited();
    let entry = cfg.entry;
    cfg[entry].visited = true;
    let mut todo = std::mem::take(&mut cfg.todo);
    let mut sim = std::mem::take(&mut cfg.simulation);
    todo.push(entry);
    while let Some(id) = todo.pop() {
        let depth = cfg[id].start_depth.unwrap_or(0) as usize;
        let count = cfg[id].instrs.len();
        sim.stack.clear();
        sim.stack.resize(depth, UNKNOWN);
        sim.keeps.clear();
        sim.keeps.resize(count, false);
        // No other block's instructions are looked at meanwhile.
        let mut instrs = std::mem::take(&mut cfg[id].instrs);
        for (i, instr) in instrs.iter().enumerate() {
            if let Some(target) = instr.target.filter(|_| instr.op.has_target()) {
                visit(cfg, &mut todo, target);
            }
            step(instr.op, instr.oparg, i, &mut sim);
        }
        for i in 0..sim.stack.len() {
            sim.mark(sim.stack[i]);
        }
        for (instr, keeps) in instrs.iter_mut().zip(&sim.keeps) {
            match instr.op {
                Opcode::LoadFast if !keeps => instr.op = Opcode::LoadFastBorrow,
                Opcode::LoadFastLoadFast if !keeps => instr.op = Opcode::LoadFastBorrowLoadFastBorrow,
                _ => {}
            }
        }
        cfg[id].instrs = instrs;
        if let (true, true, Some(next)) = (cfg[id].has_fallthrough(), cfg[id].last().is_some(), cfg[id].next) {
            visit(cfg, &mut todo, next);
        }
    }
    cfg.todo = todo;
    cfg.simulation = sim;
}

fn visit(cfg: &mut Cfg, todo: &mut Vec<BlockId>, id: BlockId) {
    if !cfg[id].visited {
        cfg[id].visited = true;
        todo.push(id);
    }
}

fn step(op: Opcode, oparg: u32, i: usize, sim: &mut Simulation) {
    match op {
        Opcode::LoadFast => sim.load(i, oparg),
        Opcode::DeleteFast => sim.kill_local(oparg),
        Opcode::LoadFastAndClear => {
            sim.kill_local(oparg);
            sim.load(i, oparg);
        }
        Opcode::LoadFastLoadFast => {
            sim.load(i, oparg >> 4);
            sim.load(i, oparg & 15);
        }
        Opcode::StoreFast => sim.store(oparg),
        Opcode::StoreFastLoadFast => {
            sim.store(oparg >> 4);
            sim.load(i, oparg & 15);
        }
        Opcode::StoreFastStoreFast => {
            sim.store(oparg >> 4);
            sim.store(oparg & 15);
        }
        Opcode::Copy => {
            let copied = sim.stack.len().checked_sub(oparg as usize).and_then(|at| sim.stack.get(at));
            sim.stack.push(copied.copied().unwrap_or(UNKNOWN));
        }
        Opcode::Swap => {
            if let (Some(other), Some(top)) =
                (sim.stack.len().checked_sub(oparg as usize), sim.stack.len().checked_sub(1))
                && other <= top
            {
                sim.stack.swap(other, top);
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
                sim.push_result(result as usize);
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
            sim.pop_many(popped - pushed);
        }
        Opcode::EndSend | Opcode::SetFunctionAttribute => {
            let top = sim.pop();
            sim.pop();
            sim.stack.push(top);
        }
        Opcode::CheckExcMatch => {
            sim.pop();
            sim.push_result(i);
        }
        Opcode::ForIter => sim.push_result(i),
        Opcode::LoadAttr | Opcode::LoadSuperAttr => {
            let receiver = sim.pop();
            if op == Opcode::LoadSuperAttr {
                sim.pop_many(2);
            }
            sim.push_result(i);
            if oparg & 1 != 0 {
                sim.stack.push(receiver);
            }
        }
        Opcode::LoadSpecial | Opcode::PushExcInfo => {
            let top = sim.pop();
            sim.push_result(i);
            sim.stack.push(top);
        }
        Opcode::Send => {
            sim.pop();
            sim.push_result(i);
        }
        op if op.is_block_push() => {}
        _ => {
            let (popped, pushed) = op.pops_and_pushes(oparg);
            sim.pop_many(popped);
            for _ in 0..pushed {
                sim.push_result(i);
            }
        }
    }
}
