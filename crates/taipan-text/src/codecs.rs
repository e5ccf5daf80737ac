//! The built-in text codecs: bytes to text and back, resumable at every error.
//!
//! A [`Decoding`] or [`Encoding`] runs until the end or an error; the caller asks its error handler (a policy of
//! [`errors`] or Python code) and resumes with a replacement and a position. Reasons and ranges of errors are those of CPython
//! 3.14's `UnicodeDecodeError` and `UnicodeEncodeError`.

pub mod bytes_escape;
pub mod errors;
mod escapes;
mod single_byte;
mod utf16;
mod utf32;
mod utf7;
mod utf8;

use crate::{TextBuf, TextRef};
pub use single_byte::CharmapTable;

/// The order of bytes in a code unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ByteOrder {
    Little,
    Big,
}

/// A codec, with what it needs to know.
#[derive(Clone, Copy, Debug)]
pub enum Codec<'m> {
    Utf8,
    Utf7,
    /// `None`: decoding looks for a byte order mark, encoding writes one.
    Utf16(Option<ByteOrder>),
    /// `None`: decoding looks for a byte order mark, encoding writes one.
    Utf32(Option<ByteOrder>),
    Latin1,
    Ascii,
    UnicodeEscape,
    RawUnicodeEscape,
    /// Decoding by a table: code point by byte, 0xFFFE and what lies past its end undefined.
    CharmapDecode(TextRef<'m>),
    /// Encoding by the inverse of such a table.
    CharmapEncode(&'m CharmapTable),
}

impl Codec<'_> {
    /// The name in errors. For UTF-16 and UTF-32 without a given order see [`Decoding::encoding`].
    pub fn name(&self) -> &'static str {
        match self {
            Codec::Utf8 => "utf-8",
            Codec::Utf7 => "utf7",
            Codec::Utf16(None) => "utf-16",
            Codec::Utf16(Some(ByteOrder::Little)) => "utf-16-le",
            Codec::Utf16(Some(ByteOrder::Big)) => "utf-16-be",
            Codec::Utf32(None) => "utf-32",
            Codec::Utf32(Some(ByteOrder::Little)) => "utf-32-le",
            Codec::Utf32(Some(ByteOrder::Big)) => "utf-32-be",
            Codec::Latin1 => "latin-1",
            Codec::Ascii => "ascii",
            Codec::UnicodeEscape => "unicodeescape",
            Codec::RawUnicodeEscape => "rawunicodeescape",
            Codec::CharmapDecode(_) | Codec::CharmapEncode(_) => "charmap",
        }
    }
}

/// A part of the input that cannot be converted: its range and why. For decoding the range counts bytes, for encoding code
/// points.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CodecError {
    pub start: usize,
    pub end: usize,
    pub reason: &'static str,
}

impl CodecError {
    fn new(start: usize, end: usize, reason: &'static str) -> Self {
        CodecError { start, end, reason }
    }
}

/// Bytes being decoded.
pub struct Decoding<'i, 'm> {
    codec: Codec<'m>,
    input: &'i [u8],
    at: usize,
    is_final: bool,
    out: TextBuf,
    /// The warning about the first escape that means nothing.
    invalid_escape: Option<String>,
}

/// A decoding without its input, which an error handler may have replaced.
pub struct Paused<'m> {
    codec: Codec<'m>,
    at: usize,
    is_final: bool,
    out: TextBuf,
    invalid_escape: Option<String>,
}

impl<'m> Paused<'m> {
    /// Goes on in an input, at the position reached (clipped to it).
    pub fn over<'i>(self, input: &'i [u8]) -> Decoding<'i, 'm> {
        let Paused { codec, at, is_final, out, invalid_escape } = self;
        Decoding { codec, input, at: at.min(input.len()), is_final, out, invalid_escape }
    }
}

