//! `UnicodeDecodeError`, `UnicodeEncodeError`, `UnicodeTranslateError`: what of which object could not be converted.

use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::slots::{Init, Slots, Unary};
use crate::spec::{BASETYPE, GetSetDef, TypeSpec, getset};
use crate::types::bytes::Bytes;
use crate::types::exceptions::fields::value_field;
use crate::types::exceptions::{BaseException, base, specs};
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// The fields of the three classes; `object` is empty until `__init__` ran.
    pub struct UnicodeFailure : BaseException {
        pub encoding: Option<Value>,
        pub object: Option<Value>,
        pub start: isize,
        pub end: isize,
        pub reason: Option<Value>,
    }
}

fn expect(vm: &Vm, this: Value) -> Gc<UnicodeFailure> {
    this.expect(vm)
}

fn expect_count(vm: &mut Vm, args: Args<'_>, n: usize) -> Result<(), Raised> {
    if args.len() == n {
        return Ok(());
    }
    let given = args.len();
    Err(vm.raise(Exc::TypeError, format!("function takes exactly {n} arguments ({given} given)")))
}

fn expect_text(vm: &mut Vm, args: Args<'_>, i: usize) -> Result<Value, Raised> {
    let value = args.get(i);
    if value.downcast::<Str>(vm).is_some() {
        return Ok(value);
    }
    let got = if value.is_none() { "None".to_owned() } else { vm.type_name(value) };
    Err(vm.raise(Exc::TypeError, format!("argument {} must be str, not {got}", i + 1)))
}

fn init_decode(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    base::init(vm, this, args)?;
    expect_count(vm, args, 5)?;
    let encoding = expect_text(vm, args, 0)?;
    let (start, end) = (vm.index_isize(args.get(2))?, vm.index_isize(args.get(3))?);
    let reason = expect_text(vm, args, 4)?;
    let object = args.get(1);
    let object = if object.downcast::<Bytes>(vm).is_some() {
        object
    } else {
        let bytes = vm.bytes_of(object)?;
        vm.new_bytes(&bytes)?
    };
    fill(vm, this, Some(encoding), object, start, end, reason);
    Ok(())
}

fn init_encode(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    base::init(vm, this, args)?;
    expect_count(vm, args, 5)?;
    let (encoding, object) = (expect_text(vm, args, 0)?, expect_text(vm, args, 1)?);
    let (start, end) = (vm.index_isize(args.get(2))?, vm.index_isize(args.get(3))?);
    let reason = expect_text(vm, args, 4)?;
    fill(vm, this, Some(encoding), object, start, end, reason);
    Ok(())
}

fn init_translate(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    base::init(vm, this, args)?;
    expect_count(vm, args, 4)?;
    let object = expect_text(vm, args, 0)?;
    let (start, end) = (vm.index_isize(args.get(1))?, vm.index_isize(args.get(2))?);
    let reason = expect_text(vm, args, 3)?;
    fill(vm, this, None, object, start, end, reason);
    Ok(())
}

fn fill(vm: &mut Vm, this: Value, encoding: Option<Value>, object: Value, start: isize, end: isize, reason: Value) {
    let fields = expect(vm, this).get_mut(vm);
    (fields.encoding, fields.object, fields.reason) = (encoding, Some(object), Some(reason));
    (fields.start, fields.end) = (start, end);
}

/// The index of the only faulty unit, if there is just one within the object.
fn single(start: isize, end: isize, len: usize) -> Option<usize> {
    let at = usize::try_from(start).ok()?;
    (at < len && end == start.checked_add(1)?).then_some(at)
}

fn escaped(point: u32) -> String {
    match point {
        0..=0xFF => format!("\\x{point:02x}"),
        0x100..=0xFFFF => format!("\\u{point:04x}"),
        _ => format!("\\U{point:08x}"),
    }
}

/// `in position 3` or `in position 3-5`, with the faulty unit before it.
fn str_decode(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let UnicodeFailure { encoding, object, start, end, reason, .. } = *expect(vm, this).get(vm);
    if object.is_none() {
        return vm.new_str("");
    }
    let (encoding, reason) = (text(vm, encoding)?, text(vm, reason)?);
    let object = object_now(vm, this)?;
    let Some(object) = object.downcast::<Bytes>(vm) else { return Err(wrong_object(vm, "bytes")) };
    let bytes = object.get(vm).bytes();
    let message = match single(start, end, bytes.len()) {
        Some(at) => {
            let byte = bytes[at];
            format!("'{encoding}' codec can't decode byte 0x{byte:02x} in position {start}: {reason}")
        }
        None => {
            let last = end.wrapping_sub(1);
            format!("'{encoding}' codec can't decode bytes in position {start}-{last}: {reason}")
        }
    };
    vm.new_str(&message)
}

