//! Plain code: the tokens of lines without anything unusual, read without a call for each character.
//!
//! Invariant: what is read here gives the tokens, and leaves the state, that [`Lexer::next_token`] would. Everything that
//! can be wrong or needs a state of its own is left to it: f-strings, literals over several lines, changes of the
//! indentation, other numbers than short decimal ones, other characters than ASCII outside literals.

use super::{Lexer, MAX_INDENT, MAX_LEVEL, Paren};
use crate::ast::{Names, kind_of_number};
use crate::token::{Token, TokenKind};

/// What a byte may begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Nothing that is read here.
    Other,
    Space,
    Newline,
    Comment,
    Name,
    Digit,
    Quote,
    Open,
    Close,
    /// An operator that no other character makes longer.
    Single(TokenKind),
    /// An operator; `=` or a character of its own may follow.
    Operator(TokenKind),
}

static CLASSES: [Class; 256] = {
    let mut classes = [Class::Other; 256];
    let mut byte = 0;
    while byte < 128 {
        classes[byte] = match byte as u8 {
            b' ' => Class::Space,
            b'\n' => Class::Newline,
            b'#' => Class::Comment,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::Name,
            b'0'..=b'9' => Class::Digit,
            b'"' | b'\'' => Class::Quote,
            b'(' | b'[' | b'{' => Class::Open,
            b')' | b']' | b'}' => Class::Close,
            b',' => Class::Single(TokenKind::Comma),
            b';' => Class::Single(TokenKind::Semi),
            b'~' => Class::Single(TokenKind::Tilde),
            b'!' => Class::Operator(TokenKind::Exclamation),
            b'%' => Class::Operator(TokenKind::Percent),
            b'&' => Class::Operator(TokenKind::Amper),
            b'*' => Class::Operator(TokenKind::Star),
            b'+' => Class::Operator(TokenKind::Plus),
            b'-' => Class::Operator(TokenKind::Minus),
            b'.' => Class::Operator(TokenKind::Dot),
            b'/' => Class::Operator(TokenKind::Slash),
            b':' => Class::Operator(TokenKind::Colon),
            b'<' => Class::Operator(TokenKind::Less),
            b'=' => Class::Operator(TokenKind::Equal),
            b'>' => Class::Operator(TokenKind::Greater),
            b'@' => Class::Operator(TokenKind::At),
            b'^' => Class::Operator(TokenKind::Circumflex),
            b'|' => Class::Operator(TokenKind::VBar),
            _ => Class::Other,
        };
        byte += 1;
    }
    classes
};

/// The bytes that go on in a name (1), and those that end one but are not read here (2).
static NAME: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9' => 1,
            b'"' | b'\'' | 128.. => 2,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

/// The bytes of a literal that may end it or need a look.
static STRING: [bool; 256] = {
    let mut special = [false; 256];
    let mut at = 0;
    while at < 5 {
        special[b"\"'\\\n\r"[at] as usize] = true;
        at += 1;
    }
    special
};

/// How the reading of a line goes on.
enum Next {
    /// With the next line.
    Line,
    /// In [`Lexer::next_token`].
    Other,
}

impl<'s> Lexer<'s> {
    /// Appends the tokens of plain code from here on, perhaps none; names get their numbers.
    ///
    /// Only for lexers without [`super::LexerOptions`].
    pub(crate) fn plain_tokens(&mut self, names: &mut Names<'_>, tokens: &mut Vec<Token>) {
        // Columns and places are counted in 31 bits here.
        if !self.modes.is_empty() || self.pending != 0 || i32::try_from(self.text.len()).is_err() {
            return;
        }
        loop {
            if self.at_bol && !self.plain_indentation(tokens) {
                return;
            }
            match self.plain_line(names, tokens) {
                Next::Line => {}
                Next::Other => return,
            }
        }
    }

    /// Goes over blank lines and the indentation of the next line; false where something has to be done about it.
    fn plain_indentation(&mut self, tokens: &mut Vec<Token>) -> bool {
        loop {
            self.start = None;
            if self.cur == self.inp && (self.inp == self.text.len() || !self.next_line()) {
                return false;
            }
            let line = self.rest_of_line();
            let spaces = line.iter().position(|byte| *byte != b' ').unwrap_or(line.len());
            match line.get(spaces) {
                Some(b'\n') => self.cur = self.inp,
                Some(b'#') if line.last() == Some(&b'\n') && !line.contains(&b'\r') => self.cur = self.inp,
                None | Some(b'#' | b'\t' | 0x0C | b'\\' | b'\r') => return false,
                Some(_) => {
                    if self.parens.is_empty() && !self.plain_indent(spaces, tokens) {
                        return false;
                    }
                    self.cur += spaces;
                    self.at_bol = false;
                    return true;
                }
            }
        }
    }

