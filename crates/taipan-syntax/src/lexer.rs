//! The lexer: source text to tokens, in the steps of CPython's tokenizer, whose states its errors show.
//!
//! Invariants: `cur <= inp <= text.len()`; the text up to `inp` is the lines read so far and `lineno` counts them;
//! `cur` always stands at a character boundary, except inside an identifier being scanned.

use crate::error::{SyntaxError, SyntaxWarning};
use crate::source::Source;
use crate::token::{Token, TokenKind};

pub(crate) use name::is_printable;

mod comment;
mod ftstring;
mod indentation;
mod name;
mod number;
mod plain;
mod punctuation;
mod report;
mod string;
mod words;

const TAB_SIZE: u32 = 8;
const MAX_INDENT: usize = 100;
const MAX_LEVEL: usize = 200;

/// Where the lexer stands; CPython's `tok->done`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    Ok,
    /// End of the source.
    Eof,
    /// End of the source inside a triple-quoted string.
    EofInString,
    /// End of the source inside a string.
    EolInString,
    /// An error was reported.
    Error,
    Dedent,
    TabSpace,
    TooDeep,
    LineCont,
}

/// What differs between the lexer's users.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LexerOptions {
    /// Make tokens of type comments.
    pub type_comments: bool,
    /// Make tokens of comments and line ends, be liberal: for the `tokenize` module.
    pub extra_tokens: bool,
}

#[derive(Clone, Copy, Debug)]
struct Paren {
    byte: u8,
    lineno: u32,
    column: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ModeKind {
    Regular,
    FString,
}

/// One level of f-string or t-string nesting.
#[derive(Clone, Copy, Debug)]
struct Mode {
    kind: ModeKind,
    depth: i32,
    expr_start_depth: i32,
    quote: u8,
    quote_size: usize,
    raw: bool,
    template: bool,
    start: usize,
    multi_line_start: usize,
    first_line: u32,
    expr_start: Option<usize>,
    expr_end: Option<usize>,
    in_debug: bool,
    in_format_spec: bool,
}

impl Mode {
    const BASE: Mode = Mode {
        kind: ModeKind::Regular,
        depth: 0,
        expr_start_depth: -1,
        quote: 0,
        quote_size: 0,
        raw: false,
        template: false,
        start: 0,
        multi_line_start: 0,
        first_line: 0,
        expr_start: None,
        expr_end: None,
        in_debug: false,
        in_format_spec: false,
    };

    fn prefix(&self) -> char {
        if self.template { 't' } else { 'f' }
    }
}

/// The lexer over one source.
#[derive(Clone)]
pub(crate) struct Lexer<'s> {
    text: &'s [u8],
    /// Where the lines end that were given one by one, whatever line ends they hold; none for a text whose lines end with `\n`.
    ends: &'s [usize],
    /// The error of the line behind the text.
    ending: Option<&'s SyntaxError>,
    keeps_first_line: bool,
    options: LexerOptions,
    pub(crate) cur: usize,
    pub(crate) inp: usize,
    buf: usize,
    pub(crate) line_start: usize,
    multi_line_start: usize,
    pub(crate) lineno: u32,
    first_lineno: u32,
    start: Option<usize>,
    start_column: i32,
    at_bol: bool,
    pending: i32,
    indents: Vec<(u32, u32)>,
    parens: Vec<Paren>,
    modes: Vec<Mode>,
    /// The number of the field's text that the next token has.
    field: u32,
    /// The texts of replacement fields, for tokens to refer to.
    pub(crate) fields: Vec<Box<str>>,
    comment_newline: bool,
    /// No token had begun at the end of the source.
    pub(crate) ended_between_tokens: bool,
    /// `<>` is one token (PEP 401).
    pub(crate) barry_as_flufl: bool,
    pub(crate) done: Done,
    /// A line was asked for behind the end of the text.
    pub(crate) underflowed: bool,
    pub(crate) error: Option<SyntaxError>,
    pub(crate) warnings: Vec<SyntaxWarning>,
}

