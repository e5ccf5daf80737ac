//! Replaces pseudo operations by real ones and settles which way conditional jumps go.

use taipan_bytecode::Opcode;

use super::cfg::{BlockId, Cfg, is_conditional_jump};
use super::cleanup::remove_redundant_nops_and_jumps;
use crate::error::CompileError;
use crate::instruction_sequence::Instruction;
use crate::op_kinds::Kinds;

/// `JUMP_IF_x` becomes `COPY 1`, `TO_BOOL`, `POP_JUMP_IF_x`.
pub fn convert_pseudo_conditional_jumps(cfg: &mut Cfg) {
    if !cfg.kinds.has(Kinds::JUMP_IF) {
        return;
    }
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        if !cfg[id].kinds.has(Kinds::JUMP_IF) {
            continue;
        }
        let Some(last) = cfg.last_mut(id) else { continue };
        last.op = match last.op {
            Opcode::JumpIfFalse => Opcode::PopJumpIfFalse,
            Opcode::JumpIfTrue => Opcode::PopJumpIfTrue,
            _ => continue,
        };
        let added = |op, oparg| Instruction { op, oparg, target: None, ..*last };
        let added = [added(Opcode::Copy, 1), added(Opcode::ToBool, 0)];
        let at = cfg[id].len() - 1;
        cfg.insert(id, at, &added);
        cfg.note(id, Kinds::POP_JUMP);
    }
}

/// Block pushes become `NOP`, other pseudo operations what they stand for; removes what that leaves.
///
/// # Errors
/// As [`remove_redundant_nops_and_jumps`].
pub fn convert_pseudo_ops(cfg: &mut Cfg) -> Result<(), CompileError> {
    let mut at = Some(cfg.entry).filter(|_| cfg.kinds.has(Kinds::PSEUDO));
    while let Some(id) = at {
        let (block, instrs) = cfg.parts(id);
        at = block.next;
        if !block.kinds.has(Kinds::PSEUDO) {
            continue;
        }
        for instr in instrs.iter_mut().filter(|instr| instr.op.is_pseudo()) {
            match instr.op {
                op if op.is_block_push() => {
                    instr.set_nop();
                    block.kinds.add(Kinds::NOP);
                }
                Opcode::LoadClosure => instr.op = Opcode::LoadFast,
                Opcode::StoreFastMaybeNull => instr.op = Opcode::StoreFast,
                _ => {}
            }
        }
        // No block is pushed any more: what follows looks for jumps at the end only.
        block.kinds.remove(Kinds::BLOCK_PUSH);
        let kinds = block.kinds;
        cfg.kinds.add(kinds);
    }
    remove_redundant_nops_and_jumps(cfg)
}

/// Conditional jumps go forward only: one that leads back is reversed over an unconditional jump. The way not taken
/// begins with `NOT_TAKEN`.
pub fn normalize_jumps(cfg: &mut Cfg) {
    if !cfg.kinds.has(Kinds::POP_JUMP) {
        return;
    }
    cfg.start_walk();
    let mut current = Some(cfg.entry);
    while let Some(id) = current {
        cfg.visit(id);
        normalize_jumps_in(cfg, id);
        current = cfg[id].next;
    }
}

fn normalize_jumps_in(cfg: &mut Cfg, id: BlockId) {
    if !cfg[id].kinds.has(Kinds::POP_JUMP) {
        return;
    }
    let Some(&last) = cfg.last(id).filter(|last| is_conditional_jump(last.op)) else { return };
    let Some(target) = last.target else { return };
    if !cfg.is_visited(target) {
        let except = cfg.former_except(id);
        let block = &mut cfg[id];
        block.not_taken = true;
        block.not_taken_except = except;
        return;
    }
    let reversed = match last.op {
        Opcode::PopJumpIfNotNone => Opcode::PopJumpIfNone,
        Opcode::PopJumpIfNone => Opcode::PopJumpIfNotNone,
        Opcode::PopJumpIfFalse => Opcode::PopJumpIfTrue,
        _ => Opcode::PopJumpIfFalse,
    };
    let next = cfg[id].next;
    let not_taken = Instruction::new(Opcode::NotTaken, 0, last.loc);
    let jump = Instruction { target: Some(target), ..Instruction::new(Opcode::Jump, 0, last.loc) };
    let backwards = cfg.new_block();
    cfg.append(backwards, &[not_taken, jump]);
    let (is_cold, start_depth) = (cfg[id].is_cold, cfg[target].start_depth());
    let block = &mut cfg[backwards];
    block.is_cold = is_cold;
    block.set_start_depth(start_depth);
    block.next = next;
    cfg[id].next = Some(backwards);
    if let Some(last) = cfg.last_mut(id) {
        last.op = reversed;
        last.target = next;
    }
}
