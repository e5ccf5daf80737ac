//! Buffers given by Python code (PEP 688): `__buffer__` and `__release_buffer__` of classes made from Python, and the
//! same names on built-in exporters.
//!
//! A `BufferWrapper` stands as the owner of every buffer that a `__buffer__` written in Python gave: it keeps the
//! memoryview until the last export ends, then tells the object and releases the view.

use crate::buffer::{Buffer, BufferRequest};
use crate::gc::{HeaderWord, HeapObject};
use crate::heap_object;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::{GetBuffer, ReleaseBuffer, Slots};
use crate::spec::{NO_NEW, TypeSpec};
use crate::types::memoryview::MemoryView;
use crate::types::type_::{class_of_spec, trampolines};
use crate::value::Value;
use crate::vm::Vm;

/// `inspect.BufferFlags.FULL_RO`, what readers ask for.
const FULL_READ_ONLY: i32 = 0x11c;
/// `inspect.BufferFlags.WRITABLE`.
const WRITABLE: i32 = 1;

heap_object! {
    /// The owner of a buffer made in Python.
    pub struct BufferWrapper {
        /// The object whose `__buffer__` was called.
        pub object: Value,
        /// The memoryview it gave.
        pub view: Value,
        pub exports: usize,
    }
}

/// The slot of classes that define `__buffer__`.
pub fn get_buffer(vm: &mut Vm, this: Value, request: BufferRequest) -> Result<Buffer, Raised> {
    vm.check_native_stack()?;
    let flags = FULL_READ_ONLY | if request.writable { WRITABLE } else { 0 };
    let Some(result) = vm.call_special(this, name::BUFFER, &[Value::int32(flags)])? else {
        let got = vm.type_name(this);
        return Err(vm.raise(Exc::TypeError, format!("a bytes-like object is required, not '{got}'")));
    };
    if result.downcast::<MemoryView>(vm).is_none() {
        return Err(vm.raise(Exc::TypeError, "__buffer__ returned non-memoryview object"));
    }
    let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
    let wrapper = BufferWrapper { header: HeaderWord::NEW, object: this, view: result, exports: 0 };
    let wrapper = vm.new_object(shape, wrapper)?;
    export(vm, wrapper.value(), request)
}

/// The slot of classes that define `__release_buffer__`: exports of the native base end natively, those of `__buffer__`
/// belong to a wrapper.
pub fn release_buffer(vm: &mut Vm, this: Value) {
    let class = vm.type_of(this);
    let mut at = class.get(vm).base;
    while let Some(base) = at {
        if !base.get(vm).is_heap_type() {
            if let Some(release) = base.get(vm).slots.release_buffer {
                release(vm, this);
            }
            return;
        }
        at = base.get(vm).base;
    }
}

fn export(vm: &mut Vm, this: Value, request: BufferRequest) -> Result<Buffer, Raised> {
    let wrapper = this.expect::<BufferWrapper>(vm);
    let view = wrapper.get(vm).view;
    let buffer = vm.request_buffer(view, request)?;
    wrapper.get_mut(vm).exports += 1;
    Ok(Buffer { owner: this, ..buffer })
}

fn end_export(vm: &mut Vm, this: Value) {
    let wrapper = this.expect::<BufferWrapper>(vm);
    let BufferWrapper { object, view, exports, .. } = *wrapper.get(vm);
    if let Some(release) = vm.slots(view).release_buffer {
        release(vm, view);
    }
    wrapper.get_mut(vm).exports = exports.saturating_sub(1);
    if exports > 1 {
        return;
    }
    // The consumer may be in the middle of an error of its own.
    let pending = vm.pending.take();
    let class = vm.type_of(object);
    let python = class
        .get(vm)
        .slots
        .release_buffer
        .is_some_and(|own| std::ptr::fn_addr_eq(own, trampolines::release_buffer as ReleaseBuffer));
    if python && let Err(raised) = vm.call_special(object, name::RELEASE_BUFFER, &[view]) {
        vm.write_unraisable(raised, None, object);
    }
    if let Some(view) = view.downcast::<MemoryView>(vm)
        && let Err(raised) = MemoryView::release(view, vm)
    {
        let _ = vm.take_raised(raised);
    }
    vm.pending = pending;
}

/// `exporter.__buffer__(flags)` of a built-in exporter: a memoryview.
pub fn of_native(vm: &mut Vm, get: GetBuffer, this: Value, flags: Value) -> Result<Value, Raised> {
    let flags = vm.index(flags)?;
    let Some(flags) = vm.as_i64(flags).and_then(|flags| i32::try_from(flags).ok()) else {
        return Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C int"));
    };
    let buffer = get(vm, this, BufferRequest { writable: flags & WRITABLE != 0, strided: true })?;
    Ok(MemoryView::of_buffer(vm, buffer)?.value())
}

/// `exporter.__release_buffer__(view)` of a built-in exporter.
pub fn release_native(vm: &mut Vm, _release: ReleaseBuffer, this: Value, view: Value) -> Result<Value, Raised> {
    let Some(view) = view.downcast::<MemoryView>(vm) else {
        return Err(vm.raise(Exc::TypeError, "expected a memoryview object"));
    };
    match view.get(vm).owner {
        None => Err(vm.raise(Exc::ValueError, "memoryview's buffer has already been released")),
        Some(owner) if owner != this => Err(vm.raise(Exc::ValueError, "memoryview's buffer is not this object")),
        Some(_) => {
            MemoryView::release(view, vm)?;
            Ok(Value::NONE)
        }
    }
}

/// The type; Python sees its instances as `memoryview.obj` only.
pub static TYPE: TypeSpec = TypeSpec {
    name: "_buffer_wrapper",
    layout: Some(<BufferWrapper as HeapObject>::native),
    slots: Slots { get_buffer: Some(export), release_buffer: Some(end_export), ..Slots::DEFAULT },
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
