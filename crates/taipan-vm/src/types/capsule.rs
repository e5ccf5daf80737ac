//! `PyCapsule`: names an interface in C. No interface stands behind it here; it is what `types.CapsuleType` tells from others.

use crate::gc::{HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::{NO_NEW, TypeSpec};
use crate::types::object;
use crate::types::type_::class_of_spec;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// A capsule: `name` is a str.
    pub struct Capsule {
        pub name: Value,
    }
}

/// A capsule of the interface `name`.
pub fn new(vm: &mut Vm, name: &str) -> Result<Value, Raised> {
    let name = vm.new_str(name)?;
    let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
    Ok(vm.new_object(shape, Capsule { header: HeaderWord::NEW, name })?.value())
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let name = this.expect::<Capsule>(vm).get(vm).name;
    let name = vm.text_of(name).unwrap_or_default();
    let id = object::id_number(vm, this);
    vm.new_str(&format!("<capsule object \"{name}\" at {id:#x}>"))
}

pub static TYPE: TypeSpec = TypeSpec {
    name: "PyCapsule",
    layout: Some(<Capsule as HeapObject>::native),
    slots: Slots { repr: Some(repr), ..Slots::DEFAULT },
    flags: NO_NEW,
    doc: "Capsule objects let you wrap a C \"void *\" pointer in a Python\nobject.  They're a way of passing data through the Python interpreter\nwithout creating your own custom type.\n\nCapsules are used for communication between extension modules.\nThey provide a way for an extension module to export a C interface\nto other extension modules, so that extension modules can use the\nPython import mechanism to link to one another.\n",
    ..TypeSpec::DEFAULT
};
