//! Simple statements, and the sequence of statements.

use super::target::{is_single_target, set_context};
use super::{Failure, Parser, Parsing};
use crate::ast::{ExprBox, ExprContext, ExprKind, Identifier, Location, Operator, Stmt, StmtKind};
use crate::token::{SoftKeyword, TokenKind as K};

impl<'a> Parser<'_, 'a> {
    /// Statements up to a token of kind `end`.
    pub(super) fn statements(&mut self, end: K) -> Parsing<&'a mut [Stmt<'a>]> {
        let base = self.stmts.len();
        while !self.at(end) {
            self.statement()?;
        }
        Ok(self.stmts_from(base))
    }

    /// The statements of a module, and which of them are notable.
    pub(super) fn module_statements(&mut self) -> Parsing<&'a mut [Stmt<'a>]> {
        let mut notable = Vec::new();
        while !self.at(K::EndMarker) {
            let (first, before) = (self.stmts.len(), self.notable);
            self.statement()?;
            if self.notable != before {
                notable.extend(first..self.stmts.len());
            }
        }
        self.notable_stmts = Some(notable);
        Ok(self.stmts_from(0))
    }

    /// The statements collected since there were `base`.
    pub(super) fn stmts_from(&mut self, base: usize) -> &'a mut [Stmt<'a>] {
        if self.stmts.len() == base + 1
            && let Some(only) = self.stmts.pop()
        {
            return self.arena.alloc([only]);
        }
        self.arena.alloc_slice_fill_iter(self.stmts.drain(base..))
    }

    /// Collects the statements of a line, or a compound one.
    fn statement(&mut self) -> Parsing<()> {
        match self.compound_stmt()? {
            Some(stmt) => self.stmts.push(stmt),
            None => self.simple_stmts()?,
        }
        Ok(())
    }

    /// `statement_newline`: one statement of interactive input.
    pub(super) fn statement_newline(&mut self) -> Parsing<&'a mut [Stmt<'a>]> {
        let base = self.stmts.len();
        if self.at(K::Newline) {
            self.advance();
            let token = &self.tokens[0];
            let (lineno, col_offset) = (token.lineno, super::unsigned(token.col_offset));
            let location = Location { lineno, col_offset, end_lineno: lineno, end_col_offset: col_offset };
            self.stmts.push(Stmt::new(StmtKind::Pass, location));
        } else if let Some(stmt) = self.compound_stmt()? {
            self.stmts.push(stmt);
            self.expect(K::Newline)?;
        } else {
            self.simple_stmts()?;
        }
        Ok(self.stmts_from(base))
    }

    /// Collects the simple statements of a line.
    pub(super) fn simple_stmts(&mut self) -> Parsing<()> {
        loop {
            let stmt = self.simple_stmt()?;
            self.stmts.push(stmt);
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

    fn simple_stmt(&mut self) -> Parsing<Stmt<'a>> {
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
        Ok(self.stmt(kind, start))
    }

    fn word(&mut self, kind: StmtKind<'a>) -> StmtKind<'a> {
        self.advance();
        kind
    }

    fn return_stmt(&mut self) -> Parsing<StmtKind<'a>> {
        self.advance();
        Ok(StmtKind::Return { value: self.optional_star_expressions()? })
    }

    fn raise_stmt(&mut self) -> Parsing<StmtKind<'a>> {
        self.advance();
        if !self.starts_expression() {
            return Ok(StmtKind::Raise { exc: None, cause: None });
        }
        let exc = Some(self.expression()?);
        let cause = if self.eat(K::From) { Some(self.expression()?) } else { None };
        Ok(StmtKind::Raise { exc, cause })
    }

    fn del_stmt(&mut self) -> Parsing<StmtKind<'a>> {
        self.advance();
        let targets = self.del_targets()?;
        if matches!(self.kind(), K::Semi | K::Newline) {
            Ok(StmtKind::Delete { targets })
        } else {
            Err(Failure::Invalid)
        }
    }

    fn assert_stmt(&mut self) -> Parsing<StmtKind<'a>> {
        self.advance();
        let test = self.expression()?;
        let msg = if self.eat(K::Comma) { Some(self.expression()?) } else { None };
        Ok(StmtKind::Assert { test, msg })
    }

    fn name_list(&mut self) -> Parsing<&'a mut [Identifier<'a>]> {
        self.advance();
        let mut names = vec![self.name()?];
        while self.eat(K::Comma) {
            names.push(self.name()?);
        }
        Ok(self.nodes(names))
    }

    fn type_alias(&mut self) -> Parsing<StmtKind<'a>> {
        self.require(12)?;
        self.advance();
        let start = self.pos;
        let id = self.name()?;
        let name = self.expr(ExprKind::Name { id, ctx: ExprContext::Store }, start);
        let type_params = self.type_params()?;
        self.expect(K::Equal)?;
        let value = self.expression()?;
        Ok(StmtKind::TypeAlias { name, type_params, value })
    }

    /// An expression, or the assignment it turns out to be.
    fn expression_stmt(&mut self, start: usize) -> Parsing<StmtKind<'a>> {
        let is_yield = self.at(K::Yield);
        let value = self.annotated_rhs()?;
        match self.kind() {
            K::Colon if !is_yield => self.annotated_assignment(start, value),
            K::Equal if !is_yield => self.assignment(value),
            kind => match augmented(kind) {
                Some(op) if !is_yield => self.augmented_assignment(value, op),
                _ => Ok(StmtKind::Expr { value }),
            },
        }
    }

    fn annotated_assignment(&mut self, start: usize, target: ExprBox<'a>) -> Parsing<StmtKind<'a>> {
        self.require(6)?;
        if !is_single_target(target) {
            return Err(Failure::Invalid);
        }
        let simple = self.tokens[start].kind == K::Name && matches!(target.kind, ExprKind::Name { .. });
        set_context(target, ExprContext::Store)?;
        self.advance();
        let annotation = self.expression()?;
        let value = if self.eat(K::Equal) { Some(self.annotated_rhs()?) } else { None };
        Ok(StmtKind::AnnAssign { target, annotation, value, simple })
    }

    fn assignment(&mut self, first: ExprBox<'a>) -> Parsing<StmtKind<'a>> {
        let base = self.exprs.len();
        let mut value = first;
        while self.at(K::Equal) {
            set_context(value, ExprContext::Store)?;
            self.exprs.push(value);
            self.advance();
            let is_yield = self.at(K::Yield);
            value = self.annotated_rhs()?;
            if is_yield && self.at(K::Equal) {
                return Err(Failure::Invalid);
            }
        }
        let targets = self.exprs_from(base);
        let type_comment = self.type_comment();
        Ok(StmtKind::Assign { targets, value, type_comment })
    }

    fn augmented_assignment(&mut self, target: ExprBox<'a>, op: Operator) -> Parsing<StmtKind<'a>> {
        if op == Operator::MatMult {
            self.require(5)?;
        }
        if !is_single_target(target) {
            return Err(Failure::Invalid);
        }
        set_context(target, ExprContext::Store)?;
        self.advance();
        let value = self.annotated_rhs()?;
        Ok(StmtKind::AugAssign { target, op, value })
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
