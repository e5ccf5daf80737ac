//! Decoding and encoding against facts recorded from CPython 3.14 (tools/make_codec_facts.py).

use super::errors::{Policy, decode, encode};
use super::*;

fn points(hexes: &str) -> impl Iterator<Item = u32> {
    hexes.split('.').filter(|part| !part.is_empty()).map(|part| u32::from_str_radix(part, 16).unwrap())
}

fn hexes(text: TextRef<'_>) -> String {
    text.iter().map(|point| format!("{point:x}")).collect::<Vec<_>>().join(".")
}

/// Code page 1252 as a decoding table.
fn code_page() -> TextBuf {
    let high = "€\u{fffe}‚ƒ„…†‡ˆ‰Š‹Œ\u{fffe}Ž\u{fffe}\u{fffe}‘’“”•–—˜™š›œ\u{fffe}žŸ";
    let points = (0..0x80).chain(high.chars().map(u32::from)).chain(0xa0..0x100);
    points.collect()
}

fn codec<'m>(name: &str, table: TextRef<'m>) -> Codec<'m> {
    match name {
        "utf_8" => Codec::Utf8,
        "utf_7" => Codec::Utf7,
        "utf_16" => Codec::Utf16(None),
        "utf_16_le" => Codec::Utf16(Some(ByteOrder::Little)),
        "utf_16_be" => Codec::Utf16(Some(ByteOrder::Big)),
        "utf_32" => Codec::Utf32(None),
        "utf_32_le" => Codec::Utf32(Some(ByteOrder::Little)),
        "utf_32_be" => Codec::Utf32(Some(ByteOrder::Big)),
        "latin_1" => Codec::Latin1,
        "ascii" => Codec::Ascii,
        "unicode_escape" => Codec::UnicodeEscape,
        "raw_unicode_escape" => Codec::RawUnicodeEscape,
        "charmap" => Codec::CharmapDecode(table),
        _ => panic!("{name}"),
    }
}

fn show(error: CodecError, encoding: &str) -> String {
    format!("!{encoding} {} {} {}", error.start, error.end, error.reason)
}

#[test]
fn facts_of_cpython_hold() {
    let table = code_page();
    let mut wrong = Vec::new();
    for line in include_str!("facts.txt").lines() {
        let [kind, name, handler, end, input, expected] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let bytes: Vec<u8> = points(input).map(|point| point as u8).collect();
        let got = match kind {
            "escape_decode" => match bytes_escape::decode(&bytes, Some(handler)) {
                Ok((bytes, _)) => hexes(TextRef::Latin1(&bytes)),
                Err(error) => format!("!{}", error.message()),
            },
            "escape_encode" => hexes(TextRef::Latin1(&bytes_escape::encode(&bytes))),
            "decode" => {
                let policy = Policy::from_name(handler).unwrap();
                match decode(codec(name, table.as_text()), &bytes, policy, end == "final") {
                    Ok((text, used)) => format!("{} {used}", hexes(text.as_text())),
                    Err((error, encoding)) => show(error, encoding),
                }
            }
            _ => {
                let policy = Policy::from_name(handler).unwrap();
                let codec = codec(name, table.as_text());
                let text: TextBuf = points(input).collect();
                match encode(codec, text.as_text(), policy) {
                    Ok(bytes) => format!("{} {}", hexes(TextRef::Latin1(&bytes)), text.len()),
                    Err(error) => show(error, codec.name()),
                }
            }
        };
        if got != expected {
            wrong.push(format!("{line}\n    got {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong[..wrong.len().min(25)].join("\n"));
}

#[test]
fn invalid_escapes_are_told() {
    let warning = |input: &[u8]| {
        let mut decoding = Decoding::new(Codec::UnicodeEscape, input, true);
        decoding.run().unwrap();
        decoding.escape_warning()
    };
    let rest = "Such sequences will not work in the future. ";
    assert_eq!(warning(b"\\n"), None);
    assert_eq!(warning(b"\\z\\q"), Some(format!("\"\\z\" is an invalid escape sequence. {rest}")));
    assert_eq!(warning(b"\\4000"), Some(format!("\"\\400\" is an invalid octal escape sequence. {rest}")));
    let (_, told) = bytes_escape::decode(b"a\\400", None).unwrap();
    assert_eq!(told, Some(format!("b\"\\400\" is an invalid octal escape sequence. {rest}")));
}

#[test]
fn handlers_resume_anywhere() {
    let mut decoding = Decoding::new(Codec::Ascii, b"a\xffb", true);
    let error = decoding.run().unwrap_err();
    assert_eq!(error, CodecError::new(1, 2, "ordinal not in range(128)"));
    decoding.resume(TextRef::Ucs2(&[0x20ac]), 99);
    decoding.run().unwrap();
    assert_eq!(decoding.finish(), (TextBuf::from("a€"), 3));
    let mut encoding = Encoding::new(Codec::Ascii, TextRef::Latin1(b"a\xe9"));
    let error = encoding.run().unwrap_err();
    assert_eq!(encoding.resume(Replacement::Text(TextRef::Latin1(b"\xe8")), 2, error), Err(error));
    assert_eq!(encoding.resume(Replacement::Bytes(b"\xe8"), 2, error), Ok(()));
    assert_eq!(encoding.finish(), b"a\xe8");
}
