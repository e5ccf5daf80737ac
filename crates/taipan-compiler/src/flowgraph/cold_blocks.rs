//! Moves blocks that only exception handling reaches behind all others.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg, CfgInstr};
use super::cleanup::remove_redundant_nops_and_jumps;
use crate::error::CompileError;
use crate::instruction_sequence::NO_LOCATION;

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
    let (warm, cold): (Vec<BlockId>, Vec<BlockId>) = cfg.order().into_iter().partition(|&id| !cfg[id].is_cold);
    if cold.is_empty() {
        return Ok(());
    }
    let order = [warm, cold].concat();
    for (i, &id) in order.iter().enumerate() {
        cfg[id].next = order.get(i + 1).copied();
    }
    remove_redundant_nops_and_jumps(cfg)
}

fn mark_warm(cfg: &mut Cfg) {
    cfg.clear_visited();
    let entry = cfg.entry;
    cfg[entry].visited = true;
    let mut todo = vec![entry];
    while let Some(id) = todo.pop() {
        cfg[id].is_warm = true;
        visit_successors(cfg, id, &mut todo);
    }
}

fn mark_cold(cfg: &mut Cfg) {
    cfg.clear_visited();
    let mut todo: Vec<BlockId> = cfg.order().into_iter().filter(|&id| cfg[id].is_except_handler).collect();
    for &id in &todo {
        cfg[id].visited = true;
    }
    while let Some(id) = todo.pop() {
        cfg[id].is_cold = true;
        visit_successors(cfg, id, &mut todo);
    }
}

/// Queues what falls through or is jumped to from a block and is neither visited nor (when marking cold) warm.
fn visit_successors(cfg: &mut Cfg, id: BlockId, todo: &mut Vec<BlockId>) {
    let cold_pass = cfg[id].is_cold;
    let next = cfg[id].next.filter(|_| cfg[id].has_fallthrough());
    let jumps: Vec<BlockId> =
        cfg[id].instrs.iter().filter(|instr| instr.op.has_jump()).filter_map(|instr| instr.target).collect();
    for reached in next.into_iter().chain(jumps) {
        let block = &mut cfg[reached];
        let leave = cold_pass && block.is_warm;
        if !block.visited && !leave {
            block.visited = true;
            todo.push(reached);
        }
    }
}

fn add_explicit_jumps(cfg: &mut Cfg) {
    for id in cfg.order() {
        let Some(next) = cfg[id].next else { continue };
        if cfg[id].is_cold && cfg[id].has_fallthrough() && cfg[next].is_warm {
            cfg[next].is_labelled = true;
            let jump_block = cfg.new_block();
            let mut jump = CfgInstr::new(Opcode::JumpNoInterrupt, 0, NO_LOCATION);
            jump.target = Some(next);
            let block = &mut cfg[jump_block];
            block.instrs.push(jump);
            block.is_cold = true;
            block.next = Some(next);
            block.predecessors = 1;
            cfg[id].next = Some(jump_block);
        }
    }
}
