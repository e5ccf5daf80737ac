//! The number slots of `int` and `bool`: small operands are computed in machine words, others as big numbers.
//!
//! Results whose size cannot fit the heap are refused with MemoryError before they are computed.

use dashu_int::{IBig, Sign};
use taipan_text::int_math;

use crate::raise::{Exc, Raised};
use crate::slots::Comparison;
use crate::types::int::Number;
use crate::value::Value;
use crate::vm::Vm;

/// Both operands as machine words when they are immediates; the first look of every slot.
#[inline(always)]
fn small(a: Value, b: Value) -> Option<(i64, i64)> {
    Some((a.as_small_int()?, b.as_small_int()?))
}

/// Both operands as numbers; `None` when one is no int. MemoryError when they are so large that there is no room to compute
/// with them.
fn numbers(vm: &mut Vm, a: Value, b: Value, copies: usize) -> Result<Option<(Number, Number)>, Raised> {
    check_room(vm, &[a, b], copies)?;
    Ok(vm.as_number(a).zip(vm.as_number(b)))
}

/// Room for copies of the operands, a result and what short algorithms need, in units of the operands' size.
pub const LINEAR: usize = 4;
/// Room for products: number-theoretic transforms take 60 times the size of each operand.
pub const PRODUCT: usize = 36;

/// Refuses operands that are so large that there is no room for their copies, a result and what the algorithms need: the
/// crate that computes with big numbers cannot hear no.
pub fn check_room(vm: &mut Vm, operands: &[Value], copies: usize) -> Result<(), Raised> {
    let bytes: usize = operands.iter().map(|operand| byte_size(vm, *operand)).sum();
    if bytes < 128 << 10 { Ok(()) } else { vm.check_native_bytes(bytes.saturating_mul(copies)) }
}

fn byte_size(vm: &Vm, operand: Value) -> usize {
    operand.downcast::<super::Int>(vm).map_or(0, |int| int.get(vm).byte_len())
}

fn big(number: Number) -> IBig {
    match number {
        Number::Small(i) => IBig::from(i),
        Number::Big(big) => big,
    }
}

/// One slot: machine words while the checked operation succeeds, else the operation on big numbers.
fn arithmetic(
    vm: &mut Vm,
    a: Value,
    b: Value,
    word: fn(i64, i64) -> Option<i64>,
    wide: fn(&IBig, &IBig) -> IBig,
) -> Result<Value, Raised> {
    if let Some((x, y)) = small(a, b)
        && let Some(result) = word(x, y)
    {
        return vm.new_int(result);
    }
    let Some((x, y)) = numbers(vm, a, b, LINEAR)? else { return Ok(Value::NOT_IMPLEMENTED) };
    if let (Number::Small(x), Number::Small(y)) = (&x, &y)
        && let Some(result) = word(*x, *y)
    {
        return vm.new_int(result);
    }
    let result = wide(&big(x), &big(y));
    vm.new_big_int(&result)
}

pub fn add(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    arithmetic(vm, a, b, i64::checked_add, |x, y| x + y)
}

pub fn sub(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    arithmetic(vm, a, b, i64::checked_sub, |x, y| x - y)
}

pub fn mul(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    if let Some((x, y)) = small(a, b)
        && let Some(product) = x.checked_mul(y)
    {
        return vm.new_int(product);
    }
    let Some((x, y)) = numbers(vm, a, b, PRODUCT)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let (x, y) = (big(x), big(y));
    let bits = int_math::bit_length(&x).saturating_add(int_math::bit_length(&y));
    check_bits(vm, bits)?;
    vm.new_big_int(&(x * y))
}

/// Refuses a result of so many bits when it cannot be in the heap.
pub fn check_bits(vm: &mut Vm, bits: usize) -> Result<(), Raised> {
    if bits < 1 << 20 { Ok(()) } else { vm.check_native_bytes(bits / 8 * 5) }
}

fn word_floordiv(x: i64, y: i64) -> Option<i64> {
    let quotient = x.checked_div(y)?;
    Some(if x % y != 0 && (x < 0) != (y < 0) { quotient - 1 } else { quotient })
}

fn word_rem(x: i64, y: i64) -> Option<i64> {
    let rest = x.checked_rem(y)?;
    Some(if rest != 0 && (rest < 0) != (y < 0) { rest + y } else { rest })
}

/// Quotient and remainder as values; ZeroDivisionError with the given text.
fn divide(vm: &mut Vm, x: Number, y: Number, zero: &str) -> Result<(Value, Value), Raised> {
    if matches!(y, Number::Small(0)) {
        return Err(vm.raise(Exc::ZeroDivisionError, zero));
    }
    if let (Number::Small(x), Number::Small(y)) = (&x, &y)
        && let (Some(quotient), Some(rest)) = (word_floordiv(*x, *y), word_rem(*x, *y))
    {
        return Ok((vm.new_int(quotient)?, vm.new_int(rest)?));
    }
    match int_math::div_mod(&big(x), &big(y)) {
        Some((quotient, rest)) => Ok((vm.new_big_int(&quotient)?, vm.new_big_int(&rest)?)),
        None => Err(vm.raise(Exc::ZeroDivisionError, zero)),
    }
}

