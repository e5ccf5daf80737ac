//! Joins neighbouring loads and stores of locals into one instruction.

use taipan_bytecode::Opcode;

use super::cfg::Cfg;
use super::cleanup::remove_redundant_nops_in;
use crate::op_kinds::Kinds;

/// Joins pairs on one line whose locals have numbers below 16, and removes the `NOP`s this and the passes before leave.
pub fn insert_super_instructions(cfg: &mut Cfg) {
    if !cfg.kinds.has(Kinds::FAST.or(Kinds::NOP)) {
        return;
    }
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        let (block, instrs) = cfg.parts(id);
        at = block.next;
        if !block.kinds.has(Kinds::FAST.or(Kinds::NOP)) {
            continue;
        }
        let mut before = Opcode::Nop;
        for i in 0..instrs.len() {
            let op = std::mem::replace(&mut before, instrs[i].op);
            let joined = match (op, before) {
                (Opcode::LoadFast, Opcode::LoadFast) => Opcode::LoadFastLoadFast,
                (Opcode::StoreFast, Opcode::LoadFast) => Opcode::StoreFastLoadFast,
                (Opcode::StoreFast, Opcode::StoreFast) => Opcode::StoreFastStoreFast,
                _ => continue,
            };
            let Some([first, second]) = instrs.get_mut(i.wrapping_sub(1)..=i) else { continue };
            let (line1, line2) = (first.loc.lineno, second.loc.lineno);
            if (line1 >= 0 && line2 >= 0 && line1 != line2) || first.oparg >= 16 || second.oparg >= 16 {
                continue;
            }
            first.set(joined, first.oparg << 4 | second.oparg);
            second.set_nop();
            before = Opcode::Nop;
            block.kinds.add(Kinds::NOP);
        }
        remove_redundant_nops_in(cfg, id);
    }
}
