//! Marks exception handlers and tells each instruction its handler.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg};
use crate::error::CompileError;

/// Argument bit of `RESUME`: the yield before it stands under exactly one handler.
const RESUME_DEPTH1: u32 = 0x4;

/// Marks each block that a block push leads to.
pub fn mark_except_handlers(cfg: &mut Cfg) {
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        for i in 0..cfg[id].instrs.len() {
            let instr = &cfg[id].instrs[i];
            if let (true, Some(target)) = (instr.op.is_block_push(), instr.target) {
                cfg[target].is_except_handler = true;
            }
        }
    }
}

/// Follows block pushes and pops along the control flow and sets the handler of every instruction. `POP_BLOCK`
/// becomes `NOP`.
///
/// # Errors
/// [`CompileError::Internal`] for a pop without push.
pub fn label_exception_targets(cfg: &mut Cfg) -> Result<(), CompileError> {
    cfg.clear_visited();
    let entry = cfg.entry;
    cfg[entry].visited = true;
    let mut todo: Vec<(BlockId, Vec<BlockId>)> = vec![(entry, Vec::new())];
    while let Some((id, mut stack)) = todo.pop() {
        let mut last_yield_depth = None;
        // No other block's instructions are looked at meanwhile.
        let mut instrs = std::mem::take(&mut cfg[id].instrs);
        for instr in instrs.iter_mut() {
            let handler = stack.last().copied();
            let target = instr.target;
            match instr.op {
                op if op.is_block_push() => {
                    let target = target.ok_or(CompileError::Internal("block push without target"))?;
                    visit(cfg, &mut todo, target, &stack);
                    if matches!(op, Opcode::SetupWith | Opcode::SetupCleanup) {
                        cfg[target].preserve_lasti = true;
                    }
                    stack.push(target);
                    continue;
                }
                Opcode::PopBlock => {
                    stack.pop().ok_or(CompileError::Internal("POP_BLOCK without block"))?;
                    instr.set_nop();
                    cfg[id].may_have_nops = true;
                    continue;
                }
                op if op.has_jump() => {
                    let target = target.ok_or(CompileError::Internal("jump without target"))?;
                    visit(cfg, &mut todo, target, &stack);
                }
                Opcode::YieldValue => last_yield_depth = Some(stack.len()),
                Opcode::Resume if instr.oparg != 0 && last_yield_depth.take() == Some(1) => {
                    instr.oparg |= RESUME_DEPTH1;
                }
                _ => {}
            }
            instr.except = handler;
        }
        cfg[id].instrs = instrs;
        if let (true, Some(next)) = (cfg[id].has_fallthrough(), cfg[id].next) {
            visit(cfg, &mut todo, next, &stack);
        }
    }
    Ok(())
}

fn visit(cfg: &mut Cfg, todo: &mut Vec<(BlockId, Vec<BlockId>)>, block: BlockId, stack: &[BlockId]) {
    if !cfg[block].visited {
        cfg[block].visited = true;
        todo.push((block, stack.to_vec()));
    }
}
