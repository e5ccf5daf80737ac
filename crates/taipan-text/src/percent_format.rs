//! printf-style formats of `str` and `bytes`: parsing, and layout of numbers and text.
//!
//! The parser is an iterator, so that arguments are taken and errors raised in CPython's order. Values are fetched and
//! converted by the caller. Semantics: CPython library reference, "printf-style String Formatting".

use std::ops::Range;

use dashu_int::{IBig, Sign};

use crate::float_text::{FloatFlags, format_float};
use crate::format_spec::FormatError;
use crate::{TextBuf, TextRef, int_text};

/// A width or precision as written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Amount {
    Missing,
    Given(usize),
    /// `*`: the next argument, else `TypeError("* wants int")`.
    Star,
}

/// A conversion as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conversion {
    /// Where the key of `%(key)` stands.
    pub key: Option<Range<usize>>,
    pub flags: Flags,
    pub width: Amount,
    pub precision: Amount,
    /// The conversion type; `None` is `ValueError("incomplete format")`, after the stars have taken their arguments.
    pub code: Option<u32>,
    /// Where the conversion type stands, for messages.
    pub index: usize,
}

impl Conversion {
    /// The error for a conversion type that does not exist, raised after its argument has been taken.
    pub fn unsupported(&self) -> FormatError {
        let code = self.code.unwrap_or(0);
        let shown = char::from_u32(code).filter(|_| (31..127).contains(&code)).unwrap_or('?');
        let index = self.index;
        FormatError::value(format!("unsupported format character '{shown}' (0x{code:x}) at index {index}"))
    }

    /// The error for a format that ends before its conversion type.
    pub fn incomplete() -> FormatError {
        FormatError::value("incomplete format")
    }

    /// The field with the values of the stars put in: a negative width means left, a negative precision 0.
    pub fn field(&self, star_width: i64, star_precision: i64) -> Field {
        let mut flags = self.flags;
        let width = match self.width {
            Amount::Missing => 0,
            Amount::Given(width) => width,
            Amount::Star => {
                flags.left |= star_width < 0;
                usize::try_from(star_width.unsigned_abs()).unwrap_or(usize::MAX)
            }
        };
        let precision = match self.precision {
            Amount::Missing => None,
            Amount::Given(precision) => Some(precision),
            Amount::Star => Some(usize::try_from(star_precision).unwrap_or(0)),
        };
        Field { flags, width, precision, code: self.code.and_then(|code| code.try_into().ok()).unwrap_or(0) }
    }
}

/// The flags of a conversion.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Flags {
    /// `-`.
    pub left: bool,
    /// `+`.
    pub sign: bool,
    /// Blank.
    pub blank: bool,
    /// `#`.
    pub alternate: bool,
    /// `0`.
    pub zero: bool,
}

/// A conversion with all amounts known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    pub flags: Flags,
    pub width: usize,
    pub precision: Option<usize>,
    /// The conversion type, 0 if it is not ASCII.
    pub code: u8,
}

/// A part of a format.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// Text to copy (of `%%` the second sign).
    Literal(Range<usize>),
    Conversion(Conversion),
}

/// The parts of a format, in order.
pub struct Pieces<'a> {
    text: TextRef<'a>,
    at: usize,
}

impl<'a> Pieces<'a> {
    /// Of a `str`, or of bytes seen as Latin-1.
    pub fn new(text: TextRef<'a>) -> Self {
        Pieces { text, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        // What is not ASCII means nothing to the parser.
        self.text.get(self.at).map(|point| u8::try_from(point).unwrap_or(0xff))
    }

    fn key(&mut self) -> Result<Option<Range<usize>>, FormatError> {
        if self.peek() != Some(b'(') {
            return Ok(None);
        }
        self.at += 1;
        let start = self.at;
        let mut depth = 1;
        while depth > 0 {
            match self.peek() {
                None => return Err(FormatError::value("incomplete format key")),
                Some(b'(') => depth += 1,
                Some(b')') => depth -= 1,
                Some(_) => {}
            }
            self.at += 1;
        }
        Ok(Some(start..self.at - 1))
    }

    fn flags(&mut self) -> Flags {
        let mut flags = Flags::default();
        while let Some(byte) = self.peek() {
            match byte {
                b'-' => flags.left = true,
                b'+' => flags.sign = true,
                b' ' => flags.blank = true,
                b'#' => flags.alternate = true,
                b'0' => flags.zero = true,
                _ => break,
            }
            self.at += 1;
        }
        flags
    }

    fn amount(&mut self, most: usize, too_big: &str) -> Result<Amount, FormatError> {
        if self.peek() == Some(b'*') {
            self.at += 1;
            return Ok(Amount::Star);
        }
        let mut amount = Amount::Missing;
        while let Some(byte @ b'0'..=b'9') = self.peek() {
            let digit = usize::from(byte - b'0');
            let so_far = if let Amount::Given(so_far) = amount { so_far } else { 0 };
            if so_far > (most - digit) / 10 {
                return Err(FormatError::value(too_big));
            }
            amount = Amount::Given(so_far * 10 + digit);
            self.at += 1;
        }
        Ok(amount)
    }

    fn conversion(&mut self) -> Result<Conversion, FormatError> {
        let key = self.key()?;
        let flags = self.flags();
        let width = self.amount(isize::MAX as usize, "width too big")?;
        let mut precision = Amount::Missing;
        if self.peek() == Some(b'.') {
            self.at += 1;
            precision = match self.amount(i32::MAX as usize, "precision too big")? {
                Amount::Missing => Amount::Given(0),
                given => given,
            };
        }
        if let Some(b'h' | b'l' | b'L') = self.peek() {
            self.at += 1;
        }
        let index = self.at;
        let code = self.text.get(index);
        self.at += usize::from(code.is_some());
        Ok(Conversion { key, flags, width, precision, code, index })
    }
}

impl Iterator for Pieces<'_> {
    type Item = Result<Piece, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        if start >= self.text.len() {
            return None;
        }
        if self.peek() != Some(b'%') {
            let rest = self.text.slice_from(start);
            let len = crate::search::find(rest, TextRef::Ascii(b"%")).unwrap_or(rest.len());
            self.at += len;
            return Some(Ok(Piece::Literal(start..self.at)));
        }
        self.at += 1;
        if self.peek() == Some(b'%') {
            self.at += 1;
            return Some(Ok(Piece::Literal(start + 1..start + 2)));
        }
        let conversion = self.conversion();
        if conversion.is_err() {
            self.at = self.text.len();
        }
        Some(conversion.map(Piece::Conversion))
    }
}

