//! Rewrites of neighbouring instructions inside one block, and jumps to jumps.

use taipan_bytecode::operands::Intrinsic1;
use taipan_bytecode::{Constant, Opcode};

use super::cfg::{BlockId, Cfg};
use super::folding::{
    const_ref, const_truth, fold_const_binop, fold_const_unaryop, fold_constant_list_to_tuple, fold_long_display,
    fold_tuple_of_constants, optimize_lists_and_sets, small_int,
};
use super::swaps::optimize_swaps;
use crate::const_table::ConstTable;
use crate::error::CompileError;
use crate::instruction_sequence::Instruction;
use crate::op_kinds::Kinds;

/// Bit of `COMPARE_OP`'s argument: the result is wanted as a bool.
const COMPARE_TO_BOOL: u32 = 16;

/// Turns loads of small ints into `LOAD_SMALL_INT`, where code generation has not done so.
///
/// # Errors
/// As [`const_ref`].
pub fn convert_small_ints(cfg: &mut Cfg, consts: &ConstTable) -> Result<(), CompileError> {
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        for instr in cfg.instrs_mut(id).iter_mut().filter(|instr| instr.op == Opcode::LoadConst) {
            if let Some(number) = small_int(const_ref(instr.oparg, consts)?) {
                instr.set(Opcode::LoadSmallInt, number);
            }
        }
    }
    cfg.consts_dropped = true;
    Ok(())
}

/// Branches on constants, comparisons with `None`.
///
/// # Errors
/// [`CompileError`] as [`const_truth`] and [`ConstTable::add`].
pub fn optimize_load_const(cfg: &mut Cfg, consts: &mut ConstTable) -> Result<(), CompileError> {
    if !cfg.kinds.has(Kinds::CONST_TEST) {
        return Ok(());
    }
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        let (block, instrs) = cfg.parts(id);
        at = block.next;
        if !block.kinds.has(Kinds::CONST_TEST) {
            continue;
        }
        let changed = optimize_load_const_in(instrs, consts)?;
        if let Changed::Loads | Changed::Jumps = changed {
            cfg.note(id, Kinds::NOP.or(Kinds::JUMP).or(Kinds::CONST));
            cfg.consts_dropped = true;
        }
        cfg.ways_changed |= changed == Changed::Jumps;
    }
    Ok(())
}

/// What changed in a block, the later cases including the earlier ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Changed {
    Nothing,
    Loads,
    Jumps,
}

/// Treats one block.
fn optimize_load_const_in(instrs: &mut [Instruction], consts: &mut ConstTable) -> Result<Changed, CompileError> {
    let (mut op, mut oparg) = (Opcode::Nop, 0);
    let mut changed = Changed::Nothing;
    for i in 0..instrs.len() {
        let here = &instrs[i];
        if !matches!(here.op, Opcode::LoadConst | Opcode::LoadSmallInt | Opcode::Copy) {
            (op, oparg) = (here.op, here.oparg);
            continue;
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
                changed = Changed::Jumps;
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
                    changed = changed.max(Changed::Loads);
                    compare_with_none(instrs, i);
                }
            }
            Opcode::ToBool => {
                let truth = const_truth(op, oparg, consts)?;
                let index = consts.add(Constant::bool(truth))?;
                changed = changed.max(Changed::Loads);
                instrs[i].set_nop();
                instrs[i + 1].set(Opcode::LoadConst, index);
            }
            _ => {}
        }
    }
    Ok(changed)
}

/// `LOAD_CONST None`, `IS_OP`, perhaps `TO_BOOL`, and a conditional jump become `POP_JUMP_IF_(NOT_)NONE`.
fn compare_with_none(instrs: &mut [Instruction], i: usize) {
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
    let (block, instrs) = cfg.parts(id);
    if block.kinds.has(Kinds::PEEPHOLE) {
        let mut found = Found::default();
        for i in 0..instrs.len() {
            if is_rewritten(instrs[i].op) {
                optimize_instr(instrs, i, consts, &mut found)?;
            }
        }
        if found.swap {
            optimize_swaps(instrs);
        }
        if found.folded {
            cfg.consts_dropped = true;
            cfg.note(id, Kinds::NOP.or(Kinds::NO_LINE).or(Kinds::CONST));
        }
        if found.rewritten {
            cfg.note(id, Kinds::NOP.or(Kinds::POP_TOP));
        }
    }
    // Jumps end their blocks.
    while cfg[id].kinds.has(Kinds::TARGET)
        && let Some(last) = cfg[id].len().checked_sub(1)
    {
        if let Step::Next = optimize_jump(cfg, id, last) {
            break;
        }
        cfg.ways_changed = true;
    }
    Ok(())
}

