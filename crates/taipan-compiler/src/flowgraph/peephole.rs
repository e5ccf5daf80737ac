//! Rewrites of neighbouring instructions inside one block, and jumps to jumps.

use taipan_bytecode::operands::Intrinsic1;
use taipan_bytecode::{Constant, Opcode};

use super::cfg::{BlockId, Cfg, CfgInstr};
use super::folding::{
    const_ref, const_truth, fold_const_binop, fold_const_unaryop, fold_constant_list_to_tuple, fold_long_display,
    fold_tuple_of_constants, optimize_lists_and_sets, small_int,
};
use super::swaps::optimize_swaps;
use crate::const_table::ConstTable;
use crate::error::CompileError;

/// Bit of `COMPARE_OP`'s argument: the result is wanted as a bool.
const COMPARE_TO_BOOL: u32 = 16;

/// Loads of small ints, branches on constants, comparisons with `None`.
///
/// # Errors
/// [`CompileError`] as [`const_value`] and [`ConstTable::add`].
pub fn optimize_load_const(cfg: &mut Cfg, consts: &mut ConstTable) -> Result<(), CompileError> {
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        let block = &mut cfg[id];
        at = block.next;
        block.may_have_nops |= optimize_load_const_in(&mut block.instrs, consts)?;
    }
    Ok(())
}

/// Treats one block; tells whether something other than a single load changed.
fn optimize_load_const_in(instrs: &mut [CfgInstr], consts: &mut ConstTable) -> Result<bool, CompileError> {
    let (mut op, mut oparg) = (Opcode::Nop, 0);
    let mut changed = false;
    for i in 0..instrs.len() {
        let here = &instrs[i];
        if !matches!(here.op, Opcode::LoadConst | Opcode::LoadSmallInt | Opcode::Copy) {
            (op, oparg) = (here.op, here.oparg);
            continue;
        }
        if instrs[i].op == Opcode::LoadConst
            && let Some(number) = small_int(const_ref(instrs[i].oparg, consts)?)
        {
            instrs[i].set(Opcode::LoadSmallInt, number);
        }
        let copies_const = op == Opcode::LoadConst && instrs[i].op == Opcode::Copy && instrs[i].oparg == 1;
        if !copies_const {
            (op, oparg) = (instrs[i].op, instrs[i].oparg);
        }
        if !matches!(op, Opcode::LoadConst | Opcode::LoadSmallInt) {
            continue;
        }
        let Some(next) = instrs.get(i + 1).map(|next| next.op) else { continue };
        match next {
            Opcode::PopJumpIfFalse | Opcode::PopJumpIfTrue | Opcode::JumpIfFalse | Opcode::JumpIfTrue => {
                let truth = const_truth(op, oparg, consts)?;
                changed = true;
                if matches!(next, Opcode::PopJumpIfFalse | Opcode::PopJumpIfTrue) {
                    instrs[i].set_nop();
                }
                if truth == matches!(next, Opcode::PopJumpIfTrue | Opcode::JumpIfTrue) {
                    instrs[i + 1].op = Opcode::Jump;
                } else {
                    instrs[i + 1].set_nop();
                }
            }
            Opcode::IsOp if op == Opcode::LoadConst => {
                if matches!(const_ref(oparg, consts)?, Constant::None) {
                    changed = true;
                    compare_with_none(instrs, i);
                }
            }
            Opcode::ToBool => {
                let truth = const_truth(op, oparg, consts)?;
                let index = consts.add(Constant::bool(truth))?;
                changed = true;
                instrs[i].set_nop();
                instrs[i + 1].set(Opcode::LoadConst, index);
            }
            _ => {}
        }
    }
    Ok(changed)
}

/// `LOAD_CONST None`, `IS_OP`, perhaps `TO_BOOL`, and a conditional jump become `POP_JUMP_IF_(NOT_)NONE`.
fn compare_with_none(instrs: &mut [CfgInstr], i: usize) {
    let mut at = i + 2;
    if instrs.get(at).is_some_and(|instr| instr.op == Opcode::ToBool) {
        instrs[at].set_nop();
        at += 1;
    }
    let inverted = instrs[i + 1].oparg != 0;
    let jump_if_none = match instrs.get(at).map(|jump| jump.op) {
        Some(Opcode::PopJumpIfTrue) => !inverted,
        Some(Opcode::PopJumpIfFalse) => inverted,
        _ => return,
    };
    instrs[i].set_nop();
    instrs[i + 1].set_nop();
    instrs[at].op = if jump_if_none { Opcode::PopJumpIfNone } else { Opcode::PopJumpIfNotNone };
}

/// What to look at after a rewrite.
enum Step {
    Next,
    Again,
}

/// All rewrites of one block.
///
/// # Errors
/// As [`optimize_load_const`].
pub fn optimize_basic_block(cfg: &mut Cfg, id: BlockId, consts: &mut ConstTable) -> Result<(), CompileError> {
    let mut i = 0;
    let mut swaps = false;
    loop {
        let rest = cfg[id].instrs.get(i..).unwrap_or_default();
        let Some(plain) = rest.iter().position(|instr| instr.target.is_some() || is_rewritten(instr.op)) else { break };
        i += plain;
        cfg[id].may_have_nops = true;
        let step = if cfg[id].instrs[i].target.is_some() { optimize_jump(cfg, id, i) } else { Step::Next };
        if let Step::Next = step {
            swaps |= cfg[id].instrs[i].op == Opcode::Swap;
            optimize_instr(&mut cfg[id].instrs, i, consts)?;
            i += 1;
        }
    }
    if swaps {
        optimize_swaps(&mut cfg[id].instrs);
    }
    Ok(())
}