    /// The INDENT or the DEDENTs before a line that begins with so many spaces; false where it is not that simple.
    fn plain_indent(&mut self, spaces: usize, tokens: &mut Vec<Token>) -> bool {
        let here = (super::offset(spaces), super::offset(spaces));
        let start = super::offset(self.cur + spaces);
        let (lineno, end_lineno) = (self.lineno, self.lineno);
        let token = |kind| Token {
            kind,
            level: 0,
            start,
            end: start,
            lineno,
            col_offset: -1,
            end_lineno,
            end_col_offset: -1,
            number: 0,
        };
        match self.indents.last() {
            Some(top) if *top == here => return true,
            Some((top, alt_top)) if *top < here.0 && *alt_top < here.0 && self.indents.len() < MAX_INDENT => {
                self.indents.push(here);
                tokens.push(token(TokenKind::Indent));
                return true;
            }
            _ => {}
        }
        let Some(kept) = self.indents.iter().rposition(|indent| *indent == here) else { return false };
        if self.indents.iter().skip(kept + 1).any(|(column, _)| *column <= here.0) {
            return false;
        }
        for _ in kept + 1..self.indents.len() {
            tokens.push(token(TokenKind::Dedent));
        }
        self.indents.truncate(kept + 1);
        true
    }

    /// The tokens of the rest of the line.
    fn plain_line(&mut self, names: &mut Names<'_>, tokens: &mut Vec<Token>) -> Next {
        let line = self.text.get(..self.inp).unwrap_or_default();
        let line_start = self.line_start;
        let lineno = self.lineno;
        let mut cur = self.cur;
        let mut level = self.parens.len() as u16;
        let next = loop {
            let Some(&byte) = line.get(cur) else { break Next::Other };
            let start = cur;
            let (kind, number) = match CLASSES[usize::from(byte)] {
                Class::Space => {
                    cur += 1;
                    continue;
                }
                Class::Name => {
                    let rest = line.get(start..).unwrap_or_default();
                    let Some(length) = rest.iter().position(|byte| NAME[usize::from(*byte)] != 1) else {
                        break Next::Other;
                    };
                    let Some(text) = rest.get(..length).filter(|_| NAME[usize::from(rest[length])] == 0) else {
                        break Next::Other;
                    };
                    let number = names.number_of_ascii(text);
                    let end = start + length;
                    cur = end;
                    (kind_of_number(number), number)
                }
                Class::Single(kind) => {
                    cur += 1;
                    (kind, 0)
                }
                Class::Operator(kind) => {
                    let Some((kind, length)) = operator(kind, line.get(cur + 1..).unwrap_or_default()) else {
                        break Next::Other;
                    };
                    cur += length;
                    (kind, 0)
                }
                Class::Open => {
                    if self.parens.len() >= MAX_LEVEL {
                        break Next::Other;
                    }
                    self.parens.push(Paren { byte, lineno, column: super::offset(start - line_start) });
                    level += 1;
                    cur += 1;
                    let kind = match byte {
                        b'(' => TokenKind::LPar,
                        b'[' => TokenKind::LSqb,
                        _ => TokenKind::LBrace,
                    };
                    (kind, 0)
                }
                Class::Close => {
                    let (opening, kind) = match byte {
                        b')' => (b'(', TokenKind::RPar),
                        b']' => (b'[', TokenKind::RSqb),
                        _ => (b'{', TokenKind::RBrace),
                    };
                    if self.parens.last().is_none_or(|open| open.byte != opening) {
                        break Next::Other;
                    }
                    self.parens.pop();
                    level -= 1;
                    cur += 1;
                    (kind, 0)
                }
                Class::Digit => {
                    let rest = line.get(start + 1..).unwrap_or_default();
                    let digits = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
                    let plain = rest.get(digits).is_some_and(|&after| NAME[usize::from(after)] == 0 && after != b'.');
                    if !plain || (byte == b'0' && digits > 0) {
                        break Next::Other;
                    }
                    cur += 1 + digits;
                    (TokenKind::Number, 0)
                }
                Class::Quote => {
                    let Some(length) = string_length(byte, line.get(start + 1..).unwrap_or_default()) else {
                        break Next::Other;
                    };
                    cur += 1 + length;
                    self.first_lineno = lineno;
                    self.multi_line_start = line_start;
                    (TokenKind::String, 0)
                }
                class @ (Class::Newline | Class::Comment) => {
                    if class == Class::Comment {
                        let rest = line.get(start..).unwrap_or_default();
                        if memchr::memchr2(b'\n', b'\r', rest) != Some(rest.len() - 1) || !rest.ends_with(b"\n") {
                            break Next::Other;
                        }
                    }
                    cur = line.len();
                    self.at_bol = true;
                    if level == 0 {
                        let token = plain_token(TokenKind::Newline, (start, cur), line_start, lineno);
                        tokens.push(Token { end: token.end - 1, ..token });
                    }
                    break Next::Line;
                }
                Class::Other => break Next::Other,
            };
            let token = plain_token(kind, (start, cur), line_start, lineno);
            tokens.push(Token { level, number, ..token });
            if line.get(cur) == Some(&b' ') {
                cur += 1;
            }
        };
        self.cur = cur;
        next
    }
}