/// What happened in a block.
#[derive(Default)]
struct Found {
    /// Perhaps.
    rewritten: bool,
    folded: bool,
    swap: bool,
}

/// A jump to a jump goes to the latter's target.
fn optimize_jump(cfg: &mut Cfg, id: BlockId, i: usize) -> Step {
    use Opcode::*;
    let Some(&instr) = cfg.instrs(id).get(i) else { return Step::Next };
    let Some(target_block) = instr.target else { return Step::Next };
    let Some(target) = cfg.instrs(target_block).first() else { return Step::Next };
    let threaded = match (instr.op, target.op) {
        (PopJumpIfNotNone | PopJumpIfNone | PopJumpIfFalse | PopJumpIfTrue, Jump) => instr.op,
        (JumpIfFalse, Jump | JumpIfFalse) | (JumpIfTrue, Jump | JumpIfTrue) => instr.op,
        (JumpIfFalse, JumpIfTrue) | (JumpIfTrue, JumpIfFalse) => {
            let next = cfg[target_block].next;
            if next.is_none() || next == instr.target {
                return Step::Next;
            }
            if let Some(jump) = cfg.last_mut(id) {
                jump.target = next;
            }
            return Step::Again;
        }
        (Jump | JumpNoInterrupt, Jump) => Jump,
        (Jump | JumpNoInterrupt, JumpNoInterrupt) => instr.op,
        _ => return Step::Next,
    };
    if instr.target == target.target {
        return Step::Next;
    }
    let jump = Instruction { target: target.target, ..Instruction::new(threaded, 0, target.loc) };
    cfg.set_last_nop(id);
    cfg.add_op(id, jump);
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

fn optimize_instr(
    instrs: &mut [Instruction],
    i: usize,
    consts: &mut ConstTable,
    found: &mut Found,
) -> Result<(), CompileError> {
    use Opcode::*;
    let Instruction { op, oparg, ref loc, .. } = instrs[i];
    let next = instrs.get(i + 1);
    let next_op = next.map_or(Cache, |next| next.op);
    let mut folded = false;
    let mut rewritten = true;
    match (op, next_op) {
        (BuildTuple, UnpackSequence) if next.is_some_and(|next| next.oparg == oparg) && (1..=3).contains(&oparg) => {
            instrs[i].set_nop();
            if oparg == 1 {
                instrs[i + 1].set_nop();
            } else {
                instrs[i + 1].op = Swap;
            }
        }
        (BuildTuple, _) => {
            folded = fold_tuple_of_constants(instrs, i, consts)?;
            rewritten = folded;
        }
        (BuildList | BuildSet, _) => {
            folded = optimize_lists_and_sets(instrs, i, consts)?;
            rewritten = folded;
        }
        (StoreFast, StoreFast) if next.is_some_and(|next| next.oparg == oparg && next.loc.lineno == loc.lineno) => {
            instrs[i].set(PopTop, 0);
        }
        (Swap, _) => {
            found.swap = true;
            if oparg == 1 {
                instrs[i].set_nop();
            }
        }
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
        (UnaryNot | UnaryInvert | UnaryNegative, _) => folded = fold_const_unaryop(instrs, i, consts)?,
        (CallIntrinsic1, _) if oparg == Intrinsic1::ListToTuple.oparg() => {
            folded = fold_constant_list_to_tuple(instrs, i, consts)?;
            if !folded && next_op == GetIter {
                instrs[i].set_nop();
            }
        }
        (ListAppend | SetAdd, GetIter | ContainsOp) => folded = fold_long_display(instrs, i, consts)?,
        (CallIntrinsic1, _) if oparg == Intrinsic1::UnaryPositive.oparg() => {
            folded = fold_const_unaryop(instrs, i, consts)?;
        }
        (BinaryOp, _) => {
            folded = fold_const_binop(instrs, i, consts)?;
            rewritten = folded;
        }
        _ => rewritten = false,
    }
    found.rewritten |= rewritten;
    found.folded |= folded;
    Ok(())
}
