//! What arrays are made from and turned into: iterables, text, bytes, lists, files.
//!
//! Bytes are items in the machine's own format; their number is a multiple of the item's size.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::methods::TYPE;
use super::{Array, TYPECODES, item};

pub(super) fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    let base = class_of_spec(vm, &TYPE)?;
    if args.has_keywords() && class == base {
        return Err(vm.raise(Exc::TypeError, "array.array() takes no keyword arguments"));
    }
    let n = args.len();
    if n == 0 || n > 2 {
        let (word, bound, s) = if n == 0 { ("least", 1, "") } else { ("most", 2, "s") };
        return Err(vm.raise(Exc::TypeError, format!("array() takes at {word} {bound} argument{s} ({n} given)")));
    }
    let code = args.get(0);
    let Some(text) = code.downcast::<Str>(vm) else {
        let got = vm.type_name(code);
        let message = format!("array() argument 1 must be a unicode character, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let len = text.get(vm).len();
    if len != 1 {
        let message = format!("array() argument 1 must be a unicode character, not a string of length {len}");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let typecode = text.get(vm).as_ascii().and_then(|text| text.bytes().next());
    let Some(typecode) = typecode.filter(|code| TYPECODES.as_bytes().contains(code)) else {
        let message = "bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)";
        return Err(vm.raise(Exc::ValueError, message));
    };
    if typecode == b'u' {
        let message = "The 'u' type code is deprecated and will be removed in Python 3.16";
        vm.warn(Exc::DeprecationWarning, message, 0)?;
    }
    let shape = class.get(vm).root_shape;
    let array = Array::new_shaped(vm, shape, typecode)?;
    if n == 2 {
        fill(vm, array, typecode, args.get(1))?;
    }
    Ok(array.value())
}

fn fill(vm: &mut Vm, array: Gc<Array>, typecode: u8, initial: Value) -> Result<(), Raised> {
    let code = char::from(typecode);
    if let Some(text) = initial.downcast::<Str>(vm) {
        if !item::is_text(typecode) {
            let message = format!("cannot use a str to initialize an array with typecode '{code}'");
            return Err(vm.raise(Exc::TypeError, message));
        }
        return extend_text(vm, array, text);
    }
    if let Some(other) = initial.downcast::<Array>(vm) {
        if item::is_text(other.get(vm).typecode()) && !item::is_text(typecode) {
            let message = format!("cannot use a unicode array to initialize an array with typecode '{code}'");
            return Err(vm.raise(Exc::TypeError, message));
        }
        if other.get(vm).typecode() == typecode {
            let bytes = other.get(vm).bytes(vm).to_vec();
            return Array::extend_bytes(array, vm, &bytes);
        }
        return Array::extend_iterable(array, vm, initial);
    }
    let is_bytes = initial.downcast::<Bytes>(vm).is_some() || vm.type_name(initial) == "bytearray";
    if is_bytes {
        return extend_buffer(vm, array, initial);
    }
    Array::extend_iterable(array, vm, initial)
}

fn extend_text(vm: &mut Vm, array: Gc<Array>, text: Gc<Str>) -> Result<(), Raised> {
    let bytes: Vec<u8> = text.get(vm).text().iter().flat_map(u32::to_ne_bytes).collect();
    Array::extend_bytes(array, vm, &bytes)
}

fn extend_buffer(vm: &mut Vm, array: Gc<Array>, source: Value) -> Result<(), Raised> {
    let bytes = vm.bytes_of(source)?;
    if bytes.len() % array.get(vm).item_size() != 0 {
        return Err(vm.raise(Exc::ValueError, "bytes length not a multiple of item size"));
    }
    Array::extend_bytes(array, vm, &bytes)
}

pub(super) fn list_of(vm: &mut Vm, array: Gc<Array>) -> Result<Gc<List>, Raised> {
    let list = List::with_capacity(vm, array.get(vm).len())?;
    let mut i = 0;
    while i < array.get(vm).len() {
        let value = Array::get_at(array, vm, i)?;
        List::push(list, vm, value)?;
        i += 1;
    }
    Ok(list)
}

pub(super) fn text_of(vm: &mut Vm, array: Gc<Array>) -> Result<Value, Raised> {
    let mut points = Vec::with_capacity(array.get(vm).len());
    for chunk in array.get(vm).bytes(vm).chunks_exact(4) {
        points.push(u32::from_ne_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]));
    }
    if let Some(point) = points.iter().find(|point| **point > 0x10_FFFF) {
        let message = format!("character U+{point:x} is not in range [U+0000; U+10ffff]");
        return Err(vm.raise(Exc::ValueError, message));
    }
    Ok(Str::from_points(vm, &points)?.value())
}

