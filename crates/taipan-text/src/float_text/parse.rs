//! `float()` and `complex()` of text: CPython's grammar; the value itself comes from Rust's correctly rounded parser.

use crate::TextRef;
use crate::number_chars::{is_ascii_space, to_ascii_number, trim, trim_start};

/// `float(str)`; `None` is `ValueError("could not convert string to float: REPR")`.
pub fn parse_float(text: TextRef<'_>) -> Option<f64> {
    match text {
        TextRef::Ascii(bytes) => parse_float_bytes(bytes),
        wide => parse_float_bytes(&to_ascii_number(wide)),
    }
}

/// `float(bytes)`: as [`parse_float`], ASCII only.
pub fn parse_float_bytes(text: &[u8]) -> Option<f64> {
    let text = without_underscores(trim(text))?;
    let (value, len) = prefix(&text)?;
    (len == text.len()).then_some(value)
}

/// Why text is no complex number; both are `ValueError`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParseComplexError {
    /// `complex() arg is a malformed string`.
    Malformed,
    /// `could not convert string to complex: REPR`: an underscore that is not between two digits.
    Underscore,
}

impl ParseComplexError {
    /// The message of the `ValueError`; `repr` is the repr of the refused text.
    pub fn message(self, repr: &str) -> String {
        match self {
            ParseComplexError::Malformed => "complex() arg is a malformed string".to_owned(),
            ParseComplexError::Underscore => format!("could not convert string to complex: {repr}"),
        }
    }
}

/// `complex(str)`: real and imaginary part.
pub fn parse_complex(text: TextRef<'_>) -> Result<(f64, f64), ParseComplexError> {
    match text {
        TextRef::Ascii(bytes) => parse_complex_bytes(bytes),
        wide => parse_complex_bytes(&to_ascii_number(wide)),
    }
}

fn parse_complex_bytes(text: &[u8]) -> Result<(f64, f64), ParseComplexError> {
    let text = without_underscores(trim(text)).ok_or(ParseComplexError::Underscore)?;
    split_parts(&text).ok_or(ParseComplexError::Malformed)
}

fn split_parts(text: &[u8]) -> Option<(f64, f64)> {
    let mut rest = text;
    if let [b'(', inner @ .., b')'] = rest {
        rest = trim(inner);
    }
    let (real, imaginary, rest) = match prefix(rest) {
        Some((first, len)) => match &rest[len..] {
            tail @ [sign @ (b'+' | b'-'), ..] => {
                let (imaginary, len) = prefix(tail).unwrap_or((if *sign == b'+' { 1.0 } else { -1.0 }, 1));
                (first, imaginary, strip_j(&tail[len..])?)
            }
            [b'j' | b'J', tail @ ..] => (0.0, first, tail),
            tail => (first, 0.0, tail),
        },
        None => match rest {
            [b'-', tail @ ..] => (0.0, -1.0, strip_j(tail)?),
            [b'+', tail @ ..] => (0.0, 1.0, strip_j(tail)?),
            tail => (0.0, 1.0, strip_j(tail)?),
        },
    };
    trim_start(rest).is_empty().then_some((real, imaginary))
}

fn strip_j(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b'j' | b'J', rest @ ..] => Some(rest),
        _ => None,
    }
}

/// The text without its underscores; `None` if one is not between two digits.
fn without_underscores(text: &[u8]) -> Option<std::borrow::Cow<'_, [u8]>> {
    if !text.contains(&b'_') {
        return Some(text.into());
    }
    let mut out = Vec::with_capacity(text.len());
    let mut previous = 0u8;
    for &byte in text {
        let fits = match (previous, byte) {
            (previous, b'_') => previous.is_ascii_digit(),
            (b'_', byte) => byte.is_ascii_digit(),
            _ => true,
        };
        if !fits {
            return None;
        }
        if byte != b'_' {
            out.push(byte);
        }
        previous = byte;
    }
    (previous != b'_').then_some(out.into())
}

/// The float at the start of the text and its length.
fn prefix(text: &[u8]) -> Option<(f64, usize)> {
    debug_assert!(!text.first().is_some_and(|&byte| is_ascii_space(byte)));
    let sign_len = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let is_negative = text.first() == Some(&b'-');
    let signed = |value: f64| if is_negative { -value } else { value };
    let rest = &text[sign_len..];
    let starts_with = |name: &[u8]| rest.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name));
    for (name, value) in [(&b"infinity"[..], f64::INFINITY), (b"inf", f64::INFINITY), (b"nan", f64::NAN)] {
        if starts_with(name) {
            return Some((signed(value), sign_len + name.len()));
        }
    }
    let digits_at = |at: usize| rest[at.min(rest.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits_at(0);
    let mut end = whole;
    let mut fraction = 0;
    if rest.get(end) == Some(&b'.') {
        fraction = digits_at(end + 1);
        end += 1 + fraction;
    }
    if whole + fraction == 0 {
        return None;
    }
    if let Some(b'e' | b'E') = rest.get(end) {
        let sign = usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits_at(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    let value = std::str::from_utf8(&rest[..end]).ok()?.parse::<f64>().ok()?;
    Some((signed(value), sign_len + end))
}
