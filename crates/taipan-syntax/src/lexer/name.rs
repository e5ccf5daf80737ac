//! Identifiers and string prefixes.
//!
//! Invariant: a NAME token is an identifier of PEP 3131 before normalisation.

use taipan_text::unicode;

use super::Lexer;
use crate::token::{Token, TokenKind};

/// The prefix letters seen before a quote.
#[derive(Clone, Copy, Default)]
struct Prefix {
    b: bool,
    r: bool,
    u: bool,
    f: bool,
    t: bool,
}

impl Prefix {
    /// Adds `c` where no such letter was seen.
    fn add(&mut self, c: u8) -> bool {
        let seen = match c.to_ascii_lowercase() {
            b'b' => &mut self.b,
            b'r' => &mut self.r,
            b'u' => &mut self.u,
            b'f' => &mut self.f,
            b't' => &mut self.t,
            _ => return false,
        };
        !std::mem::replace(seen, true)
    }

    /// Two letters that exclude each other.
    fn clash(self) -> Option<(char, char)> {
        let pairs = [
            (self.u && self.b, ('u', 'b')),
            (self.u && self.r, ('u', 'r')),
            (self.u && self.f, ('u', 'f')),
            (self.u && self.t, ('u', 't')),
            (self.b && self.f, ('b', 'f')),
            (self.b && self.t, ('b', 't')),
            (self.f && self.t, ('f', 't')),
        ];
        pairs.iter().find(|(both, _)| *both).map(|(_, pair)| *pair)
    }
}

impl Lexer<'_> {
    pub(super) fn name_or_string(&mut self, start: usize, first: u8) -> Token {
        let mut prefix = Prefix::default();
        let mut c = Some(first);
        while c.is_some_and(|byte| prefix.add(byte)) {
            c = self.nextc();
            let Some(quote @ (b'"' | b'\'')) = c else { continue };
            if let Some((one, other)) = prefix.clash() {
                let range = (start + 1 - self.line_start, self.cur - self.line_start);
                return self.error_at(Some(range), format!("'{one}' and '{other}' prefixes are incompatible"));
            }
            if prefix.f || prefix.t {
                return self.ftstring_start(start, quote, prefix.r, prefix.t);
            }
            return self.string(start, quote);
        }
        let mut ascii = true;
        while let Some(byte) = c.filter(|byte| NAME_BYTES[usize::from(*byte)]) {
            ascii &= byte.is_ascii();
            for byte in self.rest_of_line() {
                if !NAME_BYTES[usize::from(*byte)] {
                    break;
                }
                ascii &= byte.is_ascii();
                self.cur += 1;
            }
            c = self.nextc();
        }
        self.backup(c);
        if !ascii
            && !self.options.extra_tokens
            && let Err(token) = self.verify_identifier(start)
        {
            return *token;
        }
        let kind = TokenKind::of_name(&self.text[start..self.cur]);
        self.token(kind, start, self.cur)
    }

    fn verify_identifier(&mut self, start: usize) -> Result<(), Box<Token>> {
        let name = String::from_utf8_lossy(&self.text[start..self.cur]).into_owned();
        let bad = name
            .char_indices()
            .find(|(at, c)| !if *at == 0 { is_identifier_start(*c) } else { is_identifier_part(*c) });
        let Some((at, c)) = bad else { return Ok(()) };
        self.cur = start + at + c.len_utf8();
        let point = u32::from(c);
        let msg = if is_printable(c) {
            format!("invalid character '{c}' (U+{point:04X})")
        } else {
            format!("invalid non-printable character U+{point:04X}")
        };
        Err(Box::new(self.syntax_error(msg)))
    }
}

/// Whether `byte` may continue a name, before identifiers are verified.
pub(super) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 128
}

/// [`is_name_byte`] of every byte.
static NAME_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = byte >= 128 || (byte as u8).is_ascii_alphanumeric() || byte == b'_' as usize;
        byte += 1;
    }
    table
};

fn is_identifier_start(c: char) -> bool {
    unicode::is_id_start(u32::from(c))
}

fn is_identifier_part(c: char) -> bool {
    unicode::is_id_continue(u32::from(c))
}

/// `str.isprintable` for one character.
pub(crate) fn is_printable(c: char) -> bool {
    unicode::is_printable(u32::from(c))
}
