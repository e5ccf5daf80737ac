//! The declarations of entities, attributes, elements and notations in a subset.
//!
//! Each is parsed from its own text, in which parameter entities have been replaced.

use std::rc::Rc;

use crate::parser::{Attribute, Entity, Parser};
use crate::scan::{self, Scan, Stop, invalid};
use crate::{Code, Event, External, Model, chars};

/// A declaration being read, from behind its keyword to its end.
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl<'t> Cursor<'t> {
    /// Skips white space; whether there was any.
    pub(super) fn space(&mut self) -> bool {
        let before = self.at;
        self.at = scan::spaces(self.text, self.at);
        self.at > before
    }

    pub(super) fn need_space(&mut self) -> Scan<()> {
        if self.space() { Ok(()) } else { self.wrong() }
    }

    pub(super) fn wrong<T>(&self) -> Scan<T> {
        match self.text[self.at..].chars().next() {
            Some(c) if chars::is_name(c) || matches!(c, '#' | '"' | '\'' | '>' | '(' | ')' | '|' | '%' | '[') => {
                Err(Stop::Error(Code::Syntax, self.at))
            }
            _ => invalid(self.at),
        }
    }

    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(b'>')
    }

    pub(super) fn eat(&mut self, word: &str) -> bool {
        let found = self.text[self.at..].starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    pub(super) fn name(&mut self) -> Scan<&'t str> {
        let start = self.at;
        let end = match scan::name(self.text, start) {
            Ok(end) => end,
            // The declaration's own end ends the name.
            Err(Stop::More) if start < self.text.len() => self.text.len(),
            Err(_) => return self.wrong(),
        };
        self.at = end;
        Ok(&self.text[start..end])
    }

    fn name_token(&mut self) -> Scan<&'t str> {
        let start = self.at;
        let end = match scan::name_rest(self.text, start) {
            Ok(end) => end,
            Err(_) => self.text.len(),
        };
        if end == start {
            return self.wrong();
        }
        self.at = end;
        Ok(&self.text[start..end])
    }

    fn literal(&mut self) -> Scan<&'t str> {
        match scan::literal(self.text, self.at) {
            Ok((value, end)) => {
                self.at = end;
                Ok(value)
            }
            Err(_) => self.wrong(),
        }
    }

    /// `SYSTEM "..."` or `PUBLIC "..." "..."`, if it comes next.
    pub(super) fn external(&mut self, system_needed: bool) -> Scan<Option<External>> {
        if self.eat("SYSTEM") {
            self.need_space()?;
            let system = Some(self.literal()?.to_owned());
            return Ok(Some(External { system, public: None }));
        }
        if !self.eat("PUBLIC") {
            return Ok(None);
        }
        self.need_space()?;
        let start = self.at;
        let public = self.literal()?;
        if !public.bytes().all(chars::is_public_id) {
            return Err(Stop::Error(Code::PublicId, start));
        }
        let public = Some(public.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
        let spaced = self.space();
        if spaced && matches!(self.peek(), b'"' | b'\'') {
            let system = Some(self.literal()?.to_owned());
            return Ok(Some(External { system, public }));
        }
        if system_needed { self.wrong() } else { Ok(Some(External { system: None, public })) }
    }

    fn quantifier(&mut self) -> i32 {
        let quantifier = match self.peek() {
            b'?' => 1,
            b'*' => 2,
            b'+' => 3,
            _ => return 0,
        };
        self.at += 1;
        quantifier
    }
}

