//! Hexadecimal text of bytes and back: `hex`, `fromhex`.

use crate::raise::{Exc, Raised};
use crate::types::bytes::Bytes;
use crate::types::bytes::contents::check_length;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The lower-case digits of bytes, with a separator between groups if one is given.
///
/// # Errors
/// TypeError and ValueError for a separator that is not one ASCII character; MemoryError.
pub fn hex_digits(vm: &mut Vm, bytes: &[u8], sep: Value, per_sep: Value) -> Result<Vec<u8>, Raised> {
    let group = match per_sep.given() {
        Some(group) => i64::from(vm.index_i32(group)?),
        None => 1,
    };
    let sep = match sep.given() {
        Some(sep) => Some(separator(vm, sep)?),
        None => None,
    };
    check_length(vm, bytes.len().saturating_mul(3))?;
    let size = group.unsigned_abs() as usize;
    let mut out = Vec::with_capacity(bytes.len() * 2);
    for (i, byte) in bytes.iter().enumerate() {
        if let Some(sep) = sep
            && size > 0
            && i > 0
        {
            let at = if group > 0 { bytes.len() - i } else { i };
            if at % size == 0 {
                out.push(sep);
            }
        }
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
    Ok(out)
}

fn separator(vm: &mut Vm, sep: Value) -> Result<u8, Raised> {
    if vm.length(sep)? != 1 {
        return Err(vm.raise(Exc::ValueError, "sep must be length 1."));
    }
    let point = if let Some(text) = sep.downcast::<Str>(vm) {
        text.get(vm).text().get(0).unwrap_or(0)
    } else if let Some(bytes) = sep.downcast::<Bytes>(vm) {
        u32::from(bytes.get(vm).bytes().first().copied().unwrap_or(0))
    } else {
        return Err(vm.raise(Exc::TypeError, "sep must be str or bytes."));
    };
    match u8::try_from(point) {
        Ok(byte) if byte < 128 => Ok(byte),
        _ => Err(vm.raise(Exc::ValueError, "sep must be ASCII.")),
    }
}

/// `hex(sep, bytes_per_sep)` as a str.
pub fn hex_text(vm: &mut Vm, bytes: &[u8], sep: Value, per_sep: Value) -> Result<Value, Raised> {
    let digits = hex_digits(vm, bytes, sep, per_sep)?;
    Ok(Str::from_ascii(vm, &digits)?.value())
}

/// The value of a hexadecimal digit.
pub fn digit(byte: u8) -> Option<u8> {
    (byte as char).to_digit(16).map(|digit| digit as u8)
}

/// The bytes of a text of hexadecimal digit pairs, with ASCII whitespace between pairs allowed.
///
/// # Errors
/// TypeError for neither str nor bytes-like, ValueError with the position of what is no digit.
pub fn parse(vm: &mut Vm, value: Value) -> Result<Vec<u8>, Raised> {
    let text: Vec<u8> = if let Some(text) = value.downcast::<Str>(vm) {
        // What is not ASCII is no digit: any such byte gives the same error at the same place.
        text.get(vm).text().iter().map(|point| u8::try_from(point).unwrap_or(0xff)).collect()
    } else if vm.slots(value).get_buffer.is_some() {
        vm.bytes_of(value)?
    } else {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("fromhex() argument must be str or bytes-like, not {got}")));
    };
    let mut out = Vec::with_capacity(text.len() / 2);
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if matches!(byte, b' ' | 9..=13) {
            at += 1;
            continue;
        }
        let bad = match (digit(byte), text.get(at + 1).copied()) {
            (None, _) => at,
            (Some(_), None) => {
                let message = "fromhex() arg must contain an even number of hexadecimal digits";
                return Err(vm.raise(Exc::ValueError, message));
            }
            (Some(high), Some(low)) => match digit(low) {
                Some(low) => {
                    out.push(high << 4 | low);
                    at += 2;
                    continue;
                }
                None => at + 1,
            },
        };
        let message = format!("non-hexadecimal number found in fromhex() arg at position {bad}");
        return Err(vm.raise(Exc::ValueError, message));
    }
    Ok(out)
}
