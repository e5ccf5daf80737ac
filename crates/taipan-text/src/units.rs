//! Code units: what the generic algorithms over 1-, 2- and 4-byte text and over bytes need to know.

use std::borrow::Cow;

use crate::TextRef;

/// A stored code point of some width.
pub trait Unit: Copy + Ord + Into<u32> + 'static {
    /// The code point in this width; `None` if it is too wide.
    fn from_point(point: u32) -> Option<Self>;

    /// The first occurrence of one unit.
    fn position(units: &[Self], unit: Self) -> Option<usize> {
        /// So many units are compared without a branch, which vector instructions can do.
        const AT_ONCE: usize = 16;
        let chunks = units.chunks_exact(AT_ONCE);
        let whole = units.len() - chunks.remainder().len();
        let has_unit = |chunk: &[Self]| chunk.iter().fold(false, |found, &other| found | (other == unit));
        let from = chunks.into_iter().position(has_unit).map_or(whole, |chunk| chunk * AT_ONCE);
        units[from..].iter().position(|&other| other == unit).map(|at| from + at)
    }

    /// The last occurrence of one unit.
    fn last_position(units: &[Self], unit: Self) -> Option<usize> {
        units.iter().rposition(|&other| other == unit)
    }

    /// The first occurrence of a sequence, if there is a faster way than the generic one.
    fn fast_find(_haystack: &[Self], _needle: &[Self]) -> Option<Option<usize>> {
        None
    }

    /// The starts of the occurrences that do not overlap, if there is a faster way than the generic one.
    fn fast_matches<'a>(_haystack: &'a [Self], _needle: &'a [Self]) -> Option<Box<dyn Iterator<Item = usize> + 'a>> {
        None
    }

    /// The units of a text in this width; `None` if some code point is too wide.
    fn units_of(text: TextRef<'_>) -> Option<Cow<'_, [Self]>>;
}

/// Narrows or widens unit by unit.
fn converted<U: Unit>(text: TextRef<'_>) -> Option<Cow<'_, [U]>> {
    text.iter().map(U::from_point).collect::<Option<Vec<_>>>().map(Cow::Owned)
}

impl Unit for u8 {
    fn from_point(point: u32) -> Option<u8> {
        point.try_into().ok()
    }

    fn position(units: &[u8], unit: u8) -> Option<usize> {
        memchr::memchr(unit, units)
    }

    fn last_position(units: &[u8], unit: u8) -> Option<usize> {
        memchr::memrchr(unit, units)
    }

    fn fast_find(haystack: &[u8], needle: &[u8]) -> Option<Option<usize>> {
        Some(memchr::memmem::find(haystack, needle))
    }

    fn fast_matches<'a>(haystack: &'a [u8], needle: &'a [u8]) -> Option<Box<dyn Iterator<Item = usize> + 'a>> {
        match needle {
            [] => None,
            [byte] => Some(Box::new(memchr::memchr_iter(*byte, haystack))),
            _ => Some(Box::new(memchr::memmem::find_iter(haystack, needle))),
        }
    }

    fn units_of(text: TextRef<'_>) -> Option<Cow<'_, [u8]>> {
        match text {
            TextRef::Ascii(units) | TextRef::Latin1(units) => Some(units.into()),
            wide => converted(wide),
        }
    }
}

impl Unit for u16 {
    fn from_point(point: u32) -> Option<u16> {
        point.try_into().ok()
    }

    fn units_of(text: TextRef<'_>) -> Option<Cow<'_, [u16]>> {
        match text {
            TextRef::Ucs2(units) => Some(units.into()),
            other => converted(other),
        }
    }
}

impl Unit for u32 {
    fn from_point(point: u32) -> Option<u32> {
        Some(point)
    }

    fn units_of(text: TextRef<'_>) -> Option<Cow<'_, [u32]>> {
        match text {
            TextRef::Ucs4(units) => Some(units.into()),
            other => converted(other),
        }
    }
}
