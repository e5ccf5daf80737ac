//! Arithmetic and subscription, and their specialisation by operand types.

use super::super::op::Op;
use super::super::register_code::{RegOp, Word};
use crate::gc::Gc;
use crate::number::{Operator, UnaryOperator};
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// CPython's argument of BINARY_OP for `container[key]`.
pub const SUBSCR: u8 = 26;
const IN_PLACE: u8 = 13;

const OPERATORS: [Operator; 13] = [
    Operator::Add,
    Operator::And,
    Operator::FloorDiv,
    Operator::LShift,
    Operator::MatMul,
    Operator::Mul,
    Operator::Rem,
    Operator::Or,
    Operator::Pow,
    Operator::RShift,
    Operator::Sub,
    Operator::TrueDiv,
    Operator::Xor,
];

fn operator(flags: u8) -> Option<Operator> {
    let index = flags & 31;
    OPERATORS.get(usize::from(if index >= IN_PLACE { index - IN_PLACE } else { index })).copied()
}

/// An operator on small integers when the result is small and no error is possible.
#[inline(always)]
pub fn small_int_op(flags: u8, a: i64, b: i64) -> Option<Value> {
    let result = match operator(flags)? {
        Operator::Add => a.checked_add(b)?,
        Operator::Sub => a.checked_sub(b)?,
        Operator::Mul => a.checked_mul(b)?,
        Operator::And => a & b,
        Operator::Or => a | b,
        Operator::Xor => a ^ b,
        Operator::FloorDiv if b != 0 => {
            let quotient = a / b;
            if (a % b != 0) && ((a < 0) != (b < 0)) { quotient - 1 } else { quotient }
        }
        Operator::Rem if b != 0 => {
            let rest = a % b;
            if rest != 0 && ((rest < 0) != (b < 0)) { rest + b } else { rest }
        }
        Operator::RShift if b >= 0 => a >> b.min(63),
        Operator::LShift if (0..62).contains(&b) => {
            let shifted = a << b;
            if shifted >> b != a {
                return None;
            }
            shifted
        }
        // Both are exact as floats, so the quotient is rounded once.
        Operator::TrueDiv if b != 0 && a.unsigned_abs() < 1 << 53 && b.unsigned_abs() < 1 << 53 => {
            return Value::immediate_float(a as f64 / b as f64);
        }
        _ => return None,
    };
    Value::small_int(result)
}

/// Operands of BINARY_OP or BINARY_OP_IMM in any form.
#[inline(always)]
fn operands(op: Op, word: Word) -> (Value, Value, bool) {
    let imm = RegOp::from_byte(word.op()).is_some_and(|op| op.info().base == RegOp::BINARY_OP_IMM);
    let right = if imm { Value::int32(i32::from(word.sc())) } else { op.get(word.c()) };
    (op.get(word.b()), right, imm)
}

/// BINARY_OP and BINARY_OP_IMM in any form: computes, and rewrites the operation for the operands seen.
pub fn binary_op(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let word = op.word();
    let (a, b, imm) = operands(op, word);
    specialize(op, word, a, b, imm);
    perform(vm, word.flags() & 31, a, b)
}

/// Attempts after which an operation stays generic, kept in the high bits of its flags.
const TIRED: u8 = 7;

fn specialize(op: Op, word: Word, a: Value, b: Value, imm: bool) {
    let attempts = word.flags() >> 5;
    let generic = if imm { RegOp::BINARY_OP_IMM } else { RegOp::BINARY_OP };
    if attempts >= TIRED {
        if word.op() != generic as u8 {
            op.set_word(word.with_op(generic));
        }
        return;
    }
    let Some(form) = form_for(word.flags(), a, b, imm) else {
        if word.op() != generic as u8 {
            op.set_word(word.with_op(generic).with_flags((attempts + 1) << 5 | word.flags() & 31));
        }
        return;
    };
    // A form that fails by its result (overflow) is tried as often as one that fails by its operands.
    let attempts = if word.op() == generic as u8 { attempts } else { attempts + 1 };
    op.set_word(word.with_op(form).with_flags(attempts << 5 | word.flags() & 31));
}

