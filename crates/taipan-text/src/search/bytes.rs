//! What differs for bytes: ASCII whitespace, line ends, case and predicates.

use std::ops::Range;

use super::split::{rsplit_where, split_lines_where, split_where};
use super::strip::{Side, strip_where};
use crate::TextRef;

fn is_space(point: u32) -> bool {
    matches!(point, 0x09..=0x0d | 0x20)
}

/// `bytes.split(None, max)`.
pub fn split_whitespace(text: &[u8], max: Option<usize>) -> Vec<Range<usize>> {
    split_where(TextRef::Latin1(text), max, is_space)
}

/// `bytes.rsplit(None, max)`, from right to left.
pub fn rsplit_whitespace(text: &[u8], max: Option<usize>) -> Vec<Range<usize>> {
    rsplit_where(TextRef::Latin1(text), max, is_space)
}

/// `bytes.splitlines(keep_ends)`: at `\n`, `\r` and `\r\n` only.
pub fn split_lines(text: &[u8], keep_ends: bool) -> Vec<Range<usize>> {
    split_lines_where(TextRef::Latin1(text), keep_ends, |point| matches!(point, 0x0a | 0x0d))
}

/// `bytes.strip()` and its one-sided forms: the range that remains.
pub fn strip_whitespace(text: &[u8], side: Side) -> Range<usize> {
    strip_where(TextRef::Latin1(text), side, is_space)
}

/// `bytes.title`.
pub fn title(text: &[u8]) -> Vec<u8> {
    let mut in_word = false;
    let map = |byte: &u8| {
        let mapped = if in_word { byte.to_ascii_lowercase() } else { byte.to_ascii_uppercase() };
        in_word = byte.is_ascii_alphabetic();
        mapped
    };
    text.iter().map(map).collect()
}

/// `bytes.capitalize`.
pub fn capitalize(text: &[u8]) -> Vec<u8> {
    let mut out = text.to_ascii_lowercase();
    if let Some(first) = out.first_mut() {
        first.make_ascii_uppercase();
    }
    out
}

/// `bytes.swapcase`.
pub fn swapcase(text: &[u8]) -> Vec<u8> {
    text.iter().map(|byte| if byte.is_ascii_alphabetic() { byte ^ 0x20 } else { *byte }).collect()
}

/// `bytes.isspace`.
pub fn is_space_text(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|&byte| is_space(byte.into()))
}

/// `bytes.islower`.
pub fn is_lower_text(text: &[u8]) -> bool {
    !text.iter().any(u8::is_ascii_uppercase) && text.iter().any(u8::is_ascii_lowercase)
}

/// `bytes.isupper`.
pub fn is_upper_text(text: &[u8]) -> bool {
    !text.iter().any(u8::is_ascii_lowercase) && text.iter().any(u8::is_ascii_uppercase)
}

/// `bytes.istitle`.
pub fn is_title_text(text: &[u8]) -> bool {
    // Of ASCII the rule is that of `str`, so bytes beyond it are looked at as uncased.
    let ascii: Vec<u8> = text.iter().map(|byte| if byte.is_ascii() { *byte } else { b' ' }).collect();
    crate::unicode::case::is_title_text(TextRef::Ascii(&ascii))
}
