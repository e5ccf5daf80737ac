//! Searching, splitting and padding: the cores of the methods that `str` and `bytes` share.
//!
//! Functions take a [`TextRef`]; bytes go in as `TextRef::Latin1`, which is exact for everything but whitespace and line
//! ends, see [`split`] and [`bytes`]. Every search is linear in the worst case. Positions are code point indexes.

pub mod bytes;
mod finder;
pub mod layout;
pub mod replace;
pub mod split;
pub mod strip;

use std::borrow::Cow;

use crate::TextRef;
use crate::text_ref::with_units;
use crate::units::Unit;
use finder::Finder;

/// Clips `start` and `end` of a slice argument to a sequence of `len`, negative ones counting from the end.
pub fn clip_bounds(len: usize, start: i64, end: i64) -> (usize, usize) {
    let clip = |at: i64| {
        let len = len as i64;
        let at = if at < 0 { at.saturating_add(len) } else { at };
        at.clamp(0, len) as usize
    };
    // A start past the end stays past every end, so that not even the empty text is found there.
    let first = if start > len as i64 { usize::MAX } else { clip(start) };
    (first, clip(end))
}

/// The part of the text between clipped bounds, `None` if start lies behind end.
fn window(text: TextRef<'_>, start: i64, end: i64) -> Option<(TextRef<'_>, usize)> {
    let (start, end) = clip_bounds(text.len(), start, end);
    (start <= end).then(|| (text.slice(start..end), start))
}

/// The first occurrence of `needle`; the empty needle is at 0.
pub fn find(haystack: TextRef<'_>, needle: TextRef<'_>) -> Option<usize> {
    fn go<U: Unit>(haystack: &[U], needle: TextRef<'_>) -> Option<usize> {
        Finder::new(&U::units_of(needle)?).find(haystack)
    }
    if needle.len() > haystack.len() {
        return None;
    }
    with_units!(haystack, units => go(units, needle))
}

/// The last occurrence of `needle`; the empty needle is at the end.
pub fn rfind(haystack: TextRef<'_>, needle: TextRef<'_>) -> Option<usize> {
    fn go<U: Unit>(haystack: &[U], needle: TextRef<'_>) -> Option<usize> {
        finder::rfind(haystack, &U::units_of(needle)?)
    }
    if needle.len() > haystack.len() {
        return None;
    }
    with_units!(haystack, units => go(units, needle))
}

/// The number of occurrences that do not overlap; one more than the length for the empty needle.
pub fn count(haystack: TextRef<'_>, needle: TextRef<'_>) -> usize {
    if needle.is_empty() { haystack.len() + 1 } else { matches(haystack, needle).count() }
}

/// The starts of the occurrences that do not overlap, of a needle that is not empty.
pub(crate) fn matches<'a>(haystack: TextRef<'a>, needle: TextRef<'a>) -> Box<dyn Iterator<Item = usize> + 'a> {
    fn go<'a, U: Unit>(haystack: &'a [U], needle: TextRef<'a>) -> Box<dyn Iterator<Item = usize> + 'a> {
        match U::units_of(needle) {
            None => Box::new(std::iter::empty()),
            Some(Cow::Borrowed(needle)) if let Some(found) = U::fast_matches(haystack, needle) => found,
            Some(needle) => {
                let mut from = 0;
                Box::new(std::iter::from_fn(move || {
                    let at = from + Finder::new(&needle).find(haystack.get(from..)?)?;
                    from = at + needle.len();
                    Some(at)
                }))
            }
        }
    }
    if needle.is_empty() || needle.len() > haystack.len() {
        return Box::new(std::iter::empty());
    }
    with_units!(haystack, units => go(units, needle))
}

/// `needle in haystack`.
pub fn contains(haystack: TextRef<'_>, needle: TextRef<'_>) -> bool {
    find(haystack, needle).is_some()
}

/// `haystack.find(needle, start, end)`.
pub fn find_between(haystack: TextRef<'_>, needle: TextRef<'_>, start: i64, end: i64) -> Option<usize> {
    let (part, offset) = window(haystack, start, end)?;
    Some(find(part, needle)? + offset)
}

/// `haystack.rfind(needle, start, end)`.
pub fn rfind_between(haystack: TextRef<'_>, needle: TextRef<'_>, start: i64, end: i64) -> Option<usize> {
    let (part, offset) = window(haystack, start, end)?;
    Some(rfind(part, needle)? + offset)
}

/// `haystack.count(needle, start, end)`.
pub fn count_between(haystack: TextRef<'_>, needle: TextRef<'_>, start: i64, end: i64) -> usize {
    window(haystack, start, end).map_or(0, |(part, _)| count(part, needle))
}

/// `haystack.startswith(prefix, start, end)` for one prefix.
pub fn starts_with(haystack: TextRef<'_>, prefix: TextRef<'_>, start: i64, end: i64) -> bool {
    window(haystack, start, end)
        .is_some_and(|(part, _)| part.len() >= prefix.len() && part.slice(0..prefix.len()) == prefix)
}

/// `haystack.endswith(suffix, start, end)` for one suffix.
pub fn ends_with(haystack: TextRef<'_>, suffix: TextRef<'_>, start: i64, end: i64) -> bool {
    window(haystack, start, end)
        .is_some_and(|(part, _)| part.len() >= suffix.len() && part.slice_from(part.len() - suffix.len()) == suffix)
}

#[cfg(test)]
mod tests;
