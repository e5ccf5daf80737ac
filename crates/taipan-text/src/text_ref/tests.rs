use super::*;

#[test]
fn widths_compare_by_code_point() {
    let wide = [97u32, 98];
    assert_eq!(TextRef::Ascii(b"ab"), TextRef::Ucs4(&wide));
    assert!(TextRef::Ascii(b"abc") > TextRef::Ucs4(&wide));
    assert!(TextRef::Ucs2(&[0xffff]) < TextRef::Ucs4(&[0x10000]));
}

#[test]
fn slices_are_clipped() {
    let text = TextRef::Ascii(b"hello");
    assert!(text.slice(1..3).eq_str("el"));
    assert!(text.slice(4..99).eq_str("o"));
    assert!(text.slice(7..99).is_empty());
    assert_eq!(text.get(5), None);
}

#[test]
fn buf_narrows_and_widens() {
    let buf = TextRef::Ucs4(&[0x61, 0xe9]).to_buf();
    assert!(matches!(buf.as_text(), TextRef::Latin1(&[0x61, 0xe9])));
    let mut buf = TextBuf::from("a");
    assert!(buf.as_text().is_ascii_kind());
    buf.push(0xd800);
    assert!(matches!(buf.as_text(), TextRef::Ucs2(&[0x61, 0xd800])));
    assert_eq!(buf.as_text().to_utf8(), None);
    buf.push(0x1f600);
    assert!(matches!(buf.as_text(), TextRef::Ucs4(&[0x61, 0xd800, 0x1f600])));
    assert_eq!(TextBuf::from("é€").as_text().to_utf8().as_deref(), Some("é€"));
}
