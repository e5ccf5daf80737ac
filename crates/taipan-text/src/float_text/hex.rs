//! `float.hex` and `float.fromhex`.

use crate::TextRef;
use crate::int_math::round_to_f64;
use crate::number_chars;

/// `float.hex`.
pub fn hex(value: f64) -> String {
    if !value.is_finite() {
        return super::repr(value);
    }
    let bits = value.abs().to_bits();
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let (fraction, biased) = (bits & ((1 << 52) - 1), (bits >> 52) as i64);
    match (biased, fraction) {
        (0, 0) => format!("{sign}0x0.0p+0"),
        (0, _) => format!("{sign}0x0.{fraction:013x}p-1022"),
        _ => format!("{sign}0x1.{fraction:013x}p{:+}", biased - 1023),
    }
}

/// Why text is no hexadecimal float.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FromHexError {
    /// `ValueError`.
    Invalid,
    /// `OverflowError`.
    TooLarge,
}

impl FromHexError {
    /// The message of the exception.
    pub fn message(self) -> &'static str {
        match self {
            FromHexError::Invalid => "invalid hexadecimal floating-point string",
            FromHexError::TooLarge => "hexadecimal value too large to represent as a float",
        }
    }
}

/// `float.fromhex`.
pub fn from_hex(text: TextRef<'_>) -> Result<f64, FromHexError> {
    match text {
        TextRef::Ascii(bytes) => parse(number_chars::trim(bytes)).ok_or(FromHexError::Invalid)?,
        _ => Err(FromHexError::Invalid),
    }
}

fn split_digits(text: &[u8], is_digit: fn(&u8) -> bool) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|byte| is_digit(byte)).count())
}

/// The outer `None` is text that does not fit the grammar.
fn parse(text: &[u8]) -> Option<Result<f64, FromHexError>> {
    let (is_negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let signed = |value: f64| if is_negative { -value } else { value };
    if rest.eq_ignore_ascii_case(b"inf") || rest.eq_ignore_ascii_case(b"infinity") {
        return Some(Ok(signed(f64::INFINITY)));
    }
    if rest.eq_ignore_ascii_case(b"nan") {
        return Some(Ok(signed(f64::NAN)));
    }
    let rest = match rest {
        [b'0', b'x' | b'X', rest @ ..] => rest,
        _ => rest,
    };
    let (whole, rest) = split_digits(rest, u8::is_ascii_hexdigit);
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => split_digits(rest, u8::is_ascii_hexdigit),
        _ => (&[][..], rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut exponent = match rest {
        [] => 0,
        [b'p' | b'P', rest @ ..] => parse_exponent(rest)?,
        _ => return None,
    };
    let (mut mantissa, mut is_more) = (0u128, false);
    for &digit in whole.iter().chain(fraction) {
        let digit = u128::from(char::from(digit).to_digit(16)?);
        if mantissa >> 120 == 0 {
            mantissa = mantissa << 4 | digit;
        } else {
            is_more |= digit != 0;
            exponent += 4;
        }
    }
    exponent -= fraction.len() as i64 * 4;
    let value = round_to_f64(mantissa, is_more, exponent);
    Some(if value.is_infinite() { Err(FromHexError::TooLarge) } else { Ok(signed(value)) })
}

/// The decimal exponent, far out of range ones cut to what still is out of range.
fn parse_exponent(text: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0i64, |value, digit| (value * 10 + i64::from(digit - b'0')).min(1 << 58));
    Some(if is_negative { -value } else { value })
}
