//! Removes what has become dead: unreachable blocks, `NOP`s, jumps to the next block, load-and-pop pairs.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg, is_terminator, is_unconditional_jump};
use crate::error::CompileError;
use crate::instruction_sequence::NO_LOCATION;
use crate::op_kinds::Kinds;

/// Counts predecessors and empties blocks that have none.
pub fn remove_unreachable(cfg: &mut Cfg) {
    cfg.ways_changed = false;
    cfg.start_walk();
    let entry = cfg.entry;
    cfg.visit(entry);
    cfg[entry].predecessors = 1;
    if cfg[entry].next.is_none() && !cfg.kinds.has(Kinds::TARGET) {
        return;
    }
    let mut todo = std::mem::take(&mut cfg.todo);
    todo.push(entry);
    let reach = |cfg: &mut Cfg, todo: &mut Vec<BlockId>, reached: BlockId| {
        if cfg.visit(reached) {
            cfg[reached].predecessors = 1;
            todo.push(reached);
        } else {
            cfg[reached].predecessors += 1;
        }
    };
    while let Some(id) = todo.pop() {
        if let Some(next) = cfg.fallthrough(id) {
            reach(cfg, &mut todo, next);
        }
        // Jumps end their blocks, block pushes stand anywhere.
        if cfg[id].kinds.has(Kinds::BLOCK_PUSH) {
            for at in cfg[id].range() {
                if let Some(target) = cfg.target_at(at) {
                    reach(cfg, &mut todo, target);
                }
            }
        } else if let Some(target) = cfg.jump_target(id) {
            reach(cfg, &mut todo, target);
        }
    }
    cfg.todo = todo;
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        if !cfg.is_visited(id) {
            cfg.consts_dropped |= !cfg[id].is_empty() && cfg[id].kinds.has(Kinds::CONST);
            cfg.truncate(id, 0);
            cfg[id].predecessors = 0;
            cfg[id].is_except_handler = false;
        }
    }
}

/// Removes `NOP`s of one block no line event depends on; gives how many.
#[inline(always)]
pub fn remove_redundant_nops_in(cfg: &mut Cfg, id: BlockId) -> usize {
    if cfg[id].kinds.has(Kinds::NOP) { remove_nops(cfg, id) } else { 0 }
}

fn remove_nops(cfg: &mut Cfg, id: BlockId) -> usize {
    let (block, instrs) = cfg.parts(id);
    block.kinds.remove(Kinds::NOP);
    let Some(first) = instrs.iter().position(|instr| instr.op == Opcode::Nop) else { return 0 };
    // What follows the block matters only to a last instruction that does nothing.
    let ends_in_nop = instrs.last().is_some_and(|last| last.op == Opcode::Nop);
    let next = block.next.filter(|_| ends_in_nop);
    let following = cfg
        .next_nonempty(next)
        .and_then(|next| cfg.instrs(next).iter().find(|instr| !(instr.op == Opcode::Nop && instr.loc.lineno < 0)));
    let following_lineno = following.map_or(NO_LOCATION, |instr| instr.loc).lineno;
    let instrs = cfg.instrs_mut(id);
    let before = instrs.len();
    let mut prev_lineno = if first > 0 { instrs[first - 1].loc.lineno } else { -1 };
    let mut kept = first;
    let mut kept_nops = false;
    for src in first..before {
        let instr = instrs[src];
        let lineno = instr.loc.lineno;
        if instr.op == Opcode::Nop {
            if lineno < 0 || prev_lineno == lineno {
                continue;
            }
            if src + 1 < before {
                let next_lineno = instrs[src + 1].loc.lineno;
                if next_lineno == lineno {
                    continue;
                }
                if next_lineno < 0 {
                    instrs[src + 1].loc = instr.loc;
                    continue;
                }
            } else if following_lineno == lineno {
                continue;
            }
            kept_nops = true;
        }
        instrs[kept] = instr;
        kept += 1;
        prev_lineno = lineno;
    }
    cfg.truncate(id, kept);
    if kept_nops {
        cfg[id].kinds.add(Kinds::NOP);
    }
    before - kept
}

