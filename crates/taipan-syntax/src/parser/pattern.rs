//! The patterns of `match` (PEP 634).

use super::{Failure, Parser, Parsing};
use crate::ast::{Constant, Expr, ExprBox, ExprContext, ExprKind, Identifier, Operator, Pattern, PatternKind, UnaryOp};
use crate::token::{SoftKeyword, TokenKind as K};

impl<'a> Parser<'_, 'a> {
    /// `patterns`: a sequence without brackets, or a pattern.
    pub(super) fn patterns(&mut self) -> Parsing<Pattern<'a>> {
        let start = self.pos;
        let first = self.maybe_star_pattern()?;
        if !self.at(K::Comma) {
            return not_star(first);
        }
        let patterns = self.sequence_tail(first, K::Colon)?;
        Ok(Pattern { kind: PatternKind::MatchSequence { patterns }, location: self.location(start) })
    }

    /// The patterns behind the first, up to (not with) `close` or what else cannot begin a pattern.
    fn sequence_tail(&mut self, first: Pattern<'a>, close: K) -> Parsing<&'a mut [Pattern<'a>]> {
        let mut patterns = vec![first];
        while self.eat(K::Comma) {
            if self.at(close) || self.at(K::If) {
                break;
            }
            patterns.push(self.maybe_star_pattern()?);
        }
        Ok(self.nodes(patterns))
    }

    fn maybe_star_pattern(&mut self) -> Parsing<Pattern<'a>> {
        if !self.at(K::Star) {
            return self.pattern();
        }
        let start = self.pos;
        self.advance();
        let name = if self.at_soft_keyword(SoftKeyword::Underscore) {
            self.advance();
            None
        } else {
            Some(self.capture_target()?)
        };
        Ok(Pattern { kind: PatternKind::MatchStar { name }, location: self.location(start) })
    }

    fn pattern(&mut self) -> Parsing<Pattern<'a>> {
        self.enter()?;
        let start = self.pos;
        let mut pattern = self.or_pattern()?;
        if self.eat(K::As) {
            let name = Some(self.capture_target()?);
            let kind = PatternKind::MatchAs { pattern: Some(self.arena.alloc(pattern)), name };
            pattern = Pattern { kind, location: self.location(start) };
        }
        self.leave();
        Ok(pattern)
    }

    /// A name that is neither `_` nor the start of something longer.
    fn capture_target(&mut self) -> Parsing<Identifier<'a>> {
        if self.at_soft_keyword(SoftKeyword::Underscore) || matches!(self.kind_at(1), K::Dot | K::LPar | K::Equal) {
            return Err(Failure::Invalid);
        }
        self.name()
    }

    fn or_pattern(&mut self) -> Parsing<Pattern<'a>> {
        let start = self.pos;
        let first = self.closed_pattern()?;
        if !self.at(K::VBar) {
            return Ok(first);
        }
        let mut patterns = vec![first];
        while self.eat(K::VBar) {
            patterns.push(self.closed_pattern()?);
        }
        let patterns = self.nodes(patterns);
        Ok(Pattern { kind: PatternKind::MatchOr { patterns }, location: self.location(start) })
    }

    fn closed_pattern(&mut self) -> Parsing<Pattern<'a>> {
        let start = self.pos;
        let kind = match self.kind() {
            K::Name => return self.name_pattern(),
            K::LPar => return self.group_or_sequence(),
            K::LSqb => self.list_pattern()?,
            K::LBrace => self.mapping_pattern()?,
            K::None => self.singleton(Constant::None),
            K::True => self.singleton(Constant::True),
            K::False => self.singleton(Constant::False),
            _ => PatternKind::MatchValue { value: self.literal_value()? },
        };
        Ok(Pattern { kind, location: self.location(start) })
    }

    fn singleton(&mut self, value: Constant<'a>) -> PatternKind<'a> {
        self.advance();
        PatternKind::MatchSingleton { value }
    }

    /// A number with sign, a complex number, or strings.
    fn literal_value(&mut self) -> Parsing<ExprBox<'a>> {
        if matches!(self.kind(), K::String | K::FStringStart | K::TStringStart) {
            return self.strings();
        }
        let start = self.pos;
        let left = self.signed_number()?;
        let op = match self.kind() {
            K::Plus => Operator::Add,
            K::Minus => Operator::Sub,
            _ => return Ok(left),
        };
        if is_complex(left) {
            return Err(Failure::Invalid);
        }
        self.advance();
        let right = self.number()?;
        if !is_complex(right) {
            return Err(Failure::Invalid);
        }
        let kind = ExprKind::BinOp { left, op, right };
        Ok(self.expr(kind, start))
    }

    fn signed_number(&mut self) -> Parsing<ExprBox<'a>> {
        let start = self.pos;
        if !self.eat(K::Minus) {
            return self.number();
        }
        let operand = self.number()?;
        Ok(self.expr(ExprKind::UnaryOp { op: UnaryOp::USub, operand }, start))
    }

    fn name_pattern(&mut self) -> Parsing<Pattern<'a>> {
        let start = self.pos;
        if !matches!(self.kind_at(1), K::Dot | K::LPar) {
            if self.kind_at(1) == K::Equal {
                return Err(Failure::Invalid);
            }
            let name = if self.at_soft_keyword(SoftKeyword::Underscore) {
                None
            } else {
                Some(self.identifier_of(self.peek())?)
            };
            self.advance();
            let kind = PatternKind::MatchAs { pattern: None, name };
            return Ok(Pattern { kind, location: self.location(start) });
        }
        let value = self.name_or_attr()?;
        if self.at(K::LPar) {
            return self.class_pattern(start, value);
        }
        if self.at(K::Equal) {
            return Err(Failure::Invalid);
        }
        Ok(Pattern { kind: PatternKind::MatchValue { value }, location: self.location(start) })
    }

    fn name_or_attr(&mut self) -> Parsing<ExprBox<'a>> {
        let start = self.pos;
        let ctx = ExprContext::Load;
        let id = self.name()?;
        let mut value = self.expr(ExprKind::Name { id, ctx }, start);
        while self.eat(K::Dot) {
            let attr = self.name()?;
            value = self.expr(ExprKind::Attribute { value, attr, ctx }, start);
        }
        Ok(value)
    }

    fn class_pattern(&mut self, start: usize, cls: ExprBox<'a>) -> Parsing<Pattern<'a>> {
        self.expect(K::LPar)?;
        let (mut patterns, mut kwd_attrs, mut kwd_patterns) = (Vec::new(), Vec::new(), Vec::new());
        while !self.at(K::RPar) {
            if self.at(K::Name) && self.kind_at(1) == K::Equal {
                kwd_attrs.push(self.name()?);
                self.advance();
                kwd_patterns.push(self.pattern()?);
            } else if kwd_attrs.is_empty() {
                patterns.push(self.pattern()?);
            } else {
                return Err(Failure::Invalid);
            }
            if !self.at(K::RPar) {
                self.expect(K::Comma)?;
            }
        }
        self.expect(K::RPar)?;
        let (patterns, kwd_attrs, kwd_patterns) =
            (self.nodes(patterns), self.nodes(kwd_attrs), self.nodes(kwd_patterns));
        let kind = PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns };
        Ok(Pattern { kind, location: self.location(start) })
    }

    fn group_or_sequence(&mut self) -> Parsing<Pattern<'a>> {
        let start = self.pos;
        self.expect(K::LPar)?;
        let mut patterns: &mut [Pattern<'a>] = &mut [];
        if !self.at(K::RPar) {
            let first = self.maybe_star_pattern()?;
            if self.at(K::RPar) {
                self.advance();
                return not_star(first);
            }
            if !self.at(K::Comma) {
                return Err(Failure::Invalid);
            }
            patterns = self.sequence_tail(first, K::RPar)?;
        }
        self.expect(K::RPar)?;
        Ok(Pattern { kind: PatternKind::MatchSequence { patterns }, location: self.location(start) })
    }

    fn list_pattern(&mut self) -> Parsing<PatternKind<'a>> {
        self.expect(K::LSqb)?;
        let mut patterns: &mut [Pattern<'a>] = &mut [];
        if !self.at(K::RSqb) {
            let first = self.maybe_star_pattern()?;
            patterns = self.sequence_tail(first, K::RSqb)?;
        }
        self.expect(K::RSqb)?;
        Ok(PatternKind::MatchSequence { patterns })
    }

    fn mapping_pattern(&mut self) -> Parsing<PatternKind<'a>> {
        self.expect(K::LBrace)?;
        let (mut keys, mut patterns, mut rest) = (Vec::new(), Vec::new(), None);
        while !self.at(K::RBrace) {
            if rest.is_some() {
                return Err(Failure::Invalid);
            }
            if self.eat(K::DoubleStar) {
                rest = Some(self.capture_target()?);
            } else {
                keys.push(self.mapping_key()?);
                self.expect(K::Colon)?;
                patterns.push(self.pattern()?);
            }
            if !self.at(K::RBrace) {
                self.expect(K::Comma)?;
            }
        }
        self.expect(K::RBrace)?;
        Ok(PatternKind::MatchMapping { keys: self.nodes(keys), patterns: self.nodes(patterns), rest })
    }

    fn mapping_key(&mut self) -> Parsing<ExprBox<'a>> {
        match self.kind() {
            K::Name if self.kind_at(1) == K::Dot => self.name_or_attr(),
            K::Name => Err(Failure::Invalid),
            K::None | K::True | K::False => self.atom(),
            _ => self.literal_value(),
        }
    }
}

fn not_star(pattern: Pattern<'_>) -> Parsing<Pattern<'_>> {
    if matches!(pattern.kind, PatternKind::MatchStar { .. }) { Err(Failure::Invalid) } else { Ok(pattern) }
}

fn is_complex(expr: &Expr<'_>) -> bool {
    let operand = match &expr.kind {
        ExprKind::UnaryOp { operand, .. } => &operand.kind,
        kind => kind,
    };
    matches!(operand, ExprKind::Constant { value: Constant::Complex { .. }, .. })
}
