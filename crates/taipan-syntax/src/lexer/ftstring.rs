//! f-strings (PEP 701) and t-strings (PEP 750): the pieces between the quotes, and the punctuation of fields.

use super::{Done, Lexer, Mode, ModeKind};
use crate::token::{Token, TokenKind};

const MAX_NESTED_STRINGS: usize = 150;
const MAX_EXPR_NESTING: i32 = 3;

impl Lexer<'_> {
    /// The opening quotes; `cur` stands behind the first.
    pub(super) fn ftstring_start(&mut self, start: usize, quote: u8, raw: bool, template: bool) -> Token {
        self.first_lineno = self.lineno;
        self.multi_line_start = self.line_start;
        let mut quote_size = 1;
        let second = self.nextc();
        let third = if second == Some(quote) { self.nextc() } else { None };
        if third == Some(quote) {
            quote_size = 3;
        } else {
            self.backup(third);
            self.backup(second);
        }
        if self.modes.len() + 1 >= MAX_NESTED_STRINGS {
            return self.syntax_error("too many nested f-strings or t-strings");
        }
        self.modes.push(Mode {
            kind: ModeKind::FString,
            quote,
            quote_size,
            raw,
            template,
            start,
            multi_line_start: self.line_start,
            first_line: self.lineno,
            ..Mode::BASE
        });
        let kind = if template { TokenKind::TStringStart } else { TokenKind::FStringStart };
        self.token(kind, start, self.cur)
    }

    /// The next piece of the innermost f- or t-string.
    pub(super) fn ftstring_token(&mut self) -> Token {
        let Some(mode) = self.modes.last().copied() else { return self.regular_token() };
        let start = self.cur;
        self.start = Some(start);
        self.first_lineno = self.lineno;
        self.multi_line_start = self.line_start;
        self.start_column = self.column();
        // A field at once: there is no text before it.
        let c = self.nextc();
        let next = self.peek();
        self.backup(c);
        if c == Some(b'{') && next != Some(b'{') {
            if let Err(token) = self.enter_field(mode) {
                return *token;
            }
            return self.regular_token();
        }
        if self.text[self.cur..].starts_with(&[mode.quote; 3][..mode.quote_size]) {
            for _ in 0..mode.quote_size {
                self.nextc();
            }
            let kind = if mode.template { TokenKind::TStringEnd } else { TokenKind::FStringEnd };
            let token = self.token(kind, start, self.cur);
            self.modes.pop();
            return token;
        }
        self.ftstring_middle(start, mode)
    }

    fn enter_field(&mut self, mode: Mode) -> Result<(), Box<Token>> {
        if mode.expr_start_depth + 1 >= MAX_EXPR_NESTING {
            let msg = format!("{}-string: expressions nested too deeply", mode.prefix());
            return Err(Box::new(self.syntax_error(msg)));
        }
        if let Some(top) = self.modes.last_mut() {
            top.expr_start_depth += 1;
            top.kind = ModeKind::Regular;
        }
        Ok(())
    }

    fn leave_text(&mut self) {
        if let Some(top) = self.modes.last_mut() {
            top.kind = ModeKind::Regular;
            top.in_format_spec = false;
        }
    }

    fn ftstring_middle(&mut self, start: usize, mode: Mode) -> Token {
        let kind = if mode.template { TokenKind::TStringMiddle } else { TokenKind::FStringMiddle };
        let in_format_spec = mode.in_format_spec && mode.expr_start_depth >= 0;
        self.multi_line_start = self.line_start;
        let mut end_size = 0;
        let mut unicode_escape = false;
        while end_size != mode.quote_size {
            let c = self.nextc();
            if self.done == Done::Error {
                return self.fail(Done::Error);
            }
            if c.is_none() || (mode.quote_size == 1 && c == Some(b'\n')) {
                return self.unterminated_ftstring(mode, in_format_spec, c);
            }
            if c == Some(mode.quote) {
                end_size += 1;
                continue;
            }
            end_size = 0;
            match c {
                Some(b'{') => {
                    self.note_field_start();
                    let peek = self.nextc();
                    if peek == Some(b'{') && !in_format_spec {
                        return self.token(kind, start, self.cur - 1);
                    }
                    self.backup(peek);
                    self.backup(c);
                    if let Err(token) = self.enter_field(mode) {
                        return *token;
                    }
                    self.leave_text();
                    return self.token(kind, start, self.cur);
                }
                Some(b'}') => {
                    if unicode_escape {
                        return self.token(kind, start, self.cur);
                    }
                    let peek = self.nextc();
                    if peek == Some(b'}') && !in_format_spec && mode.depth == 0 {
                        return self.token(kind, start, self.cur - 1);
                    }
                    self.backup(peek);
                    self.backup(c);
                    self.leave_text();
                    return self.token(kind, start, self.cur);
                }
                Some(b'\\') => unicode_escape |= self.ftstring_escape(mode),
                _ => {}
            }
        }
        // The quotes belong to the end token.
        self.cur -= mode.quote_size;
        self.token(kind, start, self.cur)
    }

    /// Skips the character behind a backslash; true at the brace of `\N{`.
    fn ftstring_escape(&mut self, mode: Mode) -> bool {
        let mut peek = self.nextc();
        if peek == Some(b'\r') {
            peek = self.nextc();
        }
        match peek {
            Some(brace @ (b'{' | b'}')) => {
                if !mode.raw {
                    self.warn_invalid_escape(char::from(brace));
                }
                self.backup(peek);
                false
            }
            Some(b'N') if !mode.raw => {
                let peek = self.nextc();
                if peek != Some(b'{') {
                    self.backup(peek);
                }
                peek == Some(b'{')
            }
            _ => false,
        }
    }

    fn warn_invalid_escape(&mut self, c: char) {
        let hint = format!("Did you mean \"\\\\{c}\"? A raw string is also an option.");
        self.warn(
            format!("\"\\{c}\" is an invalid escape sequence. Such sequences will not work in the future. {hint}"),
            format!("\"\\{c}\" is an invalid escape sequence. {hint}"),
        );
    }

    fn unterminated_ftstring(&mut self, mode: Mode, in_format_spec: bool, c: Option<u8>) -> Token {
        let prefix = mode.prefix();
        if in_format_spec && c == Some(b'\n') {
            return self.syntax_error(format!(
                "{prefix}-string: newlines are not allowed in format specifiers for single quoted {prefix}-strings"
            ));
        }
        self.cur = mode.start + 1;
        self.line_start = mode.multi_line_start;
        let detected = self.lineno;
        self.lineno = mode.first_line;
        if mode.quote_size == 3 {
            let msg = format!("unterminated triple-quoted {prefix}-string literal (detected at line {detected})");
            let token = self.syntax_error(msg);
            if c.is_none() {
                self.done = Done::EofInString;
            }
            return token;
        }
        self.syntax_error(format!("unterminated {prefix}-string literal (detected at line {detected})"))
    }

    fn note_field_start(&mut self) {
        let cur = self.cur;
        if let Some(mode) = self.modes.last_mut() {
            mode.expr_start = Some(cur);
            mode.expr_end = None;
        }
    }

    /// What the characters `:`, `!`, `{` and `}` mean inside a field; a token for the colon of a format spec.
    pub(super) fn ftstring_punctuation(&mut self, start: usize, c: u8) -> Option<Token> {
        let mode = self.modes.last().copied().filter(|mode| mode.expr_start_depth >= 0)?;
        let cursor = mode.depth - i32::from(c != b'{');
        let valid = cursor == 0 || (cursor == 1 && (mode.in_debug || mode.in_format_spec));
        if valid {
            if c == b'{' {
                self.note_field_start();
            } else if let Some(top) = self.modes.last_mut() {
                if c != b':' || top.expr_end.is_none() {
                    top.expr_end = Some(start);
                }
                if mode.in_debug || mode.template {
                    self.field = 0;
                    if let Some(text) = self.field_text() {
                        self.fields.push(text);
                        self.field = self.fields.len() as u32;
                    }
                }
            }
        }
        if c == b':' && cursor == mode.expr_start_depth {
            if let Some(top) = self.modes.last_mut() {
                top.kind = ModeKind::FString;
                top.in_format_spec = true;
            }
            return Some(self.token(TokenKind::Colon, start, self.cur));
        }
        None
    }

    /// The text of the field so far, without comments.
    fn field_text(&self) -> Option<Box<str>> {
        let mode = self.modes.last()?;
        let raw = self.text.get(mode.expr_start?..mode.expr_end?)?;
        let text = String::from_utf8_lossy(raw);
        if !text.contains('#') {
            return Some(text.into());
        }
        let mut kept = String::with_capacity(text.len());
        let mut quote = None;
        let mut in_comment = false;
        let mut escaped = false;
        for c in text.chars() {
            if std::mem::take(&mut escaped) {
                kept.push(c);
                continue;
            }
            match c {
                '\\' if !in_comment => {
                    escaped = true;
                    kept.push(c);
                }
                '\n' if in_comment => {
                    in_comment = false;
                    kept.push(c);
                }
                _ if in_comment => {}
                '"' | '\'' => {
                    match quote {
                        None => quote = Some(c),
                        Some(open) if open == c => quote = None,
                        Some(_) => {}
                    }
                    kept.push(c);
                }
                '#' if quote.is_none() => in_comment = true,
                _ => kept.push(c),
            }
        }
        Some(kept.into())
    }
}
