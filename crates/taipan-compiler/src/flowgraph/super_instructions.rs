//! Joins neighbouring loads and stores of locals into one instruction.

use taipan_bytecode::Opcode;

use super::cfg::Cfg;
use super::cleanup::remove_redundant_nops;

/// Joins pairs on one line whose locals have numbers below 16.
pub fn insert_super_instructions(cfg: &mut Cfg) {
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        let block = &mut cfg[id];
        let instrs = &mut block.instrs[..];
        for i in 1..instrs.len() {
            let [first, second] = &mut instrs[i - 1..=i] else { continue };
            if !matches!(second.op, Opcode::LoadFast | Opcode::StoreFast) {
                continue;
            }
            let joined = match (first.op, second.op) {
                (Opcode::LoadFast, Opcode::LoadFast) => Opcode::LoadFastLoadFast,
                (Opcode::StoreFast, Opcode::LoadFast) => Opcode::StoreFastLoadFast,
                (Opcode::StoreFast, Opcode::StoreFast) => Opcode::StoreFastStoreFast,
                _ => continue,
            };
            let (line1, line2) = (first.loc.lineno, second.loc.lineno);
            if (line1 >= 0 && line2 >= 0 && line1 != line2) || first.oparg >= 16 || second.oparg >= 16 {
                continue;
            }
            first.set(joined, first.oparg << 4 | second.oparg);
            second.set_nop();
            block.may_have_nops = true;
        }
    }
    remove_redundant_nops(cfg);
}
