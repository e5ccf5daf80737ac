//! One byte per code point: ASCII, Latin-1, and tables of 256 code points.

use super::{CodecError, Decoding};
use crate::{TextBuf, TextRef};

const UNDEFINED: u32 = 0xfffe;
const MAPS_TO_UNDEFINED: &str = "character maps to <undefined>";

pub(super) fn decode_ascii(decoding: &mut Decoding<'_, '_>) -> Result<(), CodecError> {
    let rest = decoding.rest();
    let len = rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
    decoding.out.push_text(TextRef::Ascii(&rest[..len]));
    decoding.at += len;
    if len == rest.len() {
        return Ok(());
    }
    Err(CodecError::new(decoding.at, decoding.at + 1, "ordinal not in range(128)"))
}

/// ASCII or Latin-1 by the limit.
pub(super) fn encode_below(text: TextRef<'_>, limit: u32, out: &mut Vec<u8>) -> Option<CodecError> {
    match text {
        TextRef::Ascii(bytes) => out.extend_from_slice(bytes),
        TextRef::Latin1(bytes) if limit == 256 => out.extend_from_slice(bytes),
        _ => {
            for (at, point) in text.iter().enumerate() {
                if point >= limit {
                    let run = text.slice_from(at).iter().take_while(|&point| point >= limit).count();
                    let reason = if limit == 256 { "ordinal not in range(256)" } else { "ordinal not in range(128)" };
                    return Some(CodecError::new(at, at + run, reason));
                }
                out.push(point as u8);
            }
        }
    }
    None
}

pub(super) fn decode_charmap(decoding: &mut Decoding<'_, '_>, table: TextRef<'_>) -> Result<(), CodecError> {
    for &byte in decoding.rest() {
        match table.get(byte.into()) {
            None | Some(UNDEFINED) => {
                return Err(CodecError::new(decoding.at, decoding.at + 1, MAPS_TO_UNDEFINED));
            }
            Some(point) => decoding.out.push(point),
        }
        decoding.at += 1;
    }
    Ok(())
}

/// The inverse of a decoding table, as `codecs.charmap_build` makes it.
#[derive(Clone, Debug)]
pub struct CharmapTable {
    decoding: TextBuf,
    /// Code point and byte, sorted by code point.
    bytes: Vec<(u32, u8)>,
}

impl CharmapTable {
    /// Of a table with the code point of each byte; only the first 256 count, 0xFFFE is undefined, and of bytes with the
    /// same code point the last wins.
    pub fn new(decoding: TextRef<'_>) -> Self {
        let mut bytes: Vec<(u32, u8)> = decoding.iter().zip(0..=255).filter(|&(point, _)| point != UNDEFINED).collect();
        bytes.sort_unstable();
        bytes.reverse();
        bytes.dedup_by_key(|&mut (point, _)| point);
        bytes.reverse();
        CharmapTable { decoding: decoding.to_buf(), bytes }
    }

    /// The table it inverts.
    pub fn decoding(&self) -> &TextBuf {
        &self.decoding
    }

    /// The byte of a code point.
    pub fn byte(&self, point: u32) -> Option<u8> {
        let at = self.bytes.binary_search_by_key(&point, |&(point, _)| point).ok()?;
        Some(self.bytes[at].1)
    }
}

pub(super) fn encode_charmap(text: TextRef<'_>, table: &CharmapTable, out: &mut Vec<u8>) -> Option<CodecError> {
    for (at, point) in text.iter().enumerate() {
        match table.byte(point) {
            Some(byte) => out.push(byte),
            None => {
                let run = text.slice_from(at).iter().take_while(|&point| table.byte(point).is_none()).count();
                return Some(CodecError::new(at, at + run, MAPS_TO_UNDEFINED));
            }
        }
    }
    None
}
