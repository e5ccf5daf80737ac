//! `int` from text and to text: the grammar of `int()`, all bases, and the limit on decimal digits.
//!
//! The limit (`sys.set_int_max_str_digits`, 0 for none) is applied before the costly conversion. Semantics: CPython
//! library reference, "class int" and "Integer string conversion length limitation".

use std::borrow::Cow;

use dashu_int::{IBig, Sign, UBig};

use crate::TextRef;
use crate::number_chars::to_ascii_number;

/// The default of `sys.get_int_max_str_digits()`.
pub const DEFAULT_MAX_STR_DIGITS: usize = 4300;
/// Numbers of at most this many digits are never refused; also the lowest limit that can be set.
pub const MAX_STR_DIGITS_THRESHOLD: usize = 640;

/// Why text is no `int`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ParseIntError {
    /// `ValueError("invalid literal for int() with base BASE: REPR")`; the caller has base and object.
    Invalid,
    /// `ValueError` with the message of [`ParseIntError::message`]: more digits than the limit.
    TooManyDigits { limit: usize, digits: usize },
    /// `ValueError("int() base must be >= 2 and <= 36, or 0")`.
    BadBase,
}

impl ParseIntError {
    /// The message of the `ValueError`; `repr` is the repr of the refused object, which CPython cuts to 200 code points.
    pub fn message(&self, base: i64, repr: &str) -> String {
        match self {
            ParseIntError::Invalid => {
                let repr: String = repr.chars().take(200).collect();
                format!("invalid literal for int() with base {base}: {repr}")
            }
            ParseIntError::TooManyDigits { limit, digits } => format!(
                "Exceeds the limit ({limit} digits) for integer string conversion: value has {digits} digits; \
                 use sys.set_int_max_str_digits() to increase the limit"
            ),
            ParseIntError::BadBase => "int() base must be >= 2 and <= 36, or 0".to_owned(),
        }
    }
}

/// `int(str, base)`: whitespace around, sign, prefix (base 0 too), underscores, digits of any script.
///
/// `max_str_digits` is the limit on digits for bases that are no power of two, 0 for none.
pub fn parse_int(text: TextRef<'_>, base: i64, max_str_digits: usize) -> Result<IBig, ParseIntError> {
    match text {
        TextRef::Ascii(bytes) => parse_int_bytes(bytes, base, max_str_digits),
        wide => parse_int_bytes(&to_ascii_number(wide), base, max_str_digits),
    }
}

/// `int(bytes, base)`: as [`parse_int`], ASCII only.
pub fn parse_int_bytes(text: &[u8], base: i64, max_str_digits: usize) -> Result<IBig, ParseIntError> {
    if base == 10 && (1..=18).contains(&text.len()) && text.iter().all(u8::is_ascii_digit) {
        // By far the most common form.
        return Ok(text.iter().fold(0u64, |value, digit| value * 10 + u64::from(digit - b'0')).into());
    }
    let asked = match u32::try_from(base) {
        Ok(base @ (0 | 2..=36)) => base,
        _ => return Err(ParseIntError::BadBase),
    };
    let mut rest = crate::number_chars::trim_start(text);
    let mut sign = Sign::Positive;
    if let [first @ (b'+' | b'-'), tail @ ..] = rest {
        rest = tail;
        if *first == b'-' {
            sign = Sign::Negative;
        }
    }
    let prefix_base = match rest {
        [b'0', b'x' | b'X', ..] => Some(16),
        [b'0', b'o' | b'O', ..] => Some(8),
        [b'0', b'b' | b'B', ..] => Some(2),
        _ => None,
    };
    // Base 0 takes no decimal with leading zeros, except zero.
    let must_be_zero = asked == 0 && prefix_base.is_none() && rest.first() == Some(&b'0');
    let base = if asked == 0 { prefix_base.unwrap_or(10) } else { asked };
    if prefix_base == Some(base) {
        rest = &rest[2..];
        if let [b'_', tail @ ..] = rest {
            rest = tail;
        }
    }
    let (digits, rest) = scan_digits(rest, base)?;
    if !crate::number_chars::trim_start(rest).is_empty() {
        return Err(ParseIntError::Invalid);
    }
    if !base.is_power_of_two()
        && digits.len() > MAX_STR_DIGITS_THRESHOLD
        && max_str_digits > 0
        && digits.len() > max_str_digits
    {
        return Err(ParseIntError::TooManyDigits { limit: max_str_digits, digits: digits.len() });
    }
    let magnitude = digits_to_int(&digits, base)?;
    if must_be_zero && !magnitude.is_zero() {
        return Err(ParseIntError::Invalid);
    }
    Ok(IBig::from_parts(sign, magnitude))
}

