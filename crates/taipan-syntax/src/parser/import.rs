//! The import statements, with the names they bind.

use super::{Failure, Parser, Parsing};
use crate::ast::{Alias, Identifier, StmtKind};
use crate::token::TokenKind as K;

impl<'a> Parser<'_, 'a> {
    pub(super) fn import_name(&mut self) -> Parsing<StmtKind<'a>> {
        self.advance();
        let mut names = Vec::new();
        loop {
            let start = self.pos;
            let name = self.dotted_name()?;
            let asname = self.as_name()?;
            names.push(Alias { name, asname, location: self.location(start) });
            if !self.eat(K::Comma) {
                return Ok(StmtKind::Import { names: self.nodes(names) });
            }
        }
    }

    fn as_name(&mut self) -> Parsing<Option<Identifier<'a>>> {
        if self.eat(K::As) { Ok(Some(self.name()?)) } else { Ok(None) }
    }

    fn dotted_name(&mut self) -> Parsing<Identifier<'a>> {
        let first = self.name()?;
        if !self.at(K::Dot) {
            return Ok(first);
        }
        let mut name = first.to_string();
        while self.eat(K::Dot) {
            name.push('.');
            name.push_str(&self.name()?);
        }
        Ok(self.names.intern(&name))
    }

    pub(super) fn import_from(&mut self) -> Parsing<StmtKind<'a>> {
        self.advance();
        let mut level = 0;
        loop {
            level += match self.kind() {
                K::Dot => 1,
                K::Ellipsis => 3,
                _ => break,
            };
            self.advance();
        }
        let module = if level > 0 && self.at(K::Import) { None } else { Some(self.dotted_name()?) };
        self.expect(K::Import)?;
        let names = self.import_from_targets()?;
        if level == 0 && module.as_deref() == Some("__future__") {
            self.barry_as_flufl |= names.iter().any(|alias| &*alias.name == "barry_as_FLUFL");
        }
        Ok(StmtKind::ImportFrom { module, names, level })
    }

    fn import_from_targets(&mut self) -> Parsing<&'a mut [Alias<'a>]> {
        let start = self.pos;
        if self.eat(K::Star) {
            let name = self.names.intern("*");
            return Ok(self.arena.alloc([Alias { name, asname: None, location: self.location(start) }]));
        }
        let parenthesised = self.eat(K::LPar);
        let mut names = Vec::new();
        loop {
            let start = self.pos;
            let name = self.name()?;
            let asname = self.as_name()?;
            names.push(Alias { name, asname, location: self.location(start) });
            if !self.eat(K::Comma) {
                break;
            }
            if self.at(K::RPar) && parenthesised {
                break;
            }
            if !self.at(K::Name) {
                return Err(Failure::Invalid);
            }
        }
        if parenthesised {
            self.expect(K::RPar)?;
        }
        Ok(self.nodes(names))
    }
}
