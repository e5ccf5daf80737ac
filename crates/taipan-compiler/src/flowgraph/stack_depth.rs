//! Computes the stack depth at the entry of every block and the greatest depth of all.

use super::cfg::{BlockId, Cfg};
use crate::error::CompileError;
use crate::instruction_sequence::Instruction;
use crate::op_kinds::Kinds;
use taipan_bytecode::Opcode;

/// Sets `start_depth` of every reachable block and gives `co_stacksize`.
///
/// # Errors
/// [`CompileError::Internal`] for an underflow or for two ways to a block with different depths.
pub fn calculate_stack_depth(cfg: &mut Cfg) -> Result<u32, CompileError> {
    let mut todo = std::mem::take(&mut cfg.todo);
    todo.clear();
    let mut max_depth = 0;
    let entry = cfg.entry;
    enter(cfg, &mut todo, entry, 0)?;
    while let Some(id) = todo.pop() {
        let mut depth = i64::from(cfg[id].start_depth().unwrap_or(0));
        let instrs = cfg.instrs(id);
        if !cfg[id].kinds.has(Kinds::BLOCK_PUSH)
            && let Some((last, plain)) = instrs.split_last()
        {
            // Only the last instruction may lead elsewhere.
            for instr in plain {
                max_depth = max_depth.max(depth);
                depth += instr.op.plain_stack_effect(instr.oparg);
                if depth < 0 {
                    return Err(UNDERFLOW);
                }
            }
            let last = *last;
            depth = follow(cfg, &mut todo, last, depth, &mut max_depth)?;
        } else {
            for at in 0..instrs.len() {
                let Some(&instr) = cfg.instrs(id).get(at) else { break };
                depth = follow(cfg, &mut todo, instr, depth, &mut max_depth)?;
            }
        }
        if let Some(next) = cfg.fallthrough(id) {
            enter(cfg, &mut todo, next, depth)?;
        }
    }
    cfg.todo = todo;
    u32::try_from(max_depth).map_err(|_| CompileError::Internal("stack depth out of range"))
}

const UNDERFLOW: CompileError = CompileError::Value("Invalid CFG, stack underflow");

/// The depth behind an instruction that may lead elsewhere.
#[inline]
fn follow(
    cfg: &mut Cfg,
    todo: &mut Vec<BlockId>,
    instr: Instruction,
    depth: i64,
    max_depth: &mut i64,
) -> Result<i64, CompileError> {
    let (op, oparg) = (instr.op, instr.oparg);
    *max_depth = depth.max(*max_depth);
    let Some(target) = instr.target.filter(|_| op.has_target()) else {
        let depth = depth + op.plain_stack_effect(oparg);
        return if depth < 0 { Err(UNDERFLOW) } else { Ok(depth) };
    };
    if op != Opcode::EndAsyncFor {
        enter(cfg, todo, target, depth + op.stack_effect(oparg, true))?;
    }
    let depth = depth + op.stack_effect(oparg, false);
    if depth < 0 { Err(UNDERFLOW) } else { Ok(depth) }
}

fn enter(cfg: &mut Cfg, todo: &mut Vec<BlockId>, id: BlockId, depth: i64) -> Result<(), CompileError> {
    let Ok(depth) = u32::try_from(depth) else { return Err(UNDERFLOW) };
    match cfg[id].start_depth() {
        None => {
            cfg[id].set_start_depth(Some(depth));
            todo.push(id);
            Ok(())
        }
        Some(known) if known == depth => Ok(()),
        Some(_) => Err(CompileError::Internal("Invalid CFG, inconsistent stackdepth")),
    }
}
