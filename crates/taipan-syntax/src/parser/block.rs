//! Compound statements other than definitions, and their blocks.

use super::{Failure, Parser, Parsing};
use crate::ast::{ExceptHandler, Expr, ExprBox, For, Location, MatchCase, Stmt, StmtKind, Try, With, WithItem};
use crate::token::{SoftKeyword, TokenKind as K};

/// How many `elif` one `if` may have.
const MAX_ELIF: usize = 1500;

impl<'a> Parser<'_, 'a> {
    /// A compound statement, if one begins here.
    pub(super) fn compound_stmt(&mut self) -> Parsing<Option<Stmt<'a>>> {
        let parse: fn(&mut Self) -> Parsing<Stmt<'a>> = match self.kind() {
            K::If => Self::if_stmt,
            K::Def => |parser| parser.function_def(&mut []),
            K::Class => |parser| parser.class_def(&mut []),
            K::At => Self::decorated,
            K::For => Self::for_stmt,
            K::With => Self::with_stmt,
            K::While => Self::while_stmt,
            K::Try => Self::try_stmt,
            K::Async => match self.kind_at(1) {
                K::Def => |parser| parser.function_def(&mut []),
                K::For => Self::for_stmt,
                K::With => Self::with_stmt,
                _ => return Err(Failure::Invalid),
            },
            K::Name if self.at_soft_keyword(SoftKeyword::Match) => return self.match_stmt(),
            _ => return Ok(None),
        };
        self.enter()?;
        let stmt = parse(self)?;
        self.leave();
        Ok(Some(stmt))
    }

    /// `block`: indented statements, or simple ones on the same line.
    pub(super) fn block(&mut self) -> Parsing<&'a mut [Stmt<'a>]> {
        if !self.at(K::Newline) {
            let base = self.stmts.len();
            self.simple_stmts()?;
            return Ok(self.stmts_from(base));
        }
        self.advance();
        self.expect(K::Indent)?;
        let body = self.statements(K::Dedent)?;
        self.advance();
        if body.is_empty() { Err(Failure::Invalid) } else { Ok(body) }
    }

    fn if_stmt(&mut self) -> Parsing<Stmt<'a>> {
        let start = self.pos;
        self.advance();
        let test = self.named_expression()?;
        self.expect(K::Colon)?;
        let body = self.block()?;
        if !self.at(K::Elif) {
            let orelse = self.else_block()?;
            return Ok(self.stmt(StmtKind::If { test, body, orelse }, start));
        }
        let mut clauses = vec![(start, test, body)];
        while self.at(K::Elif) {
            let start = self.pos;
            self.advance();
            let test = self.named_expression()?;
            self.expect(K::Colon)?;
            clauses.push((start, test, self.block()?));
            // Each nests in the one before it.
            if clauses.len() > MAX_ELIF {
                return Err(Failure::TooDeep);
            }
        }
        let mut orelse = self.else_block()?;
        let mut result = None;
        while let Some((start, test, body)) = clauses.pop() {
            let kind = StmtKind::If { test, body, orelse };
            let stmt = self.stmt(kind, start);
            if clauses.is_empty() {
                result = Some(stmt);
                break;
            }
            orelse = self.arena.alloc([stmt]);
        }
        result.ok_or(Failure::Invalid)
    }

    fn else_block(&mut self) -> Parsing<&'a mut [Stmt<'a>]> {
        if !self.eat(K::Else) {
            return Ok(&mut []);
        }
        self.expect(K::Colon)?;
        self.block()
    }

    fn while_stmt(&mut self) -> Parsing<Stmt<'a>> {
        let start = self.pos;
        self.advance();
        let test = self.named_expression()?;
        self.expect(K::Colon)?;
        let body = self.block()?;
        let orelse = self.else_block()?;
        Ok(self.stmt(StmtKind::While { test, body, orelse }, start))
    }

    fn for_stmt(&mut self) -> Parsing<Stmt<'a>> {
        let start = self.pos;
        let is_async = self.eat(K::Async);
        if is_async {
            self.require(5)?;
        }
        self.advance();
        let target = self.star_targets()?;
        self.expect(K::In)?;
        let iter = self.star_expressions()?;
        self.expect(K::Colon)?;
        let type_comment = self.type_comment();
        let body = self.block()?;
        let orelse = self.else_block()?;
        let parts = self.arena.alloc(For { target, iter, body, orelse, type_comment });
        let kind = if is_async { StmtKind::AsyncFor(parts) } else { StmtKind::For(parts) };
        Ok(self.stmt(kind, start))
    }

    fn with_stmt(&mut self) -> Parsing<Stmt<'a>> {
        let start = self.pos;
        let is_async = self.eat(K::Async);
        if is_async {
            self.require(5)?;
        }
        self.advance();
        let items = match self.parenthesised_with_items()? {
            Some(items) => items,
            None => self.with_items(K::Colon)?,
        };
        self.expect(K::Colon)?;
        let type_comment = self.type_comment();
        let body = self.block()?;
        let parts = self.arena.alloc(With { items, body, type_comment });
        let kind = if is_async { StmtKind::AsyncWith(parts) } else { StmtKind::With(parts) };
        Ok(self.stmt(kind, start))
    }

    /// Items in parentheses, unless the parenthesis belongs to an expression.
    fn parenthesised_with_items(&mut self) -> Parsing<Option<&'a mut [WithItem<'a>]>> {
        if !self.at(K::LPar) {
            return Ok(None);
        }
        let mark = self.mark();
        self.advance();
        match self.with_items(K::RPar) {
            Ok(items) if self.at(K::RPar) && self.kind_at(1) == K::Colon => {
                self.advance();
                Ok(Some(items))
            }
            Err(Failure::TooDeep) => Err(Failure::TooDeep),
            _ => {
                self.reset(mark);
                Ok(None)
            }
        }
    }

    /// Items up to (not with) `close`; a closing parenthesis may follow a comma.
    fn with_items(&mut self, close: K) -> Parsing<&'a mut [WithItem<'a>]> {
        let mut items = Vec::new();
        loop {
            let context_expr = self.expression()?;
            let mut optional_vars = None;
            if self.eat(K::As) {
                optional_vars = Some(self.star_target()?);
                if !matches!(self.kind(), K::Comma | K::RPar | K::Colon) {
                    return Err(Failure::Invalid);
                }
            }
            items.push(WithItem { context_expr, optional_vars });
            if !self.eat(K::Comma) || (close == K::RPar && self.at(K::RPar)) {
                return Ok(self.nodes(items));
            }
        }
    }

    fn try_stmt(&mut self) -> Parsing<Stmt<'a>> {
        let start = self.pos;
        self.advance();
        self.expect(K::Colon)?;
        let body = self.block()?;
        let star = self.at(K::Except) && self.kind_at(1) == K::Star;
        if star {
            self.require(11)?;
        }
        let mut handlers = Vec::new();
        while self.at(K::Except) {
            handlers.push(self.except_block(star)?);
        }
        let orelse = if handlers.is_empty() { &mut [] } else { self.else_block()? };
        let mut finalbody: &mut [Stmt<'a>] = &mut [];
        if self.eat(K::Finally) {
            self.notable += 1;
            self.expect(K::Colon)?;
            finalbody = self.block()?;
        }
        if handlers.is_empty() && finalbody.is_empty() {
            return Err(Failure::Invalid);
        }
        let handlers = self.nodes(handlers);
        let parts = self.arena.alloc(Try { body, handlers, orelse, finalbody });
        let kind = if star { StmtKind::TryStar(parts) } else { StmtKind::Try(parts) };
        Ok(self.stmt(kind, start))
    }

    fn except_block(&mut self, star: bool) -> Parsing<ExceptHandler<'a>> {
        let start = self.pos;
        self.advance();
        if self.eat(K::Star) != star {
            return Err(Failure::Invalid);
        }
        let (mut type_, mut name) = (None, None);
        if star || !self.at(K::Colon) {
            let first = self.pos;
            let types = self.expressions()?;
            let bare_tuple = self.is_bare_tuple(first, types);
            if bare_tuple {
                self.require(14)?;
            }
            type_ = Some(types);
            if self.eat(K::As) {
                if bare_tuple {
                    return Err(Failure::Invalid);
                }
                name = Some(self.name()?);
            }
        }
        self.expect(K::Colon)?;
        let body = self.block()?;
        Ok(ExceptHandler { type_, name, body, location: self.location(start) })
    }

    /// Whether `expr`, whose first token is at index `first`, is a tuple without parentheses.
    fn is_bare_tuple(&self, first: usize, expr: &Expr) -> bool {
        let crate::ast::ExprKind::Tuple { elts, .. } = &expr.kind else { return false };
        let start = |location: Location| (location.lineno, location.col_offset);
        match elts.first() {
            Some(elt) => start(elt.location) == start(expr.location) || self.tokens[first].kind != K::LPar,
            None => false,
        }
    }

    /// `match` as a statement; `None` where it is a name.
    fn match_stmt(&mut self) -> Parsing<Option<Stmt<'a>>> {
        let mark = self.mark();
        let start = self.pos;
        match self.match_head() {
            Ok(subject) => {
                self.require(10)?;
                self.notable += 1;
                self.enter()?;
                let mut cases = vec![self.case_block()?];
                while !self.at(K::Dedent) {
                    cases.push(self.case_block()?);
                }
                self.advance();
                self.leave();
                let cases = self.nodes(cases);
                Ok(Some(self.stmt(StmtKind::Match { subject, cases }, start)))
            }
            Err(Failure::TooDeep) => Err(Failure::TooDeep),
            Err(Failure::Invalid) => {
                self.reset(mark);
                Ok(None)
            }
        }
    }

    fn match_head(&mut self) -> Parsing<ExprBox<'a>> {
        self.advance();
        let subject = self.subject_expr()?;
        self.expect(K::Colon)?;
        self.expect(K::Newline)?;
        self.expect(K::Indent)?;
        if self.at_soft_keyword(SoftKeyword::Case) { Ok(subject) } else { Err(Failure::Invalid) }
    }

    fn subject_expr(&mut self) -> Parsing<ExprBox<'a>> {
        let start = self.pos;
        let first = self.star_named_expression()?;
        if !self.at(K::Comma) {
            let starred = matches!(first.kind, crate::ast::ExprKind::Starred { .. });
            return if starred { Err(Failure::Invalid) } else { Ok(first) };
        }
        let base = self.exprs.len();
        self.exprs.push(first);
        while self.eat(K::Comma) {
            if !self.starts_expression() {
                break;
            }
            let elt = self.star_named_expression()?;
            self.exprs.push(elt);
        }
        let elts = self.exprs_from(base);
        let ctx = crate::ast::ExprContext::Load;
        Ok(self.expr(crate::ast::ExprKind::Tuple { elts, ctx }, start))
    }

    fn case_block(&mut self) -> Parsing<MatchCase<'a>> {
        if !self.at_soft_keyword(SoftKeyword::Case) {
            return Err(Failure::Invalid);
        }
        self.advance();
        let pattern = self.patterns()?;
        let guard = if self.eat(K::If) { Some(self.named_expression()?) } else { None };
        self.expect(K::Colon)?;
        let body = self.block()?;
        Ok(MatchCase { pattern, guard, body })
    }
}
