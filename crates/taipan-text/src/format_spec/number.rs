//! Formatting of numbers by a specification.

use dashu_int::{IBig, Sign};

use super::grouping::{group_digits, group_fraction};
use super::{FormatContext, FormatError, FormatSpec, NumberLocale, padding};
use crate::float_text::{FloatFlags, complex_repr, repr};
use crate::{TextBuf, TextRef, int_math, int_text};

/// A number in pieces: what goes left and right of its grouped digits.
#[derive(Default)]
struct Parts<'a> {
    is_negative: bool,
    /// `0x` and the like.
    prefix: &'a str,
    /// ASCII digits before the decimal point, none for `inf`, `nan` and characters.
    digits: &'a str,
    has_point: bool,
    /// Digits after the point.
    fraction: &'a str,
    /// Exponent, percent sign, `inf`.
    tail: &'a str,
}

impl<'a> Parts<'a> {
    /// Takes the printed form of a float apart.
    fn of_float(text: &'a str) -> Self {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let digits_end = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = text.split_at(digits_end(text));
        let (has_point, rest) = match rest.strip_prefix('.') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let (fraction, tail) = rest.split_at(if has_point { digits_end(rest) } else { 0 });
        Parts { is_negative, prefix: "", digits, has_point, fraction, tail }
    }
}

/// The symbols that group and separate digits.
struct Symbols<'a> {
    point: &'a str,
    separator: &'a str,
    grouping: &'a [u8],
    fraction_separator: &'a str,
}

impl<'a> Symbols<'a> {
    fn of(spec: &FormatSpec, locale: NumberLocale<'a>) -> Self {
        let fraction_separator = spec.fraction_separator.map_or("", |separator| separator.as_str());
        if spec.code == b'n'.into() {
            let NumberLocale { decimal_point, thousands_separator, grouping } = locale;
            return Symbols { point: decimal_point, separator: thousands_separator, grouping, fraction_separator };
        }
        let is_in_fours = b"boxX".iter().any(|&code| u32::from(code) == spec.code);
        let (separator, grouping): (_, &[u8]) = match spec.separator {
            None => ("", &[]),
            Some(separator) => (separator.as_str(), if is_in_fours { &[4] } else { &[3] }),
        };
        Symbols { point: ".", separator, grouping, fraction_separator }
    }
}

/// Whether the specification leaves a printed number as it is.
fn is_plain(spec: &FormatSpec) -> bool {
    matches!(spec.sign, 0 | b'-')
        && spec.width.is_none()
        && spec.separator.is_none()
        && spec.fraction_separator.is_none()
        && spec.code != b'n'.into()
}

/// Lays the number out in its field.
fn lay_out(parts: &Parts<'_>, spec: &FormatSpec, symbols: &Symbols<'_>) -> TextBuf {
    let sign = match (parts.is_negative, spec.sign) {
        (true, _) => "-",
        (false, b'+') => "+",
        (false, b' ') => " ",
        _ => "",
    };
    let mut after = String::new();
    if parts.has_point {
        after.push_str(symbols.point);
    }
    if symbols.fraction_separator.is_empty() {
        after.push_str(parts.fraction);
    } else {
        after.push_str(&group_fraction(parts.fraction, symbols.fraction_separator));
    }
    after.push_str(parts.tail);
    let around = sign.len() + parts.prefix.len() + after.chars().count();
    let width = spec.width.unwrap_or(0);
    let min_width = if spec.fill == b'0'.into() && spec.align == b'=' { width as i64 - around as i64 } else { 0 };
    let digits = match parts.digits {
        "" => String::new(),
        digits => group_digits(digits, min_width, symbols.grouping, symbols.separator),
    };
    let len = around + digits.chars().count();
    let (left, inside, right) = if spec.align == b'=' {
        (0, width.saturating_sub(len), 0)
    } else {
        let (left, right) = padding(spec, len);
        (left, 0, right)
    };
    let mut out = TextBuf::with_capacity(len.max(width));
    out.push_n(spec.fill, left);
    out.push_str(sign);
    out.push_str(parts.prefix);
    out.push_n(spec.fill, inside);
    out.push_str(&digits);
    out.push_str(&after);
    out.push_n(spec.fill, right);
    out
}

