//! Values to bytes and back, one item of a format at a time.

use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::bytes::contents::{contents, has_contents};
use taipan_vm::types::complex::Complex;
use taipan_vm::types::memoryview::item::{half_from_f64, half_to_f64};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::ERROR;
use super::format::Group;

/// Puts the bytes of a number, given in little-endian order, into their place.
fn place(target: &mut [u8], little: &[u8], big_endian: bool) {
    for (i, byte) in target.iter_mut().enumerate() {
        let from = if big_endian { little.len() - 1 - i } else { i };
        *byte = little[from];
    }
}

fn little<const N: usize>(source: &[u8], big_endian: bool) -> [u8; N] {
    let mut bytes = [0; N];
    for (i, byte) in source.iter().take(N).enumerate() {
        bytes[if big_endian { source.len() - 1 - i } else { i }] = *byte;
    }
    bytes
}

/// Writes one value; `target` has the size of the item.
pub fn pack(vm: &mut Vm, group: Group, big_endian: bool, value: Value, target: &mut [u8]) -> Result<(), Raised> {
    match group.code {
        b'c' => match value.downcast::<Bytes>(vm).map(|bytes| bytes.get(vm).bytes()) {
            Some([byte]) => target[0] = *byte,
            _ => return Err(ERROR.raise(vm, "char format requires a bytes object of length 1")),
        },
        b'?' => target[0] = u8::from(vm.is_true(value)?),
        b's' | b'p' => {
            if !has_contents(vm, value) {
                let message = format!("argument for '{}' must be a bytes object", group.code as char);
                return Err(ERROR.raise(vm, &message));
            }
            let bytes = contents(vm, value);
            if group.code == b's' {
                let n = bytes.len().min(target.len());
                target[..n].copy_from_slice(&bytes[..n]);
            } else if let Some((first, rest)) = target.split_first_mut() {
                let n = bytes.len().min(rest.len());
                rest[..n].copy_from_slice(&bytes[..n]);
                *first = n.min(255) as u8;
            }
        }
        b'e' | b'f' | b'd' => {
            let number = float(vm, value)?;
            pack_float(vm, group.code, number, big_endian, target)?;
        }
        b'F' | b'D' => {
            let result = vm.to_complex(value);
            let Some((real, imaginary)) = vm.catch(result, Exc::TypeError)? else {
                return Err(ERROR.raise(vm, "required argument is not a complex"));
            };
            let (code, half) = (if group.code == b'F' { b'f' } else { b'd' }, group.size / 2);
            pack_float(vm, code, real, big_endian, &mut target[..half])?;
            pack_float(vm, code, imaginary, big_endian, &mut target[half..])?;
        }
        _ => pack_int(vm, group, big_endian, value, target)?,
    }
    Ok(())
}

fn float(vm: &mut Vm, value: Value) -> Result<f64, Raised> {
    let result = vm.to_f64(value);
    match vm.catch(result, Exc::TypeError)? {
        Some(number) => Ok(number),
        None => Err(ERROR.raise(vm, "required argument is not a float")),
    }
}

fn pack_float(vm: &mut Vm, code: u8, number: f64, big_endian: bool, target: &mut [u8]) -> Result<(), Raised> {
    let too_large =
        |vm: &mut Vm| vm.raise(Exc::OverflowError, format!("float too large to pack with {} format", code as char));
    match code {
        b'd' => place(target, &number.to_le_bytes(), big_endian),
        b'f' => {
            let single = number as f32;
            if single.is_infinite() && number.is_finite() {
                return Err(too_large(vm));
            }
            place(target, &single.to_le_bytes(), big_endian);
        }
        _ => match half_from_f64(number) {
            Some(bits) => place(target, &bits.to_le_bytes(), big_endian),
            None => return Err(too_large(vm)),
        },
    }
    Ok(())
}

fn is_signed(code: u8) -> bool {
    matches!(code, b'b' | b'h' | b'i' | b'l' | b'q' | b'n')
}

fn pack_int(vm: &mut Vm, group: Group, big_endian: bool, value: Value, target: &mut [u8]) -> Result<(), Raised> {
    if !vm.is_int(value) && vm.slots(value).index.is_none() {
        return Err(ERROR.raise(vm, "required argument is not an integer"));
    }
    let index = vm.index(value)?;
    let number: Option<i128> = match vm.as_i64(index) {
        Some(small) => Some(small.into()),
        None => vm.as_big(index).and_then(|big| i128::try_from(&big).ok()),
    };
    let bits = group.size as u32 * 8;
    let (min, max) = match group.code {
        b'P' => (i128::from(i64::MIN), i128::from(u64::MAX)),
        code if is_signed(code) => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
        _ => (0, (1i128 << bits) - 1),
    };
    match number.filter(|number| (min..=max).contains(number)) {
        Some(number) => {
            place(target, &number.to_le_bytes()[..group.size], big_endian);
            Ok(())
        }
        None if group.code == b'P' => Err(vm.raise(Exc::OverflowError, "int too big to convert")),
        None => {
            let message = format!("'{}' format requires {min} <= number <= {max}", group.code as char);
            Err(ERROR.raise(vm, &message))
        }
    }
}

/// Reads one value of the size of the item.
pub fn unpack(vm: &mut Vm, group: Group, big_endian: bool, source: &[u8]) -> Result<Value, Raised> {
    match group.code {
        b'c' | b's' => vm.new_bytes(source),
        b'p' => {
            let n = usize::from(source.first().copied().unwrap_or(0)).min(source.len().saturating_sub(1));
            vm.new_bytes(source.get(1..1 + n).unwrap_or(&[]))
        }
        b'?' => Ok(Value::bool(source.iter().any(|byte| *byte != 0))),
        b'e' => vm.new_float(half_to_f64(u16::from_le_bytes(little(source, big_endian)))),
        b'f' => vm.new_float(f32::from_le_bytes(little(source, big_endian)).into()),
        b'd' => vm.new_float(f64::from_le_bytes(little(source, big_endian))),
        b'F' | b'D' => {
            let (real, imaginary) = source.split_at(source.len() / 2);
            let part = |bytes: &[u8]| match group.code {
                b'F' => f64::from(f32::from_le_bytes(little(bytes, big_endian))),
                _ => f64::from_le_bytes(little(bytes, big_endian)),
            };
            Ok(Complex::new(vm, part(real), part(imaginary))?.value())
        }
        code => {
            let unsigned = u64::from_le_bytes(little(source, big_endian));
            if is_signed(code) {
                let shift = 64 - source.len() as u32 * 8;
                vm.new_int((unsigned << shift) as i64 >> shift)
            } else {
                vm.new_uint(unsigned)
            }
        }
    }
}
