//! Stripping: of whitespace, of a set of code points, of a prefix or suffix.

use std::ops::Range;

use crate::{TextRef, unicode};

/// Which ends are stripped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    Left,
    Right,
    Both,
}

pub(super) fn strip_where(text: TextRef<'_>, side: Side, is_stripped: impl Fn(u32) -> bool) -> Range<usize> {
    let left = match side {
        Side::Right => 0,
        _ => text.iter().take_while(|&point| is_stripped(point)).count(),
    };
    let rest = text.slice_from(left);
    let right = match side {
        Side::Left => 0,
        _ => rest.iter().rev().take_while(|&point| is_stripped(point)).count(),
    };
    left..text.len() - right
}

/// `text.strip()` and its one-sided forms: the range that remains.
pub fn strip_whitespace(text: TextRef<'_>, side: Side) -> Range<usize> {
    strip_where(text, side, unicode::is_space)
}

/// `text.strip(chars)` and its one-sided forms: the range that remains.
pub fn strip_chars(text: TextRef<'_>, chars: TextRef<'_>, side: Side) -> Range<usize> {
    if chars.len() <= 4 {
        return strip_where(text, side, |point| chars.iter().any(|other| other == point));
    }
    let mut sorted: Vec<u32> = chars.iter().collect();
    sorted.sort_unstable();
    strip_where(text, side, |point| sorted.binary_search(&point).is_ok())
}

/// `text.removeprefix(prefix)`: the range that remains.
pub fn remove_prefix(text: TextRef<'_>, prefix: TextRef<'_>) -> Range<usize> {
    let has = text.len() >= prefix.len() && text.slice(0..prefix.len()) == prefix;
    (if has { prefix.len() } else { 0 })..text.len()
}

/// `text.removesuffix(suffix)`: the range that remains.
pub fn remove_suffix(text: TextRef<'_>, suffix: TextRef<'_>) -> Range<usize> {
    let end = text.len().checked_sub(suffix.len()).filter(|&end| text.slice_from(end) == suffix);
    0..end.unwrap_or(text.len())
}
