//! Arrays as sequences: comparison, subscripts, concatenation, repetition.
//!
//! Comparing items runs Python code that may change the array: its length is asked for again at each step.

use std::cmp::Ordering;

use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::sequence::{Subscript, position};
use taipan_vm::slots::Comparison;
use taipan_vm::types::slice::{Slice, adjust};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::Array;

pub(super) fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(x), Some(y)) = (a.downcast::<Array>(vm), b.downcast::<Array>(vm)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (m, n) = (x.get(vm).len(), y.get(vm).len());
    if m != n && matches!(op, Comparison::Eq | Comparison::Ne) {
        return Ok(Value::bool(op == Comparison::Ne));
    }
    let same_integers = x.get(vm).typecode() == y.get(vm).typecode() && !matches!(x.get(vm).typecode(), b'f' | b'd');
    if same_integers && x.get(vm).bytes(vm) == y.get(vm).bytes(vm) {
        return Ok(Value::bool(op.holds(Ordering::Equal)));
    }
    for i in 0..m.min(n) {
        let (p, q) = (Array::get_at(x, vm, i)?, Array::get_at(y, vm, i)?);
        let equal = vm.compare(p, q, Comparison::Eq)?;
        if !vm.is_true(equal)? {
            return match op {
                Comparison::Eq => Ok(Value::FALSE),
                Comparison::Ne => Ok(Value::TRUE),
                _ => vm.compare(p, q, op),
            };
        }
    }
    Ok(Value::bool(op.holds(m.cmp(&n))))
}

pub(super) fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    Ok(this.expect::<Array>(vm).get(vm).len())
}

fn subscript_of(vm: &mut Vm, key: Value) -> Result<Subscript, Raised> {
    if key.exact::<Slice>().is_none() && !vm.is_int(key) && vm.slots(key).index.is_none() {
        return Err(vm.raise(Exc::TypeError, "array indices must be integers"));
    }
    vm.sequence_subscript(key, "array")
}

pub(super) fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    let array = this.expect::<Array>(vm);
    match subscript_of(vm, key)? {
        Subscript::Index(i) => match position(i, array.get(vm).len()) {
            Some(i) => Array::get_at(array, vm, i),
            None => Err(vm.raise(Exc::IndexError, "array index out of range")),
        },
        Subscript::Slice(slice) => {
            let indices = Slice::indices(slice, vm, |vm| array.get(vm).len())?;
            let (size, typecode) = (array.get(vm).item_size(), array.get(vm).typecode());
            let new = Array::new(vm, typecode)?;
            let all = array.get(vm).bytes(vm);
            let mut bytes = Vec::with_capacity(indices.len * size);
            for i in 0..indices.len {
                let at = indices.at(i) * size;
                bytes.extend_from_slice(&all[at..at + size]);
            }
            Array::extend_bytes(new, vm, &bytes)?;
            Ok(new.value())
        }
    }
}

pub(super) fn set_item(vm: &mut Vm, this: Value, key: Value, value: Option<Value>) -> Result<(), Raised> {
    let array = this.expect::<Array>(vm);
    let slice = match subscript_of(vm, key)? {
        Subscript::Index(i) => {
            let Some(i) = position(i, array.get(vm).len()) else {
                return Err(vm.raise(Exc::IndexError, "array assignment index out of range"));
            };
            return match value {
                Some(value) => Array::set_at(array, vm, i, value),
                None => Array::splice(array, vm, i, i + 1, &[]),
            };
        }
        Subscript::Slice(slice) => slice,
    };
    let (start, stop, step) = Slice::unpack(slice, vm)?;
    let size = array.get(vm).item_size();
    let bytes = match value {
        None => Vec::new(),
        Some(value) => match value.downcast::<Array>(vm) {
            Some(other) if other.get(vm).typecode() == array.get(vm).typecode() => other.get(vm).bytes(vm).to_vec(),
            Some(_) => return Err(vm.raise(Exc::TypeError, "bad argument type for built-in operation")),
            None => {
                let got = vm.type_name(value);
                let message = format!("can only assign array (not \"{got}\") to array slice");
                return Err(vm.raise(Exc::TypeError, message));
            }
        },
    };
    let at = adjust(array.get(vm).len(), start, stop, step);
    if step == 1 {
        let (low, high) = (at.start as usize, at.stop.max(at.start) as usize);
        return Array::splice(array, vm, low, high, &bytes);
    }
    if value.is_some() {
        let given = bytes.len() / size;
        if given != at.len {
            let message = format!("attempt to assign array of size {given} to extended slice of size {}", at.len);
            return Err(vm.raise(Exc::ValueError, message));
        }
        let all = Array::bytes_mut(array, vm);
        for i in 0..at.len {
            let to = at.at(i) * size;
            all[to..to + size].copy_from_slice(&bytes[i * size..(i + 1) * size]);
        }
        return Ok(());
    }
    if at.len == 0 {
        return Ok(());
    }
    Array::check_resizable(array, vm)?;
    let removed: std::collections::HashSet<usize> = (0..at.len).map(|i| at.at(i)).collect();
    let kept: Vec<u8> = array
        .get(vm)
        .bytes(vm)
        .chunks_exact(size)
        .enumerate()
        .filter(|(i, _)| !removed.contains(i))
        .flat_map(|(_, item)| item.iter().copied())
        .collect();
    let n = array.get(vm).len();
    Array::splice(array, vm, 0, n, &kept)
}

