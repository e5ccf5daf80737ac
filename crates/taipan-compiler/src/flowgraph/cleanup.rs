//! Removes what has become dead: unreachable blocks, `NOP`s, jumps to the next block, load-and-pop pairs.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg, CfgInstr, is_unconditional_jump};
use crate::error::CompileError;
use crate::instruction_sequence::NO_LOCATION;

/// Counts predecessors and empties blocks that have none.
pub fn remove_unreachable(cfg: &mut Cfg) {
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        let block = &mut cfg[id];
        at = block.next;
        block.predecessors = 0;
        block.visited = false;
    }
    let entry = cfg.entry;
    cfg[entry].predecessors = 1;
    cfg[entry].visited = true;
    let mut todo = std::mem::take(&mut cfg.todo);
    todo.push(entry);
    while let Some(id) = todo.pop() {
        let mut reach = |cfg: &mut Cfg, reached: BlockId| {
            let block = &mut cfg[reached];
            block.predecessors += 1;
            if !block.visited {
                block.visited = true;
                todo.push(reached);
            }
        };
        let block = &cfg[id];
        if let Some(next) = block.next.filter(|_| block.has_fallthrough()) {
            reach(cfg, next);
        }
        // Without handlers only the last instruction leads elsewhere.
        if !cfg.has_handlers {
            let last = cfg[id].last();
            if let Some(target) = last.filter(|last| last.op.has_target()).and_then(|last| last.target) {
                reach(cfg, target);
            }
            continue;
        }
        for i in 0..cfg[id].instrs.len() {
            let instr = &cfg[id].instrs[i];
            if let Some(target) = instr.target.filter(|_| instr.op.has_target()) {
                reach(cfg, target);
            }
        }
    }
    cfg.todo = todo;
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        let block = &mut cfg[id];
        at = block.next;
        if block.predecessors == 0 {
            block.truncate(0);
            block.is_except_handler = false;
        }
    }
}

fn remove_redundant_nops_in(cfg: &mut Cfg, id: BlockId) -> usize {
    let block = &mut cfg[id];
    if !block.may_have_nops {
        return 0;
    }
    block.may_have_nops = false;
    let Some(first) = block.instrs.iter().position(|instr| instr.op == Opcode::Nop) else { return 0 };
    // What follows the block matters only to a last instruction that does nothing.
    let ends_in_nop = block.instrs.last().is_some_and(|last| last.op == Opcode::Nop);
    let next = block.next.filter(|_| ends_in_nop);
    let following = cfg
        .next_nonempty(next)
        .and_then(|next| cfg[next].instrs.iter().find(|instr| !(instr.op == Opcode::Nop && instr.loc.lineno < 0)));
    let following_lineno = following.map_or(NO_LOCATION, |instr| instr.loc).lineno;
    let block = &mut cfg[id];
    let instrs = &mut block.instrs[..];
    let before = instrs.len();
    let mut prev_lineno = if first > 0 { instrs[first - 1].loc.lineno } else { -1 };
    let mut kept = first;
    let mut kept_nops = false;
    for src in first..before {
        let lineno = instrs[src].loc.lineno;
        if instrs[src].op == Opcode::Nop {
            if lineno < 0 || prev_lineno == lineno {
                continue;
            }
            if src + 1 < before {
                let next_lineno = instrs[src + 1].loc.lineno;
                if next_lineno == lineno {
                    continue;
                }
                if next_lineno < 0 {
                    instrs[src + 1].loc = instrs[src].loc;
                    continue;
                }
            } else if following_lineno == lineno {
                continue;
            }
            kept_nops = true;
        }
        instrs[kept] = instrs[src];
        kept += 1;
        prev_lineno = lineno;
    }
    block.truncate(kept);
    block.may_have_nops = kept_nops;
    before - kept
}

/// Removes `NOP`s no line event depends on; gives how many.
pub fn remove_redundant_nops(cfg: &mut Cfg) -> usize {
    let mut removed = 0;
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        removed += remove_redundant_nops_in(cfg, id);
    }
    removed
}

/// Removes loads that are popped at once, and the `NOP`s that leaves.
pub fn remove_redundant_nops_and_pairs(cfg: &mut Cfg) {
    let mut done = false;
    while !done {
        done = true;
        let mut prev: Option<(BlockId, usize)> = None;
        let mut at = Some(cfg.entry);
        while let Some(id) = at {
            at = cfg[id].next;
            remove_redundant_nops_in(cfg, id);
            if cfg[id].is_labelled {
                prev = None;
            }
            let mut from = 0;
            while let Some(i) = next_pop(&cfg[id].instrs, from) {
                from = i + 1;
                let before = if i > 0 { Some((id, i - 1)) } else { prev };
                if let Some((block, at)) = before {
                    let before = cfg[block].instrs[at];
                    let redundant = match before.op {
                        Opcode::LoadConst | Opcode::LoadSmallInt => true,
                        Opcode::Copy => before.oparg == 1,
                        _ => false,
                    };
                    if redundant {
                        cfg[block].instrs[at].set_nop();
                        cfg[block].may_have_nops = true;
                        cfg[id].instrs[i].set_nop();
                        cfg[id].may_have_nops = true;
                        done = false;
                    }
                }
            }
            if let Some(last) = cfg[id].instrs.len().checked_sub(1) {
                prev = Some((id, last));
            }
            let ends_in_jump = prev.is_some_and(|(block, at)| cfg[block].instrs[at].op.has_jump());
            if ends_in_jump || cfg[id].no_fallthrough() {
                prev = None;
            }
        }
    }
}

/// The index of the next `POP_TOP` from `from` on.
#[inline]
fn next_pop(instrs: &[CfgInstr], from: usize) -> Option<usize> {
    let rest = instrs.get(from..)?;
    rest.iter().position(|instr| instr.op == Opcode::PopTop).map(|at| from + at)
}

/// Turns unconditional jumps to the block that follows anyway into `NOP`s; gives how many.
fn remove_redundant_jumps(cfg: &mut Cfg) -> Result<usize, CompileError> {
    let mut changes = 0;
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        if let Some(last) = cfg[id].last().filter(|last| is_unconditional_jump(last.op)) {
            let target = cfg.next_nonempty(last.target).ok_or(CompileError::Internal("jump with NULL target"))?;
            if cfg.next_nonempty(cfg[id].next) == Some(target) {
                changes += 1;
                cfg[id].set_last_nop();
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
