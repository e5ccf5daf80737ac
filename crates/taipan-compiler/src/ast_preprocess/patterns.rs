//! Negative and complex numbers in patterns, such as `case -1 + 2j`, as constants.

use dashu_int::IBig;
use taipan_syntax::ast::{Constant, Expr, ExprKind, Operator, UnaryOp};

/// Folds `-number` and `number + number`, `number - number` in place; anything else stays.
pub(super) fn fold_number(expr: &mut Expr) {
    let folded = match &mut expr.kind {
        ExprKind::UnaryOp { op: UnaryOp::USub, operand } => constant(operand).and_then(negative),
        ExprKind::BinOp { left, op: op @ (Operator::Add | Operator::Sub), right } if constant(right).is_some() => {
            fold_leaf(left);
            match (constant(left), constant(right)) {
                (Some(left), Some(right)) => sum(left, right, *op == Operator::Sub),
                _ => None,
            }
        }
        _ => None,
    };
    if let Some(value) = folded {
        expr.kind = ExprKind::Constant { value, kind: None };
    }
}

fn fold_leaf(expr: &mut Expr) {
    if let ExprKind::UnaryOp { op: UnaryOp::USub, operand } = &expr.kind
        && let Some(value) = constant(operand).and_then(negative)
    {
        expr.kind = ExprKind::Constant { value, kind: None };
    }
}

fn constant(expr: &Expr) -> Option<&Constant> {
    match &expr.kind {
        ExprKind::Constant { value, .. } => Some(value),
        _ => None,
    }
}

fn negative(value: &Constant) -> Option<Constant> {
    Some(match value {
        Constant::Int(value) => Constant::Int(-value),
        Constant::True => Constant::Int(IBig::from(-1)),
        Constant::False => Constant::Int(IBig::ZERO),
        Constant::Float(value) => Constant::Float(-value),
        Constant::Complex { real, imag } => Constant::Complex { real: -real, imag: -imag },
        _ => return None,
    })
}

/// Sum or difference by Python's rules for mixed arithmetic: a real operand has no imaginary part, not one of zero.
fn sum(left: &Constant, right: &Constant, subtract: bool) -> Option<Constant> {
    let sign = if subtract { -1.0 } else { 1.0 };
    Some(match (left, right) {
        (Constant::Int(a), Constant::Int(b)) => Constant::Int(if subtract { a - b } else { a + b }),
        (Constant::Complex { real: a, imag: b }, Constant::Complex { real: c, imag: d }) => {
            Constant::Complex { real: a + sign * c, imag: b + sign * d }
        }
        (Constant::Complex { real, imag }, other) => {
            Constant::Complex { real: real + sign * real_value(other)?, imag: *imag }
        }
        (other, Constant::Complex { real, imag }) => {
            Constant::Complex { real: real_value(other)? + sign * real, imag: sign * imag }
        }
        (a, b) => Constant::Float(real_value(a)? + sign * real_value(b)?),
    })
}

fn real_value(value: &Constant) -> Option<f64> {
    match value {
        Constant::Float(value) => Some(*value),
        Constant::Int(value) => Some(value.to_f64().value()).filter(|value| value.is_finite()),
        _ => None,
    }
}
