//! Replacing occurrences of a text by another.

use crate::{TextBuf, TextRef};

/// `text.replace(old, new, max)`, at most `max` replacements; `None` if nothing changes.
///
/// The length of the result is `text.len() + n * (new.len() - old.len())` for `n = min(count(text, old), max)`: a caller
/// with a memory limit checks it first.
pub fn replace(text: TextRef<'_>, old: TextRef<'_>, new: TextRef<'_>, max: Option<usize>) -> Option<TextBuf> {
    let mut at = starts(text, old, max).peekable();
    at.peek()?;
    if old == new {
        return None;
    }
    let mut out = TextBuf::with_capacity(text.len());
    let mut from = 0;
    for start in at {
        out.push_text(text.slice(from..start));
        out.push_text(new);
        from = start + old.len();
    }
    out.push_text(text.slice_from(from));
    Some(out)
}

/// `bytes.replace(old, new, max)`; `None` if nothing changes.
pub fn replace_bytes(text: &[u8], old: &[u8], new: &[u8], max: Option<usize>) -> Option<Vec<u8>> {
    let mut at = starts(TextRef::Latin1(text), TextRef::Latin1(old), max).peekable();
    at.peek()?;
    if old == new {
        return None;
    }
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for start in at {
        out.extend_from_slice(&text[from..start]);
        out.extend_from_slice(new);
        from = start + old.len();
    }
    out.extend_from_slice(&text[from..]);
    Some(out)
}

/// Where `old` is replaced; the empty text stands before every code point and at the end.
fn starts<'a>(text: TextRef<'a>, old: TextRef<'a>, max: Option<usize>) -> Box<dyn Iterator<Item = usize> + 'a> {
    let max = max.unwrap_or(usize::MAX);
    if old.is_empty() {
        return Box::new((0..=text.len()).take(max));
    }
    Box::new(super::matches(text, old).take(max))
}
