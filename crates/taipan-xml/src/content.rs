//! The root element: tags, attributes, texts and references.

use crate::parser::{OpenElement, Parser, State};
use crate::scan::{self, Reference, Scan, Stop, byte_at, invalid, starts};
use crate::{Code, Event, chars};

/// How many bytes of converted text expat tells at once.
const CONVERTED: usize = 1024;

impl Parser {
    /// One token of the content.
    pub(crate) fn content(&mut self) -> Scan<bool> {
        let (text, at) = self.rest();
        match byte_at(text, at)? {
            b'<' => match byte_at(text, at + 1)? {
                b'?' => self.instruction(),
                b'!' if byte_at(text, at + 2)? == b'-' => {
                    if !starts(text, at, "<!--")? {
                        return invalid(at + 3);
                    }
                    self.comment()
                }
                b'!' if starts(text, at, "<![CDATA[")? => {
                    self.state = State::Cdata;
                    self.report(at, at + 9, Event::StartCdata)
                }
                b'!' => invalid(at + 2),
                b'/' => self.end_tag(),
                _ => self.start_tag(),
            },
            b'&' => self.content_reference(),
            b'\n' | b'\r' => self.line_end(),
            _ => self.text("]]>"),
        }
    }

    fn line_end(&mut self) -> Scan<bool> {
        let (text, at) = self.rest();
        let mut end = at + 1;
        if text.as_bytes().get(at) == Some(&b'\r') {
            match text.as_bytes().get(end) {
                Some(b'\n') => end += 1,
                None if self.may_grow() => return Err(Stop::More),
                _ => {}
            }
        }
        self.report(at, end, Event::Text("\n".to_owned()))
    }

    /// Characters up to the next markup or end of a line.
    fn text(&mut self, forbidden: &str) -> Scan<bool> {
        let (text, at) = self.rest();
        let rest = &text[at..];
        let mut end = rest.find(['<', '&', '\n', '\r']).unwrap_or(rest.len());
        if let Some(bad) = rest[..end].find(forbidden) {
            return invalid(at + bad + 2);
        }
        if let Some((bad, _)) = rest[..end].char_indices().find(|(_, c)| !chars::is_char(*c)) {
            if bad == 0 {
                return invalid(at);
            }
            end = bad;
        }
        if end == rest.len() && self.may_grow() {
            // What may be the beginning of "]]>" waits.
            let kept = rest.len() - rest.trim_end_matches(']').len();
            end -= kept.min(2);
            if end == 0 {
                return Err(Stop::More);
            }
        }
        let end = self.piece_of_text(&rest[..end]);
        let event = Event::Text(rest[..end].to_owned());
        self.report(at, at + end, event)
    }

    /// How much of a text is told at once: what has to be converted goes through a buffer.
    fn piece_of_text(&self, text: &str) -> usize {
        if text.len() <= CONVERTED || self.is_utf8() {
            return text.len();
        }
        (0..=CONVERTED).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(text.len())
    }

    /// One token of a CDATA section.
    pub(crate) fn cdata(&mut self) -> Scan<bool> {
        let (text, at) = self.rest();
        let rest = &text[at..];
        if matches!(rest.as_bytes().first(), Some(b'\n' | b'\r')) {
            return self.line_end();
        }
        if starts(text, at, "]]>").unwrap_or(false) {
            self.state = State::Content;
            return self.report(at, at + 3, Event::EndCdata);
        }
        let stop = rest.find("]]>").unwrap_or(rest.len());
        let mut end = rest[..stop].find(['\n', '\r']).unwrap_or(stop);
        if let Some((bad, _)) = rest[..end].char_indices().find(|(_, c)| !chars::is_char(*c)) {
            if bad == 0 {
                return invalid(at);
            }
            end = bad;
        }
        if end == rest.len() {
            let kept = rest.len() - rest.trim_end_matches(']').len();
            end -= kept.min(2);
            if end == 0 {
                return Err(Stop::More);
            }
        }
        let event = Event::Text(rest[..end].to_owned());
        self.report(at, at + end, event)
    }

