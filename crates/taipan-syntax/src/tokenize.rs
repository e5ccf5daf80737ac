//! Tokens as the `_tokenize` module gives them: type, text, start, end and line.
//!
//! Invariant: columns count characters; between two steps the lexer has read whole tokens only.

use std::rc::Rc;

use crate::error::{Details, ErrorKind, ErrorLocation, SyntaxError, SyntaxWarning};
use crate::lexer::{Done, Lexer, LexerOptions, characters};
use crate::source::{self, Reading, Source};
use crate::token::{Token, TokenKind};

/// One token of `TokenizerIter`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// The number in CPython's `token` module; with extra tokens every operator is OP.
    pub kind: u8,
    pub string: String,
    /// Line from 1 and column from 0; -1 for a token without text.
    pub start: (u32, i32),
    pub end: (u32, i32),
    /// The line or lines the token stands in.
    pub line: Rc<str>,
}

/// What [`Tokenizer::step`] came to.
#[derive(Clone, Debug)]
pub enum Step {
    Token(TokenInfo),
    /// The next token begins or goes on in a line that was not given yet.
    NeedsLine,
    /// A token of part of a character: its bytes, which are no UTF-8.
    Undecodable(Vec<u8>),
    Error(Box<SyntaxError>),
    /// The end marker was given before.
    End,
}

/// The tokenizer that `TokenizerIter` drives: it asks for a line only when the next token needs one.
pub struct Tokenizer {
    source: Source,
    /// Where the lines given end.
    ends: Vec<usize>,
    /// Between the steps, without its text.
    lexer: Lexer<'static>,
    extra_tokens: bool,
    /// No line follows.
    is_complete: bool,
    is_done: bool,
    /// What the next attempt waits for.
    awaited: Awaited,
    error: Option<SyntaxError>,
    warnings: Vec<SyntaxWarning>,
    line: Rc<str>,
    last_lineno: u32,
    /// How many bytes more than characters stand before the end of the last token in its line.
    difference: i64,
}

/// Which lines let the token begun end: an attempt before one of them is there would read the same lines again in vain.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Awaited {
    Any,
    /// One with a quote or brace: a string is open.
    Quote,
    /// One with more than a backslash: the last line was joined to it.
    Code,
    /// One with more than a comment: no token has begun.
    Statement,
}

impl Awaited {
    fn is_met_by(self, line: &[u8]) -> bool {
        let bare = line.trim_ascii();
        let whole = line.strip_suffix(b"\n").unwrap_or(line);
        let whole = whole.strip_suffix(b"\r").unwrap_or(whole);
        if self != Awaited::Quote && memchr::memchr2(b'\n', b'\r', whole).is_some() {
            return true;
        }
        match self {
            Awaited::Any => true,
            Awaited::Quote => line.iter().any(|byte| matches!(byte, b'"' | b'\'' | b'{' | b'}')),
            Awaited::Code => bare != b"\\" || !line.ends_with(b"\\\n"),
            Awaited::Statement => !bare.is_empty() && !bare.starts_with(b"#"),
        }
    }
}

impl Tokenizer {
    /// A tokenizer without lines. With `extra_tokens` comments and all line ends are tokens and malformed names and
    /// numbers are let through.
    pub fn new(extra_tokens: bool) -> Tokenizer {
        let source =
            Source { text: Vec::new(), encoding: None, implicit_newline: false, ending: None, keeps_first_line: false };
        let lexer = Lexer::new(&source, LexerOptions { type_comments: false, extra_tokens }).over(&[], &[]);
        Tokenizer {
            source,
            ends: Vec::new(),
            lexer,
            extra_tokens,
            is_complete: false,
            is_done: false,
            awaited: Awaited::Any,
            error: None,
            warnings: Vec::new(),
            line: "".into(),
            last_lineno: 0,
            difference: 0,
        }
    }

    /// The warnings about the tokens since this was asked last.
    pub fn take_warnings(&mut self) -> Vec<SyntaxWarning> {
        std::mem::take(&mut self.warnings)
    }

    /// Bytes of the lines given.
    pub fn text_len(&self) -> usize {
        self.source.text.len()
    }