fn str_encode(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    if expect(vm, this).get(vm).object.is_none() {
        return vm.new_str("");
    }
    let encoding = expect(vm, this).get(vm).encoding;
    let encoding = text(vm, encoding)?;
    str_of_text(vm, this, &format!("'{encoding}' codec can't encode"))
}

fn str_translate(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    if expect(vm, this).get(vm).object.is_none() {
        return vm.new_str("");
    }
    str_of_text(vm, this, "can't translate")
}

/// The object, after conversions that may have changed it.
fn object_now(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    match expect(vm, this).get(vm).object {
        Some(object) => Ok(object),
        None => Err(vm.raise(Exc::TypeError, "UnicodeError 'object' attribute is not set")),
    }
}

/// The object that could not be decoded, as bytes; TypeError when it was made something else.
pub(crate) fn bytes_object(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let object = object_now(vm, this)?;
    if object.downcast::<Bytes>(vm).is_some() { Ok(object) } else { Err(wrong_object(vm, "bytes")) }
}

/// Tells an exception of another range and reason.
pub(crate) fn set_place(vm: &mut Vm, this: Value, start: usize, end: usize, reason: Value) {
    let fields = expect(vm, this).get_mut(vm);
    (fields.start, fields.end, fields.reason) = (start as isize, end as isize, Some(reason));
}

fn wrong_object(vm: &mut Vm, wanted: &str) -> Raised {
    vm.raise(Exc::TypeError, format!("UnicodeError 'object' attribute must be a {wanted}"))
}

fn str_of_text(vm: &mut Vm, this: Value, action: &str) -> Result<Value, Raised> {
    let UnicodeFailure { start, end, reason, .. } = *expect(vm, this).get(vm);
    let reason = text(vm, reason)?;
    let object = object_now(vm, this)?;
    let Some(object) = object.downcast::<Str>(vm) else { return Err(wrong_object(vm, "string")) };
    let text = object.get(vm);
    let point = single(start, end, text.len()).and_then(|at| text.text().iter().nth(at));
    let message = match point {
        Some(point) => {
            let character = escaped(point);
            format!("{action} character '{character}' in position {start}: {reason}")
        }
        None => {
            let last = end.wrapping_sub(1);
            format!("{action} characters in position {start}-{last}: {reason}")
        }
    };
    vm.new_str(&message)
}

fn text(vm: &mut Vm, value: Option<Value>) -> Result<String, Raised> {
    vm.str_string(value.unwrap_or(Value::NONE))
}

fn set_index(
    vm: &mut Vm,
    this: Value,
    value: Option<Value>,
    store: fn(&mut UnicodeFailure, isize),
) -> Result<(), Raised> {
    let Some(value) = value else { return Err(vm.raise(Exc::TypeError, "can't delete numeric/char attribute")) };
    let number = vm.index_isize(value)?;
    store(expect(vm, this).get_mut(vm), number);
    Ok(())
}

const fn start_field() -> GetSetDef {
    getset(
        "start",
        |vm, this| {
            let start = expect(vm, this).get(vm).start;
            vm.new_int(start as i64)
        },
        |vm, this, value| set_index(vm, this, value, |fields, start| fields.start = start),
        "exception start",
    )
    .member()
}

const fn end_field() -> GetSetDef {
    getset(
        "end",
        |vm, this| {
            let end = expect(vm, this).get(vm).end;
            vm.new_int(end as i64)
        },
        |vm, this, value| set_index(vm, this, value, |fields, end| fields.end = end),
        "exception end",
    )
    .member()
}

const GETSET: &[GetSetDef] = &[
    value_field!(UnicodeFailure, encoding, "encoding", "exception encoding"),
    value_field!(UnicodeFailure, object, "object", "exception object"),
    start_field(),
    end_field(),
    value_field!(UnicodeFailure, reason, "reason", "exception reason"),
];

const fn spec(name: &'static str, doc: &'static str, init: Init, str: Unary) -> TypeSpec {
    TypeSpec {
        name,
        base: Some(&specs::UnicodeError),
        layout: Some(<UnicodeFailure as HeapObject>::native),
        slots: Slots { new: Some(base::new), init: Some(init), str: Some(str), ..Slots::DEFAULT },
        getset: GETSET,
        doc,
        flags: BASETYPE,
        ..TypeSpec::DEFAULT
    }
}

/// The spec of `UnicodeDecodeError`.
pub const DECODE: TypeSpec = spec("UnicodeDecodeError", "Unicode decoding error.", init_decode, str_decode);
/// The spec of `UnicodeEncodeError`.
pub const ENCODE: TypeSpec = spec("UnicodeEncodeError", "Unicode encoding error.", init_encode, str_encode);
/// The spec of `UnicodeTranslateError`.
pub const TRANSLATE: TypeSpec =
    spec("UnicodeTranslateError", "Unicode translation error.", init_translate, str_translate);