/// Removes `NOP`s no line event depends on; gives how many.
pub fn remove_redundant_nops(cfg: &mut Cfg) -> usize {
    if !cfg.kinds.has(Kinds::NOP) {
        return 0;
    }
    let mut removed = 0;
    let mut left = false;
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        removed += remove_redundant_nops_in(cfg, id);
        left |= cfg[id].kinds.has(Kinds::NOP);
    }
    if !left {
        cfg.kinds.remove(Kinds::NOP);
    }
    removed
}

/// Removes loads that are popped at once, and the `NOP`s that leaves.
pub fn remove_redundant_nops_and_pairs(cfg: &mut Cfg) {
    if !cfg.kinds.has(Kinds::POP_TOP) {
        remove_redundant_nops(cfg);
        return;
    }
    let mut done = false;
    while !done {
        done = true;
        // The last instruction before, if control can only come from there.
        let mut prev: Option<BlockId> = None;
        let mut at = Some(cfg.entry);
        while let Some(id) = at {
            at = cfg[id].next;
            remove_redundant_nops_in(cfg, id);
            if cfg[id].is_labelled {
                prev = None;
            }
            if cfg[id].kinds.has(Kinds::POP_TOP) {
                done &= !remove_pairs_in(cfg, id, prev);
            }
            let block = &cfg[id];
            if !block.is_empty() {
                let ends = block.kinds.has(Kinds::TERMINATOR) && is_terminator(cfg.last_op(id));
                prev = (!ends).then_some(id);
            }
        }
    }
}

/// Turns the loads popped in a block into `NOP`s, along with the pops; whether there were any.
fn remove_pairs_in(cfg: &mut Cfg, id: BlockId, prev: Option<BlockId>) -> bool {
    let mut found = false;
    if let Some(first) = cfg.instrs(id).first()
        && first.op == Opcode::PopTop
        && let Some(prev) = prev
        && let Some(load) = cfg.last_mut(prev)
        && is_plain_load(load.op, load.oparg)
    {
        load.set_nop();
        if let Some(pop) = cfg.instrs_mut(id).first_mut() {
            pop.set_nop();
        }
        cfg.note(prev, Kinds::NOP);
        found = true;
    }
    let instrs = cfg.instrs_mut(id);
    for at in 1..instrs.len() {
        if instrs[at].op == Opcode::PopTop && is_plain_load(instrs[at - 1].op, instrs[at - 1].oparg) {
            instrs[at - 1].set_nop();
            instrs[at].set_nop();
            found = true;
        }
    }
    if found {
        cfg.note(id, Kinds::NOP);
        cfg.consts_dropped = true;
    }
    found
}

#[inline]
fn is_plain_load(op: Opcode, oparg: u32) -> bool {
    matches!(op, Opcode::LoadConst | Opcode::LoadSmallInt) || (op == Opcode::Copy && oparg == 1)
}

/// Turns unconditional jumps to the block that follows anyway into `NOP`s; gives how many.
fn remove_redundant_jumps(cfg: &mut Cfg) -> Result<usize, CompileError> {
    if !cfg.order_changed || !cfg.kinds.has(Kinds::JUMP) {
        return Ok(0);
    }
    cfg.order_changed = false;
    let mut changes = 0;
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        if cfg[id].kinds.has(Kinds::JUMP)
            && let Some(last) = cfg.last(id)
            && is_unconditional_jump(last.op)
        {
            let target = cfg.next_nonempty(last.target);
            if target.is_none() {
                return Err(CompileError::Internal("jump with NULL target"));
            }
            if cfg.next_nonempty(at) == target {
                changes += 1;
                cfg.set_last_nop(id);
                cfg.ways_changed = true;
            }
        }
    }
    Ok(changes)
}

/// Removes redundant `NOP`s and jumps until none is left.
///
/// # Errors
/// [`CompileError::Internal`] for a jump that leads to no instruction.
pub fn remove_redundant_nops_and_jumps(cfg: &mut Cfg) -> Result<(), CompileError> {
    loop {
        let nops = remove_redundant_nops(cfg);
        if nops + remove_redundant_jumps(cfg)? == 0 {
            return Ok(());
        }
    }
}