impl Parser {
    pub(super) fn entity_declaration(&mut self, cursor: &mut Cursor<'_>, outside: bool) -> Scan<Vec<Event>> {
        cursor.need_space()?;
        let is_parameter = cursor.eat("%");
        if is_parameter {
            cursor.need_space()?;
        }
        let name = cursor.name()?.to_owned();
        cursor.need_space()?;
        let (mut value, mut notation) = (None, None);
        let mut external = External::default();
        if matches!(cursor.peek(), b'"' | b'\'') {
            let start = cursor.at;
            let written = cursor.literal()?;
            value = Some(self.entity_value(written, outside).map_err(|code| Stop::Error(code, start))?);
        } else {
            external = match cursor.external(true)? {
                Some(external) => external,
                None => return cursor.wrong(),
            };
            if cursor.space() && !is_parameter && cursor.eat("NDATA") {
                cursor.need_space()?;
                notation = Some(cursor.name()?.to_owned());
            }
        }
        let size = 128 + name.len() + value.as_ref().map_or(0, |value| 2 * value.len());
        self.count_allocation(size).map_err(|code| Stop::Error(code, cursor.at))?;
        let entity =
            Entity { value: value.as_deref().map(Rc::from), external: external.clone(), notation: notation.clone() };
        let mut dtd = self.dtd.borrow_mut();
        // What follows a parameter entity that was not read is not known for sure.
        let keep = !dtd.incomplete || dtd.standalone || self.settings.parameter_entities != 0;
        let table = if is_parameter { &mut dtd.parameters } else { &mut dtd.entities };
        let fresh = !table.contains_key(&name);
        if fresh && keep && super::super::content::predefined(&name).is_none() {
            table.insert(name.clone(), entity);
        }
        if !fresh {
            return Ok(Vec::new());
        }
        Ok(vec![Event::EntityDecl { name, is_parameter, value, external, notation }])
    }

    /// The value of an entity: character references replaced, parameter entities too where they may be.
    fn entity_value(&mut self, written: &str, outside: bool) -> Result<String, Code> {
        let mut value = String::with_capacity(written.len());
        let mut at = 0;
        while let Some(c) = written[at..].chars().next() {
            match c {
                '%' if !outside => return Err(Code::ParamEntityRef),
                '\r' => {
                    value.push('\n');
                    at += usize::from(written[at + 1..].starts_with('\n'));
                }
                '&' => {
                    let (reference, end) = scan::reference(written, at).map_err(|stop| match stop {
                        Stop::Error(code, _) => code,
                        Stop::More => Code::InvalidToken,
                    })?;
                    match reference {
                        scan::Reference::Char(c) => value.push(c),
                        scan::Reference::Entity(_) => value.push_str(&written[at..end]),
                    }
                    at = end;
                    continue;
                }
                c => value.push(c),
            }
            at += c.len_utf8();
        }
        Ok(value)
    }

    pub(super) fn attlist_declaration(&mut self, cursor: &mut Cursor<'_>) -> Scan<Vec<Event>> {
        cursor.need_space()?;
        let element = cursor.name()?.to_owned();
        let mut events = Vec::new();
        loop {
            let spaced = cursor.space();
            if cursor.at >= cursor.text.len() {
                return Ok(events);
            }
            if !spaced {
                return cursor.wrong();
            }
            let attribute = cursor.name()?.to_owned();
            cursor.need_space()?;
            let kind = attribute_type(cursor)?;
            cursor.need_space()?;
            let (mut default, mut required, mut wanted) = (None, false, true);
            if cursor.eat("#REQUIRED") {
                (required, wanted) = (true, false);
            } else if cursor.eat("#IMPLIED") {
                wanted = false;
            } else if cursor.eat("#FIXED") {
                required = true;
                cursor.need_space()?;
            }
            let is_cdata = kind == "CDATA";
            if wanted {
                let start = cursor.at;
                let written = cursor.literal()?;
                let value = self.attribute_value(written, is_cdata);
                default = Some(value.map_err(|code| Stop::Error(code, start))?);
            }
            let mut dtd = self.dtd.borrow_mut();
            let keep = !dtd.incomplete || dtd.standalone || self.settings.parameter_entities != 0;
            let known = dtd.attributes.entry(element.clone()).or_default();
            if keep && !known.iter().any(|known| known.name == attribute) {
                known.push(Attribute { name: attribute.clone(), is_cdata, default: default.clone() });
            }
            events.push(Event::AttlistDecl { element: element.clone(), attribute, kind, default, required });
        }
    }
}

/// The offset of the `>` (or, of a document type, `[`) that ends a declaration, outside of literals.
pub(super) fn end_of_declaration(text: &str, from: usize, is_doctype: bool) -> Scan<usize> {
    let mut at = from;
    loop {
        let c = scan::char_at(text, at)?;
        match c {
            '"' | '\'' => at = scan::literal(text, at)?.1,
            '>' => return Ok(at),
            '[' if is_doctype => return Ok(at),
            '<' => return invalid(at),
            c if !chars::is_char(c) => return invalid(at),
            c => at += c.len_utf8(),
        }
    }
}

