//! The start of a line: its indentation, the INDENT and DEDENT tokens it makes, and lines joined by a backslash.
//!
//! Invariant: the stack of indentations is never empty, and its columns grow.

use super::{Done, Lexer, MAX_INDENT, TAB_SIZE, column};
use crate::token::{Token, TokenKind};

impl Lexer<'_> {
    pub(super) fn pending_token(&mut self) -> Token {
        let (kind, step, start) =
            if self.pending < 0 { (TokenKind::Dedent, 1, self.cur) } else { (TokenKind::Indent, -1, self.buf) };
        self.pending += step;
        if self.options.extra_tokens {
            self.start_column = column(start, self.line_start);
            return self.token(kind, start, self.cur);
        }
        self.bare_token(kind)
    }

    /// Reads the white space at the start of a line; true for a line without code.
    pub(super) fn indentation(&mut self) -> Result<bool, Box<Token>> {
        let (mut col, mut alt_col, mut continued) = (0_u32, 0_u32, 0_u32);
        self.at_bol = false;
        let c = loop {
            let spaces = self.spaces();
            col += spaces;
            alt_col += spaces;
            match self.nextc() {
                Some(b' ') => {
                    col += 1;
                    alt_col += 1;
                }
                Some(b'\t') => {
                    col = (col / TAB_SIZE + 1) * TAB_SIZE;
                    alt_col += 1;
                }
                Some(0x0C) => (col, alt_col) = (0, 0),
                Some(b'\\') => {
                    // The first backslash fixes the indentation of the joined line.
                    continued = if continued != 0 { continued } else { col };
                    self.continuation_line()?;
                }
                c => break c,
            }
        };
        self.backup(c);
        let blank = matches!(c, Some(b'#' | b'\n' | b'\r'));
        if blank || !self.parens.is_empty() {
            return Ok(blank);
        }
        if continued != 0 {
            (col, alt_col) = (continued, continued);
        }
        let (top, alt_top) = self.indents.last().copied().unwrap_or_default();
        if col == top {
            if alt_col != alt_top {
                return Err(Box::new(self.indent_error()));
            }
        } else if col > top {
            if self.indents.len() >= MAX_INDENT {
                self.cur = self.inp;
                return Err(Box::new(self.fail(Done::TooDeep)));
            }
            if alt_col <= alt_top {
                return Err(Box::new(self.indent_error()));
            }
            self.pending += 1;
            self.indents.push((col, alt_col));
        } else {
            while self.indents.len() > 1 && self.indents.last().is_some_and(|(top, _)| col < *top) {
                self.pending -= 1;
                self.indents.pop();
            }
            let (top, alt_top) = self.indents.last().copied().unwrap_or_default();
            if col != top {
                self.cur = self.inp;
                return Err(Box::new(self.fail(Done::Dedent)));
            }
            if alt_col != alt_top {
                return Err(Box::new(self.indent_error()));
            }
        }
        Ok(false)
    }

    fn indent_error(&mut self) -> Token {
        self.cur = self.inp;
        self.fail(Done::TabSpace)
    }

    /// Goes to the next line behind a backslash.
    pub(super) fn continuation_line(&mut self) -> Result<(), Box<Token>> {
        let mut c = self.nextc();
        if c == Some(b'\r') {
            c = self.nextc();
        }
        if c != Some(b'\n') {
            return Err(Box::new(self.fail(Done::LineCont)));
        }
        let c = self.nextc();
        if c.is_none() {
            self.cur = self.inp;
            return Err(Box::new(self.fail(Done::Eof)));
        }
        self.backup(c);
        Ok(())
    }
}
