//! Plain code: the tokens of lines without anything unusual, read without a call for each character.
//!
//! Invariant: what is read here gives the tokens, and leaves the state, that [`Lexer::next_token`] would. Everything that
//! can be wrong or needs a state of its own is left to it: f-strings, unusual changes of the indentation, other numbers
//! than short decimal ones, other characters than ASCII outside literals. Until then the end of the line under way is not
//! looked for.

use super::words::{literal_length, name_length, spaces_at, word_at};
use super::{Done, Lexer, MAX_INDENT, MAX_LEVEL, Paren, line_length};
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

/// The bytes that a name or number followed by them is not read here with.
static JOINED: [bool; 256] = {
    let mut joined = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        joined[byte] = matches!(byte as u8, b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9' | b'"' | b'\'' | 128..);
        byte += 1;
    }
    joined
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
        if !self.at_bol && self.cur == self.inp {
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

    /// Goes over blank lines and the indentation of the next line, whose end is not looked for; false where something has
    /// to be done about it.
    fn plain_indentation(&mut self, tokens: &mut Vec<Token>) -> bool {
        let text = self.text;
        loop {
            self.start = None;
            if self.cur == self.inp {
                if self.cur == text.len() || self.done != Done::Ok {
                    return false;
                }
                (self.buf, self.line_start) = (self.cur, self.cur);
                self.lineno += 1;
            }
            let spaces = spaces_at(text, self.cur);
            let at = self.cur + spaces;
            match text.get(at) {
                Some(b'\n') => (self.cur, self.inp) = (at + 1, at + 1),
                Some(b'#') if let Some(end) = comment_end(text, at) => (self.cur, self.inp) = (end + 1, end + 1),
                None | Some(b'#' | b'\t' | 0x0C | b'\\' | b'\r') => break,
                Some(_) => {
                    if self.parens.is_empty() && !self.plain_indent(spaces, tokens) {
                        break;
                    }
                    self.cur = at;
                    self.at_bol = false;
                    return true;
                }
            }
        }
        self.find_line_end();
        false
    }

    /// Looks for the end of the line under way.
    fn find_line_end(&mut self) {
        self.inp = self.cur + line_length(self.text.get(self.cur..).unwrap_or_default());
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
        let line = self.text;
        let (mut line_start, mut lineno) = (self.line_start, self.lineno);
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
                    let word = word_at(line, start);
                    let mut length = name_length(word);
                    let is_short = length < 8;
                    if !is_short {
                        loop {
                            let more = name_length(word_at(line, start + length));
                            length += more;
                            if more < 8 {
                                break;
                            }
                        }
                    }
                    let end = start + length;
                    let is_joined = line.get(end).is_none_or(|after| JOINED[usize::from(*after)]);
                    let Some(text) = line.get(start..end).filter(|_| !is_joined) else { break Next::Other };
                    let number = if is_short {
                        names.number_of_short(word & !(u64::MAX << (8 * length)), text)
                    } else {
                        names.number_of_ascii(text)
                    };
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
                    let plain = rest.get(digits).is_some_and(|&after| !JOINED[usize::from(after)] && after != b'.');
                    if !plain || (byte == b'0' && digits > 0) {
                        break Next::Other;
                    }
                    cur += 1 + digits;
                    (TokenKind::Number, 0)
                }
                Class::Quote => {
                    self.first_lineno = lineno;
                    self.multi_line_start = line_start;
                    let literal = line.get(start..).unwrap_or_default();
                    if literal.get(1) == Some(&byte) && literal.get(2).is_none_or(|third| *third == byte) {
                        let Some(length) = long_string_length(byte, literal) else { break Next::Other };
                        cur += length;
                        let text = line.get(start..cur).unwrap_or_default();
                        let token = plain_token(TokenKind::String, (start, cur), line_start, lineno);
                        if let Some(last) = memchr::memrchr(b'\n', text) {
                            line_start = start + last + 1;
                            lineno += memchr::memchr_iter(b'\n', text).count() as u32;
                            (self.line_start, self.lineno) = (line_start, lineno);
                        }
                        let end_col_offset = (cur - line_start) as i32;
                        tokens.push(Token { level, end_lineno: lineno, end_col_offset, ..token });
                        continue;
                    }
                    let Some(length) = string_length(byte, line, start + 1) else { break Next::Other };
                    cur += 1 + length;
                    (TokenKind::String, 0)
                }
                class @ (Class::Newline | Class::Comment) => {
                    if class == Class::Comment {
                        let Some(end) = comment_end(line, start) else { break Next::Other };
                        cur = end;
                    }
                    cur += 1;
                    self.inp = cur;
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
        if let Next::Other = next {
            self.find_line_end();
        }
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

/// The length of a literal behind its first quote, which stands before `from`, the last quote included; none for one that
/// does not end on its line.
#[inline(always)]
fn string_length(quote: u8, text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += literal_length(text, at, quote);
        match *text.get(at)? {
            byte if byte == quote => return Some(at + 1 - from),
            b'\\' if matches!(text.get(at + 1), Some(b'\n' | b'\r')) => return None,
            b'\\' => at += 2,
            _ => return None,
        }
    }
}

/// The length of the literal with three quotes that `text` begins with; none for one that does not end.
fn long_string_length(quote: u8, text: &[u8]) -> Option<usize> {
    let mut at = 3;
    loop {
        at += memchr::memchr2(quote, b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'\\') {
            if text.get(at + 1) == Some(&b'\r') {
                return None;
            }
            at += 2;
        } else if text.get(at + 1) == Some(&quote) && text.get(at + 2) == Some(&quote) {
            return Some(at + 3);
        } else {
            at += 1;
        }
    }
}

/// Where the line end behind a comment stands; none if that is no `\n`.
#[inline]
fn comment_end(text: &[u8], at: usize) -> Option<usize> {
    let end = at + memchr::memchr2(b'\n', b'\r', text.get(at..)?)?;
    (text.get(end) == Some(&b'\n')).then_some(end)
}
