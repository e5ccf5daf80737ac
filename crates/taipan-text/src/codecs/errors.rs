//! The built-in error handlers, as functions on ranges and as loops over a whole input.

use super::escapes::{backslash_escape, name_escape};
use super::{ByteOrder, Codec, CodecError, Decoding, Encoding, Replacement, is_surrogate};
use crate::{TextBuf, TextRef};

/// A built-in error handler.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Policy {
    Strict,
    Ignore,
    Replace,
    BackslashReplace,
    SurrogateEscape,
    SurrogatePass,
    /// Encoding only.
    XmlCharRefReplace,
    /// Encoding only.
    NameReplace,
}

impl Policy {
    /// The handler of that name; `None` for one that is registered, or unknown.
    pub fn from_name(name: &str) -> Option<Policy> {
        Some(match name {
            "strict" => Policy::Strict,
            "ignore" => Policy::Ignore,
            "replace" => Policy::Replace,
            "backslashreplace" => Policy::BackslashReplace,
            "surrogateescape" => Policy::SurrogateEscape,
            "surrogatepass" => Policy::SurrogatePass,
            "xmlcharrefreplace" => Policy::XmlCharRefReplace,
            "namereplace" => Policy::NameReplace,
            _ => return None,
        })
    }

    /// Text for the bytes of a decoding error and where to go on; `None` if the error stands.
    pub fn for_decoding(self, input: &[u8], error: CodecError, codec: &Codec<'_>) -> Option<(TextBuf, usize)> {
        let bad = input.get(error.start..error.end.min(input.len()))?;
        match self {
            Policy::Strict | Policy::XmlCharRefReplace | Policy::NameReplace => None,
            Policy::Ignore => Some((TextBuf::new(), error.end)),
            Policy::Replace => Some(([0xfffd].into_iter().collect(), error.end)),
            Policy::BackslashReplace => {
                let text: String = bad.iter().map(|byte| format!("\\x{byte:02x}")).collect();
                Some((text.into(), error.end))
            }
            Policy::SurrogateEscape => {
                let len = bad.iter().take(4).take_while(|byte| !byte.is_ascii()).count();
                let text = bad[..len].iter().map(|&byte| 0xdc00 + u32::from(byte)).collect();
                (len > 0).then_some((text, error.start + len))
            }
            Policy::SurrogatePass => {
                let (point, len) = read_surrogate(&input[error.start..], codec)?;
                Some(([point].into_iter().collect(), error.start + len))
            }
        }
    }

    /// What is written for the code points of an encoding error, all of which are skipped; `None` if the error stands.
    pub fn for_encoding(self, text: TextRef<'_>, error: CodecError, codec: &Codec<'_>) -> Option<EncodedReplacement> {
        let bad = text.slice(error.start..error.end);
        let escaped = |escape: fn(u32) -> String| {
            let text: String = bad.iter().map(escape).collect();
            Some(EncodedReplacement::Text(text.into()))
        };
        match self {
            Policy::Strict => None,
            Policy::Ignore => Some(EncodedReplacement::Text(TextBuf::new())),
            Policy::Replace => escaped(|_| "?".to_owned()),
            Policy::BackslashReplace => escaped(backslash_escape),
            Policy::XmlCharRefReplace => escaped(|point| format!("&#{point};")),
            Policy::NameReplace => escaped(name_escape),
            Policy::SurrogateEscape => {
                let bytes: Option<Vec<u8>> = bad.iter().map(escaped_byte).collect();
                bytes.map(EncodedReplacement::Bytes)
            }
            Policy::SurrogatePass => {
                let mut bytes = Vec::new();
                for point in bad.iter() {
                    write_surrogate(point, codec, &mut bytes)?;
                }
                Some(EncodedReplacement::Bytes(bytes))
            }
        }
    }
}

/// The byte that `surrogateescape` hides in a surrogate.
fn escaped_byte(point: u32) -> Option<u8> {
    (0xdc80..=0xdcff).contains(&point).then_some((point & 0xff) as u8)
}

/// An owned [`Replacement`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EncodedReplacement {
    Text(TextBuf),
    Bytes(Vec<u8>),
}

impl EncodedReplacement {
    /// The borrowed form.
    pub fn as_replacement(&self) -> Replacement<'_> {
        match self {
            EncodedReplacement::Text(text) => Replacement::Text(text.as_text()),
            EncodedReplacement::Bytes(bytes) => Replacement::Bytes(bytes),
        }
    }
}

