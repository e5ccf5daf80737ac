//! The format specification mini-language: parsing, and formatting of `int`, `float`, `complex` and `str` by it.
//!
//! Semantics: CPython 3.14 library reference, "Format specification mini-language", PEP 378, PEP 515 and PEP 682. An empty
//! specification means `str(value)` and is handled here too.

mod grouping;
mod number;

pub use number::{format_complex, format_float, format_int};

use crate::{TextBuf, TextRef, unicode};

/// The exception that a formatting error is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FormatErrorKind {
    ValueError,
    OverflowError,
    MemoryError,
}

/// A failed formatting: exception type and exact message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormatError {
    pub kind: FormatErrorKind,
    pub message: String,
}

impl FormatError {
    pub(crate) fn value(message: impl Into<String>) -> Self {
        FormatError { kind: FormatErrorKind::ValueError, message: message.into() }
    }

    pub(crate) fn overflow(message: &str) -> Self {
        FormatError { kind: FormatErrorKind::OverflowError, message: message.to_owned() }
    }

    pub(crate) fn memory() -> Self {
        FormatError { kind: FormatErrorKind::MemoryError, message: String::new() }
    }
}

/// How a locale writes numbers, for the presentation type `n`.
#[derive(Clone, Copy, Debug)]
pub struct NumberLocale<'a> {
    pub decimal_point: &'a str,
    pub thousands_separator: &'a str,
    /// Group sizes from the right as in C's `lconv`: the last repeats, 127 ends grouping, empty means none.
    pub grouping: &'a [u8],
}

impl NumberLocale<'static> {
    /// The locale "C": a point and no grouping.
    pub const C: NumberLocale<'static> = NumberLocale { decimal_point: ".", thousands_separator: "", grouping: &[] };
}

/// What formatting needs to know beside value and specification.
#[derive(Clone, Copy, Debug)]
pub struct FormatContext<'a> {
    /// The name of the value's type, for messages.
    pub type_name: &'a str,
    pub locale: NumberLocale<'a>,
    /// `sys.get_int_max_str_digits()`, 0 for no limit.
    pub max_str_digits: usize,
    /// The most code points that the result may have; more is `MemoryError`.
    pub max_len: usize,
}

impl<'a> FormatContext<'a> {
    /// The context for a type with the locale "C", the default digit limit and results up to 2**30 code points.
    pub fn new(type_name: &'a str) -> Self {
        FormatContext {
            type_name,
            locale: NumberLocale::C,
            max_str_digits: crate::int_text::DEFAULT_MAX_STR_DIGITS,
            max_len: 1 << 30,
        }
    }

    fn check_len(&self, len: usize) -> Result<(), FormatError> {
        if len > self.max_len { Err(FormatError::memory()) } else { Ok(()) }
    }
}

/// The separator between groups of digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Separator {
    Comma,
    Underscore,
}

impl Separator {
    fn as_str(self) -> &'static str {
        match self {
            Separator::Comma => ",",
            Separator::Underscore => "_",
        }
    }
}

/// A parsed format specification.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormatSpec {
    pub fill: u32,
    /// `<`, `>`, `=` or `^`.
    pub align: u8,
    /// `+`, `-` or blank, 0 if not given.
    pub sign: u8,
    /// `z`: no negative zero.
    pub no_negative_zero: bool,
    /// `#`.
    pub alternate: bool,
    pub width: Option<usize>,
    pub separator: Option<Separator>,
    pub precision: Option<usize>,
    /// The separator of the digits of the fraction.
    pub fraction_separator: Option<Separator>,
    /// The presentation type, 0 if not given and without a default.
    pub code: u32,
}

/// A cursor over the specification.
struct Cursor<'a> {
    text: TextRef<'a>,
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u32> {
        self.text.get(self.at)
    }

    fn rest(&self) -> usize {
        self.text.len() - self.at
    }

    fn accept(&mut self, wanted: u8) -> bool {
        let is_there = self.peek() == Some(wanted.into());
        self.at += usize::from(is_there);
        is_there
    }

    fn accept_any(&mut self, wanted: &[u8]) -> Option<u8> {
        let found = wanted.iter().copied().find(|&byte| self.peek() == Some(byte.into()))?;
        self.at += 1;
        Some(found)
    }

    /// Decimal digits of any script.
    fn integer(&mut self) -> Result<Option<usize>, FormatError> {
        let mut value = None;
        while let Some(digit) = self.peek().and_then(unicode::decimal) {
            let next = value.unwrap_or(0usize).checked_mul(10).and_then(|tens| tens.checked_add(digit.into()));
            value = Some(
                next.filter(|&next| next <= isize::MAX as usize)
                    .ok_or_else(|| FormatError::value("Too many decimal digits in format string"))?,
            );
            self.at += 1;
        }
        Ok(value)
    }

    fn separator(&mut self) -> Result<Option<Separator>, FormatError> {
        let separator = match self.accept_any(b",_") {
            None => return Ok(None),
            Some(b',') => Separator::Comma,
            Some(_) => Separator::Underscore,
        };
        let other = if separator == Separator::Comma { b'_' } else { b',' };
        if self.accept(other) {
            return Err(FormatError::value("Cannot specify both ',' and '_'."));
        }
        Ok(Some(separator))
    }
}

const ALIGNS: &[u8] = b"<>=^";

