//! `functools.Placeholder`: stands for a positional argument that a `partial` leaves open.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{MethodDef, TypeSpec, method};
use taipan_vm::types::object::Object;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

const STATE: &str = "functools.Placeholder";

/// The one placeholder of the interpreter.
pub fn get(vm: &mut Vm) -> Result<Value, Raised> {
    if let Some(placeholder) = vm.state(STATE) {
        return Ok(placeholder);
    }
    let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
    let placeholder = vm.new_object(shape, Object { header: HeaderWord::NEW })?.value();
    vm.set_state(STATE, placeholder);
    Ok(placeholder)
}

fn new(vm: &mut Vm, _: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    if !args.is_empty() || args.has_keywords() {
        return Err(vm.raise(Exc::TypeError, "PlaceholderType takes no arguments"));
    }
    get(vm)
}

fn repr(vm: &mut Vm, _: Value) -> Result<Value, Raised> {
    vm.new_str("Placeholder")
}

fn reduce(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.new_str("Placeholder")
}

const METHODS: &[MethodDef] = &[method("__reduce__($self, /)", reduce, "")];

pub static TYPE: TypeSpec = TypeSpec {
    name: "_PlaceholderType",
    module: "functools",
    slots: Slots { new: Some(new), repr: Some(repr), ..Slots::DEFAULT },
    methods: METHODS,
    doc: "The type of the Placeholder singleton.\n\nUsed as a placeholder for partial arguments.",
    ..TypeSpec::DEFAULT
};