    /// Gives the next line, as UTF-8, or, where it is empty, the end.
    pub fn push_line(&mut self, line: &[u8]) {
        if line.is_empty() {
            self.is_complete = true;
            return;
        }
        if memchr::memchr(0, line).is_some() {
            let shown = line.split(|byte| matches!(byte, 0 | b'\n')).next().unwrap_or_default();
            self.error = Some(source::null_byte(&[shown, &[0]].concat(), self.ends.len()));
            return;
        }
        let reading =
            Reading { ignore_cookie: true, final_newline: true, preserve_crlf: true, file_name: None, decoder: None };
        match source::read(line, reading) {
            Ok(read) => {
                if self.awaited.is_met_by(&read.text) {
                    self.awaited = Awaited::Any;
                }
                self.source.text.extend_from_slice(&read.text);
                self.source.implicit_newline = read.implicit_newline;
                self.ends.push(self.source.text.len());
            }
            Err(error) => self.error = Some(error),
        }
    }

    /// The next token.
    pub fn step(&mut self) -> Step {
        if let Some(error) = self.error.take() {
            self.is_done = true;
            return Step::Error(Box::new(error));
        }
        if self.is_done {
            return Step::End;
        }
        if self.awaited != Awaited::Any && !self.is_complete {
            return Step::NeedsLine;
        }
        let mut lexer = self.lexer.clone().over(&self.source.text, &self.ends);
        let token = lexer.next_token();
        if lexer.underflowed && !self.is_complete {
            self.awaited = match lexer.done {
                Done::EofInString => Awaited::Quote,
                Done::Eof if self.source.text.ends_with(b"\\\n") => Awaited::Code,
                // Comments and empty lines are tokens with extra tokens only.
                Done::Eof if !self.extra_tokens && lexer.ended_between_tokens => Awaited::Statement,
                _ => Awaited::Any,
            };
            return Step::NeedsLine;
        }
        self.warnings.append(&mut lexer.warnings);
        let mut walk = Walk {
            lexer,
            source: &self.source,
            extra_tokens: self.extra_tokens,
            line: self.line.clone(),
            last_lineno: self.last_lineno,
            difference: self.difference,
        };
        if token.kind == TokenKind::ErrorToken {
            self.is_done = true;
            return Step::Error(Box::new(walk.error()));
        }
        if token.kind == TokenKind::EndMarker && self.source.text.is_empty() && !self.extra_tokens {
            // CPython gives no token at all.
            self.is_done = true;
            return Step::End;
        }
        let string = walk.string(&token);
        let step = match std::str::from_utf8(string) {
            Ok(string) => Step::Token(walk.info(&token, string.to_owned())),
            Err(_) => Step::Undecodable(string.to_owned()),
        };
        let Walk { mut lexer, line, last_lineno, difference, .. } = walk;
        lexer.fields.clear();
        self.lexer = lexer.over(&[], &[]);
        (self.line, self.last_lineno, self.difference) = (line, last_lineno, difference);
        self.is_done = token.kind == TokenKind::EndMarker;
        step
    }
}

struct Walk<'s> {
    lexer: Lexer<'s>,
    source: &'s Source,
    extra_tokens: bool,
    line: Rc<str>,
    last_lineno: u32,
    difference: i64,
}