/// A token on one line outside brackets.
#[inline(always)]
fn plain_token(kind: TokenKind, (start, end): (usize, usize), line_start: usize, lineno: u32) -> Token {
    Token {
        kind,
        level: 0,
        start: start as u32,
        end: end as u32,
        lineno,
        col_offset: start.wrapping_sub(line_start) as i32,
        end_lineno: lineno,
        end_col_offset: end.wrapping_sub(line_start) as i32,
        number: 0,
    }
}

/// The operator that begins with `kind` and its length; none where the rest of the line does not tell.
#[inline(always)]
fn operator(kind: TokenKind, rest: &[u8]) -> Option<(TokenKind, usize)> {
    use TokenKind as K;
    let second = *rest.first()?;
    match CLASSES[usize::from(second)] {
        Class::Operator(_) => {}
        _ if kind == K::Exclamation || (kind == K::Dot && second.is_ascii_digit()) => return None,
        Class::Other => return None,
        _ => return Some((kind, 1)),
    }
    let third = *rest.get(1)?;
    let (two, three) = match (kind, second) {
        (K::Exclamation, b'=') => (K::NotEqual, None),
        (K::Exclamation, _) => return None,
        (K::Percent, b'=') => (K::PercentEqual, None),
        (K::Amper, b'=') => (K::AmperEqual, None),
        (K::Star, b'=') => (K::StarEqual, None),
        (K::Star, b'*') => (K::DoubleStar, Some(K::DoubleStarEqual)),
        (K::Plus, b'=') => (K::PlusEqual, None),
        (K::Minus, b'=') => (K::MinEqual, None),
        (K::Minus, b'>') => (K::RArrow, None),
        (K::Slash, b'=') => (K::SlashEqual, None),
        (K::Slash, b'/') => (K::DoubleSlash, Some(K::DoubleSlashEqual)),
        (K::Colon, b'=') => (K::ColonEqual, None),
        (K::Less, b'=') => (K::LessEqual, None),
        (K::Less, b'<') => (K::LeftShift, Some(K::LeftShiftEqual)),
        (K::Less, b'>') => return None,
        (K::Equal, b'=') => (K::EqEqual, None),
        (K::Greater, b'=') => (K::GreaterEqual, None),
        (K::Greater, b'>') => (K::RightShift, Some(K::RightShiftEqual)),
        (K::At, b'=') => (K::AtEqual, None),
        (K::Circumflex, b'=') => (K::CircumflexEqual, None),
        (K::VBar, b'=') => (K::VBarEqual, None),
        (K::Dot, b'.') if third == b'.' => return Some((K::Ellipsis, 3)),
        _ => return Some((kind, 1)),
    };
    Some(match three {
        Some(three) if third == b'=' => (three, 3),
        _ => (two, 2),
    })
}

/// The length of a literal behind its first quote, the last one included; none for one that does not end in `rest` or
/// has three quotes.
#[inline(always)]
fn string_length(quote: u8, rest: &[u8]) -> Option<usize> {
    if rest.first() == Some(&quote) {
        return match rest.get(1) {
            Some(third) if *third != quote => Some(1),
            _ => None,
        };
    }
    let mut at = 0;
    loop {
        at += rest.get(at..)?.iter().position(|byte| STRING[usize::from(*byte)])?;
        match rest[at] {
            byte if byte == quote => return Some(at + 1),
            b'\\' if matches!(rest.get(at + 1), Some(b'\n' | b'\r')) => return None,
            b'\\' => at += 2,
            b'\n' | b'\r' => return None,
            _ => at += 1,
        }
    }
}
