//! Targets of assignment and deletion: read as expressions, then checked and given their context.

use super::{Failure, Parser, Parsing};
use crate::ast::{Expr, ExprContext, ExprKind};
use crate::token::TokenKind as K;

impl Parser<'_> {
    /// `star_targets`, as in `for` loops: one target or a tuple of them.
    pub(super) fn star_targets(&mut self) -> Parsing<Expr> {
        let start = self.pos;
        let first = self.star_target()?;
        if !self.at(K::Comma) {
            return Ok(first);
        }
        let mut elts = vec![first];
        while self.eat(K::Comma) {
            if !matches!(self.kind(), K::Star | K::Name | K::LPar | K::LSqb) && !self.starts_expression() {
                break;
            }
            elts.push(self.star_target()?);
        }
        Ok(Expr::new(ExprKind::Tuple { elts, ctx: ExprContext::Store }, self.location(start)))
    }

    /// `star_target`: a target, possibly with a star.
    pub(super) fn star_target(&mut self) -> Parsing<Expr> {
        let mut target = if self.at(K::Star) { self.starred(Self::primary)? } else { self.primary()? };
        set_context(&mut target, ExprContext::Store)?;
        Ok(target)
    }

    /// `del_targets`.
    pub(super) fn del_targets(&mut self) -> Parsing<Vec<Expr>> {
        let mut targets = Vec::new();
        loop {
            let mut target = self.primary()?;
            set_context(&mut target, ExprContext::Del)?;
            targets.push(target);
            if !self.eat(K::Comma) || matches!(self.kind(), K::Semi | K::Newline) {
                return Ok(targets);
            }
        }
    }
}

/// Makes a target of an expression; nested only as deeply as the parser allows.
pub(super) fn set_context(expr: &mut Expr, context: ExprContext) -> Parsing<()> {
    match &mut expr.kind {
        ExprKind::Name { ctx, .. } | ExprKind::Attribute { ctx, .. } | ExprKind::Subscript { ctx, .. } => {
            *ctx = context
        }
        ExprKind::Starred { value, ctx } if context == ExprContext::Store => {
            *ctx = context;
            return set_context(value, context);
        }
        ExprKind::Tuple { elts, ctx } | ExprKind::List { elts, ctx } => {
            *ctx = context;
            return elts.iter_mut().try_for_each(|elt| set_context(elt, context));
        }
        _ => return Err(Failure::Invalid),
    }
    Ok(())
}

/// Whether `expr` can be the target of an augmented or annotated assignment.
pub(super) fn is_single_target(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. })
}
