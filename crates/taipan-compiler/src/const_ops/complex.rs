//! Arithmetic with complex numbers at compile time; a real operand has no imaginary part, not a zero one (C99 Annex G).

use taipan_bytecode::Constant;
use taipan_bytecode::operands::BinaryOp;

#[derive(Clone, Copy, Debug)]
pub enum Operand {
    Real(f64),
    Complex(f64, f64),
}

type Pair = (f64, f64);

impl Operand {
    fn pair(self) -> Pair {
        match self {
            Operand::Real(real) => (real, 0.0),
            Operand::Complex(real, imag) => (real, imag),
        }
    }
}

/// One operand at least is complex.
pub fn binary(op: BinaryOp, left: Operand, right: Operand) -> Option<Constant> {
    use Operand::*;
    let (real, imag) = match (op, left, right) {
        (BinaryOp::Add, Complex(a, b), Real(c)) | (BinaryOp::Add, Real(c), Complex(a, b)) => (a + c, b),
        (BinaryOp::Add, _, _) => {
            let ((a, b), (c, d)) = (left.pair(), right.pair());
            (a + c, b + d)
        }
        (BinaryOp::Subtract, Complex(a, b), Real(c)) => (a - c, b),
        (BinaryOp::Subtract, Real(a), Complex(c, d)) => (a - c, -d),
        (BinaryOp::Subtract, _, _) => {
            let ((a, b), (c, d)) = (left.pair(), right.pair());
            (a - c, b - d)
        }
        (BinaryOp::Multiply, Complex(a, b), Real(c)) | (BinaryOp::Multiply, Real(c), Complex(a, b)) => (a * c, b * c),
        (BinaryOp::Multiply, _, _) => multiply(left.pair(), right.pair()),
        (BinaryOp::TrueDivide, Complex(a, b), Real(c)) => (c != 0.0).then_some((a / c, b / c))?,
        (BinaryOp::TrueDivide, Real(a), Complex(c, d)) => divide_real(a, (c, d))?,
        (BinaryOp::TrueDivide, _, _) => divide(left.pair(), right.pair())?,
        (BinaryOp::Power, _, _) => power(left.pair(), right.pair())?,
        _ => return None,
    };
    Some(Constant::Complex(real, imag))
}

fn multiply((a, b): Pair, (c, d): Pair) -> Pair {
    let products = [a * c, b * d, a * d, b * c];
    let [ac, bd, ad, bc] = products;
    let product = (ac - bd, ad + bc);
    if !is_nan(product) {
        return product;
    }
    // Recover infinities, as routine _Cmultd of C11, Annex G.5.1.
    let (left_infinite, right_infinite) = (is_infinite((a, b)), is_infinite((c, d)));
    let overflowed = products.iter().any(|product| product.is_infinite());
    if !left_infinite && !right_infinite && !overflowed {
        return product;
    }
    let (mut left, mut right) = ((a, b), (c, d));
    if left_infinite {
        left = boxed(left);
        right = without_nan(right);
    }
    if right_infinite {
        right = boxed(right);
        left = without_nan(left);
    }
    if !left_infinite && !right_infinite {
        (left, right) = (without_nan(left), without_nan(right));
    }
    let ((a, b), (c, d)) = (left, right);
    (f64::INFINITY * (a * c - b * d), f64::INFINITY * (a * d + b * c))
}

fn is_nan((real, imag): Pair) -> bool {
    real.is_nan() && imag.is_nan()
}

fn is_infinite((real, imag): Pair) -> bool {
    real.is_infinite() || imag.is_infinite()
}

fn is_finite((real, imag): Pair) -> bool {
    real.is_finite() && imag.is_finite()
}

/// Infinite parts become 1, others 0, with their signs.
fn boxed((real, imag): Pair) -> Pair {
    let part = |part: f64| f64::from(u8::from(part.is_infinite())).copysign(part);
    (part(real), part(imag))
}

