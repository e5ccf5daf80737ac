//! Operators applied to constants at compile time, within CPython's limits for the size of results.
//!
//! `None` means "leave it to run time": the operation raises, is not defined, or would give too large a constant.

mod complex;
mod numbers;
mod sequences;

use dashu_int::IBig;
use taipan_bytecode::Constant;
use taipan_bytecode::operands::BinaryOp;

use numbers::Number;

/// `left op right` (`eval_const_binop`).
pub fn binary(op: BinaryOp, left: &Constant, right: &Constant) -> Option<Constant> {
    if let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) {
        let both_bool = matches!((left, right), (Constant::True | Constant::False, Constant::True | Constant::False));
        return numbers::binary(op, a, b, both_bool);
    }
    match op {
        BinaryOp::Add => sequences::concat(left, right),
        BinaryOp::Multiply => sequences::repeat(left, right).or_else(|| sequences::repeat(right, left)),
        BinaryOp::Subscr => sequences::subscript(left, right),
        _ => None,
    }
}

/// `-operand`.
pub fn negative(operand: &Constant) -> Option<Constant> {
    Some(match Number::of(operand)? {
        Number::Int(value) => Constant::Int(-value),
        Number::Float(value) => Constant::Float(-value),
        Number::Complex(real, imag) => Constant::Complex(-real, -imag),
    })
}

/// `+operand`.
pub fn positive(operand: &Constant) -> Option<Constant> {
    Number::of(operand).map(Number::into_constant)
}

/// `~operand`; not for bools, whose inversion warns at run time.
pub fn invert(operand: &Constant) -> Option<Constant> {
    match operand {
        Constant::Int(value) => Some(Constant::Int(-value - IBig::ONE)),
        _ => None,
    }
}

/// `bool(operand)`.
pub fn is_true(operand: &Constant) -> bool {
    match operand {
        Constant::None | Constant::False => false,
        Constant::True | Constant::Ellipsis | Constant::Code(_) | Constant::Slice(_) => true,
        Constant::Int(value) => !value.is_zero(),
        Constant::Float(value) => *value != 0.0,
        Constant::Complex(real, imag) => *real != 0.0 || *imag != 0.0,
        Constant::Str(text) => !text.is_empty(),
        Constant::Bytes(bytes) => !bytes.is_empty(),
        Constant::Tuple(items) | Constant::FrozenSet(items) => !items.is_empty(),
    }
}

#[cfg(test)]
mod tests;
