//! Reading tokens from a text: names, white space, quoted literals, references.

use crate::Code;
use crate::chars;

/// Why a scan stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The text ends within a token.
    More,
    /// An error at a place of the text.
    Error(Code, usize),
}

pub type Scan<T> = Result<T, Stop>;

/// "not well-formed" at a place.
pub fn invalid<T>(at: usize) -> Scan<T> {
    Err(Stop::Error(Code::InvalidToken, at))
}

/// The character at a place.
pub fn char_at(text: &str, at: usize) -> Scan<char> {
    match text.get(at..).and_then(|rest| rest.chars().next()) {
        Some(c) => Ok(c),
        None => Err(Stop::More),
    }
}

/// The byte at a place.
pub fn byte_at(text: &str, at: usize) -> Scan<u8> {
    text.as_bytes().get(at).copied().ok_or(Stop::More)
}

/// The end of the name that begins at a place.
pub fn name(text: &str, at: usize) -> Scan<usize> {
    let first = char_at(text, at)?;
    if !chars::is_name_start(first) {
        return invalid(at);
    }
    name_rest(text, at + first.len_utf8())
}

/// The end of the name characters from a place on.
pub fn name_rest(text: &str, at: usize) -> Scan<usize> {
    let mut end = at;
    loop {
        let c = char_at(text, end)?;
        if !chars::is_name(c) {
            return Ok(end);
        }
        end += c.len_utf8();
    }
}

/// The end of the white space at a place.
pub fn spaces(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| chars::is_space(**byte)).count()
}

/// Whether the text goes on with a word; `More` while it may yet.
pub fn starts(text: &str, at: usize, word: &str) -> Scan<bool> {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let common = rest.len().min(word.len());
    if rest[..common] != word.as_bytes()[..common] {
        return Ok(false);
    }
    if common < word.len() { Err(Stop::More) } else { Ok(true) }
}

/// The place of `end` from a place on; what lies between must be characters.
pub fn until(text: &str, from: usize, end: &str) -> Scan<usize> {
    let rest = text.get(from..).unwrap_or_default();
    let found = rest.find(end);
    let inner = &rest[..found.unwrap_or(rest.len())];
    if let Some((at, _)) = inner.char_indices().find(|(_, c)| !chars::is_char(*c)) {
        return invalid(from + at);
    }
    found.map(|found| from + found).ok_or(Stop::More)
}

/// The contents of a quoted literal and the place behind it.
pub fn literal(text: &str, at: usize) -> Scan<(&str, usize)> {
    let quote = byte_at(text, at)?;
    if quote != b'"' && quote != b'\'' {
        return invalid(at);
    }
    let end = until(text, at + 1, if quote == b'"' { "\"" } else { "'" })?;
    Ok((&text[at + 1..end], end + 1))
}

/// What follows `&`.
#[derive(Debug, PartialEq, Eq)]
pub enum Reference<'t> {
    Char(char),
    Entity(&'t str),
}

/// The reference that begins with the `&` at a place, and the place behind it.
pub fn reference(text: &str, at: usize) -> Scan<(Reference<'_>, usize)> {
    if byte_at(text, at + 1)? != b'#' {
        let end = name(text, at + 1)?;
        if byte_at(text, end)? != b';' {
            return invalid(end);
        }
        return Ok((Reference::Entity(&text[at + 1..end]), end + 1));
    }
    let hexadecimal = byte_at(text, at + 2)? == b'x';
    let start = at + 2 + usize::from(hexadecimal);
    let radix = if hexadecimal { 16 } else { 10 };
    let mut end = start;
    let mut number = 0u32;
    loop {
        let byte = byte_at(text, end)?;
        match char::from(byte).to_digit(radix) {
            Some(digit) => number = number.saturating_mul(radix).saturating_add(digit),
            None if byte == b';' && end > start => break,
            None => return invalid(end),
        }
        end += 1;
    }
    match char::from_u32(number).filter(|c| chars::is_char(*c)) {
        Some(c) => Ok((Reference::Char(c), end + 1)),
        None => Err(Stop::Error(Code::BadCharRef, at)),
    }
}

/// A text with the ends of its lines made one.
pub fn normalize_lines(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}