    fn content_reference(&mut self) -> Scan<bool> {
        let (text, at) = self.rest();
        let (reference, end) = scan::reference(text, at)?;
        let name = match reference {
            Reference::Char(c) => {
                let event = Event::Text(c.to_string());
                return self.report(at, end, event);
            }
            Reference::Entity(name) => name.to_owned(),
        };
        if let Some(c) = predefined(&name) {
            return self.report(at, end, Event::Text(c.to_string()));
        }
        let entity = self.dtd.borrow().entities.get(&name).cloned();
        let Some(entity) = entity else {
            let dtd = self.dtd.borrow();
            let skip = dtd.incomplete && !dtd.standalone;
            drop(dtd);
            if !skip {
                return Err(Stop::Error(Code::UndefinedEntity, at));
            }
            return self.report(at, end, Event::SkippedEntity { name, is_parameter: false });
        };
        if entity.notation.is_some() {
            return Err(Stop::Error(Code::BinaryEntityRef, at));
        }
        match entity.value {
            Some(_) if !self.settings.expand_entities => {
                self.report(at, end, Event::SkippedEntity { name, is_parameter: false })
            }
            Some(value) => {
                self.event_at(at, end);
                self.advance(end);
                self.enter(&name, false, &value).map_err(|code| Stop::Error(code, at))?;
                Ok(true)
            }
            None => {
                let mut context = self.namespaces.context();
                let open = self.sources.iter().filter_map(|source| source.entity.as_ref());
                for name in open.map(|(name, _)| name).chain([&name]) {
                    if !context.is_empty() {
                        context.push('\x0c');
                    }
                    context.push_str(name);
                }
                self.report(at, end, Event::ExternalEntityRef { context: Some(context), external: entity.external })
            }
        }
    }

    /// `</name>`.
    fn end_tag(&mut self) -> Scan<bool> {
        let (text, at) = self.rest();
        let name_end = scan::name(text, at + 2)?;
        let close = scan::spaces(text, name_end);
        if byte_at(text, close)? != b'>' {
            return invalid(close);
        }
        let inside = self.sources.last().map_or(0, |source| source.depth);
        if self.open.len() <= inside {
            return Err(Stop::Error(Code::AsyncEntity, at));
        }
        if self.open.last().is_none_or(|open| open.raw != text[at + 2..name_end]) {
            return Err(Stop::Error(Code::TagMismatch, at + 2));
        }
        self.event_at(at, close + 1);
        self.advance(close + 1);
        self.close_element();
        Ok(true)
    }

    fn close_element(&mut self) {
        let Some(open) = self.open.pop() else { return };
        self.queue.push_back(Event::EndElement { name: open.name });
        while self.namespaces.len() > open.bindings
            && let Some(prefix) = self.namespaces.unbind()
        {
            self.queue.push_back(Event::EndNamespace { prefix });
        }
        if self.open.is_empty() && !self.is_external {
            self.state = State::Epilog;
        }
    }

