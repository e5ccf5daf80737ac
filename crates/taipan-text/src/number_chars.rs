//! What `int()`, `float()` and `complex()` see of a text: ASCII, with digits and spaces of other scripts replaced.

use crate::{TextRef, unicode};

/// ASCII whitespace as C's `isspace` has it: the separators 0x1c-0x1f are not in it.
pub(crate) fn is_ascii_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// The bytes without leading ASCII whitespace.
pub(crate) fn trim_start(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|&byte| !is_ascii_space(byte)).unwrap_or(text.len());
    &text[start..]
}

/// The bytes without ASCII whitespace on either side.
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    let text = trim_start(text);
    let end = text.iter().rposition(|&byte| !is_ascii_space(byte)).map_or(0, |last| last + 1);
    &text[..end]
}

/// Decimal digits of any script as ASCII digits, other spaces as blanks; at the first other non-ASCII code point the
/// text ends with a `?`, which no number contains.
pub(crate) fn to_ascii_number(text: TextRef<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for point in text.iter() {
        if point < 127 {
            out.push(point as u8);
        } else if unicode::is_space(point) {
            out.push(b' ');
        } else if let Some(digit) = unicode::decimal(point) {
            out.push(b'0' + digit);
        } else {
            out.push(b'?');
            break;
        }
    }
    out
}
