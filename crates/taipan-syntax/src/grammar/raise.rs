//! Places reports as CPython does: lines, columns in characters, and the line shown.
//!
//! Invariant: every function here leaves a report in [`Machine::error`].

use super::machine::{Machine, Stop};
use super::node::Place;
use crate::Mode;
use crate::error::{Details, ErrorKind, ErrorLocation, SyntaxError};
use crate::lexer::{Done, characters};

impl Machine<'_> {
    /// Reports at `place`, whose columns count from 0.
    pub(super) fn raise(&mut self, kind: ErrorKind, place: Place, msg: String) -> Stop {
        let place = Place { col_offset: place.col_offset + 1, end_col_offset: place.end_col_offset + 1, ..place };
        self.raise_shown(kind, place, msg)
    }

    /// Reports from the start of `place` to where the lexer stands.
    pub(super) fn raise_from(&mut self, place: Place, msg: String) -> Stop {
        let place = Place {
            col_offset: place.col_offset + 1,
            end_lineno: self.lexer.lineno as i32,
            end_col_offset: self.lexer_column(),
            ..place
        };
        self.raise_shown(ErrorKind::SyntaxError, place, msg)
    }

    /// Reports at the last token read.
    pub(super) fn raise_last(&mut self, kind: ErrorKind, msg: String) -> Stop {
        let last = self.tokens.len().saturating_sub(1);
        self.raise_at_token(kind, last, msg)
    }

    /// Reports at the next token.
    pub(super) fn raise_next(&mut self, msg: String) -> Stop {
        if self.peek().is_err() {
            return Stop;
        }
        self.raise_at_token(ErrorKind::SyntaxError, self.mark, msg)
    }

    fn raise_at_token(&mut self, kind: ErrorKind, index: usize, msg: String) -> Stop {
        let mut place = self.token_place(index);
        place.col_offset = if place.col_offset >= 0 {
            place.col_offset + 1
        } else if self.lexer.cur == self.lexer.buffer_start() || self.ends_in_blank_continuation() {
            0
        } else {
            self.lexer_column()
        };
        if place.end_col_offset >= 0 {
            place.end_col_offset += 1;
        }
        self.raise_shown(kind, place, msg)
    }

    /// Whether a file ends in a line with nothing but a backslash: its reader has then begun a new buffer.
    fn ends_in_blank_continuation(&self) -> bool {
        let line = self.source.text.get(self.lexer.line_start..).unwrap_or_default();
        let code = line.trim_ascii();
        self.options.file_name.is_some() && self.lexer.done == Done::Eof && code == b"\\"
    }

    fn lexer_column(&self) -> i32 {
        i32::try_from(self.lexer.cur.saturating_sub(self.lexer.line_start)).unwrap_or(i32::MAX)
    }

    /// Reports at a place whose columns count from 1 in bytes.
    fn raise_shown(&mut self, kind: ErrorKind, place: Place, msg: String) -> Stop {
        let line = self.shown_line(place.lineno);
        let offset = character_column(&line, place.col_offset);
        let end_offset =
            if place.end_col_offset > 0 { character_column(&line, place.end_col_offset) } else { place.end_col_offset };
        self.error = Some(SyntaxError {
            kind,
            msg,
            location: Some(ErrorLocation {
                lineno: place.lineno,
                offset,
                end_lineno: place.end_lineno,
                end_offset,
                text: Some(String::from_utf8_lossy(&line).into_owned()),
                prefers_file: self.mode == Mode::Exec,
                details: Details::Full,
                has_filename: true,
            }),
            last_statement: None,
        });
        Stop
    }

    /// The line of a report: the one the lexer is in with its line end, any other without.
    fn shown_line(&self, lineno: i32) -> Vec<u8> {
        let text = &self.source.text;
        if self.lexer.lineno as i32 <= lineno && self.lexer.inp > self.lexer.buffer_start() {
            return text.get(self.lexer.line_start..self.lexer.inp).unwrap_or_default().to_vec();
        }
        let index = usize::try_from(lineno - 1).unwrap_or(0);
        text.split(|byte| *byte == b'\n').nth(index).unwrap_or_default().to_vec()
    }

    /// Reports the innermost bracket that is still open, if there is one.
    pub(super) fn raise_unclosed(&mut self) -> bool {
        let Some((bracket, lineno, column)) = self.lexer.open_paren() else { return false };
        let lineno = lineno as i32;
        let place = Place { lineno, col_offset: column as i32, end_lineno: lineno, end_col_offset: -1 };
        self.raise(ErrorKind::SyntaxError, place, format!("'{bracket}' was never closed"));
        true
    }

    /// Reports why the lexer stopped.
    pub(super) fn tokenizer_error(&mut self) -> Stop {
        if let Some(error) = self.lexer.error.take() {
            self.error = Some(error);
            return Stop;
        }
        let line = self.lexer.lineno as i32;
        let start = Place { lineno: line, col_offset: 0, end_lineno: line, end_col_offset: -1 };
        match self.lexer.done {
            Done::Dedent => self.raise_last(
                ErrorKind::IndentationError,
                "unindent does not match any outer indentation level".to_owned(),
            ),
            Done::TabSpace => {
                self.raise(ErrorKind::TabError, start, "inconsistent use of tabs and spaces in indentation".to_owned())
            }
            Done::TooDeep => {
                self.raise(ErrorKind::IndentationError, start, "too many levels of indentation".to_owned())
            }
            Done::LineCont => {
                let column = self.lexer.cur.saturating_sub(self.lexer.buffer_start()).saturating_sub(1);
                let place = Place { col_offset: i32::try_from(column).unwrap_or(i32::MAX), ..start };
                let msg = "unexpected character after line continuation character".to_owned();
                self.raise(ErrorKind::SyntaxError, place, msg)
            }
            _ => {
                if !self.raise_unclosed() {
                    self.raise_last(ErrorKind::SyntaxError, "unexpected EOF while parsing".to_owned());
                }
                Stop
            }
        }
    }
}

/// A column in bytes as a column in characters; past the end of the line it stays one behind.
pub(crate) fn character_column(line: &[u8], column: i32) -> i32 {
    let Ok(column) = usize::try_from(column) else { return column };
    let seen = characters(&line[..column.min(line.len())]) + usize::from(column > line.len());
    i32::try_from(seen).unwrap_or(i32::MAX)
}
