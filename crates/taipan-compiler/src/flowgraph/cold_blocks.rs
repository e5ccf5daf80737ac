//! Moves blocks that only exception handling reaches behind all others.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg};
use super::cleanup::remove_redundant_nops_and_jumps;
use crate::error::CompileError;
use crate::instruction_sequence::{Instruction, NO_LOCATION};

/// Marks and moves the cold blocks, with explicit jumps back to warm ones.
///
/// # Errors
/// As [`remove_redundant_nops_and_jumps`].
pub fn push_cold_blocks_to_end(cfg: &mut Cfg) -> Result<(), CompileError> {
    if cfg[cfg.entry].next.is_none() {
        return Ok(());
    }
    mark_warm(cfg);
    mark_cold(cfg);
    add_explicit_jumps(cfg);
    cfg.order_changed = true;
    // The chain is parted in two, which keep their order.
    let (mut warm, mut cold): (Option<BlockId>, Option<BlockId>) = (None, None);
    let mut first_cold = None;
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next.take();
        let end = if cfg[id].is_cold { &mut cold } else { &mut warm };
        match end.replace(id) {
            Some(before) => cfg[before].next = Some(id),
            None if cfg[id].is_cold => first_cold = Some(id),
            None => cfg.entry = id,
        }
    }
    let Some(warm) = warm else { return Err(CompileError::Internal("all code is cold")) };
    cfg[warm].next = first_cold;
    if first_cold.is_none() {
        return Ok(());
    }
    remove_redundant_nops_and_jumps(cfg)
}

fn mark_warm(cfg: &mut Cfg) {
    cfg.start_walk();
    let entry = cfg.entry;
    cfg.visit(entry);
    let mut todo = std::mem::take(&mut cfg.todo);
    todo.push(entry);
    while let Some(id) = todo.pop() {
        cfg[id].is_warm = true;
        visit_successors(cfg, id, &mut todo);
    }
    cfg.todo = todo;
}

fn mark_cold(cfg: &mut Cfg) {
    cfg.start_walk();
    let mut todo = std::mem::take(&mut cfg.todo);
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        if cfg[id].is_except_handler {
            cfg.visit(id);
            todo.push(id);
        }
    }
    while let Some(id) = todo.pop() {
        cfg[id].is_cold = true;
        visit_successors(cfg, id, &mut todo);
    }
    cfg.todo = todo;
}

/// Queues what falls through or is jumped to from a block and is neither visited nor (when marking cold) warm.
fn visit_successors(cfg: &mut Cfg, id: BlockId, todo: &mut Vec<BlockId>) {
    let cold_pass = cfg[id].is_cold;
    let next = cfg.fallthrough(id);
    // Jumps end their blocks.
    let jump = cfg.jump_target(id);
    for reached in [next, jump].into_iter().flatten() {
        if !(cold_pass && cfg[reached].is_warm) && cfg.visit(reached) {
            todo.push(reached);
        }
    }
}

fn add_explicit_jumps(cfg: &mut Cfg) {
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        let Some(next) = at else { continue };
        if cfg[id].is_cold && cfg[next].is_warm && cfg.has_fallthrough(id) {
            cfg[next].is_labelled = true;
            let jump_block = cfg.new_block();
            let jump = Instruction { target: Some(next), ..Instruction::new(Opcode::JumpNoInterrupt, 0, NO_LOCATION) };
            cfg.append(jump_block, &[jump]);
            let block = &mut cfg[jump_block];
            block.is_cold = true;
            block.next = Some(next);
            block.predecessors = 1;
            cfg[id].next = Some(jump_block);
        }
    }
}
