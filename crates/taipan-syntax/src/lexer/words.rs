//! Eight bytes of text at a time: which of them are spaces, go on in a name, or may end a literal.
//!
//! Invariant: a word holds its bytes in the order of the text, the first one lowest; behind the end of the text are zeros.

/// The lowest bit of each byte.
const ONES: u64 = u64::MAX / 255;
/// The highest bit of each byte.
const HIGH: u64 = ONES << 7;

/// The eight bytes at a place of the text.
#[inline(always)]
pub(super) fn word_at(text: &[u8], at: usize) -> u64 {
    match text.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(word) => u64::from_le_bytes(*word),
        None => last_word(text, at),
    }
}

#[cold]
fn last_word(text: &[u8], at: usize) -> u64 {
    text.get(at..).unwrap_or_default().iter().rev().take(8).fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// Each byte `byte`.
#[inline(always)]
const fn all(byte: u8) -> u64 {
    ONES * byte as u64
}

/// The highest bits of the zero bytes; above the lowest one there may be others, too.
#[inline(always)]
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGH
}

/// How many bytes stand before the lowest of those marked; 8 if none is.
#[inline(always)]
fn before(marks: u64) -> usize {
    marks.trailing_zeros() as usize / 8
}

/// How many bytes at the beginning of the word are ASCII letters, digits and underscores.
#[inline(always)]
pub(super) fn name_length(word: u64) -> usize {
    let low = word & !HIGH;
    // The highest bit of the sum tells whether a byte below 128 is at least so great.
    let from = |low: u64, byte: u8| low + all(128 - byte);
    let lower = low | all(0x20);
    let letters = from(lower, b'a') & !from(lower, b'z' + 1);
    let digits = from(low, b'0') & !from(low, b'9' + 1);
    let others = (low ^ all(b'_')) + all(0x7F);
    before(!(letters | digits | !others) & HIGH | word & HIGH)
}

/// How many spaces stand at a place of the text.
#[inline(always)]
pub(super) fn spaces_at(text: &[u8], at: usize) -> usize {
    let mut spaces = 0;
    loop {
        // No byte that differs from a space becomes zero, not even by a borrow.
        let others = word_at(text, at + spaces) ^ all(b' ');
        if others != 0 {
            return spaces + before(others);
        }
        spaces += 8;
    }
}

/// How many bytes at a place of the text are no quote, backslash or line end; to the end of the text if there is none.
#[inline(always)]
pub(super) fn literal_length(text: &[u8], at: usize, quote: u8) -> usize {
    let mut length = 0;
    while at + length < text.len() {
        let word = word_at(text, at + length);
        let marks = zeros(word ^ all(quote)) | zeros(word ^ all(b'\\')) | zeros(word ^ all(b'\n'));
        if marks != 0 {
            return length + before(marks);
        }
        length += 8;
    }
    text.len().saturating_sub(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word that begins with these bytes, the last one repeated.
    fn word(text: &[u8]) -> u64 {
        let last = text.last().copied().unwrap_or(b' ');
        u64::from_le_bytes(std::array::from_fn(|at| text.get(at).copied().unwrap_or(last)))
    }

    #[test]
    fn every_byte_is_told_apart() {
        for byte in 0..=u8::MAX {
            let is_name = byte.is_ascii_alphanumeric() || byte == b'_';
            for at in 0..8 {
                let mut bytes = *b"aZ_09zA5";
                bytes[at] = byte;
                let expected = if is_name { 8 } else { at };
                assert_eq!(name_length(u64::from_le_bytes(bytes)), expected, "{byte} at {at}");
                let mut bytes = *b"        x";
                bytes[at] = byte;
                assert_eq!(spaces_at(&bytes, 0), if byte == b' ' { 8 } else { at });
                let mut bytes = *b"\x80\xFF!#[]^&";
                bytes[at] = byte;
                let expected = if b"'\\\n".contains(&byte) { at } else { 8 };
                assert_eq!(literal_length(&bytes, 0, b'\''), expected, "{byte} at {at}");
            }
        }
    }

    #[test]
    fn texts_end_anywhere() {
        assert_eq!(word_at(b"abc", 1), u64::from(b'b') | u64::from(b'c') << 8);
        assert_eq!(word_at(b"abc", 3), 0);
        assert_eq!(word_at(b"abc", 7), 0);
        assert_eq!(name_length(word_at(b"abc", 0)), 3);
        assert_eq!(name_length(word(b"a")), 8);
        assert_eq!(spaces_at(b"x           ", 1), 11);
        assert_eq!(literal_length(b"abcdefghijk", 1, b'"'), 10);
        assert_eq!(literal_length(b"abcdefghi\"", 0, b'"'), 9);
    }
}
