//! A borrowed view of Python text: a slice of code points in one of the three widths of PEP 393.
//!
//! A view need not be canonical: a slice of a `Ucs2` text may hold only ASCII. [`TextRef::max_code_point`] and
//! [`TextRef::to_buf`] give the canonical form. Code points are `u32` because Python text may hold lone surrogates.

use std::cmp::Ordering;
use std::ops::Range;

use crate::TextBuf;
use crate::units::Unit;

/// Python text, borrowed; the variant is the width of the stored code points (PEP 393).
#[derive(Clone, Copy)]
pub enum TextRef<'a> {
    /// Every code point is below 128, so the bytes are also UTF-8.
    Ascii(&'a [u8]),
    /// Code points below 256, one byte each.
    Latin1(&'a [u8]),
    /// Code points below 0x10000, surrogates stand for themselves.
    Ucs2(&'a [u16]),
    /// Code points up to 0x10FFFF.
    Ucs4(&'a [u32]),
}

/// Runs `$body` with `$units` bound to the slice of code units, whatever its width.
macro_rules! with_units {
    ($text:expr, $units:ident => $body:expr) => {
        match $text {
            $crate::TextRef::Ascii($units) | $crate::TextRef::Latin1($units) => $body,
            $crate::TextRef::Ucs2($units) => $body,
            $crate::TextRef::Ucs4($units) => $body,
        }
    };
}

pub(crate) use with_units;

impl<'a> TextRef<'a> {
    /// The view of a Rust string if it is ASCII only.
    pub fn from_ascii(text: &'a str) -> Option<Self> {
        text.is_ascii().then_some(TextRef::Ascii(text.as_bytes()))
    }

    /// The number of code points.
    pub fn len(self) -> usize {
        with_units!(self, units => units.len())
    }

    /// Whether there is no code point at all.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether the variant says that all is ASCII (a wider variant may still hold only ASCII).
    pub fn is_ascii_kind(self) -> bool {
        matches!(self, TextRef::Ascii(_))
    }

    /// Bytes per code point: 1, 2 or 4.
    pub fn kind(self) -> usize {
        match self {
            TextRef::Ascii(_) | TextRef::Latin1(_) => 1,
            TextRef::Ucs2(_) => 2,
            TextRef::Ucs4(_) => 4,
        }
    }

    /// The text as a Rust string, if its variant is `Ascii`.
    pub fn as_ascii_str(self) -> Option<&'a str> {
        match self {
            TextRef::Ascii(units) => std::str::from_utf8(units).ok(),
            _ => None,
        }
    }

    /// The code point at `index`; `None` past the end.
    pub fn get(self, index: usize) -> Option<u32> {
        (index < self.len()).then(|| self.code_point(index))
    }

    /// The code point at `index`.
    ///
    /// # Panics
    /// If `index` is not below `len`.
    pub fn code_point(self, index: usize) -> u32 {
        match self {
            TextRef::Ascii(units) | TextRef::Latin1(units) => units[index].into(),
            TextRef::Ucs2(units) => units[index].into(),
            TextRef::Ucs4(units) => units[index],
        }
    }

    /// Where an ASCII character is first.
    pub fn position(self, ascii: u8) -> Option<usize> {
        fn go<U: Unit>(units: &[U], ascii: u8) -> Option<usize> {
            U::position(units, U::from_point(ascii.into())?)
        }
        with_units!(self, units => go(units, ascii))
    }

    /// Where the first of two ASCII characters is.
    pub fn position_of_either(self, a: u8, b: u8) -> Option<usize> {
        match self {
            TextRef::Ascii(units) | TextRef::Latin1(units) => memchr::memchr2(a, b, units),
            TextRef::Ucs2(units) => units.iter().position(|&unit| unit == u16::from(a) || unit == u16::from(b)),
            TextRef::Ucs4(units) => units.iter().position(|&unit| unit == u32::from(a) || unit == u32::from(b)),
        }
    }

    /// The code points from `range.start` up to `range.end`, clipped to the text.
    pub fn slice(self, range: Range<usize>) -> TextRef<'a> {
        let end = range.end.min(self.len());
        let start = range.start.min(end);
        match self {
            TextRef::Ascii(units) => TextRef::Ascii(&units[start..end]),
            TextRef::Latin1(units) => TextRef::Latin1(&units[start..end]),
            TextRef::Ucs2(units) => TextRef::Ucs2(&units[start..end]),
            TextRef::Ucs4(units) => TextRef::Ucs4(&units[start..end]),
        }
    }

    /// The text from `start` on, clipped.
    pub fn slice_from(self, start: usize) -> TextRef<'a> {
        self.slice(start..self.len())
    }

    /// The code points in order; the iterator also runs backwards.
    pub fn iter(self) -> CodePoints<'a> {
        CodePoints(match self {
            TextRef::Ascii(units) | TextRef::Latin1(units) => Units::One(units.iter()),
            TextRef::Ucs2(units) => Units::Two(units.iter()),
            TextRef::Ucs4(units) => Units::Four(units.iter()),
        })
    }

    /// The largest code point, 0 for the empty text.
    pub fn max_code_point(self) -> u32 {
        match self {
            TextRef::Ascii(units) => units.iter().copied().max().unwrap_or(0).into(),
            TextRef::Latin1(units) => units.iter().copied().max().unwrap_or(0).into(),
            TextRef::Ucs2(units) => units.iter().copied().max().unwrap_or(0).into(),
            TextRef::Ucs4(units) => units.iter().copied().max().unwrap_or(0),
        }
    }

    /// All bits of the code points together: as wide as the widest of them, and faster to find.
    pub fn code_point_bits(self) -> u32 {
        match self {
            TextRef::Ascii(units) | TextRef::Latin1(units) => units.iter().fold(0, |bits, unit| bits | unit).into(),
            TextRef::Ucs2(units) => units.iter().fold(0, |bits, unit| bits | unit).into(),
            TextRef::Ucs4(units) => units.iter().fold(0, |bits, unit| bits | unit),
        }
    }

    /// An owned copy in the narrowest width.
    pub fn to_buf(self) -> TextBuf {
        let mut buf = TextBuf::new();
        buf.push_text(self);
        buf
    }

    /// The text as a Rust string; `None` if it holds a surrogate.
    pub fn to_utf8(self) -> Option<String> {
        if let Some(text) = self.as_ascii_str() {
            return Some(text.to_owned());
        }
        self.iter().map(char::from_u32).collect()
    }

    /// The text as a Rust string, surrogates shown as U+FFFD; for diagnostics only.
    pub fn to_utf8_lossy(self) -> String {
        self.iter().map(|point| char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    }

    /// Whether the code points equal the characters of `text`.
    pub fn eq_str(self, text: &str) -> bool {
        match self {
            TextRef::Ascii(units) => units == text.as_bytes(),
            _ => self.iter().eq(text.chars().map(u32::from)),
        }
    }
}

