//! Replaces pseudo operations by real ones and settles which way conditional jumps go.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg, CfgInstr, is_conditional_jump};
use super::cleanup::remove_redundant_nops_and_jumps;
use crate::error::CompileError;

/// `JUMP_IF_x` becomes `COPY 1`, `TO_BOOL`, `POP_JUMP_IF_x`.
pub fn convert_pseudo_conditional_jumps(cfg: &mut Cfg) {
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        let block = &mut cfg[id];
        let Some(last) = block.instrs.last_mut() else { continue };
        last.op = match last.op {
            Opcode::JumpIfFalse => Opcode::PopJumpIfFalse,
            Opcode::JumpIfTrue => Opcode::PopJumpIfTrue,
            _ => continue,
        };
        let added = |op, oparg| CfgInstr { op, oparg, target: None, ..*last };
        let added = [added(Opcode::Copy, 1), added(Opcode::ToBool, 0)];
        let at = block.instrs.len() - 1;
        block.insert(at, &added);
    }
}

/// Block pushes become `NOP`, other pseudo operations what they stand for; removes what that leaves.
///
/// # Errors
/// As [`remove_redundant_nops_and_jumps`].
pub fn convert_pseudo_ops(cfg: &mut Cfg) -> Result<(), CompileError> {
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        let block = &mut cfg[id];
        for instr in block.instrs.iter_mut().filter(|instr| instr.op.is_pseudo()) {
            match instr.op {
                op if op.is_block_push() => {
                    instr.set_nop();
                    block.may_have_nops = true;
                }
                Opcode::LoadClosure => instr.op = Opcode::LoadFast,
                Opcode::StoreFastMaybeNull => instr.op = Opcode::StoreFast,
                _ => {}
            }
        }
    }
    remove_redundant_nops_and_jumps(cfg)
}

/// Conditional jumps go forward only: one that leads back is reversed over an unconditional jump. The way not taken
/// begins with `NOT_TAKEN`.
pub fn normalize_jumps(cfg: &mut Cfg) {
    cfg.clear_visited();
    let mut current = Some(cfg.entry);
    while let Some(id) = current {
        cfg[id].visited = true;
        normalize_jumps_in(cfg, id);
        current = cfg[id].next;
    }
}

fn normalize_jumps_in(cfg: &mut Cfg, id: BlockId) {
    let Some(last) = cfg[id].last().filter(|last| is_conditional_jump(last.op)).copied() else { return };
    let Some(target) = last.target else { return };
    let not_taken = CfgInstr::new(Opcode::NotTaken, 0, last.loc);
    if !cfg[target].visited {
        cfg[id].add_op(not_taken);
        return;
    }
    let reversed = match last.op {
        Opcode::PopJumpIfNotNone => Opcode::PopJumpIfNone,
        Opcode::PopJumpIfNone => Opcode::PopJumpIfNotNone,
        Opcode::PopJumpIfFalse => Opcode::PopJumpIfTrue,
        _ => Opcode::PopJumpIfFalse,
    };
    let next = cfg[id].next;
    let mut jump = CfgInstr::new(Opcode::Jump, 0, last.loc);
    jump.target = Some(target);
    let backwards = cfg.new_block();
    let (is_cold, start_depth) = (cfg[id].is_cold, cfg[target].start_depth);
    let block = &mut cfg[backwards];
    block.append(&[not_taken, jump]);
    block.is_cold = is_cold;
    block.start_depth = start_depth;
    block.next = next;
    cfg[id].next = Some(backwards);
    if let Some(last) = cfg[id].instrs.last_mut() {
        last.op = reversed;
        last.target = next;
    }
}
