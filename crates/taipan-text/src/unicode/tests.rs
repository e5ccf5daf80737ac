//! Every property over every code point against digests recorded from CPython 3.14 (tools/make_unicode_facts.py).

use super::case::*;
use super::names::{lookup, name};
use super::normalize::{Form, decomposition, normalize};
use super::*;
use crate::TextBuf;

fn hexes(text: TextRef<'_>) -> String {
    text.iter().map(|point| format!("{point:x}")).collect::<Vec<_>>().join(" ")
}

fn yes(flag: bool) -> String {
    u8::from(flag).to_string()
}

fn or_dash(value: Option<u8>) -> String {
    value.map_or("-".to_owned(), |value| value.to_string())
}

fn text(points: &[u32]) -> TextBuf {
    points.iter().copied().collect()
}

fn mapped(points: &[u32], map: fn(TextRef<'_>) -> TextBuf) -> String {
    hexes(map(text(points).as_text()).as_text())
}

fn normal(form: Form, points: &[u32]) -> String {
    let text = text(points);
    hexes(normalize(form, text.as_text()).unwrap_or(text).as_text())
}

fn old_normal(form: Form, points: &[u32]) -> String {
    let text = text(points);
    hexes(ucd_3_2_0::normalize(form, text.as_text()).unwrap_or(text).as_text())
}

fn fact(which: &str, c: u32) -> String {
    match which {
        "category" => category(c).into(),
        "bidirectional" => bidirectional(c).into(),
        "combining" => combining(c).to_string(),
        "mirrored" => yes(is_mirrored(c)),
        "east_asian_width" => east_asian_width(c).into(),
        "decomposition" => decomposition(c),
        "decimal" => or_dash(decimal(c)),
        "digit" => or_dash(digit(c)),
        "numeric" => ((numeric(c).unwrap_or(-999.0) * 1e6).trunc() as i128).to_string(),
        "name" => name(c).unwrap_or_default(),
        "isalpha" => yes(is_alpha(c)),
        "isalnum" => yes(is_alnum(c)),
        "isdecimal" => yes(is_decimal(c)),
        "isdigit" => yes(is_digit(c)),
        "isnumeric" => yes(is_numeric(c)),
        "isprintable" => yes(is_printable(c)),
        "isspace" => yes(is_space(c)),
        "isidentifier" => yes(is_identifier(TextRef::Ucs4(&[c]))),
        "continues_identifier" => yes(is_identifier(TextRef::Ucs4(&[97, c]))),
        "islower" => yes(is_lower_text(TextRef::Ucs4(&[c]))),
        "isupper" => yes(is_upper_text(TextRef::Ucs4(&[c]))),
        "istitle" => yes(is_title_text(TextRef::Ucs4(&[c]))),
        "splits_lines" => (1 + u8::from(is_linebreak(c))).to_string(),
        "upper" => mapped(&[c], upper),
        "lower" => mapped(&[c], lower),
        "title" => mapped(&[c], title),
        "casefold" => mapped(&[c], casefold),
        "swapcase" => mapped(&[c], swapcase),
        "capitalize" => mapped(&[97, c], capitalize),
        "title_inside" => mapped(&[97, c, 98], title),
        "final_sigma" => {
            let parts =
                [mapped(&[97, 0x3a3, c], lower), mapped(&[97, 0x3a3, c, 97], lower), mapped(&[c, 0x3a3], lower)];
            parts.join(" ")
        }
        "sre_lower" => format!("{:x}", to_lower(c)),
        "sre_cased" => yes(changes_case(c)),
        "nfc" => normal(Form::Nfc, &[c]),
        "nfd" => normal(Form::Nfd, &[c]),
        "nfkc" => normal(Form::Nfkc, &[c]),
        "nfkd" => normal(Form::Nfkd, &[c]),
        "nfc_context" => normal(Form::Nfc, &[97, 0x301, 0x327, c, 0x301, 0x323, 0x3099, 0x1161, 0x11a8]),
        "nfkc_context" => normal(Form::Nfkc, &[0x1100, c, c, 0x308, 0x11a8, 0x338]),
        "nfd_context" => normal(Form::Nfd, &[101, 0x301, 0x327, c, 0x323, 0x334]),
        "old_category" => ucd_3_2_0::category(c).into(),
        "old_bidirectional" => ucd_3_2_0::bidirectional(c).into(),
        "old_combining" => ucd_3_2_0::combining(c).to_string(),
        "old_mirrored" => yes(ucd_3_2_0::is_mirrored(c)),
        "old_east_asian_width" => ucd_3_2_0::east_asian_width(c).into(),
        "old_decomposition" => ucd_3_2_0::decomposition(c),
        "old_decimal" => or_dash(ucd_3_2_0::decimal(c)),
        "old_digit" => or_dash(ucd_3_2_0::digit(c)),
        "old_numeric" => ((ucd_3_2_0::numeric(c).unwrap_or(-999.0) * 1e6).trunc() as i128).to_string(),
        "old_name" => ucd_3_2_0::name(c).unwrap_or_default(),
        "old_nfc" => old_normal(Form::Nfc, &[c]),
        "old_nfkd" => old_normal(Form::Nfkd, &[c]),
        "old_nfkc_context" => old_normal(Form::Nfkc, &[0x1100, c, c, 0x308, 0x11a8, 0x338]),
        _ => panic!("no such fact: {which}"),
    }
}

fn digest(which: &str) -> u64 {
    let mut value = 0xcbf29ce484222325u64;
    for point in 0..0x110000 {
        for byte in fact(which, point).bytes().chain([b'\n']) {
            value = (value ^ u64::from(byte)).wrapping_mul(0x100000001b3);
        }
    }
    value
}

#[test]
fn all_code_points_have_cpython_facts() {
    let mut wrong = Vec::new();
    for line in include_str!("facts.txt").lines() {
        let (which, expected) = line.split_once(' ').unwrap();
        if format!("{:016x}", digest(which)) != expected {
            wrong.push(which);
        }
    }
    assert!(wrong.is_empty(), "differ from CPython: {wrong:?}");
}

#[test]
fn every_name_is_found() {
    for point in (0..0x110000).step_by(7) {
        if let Some(name) = name(point) {
            assert_eq!(lookup(&name), Some(text(&[point])), "{name}");
        }
    }
    assert_eq!(lookup("latin small letter a"), Some(text(&[97])));
    assert_eq!(lookup("latin small letter r with tilde"), Some(text(&[114, 0x303])));
    assert_eq!(lookup("NULL"), Some(text(&[0])));
    assert_eq!(lookup("CJK UNIFIED IDEOGRAPH-04E00"), None);
    assert_eq!(lookup(""), None);
    assert_eq!(lookup("tangut ideograph-17000"), Some(text(&[0x17000])));
    assert_eq!(name(0x17000), None);
    assert_eq!(ucd_3_2_0::lookup("EGYPTIAN HIEROGLYPH A001"), Some(0x13000));
    assert_eq!(ucd_3_2_0::lookup("NULL"), None);
}
