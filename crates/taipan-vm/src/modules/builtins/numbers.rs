//! Functions of `builtins` about numbers: `abs`, `divmod`, `pow`, `round`, `bin`, `oct`, `hex`, `chr`, `ord`.

use crate::args::Args;
use crate::names::name;
use crate::number::Operator;
use crate::raise::{Exc, Raised};
use crate::types::bytes::Bytes;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

pub(super) fn abs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let value = args.get(0);
    match vm.slots(value).abs {
        Some(abs) => abs(vm, value),
        None => {
            let name = vm.type_name(value);
            Err(vm.raise(Exc::TypeError, format!("bad operand type for abs(): '{name}'")))
        }
    }
}

pub(super) fn divmod(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.binary(Operator::DivMod, args.get(0), args.get(1))
}

pub(super) fn pow(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [base, exponent, modulus] = args.all();
    vm.power(base, exponent, modulus.given().unwrap_or(Value::NONE))
}

pub(super) fn round(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [number, digits] = args.all();
    let result = match digits.not_none() {
        Some(digits) => vm.call_special(number, name::ROUND, &[digits])?,
        None => vm.call_special(number, name::ROUND, &[])?,
    };
    match result {
        Some(result) => Ok(result),
        None => {
            let name = vm.type_name(number);
            Err(vm.raise(Exc::TypeError, format!("type {name} doesn't define __round__ method")))
        }
    }
}

fn in_base(vm: &mut Vm, value: Value, prefix: &str, radix: u8) -> Result<Value, Raised> {
    let index = vm.index(value)?;
    let text = match vm.as_i64(index) {
        Some(i) => {
            let (sign, magnitude) = (if i < 0 { "-" } else { "" }, i.unsigned_abs());
            match radix {
                2 => format!("{sign}{prefix}{magnitude:b}"),
                8 => format!("{sign}{prefix}{magnitude:o}"),
                _ => format!("{sign}{prefix}{magnitude:x}"),
            }
        }
        None => {
            let digits = vm.as_big(index).map(|big| big.in_radix(radix).to_string()).unwrap_or_default();
            match digits.strip_prefix('-') {
                Some(digits) => format!("-{prefix}{digits}"),
                None => format!("{prefix}{digits}"),
            }
        }
    };
    vm.new_str(&text)
}

pub(super) fn bin(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    in_base(vm, args.get(0), "0b", 2)
}

pub(super) fn oct(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    in_base(vm, args.get(0), "0o", 8)
}

pub(super) fn hex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    in_base(vm, args.get(0), "0x", 16)
}

pub(super) fn chr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let index = vm.index(args.get(0))?;
    match vm.as_i64(index) {
        Some(point @ 0..0x11_0000) => Ok(Str::from_char(vm, point as u32)?.value()),
        _ => Err(vm.raise(Exc::ValueError, "chr() arg not in range(0x110000)")),
    }
}

pub(super) fn ord(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let value = args.get(0);
    let length = if let Some(text) = value.downcast::<Str>(vm) {
        let text = text.get(vm).text();
        if let (1, Some(point)) = (text.len(), text.iter().next()) {
            return Ok(Value::int(point as usize));
        }
        text.len()
    } else if value.downcast::<Bytes>(vm).is_some() || vm.type_name(value) == "bytearray" {
        let bytes = vm.bytes_of(value)?;
        if let [byte] = bytes[..] {
            return Ok(Value::int(byte as usize));
        }
        bytes.len()
    } else {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("ord() expected string of length 1, but {got} found")));
    };
    Err(vm.raise(Exc::TypeError, format!("ord() expected a character, but string of length {length} found")))
}
