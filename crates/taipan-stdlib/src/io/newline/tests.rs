//! The line ends of short texts, in each mode.

use super::*;

const MODES: [Newline; 5] =
    [Newline::Translate, Newline::Universal, Newline::Feed, Newline::Return, Newline::ReturnFeed];

fn lengths(text: TextRef<'_>) -> [Option<usize>; 5] {
    MODES.map(|mode| mode.line_length(text))
}

#[test]
fn finds_the_first_line_end() {
    assert_eq!(lengths(TextRef::Ascii(b"abc")), [None; 5]);
    assert_eq!(lengths(TextRef::Ascii(b"a\r\nb")), [Some(3), Some(3), Some(3), Some(2), Some(3)]);
    assert_eq!(lengths(TextRef::Ascii(b"a\rb\r\nc")), [Some(5), Some(2), Some(5), Some(2), Some(5)]);
    assert_eq!(lengths(TextRef::Ucs2(&[0x3042, 13])), [None, Some(2), None, Some(2), None]);
    assert_eq!(lengths(TextRef::Ucs4(&[10, 13, 10])), [Some(1), Some(1), Some(1), Some(2), Some(3)]);
}

#[test]
fn notes_and_translates_line_ends() {
    for (text, read, ends) in [
        (&b"ab"[..], None, 0),
        (b"a\nb", None, SEEN_LF),
        (b"a\r\nb", Some("a\nb"), SEEN_CRLF),
        (b"a\r\rb", Some("a\n\nb"), SEEN_CR),
        (b"a\n\r\n\r", Some("a\n\n\n"), SEEN_CR | SEEN_LF | SEEN_CRLF),
    ] {
        let mut seen = 0;
        assert_eq!(translated(TextRef::Ascii(text), &mut seen), read.map(TextBuf::from));
        assert_eq!(seen, ends);
    }
}

#[test]
fn translates_what_is_written() {
    let text = TextRef::Ascii(b"a\nb\r");
    let written = MODES.map(|mode| mode.translate_written(text, &mut 0));
    let expected = [Some("a\nb\n"), None, None, Some("a\rb\r"), Some("a\r\nb\r")];
    assert_eq!(written, expected.map(|text| text.map(TextBuf::from)));
}
