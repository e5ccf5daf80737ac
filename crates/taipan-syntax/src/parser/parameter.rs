//! The parameters of functions and lambdas.

use super::{Failure, Parser, Parsing};
use crate::ast::{Arg, Arguments, ExprBox};
use crate::token::TokenKind as K;

/// How far a parameter list has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Positional,
    KeywordOnly,
    /// Behind `**kwargs`.
    End,
}

/// Parameters under way: those with a name of their own lie on [`Parser::args`].
struct List<'a> {
    /// Where the first parameter lies, and the first default on [`Parser::exprs`].
    base: usize,
    defaults: usize,
    posonly: usize,
    kwonly: Option<usize>,
    vararg: Option<&'a mut Arg<'a>>,
    kw_defaults: Vec<Option<ExprBox<'a>>>,
    kwarg: Option<&'a mut Arg<'a>>,
}

impl<'a> Parser<'_, 'a> {
    /// Parameters up to (not with) the token `close`: `)` for functions, `:` for lambdas, which know no annotations.
    pub(super) fn parameters(&mut self, close: K) -> Parsing<Arguments<'a>> {
        if self.at(close) {
            return Ok(Arguments::default());
        }
        let annotated = close == K::RPar;
        let base = self.args.len();
        let mut list = List {
            base,
            defaults: self.exprs.len(),
            posonly: base,
            kwonly: None,
            vararg: None,
            kw_defaults: Vec::new(),
            kwarg: None,
        };
        let mut part = Part::Positional;
        let mut slash = false;
        while !self.at(close) {
            match (self.kind(), part) {
                (_, Part::End) => return Err(Failure::Invalid),
                (K::Slash, Part::Positional) if !slash && self.args.len() > base => {
                    self.require(8)?;
                    self.advance();
                    slash = true;
                    list.posonly = self.args.len();
                    self.comma(close)?;
                }
                (K::Star, Part::Positional) => {
                    part = Part::KeywordOnly;
                    list.kwonly = Some(self.args.len());
                    self.star(&mut list, close, annotated)?;
                }
                (K::DoubleStar, _) => {
                    part = Part::End;
                    self.advance();
                    let arg = self.parameter(annotated, false)?;
                    let arg = self.finish(arg, close)?;
                    list.kwarg = Some(self.arena.alloc(arg));
                }
                (K::Name, _) => self.named(&mut list, part, close, annotated)?,
                _ => return Err(Failure::Invalid),
            }
        }
        let kwonly = list.kwonly.unwrap_or(self.args.len());
        let kwonlyargs = self.args_from(kwonly);
        let args = self.args_from(list.posonly);
        let posonlyargs = self.args_from(list.base);
        let (kw_defaults, defaults) = (self.nodes(list.kw_defaults), self.exprs_from(list.defaults));
        let (vararg, kwarg) = (list.vararg, list.kwarg);
        Ok(Arguments { posonlyargs, args, vararg, kwonlyargs, kw_defaults, kwarg, defaults })
    }

    /// The parameters collected since there were `base`.
    fn args_from(&mut self, base: usize) -> &'a mut [Arg<'a>] {
        if self.args.len() == base {
            return &mut [];
        }
        self.arena.alloc_slice_fill_iter(self.args.drain(base..))
    }

    /// A comma, which only the last parameter may do without.
    fn comma(&mut self, close: K) -> Parsing<()> {
        if self.eat(K::Comma) || self.at(close) { Ok(()) } else { Err(Failure::Invalid) }
    }

    /// A parameter's comma and type comment.
    fn finish(&mut self, mut arg: Arg<'a>, close: K) -> Parsing<Arg<'a>> {
        let comma = self.eat(K::Comma);
        if close == K::RPar {
            arg.type_comment = self.type_comment();
        }
        if comma || self.at(close) { Ok(arg) } else { Err(Failure::Invalid) }
    }

    fn star(&mut self, list: &mut List<'a>, close: K, annotated: bool) -> Parsing<()> {
        self.advance();
        if self.eat(K::Comma) {
            return if self.at(K::Name) { Ok(()) } else { Err(Failure::Invalid) };
        }
        let arg = self.parameter(annotated, true)?;
        let arg = self.finish(arg, close)?;
        list.vararg = Some(self.arena.alloc(arg));
        Ok(())
    }

    fn named(&mut self, list: &mut List<'a>, part: Part, close: K, annotated: bool) -> Parsing<()> {
        let arg = self.parameter(annotated, false)?;
        let default = self.default()?;
        let arg = self.finish(arg, close)?;
        if part == Part::KeywordOnly {
            self.args.push(arg);
            list.kw_defaults.push(default);
            return Ok(());
        }
        match default {
            Some(default) => self.exprs.push(default),
            None if self.exprs.len() > list.defaults => return Err(Failure::Invalid),
            None => {}
        }
        self.args.push(arg);
        Ok(())
    }

    fn default(&mut self) -> Parsing<Option<ExprBox<'a>>> {
        if self.eat(K::Equal) { Ok(Some(self.expression()?)) } else { Ok(None) }
    }

    fn parameter(&mut self, annotated: bool, star: bool) -> Parsing<Arg<'a>> {
        let start = self.pos;
        let arg = self.name()?;
        let annotation = if annotated && self.eat(K::Colon) {
            Some(if star { self.star_expression()? } else { self.expression()? })
        } else {
            None
        };
        Ok(Arg { arg, annotation, type_comment: None, location: self.location(start) })
    }
}
