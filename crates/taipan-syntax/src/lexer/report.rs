//! What the lexer reports: errors and warnings, with the places CPython gives them.

use super::{Done, Lexer, characters, memchr_newline};
use crate::error::{Details, ErrorKind, ErrorLocation, SyntaxError, SyntaxWarning, WarningCategory};
use crate::token::{Token, TokenKind};

impl<'s> Lexer<'s> {
    /// Reports an error that ends at `cur`.
    pub(super) fn syntax_error(&mut self, msg: impl Into<String>) -> Token {
        self.error_at(None, msg.into())
    }

    /// Reports an error with columns (from 1) given in bytes.
    pub(super) fn error_at(&mut self, range: Option<(usize, usize)>, msg: String) -> Token {
        let line = &self.text[self.line_start..];
        let line = &line[..memchr_newline(line).unwrap_or(line.len())];
        let seen = |end: usize| characters(&self.text[self.line_start..end.min(self.text.len())]);
        let (offset, end_offset) = match range {
            Some((from, to)) => (seen(self.line_start + from - 1) + 1, seen(self.line_start + to - 1) + 1),
            None => (seen(self.cur), seen(self.cur)),
        };
        let lineno = i32::try_from(self.lineno).unwrap_or(i32::MAX);
        self.error = Some(SyntaxError {
            kind: ErrorKind::SyntaxError,
            msg,
            location: Some(ErrorLocation {
                lineno,
                offset: i32::try_from(offset).unwrap_or(i32::MAX),
                end_lineno: lineno,
                end_offset: i32::try_from(end_offset).unwrap_or(i32::MAX),
                text: Some(String::from_utf8_lossy(line).into_owned()),
                prefers_file: false,
                details: Details::Full,
                has_filename: true,
            }),
            last_statement: None,
        });
        self.done = Done::Error;
        self.bare_token(TokenKind::ErrorToken)
    }

    pub(super) fn fail(&mut self, done: Done) -> Token {
        self.done = done;
        self.bare_token(TokenKind::ErrorToken)
    }

    pub(super) fn warn(&mut self, msg: String, error_msg: String) {
        let line = &self.text[self.line_start..];
        let line = &line[..memchr_newline(line).unwrap_or(line.len())];
        let seen = i32::try_from(characters(&self.text[self.line_start..self.cur])).unwrap_or(i32::MAX);
        let lineno = i32::try_from(self.lineno).unwrap_or(i32::MAX);
        self.warnings.push(SyntaxWarning {
            category: WarningCategory::SyntaxWarning,
            msg,
            error_msg,
            lineno: self.lineno,
            read_to: u32::try_from(self.cur).unwrap_or(u32::MAX),
            error_location: ErrorLocation {
                lineno,
                offset: seen,
                end_lineno: lineno,
                end_offset: seen,
                text: Some(String::from_utf8_lossy(line).into_owned()),
                prefers_file: false,
                details: Details::Full,
                has_filename: true,
            },
        });
    }
}
