//! `pickle.PickleBuffer` (PEP 574), a type of `_pickle`.

use taipan_vm::args::Args;
use taipan_vm::buffer::{Buffer, BufferRequest};
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{MethodDef, TypeSpec, WEAKREFABLE, method};
use taipan_vm::types::memoryview::MemoryView;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// A buffer that may be transferred out of band; no view once released.
    pub struct PickleBuffer {
        view: Option<Gc<MemoryView>>,
        /// What was wrapped: it exports to those who ask for the buffer.
        object: Value,
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.no_keywords(vm, "PickleBuffer")?;
    if args.len() != 1 {
        let given = args.len();
        let message = match given {
            0 => "PickleBuffer() takes exactly 1 positional argument (0 given)".to_owned(),
            _ => format!("PickleBuffer() takes at most 1 argument ({given} given)"),
        };
        return Err(vm.raise(Exc::TypeError, message));
    }
    let object = args.get(0);
    if vm.slots(object).get_buffer.is_none() {
        let got = vm.type_name(object);
        return Err(vm.raise(Exc::TypeError, format!("a bytes-like object is required, not '{got}'")));
    }
    let view = MemoryView::of_object(vm, object)?;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, PickleBuffer { header: HeaderWord::NEW, view: Some(view), object })?.value())
}

fn view_of(vm: &mut Vm, this: Gc<PickleBuffer>) -> Result<Gc<MemoryView>, Raised> {
    match this.get(vm).view {
        Some(view) => Ok(view),
        None => Err(vm.raise(Exc::ValueError, "operation forbidden on released PickleBuffer object")),
    }
}

fn raw(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = view_of(vm, args.receiver(vm))?;
    MemoryView::check(view, vm)?;
    let layout = view.get(vm).layout(vm);
    let itemsize = view.get(vm).itemsize;
    if !layout.is_c_contiguous(itemsize) && !layout.is_f_contiguous(itemsize) {
        return Err(vm.raise(Exc::BufferError, "cannot extract raw buffer from non-contiguous buffer"));
    }
    let bytes = vm.new_str("B")?;
    vm.call_method(view.value(), "cast", &[bytes])
}

fn release(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<PickleBuffer>(vm);
    if let Some(view) = this.get_mut(vm).view.take() {
        MemoryView::release(view, vm)?;
    }
    Ok(Value::NONE)
}

fn get_buffer(vm: &mut Vm, this: Value, request: BufferRequest) -> Result<Buffer, Raised> {
    let this = this.expect(vm);
    view_of(vm, this)?;
    let object = this.get(vm).object;
    vm.get_buffer(object, request.writable)
}

const METHODS: &[MethodDef] = &[
    method(
        "raw($self, /)",
        raw,
        "Return a memoryview of the raw memory underlying this buffer.\nWill raise BufferError is the buffer isn't contiguous.",
    ),
    method("release($self, /)", release, "Release the underlying buffer exposed by the PickleBuffer object."),
];

/// The class `PickleBuffer`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "PickleBuffer",
    module: "pickle",
    layout: Some(<PickleBuffer as HeapObject>::native),
    slots: Slots { new: Some(new), get_buffer: Some(get_buffer), ..Slots::DEFAULT },
    methods: METHODS,
    doc: "Wrapper for potentially out-of-band buffers",
    flags: WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

/// A view of the buffer of a `PickleBuffer` that outlives its release.
///
/// # Errors
/// ValueError when it was released.
pub fn hold(vm: &mut Vm, this: Value) -> Result<Gc<MemoryView>, Raised> {
    let view = view_of(vm, this.expect(vm))?;
    MemoryView::of_object(vm, view.value())
}

/// Whether the items of a view lie one after the other.
pub fn is_contiguous(vm: &Vm, view: Gc<MemoryView>) -> bool {
    let (layout, itemsize) = (view.get(vm).layout(vm), view.get(vm).itemsize);
    layout.is_c_contiguous(itemsize) || layout.is_f_contiguous(itemsize)
}

/// The bytes of a contiguous view, as they lie in memory.
pub fn contents(vm: &Vm, view: Gc<MemoryView>) -> Vec<u8> {
    let view = view.get(vm);
    let size = view.layout(vm).items().saturating_mul(view.itemsize);
    view.storage(vm).get(view.offset..view.offset.saturating_add(size)).unwrap_or(&[]).to_vec()
}