fn form_for(flags: u8, a: Value, b: Value, imm: bool) -> Option<RegOp> {
    if flags & 31 == SUBSCR {
        let int_key = b.is_small_int();
        return match (a.shape_id(), imm) {
            (id, true) if id == Builtin::List as u32 => Some(RegOp::BINARY_OP_SUBSCR_LIST_IMM),
            (id, true) if id == Builtin::Tuple as u32 => Some(RegOp::BINARY_OP_SUBSCR_TUPLE_IMM),
            (_, true) => None,
            (id, false) if id == Builtin::List as u32 && int_key => Some(RegOp::BINARY_OP_SUBSCR_LIST_INT),
            (id, false) if id == Builtin::Tuple as u32 && int_key => Some(RegOp::BINARY_OP_SUBSCR_TUPLE_INT),
            (_, false) if int_key && a.exact::<Str>().is_some() => Some(RegOp::BINARY_OP_SUBSCR_STR_INT),
            (id, false) if id == Builtin::Dict as u32 => Some(RegOp::BINARY_OP_SUBSCR_DICT),
            _ => None,
        };
    }
    let operator = operator(flags)?;
    if a.is_small_int() && b.is_small_int() {
        return match (operator, imm) {
            (Operator::Add, false) => Some(RegOp::BINARY_OP_ADD_INT),
            (Operator::Sub, false) => Some(RegOp::BINARY_OP_SUBTRACT_INT),
            (Operator::Mul, false) => Some(RegOp::BINARY_OP_MULTIPLY_INT),
            (Operator::Add, true) => Some(RegOp::BINARY_OP_ADD_INT_IMM),
            (Operator::Sub, true) => Some(RegOp::BINARY_OP_SUBTRACT_INT_IMM),
            (Operator::MatMul | Operator::Pow, _) => None,
            (_, true) => Some(RegOp::BINARY_OP_ARITH_INT_IMM),
            (_, false) => Some(RegOp::BINARY_OP_ARITH_INT),
        };
    }
    if imm {
        return None;
    }
    if a.is_immediate_float() && b.is_immediate_float() {
        return match operator {
            Operator::Add => Some(RegOp::BINARY_OP_ADD_FLOAT),
            Operator::Sub => Some(RegOp::BINARY_OP_SUBTRACT_FLOAT),
            Operator::Mul => Some(RegOp::BINARY_OP_MULTIPLY_FLOAT),
            Operator::TrueDiv => Some(RegOp::BINARY_OP_ARITH_FLOAT),
            _ => None,
        };
    }
    let number = |value: Value| value.is_immediate_float() || value.is_small_int();
    if number(a) && number(b) && matches!(operator, Operator::Add | Operator::Sub | Operator::Mul | Operator::TrueDiv) {
        return Some(RegOp::BINARY_OP_ARITH_FLOAT);
    }
    let strs = operator == Operator::Add && a.exact::<Str>().is_some() && b.exact::<Str>().is_some();
    strs.then_some(RegOp::BINARY_OP_ADD_STR)
}

/// The operation itself.
pub fn perform(vm: &mut Vm, flags: u8, a: Value, b: Value) -> Result<Value, Raised> {
    if let (Some(x), Some(y)) = (a.as_small_int(), b.as_small_int())
        && let Some(result) = small_int_op(flags, x, y)
    {
        return Ok(result);
    }
    if let (Some(x), Some(y)) = (a.as_immediate_float(), b.as_immediate_float()) {
        let result = match operator(flags) {
            Some(Operator::Add) => Some(x + y),
            Some(Operator::Sub) => Some(x - y),
            Some(Operator::Mul) => Some(x * y),
            Some(Operator::TrueDiv) if y != 0.0 => Some(x / y),
            _ => None,
        };
        if let Some(result) = result {
            return vm.new_float(result);
        }
    }
    if flags == SUBSCR {
        return vm.get_item(a, b);
    }
    let Some(operator) = operator(flags) else { return Err(vm.raise(Exc::SystemError, "unknown operator")) };
    if flags >= IN_PLACE { vm.binary_in_place(operator, a, b) } else { vm.binary(operator, a, b) }
}

/// The float of a float or small integer operand.
fn as_float(value: Value) -> Option<f64> {
    match value.as_immediate_float() {
        Some(f) => Some(f),
        // Beyond 2^53 conversion rounds as CPython's int to float does.
        None => value.as_small_int().map(|i| i as f64),
    }
}

/// BINARY_OP_ARITH_FLOAT.
pub fn float_arith(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let word = op.word();
    let (a, b) = (op.get(word.b()), op.get(word.c()));
    if (a.is_immediate_float() || b.is_immediate_float())
        && let (Some(x), Some(y)) = (as_float(a), as_float(b))
    {
        let result = match operator(word.flags()) {
            Some(Operator::Add) => x + y,
            Some(Operator::Sub) => x - y,
            Some(Operator::Mul) => x * y,
            Some(Operator::TrueDiv) if y != 0.0 => x / y,
            _ => return binary_op(vm, op),
        };
        return match Value::immediate_float(result) {
            Some(value) => Ok(value),
            None => vm.new_float(result),
        };
    }
    binary_op(vm, op)
}

/// BINARY_OP_ADD_STR.
pub fn add_str(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let (a, b) = (op.rb(), op.rc());
    if let (Some(a), Some(b)) = (a.exact::<Str>(), b.exact::<Str>()) {
        return Ok(Str::concat(vm, a, b)?.value());
    }
    binary_op(vm, op)
}

