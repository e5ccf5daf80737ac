//! UTF-16 in both byte orders, with byte order marks.

use super::{
    ByteOrder, Codec, CodecError, Decoding, is_high_surrogate, is_low_surrogate, is_surrogate, join_surrogates,
};
use crate::TextRef;

/// Skips a byte order mark and notes the order it tells.
pub(super) fn take_mark(decoding: &mut Decoding<'_, '_>) {
    let order = match decoding.input {
        [0xff, 0xfe, ..] => ByteOrder::Little,
        [0xfe, 0xff, ..] => ByteOrder::Big,
        _ => return,
    };
    decoding.codec = Codec::Utf16(Some(order));
    decoding.at = 2;
}

pub(super) fn decode(decoding: &mut Decoding<'_, '_>, order: ByteOrder) -> Result<(), CodecError> {
    let unit_at = |input: &[u8], at: usize| {
        let bytes = [*input.get(at)?, *input.get(at + 1)?];
        Some(u32::from(if order == ByteOrder::Little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) }))
    };
    let input = decoding.input;
    loop {
        let start = decoding.at;
        let Some(unit) = unit_at(input, start) else {
            if start >= input.len() || !decoding.is_final {
                return Ok(());
            }
            return Err(CodecError::new(start, input.len(), "truncated data"));
        };
        if is_low_surrogate(unit) {
            return Err(CodecError::new(start, start + 2, "illegal encoding"));
        }
        if !is_high_surrogate(unit) {
            decoding.out.push(unit);
            decoding.at += 2;
            continue;
        }
        match unit_at(input, start + 2) {
            None if !decoding.is_final => return Ok(()),
            None => return Err(CodecError::new(start, input.len(), "unexpected end of data")),
            Some(low) if is_low_surrogate(low) => {
                decoding.out.push(join_surrogates(unit, low));
                decoding.at += 4;
            }
            Some(_) => return Err(CodecError::new(start, start + 2, "illegal UTF-16 surrogate")),
        }
    }
}

pub(super) fn encode(text: TextRef<'_>, order: ByteOrder, out: &mut Vec<u8>) -> Option<CodecError> {
    let to_bytes = |unit: u16| if order == ByteOrder::Little { unit.to_le_bytes() } else { unit.to_be_bytes() };
    out.reserve(text.len() * 2);
    for (at, point) in text.iter().enumerate() {
        if is_surrogate(point) {
            return Some(CodecError::new(at, at + 1, "surrogates not allowed"));
        }
        match point.checked_sub(0x10000) {
            None => out.extend_from_slice(&to_bytes(point as u16)),
            Some(offset) => {
                out.extend_from_slice(&to_bytes(0xd800 | (offset >> 10) as u16));
                out.extend_from_slice(&to_bytes(0xdc00 | (offset & 0x3ff) as u16));
            }
        }
    }
    None
}
