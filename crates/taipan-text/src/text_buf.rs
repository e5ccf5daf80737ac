//! Owned, growing Python text that is always in the narrowest width of its code points.
//!
//! Invariant: the variant is the narrowest that holds every code point, so [`TextBuf::as_text`] is canonical.

use crate::TextRef;

/// Growing text; starts as ASCII and widens as wider code points are pushed.
#[derive(Clone, Debug)]
pub struct TextBuf(Storage);

#[derive(Clone, Debug)]
enum Storage {
    Ascii(Vec<u8>),
    Latin1(Vec<u8>),
    Ucs2(Vec<u16>),
    Ucs4(Vec<u32>),
}

impl Default for TextBuf {
    fn default() -> Self {
        Self::new()
    }
}

impl TextBuf {
    /// The empty text.
    pub fn new() -> Self {
        TextBuf(Storage::Ascii(Vec::new()))
    }

    /// The empty text with room for `capacity` ASCII code points.
    pub fn with_capacity(capacity: usize) -> Self {
        TextBuf(Storage::Ascii(Vec::with_capacity(capacity)))
    }

    /// Text of ASCII bytes; bytes from 128 on make it Latin-1.
    pub fn from_latin1(bytes: Vec<u8>) -> Self {
        if bytes.is_ascii() { TextBuf(Storage::Ascii(bytes)) } else { TextBuf(Storage::Latin1(bytes)) }
    }

    /// The text so far, canonical.
    pub fn as_text(&self) -> TextRef<'_> {
        match &self.0 {
            Storage::Ascii(units) => TextRef::Ascii(units),
            Storage::Latin1(units) => TextRef::Latin1(units),
            Storage::Ucs2(units) => TextRef::Ucs2(units),
            Storage::Ucs4(units) => TextRef::Ucs4(units),
        }
    }

    /// The number of code points.
    pub fn len(&self) -> usize {
        self.as_text().len()
    }

    /// Whether there is no code point.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes held by the storage, for memory accounting.
    pub fn byte_len(&self) -> usize {
        self.len() * self.as_text().kind()
    }

    /// The bytes that the storage holds before it grows.
    pub fn byte_capacity(&self) -> usize {
        match &self.0 {
            Storage::Ascii(units) | Storage::Latin1(units) => units.capacity(),
            Storage::Ucs2(units) => units.capacity() * 2,
            Storage::Ucs4(units) => units.capacity() * 4,
        }
    }

    /// Appends one code point.
    pub fn push(&mut self, point: u32) {
        if let (Storage::Ascii(units), true) = (&mut self.0, point < 0x80) {
            units.push(point as u8);
            return;
        }
        self.widen(point);
        match &mut self.0 {
            Storage::Ascii(units) | Storage::Latin1(units) => units.push(point as u8),
            Storage::Ucs2(units) => units.push(point as u16),
            Storage::Ucs4(units) => units.push(point),
        }
    }

    /// Appends `count` copies of one code point.
    pub fn push_n(&mut self, point: u32, count: usize) {
        if count == 0 {
            return;
        }
        self.widen(point);
        match &mut self.0 {
            Storage::Ascii(units) | Storage::Latin1(units) => units.extend(std::iter::repeat_n(point as u8, count)),
            Storage::Ucs2(units) => units.extend(std::iter::repeat_n(point as u16, count)),
            Storage::Ucs4(units) => units.extend(std::iter::repeat_n(point, count)),
        }
    }

    /// Appends a text.
    pub fn push_text(&mut self, text: TextRef<'_>) {
        if text.is_empty() {
            return;
        }
        if !text.is_ascii_kind() || !matches!(self.0, Storage::Ascii(_)) {
            self.widen(text.code_point_bits());
        }
        match &mut self.0 {
            Storage::Ascii(units) | Storage::Latin1(units) => match text {
                TextRef::Ascii(more) | TextRef::Latin1(more) => units.extend_from_slice(more),
                wide => units.extend(wide.iter().map(|point| point as u8)),
            },
            Storage::Ucs2(units) => match text {
                TextRef::Ucs2(more) => units.extend_from_slice(more),
                other => units.extend(other.iter().map(|point| point as u16)),
            },
            Storage::Ucs4(units) => match text {
                TextRef::Ucs4(more) => units.extend_from_slice(more),
                other => units.extend(other.iter()),
            },
        }
    }

    /// Appends a Rust string.
    pub fn push_str(&mut self, text: &str) {
        match TextRef::from_ascii(text) {
            Some(ascii) => self.push_text(ascii),
            None => {
                self.widen(widest_kind(text));
                match &mut self.0 {
                    Storage::Ascii(units) | Storage::Latin1(units) => push_chars(units, text, |point| point as u8),
                    Storage::Ucs2(units) => push_chars(units, text, |point| point as u16),
                    Storage::Ucs4(units) => push_chars(units, text, |point| point),
                }
            }
        }
    }

    /// Drops all code points from `len` on.
    pub fn truncate(&mut self, len: usize) {
        match &mut self.0 {
            Storage::Ascii(units) | Storage::Latin1(units) => units.truncate(len),
            Storage::Ucs2(units) => units.truncate(len),
            Storage::Ucs4(units) => units.truncate(len),
        }
        if !matches!(self.0, Storage::Ascii(_)) {
            *self = self.as_text().to_buf();
        }
    }

    /// Text of two-byte code points.
    pub fn from_ucs2(units: Vec<u16>) -> Self {
        if units.iter().any(|&unit| unit > 0xff) {
            TextBuf(Storage::Ucs2(units))
        } else {
            TextRef::Ucs2(&units).to_buf()
        }
    }

    /// Makes the storage wide enough for `point`.
    fn widen(&mut self, point: u32) {
        self.0 = match (&mut self.0, point) {
            (_, 0..=0x7f) | (Storage::Latin1(_), 0..=0xff) | (Storage::Ucs2(_), 0..=0xffff) | (Storage::Ucs4(_), _) => {
                return;
            }
            (Storage::Ascii(units), 0..=0xff) => Storage::Latin1(std::mem::take(units)),
            (Storage::Ascii(units) | Storage::Latin1(units), 0..=0xffff) => {
                Storage::Ucs2(units.iter().map(|&unit| unit.into()).collect())
            }
            (Storage::Ascii(units) | Storage::Latin1(units), _) => {
                Storage::Ucs4(units.iter().map(|&unit| unit.into()).collect())
            }
            (Storage::Ucs2(units), _) => Storage::Ucs4(units.iter().map(|&unit| unit.into()).collect()),
        };
    }
}