pub fn floordiv(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    if let Some((x, y)) = small(a, b)
        && let Some(quotient) = word_floordiv(x, y)
    {
        return vm.new_int(quotient);
    }
    let Some((x, y)) = numbers(vm, a, b, PRODUCT)? else { return Ok(Value::NOT_IMPLEMENTED) };
    Ok(divide(vm, x, y, "division by zero")?.0)
}

pub fn rem(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    if let Some((x, y)) = small(a, b)
        && let Some(rest) = word_rem(x, y)
    {
        return vm.new_int(rest);
    }
    let Some((x, y)) = numbers(vm, a, b, PRODUCT)? else { return Ok(Value::NOT_IMPLEMENTED) };
    Ok(divide(vm, x, y, "division by zero")?.1)
}

pub fn divmod(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let Some((x, y)) = numbers(vm, a, b, PRODUCT)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let (quotient, rest) = divide(vm, x, y, "division by zero")?;
    Ok(crate::types::tuple::Tuple::from_values(vm, &[quotient, rest])?.value())
}

pub fn truediv(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    const EXACT: u64 = 1 << 53;
    let Some((x, y)) = numbers(vm, a, b, PRODUCT)? else { return Ok(Value::NOT_IMPLEMENTED) };
    if matches!(y, Number::Small(0)) {
        return Err(vm.raise(Exc::ZeroDivisionError, "division by zero"));
    }
    if let (Number::Small(x), Number::Small(y)) = (&x, &y)
        && x.unsigned_abs() < EXACT
        && y.unsigned_abs() < EXACT
    {
        return vm.new_float(*x as f64 / *y as f64);
    }
    match int_math::true_divide(&big(x), &big(y)) {
        Some(quotient) => vm.new_float(quotient),
        None => Err(vm.raise(Exc::OverflowError, "integer division result too large for a float")),
    }
}

pub fn pow(vm: &mut Vm, a: Value, b: Value, modulus: Value) -> Result<Value, Raised> {
    let Some((x, y)) = numbers(vm, a, b, PRODUCT)? else { return Ok(Value::NOT_IMPLEMENTED) };
    if modulus.is_none() {
        return power(vm, x, y, a, b);
    }
    let Some(modulus) = vm.as_big(modulus) else { return Ok(Value::NOT_IMPLEMENTED) };
    if modulus.is_zero() {
        return Err(vm.raise(Exc::ValueError, "pow() 3rd argument cannot be 0"));
    }
    match int_math::mod_pow(&big(x), &big(y), &modulus) {
        Some(result) => vm.new_big_int(&result),
        None => Err(vm.raise(Exc::ValueError, "base is not invertible for the given modulus")),
    }
}

fn power(vm: &mut Vm, base: Number, exponent: Number, a: Value, b: Value) -> Result<Value, Raised> {
    let exponent = match exponent {
        Number::Small(exponent) if exponent < 0 => return float_power(vm, a, b),
        Number::Big(exponent) if exponent.sign() == Sign::Negative => return float_power(vm, a, b),
        Number::Small(exponent) => exponent as u64,
        Number::Big(exponent) => {
            return match base {
                Number::Small(base @ (0 | 1)) => vm.new_int(base),
                Number::Small(-1) => {
                    let (_, words) = exponent.as_sign_words();
                    vm.new_int(if words.first().is_some_and(|word| word & 1 == 1) { -1 } else { 1 })
                }
                _ => Err(vm.raise_no_memory()),
            };
        }
    };
    if let Number::Small(base) = base {
        match base {
            0 | 1 => return vm.new_int(if exponent == 0 { 1 } else { base }),
            -1 => return vm.new_int(if exponent & 1 == 1 { -1 } else { 1 }),
            _ => {}
        }
        if let Some(power) = u32::try_from(exponent).ok().and_then(|exponent| base.checked_pow(exponent)) {
            return vm.new_int(power);
        }
    }
    let base = big(base);
    let bits = (int_math::bit_length(&base) as u64 - 1).saturating_mul(exponent);
    // Squaring asks for much room.
    check_bits(vm, usize::try_from(bits.saturating_mul(8)).unwrap_or(usize::MAX))?;
    let Ok(exponent) = usize::try_from(exponent) else { return Err(vm.raise_no_memory()) };
    let result = base.pow(exponent);
    vm.new_big_int(&result)
}

/// A negative exponent: the power of the operands as floats.
fn float_power(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let (a, b) = (vm.int_to_f64(a)?, vm.int_to_f64(b)?);
    let (a, b) = (vm.new_float(a)?, vm.new_float(b)?);
    crate::types::float::arithmetic::pow(vm, a, b, Value::NONE)
}

