//! `Wtf8Buf`: the text of a Python `str` as bytes, lone surrogates allowed.
//!
//! Invariant: the bytes are UTF-8 extended by the three-byte forms of U+D800..U+DFFF (what Python calls
//! `surrogatepass`). Two neighbouring surrogates stay two code points, as they do in Python.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::bytes::{Bytes, Part};

/// Owned text of a Python `str`.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Wtf8Buf {
    bytes: Bytes,
}

/// The bytes handed to [`Wtf8Buf::from_bytes`] are not UTF-8 with surrogates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wtf8Error {
    /// Offset of the first byte that does not belong to a valid sequence.
    pub valid_up_to: usize,
}

impl Wtf8Buf {
    /// Empty text.
    pub const fn new() -> Self {
        Wtf8Buf { bytes: Bytes::EMPTY }
    }

    /// Takes bytes that must be UTF-8, surrogates allowed in their three-byte form.
    ///
    /// # Errors
    /// The offset of the first bad sequence.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Result<Self, Wtf8Error> {
        let bytes = bytes.into();
        if bytes.is_ascii() {
            return Ok(Wtf8Buf { bytes });
        }
        let mut at = 0;
        while at < bytes.len() {
            match std::str::from_utf8(&bytes[at..]) {
                Ok(_) => break,
                Err(error) => {
                    at += error.valid_up_to();
                    match bytes[at..] {
                        [0xED, 0xA0..=0xBF, 0x80..=0xBF, ..] => at += 3,
                        _ => return Err(Wtf8Error { valid_up_to: at }),
                    }
                }
            }
        }
        Ok(Wtf8Buf { bytes })
    }

    /// How many bytes of memory this text alone holds.
    pub fn owned_bytes(&self) -> usize {
        self.bytes.owned_bytes()
    }

    /// Text from code points; values above U+10FFFF become U+FFFD.
    pub fn from_code_points(points: impl IntoIterator<Item = u32>) -> Self {
        let mut bytes = Vec::new();
        for point in points {
            encode(point, &mut bytes);
        }
        Wtf8Buf { bytes: bytes.into() }
    }

    /// Text that is part of the program; `None` unless it is ASCII.
    pub fn from_static_ascii(bytes: &'static [u8]) -> Option<Self> {
        bytes.is_ascii().then_some(Wtf8Buf { bytes: Bytes::Static(bytes) })
    }

    /// A stretch of text that lies in one piece of memory with others; it begins and ends between characters.
    #[inline]
    pub fn from_part(memory: &Arc<String>, range: Range<u32>) -> Self {
        Wtf8Buf { bytes: Bytes::Part(Part::new(memory, range)) }
    }

    /// Whether it was made by [`Wtf8Buf::from_part`], as the compiler makes the texts of names.
    pub fn is_part(&self) -> bool {
        matches!(self.bytes, Bytes::Part(_))
    }

    /// The same text, cheap to clone.
    pub fn into_shared(self) -> Self {
        Wtf8Buf { bytes: self.bytes.into_shared() }
    }

    /// Appends one code point, a lone surrogate allowed; a value above U+10FFFF becomes U+FFFD.
    pub fn push_code_point(&mut self, point: u32) {
        encode(point, self.bytes.to_mut());
    }

    /// Appends proper text.
    pub fn push_str(&mut self, text: &str) {
        self.bytes.to_mut().extend_from_slice(text.as_bytes());
    }

    /// Appends other text; surrogates meeting at the seam stay apart.
    pub fn push_wtf8(&mut self, text: &Wtf8Buf) {
        self.bytes.to_mut().extend_from_slice(&text.bytes);
    }

    /// The bytes, surrogates in their three-byte form.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, surrogates in their three-byte form.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes.into_vec()
    }

    /// The text as `&str`, or `None` if it holds a surrogate.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }

    /// The text with each surrogate shown as U+FFFD.
    pub fn to_string_lossy(&self) -> String {
        self.code_points().map(|point| char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    }

    /// The code points in order, surrogates as themselves.
    pub fn code_points(&self) -> CodePoints<'_> {
        CodePoints { rest: self.bytes.iter() }
    }

    /// Number of code points: Python's `len`.
    pub fn char_count(&self) -> usize {
        self.bytes.iter().filter(|&&b| b & 0xC0 != 0x80).count()
    }

    /// Number of bytes.
    pub fn byte_len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether all code points are below U+0080.
    pub fn is_ascii(&self) -> bool {
        self.bytes.is_ascii()
    }
}

/// Appends one code point; see [`Wtf8Buf::push_code_point`].
fn encode(point: u32, bytes: &mut Vec<u8>) {
    match char::from_u32(point) {
        Some(c) if c.is_ascii() => bytes.push(point as u8),
        Some(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None if (0xD800..0xE000).contains(&point) => {
            bytes.extend_from_slice(&[0xED, 0x80 | (point >> 6 & 0x3F) as u8, 0x80 | (point & 0x3F) as u8])
        }
        None => encode(0xFFFD, bytes),
    }
}

/// Iterator over code points; see [`Wtf8Buf::code_points`].
#[derive(Clone, Debug)]
pub struct CodePoints<'a> {
    rest: std::slice::Iter<'a, u8>,
}

impl Iterator for CodePoints<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let first = u32::from(*self.rest.next()?);
        let (mut point, more) = match first {
            0..0x80 => return Some(first),
            0x80..0xE0 => (first & 0x1F, 1),
            0xE0..0xF0 => (first & 0x0F, 2),
            _ => (first & 0x07, 3),
        };
        for _ in 0..more {
            point = point << 6 | u32::from(*self.rest.next()?) & 0x3F;
        }
        Some(point)
    }
}

impl From<Arc<str>> for Wtf8Buf {
    fn from(text: Arc<str>) -> Self {
        Wtf8Buf { bytes: Bytes::Shared(text.into()) }
    }
}

impl From<&str> for Wtf8Buf {
    fn from(text: &str) -> Self {
        Wtf8Buf { bytes: text.as_bytes().into() }
    }
}

impl From<String> for Wtf8Buf {
    fn from(text: String) -> Self {
        Wtf8Buf { bytes: text.into_bytes().into() }
    }
}

impl PartialEq<str> for Wtf8Buf {
    fn eq(&self, other: &str) -> bool {
        *self.bytes == *other.as_bytes()
    }
}

impl PartialEq<&str> for Wtf8Buf {
    fn eq(&self, other: &&str) -> bool {
        *self.bytes == *other.as_bytes()
    }
}

impl fmt::Display for Wtf8Buf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_str() {
            Some(text) => f.write_str(text),
            None => f.write_str(&self.to_string_lossy()),
        }
    }
}

impl fmt::Debug for Wtf8Buf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for point in self.code_points() {
            match char::from_u32(point) {
                Some(c) => write!(f, "{}", c.escape_debug())?,
                None => write!(f, "\\u{{{point:x}}}")?,
            }
        }
        f.write_str("\"")
    }
}

#[cfg(test)]
mod tests;
