//! `repr` and `ascii` of text and bytes: quotes and escapes.

use crate::{TextBuf, TextRef, unicode};

/// The single quote, unless the text has single quotes and no double ones.
fn quote_for(mut points: impl Iterator<Item = u32>) -> u8 {
    let (single, double) = (u32::from(b'\''), u32::from(b'"'));
    let mut has_single = false;
    if points.any(|point| {
        has_single |= point == single;
        point == double
    }) {
        return b'\'';
    }
    if has_single { b'"' } else { b'\'' }
}

/// The escape of a code point that is not shown as itself.
fn push_escape(out: &mut TextBuf, point: u32) {
    match point {
        0x09 => out.push_str("\\t"),
        0x0a => out.push_str("\\n"),
        0x0d => out.push_str("\\r"),
        0..0x100 => out.push_str(&format!("\\x{point:02x}")),
        0x100..0x10000 => out.push_str(&format!("\\u{point:04x}")),
        _ => out.push_str(&format!("\\U{point:08x}")),
    }
}

fn quoted(text: TextRef<'_>, is_shown: impl Fn(u32) -> bool) -> TextBuf {
    let quote = u32::from(quote_for(text.iter()));
    let mut out = TextBuf::with_capacity(text.len() + 2);
    out.push(quote);
    let mut from = 0;
    for (at, point) in text.iter().enumerate() {
        let is_marked = point == quote || point == b'\\'.into();
        if !is_marked && is_shown(point) {
            continue;
        }
        out.push_text(text.slice(from..at));
        from = at + 1;
        if is_marked {
            out.push(b'\\'.into());
            out.push(point);
        } else {
            push_escape(&mut out, point);
        }
    }
    out.push_text(text.slice_from(from));
    out.push(quote);
    out
}

/// `repr(str)`: in quotes, with what is not printable as escapes.
pub fn repr(text: TextRef<'_>) -> TextBuf {
    quoted(text, |point| match point {
        0x20..0x7f => true,
        0..0x80 => false,
        _ => unicode::is_printable(point),
    })
}

/// `ascii(str)`: as [`repr`], with all that is not ASCII as escapes.
pub fn ascii(text: TextRef<'_>) -> TextBuf {
    quoted(text, |point| (0x20..0x7f).contains(&point))
}

/// `ascii(object)` from its repr: escapes for all that is not ASCII, nothing else changed.
pub fn escape_non_ascii(repr: TextRef<'_>) -> TextBuf {
    if repr.is_ascii_kind() {
        return repr.to_buf();
    }
    let mut out = TextBuf::with_capacity(repr.len());
    for point in repr.iter() {
        if point < 0x80 { out.push(point) } else { push_escape(&mut out, point) }
    }
    out
}

/// `repr(bytes)` with its prefix `b`, ASCII only.
pub fn bytes_repr(bytes: &[u8]) -> String {
    let quote = quote_for(bytes.iter().map(|&byte| byte.into()));
    let mut out = String::with_capacity(bytes.len() + 3);
    out.push('b');
    out.push(quote.into());
    for &byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            _ if byte == quote => {
                out.push('\\');
                out.push(quote.into());
            }
            b' '..=b'~' => out.push(byte.into()),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push(quote.into());
    out
}

#[cfg(test)]
mod tests;
