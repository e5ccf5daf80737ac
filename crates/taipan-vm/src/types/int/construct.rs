//! `int(...)` and `bool(...)`: construction from numbers, text and bytes.

use taipan_text::int_text::{self, ParseIntError};

use crate::args::Args;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::types::Builtin;
use crate::types::bytearray::ByteArray;
use crate::types::bytes::Bytes;
use crate::types::int::{Int, Number};
use crate::types::str::Str;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

/// `int.__new__`.
pub fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("int(x=0, /, base=10)");
    let shape = class.get(vm).root_shape;
    if args.len() > 2 {
        let given = args.len();
        return Err(vm.raise(Exc::TypeError, format!("int expected at most 2 arguments, got {given}")));
    }
    let [x, base] = args.bind(vm, &SIGNATURE, |_, args| Ok(args.all::<2>()))?;
    let result = match (x.given(), base.given()) {
        (None, Some(_)) => return Err(vm.raise(Exc::TypeError, "int() missing string argument")),
        (None, None) => Value::int(0),
        (Some(x), None) => to_int(vm, x)?,
        (Some(x), Some(base)) => with_base(vm, x, base)?,
    };
    with_shape(vm, result, shape)
}

/// The number of an int as an instance of the class with that shape.
fn with_shape(vm: &mut Vm, int: Value, shape: u32) -> Result<Value, Raised> {
    if shape == Builtin::Int as u32 {
        return Ok(int);
    }
    let (negative, limbs) = match vm.as_number(int) {
        Some(Number::Small(i)) => (i < 0, vec![i.unsigned_abs()]),
        Some(Number::Big(big)) => {
            let (negative, limbs) = taipan_text::int_math::as_limbs(&big);
            (negative, limbs.to_vec())
        }
        None => (false, Vec::new()),
    };
    Ok(Int::from_limbs(vm, shape, negative, &limbs)?.value())
}

fn with_base(vm: &mut Vm, x: Value, base: Value) -> Result<Value, Raised> {
    let base = vm.index(base)?;
    let base = vm.as_i64(base).unwrap_or(-1);
    if base != 0 && !(2..=36).contains(&base) {
        return Err(vm.raise(Exc::ValueError, "int() base must be >= 2 and <= 36, or 0"));
    }
    match parse_text(vm, x, base)? {
        Some(result) => Ok(result),
        None => Err(vm.raise(Exc::TypeError, "int() can't convert non-string with explicit base")),
    }
}

/// Refuses a text of so many bytes when there is no room for its number and what the algorithms need.
fn check_text(vm: &mut Vm, bytes: usize) -> Result<(), Raised> {
    if bytes < 128 << 10 { Ok(()) } else { vm.check_native_bytes(bytes.saturating_mul(super::arithmetic::PRODUCT)) }
}

/// The int of a str, bytes or bytearray; `None` for other types.
fn parse_text(vm: &mut Vm, x: Value, base: i64) -> Result<Option<Value>, Raised> {
    let limit = vm.interp().int_max_str_digits;
    let parsed = if let Some(text) = x.downcast::<Str>(vm) {
        check_text(vm, text.get(vm).bytes().len())?;
        int_text::parse_int(text.get(vm).text(), base, limit)
    } else if let Some(bytes) = x.downcast::<Bytes>(vm) {
        check_text(vm, bytes.get(vm).bytes().len())?;
        int_text::parse_int_bytes(bytes.get(vm).bytes(), base, limit)
    } else if x.downcast::<ByteArray>(vm).is_some() {
        let bytes = vm.bytes_of(x)?;
        int_text::parse_int_bytes(&bytes, base, limit)
    } else {
        return Ok(None);
    };
    parsed_int(vm, x, base, parsed).map(Some)
}

fn parsed_int(
    vm: &mut Vm,
    x: Value,
    base: i64,
    parsed: Result<dashu_int::IBig, ParseIntError>,
) -> Result<Value, Raised> {
    match parsed {
        Ok(big) => vm.new_big_int(&big),
        Err(error) => {
            // Only one message shows what was refused, which may be long.
            let repr = if error == ParseIntError::Invalid { vm.repr_string(x)? } else { String::new() };
            Err(vm.raise(Exc::ValueError, error.message(base, &repr)))
        }
    }
}

/// `int(x)`: `__int__`, `__index__`, `__trunc__`, or the text of a number. Always an exact int.
pub fn to_int(vm: &mut Vm, x: Value) -> Result<Value, Raised> {
    if x.is_small_int() || x.exact::<Int>().is_some() {
        return Ok(x);
    }
    if let Some(int) = vm.slots(x).int {
        let result = int(vm, x)?;
        if !vm.is_int(result) {
            let got = vm.type_name(result);
            return Err(vm.raise(Exc::TypeError, format!("__int__ returned non-int (type {got})")));
        }
        if !result.is_small_int() && result.exact::<Int>().is_none() {
            vm.warn_strict_subclass("__int__", "int", result)?;
        }
        return vm.plain_int(result);
    }
    if vm.slots(x).index.is_some() {
        let index = vm.index(x)?;
        return vm.plain_int(index);
    }
    if let Some(result) = parse_text(vm, x, 10)? {
        return Ok(result);
    }
    if vm.slots(x).get_buffer.is_some() {
        let result = vm.bytes_of(x);
        if let Some(bytes) = vm.catch(result, Exc::Exception)? {
            let limit = vm.interp().int_max_str_digits;
            let parsed = int_text::parse_int_bytes(&bytes, 10, limit);
            return parsed_int(vm, x, 10, parsed);
        }
    }
    let got = vm.type_name(x);
    Err(vm.raise(
        Exc::TypeError,
        format!("int() argument must be a string, a bytes-like object or a real number, not '{got}'"),
    ))
}

/// `bool.__new__`.
pub fn new_bool(vm: &mut Vm, _: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "bool", 0, 1)?;
    match args.opt(0) {
        Some(x) => Ok(Value::bool(vm.is_true(x)?)),
        None => Ok(Value::FALSE),
    }
}

/// The bytes of `int.from_bytes`: what `bytes(source)` gives, `__bytes__` first.
pub fn bytes_argument(vm: &mut Vm, source: Value) -> Result<Vec<u8>, Raised> {
    if let Some(bytes) = source.downcast::<Bytes>(vm) {
        return Ok(bytes.get(vm).bytes().to_vec());
    }
    if let Some(result) = vm.call_special(source, name::BYTES, &[])? {
        return match result.downcast::<Bytes>(vm) {
            Some(bytes) => Ok(bytes.get(vm).bytes().to_vec()),
            None => {
                let got = vm.type_name(result);
                Err(vm.raise(Exc::TypeError, format!("__bytes__ returned non-bytes (type {got})")))
            }
        };
    }
    if vm.slots(source).get_buffer.is_some() {
        return vm.strided_bytes_of(source);
    }
    if source.downcast::<Str>(vm).is_some() || vm.slots(source).iter.is_none() {
        let got = vm.type_name(source);
        return Err(vm.raise(Exc::TypeError, format!("cannot convert '{got}' object to bytes")));
    }
    let iterator = vm.iter(source)?;
    let mut bytes = Vec::new();
    while let Some(item) = vm.next(iterator)? {
        let byte = vm.index(item)?;
        match vm.as_i64(byte).map(u8::try_from) {
            Some(Ok(byte)) => bytes.push(byte),
            _ => return Err(vm.raise(Exc::ValueError, "bytes must be in range(0, 256)")),
        }
        vm.check_native_bytes(bytes.len())?;
    }
    Ok(bytes)
}
