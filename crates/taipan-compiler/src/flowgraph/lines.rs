//! Gives every exit a line number (PEP 626) and spreads line numbers to instructions without one.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg};
use crate::instruction_sequence::NO_LOCATION;

/// Duplicates exits without line number so that each has one predecessor, then copies numbers along.
pub fn resolve_line_numbers(cfg: &mut Cfg) {
    if !lacks_line_numbers(cfg) {
        return;
    }
    duplicate_exits_without_lineno(cfg);
    propagate_line_numbers(cfg);
}

/// Whether some instruction is without line number.
fn lacks_line_numbers(cfg: &Cfg) -> bool {
    let mut blocks = std::iter::successors(Some(cfg.entry), |&id| cfg[id].next);
    blocks.any(|id| cfg[id].instrs.iter().any(|instr| instr.loc.lineno < 0))
}

fn has_eval_break(op: Opcode) -> bool {
    matches!(
        op,
        Opcode::Jump | Opcode::JumpBackward | Opcode::Resume | Opcode::Call | Opcode::CallFunctionEx | Opcode::CallKw
    )
}

fn is_exit_or_eval_check_without_lineno(cfg: &Cfg, id: BlockId) -> bool {
    let block = &cfg[id];
    block.has_no_lineno() && (block.exits_scope() || block.instrs.iter().any(|instr| has_eval_break(instr.op)))
}

fn duplicate_exits_without_lineno(cfg: &mut Cfg) {
    let mut current = Some(cfg.entry);
    while let Some(id) = current {
        if let Some(last) = cfg[id].last().filter(|last| last.op.has_jump()).copied()
            && let Some(target) = cfg.next_nonempty(last.target)
            && is_exit_or_eval_check_without_lineno(cfg, target)
            && cfg[target].predecessors > 1
        {
            let copy = cfg.new_block();
            let mut instrs = cfg[target].instrs.to_vec();
            if let Some(first) = instrs.first_mut() {
                first.loc = last.loc;
            }
            cfg[target].predecessors -= 1;
            let next = cfg[target].next.replace(copy);
            let block = &mut cfg[copy];
            block.append(&instrs);
            block.may_have_nops = true;
            block.predecessors = 1;
            block.next = next;
            block.is_labelled = true;
            if let Some(last) = cfg[id].instrs.last_mut() {
                last.target = Some(copy);
            }
        }
        current = cfg[id].next;
    }
    // What is left can only be reached by falling through.
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        let block = &cfg[id];
        if let (true, Some(next), Some(last)) = (block.has_fallthrough(), block.next, block.last())
            && is_exit_or_eval_check_without_lineno(cfg, next)
        {
            let loc = last.loc;
            if let Some(first) = cfg[next].instrs.first_mut() {
                first.loc = loc;
            }
        }
    }
}

fn propagate_line_numbers(cfg: &mut Cfg) {
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        let block = &mut cfg[id];
        let instrs = &mut block.instrs[..];
        for at in 1..instrs.len() {
            if instrs[at].loc.lineno == NO_LOCATION.lineno {
                instrs[at].loc = instrs[at - 1].loc;
            }
        }
        let Some(last) = block.last() else { continue };
        let previous = last.loc;
        let next = block.next.filter(|_| block.has_fallthrough());
        let target = last.target.filter(|_| last.op.has_jump());
        for successor in next.into_iter().chain(target) {
            let block = &mut cfg[successor];
            if block.predecessors == 1
                && let Some(first) = block.instrs.first_mut()
                && first.loc.lineno == NO_LOCATION.lineno
            {
                first.loc = previous;
            }
        }
    }
}