impl<'i, 'm> Decoding<'i, 'm> {
    /// Starts at the beginning. Without `is_final` an incomplete end is left over for the next call.
    pub fn new(codec: Codec<'m>, input: &'i [u8], is_final: bool) -> Self {
        let mut decoding = Decoding { codec, input, at: 0, is_final, out: TextBuf::new(), invalid_escape: None };
        match codec {
            Codec::Utf16(None) => utf16::take_mark(&mut decoding),
            Codec::Utf32(None) => utf32::take_mark(&mut decoding),
            _ => {}
        }
        decoding
    }

    /// Decodes to the end or the next error.
    pub fn run(&mut self) -> Result<(), CodecError> {
        match self.codec {
            Codec::Utf8 => utf8::decode(self),
            Codec::Utf7 => utf7::decode(self),
            Codec::Utf16(order) => utf16::decode(self, order.unwrap_or(ByteOrder::Little)),
            Codec::Utf32(order) => utf32::decode(self, order.unwrap_or(ByteOrder::Little)),
            Codec::Latin1 => {
                self.out.push_text(TextRef::Latin1(&self.input[self.at..]));
                self.at = self.input.len();
                Ok(())
            }
            Codec::Ascii => single_byte::decode_ascii(self),
            Codec::UnicodeEscape => escapes::decode(self, false),
            Codec::RawUnicodeEscape => escapes::decode(self, true),
            Codec::CharmapDecode(table) => single_byte::decode_charmap(self, table),
            Codec::CharmapEncode(table) => single_byte::decode_charmap(self, table.decoding().as_text()),
        }
    }

    /// Goes on after an error: appends the handler's text and moves to its position (clipped to the input).
    pub fn resume(&mut self, replacement: TextRef<'_>, position: usize) {
        self.out.push_text(replacement);
        self.at = position.min(self.input.len());
    }

    /// Gives up the input: [`Paused::over`] goes on in the same or another one. The position of a handler counts in the
    /// new one and is not clipped to the old.
    pub fn pause(self, position: usize) -> Paused<'m> {
        let Decoding { codec, is_final, out, invalid_escape, .. } = self;
        Paused { codec, at: position, is_final, out, invalid_escape }
    }

    /// The name of the encoding in errors; a byte order mark has decided it.
    pub fn encoding(&self) -> &'static str {
        match self.codec {
            Codec::Utf16(None) => "utf-16-le",
            Codec::Utf32(None) => "utf-32-le",
            codec => codec.name(),
        }
    }

    /// The byte order that was given or found: -1 little, 1 big, 0 unknown.
    pub fn byte_order(&self) -> i32 {
        match self.codec {
            Codec::Utf16(Some(order)) | Codec::Utf32(Some(order)) => match order {
                ByteOrder::Little => -1,
                ByteOrder::Big => 1,
            },
            _ => 0,
        }
    }

    /// The message of the `DeprecationWarning` for the first escape that means nothing, if there is one.
    pub fn escape_warning(&mut self) -> Option<String> {
        self.invalid_escape.take()
    }

    fn note_invalid_escape(&mut self, at: usize) {
        if self.invalid_escape.is_none() {
            self.invalid_escape = Some(bytes_escape::warning(self.input.get(at..).unwrap_or_default(), ""));
        }
    }

    /// The text, and the number of bytes used.
    pub fn finish(self) -> (TextBuf, usize) {
        (self.out, self.at)
    }

    fn rest(&self) -> &'i [u8] {
        &self.input[self.at.min(self.input.len())..]
    }
}

