//! Expressions from the top down to the boolean operators.

use super::{Failure, Parser, Parsing};
use crate::ast::{ExprBox, ExprContext, ExprKind};
use crate::token::TokenKind as K;

/// How many conditional expressions may follow each other's `else`.
const MAX_CHAIN: usize = 4000;

/// Whether no expression goes on with a token of this kind. There are others of which that holds.
#[inline]
fn ends_expression(kind: K) -> bool {
    matches!(
        kind,
        K::RPar | K::RSqb | K::RBrace | K::Comma | K::Colon | K::Newline | K::Equal | K::Semi | K::For | K::As
    )
}

impl<'a> Parser<'_, 'a> {
    /// Whether the next token may begin an expression (or `*` one).
    pub(super) fn starts_expression(&self) -> bool {
        matches!(
            self.kind(),
            K::Name
                | K::Number
                | K::String
                | K::FStringStart
                | K::TStringStart
                | K::LPar
                | K::LSqb
                | K::LBrace
                | K::Minus
                | K::Plus
                | K::Tilde
                | K::Ellipsis
                | K::Star
                | K::None
                | K::True
                | K::False
                | K::Not
                | K::Lambda
                | K::Await
        )
    }

    /// `expressions`: one, or a tuple without stars.
    pub(super) fn expressions(&mut self) -> Parsing<ExprBox<'a>> {
        let start = self.pos;
        let first = self.expression()?;
        self.tuple_tail(start, first, Self::expression)
    }

    /// `star_expressions`: one, or a tuple.
    pub(super) fn star_expressions(&mut self) -> Parsing<ExprBox<'a>> {
        let start = self.pos;
        let first = self.star_expression()?;
        self.tuple_tail(start, first, Self::star_expression)
    }

    fn tuple_tail(
        &mut self,
        start: usize,
        first: ExprBox<'a>,
        item: fn(&mut Self) -> Parsing<ExprBox<'a>>,
    ) -> Parsing<ExprBox<'a>> {
        if !self.at(K::Comma) {
            return Ok(first);
        }
        let base = self.exprs.len();
        self.exprs.push(first);
        while self.eat(K::Comma) {
            if !self.starts_expression() {
                break;
            }
            let elt = item(self)?;
            self.exprs.push(elt);
        }
        let elts = self.exprs_from(base);
        Ok(self.expr(ExprKind::Tuple { elts, ctx: ExprContext::Load }, start))
    }

    /// `star_expression`: `*bitwise_or` or an expression.
    pub(super) fn star_expression(&mut self) -> Parsing<ExprBox<'a>> {
        if self.at(K::Star) { self.starred(Self::bitwise_or) } else { self.expression() }
    }

    /// `star_named_expression`: `*bitwise_or` or a named expression.
    pub(super) fn star_named_expression(&mut self) -> Parsing<ExprBox<'a>> {
        if self.at(K::Star) { self.starred(Self::bitwise_or) } else { self.named_expression() }
    }

    /// `*` and the operand that `item` reads.
    pub(super) fn starred(&mut self, item: fn(&mut Self) -> Parsing<ExprBox<'a>>) -> Parsing<ExprBox<'a>> {
        let start = self.pos;
        self.expect(K::Star)?;
        let value = item(self)?;
        Ok(self.expr(ExprKind::Starred { value, ctx: ExprContext::Load }, start))
    }

    /// `named_expression`: `name := value`, or an expression.
    pub(super) fn named_expression(&mut self) -> Parsing<ExprBox<'a>> {
        if self.at(K::Name) && self.kind_at(1) == K::ColonEqual {
            return self.assignment_expression();
        }
        let expr = self.expression()?;
        if self.at(K::ColonEqual) { Err(Failure::Invalid) } else { Ok(expr) }
    }

    fn assignment_expression(&mut self) -> Parsing<ExprBox<'a>> {
        self.require(8)?;
        let start = self.pos;
        let id = self.name()?;
        let target = self.expr(ExprKind::Name { id, ctx: ExprContext::Store }, start);
        self.expect(K::ColonEqual)?;
        let value = self.expression()?;
        Ok(self.expr(ExprKind::NamedExpr { target, value }, start))
    }

    /// `annotated_rhs`: a yield expression or star expressions.
    pub(super) fn annotated_rhs(&mut self) -> Parsing<ExprBox<'a>> {
        if self.at(K::Yield) { self.yield_expr() } else { self.star_expressions() }
    }

    pub(super) fn yield_expr(&mut self) -> Parsing<ExprBox<'a>> {
        let start = self.pos;
        self.expect(K::Yield)?;
        if self.eat(K::From) {
            let value = self.expression()?;
            return Ok(self.expr(ExprKind::YieldFrom { value }, start));
        }
        let value = self.optional_star_expressions()?;
        Ok(self.expr(ExprKind::Yield { value }, start))
    }

    pub(super) fn optional_star_expressions(&mut self) -> Parsing<Option<ExprBox<'a>>> {
        if self.starts_expression() { Ok(Some(self.star_expressions()?)) } else { Ok(None) }
    }

    /// `expression`: a conditional expression, a disjunction or a lambda.
    pub(super) fn expression(&mut self) -> Parsing<ExprBox<'a>> {
        // Most expressions are a name or a literal and no more.
        if ends_expression(self.kind_at(1)) {
            match self.kind() {
                K::Name | K::String | K::Number | K::None | K::True | K::False => return self.atom(),
                _ => {}
            }
        }
        self.enter()?;
        let start = self.pos;
        let mut expr = if self.at(K::Lambda) { self.lambdef()? } else { self.disjunction()? };
        if self.at(K::If) && self.tokens[start].kind != K::Lambda {
            expr = self.conditional(start, expr)?;
        }
        self.leave();
        Ok(expr)
    }

    /// What follows the value of a conditional expression; a chain of them nests to the right.
    fn conditional(&mut self, mut start: usize, mut expr: ExprBox<'a>) -> Parsing<ExprBox<'a>> {
        let mut chain = Vec::new();
        loop {
            self.expect(K::If)?;
            let test = self.disjunction()?;
            self.expect(K::Else)?;
            chain.push((start, expr, test));
            if chain.len() > MAX_CHAIN {
                return Err(Failure::TooDeep);
            }
            start = self.pos;
            if self.at(K::Lambda) {
                expr = self.lambdef()?;
                break;
            }
            expr = self.disjunction()?;
            if !self.at(K::If) {
                break;
            }
        }
        while let Some((start, body, test)) = chain.pop() {
            expr = self.expr(ExprKind::IfExp { test, body, orelse: expr }, start);
        }
        Ok(expr)
    }

    fn lambdef(&mut self) -> Parsing<ExprBox<'a>> {
        let start = self.pos;
        self.enter()?;
        self.expect(K::Lambda)?;
        let args = self.parameters(K::Colon)?;
        let args = self.arena.alloc(args);
        self.expect(K::Colon)?;
        let body = self.expression()?;
        self.leave();
        Ok(self.expr(ExprKind::Lambda { args, body }, start))
    }
}
