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
    (a * c - b * d, a * d + b * c)
}

/// Smith's algorithm.
fn divide((a, b): Pair, (c, d): Pair) -> Option<Pair> {
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
fn divide_real(a: f64, (c, d): Pair) -> Option<Pair> {
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
