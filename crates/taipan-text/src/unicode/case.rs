//! Case mappings: simple ones per code point, full ones per text as `str.lower` and its kin do them.
//!
//! Full mappings give up to three code points; capital sigma at the end of a word becomes final sigma (Unicode
//! 3.13, condition Final_Sigma).

use super::{SPECIAL_CASE, SPECIAL_CASES, is_case_ignorable, is_cased, is_lower, is_title, is_upper, record};
use crate::{TextBuf, TextRef};

#[derive(Clone, Copy)]
enum Mapping {
    Upper = 0,
    Lower = 1,
    Title = 2,
    Fold = 3,
}

/// Up to three code points that a full case mapping gives for one.
#[derive(Clone, Copy, Debug)]
pub struct Mapped {
    points: [u32; 3],
    len: u8,
}

impl Mapped {
    /// The code points.
    pub fn as_slice(&self) -> &[u32] {
        &self.points[..self.len.into()]
    }
}

fn simple(point: u32, mapping: Mapping) -> u32 {
    point.wrapping_add_signed(record(point).deltas[mapping as usize])
}

fn full(point: u32, mapping: Mapping) -> Mapped {
    if record(point).flags & SPECIAL_CASE != 0
        && let Ok(at) = SPECIAL_CASES.binary_search_by_key(&point, |entry| entry.0)
    {
        let target = SPECIAL_CASES[at].1[mapping as usize];
        let mut points = [0; 3];
        points[..target.len()].copy_from_slice(target);
        return Mapped { points, len: target.len() as u8 };
    }
    Mapped { points: [simple(point, mapping), 0, 0], len: 1 }
}

/// The simple (one to one) upper case mapping.
pub fn to_upper(point: u32) -> u32 {
    simple(point, Mapping::Upper)
}

/// The simple lower case mapping, as `_sre.unicode_tolower`.
pub fn to_lower(point: u32) -> u32 {
    simple(point, Mapping::Lower)
}

/// The simple title case mapping.
pub fn to_title(point: u32) -> u32 {
    simple(point, Mapping::Title)
}

/// The full upper case mapping of one code point.
pub fn upper_full(point: u32) -> Mapped {
    full(point, Mapping::Upper)
}

/// The full lower case mapping of one code point without its context.
pub fn lower_full(point: u32) -> Mapped {
    full(point, Mapping::Lower)
}

/// The full title case mapping of one code point.
pub fn title_full(point: u32) -> Mapped {
    full(point, Mapping::Title)
}

/// The full case folding of one code point.
pub fn fold_full(point: u32) -> Mapped {
    full(point, Mapping::Fold)
}

const CAPITAL_SIGMA: u32 = 0x3a3;

/// Appends the lower case of the code point at `index`, which is `point`.
fn push_lower(out: &mut TextBuf, text: TextRef<'_>, index: usize, point: u32) {
    if point == CAPITAL_SIGMA {
        let before = text.slice(0..index).iter().rev().find(|&other| !is_case_ignorable(other));
        let after = || text.slice_from(index + 1).iter().find(|&other| !is_case_ignorable(other));
        let is_final = before.is_some_and(is_cased) && !after().is_some_and(is_cased);
        out.push(if is_final { 0x3c2 } else { 0x3c3 });
    } else {
        push_mapped(out, point, Mapping::Lower);
    }
}

fn push_mapped(out: &mut TextBuf, point: u32, mapping: Mapping) {
    out.extend(full(point, mapping).as_slice().iter().copied());
}

fn map_ascii(text: TextRef<'_>, map: impl Fn(&[u8]) -> Vec<u8>) -> Option<TextBuf> {
    match text {
        TextRef::Ascii(bytes) => Some(TextBuf::from_latin1(map(bytes))),
        _ => None,
    }
}

/// `str.upper`.
pub fn upper(text: TextRef<'_>) -> TextBuf {
    map_ascii(text, <[u8]>::to_ascii_uppercase).unwrap_or_else(|| {
        let mut out = TextBuf::new();
        text.iter().for_each(|point| push_mapped(&mut out, point, Mapping::Upper));
        out
    })
}

/// `str.lower`.
pub fn lower(text: TextRef<'_>) -> TextBuf {
    map_ascii(text, <[u8]>::to_ascii_lowercase).unwrap_or_else(|| {
        let mut out = TextBuf::new();
        text.iter().enumerate().for_each(|(index, point)| push_lower(&mut out, text, index, point));
        out
    })
}

/// `str.casefold`.
pub fn casefold(text: TextRef<'_>) -> TextBuf {
    map_ascii(text, <[u8]>::to_ascii_lowercase).unwrap_or_else(|| {
        let mut out = TextBuf::new();
        text.iter().for_each(|point| push_mapped(&mut out, point, Mapping::Fold));
        out
    })
}

/// `str.swapcase`.
pub fn swapcase(text: TextRef<'_>) -> TextBuf {
    let mut out = TextBuf::with_capacity(text.len());
    for (index, point) in text.iter().enumerate() {
        if is_upper(point) {
            push_lower(&mut out, text, index, point);
        } else if is_lower(point) {
            push_mapped(&mut out, point, Mapping::Upper);
        } else {
            out.push(point);
        }
    }
    out
}

/// `str.capitalize`.
pub fn capitalize(text: TextRef<'_>) -> TextBuf {
    let mut out = TextBuf::with_capacity(text.len());
    for (index, point) in text.iter().enumerate() {
        if index == 0 {
            push_mapped(&mut out, point, Mapping::Title);
        } else {
            push_lower(&mut out, text, index, point);
        }
    }
    out
}

/// `str.title`.
pub fn title(text: TextRef<'_>) -> TextBuf {
    let mut out = TextBuf::with_capacity(text.len());
    let mut in_word = false;
    for (index, point) in text.iter().enumerate() {
        if in_word {
            push_lower(&mut out, text, index, point);
        } else {
            push_mapped(&mut out, point, Mapping::Title);
        }
        in_word = is_cased(point);
    }
    out
}

/// `str.islower`: some cased code point, and none in upper or title case.
pub fn is_lower_text(text: TextRef<'_>) -> bool {
    !text.iter().any(|point| is_upper(point) || is_title(point)) && text.iter().any(is_lower)
}

/// `str.isupper`: some cased code point, and none in lower or title case.
pub fn is_upper_text(text: TextRef<'_>) -> bool {
    !text.iter().any(|point| is_lower(point) || is_title(point)) && text.iter().any(is_upper)
}

/// `str.istitle`: upper case follows uncased code points only, lower case cased ones only, and something is cased.
pub fn is_title_text(text: TextRef<'_>) -> bool {
    let (mut any, mut in_word) = (false, false);
    for point in text.iter() {
        let starts = is_upper(point) || is_title(point);
        if starts || is_lower(point) {
            if starts == in_word {
                return false;
            }
            (any, in_word) = (true, true);
        } else {
            in_word = false;
        }
    }
    any
}
