//! The format strings of `str.format` and `string.Formatter`: literals, replacement fields, field names.
//!
//! Positions are code point indexes into the format. Semantics: CPython library reference, "Format String Syntax", and
//! the functions `formatter_parser` and `formatter_field_name_split` of `_string`.

use std::ops::Range;

use crate::format_spec::FormatError;
use crate::{TextRef, unicode};

/// A replacement field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    pub name: Range<usize>,
    /// The character after `!`.
    pub conversion: Option<u32>,
    pub spec: Range<usize>,
    /// Whether the specification has fields of its own.
    pub is_nested: bool,
}

/// Literal text (a doubled brace as its first brace) and the field after it, if one follows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Markup {
    pub literal: Range<usize>,
    pub field: Option<Field>,
}

/// The parts of a format string, in order; ends at the first error.
pub struct Markups<'a> {
    text: TextRef<'a>,
    at: usize,
}

impl<'a> Markups<'a> {
    /// Of a whole format string, or of a nested specification.
    pub fn new(text: TextRef<'a>) -> Self {
        Markups { text, at: 0 }
    }

    fn take(&mut self) -> Option<u32> {
        let point = self.text.get(self.at)?;
        self.at += 1;
        Some(point)
    }

    fn parse_next(&mut self) -> Result<Markup, FormatError> {
        const OPEN: u32 = b'{' as u32;
        const CLOSE: u32 = b'}' as u32;
        let start = self.at;
        let brace = loop {
            match self.take() {
                None => return Ok(Markup { literal: start..self.at, field: None }),
                Some(brace @ (OPEN | CLOSE)) => break brace,
                Some(_) => {}
            }
        };
        if self.text.get(self.at) == Some(brace) {
            self.at += 1;
            return Ok(Markup { literal: start..self.at - 1, field: None });
        }
        if brace == CLOSE {
            return Err(FormatError::value("Single '}' encountered in format string"));
        }
        if self.at == self.text.len() {
            return Err(FormatError::value("Single '{' encountered in format string"));
        }
        let literal = start..self.at - 1;
        Ok(Markup { literal, field: Some(self.field()?) })
    }

    fn field(&mut self) -> Result<Field, FormatError> {
        let start = self.at;
        let end = loop {
            let point = self.take().and_then(char::from_u32);
            match point {
                None if self.at == self.text.len() => {
                    return Err(FormatError::value("expected '}' before end of string"));
                }
                Some('{') => return Err(FormatError::value("unexpected '{' in field name")),
                Some('[') => {
                    while self.text.get(self.at).is_some_and(|point| point != b']'.into()) {
                        self.at += 1;
                    }
                }
                Some(end @ ('}' | ':' | '!')) => break end,
                _ => {}
            }
        };
        let mut field = Field { name: start..self.at - 1, conversion: None, spec: self.at..self.at, is_nested: false };
        if end == '}' {
            return Ok(field);
        }
        if end == '!' {
            let conversion = self
                .take()
                .ok_or_else(|| FormatError::value("end of string while looking for conversion specifier"))?;
            field.conversion = Some(conversion);
            match self.take().map(char::from_u32) {
                Some(Some('}')) => {
                    field.spec = self.at - 1..self.at - 1;
                    return Ok(field);
                }
                None | Some(Some(':')) => {}
                Some(_) => return Err(FormatError::value("expected ':' after conversion specifier")),
            }
        }
        let start = self.at;
        let mut depth = 1;
        while let Some(point) = self.take() {
            match char::from_u32(point) {
                Some('{') => {
                    field.is_nested = true;
                    depth += 1;
                }
                Some('}') => {
                    depth -= 1;
                    if depth == 0 {
                        field.spec = start..self.at - 1;
                        return Ok(field);
                    }
                }
                _ => {}
            }
        }
        Err(FormatError::value("unmatched '{' in format spec"))
    }
}

impl Iterator for Markups<'_> {
    type Item = Result<Markup, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let markup = self.parse_next();
        if markup.is_err() {
            self.at = self.text.len();
        }
        Some(markup)
    }
}

/// The error for a character after `!` that is no conversion.
pub fn unknown_conversion(conversion: u32) -> FormatError {
    match char::from_u32(conversion) {
        Some(ch) if (33..127).contains(&conversion) => FormatError::value(format!("Unknown conversion specifier {ch}")),
        _ => FormatError::value(format!("Unknown conversion specifier \\x{conversion:x}")),
    }
}

