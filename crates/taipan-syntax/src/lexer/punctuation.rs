//! Operators and brackets.
//!
//! Invariant: `parens` holds the brackets that are open, and each level of f-strings counts its own.

use super::{Lexer, MAX_LEVEL, ModeKind, Paren};
use crate::token::{Token, TokenKind};

impl Lexer<'_> {
    pub(super) fn dot(&mut self, start: usize) -> Token {
        let second = self.nextc();
        if second.is_some_and(|byte| byte.is_ascii_digit()) {
            self.backup(second);
            return self.number(start, b'.');
        }
        if second == Some(b'.') {
            let third = self.nextc();
            if third == Some(b'.') {
                return self.token(TokenKind::Ellipsis, start, self.cur);
            }
            self.backup(third);
        }
        self.backup(second);
        self.token(TokenKind::Dot, start, self.cur)
    }

    /// The token that begins at `start` and has the character `c` before `cur`.
    pub(super) fn operator(&mut self, start: usize, c: u8) -> Token {
        let first = self.cur.saturating_sub(1);
        let not_equal = c == b'!' && self.peek() == Some(b'=');
        if matches!(c, b':' | b'}' | b'!' | b'{')
            && !not_equal
            && let Some(token) = self.ftstring_punctuation(start, c)
        {
            return token;
        }
        // Looking at the next character may find the end of the source, which the reports depend on.
        let next = self.nextc();
        if let Some(kind) = self.operator_of(first, 2) {
            let third = self.nextc();
            let longer = self.operator_of(first, 3);
            if longer.is_none() {
                self.backup(third);
            }
            return self.token(longer.unwrap_or(kind), start, self.cur);
        }
        self.backup(next);
        match c {
            b'(' | b'[' | b'{' => {
                if self.parens.len() >= MAX_LEVEL {
                    return self.syntax_error("too many nested parentheses");
                }
                let column = u32::try_from(start - self.line_start).unwrap_or(u32::MAX);
                self.parens.push(Paren { byte: c, lineno: self.lineno, column });
                if let Some(mode) = self.modes.last_mut() {
                    mode.depth += 1;
                }
            }
            b')' | b']' | b'}' => {
                if let Err(token) = self.close(c) {
                    return *token;
                }
            }
            b'=' => {
                if let Some(mode) = self.modes.last_mut().filter(|mode| mode.depth - mode.expr_start_depth == 1) {
                    mode.in_debug = true;
                }
            }
            // Bytes of other characters come here behind a lone carriage return only.
            c if c.is_ascii_control() || matches!(c, 0x80..=0xA0 | 0xAD) => {
                return self.syntax_error(format!("invalid non-printable character U+{c:04X}"));
            }
            _ => {}
        }
        let kind = TokenKind::of_operator(&[c]).unwrap_or(TokenKind::Op);
        self.token(kind, start, self.cur)
    }

    /// The operator of `length` characters at `start`, dots apart.
    fn operator_of(&self, start: usize, length: usize) -> Option<TokenKind> {
        let text = self.text[..self.inp].get(start..start + length)?;
        let refused = text == b"..." || (text == b"<>" && !self.barry_as_flufl);
        if refused { None } else { TokenKind::of_operator(text) }
    }

    fn close(&mut self, c: u8) -> Result<(), Box<Token>> {
        let shown = char::from(c);
        let mode = self.modes.last().copied();
        if let Some(mode) = mode.filter(|mode| mode.depth == 0)
            && c == b'}'
        {
            let msg = format!("{}-string: single '}}' is not allowed", mode.prefix());
            return Err(Box::new(self.syntax_error(msg)));
        }
        let strict = !self.options.extra_tokens;
        match self.parens.pop() {
            None if strict => return Err(Box::new(self.syntax_error(format!("unmatched '{shown}'")))),
            Some(open) if !matches!((open.byte, c), (b'(', b')') | (b'[', b']') | (b'{', b'}')) => {
                if let Some(mode) = mode.filter(|mode| mode.depth - 1 == mode.expr_start_depth)
                    && open.byte == b'{'
                {
                    let msg = format!("{}-string: unmatched '{shown}'", mode.prefix());
                    return Err(Box::new(self.syntax_error(msg)));
                }
                if strict {
                    let opened = char::from(open.byte);
                    let mut msg =
                        format!("closing parenthesis '{shown}' does not match opening parenthesis '{opened}'");
                    if open.lineno != self.lineno {
                        msg.push_str(&format!(" on line {}", open.lineno));
                    }
                    return Err(Box::new(self.syntax_error(msg)));
                }
            }
            _ => {}
        }
        let Some(mode) = self.modes.last_mut() else { return Ok(()) };
        mode.depth -= 1;
        if mode.depth < 0 {
            let msg = format!("{}-string: unmatched '{shown}'", mode.prefix());
            return Err(Box::new(self.syntax_error(msg)));
        }
        if c == b'}' && mode.depth == mode.expr_start_depth {
            mode.expr_start_depth -= 1;
            mode.kind = ModeKind::FString;
            mode.in_format_spec = false;
            mode.in_debug = false;
        }
        Ok(())
    }
}
