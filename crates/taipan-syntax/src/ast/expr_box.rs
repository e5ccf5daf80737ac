//! `ExprBox`: an owned expression inside another node, dropped without recursion along chains of operators.
//!
//! Invariant: dropping needs native stack only for nesting that the parser has bounded.

use std::ops::{Deref, DerefMut};

use super::{Constant, Expr, ExprKind, Location};

/// `Box<Expr>` whose drop walks `a.b.c...`, `a + b + ...`, `--...a`, `a if b else c if ...` and their like in a loop.
#[derive(Clone, Debug, PartialEq)]
pub struct ExprBox(Box<Expr>);

impl ExprBox {
    pub fn new(expr: Expr) -> ExprBox {
        ExprBox(Box::new(expr))
    }

    /// The expression itself.
    pub fn into_inner(mut self) -> Expr {
        take(&mut self.0)
    }
}

impl From<Expr> for ExprBox {
    fn from(expr: Expr) -> ExprBox {
        ExprBox::new(expr)
    }
}

impl Deref for ExprBox {
    type Target = Expr;

    fn deref(&self) -> &Expr {
        &self.0
    }
}

impl DerefMut for ExprBox {
    fn deref_mut(&mut self) -> &mut Expr {
        &mut self.0
    }
}

impl Drop for ExprBox {
    fn drop(&mut self) {
        let mut waiting = Vec::new();
        take_children(&mut self.0.kind, &mut waiting);
        while let Some(mut expr) = waiting.pop() {
            take_children(&mut expr.kind, &mut waiting);
        }
    }
}

/// Leaves a leaf in the place of `expr`.
fn take(expr: &mut Expr) -> Expr {
    std::mem::replace(
        expr,
        Expr { kind: ExprKind::Constant { value: Constant::None, kind: None }, location: Location::default() },
    )
}

/// Takes out the operands that have operands themselves, where chains of any length occur.
fn take_children(kind: &mut ExprKind, waiting: &mut Vec<Expr>) {
    // A link whose own operands have none ends the chain.
    let mut child = |child: &mut ExprBox| {
        if goes_on(&child.kind) {
            waiting.push(take(child));
        }
    };
    match kind {
        ExprKind::BinOp { left, right, .. } => {
            child(left);
            child(right);
        }
        ExprKind::IfExp { test, body, orelse } => {
            child(test);
            child(body);
            child(orelse);
        }
        ExprKind::UnaryOp { operand: value, .. }
        | ExprKind::Call { func: value, .. }
        | ExprKind::Attribute { value, .. }
        | ExprKind::Subscript { value, .. }
        | ExprKind::Await { value }
        | ExprKind::Starred { value, .. } => child(value),
        _ => {}
    }
}

/// Whether an operand of an operand has operands itself.
fn goes_on(kind: &ExprKind) -> bool {
    match kind {
        ExprKind::BinOp { left, right, .. } => has_chain(&left.kind) || has_chain(&right.kind),
        ExprKind::IfExp { test, body, orelse } => {
            has_chain(&test.kind) || has_chain(&body.kind) || has_chain(&orelse.kind)
        }
        ExprKind::UnaryOp { operand: value, .. }
        | ExprKind::Call { func: value, .. }
        | ExprKind::Attribute { value, .. }
        | ExprKind::Subscript { value, .. }
        | ExprKind::Await { value }
        | ExprKind::Starred { value, .. } => has_chain(&value.kind),
        _ => false,
    }
}

fn has_chain(kind: &ExprKind) -> bool {
    matches!(
        kind,
        ExprKind::BinOp { .. }
            | ExprKind::IfExp { .. }
            | ExprKind::UnaryOp { .. }
            | ExprKind::Call { .. }
            | ExprKind::Attribute { .. }
            | ExprKind::Subscript { .. }
            | ExprKind::Await { .. }
            | ExprKind::Starred { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::ExprContext;

    #[test]
    fn long_chains_drop_in_a_small_stack() {
        let work = || {
            let mut expr = Expr::new(ExprKind::Name { id: "a".into(), ctx: ExprContext::Load }, Location::default());
            for _ in 0..200_000 {
                let value = ExprBox::new(expr);
                expr = Expr::new(
                    ExprKind::Attribute { value, attr: "b".into(), ctx: ExprContext::Load },
                    Location::default(),
                );
            }
            let ExprKind::Attribute { value, .. } = expr.kind else { panic!("made above") };
            drop(value.into_inner());
        };
        std::thread::Builder::new().stack_size(128 << 10).spawn(work).unwrap().join().unwrap();
    }
}
