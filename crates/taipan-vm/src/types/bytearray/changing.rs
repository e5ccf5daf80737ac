//! The methods that change a `bytearray`.

use crate::args::Args;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::sequence::{Subscript, position};
use crate::types::bytearray::ByteArray;
use crate::types::bytes::construct::{bytes_from_iterator, bytes_from_object};
use crate::types::bytes::contents::{byte_value, check_length, is_index};
use crate::types::bytes::methods::cannot_concat;
use crate::types::slice::{Slice, adjust};
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

pub fn append(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [item]) = args.method::<ByteArray, 1>(vm);
    let byte = byte_value(vm, item, "byte")?;
    ByteArray::extend(this, vm, &[byte])?;
    Ok(Value::NONE)
}

pub fn extend(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [iterable]) = args.method::<ByteArray, 1>(vm);
    if vm.slots(iterable).get_buffer.is_some() {
        // What giving the buffer adds comes behind the new bytes.
        let end = this.get(vm).len();
        let result = vm.bytes_of(iterable);
        let Some(bytes) = vm.catch(result, Exc::Exception)? else {
            let got = vm.type_name(iterable);
            return Err(vm.raise(Exc::TypeError, format!("can't set bytearray slice from {got}")));
        };
        let at = end.min(this.get(vm).len());
        ByteArray::splice(this, vm, at, at, &bytes)?;
        return Ok(Value::NONE);
    }
    let result = vm.iter(iterable);
    let Some(iterator) = vm.catch(result, Exc::TypeError)? else {
        let got = vm.type_name(iterable);
        return Err(vm.raise(Exc::TypeError, format!("can't extend bytearray with {got}")));
    };
    if iterable.downcast::<Str>(vm).is_some_and(|text| !text.get(vm).is_empty()) {
        return Err(vm.raise(Exc::TypeError, "expected iterable of integers; got: 'str'"));
    }
    vm.length_hint(iterable, 0)?;
    let bytes = bytes_from_iterator(vm, iterator, "byte")?;
    ByteArray::extend(this, vm, &bytes)?;
    Ok(Value::NONE)
}

pub fn insert(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [index, item]) = args.method::<ByteArray, 2>(vm);
    let index = vm.index_isize(index)?;
    let byte = byte_value(vm, item, "byte")?;
    let n = this.get(vm).len() as isize;
    let at = if index < 0 { (index + n).max(0) } else { index.min(n) } as usize;
    ByteArray::splice(this, vm, at, at, &[byte])?;
    Ok(Value::NONE)
}

pub fn pop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [index]) = args.method::<ByteArray, 1>(vm);
    let index = match index.given() {
        Some(index) => vm.index_isize(index)?,
        None => -1,
    };
    let n = this.get(vm).len();
    if n == 0 {
        return Err(vm.raise(Exc::IndexError, "pop from empty bytearray"));
    }
    let Some(at) = position(index, n) else { return Err(vm.raise(Exc::IndexError, "pop index out of range")) };
    ByteArray::check_resizable(this, vm)?;
    let byte = this.get(vm).bytes(vm)[at];
    ByteArray::splice(this, vm, at, at + 1, &[])?;
    Ok(Value::int(byte.into()))
}

pub fn remove(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [value]) = args.method::<ByteArray, 1>(vm);
    let byte = byte_value(vm, value, "byte")?;
    match this.get(vm).bytes(vm).iter().position(|other| *other == byte) {
        Some(at) => {
            ByteArray::splice(this, vm, at, at + 1, &[])?;
            Ok(Value::NONE)
        }
        None => Err(vm.raise(Exc::ValueError, "value not found in bytearray")),
    }
}

pub fn reverse(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<ByteArray>(vm);
    ByteArray::bytes_mut(this, vm).reverse();
    Ok(Value::NONE)
}

pub fn clear(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<ByteArray>(vm);
    ByteArray::resize(this, vm, 0)?;
    Ok(Value::NONE)
}

pub fn resize(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [size]) = args.method::<ByteArray, 1>(vm);
    let size = vm.index_isize(size)?;
    if size < 0 {
        return Err(vm.raise(Exc::ValueError, format!("Can only resize to positive sizes, got {size}")));
    }
    ByteArray::resize(this, vm, size as usize)?;
    Ok(Value::NONE)
}