impl PartialEq for TextRef<'_> {
    /// Equality of the code points, whatever their widths.
    fn eq(&self, other: &Self) -> bool {
        use TextRef::*;
        match (*self, *other) {
            (Ascii(a) | Latin1(a), Ascii(b) | Latin1(b)) => a == b,
            (Ucs2(a), Ucs2(b)) => a == b,
            (Ucs4(a), Ucs4(b)) => a == b,
            (a, b) => a.len() == b.len() && a.iter().eq(b.iter()),
        }
    }
}

impl Eq for TextRef<'_> {}

impl PartialOrd for TextRef<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for TextRef<'_> {
    /// Order by code points, as Python compares `str`.
    fn cmp(&self, other: &Self) -> Ordering {
        use TextRef::*;
        match (*self, *other) {
            (Ascii(a) | Latin1(a), Ascii(b) | Latin1(b)) => a.cmp(b),
            (Ucs2(a), Ucs2(b)) => a.cmp(b),
            (Ucs4(a), Ucs4(b)) => a.cmp(b),
            (a, b) => a.iter().cmp(b.iter()),
        }
    }
}

impl std::fmt::Debug for TextRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("\"")?;
        for point in self.iter() {
            match char::from_u32(point) {
                Some(ch) => write!(f, "{}", ch.escape_debug())?,
                None => write!(f, "\\u{point:04x}")?,
            }
        }
        f.write_str("\"")
    }
}

/// The code points of a [`TextRef`], from either end.
#[derive(Clone)]
pub struct CodePoints<'a>(Units<'a>);

#[derive(Clone)]
enum Units<'a> {
    One(std::slice::Iter<'a, u8>),
    Two(std::slice::Iter<'a, u16>),
    Four(std::slice::Iter<'a, u32>),
}

impl Iterator for CodePoints<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        match &mut self.0 {
            Units::One(units) => units.next().map(|&unit| unit.into()),
            Units::Two(units) => units.next().map(|&unit| unit.into()),
            Units::Four(units) => units.next().copied(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Units::One(units) => units.size_hint(),
            Units::Two(units) => units.size_hint(),
            Units::Four(units) => units.size_hint(),
        }
    }
}

impl DoubleEndedIterator for CodePoints<'_> {
    fn next_back(&mut self) -> Option<u32> {
        match &mut self.0 {
            Units::One(units) => units.next_back().map(|&unit| unit.into()),
            Units::Two(units) => units.next_back().map(|&unit| unit.into()),
            Units::Four(units) => units.next_back().copied(),
        }
    }
}

impl ExactSizeIterator for CodePoints<'_> {}

#[cfg(test)]
mod tests;
