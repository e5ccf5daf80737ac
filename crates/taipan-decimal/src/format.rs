//! Formatting by the format specification mini-language, with the subset and the limits that `_decimal` has.

use crate::context::{Context, MAX_PREC};
use crate::number::Decimal;
use crate::status::Status;
use crate::text::Notation;

/// How numbers are written in a locale.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormatLocale {
    pub decimal_point: String,
    pub thousands_separator: String,
    /// Group sizes from the right: the last repeats, 127 ends grouping, empty means none.
    pub grouping: Vec<u8>,
}

impl FormatLocale {
    /// Whether the point is one character, or a few bytes, and the separator no more.
    pub fn is_valid(&self) -> bool {
        (1..=4).contains(&self.decimal_point.len())
            && self.thousands_separator.len() <= 4
            && self.grouping.iter().all(|size| *size < 128)
    }
}

/// Why a number was not formatted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FormatError {
    /// Width, precision or exponent are beyond what a number can have.
    Limits,
    /// Rounding for the option `z` failed.
    Rounding,
    Memory,
}

/// A parsed format specification.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormatSpec {
    fill: char,
    /// `<`, `>`, `=`, `^`, or `z` for zero padding.
    align: u8,
    sign: u8,
    no_negative_zero: bool,
    width: i64,
    precision: Option<i64>,
    /// Lower case: `e`, `f`, `g` or `%`.
    code: u8,
    capitals: bool,
    /// The type is `n` or `N`: grouping and point come from the locale.
    pub is_local: bool,
    /// The type is `N`, which is deprecated.
    pub is_deprecated: bool,
    pub locale: Option<FormatLocale>,
}

fn is_align(ch: Option<&char>) -> bool {
    matches!(ch, Some('<' | '>' | '=' | '^'))
}

/// A cursor over the characters of a specification.
struct Cursor<'a> {
    rest: &'a [char],
}

impl Cursor<'_> {
    fn accept(&mut self, wanted: &[char]) -> Option<char> {
        let (first, rest) = self.rest.split_first()?;
        if !wanted.contains(first) {
            return None;
        }
        self.rest = rest;
        Some(*first)
    }

    /// A number of ASCII digits; `Err` when it is too large.
    fn number(&mut self) -> Result<Option<i64>, ()> {
        let len = self.rest.iter().take_while(|ch| ch.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at(len);
        self.rest = rest;
        if digits.is_empty() {
            return Ok(None);
        }
        digits.iter().collect::<String>().parse().map(Some).map_err(|_| ())
    }
}

impl FormatSpec {
    /// Reads a specification; `None` when it is malformed. `capitals` is the default for the exponent.
    pub fn parse(spec: &str, capitals: bool) -> Option<FormatSpec> {
        let chars: Vec<char> = spec.chars().collect();
        let mut cursor = Cursor { rest: &chars };
        let mut parsed = FormatSpec {
            fill: ' ',
            align: b'>',
            sign: b'-',
            no_negative_zero: false,
            width: 0,
            precision: None,
            code: b'g',
            capitals,
            is_local: false,
            is_deprecated: false,
            locale: None,
        };
        let mut has_align = false;
        if is_align(chars.get(1)) {
            parsed.fill = chars[0];
            cursor.rest = &chars[1..];
        }
        if let Some(align) = cursor.accept(&['<', '>', '=', '^']) {
            parsed.align = align as u8;
            has_align = true;
        }
        if let Some(sign) = cursor.accept(&['+', '-', ' ']) {
            parsed.sign = sign as u8;
        }
        parsed.no_negative_zero = cursor.accept(&['z']).is_some();
        if cursor.accept(&['0']).is_some() {
            if has_align {
                return None;
            }
            parsed.align = b'z';
            parsed.fill = '0';
        }
        if cursor.rest.first() == Some(&'0') {
            return None;
        }
        parsed.width = cursor.number().ok()?.unwrap_or(0);
        if cursor.accept(&[',']).is_some() {
            parsed.locale = Some(FormatLocale {
                decimal_point: ".".to_owned(),
                thousands_separator: ",".to_owned(),
                grouping: vec![3, 3],
            });
        }
        if cursor.accept(&['.']).is_some() {
            parsed.precision = Some(cursor.number().ok()??);
        }
        if let Some(code) = cursor.accept(&['E', 'e', 'F', 'f', 'G', 'g', '%', 'N', 'n']) {
            parsed.capitals = code.is_ascii_uppercase();
            parsed.code = code.to_ascii_lowercase() as u8;
            if parsed.code == b'n' {
                if parsed.locale.is_some() {
                    return None;
                }
                parsed.is_local = true;
                parsed.is_deprecated = parsed.capitals;
                parsed.code = b'g';
            }
        }
        cursor.rest.is_empty().then_some(parsed)
    }
}

impl Decimal {
    /// The text of the number under a specification.
    pub fn format(&self, spec: &FormatSpec, context: &Context) -> Result<String, FormatError> {
        if spec.width > MAX_PREC || spec.precision.is_some_and(|precision| precision > MAX_PREC) && !self.is_special() {
            return Err(FormatError::Limits);
        }
        if spec.width > context.max_digits {
            return Err(FormatError::Memory);
        }
        if self.is_special() {
            let mut text = self.to_text(Notation::Scientific, true);
            if spec.code == b'%' {
                text.push('%');
            }
            let zero_padded = spec.align == b'z';
            let (fill, align) = if zero_padded { (' ', b'>') } else { (spec.fill, spec.align) };
            return Ok(pad(with_sign(text, spec.sign), fill, align, spec.width));
        }
        let mut number = self.clone();
        if spec.no_negative_zero && self.negative {
            let rounded = self.rounded_for(spec, context)?;
            if rounded.is_zero() {
                number = rounded.copy_abs();
            }
        }
        let text = with_sign(number.numeric_text(spec, context)?, spec.sign);
        let text = match &spec.locale {
            Some(locale) => group(&text, locale, spec),
            None => text,
        };
        Ok(pad(text, spec.fill, spec.align, spec.width))
    }

