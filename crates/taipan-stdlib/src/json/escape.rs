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

/// Appends a text in quotes.
pub fn push_quoted(out: &mut TextBuf, text: TextRef<'_>, ascii: bool) {
    out.push(u32::from(b'"'));
    let mut start = 0;
    for (at, point) in text.iter().enumerate() {
        if !is_plain(point, ascii) {
            out.push_text(text.slice(start..at));
            push_escape(out, point);
            start = at + 1;
        }
    }
    out.push_text(text.slice_from(start));
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
    fn escapes_what_must_be() {
        assert_eq!(quoted("a\"\\\n\u{1}é😀\u{7f}", true), r#""a\"\\\n\u0001\u00e9\ud83d\ude00\u007f""#);
        assert_eq!(quoted("a\"\\\n\u{1}é😀\u{7f}", false), "\"a\\\"\\\\\\n\\u0001é😀\u{7f}\"");
    }
}
