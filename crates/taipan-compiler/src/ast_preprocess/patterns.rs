//! Negative and complex numbers in patterns, such as `case -1 + 2j`, as constants.

use taipan_syntax::ast::{Arena, Constant, Expr, ExprKind, Int, Operator, UnaryOp};

/// Folds `-number` and `number + number`, `number - number` in place; anything else stays.
pub(super) fn fold_number<'a>(expr: &mut Expr<'a>, arena: &'a Arena) {
    let folded = match &mut expr.kind {
        ExprKind::UnaryOp { op: UnaryOp::USub, operand } => constant(operand).and_then(|value| negative(value, arena)),
        ExprKind::BinOp { left, op: op @ (Operator::Add | Operator::Sub), right } if constant(right).is_some() => {
            fold_leaf(left, arena);
            match (constant(left), constant(right)) {
                (Some(left), Some(right)) => sum(left, right, *op == Operator::Sub, arena),
                _ => None,
            }
        }
        _ => None,
    };
    if let Some(value) = folded {
        expr.kind = ExprKind::Constant { value, kind: None };
    }
}

fn fold_leaf<'a>(expr: &mut Expr<'a>, arena: &'a Arena) {
    if let ExprKind::UnaryOp { op: UnaryOp::USub, operand } = &expr.kind
        && let Some(value) = constant(operand).and_then(|value| negative(value, arena))
    {
        expr.kind = ExprKind::Constant { value, kind: None };
    }
}

fn constant<'e, 'a>(expr: &'e Expr<'a>) -> Option<&'e Constant<'a>> {
    match &expr.kind {
        ExprKind::Constant { value, .. } => Some(value),
        _ => None,
    }
}

fn negative<'a>(value: &Constant<'a>, arena: &'a Arena) -> Option<Constant<'a>> {
    Some(match value {
        Constant::Int(value) => Constant::Int(Int::new(arena, &-value.value())),
        Constant::True => Constant::Int(Int::Small(-1)),
        Constant::False => Constant::Int(Int::Small(0)),
        Constant::Float(value) => Constant::Float(-value),
        Constant::Complex { real, imag } => Constant::Complex { real: -real, imag: -imag },
        _ => return None,
    })
}

/// Sum or difference by Python's rules for mixed arithmetic: a real operand has no imaginary part, not one of zero.
fn sum<'a>(left: &Constant<'a>, right: &Constant<'a>, subtract: bool, arena: &'a Arena) -> Option<Constant<'a>> {
    let sign = if subtract { -1.0 } else { 1.0 };
    Some(match (left, right) {
        (Constant::Int(a), Constant::Int(b)) => {
            let (a, b) = (a.value(), b.value());
            Constant::Int(Int::new(arena, &if subtract { a - b } else { a + b }))
        }
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

fn real_value(value: &Constant<'_>) -> Option<f64> {
    match value {
        Constant::Float(value) => Some(*value),
        Constant::Int(value) => Some(value.value().to_f64().value()).filter(|value| value.is_finite()),
        _ => None,
    }
}
