//! Splitting: by separator, by whitespace, by lines, and into three around a separator.
//!
//! All give ranges of code point indexes. A `max` of `None` is no limit on the number of splits. The `r` forms give the
//! pieces from right to left; the caller reverses them.

use std::ops::Range;

use crate::text_ref::with_units;
use crate::units::Unit;
use crate::{TextRef, unicode};

/// `text.split(separator, max)` for a separator that is not empty (`ValueError("empty separator")` is the caller's).
pub fn split(text: TextRef<'_>, separator: TextRef<'_>, max: Option<usize>) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for at in super::matches(text, separator).take(max.unwrap_or(usize::MAX)) {
        pieces.push(start..at);
        start = at + separator.len();
    }
    pieces.push(start..text.len());
    pieces
}

/// `text.rsplit(separator, max)`, from right to left.
pub fn rsplit(text: TextRef<'_>, separator: TextRef<'_>, max: Option<usize>) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut end = text.len();
    while max.is_none_or(|max| pieces.len() < max)
        && !separator.is_empty()
        && let Some(at) = super::rfind(text.slice(0..end), separator)
    {
        pieces.push(at + separator.len()..end);
        end = at;
    }
    pieces.push(0..end);
    pieces
}

/// `text.split(None, max)`: runs without whitespace as [`unicode::is_space`] has it.
pub fn split_whitespace(text: TextRef<'_>, max: Option<usize>) -> Vec<Range<usize>> {
    split_where(text, max, unicode::is_space)
}

/// `text.rsplit(None, max)`, from right to left.
pub fn rsplit_whitespace(text: TextRef<'_>, max: Option<usize>) -> Vec<Range<usize>> {
    rsplit_where(text, max, unicode::is_space)
}

pub(super) fn split_where(
    text: TextRef<'_>,
    max: Option<usize>,
    is_space: impl Fn(u32) -> bool + Copy,
) -> Vec<Range<usize>> {
    fn go<U: Unit>(units: &[U], max: usize, is_space: impl Fn(u32) -> bool) -> Vec<Range<usize>> {
        let mut pieces = Vec::new();
        let mut at = 0;
        while let Some(blank) = units[at..].iter().position(|&unit| !is_space(unit.into())) {
            let start = at + blank;
            if pieces.len() >= max {
                // The rest in one piece, with the whitespace at its far end.
                pieces.push(start..units.len());
                break;
            }
            at = units[start..].iter().position(|&unit| is_space(unit.into())).map_or(units.len(), |n| start + n);
            pieces.push(start..at);
        }
        pieces
    }
    let max = max.unwrap_or(usize::MAX);
    with_units!(text, units => go(units, max, is_space))
}

pub(super) fn rsplit_where(text: TextRef<'_>, max: Option<usize>, is_space: fn(u32) -> bool) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut points = text.iter().enumerate().rev();
    while let Some((last, _)) = points.find(|&(_, point)| !is_space(point)) {
        if max.is_some_and(|max| pieces.len() >= max) {
            pieces.push(0..last + 1);
            break;
        }
        let start = points.find(|&(_, point)| is_space(point)).map_or(0, |(before, _)| before + 1);
        pieces.push(start..last + 1);
    }
    pieces
}

/// `text.splitlines(keep_ends)` at [`unicode::is_linebreak`], `\r\n` being one line end.
pub fn split_lines(text: TextRef<'_>, keep_ends: bool) -> Vec<Range<usize>> {
    split_lines_where(text, keep_ends, unicode::is_linebreak)
}

pub(super) fn split_lines_where(
    text: TextRef<'_>,
    keep_ends: bool,
    is_end: impl Fn(u32) -> bool + Copy,
) -> Vec<Range<usize>> {
    fn go<U: Unit>(units: &[U], keep_ends: bool, is_end: impl Fn(u32) -> bool) -> Vec<Range<usize>> {
        let mut lines = Vec::new();
        let mut start = 0;
        while let Some(n) = units[start..].iter().position(|&unit| is_end(unit.into())) {
            let end = start + n;
            let is_pair = units[end].into() == 0x0d && units.get(end + 1).is_some_and(|&unit| unit.into() == 0x0a);
            let next = end + if is_pair { 2 } else { 1 };
            lines.push(start..if keep_ends { next } else { end });
            start = next;
        }
        if start < units.len() {
            lines.push(start..units.len());
        }
        lines
    }
    with_units!(text, units => go(units, keep_ends, is_end))
}

/// `text.partition(separator)`: the parts before and after the first separator; `None` if it does not occur.
pub fn partition(text: TextRef<'_>, separator: TextRef<'_>) -> Option<(Range<usize>, Range<usize>)> {
    let at = super::find(text, separator)?;
    Some((0..at, at + separator.len()..text.len()))
}

/// `text.rpartition(separator)`: the parts before and after the last separator; `None` if it does not occur.
pub fn rpartition(text: TextRef<'_>, separator: TextRef<'_>) -> Option<(Range<usize>, Range<usize>)> {
    let at = super::rfind(text, separator)?;
    Some((0..at, at + separator.len()..text.len()))
}