pub fn neg(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    check_room(vm, &[a], LINEAR)?;
    match vm.as_number(a) {
        Some(Number::Small(i)) if i != i64::MIN => vm.new_int(-i),
        Some(number) => vm.new_big_int(&-big(number)),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// `+a`, `int(a)`, `operator.index(a)`: the number itself as an exact int.
pub fn pos(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    if a.is_small_int() || a.exact::<super::Int>().is_some() {
        return Ok(a);
    }
    vm.plain_int(a)
}

pub fn abs(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    let is_negative = match vm.as_number(a) {
        Some(Number::Small(i)) => i < 0,
        Some(Number::Big(big)) => big.sign() == Sign::Negative,
        None => false,
    };
    if is_negative { neg(vm, a) } else { pos(vm, a) }
}

pub fn bool(vm: &mut Vm, a: Value) -> Result<bool, Raised> {
    Ok(!matches!(vm.as_number(a), Some(Number::Small(0))))
}

pub fn invert(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    check_room(vm, &[a], LINEAR)?;
    match vm.as_number(a) {
        Some(Number::Small(i)) => vm.new_int(!i),
        Some(Number::Big(big)) => vm.new_big_int(&!big),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

pub fn lshift(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let Some((x, y)) = numbers(vm, a, b, LINEAR)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let shift = match y {
        Number::Small(shift) if shift < 0 => return Err(vm.raise(Exc::ValueError, "negative shift count")),
        Number::Big(shift) if shift.sign() == Sign::Negative => {
            return Err(vm.raise(Exc::ValueError, "negative shift count"));
        }
        _ if matches!(x, Number::Small(0)) => return Ok(Value::int(0)),
        Number::Small(shift) => shift as usize,
        Number::Big(_) => return Err(vm.raise(Exc::OverflowError, "too many digits in integer")),
    };
    if let Number::Small(i) = x
        && shift < 63
        && (i << shift) >> shift == i
    {
        return vm.new_int(i << shift);
    }
    check_bits(vm, shift)?;
    let result = int_math::shift_left(&big(x), shift);
    vm.new_big_int(&result)
}

pub fn rshift(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let Some((x, y)) = numbers(vm, a, b, LINEAR)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let shift = match y {
        Number::Small(shift) if shift < 0 => return Err(vm.raise(Exc::ValueError, "negative shift count")),
        Number::Big(shift) if shift.sign() == Sign::Negative => {
            return Err(vm.raise(Exc::ValueError, "negative shift count"));
        }
        Number::Small(shift) => shift as usize,
        Number::Big(_) => usize::MAX,
    };
    match x {
        Number::Small(i) => vm.new_int(i >> shift.min(63)),
        Number::Big(big) if shift >= int_math::bit_length(&big) => {
            vm.new_int(if big.sign() == Sign::Negative { -1 } else { 0 })
        }
        Number::Big(big) => vm.new_big_int(&int_math::shift_right(&big, shift)),
    }
}

/// A bitwise slot of `int`.
pub fn and(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    arithmetic(vm, a, b, |x, y| Some(x & y), |x, y| x & y)
}

pub fn xor(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    arithmetic(vm, a, b, |x, y| Some(x ^ y), |x, y| x ^ y)
}

pub fn or(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    arithmetic(vm, a, b, |x, y| Some(x | y), |x, y| x | y)
}

pub fn bool_and(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    if a.is_bool() && b.is_bool() {
        return Ok(Value::bool(a == Value::TRUE && b == Value::TRUE));
    }
    and(vm, a, b)
}

pub fn bool_xor(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    if a.is_bool() && b.is_bool() {
        return Ok(Value::bool(a != b));
    }
    xor(vm, a, b)
}

pub fn bool_or(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    if a.is_bool() && b.is_bool() {
        return Ok(Value::bool(a == Value::TRUE || b == Value::TRUE));
    }
    or(vm, a, b)
}

pub fn float(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    let number = vm.int_to_f64(a)?;
    vm.new_float(number)
}

pub fn hash(vm: &mut Vm, a: Value) -> Result<i64, Raised> {
    Ok(match vm.as_number(a) {
        Some(Number::Small(i)) => taipan_text::hash::int(i),
        Some(Number::Big(big)) => taipan_text::hash::big_int(&big),
        None => 0,
    })
}

pub fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let Some((x, y)) = numbers(vm, a, b, LINEAR)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let order = match (&x, &y) {
        (Number::Small(x), Number::Small(y)) => x.cmp(y),
        (Number::Big(x), Number::Big(y)) => x.cmp(y),
        (Number::Small(_), Number::Big(y)) => {
            if y.sign() == Sign::Negative {
                std::cmp::Ordering::Greater
            } else {
                std::cmp::Ordering::Less
            }
        }
        (Number::Big(x), Number::Small(_)) => {
            if x.sign() == Sign::Negative {
                std::cmp::Ordering::Less
            } else {
                std::cmp::Ordering::Greater
            }
        }
    };
    Ok(Value::bool(op.holds(order)))
}

/// `~b` of a bool, which is deprecated: the inversion of 0 or 1.
pub fn bool_invert(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    vm.warn(
        Exc::DeprecationWarning,
        "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise \
         inversion of the underlying int object and is usually not what you expect from negating a bool. Use the \
         'not' operator for boolean negation or ~int(x) if you really want the bitwise inversion of the underlying int.",
        0,
    )?;
    invert(vm, a)
}
