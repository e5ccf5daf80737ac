//! The parser: its texts, its place in them, and the way from one event to the next.
//!
//! Texts are a stack: the document below, the entities being replaced above it. Only the document grows, and only its places
//! are told; what an entity reports lies where its reference does.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use crate::decode::Encoding;
use crate::namespaces::Namespaces;
use crate::scan::{Scan, Stop};
use crate::{Code, Event, External};

mod input;

/// What an application chooses.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Names are expanded, with this between their parts (`Some(None)`: nothing).
    pub separator: Option<Option<char>>,
    pub triplets: bool,
    /// Internal entities are replaced; otherwise their references are told as skipped.
    pub expand_entities: bool,
    /// 0 never, 1 unless the document is standalone, 2 always.
    pub parameter_entities: i32,
    pub foreign_dtd: bool,
    /// A token that is not whole is not looked at for each little piece.
    pub deferral: bool,
    pub maximum_amplification: f32,
    pub activation_threshold: u64,
    pub allocation_factor: f32,
    pub allocation_threshold: u64,
}

/// An entity that a DTD has declared.
#[derive(Clone, Debug)]
pub(crate) struct Entity {
    pub value: Option<Rc<str>>,
    pub external: External,
    pub notation: Option<String>,
}

/// An attribute that a DTD has declared.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub name: String,
    pub is_cdata: bool,
    pub default: Option<String>,
}

/// What a DTD has declared; shared with the parsers of external entities.
#[derive(Debug, Default)]
pub(crate) struct Dtd {
    pub entities: HashMap<String, Entity>,
    pub parameters: HashMap<String, Entity>,
    pub attributes: HashMap<String, Vec<Attribute>>,
    /// Parameter entities that were not read may have declared more.
    pub incomplete: bool,
    pub standalone: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    Start,
    Prolog,
    Subset,
    ExternalSubset,
    Content,
    Cdata,
    Epilog,
    Finished,
}

/// A text being read.
#[derive(Debug, Default)]
pub(crate) struct Source {
    pub text: String,
    pub at: usize,
    /// The entity that it is, and whether it is a parameter entity.
    pub entity: Option<(String, bool)>,
    /// How many elements were open when it began.
    pub depth: usize,
}

/// A parser of one document or external entity.
#[derive(Debug)]
pub struct Parser {
    pub settings: Settings,
    encoding: Option<Encoding>,
    /// The encoding was told and beats what the document says.
    forced: bool,
    raw: Vec<u8>,
    is_final: bool,
    broken: bool,
    pub(crate) sources: Vec<Source>,
    pub(crate) state: State,
    pub(crate) dtd: Rc<RefCell<Dtd>>,
    pub(crate) open: Vec<OpenElement>,
    pub(crate) namespaces: Namespaces,
    pub(crate) queue: VecDeque<Event>,
    pub(crate) doctype: Option<External>,
    /// An external entity: how it begins and ends differs from a document.
    pub(crate) is_external: bool,
    pub(crate) seen_element: bool,
    /// How many events of the queue come before the end of an empty element, and where that lies.
    pub(crate) end_of_empty: Option<(usize, usize)>,
    /// Length of a token that was not whole when it was looked at.
    partial: usize,
    /// A token was read since the last piece was fed.
    progress: bool,
    utf16_told: bool,
    asked: bool,
    event_raw: String,
    mark: usize,
    line: u64,
    column: u64,
    index: u64,
    error: Option<Code>,
    direct: u64,
    indirect: u64,
    /// What the tables and texts of entities take.
    allocated: u64,
}

/// An element that has not ended.
#[derive(Debug)]
pub(crate) struct OpenElement {
    /// As written.
    pub raw: String,
    /// As reported.
    pub name: String,
    /// How many bindings of namespaces were in force before it.
    pub bindings: usize,
}

impl Parser {
    /// A parser; `encoding` beats what the document says.
    pub fn new(encoding: Option<&str>, settings: Settings) -> Parser {
        // Told "UTF-16", the first bytes say in which order.
        let told = encoding.filter(|name| !name.eq_ignore_ascii_case("utf-16"));
        let forced = told.and_then(Encoding::of_name);
        let mut parser = Parser {
            settings,
            forced: forced.is_some(),
            encoding: forced,
            raw: Vec::new(),
            is_final: false,
            broken: false,
            sources: vec![Source::default()],
            state: State::Start,
            dtd: Rc::default(),
            open: Vec::new(),
            namespaces: Namespaces::default(),
            queue: VecDeque::new(),
            doctype: None,
            is_external: false,
            seen_element: false,
            end_of_empty: None,
            partial: 0,
            progress: false,
            asked: false,
            utf16_told: encoding.is_some_and(|name| name.eq_ignore_ascii_case("utf-16")),
            event_raw: String::new(),
            mark: 0,
            line: 1,
            column: 0,
            index: 0,
            error: None,
            direct: 0,
            indirect: 0,
            allocated: 0,
        };
        if let Some(name) = told
            && parser.encoding.is_none()
        {
            parser.queue.push_back(Event::UnknownEncoding(name.to_owned()));
        }
        parser
    }