/// `int.__format__`.
///
/// # Errors
/// Those of the specification, the digit limit, and with a float's presentation type `OverflowError("int too large to
/// convert to float")`.
pub fn format_int(value: &IBig, spec: TextRef<'_>, context: &FormatContext<'_>) -> Result<TextBuf, FormatError> {
    let to_decimal = |value: &IBig| {
        int_text::to_decimal(value, context.max_str_digits).map_err(|error| FormatError::value(error.message()))
    };
    if spec.is_empty() {
        return to_decimal(value).map(TextBuf::from);
    }
    let spec = FormatSpec::parse(spec, b'd', b'>', context.type_name)?;
    let code = u8::try_from(spec.code).unwrap_or(0xff);
    match code {
        b'b' | b'c' | b'd' | b'o' | b'x' | b'X' | b'n' => {}
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'%' => {
            let float =
                int_math::to_float(value).ok_or_else(|| FormatError::overflow("int too large to convert to float"))?;
            return format_parsed_float(float, &spec, context);
        }
        _ => return Err(spec.unknown_code(context.type_name)),
    }
    if spec.precision.is_some() {
        return Err(FormatError::value("Precision not allowed in integer format specifier"));
    }
    if spec.no_negative_zero {
        return Err(FormatError::value("Negative zero coercion (z) not allowed in integer format specifier"));
    }
    context.check_len(spec.width.unwrap_or(0))?;
    let symbols = Symbols::of(&spec, context.locale);
    if code == b'c' {
        return format_character(value, &spec);
    }
    let (digits, prefix) = match code {
        b'b' => (int_text::magnitude_in_base(value, 2), "0b"),
        b'o' => (int_text::magnitude_in_base(value, 8), "0o"),
        b'x' => (int_text::magnitude_in_base(value, 16), "0x"),
        b'X' => (int_text::magnitude_in_base(value, 16).to_ascii_uppercase(), "0X"),
        _ => (to_decimal(value)?.trim_start_matches('-').to_owned(), ""),
    };
    let parts = Parts {
        is_negative: value.sign() == Sign::Negative,
        prefix: if spec.alternate { prefix } else { "" },
        digits: &digits,
        ..Parts::default()
    };
    Ok(lay_out(&parts, &spec, &symbols))
}

fn format_character(value: &IBig, spec: &FormatSpec) -> Result<TextBuf, FormatError> {
    if spec.sign != 0 {
        return Err(FormatError::value("Sign not allowed with integer format specifier 'c'"));
    }
    if spec.alternate {
        return Err(FormatError::value("Alternate form (#) not allowed with integer format specifier 'c'"));
    }
    let point = match i64::try_from(value) {
        Ok(point) => u32::try_from(point).ok().filter(|&point| point <= crate::unicode::MAX_CODE_POINT),
        Err(_) => return Err(FormatError::overflow("Python int too large to convert to C long")),
    };
    let point = point.ok_or_else(|| FormatError::overflow("%c arg not in range(0x110000)"))?;
    let mut out = TextBuf::new();
    let width = spec.width.unwrap_or(0).saturating_sub(1);
    let (left, right) = if spec.align == b'=' { (width, 0) } else { padding(spec, 1) };
    out.push_n(spec.fill, left);
    out.push(point);
    out.push_n(spec.fill, right);
    Ok(out)
}

/// `float.__format__`.
pub fn format_float(value: f64, spec: TextRef<'_>, context: &FormatContext<'_>) -> Result<TextBuf, FormatError> {
    if spec.is_empty() {
        return Ok(repr(value).into());
    }
    let spec = FormatSpec::parse(spec, 0, b'>', context.type_name)?;
    format_parsed_float(value, &spec, context)
}