impl<'s> Lexer<'s> {
    pub(crate) fn new(source: &'s Source, options: LexerOptions) -> Lexer<'s> {
        Lexer {
            text: &source.text,
            ends: &[],
            ending: source.ending.as_deref(),
            keeps_first_line: source.keeps_first_line,
            underflowed: false,
            options,
            cur: 0,
            inp: 0,
            buf: 0,
            line_start: 0,
            multi_line_start: 0,
            lineno: 0,
            first_lineno: 0,
            start: None,
            start_column: -1,
            at_bol: true,
            pending: 0,
            indents: vec![(0, 0)],
            parens: Vec::new(),
            modes: Vec::new(),
            field: 0,
            fields: Vec::new(),
            comment_newline: false,
            ended_between_tokens: false,
            barry_as_flufl: false,
            done: Done::Ok,
            error: None,
            warnings: Vec::new(),
        }
    }

    /// The same lexer over another text of lines with those ends, which must begin with the lines read so far if tokens
    /// are to be read from it.
    pub(crate) fn over<'t>(self, text: &'t [u8], ends: &'t [usize]) -> Lexer<'t> {
        Lexer {
            text,
            ends,
            ending: None,
            keeps_first_line: false,
            options: self.options,
            cur: self.cur,
            inp: self.inp,
            buf: self.buf,
            line_start: self.line_start,
            multi_line_start: self.multi_line_start,
            lineno: self.lineno,
            first_lineno: self.first_lineno,
            start: self.start,
            start_column: self.start_column,
            at_bol: self.at_bol,
            pending: self.pending,
            indents: self.indents,
            parens: self.parens,
            modes: self.modes,
            field: self.field,
            fields: self.fields,
            comment_newline: self.comment_newline,
            ended_between_tokens: self.ended_between_tokens,
            barry_as_flufl: self.barry_as_flufl,
            done: self.done,
            underflowed: self.underflowed,
            error: self.error,
            warnings: self.warnings,
        }
    }

    /// `f` or `t`: the innermost string with fields.
    pub(crate) fn string_prefix(&self) -> char {
        self.modes.last().map_or('f', Mode::prefix)
    }

    /// Whether the innermost string with fields is raw.
    pub(crate) fn string_is_raw(&self) -> bool {
        self.modes.last().is_some_and(|mode| mode.raw)
    }

    /// The next token. An error token has its report in [`Lexer::error`] or, for the states in [`Done`] that have
    /// none, is reported by the error pass (`crate::grammar`).
    pub(crate) fn next_token(&mut self) -> Token {
        match self.modes.last() {
            Some(mode) if mode.kind == ModeKind::FString => self.ftstring_token(),
            _ => self.regular_token(),
        }
    }

    /// Closes the open blocks: in interactive input an end of the source ends the statement first.
    pub(crate) fn imply_dedents(&mut self) {
        if self.indents.len() > 1 {
            self.pending = -(i32::try_from(self.indents.len()).unwrap_or(i32::MAX) - 1);
            self.indents.truncate(1);
        }
    }

    /// The innermost open bracket: its character, line and column.
    pub(crate) fn open_paren(&self) -> Option<(char, u32, u32)> {
        self.parens.last().map(|paren| (char::from(paren.byte), paren.lineno, paren.column))
    }

    /// Bytes of the source.
    pub(crate) fn text_len(&self) -> usize {
        self.text.len()
    }

    /// The text of a token.
    pub(crate) fn text_of(&self, token: &Token) -> &'s [u8] {
        self.text.get(token.start as usize..token.end as usize).unwrap_or_default()
    }

    /// Whether the lexer stands inside an f-string or t-string.
    pub(crate) fn in_ftstring(&self) -> bool {
        !self.modes.is_empty()
    }

    /// Where the part of the text starts that CPython holds in its buffer.
    pub(crate) fn buffer_start(&self) -> usize {
        self.buf
    }

    /// Where the first line of the string read last starts.
    pub(crate) fn multi_line_start(&self) -> usize {
        self.multi_line_start
    }

    #[inline]
    fn nextc(&mut self) -> Option<u8> {
        if self.cur == self.inp && !self.next_line() {
            return None;
        }
        let byte = self.text[self.cur];
        self.cur += 1;
        Some(byte)
    }

    /// Reads the next line; false at the end.
    fn next_line(&mut self) -> bool {
        if self.done != Done::Ok {
            return false;
        }
        if self.inp == self.text.len()
            && let Some(error) = self.ending
        {
            self.error = Some(error.clone());
            self.done = Done::Error;
            return false;
        }
        if self.inp == self.text.len() {
            self.done = Done::Eof;
            self.underflowed = true;
            self.ended_between_tokens = self.start.is_none();
            return false;
        }
        let kept = self.keeps_first_line && self.lineno == 1;
        if self.start.is_none() && !kept && (self.ends.is_empty() || self.modes.is_empty()) {
            self.buf = self.cur;
        }
        self.inp = match self.ends.get(self.ends.partition_point(|end| *end <= self.inp)) {
            Some(end) => *end,
            None => self.inp + line_length(self.text.get(self.inp..).unwrap_or_default()),
        };
        self.lineno += 1;
        self.line_start = self.cur;
        true
    }

    fn backup(&mut self, byte: Option<u8>) {
        if byte.is_some() {
            self.cur -= 1;
        }
    }

