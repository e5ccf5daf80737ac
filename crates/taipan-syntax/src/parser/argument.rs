//! Calls and their arguments.

use super::{Failure, Parser, Parsing};
use crate::ast::{ExprBox, ExprKind, Keyword};
use crate::token::TokenKind as K;

impl<'a> Parser<'_, 'a> {
    /// `func`, which began at the token `start`, and the parenthesised arguments that follow.
    pub(super) fn call(&mut self, start: usize, func: ExprBox<'a>) -> Parsing<ExprBox<'a>> {
        let open = self.pos;
        self.expect(K::LPar)?;
        let (args, keywords) = self.arguments(Some(open))?;
        Ok(self.expr(ExprKind::Call { func, args, keywords }, start))
    }

    /// The arguments up to and with the closing parenthesis. With the index of the opening one, a generator
    /// expression may stand for all of them.
    pub(super) fn arguments(&mut self, open: Option<usize>) -> Parsing<(&'a mut [ExprBox<'a>], &'a mut [Keyword<'a>])> {
        let (args, keywords) = (self.exprs.len(), self.keywords.len());
        let mut unpacked = false;
        while !self.at(K::RPar) {
            match self.kind() {
                K::Star if !unpacked => {
                    let arg = self.starred(Self::expression)?;
                    self.exprs.push(arg);
                }
                K::DoubleStar => {
                    unpacked = true;
                    let keyword = self.keyword_unpacking()?;
                    self.keywords.push(keyword);
                }
                K::Name if self.kind_at(1) == K::Equal => {
                    let keyword = self.keyword()?;
                    self.keywords.push(keyword);
                }
                _ if self.keywords.len() > keywords || self.at(K::Star) => return Err(Failure::Invalid),
                _ => {
                    let arg = self.named_expression()?;
                    if let Some(open) = open
                        && matches!(self.kind(), K::For | K::Async)
                        && self.exprs.len() == args
                    {
                        let generator = self.generator(open, arg)?;
                        return Ok((self.arena.alloc([generator]), &mut []));
                    }
                    self.exprs.push(arg);
                }
            }
            if !self.at(K::RPar) {
                self.expect(K::Comma)?;
            }
        }
        self.expect(K::RPar)?;
        let args = self.exprs_from(args);
        if self.keywords.len() == keywords {
            return Ok((args, &mut []));
        }
        Ok((args, self.arena.alloc_slice_fill_iter(self.keywords.drain(keywords..))))
    }

    fn keyword(&mut self) -> Parsing<Keyword<'a>> {
        let start = self.pos;
        let arg = Some(self.name()?);
        self.expect(K::Equal)?;
        let value = self.expression()?;
        Ok(Keyword { arg, value, location: self.location(start) })
    }

    fn keyword_unpacking(&mut self) -> Parsing<Keyword<'a>> {
        let start = self.pos;
        self.expect(K::DoubleStar)?;
        let value = self.expression()?;
        Ok(Keyword { arg: None, value, location: self.location(start) })
    }
}