/// A code point of the width that the widest character of a text needs: its first byte says it.
fn widest_kind(text: &str) -> u32 {
    match text.bytes().max().unwrap_or(0) {
        0..0x80 => 0x7f,
        0x80..0xc4 => 0xff,
        0xc4..0xf0 => 0xffff,
        _ => 0x10_ffff,
    }
}

fn push_chars<U>(units: &mut Vec<U>, text: &str, narrow: impl Fn(u32) -> U) {
    // All bytes but those that continue a character begin one.
    units.reserve(text.bytes().filter(|byte| *byte as i8 >= -0x40).count());
    for ch in text.chars() {
        units.push(narrow(ch.into()));
    }
}

impl From<&str> for TextBuf {
    fn from(text: &str) -> Self {
        let mut buf = TextBuf::with_capacity(text.len());
        buf.push_str(text);
        buf
    }
}

impl From<String> for TextBuf {
    fn from(text: String) -> Self {
        if text.is_ascii() { TextBuf(Storage::Ascii(text.into_bytes())) } else { Self::from(text.as_str()) }
    }
}

impl FromIterator<u32> for TextBuf {
    fn from_iter<I: IntoIterator<Item = u32>>(points: I) -> Self {
        let mut buf = TextBuf::new();
        buf.extend(points);
        buf
    }
}

impl Extend<u32> for TextBuf {
    fn extend<I: IntoIterator<Item = u32>>(&mut self, points: I) {
        points.into_iter().for_each(|point| self.push(point));
    }
}

impl PartialEq for TextBuf {
    fn eq(&self, other: &Self) -> bool {
        self.as_text() == other.as_text()
    }
}

impl Eq for TextBuf {}
