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

/// A block under way and the one around it, as an index into the list of all; lists that end alike share their end.
struct OpenBlock {
    handler: BlockId,
    around: Option<usize>,
    depth: usize,
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
    let mut open: Vec<OpenBlock> = Vec::new();
    let mut todo: Vec<(BlockId, Option<usize>)> = vec![(entry, None)];
    while let Some((id, mut innermost)) = todo.pop() {
        let mut last_yield_depth = None;
        // No other block's instructions are looked at meanwhile.
        let mut instrs = std::mem::take(&mut cfg[id].instrs);
        for instr in instrs.iter_mut() {
            let block = innermost.and_then(|innermost| open.get(innermost));
            let handler = block.map(|block| block.handler);
            let depth = block.map_or(0, |block| block.depth);
            let target = instr.target;
            match instr.op {
                op if op.is_block_push() => {
                    let target = target.ok_or(CompileError::Internal("block push without target"))?;
                    visit(cfg, &mut todo, target, innermost);
                    if matches!(op, Opcode::SetupWith | Opcode::SetupCleanup) {
                        cfg[target].preserve_lasti = true;
                    }
                    open.push(OpenBlock { handler: target, around: innermost, depth: depth + 1 });
                    innermost = Some(open.len() - 1);
                    continue;
                }
                Opcode::PopBlock => {
                    innermost = block.ok_or(CompileError::Internal("POP_BLOCK without block"))?.around;
                    instr.set_nop();
                    cfg[id].may_have_nops = true;
                    continue;
                }
                op if op.has_jump() => {
                    let target = target.ok_or(CompileError::Internal("jump without target"))?;
                    visit(cfg, &mut todo, target, innermost);
                }
                Opcode::YieldValue => last_yield_depth = Some(depth),
                Opcode::Resume if instr.oparg != 0 && last_yield_depth.take() == Some(1) => {
                    instr.oparg |= RESUME_DEPTH1;
                }
                _ => {}
            }
            instr.except = handler;
        }
        cfg[id].instrs = instrs;
        if let (true, Some(next)) = (cfg[id].has_fallthrough(), cfg[id].next) {
            visit(cfg, &mut todo, next, innermost);
        }
    }
    Ok(())
}

fn visit(cfg: &mut Cfg, todo: &mut Vec<(BlockId, Option<usize>)>, block: BlockId, innermost: Option<usize>) {
    if !cfg[block].visited {
        cfg[block].visited = true;
        todo.push((block, innermost));
    }
}
