//! Arithmetic of ints, floats and bools at compile time.

use dashu_int::ops::{BitTest, DivRem};
use dashu_int::{IBig, Sign, UBig};
use taipan_bytecode::Constant;
use taipan_bytecode::operands::BinaryOp;

use super::complex;

/// Greatest number of bits of an int made by multiplying, shifting or raising.
const MAX_INT_SIZE: usize = 128;

/// A numeric constant; bools count as ints.
#[derive(Clone, Debug)]
pub enum Number {
    Int(IBig),
    Float(f64),
    Complex(f64, f64),
}

impl Number {
    pub fn of(constant: &Constant) -> Option<Number> {
        Some(match constant {
            Constant::False => Number::Int(IBig::ZERO),
            Constant::True => Number::Int(IBig::ONE),
            Constant::Int(value) => Number::Int(value.clone()),
            Constant::Float(value) => Number::Float(*value),
            Constant::Complex(real, imag) => Number::Complex(*real, *imag),
            _ => return None,
        })
    }

    pub fn into_constant(self) -> Constant {
        match self {
            Number::Int(value) => Constant::Int(value),
            Number::Float(value) => Constant::Float(value),
            Number::Complex(real, imag) => Constant::Complex(real, imag),
        }
    }

    /// The value as a float; `None` for a complex number or an int out of range.
    fn to_float(&self) -> Option<f64> {
        match self {
            Number::Int(value) => Some(value.to_f64().value()).filter(|float| float.is_finite()),
            Number::Float(value) => Some(*value),
            Number::Complex(..) => None,
        }
    }
}

pub fn binary(op: BinaryOp, left: Number, right: Number, both_bool: bool) -> Option<Constant> {
    match (&left, &right) {
        (Number::Int(a), Number::Int(b)) => int_binary(op, a, b, both_bool),
        (Number::Complex(real, imag), other) => {
            let other = match other {
                Number::Complex(real, imag) => complex::Operand::Complex(*real, *imag),
                real => complex::Operand::Real(real.to_float()?),
            };
            complex::binary(op, complex::Operand::Complex(*real, *imag), other)
        }
        (other, Number::Complex(real, imag)) => {
            complex::binary(op, complex::Operand::Real(other.to_float()?), complex::Operand::Complex(*real, *imag))
        }
        (a, b) => float_binary(op, a.to_float()?, b.to_float()?),
    }
}

fn bits(value: &IBig) -> usize {
    let (_, magnitude) = value.clone().into_parts();
    magnitude.bit_len()
}

fn is_negative(value: &IBig) -> bool {
    value.sign() == Sign::Negative
}

fn int_binary(op: BinaryOp, a: &IBig, b: &IBig, both_bool: bool) -> Option<Constant> {
    let logical = |value: IBig| if both_bool { Constant::bool(!value.is_zero()) } else { Constant::Int(value) };
    Some(match op {
        BinaryOp::Add => Constant::Int(a + b),
        BinaryOp::Subtract => Constant::Int(a - b),
        BinaryOp::Multiply => {
            if !a.is_zero() && !b.is_zero() && bits(a) + bits(b) > MAX_INT_SIZE {
                return None;
            }
            Constant::Int(a * b)
        }
        BinaryOp::And => logical(a & b),
        BinaryOp::Or => logical(a | b),
        BinaryOp::Xor => logical(a ^ b),
        BinaryOp::FloorDivide => Constant::Int(floor_div_rem(a, b)?.0),
        BinaryOp::Remainder => Constant::Int(floor_div_rem(a, b)?.1),
        BinaryOp::TrueDivide => Constant::Float(true_divide(a, b)?),
        BinaryOp::Lshift => Constant::Int(left_shift(a, b)?),
        BinaryOp::Rshift => Constant::Int(right_shift(a, b)?),
        BinaryOp::Power => return int_power(a, b),
        _ => return None,
    })
}

/// Quotient rounded down, and the remainder with the divisor's sign.
fn floor_div_rem(a: &IBig, b: &IBig) -> Option<(IBig, IBig)> {
    if b.is_zero() {
        return None;
    }
    let (quotient, remainder) = a.clone().div_rem(b.clone());
    if !remainder.is_zero() && is_negative(&remainder) != is_negative(b) {
        Some((quotient - IBig::ONE, remainder + b))
    } else {
        Some((quotient, remainder))
    }
}

