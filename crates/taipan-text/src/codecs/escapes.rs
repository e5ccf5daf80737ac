//! The codecs `unicode_escape` and `raw_unicode_escape`.

use super::{CodecError, Decoding};
use crate::unicode::{MAX_CODE_POINT, names};
use crate::{TextRef, unicode};

/// How an escape ended.
enum Escape {
    Point(u32),
    /// A backslash before a newline.
    Nothing,
    /// No escape at all: the backslash and this byte.
    Both(u8),
    Incomplete(&'static str),
    Wrong(&'static str),
}

pub(super) fn decode(decoding: &mut Decoding<'_, '_>, is_raw: bool) -> Result<(), CodecError> {
    while let rest = decoding.rest()
        && !rest.is_empty()
    {
        let plain = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
        decoding.out.push_text(TextRef::Latin1(&rest[..plain]));
        let start = decoding.at + plain;
        decoding.at = start;
        if plain == rest.len() {
            break;
        }
        let mut at = start + 1;
        let escape = if is_raw { raw_escape(decoding, &mut at) } else { escape(decoding, &mut at) };
        let error = match escape {
            Escape::Point(point) => {
                decoding.out.push(point);
                None
            }
            Escape::Nothing => None,
            Escape::Both(byte) => {
                decoding.out.push(b'\\'.into());
                decoding.out.push(byte.into());
                None
            }
            Escape::Incomplete(_) if !decoding.is_final => return Ok(()),
            Escape::Incomplete(reason) | Escape::Wrong(reason) => Some(reason),
        };
        if let Some(reason) = error {
            return Err(CodecError::new(start, at, reason));
        }
        decoding.at = at;
    }
    Ok(())
}

/// `count` hexadecimal digits; `at` moves past those that are there.
fn hex(input: &[u8], at: &mut usize, count: usize, truncated: &'static str, too_large: &'static str) -> Escape {
    let mut point = 0u32;
    for _ in 0..count {
        let Some(&byte) = input.get(*at) else { return Escape::Incomplete(truncated) };
        let Some(digit) = char::from(byte).to_digit(16) else { return Escape::Wrong(truncated) };
        point = point << 4 | digit;
        *at += 1;
    }
    if point > MAX_CODE_POINT { Escape::Wrong(too_large) } else { Escape::Point(point) }
}

const TRUNCATED_X: &str = "truncated \\xXX escape";
const TRUNCATED_U: &str = "truncated \\uXXXX escape";
const TRUNCATED_LONG: &str = "truncated \\UXXXXXXXX escape";

fn raw_escape(decoding: &Decoding<'_, '_>, at: &mut usize) -> Escape {
    let input = decoding.input;
    let Some(&byte) = input.get(*at) else {
        // At the very end a backslash stands for itself.
        return if decoding.is_final { Escape::Point(b'\\'.into()) } else { Escape::Incomplete("") };
    };
    *at += 1;
    let too_large = "\\Uxxxxxxxx out of range";
    match byte {
        b'u' => hex(input, at, 4, TRUNCATED_U, too_large),
        b'U' => hex(input, at, 8, TRUNCATED_LONG, too_large),
        _ => Escape::Both(byte),
    }
}

fn escape(decoding: &mut Decoding<'_, '_>, at: &mut usize) -> Escape {
    let input = decoding.input;
    let Some(&byte) = input.get(*at) else { return Escape::Incomplete("\\ at end of string") };
    let escaped_at = *at;
    *at += 1;
    let too_large = "illegal Unicode character";
    let point = match byte {
        b'\n' => return Escape::Nothing,
        b'\\' | b'\'' | b'"' => byte,
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        b'0'..=b'7' => {
            let mut value = u32::from(byte - b'0');
            for _ in 0..2 {
                if let Some(&digit @ b'0'..=b'7') = input.get(*at) {
                    value = value * 8 + u32::from(digit - b'0');
                    *at += 1;
                }
            }
            if value > 0o377 {
                decoding.note_invalid_escape(escaped_at);
            }
            return Escape::Point(value);
        }
        b'x' => return hex(input, at, 2, TRUNCATED_X, too_large),
        b'u' => return hex(input, at, 4, TRUNCATED_U, too_large),
        b'U' => return hex(input, at, 8, TRUNCATED_LONG, too_large),
        b'N' => return named(input, at),
        _ => {
            decoding.note_invalid_escape(escaped_at);
            return Escape::Both(byte);
        }
    };
    Escape::Point(point.into())
}

/// The rest of `\N{NAME}`.
fn named(input: &[u8], at: &mut usize) -> Escape {
    let malformed = "malformed \\N character escape";
    match input.get(*at) {
        None => return Escape::Incomplete(malformed),
        Some(b'{') => *at += 1,
        Some(_) => return Escape::Wrong(malformed),
    }
    let rest = &input[*at..];
    let Some(len) = memchr::memchr(b'}', rest) else {
        *at = input.len();
        return Escape::Incomplete(malformed);
    };
    *at += len;
    if len == 0 {
        return Escape::Wrong(malformed);
    }
    *at += 1;
    let name = std::str::from_utf8(&rest[..len]).ok();
    match name.and_then(names::lookup_code_point) {
        Some(point) => Escape::Point(point),
        None => Escape::Wrong("unknown Unicode character name"),
    }
}

pub(super) fn encode(text: TextRef<'_>, is_raw: bool, out: &mut Vec<u8>) {
    for point in text.iter() {
        let escaped = match point {
            0x5c if !is_raw => "\\\\".to_owned(),
            0x09 if !is_raw => "\\t".to_owned(),
            0x0a if !is_raw => "\\n".to_owned(),
            0x0d if !is_raw => "\\r".to_owned(),
            0x20..0x7f => {
                out.push(point as u8);
                continue;
            }
            0..0x100 if is_raw => {
                out.push(point as u8);
                continue;
            }
            0..0x100 => format!("\\x{point:02x}"),
            0x100..0x10000 => format!("\\u{point:04x}"),
            _ => format!("\\U{point:08x}"),
        };
        out.extend_from_slice(escaped.as_bytes());
    }
}

/// The escape of one code point as `backslashreplace` writes it.
pub(super) fn backslash_escape(point: u32) -> String {
    match point {
        0..0x100 => format!("\\x{point:02x}"),
        0x100..0x10000 => format!("\\u{point:04x}"),
        _ => format!("\\U{point:08x}"),
    }
}

/// The escape of one code point as `namereplace` writes it.
pub(super) fn name_escape(point: u32) -> String {
    match unicode::names::name(point) {
        Some(name) => format!("\\N{{{name}}}"),
        None => backslash_escape(point),
    }
}
