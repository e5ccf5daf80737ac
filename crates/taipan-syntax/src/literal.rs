//! The values of literals: numbers, and the escapes of strings and bytes.
//!
//! Invariant: text comes out as WTF-8, where `\ud800` and its like become three-byte surrogates.

use dashu_int::IBig;
use taipan_text::unicode::names::lookup_code_point;

use crate::ast::{Arena, Constant, Int};

/// Why a literal has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LiteralError {
    /// The message of a SyntaxError, at the last token read.
    Message(String),
    /// The message of a SyntaxError for the number's line, without columns.
    HugeInt(String),
}

/// The first escape of a literal that means nothing, as its characters behind the backslash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InvalidEscape {
    pub octal: bool,
    pub text: String,
    /// How many line ends stand before it.
    pub lines: u32,
    /// Its column in its line, in the places CPython counts (see [`text_escapes`]).
    pub column: usize,
}

impl InvalidEscape {
    /// The text of the warning, and of the error where warnings are errors.
    pub(crate) fn messages(&self) -> (String, String) {
        let text = &self.text;
        let kind = if self.octal { "an invalid octal" } else { "an invalid" };
        let hint = format!("Did you mean \"\\\\{text}\"? A raw string is also an option.");
        (
            format!("\"\\{text}\" is {kind} escape sequence. Such sequences will not work in the future. {hint}"),
            format!("\"\\{text}\" is {kind} escape sequence. {hint}"),
        )
    }
}

/// The value of a string token with its prefix and quotes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StringValue<'a> {
    pub value: Constant<'a>,
    pub unicode_prefix: bool,
    pub invalid: Option<InvalidEscape>,
}

/// Evaluates the STRING token `token`; its text lies in the arena.
///
/// # Errors
/// Bytes that are no ASCII, and undecodable escapes.
pub(crate) fn string<'a>(arena: &'a Arena, token: &[u8]) -> Result<StringValue<'a>, LiteralError> {
    let prefix_len = token.iter().position(|byte| matches!(byte, b'"' | b'\'')).unwrap_or(0);
    let (prefix, quoted) = token.split_at(prefix_len);
    let has = |letter: u8| prefix.iter().any(|byte| byte.eq_ignore_ascii_case(&letter));
    let quotes = if quoted.len() >= 6 && quoted[1] == quoted[0] && quoted[2] == quoted[0] { 3 } else { 1 };
    let body = quoted.get(quotes..quoted.len().saturating_sub(quotes)).unwrap_or_default();
    let raw = has(b'r') || memchr::memchr(b'\\', body).is_none();
    let unicode_prefix = prefix.first() == Some(&b'u');
    if has(b'b') {
        if !body.is_ascii() {
            return Err(LiteralError::Message("bytes can only contain ASCII literal characters".to_owned()));
        }
        if raw {
            return Ok(StringValue {
                value: Constant::Bytes(arena.alloc_slice_copy(body)),
                unicode_prefix,
                invalid: None,
            });
        }
        let (bytes, invalid) = bytes_escapes(body)?;
        return Ok(StringValue { value: Constant::Bytes(arena.alloc_slice_copy(&bytes)), unicode_prefix, invalid });
    }
    if raw {
        return Ok(StringValue { value: Constant::Str(arena.alloc_slice_copy(body)), unicode_prefix, invalid: None });
    }
    let (text, invalid) = text_escapes(body)?;
    Ok(StringValue { value: Constant::Str(arena.alloc_slice_copy(&text)), unicode_prefix, invalid })
}

fn simple_escape(byte: u8) -> Option<u8> {
    Some(match byte {
        b'\\' | b'\'' | b'"' => byte,
        b'b' => 0x08,
        b'f' => 0x0C,
        b't' => b'\t',
        b'n' => b'\n',
        b'r' => b'\r',
        b'v' => 0x0B,
        b'a' => 0x07,
        _ => return None,
    })
}

/// The value of an octal escape and its length.
fn octal_escape(bytes: &[u8]) -> Option<(u32, usize)> {
    let length = bytes.iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    if length == 0 {
        return None;
    }
    Some((bytes[..length].iter().fold(0, |value, byte| value * 8 + u32::from(byte - b'0')), length))
}

