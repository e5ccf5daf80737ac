//! The number slots of `int`: small operands on machine words, others on big integers.
//!
//! What could take memory out of proportion to its operands is refused before it is tried.

use dashu_int::{IBig, Sign};
use taipan_text::int_math;

use super::Number;
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::value::Value;
use crate::vm::Vm;

/// Both operands as numbers; `None` when one is no int.
fn pair(vm: &Vm, a: Value, b: Value) -> Option<(Number, Number)> {
    Some((vm.as_number(a)?, vm.as_number(b)?))
}

fn big(number: Number) -> IBig {
    match number {
        Number::Small(i) => IBig::from(i),
        Number::Big(big) => big,
    }
}

macro_rules! operators {
    ($($name:ident $checked:ident $op:tt;)*) => {$(
        fn $name(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
            match pair(vm, a, b) {
                Some((Number::Small(x), Number::Small(y))) if x.$checked(y).is_some() => {
                    vm.new_int(x.$checked(y).unwrap_or(0))
                }
                Some((x, y)) => {
                    let result = big(x) $op big(y);
                    vm.new_big_int(&result)
                }
                None => Ok(Value::NOT_IMPLEMENTED),
            }
        }
    )*};
}

operators! { add checked_add +; sub checked_sub -; mul checked_mul *; }

macro_rules! bitwise {
    ($($name:ident $op:tt;)*) => {$(
        fn $name(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
            if a.is_bool() && b.is_bool() {
                return Ok(Value::bool((a == Value::TRUE) $op (b == Value::TRUE)));
            }
            match pair(vm, a, b) {
                Some((Number::Small(x), Number::Small(y))) => vm.new_int(x $op y),
                Some((x, y)) => {
                    let result = big(x) $op big(y);
                    vm.new_big_int(&result)
                }
                None => Ok(Value::NOT_IMPLEMENTED),
            }
        }
    )*};
}

bitwise! { and &; or |; xor ^; }

fn floor_div_mod(x: i64, y: i64) -> Option<(i64, i64)> {
    let (quotient, rest) = (x.checked_div(y)?, x.checked_rem(y)?);
    Some(if rest != 0 && (rest < 0) != (y < 0) { (quotient - 1, rest + y) } else { (quotient, rest) })
}

fn division(vm: &mut Vm, a: Value, b: Value, message: &str) -> Result<Option<(Value, Value)>, Raised> {
    let Some((x, y)) = pair(vm, a, b) else { return Ok(None) };
    if let (Number::Small(x), Number::Small(y)) = (&x, &y)
        && let Some((quotient, rest)) = floor_div_mod(*x, *y)
    {
        return Ok(Some((vm.new_int(quotient)?, vm.new_int(rest)?)));
    }
    match int_math::div_mod(&big(x), &big(y)) {
        Some((quotient, rest)) => {
            let quotient = vm.new_big_int(&quotient)?;
            Ok(Some((quotient, vm.new_big_int(&rest)?)))
        }
        None => Err(vm.raise(Exc::ZeroDivisionError, message)),
    }
}

fn floordiv(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let result = division(vm, a, b, "integer division or modulo by zero")?;
    Ok(result.map_or(Value::NOT_IMPLEMENTED, |(quotient, _)| quotient))
}

fn rem(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let result = division(vm, a, b, "integer modulo by zero")?;
    Ok(result.map_or(Value::NOT_IMPLEMENTED, |(_, rest)| rest))
}