pub(super) fn fromfile(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (array, [file, n]) = args.method::<Array, 2>(vm);
    let n = vm.index_isize(n)?;
    if n < 0 {
        return Err(vm.raise(Exc::ValueError, "negative count"));
    }
    let Some(wanted) = (n as usize).checked_mul(array.get(vm).item_size()).filter(|n| *n < 1 << 46) else {
        return Err(vm.raise_no_memory());
    };
    let data = vm.call_method_name(file, name::READ, &[Value::int(wanted)])?;
    if data.downcast::<Bytes>(vm).is_none() {
        return Err(vm.raise(Exc::TypeError, "read() didn't return bytes"));
    }
    let short = vm.length(data)? != wanted;
    extend_buffer(vm, array, data)?;
    if short { Err(vm.raise(Exc::EOFError, "read() didn't return enough bytes")) } else { Ok(Value::NONE) }
}

pub(super) fn fromlist(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (array, [list]) = args.method::<Array, 1>(vm);
    let Some(list) = list.downcast::<List>(vm) else {
        return Err(vm.raise(Exc::TypeError, "arg must be list"));
    };
    let (old, n) = (array.get(vm).len(), list.get(vm).len());
    for i in 0..n {
        let Some(item) = list.get(vm).get_at(vm, i).filter(|_| list.get(vm).len() == n) else {
            return Err(vm.raise(Exc::RuntimeError, "list changed size during iteration"));
        };
        if let Err(raised) = Array::push(array, vm, item) {
            let exception = vm.take_raised(raised);
            Array::resize(array, vm, old)?;
            return Err(vm.reraise(exception));
        }
    }
    Ok(Value::NONE)
}

pub(super) fn frombytes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (array, [bytes]) = args.method::<Array, 1>(vm);
    extend_buffer(vm, array, bytes)?;
    Ok(Value::NONE)
}

pub(super) fn fromunicode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (array, [text]) = args.method::<Array, 1>(vm);
    let Some(text) = text.downcast::<Str>(vm) else {
        let got = vm.type_name(text);
        return Err(vm.raise(Exc::TypeError, format!("fromunicode() argument must be str, not {got}")));
    };
    if !item::is_text(array.get(vm).typecode()) {
        let message = "fromunicode() may only be called on unicode type arrays ('u' or 'w')";
        return Err(vm.raise(Exc::ValueError, message));
    }
    extend_text(vm, array, text)?;
    Ok(Value::NONE)
}

pub(super) fn tofile(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    const BLOCK: usize = 64 * 1024;
    let (array, [file]) = args.method::<Array, 1>(vm);
    let mut at = 0;
    while at < array.get(vm).bytes(vm).len() {
        let all = array.get(vm).bytes(vm);
        let block = all[at..all.len().min(at + BLOCK)].to_vec();
        let block = vm.new_bytes(&block)?;
        vm.call_method_name(file, name::WRITE, &[block])?;
        at += BLOCK;
    }
    Ok(Value::NONE)
}

pub(super) fn tolist(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let array = args.receiver::<Array>(vm);
    Ok(list_of(vm, array)?.value())
}

pub(super) fn tobytes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let array = args.receiver::<Array>(vm);
    let bytes = array.get(vm).bytes(vm).to_vec();
    vm.new_bytes(&bytes)
}

pub(super) fn tounicode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let array = args.receiver::<Array>(vm);
    if !item::is_text(array.get(vm).typecode()) {
        let message = "tounicode() may only be called on unicode type arrays ('u' or 'w')";
        return Err(vm.raise(Exc::ValueError, message));
    }
    text_of(vm, array)
}
