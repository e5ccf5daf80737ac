//! `float` to text and back: repr, the printf codes, parsing, hexadecimal form, exact ratio and rounding.
//!
//! All conversions are correctly rounded, ties to even; formatting follows CPython's `PyOS_double_to_string`.

mod digits;
mod exact;
mod hex;
mod parse;

pub use exact::{RoundError, integer_ratio, round_to_digits, round_to_int};
pub use hex::{FromHexError, from_hex, hex};
pub use parse::{ParseComplexError, parse_complex, parse_float, parse_float_bytes};

use digits::Digits;

/// Switches of [`format_float`].
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct FloatFlags {
    /// A plus sign on what has no minus sign.
    pub sign: bool,
    /// `.0` on a finite result that would look like an integer.
    pub add_dot_0: bool,
    /// The alternate form: keep the decimal point, and with `g` trailing zeros.
    pub alternate: bool,
    /// No minus sign on a result whose digits are all zero.
    pub no_negative_zero: bool,
}

/// Formats as the code says: `e`, `f`, `g` (or their upper case) with that precision, or `r` for the shortest text
/// that reads back the same (precision ignored).
pub fn format_float(value: f64, code: u8, precision: usize, flags: FloatFlags) -> String {
    let is_upper = code.is_ascii_uppercase();
    let code = code.to_ascii_lowercase();
    if !value.is_finite() {
        let sign = match () {
            _ if value == f64::NEG_INFINITY => "-",
            _ if flags.sign => "+",
            _ => "",
        };
        let name = if value.is_nan() { "nan" } else { "inf" };
        let text = format!("{sign}{name}");
        return if is_upper { text.to_ascii_uppercase() } else { text };
    }
    let magnitude = value.abs();
    if code == b'f' {
        return format_fixed(value, precision, flags);
    }
    // The number of digits that are shown at least, counted from the first digit.
    let (digits, is_exponential, mut shown) = match code {
        b'e' => (Digits::significant(magnitude, precision.saturating_add(1)), true, precision as i64 + 1),
        b'g' => {
            let precision = precision.max(1);
            let digits = Digits::significant(magnitude, precision);
            let limit = precision as i64 - i64::from(flags.add_dot_0);
            let is_exponential = digits.point <= -4 || digits.point > limit;
            let shown = if flags.alternate { precision as i64 } else { digits.len() };
            (digits, is_exponential, shown)
        }
        _ => {
            let digits = Digits::shortest(magnitude);
            let is_exponential = digits.point <= -4 || digits.point > 16;
            let shown = digits.len();
            (digits, is_exponential, shown)
        }
    };
    let mut out = String::with_capacity(digits.text.len() + 8);
    if value.is_sign_negative() && !(flags.no_negative_zero && digits.is_zero()) {
        out.push('-');
    } else if flags.sign {
        out.push('+');
    }
    let point = if is_exponential { 1 } else { digits.point };
    shown = shown.max(point + i64::from(flags.add_dot_0 && !is_exponential));
    push_digits(&mut out, &digits.text, point, shown);
    if flags.alternate && !out.contains('.') {
        out.push('.');
    }
    if is_exponential {
        let exponent = digits.point - 1;
        let sign = if exponent < 0 { '-' } else { '+' };
        out.push(if is_upper { 'E' } else { 'e' });
        out.push(sign);
        out.push_str(&format!("{:02}", exponent.abs()));
    }
    out
}

/// The code `f` of a finite value.
fn format_fixed(value: f64, precision: usize, flags: FloatFlags) -> String {
    let (text, missing) = digits::fixed(value.abs(), precision);
    let is_negative =
        value.is_sign_negative() && !(flags.no_negative_zero && text.bytes().all(|byte| matches!(byte, b'0' | b'.')));
    let mut out = String::with_capacity(text.len() + missing + 2);
    if is_negative {
        out.push('-');
    } else if flags.sign {
        out.push('+');
    }
    out.push_str(&text);
    out.extend(std::iter::repeat_n('0', missing));
    if flags.alternate && precision == 0 {
        out.push('.');
    }
    if flags.add_dot_0 && precision == 0 {
        out.push_str(".0");
    }
    out
}

/// Writes `digits` with the point after `point` of them and zeros so that `shown` places, from the first digit on, are
/// filled.
fn push_digits(out: &mut String, digits: &str, point: i64, shown: i64) {
    let zeros = |out: &mut String, count: i64| out.extend(std::iter::repeat_n('0', count.max(0) as usize));
    let len = digits.len() as i64;
    if point <= 0 {
        out.push('0');
    } else {
        let whole = &digits[..len.min(point) as usize];
        out.push_str(whole);
        zeros(out, point - len);
    }
    if shown > point {
        out.push('.');
        zeros(out, (-point).min(shown - point));
        let fraction = &digits[len.min(point.max(0)) as usize..];
        out.push_str(fraction);
        zeros(out, shown - len.max(point).max(0));
    }
}

/// `repr(float)`.
pub fn repr(value: f64) -> String {
    format_float(value, b'r', 0, FloatFlags { add_dot_0: true, ..FloatFlags::default() })
}

/// `repr(complex)`.
pub fn complex_repr(real: f64, imaginary: f64) -> String {
    let plain = FloatFlags::default();
    if real == 0.0 && real.is_sign_positive() {
        return format!("{}j", format_float(imaginary, b'r', 0, plain));
    }
    let signed = FloatFlags { sign: true, ..plain };
    format!("({}{}j)", format_float(real, b'r', 0, plain), format_float(imaginary, b'r', 0, signed))
}

#[cfg(test)]
mod tests;