impl FormatSpec {
    /// Parses `spec` for a type whose default presentation type and alignment are given.
    pub fn parse(
        spec: TextRef<'_>,
        default_code: u8,
        default_align: u8,
        type_name: &str,
    ) -> Result<FormatSpec, FormatError> {
        let mut cursor = Cursor { text: spec, at: 0 };
        let mut parsed = FormatSpec {
            fill: b' '.into(),
            align: default_align,
            sign: 0,
            no_negative_zero: false,
            alternate: false,
            width: None,
            separator: None,
            precision: None,
            fraction_separator: None,
            code: default_code.into(),
        };
        let (mut has_fill, mut has_align) = (false, true);
        let align_at = |at: usize| ALIGNS.iter().copied().find(|&align| spec.get(at) == Some(align.into()));
        if let (Some(fill), Some(align)) = (spec.get(0), align_at(1)) {
            (parsed.fill, parsed.align, has_fill) = (fill, align, true);
            cursor.at = 2;
        } else if let Some(align) = cursor.accept_any(ALIGNS) {
            parsed.align = align;
        } else {
            has_align = false;
        }
        parsed.sign = cursor.accept_any(b" +-").unwrap_or(0);
        parsed.no_negative_zero = cursor.accept(b'z');
        parsed.alternate = cursor.accept(b'#');
        if !has_fill && cursor.accept(b'0') {
            parsed.fill = b'0'.into();
            if !has_align && default_align == b'>' {
                parsed.align = b'=';
            }
        }
        parsed.width = cursor.integer()?;
        parsed.separator = cursor.separator()?;
        if cursor.accept(b'.') {
            parsed.precision = cursor.integer()?;
            parsed.fraction_separator = cursor.separator()?;
            if parsed.precision.is_none() && parsed.fraction_separator.is_none() {
                return Err(FormatError::value("Format specifier missing precision"));
            }
        }
        match (cursor.rest(), cursor.peek()) {
            (1, Some(code)) => parsed.code = code,
            (0, _) => {}
            _ => {
                let mut message = String::from("Invalid format specifier '");
                message.push_str(&spec.to_utf8_lossy());
                message.push_str(&format!("' for object of type '{type_name}'"));
                return Err(FormatError::value(message));
            }
        }
        parsed.check_separators()?;
        Ok(parsed)
    }

    /// Only some types may be grouped, a few by underscores only, and `n` not even in the fraction.
    fn check_separators(&self) -> Result<(), FormatError> {
        let is_code = |codes: &[u8]| codes.iter().any(|&code| u32::from(code) == self.code);
        let refused = self
            .separator
            .filter(|&separator| !(is_code(b"defgEG%F\0") || separator == Separator::Underscore && is_code(b"bxoX")))
            .or(self.fraction_separator.filter(|_| is_code(b"n")));
        let Some(separator) = refused else { return Ok(()) };
        let code = shown_code(self.code);
        Err(FormatError::value(format!("Cannot specify '{}' with '{code}'.", separator.as_str())))
    }

    /// The error for a presentation type that the value's type does not have.
    fn unknown_code(&self, type_name: &str) -> FormatError {
        let code = shown_code(self.code);
        FormatError::value(format!("Unknown format code '{code}' for object of type '{type_name}'"))
    }

    fn align(&self) -> crate::search::layout::Align {
        use crate::search::layout::Align;
        match self.align {
            b'>' => Align::Right,
            b'^' => Align::Center,
            _ => Align::Left,
        }
    }
}

fn shown_code(code: u32) -> String {
    match char::from_u32(code) {
        Some(ch) if (33..128).contains(&code) => ch.to_string(),
        _ => format!("\\x{code:x}"),
    }
}

/// The fill left and right of a text of `len`; the odd column of a centred one goes to the right.
fn padding(spec: &FormatSpec, len: usize) -> (usize, usize) {
    use crate::search::layout::Align;
    let total = spec.width.unwrap_or(0).saturating_sub(len);
    match spec.align() {
        Align::Left => (0, total),
        Align::Right => (total, 0),
        Align::Center => (total / 2, total - total / 2),
    }
}

/// `str.__format__`.
pub fn format_str(value: TextRef<'_>, spec: TextRef<'_>, context: &FormatContext<'_>) -> Result<TextBuf, FormatError> {
    if spec.is_empty() {
        return Ok(value.to_buf());
    }
    let spec = FormatSpec::parse(spec, b's', b'<', context.type_name)?;
    if spec.code != b's'.into() {
        return Err(spec.unknown_code(context.type_name));
    }
    let refused = match () {
        _ if spec.sign == b' ' => Some("Space not allowed in string format specifier"),
        _ if spec.sign != 0 => Some("Sign not allowed in string format specifier"),
        _ if spec.no_negative_zero => Some("Negative zero coercion (z) not allowed in string format specifier"),
        _ if spec.alternate => Some("Alternate form (#) not allowed in string format specifier"),
        _ if spec.align == b'=' => Some("'=' alignment not allowed in string format specifier"),
        _ => None,
    };
    if let Some(message) = refused {
        return Err(FormatError::value(message));
    }
    let value = value.slice(0..spec.precision.unwrap_or(usize::MAX).min(value.len()));
    context.check_len(spec.width.unwrap_or(0))?;
    let (left, right) = padding(&spec, value.len());
    let mut out = TextBuf::with_capacity(value.len() + left + right);
    out.push_n(spec.fill, left);
    out.push_text(value);
    out.push_n(spec.fill, right);
    Ok(out)
}

#[cfg(test)]
mod tests;
