//! Plain string and bytes literals, as whole tokens.

use super::{Done, Lexer};
use crate::token::{Token, TokenKind};

impl Lexer<'_> {
    /// A literal whose prefix began at `start`; `cur` stands behind its first quote.
    pub(super) fn string(&mut self, start: usize, quote: u8) -> Token {
        self.first_lineno = self.lineno;
        self.multi_line_start = self.line_start;
        let (mut quote_size, mut end_size) = (1, 0);
        let mut escaped_quote = false;
        let mut c = self.nextc();
        if c == Some(quote) {
            c = self.nextc();
            if c == Some(quote) {
                quote_size = 3;
            } else {
                end_size = 1;
            }
        }
        if c != Some(quote) {
            self.backup(c);
        }
        while end_size != quote_size {
            let rest = self.rest_of_line();
            let plain = match quote_size {
                1 => rest.iter().position(|byte| *byte == quote || matches!(byte, b'\\' | b'\n')),
                _ => memchr::memchr2(quote, b'\\', rest),
            };
            let plain = plain.unwrap_or(rest.len());
            if plain > 0 {
                self.cur += plain;
                end_size = 0;
            }
            c = self.nextc();
            if self.done == Done::Error {
                return self.fail(Done::Error);
            }
            if c.is_none() || (quote_size == 1 && c == Some(b'\n')) {
                return self.unterminated(start, quote, quote_size, c.is_none(), escaped_quote);
            }
            if c == Some(quote) {
                end_size += 1;
                continue;
            }
            end_size = 0;
            if c == Some(b'\\') {
                c = self.nextc();
                escaped_quote |= c == Some(quote);
                if c == Some(b'\r') {
                    self.nextc();
                }
            }
        }
        self.token(TokenKind::String, start, self.cur)
    }

    /// Reports from the first quote on a literal that does not end.
    fn unterminated(&mut self, start: usize, quote: u8, quote_size: usize, at_end: bool, escaped: bool) -> Token {
        self.cur = start + 1;
        self.line_start = self.multi_line_start;
        let detected = self.lineno;
        self.lineno = self.first_lineno;
        if let Some(mode) = self.modes.last().filter(|mode| mode.quote == quote && mode.quote_size == quote_size) {
            let msg = format!("{}-string: expecting '}}'", mode.prefix());
            return self.syntax_error(msg);
        }
        let msg = if quote_size == 3 {
            format!("unterminated triple-quoted string literal (detected at line {detected})")
        } else if escaped {
            format!("unterminated string literal (detected at line {detected}); perhaps you escaped the end quote?")
        } else {
            format!("unterminated string literal (detected at line {detected})")
        };
        let token = self.syntax_error(msg);
        if at_end {
            self.done = if quote_size == 3 { Done::EofInString } else { Done::EolInString };
        }
        token
    }
}
