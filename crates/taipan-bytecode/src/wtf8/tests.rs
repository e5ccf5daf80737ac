use super::Wtf8Buf;

#[test]
fn surrogates_stay_apart_and_round_trip() {
    let text = Wtf8Buf::from_code_points([0x61, 0xD83D, 0xDE00, 0x1F600, 0xE9]);
    assert_eq!(text.as_str(), None);
    assert_eq!(text.char_count(), 5);
    assert_eq!(text.code_points().collect::<Vec<_>>(), [0x61, 0xD83D, 0xDE00, 0x1F600, 0xE9]);
    let again = Wtf8Buf::from_bytes(text.as_bytes().to_vec());
    assert_eq!(again.as_ref(), Ok(&text));
    assert_eq!(text.to_string_lossy(), "a\u{FFFD}\u{FFFD}😀é");
    assert_eq!(format!("{text:?}"), r#""a\u{d83d}\u{de00}😀é""#);
}

#[test]
fn bad_bytes_are_refused_at_their_offset() {
    for (bytes, at) in [
        (&b"ab\xff"[..], 2),
        (b"a\xed\xa0", 1),
        (b"\xed\xa0\x80\xc0\x80", 3),
        (b"\xf8\x88\x80\x80\x80", 0),
        (b"\xf4\x90\x80\x80", 0),
    ] {
        let error = Wtf8Buf::from_bytes(bytes.to_vec()).unwrap_err();
        assert_eq!(error.valid_up_to, at, "{bytes:?}");
    }
}

#[test]
fn points_out_of_range_become_the_replacement_character() {
    assert_eq!(Wtf8Buf::from_code_points([0x110000]), *"\u{FFFD}");
}
