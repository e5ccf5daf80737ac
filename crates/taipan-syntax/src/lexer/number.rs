//! Number literals: their forms and the errors of malformed ones.

use super::Lexer;
use super::name::is_name_byte;
use crate::token::{Token, TokenKind};

type Step<T> = Result<T, Box<Token>>;

impl Lexer<'_> {
    /// A number that begins with the character `first` at `start`; `cur` stands behind it.
    pub(super) fn number(&mut self, start: usize, first: u8) -> Token {
        match self.number_end(start, first) {
            Ok(()) => self.token(TokenKind::Number, start, self.cur),
            Err(token) => *token,
        }
    }

    fn number_end(&mut self, start: usize, first: u8) -> Step<()> {
        if first == b'.' {
            let c = self.nextc();
            return self.fraction(c);
        }
        if first != b'0' {
            let c = self.decimal_tail()?;
            return if c == Some(b'.') {
                let c = self.nextc();
                self.fraction(c)
            } else {
                self.exponent(c)
            };
        }
        let c = self.nextc();
        match c {
            Some(b'x' | b'X') => self.radix(16, "hexadecimal"),
            Some(b'o' | b'O') => self.radix(8, "octal"),
            Some(b'b' | b'B') => self.radix(2, "binary"),
            _ => self.after_zero(start, c),
        }
    }

    fn radix(&mut self, radix: u32, name: &str) -> Step<()> {
        let is_digit = |c: Option<u8>| c.is_some_and(|byte| char::from(byte).is_digit(radix));
        let mut c = self.nextc();
        loop {
            if c == Some(b'_') {
                c = self.nextc();
            }
            if !is_digit(c) {
                return Err(self.bad_digit(c, radix, name));
            }
            while is_digit(c) {
                c = self.nextc();
            }
            if c != Some(b'_') {
                break;
            }
        }
        if radix < 16 && c.is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.bad_digit(c, radix, name));
        }
        self.verify_end(c, name)?;
        self.backup(c);
        Ok(())
    }

    fn bad_digit(&mut self, c: Option<u8>, radix: u32, name: &str) -> Box<Token> {
        if let Some(digit) = c.filter(|byte| radix < 16 && byte.is_ascii_digit()) {
            return Box::new(self.syntax_error(format!("invalid digit '{}' in {name} literal", char::from(digit))));
        }
        self.backup(c);
        Box::new(self.syntax_error(format!("invalid {name} literal")))
    }

    /// Zero, a float, or the old octal form, which is an error.
    fn after_zero(&mut self, start: usize, mut c: Option<u8>) -> Step<()> {
        loop {
            if c == Some(b'_') {
                c = self.nextc();
                if !is_digit(c) {
                    self.backup(c);
                    return Err(Box::new(self.syntax_error("invalid decimal literal")));
                }
            }
            if c != Some(b'0') {
                break;
            }
            c = self.nextc();
        }
        let zeros_end = self.cur;
        let nonzero = is_digit(c);
        if nonzero {
            c = self.decimal_tail()?;
        }
        match c {
            Some(b'.') => {
                let c = self.nextc();
                self.fraction(c)
            }
            Some(b'e' | b'E' | b'j' | b'J') => self.exponent(c),
            _ if nonzero && !self.options.extra_tokens => {
                self.backup(c);
                let range = (start + 1 - self.line_start, zeros_end - self.line_start);
                let msg = "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal \
                           integers";
                Err(Box::new(self.error_at(Some(range), msg.to_owned())))
            }
            _ => {
                self.verify_end(c, "decimal")?;
                self.backup(c);
                Ok(())
            }
        }
    }

    /// The digits behind the first, with single underscores between them; gives the character behind.
    fn decimal_tail(&mut self) -> Step<Option<u8>> {
        loop {
            let mut c = self.nextc();
            while is_digit(c) {
                c = self.nextc();
            }
            if c != Some(b'_') {
                return Ok(c);
            }
            c = self.nextc();
            if !is_digit(c) {
                self.backup(c);
                return Err(Box::new(self.syntax_error("invalid decimal literal")));
            }
        }
    }

    fn fraction(&mut self, c: Option<u8>) -> Step<()> {
        let c = if is_digit(c) { self.decimal_tail()? } else { c };
        self.exponent(c)
    }

    fn exponent(&mut self, mut c: Option<u8>) -> Step<()> {
        if let Some(e @ (b'e' | b'E')) = c {
            c = self.nextc();
            if matches!(c, Some(b'+' | b'-')) {
                c = self.nextc();
                if !is_digit(c) {
                    self.backup(c);
                    return Err(Box::new(self.syntax_error("invalid decimal literal")));
                }
            } else if !is_digit(c) {
                self.backup(c);
                self.verify_end(Some(e), "decimal")?;
                self.backup(Some(e));
                return Ok(());
            }
            c = self.decimal_tail()?;
        }
        if matches!(c, Some(b'j' | b'J')) {
            c = self.nextc();
            self.verify_end(c, "imaginary")?;
        } else {
            self.verify_end(c, "decimal")?;
        }
        self.backup(c);
        Ok(())
    }

    /// Refuses a letter behind a number; a keyword that may follow a number is only warned about.
    fn verify_end(&mut self, c: Option<u8>, kind: &str) -> Step<()> {
        let Some(byte) = c.filter(|_| !self.options.extra_tokens) else { return Ok(()) };
        let rest = &self.text[self.cur..self.inp];
        let word =
            |tail: &[u8]| rest.starts_with(tail) && !rest.get(tail.len()).is_some_and(|byte| is_name_byte(*byte));
        let keyword = match byte {
            b'a' => word(b"nd"),
            b'e' => word(b"lse"),
            b'f' => word(b"or"),
            b'i' => matches!(rest.first(), Some(b'f' | b'n' | b's')),
            b'o' => word(b"r"),
            b'n' => word(b"ot"),
            _ => false,
        };
        if keyword {
            self.backup(c);
            let msg = format!("invalid {kind} literal");
            self.warn(msg.clone(), msg);
            self.nextc();
        } else if byte < 128 && is_name_byte(byte) {
            self.backup(c);
            return Err(Box::new(self.syntax_error(format!("invalid {kind} literal"))));
        }
        Ok(())
    }
}

fn is_digit(c: Option<u8>) -> bool {
    c.is_some_and(|byte| byte.is_ascii_digit())
}
