//! The number slots of `float`.

use taipan_text::int_math;

use crate::raise::{Exc, Raised};
use crate::slots::Comparison;
use crate::types::complex::Complex;
use crate::types::int::Number;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// One operand as a float: floats and ints; `None` for other types.
fn operand(vm: &mut Vm, value: Value) -> Result<Option<f64>, Raised> {
    if let Some(f) = vm.as_float(value) {
        return Ok(Some(f));
    }
    if vm.is_int(value) { vm.int_to_f64(value).map(Some) } else { Ok(None) }
}

#[inline]
fn binary(
    vm: &mut Vm,
    a: Value,
    b: Value,
    body: impl FnOnce(&mut Vm, f64, f64) -> Result<Value, Raised>,
) -> Result<Value, Raised> {
    if let (Some(x), Some(y)) = (a.as_immediate_float(), b.as_immediate_float()) {
        return body(vm, x, y);
    }
    let Some(x) = operand(vm, a)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let Some(y) = operand(vm, b)? else { return Ok(Value::NOT_IMPLEMENTED) };
    body(vm, x, y)
}

fn zero_division(vm: &mut Vm) -> Raised {
    vm.raise(Exc::ZeroDivisionError, "division by zero")
}

pub fn add(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    binary(vm, a, b, |vm, x, y| vm.new_float(x + y))
}

pub fn sub(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    binary(vm, a, b, |vm, x, y| vm.new_float(x - y))
}

pub fn mul(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    binary(vm, a, b, |vm, x, y| vm.new_float(x * y))
}

pub fn truediv(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    binary(vm, a, b, |vm, x, y| if y == 0.0 { Err(zero_division(vm)) } else { vm.new_float(x / y) })
}

/// Floor division and remainder with the divisor's sign, for a divisor that is not 0.
pub fn div_mod(x: f64, y: f64) -> (f64, f64) {
    let mut rest = x % y;
    let mut quotient = (x - rest) / y;
    if rest != 0.0 {
        if (y < 0.0) != (rest < 0.0) {
            rest += y;
            quotient -= 1.0;
        }
    } else {
        rest = 0f64.copysign(y);
    }
    let quotient = if quotient != 0.0 {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    } else {
        0f64.copysign(x / y)
    };
    (quotient, rest)
}

pub fn floordiv(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    binary(vm, a, b, |vm, x, y| if y == 0.0 { Err(zero_division(vm)) } else { vm.new_float(div_mod(x, y).0) })
}

pub fn rem(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    binary(vm, a, b, |vm, x, y| if y == 0.0 { Err(zero_division(vm)) } else { vm.new_float(div_mod(x, y).1) })
}

pub fn divmod(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    binary(vm, a, b, |vm, x, y| {
        if y == 0.0 {
            return Err(zero_division(vm));
        }
        let (quotient, rest) = div_mod(x, y);
        let (quotient, rest) = (vm.new_float(quotient)?, vm.new_float(rest)?);
        Ok(Tuple::from_values(vm, &[quotient, rest])?.value())
    })
}

/// OverflowError as CPython builds it from the C library's range error.
pub fn raise_range_error(vm: &mut Vm) -> Raised {
    match vm.new_str("Numerical result out of range") {
        Ok(text) => vm.raise_with(Exc::OverflowError, &[Value::int(34), text]),
        Err(raised) => raised,
    }
}

pub fn pow(vm: &mut Vm, a: Value, b: Value, modulus: Value) -> Result<Value, Raised> {
    if !modulus.is_none() {
        return Err(vm.raise(Exc::TypeError, "pow() 3rd argument not allowed unless all arguments are integers"));
    }
    binary(vm, a, b, |vm, x, y| {
        if x == 0.0 && y < 0.0 && y.is_finite() {
            return Err(vm.raise(Exc::ZeroDivisionError, "zero to a negative power"));
        }
        if x < 0.0 && x.is_finite() && y.is_finite() && y != y.floor() {
            let power = crate::types::complex::arithmetic::complex_power(vm, (x, 0.0), (y, 0.0))?;
            return Ok(Complex::new(vm, power.0, power.1)?.value());
        }
        let power = x.powf(y);
        if power.is_infinite() && x.is_finite() && y.is_finite() {
            return Err(raise_range_error(vm));
        }
        vm.new_float(power)
    })
}

pub fn neg(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    let f = vm.as_float(a).unwrap_or(f64::NAN);
    vm.new_float(-f)
}

/// `+a`, `float(a)`: the number itself as an exact float.
pub fn pos(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    if a.is_immediate_float() || a.exact::<super::Float>().is_some() {
        return Ok(a);
    }
    let f = vm.as_float(a).unwrap_or(f64::NAN);
    vm.new_float(f)
}

pub fn abs(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    let f = vm.as_float(a).unwrap_or(f64::NAN);
    vm.new_float(f.abs())
}

pub fn bool(vm: &mut Vm, a: Value) -> Result<bool, Raised> {
    Ok(vm.as_float(a) != Some(0.0))
}

/// The int of a float that is integral. ValueError or OverflowError for NaN and infinities.
pub fn to_int(vm: &mut Vm, f: f64) -> Result<Value, Raised> {
    if f.abs() < (1u64 << 62) as f64 {
        return vm.new_int(f as i64);
    }
    match int_math::from_float(f) {
        Some(big) => vm.new_big_int(&big),
        None if f.is_nan() => Err(vm.raise(Exc::ValueError, "cannot convert float NaN to integer")),
        None => Err(vm.raise(Exc::OverflowError, "cannot convert float infinity to integer")),
    }
}

pub fn int(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    let f = vm.as_float(a).unwrap_or(f64::NAN);
    to_int(vm, f)
}

pub fn hash(vm: &mut Vm, a: Value) -> Result<i64, Raised> {
    match taipan_text::hash::float(vm.as_float(a).unwrap_or(f64::NAN)) {
        Some(hash) => Ok(hash),
        None => crate::types::object::hash(vm, a),
    }
}

pub fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let Some(x) = vm.as_float(a) else { return Ok(Value::NOT_IMPLEMENTED) };
    let order = match vm.as_float(b) {
        Some(y) => x.partial_cmp(&y),
        None => match vm.as_number(b) {
            Some(Number::Small(i)) if i.unsigned_abs() < 1 << 53 => x.partial_cmp(&(i as f64)),
            Some(Number::Small(i)) => {
                int_math::compare_float(&dashu_int::IBig::from(i), x).map(std::cmp::Ordering::reverse)
            }
            Some(Number::Big(big)) => int_math::compare_float(&big, x).map(std::cmp::Ordering::reverse),
            None => return Ok(Value::NOT_IMPLEMENTED),
        },
    };
    Ok(Value::bool(match order {
        Some(order) => op.holds(order),
        None => op == Comparison::Ne,
    }))
}
