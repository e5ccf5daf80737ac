//! Parsing and printing against facts recorded from CPython 3.14 (tools/make_int_facts.py).

use super::*;
use crate::TextBuf;

fn text_of(hexes: &str) -> TextBuf {
    hexes.split('.').filter(|part| !part.is_empty()).map(|part| u32::from_str_radix(part, 16).unwrap()).collect()
}

#[test]
fn facts_of_cpython_hold() {
    for line in include_str!("facts.txt").lines() {
        match line.split('\t').collect::<Vec<_>>()[..] {
            ["parse", text, base, expected] => {
                let base = base.parse().unwrap();
                let text = text_of(text);
                match parse_int(text.as_text(), base, 4300) {
                    Ok(value) => assert_eq!(value.to_string(), expected, "{line}"),
                    Err(error) => {
                        let expected = expected.strip_prefix('!').unwrap_or_else(|| panic!("{line}: {error:?}"));
                        // The repr is the caller's matter.
                        assert!(expected.starts_with(&error.message(base, "")), "{line}: {error:?}");
                    }
                }
            }
            ["parse_long", count, tail, expected] => {
                let text = "1".repeat(count.parse().unwrap()) + tail;
                let got = match parse_int_bytes(text.as_bytes(), 10, 4300) {
                    Ok(_) => "ok".to_owned(),
                    Err(ParseIntError::Invalid) => "!invalid".to_owned(),
                    Err(error) => format!("!{}", error.message(10, "")),
                };
                assert_eq!(got, expected, "{count} {tail:?}");
            }
            [kind @ ("to_decimal" | "to_decimal_negative"), power, expected] => {
                let value = IBig::from(10).pow(power.parse().unwrap());
                let value = if kind == "to_decimal" { value } else { -value };
                let got = to_decimal(&value, 4300);
                let got = got.map_or_else(|error| format!("!{}", error.message()), |text| text.len().to_string());
                assert_eq!(got, expected, "{line}");
            }
            ["bases", value, binary, octal, hexadecimal] => {
                let value = value.parse().unwrap();
                let got = [with_prefix(&value, 2), with_prefix(&value, 8), with_prefix(&value, 16)];
                assert_eq!(got, [binary, octal, hexadecimal]);
            }
            _ => panic!("{line}"),
        }
    }
}

#[test]
fn no_limit_when_zero() {
    let text = "7".repeat(5000);
    let value = parse_int_bytes(text.as_bytes(), 10, 0).unwrap();
    assert_eq!(to_decimal(&value, 0), Ok(text));
}
