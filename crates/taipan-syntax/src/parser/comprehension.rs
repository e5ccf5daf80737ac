//! The clauses of comprehensions.

use super::{Parser, Parsing};
use crate::ast::Comprehension;
use crate::token::TokenKind as K;

impl<'a> Parser<'_, 'a> {
    /// One `for` clause or more.
    pub(super) fn for_if_clauses(&mut self) -> Parsing<&'a mut [Comprehension<'a>]> {
        let mut clauses = vec![self.for_if_clause()?];
        while self.at(K::For) || (self.at(K::Async) && self.kind_at(1) == K::For) {
            clauses.push(self.for_if_clause()?);
        }
        Ok(self.nodes(clauses))
    }

    fn for_if_clause(&mut self) -> Parsing<Comprehension<'a>> {
        let is_async = self.eat(K::Async);
        if is_async {
            self.require(6)?;
        }
        self.expect(K::For)?;
        let target = self.star_targets()?;
        self.expect(K::In)?;
        let iter = self.disjunction()?;
        let base = self.exprs.len();
        while self.eat(K::If) {
            let test = self.disjunction()?;
            self.exprs.push(test);
        }
        let ifs = self.exprs_from(base);
        Ok(Comprehension { target, iter, ifs, is_async: i32::from(is_async) })
    }
}