/// Sign, prefix and digits in their field.
fn lay_out_number(field: &Field, is_negative: bool, prefix: &str, digits: &str) -> String {
    let sign = match field.flags {
        _ if is_negative => "-",
        Flags { sign: true, .. } => "+",
        Flags { blank: true, .. } => " ",
        _ => "",
    };
    let fill = field.width.saturating_sub(sign.len() + prefix.len() + digits.len());
    let repeat = |out: &mut String, ch: char| out.extend(std::iter::repeat_n(ch, fill));
    let mut out = String::with_capacity(fill + digits.len() + 3);
    let is_zero_filled = field.flags.zero && !field.flags.left;
    if !field.flags.left && !is_zero_filled {
        repeat(&mut out, ' ');
    }
    out.push_str(sign);
    out.push_str(prefix);
    if is_zero_filled {
        repeat(&mut out, '0');
    }
    out.push_str(digits);
    if field.flags.left {
        repeat(&mut out, ' ');
    }
    out
}

fn check_len(field: &Field, max_len: usize) -> Result<(), FormatError> {
    if field.width.max(field.precision.unwrap_or(0)) > max_len { Err(FormatError::memory()) } else { Ok(()) }
}

/// `%d`, `%i`, `%u`, `%o`, `%x`, `%X` of an integer.
///
/// # Errors
/// The digit limit, and `MemoryError` for a field of more than `max_len`.
pub fn int_field(value: &IBig, field: &Field, max_str_digits: usize, max_len: usize) -> Result<String, FormatError> {
    check_len(field, max_len)?;
    let (digits, prefix) = match field.code {
        b'o' => (int_text::magnitude_in_base(value, 8), "0o"),
        b'x' => (int_text::magnitude_in_base(value, 16), "0x"),
        b'X' => (int_text::magnitude_in_base(value, 16).to_ascii_uppercase(), "0X"),
        _ => {
            let text = int_text::to_decimal(value, max_str_digits);
            let text = text.map_err(|error| FormatError::value(error.message()))?;
            (text.trim_start_matches('-').to_owned(), "")
        }
    };
    let missing = field.precision.unwrap_or(0).saturating_sub(digits.len());
    let digits = if missing == 0 { digits } else { "0".repeat(missing) + &digits };
    let prefix = if field.flags.alternate { prefix } else { "" };
    Ok(lay_out_number(field, value.sign() == Sign::Negative, prefix, &digits))
}

/// `%e`, `%f`, `%g` and their upper case of a float.
///
/// # Errors
/// `MemoryError` for a field of more than `max_len`.
pub fn float_field(value: f64, field: &Field, max_len: usize) -> Result<String, FormatError> {
    check_len(field, max_len)?;
    let flags = FloatFlags { alternate: field.flags.alternate, ..FloatFlags::default() };
    let text = format_float(value, field.code, field.precision.unwrap_or(6), flags);
    Ok(match text.strip_prefix('-') {
        Some(digits) => lay_out_number(field, true, "", digits),
        None => lay_out_number(field, false, "", &text),
    })
}

/// `%s`, `%r`, `%a`, `%b`: text cut to the precision; `%c`: the character.
///
/// # Errors
/// `MemoryError` for a field of more than `max_len`.
pub fn text_field(value: TextRef<'_>, field: &Field, max_len: usize) -> Result<TextBuf, FormatError> {
    if field.width > max_len {
        return Err(FormatError::memory());
    }
    let most = if field.code == b'c' { usize::MAX } else { field.precision.unwrap_or(usize::MAX) };
    let value = value.slice(0..most.min(value.len()));
    let align = if field.flags.left { crate::search::layout::Align::Left } else { crate::search::layout::Align::Right };
    Ok(crate::search::layout::justify(value, field.width, b' '.into(), align))
}

#[cfg(test)]
mod tests;
