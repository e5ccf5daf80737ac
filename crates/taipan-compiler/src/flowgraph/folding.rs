//! Replaces operations on constants by their result, and displays of constants by tuples and frozensets.

use taipan_bytecode::operands::{BinaryOp, Intrinsic1};
use taipan_bytecode::{Constant, Opcode};

use crate::const_ops;
use crate::const_table::ConstTable;
use crate::error::CompileError;
use crate::instruction_sequence::{Instruction, NO_LOCATION};

/// Displays with more items are not folded (`_PY_STACK_USE_GUIDELINE`).
const MAX_FOLDED_ITEMS: u32 = 30;
/// List and set displays with fewer constants are built item by item.
const MIN_CONST_SEQUENCE_SIZE: u32 = 3;

pub fn loads_const(op: Opcode) -> bool {
    op.has_const() || op == Opcode::LoadSmallInt
}

/// The constant that a `LOAD_CONST` or `LOAD_SMALL_INT` with this argument loads.
///
/// # Errors
/// [`CompileError::Internal`] if it does not exist.
pub fn const_value(op: Opcode, oparg: u32, consts: &ConstTable) -> Result<Constant, CompileError> {
    if op == Opcode::LoadSmallInt {
        return Ok(Constant::Int(oparg.into()));
    }
    const_ref(oparg, consts).cloned()
}

/// The constant of this number.
///
/// # Errors
/// As [`const_value`].
pub fn const_ref(oparg: u32, consts: &ConstTable) -> Result<&Constant, CompileError> {
    match consts.get(oparg) {
        Some(value) => Ok(value),
        None => Err(CompileError::Internal("Internal error: failed to get value of a constant")),
    }
}

/// The truth of the constant that a `LOAD_CONST` or `LOAD_SMALL_INT` loads.
///
/// # Errors
/// As [`const_value`].
pub fn const_truth(op: Opcode, oparg: u32, consts: &ConstTable) -> Result<bool, CompileError> {
    if op == Opcode::LoadSmallInt { Ok(oparg != 0) } else { Ok(const_ops::is_true(const_ref(oparg, consts)?)) }
}

/// The argument of `LOAD_SMALL_INT` for this constant, if it has one.
pub fn small_int(constant: &Constant) -> Option<u32> {
    match constant {
        Constant::Int(value) => u8::try_from(value).ok().map(u32::from),
        _ => None,
    }
}

fn make_load_const(instr: &mut Instruction, value: Constant, consts: &mut ConstTable) -> Result<(), CompileError> {
    match small_int(&value) {
        Some(number) => instr.set(Opcode::LoadSmallInt, number),
        None => instr.set(Opcode::LoadConst, consts.add(value)?),
    }
    Ok(())
}

/// Indexes of the `count` constant loads that end before `end`, `NOP`s skipped; `None` if something else is there.
fn const_loads_before(instrs: &[Instruction], end: usize, count: u32) -> Option<Vec<usize>> {
    // Mostly the one before is something else.
    let before = end.checked_sub(1).and_then(|before| instrs.get(before));
    if count > 0 && !before.is_some_and(|before| before.op == Opcode::Nop || loads_const(before.op)) {
        return None;
    }
    let mut found = Vec::with_capacity(count as usize);
    for i in (0..end).rev() {
        if found.len() == count as usize {
            break;
        }
        match instrs[i].op {
            Opcode::Nop => {}
            op if loads_const(op) => found.push(i),
            _ => return None,
        }
    }
    found.reverse();
    (found.len() == count as usize).then_some(found)
}

fn values_at(instrs: &[Instruction], at: &[usize], consts: &ConstTable) -> Result<Vec<Constant>, CompileError> {
    at.iter().map(|&i| const_value(instrs[i].op, instrs[i].oparg, consts)).collect()
}

fn nop_out(instrs: &mut [Instruction], at: &[usize]) {
    for &i in at {
        instrs[i].set_nop();
        instrs[i].loc = NO_LOCATION;
    }
}

/// Constants and `BUILD_TUPLE n` become one constant; whether they did.
pub fn fold_tuple_of_constants(
    instrs: &mut [Instruction],
    i: usize,
    consts: &mut ConstTable,
) -> Result<bool, CompileError> {
    let size = instrs[i].oparg;
    if size > MAX_FOLDED_ITEMS {
        return Ok(false);
    }
    let Some(loads) = const_loads_before(instrs, i, size) else { return Ok(false) };
    let items = values_at(instrs, &loads, consts)?;
    nop_out(instrs, &loads);
    make_load_const(&mut instrs[i], Constant::Tuple(items.into()), consts)?;
    Ok(true)
}

/// An empty display and constants added one by one, all before `end`: where it begins, and the loads.
fn const_display_before(instrs: &[Instruction], end: usize, build: Opcode, add: Opcode) -> Option<(usize, Vec<usize>)> {
    let mut expect_add = true;
    let mut loads = Vec::new();
    for at in (0..end).rev() {
        let Instruction { op, oparg, .. } = instrs[at];
        if op == Opcode::Nop {
            continue;
        }
        if op == build && oparg == 0 {
            loads.reverse();
            return expect_add.then_some((at, loads));
        }
        if expect_add {
            if op != add || oparg != 1 {
                return None;
            }
        } else {
            if !loads_const(op) {
                return None;
            }
            loads.push(at);
        }
        expect_add = !expect_add;
    }
    None
}