/// A jump to a jump goes to the latter's target.
fn optimize_jump(cfg: &mut Cfg, id: BlockId, i: usize) -> Step {
    use Opcode::*;
    let instr = cfg[id].instrs[i];
    let Some(target_block) = instr.target else { return Step::Next };
    let Some(target) = cfg[target_block].instrs.first().copied() else { return Step::Next };
    let threaded = match (instr.op, target.op) {
        (PopJumpIfNotNone | PopJumpIfNone | PopJumpIfFalse | PopJumpIfTrue, Jump) => instr.op,
        (JumpIfFalse, Jump | JumpIfFalse) | (JumpIfTrue, Jump | JumpIfTrue) => instr.op,
        (JumpIfFalse, JumpIfTrue) | (JumpIfTrue, JumpIfFalse) => {
            let next = cfg[target_block].next;
            if next.is_none() || next == instr.target {
                return Step::Next;
            }
            cfg[id].instrs[i].target = next;
            return Step::Again;
        }
        (Jump | JumpNoInterrupt, Jump) => Jump,
        (Jump | JumpNoInterrupt, JumpNoInterrupt) => instr.op,
        _ => return Step::Next,
    };
    if instr.target == target.target {
        return Step::Next;
    }
    let block = &mut cfg[id];
    block.instrs[i].set_nop();
    block.add_op(CfgInstr { target: target.target, ..CfgInstr::new(threaded, 0, target.loc) });
    Step::Again
}

/// Whether [`optimize_instr`] may do something at this operation.
#[inline]
fn is_rewritten(op: Opcode) -> bool {
    use Opcode::*;
    matches!(
        op,
        BuildTuple
            | BuildList
            | BuildSet
            | StoreFast
            | Swap
            | LoadGlobal
            | CompareOp
            | ContainsOp
            | IsOp
            | ToBool
            | UnaryNot
            | UnaryInvert
            | UnaryNegative
            | CallIntrinsic1
            | ListAppend
            | SetAdd
            | BinaryOp
    )
}

fn optimize_instr(instrs: &mut [CfgInstr], i: usize, consts: &mut ConstTable) -> Result<(), CompileError> {
    use Opcode::*;
    let CfgInstr { op, oparg, ref loc, .. } = instrs[i];
    let next = instrs.get(i + 1);
    let next_op = next.map_or(Cache, |next| next.op);
    match (op, next_op) {
        (BuildTuple, UnpackSequence) if next.is_some_and(|next| next.oparg == oparg) && (1..=3).contains(&oparg) => {
            instrs[i].set_nop();
            if oparg == 1 {
                instrs[i + 1].set_nop();
            } else {
                instrs[i + 1].op = Swap;
            }
        }
        (BuildTuple, _) => fold_tuple_of_constants(instrs, i, consts)?,
        (BuildList | BuildSet, _) => optimize_lists_and_sets(instrs, i, consts)?,
        (StoreFast, StoreFast) if next.is_some_and(|next| next.oparg == oparg && next.loc.lineno == loc.lineno) => {
            instrs[i].set(PopTop, 0);
        }
        (Swap, _) if oparg == 1 => instrs[i].set_nop(),
        (LoadGlobal, PushNull) if oparg & 1 == 0 => {
            instrs[i].oparg |= 1;
            instrs[i + 1].set_nop();
        }
        (CompareOp, ToBool) => {
            instrs[i].set_nop();
            instrs[i + 1].set(CompareOp, oparg | COMPARE_TO_BOOL);
        }
        (ContainsOp | IsOp, ToBool) => {
            instrs[i].set_nop();
            instrs[i + 1].set(op, oparg);
        }
        (ContainsOp | IsOp, UnaryNot) => {
            instrs[i].set_nop();
            instrs[i + 1].set(op, oparg ^ 1);
        }
        (ToBool, ToBool) => instrs[i].set_nop(),
        (UnaryNot, ToBool) => {
            instrs[i].set_nop();
            instrs[i + 1].set(UnaryNot, 0);
        }
        (UnaryNot, UnaryNot) => {
            instrs[i].set_nop();
            instrs[i + 1].set_nop();
        }
        (UnaryNot | UnaryInvert | UnaryNegative, _) => fold_const_unaryop(instrs, i, consts)?,
        (CallIntrinsic1, _) if oparg == Intrinsic1::ListToTuple.oparg() => {
            let folded = fold_constant_list_to_tuple(instrs, i, consts)?;
            if !folded && next_op == GetIter {
                instrs[i].set_nop();
            }
        }
        (ListAppend | SetAdd, GetIter | ContainsOp) => fold_long_display(instrs, i, consts)?,
        (CallIntrinsic1, _) if oparg == Intrinsic1::UnaryPositive.oparg() => fold_const_unaryop(instrs, i, consts)?,
        (BinaryOp, _) => fold_const_binop(instrs, i, consts)?,
        _ => {}
    }
    Ok(())
}