/// The first part of a field name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum First {
    /// Nothing: the next number.
    Auto,
    Index(usize),
    Name(Range<usize>),
}

/// A further part of a field name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Access {
    /// `.name`.
    Attribute(Range<usize>),
    /// `[3]`.
    Index(usize),
    /// `[key]`.
    Key(Range<usize>),
}

/// Takes a field name apart: its first part, and the others as an iterator that may fail later.
pub fn split_field_name(name: TextRef<'_>) -> Result<(First, Accesses<'_>), FormatError> {
    let end = name.iter().position(|point| point == b'.'.into() || point == b'['.into()).unwrap_or(name.len());
    let first = match index_of(name.slice(0..end))? {
        _ if end == 0 => First::Auto,
        Some(index) => First::Index(index),
        None => First::Name(0..end),
    };
    Ok((first, Accesses { text: name, at: end }))
}

/// The value of a text of decimal digits of any script.
fn index_of(text: TextRef<'_>) -> Result<Option<usize>, FormatError> {
    let mut value = None;
    for point in text.iter() {
        let Some(digit) = unicode::decimal(point) else { return Ok(None) };
        let next = value.unwrap_or(0usize).checked_mul(10).and_then(|tens| tens.checked_add(digit.into()));
        let next = next.filter(|&next| next <= isize::MAX as usize);
        value = Some(next.ok_or_else(|| FormatError::value("Too many decimal digits in format string"))?);
    }
    Ok(value)
}

/// The parts of a field name after the first.
pub struct Accesses<'a> {
    text: TextRef<'a>,
    at: usize,
}

impl Accesses<'_> {
    fn parse_next(&mut self) -> Result<Access, FormatError> {
        let is_one_of = |point: u32, wanted: &[u8]| wanted.iter().any(|&byte| u32::from(byte) == point);
        let kind = self.text.get(self.at);
        self.at += 1;
        let start = self.at;
        let rest = self.text.slice_from(start);
        let access = match kind.and_then(char::from_u32) {
            Some('.') => {
                let len = rest.iter().position(|point| is_one_of(point, b".[")).unwrap_or(rest.len());
                self.at += len;
                Access::Attribute(start..start + len)
            }
            Some('[') => {
                let len = rest.iter().position(|point| is_one_of(point, b"]"));
                let len = len.ok_or_else(|| FormatError::value("Missing ']' in format string"))?;
                self.at += len + 1;
                match index_of(rest.slice(0..len))? {
                    Some(index) => Access::Index(index),
                    None => Access::Key(start..start + len),
                }
            }
            _ => {
                return Err(FormatError::value("Only '.' or '[' may follow ']' in format field specifier"));
            }
        };
        match &access {
            Access::Attribute(range) | Access::Key(range) if range.is_empty() => {
                Err(FormatError::value("Empty attribute in format string"))
            }
            _ => Ok(access),
        }
    }
}

impl Iterator for Accesses<'_> {
    type Item = Result<Access, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let access = self.parse_next();
        if access.is_err() {
            self.at = self.text.len();
        }
        Some(access)
    }
}

/// The numbering of fields without a name.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct AutoNumber {
    /// Whether numbers are automatic, once a numbered field has been seen.
    is_automatic: Option<bool>,
    next: usize,
}

impl AutoNumber {
    /// The positional argument that a first part means; `None` for a name.
    ///
    /// # Errors
    /// `ValueError` for a format that mixes automatic and manual numbers.
    pub fn position(&mut self, first: &First) -> Result<Option<usize>, FormatError> {
        let is_auto = match first {
            First::Name(_) => return Ok(None),
            First::Auto => true,
            First::Index(_) => false,
        };
        match (*self.is_automatic.get_or_insert(is_auto), first) {
            (false, First::Auto) => {
                Err(FormatError::value("cannot switch from manual field specification to automatic field numbering"))
            }
            (true, First::Index(_)) => {
                Err(FormatError::value("cannot switch from automatic field numbering to manual field specification"))
            }
            (_, First::Index(index)) => Ok(Some(*index)),
            _ => {
                self.next += 1;
                Ok(Some(self.next - 1))
            }
        }
    }
}

#[cfg(test)]
mod tests;
