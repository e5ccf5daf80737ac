//! UTF-32 in both byte orders, with byte order marks.

use super::{ByteOrder, Codec, CodecError, Decoding, is_surrogate};
use crate::TextRef;

/// Skips a byte order mark and notes the order it tells.
pub(super) fn take_mark(decoding: &mut Decoding<'_, '_>) {
    let order = match decoding.input {
        [0xff, 0xfe, 0, 0, ..] => ByteOrder::Little,
        [0, 0, 0xfe, 0xff, ..] => ByteOrder::Big,
        _ => return,
    };
    decoding.codec = Codec::Utf32(Some(order));
    decoding.at = 4;
}

pub(super) fn decode(decoding: &mut Decoding<'_, '_>, order: ByteOrder) -> Result<(), CodecError> {
    loop {
        let start = decoding.at;
        let Some((unit, _)) = decoding.rest().split_first_chunk::<4>() else {
            if start >= decoding.input.len() || !decoding.is_final {
                return Ok(());
            }
            return Err(CodecError::new(start, decoding.input.len(), "truncated data"));
        };
        let point = if order == ByteOrder::Little { u32::from_le_bytes(*unit) } else { u32::from_be_bytes(*unit) };
        if is_surrogate(point) {
            return Err(CodecError::new(start, start + 4, "code point in surrogate code point range(0xd800, 0xe000)"));
        }
        if point > crate::unicode::MAX_CODE_POINT {
            return Err(CodecError::new(start, start + 4, "code point not in range(0x110000)"));
        }
        decoding.out.push(point);
        decoding.at += 4;
    }
}

pub(super) fn encode(text: TextRef<'_>, order: ByteOrder, out: &mut Vec<u8>) -> Option<CodecError> {
    out.reserve(text.len() * 4);
    for (at, point) in text.iter().enumerate() {
        if is_surrogate(point) {
            return Some(CodecError::new(at, at + 1, "surrogates not allowed"));
        }
        let bytes = if order == ByteOrder::Little { point.to_le_bytes() } else { point.to_be_bytes() };
        out.extend_from_slice(&bytes);
    }
    None
}