    /// What is left of the line read last.
    #[inline]
    fn rest_of_line(&self) -> &'s [u8] {
        self.text.get(self.cur..self.inp).unwrap_or_default()
    }

    /// Goes over spaces in the line read last.
    #[inline]
    fn spaces(&mut self) -> u32 {
        let before = self.cur;
        while self.cur < self.inp && self.text.get(self.cur) == Some(&b' ') {
            self.cur += 1;
        }
        offset(self.cur - before)
    }

    fn column(&self) -> i32 {
        column(self.cur, self.line_start)
    }

    fn peek(&self) -> Option<u8> {
        (self.cur < self.inp).then(|| self.text[self.cur])
    }

    /// A token with text.
    fn token(&mut self, kind: TokenKind, start: usize, end: usize) -> Token {
        let lineno = if kind.is_string_part() { self.first_lineno } else { self.lineno };
        Token {
            kind,
            level: u16::try_from(self.parens.len()).unwrap_or(u16::MAX),
            start: offset(start),
            end: offset(end),
            lineno,
            col_offset: self.start_column,
            end_lineno: self.lineno,
            end_col_offset: self.column(),
            number: std::mem::take(&mut self.field),
        }
    }

    /// A token without text.
    fn bare_token(&mut self, kind: TokenKind) -> Token {
        Token {
            kind,
            level: u16::try_from(self.parens.len()).unwrap_or(u16::MAX),
            start: offset(self.cur),
            end: offset(self.cur),
            lineno: self.lineno,
            col_offset: -1,
            end_lineno: self.lineno,
            end_col_offset: -1,
            number: 0,
        }
    }

    fn regular_token(&mut self) -> Token {
        loop {
            self.start = None;
            self.start_column = -1;
            let mut blank_line = false;
            if self.at_bol {
                match self.indentation() {
                    Ok(blank) => blank_line = blank,
                    Err(token) => return *token,
                }
            }
            self.start = Some(self.cur);
            self.start_column = self.column();
            if self.pending != 0 {
                return self.pending_token();
            }
            match self.token_in_line(blank_line) {
                Some(token) => return token,
                None => continue,
            }
        }
    }

    /// The next token of the line, or `None` where a line without code ended.
    fn token_in_line(&mut self, blank_line: bool) -> Option<Token> {
        loop {
            self.start = None;
            let mut c = loop {
                self.spaces();
                match self.nextc() {
                    Some(b' ' | b'\t' | 0x0C) => {}
                    c => break c,
                }
            };
            let start = if c.is_some() { self.cur - 1 } else { self.cur };
            self.start = Some(start);
            self.start_column = column(start, self.line_start);
            if c == Some(b'#') {
                match self.comment(start, blank_line) {
                    Ok(token) => return Some(token),
                    Err(next) => c = next,
                }
            }
            let Some(mut byte) = c else {
                if self.parens.is_empty() && self.done == Done::Eof {
                    return Some(self.bare_token(TokenKind::EndMarker));
                }
                return Some(self.bare_token(TokenKind::ErrorToken));
            };
            let behind_return = byte == b'\r';
            if behind_return {
                // Whatever follows is one token with it, though no name.
                let Some(next) = self.nextc() else { return Some(self.bare_token(TokenKind::ErrorToken)) };
                byte = next;
            }
            return match byte {
                b'\n' => self.line_end(start, blank_line),
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. if !behind_return => Some(self.name_or_string(start, byte)),
                b'0'..=b'9' => Some(self.number(start, byte)),
                b'.' => Some(self.dot(start)),
                b'"' | b'\'' => Some(self.string(start, byte)),
                b'\\' => match self.continuation_line() {
                    Ok(()) => continue,
                    Err(token) => Some(*token),
                },
                _ => Some(self.operator(start, byte)),
            };
        }
    }

    fn line_end(&mut self, start: usize, blank_line: bool) -> Option<Token> {
        self.at_bol = true;
        if blank_line || !self.parens.is_empty() {
            if self.options.extra_tokens {
                self.comment_newline = false;
                return Some(self.token(TokenKind::Nl, start, self.cur));
            }
            return None;
        }
        if self.comment_newline && self.options.extra_tokens {
            self.comment_newline = false;
            return Some(self.token(TokenKind::Nl, start, self.cur));
        }
        Some(self.token(TokenKind::Newline, start, self.cur - 1))
    }
}

/// The length of the first line with its end, looked for by words: most lines are short.
#[inline]
fn line_length(text: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    let (words, _) = text.as_chunks();
    for (at, word) in words.iter().enumerate().take(16) {
        let word = u64::from_le_bytes(*word) ^ (ONES * u64::from(b'\n'));
        let found = word.wrapping_sub(ONES) & !word & (ONES << 7);
        if found != 0 {
            return 8 * at + found.trailing_zeros() as usize / 8 + 1;
        }
    }
    memchr_newline(text).map_or(text.len(), |at| at + 1)
}

pub(crate) fn memchr_newline(bytes: &[u8]) -> Option<usize> {
    memchr::memchr(b'\n', bytes)
}

/// How many characters `bytes` are (broken sequences count as their replacement).
pub(crate) fn characters(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.chars().count(),
        Err(_) => String::from_utf8_lossy(bytes).chars().count(),
    }
}

fn column(at: usize, line_start: usize) -> i32 {
    i32::try_from(at.saturating_sub(line_start)).unwrap_or(i32::MAX)
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