fn bytes_escapes(body: &[u8]) -> Result<(Vec<u8>, Option<InvalidEscape>), LiteralError> {
    let mut out = Vec::with_capacity(body.len());
    let mut invalid = None;
    let mut at = 0;
    while let Some(byte) = body.get(at) {
        if *byte != b'\\' {
            out.push(*byte);
            at += 1;
            continue;
        }
        let Some(escape) = body.get(at + 1) else {
            return Err(LiteralError::Message("(value error) Trailing \\ in string".to_owned()));
        };
        if *escape == b'\n' {
            at += 2;
        } else if let Some(value) = simple_escape(*escape) {
            out.push(value);
            at += 2;
        } else if let Some((value, length)) = octal_escape(&body[at + 1..]) {
            if value > 0o377 {
                note_octal(&mut invalid, &body[at + 1..at + 1 + length], &body[..at]);
            }
            out.push((value & 0xFF) as u8);
            at += 1 + length;
        } else if *escape == b'x' {
            let digits = body.get(at + 2..at + 4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
            let Some(value) = digits.and_then(hex) else {
                return Err(LiteralError::Message(format!("(value error) invalid \\x escape at position {at}")));
            };
            out.push(value as u8);
            at += 4;
        } else {
            note_escape(&mut invalid, char::from(*escape), &body[..at]);
            out.extend([b'\\', *escape]);
            at += 2;
        }
    }
    Ok((out, invalid))
}

fn note_octal(invalid: &mut Option<InvalidEscape>, digits: &[u8], before: &[u8]) {
    note(invalid, true, String::from_utf8_lossy(digits).into_owned(), before);
}

fn note_escape(invalid: &mut Option<InvalidEscape>, c: char, before: &[u8]) {
    note(invalid, false, c.to_string(), before);
}

fn note(invalid: &mut Option<InvalidEscape>, octal: bool, text: String, before: &[u8]) {
    if invalid.is_none() {
        let lines = before.iter().filter(|byte| **byte == b'\n').count();
        let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        // A backslash before a character above ASCII takes five places more.
        let rewritten = line.windows(2).filter(|pair| pair[0] == b'\\' && !pair[1].is_ascii()).count();
        let column = line.iter().map(|byte| places(*byte)).sum::<usize>() + 5 * rewritten;
        *invalid = Some(InvalidEscape { octal, text, lines: u32::try_from(lines).unwrap_or(u32::MAX), column });
    }
}

fn hex(digits: &[u8]) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Decodes the escapes of text.
///
/// CPython decodes a rewritten copy, in which a character above ASCII takes ten places and a backslash before one
/// six; `place` counts those, for the positions in messages.
pub(crate) fn text_escapes(body: &[u8]) -> Result<(Vec<u8>, Option<InvalidEscape>), LiteralError> {
    let mut out = Vec::with_capacity(body.len());
    let mut invalid = None;
    let (mut at, mut place) = (0, 0);
    while let Some(byte) = body.get(at) {
        if *byte != b'\\' {
            out.push(*byte);
            at += 1;
            place += places(*byte);
            continue;
        }
        let rest = &body[at + 1..];
        let Some(escape) = rest.first().filter(|escape| escape.is_ascii()) else {
            out.push(b'\\');
            at += 1;
            place += 6;
            continue;
        };
        let used = if *escape == b'\n' {
            1
        } else if let Some(value) = simple_escape(*escape) {
            out.push(value);
            1
        } else if let Some((value, length)) = octal_escape(rest) {
            if value > 0o377 {
                note_octal(&mut invalid, &rest[..length], &body[..at]);
            }
            push_code_point(&mut out, value);
            length
        } else {
            match escape {
                b'x' => hex_escape(&mut out, rest, place, 2, "truncated \\xXX escape")?,
                b'u' => hex_escape(&mut out, rest, place, 4, "truncated \\uXXXX escape")?,
                b'U' => hex_escape(&mut out, rest, place, 8, "truncated \\UXXXXXXXX escape")?,
                b'N' => name_escape(&mut out, rest, place)?,
                _ => {
                    note_escape(&mut invalid, char::from(*escape), &body[..at]);
                    out.extend([b'\\', *escape]);
                    1
                }
            }
        };
        place += 1 + rest[..used].iter().map(|byte| places(*byte)).sum::<usize>();
        at += 1 + used;
    }
    Ok((out, invalid))
}

fn places(byte: u8) -> usize {
    match byte {
        0..0x80 => 1,
        0x80..0xC0 => 0,
        _ => 10,
    }
}

fn undecodable(start: usize, end: usize, reason: &str) -> LiteralError {
    let range = if end - start == 1 {
        format!("byte 0x5c in position {start}")
    } else {
        format!("bytes in position {start}-{}", end - 1)
    };
    LiteralError::Message(format!("(unicode error) 'unicodeescape' codec can't decode {range}: {reason}"))
}

fn hex_escape(
    out: &mut Vec<u8>,
    rest: &[u8],
    place: usize,
    length: usize,
    truncated: &str,
) -> Result<usize, LiteralError> {
    let found = rest[1..].iter().take(length).take_while(|byte| byte.is_ascii_hexdigit()).count();
    if found < length {
        return Err(undecodable(place, place + 2 + found, truncated));
    }
    match hex(&rest[1..=length]) {
        Some(value) if value <= 0x10_FFFF => push_code_point(out, value),
        _ => return Err(undecodable(place, place + 2 + length, "illegal Unicode character")),
    }
    Ok(1 + length)
}

fn name_escape(out: &mut Vec<u8>, rest: &[u8], place: usize) -> Result<usize, LiteralError> {
    const MALFORMED: &str = "malformed \\N character escape";
    let width = |bytes: &[u8]| bytes.iter().map(|byte| places(*byte)).sum::<usize>();
    if rest.get(1) != Some(&b'{') {
        return Err(undecodable(place, place + 2, MALFORMED));
    }
    let Some(length) = rest[2..].iter().position(|byte| *byte == b'}') else {
        return Err(undecodable(place, place + 1 + width(rest), MALFORMED));
    };
    if length == 0 {
        return Err(undecodable(place, place + 3, MALFORMED));
    }
    let name = &rest[2..2 + length];
    match std::str::from_utf8(name).ok().filter(|name| name.is_ascii()).and_then(lookup_code_point) {
        Some(point) => {
            push_code_point(out, point);
            Ok(3 + length)
        }
        None => Err(undecodable(place, place + 4 + width(name), "unknown Unicode character name")),
    }
}

fn push_code_point(out: &mut Vec<u8>, value: u32) {
    match char::from_u32(value) {
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        // A lone surrogate.
        None => {
            out.extend([0xE0 | (value >> 12) as u8, 0x80 | ((value >> 6) & 0x3F) as u8, 0x80 | (value & 0x3F) as u8])
        }
    }
}

/// Evaluates the NUMBER token `token`; `max_digits` bounds decimal integers (0: no bound).
///
/// # Errors
/// A decimal integer with too many digits.
pub(crate) fn number<'a>(arena: &'a Arena, token: &[u8], max_digits: usize) -> Result<Constant<'a>, LiteralError> {
    let text: String = token.iter().filter(|byte| **byte != b'_').map(|byte| char::from(*byte)).collect();
    if let Some(imag) = text.strip_suffix(['j', 'J']) {
        return Ok(Constant::Complex { real: 0.0, imag: float(imag) });
    }
    let radix = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 10,
    };
    let digits = if radix == 10 { text.as_str() } else { &text[2..] };
    if radix == 10 && !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Constant::Float(float(&text)));
    }
    if radix == 10 && max_digits > 0 && digits.len() > max_digits {
        return Err(LiteralError::HugeInt(format!(
            "Exceeds the limit ({max_digits} digits) for integer string conversion: value has {} digits; use \
             sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer literals to \
             avoid decimal conversion limits.",
            digits.len()
        )));
    }
    if let Ok(small) = i64::from_str_radix(digits, radix) {
        return Ok(Constant::Int(Int::Small(small)));
    }
    Ok(Constant::Int(Int::new(arena, &IBig::from_str_radix(digits, radix).unwrap_or_default())))
}

