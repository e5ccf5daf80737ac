//! The parameters of functions and lambdas.

use super::{Failure, Parser, Parsing};
use crate::ast::{Arg, Arguments, Expr};
use crate::token::TokenKind as K;

/// How far a parameter list has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Positional,
    KeywordOnly,
    /// Behind `**kwargs`.
    End,
}

impl Parser<'_> {
    /// Parameters up to (not with) the token `close`: `)` for functions, `:` for lambdas, which know no annotations.
    pub(super) fn parameters(&mut self, close: K) -> Parsing<Arguments> {
        let annotated = close == K::RPar;
        let mut arguments = Arguments::default();
        let mut part = Part::Positional;
        let mut slash = false;
        while !self.at(close) {
            match (self.kind(), part) {
                (_, Part::End) => return Err(Failure::Invalid),
                (K::Slash, Part::Positional) if !slash && !arguments.args.is_empty() => {
                    self.require(8)?;
                    self.advance();
                    slash = true;
                    arguments.posonlyargs = std::mem::take(&mut arguments.args);
                    self.comma(close)?;
                }
                (K::Star, Part::Positional) => {
                    part = Part::KeywordOnly;
                    self.star(&mut arguments, close, annotated)?;
                }
                (K::DoubleStar, _) => {
                    part = Part::End;
                    self.advance();
                    let arg = self.parameter(annotated, false)?;
                    arguments.kwarg = Some(Box::new(self.finish(arg, close)?));
                }
                (K::Name, _) => self.named(&mut arguments, part, close, annotated)?,
                _ => return Err(Failure::Invalid),
            }
        }
        Ok(arguments)
    }

    /// A comma, which only the last parameter may do without.
    fn comma(&mut self, close: K) -> Parsing<()> {
        if self.eat(K::Comma) || self.at(close) { Ok(()) } else { Err(Failure::Invalid) }
    }

    /// A parameter's comma and type comment.
    fn finish(&mut self, mut arg: Arg, close: K) -> Parsing<Arg> {
        let comma = self.eat(K::Comma);
        if close == K::RPar {
            arg.type_comment = self.type_comment();
        }
        if comma || self.at(close) { Ok(arg) } else { Err(Failure::Invalid) }
    }

    fn star(&mut self, arguments: &mut Arguments, close: K, annotated: bool) -> Parsing<()> {
        self.advance();
        if self.eat(K::Comma) {
            return if self.at(K::Name) { Ok(()) } else { Err(Failure::Invalid) };
        }
        let arg = self.parameter(annotated, true)?;
        arguments.vararg = Some(Box::new(self.finish(arg, close)?));
        Ok(())
    }

    fn named(&mut self, arguments: &mut Arguments, part: Part, close: K, annotated: bool) -> Parsing<()> {
        let arg = self.parameter(annotated, false)?;
        let default = self.default()?;
        let arg = self.finish(arg, close)?;
        if part == Part::KeywordOnly {
            arguments.kwonlyargs.push(arg);
            arguments.kw_defaults.push(default);
            return Ok(());
        }
        match default {
            Some(default) => arguments.defaults.push(default),
            None if !arguments.defaults.is_empty() => return Err(Failure::Invalid),
            None => {}
        }
        arguments.args.push(arg);
        Ok(())
    }

    fn default(&mut self) -> Parsing<Option<Expr>> {
        if self.eat(K::Equal) { Ok(Some(self.expression()?)) } else { Ok(None) }
    }

    fn parameter(&mut self, annotated: bool, star: bool) -> Parsing<Arg> {
        let start = self.pos;
        let arg = self.name()?;
        let annotation = if annotated && self.eat(K::Colon) {
            Some(if star { self.star_expression()? } else { self.expression()? }.into())
        } else {
            None
        };
        Ok(Arg { arg, annotation, type_comment: None, location: self.location(start) })
    }
}
