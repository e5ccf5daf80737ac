//! Operators: `not`, comparisons, binary and unary operators, `**`, `await`.

use super::{Failure, Parser, Parsing};
use crate::ast::{CmpOp, Expr, ExprKind, Operator, UnaryOp};
use crate::token::TokenKind as K;

impl Parser<'_> {
    pub(super) fn inversion(&mut self) -> Parsing<Expr> {
        if !self.at(K::Not) {
            return self.comparison();
        }
        let first = self.pos;
        while self.eat(K::Not) {}
        let last = self.pos;
        self.nest(last - first)?;
        let mut expr = self.comparison()?;
        for start in (first..last).rev() {
            let operand = expr.into();
            expr = Expr::new(ExprKind::UnaryOp { op: UnaryOp::Not, operand }, self.location(start));
        }
        self.unnest(last - first);
        Ok(expr)
    }

    /// Counts prefix operators, which nest in the tree though not in the parser.
    fn nest(&mut self, count: usize) -> Parsing<()> {
        self.depth = self.depth.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        if self.depth > super::MAX_DEPTH { Err(Failure::TooDeep) } else { Ok(()) }
    }

    fn unnest(&mut self, count: usize) {
        self.depth = self.depth.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX));
    }

    fn comparison(&mut self) -> Parsing<Expr> {
        let start = self.pos;
        let left = self.bitwise_or()?;
        match self.comparison_operator() {
            Some(_) => self.comparison_tail(start, left),
            None => Ok(left),
        }
    }

    fn comparison_tail(&mut self, start: usize, left: Expr) -> Parsing<Expr> {
        let left = left.into();
        let (mut ops, mut comparators) = (Vec::new(), Vec::new());
        while let Some((op, tokens)) = self.comparison_operator() {
            if self.at(K::NotEqual) && self.barry_as_flufl {
                break;
            }
            for _ in 0..tokens {
                self.advance();
            }
            ops.push(op);
            comparators.push(self.bitwise_or()?);
        }
        if ops.is_empty() {
            return Err(Failure::Invalid);
        }
        Ok(Expr::new(ExprKind::Compare { left, ops, comparators }, self.location(start)))
    }

    /// `<>`, which belongs to PEP 401; the lexer makes two tokens of it.
    fn at_less_greater(&self) -> bool {
        self.kind_at(1) == K::Greater && self.tokens.get(self.pos + 1).is_some_and(|next| next.start == self.peek().end)
    }

    fn comparison_operator(&self) -> Option<(CmpOp, usize)> {
        Some(match self.kind() {
            K::EqEqual => (CmpOp::Eq, 1),
            K::NotEqual => (CmpOp::NotEq, 1),
            K::LessEqual => (CmpOp::LtE, 1),
            K::Less if self.barry_as_flufl && self.at_less_greater() => (CmpOp::NotEq, 2),
            K::Less => (CmpOp::Lt, 1),
            K::GreaterEqual => (CmpOp::GtE, 1),
            K::Greater => (CmpOp::Gt, 1),
            K::In => (CmpOp::In, 1),
            K::Not if self.kind_at(1) == K::In => (CmpOp::NotIn, 2),
            K::Is if self.kind_at(1) == K::Not => (CmpOp::IsNot, 2),
            K::Is => (CmpOp::Is, 1),
            _ => return None,
        })
    }

    pub(super) fn bitwise_or(&mut self) -> Parsing<Expr> {
        self.binary(1)
    }

    /// Binary operators that bind at least as tightly as `least`.
    fn binary(&mut self, least: u8) -> Parsing<Expr> {
        let start = self.pos;
        let mut left = self.factor()?;
        while let Some((op, rank)) = self.binary_operator().filter(|(_, rank)| *rank >= least) {
            left = self.binary_tail(start, left, op, rank)?;
        }
        Ok(left)
    }

    fn binary_tail(&mut self, start: usize, left: Expr, op: Operator, rank: u8) -> Parsing<Expr> {
        if op == Operator::MatMult {
            self.require(5)?;
        }
        self.advance();
        let right = self.binary(rank + 1)?.into();
        Ok(Expr::new(ExprKind::BinOp { left: left.into(), op, right }, self.location(start)))
    }

    fn binary_operator(&self) -> Option<(Operator, u8)> {
        Some(match self.kind() {
            K::VBar => (Operator::BitOr, 1),
            K::Circumflex => (Operator::BitXor, 2),
            K::Amper => (Operator::BitAnd, 3),
            K::LeftShift => (Operator::LShift, 4),
            K::RightShift => (Operator::RShift, 4),
            K::Plus => (Operator::Add, 5),
            K::Minus => (Operator::Sub, 5),
            K::Star => (Operator::Mult, 6),
            K::Slash => (Operator::Div, 6),
            K::DoubleSlash => (Operator::FloorDiv, 6),
            K::Percent => (Operator::Mod, 6),
            K::At => (Operator::MatMult, 6),
            _ => return None,
        })
    }

    fn factor(&mut self) -> Parsing<Expr> {
        if !matches!(self.kind(), K::Plus | K::Minus | K::Tilde) {
            return self.power();
        }
        let first = self.pos;
        while matches!(self.kind(), K::Plus | K::Minus | K::Tilde) {
            self.advance();
        }
        let last = self.pos;
        self.nest(last - first)?;
        let mut expr = self.power()?;
        for start in (first..last).rev() {
            let op = match self.tokens[start].kind {
                K::Plus => UnaryOp::UAdd,
                K::Minus => UnaryOp::USub,
                _ => UnaryOp::Invert,
            };
            let operand = expr.into();
            expr = Expr::new(ExprKind::UnaryOp { op, operand }, self.location(start));
        }
        self.unnest(last - first);
        Ok(expr)
    }

    fn power(&mut self) -> Parsing<Expr> {
        let start = self.pos;
        let left = if self.at(K::Await) { self.await_primary()? } else { self.primary()? };
        if self.at(K::DoubleStar) { self.power_tail(start, left) } else { Ok(left) }
    }

    fn power_tail(&mut self, start: usize, left: Expr) -> Parsing<Expr> {
        self.enter()?;
        self.advance();
        let right = self.factor()?.into();
        self.leave();
        let kind = ExprKind::BinOp { left: left.into(), op: Operator::Pow, right };
        Ok(Expr::new(kind, self.location(start)))
    }

    fn await_primary(&mut self) -> Parsing<Expr> {
        self.require(5)?;
        let start = self.pos;
        self.expect(K::Await)?;
        let value = self.primary()?.into();
        Ok(Expr::new(ExprKind::Await { value }, self.location(start)))
    }
}
