//! Removes what has become dead: unreachable blocks, `NOP`s, jumps to the next block, load-and-pop pairs.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg, is_unconditional_jump};
use crate::error::CompileError;
use crate::instruction_sequence::NO_LOCATION;

/// Counts predecessors and empties blocks that have none.
pub fn remove_unreachable(cfg: &mut Cfg) {
    let order = cfg.order();
    for &id in &order {
        cfg[id].predecessors = 0;
        cfg[id].visited = false;
    }
    let entry = cfg.entry;
    cfg[entry].predecessors = 1;
    cfg[entry].visited = true;
    let mut todo = vec![entry];
    while let Some(id) = todo.pop() {
        let next = cfg[id].next.filter(|_| cfg[id].has_fallthrough());
        let mut reach = |cfg: &mut Cfg, reached: BlockId| {
            cfg[reached].predecessors += 1;
            if !cfg[reached].visited {
                cfg[reached].visited = true;
                todo.push(reached);
            }
        };
        if let Some(next) = next {
            reach(cfg, next);
        }
        for i in 0..cfg[id].instrs.len() {
            let instr = cfg[id].instrs[i];
            if let Some(target) = instr.target.filter(|_| instr.op.has_target()) {
                reach(cfg, target);
            }
        }
    }
    for id in order {
        let block = &mut cfg[id];
        if block.predecessors == 0 {
            block.truncate(0);
            block.is_except_handler = false;
        }
    }
}

fn remove_redundant_nops_in(cfg: &mut Cfg, id: BlockId) -> usize {
    let following_lineno = cfg
        .next_nonempty(cfg[id].next)
        .map(|next| {
            let first = cfg[next].instrs.iter().find(|instr| !(instr.op == Opcode::Nop && instr.loc.lineno < 0));
            first.map_or(NO_LOCATION, |instr| instr.loc).lineno
        })
        .unwrap_or(NO_LOCATION.lineno);
    let instrs = &mut cfg[id].instrs;
    let before = instrs.len();
    let mut prev_lineno = -1;
    let mut kept = 0;
    for src in 0..before {
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
        }
        instrs[kept] = instrs[src];
        kept += 1;
        prev_lineno = lineno;
    }
    cfg[id].truncate(kept);
    before - kept
}

/// Removes `NOP`s no line event depends on; gives how many.
pub fn remove_redundant_nops(cfg: &mut Cfg) -> usize {
    cfg.order().into_iter().map(|id| remove_redundant_nops_in(cfg, id)).sum()
}

/// Removes loads that are popped at once, and the `NOP`s that leaves.
pub fn remove_redundant_nops_and_pairs(cfg: &mut Cfg) {
    let mut done = false;
    while !done {
        done = true;
        let mut prev: Option<(BlockId, usize)> = None;
        for id in cfg.order() {
            remove_redundant_nops_in(cfg, id);
            if cfg[id].is_labelled {
                prev = None;
            }
            for i in 0..cfg[id].instrs.len() {
                if let (Opcode::PopTop, Some((block, at))) = (cfg[id].instrs[i].op, prev) {
                    let before = cfg[block].instrs[at];
                    let redundant = match before.op {
                        Opcode::LoadConst | Opcode::LoadSmallInt => true,
                        Opcode::Copy => before.oparg == 1,
                        _ => false,
                    };
                    if redundant {
                        cfg[block].instrs[at].set_nop();
                        cfg[id].instrs[i].set_nop();
                        done = false;
                    }
                }
                prev = Some((id, i));
            }
            let ends_in_jump = prev.is_some_and(|(block, at)| cfg[block].instrs[at].op.has_jump());
            if ends_in_jump || cfg[id].no_fallthrough() {
                prev = None;
            }
        }
    }
}

/// Turns unconditional jumps to the block that follows anyway into `NOP`s; gives how many.
fn remove_redundant_jumps(cfg: &mut Cfg) -> Result<usize, CompileError> {
    let mut changes = 0;
    for id in cfg.order() {
        let Some(last) = cfg[id].last().copied() else { continue };
        if is_unconditional_jump(last.op) {
            let target = cfg.next_nonempty(last.target).ok_or(CompileError::Internal("jump with NULL target"))?;
            if cfg.next_nonempty(cfg[id].next) == Some(target) {
                changes += 1;
                if let Some(last) = cfg[id].instrs.last_mut() {
                    last.set_nop();
                }
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
