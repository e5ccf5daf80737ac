//! Simple statements, and the sequence of statements.

use super::target::{is_single_target, set_context};
use super::{Failure, Parser, Parsing};
use crate::ast::{Expr, ExprContext, ExprKind, Location, Operator, Stmt, StmtKind};
use crate::token::{SoftKeyword, TokenKind as K};

impl Parser<'_> {
    /// Statements up to a token of kind `end`.
    pub(super) fn statements(&mut self, end: K) -> Parsing<Vec<Stmt>> {
        let mut body = Vec::new();
        while !self.at(end) {
            self.statement(&mut body)?;
        }
        Ok(body)
    }

    fn statement(&mut self, body: &mut Vec<Stmt>) -> Parsing<()> {
        match self.compound_stmt()? {
            Some(stmt) => body.push(stmt),
            None => self.simple_stmts(body)?,
        }
        Ok(())
    }

    /// `statement_newline`: one statement of interactive input.
    pub(super) fn statement_newline(&mut self) -> Parsing<Vec<Stmt>> {
        let mut body = Vec::new();
        if self.at(K::Newline) {
            self.advance();
            let token = &self.tokens[0];
            let (lineno, col_offset) = (token.lineno, super::unsigned(token.col_offset));
            let location = Location { lineno, col_offset, end_lineno: lineno, end_col_offset: col_offset };
            body.push(Stmt::new(StmtKind::Pass, location));
        } else if let Some(stmt) = self.compound_stmt()? {
            body.push(stmt);
            self.expect(K::Newline)?;
        } else {
            self.simple_stmts(&mut body)?;
        }
        Ok(body)
    }

    pub(super) fn simple_stmts(&mut self, body: &mut Vec<Stmt>) -> Parsing<()> {
        loop {
            body.push(self.simple_stmt()?);
            let more = self.eat(K::Semi);
            if self.at(K::Newline) {
                self.advance();
                return Ok(());
            }
            if !more {
                return Err(Failure::Invalid);
            }
        }
    }

    fn simple_stmt(&mut self) -> Parsing<Stmt> {
        let start = self.pos;
        let kind = match self.kind() {
            K::Return => self.return_stmt()?,
            K::Import => self.import_name()?,
            K::From => self.import_from()?,
            K::Raise => self.raise_stmt()?,
            K::Pass => self.word(StmtKind::Pass),
            K::Break => self.word(StmtKind::Break),
            K::Continue => self.word(StmtKind::Continue),
            K::Del => self.del_stmt()?,
            K::Assert => self.assert_stmt()?,
            K::Global => StmtKind::Global { names: self.name_list()? },
            K::Nonlocal => StmtKind::Nonlocal { names: self.name_list()? },
            K::Name if self.at_soft_keyword(SoftKeyword::Type) && self.kind_at(1) == K::Name => self.type_alias()?,
            _ => self.expression_stmt(start)?,
        };
        Ok(Stmt::new(kind, self.location(start)))
    }

    fn word(&mut self, kind: StmtKind) -> StmtKind {
        self.advance();
        kind
    }

    fn return_stmt(&mut self) -> Parsing<StmtKind> {
        self.advance();
        Ok(StmtKind::Return { value: self.optional_star_expressions()? })
    }

    fn raise_stmt(&mut self) -> Parsing<StmtKind> {
        self.advance();
        if !self.starts_expression() {
            return Ok(StmtKind::Raise { exc: None, cause: None });
        }
        let exc = Some(self.expression()?.into());
        let cause = if self.eat(K::From) { Some(self.expression()?.into()) } else { None };
        Ok(StmtKind::Raise { exc, cause })
    }

    fn del_stmt(&mut self) -> Parsing<StmtKind> {
        self.advance();
        let targets = self.del_targets()?;
        if matches!(self.kind(), K::Semi | K::Newline) {
            Ok(StmtKind::Delete { targets })
        } else {
            Err(Failure::Invalid)
        }
    }

    fn assert_stmt(&mut self) -> Parsing<StmtKind> {
        self.advance();
        let test = self.expression()?.into();
        let msg = if self.eat(K::Comma) { Some(self.expression()?.into()) } else { None };
        Ok(StmtKind::Assert { test, msg })
    }

    fn name_list(&mut self) -> Parsing<Vec<crate::ast::Identifier>> {
        self.advance();
        let mut names = vec![self.name()?];
        while self.eat(K::Comma) {
            names.push(self.name()?);
        }
        Ok(names)
    }

    fn type_alias(&mut self) -> Parsing<StmtKind> {
        self.require(12)?;
        self.advance();
        let start = self.pos;
        let id = self.name()?;
        let name = Expr::new(ExprKind::Name { id, ctx: ExprContext::Store }, self.location(start)).into();
        let type_params = self.type_params()?;
        self.expect(K::Equal)?;
        let value = self.expression()?.into();
        Ok(StmtKind::TypeAlias { name, type_params, value })
    }

    /// An expression, or the assignment it turns out to be.
    fn expression_stmt(&mut self, start: usize) -> Parsing<StmtKind> {
        let is_yield = self.at(K::Yield);
        let value = self.annotated_rhs()?;
        match self.kind() {
            K::Colon if !is_yield => self.annotated_assignment(start, value),
            K::Equal if !is_yield => self.assignment(value),
            kind => match augmented(kind) {
                Some(op) if !is_yield => self.augmented_assignment(value, op),
                _ => Ok(StmtKind::Expr { value: value.into() }),
            },
        }
    }

    fn annotated_assignment(&mut self, start: usize, mut target: Expr) -> Parsing<StmtKind> {
        self.require(6)?;
        if !is_single_target(&target) {
            return Err(Failure::Invalid);
        }
        let simple = self.tokens[start].kind == K::Name && matches!(target.kind, ExprKind::Name { .. });
        set_context(&mut target, ExprContext::Store)?;
        self.advance();
        let annotation = self.expression()?.into();
        let value = if self.eat(K::Equal) { Some(self.annotated_rhs()?.into()) } else { None };
        Ok(StmtKind::AnnAssign { target: target.into(), annotation, value, simple })
    }

    fn assignment(&mut self, first: Expr) -> Parsing<StmtKind> {
        let mut targets = Vec::with_capacity(1);
        let mut value = first;
        while self.at(K::Equal) {
            set_context(&mut value, ExprContext::Store)?;
            targets.push(value);
            self.advance();
            let is_yield = self.at(K::Yield);
            value = self.annotated_rhs()?;
            if is_yield && self.at(K::Equal) {
                return Err(Failure::Invalid);
            }
        }
        let type_comment = self.type_comment();
        Ok(StmtKind::Assign { targets, value: value.into(), type_comment })
    }

    fn augmented_assignment(&mut self, mut target: Expr, op: Operator) -> Parsing<StmtKind> {
        if op == Operator::MatMult {
            self.require(5)?;
        }
        if !is_single_target(&target) {
            return Err(Failure::Invalid);
        }
        set_context(&mut target, ExprContext::Store)?;
        self.advance();
        let value = self.annotated_rhs()?.into();
        Ok(StmtKind::AugAssign { target: target.into(), op, value })
    }
}

fn augmented(kind: K) -> Option<Operator> {
    Some(match kind {
        K::PlusEqual => Operator::Add,
        K::MinEqual => Operator::Sub,
        K::StarEqual => Operator::Mult,
        K::AtEqual => Operator::MatMult,
        K::SlashEqual => Operator::Div,
        K::PercentEqual => Operator::Mod,
        K::AmperEqual => Operator::BitAnd,
        K::VBarEqual => Operator::BitOr,
        K::CircumflexEqual => Operator::BitXor,
        K::LeftShiftEqual => Operator::LShift,
        K::RightShiftEqual => Operator::RShift,
        K::DoubleStarEqual => Operator::Pow,
        K::DoubleSlashEqual => Operator::FloorDiv,
        _ => return None,
    })
}
