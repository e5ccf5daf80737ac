//! `staticmethod`: a function that is not bound.

use crate::gc::{HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::TypeSpec;
use crate::types::Builtin;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `staticmethod`.
    pub struct StaticMethod = Builtin::StaticMethod {
        pub callable: Value,
    }
}

/// A new one around a value.
pub fn wrap(vm: &mut Vm, callable: Value) -> Result<Value, Raised> {
    Ok(vm.new_object(Builtin::StaticMethod as u32, StaticMethod { header: HeaderWord::NEW, callable })?.value())
}

fn descr_get(vm: &mut Vm, this: Value, _: Option<Value>, _: Option<Value>) -> Result<Value, Raised> {
    Ok(this.downcast::<StaticMethod>(vm).map_or(this, |method| method.get(vm).callable))
}

pub static TYPE: TypeSpec = TypeSpec {
    name: "staticmethod",
    layout: Some(<StaticMethod as HeapObject>::native),
    slots: Slots { descr_get: Some(descr_get), ..Slots::DEFAULT },
    flags: crate::spec::HAS_DICT | crate::spec::BASETYPE,
    ..TypeSpec::DEFAULT
};