/// The precision as CPython's `int`; larger is refused, as is what does not fit the result.
fn precision(spec: &FormatSpec, context: &FormatContext<'_>) -> Result<Option<usize>, FormatError> {
    if spec.precision.is_some_and(|precision| precision > i32::MAX as usize) {
        return Err(FormatError::value("precision too big"));
    }
    Ok(spec.precision).and_then(|precision| {
        let is_shown = !matches!(u8::try_from(spec.code), Ok(b'g' | b'G' | b'n' | 0)) || spec.alternate;
        context.check_len(if is_shown { precision.unwrap_or(0) } else { 0 })?;
        Ok(precision)
    })
}

fn format_parsed_float(value: f64, spec: &FormatSpec, context: &FormatContext<'_>) -> Result<TextBuf, FormatError> {
    let mut code = match u8::try_from(spec.code) {
        Ok(code @ (0 | b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'n' | b'%')) => code,
        _ => return Err(spec.unknown_code(context.type_name)),
    };
    let precision = precision(spec, context)?;
    context.check_len(spec.width.unwrap_or(0))?;
    let mut flags =
        FloatFlags { alternate: spec.alternate, no_negative_zero: spec.no_negative_zero, ..FloatFlags::default() };
    let mut default_precision = 6;
    if code == 0 {
        flags.add_dot_0 = true;
        default_precision = 0;
        code = if precision.is_some() { b'g' } else { b'r' };
    }
    let (value, code) = match code {
        b'n' => (value, b'g'),
        b'%' => (value * 100.0, b'f'),
        code => (value, code),
    };
    let mut text = crate::float_text::format_float(value, code, precision.unwrap_or(default_precision), flags);
    if spec.code == b'%'.into() {
        text.push('%');
    }
    if is_plain(spec) {
        return Ok(text.into());
    }
    Ok(lay_out(&Parts::of_float(&text), spec, &Symbols::of(spec, context.locale)))
}

/// `complex.__format__`.
pub fn format_complex(
    real: f64,
    imaginary: f64,
    spec: TextRef<'_>,
    context: &FormatContext<'_>,
) -> Result<TextBuf, FormatError> {
    if spec.is_empty() {
        return Ok(complex_repr(real, imaginary).into());
    }
    let spec = FormatSpec::parse(spec, 0, b'>', context.type_name)?;
    let code = match u8::try_from(spec.code) {
        Ok(code @ (0 | b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'n')) => code,
        _ => return Err(spec.unknown_code(context.type_name)),
    };
    let precision = precision(&spec, context)?;
    if spec.fill == b'0'.into() {
        return Err(FormatError::value("Zero padding is not allowed in complex format specifier"));
    }
    if spec.align == b'=' {
        return Err(FormatError::value("'=' alignment flag is not allowed in complex format specifier"));
    }
    context.check_len(spec.width.unwrap_or(0))?;
    let flags =
        FloatFlags { alternate: spec.alternate, no_negative_zero: spec.no_negative_zero, ..FloatFlags::default() };
    let is_plain = code == 0;
    let has_real = !(is_plain && real == 0.0 && real.is_sign_positive());
    let (code, default_precision) = match (code, precision) {
        (0, None) => (b'r', 0),
        (0 | b'n', _) => (b'g', 6),
        (code, _) => (code, 6),
    };
    let mut unpadded = FormatSpec { fill: 0, align: b'<', width: None, ..spec.clone() };
    let symbols = Symbols::of(&spec, context.locale);
    let print =
        |value: f64| crate::float_text::format_float(value, code, precision.unwrap_or(default_precision), flags);
    let mut number = TextBuf::new();
    if has_real {
        let parens = is_plain;
        if parens {
            number.push(b'('.into());
        }
        number.push_text(lay_out(&Parts::of_float(&print(real)), &unpadded, &symbols).as_text());
        unpadded.sign = b'+';
    }
    number.push_text(lay_out(&Parts::of_float(&print(imaginary)), &unpadded, &symbols).as_text());
    number.push(b'j'.into());
    if has_real && is_plain {
        number.push(b')'.into());
    }
    let (left, right) = padding(&spec, number.len());
    let mut out = TextBuf::with_capacity(number.len() + left + right);
    out.push_n(spec.fill, left);
    out.push_text(number.as_text());
    out.push_n(spec.fill, right);
    Ok(out)
}