/// The digits without underscores, and what follows them. Digits are required, an underscore stands between two only.
fn scan_digits(text: &[u8], base: u32) -> Result<(Cow<'_, [u8]>, &[u8]), ParseIntError> {
    if base == 10 {
        // Too many digits must be refused in a fraction of the time that their conversion takes.
        let run = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
        if run > 0 && text.get(run) != Some(&b'_') {
            let (digits, rest) = text.split_at(run);
            return Ok((Cow::Borrowed(digits), rest));
        }
    }
    let mut digits = Vec::with_capacity(text.len());
    let mut previous = b'_';
    let mut end = text.len();
    for (at, &byte) in text.iter().enumerate() {
        if byte == b'_' {
            if previous == b'_' {
                return Err(ParseIntError::Invalid);
            }
        } else if char::from(byte).is_digit(base) {
            digits.push(byte);
        } else {
            end = at;
            break;
        }
        previous = byte;
    }
    if previous == b'_' {
        return Err(ParseIntError::Invalid);
    }
    Ok((Cow::Owned(digits), &text[end..]))
}

fn digits_to_int(digits: &[u8], base: u32) -> Result<UBig, ParseIntError> {
    if digits.len() <= 12 {
        let value = digits.iter().fold(0u64, |value, &digit| {
            value * u64::from(base) + u64::from(char::from(digit).to_digit(base).unwrap_or(0))
        });
        return Ok(UBig::from(value));
    }
    let digits = std::str::from_utf8(digits).map_err(|_| ParseIntError::Invalid)?;
    UBig::from_str_radix(digits, base).map_err(|_| ParseIntError::Invalid)
}

/// `ValueError` of an `int` with more decimal digits than the limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooManyDigits {
    /// The limit in force.
    pub limit: usize,
}

impl TooManyDigits {
    /// The message of the `ValueError`.
    pub fn message(self) -> String {
        format!(
            "Exceeds the limit ({} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase \
             the limit",
            self.limit
        )
    }
}

/// `str(int)`, refused if it has more than `max_str_digits` digits (0: no limit).
pub fn to_decimal(value: &IBig, max_str_digits: usize) -> Result<String, TooManyDigits> {
    if let Ok(small) = i64::try_from(value) {
        return Ok(small.to_string());
    }
    let too_many = TooManyDigits { limit: max_str_digits };
    let limit = if max_str_digits == 0 { usize::MAX } else { max_str_digits.max(MAX_STR_DIGITS_THRESHOLD) };
    // More than 3.33 bits per digit: no conversion is needed to refuse it.
    if crate::int_math::bit_length(value) / 10 * 3 > limit {
        return Err(too_many);
    }
    let text = value.to_string();
    let digits = text.len() - usize::from(text.starts_with('-'));
    if digits > limit { Err(too_many) } else { Ok(text) }
}

/// The digits of the magnitude in base 2, 8 or 16 (lower case), without prefix and sign.
pub fn magnitude_in_base(value: &IBig, base: u8) -> String {
    let (_, magnitude) = value.clone().into_parts();
    magnitude.in_radix(base).to_string()
}

/// `bin`, `oct`, `hex` by the base 2, 8, 16: sign, prefix, lower case digits.
pub fn with_prefix(value: &IBig, base: u8) -> String {
    let sign = if value.sign() == Sign::Negative { "-" } else { "" };
    let prefix = match base {
        2 => "0b",
        8 => "0o",
        _ => "0x",
    };
    format!("{sign}{prefix}{}", magnitude_in_base(value, base))
}

#[cfg(test)]
mod tests;
