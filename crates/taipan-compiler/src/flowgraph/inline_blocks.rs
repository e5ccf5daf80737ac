//! Copies small exit blocks, and blocks without line numbers, over the jumps that lead to them.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg, is_unconditional_jump};
use crate::op_kinds::Kinds;

/// Greatest number of instructions of an exit block that is copied.
const MAX_COPY_SIZE: usize = 4;

/// Copies until nothing changes; every step removes a jump, so it ends.
pub fn inline_small_or_no_lineno_blocks(cfg: &mut Cfg) {
    if !cfg.kinds.has(Kinds::JUMP) {
        return;
    }
    loop {
        let mut changed = false;
        let mut at = Some(cfg.entry);
        while let Some(id) = at {
            at = cfg[id].next;
            changed |= cfg[id].kinds.has(Kinds::JUMP) && inline_into(cfg, id);
        }
        if !changed {
            return;
        }
    }
}

fn inline_into(cfg: &mut Cfg, id: BlockId) -> bool {
    let Some(last) = cfg.last(id).filter(|last| is_unconditional_jump(last.op)) else { return false };
    let (last_op, Some(target)) = (last.op, last.target) else { return false };
    let small_exit = cfg[target].len() <= MAX_COPY_SIZE && cfg.exits_scope(target);
    let no_lineno_no_fallthrough = !cfg.has_fallthrough(target) && cfg.has_no_lineno(target);
    if !small_exit && !no_lineno_no_fallthrough {
        return false;
    }
    cfg.set_last_nop(id);
    cfg.append_block(id, target);
    if no_lineno_no_fallthrough && let Some(end) = cfg.last_mut(id) {
        // The jump that went may have been the loop's only check for interrupts.
        if is_unconditional_jump(end.op) && last_op == Opcode::Jump {
            end.op = Opcode::Jump;
        }
    }
    true
}