/// What an error handler puts in place of code points that cannot be encoded.
#[derive(Clone, Copy, Debug)]
pub enum Replacement<'r> {
    /// Text, which must be encodable itself.
    Text(TextRef<'r>),
    /// Bytes, taken as they are.
    Bytes(&'r [u8]),
}

/// Text being encoded.
pub struct Encoding<'t, 'm> {
    codec: Codec<'m>,
    text: TextRef<'t>,
    at: usize,
    out: Vec<u8>,
}

impl<'t, 'm> Encoding<'t, 'm> {
    /// Starts at the beginning; UTF-16 and UTF-32 without an order get a byte order mark.
    pub fn new(codec: Codec<'m>, text: TextRef<'t>) -> Self {
        let mut encoding = Encoding { codec, text, at: 0, out: Vec::new() };
        match codec {
            Codec::Utf16(None) => encoding.out.extend_from_slice(&[0xff, 0xfe]),
            Codec::Utf32(None) => encoding.out.extend_from_slice(&[0xff, 0xfe, 0, 0]),
            _ => {}
        }
        encoding
    }

    /// Encodes to the end or the next error.
    pub fn run(&mut self) -> Result<(), CodecError> {
        let at = self.at.min(self.text.len());
        let rest = self.text.slice_from(at);
        let stopped = match self.codec {
            Codec::Utf8 => utf8::encode(rest, &mut self.out),
            Codec::Utf7 => {
                utf7::encode(rest, &mut self.out);
                None
            }
            Codec::Utf16(order) => utf16::encode(rest, order.unwrap_or(ByteOrder::Little), &mut self.out),
            Codec::Utf32(order) => utf32::encode(rest, order.unwrap_or(ByteOrder::Little), &mut self.out),
            Codec::Latin1 => single_byte::encode_below(rest, 256, &mut self.out),
            Codec::Ascii => single_byte::encode_below(rest, 128, &mut self.out),
            Codec::UnicodeEscape => {
                escapes::encode(rest, false, &mut self.out);
                None
            }
            Codec::RawUnicodeEscape => {
                escapes::encode(rest, true, &mut self.out);
                None
            }
            Codec::CharmapDecode(table) => single_byte::encode_charmap(rest, &CharmapTable::new(table), &mut self.out),
            Codec::CharmapEncode(table) => single_byte::encode_charmap(rest, table, &mut self.out),
        };
        match stopped {
            None => {
                self.at = self.text.len();
                Ok(())
            }
            Some(error) => {
                self.at = at + error.start;
                Err(CodecError::new(at + error.start, at + error.end, error.reason))
            }
        }
    }

    /// Goes on after `error` with the handler's replacement at its position (clipped to the text).
    ///
    /// # Errors
    /// `error` again if the replacement cannot be encoded.
    pub fn resume(
        &mut self,
        replacement: Replacement<'_>,
        position: usize,
        error: CodecError,
    ) -> Result<(), CodecError> {
        let is_taken = match (replacement, self.codec) {
            (Replacement::Bytes(bytes), codec) => {
                self.out.extend_from_slice(bytes);
                match codec {
                    Codec::Utf16(_) => bytes.len().is_multiple_of(2),
                    Codec::Utf32(_) => bytes.len().is_multiple_of(4),
                    _ => true,
                }
            }
            // Wider text than ASCII is refused by these, even if it could be encoded.
            (Replacement::Text(text), Codec::Utf8 | Codec::Utf16(_) | Codec::Utf32(_))
                if text.max_code_point() > 127 =>
            {
                false
            }
            (Replacement::Text(text), codec) => {
                let mut encoding = Encoding { codec, text, at: 0, out: std::mem::take(&mut self.out) };
                let result = encoding.run();
                self.out = encoding.out;
                result.is_ok()
            }
        };
        if !is_taken {
            return Err(error);
        }
        self.at = position.min(self.text.len());
        Ok(())
    }

    /// The bytes so far.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }
}

/// The lower half of `1 << 16 | ...` pairs: high surrogates lead, low ones follow.
fn is_high_surrogate(unit: u32) -> bool {
    (0xd800..0xdc00).contains(&unit)
}

fn is_low_surrogate(unit: u32) -> bool {
    (0xdc00..0xe000).contains(&unit)
}

fn is_surrogate(point: u32) -> bool {
    (0xd800..0xe000).contains(&point)
}

fn join_surrogates(high: u32, low: u32) -> u32 {
    0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff))
}

#[cfg(test)]
mod tests;
