//! The slots and methods of `function`.

use crate::gc::HeapObject;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::{HAS_DICT, METHOD_DESCRIPTOR, TypeSpec, WEAKREFABLE};
use crate::types::function::Function;
use crate::types::method::Method;
use crate::value::Value;
use crate::vm::Vm;

/// Binds the function to an instance.
fn descr_get(vm: &mut Vm, this: Value, instance: Option<Value>, _owner: Option<Value>) -> Result<Value, Raised> {
    match instance {
        Some(instance) if !instance.is_none() => Method::new(vm, this, instance),
        _ => Ok(this),
    }
}

pub static TYPE: TypeSpec = TypeSpec {
    name: "function",
    layout: Some(<Function as HeapObject>::native),
    slots: Slots { call: Some(crate::interp::call::function_call), descr_get: Some(descr_get), ..Slots::DEFAULT },
    flags: HAS_DICT | WEAKREFABLE | METHOD_DESCRIPTOR,
    ..TypeSpec::DEFAULT
};