    /// The number as the rounding of a specification leaves it, where that may be zero.
    fn rounded_for(&self, spec: &FormatSpec, context: &Context) -> Result<Decimal, FormatError> {
        let mut status = Status::NONE;
        let mut number = self.clone();
        if let Some(precision) = spec.precision {
            number = match spec.code {
                b'f' => number.rescale_checked(-precision, context, &mut status),
                b'%' => {
                    number.exp += 2;
                    number.rescale_checked(-precision, context, &mut status)
                }
                _ => number,
            };
        }
        if status.has(Status::MALLOC_ERROR) {
            return Err(FormatError::Memory);
        }
        if status.has(Status::ERRORS) {
            return Err(FormatError::Rounding);
        }
        Ok(number)
    }

    /// The number in the notation of a specification, without padding and grouping.
    fn numeric_text(mut self, spec: &FormatSpec, context: &Context) -> Result<String, FormatError> {
        let mut status = Status::NONE;
        let mut notation = match spec.code {
            b'e' => Notation::Exponent(1),
            b'g' => Notation::Scientific,
            _ => Notation::Fixed,
        };
        if spec.code == b'%' {
            self.exp += 2;
        }
        if let Some(precision) = spec.precision {
            let is_zero = self.coefficient.is_zero();
            match spec.code {
                b'g' => {
                    let precision = precision.max(1);
                    if !is_zero && self.coefficient.digits() > precision {
                        self = self.round_digits(precision, context, &mut status);
                    }
                }
                b'e' if is_zero => notation = Notation::Exponent(1 - precision),
                b'e' => self = self.round_digits(precision + 1, context, &mut status),
                _ => self = self.rescale_checked(-precision, context, &mut status),
            }
        }
        if notation == Notation::Fixed && self.coefficient.is_zero() && self.exp > 0 {
            self.exp = 0;
        }
        if status.has(Status::MALLOC_ERROR) {
            return Err(FormatError::Memory);
        }
        if status.has(Status::ERRORS) {
            return Err(FormatError::Limits);
        }
        let zeros = match notation {
            Notation::Fixed => self.exp.saturating_abs(),
            Notation::Exponent(point) => point.saturating_abs(),
            _ => 0,
        };
        if zeros > context.max_digits {
            return Err(FormatError::Memory);
        }
        let mut text = self.to_text(notation, spec.capitals);
        if spec.code == b'%' {
            text.push('%');
        }
        Ok(text)
    }
}

fn with_sign(text: String, sign: u8) -> String {
    match sign {
        b'+' | b' ' if !text.starts_with('-') => format!("{}{text}", sign as char),
        _ => text,
    }
}

/// Puts the locale's point and separators into a number; zero padding is grouped too.
fn group(text: &str, locale: &FormatLocale, spec: &FormatSpec) -> String {
    let sign_len = usize::from(text.starts_with(['+', '-', ' ']));
    let (sign, number) = text.split_at(sign_len);
    let whole_len = number.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, rest) = number.split_at(whole_len);
    let (point, rest) = match rest.strip_prefix('.') {
        Some(rest) => (locale.decimal_point.as_str(), rest),
        None => ("", rest),
    };
    let groups = locale.grouping.iter().any(|size| *size != 0) && !locale.thousands_separator.is_empty();
    if point.is_empty() && !groups {
        return text.to_owned();
    }
    // Characters, the last first.
    let mut reversed: Vec<char> = rest.chars().rev().chain(point.chars().rev()).collect();
    let mut sizes = locale.grouping.iter().copied();
    let mut size = sizes.next().unwrap_or(0);
    let mut in_group = 0;
    let mut separate = |reversed: &mut Vec<char>, in_group: &mut u8| {
        if groups && size != 0 && size != 127 && *in_group == size {
            reversed.extend(locale.thousands_separator.chars().rev());
            size = sizes.next().filter(|size| *size != 0).unwrap_or(size);
            *in_group = 0;
        }
        *in_group = in_group.saturating_add(1);
    };
    for digit in whole.chars().rev() {
        separate(&mut reversed, &mut in_group);
        reversed.push(digit);
    }
    if spec.align == b'z' {
        let width = usize::try_from(spec.width).unwrap_or(0);
        while reversed.len() + sign_len < width {
            separate(&mut reversed, &mut in_group);
            reversed.push('0');
        }
    }
    sign.chars().chain(reversed.into_iter().rev()).collect()
}

fn pad(text: String, fill: char, align: u8, width: i64) -> String {
    let missing = usize::try_from(width).unwrap_or(0).saturating_sub(text.chars().count());
    if missing == 0 {
        return text;
    }
    let (left, right) = match align {
        b'<' => (0, missing),
        b'^' => (missing / 2, missing - missing / 2),
        _ => (missing, 0),
    };
    let in_sign = matches!(align, b'=' | b'z') && text.starts_with(['+', '-', ' ']);
    let (sign, number) = text.split_at(usize::from(in_sign));
    let filled = |n: usize| std::iter::repeat_n(fill, n);
    sign.chars().chain(filled(left)).chain(number.chars()).chain(filled(right)).collect()
}
