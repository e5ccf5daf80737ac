//! Primaries and atoms: attributes, calls, subscripts, displays, literals.

use super::{Failure, Parser, Parsing};
use crate::ast::{Constant, DEBUG, Expr, ExprBox, ExprContext, ExprKind, Int};
use crate::literal;
use crate::token::TokenKind as K;

const LOAD: ExprContext = ExprContext::Load;

impl<'a> Parser<'_, 'a> {
    pub(super) fn primary(&mut self) -> Parsing<ExprBox<'a>> {
        let start = self.pos;
        let mut expr = self.atom()?;
        loop {
            expr = match self.kind() {
                K::Dot => self.attribute(start, expr)?,
                K::LPar => self.call(start, expr)?,
                K::LSqb => self.subscript(start, expr)?,
                _ => return Ok(expr),
            };
        }
    }

    fn attribute(&mut self, start: usize, value: ExprBox<'a>) -> Parsing<ExprBox<'a>> {
        self.expect(K::Dot)?;
        let attr = self.name()?;
        Ok(self.expr(ExprKind::Attribute { value, attr, ctx: LOAD }, start))
    }

    fn subscript(&mut self, start: usize, value: ExprBox<'a>) -> Parsing<ExprBox<'a>> {
        self.expect(K::LSqb)?;
        let slice = self.slices()?;
        self.expect(K::RSqb)?;
        Ok(self.expr(ExprKind::Subscript { value, slice, ctx: LOAD }, start))
    }

    fn slices(&mut self) -> Parsing<ExprBox<'a>> {
        let start = self.pos;
        let starred = self.at(K::Star);
        let first = self.slice_or_starred()?;
        if !starred && !self.at(K::Comma) {
            return Ok(first);
        }
        let base = self.exprs.len();
        self.exprs.push(first);
        while self.eat(K::Comma) {
            if self.at(K::RSqb) {
                break;
            }
            let elt = self.slice_or_starred()?;
            self.exprs.push(elt);
        }
        let elts = self.exprs_from(base);
        Ok(self.expr(ExprKind::Tuple { elts, ctx: LOAD }, start))
    }

    fn slice_or_starred(&mut self) -> Parsing<ExprBox<'a>> {
        if self.at(K::Star) {
            return self.starred(Self::expression);
        }
        let start = self.pos;
        let lower = if self.at(K::Colon) { None } else { Some(self.named_expression()?) };
        if !self.at(K::Colon) {
            return lower.ok_or(Failure::Invalid);
        }
        if lower
            .as_ref()
            .is_some_and(|lower| matches!(lower.kind, ExprKind::NamedExpr { .. }) && self.tokens[start].kind == K::Name)
        {
            return Err(Failure::Invalid);
        }
        self.advance();
        let upper = self.slice_part()?;
        let step = if self.eat(K::Colon) { self.slice_part()? } else { None };
        let kind = ExprKind::Slice { lower, upper, step };
        Ok(self.expr(kind, start))
    }

    fn slice_part(&mut self) -> Parsing<Option<ExprBox<'a>>> {
        if self.starts_expression() && !self.at(K::Star) { Ok(Some(self.expression()?)) } else { Ok(None) }
    }

    pub(super) fn atom(&mut self) -> Parsing<ExprBox<'a>> {
        match self.kind() {
            K::Name => self.name_atom(),
            K::Number => self.number(),
            K::String | K::FStringStart | K::TStringStart => self.strings(),
            K::LPar => self.parenthesised(),
            K::LSqb => self.list(),
            K::LBrace => self.braced(),
            _ => self.constant_atom(),
        }
    }

    fn name_atom(&mut self) -> Parsing<ExprBox<'a>> {
        let start = self.pos;
        let id = self.name()?;
        if id.number() == DEBUG {
            self.notable += 1;
        }
        Ok(self.expr(ExprKind::Name { id, ctx: LOAD }, start))
    }

    fn constant_atom(&mut self) -> Parsing<ExprBox<'a>> {
        let value = match self.kind() {
            K::None => Constant::None,
            K::True => Constant::True,
            K::False => Constant::False,
            K::Ellipsis => Constant::Ellipsis,
            _ => return Err(Failure::Invalid),
        };
        let start = self.pos;
        self.advance();
        Ok(self.expr(ExprKind::Constant { value, kind: None }, start))
    }

    pub(super) fn number(&mut self) -> Parsing<ExprBox<'a>> {
        let start = self.pos;
        let token = self.expect(K::Number)?;
        let text = self.text_of(token);
        if text.len() < 19 && text.iter().all(u8::is_ascii_digit) {
            let value = text.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
            return Ok(self.expr(ExprKind::Constant { value: Constant::Int(Int::Small(value)), kind: None }, start));
        }
        if text.contains(&b'_') {
            self.require(6)?;
        }
        let value = literal::number(self.arena, text, self.options.int_max_str_digits).map_err(|_| Failure::Invalid)?;
        Ok(self.expr(ExprKind::Constant { value, kind: None }, start))
    }

    /// A group, a tuple or a generator expression.
    fn parenthesised(&mut self) -> Parsing<ExprBox<'a>> {
        let start = self.pos;
        self.expect(K::LPar)?;
        match self.kind() {
            K::RPar => {
                self.advance();
                return Ok(self.expr(ExprKind::Tuple { elts: &mut [], ctx: LOAD }, start));
            }
            K::Yield => {
                let expr = self.yield_expr()?;
                self.expect(K::RPar)?;
                return Ok(expr);
            }
            _ => {}
        }
        let first = self.star_named_expression()?;
        match self.kind() {
            K::RPar if !matches!(first.kind, ExprKind::Starred { .. }) => {
                self.advance();
                Ok(first)
            }
            K::Comma => {
                let elts = self.display_tail(first, K::RPar)?;
                Ok(self.expr(ExprKind::Tuple { elts, ctx: LOAD }, start))
            }
            K::For | K::Async => self.generator(start, first),
            _ => Err(Failure::Invalid),
        }
    }

    /// The rest of a generator expression whose element is `elt`, with its closing parenthesis.
    pub(super) fn generator(&mut self, start: usize, elt: ExprBox<'a>) -> Parsing<ExprBox<'a>> {
        let generators = self.for_if_clauses()?;
        self.expect(K::RPar)?;
        if matches!(elt.kind, ExprKind::Starred { .. }) {
            return Err(Failure::Invalid);
        }
        Ok(self.expr(ExprKind::GeneratorExp { elt, generators }, start))
    }

    /// The elements behind the first, up to and with the closing bracket.
    fn display_tail(&mut self, first: ExprBox<'a>, close: K) -> Parsing<&'a mut [ExprBox<'a>]> {
        let base = self.exprs.len();
        self.exprs.push(first);
        while self.eat(K::Comma) {
            if self.at(close) {
                break;
            }
            let elt = self.star_named_expression()?;
            self.exprs.push(elt);
        }
        self.expect(close)?;
        Ok(self.exprs_from(base))
    }

    fn list(&mut self) -> Parsing<ExprBox<'a>> {
        let start = self.pos;
        self.expect(K::LSqb)?;
        if self.eat(K::RSqb) {
            return Ok(self.expr(ExprKind::List { elts: &mut [], ctx: LOAD }, start));
        }
        let first = self.star_named_expression()?;
        if matches!(self.kind(), K::For | K::Async) {
            let generators = self.for_if_clauses()?;
            self.expect(K::RSqb)?;
            let elt = not_starred(first)?;
            return Ok(self.expr(ExprKind::ListComp { elt, generators }, start));
        }
        let elts = self.display_tail(first, K::RSqb)?;
        Ok(self.expr(ExprKind::List { elts, ctx: LOAD }, start))
    }

    /// A dict, a set or a comprehension of one.
    fn braced(&mut self) -> Parsing<ExprBox<'a>> {
        let start = self.pos;
        self.expect(K::LBrace)?;
        match self.kind() {
            K::RBrace => {
                self.advance();
                let kind = ExprKind::Dict { keys: &mut [], values: &mut [] };
                return Ok(self.expr(kind, start));
            }
            K::DoubleStar => return self.dict(start, None),
            _ => {}
        }
        let first = self.star_named_expression()?;
        if self.at(K::Colon) {
            return self.dict(start, Some(first));
        }
        if matches!(self.kind(), K::For | K::Async) {
            let generators = self.for_if_clauses()?;
            self.expect(K::RBrace)?;
            let elt = not_starred(first)?;
            return Ok(self.expr(ExprKind::SetComp { elt, generators }, start));
        }
        let elts = self.display_tail(first, K::RBrace)?;
        Ok(self.expr(ExprKind::Set { elts }, start))
    }

    /// A dict or dict comprehension; its first key was read, unless it begins with `**`.
    fn dict(&mut self, start: usize, first_key: Option<ExprBox<'a>>) -> Parsing<ExprBox<'a>> {
        let (mut keys, base) = (Vec::new(), self.exprs.len());
        if let Some(key) = first_key {
            if matches!(key.kind, ExprKind::Starred { .. }) || self.is_bare_named(key) {
                return Err(Failure::Invalid);
            }
            self.expect(K::Colon)?;
            let value = self.expression()?;
            if matches!(self.kind(), K::For | K::Async) {
                let generators = self.for_if_clauses()?;
                self.expect(K::RBrace)?;
                let kind = ExprKind::DictComp { key, value, generators };
                return Ok(self.expr(kind, start));
            }
            keys.push(Some(key));
            self.exprs.push(value);
            if !self.at(K::RBrace) {
                self.expect(K::Comma)?;
            }
        }
        while !self.at(K::RBrace) {
            if self.eat(K::DoubleStar) {
                keys.push(None);
                let value = self.bitwise_or()?;
                self.exprs.push(value);
            } else {
                keys.push(Some(self.expression()?));
                self.expect(K::Colon)?;
                let value = self.expression()?;
                self.exprs.push(value);
            }
            if !self.at(K::RBrace) {
                self.expect(K::Comma)?;
            }
        }
        self.expect(K::RBrace)?;
        let (keys, values) = (self.nodes(keys), self.exprs_from(base));
        Ok(self.expr(ExprKind::Dict { keys, values }, start))
    }

    /// Whether `expr`, which ends at the last token, is a named expression without parentheses.
    fn is_bare_named(&self, expr: &Expr<'_>) -> bool {
        matches!(expr.kind, ExprKind::NamedExpr { .. })
            && (expr.location.end_lineno, expr.location.end_col_offset) == self.end()
    }
}

fn not_starred(expr: ExprBox<'_>) -> Parsing<ExprBox<'_>> {
    if matches!(expr.kind, ExprKind::Starred { .. }) { Err(Failure::Invalid) } else { Ok(expr) }
}
