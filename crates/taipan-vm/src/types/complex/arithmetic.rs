//! The number slots of `complex`; real operands keep their missing imaginary part (C11 annex G), as CPython 3.14 does.

use crate::raise::{Exc, Raised};
use crate::slots::Comparison;
use crate::types::complex::Complex;
use crate::value::Value;
use crate::vm::Vm;

/// One operand: complex, or real without an imaginary part.
#[derive(Clone, Copy)]
enum Operand {
    Complex(f64, f64),
    Real(f64),
}

impl Operand {
    fn parts(self) -> (f64, f64) {
        match self {
            Operand::Complex(real, imag) => (real, imag),
            Operand::Real(real) => (real, 0.0),
        }
    }
}

fn operand(vm: &mut Vm, value: Value) -> Result<Option<Operand>, Raised> {
    if let Some((real, imag)) = vm.as_complex(value) {
        return Ok(Some(Operand::Complex(real, imag)));
    }
    if let Some(f) = vm.as_float(value) {
        return Ok(Some(Operand::Real(f)));
    }
    if vm.is_int(value) { Ok(Some(Operand::Real(vm.int_to_f64(value)?))) } else { Ok(None) }
}

fn binary(
    vm: &mut Vm,
    a: Value,
    b: Value,
    body: impl FnOnce(&mut Vm, Operand, Operand) -> Result<(f64, f64), Raised>,
) -> Result<Value, Raised> {
    let Some(x) = operand(vm, a)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let Some(y) = operand(vm, b)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let (real, imag) = body(vm, x, y)?;
    Ok(Complex::new(vm, real, imag)?.value())
}

pub fn add(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    binary(vm, a, b, |_, x, y| {
        Ok(match (x, y) {
            (Operand::Complex(a, b), Operand::Real(c)) | (Operand::Real(c), Operand::Complex(a, b)) => (a + c, b),
            _ => (x.parts().0 + y.parts().0, x.parts().1 + y.parts().1),
        })
    })
}

pub fn sub(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    binary(vm, a, b, |_, x, y| {
        Ok(match (x, y) {
            (Operand::Complex(a, b), Operand::Real(c)) => (a - c, b),
            (Operand::Real(c), Operand::Complex(a, b)) => (c - a, -b),
            _ => (x.parts().0 - y.parts().0, x.parts().1 - y.parts().1),
        })
    })
}

/// The product, with infinities recovered from NaN parts (C11 annex G.5.1).
pub fn product((a, b): (f64, f64), (c, d): (f64, f64)) -> (f64, f64) {
    let (real, imag) = (a * c - b * d, a * d + b * c);
    if !real.is_nan() || !imag.is_nan() {
        return (real, imag);
    }
    let boxed = |f: f64| if f.is_infinite() { 1f64 } else { 0.0 }.copysign(f);
    let zeroed = |f: f64| if f.is_nan() { 0f64.copysign(f) } else { f };
    let (mut a, mut b, mut c, mut d) = (a, b, c, d);
    let mut recalc = false;
    if a.is_infinite() || b.is_infinite() {
        (a, b, c, d) = (boxed(a), boxed(b), zeroed(c), zeroed(d));
        recalc = true;
    }
    if c.is_infinite() || d.is_infinite() {
        (a, b, c, d) = (zeroed(a), zeroed(b), boxed(c), boxed(d));
        recalc = true;
    }
    if !recalc && [a * c, b * d, a * d, b * c].iter().any(|f| f.is_infinite()) {
        (a, b, c, d) = (zeroed(a), zeroed(b), zeroed(c), zeroed(d));
        recalc = true;
    }
    if !recalc {
        return (real, imag);
    }
    (f64::INFINITY * (a * c - b * d), f64::INFINITY * (a * d + b * c))
}

