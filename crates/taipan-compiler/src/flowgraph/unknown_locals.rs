//! Turns loads of locals that may be unset into `LOAD_FAST_CHECK`.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg};
use crate::instruction_sequence::Instruction;
use crate::op_kinds::Kinds;

/// Locals from this number on are only followed inside a block, to keep compilation linear.
const TRACKED: usize = 64;

/// Treats all loads; the first `nparams` of `nlocals` locals are set at entry.
pub fn add_checks_for_loads_of_uninitialized_variables(cfg: &mut Cfg, nlocals: usize, nparams: usize) {
    if nlocals == 0 {
        return;
    }
    if nlocals > TRACKED {
        scan_many_locals(cfg, nlocals);
    }
    let mask = (nparams..nlocals.min(TRACKED)).fold(0, |mask, local| mask | 1u64 << local);
    if mask == 0 && !cfg.kinds.has(Kinds::UNSETS) {
        return;
    }
    let mut todo = std::mem::take(&mut cfg.todo);
    let entry = cfg.entry;
    reach(cfg, &mut todo, entry, mask);
    // A `del` can stand anywhere, so each block is seen at least once.
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        cfg[id].queued = false;
        scan(cfg, &mut todo, id);
    }
    while let Some(id) = todo.pop() {
        // Some have been scanned since they were put here.
        if std::mem::take(&mut cfg[id].queued) {
            scan(cfg, &mut todo, id);
        }
    }
    cfg.todo = todo;
}

#[inline]
fn reach(cfg: &mut Cfg, todo: &mut Vec<BlockId>, id: BlockId, mask: u64) {
    let block = &mut cfg[id];
    if block.unset | mask != block.unset {
        block.unset |= mask;
        if !block.queued {
            block.queued = true;
            todo.push(id);
        }
    }
}

/// Follows the locals through a block.
fn scan(cfg: &mut Cfg, todo: &mut Vec<BlockId>, id: BlockId) {
    let has_handlers = cfg.has_handlers;
    let (block, instrs) = cfg.parts(id);
    let mut mask = block.unset;
    if mask == 0 && !block.kinds.has(Kinds::UNSETS) {
        return;
    }
    if has_handlers {
        let mut at = 0;
        while let Some(rest) = cfg.instrs_mut(id).get_mut(at..).filter(|rest| !rest.is_empty()) {
            // The instructions that have one handler: it sees what may be unset before any of them.
            let handler = rest.first().and_then(|first| first.except);
            let mut seen = 0;
            for instr in rest.iter_mut().take_while(|instr| instr.except == handler) {
                seen |= mask;
                mask = load_or_store(instr, mask);
                at += 1;
            }
            if let Some(handler) = handler {
                reach(cfg, todo, handler, seen);
            }
        }
    } else if block.kinds.has(Kinds::FAST.or(Kinds::UNSETS)) {
        for instr in instrs.iter_mut() {
            mask = load_or_store(instr, mask);
        }
    }
    if mask == 0 {
        return;
    }
    if let Some(next) = cfg.fallthrough(id) {
        reach(cfg, todo, next, mask);
    }
    if let Some(target) = cfg.jump_target(id) {
        reach(cfg, todo, target, mask);
    }
}

/// The unset locals behind an instruction, which becomes one that checks where need be.
#[inline]
fn load_or_store(instr: &mut Instruction, mask: u64) -> u64 {
    if !Kinds::of(instr.op).has(Kinds::FAST.or(Kinds::UNSETS)) {
        return mask;
    }
    let bit = match instr.op {
        Opcode::DeleteFast
        | Opcode::LoadFastAndClear
        | Opcode::StoreFastMaybeNull
        | Opcode::StoreFast
        | Opcode::LoadFastCheck
        | Opcode::LoadFast
            if (instr.oparg as usize) < TRACKED =>
        {
            1u64 << instr.oparg
        }
        _ => return mask,
    };
    match instr.op {
        Opcode::DeleteFast | Opcode::LoadFastAndClear | Opcode::StoreFastMaybeNull => mask | bit,
        Opcode::LoadFast if mask & bit != 0 => {
            instr.op = Opcode::LoadFastCheck;
            mask & !bit
        }
        _ => mask & !bit,
    }
}

fn scan_many_locals(cfg: &mut Cfg, nlocals: usize) {
    let mut set_in = vec![0usize; nlocals - TRACKED];
    let mut at = Some(cfg.entry);
    let mut block_number = 0;
    while let Some(id) = at {
        at = cfg[id].next;
        block_number += 1;
        for instr in cfg.instrs_mut(id) {
            let Some(state) = (instr.oparg as usize).checked_sub(TRACKED).and_then(|local| set_in.get_mut(local))
            else {
                continue;
            };
            match instr.op {
                Opcode::DeleteFast | Opcode::LoadFastAndClear | Opcode::StoreFastMaybeNull => *state = block_number - 1,
                Opcode::StoreFast => *state = block_number,
                Opcode::LoadFast => {
                    if *state != block_number {
                        instr.op = Opcode::LoadFastCheck;
                    }
                    *state = block_number;
                }
                _ => {}
            }
        }
    }
}