    /// `<name attributes>` or `<name attributes/>`.
    pub(crate) fn start_tag(&mut self) -> Scan<bool> {
        let (text, at) = self.rest();
        let name_end = scan::name(text, at + 1)?;
        let raw = text[at + 1..name_end].to_owned();
        let mut written: Vec<(String, String, usize)> = Vec::new();
        let mut place = name_end;
        let (end, is_empty) = loop {
            let next = scan::spaces(text, place);
            match byte_at(text, next)? {
                b'>' => break (next + 1, false),
                b'/' => {
                    if byte_at(text, next + 1)? != b'>' {
                        return invalid(next + 1);
                    }
                    break (next + 2, true);
                }
                _ if next == place => return invalid(next),
                _ => {}
            }
            let attribute_end = scan::name(text, next)?;
            let equals = scan::spaces(text, attribute_end);
            if byte_at(text, equals)? != b'=' {
                return invalid(equals);
            }
            let quote = scan::spaces(text, equals + 1);
            let (value, behind) = scan::literal(text, quote)?;
            if let Some(bad) = value.find('<') {
                return invalid(quote + 1 + bad);
            }
            let mut reference = 0;
            while let Some(found) = value[reference..].find('&') {
                let from = quote + 1 + reference + found;
                match scan::reference(&text[..behind], from) {
                    Ok((_, to)) => reference = to - quote - 1,
                    Err(Stop::More) => return invalid(behind - 1),
                    Err(stop) => return Err(stop),
                }
            }
            written.push((text[next..attribute_end].to_owned(), value.to_owned(), next));
            place = behind;
        };
        let declared = self.dtd.borrow().attributes.get(&raw).cloned().unwrap_or_default();
        let mut attributes: Vec<(String, String, usize)> = Vec::with_capacity(written.len());
        for (name, value, place) in written {
            if attributes.iter().any(|(known, ..)| *known == name) {
                return Err(Stop::Error(Code::DuplicateAttribute, place));
            }
            let is_cdata = declared.iter().find(|attribute| attribute.name == name).is_none_or(|found| found.is_cdata);
            let value = self.attribute_value(&value, is_cdata).map_err(|code| Stop::Error(code, place))?;
            attributes.push((name, value, place));
        }
        let mut specified = attributes.len();
        for attribute in declared {
            if let Some(default) = attribute.default
                && !attributes.iter().any(|(known, ..)| *known == attribute.name)
            {
                attributes.push((attribute.name, default, at));
            }
        }
        self.event_at(at, end);
        self.advance(end);
        self.seen_element = true;
        let bindings = self.namespaces.len();
        let mut name = raw.clone();
        let mut reported: Vec<(String, String)> = Vec::with_capacity(attributes.len());
        if let Some(separator) = self.settings.separator {
            let fail = |code: Code, place: usize| Stop::Error(code, place);
            let before = specified;
            let mut plain = Vec::with_capacity(attributes.len());
            for (i, (attribute, value, place)) in attributes.into_iter().enumerate() {
                let prefix = match attribute.strip_prefix("xmlns") {
                    Some("") => None,
                    Some(rest) if rest.starts_with(':') => Some(rest[1..].to_owned()),
                    _ => {
                        plain.push((attribute, value, place));
                        continue;
                    }
                };
                self.namespaces.bind(prefix.as_deref(), &value).map_err(|code| fail(code, at))?;
                specified -= usize::from(i < before);
                let uri = if value.is_empty() { None } else { Some(value) };
                self.queue.push_back(Event::StartNamespace { prefix, uri });
            }
            let triplets = self.settings.triplets;
            for (attribute, value, _) in plain {
                let expanded =
                    self.namespaces.expand(&attribute, true, separator, triplets).map_err(|code| fail(code, at))?;
                if reported.iter().any(|(known, _)| *known == expanded) {
                    return Err(fail(Code::DuplicateAttribute, at));
                }
                reported.push((expanded, value));
            }
            name = self.namespaces.expand(&raw, false, separator, triplets).map_err(|code| fail(code, at))?;
        } else {
            reported.extend(attributes.into_iter().map(|(name, value, _)| (name, value)));
        }
        self.queue.push_back(Event::StartElement { name: name.clone(), attributes: reported, specified });
        self.open.push(OpenElement { raw, name, bindings });
        if is_empty {
            if self.sources.len() == 1 {
                self.end_of_empty = Some((self.queue.len(), end));
            }
            self.close_element();
        }
        Ok(true)
    }

    /// The value of an attribute: references replaced, white space made blanks.
    pub(crate) fn attribute_value(&mut self, written: &str, is_cdata: bool) -> Result<String, Code> {
        let mut value = String::with_capacity(written.len());
        let mut open = Vec::new();
        self.expand_value(written, &mut value, &mut open)?;
        if is_cdata {
            return Ok(value);
        }
        Ok(value.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
    }

    fn expand_value(&mut self, text: &str, value: &mut String, open: &mut Vec<String>) -> Result<(), Code> {
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            match c {
                '\r' if text[at + 1..].starts_with('\n') => {}
                '\n' | '\r' | '\t' => value.push(' '),
                '<' => return Err(Code::InvalidToken),
                '&' => {
                    let (reference, end) = scan::reference(text, at).map_err(|stop| match stop {
                        Stop::More => Code::InvalidToken,
                        Stop::Error(code, _) => code,
                    })?;
                    at = end;
                    match reference {
                        Reference::Char(c) => value.push(c),
                        Reference::Entity(name) => self.expand_reference(name, value, open)?,
                    }
                    continue;
                }
                c => value.push(c),
            }
            at += c.len_utf8();
        }
        Ok(())
    }

    fn expand_reference(&mut self, name: &str, value: &mut String, open: &mut Vec<String>) -> Result<(), Code> {
        if let Some(c) = predefined(name) {
            value.push(c);
            return Ok(());
        }
        if open.iter().any(|known| known == name) || open.len() > 200 {
            return Err(Code::RecursiveEntityRef);
        }
        let entity = self.dtd.borrow().entities.get(name).cloned();
        let Some(entity) = entity else {
            let dtd = self.dtd.borrow();
            return if dtd.incomplete && !dtd.standalone { Ok(()) } else { Err(Code::UndefinedEntity) };
        };
        if entity.notation.is_some() {
            return Err(Code::BinaryEntityRef);
        }
        let Some(text) = entity.value else { return Err(Code::AttributeExternalEntityRef) };
        self.count_expansion(text.len())?;
        open.push(name.to_owned());
        self.expand_value(&text, value, open)?;
        open.pop();
        Ok(())
    }
}

/// The entities that need no declaration.
pub(crate) fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}