pub(super) fn find(
    vm: &mut Vm,
    array: Gc<Array>,
    value: Value,
    start: usize,
    stop: usize,
) -> Result<Option<usize>, Raised> {
    let mut i = start;
    while i < stop && i < array.get(vm).len() {
        let item = Array::get_at(array, vm, i)?;
        if vm.is_equal(item, value)? {
            return Ok(Some(i));
        }
        i += 1;
    }
    Ok(None)
}

pub(super) fn contains(vm: &mut Vm, this: Value, value: Value) -> Result<bool, Raised> {
    let array = this.expect::<Array>(vm);
    Ok(find(vm, array, value, 0, usize::MAX)?.is_some())
}

pub(super) fn concat(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let x = a.expect::<Array>(vm);
    let Some(y) = b.downcast::<Array>(vm) else {
        let got = vm.type_name(b);
        return Err(vm.raise(Exc::TypeError, format!("can only append array (not \"{got}\") to array")));
    };
    if x.get(vm).typecode() != y.get(vm).typecode() {
        return Err(vm.raise(Exc::TypeError, "bad argument type for built-in operation"));
    }
    let bytes = [x.get(vm).bytes(vm), y.get(vm).bytes(vm)].concat();
    let typecode = x.get(vm).typecode();
    let new = Array::new(vm, typecode)?;
    Array::extend_bytes(new, vm, &bytes)?;
    Ok(new.value())
}

fn repeat_into(vm: &mut Vm, from: Gc<Array>, to: Gc<Array>, count: isize) -> Result<(), Raised> {
    let count = count.max(0) as usize;
    let Some(total) = from.get(vm).len().checked_mul(count) else { return Err(vm.raise_no_memory()) };
    let bytes = from.get(vm).bytes(vm).to_vec();
    Array::resize(to, vm, total)?;
    if !bytes.is_empty() {
        for chunk in Array::bytes_mut(to, vm).chunks_exact_mut(bytes.len()) {
            chunk.copy_from_slice(&bytes);
        }
    }
    Ok(())
}

pub(super) fn repeat(vm: &mut Vm, this: Value, count: isize) -> Result<Value, Raised> {
    let array = this.expect::<Array>(vm);
    let typecode = array.get(vm).typecode();
    let new = Array::new(vm, typecode)?;
    repeat_into(vm, array, new, count)?;
    Ok(new.value())
}

pub(super) fn irepeat(vm: &mut Vm, this: Value, count: isize) -> Result<Value, Raised> {
    let array = this.expect::<Array>(vm);
    repeat_into(vm, array, array, count)?;
    Ok(this)
}

pub(super) fn extend_with(vm: &mut Vm, array: Gc<Array>, other: Value) -> Result<(), Raised> {
    match other.downcast::<Array>(vm) {
        Some(other) if other.get(vm).typecode() == array.get(vm).typecode() => {
            let bytes = other.get(vm).bytes(vm).to_vec();
            Array::extend_bytes(array, vm, &bytes)
        }
        Some(_) => Err(vm.raise(Exc::TypeError, "can only extend with array of same kind")),
        None => Array::extend_iterable(array, vm, other),
    }
}

pub(super) fn iconcat(vm: &mut Vm, this: Value, other: Value) -> Result<Value, Raised> {
    let array = this.expect::<Array>(vm);
    if other.downcast::<Array>(vm).is_none() {
        let got = vm.type_name(other);
        return Err(vm.raise(Exc::TypeError, format!("can only extend array with array (not \"{got}\")")));
    }
    extend_with(vm, array, other)?;
    Ok(this)
}
