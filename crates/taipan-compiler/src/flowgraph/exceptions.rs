//! Tells each instruction its handler.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg};
use crate::error::CompileError;
use crate::op_kinds::Kinds;

/// Argument bit of `RESUME`: the yield before it stands under exactly one handler.
const RESUME_DEPTH1: u32 = 0x4;

/// A block under way and the one around it, as an index into the list of all; lists that end alike share their end.
#[derive(Clone, Debug)]
pub struct OpenBlock {
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
    cfg.start_walk();
    let entry = cfg.entry;
    cfg.visit(entry);
    let (mut open, mut todo) = (std::mem::take(&mut cfg.open_blocks), std::mem::take(&mut cfg.todo_under));
    open.clear();
    todo.clear();
    todo.push((entry, None));
    while let Some((id, mut innermost)) = todo.pop() {
        if innermost.is_some() || cfg[id].kinds.has(Kinds::HANDLERS) {
            innermost = label_block(cfg, id, innermost, &mut open, &mut todo)?;
        } else if let Some(last) = cfg.last(id).filter(|last| last.op.has_jump()) {
            let target = last.target.ok_or(NO_TARGET)?;
            visit(cfg, &mut todo, target, innermost);
        }
        if let Some(next) = cfg.fallthrough(id) {
            visit(cfg, &mut todo, next, innermost);
        }
    }
    (cfg.open_blocks, cfg.todo_under) = (open, todo);
    Ok(())
}

const NO_TARGET: CompileError = CompileError::Internal("jump without target");

/// Treats one block that is entered under `innermost`; gives what is innermost at its end.
fn label_block(
    cfg: &mut Cfg,
    id: BlockId,
    mut innermost: Option<usize>,
    open: &mut Vec<OpenBlock>,
    todo: &mut Vec<(BlockId, Option<usize>)>,
) -> Result<Option<usize>, CompileError> {
    let state = |open: &[OpenBlock], innermost: Option<usize>| match innermost.and_then(|innermost| open.get(innermost))
    {
        Some(block) => (Some(block.handler), block.depth),
        None => (None, 0),
    };
    let (mut handler, mut depth) = state(open, innermost);
    let mut last_yield_depth = None;
    for at in 0..cfg[id].len() {
        let Some(instr) = cfg.instrs_mut(id).get_mut(at) else { break };
        let target = instr.target;
        match instr.op {
            Opcode::PopBlock => {
                let block = innermost.and_then(|innermost| open.get(innermost));
                innermost = block.ok_or(CompileError::Internal("POP_BLOCK without block"))?.around;
                (handler, depth) = state(open, innermost);
                instr.set_nop();
                cfg.note(id, Kinds::NOP);
            }
            Opcode::YieldValue => {
                instr.except = handler;
                last_yield_depth = Some(depth);
            }
            Opcode::Resume => {
                instr.except = handler;
                if instr.oparg != 0 && last_yield_depth.take() == Some(1) {
                    instr.oparg |= RESUME_DEPTH1;
                }
            }
            op if !op.has_target() => instr.except = handler,
            op if op.is_block_push() => {
                let target = target.ok_or(CompileError::Internal("block push without target"))?;
                visit(cfg, todo, target, innermost);
                if matches!(op, Opcode::SetupWith | Opcode::SetupCleanup) {
                    cfg[target].preserve_lasti = true;
                }
                open.push(OpenBlock { handler: target, around: innermost, depth: depth + 1 });
                innermost = Some(open.len() - 1);
                (handler, depth) = (Some(target), depth + 1);
            }
            _ => {
                instr.except = handler;
                visit(cfg, todo, target.ok_or(NO_TARGET)?, innermost);
            }
        }
    }
    Ok(innermost)
}

fn visit(cfg: &mut Cfg, todo: &mut Vec<(BlockId, Option<usize>)>, block: BlockId, innermost: Option<usize>) {
    if cfg.visit(block) {
        todo.push((block, innermost));
    }
}