    /// The parser of an external entity of this document: a part of the content, or (without a context) of the DTD.
    pub fn external(&self, context: Option<&str>, encoding: Option<&str>) -> Parser {
        let mut parser = Parser::new(encoding, self.settings.clone());
        parser.dtd = self.dtd.clone();
        parser.is_external = true;
        parser.namespaces = self.namespaces.clone();
        parser.state = if context.is_some() { State::Content } else { State::ExternalSubset };
        parser.direct = self.direct;
        parser.indirect = self.indirect;
        parser
    }

    /// Whether this parser reads an entity for another one.
    pub fn is_subparser(&self) -> bool {
        self.is_external
    }

    /// The code of the error that ended the parse.
    pub fn error(&self) -> Option<Code> {
        self.error
    }

    /// Line (from 1), column and byte of the event, or of the error.
    pub fn place(&self) -> (u64, u64, u64) {
        (self.line, self.column, self.index)
    }

    /// The text of the event as it stands in the document.
    pub fn event_text(&self) -> &str {
        &self.event_raw
    }

    /// The document's text from the event on, and how much of it was kept.
    pub fn context(&self) -> &str {
        self.sources.first().and_then(|source| source.text.get(self.mark..)).unwrap_or_default()
    }

    /// Counts the place up to an offset of the document's text.
    fn move_to(&mut self, at: usize) {
        let Some(passed) = self.sources[0].text.get(self.mark..at) else { return };
        let encoding = self.encoding.as_ref().unwrap_or(&Encoding::Utf8);
        let mut last = '\0';
        for c in passed.chars() {
            self.index += encoding.width(c) as u64;
            if c == '\n' && last == '\r' {
                last = c;
                continue;
            }
            if c == '\n' || c == '\r' {
                self.line += 1;
                self.column = 0;
            } else {
                self.column += 1;
            }
            last = c;
        }
        self.mark = at;
    }

    /// Notes that an event begins at an offset of the newest source and ends at another.
    pub(crate) fn event_at(&mut self, from: usize, to: usize) {
        if self.sources.len() == 1 {
            self.move_to(from);
        }
        let source = self.sources.last();
        self.event_raw.clear();
        if let Some(text) = source.and_then(|source| source.text.get(from..to)) {
            self.event_raw.push_str(text);
        }
    }

    /// Reports markup to which no event belongs.
    pub(crate) fn other(&mut self, from: usize, to: usize) -> Scan<bool> {
        self.report(from, to, Event::Other)
    }

    /// Reports an event that lies between two offsets, and goes on behind it.
    #[inline]
    pub(crate) fn report(&mut self, from: usize, to: usize, event: Event) -> Scan<bool> {
        self.event_at(from, to);
        self.advance(to);
        self.queue.push_back(event);
        Ok(true)
    }

    /// The text of the newest source and the offset in it.
    pub(crate) fn rest(&self) -> (&str, usize) {
        self.sources.last().map_or(("", 0), |source| (source.text.as_str(), source.at))
    }

    pub(crate) fn advance(&mut self, to: usize) {
        if let Some(source) = self.sources.last_mut() {
            source.at = to;
        }
    }

    /// Whether more of the newest source may come.
    pub(crate) fn may_grow(&self) -> bool {
        self.sources.len() == 1 && !self.is_final && !self.broken
    }

    /// Begins to read an internal entity.
    pub(crate) fn enter(&mut self, name: &str, is_parameter: bool, text: &str) -> Result<(), Code> {
        let open = |source: &Source| {
            source.entity.as_ref().is_some_and(|(known, kind)| known == name && *kind == is_parameter)
        };
        if self.sources.iter().any(open) {
            return Err(Code::RecursiveEntityRef);
        }
        self.count_expansion(text.len())?;
        let depth = self.open.len();
        self.sources.push(Source {
            text: text.to_owned(),
            at: 0,
            entity: Some((name.to_owned(), is_parameter)),
            depth,
        });
        Ok(())
    }

