//! Targets of assignment and deletion: read as expressions, then checked and given their context.

use super::{Failure, Parser, Parsing};
use crate::ast::{Expr, ExprBox, ExprContext, ExprKind};
use crate::token::TokenKind as K;

impl<'a> Parser<'_, 'a> {
    /// `star_targets`, as in `for` loops: one target or a tuple of them.
    pub(super) fn star_targets(&mut self) -> Parsing<ExprBox<'a>> {
        let start = self.pos;
        let first = self.star_target()?;
        if !self.at(K::Comma) {
            return Ok(first);
        }
        let base = self.exprs.len();
        self.exprs.push(first);
        while self.eat(K::Comma) {
            if !matches!(self.kind(), K::Star | K::Name | K::LPar | K::LSqb) && !self.starts_expression() {
                break;
            }
            let elt = self.star_target()?;
            self.exprs.push(elt);
        }
        let elts = self.exprs_from(base);
        Ok(self.expr(ExprKind::Tuple { elts, ctx: ExprContext::Store }, start))
    }

    /// `star_target`: a target, possibly with a star.
    pub(super) fn star_target(&mut self) -> Parsing<ExprBox<'a>> {
        let target = if self.at(K::Star) { self.starred(Self::primary)? } else { self.primary()? };
        set_context(target, ExprContext::Store)?;
        Ok(target)
    }

    /// `del_targets`.
    pub(super) fn del_targets(&mut self) -> Parsing<&'a mut [ExprBox<'a>]> {
        let base = self.exprs.len();
        loop {
            let target = self.primary()?;
            set_context(target, ExprContext::Del)?;
            self.exprs.push(target);
            if !self.eat(K::Comma) || matches!(self.kind(), K::Semi | K::Newline) {
                return Ok(self.exprs_from(base));
            }
        }
    }
}

/// Makes a target of an expression; nested only as deeply as the parser allows.
pub(super) fn set_context(expr: &mut Expr<'_>, context: ExprContext) -> Parsing<()> {
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
pub(super) fn is_single_target(expr: &Expr<'_>) -> bool {
    matches!(expr.kind, ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. })
}
