//! Arithmetic against facts recorded from CPython 3.14 (tools/make_int_facts.py).

use super::*;
use crate::float_text::{from_hex, hex};

fn int(text: &str) -> IBig {
    text.parse().unwrap()
}

fn float(text: &str) -> f64 {
    from_hex(crate::TextRef::Ascii(text.as_bytes())).unwrap()
}

fn or_error<T: ToString>(value: Option<T>, message: &str) -> String {
    value.map_or(format!("!{message}"), |value| value.to_string())
}

#[test]
fn facts_of_cpython_hold() {
    for line in include_str!("facts.txt").lines() {
        let fields = line.split('\t').collect::<Vec<_>>();
        let (expected, fields) = fields.split_last().unwrap();
        let (kind, args) = fields.split_first().unwrap();
        let got = match (*kind, args) {
            ("divide", [a, b]) => {
                let b = int(b);
                let message =
                    if b.is_zero() { "division by zero" } else { "integer division result too large for a float" };
                or_error(true_divide(&int(a), &b).map(hex), message)
            }
            ("divmod", [a, b]) => {
                let pair = div_mod(&int(a), &int(b)).map(|(quotient, remainder)| format!("{quotient},{remainder}"));
                or_error(pair, "division by zero")
            }
            ("gcd", [a, b]) => gcd(&int(a), &int(b)).to_string(),
            ("to_float", [a]) => or_error(to_float(&int(a)).map(hex), "int too large to convert to float"),
            ("isqrt", [a]) => isqrt(&int(a)).unwrap().to_string(),
            ("mod_pow", [base, exponent, modulus]) => {
                let power = mod_pow(&int(base), &int(exponent), &int(modulus));
                or_error(power, "base is not invertible for the given modulus")
            }
            ("round", [value, places]) => round_to_tens(&int(value), places.parse().unwrap()).to_string(),
            ("to_bytes", [value, len, order, signed]) => {
                match to_bytes(&int(value), len.parse().unwrap(), *order == "big", *signed == "1") {
                    Ok(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
                    Err(error) => format!("!{}", error.message()),
                }
            }
            ("from_bytes", [data, order, signed]) => {
                let bytes: Vec<u8> =
                    (0..data.len() / 2).map(|at| u8::from_str_radix(&data[at * 2..at * 2 + 2], 16).unwrap()).collect();
                from_bytes(&bytes, *order == "big", *signed == "1").to_string()
            }
            ("from_float", [value]) => from_float(float(value)).unwrap().to_string(),
            ("compare", [a, b]) => (compare_float(&int(a), float(b)).unwrap() as i8).to_string(),
            ("bits", [value, length]) => {
                assert_eq!(bit_length(&int(value)).to_string(), *length);
                bit_count(&int(value)).to_string()
            }
            ("shifts", [value, by, left]) => {
                let by = by.parse().unwrap();
                assert_eq!(shift_left(&int(value), by).to_string(), *left);
                shift_right(&int(value), by).to_string()
            }
            _ => panic!("{line}"),
        };
        assert_eq!(got, *expected, "{line}");
    }
}

#[test]
fn limbs_round_trip() {
    for value in ["0", "-1", "18446744073709551616", "-340282366920938463463374607431768211457"] {
        let value = int(value);
        let (is_negative, limbs) = as_limbs(&value);
        assert_eq!(from_limbs(is_negative, limbs), value);
        assert_eq!(compare_float(&value, f64::NAN), None);
    }
}
