//! What `bytes` and `bytearray` share: access to the contents, results of the receiver's type, byte arguments.

use crate::raise::{Exc, Raised};
use crate::types::bytearray::ByteArray;
use crate::types::bytes::Bytes;
use crate::value::Value;
use crate::vm::Vm;

/// The contents of a `bytes` or `bytearray` (or an instance of a subclass); nothing of other types.
#[inline]
pub fn contents(vm: &Vm, value: Value) -> &[u8] {
    if let Some(bytes) = value.downcast::<Bytes>(vm) {
        return bytes.get(vm).bytes();
    }
    match value.downcast::<ByteArray>(vm) {
        Some(array) => array.get(vm).bytes(vm),
        None => &[],
    }
}

/// Does something that may run Python code, which may not change the length of `this` meanwhile.
pub fn while_exported<T>(
    vm: &mut Vm,
    this: Value,
    act: impl FnOnce(&mut Vm) -> Result<T, Raised>,
) -> Result<T, Raised> {
    let Some(array) = this.downcast::<ByteArray>(vm) else { return act(vm) };
    ByteArray::export(array, vm);
    let result = act(vm);
    ByteArray::release(array, vm);
    result
}

/// Whether the value is a `bytes` or `bytearray`, subclasses included.
#[inline]
pub fn has_contents(vm: &Vm, value: Value) -> bool {
    value.downcast::<Bytes>(vm).is_some() || value.downcast::<ByteArray>(vm).is_some()
}

/// A new object of the exact built-in type of `this` (`bytes` or `bytearray`).
pub fn make_like(vm: &mut Vm, this: Value, bytes: &[u8]) -> Result<Value, Raised> {
    if this.downcast::<ByteArray>(vm).is_some() { Ok(ByteArray::new(vm, bytes)?.value()) } else { vm.new_bytes(bytes) }
}

/// `this[start..end]` as a new object; an exact `bytes` as a whole is itself.
pub fn part(vm: &mut Vm, this: Value, start: usize, end: usize) -> Result<Value, Raised> {
    if start == 0 && end == contents(vm, this).len() && this.exact::<Bytes>().is_some() {
        return Ok(this);
    }
    let piece = contents(vm, this).get(start..end).unwrap_or(&[]).to_vec();
    make_like(vm, this, &piece)
}

/// MemoryError when a result of so many bytes cannot be had.
pub fn check_length(vm: &mut Vm, len: usize) -> Result<(), Raised> {
    if len >= 1 << 46 || vm.heap_mut().would_exceed(len) { Err(vm.raise_no_memory()) } else { Ok(()) }
}

/// An int in `range(256)`.
///
/// # Errors
/// TypeError for what is no integer, ValueError "`what` must be in range(0, 256)".
pub fn byte_value(vm: &mut Vm, value: Value, what: &str) -> Result<u8, Raised> {
    let index = vm.index(value)?;
    match vm.as_i64(index).and_then(|i| u8::try_from(i).ok()) {
        Some(byte) => Ok(byte),
        None => Err(vm.raise(Exc::ValueError, format!("{what} must be in range(0, 256)"))),
    }
}

/// Whether the value counts as an integer: an int or something with `__index__`.
pub fn is_index(vm: &mut Vm, value: Value) -> bool {
    vm.is_int(value) || vm.slots(value).index.is_some()
}
