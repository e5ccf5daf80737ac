//! `classmethod`: a function that is bound to the class.

use crate::gc::{HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::TypeSpec;
use crate::types::Builtin;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `classmethod`.
    pub struct ClassMethod = Builtin::ClassMethod {
        pub callable: Value,
    }
}

/// A new one around a value.
pub fn wrap(vm: &mut Vm, callable: Value) -> Result<Value, Raised> {
    Ok(vm.new_object(Builtin::ClassMethod as u32, ClassMethod { header: HeaderWord::NEW, callable })?.value())
}

pub static TYPE: TypeSpec = TypeSpec {
    name: "classmethod",
    layout: Some(<ClassMethod as HeapObject>::native),
    slots: Slots::DEFAULT,
    flags: crate::spec::HAS_DICT | crate::spec::BASETYPE,
    ..TypeSpec::DEFAULT
};
