//! Operators, from `or` down to `**`, by precedence and with a stack of their own.
//!
//! Invariant: native recursion does not grow with chains of operators, whichever way they associate; the length of
//! the stack is bounded by [`MAX_PENDING`].

use super::{Failure, Parser, Parsing};
use crate::ast::{BoolOp, CmpOp, Constant, ExprBox, ExprKind, Operator, UnaryOp};
use crate::token::TokenKind as K;

/// How many operators may wait for their right operand.
const MAX_PENDING: usize = 4000;

/// The level of `or`, the loosest operator.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
/// The level of `|`, the loosest binary operator.
const BIT_OR: u8 = 5;
const UNARY: u8 = 11;
const POW: u8 = 12;

/// An operator that waits for its right operand.
pub(super) struct Pending<'a> {
    /// The first token of the node to be.
    start: usize,
    rank: u8,
    kind: PendingKind<'a>,
}

/// Operands of chains lie on [`Parser::exprs`], from the number given on.
enum PendingKind<'a> {
    Bool(BoolOp, usize),
    Unary(UnaryOp),
    /// With where its operators lie on [`Parser::cmp_ops`].
    Compare(ExprBox<'a>, usize, usize),
    Binary(ExprBox<'a>, Operator),
}

/// The kinds of token that may be an operator behind an operand.
static INFIX: [bool; 128] = {
    let kinds = [
        K::VBar,
        K::Circumflex,
        K::Amper,
        K::LeftShift,
        K::RightShift,
        K::Plus,
        K::Minus,
        K::Star,
        K::Slash,
        K::DoubleSlash,
        K::Percent,
        K::At,
        K::DoubleStar,
        K::Or,
        K::And,
        K::EqEqual,
        K::NotEqual,
        K::LessEqual,
        K::Less,
        K::GreaterEqual,
        K::Greater,
        K::In,
        K::Not,
        K::Is,
    ];
    let mut infix = [false; 128];
    let mut at = 0;
    while at < kinds.len() {
        infix[kinds[at] as usize] = true;
        at += 1;
    }
    infix
};

/// An operator behind an operand.
#[derive(Clone, Copy)]
enum Infix {
    Bool(BoolOp),
    Compare(CmpOp),
    Binary(Operator),
}

impl<'a> Parser<'_, 'a> {
    pub(super) fn disjunction(&mut self) -> Parsing<ExprBox<'a>> {
        self.operators(OR)
    }

    pub(super) fn bitwise_or(&mut self) -> Parsing<ExprBox<'a>> {
        self.operators(BIT_OR)
    }

    /// An expression of operators that bind at least as tightly as `least`.
    fn operators(&mut self, least: u8) -> Parsing<ExprBox<'a>> {
        if !matches!(self.kind(), K::Not | K::Plus | K::Minus | K::Tilde) {
            let start = self.pos;
            let operand = self.await_primary()?;
            return match self.infix() {
                Some((_, rank, _)) if rank >= least => self.operator_loop(self.pending.len(), start, operand, least),
                _ => Ok(operand),
            };
        }
        let base = self.pending.len();
        let (start, operand) = self.operand(base, least)?;
        self.operator_loop(base, start, operand, least)
    }

    /// The rest of an expression whose operators wait from `base` on.
    fn operator_loop(
        &mut self,
        base: usize,
        mut start: usize,
        mut operand: ExprBox<'a>,
        least: u8,
    ) -> Parsing<ExprBox<'a>> {
        while let Some((infix, rank, tokens)) = self.infix().filter(|(_, rank, _)| *rank >= least) {
            // `**` alone binds to the right.
            while let Some(top) = self.pop_if(base, |top| top.rank > rank || (top.rank == rank && is_left(rank))) {
                (start, operand) = self.reduce(top, operand);
            }
            if self.refuses(infix)? {
                break;
            }
            for _ in 0..tokens {
                self.advance();
            }
            self.push(base, start, operand, infix, rank)?;
            (start, operand) = self.operand(base, least)?;
        }
        while let Some(top) = self.pop_if(base, |_| true) {
            (_, operand) = self.reduce(top, operand);
        }
        Ok(operand)
    }

    /// Prefix operators, which go on the stack, and the operand behind them with its first token.
    fn operand(&mut self, base: usize, least: u8) -> Parsing<(usize, ExprBox<'a>)> {
        loop {
            let start = self.pos;
            let (op, rank) = match self.kind() {
                K::Not => (UnaryOp::Not, NOT),
                K::Plus => (UnaryOp::UAdd, UNARY),
                K::Minus => (UnaryOp::USub, UNARY),
                K::Tilde => (UnaryOp::Invert, UNARY),
                _ => return Ok((start, self.await_primary()?)),
            };
            let outer = self.pending.get(base..).and_then(<[_]>::last).map_or(0, |top| top.rank);
            if rank == NOT && (outer > NOT || least > NOT) {
                return Err(Failure::Invalid);
            }
            self.advance();
            self.pending.push(Pending { start, rank, kind: PendingKind::Unary(op) });
            if self.pending.len() - base > MAX_PENDING {
                return Err(Failure::TooDeep);
            }
        }
    }

    /// Takes the last operator, if it waits since `base` and `which` says so.
    fn pop_if(&mut self, base: usize, which: impl FnOnce(&Pending<'a>) -> bool) -> Option<Pending<'a>> {
        if self.pending.len() <= base {
            return None;
        }
        self.pending.pop_if(|top| which(top))
    }

    /// Puts `infix` on the stack with its left operand, or adds the operand to the same chain.
    fn push(&mut self, base: usize, start: usize, operand: ExprBox<'a>, infix: Infix, rank: u8) -> Parsing<()> {
        let waiting = self.pending.get(base..).unwrap_or_default();
        if let Some(top) = waiting.last().filter(|top| top.rank == rank) {
            match (&top.kind, infix) {
                (PendingKind::Bool(..), Infix::Bool(_)) => {
                    self.exprs.push(operand);
                    return Ok(());
                }
                (PendingKind::Compare(..), Infix::Compare(op)) => {
                    self.cmp_ops.push(op);
                    self.exprs.push(operand);
                    return Ok(());
                }
                _ => {}
            }
        }
        let kind = match infix {
            Infix::Bool(op) => {
                let base = self.exprs.len();
                self.exprs.push(operand);
                PendingKind::Bool(op, base)
            }
            Infix::Compare(op) => {
                let base = self.cmp_ops.len();
                self.cmp_ops.push(op);
                PendingKind::Compare(operand, base, self.exprs.len())
            }
            Infix::Binary(op) => PendingKind::Binary(operand, op),
        };
        self.pending.push(Pending { start, rank, kind });
        if self.pending.len() - base > MAX_PENDING { Err(Failure::TooDeep) } else { Ok(()) }
    }

    /// Whether an operator is not one in this source; fails for those newer than the version asked for.
    fn refuses(&self, infix: Infix) -> Parsing<bool> {
        match infix {
            Infix::Compare(CmpOp::NotEq) => Ok(self.at(K::NotEqual) && self.barry_as_flufl),
            Infix::Binary(Operator::MatMult) => self.require(5).map(|()| false),
            _ => Ok(false),
        }
    }

    /// Gives `top` its right operand.
    fn reduce(&mut self, top: Pending<'a>, operand: ExprBox<'a>) -> (usize, ExprBox<'a>) {
        let kind = match top.kind {
            PendingKind::Bool(op, base) => {
                self.exprs.push(operand);
                ExprKind::BoolOp { op, values: self.exprs_from(base) }
            }
            PendingKind::Unary(op) => ExprKind::UnaryOp { op, operand },
            PendingKind::Compare(left, ops, base) => {
                self.exprs.push(operand);
                let ops = self.arena.alloc_slice_fill_iter(self.cmp_ops.drain(ops..));
                ExprKind::Compare { left, ops, comparators: self.exprs_from(base) }
            }
            PendingKind::Binary(left, op) => {
                if op == Operator::Mod && is_text(&left) {
                    self.notable += 1;
                }
                ExprKind::BinOp { left, op, right: operand }
            }
        };
        (top.start, self.expr(kind, top.start))
    }

    /// The operator at the next token, its rank and how many tokens it has.
    fn infix(&self) -> Option<(Infix, u8, usize)> {
        let kind = self.kind();
        if !INFIX[kind as usize & 127] {
            return None;
        }
        if let Some((op, rank)) = binary_operator(kind) {
            return Some((Infix::Binary(op), rank, 1));
        }
        match kind {
            K::Or => return Some((Infix::Bool(BoolOp::Or), OR, 1)),
            K::And => return Some((Infix::Bool(BoolOp::And), AND, 1)),
            _ => {}
        }
        let (op, tokens) = self.comparison_operator(kind)?;
        Some((Infix::Compare(op), COMPARE, tokens))
    }

    fn comparison_operator(&self, kind: K) -> Option<(CmpOp, usize)> {
        Some(match kind {
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

    /// `<>`, which belongs to PEP 401; the lexer makes two tokens of it.
    fn at_less_greater(&self) -> bool {
        self.kind_at(1) == K::Greater && self.tokens.get(self.pos + 1).is_some_and(|next| next.start == self.peek().end)
    }

    fn await_primary(&mut self) -> Parsing<ExprBox<'a>> {
        if !self.at(K::Await) {
            return self.primary();
        }
        self.require(5)?;
        let start = self.pos;
        self.expect(K::Await)?;
        let value = self.primary()?;
        Ok(self.expr(ExprKind::Await { value }, start))
    }
}

fn is_text(expr: &ExprBox<'_>) -> bool {
    matches!(expr.kind, ExprKind::Constant { value: Constant::Str(_), .. })
}

/// Whether operators of this rank take what is to their left first. Comparisons and boolean operators gather.
fn is_left(rank: u8) -> bool {
    rank != POW && rank > COMPARE
}

fn binary_operator(kind: K) -> Option<(Operator, u8)> {
    Some(match kind {
        K::VBar => (Operator::BitOr, BIT_OR),
        K::Circumflex => (Operator::BitXor, 6),
        K::Amper => (Operator::BitAnd, 7),
        K::LeftShift => (Operator::LShift, 8),
        K::RightShift => (Operator::RShift, 8),
        K::Plus => (Operator::Add, 9),
        K::Minus => (Operator::Sub, 9),
        K::Star => (Operator::Mult, 10),
        K::Slash => (Operator::Div, 10),
        K::DoubleSlash => (Operator::FloorDiv, 10),
        K::Percent => (Operator::Mod, 10),
        K::At => (Operator::MatMult, 10),
        K::DoubleStar => (Operator::Pow, POW),
        _ => return None,
    })
}
