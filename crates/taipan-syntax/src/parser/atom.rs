//! Primaries and atoms: attributes, calls, subscripts, displays, literals.

use super::{Failure, Parser, Parsing};
use crate::ast::{Constant, Expr, ExprContext, ExprKind};
use crate::literal;
use crate::token::TokenKind as K;

const LOAD: ExprContext = ExprContext::Load;

impl Parser<'_> {
    pub(super) fn primary(&mut self) -> Parsing<Expr> {
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

    fn attribute(&mut self, start: usize, value: Expr) -> Parsing<Expr> {
        self.expect(K::Dot)?;
        let attr = self.name()?;
        Ok(Expr::new(ExprKind::Attribute { value: value.into(), attr, ctx: LOAD }, self.location(start)))
    }

    fn subscript(&mut self, start: usize, value: Expr) -> Parsing<Expr> {
        self.expect(K::LSqb)?;
        let slice = self.slices()?.into();
        self.expect(K::RSqb)?;
        Ok(Expr::new(ExprKind::Subscript { value: value.into(), slice, ctx: LOAD }, self.location(start)))
    }

    fn slices(&mut self) -> Parsing<Expr> {
        let start = self.pos;
        let starred = self.at(K::Star);
        let first = self.slice_or_starred()?;
        if !starred && !self.at(K::Comma) {
            return Ok(first);
        }
        let mut elts = vec![first];
        while self.eat(K::Comma) {
            if self.at(K::RSqb) {
                break;
            }
            elts.push(self.slice_or_starred()?);
        }
        Ok(Expr::new(ExprKind::Tuple { elts, ctx: LOAD }, self.location(start)))
    }

    fn slice_or_starred(&mut self) -> Parsing<Expr> {
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
        let part = |part: Option<Expr>| part.map(Into::into);
        let kind = ExprKind::Slice { lower: part(lower), upper: part(upper), step: part(step) };
        Ok(Expr::new(kind, self.location(start)))
    }

    fn slice_part(&mut self) -> Parsing<Option<Expr>> {
        if self.starts_expression() && !self.at(K::Star) { Ok(Some(self.expression()?)) } else { Ok(None) }
    }

    pub(super) fn atom(&mut self) -> Parsing<Expr> {
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

    fn name_atom(&mut self) -> Parsing<Expr> {
        let start = self.pos;
        let id = self.name()?;
        Ok(Expr::new(ExprKind::Name { id, ctx: LOAD }, self.location(start)))
    }

    fn constant_atom(&mut self) -> Parsing<Expr> {
        let value = match self.kind() {
            K::None => Constant::None,
            K::True => Constant::True,
            K::False => Constant::False,
            K::Ellipsis => Constant::Ellipsis,
            _ => return Err(Failure::Invalid),
        };
        let start = self.pos;
        self.advance();
        Ok(Expr::constant(value, self.location(start)))
    }

    pub(super) fn number(&mut self) -> Parsing<Expr> {
        let start = self.pos;
        let token = self.expect(K::Number)?;
        let text = self.text_of(token);
        if text.len() < 19 && text.iter().all(u8::is_ascii_digit) {
            let value = text.iter().fold(0, |value: u64, digit| value * 10 + u64::from(digit - b'0'));
            return Ok(Expr::constant(Constant::Int(value.into()), self.location(start)));
        }
        if text.contains(&b'_') {
            self.require(6)?;
        }
        let value = literal::number(text, self.options.int_max_str_digits).map_err(|_| Failure::Invalid)?;
        Ok(Expr::constant(value, self.location(start)))
    }

    /// A group, a tuple or a generator expression.
    fn parenthesised(&mut self) -> Parsing<Expr> {
        let start = self.pos;
        self.expect(K::LPar)?;
        match self.kind() {
            K::RPar => {
                self.advance();
                return Ok(Expr::new(ExprKind::Tuple { elts: Vec::new(), ctx: LOAD }, self.location(start)));
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
                Ok(Expr::new(ExprKind::Tuple { elts, ctx: LOAD }, self.location(start)))
            }
            K::For | K::Async => self.generator(start, first),
            _ => Err(Failure::Invalid),
        }
    }

    /// The rest of a generator expression whose element is `elt`, with its closing parenthesis.
    pub(super) fn generator(&mut self, start: usize, elt: Expr) -> Parsing<Expr> {
        let generators = self.for_if_clauses()?;
        self.expect(K::RPar)?;
        if matches!(elt.kind, ExprKind::Starred { .. }) {
            return Err(Failure::Invalid);
        }
        Ok(Expr::new(ExprKind::GeneratorExp { elt: elt.into(), generators }, self.location(start)))
    }

    /// The elements behind the first, up to and with the closing bracket.
    fn display_tail(&mut self, first: Expr, close: K) -> Parsing<Vec<Expr>> {
        let mut elts = vec![first];
        while self.eat(K::Comma) {
            if self.at(close) {
                break;
            }
            elts.push(self.star_named_expression()?);
        }
        self.expect(close)?;
        Ok(elts)
    }

    fn list(&mut self) -> Parsing<Expr> {
        let start = self.pos;
        self.expect(K::LSqb)?;
        if self.eat(K::RSqb) {
            return Ok(Expr::new(ExprKind::List { elts: Vec::new(), ctx: LOAD }, self.location(start)));
        }
        let first = self.star_named_expression()?;
        if matches!(self.kind(), K::For | K::Async) {
            let generators = self.for_if_clauses()?;
            self.expect(K::RSqb)?;
            let elt = not_starred(first)?.into();
            return Ok(Expr::new(ExprKind::ListComp { elt, generators }, self.location(start)));
        }
        let elts = self.display_tail(first, K::RSqb)?;
        Ok(Expr::new(ExprKind::List { elts, ctx: LOAD }, self.location(start)))
    }

    /// A dict, a set or a comprehension of one.
    fn braced(&mut self) -> Parsing<Expr> {
        let start = self.pos;
        self.expect(K::LBrace)?;
        match self.kind() {
            K::RBrace => {
                self.advance();
                let kind = ExprKind::Dict { keys: Vec::new(), values: Vec::new() };
                return Ok(Expr::new(kind, self.location(start)));
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
            let elt = not_starred(first)?.into();
            return Ok(Expr::new(ExprKind::SetComp { elt, generators }, self.location(start)));
        }
        let elts = self.display_tail(first, K::RBrace)?;
        Ok(Expr::new(ExprKind::Set { elts }, self.location(start)))
    }

    /// A dict or dict comprehension; its first key was read, unless it begins with `**`.
    fn dict(&mut self, start: usize, first_key: Option<Expr>) -> Parsing<Expr> {
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        if let Some(key) = first_key {
            if matches!(key.kind, ExprKind::Starred { .. }) || self.is_bare_named(&key) {
                return Err(Failure::Invalid);
            }
            self.expect(K::Colon)?;
            let value = self.expression()?;
            if matches!(self.kind(), K::For | K::Async) {
                let generators = self.for_if_clauses()?;
                self.expect(K::RBrace)?;
                let kind = ExprKind::DictComp { key: key.into(), value: value.into(), generators };
                return Ok(Expr::new(kind, self.location(start)));
            }
            keys.push(Some(key));
            values.push(value);
            if !self.at(K::RBrace) {
                self.expect(K::Comma)?;
            }
        }
        while !self.at(K::RBrace) {
            if self.eat(K::DoubleStar) {
                keys.push(None);
                values.push(self.bitwise_or()?);
            } else {
                keys.push(Some(self.expression()?));
                self.expect(K::Colon)?;
                values.push(self.expression()?);
            }
            if !self.at(K::RBrace) {
                self.expect(K::Comma)?;
            }
        }
        self.expect(K::RBrace)?;
        Ok(Expr::new(ExprKind::Dict { keys, values }, self.location(start)))
    }

    /// Whether `expr`, which ends at the last token, is a named expression without parentheses.
    fn is_bare_named(&self, expr: &Expr) -> bool {
        matches!(expr.kind, ExprKind::NamedExpr { .. })
            && (expr.location.end_lineno, expr.location.end_col_offset) == self.end
    }
}

fn not_starred(expr: Expr) -> Parsing<Expr> {
    if matches!(expr.kind, ExprKind::Starred { .. }) { Err(Failure::Invalid) } else { Ok(expr) }
}