/// BINARY_OP_SUBSCR_STR_INT.
pub fn subscr_str(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    if let Some(text) = op.rb().exact::<Str>()
        && let Some(i) = op.rc().as_small_int()
    {
        let len = text.get(vm).len() as i64;
        let i = if i < 0 { i + len } else { i };
        if (0..len).contains(&i) {
            let point = text.get(vm).text().get(i as usize).unwrap_or(0);
            return Ok(Str::from_char(vm, point)?.value());
        }
    }
    binary_op(vm, op)
}

/// BINARY_OP_SUBSCR_DICT.
pub fn subscr_dict(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let (container, key) = (op.rb(), op.rc());
    if let Some(dict) = container.exact::<Dict>() {
        return match Dict::get_item(dict, vm, key)? {
            Some(value) => Ok(value),
            None => Err(vm.raise_with(Exc::KeyError, &[key])),
        };
    }
    binary_op(vm, op)
}

/// UNARY_NEGATIVE.
pub fn unary_negative(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let value = op.rb();
    if let Some(result) = value.as_small_int().and_then(|i| Value::small_int(-i)) {
        return Ok(result);
    }
    vm.unary(UnaryOperator::Negative, value)
}

/// UNARY_INVERT.
pub fn unary_invert(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let value = op.rb();
    if let Some(result) = value.as_small_int().and_then(|i| Value::small_int(!i)) {
        return Ok(result);
    }
    vm.unary(UnaryOperator::Invert, value)
}

fn slice_of(vm: &mut Vm, start: Value, stop: Value) -> Result<Value, Raised> {
    super::build::new_slice(vm, start, stop, Value::NONE)
}

/// BINARY_SLICE.
#[inline(never)]
pub fn binary_slice(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let base = op.word().b();
    let (container, start, stop) = (op.get(base), op.get(base + 1), op.get(base + 2));
    // The sequences of everyday slices, with bounds that need no Python code.
    if let Some(text) = container.exact::<Str>() {
        if let Some((start, end)) = plain_bounds(text.get(vm).len(), start, stop) {
            return Ok(Str::substring(text, vm, start, end)?.value());
        }
    } else if let Some(list) = container.exact::<List>() {
        if let Some((start, end)) = plain_bounds(list.get(vm).len(), start, stop) {
            return Ok(List::slice(list, vm, start, end)?.value());
        }
    } else if let Some(tuple) = container.exact::<Tuple>()
        && let Some((start, end)) = plain_bounds(tuple.get(vm).len(), start, stop)
    {
        let whole = start == 0 && end == tuple.get(vm).len();
        return if whole { Ok(container) } else { Ok(Tuple::slice(tuple, vm, start, end)?.value()) };
    }
    let slice = slice_of(vm, start, stop)?;
    vm.get_item(container, slice)
}

/// The items `start:stop` selects of `len`, if both are small ints or None.
#[inline]
fn plain_bounds(len: usize, start: Value, stop: Value) -> Option<(usize, usize)> {
    let clip = |bound: Value, default: usize| {
        if bound.is_none() {
            return Some(default);
        }
        let i = bound.as_small_int()?;
        let i = if i < 0 { i.saturating_add(len as i64).max(0) } else { i };
        Some((i as usize).min(len))
    };
    let (start, end) = (clip(start, 0)?, clip(stop, len)?);
    Some((start, end.max(start)))
}

/// STORE_SLICE.
#[inline(never)]
pub fn store_slice(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let base = op.word().b();
    let slice = slice_of(vm, op.get(base + 2), op.get(base + 3))?;
    vm.set_item(op.get(base + 1), slice, Some(op.get(base)))
}

/// STORE_SUBSCR in any form.
pub fn store_subscr(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let (value, container, key) = (op.ra(), op.rb(), op.rc());
    if container.exact::<List>().is_some() && key.is_small_int() {
        op.specialize(RegOp::STORE_SUBSCR_LIST_INT);
    } else if container.exact::<Dict>().is_some() {
        op.specialize(RegOp::STORE_SUBSCR_DICT);
    }
    vm.set_item(container, key, Some(value))
}

/// STORE_SUBSCR_DICT.
pub fn store_subscr_dict(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    match op.rb().exact::<Dict>() {
        Some(dict) => Dict::set(dict, vm, op.rc(), op.ra()),
        None => store_subscr(vm, op),
    }
}

/// DELETE_SUBSCR.
pub fn delete_subscr(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    vm.set_item(op.ra(), op.rb(), None)
}

/// The items of an exact tuple or list, as a tuple.
pub fn sequence_items(vm: &mut Vm, value: Value) -> Result<Option<Gc<Tuple>>, Raised> {
    if let Some(tuple) = value.exact::<Tuple>() {
        return Ok(Some(tuple));
    }
    match value.exact::<List>() {
        Some(list) => List::to_tuple(list, vm).map(Some),
        None => Ok(None),
    }
}
