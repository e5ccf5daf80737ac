//! Turns loads of locals that may be unset into `LOAD_FAST_CHECK`.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg, CfgInstr};

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
    let mut scan = Scan { todo: std::mem::take(&mut cfg.todo) };
    cfg.clear_visited();
    let mask = (nparams..nlocals.min(TRACKED)).fold(0, |mask, local| mask | 1u64 << local);
    let entry = cfg.entry;
    scan.reach(cfg, entry, mask);
    // A `del` can stand anywhere, so each block is seen at least once.
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        scan.block(cfg, id);
    }
    while let Some(id) = scan.todo.pop() {
        cfg[id].visited = false;
        scan.block(cfg, id);
    }
    cfg.todo = scan.todo;
}

struct Scan {
    todo: Vec<BlockId>,
}

impl Scan {
    fn reach(&mut self, cfg: &mut Cfg, id: BlockId, mask: u64) {
        let block = &mut cfg[id];
        if block.unset | mask != block.unset {
            block.unset |= mask;
            if !block.visited {
                block.visited = true;
                self.todo.push(id);
            }
        }
    }

    fn block(&mut self, cfg: &mut Cfg, id: BlockId) {
        let mut mask = cfg[id].unset;
        if cfg.has_handlers {
            for i in 0..cfg[id].instrs.len() {
                let instr = &mut cfg[id].instrs[i];
                let handler = instr.except;
                let before = mask;
                mask = load_or_store(instr, mask);
                if let Some(handler) = handler {
                    self.reach(cfg, handler, before);
                }
            }
        } else {
            for instr in cfg[id].instrs.iter_mut() {
                mask = load_or_store(instr, mask);
            }
        }
        let block = &cfg[id];
        let next = block.next.filter(|_| block.has_fallthrough());
        let target = block.last().filter(|last| last.op.has_jump()).and_then(|last| last.target);
        for reached in next.into_iter().chain(target) {
            self.reach(cfg, reached, mask);
        }
    }
}

/// The unset locals behind an instruction, which becomes one that checks where need be.
#[inline]
fn load_or_store(instr: &mut CfgInstr, mask: u64) -> u64 {
    if !instr.op.has_local() {
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
        for instr in cfg[id].instrs.iter_mut() {
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
