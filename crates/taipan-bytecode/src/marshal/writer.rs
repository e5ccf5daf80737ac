//! Writes marshalled bytes piece by piece; the caller walks its values and numbers its references.

use std::fmt;

use dashu_int::{IBig, Sign};

use super::FLAG_REF;
use crate::marshal::CodeHead;
use crate::wtf8::Wtf8Buf;

/// Something cannot be marshalled; CPython's messages, all `ValueError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteError {
    /// "unmarshallable object"
    Unmarshallable,
    /// "object too deeply nested to marshal"
    TooDeep,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WriteError::Unmarshallable => "unmarshallable object",
            WriteError::TooDeep => "object too deeply nested to marshal",
        })
    }
}

impl std::error::Error for WriteError {}

/// Bytes under construction.
///
/// `flagged` says that the object gets the next reference number; the caller passes it only from version 3 on.
#[derive(Clone, Debug)]
pub struct Writer {
    bytes: Vec<u8>,
    version: u32,
}

impl Writer {
    pub fn new(version: u32) -> Self {
        Writer { bytes: Vec::new(), version }
    }

    /// The version written.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Whether this version has references.
    pub fn has_refs(&self) -> bool {
        self.version >= 3
    }

    /// What was written.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn kind(&mut self, kind: u8, flagged: bool) {
        self.bytes.push(kind | if flagged { FLAG_REF } else { 0 });
    }

    fn long(&mut self, value: i32) {
        self.bytes.extend(value.to_le_bytes());
    }

    fn size(&mut self, count: usize) -> Result<(), WriteError> {
        self.long(i32::try_from(count).map_err(|_| WriteError::Unmarshallable)?);
        Ok(())
    }

    /// The object that ends a dict.
    pub fn null(&mut self) {
        self.kind(b'0', false);
    }

    pub fn none(&mut self) {
        self.kind(b'N', false);
    }

    pub fn bool(&mut self, value: bool) {
        self.kind(if value { b'T' } else { b'F' }, false);
    }

    pub fn ellipsis(&mut self) {
        self.kind(b'.', false);
    }

    pub fn stop_iteration(&mut self) {
        self.kind(b'S', false);
    }

    /// What stands for an object that cannot be marshalled.
    pub fn unknown(&mut self) {
        self.kind(b'?', false);
    }

    /// A reference to an earlier flagged object.
    pub fn reference(&mut self, index: u32) {
        self.kind(b'r', false);
        self.bytes.extend(index.to_le_bytes());
    }

    /// # Errors
    /// [`WriteError::Unmarshallable`] for more than 2^31 digits.
    pub fn int(&mut self, value: &IBig, flagged: bool) -> Result<(), WriteError> {
        if let Ok(small) = i32::try_from(value) {
            self.kind(b'i', flagged);
            self.long(small);
            return Ok(());
        }
        let (sign, magnitude) = value.clone().into_parts();
        let mut digits: Vec<u16> = Vec::new();
        let (mut pending, mut bits) = (0u32, 0);
        for &byte in &magnitude.to_le_bytes() {
            pending |= u32::from(byte) << bits;
            bits += 8;
            if bits >= 15 {
                digits.push((pending & 0x7FFF) as u16);
                pending >>= 15;
                bits -= 15;
            }
        }
        digits.push(pending as u16);
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let count = i32::try_from(digits.len()).map_err(|_| WriteError::Unmarshallable)?;
        self.kind(b'l', flagged);
        self.long(if sign == Sign::Negative { -count } else { count });
        self.bytes.extend(digits.iter().flat_map(|digit| digit.to_le_bytes()));
        Ok(())
    }

    pub fn float(&mut self, value: f64, flagged: bool) {
        if self.version > 1 {
            self.kind(b'g', flagged);
            self.bytes.extend(value.to_le_bytes());
        } else {
            self.kind(b'f', flagged);
            self.float_text(value);
        }
    }

    pub fn complex(&mut self, real: f64, imag: f64, flagged: bool) {
        if self.version > 1 {
            self.kind(b'y', flagged);
            self.bytes.extend(real.to_le_bytes());
            self.bytes.extend(imag.to_le_bytes());
        } else {
            self.kind(b'x', flagged);
            self.float_text(real);
            self.float_text(imag);
        }
    }

    fn float_text(&mut self, value: f64) {
        let text = format_g17(value);
        self.bytes.push(text.len() as u8);
        self.bytes.extend(text.bytes());
    }

    /// # Errors
    /// [`WriteError::Unmarshallable`] from 2^31 bytes on.
    pub fn bytes(&mut self, value: &[u8], flagged: bool) -> Result<(), WriteError> {
        self.kind(b's', flagged);
        self.size(value.len())?;
        self.bytes.extend(value);
        Ok(())
    }

    /// # Errors
    /// [`WriteError::Unmarshallable`] from 2^31 bytes on.
    pub fn str(&mut self, text: &Wtf8Buf, interned: bool, flagged: bool) -> Result<(), WriteError> {
        let bytes = text.as_bytes();
        if self.version >= 4 && text.is_ascii() {
            if let Ok(count) = u8::try_from(bytes.len()) {
                self.kind(if interned { b'Z' } else { b'z' }, flagged);
                self.bytes.push(count);
            } else {
                self.kind(if interned { b'A' } else { b'a' }, flagged);
                self.size(bytes.len())?;
            }
        } else {
            self.kind(if interned && self.version >= 3 { b't' } else { b'u' }, flagged);
            self.size(bytes.len())?;
        }
        self.bytes.extend(bytes);
        Ok(())
    }

    /// Begins a tuple; `len` objects follow.
    ///
    /// # Errors
    /// [`WriteError::Unmarshallable`] from 2^31 items on.
    pub fn tuple(&mut self, len: usize, flagged: bool) -> Result<(), WriteError> {
        match u8::try_from(len) {
            Ok(len) if self.version >= 4 => {
                self.kind(b')', flagged);
                self.bytes.push(len);
                Ok(())
            }
            _ => {
                self.kind(b'(', flagged);
                self.size(len)
            }
        }
    }

    /// Begins a list; `len` objects follow.
    ///
    /// # Errors
    /// As [`Writer::tuple`].
    pub fn list(&mut self, len: usize, flagged: bool) -> Result<(), WriteError> {
        self.kind(b'[', flagged);
        self.size(len)
    }

    /// Begins a set or frozenset; `len` objects follow, which CPython sorts by their marshalled form.
    ///
    /// # Errors
    /// As [`Writer::tuple`].
    pub fn set(&mut self, frozen: bool, len: usize, flagged: bool) -> Result<(), WriteError> {
        self.kind(if frozen { b'>' } else { b'<' }, flagged);
        self.size(len)
    }

    /// Begins a dict; keys and values follow, then [`Writer::null`].
    pub fn dict(&mut self, flagged: bool) {
        self.kind(b'{', flagged);
    }

    /// Begins a slice; start, stop and step follow.
    ///
    /// # Errors
    /// [`WriteError::Unmarshallable`] before version 5.
    pub fn slice(&mut self, flagged: bool) -> Result<(), WriteError> {
        if self.version < 5 {
            self.unknown();
            return Err(WriteError::Unmarshallable);
        }
        self.kind(b':', flagged);
        Ok(())
    }

    /// Begins a code object; code, constants, names, names and kinds of locals, file name, name and qualified name
    /// follow, then [`Writer::firstlineno`], line table and exception table.
    pub fn code(&mut self, head: CodeHead, flagged: bool) {
        self.kind(b'c', flagged);
        for number in [head.argcount, head.posonlyargcount, head.kwonlyargcount, head.stacksize, head.flags] {
            self.long(number);
        }
    }

    /// See [`Writer::code`].
    pub fn firstlineno(&mut self, line: i32) {
        self.long(line);
    }
}

/// C's `%.17g`.
fn format_g17(value: f64) -> String {
    if value.is_nan() {
        return "nan".into();
    }
    if value.is_infinite() {
        return if value < 0.0 { "-inf" } else { "inf" }.into();
    }
    let scientific = format!("{value:.16e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trimmed = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if (-4..17).contains(&exponent) {
        trimmed(&format!("{value:.*}", (16 - exponent) as usize))
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}e{sign}{:02}", trimmed(mantissa), exponent.abs())
    }
}