fn without_nan((real, imag): Pair) -> Pair {
    let part = |part: f64| if part.is_nan() { 0f64.copysign(part) } else { part };
    (part(real), part(imag))
}

fn divide(dividend: Pair, divisor: Pair) -> Option<Pair> {
    let quotient = divide_plainly(dividend, divisor)?;
    if !is_nan(quotient) {
        return Some(quotient);
    }
    // Recover infinities and zeros, as routine _Cdivd of C11, Annex G.5.2.
    let (scale, (a, b), (c, d)) = if is_infinite(dividend) && is_finite(divisor) {
        (f64::INFINITY, boxed(dividend), divisor)
    } else if is_infinite(divisor) && is_finite(dividend) {
        (0.0, dividend, boxed(divisor))
    } else {
        return Some(quotient);
    };
    Some((scale * (a * c + b * d), scale * (b * c - a * d)))
}

/// Smith's algorithm.
fn divide_plainly((a, b): Pair, (c, d): Pair) -> Option<Pair> {
    if c.abs() >= d.abs() {
        if c == 0.0 {
            return None;
        }
        let ratio = d / c;
        let denominator = c + d * ratio;
        Some(((a + b * ratio) / denominator, (b - a * ratio) / denominator))
    } else if d.abs() >= c.abs() {
        let ratio = c / d;
        let denominator = c * ratio + d;
        Some(((a * ratio + b) / denominator, (b * ratio - a) / denominator))
    } else {
        Some((f64::NAN, f64::NAN))
    }
}

/// Smith's algorithm with a dividend that has no imaginary part.
fn divide_real(a: f64, divisor: Pair) -> Option<Pair> {
    let quotient = divide_real_plainly(a, divisor)?;
    if is_nan(quotient) && a.is_finite() && is_infinite(divisor) {
        let (c, d) = boxed(divisor);
        return Some((0.0 * (a * c), 0.0 * (-a * d)));
    }
    Some(quotient)
}

fn divide_real_plainly(a: f64, (c, d): Pair) -> Option<Pair> {
    if c.abs() >= d.abs() {
        if c == 0.0 {
            return None;
        }
        let ratio = d / c;
        let denominator = c + d * ratio;
        Some((a / denominator, -a * ratio / denominator))
    } else if d.abs() >= c.abs() {
        let ratio = c / d;
        let denominator = c * ratio + d;
        Some((a * ratio / denominator, -a / denominator))
    } else {
        Some((f64::NAN, f64::NAN))
    }
}

fn power(base: Pair, exponent: Pair) -> Option<Pair> {
    let small_int = exponent.1 == 0.0 && exponent.0 == exponent.0.floor() && exponent.0.abs() <= 100.0;
    let result = if small_int {
        int_power(base, exponent.0 as i32)?
    } else if exponent == (0.0, 0.0) {
        (1.0, 0.0)
    } else if base == (0.0, 0.0) {
        if exponent.1 != 0.0 || exponent.0 < 0.0 {
            return None;
        }
        (0.0, 0.0)
    } else {
        let magnitude = base.0.hypot(base.1);
        let mut length = magnitude.powf(exponent.0);
        let angle = base.1.atan2(base.0);
        let mut phase = angle * exponent.0;
        if exponent.1 != 0.0 {
            length *= (-angle * exponent.1).exp();
            phase += exponent.1 * magnitude.ln();
        }
        // The sine of infinity is a domain error.
        if phase.is_infinite() {
            return None;
        }
        (length * phase.cos(), length * phase.sin())
    };
    (!result.0.is_infinite() && !result.1.is_infinite()).then_some(result)
}

fn int_power(base: Pair, exponent: i32) -> Option<Pair> {
    let mut result = (1.0, 0.0);
    let mut square = base;
    let mut left = exponent.unsigned_abs();
    while left > 0 {
        if left & 1 != 0 {
            result = multiply(result, square);
        }
        left >>= 1;
        square = multiply(square, square);
    }
    if exponent > 0 { Some(result) } else { divide((1.0, 0.0), result) }
}
