//! Turns loads of locals that may be unset into `LOAD_FAST_CHECK`.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg};

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
    let mut scan = Scan::default();
    cfg.clear_visited();
    let mask = (nparams..nlocals.min(TRACKED)).fold(0, |mask, local| mask | 1u64 << local);
    let entry = cfg.entry;
    scan.reach(cfg, entry, mask);
    // A `del` can stand anywhere, so each block is seen at least once.
    for id in cfg.order() {
        scan.block(cfg, id);
    }
    while let Some(id) = scan.todo.pop() {
        cfg[id].visited = false;
        scan.block(cfg, id);
    }
}

#[derive(Default)]
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
        for i in 0..cfg[id].instrs.len() {
            let instr = cfg[id].instrs[i];
            if let Some(handler) = instr.except {
                self.reach(cfg, handler, mask);
            }
            if instr.oparg as usize >= TRACKED {
                continue;
            }
            let bit = 1u64 << instr.oparg;
            match instr.op {
                Opcode::DeleteFast | Opcode::LoadFastAndClear | Opcode::StoreFastMaybeNull => mask |= bit,
                Opcode::StoreFast | Opcode::LoadFastCheck => mask &= !bit,
                Opcode::LoadFast => {
                    if mask & bit != 0 {
                        cfg[id].instrs[i].op = Opcode::LoadFastCheck;
                    }
                    mask &= !bit;
                }
                _ => {}
            }
        }
        if let Some(next) = cfg[id].next.filter(|_| cfg[id].has_fallthrough()) {
            self.reach(cfg, next, mask);
        }
        if let Some(target) = cfg[id].last().filter(|last| last.op.has_jump()).and_then(|last| last.target) {
            self.reach(cfg, target, mask);
        }
    }
}

fn scan_many_locals(cfg: &mut Cfg, nlocals: usize) {
    let mut set_in = vec![0usize; nlocals - TRACKED];
    for (block_number, id) in (1..).zip(cfg.order()) {
        for instr in &mut cfg[id].instrs {
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
