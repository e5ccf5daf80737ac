//! Gives every exit a line number (PEP 626) and spreads line numbers to instructions without one.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg, falls_through};
use crate::instruction_sequence::{NO_LOCATION, SourceLocation};
use crate::op_kinds::Kinds;

/// Duplicates exits without line number so that each has one predecessor, then copies numbers along.
pub fn resolve_line_numbers(cfg: &mut Cfg) {
    if !cfg.kinds.has(Kinds::NO_LINE) {
        return;
    }
    if cfg.kinds.has(Kinds::TARGET) && has_shared_block_without_lineno(cfg) {
        duplicate_exits_without_lineno(cfg);
    }
    let is_pending = set_lines_of_exits(cfg);
    propagate_line_numbers(cfg, is_pending);
}

/// Whether more ways than one lead to some block that may lack line numbers.
fn has_shared_block_without_lineno(cfg: &Cfg) -> bool {
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        let block = &cfg[id];
        if block.predecessors > 1 && block.kinds.has(Kinds::NO_LINE) {
            return true;
        }
        at = block.next;
    }
    false
}

fn has_eval_break(op: Opcode) -> bool {
    matches!(
        op,
        Opcode::Jump | Opcode::JumpBackward | Opcode::Resume | Opcode::Call | Opcode::CallFunctionEx | Opcode::CallKw
    )
}

#[inline]
fn is_exit_or_eval_check_without_lineno(cfg: &Cfg, id: BlockId) -> bool {
    cfg[id].kinds.has(Kinds::NO_LINE)
        && cfg.has_no_lineno(id)
        && (cfg.exits_scope(id) || cfg.instrs(id).iter().any(|instr| has_eval_break(instr.op)))
}

fn duplicate_exits_without_lineno(cfg: &mut Cfg) {
    let mut current = Some(cfg.entry);
    while let Some(id) = current {
        if let Some(target) = cfg.jump_target(id)
            && let Some(target) = cfg.next_nonempty(Some(target))
            && cfg[target].predecessors > 1
            && is_exit_or_eval_check_without_lineno(cfg, target)
        {
            let loc = cfg.last(id).map_or(NO_LOCATION, |last| last.loc);
            let copy = cfg.new_block();
            cfg.append_block(copy, target);
            if let Some(first) = cfg.instrs_mut(copy).first_mut() {
                first.loc = loc;
            }
            cfg[target].predecessors -= 1;
            let next = cfg[target].next.replace(copy);
            let block = &mut cfg[copy];
            block.predecessors = 1;
            block.next = next;
            block.is_labelled = true;
            if let Some(last) = cfg.last_mut(id) {
                last.target = Some(copy);
            }
            cfg.ways_changed = true;
        }
        current = cfg[id].next;
    }
}

/// Exits that are left without line number can only be reached by falling through: they get the number before. Whether
/// some block still begins without one.
fn set_lines_of_exits(cfg: &mut Cfg) -> bool {
    let mut pending = false;
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        let Some(next) = at.filter(|next| cfg[*next].kinds.has(Kinds::NO_LINE)) else { continue };
        if let Some(last) = cfg.last(id)
            && falls_through(last.op)
            && is_exit_or_eval_check_without_lineno(cfg, next)
        {
            let loc = last.loc;
            if let Some(first) = cfg.instrs_mut(next).first_mut() {
                first.loc = loc;
            }
        }
        pending |= cfg.instrs(next).first().is_some_and(|first| first.loc.lineno < 0);
    }
    pending || cfg.instrs(cfg.entry).first().is_some_and(|first| first.loc.lineno < 0)
}

/// Copies numbers along inside a block; whether some are missing still.
fn propagate_in(cfg: &mut Cfg, id: BlockId) -> bool {
    let (block, instrs) = cfg.parts(id);
    let mut lacks = false;
    if let Some(first) = instrs.iter().position(|instr| instr.loc.lineno < 0) {
        let mut loc = instrs[first.saturating_sub(1)].loc;
        for instr in &mut instrs[first..] {
            if instr.loc.lineno == NO_LOCATION.lineno {
                instr.loc = loc;
            }
            loc = instr.loc;
            lacks |= loc.lineno < 0;
        }
    }
    if !lacks {
        block.kinds.remove(Kinds::NO_LINE);
    }
    lacks
}

/// Copies numbers along inside the blocks, and, where blocks begin without, to those with one way that leads there.
fn propagate_line_numbers(cfg: &mut Cfg, is_pending: bool) {
    let mut left = false;
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        if cfg[id].kinds.has(Kinds::NO_LINE) {
            left |= propagate_in(cfg, id);
        }
        if !is_pending {
            continue;
        }
        let Some(last) = cfg.last(id) else { continue };
        let (op, loc) = (last.op, last.loc);
        if let Some(target) = last.target.filter(|_| op.has_jump()) {
            hand_on(cfg, target, loc);
        }
        if let Some(next) = at.filter(|_| falls_through(op)) {
            hand_on(cfg, next, loc);
        }
    }
    if !left {
        cfg.kinds.remove(Kinds::NO_LINE);
    }
}

#[inline]
fn hand_on(cfg: &mut Cfg, successor: BlockId, loc: SourceLocation) {
    if cfg[successor].kinds.has(Kinds::NO_LINE)
        && cfg[successor].predecessors == 1
        && let Some(first) = cfg.instrs_mut(successor).first_mut()
        && first.loc.lineno == NO_LOCATION.lineno
    {
        first.loc = loc;
    }
}
