//! Computes the stack depth at the entry of every block and the greatest depth of all.

use super::cfg::{BlockId, Cfg, is_scope_exit, is_unconditional_jump};
use crate::error::CompileError;
use taipan_bytecode::Opcode;

/// Sets `start_depth` of every reachable block and gives `co_stacksize`.
///
/// # Errors
/// [`CompileError::Internal`] for an underflow or for two ways to a block with different depths.
pub fn calculate_stack_depth(cfg: &mut Cfg) -> Result<u32, CompileError> {
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        cfg[id].start_depth = None;
    }
    let mut todo = std::mem::take(&mut cfg.todo);
    todo.clear();
    let mut max_depth = 0;
    let entry = cfg.entry;
    enter(cfg, &mut todo, entry, 0)?;
    while let Some(id) = todo.pop() {
        let mut depth = i64::from(cfg[id].start_depth.unwrap_or(0));
        let mut next = cfg[id].next;
        // No other block's instructions are looked at meanwhile.
        let instrs = std::mem::take(&mut cfg[id].instrs);
        for instr in instrs.iter() {
            let (op, oparg) = (instr.op, instr.oparg);
            max_depth = max_depth.max(depth);
            if let Some(target) = instr.target
                && op.has_target()
                && op != Opcode::EndAsyncFor
            {
                enter(cfg, &mut todo, target, depth + op.stack_effect(oparg, true))?;
            }
            depth += op.stack_effect(oparg, false);
            if depth < 0 {
                return Err(CompileError::Value("Invalid CFG, stack underflow"));
            }
        }
        // Jumps and exits stand at the end.
        if instrs.last().is_some_and(|last| is_scope_exit(last.op) || is_unconditional_jump(last.op)) {
            next = None;
        }
        cfg[id].instrs = instrs;
        if let Some(next) = next {
            enter(cfg, &mut todo, next, depth)?;
        }
    }
    cfg.todo = todo;
    u32::try_from(max_depth).map_err(|_| CompileError::Internal("stack depth out of range"))
}

fn enter(cfg: &mut Cfg, todo: &mut Vec<BlockId>, id: BlockId, depth: i64) -> Result<(), CompileError> {
    let depth = u32::try_from(depth).map_err(|_| CompileError::Value("Invalid CFG, stack underflow"))?;
    match cfg[id].start_depth {
        None => {
            cfg[id].start_depth = Some(depth);
            todo.push(id);
            Ok(())
        }
        Some(known) if known == depth => Ok(()),
        Some(_) => Err(CompileError::Internal("Invalid CFG, inconsistent stackdepth")),
    }
}
