//! `ExprBox`: an owned expression inside another node, dropped without recursion along left-leaning chains.
//!
//! Invariant: dropping needs native stack only for nesting that the parser has bounded.

use std::ops::{Deref, DerefMut};

use super::{Constant, Expr, ExprKind, Location};

/// `Box<Expr>` whose drop walks `a.b.c...`, `a + b + ...`, `a[0][0]...` and `f()()...` in a loop.
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
        let mut next = take_spine(&mut self.0.kind);
        while let Some(mut expr) = next {
            next = take_spine(&mut expr.kind);
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

/// Takes out the left operand if it has a left operand itself.
fn take_spine(kind: &mut ExprKind) -> Option<Expr> {
    let left = left_operand(kind)?;
    left_operand(&mut left.kind)?;
    Some(take(left))
}

fn left_operand(kind: &mut ExprKind) -> Option<&mut ExprBox> {
    match kind {
        ExprKind::BinOp { left, .. } => Some(left),
        ExprKind::Call { func, .. } => Some(func),
        ExprKind::Attribute { value, .. } | ExprKind::Subscript { value, .. } => Some(value),
        _ => None,
    }
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
