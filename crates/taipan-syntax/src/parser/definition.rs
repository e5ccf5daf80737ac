//! Functions, classes, decorators and type parameters.

use super::{Failure, Parser, Parsing};
use crate::ast::{AstString, ClassDef, ExprBox, FunctionDef, Stmt, StmtKind, TypeParam, TypeParamKind};
use crate::token::TokenKind as K;

impl<'a> Parser<'_, 'a> {
    /// A function or class with its decorators.
    pub(super) fn decorated(&mut self) -> Parsing<Stmt<'a>> {
        let base = self.exprs.len();
        while self.eat(K::At) {
            let decorator = self.named_expression()?;
            self.exprs.push(decorator);
            self.expect(K::Newline)?;
        }
        let decorators = self.exprs_from(base);
        match self.kind() {
            K::Class => self.class_def(decorators),
            K::Def => self.function_def(decorators),
            K::Async if self.kind_at(1) == K::Def => self.function_def(decorators),
            _ => Err(Failure::Invalid),
        }
    }

    pub(super) fn function_def(&mut self, decorator_list: &'a mut [ExprBox<'a>]) -> Parsing<Stmt<'a>> {
        let start = self.pos;
        let is_async = self.eat(K::Async);
        if is_async {
            self.require(5)?;
        }
        self.expect(K::Def)?;
        let name = self.name()?;
        let type_params = self.type_params()?;
        self.expect(K::LPar)?;
        let args = self.parameters(K::RPar)?;
        self.expect(K::RPar)?;
        let returns = if self.eat(K::RArrow) { Some(self.expression()?) } else { None };
        self.expect(K::Colon)?;
        let type_comment = self.func_type_comment();
        let body = self.block()?;
        let def =
            self.arena.alloc(FunctionDef { name, args, body, decorator_list, returns, type_comment, type_params });
        let kind = if is_async { StmtKind::AsyncFunctionDef(def) } else { StmtKind::FunctionDef(def) };
        Ok(self.stmt(kind, start))
    }

    /// A type comment behind the colon, or on a line of its own before the block.
    fn func_type_comment(&mut self) -> Option<AstString<'a>> {
        if self.at(K::Newline)
            && self.kind_at(1) == K::TypeComment
            && self.kind_at(2) == K::Newline
            && self.kind_at(3) == K::Indent
        {
            self.advance();
        }
        self.type_comment()
    }

    pub(super) fn class_def(&mut self, decorator_list: &'a mut [ExprBox<'a>]) -> Parsing<Stmt<'a>> {
        let start = self.pos;
        self.expect(K::Class)?;
        let name = self.name()?;
        let type_params = self.type_params()?;
        let (bases, keywords) = if self.eat(K::LPar) { self.arguments(None)? } else { Default::default() };
        self.expect(K::Colon)?;
        let body = self.block()?;
        let def = self.arena.alloc(ClassDef { name, bases, keywords, body, decorator_list, type_params });
        Ok(self.stmt(StmtKind::ClassDef(def), start))
    }

    /// `[T, ...]`, if it is there.
    pub(super) fn type_params(&mut self) -> Parsing<&'a mut [TypeParam<'a>]> {
        if !self.at(K::LSqb) {
            return Ok(&mut []);
        }
        self.require(12)?;
        self.advance();
        let mut params = vec![self.type_param()?];
        while self.eat(K::Comma) {
            if self.at(K::RSqb) {
                break;
            }
            params.push(self.type_param()?);
        }
        self.expect(K::RSqb)?;
        Ok(self.nodes(params))
    }

    fn type_param(&mut self) -> Parsing<TypeParam<'a>> {
        let start = self.pos;
        let kind = if self.eat(K::Star) {
            let name = self.name()?;
            TypeParamKind::TypeVarTuple { name, default_value: self.type_default(Self::star_expression)? }
        } else if self.eat(K::DoubleStar) {
            let name = self.name()?;
            TypeParamKind::ParamSpec { name, default_value: self.type_default(Self::expression)? }
        } else {
            let name = self.name()?;
            let bound = if self.eat(K::Colon) { Some(self.expression()?) } else { None };
            TypeParamKind::TypeVar { name, bound, default_value: self.type_default(Self::expression)? }
        };
        Ok(TypeParam { kind, location: self.location(start) })
    }

    fn type_default(&mut self, item: fn(&mut Self) -> Parsing<ExprBox<'a>>) -> Parsing<Option<ExprBox<'a>>> {
        if !self.eat(K::Equal) {
            return Ok(None);
        }
        self.require(13)?;
        Ok(Some(item(self)?))
    }
}
