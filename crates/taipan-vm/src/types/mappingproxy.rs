//! `mappingproxy`: a read-only view of a mapping.

use crate::gc::{HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::TypeSpec;
use crate::types::Builtin;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `mappingproxy`.
    pub struct MappingProxy = Builtin::MappingProxy {
        pub mapping: Value,
    }
}

/// A read-only view of a mapping.
pub fn new(vm: &mut Vm, mapping: Value) -> Result<Value, Raised> {
    Ok(vm.new_exact(MappingProxy { header: HeaderWord::NEW, mapping })?.value())
}

pub static TYPE: TypeSpec = TypeSpec {
    name: "mappingproxy",
    layout: Some(<MappingProxy as HeapObject>::native),
    slots: Slots::DEFAULT,
    flags: 0,
    ..TypeSpec::DEFAULT
};