/// Nops out a display found by [`const_display_before`] and gives its items.
fn take_display(
    instrs: &mut [Instruction],
    (start, loads): (usize, Vec<usize>),
    end: usize,
    consts: &ConstTable,
) -> Result<Vec<Constant>, CompileError> {
    let items = values_at(instrs, &loads, consts)?;
    let gone: Vec<usize> = (start..end).filter(|&at| instrs[at].op != Opcode::Nop).collect();
    nop_out(instrs, &gone);
    Ok(items)
}

/// `BUILD_LIST 0`, constants each with `LIST_APPEND 1`, and the conversion to a tuple become one constant; whether
/// they did.
pub fn fold_constant_list_to_tuple(
    instrs: &mut [Instruction],
    i: usize,
    consts: &mut ConstTable,
) -> Result<bool, CompileError> {
    let Some(display) = const_display_before(instrs, i, Opcode::BuildList, Opcode::ListAppend) else {
        return Ok(false);
    };
    let items = take_display(instrs, display, i, consts)?;
    make_load_const(&mut instrs[i], Constant::Tuple(items.into()), consts)?;
    Ok(true)
}

/// A list or set of many constants, built one by one up to the addition at `i`, becomes one constant before `in` or a
/// loop; whether it did.
pub fn fold_long_display(instrs: &mut [Instruction], i: usize, consts: &mut ConstTable) -> Result<bool, CompileError> {
    let is_list = instrs[i].op == Opcode::ListAppend;
    let build = if is_list { Opcode::BuildList } else { Opcode::BuildSet };
    let Some(display) = const_display_before(instrs, i + 1, build, instrs[i].op) else { return Ok(false) };
    let items = take_display(instrs, display, i + 1, consts)?;
    let value = if is_list { Constant::Tuple(items.into()) } else { Constant::frozen_set(items) };
    make_load_const(&mut instrs[i], value, consts)?;
    Ok(true)
}

/// Displays of constants: one constant before `in` or a loop, else built by extending with one constant. A list
/// display of other things before `in` or a loop becomes a tuple. Whether there were constants.
pub fn optimize_lists_and_sets(
    instrs: &mut [Instruction],
    i: usize,
    consts: &mut ConstTable,
) -> Result<bool, CompileError> {
    let Instruction { op, oparg: size, loc, .. } = instrs[i];
    let contains_or_iter =
        instrs.get(i + 1).is_some_and(|next| matches!(next.op, Opcode::GetIter | Opcode::ContainsOp));
    if size > MAX_FOLDED_ITEMS || (size < MIN_CONST_SEQUENCE_SIZE && !contains_or_iter) {
        return Ok(false);
    }
    let Some(loads) = const_loads_before(instrs, i, size) else {
        if contains_or_iter && op == Opcode::BuildList {
            instrs[i].op = Opcode::BuildTuple;
        }
        return Ok(false);
    };
    let items = values_at(instrs, &loads, consts)?;
    let value = if op == Opcode::BuildSet { Constant::frozen_set(items) } else { Constant::Tuple(items.into()) };
    let index = consts.add(value)?;
    nop_out(instrs, &loads);
    if contains_or_iter {
        instrs[i].set(Opcode::LoadConst, index);
    } else if i >= 2 {
        instrs[i - 2].loc = loc;
        instrs[i - 2].set(op, 0);
        instrs[i - 1].set(Opcode::LoadConst, index);
        instrs[i].set(if op == Opcode::BuildList { Opcode::ListExtend } else { Opcode::SetUpdate }, 1);
    }
    Ok(true)
}

/// Two constants and `BINARY_OP` become one constant, if the result is small and no exception; whether they did.
pub fn fold_const_binop(instrs: &mut [Instruction], i: usize, consts: &mut ConstTable) -> Result<bool, CompileError> {
    let Some(loads) = const_loads_before(instrs, i, 2) else { return Ok(false) };
    let operands = values_at(instrs, &loads, consts)?;
    let Some(op) = BinaryOp::from_oparg(instrs[i].oparg) else { return Ok(false) };
    let Some(value) = const_ops::binary(op, &operands[0], &operands[1]) else { return Ok(false) };
    nop_out(instrs, &loads);
    make_load_const(&mut instrs[i], value, consts)?;
    Ok(true)
}

/// A constant and a unary operation become one constant; whether they did.
pub fn fold_const_unaryop(instrs: &mut [Instruction], i: usize, consts: &mut ConstTable) -> Result<bool, CompileError> {
    let Some(loads) = const_loads_before(instrs, i, 1) else { return Ok(false) };
    let operand = const_value(instrs[loads[0]].op, instrs[loads[0]].oparg, consts)?;
    let value = match instrs[i].op {
        Opcode::UnaryNegative => const_ops::negative(&operand),
        Opcode::UnaryInvert => const_ops::invert(&operand),
        Opcode::UnaryNot => Some(Constant::bool(!const_ops::is_true(&operand))),
        Opcode::CallIntrinsic1 if instrs[i].oparg == Intrinsic1::UnaryPositive.oparg() => const_ops::positive(&operand),
        _ => None,
    };
    let Some(value) = value else { return Ok(false) };
    nop_out(instrs, &loads);
    make_load_const(&mut instrs[i], value, consts)?;
    Ok(true)
}
