//! Items of memoryviews: native machine values of one format character to and from Python values.

use crate::raise::{Exc, Raised};
use crate::types::bytes::Bytes;
use crate::value::Value;
use crate::vm::Vm;

/// The format character of a native single character format with an optional `@`.
pub fn native_code(format: &str) -> Option<u8> {
    let code = match format.as_bytes() {
        [code] | [b'@', code] => *code,
        _ => return None,
    };
    size(code).map(|_| code)
}

/// Bytes of an item, `None` for a character that is no native format.
pub const fn size(code: u8) -> Option<usize> {
    Some(match code {
        b'c' | b'b' | b'B' | b'?' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' | b'q' | b'Q' | b'n' | b'N' | b'd' | b'P' => 8,
        _ => return None,
    })
}

fn padded<const N: usize>(bytes: &[u8]) -> [u8; N] {
    std::array::from_fn(|i| bytes.get(i).copied().unwrap_or(0))
}

/// The value of an item.
pub fn decode(vm: &mut Vm, code: u8, bytes: &[u8]) -> Result<Value, Raised> {
    let byte = bytes.first().copied().unwrap_or(0);
    match code {
        b'B' => Ok(Value::int32(byte.into())),
        b'b' => Ok(Value::int32((byte as i8).into())),
        b'c' => vm.new_bytes(&[byte]),
        b'?' => Ok(Value::bool(byte != 0)),
        b'h' => Ok(Value::int32(i16::from_ne_bytes(padded(bytes)).into())),
        b'H' => Ok(Value::int32(u16::from_ne_bytes(padded(bytes)).into())),
        b'i' => Ok(Value::int32(i32::from_ne_bytes(padded(bytes)))),
        b'I' => vm.new_uint(u32::from_ne_bytes(padded(bytes)).into()),
        b'l' | b'q' | b'n' => vm.new_int(i64::from_ne_bytes(padded(bytes))),
        b'e' => vm.new_float(half_to_f64(u16::from_ne_bytes(padded(bytes)))),
        b'f' => vm.new_float(f32::from_ne_bytes(padded(bytes)).into()),
        b'd' => vm.new_float(f64::from_ne_bytes(padded(bytes))),
        _ => vm.new_uint(u64::from_ne_bytes(padded(bytes))),
    }
}

/// The value of a half-precision float.
pub fn half_to_f64(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    match exponent {
        0 => sign * fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN.copysign(sign),
        _ => sign * (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
    }
}

/// The half-precision float nearest to a number, ties to even; `None` when it is too large.
pub fn half_from_f64(value: f64) -> Option<u16> {
    let sign = if value.is_sign_negative() { 0x8000 } else { 0 };
    if value.is_nan() {
        return Some(sign | 0x7e00);
    }
    let magnitude = value.abs();
    if magnitude.is_infinite() {
        return Some(sign | 0x7c00);
    }
    // Exact in steps of the smallest half at this magnitude: the product is a power of two away from the value.
    let exponent = if magnitude < 2f64.powi(-14) { -14 } else { (magnitude.to_bits() >> 52) as i32 - 1023 };
    if exponent > 15 {
        return None;
    }
    let mut units = (magnitude * 2f64.powi(10 - exponent)).round_ties_even() as u32;
    let mut biased = (exponent + 15) as u32;
    if units >= 2048 {
        units /= 2;
        biased += 1;
    }
    if biased > 30 {
        return None;
    }
    let bits = if units < 1024 { units } else { biased << 10 | (units - 1024) };
    Some(sign | bits as u16)
}

fn raise_type(vm: &mut Vm, code: u8) -> Raised {
    vm.raise(Exc::TypeError, format!("memoryview: invalid type for format '{}'", code as char))
}

fn raise_value(vm: &mut Vm, code: u8) -> Raised {
    vm.raise(Exc::ValueError, format!("memoryview: invalid value for format '{}'", code as char))
}

/// The bytes of an item.
///
/// # Errors
/// TypeError and ValueError that name the format.
pub fn encode(vm: &mut Vm, code: u8, value: Value) -> Result<Vec<u8>, Raised> {
    match code {
        b'?' => Ok(vec![u8::from(vm.is_true(value)?)]),
        b'c' => match value.downcast::<Bytes>(vm).map(|bytes| bytes.get(vm).bytes().to_vec()) {
            None => Err(raise_type(vm, code)),
            Some(bytes) if bytes.len() == 1 => Ok(bytes),
            Some(_) => Err(raise_value(vm, code)),
        },
        b'e' | b'f' | b'd' => {
            let result = vm.to_f64(value);
            let Some(number) = vm.catch(result, Exc::TypeError)? else { return Err(raise_type(vm, code)) };
            match code {
                b'd' => Ok(number.to_ne_bytes().to_vec()),
                b'f' => Ok((number as f32).to_ne_bytes().to_vec()),
                _ => match half_from_f64(number) {
                    Some(bits) => Ok(bits.to_ne_bytes().to_vec()),
                    None => Err(vm.raise(Exc::OverflowError, "float too large to pack with e format")),
                },
            }
        }
        _ => encode_int(vm, code, value),
    }
}

fn encode_int(vm: &mut Vm, code: u8, value: Value) -> Result<Vec<u8>, Raised> {
    let result = vm.index(value);
    let Some(index) = vm.catch(result, Exc::TypeError)? else { return Err(raise_type(vm, code)) };
    let number: Option<i128> = match vm.as_i64(index) {
        Some(small) => Some(small.into()),
        None => vm.as_big(index).and_then(|big| i128::try_from(&big).ok()),
    };
    let Some(number) = number else { return Err(raise_value(vm, code)) };
    let bytes = match code {
        b'b' => i8::try_from(number).map(|n| n.to_ne_bytes().to_vec()),
        b'B' => u8::try_from(number).map(|n| n.to_ne_bytes().to_vec()),
        b'h' => i16::try_from(number).map(|n| n.to_ne_bytes().to_vec()),
        b'H' => u16::try_from(number).map(|n| n.to_ne_bytes().to_vec()),
        b'i' => i32::try_from(number).map(|n| n.to_ne_bytes().to_vec()),
        b'I' => u32::try_from(number).map(|n| n.to_ne_bytes().to_vec()),
        b'l' | b'q' | b'n' => i64::try_from(number).map(|n| n.to_ne_bytes().to_vec()),
        _ => u64::try_from(number).map(|n| n.to_ne_bytes().to_vec()),
    };
    bytes.map_err(|_| raise_value(vm, code))
}
