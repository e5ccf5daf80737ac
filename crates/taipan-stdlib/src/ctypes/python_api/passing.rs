//! How arguments and results pass between C code and functions of the API.
//!
//! What a function raises stays pending for the caller, who gets the result that stands for failure.

#![allow(unsafe_code)]

use std::ffi::{CStr, c_char};

use taipan_vm::foreign;
use taipan_vm::gc::Gc;
use taipan_vm::number::Operator;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::super::{handle, memory};

/// `PyObject *` as an argument.
pub type Borrowed = usize;

/// `PyObject *` as a result: a new reference.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Reference(pub(super) usize);

/// What a function gives when it fails.
pub(super) trait Failure {
    const FAILED: Self;
}

impl Failure for Reference {
    const FAILED: Reference = Reference(0);
}

impl Failure for usize {
    const FAILED: usize = 0;
}

impl Failure for i32 {
    const FAILED: i32 = -1;
}

impl Failure for i64 {
    const FAILED: i64 = -1;
}

impl Failure for u64 {
    const FAILED: u64 = u64::MAX;
}

impl Failure for f64 {
    const FAILED: f64 = -1.0;
}

impl Failure for () {
    const FAILED: () = ();
}

/// Runs a function in the interpreter that the thread has come from. What it raises stays pending for the caller.
pub(super) fn within<R: Failure>(body: impl FnOnce(&mut Vm) -> Result<R, Raised>) -> R {
    match foreign::with_caller(body) {
        Some(Ok(result)) => result,
        Some(Err(_)) | None => R::FAILED,
    }
}

pub(super) fn give(vm: &mut Vm, object: Value) -> Result<Reference, Raised> {
    handle::new_reference(vm, object).map(Reference)
}

pub(super) fn take(vm: &mut Vm, object: Borrowed) -> Result<Value, Raised> {
    match object {
        0 => Err(vm.raise(Exc::SystemError, "null argument to internal routine")),
        object => Ok(handle::object_at(vm, object)),
    }
}

/// The text of a C string.
pub(super) fn text(vm: &mut Vm, text: *const c_char) -> Result<Value, Raised> {
    if text.is_null() {
        return Err(vm.raise(Exc::SystemError, "null argument to internal routine"));
    }
    // SAFETY: the caller gives a null-terminated string.
    let bytes = unsafe { CStr::from_ptr(text) }.to_bytes().to_vec();
    utf8(vm, &bytes)
}

pub(super) fn utf8(vm: &mut Vm, bytes: &[u8]) -> Result<Value, Raised> {
    let bytes = vm.new_bytes(bytes)?;
    vm.call_method(bytes, "decode", &[])
}

pub(super) fn attribute_name(vm: &mut Vm, name: *const c_char) -> Result<Gc<Str>, Raised> {
    let name = text(vm, name)?;
    vm.attr_name(name)
}

fn fits<T>(vm: &mut Vm, number: Option<T>, kind: &str) -> Result<T, Raised> {
    match number {
        Some(number) => Ok(number),
        None => Err(vm.raise(Exc::OverflowError, format!("Python int too large to convert to C {kind}"))),
    }
}

pub(super) fn as_signed(vm: &mut Vm, object: Borrowed, kind: &str) -> Result<i64, Raised> {
    let object = take(vm, object)?;
    let index = vm.index(object)?;
    let number = vm.as_i64(index);
    fits(vm, number, kind)
}

pub(super) fn as_unsigned(vm: &mut Vm, object: Borrowed, kind: &str) -> Result<u64, Raised> {
    let object = take(vm, object)?;
    if !vm.is_int(object) {
        return Err(vm.raise(Exc::TypeError, "an integer is required"));
    }
    let number = match vm.as_i64(object) {
        Some(number) => u64::try_from(number).ok(),
        None => vm.as_big(object).and_then(|big| u64::try_from(&big).ok()),
    };
    if number.is_none() && vm.is_less(object, Value::int(0))? {
        return Err(vm.raise(Exc::OverflowError, format!("can't convert negative value to {kind}")));
    }
    fits(vm, number, kind)
}

/// Bytes at an address that the caller gives with their length.
pub(super) fn given_bytes(vm: &mut Vm, address: usize, len: i64) -> Result<Vec<u8>, Raised> {
    let Ok(len) = usize::try_from(len) else {
        return Err(vm.raise(Exc::SystemError, "Negative size passed to PyBytes_FromStringAndSize"));
    };
    if address == 0 {
        vm.check_native_bytes(len)?;
        return Ok(vec![0; len]);
    }
    memory::read_vec(vm, address, len)
}

pub(super) fn binary(op: Operator, a: Borrowed, b: Borrowed) -> Reference {
    within(|vm| {
        let (a, b) = (take(vm, a)?, take(vm, b)?);
        let result = vm.binary(op, a, b)?;
        give(vm, result)
    })
}
