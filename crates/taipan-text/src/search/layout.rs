//! Padding and layout: justify, centre, zero fill, tabs, and mapping of code points.

use crate::{TextBuf, TextRef};

/// Where the text stands in its field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    Left,
    Right,
    /// As `str.center`: the odd column goes to the left if the width is odd.
    Center,
}

/// The fill on the left and right of a text of `len` in a field of `width`.
pub fn padding(len: usize, width: usize, align: Align) -> (usize, usize) {
    let total = width.saturating_sub(len);
    match align {
        Align::Left => (0, total),
        Align::Right => (total, 0),
        Align::Center => {
            let left = total / 2 + (total & width & 1);
            (left, total - left)
        }
    }
}

/// `str.ljust`, `rjust`, `center`.
pub fn justify(text: TextRef<'_>, width: usize, fill: u32, align: Align) -> TextBuf {
    let (left, right) = padding(text.len(), width, align);
    let mut out = TextBuf::with_capacity(text.len().max(width));
    out.push_n(fill, left);
    out.push_text(text);
    out.push_n(fill, right);
    out
}

/// `bytes.ljust`, `rjust`, `center`.
pub fn justify_bytes(text: &[u8], width: usize, fill: u8, align: Align) -> Vec<u8> {
    let (left, right) = padding(text.len(), width, align);
    let mut out = vec![fill; left];
    out.extend_from_slice(text);
    out.resize(out.len() + right, fill);
    out
}

/// `zfill`: zeros after a leading sign.
pub fn zero_fill(text: TextRef<'_>, width: usize) -> TextBuf {
    let sign = usize::from(matches!(text.get(0), Some(0x2b | 0x2d)));
    let mut out = TextBuf::with_capacity(text.len().max(width));
    out.push_text(text.slice(0..sign));
    out.push_n(b'0'.into(), width.saturating_sub(text.len()));
    out.push_text(text.slice_from(sign));
    out
}

/// The length of the result of [`expand_tabs`]; `None` if it cannot be counted, which is
/// `OverflowError("new string is too long")` (for bytes `"result too long"`).
pub fn expanded_len(text: TextRef<'_>, tab_size: i64) -> Option<usize> {
    let (mut total, mut column) = (0usize, 0usize);
    for point in text.iter() {
        let step = advance(point, column, tab_size);
        column = if is_line_end(point) { 0 } else { column.checked_add(step)? };
        total = total.checked_add(step).filter(|&total| total <= isize::MAX as usize)?;
    }
    Some(total)
}

fn is_line_end(point: u32) -> bool {
    matches!(point, 0x0a | 0x0d)
}

fn advance(point: u32, column: usize, tab_size: i64) -> usize {
    match (point, usize::try_from(tab_size)) {
        (0x09, Ok(size @ 1..)) => size - column % size,
        (0x09, _) => 0,
        _ => 1,
    }
}

/// `expandtabs(tab_size)`: tabs as blanks up to the next multiple, columns starting anew at `\n` and `\r`.
///
/// Check [`expanded_len`] first.
pub fn expand_tabs(text: TextRef<'_>, tab_size: i64) -> TextBuf {
    let mut out = TextBuf::with_capacity(text.len());
    let mut column = 0;
    for point in text.iter() {
        let step = advance(point, column, tab_size);
        if point == 0x09 {
            out.push_n(0x20, step);
        } else {
            out.push(point);
        }
        column = if is_line_end(point) { 0 } else { column + step };
    }
    out
}

/// `bytes.expandtabs(tab_size)`. Check [`expanded_len`] first.
pub fn expand_tabs_bytes(text: &[u8], tab_size: i64) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut column = 0;
    for &byte in text {
        let step = advance(byte.into(), column, tab_size);
        if byte == b'\t' {
            out.resize(out.len() + step, b' ');
        } else {
            out.push(byte);
        }
        column = if is_line_end(byte.into()) { 0 } else { column + step };
    }
    out
}

/// What `str.translate` puts in place of a code point.
pub enum Translated<'t> {
    Keep,
    Delete,
    Point(u32),
    Text(TextRef<'t>),
}

/// `str.translate` with a table that is asked once per code point that occurs.
pub fn translate<'t, E>(
    text: TextRef<'_>,
    mut table: impl FnMut(u32) -> Result<Translated<'t>, E>,
) -> Result<TextBuf, E> {
    let mut out = TextBuf::with_capacity(text.len());
    for point in text.iter() {
        match table(point)? {
            Translated::Keep => out.push(point),
            Translated::Delete => {}
            Translated::Point(point) => out.push(point),
            Translated::Text(text) => out.push_text(text),
        }
    }
    Ok(out)
}

/// `bytes.translate(table, delete)`: a table of 256 bytes or none, and the bytes dropped before it is used.
pub fn translate_bytes(text: &[u8], table: Option<&[u8; 256]>, delete: &[u8]) -> Vec<u8> {
    let mut is_deleted = [false; 256];
    delete.iter().for_each(|&byte| is_deleted[usize::from(byte)] = true);
    let kept = text.iter().filter(|&&byte| !is_deleted[usize::from(byte)]);
    match table {
        Some(table) => kept.map(|&byte| table[usize::from(byte)]).collect(),
        None => kept.copied().collect(),
    }
}
