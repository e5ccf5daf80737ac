//! Copies small exit blocks, and blocks without line numbers, over the jumps that lead to them.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg, is_unconditional_jump};

/// Greatest number of instructions of an exit block that is copied.
const MAX_COPY_SIZE: usize = 4;

/// Copies until nothing changes; every step removes a jump, so it ends.
pub fn inline_small_or_no_lineno_blocks(cfg: &mut Cfg) {
    loop {
        let mut changed = false;
        let mut at = Some(cfg.entry);
        while let Some(id) = at {
            at = cfg[id].next;
            changed |= inline_into(cfg, id);
        }
        if !changed {
            return;
        }
    }
}

fn inline_into(cfg: &mut Cfg, id: BlockId) -> bool {
    let Some(last) = cfg[id].last().filter(|last| is_unconditional_jump(last.op)).copied() else { return false };
    let Some(target) = last.target else { return false };
    let small_exit = cfg[target].exits_scope() && cfg[target].instrs.len() <= MAX_COPY_SIZE;
    let no_lineno_no_fallthrough = cfg[target].has_no_lineno() && cfg[target].no_fallthrough();
    if !small_exit && !no_lineno_no_fallthrough {
        return false;
    }
    let copied = cfg[target].instrs.to_vec();
    let block = &mut cfg[id];
    block.set_last_nop();
    block.append(&copied);
    if no_lineno_no_fallthrough && let Some(end) = block.instrs.last_mut() {
        // The jump that went may have been the loop's only check for interrupts.
        if is_unconditional_jump(end.op) && last.op == Opcode::Jump {
            end.op = Opcode::Jump;
        }
    }
    cfg[target].predecessors = cfg[target].predecessors.wrapping_sub(1);
    true
}