pub(super) fn notation_declaration(cursor: &mut Cursor<'_>) -> Scan<Event> {
    cursor.need_space()?;
    let name = cursor.name()?.to_owned();
    cursor.need_space()?;
    match cursor.external(false)? {
        Some(external) => Ok(Event::NotationDecl { name, external }),
        None => cursor.wrong(),
    }
}

/// The type of an attribute in expat's form: choices without blanks.
fn attribute_type(cursor: &mut Cursor<'_>) -> Scan<String> {
    for kind in ["CDATA", "IDREFS", "IDREF", "ID", "ENTITIES", "ENTITY", "NMTOKENS", "NMTOKEN"] {
        if cursor.eat(kind) {
            return Ok(kind.to_owned());
        }
    }
    let mut text = String::new();
    if cursor.eat("NOTATION") {
        cursor.need_space()?;
        text.push_str("NOTATION");
    }
    if !cursor.eat("(") {
        return cursor.wrong();
    }
    text.push('(');
    loop {
        cursor.space();
        text.push_str(cursor.name_token()?);
        cursor.space();
        if cursor.eat("|") {
            text.push('|');
        } else if cursor.eat(")") {
            text.push(')');
            return Ok(text);
        } else {
            return cursor.wrong();
        }
    }
}

pub(super) fn element_declaration(cursor: &mut Cursor<'_>) -> Scan<Event> {
    cursor.need_space()?;
    let name = cursor.name()?.to_owned();
    cursor.need_space()?;
    let mut model = Model::default();
    if cursor.eat("EMPTY") {
        model.add(1, None);
    } else if cursor.eat("ANY") {
        model.add(2, None);
    } else if cursor.eat("(") {
        cursor.space();
        if cursor.eat("#PCDATA") { mixed(cursor, &mut model)? } else { group(cursor, &mut model)? }
    } else {
        return cursor.wrong();
    }
    Ok(Event::ElementDecl { name, model })
}

fn mixed(cursor: &mut Cursor<'_>, model: &mut Model) -> Scan<()> {
    let root = model.add(3, None);
    loop {
        cursor.space();
        if cursor.eat(")") {
            let starred = cursor.eat("*");
            if !starred && !model.nodes[root].children.is_empty() {
                return cursor.wrong();
            }
            model.nodes[root].quantifier = if starred { 2 } else { 0 };
            return Ok(());
        }
        if !cursor.eat("|") {
            return cursor.wrong();
        }
        cursor.space();
        let name = cursor.name()?.to_owned();
        let child = model.add(4, Some(name));
        model.nodes[root].children.push(child);
    }
}

/// A group of names and groups, whose `(` has been read; nesting is kept in a list.
fn group(cursor: &mut Cursor<'_>, model: &mut Model) -> Scan<()> {
    let mut open: Vec<(usize, Option<u8>)> = vec![(model.add(6, None), None)];
    while let Some((parent, _)) = open.last().copied() {
        cursor.space();
        if cursor.eat("(") {
            let child = model.add(6, None);
            model.nodes[parent].children.push(child);
            open.push((child, None));
            continue;
        }
        let name = cursor.name()?.to_owned();
        let child = model.add(4, Some(name));
        model.nodes[child].quantifier = cursor.quantifier();
        model.nodes[parent].children.push(child);
        loop {
            cursor.space();
            let Some((node, separator)) = open.last_mut() else { return Ok(()) };
            if cursor.eat(")") {
                model.nodes[*node].quantifier = cursor.quantifier();
                model.nodes[*node].kind = if *separator == Some(b'|') { 5 } else { 6 };
                open.pop();
                if open.is_empty() {
                    return Ok(());
                }
                continue;
            }
            let found = cursor.peek();
            if !matches!(found, b'|' | b',') || separator.is_some_and(|separator| separator != found) {
                return cursor.wrong();
            }
            *separator = Some(found);
            cursor.at += 1;
            break;
        }
    }
    Ok(())
}
