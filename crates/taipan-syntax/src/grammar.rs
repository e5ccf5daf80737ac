//! The error pass: why source is not valid, in CPython's words and at CPython's place.
//!
//! CPython parses twice: without and with the rules for common mistakes. This pass does the same with the same rules
//! ([`rules`]), but keeps only what reports need. It runs when [`crate::parser`] found no tree, so its speed does not
//! matter; its order does, because a report depends on which rule comes first and which token was read last.

mod action;
mod compile;
mod machine;
mod node;
mod raise;
mod rules;

use crate::error::{Details, ErrorKind, ErrorLocation, SyntaxError};
use crate::lexer::Done;
use crate::source::Source;
use crate::token::{Token, TokenKind};
use crate::{Mode, ParseOptions};
use machine::{Machine, Stop};

pub(crate) use raise::character_column;

/// The line that a report on line `lineno` shows while the lexer is in line `current`.
pub(crate) fn shown_line(text: &[u8], current: u32, lineno: u32) -> &[u8] {
    let index = current.min(lineno).saturating_sub(1) as usize;
    let line = text.split_inclusive(|byte| *byte == b'\n').nth(index).unwrap_or_default();
    if current <= lineno { line } else { line.strip_suffix(b"\n").unwrap_or(line) }
}

/// The error of source that has more than the one statement ending in `token`.
pub(crate) fn multiple_statements(source: &Source, token: &Token) -> SyntaxError {
    let text = &source.text;
    let start = (token.start as usize).min(text.len());
    let line_start = text[..start].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let line_end = text[start..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| start + end + 1);
    let line = &text[line_start..line_end];
    SyntaxError {
        kind: ErrorKind::SyntaxError,
        msg: "multiple statements found while compiling a single statement".to_owned(),
        location: Some(ErrorLocation {
            lineno: token.lineno as i32,
            offset: character_column(line, token.col_offset + 1),
            end_lineno: token.end_lineno as i32,
            end_offset: character_column(line, token.end_col_offset + 1),
            text: Some(String::from_utf8_lossy(line).into_owned()),
            prefers_file: false,
            details: Details::Full,
            has_filename: true,
        }),
        last_statement: None,
    }
}

/// The error of `source`, which is not valid, and how far the source was read for it, where that is not to its end.
pub(crate) fn diagnose(source: &Source, mode: Mode, options: &ParseOptions) -> (SyntaxError, Option<usize>) {
    let mut read_to = None;
    let error = diagnosis(source, mode, options, &mut read_to);
    (error, read_to)
}

fn diagnosis(source: &Source, mode: Mode, options: &ParseOptions, read_to: &mut Option<usize>) -> SyntaxError {
    let generic = || SyntaxError::bare(ErrorKind::SyntaxError, "invalid syntax");
    let Some(grammar) = compile::compile(rules::RULES) else { return generic() };
    let mut machine = Machine::new(&grammar, source, mode, options);
    let start = match mode {
        Mode::Exec => "file",
        Mode::Eval => "eval",
        Mode::Single => "interactive",
        Mode::FuncType => "func_type",
    };
    let first = machine.run(start);
    if options.allow_incomplete_input && matches!(machine.lexer.done, Done::Eof | Done::EofInString | Done::EolInString)
    {
        machine.error = None;
        machine.raise_last(ErrorKind::IncompleteInput, "incomplete input".to_owned());
        return machine.error.unwrap_or_else(generic);
    }
    if let Some(error) = machine.error.take_if(|error| error.kind == ErrorKind::MemoryError) {
        return error;
    }
    let last = machine.tokens.len().saturating_sub(1);
    let first_read = machine.lexer.cur;
    if first.is_ok() {
        machine.invalid_rules = true;
        let _: Result<bool, Stop> = machine.run(start);
    }
    let settled_by_parser = machine.error.is_some();
    machine.settle(last);
    let stopped =
        machine.tokens.get(last).is_some_and(|token| matches!(token.kind, TokenKind::Indent | TokenKind::Dedent));
    if stopped && !settled_by_parser {
        *read_to = Some(first_read);
    }
    let last_statement = machine.last_statement;
    let mut error = machine.error.unwrap_or_else(generic);
    if error.kind != ErrorKind::MemoryError {
        error.last_statement = Some(last_statement);
    }
    error
}

impl Machine<'_> {
    /// Reports what neither pass reported; errors of the lexer in the rest of the source may go first.
    fn settle(&mut self, last: usize) {
        if self.error.is_some() {
            let from_parser = self.lexer.done == Done::Ok;
            if from_parser && self.error.as_ref().is_some_and(|error| error.kind != ErrorKind::MemoryError) {
                self.check_rest();
            }
            return;
        }
        let Some(token) = self.tokens.get(last) else {
            self.error = Some(SyntaxError::bare(ErrorKind::SyntaxError, "error at start before reading any input"));
            return;
        };
        match token.kind {
            TokenKind::ErrorToken if self.lexer.done == Done::Eof => {
                if !self.raise_unclosed() {
                    self.raise_last(ErrorKind::SyntaxError, "unexpected EOF while parsing".to_owned());
                }
            }
            TokenKind::Indent => {
                self.raise_last(ErrorKind::IndentationError, "unexpected indent".to_owned());
            }
            TokenKind::Dedent => {
                self.raise_last(ErrorKind::IndentationError, "unexpected unindent".to_owned());
            }
            _ => {
                let place = self.token_place(last);
                self.raise(ErrorKind::SyntaxError, place, "invalid syntax".to_owned());
                self.check_rest();
            }
        }
    }

    /// Reads the rest of the source: an error of the lexer there replaces the report.
    fn check_rest(&mut self) {
        let line = self.tokens.last().map_or(0, |token| token.lineno);
        loop {
            match self.lexer.next_token().kind {
                TokenKind::ErrorToken => {
                    // An error inside an f-string may only follow from the one reported.
                    if self.lexer.in_ftstring() {
                        return;
                    }
                    if let Some(error) = self.lexer.error.take() {
                        self.error = Some(error);
                    } else if self.lexer.open_paren().is_some_and(|(_, lineno, _)| line > lineno) {
                        self.raise_unclosed();
                    }
                    return;
                }
                TokenKind::EndMarker => return,
                _ => {}
            }
        }
    }
}