fn float(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(token: &str) -> String {
        match string(&Arena::new(), token.as_bytes()) {
            Err(LiteralError::Message(msg)) => msg,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn escapes_have_their_values() {
        let arena = Arena::new();
        let value = |token: &str| match string(&arena, token.as_bytes()).map(|string| string.value) {
            Ok(Constant::Str(text) | Constant::Bytes(text)) => text.to_vec(),
            other => panic!("{other:?}"),
        };
        assert_eq!(value(r#"'a\x41\101\u00e9\N{BULLET}'"#), "aAAé•".as_bytes());
        assert_eq!(value(r#"'\ud800'"#), [0xED, 0xA0, 0x80]);
        assert_eq!(value(r#"b'\xff\400'"#), [0xFF, 0]);
        assert_eq!(value("'''a''b'''"), b"a''b");
        assert_eq!(value(r#"r'\x'"#), br"\x");
    }

    #[test]
    fn bad_escapes_report_their_place() {
        // python3.14 -c 'compile(...)'
        let prefix = "(unicode error) 'unicodeescape' codec can't decode bytes in position";
        assert_eq!(message(r#"'\x'"#), format!("{prefix} 0-1: truncated \\xXX escape"));
        assert_eq!(message(r#"'é\u12'"#), format!("{prefix} 10-13: truncated \\uXXXX escape"));
        assert_eq!(message(r#"'\N{foo}'"#), format!("{prefix} 0-6: unknown Unicode character name"));
        assert_eq!(message(r#"b'a\xg'"#), "(value error) invalid \\x escape at position 1");
    }

    #[test]
    fn numbers_have_their_values() {
        let arena = Arena::new();
        let number = |token, max_digits| number(&arena, token, max_digits);
        assert_eq!(number(b"1_000", 0), Ok(Constant::Int(Int::Small(1000))));
        assert_eq!(number(b"0xFF", 0), Ok(Constant::Int(Int::Small(255))));
        assert_eq!(number(b"00", 0), Ok(Constant::Int(Int::Small(0))));
        assert_eq!(number(b"1e3", 0), Ok(Constant::Float(1000.0)));
        assert_eq!(number(b"1.5j", 0), Ok(Constant::Complex { real: 0.0, imag: 1.5 }));
        assert!(matches!(number(&[b'9'; 4301][..], 4300), Err(LiteralError::HugeInt(_))));
    }
}