fn left_shift(a: &IBig, b: &IBig) -> Option<IBig> {
    if is_negative(b) {
        return None;
    }
    if a.is_zero() || b.is_zero() {
        return Some(a.clone());
    }
    let count = usize::try_from(b).ok().filter(|&count| count <= MAX_INT_SIZE)?;
    (bits(a) <= MAX_INT_SIZE - count).then(|| a << count)
}

fn right_shift(a: &IBig, b: &IBig) -> Option<IBig> {
    if is_negative(b) {
        return None;
    }
    match usize::try_from(b) {
        Ok(count) if count <= bits(a) => Some(a >> count),
        _ => Some(if is_negative(a) { IBig::NEG_ONE } else { IBig::ZERO }),
    }
}

fn int_power(a: &IBig, b: &IBig) -> Option<Constant> {
    if is_negative(b) {
        return float_binary(BinaryOp::Power, Number::Int(a.clone()).to_float()?, Number::Int(b.clone()).to_float()?);
    }
    if b.is_zero() {
        return Some(Constant::Int(IBig::ONE));
    }
    if a.is_zero() {
        return Some(Constant::Int(IBig::ZERO));
    }
    let exponent = usize::try_from(b).ok()?;
    if bits(a) > MAX_INT_SIZE / exponent {
        return None;
    }
    Some(Constant::Int(a.pow(exponent)))
}

/// The quotient as the nearest float, ties to even.
fn true_divide(a: &IBig, b: &IBig) -> Option<f64> {
    if b.is_zero() {
        return None;
    }
    const EXACT_BITS: usize = 53;
    if bits(a) <= EXACT_BITS && bits(b) <= EXACT_BITS {
        return Some(a.to_f64().value() / b.to_f64().value());
    }
    let negative = is_negative(a) != is_negative(b);
    let ((_, mut dividend), (_, mut divisor)) = (a.clone().into_parts(), b.clone().into_parts());
    let magnitude = dividend.bit_len() as i64 - divisor.bit_len() as i64;
    // Near the subnormals the quotient would be rounded twice; run time does it right.
    if !(-1000..=1030).contains(&magnitude) {
        return None;
    }
    let shift = 66 - magnitude;
    if shift >= 0 {
        dividend <<= shift as usize;
    } else {
        divisor <<= shift.unsigned_abs() as usize;
    }
    let (mut quotient, remainder) = dividend.div_rem(divisor);
    if !remainder.is_zero() {
        quotient |= UBig::ONE;
    }
    let scaled = quotient.to_f64().value() * 2f64.powi((-shift / 2) as i32) * 2f64.powi((-shift - -shift / 2) as i32);
    scaled.is_finite().then_some(if negative { -scaled } else { scaled })
}

fn float_binary(op: BinaryOp, a: f64, b: f64) -> Option<Constant> {
    Some(Constant::Float(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::TrueDivide if b != 0.0 => a / b,
        BinaryOp::FloorDivide if b != 0.0 => float_div_mod(a, b).0,
        BinaryOp::Remainder if b != 0.0 => float_div_mod(a, b).1,
        BinaryOp::Power => return float_power(a, b),
        _ => return None,
    }))
}

/// Floored quotient and remainder with the divisor's sign, as CPython's `float_divmod` rounds them.
fn float_div_mod(a: f64, b: f64) -> (f64, f64) {
    let mut remainder = a % b;
    let mut quotient = (a - remainder) / b;
    if remainder != 0.0 {
        if (b < 0.0) != (remainder < 0.0) {
            remainder += b;
            quotient -= 1.0;
        }
    } else {
        remainder = 0f64.copysign(b);
    }
    let floored = if quotient != 0.0 {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    } else {
        0f64.copysign(a / b)
    };
    (floored, remainder)
}

fn float_power(a: f64, b: f64) -> Option<Constant> {
    if a == 0.0 && b < 0.0 {
        return None;
    }
    if a < 0.0 && a.is_finite() && b.is_finite() && b.floor() != b {
        return complex::binary(BinaryOp::Power, complex::Operand::Complex(a, 0.0), complex::Operand::Complex(b, 0.0));
    }
    let result = a.powf(b);
    let overflowed = result.is_infinite() && a.is_finite() && b.is_finite();
    (!overflowed).then_some(Constant::Float(result))
}
