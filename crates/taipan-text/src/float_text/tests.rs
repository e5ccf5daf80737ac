//! Formatting and parsing against facts recorded from CPython 3.14 (tools/make_float_facts.py).

use super::*;
use crate::{TextBuf, TextRef};

fn text_of(hexes: &str) -> TextBuf {
    hexes.split('.').filter(|part| !part.is_empty()).map(|part| u32::from_str_radix(part, 16).unwrap()).collect()
}

fn float(bits: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(bits, 16).unwrap())
}

fn bits(value: f64) -> String {
    format!("{:016x}", value.to_bits())
}

fn short(text: String) -> String {
    let len = text.len();
    if len <= 60 { text } else { format!("{len}:{}:{}", &text[..25], &text[len - 25..]) }
}

#[test]
fn facts_of_cpython_hold() {
    let mut wrong = Vec::new();
    for line in include_str!("facts.txt").lines() {
        let fields = line.split('\t').collect::<Vec<_>>();
        let (expected, fields) = fields.split_last().unwrap();
        let (kind, args) = fields.split_first().unwrap();
        let got = match (*kind, args) {
            ("repr", [value]) => repr(float(value)),
            ("hex", [value]) => hex(float(value)),
            ("back", [text]) => bits(parse_float(text_of(text).as_text()).unwrap()),
            ("ratio", [value, up]) => {
                let (numerator, denominator) = integer_ratio(float(value)).unwrap();
                assert_eq!(short(numerator.to_string()), *up);
                short(denominator.to_string())
            }
            ("round_int", [value]) => short(round_to_int(float(value)).unwrap().to_string()),
            ("round", [value, places]) => match round_to_digits(float(value), places.parse().unwrap()) {
                Ok(value) => bits(value),
                Err(RoundError) => format!("!{}", RoundError::MESSAGE),
            },
            ("format", [value, code, precision, flags]) => {
                let flags = FloatFlags {
                    sign: *flags == "+",
                    add_dot_0: false,
                    alternate: *flags == "#",
                    no_negative_zero: *flags == "z",
                };
                short(format_float(float(value), code.as_bytes()[0], precision.parse().unwrap(), flags))
            }
            ("float", [text]) => match parse_float(text_of(text).as_text()) {
                Some(value) => bits(value),
                None => "!could not convert string to float: ".to_owned(),
            },
            ("complex", [text]) => match parse_complex(text_of(text).as_text()) {
                Ok((real, imaginary)) => format!("{},{}", bits(real), bits(imaginary)),
                Err(error) => format!("!{}", error.message("")),
            },
            ("fromhex", [text]) => match from_hex(text_of(text).as_text()) {
                Ok(value) => bits(value),
                Err(error) => format!("!{}", error.message()),
            },
            ("complex_repr", [real, imaginary]) => complex_repr(float(real), float(imaginary)),
            _ => panic!("{line}"),
        };
        let is_same = if got.starts_with("!could not") { expected.starts_with(&got) } else { got == *expected };
        if !is_same {
            wrong.push(format!("{line}\n    got {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

#[test]
fn non_finite_has_no_ratio() {
    assert_eq!(integer_ratio(f64::NAN), None);
    assert_eq!(round_to_int(f64::INFINITY), None);
    assert_eq!(from_hex(TextRef::Latin1(&[0xe9])), Err(FromHexError::Invalid));
}