    /// Counts what entities add to the document.
    pub(crate) fn count_expansion(&mut self, bytes: usize) -> Result<(), Code> {
        self.count_allocation(bytes)?;
        self.indirect += bytes as u64;
        let output = self.direct + self.indirect;
        let amplification = output as f64 / self.direct.max(1) as f64;
        if output >= self.settings.activation_threshold
            && amplification > f64::from(self.settings.maximum_amplification)
        {
            return Err(Code::AmplificationLimitBreach);
        }
        Ok(())
    }

    /// Counts memory that the document makes the parser take.
    pub(crate) fn count_allocation(&mut self, bytes: usize) -> Result<(), Code> {
        self.allocated += bytes as u64;
        let amplification = self.allocated as f64 / self.direct.max(1) as f64;
        let (factor, threshold) = (self.settings.allocation_factor, self.settings.allocation_threshold);
        if self.allocated >= threshold && amplification > f64::from(factor) {
            return Err(Code::NoMemory);
        }
        Ok(())
    }

    /// The next event; none when more of the document is needed, or it has ended.
    pub fn next_event(&mut self) -> Result<Option<Event>, Code> {
        if let Some(code) = self.error {
            return Err(code);
        }
        loop {
            if let Some(event) = self.queue.pop_front() {
                match self.end_of_empty {
                    Some((0, end)) => {
                        self.end_of_empty = None;
                        self.move_to(end);
                        self.event_raw.clear();
                    }
                    Some((before, end)) => self.end_of_empty = Some((before - 1, end)),
                    None => {}
                }
                return Ok(Some(event));
            }
            if self.state == State::Finished {
                return Ok(None);
            }
            if let Err(code) = self.take_bytes() {
                return Err(self.fail(code, None));
            }
            if !self.queue.is_empty() {
                continue;
            }
            if self.waits() {
                return Ok(None);
            }
            match self.step() {
                Ok(true) => {
                    self.partial = 0;
                    self.progress = true;
                }
                Ok(false) => return Ok(None),
                Err(Stop::Error(code, at)) => return Err(self.fail(code, Some(at))),
                Err(Stop::More) => {
                    let (text, at) = self.rest();
                    if self.may_grow() {
                        self.partial = if self.progress { 0 } else { text.len() - at };
                        return Ok(None);
                    }
                    let code = if self.broken {
                        Code::InvalidToken
                    } else if !self.raw.is_empty() && self.is_utf8() {
                        Code::PartialChar
                    } else if self.state == State::Cdata {
                        Code::UnclosedCdataSection
                    } else {
                        Code::UnclosedToken
                    };
                    let place = if self.broken { text.len() } else { at };
                    return Err(self.fail(code, Some(place)));
                }
            }
        }
    }

    /// Ends the parse with an error at an offset of the newest source.
    pub fn fail(&mut self, code: Code, at: Option<usize>) -> Code {
        if let (Some(at), 1) = (at, self.sources.len()) {
            self.move_to(at);
        }
        self.error = Some(code);
        code
    }

    /// Does one step; false when the document has ended, or more is needed between tokens.
    fn step(&mut self) -> Scan<bool> {
        if self.state == State::Start {
            self.state = State::Prolog;
        }
        let (text, at) = self.rest();
        if at >= text.len() {
            if self.sources.len() > 1 {
                return self.leave();
            }
            if self.broken || (self.is_final && !self.raw.is_empty() && self.encoding.is_some()) {
                return Err(Stop::More);
            }
            if self.may_grow() || !self.is_final {
                return Ok(false);
            }
            return self.end(at);
        }
        match self.state {
            State::Content => self.content(),
            State::Cdata => self.cdata(),
            State::Subset | State::ExternalSubset => self.subset(),
            State::Start | State::Prolog => self.prolog(),
            State::Epilog => self.epilog(),
            State::Finished => Ok(false),
        }
    }

    /// An internal entity has been read.
    fn leave(&mut self) -> Scan<bool> {
        if let Some(source) = self.sources.pop()
            && self.state == State::Content
            && source.depth != self.open.len()
        {
            let (_, at) = self.rest();
            return Err(Stop::Error(Code::AsyncEntity, at));
        }
        Ok(true)
    }

    /// The document has been read.
    fn end(&mut self, at: usize) -> Scan<bool> {
        let good = match self.state {
            State::Epilog | State::ExternalSubset | State::Finished => true,
            State::Content => self.is_external && self.open.is_empty(),
            _ => false,
        };
        if !good {
            let code = match self.state {
                State::Cdata => Code::UnclosedCdataSection,
                State::Content if self.is_external => Code::AsyncEntity,
                _ => Code::NoElements,
            };
            return Err(Stop::Error(code, at));
        }
        self.event_at(at, at);
        self.state = State::Finished;
        Ok(false)
    }
}

#[cfg(test)]
mod tests;
