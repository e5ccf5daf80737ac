//! Expressions from the top down to the boolean operators.

use super::{Failure, Parser, Parsing};
use crate::ast::{Expr, ExprBox, ExprContext, ExprKind};
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

impl Parser<'_> {
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
    pub(super) fn expressions(&mut self) -> Parsing<Expr> {
        let start = self.pos;
        let first = self.expression()?;
        self.tuple_tail(start, first, Self::expression)
    }

    /// `star_expressions`: one, or a tuple.
    pub(super) fn star_expressions(&mut self) -> Parsing<Expr> {
        let start = self.pos;
        let first = self.star_expression()?;
        self.tuple_tail(start, first, Self::star_expression)
    }

    fn tuple_tail(&mut self, start: usize, first: Expr, item: fn(&mut Self) -> Parsing<Expr>) -> Parsing<Expr> {
        if !self.at(K::Comma) {
            return Ok(first);
        }
        let mut elts = vec![first];
        while self.eat(K::Comma) {
            if !self.starts_expression() {
                break;
            }
            elts.push(item(self)?);
        }
        Ok(Expr::new(ExprKind::Tuple { elts, ctx: ExprContext::Load }, self.location(start)))
    }

    /// `star_expression`: `*bitwise_or` or an expression.
    pub(super) fn star_expression(&mut self) -> Parsing<Expr> {
        if self.at(K::Star) { self.starred(Self::bitwise_or) } else { self.expression() }
    }

    /// `star_named_expression`: `*bitwise_or` or a named expression.
    pub(super) fn star_named_expression(&mut self) -> Parsing<Expr> {
        if self.at(K::Star) { self.starred(Self::bitwise_or) } else { self.named_expression() }
    }

    /// `*` and the operand that `item` reads.
    pub(super) fn starred(&mut self, item: fn(&mut Self) -> Parsing<Expr>) -> Parsing<Expr> {
        let start = self.pos;
        self.expect(K::Star)?;
        let value = item(self)?.into();
        Ok(Expr::new(ExprKind::Starred { value, ctx: ExprContext::Load }, self.location(start)))
    }

    /// `named_expression`: `name := value`, or an expression.
    pub(super) fn named_expression(&mut self) -> Parsing<Expr> {
        if self.at(K::Name) && self.kind_at(1) == K::ColonEqual {
            return self.assignment_expression();
        }
        let expr = self.expression()?;
        if self.at(K::ColonEqual) { Err(Failure::Invalid) } else { Ok(expr) }
    }

    fn assignment_expression(&mut self) -> Parsing<Expr> {
        self.require(8)?;
        let start = self.pos;
        let id = self.name()?;
        let target = Expr::new(ExprKind::Name { id, ctx: ExprContext::Store }, self.location(start)).into();
        self.expect(K::ColonEqual)?;
        let value = self.expression()?.into();
        Ok(Expr::new(ExprKind::NamedExpr { target, value }, self.location(start)))
    }

    /// `annotated_rhs`: a yield expression or star expressions.
    pub(super) fn annotated_rhs(&mut self) -> Parsing<Expr> {
        if self.at(K::Yield) { self.yield_expr() } else { self.star_expressions() }
    }

    pub(super) fn yield_expr(&mut self) -> Parsing<Expr> {
        let start = self.pos;
        self.expect(K::Yield)?;
        if self.eat(K::From) {
            let value = self.expression()?.into();
            return Ok(Expr::new(ExprKind::YieldFrom { value }, self.location(start)));
        }
        let value = self.optional_star_expressions()?;
        Ok(Expr::new(ExprKind::Yield { value }, self.location(start)))
    }

    pub(super) fn optional_star_expressions(&mut self) -> Parsing<Option<ExprBox>> {
        if self.starts_expression() { Ok(Some(self.star_expressions()?.into())) } else { Ok(None) }
    }

    /// `expression`: a conditional expression, a disjunction or a lambda.
    pub(super) fn expression(&mut self) -> Parsing<Expr> {
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
    fn conditional(&mut self, mut start: usize, mut expr: Expr) -> Parsing<Expr> {
        let mut chain: Vec<(usize, ExprBox, ExprBox)> = Vec::new();
        loop {
            self.expect(K::If)?;
            let test = self.disjunction()?.into();
            self.expect(K::Else)?;
            chain.push((start, expr.into(), test));
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
            expr = Expr::new(ExprKind::IfExp { test, body, orelse: expr.into() }, self.location(start));
        }
        Ok(expr)
    }

    fn lambdef(&mut self) -> Parsing<Expr> {
        let start = self.pos;
        self.enter()?;
        self.expect(K::Lambda)?;
        let args = Box::new(self.parameters(K::Colon)?);
        self.expect(K::Colon)?;
        let body = self.expression()?.into();
        self.leave();
        Ok(Expr::new(ExprKind::Lambda { args, body }, self.location(start)))
    }
}
