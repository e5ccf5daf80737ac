//! The items of arrays: machine values of one type code to and from Python values.

use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// Bytes of an item of a type code.
pub const fn size(typecode: u8) -> usize {
    match typecode {
        b'b' | b'B' => 1,
        b'h' | b'H' => 2,
        b'u' | b'w' | b'i' | b'I' | b'f' => 4,
        _ => 8,
    }
}

/// Whether items are characters.
pub const fn is_text(typecode: u8) -> bool {
    matches!(typecode, b'u' | b'w')
}

/// The value of an item, whose bytes come first.
pub fn decode(vm: &mut Vm, typecode: u8, bytes: [u8; 8]) -> Result<Value, Raised> {
    let [a, b, c, d, ..] = bytes;
    let (two, four) = ([a, b], [a, b, c, d]);
    match typecode {
        b'b' => Ok(Value::int32(i32::from(a as i8))),
        b'B' => Ok(Value::int32(i32::from(a))),
        b'h' => Ok(Value::int32(i32::from(i16::from_ne_bytes(two)))),
        b'H' => Ok(Value::int32(i32::from(u16::from_ne_bytes(two)))),
        b'i' => Ok(Value::int32(i32::from_ne_bytes(four))),
        b'I' => vm.new_uint(u64::from(u32::from_ne_bytes(four))),
        b'l' | b'q' => vm.new_int(i64::from_ne_bytes(bytes)),
        b'L' | b'Q' => vm.new_uint(u64::from_ne_bytes(bytes)),
        b'f' => vm.new_float(f64::from(f32::from_ne_bytes(four))),
        b'd' => vm.new_float(f64::from_ne_bytes(bytes)),
        _ => {
            let point = u32::from_ne_bytes(four);
            if point > 0x10_FFFF {
                let message = format!("character U+{point:x} is not in range [U+0000; U+10ffff]");
                return Err(vm.raise(Exc::ValueError, message));
            }
            Ok(Str::from_char(vm, point)?.value())
        }
    }
}

/// The bytes of an item, at the start of the result.
///
/// # Errors
/// TypeError for a value of the wrong type, OverflowError for a number out of range.
pub fn encode(vm: &mut Vm, typecode: u8, value: Value) -> Result<[u8; 8], Raised> {
    match typecode {
        b'f' => {
            let float = vm.to_f64(value)? as f32;
            Ok(widen(&float.to_ne_bytes()))
        }
        b'd' => Ok(vm.to_f64(value)?.to_ne_bytes()),
        b'u' | b'w' => encode_char(vm, value),
        b'I' | b'L' | b'Q' => encode_unsigned(vm, typecode, value),
        _ => encode_signed(vm, typecode, value),
    }
}

fn widen(bytes: &[u8]) -> [u8; 8] {
    let mut wide = [0; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    wide
}

fn encode_char(vm: &mut Vm, value: Value) -> Result<[u8; 8], Raised> {
    let Some(text) = value.downcast::<Str>(vm) else {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("array item must be a unicode character, not {got}")));
    };
    let n = text.get(vm).len();
    match text.get(vm).text().iter().next() {
        Some(point) if n == 1 => Ok(widen(&point.to_ne_bytes())),
        _ => {
            let message = format!("array item must be a unicode character, not a string of length {n}");
            Err(vm.raise(Exc::TypeError, message))
        }
    }
}

fn encode_signed(vm: &mut Vm, typecode: u8, value: Value) -> Result<[u8; 8], Raised> {
    let index = vm.index(value)?;
    let Some(i) = vm.as_i64(index) else {
        let message =
            if typecode == b'q' { "int too big to convert" } else { "Python int too large to convert to C long" };
        return Err(vm.raise(Exc::OverflowError, message));
    };
    // The range of the C type the argument passes through, then that of the item.
    let steps: &[(i64, i64, &str)] = match typecode {
        b'b' => &[(-0x8000, 0x7FFF, "signed short integer"), (-0x80, 0x7F, "signed char")],
        b'B' => &[(0, 0xFF, "unsigned byte integer")],
        b'h' => &[(-0x8000, 0x7FFF, "signed short integer")],
        b'H' => &[(i32::MIN as i64, i32::MAX as i64, "signed integer"), (0, 0xFFFF, "unsigned short")],
        b'i' => &[(i32::MIN as i64, i32::MAX as i64, "signed integer")],
        _ => &[],
    };
    for (min, max, what) in steps {
        let problem = if i < *min {
            "less than minimum"
        } else if i > *max {
            "greater than maximum"
        } else {
            continue;
        };
        return Err(vm.raise(Exc::OverflowError, format!("{what} is {problem}")));
    }
    Ok(match size(typecode) {
        1 => widen(&(i as u8).to_ne_bytes()),
        2 => widen(&(i as u16).to_ne_bytes()),
        4 => widen(&(i as u32).to_ne_bytes()),
        _ => i.to_ne_bytes(),
    })
}

fn encode_unsigned(vm: &mut Vm, typecode: u8, value: Value) -> Result<[u8; 8], Raised> {
    let index = vm.index(value)?;
    let number = vm.as_big(index).unwrap_or_default();
    let negative = number.sign() == dashu_int::Sign::Negative;
    let message = match (u64::try_from(&number), typecode) {
        (Ok(u), b'I') if u > u64::from(u32::MAX) => "unsigned int is greater than maximum",
        (Ok(u), b'I') => return Ok(widen(&(u as u32).to_ne_bytes())),
        (Ok(u), _) => return Ok(u.to_ne_bytes()),
        (Err(_), b'Q') if negative => "can't convert negative int to unsigned",
        (Err(_), b'Q') => "int too big to convert",
        (Err(_), _) if negative => "can't convert negative value to unsigned int",
        (Err(_), _) => "Python int too large to convert to C unsigned long",
    };
    Err(vm.raise(Exc::OverflowError, message))
}
