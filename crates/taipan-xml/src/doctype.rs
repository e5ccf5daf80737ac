//! The document type declaration: its own head and end, its subsets and the conditional sections in them.

use crate::parser::{Parser, State};
use crate::scan::{self, Scan, Stop, byte_at, invalid, starts, until};
use crate::{Code, Event, External, chars};

use declarations::{Cursor, element_declaration, end_of_declaration, notation_declaration};

mod declarations;

impl Parser {
    /// `<!DOCTYPE name external [`, or as far as `>` when there is no internal subset.
    pub(crate) fn begin_doctype(&mut self) -> Scan<bool> {
        let (text, at) = self.rest();
        if self.doctype.is_some() {
            return Err(Stop::Error(Code::Syntax, at));
        }
        let end = end_of_declaration(text, at + 9, true)?;
        let mut cursor = Cursor { text: &text[..end], at: at + 9 };
        cursor.need_space()?;
        let name = cursor.name()?.to_owned();
        cursor.space();
        let external = cursor.external(true)?.unwrap_or_default();
        cursor.space();
        if cursor.at != end {
            return cursor.wrong();
        }
        let has_internal_subset = text.as_bytes().get(end) == Some(&b'[');
        self.doctype = Some(external.clone());
        if external.system.is_some() && self.settings.parameter_entities == 0 && !self.dtd.borrow().standalone {
            self.queue.push_back(Event::NotStandalone);
        }
        self.report(at, end + 1, Event::StartDoctype { name, external, has_internal_subset })?;
        if has_internal_subset {
            self.state = State::Subset;
        } else {
            self.end_doctype();
        }
        Ok(true)
    }

    fn end_doctype(&mut self) {
        self.state = State::Prolog;
        let external = self.doctype.clone().unwrap_or_default();
        if external.system.is_some() || self.settings.foreign_dtd {
            self.external_subset(external);
        }
        self.queue.push_back(Event::EndDoctype);
    }

    /// Asks for the external subset, if it shall be read.
    pub(crate) fn external_subset(&mut self, external: External) {
        let read = match self.settings.parameter_entities {
            0 => false,
            1 => !self.dtd.borrow().standalone,
            _ => true,
        };
        self.dtd.borrow_mut().incomplete = true;
        if read {
            self.queue.push_back(Event::ExternalEntityRef { context: None, external });
            if !self.dtd.borrow().standalone {
                self.queue.push_back(Event::NotStandalone);
            }
        }
    }

    /// One token of a subset.
    pub(crate) fn subset(&mut self) -> Scan<bool> {
        let (text, at) = self.rest();
        let byte = byte_at(text, at)?;
        if chars::is_space(byte) {
            let end = scan::spaces(text, at);
            return self.other(at, end);
        }
        match byte {
            b']' if self.state == State::Subset && self.sources.len() == 1 => {
                let close = scan::spaces(text, at + 1);
                if byte_at(text, close)? != b'>' {
                    return invalid(close);
                }
                self.event_at(at, close + 1);
                self.advance(close + 1);
                self.end_doctype();
                Ok(true)
            }
            b']' if starts(text, at, "]]>")? => self.other(at, at + 3),
            b'%' => self.parameter_reference(),
            b'<' => match byte_at(text, at + 1)? {
                b'?' => self.instruction(),
                b'!' => {
                    if byte_at(text, at + 2)? == b'-' {
                        return if starts(text, at, "<!--")? { self.comment() } else { invalid(at + 3) };
                    }
                    self.declaration_of_dtd()
                }
                _ => invalid(at + 1),
            },
            _ => Err(Stop::Error(Code::Syntax, at)),
        }
    }

    fn parameter_reference(&mut self) -> Scan<bool> {
        let (text, at) = self.rest();
        let end = scan::name(text, at + 1)?;
        if byte_at(text, end)? != b';' {
            return invalid(end);
        }
        let name = text[at + 1..end].to_owned();
        let end = end + 1;
        let standalone = self.dtd.borrow().standalone;
        let read = self.settings.parameter_entities == 2 || (self.settings.parameter_entities == 1 && !standalone);
        self.dtd.borrow_mut().incomplete = true;
        if !read {
            if !standalone {
                self.queue.push_back(Event::NotStandalone);
            }
            return self.other(at, end);
        }
        let entity = self.dtd.borrow().parameters.get(&name).cloned();
        match entity {
            None => self.report(at, end, Event::SkippedEntity { name, is_parameter: true }),
            Some(entity) => match entity.value {
                Some(value) => {
                    self.event_at(at, end);
                    self.advance(end);
                    self.enter(&name, true, &value).map_err(|code| Stop::Error(code, at))?;
                    Ok(true)
                }
                None => self.report(at, end, Event::ExternalEntityRef { context: None, external: entity.external }),
            },
        }
    }