pub fn mul(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    binary(vm, a, b, |_, x, y| {
        Ok(match (x, y) {
            (Operand::Complex(a, b), Operand::Real(c)) | (Operand::Real(c), Operand::Complex(a, b)) => (a * c, b * c),
            _ => product(x.parts(), y.parts()),
        })
    })
}

/// The quotient by Smith's method; `None` for a zero divisor.
pub fn quotient((a, b): (f64, f64), (c, d): (f64, f64)) -> Option<(f64, f64)> {
    let (abs_c, abs_d) = (c.abs(), d.abs());
    let (real, imag) = if abs_c >= abs_d {
        if abs_c == 0.0 {
            return None;
        }
        let ratio = d / c;
        let denominator = c + d * ratio;
        ((a + b * ratio) / denominator, (b - a * ratio) / denominator)
    } else if abs_d >= abs_c {
        let ratio = c / d;
        let denominator = c * ratio + d;
        ((a * ratio + b) / denominator, (b * ratio - a) / denominator)
    } else {
        (f64::NAN, f64::NAN)
    };
    if real.is_nan() && imag.is_nan() {
        let boxed = |f: f64| if f.is_infinite() { 1f64 } else { 0.0 }.copysign(f);
        if (a.is_infinite() || b.is_infinite()) && c.is_finite() && d.is_finite() {
            let (x, y) = (boxed(a), boxed(b));
            return Some((f64::INFINITY * (x * c + y * d), f64::INFINITY * (y * c - x * d)));
        }
        if abs_c.max(abs_d).is_infinite() && a.is_finite() && b.is_finite() {
            let (x, y) = (boxed(c), boxed(d));
            return Some((0.0 * (a * x + b * y), 0.0 * (b * x - a * y)));
        }
    }
    Some((real, imag))
}

/// A real number by a complex one, as if it had no imaginary part; `None` for a zero divisor.
fn real_quotient(a: f64, (c, d): (f64, f64)) -> Option<(f64, f64)> {
    let (real, imag) = if c.abs() >= d.abs() {
        if c == 0.0 {
            return None;
        }
        let ratio = d / c;
        let denominator = c + d * ratio;
        (a / denominator, -a * ratio / denominator)
    } else if d.abs() >= c.abs() {
        let ratio = c / d;
        let denominator = c * ratio + d;
        (a * ratio / denominator, -a / denominator)
    } else {
        (f64::NAN, f64::NAN)
    };
    if real.is_nan() && imag.is_nan() && a.is_finite() && (c.is_infinite() || d.is_infinite()) {
        let boxed = |f: f64| if f.is_infinite() { 1f64 } else { 0.0 }.copysign(f);
        return Some((0.0 * (a * boxed(c)), 0.0 * (-a * boxed(d))));
    }
    Some((real, imag))
}

pub fn truediv(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    binary(vm, a, b, |vm, x, y| {
        let result = match (x, y) {
            (Operand::Complex(..), Operand::Real(0.0)) => None,
            (Operand::Complex(a, b), Operand::Real(c)) => Some((a / c, b / c)),
            (Operand::Real(a), Operand::Complex(c, d)) => real_quotient(a, (c, d)),
            _ => quotient(x.parts(), y.parts()),
        };
        result.ok_or_else(|| vm.raise(Exc::ZeroDivisionError, "division by zero"))
    })
}

/// The power by polar coordinates; `None` for an infinite phase. The caller has refused 0 to a negative or complex power.
fn power((a, b): (f64, f64), (c, d): (f64, f64)) -> Option<(f64, f64)> {
    if c == 0.0 && d == 0.0 {
        return Some((1.0, 0.0));
    }
    if a == 0.0 && b == 0.0 {
        return Some((0.0, 0.0));
    }
    let magnitude = a.hypot(b);
    let angle = b.atan2(a);
    let mut len = magnitude.powf(c);
    let mut phase = angle * c;
    if d != 0.0 {
        len *= (-angle * d).exp();
        phase += d * magnitude.ln();
    }
    (!phase.is_infinite()).then(|| (len * phase.cos(), len * phase.sin()))
}