fn divmod(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    match division(vm, a, b, "integer division or modulo by zero")? {
        Some((quotient, rest)) => Ok(crate::types::tuple::Tuple::from_values(vm, &[quotient, rest])?.value()),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn truediv(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let Some((x, y)) = pair(vm, a, b) else { return Ok(Value::NOT_IMPLEMENTED) };
    let (x, y) = (big(x), big(y));
    if y == IBig::ZERO {
        return Err(vm.raise(Exc::ZeroDivisionError, "division by zero"));
    }
    match int_math::true_divide(&x, &y) {
        Some(result) => vm.new_float(result),
        None => Err(vm.raise(Exc::OverflowError, "integer division result too large for a float")),
    }
}

/// Bits that a result may have: as many as the heap could hold.
const MAX_BITS: u64 = 1 << 36;

fn shift_count(vm: &mut Vm, count: &Number) -> Result<Option<usize>, Raised> {
    match count {
        Number::Small(count) if *count < 0 => Err(vm.raise(Exc::ValueError, "negative shift count")),
        Number::Small(count) => Ok(usize::try_from(*count).ok()),
        Number::Big(count) if count.sign() == Sign::Negative => Err(vm.raise(Exc::ValueError, "negative shift count")),
        Number::Big(_) => Ok(None),
    }
}

fn lshift(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let Some((x, y)) = pair(vm, a, b) else { return Ok(Value::NOT_IMPLEMENTED) };
    let count = shift_count(vm, &y)?;
    let x = big(x);
    if x == IBig::ZERO {
        return Ok(Value::int(0));
    }
    match count {
        Some(count) if fits(vm, count as u64 + int_math::bit_length(&x) as u64) => {
            let result = int_math::shift_left(&x, count);
            vm.new_big_int(&result)
        }
        Some(_) => Err(vm.raise_no_memory()),
        None => Err(vm.raise(Exc::OverflowError, "too many digits in integer")),
    }
}

fn fits(vm: &mut Vm, bits: u64) -> bool {
    bits < MAX_BITS && !vm.heap_mut().would_exceed(bits as usize / 4)
}

fn rshift(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let Some((x, y)) = pair(vm, a, b) else { return Ok(Value::NOT_IMPLEMENTED) };
    let count = shift_count(vm, &y)?.unwrap_or(usize::MAX);
    match x {
        Number::Small(x) => vm.new_int(x >> count.min(63)),
        Number::Big(x) => {
            let result = int_math::shift_right(&x, count);
            vm.new_big_int(&result)
        }
    }
}

fn pow(vm: &mut Vm, a: Value, b: Value, modulus: Value) -> Result<Value, Raised> {
    let Some((base, exponent)) = pair(vm, a, b) else { return Ok(Value::NOT_IMPLEMENTED) };
    if !modulus.is_none() {
        let Some(modulus) = vm.as_number(modulus) else { return Ok(Value::NOT_IMPLEMENTED) };
        return mod_pow(vm, big(base), big(exponent), big(modulus));
    }
    let exponent = match exponent {
        Number::Small(exponent) => exponent,
        Number::Big(exponent) => {
            let base = big(base.clone());
            let magnitude_is_small = base == IBig::ZERO || base == IBig::ONE || base == IBig::NEG_ONE;
            if exponent.sign() == Sign::Positive && magnitude_is_small {
                let odd = &exponent & IBig::ONE == IBig::ONE;
                let result = if base == IBig::NEG_ONE && !odd { IBig::ONE } else { base };
                return vm.new_big_int(&result);
            }
            if exponent.sign() == Sign::Positive {
                return Err(vm.raise_no_memory());
            }
            i64::MIN
        }
    };
    if exponent < 0 {
        let (base, exponent) = (vm.int_to_f64(a)?, vm.int_to_f64(b)?);
        if base == 0.0 {
            return Err(vm.raise(Exc::ZeroDivisionError, "zero to a negative power"));
        }
        return vm.new_float(base.powf(exponent));
    }
    let base = big(base);
    let bits = (int_math::bit_length(&base) as u64).saturating_mul(exponent as u64);
    if int_math::bit_length(&base) > 1 && !fits(vm, bits) {
        return Err(vm.raise_no_memory());
    }
    let result = if int_math::bit_length(&base) <= 1 {
        if base == IBig::NEG_ONE && exponent % 2 == 0 || exponent == 0 { IBig::ONE } else { base }
    } else {
        base.pow(exponent as usize)
    };
    vm.new_big_int(&result)
}

fn mod_pow(vm: &mut Vm, base: IBig, exponent: IBig, modulus: IBig) -> Result<Value, Raised> {
    if modulus == IBig::ZERO {
        return Err(vm.raise(Exc::ValueError, "pow() 3rd argument cannot be 0"));
    }
    match int_math::mod_pow(&base, &exponent, &modulus) {
        Some(result) => vm.new_big_int(&result),
        None => Err(vm.raise(Exc::ValueError, "base is not invertible for the given modulus")),
    }
}

fn neg(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    match vm.as_number(a) {
        Some(Number::Small(i)) if i != i64::MIN => vm.new_int(-i),
        Some(number) => {
            let result = -big(number);
            vm.new_big_int(&result)
        }
        None => Ok(a),
    }
}

/// The number itself as an exact int.
pub fn plain(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    if a.is_small_int() { Ok(a) } else { vm.plain_int(a) }
}

fn abs(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    let negative = match vm.as_number(a) {
        Some(Number::Small(i)) => i < 0,
        Some(Number::Big(big)) => big.sign() == Sign::Negative,
        None => false,
    };
    if negative { neg(vm, a) } else { plain(vm, a) }
}

fn invert(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    match vm.as_number(a) {
        Some(Number::Small(i)) => vm.new_int(!i),
        Some(Number::Big(big)) => {
            let result = !big;
            vm.new_big_int(&result)
        }
        None => Ok(a),
    }
}

fn is_true(vm: &mut Vm, a: Value) -> Result<bool, Raised> {
    Ok(!matches!(vm.as_number(a), Some(Number::Small(0))))
}

fn float(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    let number = vm.int_to_f64(a)?;
    vm.new_float(number)
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let Some((x, y)) = pair(vm, a, b) else { return Ok(Value::NOT_IMPLEMENTED) };
    let order = match (&x, &y) {
        (Number::Small(x), Number::Small(y)) => x.cmp(y),
        _ => big(x).cmp(&big(y)),
    };
    Ok(Value::bool(op.holds(order)))
}

fn hash(vm: &mut Vm, a: Value) -> Result<i64, Raised> {
    Ok(match vm.as_number(a) {
        Some(Number::Small(i)) => taipan_text::hash::int(i),
        Some(Number::Big(big)) => taipan_text::hash::big_int(&big),
        None => 0,
    })
}

/// The arithmetic of `int`.
pub const SLOTS: Slots = Slots {
    add: Some(add),
    sub: Some(sub),
    mul: Some(mul),
    rem: Some(rem),
    divmod: Some(divmod),
    pow: Some(pow),
    neg: Some(neg),
    pos: Some(plain),
    abs: Some(abs),
    bool: Some(is_true),
    invert: Some(invert),
    lshift: Some(lshift),
    rshift: Some(rshift),
    and: Some(and),
    xor: Some(xor),
    or: Some(or),
    int: Some(plain),
    index: Some(plain),
    float: Some(float),
    floordiv: Some(floordiv),
    truediv: Some(truediv),
    richcompare: Some(richcompare),
    hash: Some(hash),
    ..Slots::DEFAULT
};

/// The operators of `bool`: two bools give a bool.
pub const BOOL_SLOTS: Slots = Slots { and: Some(and), or: Some(or), xor: Some(xor), ..Slots::DEFAULT };