    /// `<!ENTITY ...>`, `<!ELEMENT ...>`, `<!ATTLIST ...>`, `<!NOTATION ...>`, and the sections of external subsets.
    fn declaration_of_dtd(&mut self) -> Scan<bool> {
        let (text, at) = self.rest();
        let outside = self.state == State::ExternalSubset || self.sources.len() > 1;
        if outside && byte_at(text, at + 2)? == b'[' {
            return self.conditional_section();
        }
        let end = end_of_declaration(text, at + 2, false)?;
        let mut inner = text[at..end].to_owned();
        if outside && inner.contains('%') {
            inner = self.replace_parameters(&inner).map_err(|code| Stop::Error(code, at))?;
        }
        let mut cursor = Cursor { text: &inner, at: 2 };
        let result = if cursor.eat("ENTITY") {
            self.entity_declaration(&mut cursor, outside)
        } else if cursor.eat("ELEMENT") {
            element_declaration(&mut cursor).map(|event| vec![event])
        } else if cursor.eat("ATTLIST") {
            self.attlist_declaration(&mut cursor)
        } else if cursor.eat("NOTATION") {
            notation_declaration(&mut cursor).map(|event| vec![event])
        } else {
            invalid(2)
        };
        let events = result.map_err(|stop| match stop {
            Stop::Error(code, place) => Stop::Error(code, at + place),
            Stop::More => Stop::Error(Code::InvalidToken, at),
        })?;
        cursor.space();
        if cursor.at != inner.len() {
            let place = at + cursor.at;
            return match cursor.wrong::<()>() {
                Err(Stop::Error(code, _)) => Err(Stop::Error(code, place)),
                _ => invalid(place),
            };
        }
        self.event_at(at, end + 1);
        self.advance(end + 1);
        if events.is_empty() {
            self.queue.push_back(Event::Other);
        }
        self.queue.extend(events);
        Ok(true)
    }

    /// `<![INCLUDE[`: goes on inside. `<![IGNORE[...]]>`: goes on behind.
    fn conditional_section(&mut self) -> Scan<bool> {
        let (text, at) = self.rest();
        let open = until(text, at + 3, "[")?;
        let keyword = text[at + 3..open].to_owned();
        let keyword = self.replace_parameters(&keyword).map_err(|code| Stop::Error(code, at))?;
        let (text, _) = self.rest();
        match keyword.trim() {
            "INCLUDE" => self.other(at, open + 1),
            "IGNORE" => {
                let (mut depth, mut place) = (1, open + 1);
                while depth > 0 {
                    let end = until(text, place, "]]>")?;
                    depth += text[place..end].matches("<![").count();
                    depth -= 1;
                    place = end + 3;
                }
                self.other(at, place)
            }
            _ => Err(Stop::Error(Code::Syntax, at + 3)),
        }
    }

    /// A declaration of an external subset with its parameter entities replaced, each between blanks.
    fn replace_parameters(&mut self, text: &str) -> Result<String, Code> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text.to_owned();
        for _ in 0..1000 {
            let found = rest.char_indices().find_map(|(at, c)| {
                let end = (c == '%').then(|| scan::name(&rest, at + 1).ok())??;
                (rest.as_bytes().get(end) == Some(&b';')).then(|| (at, rest[at + 1..end].to_owned(), end + 1))
            });
            let Some((at, name, end)) = found else {
                out.push_str(&rest);
                return Ok(out);
            };
            let entity = self.dtd.borrow().parameters.get(&name).cloned();
            let Some(value) = entity.and_then(|entity| entity.value) else { return Err(Code::UndefinedEntity) };
            self.count_expansion(value.len())?;
            out.push_str(&rest[..at]);
            let in_literal = out.matches('"').count() % 2 == 1 || out.matches('\'').count() % 2 == 1;
            rest = if in_literal { format!("{value}{}", &rest[end..]) } else { format!(" {value} {}", &rest[end..]) };
        }
        Err(Code::RecursiveEntityRef)
    }
}