/// The surrogate that stands at the start of the bytes in a Unicode encoding, and its length.
fn read_surrogate(bytes: &[u8], codec: &Codec<'_>) -> Option<(u32, usize)> {
    let (point, len) = match (codec, bytes) {
        (Codec::Utf8, &[first @ 0xe0..=0xef, second @ 0x80..=0xbf, third @ 0x80..=0xbf, ..]) => {
            let point = u32::from(first & 0xf) << 12 | u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f);
            (point, 3)
        }
        (Codec::Utf16(Some(ByteOrder::Big)), &[a, b, ..]) => (u16::from_be_bytes([a, b]).into(), 2),
        (Codec::Utf16(_), &[a, b, ..]) => (u16::from_le_bytes([a, b]).into(), 2),
        (Codec::Utf32(Some(ByteOrder::Big)), &[a, b, c, d, ..]) => (u32::from_be_bytes([a, b, c, d]), 4),
        (Codec::Utf32(_), &[a, b, c, d, ..]) => (u32::from_le_bytes([a, b, c, d]), 4),
        _ => return None,
    };
    is_surrogate(point).then_some((point, len))
}

fn write_surrogate(point: u32, codec: &Codec<'_>, out: &mut Vec<u8>) -> Option<()> {
    if !is_surrogate(point) {
        return None;
    }
    match codec {
        Codec::Utf8 => {
            let low = |shift: u32| 0x80 | (point >> shift & 0x3f) as u8;
            out.extend_from_slice(&[0xe0 | (point >> 12) as u8, low(6), low(0)]);
        }
        Codec::Utf16(Some(ByteOrder::Big)) => out.extend_from_slice(&(point as u16).to_be_bytes()),
        Codec::Utf16(_) => out.extend_from_slice(&(point as u16).to_le_bytes()),
        Codec::Utf32(Some(ByteOrder::Big)) => out.extend_from_slice(&point.to_be_bytes()),
        Codec::Utf32(_) => out.extend_from_slice(&point.to_le_bytes()),
        _ => return None,
    }
    Some(())
}

/// Decodes the whole input with a built-in handler: the text and the number of bytes used.
///
/// # Errors
/// The first error that the handler lets stand, and the name of the encoding.
pub fn decode(
    codec: Codec<'_>,
    input: &[u8],
    policy: Policy,
    is_final: bool,
) -> Result<(TextBuf, usize), (CodecError, &'static str)> {
    let mut decoding = Decoding::new(codec, input, is_final);
    match run(&mut decoding, policy) {
        Ok(()) => Ok(decoding.finish()),
        Err(error) => Err((error, decoding.encoding())),
    }
}

/// Decodes to the end with a built-in handler.
///
/// # Errors
/// The first error that the handler lets stand.
pub fn run(decoding: &mut Decoding<'_, '_>, policy: Policy) -> Result<(), CodecError> {
    while let Err(error) = decoding.run() {
        let codec = decoding.codec;
        match policy.for_decoding(decoding.input, error, &codec) {
            Some((text, position)) => decoding.resume(text.as_text(), position),
            None => return Err(error),
        }
    }
    Ok(())
}

/// Encodes the whole text with a built-in handler.
///
/// # Errors
/// The first error that the handler lets stand.
pub fn encode(codec: Codec<'_>, text: TextRef<'_>, policy: Policy) -> Result<Vec<u8>, CodecError> {
    let mut encoding = Encoding::new(codec, text);
    loop {
        let Err(mut error) = encoding.run() else { return Ok(encoding.finish()) };
        // Of a run that is escaped in part, the error starts after that part, except with tables.
        let is_table = matches!(codec, Codec::CharmapDecode(_) | Codec::CharmapEncode(_));
        if policy == Policy::SurrogateEscape && !is_table {
            let bad = text.slice(error.start..error.end);
            let bytes: Vec<u8> = bad.iter().map_while(escaped_byte).collect();
            let position = error.start + bytes.len();
            encoding.resume(Replacement::Bytes(&bytes), position, error)?;
            if position == error.end {
                continue;
            }
            error.start = position;
        }
        match policy.for_encoding(text, error, &codec) {
            Some(replacement) => encoding.resume(replacement.as_replacement(), error.end, error)?,
            None => return Err(error),
        }
    }
}
