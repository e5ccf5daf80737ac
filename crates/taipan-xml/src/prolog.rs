//! What comes before and behind the root element: the XML declaration, comments and instructions.
//!
//! Comments and instructions may stand in the content, too.

use crate::parser::{Parser, State};
use crate::scan::{self, Scan, Stop, byte_at, char_at, invalid, starts, until};
use crate::{Code, Event, chars};

impl Parser {
    /// One token before the root element.
    pub(crate) fn prolog(&mut self) -> Scan<bool> {
        let (text, at) = self.rest();
        let byte = byte_at(text, at)?;
        if chars::is_space(byte) {
            let end = scan::spaces(text, at);
            return self.other(at, end);
        }
        if byte != b'<' {
            let c = char_at(text, at)?;
            if chars::is_name(c) {
                let end = scan::name_rest(text, at).unwrap_or(text.len());
                let delimiter = |byte: &u8| chars::is_space(*byte) || b">),|[%+*?".contains(byte);
                if text.as_bytes().get(end).is_some_and(|byte| !delimiter(byte)) {
                    return invalid(end);
                }
            }
            let word =
                chars::is_name(c) || matches!(c, '#' | '"' | '\'' | '%' | '[' | ']' | '(' | ')' | '|' | ',' | '>');
            let code = if word { Code::Syntax } else { Code::InvalidToken };
            return Err(Stop::Error(code, at));
        }
        match byte_at(text, at + 1)? {
            b'?' => self.instruction(),
            b'!' if starts(text, at, "<!--")? => self.comment(),
            b'!' if starts(text, at, "<!DOCTYPE")? => self.begin_doctype(),
            b'!' => invalid(at + 2),
            b'/' => invalid(at + 1),
            _ => {
                if self.doctype.is_none() && self.settings.foreign_dtd {
                    self.doctype = Some(Default::default());
                    self.external_subset(Default::default());
                    return Ok(true);
                }
                self.state = State::Content;
                self.start_tag()
            }
        }
    }

    /// One token behind the root element.
    pub(crate) fn epilog(&mut self) -> Scan<bool> {
        let (text, at) = self.rest();
        let byte = byte_at(text, at)?;
        if chars::is_space(byte) {
            let end = scan::spaces(text, at);
            return self.other(at, end);
        }
        let junk = Err(Stop::Error(Code::JunkAfterDocElement, at));
        if byte != b'<' {
            return if chars::is_char(char_at(text, at)?) { junk } else { invalid(at) };
        }
        match byte_at(text, at + 1)? {
            b'?' => self.instruction(),
            b'!' if starts(text, at, "<!--")? => self.comment(),
            _ => junk,
        }
    }

    /// `<!--...-->`.
    pub(crate) fn comment(&mut self) -> Scan<bool> {
        let (text, at) = self.rest();
        let end = until(text, at + 4, "--")?;
        if byte_at(text, end + 2)? != b'>' {
            return invalid(end + 2);
        }
        let event = Event::Comment(scan::normalize_lines(&text[at + 4..end]));
        self.report(at, end + 3, event)
    }

    /// `<?...?>`: an instruction, or at the very beginning the declaration.
    pub(crate) fn instruction(&mut self) -> Scan<bool> {
        let (text, at) = self.rest();
        let name_end = scan::name(text, at + 2)?;
        let target = &text[at + 2..name_end];
        let first = self.place() == (1, 0, self.place().2) && self.is_at_start(at);
        if target.eq_ignore_ascii_case("xml") {
            if target != "xml" {
                return invalid(at + 2);
            }
            if !first {
                until(text, name_end, "?>")?;
                return Err(Stop::Error(Code::MisplacedXmlPi, at));
            }
            return self.declaration(name_end);
        }
        let data = scan::spaces(text, name_end);
        if data == name_end && !starts(text, name_end, "?>")? {
            return invalid(name_end);
        }
        let end = until(text, data, "?>")?;
        let event =
            Event::ProcessingInstruction { target: target.to_owned(), data: scan::normalize_lines(&text[data..end]) };
        self.report(at, end + 2, event)
    }

    /// Whether nothing of the document came before.
    fn is_at_start(&self, at: usize) -> bool {
        let (line, column, _) = self.place();
        at == 0 && line == 1 && column == 0 && self.sources.len() == 1 && !self.seen_element
    }

    /// `<?xml version="1.0" encoding="..." standalone="..."?>`.
    fn declaration(&mut self, from: usize) -> Scan<bool> {
        let (text, at) = self.rest();
        let end = until(text, from, "?>")?;
        let code = if self.is_external { Code::TextDecl } else { Code::XmlDecl };
        let wrong = |place: usize| Err(Stop::Error(code, place));
        let inner = &text[..end];
        let (mut version, mut encoding, mut standalone) = (None, None, -1);
        let mut place = from;
        let mut stage = 0;
        loop {
            let next = scan::spaces(inner, place);
            if next >= end {
                break;
            }
            if next == place {
                return wrong(next);
            }
            let Ok(name_end) = scan::name(text, next) else { return wrong(next) };
            let equals = scan::spaces(inner, name_end);
            if text.as_bytes().get(equals) != Some(&b'=') {
                return wrong(equals);
            }
            let quote = scan::spaces(inner, equals + 1);
            let Ok((value, behind)) = scan::literal(inner, quote) else { return wrong(quote) };
            match (&text[next..name_end], stage) {
                ("version", 0) => {
                    version = Some(value.to_owned());
                    stage = 1;
                }
                ("encoding", 0 | 1) if stage == 1 || self.is_external => {
                    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
                    if !value.bytes().all(plain) || !value.starts_with(|c: char| c.is_ascii_alphabetic()) {
                        return wrong(quote + 1);
                    }
                    encoding = Some(value.to_owned());
                    stage = 2;
                }
                ("standalone", 1 | 2) if !self.is_external => {
                    standalone = match value {
                        "yes" => 1,
                        "no" => 0,
                        _ => return wrong(quote + 1),
                    };
                    stage = 3;
                }
                _ => return wrong(next),
            }
            place = behind;
        }
        if (version.is_none() && !self.is_external) || (encoding.is_none() && self.is_external) {
            return wrong(place);
        }
        self.dtd.borrow_mut().standalone |= standalone == 1;
        self.report(at, end + 2, Event::XmlDecl { version, encoding, standalone })
    }
}
