//! Comparisons, membership, identity and truth.

use super::super::op::Op;
use super::super::register_code::RegOp;
use crate::raise::Raised;
use crate::slots::Comparison;
use crate::types::float::Float;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

const WHEN_TRUE: u8 = 8;
const TIRED: u8 = 16;

fn comparison(flags: u8) -> Comparison {
    match flags & 7 {
        0 => Comparison::Lt,
        1 => Comparison::Le,
        2 => Comparison::Eq,
        3 => Comparison::Ne,
        4 => Comparison::Gt,
        _ => Comparison::Ge,
    }
}

/// `a is b`. Boxed floats and ints are identical when they are the same object.
#[inline(always)]
pub fn identical(_vm: &Vm, a: Value, b: Value) -> bool {
    a == b
}

/// Equality of two exact strs.
#[inline(always)]
pub fn str_equal(vm: &Vm, a: Value, b: Value) -> Option<bool> {
    let (x, y) = (a.exact::<Str>()?, b.exact::<Str>()?);
    Some(a == b || x.get(vm).same_text(y.get(vm)))
}

/// COMPARE_OP and COMPARE_OP_IMM.
pub fn compare_op(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let word = op.word();
    let right =
        if word.op() == RegOp::COMPARE_OP_IMM as u8 { Value::int32(i32::from(word.sc())) } else { op.get(word.c()) };
    let result = compare(vm, op.get(word.b()), right, comparison(word.flags()))?;
    if word.flags() & 16 == 0 || result.is_bool() {
        return Ok(result);
    }
    vm.is_true(result).map(Value::bool)
}

fn compare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    if let (Some(x), Some(y)) = (a.as_immediate_float(), b.as_immediate_float()) {
        return Ok(Value::bool(match op {
            Comparison::Lt => x < y,
            Comparison::Le => x <= y,
            Comparison::Eq => x == y,
            Comparison::Ne => x != y,
            Comparison::Gt => x > y,
            Comparison::Ge => x >= y,
        }));
    }
    if let (Comparison::Eq | Comparison::Ne, Some(equal)) = (op, str_equal(vm, a, b)) {
        return Ok(Value::bool(equal == (op == Comparison::Eq)));
    }
    vm.compare(a, b, op)
}

/// COMPARE_JUMP and COMPARE_JUMP_IMM in any form: whether to jump.
pub fn compare_jump(vm: &mut Vm, op: Op) -> Result<bool, Raised> {
    let word = op.word();
    let imm = RegOp::from_byte(word.op()).is_some_and(|op| op.info().base == RegOp::COMPARE_JUMP_IMM);
    let a = op.get(word.a());
    let b = if imm { Value::int32(i32::from(word.sb())) } else { op.get(word.b()) };
    let generic = if imm { RegOp::COMPARE_JUMP_IMM } else { RegOp::COMPARE_JUMP };
    let form = match () {
        () if word.flags() & TIRED != 0 => generic,
        () if a.is_small_int() && b.is_small_int() => {
            if imm {
                RegOp::COMPARE_JUMP_INT_IMM
            } else {
                RegOp::COMPARE_JUMP_INT
            }
        }
        () if imm => generic,
        () if a.is_immediate_float() && b.is_immediate_float() => RegOp::COMPARE_JUMP_FLOAT,
        () if matches!(word.flags() & 7, 2 | 3) && a.exact::<Str>().is_some() && b.exact::<Str>().is_some() => {
            RegOp::COMPARE_JUMP_STR
        }
        () => generic,
    };
    if word.op() != form as u8 {
        // The second change of mind is the last.
        let flags = if word.op() == generic as u8 { word.flags() } else { word.flags() | TIRED };
        let form = if flags & TIRED != 0 { generic } else { form };
        op.set_word(word.with_op(form).with_flags(flags));
    }
    let result = compare(vm, a, b, comparison(word.flags()))?;
    Ok(vm.is_true(result)? == (word.flags() & WHEN_TRUE != 0))
}

/// CONTAINS_OP.
pub fn contains_op(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let found = vm.contains(op.rc(), op.rb())?;
    Ok(Value::bool(found != (op.word().flags() & 1 != 0)))
}

/// CONTAINS_JUMP: whether to jump.
pub fn contains_jump(vm: &mut Vm, op: Op) -> Result<bool, Raised> {
    let found = vm.contains(op.rb(), op.ra())?;
    Ok(found == (op.word().flags() & WHEN_TRUE != 0))
}

/// The truth of a value, the common types first.
fn truth(vm: &mut Vm, value: Value) -> Result<bool, Raised> {
    if let Some(text) = value.exact::<Str>() {
        return Ok(!text.get(vm).is_empty());
    }
    if value.is_immediate_float() && value.exact::<Float>().is_none() {
        return Ok(value.as_immediate_float() != Some(0.0));
    }
    vm.is_true(value)
}

/// JUMP_IF_TRUE: whether to jump.
pub fn is_true(vm: &mut Vm, op: Op) -> Result<bool, Raised> {
    truth(vm, op.ra())
}

/// JUMP_IF_FALSE: whether to jump.
pub fn is_false(vm: &mut Vm, op: Op) -> Result<bool, Raised> {
    Ok(!truth(vm, op.ra())?)
}

/// TO_BOOL.
pub fn to_bool(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    truth(vm, op.rb()).map(Value::bool)
}

/// UNARY_NOT.
pub fn unary_not(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    Ok(Value::bool(!truth(vm, op.rb())?))
}