impl<'s> Walk<'s> {
    /// The text of a token.
    fn string(&self, token: &Token) -> &'s [u8] {
        if token.col_offset < 0 { &[] } else { self.lexer.text_of(token) }
    }

    /// The columns of a token with text in the line that starts at `line_start`. What stands before it is counted for
    /// the first token of a line only.
    fn columns(&mut self, token: &Token, line_start: usize, line: &str, line_changed: bool) -> (i32, i32) {
        let (from, to) = (token.start as usize, token.end as usize);
        let bytes = |at: usize, start: usize| i64::try_from(at.saturating_sub(start)).unwrap_or(i64::MAX);
        let offset = from.saturating_sub(line_start);
        if line_changed {
            let column = characters(line.as_bytes().get(..offset).unwrap_or(line.as_bytes()));
            self.difference = bytes(offset, column);
        }
        let start = bytes(from, line_start).saturating_sub(self.difference);
        let end = if token.lineno == token.end_lineno {
            let text = self.source.text.get(from..to).unwrap_or_default();
            let width = characters(text);
            self.difference = self.difference.saturating_add(bytes(text.len(), width));
            start.saturating_add(bytes(width, 0))
        } else {
            let text = self.source.text.get(self.lexer.line_start..to).unwrap_or_default();
            let column = characters(text);
            self.difference = self.difference.saturating_add(bytes(text.len(), column));
            bytes(column, 0)
        };
        (i32::try_from(start).unwrap_or(i32::MAX), i32::try_from(end).unwrap_or(i32::MAX))
    }

    /// Whether the lexer is in a last line whose end was added.
    fn implicit_newline(&self) -> bool {
        self.source.implicit_newline && self.lexer.inp == self.source.text.len()
    }

    fn line_of(&mut self, start: usize) -> Rc<str> {
        if self.lexer.done == Done::Eof {
            self.line = "".into();
            return self.line.clone();
        }
        let end = if self.implicit_newline() && self.lexer.inp > start { self.lexer.inp - 1 } else { self.lexer.inp };
        self.line = String::from_utf8_lossy(self.source.text.get(start..end).unwrap_or_default()).into();
        self.line.clone()
    }

    fn info(&mut self, token: &Token, string: String) -> TokenInfo {
        let trailing =
            token.kind == TokenKind::EndMarker || (token.kind == TokenKind::Dedent && self.lexer.done == Done::Eof);
        if self.extra_tokens && trailing {
            let place = (token.lineno + 1, 0);
            return TokenInfo { kind: token.kind.number(), string, start: place, end: place, line: "".into() };
        }
        let line_start =
            if token.kind.is_string_part() { self.lexer.multi_line_start() } else { self.lexer.line_start };
        // As long as the lexer is in the line of the last token, its line is shown again.
        let line_changed = self.lexer.lineno != self.last_lineno;
        let line = if line_changed { self.line_of(line_start) } else { self.line.clone() };
        self.last_lineno = token.lineno;
        if line_changed {
            self.difference = 0;
        }
        let (mut start, mut end) = ((token.lineno, -1), (token.end_lineno, -1));
        if token.col_offset >= 0 {
            (start.1, end.1) = self.columns(token, line_start, &line, line_changed);
        }
        let mut info = TokenInfo { kind: token.kind.number(), string, start, end, line };
        if self.extra_tokens {
            self.adapt(token, &mut info);
        }
        info
    }

    /// The forms that the `tokenize` module wants.
    fn adapt(&self, token: &Token, info: &mut TokenInfo) {
        match token.kind {
            TokenKind::Newline => {
                if !self.implicit_newline() {
                    let crlf = self.source.text.get(token.start as usize) == Some(&b'\r');
                    info.string = if crlf { "\r\n" } else { "\n" }.to_owned();
                }
                info.end.1 += 1;
            }
            TokenKind::Nl if self.implicit_newline() => info.string.clear(),
            kind if (TokenKind::Dedent as u8 + 1..TokenKind::Op as u8).contains(&(kind as u8)) => {
                info.kind = TokenKind::Op as u8;
            }
            _ => {}
        }
    }

    /// Why the lexer stopped.
    fn error(&mut self) -> SyntaxError {
        if let Some(error) = self.lexer.error.take() {
            return error;
        }
        let lexer = &self.lexer;
        let (kind, msg) = match lexer.done {
            Done::Eof => (ErrorKind::SyntaxError, "unexpected EOF in multi-line statement"),
            Done::Dedent => (ErrorKind::IndentationError, "unindent does not match any outer indentation level"),
            Done::TabSpace => (ErrorKind::TabError, "inconsistent use of tabs and spaces in indentation"),
            Done::TooDeep => (ErrorKind::IndentationError, "too many levels of indentation"),
            Done::LineCont => (ErrorKind::SyntaxError, "unexpected character after line continuation character"),
            _ => (ErrorKind::SyntaxError, "unknown tokenization error"),
        };
        let whole = self.source.text.get(lexer.buffer_start()..lexer.inp).unwrap_or_default();
        let line = whole.strip_suffix(b"\n").unwrap_or(whole);
        let at_end = lexer.done == Done::Eof;
        let offset = if at_end && lexer.ended_between_tokens && !lexer.in_ftstring() {
            0
        } else if at_end {
            whole.len()
        } else {
            characters(line) + usize::from(whole.len() > line.len())
        };
        SyntaxError {
            kind,
            msg: msg.to_owned(),
            location: Some(ErrorLocation {
                lineno: i32::try_from(lexer.lineno).unwrap_or(i32::MAX),
                offset: i32::try_from(offset).unwrap_or(i32::MAX),
                end_lineno: i32::try_from(lexer.lineno).unwrap_or(i32::MAX),
                end_offset: 0,
                text: (!at_end).then(|| String::from_utf8_lossy(line).into_owned()),
                prefers_file: false,
                details: if at_end { Details::Attributes } else { Details::EndIsNone },
                has_filename: true,
            }),
            last_statement: None,
        }
    }
}
