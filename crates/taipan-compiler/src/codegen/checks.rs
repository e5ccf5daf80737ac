//! `SyntaxWarning`s about operations on literals that cannot be meant.

use taipan_syntax::ast::{CmpOp, Constant, Expr, ExprKind};

use super::{Compiler, place};

impl Compiler<'_> {
    /// `is` with a literal.
    pub(super) fn check_compare(&mut self, expr: &Expr) {
        let ExprKind::Compare { left, ops, comparators } = &expr.kind else { return };
        let mut left: &Expr = left;
        for (op, right) in ops.iter().zip(comparators.iter()) {
            let (is, instead) = match op {
                CmpOp::Is => ("is", "=="),
                CmpOp::IsNot => ("is not", "!="),
                _ => {
                    left = right;
                    continue;
                }
            };
            let literal = [left, right].into_iter().find(|operand| is_plain_literal(operand));
            if let Some(type_name) = literal.and_then(infer_type) {
                let message = format!("\"{is}\" with '{type_name}' literal. Did you mean \"{instead}\"?");
                return self.warn(message, place(expr.location));
            }
            left = right;
        }
    }

    /// A call of something that is no function.
    pub(super) fn check_caller(&mut self, func: &Expr) {
        if matches!(func.kind, ExprKind::Lambda { .. }) {
            return;
        }
        if let Some(type_name) = infer_type(func) {
            let message = format!("'{type_name}' object is not callable; perhaps you missed a comma?");
            self.warn(message, place(func.location));
        }
    }

    /// A subscript of something without elements.
    pub(super) fn check_subscripter(&mut self, value: &Expr) {
        let bad = match &value.kind {
            ExprKind::Constant { value, .. } => {
                !matches!(value, Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_))
            }
            ExprKind::Set { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::GeneratorExp { .. }
            | ExprKind::TemplateStr { .. }
            | ExprKind::Interpolation { .. }
            | ExprKind::Lambda { .. } => true,
            _ => false,
        };
        if let (true, Some(type_name)) = (bad, infer_type(value)) {
            let message = format!("'{type_name}' object is not subscriptable; perhaps you missed a comma?");
            self.warn(message, place(value.location));
        }
    }

    /// A literal sequence with an index that is no integer.
    pub(super) fn check_index(&mut self, value: &Expr, index: &Expr) {
        let Some(index_type) = infer_type(index) else { return };
        if matches!(index_type, "int" | "bool") {
            return;
        }
        let sequence = match &value.kind {
            ExprKind::Constant { value, .. } => {
                matches!(value, Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_))
            }
            ExprKind::Tuple { .. }
            | ExprKind::List { .. }
            | ExprKind::ListComp { .. }
            | ExprKind::JoinedStr { .. }
            | ExprKind::FormattedValue { .. } => true,
            _ => false,
        };
        if let (true, Some(type_name)) = (sequence, infer_type(value)) {
            let message = format!(
                "{type_name} indices must be integers or slices, not {index_type}; perhaps you missed a comma?"
            );
            self.warn(message, place(value.location));
        }
    }
}

/// A constant other than the named singletons.
fn is_plain_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Tuple { elts, .. } => elts.iter().all(|elt| matches!(elt.kind, ExprKind::Constant { .. })),
        ExprKind::Constant { value, .. } => {
            !matches!(value, Constant::None | Constant::False | Constant::True | Constant::Ellipsis)
        }
        _ => false,
    }
}

/// The type an expression has for certain.
fn infer_type(expr: &Expr) -> Option<&'static str> {
    Some(match &expr.kind {
        ExprKind::Tuple { .. } => "tuple",
        ExprKind::List { .. } | ExprKind::ListComp { .. } => "list",
        ExprKind::Dict { .. } | ExprKind::DictComp { .. } => "dict",
        ExprKind::Set { .. } | ExprKind::SetComp { .. } => "set",
        ExprKind::GeneratorExp { .. } => "generator",
        ExprKind::Lambda { .. } => "function",
        ExprKind::JoinedStr { .. } | ExprKind::FormattedValue { .. } => "str",
        ExprKind::TemplateStr { .. } => "string.templatelib.Template",
        ExprKind::Interpolation { .. } => "string.templatelib.Interpolation",
        ExprKind::Constant { value, .. } => match value {
            Constant::None => "NoneType",
            Constant::True | Constant::False => "bool",
            Constant::Ellipsis => "ellipsis",
            Constant::Int(_) => "int",
            Constant::Float(_) => "float",
            Constant::Complex { .. } => "complex",
            Constant::Str(_) => "str",
            Constant::Bytes(_) => "bytes",
            Constant::Tuple(_) => "tuple",
            Constant::FrozenSet(_) => "frozenset",
            Constant::Invalid(_) => return None,
        },
        _ => return None,
    })
}
