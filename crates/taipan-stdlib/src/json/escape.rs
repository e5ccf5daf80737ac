//! Strings in JSON's notation.

use taipan_text::{TextBuf, TextRef};

/// Whether a code point stands for itself.
const fn is_plain(point: u32, ascii: bool) -> bool {
    point >= 0x20 && point != b'"' as u32 && point != b'\\' as u32 && (!ascii || point < 0x7F)
}

/// The most bytes the notation of a text can take.
pub fn most_bytes(text: TextRef<'_>, ascii: bool) -> usize {
    let unit = if ascii { 1 } else { text.kind() };
    text.len().saturating_mul(if ascii && text.kind() == 4 { 12 } else { 6 * unit }).saturating_add(2)
}

fn push_unit(out: &mut TextBuf, unit: u32) {
    out.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        out.push(u32::from(b"0123456789abcdef"[(unit >> shift & 15) as usize]));
    }
}

fn push_escape(out: &mut TextBuf, point: u32) {
    let letter = match point {
        0x22 | 0x5C => point as u8,
        8 => b'b',
        12 => b'f',
        10 => b'n',
        13 => b'r',
        9 => b't',
        0x1_0000.. => {
            let above = point - 0x1_0000;
            push_unit(out, 0xD800 + (above >> 10));
            return push_unit(out, 0xDC00 + (above & 0x3FF));
        }
        _ => return push_unit(out, point),
    };
    out.push(u32::from(b'\\'));
    out.push(u32::from(letter));
}

/// Bytes looked at together.
const CHUNK: usize = 16;

/// The first byte that `is_special`; most texts have none.
pub(super) fn find_byte(bytes: &[u8], is_special: impl Fn(u8) -> bool) -> Option<usize> {
    let mut from = 0;
    for chunk in bytes.chunks_exact(CHUNK) {
        // No early exit within a chunk, so that it is one step of vector code.
        if chunk.iter().fold(false, |found, &byte| found | is_special(byte)) {
            break;
        }
        from += CHUNK;
    }
    bytes[from..].iter().position(|&byte| is_special(byte)).map(|at| from + at)
}

/// The first code point that does not stand for itself.
fn find_escaped(text: TextRef<'_>, ascii: bool) -> Option<(usize, u32)> {
    let at = match text {
        TextRef::Ascii(bytes) | TextRef::Latin1(bytes) => find_byte(bytes, |byte| !is_plain(u32::from(byte), ascii)),
        wide => wide.iter().position(|point| !is_plain(point, ascii)),
    }?;
    Some((at, text.code_point(at)))
}

/// Appends a text in quotes.
pub fn push_quoted(out: &mut TextBuf, text: TextRef<'_>, ascii: bool) {
    out.push(u32::from(b'"'));
    let mut rest = text;
    while let Some((at, point)) = find_escaped(rest, ascii) {
        out.push_text(rest.slice(0..at));
        push_escape(out, point);
        rest = rest.slice_from(at + 1);
    }
    out.push_text(rest);
    out.push(u32::from(b'"'));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str, ascii: bool) -> String {
        let points: Vec<u32> = text.chars().map(u32::from).collect();
        let mut out = TextBuf::new();
        push_quoted(&mut out, TextRef::Ucs4(&points), ascii);
        out.as_text().to_utf8_lossy()
    }

    #[test]
    fn escapes_are_found_wherever_they_stand() {
        for len in 0..40 {
            for at in 0..len {
                let mut text = vec![b'x'; len];
                text[at] = b'"';
                assert_eq!(find_byte(&text, |byte| byte == b'"'), Some(at));
                let mut out = TextBuf::new();
                push_quoted(&mut out, TextRef::Ascii(&text), true);
                let expected = format!("\"{}\\\"{}\"", "x".repeat(at), "x".repeat(len - at - 1));
                assert_eq!(out.as_text().to_utf8_lossy(), expected);
            }
        }
        assert_eq!(find_byte(&[b'x'; 40], |byte| byte == b'"'), None);
    }

    #[test]
    fn escapes_what_must_be() {
        assert_eq!(quoted("a\"\\\n\u{1}é😀\u{7f}", true), r#""a\"\\\n\u0001\u00e9\ud83d\ude00\u007f""#);
        assert_eq!(quoted("a\"\\\n\u{1}é😀\u{7f}", false), "\"a\\\"\\\\\\n\\u0001é😀\u{7f}\"");
    }
}