/// The power of two numbers, exact for small integral exponents.
///
/// # Errors
/// ZeroDivisionError for 0 to a negative or complex power, OverflowError for an infinite result.
pub fn complex_power(vm: &mut Vm, x: (f64, f64), y: (f64, f64)) -> Result<(f64, f64), Raised> {
    let result = if y.1 == 0.0 && y.0 == y.0.floor() && y.0.abs() <= 100.0 {
        integral_power(x, y.0 as i64)
    } else if x == (0.0, 0.0) && (y.0 < 0.0 || y.1 != 0.0) {
        None
    } else {
        power(x, y)
    };
    match result {
        Some((real, imag)) if real.is_infinite() || imag.is_infinite() => {
            Err(vm.raise(Exc::OverflowError, "complex exponentiation"))
        }
        Some(result) => Ok(result),
        None => Err(vm.raise(Exc::ZeroDivisionError, "zero to a negative or complex power")),
    }
}

/// A small integral exponent: repeated squaring, which is exact where floats are.
fn integral_power(base: (f64, f64), exponent: i64) -> Option<(f64, f64)> {
    let mut result = (1.0, 0.0);
    let mut square = base;
    let mut left = exponent.unsigned_abs();
    while left > 0 {
        if left & 1 == 1 {
            result = product(result, square);
        }
        left >>= 1;
        if left > 0 {
            square = product(square, square);
        }
    }
    if exponent < 0 { quotient((1.0, 0.0), result) } else { Some(result) }
}

pub fn pow(vm: &mut Vm, a: Value, b: Value, modulus: Value) -> Result<Value, Raised> {
    if !modulus.is_none() {
        return Err(vm.raise(Exc::ValueError, "complex modulo"));
    }
    binary(vm, a, b, |vm, x, y| complex_power(vm, x.parts(), y.parts()))
}

pub fn neg(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    let (real, imag) = vm.as_complex(a).unwrap_or_default();
    Ok(Complex::new(vm, -real, -imag)?.value())
}

/// `+a`: the number as an exact complex.
pub fn pos(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    if a.exact::<Complex>().is_some() {
        return Ok(a);
    }
    let (real, imag) = vm.as_complex(a).unwrap_or_default();
    Ok(Complex::new(vm, real, imag)?.value())
}

pub fn abs(vm: &mut Vm, a: Value) -> Result<Value, Raised> {
    let (real, imag) = vm.as_complex(a).unwrap_or_default();
    let magnitude = real.hypot(imag);
    if magnitude.is_infinite() && real.is_finite() && imag.is_finite() {
        return Err(vm.raise(Exc::OverflowError, "absolute value too large"));
    }
    vm.new_float(magnitude)
}

pub fn bool(vm: &mut Vm, a: Value) -> Result<bool, Raised> {
    Ok(vm.as_complex(a) != Some((0.0, 0.0)))
}

pub fn hash(vm: &mut Vm, a: Value) -> Result<i64, Raised> {
    let (real, imag) = vm.as_complex(a).unwrap_or_default();
    let part = |vm: &mut Vm, f: f64| match taipan_text::hash::float(f) {
        Some(hash) => Ok(hash),
        None => crate::types::object::hash(vm, a),
    };
    let (real, imag) = (part(vm, real)?, part(vm, imag)?);
    Ok(taipan_text::hash::complex(real, imag))
}

pub fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    if !matches!(op, Comparison::Eq | Comparison::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let Some((real, imag)) = vm.as_complex(a) else { return Ok(Value::NOT_IMPLEMENTED) };
    let equal = if let Some(other) = vm.as_complex(b) {
        (real, imag) == other
    } else if vm.as_float(b).is_some() || vm.is_int(b) {
        let real = vm.new_float(real)?;
        imag == 0.0 && vm.is_equal(real, b)?
    } else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    Ok(Value::bool(equal == (op == Comparison::Eq)))
}
