//! UTF-8, without surrogates.

use super::{CodecError, Decoding, is_surrogate};
use crate::TextRef;

pub(super) fn decode(decoding: &mut Decoding<'_, '_>) -> Result<(), CodecError> {
    let rest = decoding.rest();
    let (valid, error) = match std::str::from_utf8(rest) {
        Ok(text) => (text, None),
        Err(error) => {
            let valid = std::str::from_utf8(&rest[..error.valid_up_to()]).unwrap_or("");
            (valid, Some(error))
        }
    };
    decoding.out.push_str(valid);
    decoding.at += valid.len();
    let Some(error) = error else { return Ok(()) };
    let start = decoding.at;
    match error.error_len() {
        None if !decoding.is_final => Ok(()),
        // The third byte may complete a surrogate, which a handler may want to see as a whole.
        Some(_) if !decoding.is_final && matches!(decoding.rest(), [0xed, 0xa0..=0xbf]) => Ok(()),
        None => Err(CodecError::new(start, decoding.input.len(), "unexpected end of data")),
        Some(len) => {
            let is_start = matches!(decoding.input[start], 0xc2..=0xf4);
            let reason = if is_start { "invalid continuation byte" } else { "invalid start byte" };
            Err(CodecError::new(start, start + len, reason))
        }
    }
}

pub(super) fn encode(text: TextRef<'_>, out: &mut Vec<u8>) -> Option<CodecError> {
    if let TextRef::Ascii(bytes) = text {
        out.extend_from_slice(bytes);
        return None;
    }
    out.reserve(text.len() * text.kind());
    for (at, point) in text.iter().enumerate() {
        match char::from_u32(point) {
            Some(ch) => out.extend_from_slice(ch.encode_utf8(&mut [0; 4]).as_bytes()),
            None => {
                let run = text.slice_from(at).iter().take_while(|&point| is_surrogate(point)).count();
                return Some(CodecError::new(at, at + run, "surrogates not allowed"));
            }
        }
    }
    None
}