/// `this += other`.
pub fn iconcat(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let this = a.expect::<ByteArray>(vm);
    let result = vm.bytes_of(b);
    let Some(bytes) = vm.catch(result, Exc::Exception)? else { return Err(cannot_concat(vm, a, b)) };
    ByteArray::extend(this, vm, &bytes)?;
    Ok(a)
}

/// `this *= count`.
pub fn irepeat(vm: &mut Vm, a: Value, count: isize) -> Result<Value, Raised> {
    let this = a.expect::<ByteArray>(vm);
    let n = this.get(vm).len();
    let count = count.max(0) as usize;
    let Some(total) = n.checked_mul(count) else { return Err(vm.raise_no_memory()) };
    check_length(vm, total)?;
    let repeated = this.get(vm).bytes(vm).repeat(count);
    ByteArray::splice(this, vm, 0, n, &repeated)?;
    Ok(a)
}

/// `this[key] = value` and `del this[key]`.
pub fn set_item(vm: &mut Vm, this: Value, key: Value, value: Option<Value>) -> Result<(), Raised> {
    let array = this.expect::<ByteArray>(vm);
    match vm.sequence_subscript(key, "bytearray")? {
        Subscript::Index(i) => {
            if position(i, array.get(vm).len()).is_none() {
                return Err(vm.raise(Exc::IndexError, "bytearray index out of range"));
            }
            let byte = match value {
                Some(value) => Some(byte_value(vm, value, "byte")?),
                None => None,
            };
            // The conversion may have run code that shortened the array.
            let Some(at) = position(i, array.get(vm).len()) else {
                return Err(vm.raise(Exc::IndexError, "bytearray index out of range"));
            };
            match byte {
                Some(byte) => ByteArray::bytes_mut(array, vm)[at] = byte,
                None => ByteArray::splice(array, vm, at, at + 1, &[])?,
            }
            Ok(())
        }
        Subscript::Slice(slice) => {
            let bytes = match value {
                Some(value) => Some(slice_source(vm, value)?),
                None => None,
            };
            set_slice(vm, array, slice, bytes)
        }
    }
}

fn slice_source(vm: &mut Vm, value: Value) -> Result<Vec<u8>, Raised> {
    if vm.slots(value).get_buffer.is_none() && (is_index(vm, value) || value.downcast::<Str>(vm).is_some()) {
        let message = "can assign only bytes, buffers, or iterables of ints in range(0, 256)";
        return Err(vm.raise(Exc::TypeError, message));
    }
    bytes_from_object(vm, value, "bytearray", "byte")
}

fn set_slice(vm: &mut Vm, array: Gc<ByteArray>, slice: Gc<Slice>, bytes: Option<Vec<u8>>) -> Result<(), Raised> {
    let (start, stop, step) = Slice::unpack(slice, vm)?;
    let at = adjust(array.get(vm).len(), start, stop, step);
    if step == 1 {
        let (low, high) = (at.start as usize, at.stop.max(at.start) as usize);
        return ByteArray::splice(array, vm, low, high, bytes.as_deref().unwrap_or(&[]));
    }
    match bytes {
        Some(bytes) if bytes.is_empty() => delete_stepped(vm, array, at),
        None => delete_stepped(vm, array, at),
        Some(bytes) if bytes.len() != at.len => {
            let message =
                format!("attempt to assign bytes of size {} to extended slice of size {}", bytes.len(), at.len);
            Err(vm.raise(Exc::ValueError, message))
        }
        Some(bytes) => {
            let all = ByteArray::bytes_mut(array, vm);
            for (i, byte) in bytes.iter().enumerate() {
                all[at.at(i)] = *byte;
            }
            Ok(())
        }
    }
}

fn delete_stepped(vm: &mut Vm, array: Gc<ByteArray>, at: crate::types::slice::Indices) -> Result<(), Raised> {
    if at.len == 0 {
        return Ok(());
    }
    ByteArray::check_resizable(array, vm)?;
    let all = array.get(vm).bytes(vm);
    let mut kept = vec![true; all.len()];
    for i in 0..at.len {
        kept[at.at(i)] = false;
    }
    let rest: Vec<u8> = all.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(byte, _)| *byte).collect();
    let n = all.len();
    ByteArray::splice(array, vm, 0, n, &rest)
}
