//! Surrogates in the names of trees that programs made, where names are UTF-8: each stands as two characters.
//!
//! Invariant: no name of a source is changed, and names are equal exactly if what they stand for is.

use std::borrow::Cow;

/// Comes before a character that stands for a surrogate, and before itself. No identifier of a source has it.
const ESCAPE: char = '\u{10FFFE}';
const ESCAPE_BYTES: &[u8] = "\u{10FFFE}".as_bytes();
/// Stands for U+D800; those that follow for those that follow.
const FIRST: u32 = 0xE000;

/// The name for a text in WTF-8.
pub fn escape_surrogates(text: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(text) {
        return if text.contains(ESCAPE) {
            Cow::Owned(text.replace(ESCAPE, "\u{10FFFE}\u{10FFFE}"))
        } else {
            Cow::Borrowed(text)
        };
    }
    let mut name = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while !rest.is_empty() {
        let valid = match std::str::from_utf8(rest) {
            Ok(all) => all,
            Err(error) => std::str::from_utf8(&rest[..error.valid_up_to()]).unwrap_or_default(),
        };
        name.push_str(&valid.replace(ESCAPE, "\u{10FFFE}\u{10FFFE}"));
        rest = &rest[valid.len()..];
        if let [0xED, middle, last, after @ ..] = rest {
            let offset = (u32::from(*middle & 0x1F) << 6) | u32::from(*last & 0x3F);
            name.push(ESCAPE);
            name.extend(char::from_u32(FIRST + offset));
            rest = after;
        } else if let [_, after @ ..] = rest {
            rest = after;
        }
    }
    Cow::Owned(name)
}

/// The text in WTF-8 that a name, or a text with names in it, stands for; none where that is the same.
pub fn unescape_surrogates(name: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    let mut rest = name.as_ref();
    memchr::memchr(ESCAPE_BYTES[0], rest)?;
    let mut at = memchr::memmem::find(rest, ESCAPE_BYTES)?;
    let mut text = Vec::with_capacity(rest.len());
    loop {
        text.extend_from_slice(&rest[..at]);
        rest = match &rest[at + ESCAPE_BYTES.len()..] {
            [0xEE, middle @ 0x80..=0x9F, last, after @ ..] => {
                text.extend_from_slice(&[0xED, middle | 0x20, *last]);
                after
            }
            after => {
                text.extend_from_slice(ESCAPE_BYTES);
                after.strip_prefix(ESCAPE_BYTES).unwrap_or(after)
            }
        };
        match memchr::memmem::find(rest, ESCAPE_BYTES) {
            Some(next) => at = next,
            None => break,
        }
    }
    text.extend_from_slice(rest);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back() {
        let texts: [&[u8]; 6] = [
            b"name",
            b"\xED\xA0\x80",
            b"a\xED\xBF\xBF\xED\xB2\x80b",
            "\u{10FFFE}".as_bytes(),
            "\u{10FFFE}\u{E000}".as_bytes(),
            b"\xED\x9F\xBF\xED\xA0\x80\xF4\x8F\xBF\xBE",
        ];
        for text in texts {
            let name = escape_surrogates(text);
            let back = unescape_surrogates(&*name).unwrap_or_else(|| name.as_bytes().to_vec());
            assert_eq!(back, text);
        }
        assert_eq!(unescape_surrogates("\u{10FFFF}x"), None);
    }
}
