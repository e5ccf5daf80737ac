//! Python objects as C code sees them: `PyObject *` is the address of a handle, since objects move and handles do not.
//!
//! Invariants: a handle lives as long as something refers to it: the instance whose memory holds its address, a native stack,
//! or the table of references that C code has counted. An address that is not one of a living handle is a wild pointer.

#![allow(unsafe_code)]

use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::Raised;
use taipan_vm::spec::TypeSpec;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// A place that does not move and refers to an object.
    pub struct Handle {
        pub object: Value,
    }
}

static HANDLE: TypeSpec =
    TypeSpec { name: "handle", module: "_ctypes", layout: Some(<Handle as HeapObject>::native), ..TypeSpec::DEFAULT };

/// Address to (handle, count): the references that C code holds.
const COUNTED: &str = "ctypes.counted";

/// A handle of an object.
pub fn of(vm: &mut Vm, object: Value) -> Result<Gc<Handle>, Raised> {
    let shape = class_of_spec(vm, &HANDLE)?.get(vm).root_shape;
    vm.new_immovable(shape, Handle { header: HeaderWord::NEW, object })
}

/// What C code gets.
pub fn address(handle: Gc<Handle>) -> usize {
    handle.header().as_ptr().expose_provenance()
}

/// The handle at an address that `address` gave.
fn at(address: usize) -> Gc<Handle> {
    // SAFETY: the program vouches for the address, as for every `PyObject *`.
    unsafe { Gc::from_header(std::ptr::NonNull::new_unchecked(address as *mut _)) }
}

/// The object whose handle lies at an address other than 0, or whose `id()` it is: with CPython these are the same.
pub fn object_at(vm: &Vm, address: usize) -> Value {
    match vm.object_of_id(address as u64) {
        Some(object) => object,
        None => at(address).get(vm).object,
    }
}

fn table(vm: &mut Vm) -> Result<Gc<Dict>, Raised> {
    if let Some(table) = vm.state(COUNTED).and_then(|table| table.downcast(vm)) {
        return Ok(table);
    }
    let table = Dict::new(vm)?;
    vm.set_state(COUNTED, table.value());
    Ok(table)
}

/// `Py_IncRef`, `Py_DecRef`: the handle lives at least until its count is 0 again.
pub fn count(vm: &mut Vm, address: usize, by: i64) -> Result<(), Raised> {
    if vm.object_of_id(address as u64).is_some() {
        return Ok(());
    }
    let (table, key) = (table(vm)?, vm.new_uint(address as u64)?);
    let old = Dict::get_item(table, vm, key)?.and_then(|entry| entry.exact::<Tuple>());
    let number = old.and_then(|entry| entry.get(vm).items().get(1).and_then(|number| vm.as_i64(*number))).unwrap_or(0);
    let number = number.saturating_add(by);
    if number <= 0 {
        return Dict::remove(table, vm, key).map(drop);
    }
    let number = vm.new_int(number)?;
    let entry = Tuple::from_values(vm, &[at(address).value(), number])?;
    Dict::set(table, vm, key, entry.value())
}

/// A new reference for C code: the address of a handle that is counted once.
pub fn new_reference(vm: &mut Vm, object: Value) -> Result<usize, Raised> {
    let handle = of(vm, object)?;
    count(vm, address(handle), 1)?;
    Ok(address(handle))
}
