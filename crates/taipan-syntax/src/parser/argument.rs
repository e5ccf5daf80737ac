//! Calls and their arguments.

use super::{Failure, Parser, Parsing};
use crate::ast::{Expr, ExprKind, Keyword};
use crate::token::TokenKind as K;

impl Parser<'_> {
    /// `func`, which began at the token `start`, and the parenthesised arguments that follow.
    pub(super) fn call(&mut self, start: usize, func: Expr) -> Parsing<Expr> {
        let open = self.pos;
        self.expect(K::LPar)?;
        let (args, keywords) = self.arguments(Some(open))?;
        Ok(Expr::new(ExprKind::Call { func: func.into(), args, keywords }, self.location(start)))
    }

    /// The arguments up to and with the closing parenthesis. With the index of the opening one, a generator
    /// expression may stand for all of them.
    pub(super) fn arguments(&mut self, open: Option<usize>) -> Parsing<(Vec<Expr>, Vec<Keyword>)> {
        let (mut args, mut keywords) = (Vec::new(), Vec::new());
        let mut unpacked = false;
        while !self.at(K::RPar) {
            match self.kind() {
                K::Star if !unpacked => args.push(self.starred(Self::expression)?),
                K::DoubleStar => {
                    unpacked = true;
                    keywords.push(self.keyword_unpacking()?);
                }
                K::Name if self.kind_at(1) == K::Equal => {
                    let keyword = self.keyword()?;
                    if keywords.capacity() == 0 {
                        keywords.reserve_exact(1);
                    }
                    keywords.push(keyword);
                }
                _ if !keywords.is_empty() || self.at(K::Star) => return Err(Failure::Invalid),
                _ => {
                    let arg = self.named_expression()?;
                    if args.capacity() == 0 {
                        // Most calls have one argument.
                        args.reserve_exact(1);
                    }
                    if let Some(open) = open.filter(|_| args.is_empty() && matches!(self.kind(), K::For | K::Async)) {
                        args.push(self.generator(open, arg)?);
                        return Ok((args, keywords));
                    }
                    args.push(arg);
                }
            }
            if !self.at(K::RPar) {
                self.expect(K::Comma)?;
            }
        }
        self.expect(K::RPar)?;
        Ok((args, keywords))
    }

    fn keyword(&mut self) -> Parsing<Keyword> {
        let start = self.pos;
        let arg = Some(self.name()?);
        self.expect(K::Equal)?;
        let value = self.expression()?;
        Ok(Keyword { arg, value, location: self.location(start) })
    }

    fn keyword_unpacking(&mut self) -> Parsing<Keyword> {
        let start = self.pos;
        self.expect(K::DoubleStar)?;
        let value = self.expression()?;
        Ok(Keyword { arg: None, value, location: self.location(start) })
    }
}
