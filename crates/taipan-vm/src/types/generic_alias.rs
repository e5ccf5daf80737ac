//! `types.GenericAlias`: `list[int]`.

use crate::gc::{HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::TypeSpec;
use crate::types::Builtin;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `types.GenericAlias`.
    pub struct GenericAlias = Builtin::GenericAlias {
        pub origin: Value,
        pub args: Value,
        pub parameters: Option<Value>,
        pub starred: bool,
        pub pad: [u8; 7],
    }
}

/// `origin[args]`.
pub fn new(vm: &mut Vm, origin: Value, args: Value) -> Result<Value, Raised> {
    let args = match args.downcast::<crate::types::tuple::Tuple>(vm) {
        Some(_) => args,
        None => crate::types::tuple::Tuple::from_values(vm, &[args])?.value(),
    };
    let alias = GenericAlias { header: HeaderWord::NEW, origin, args, parameters: None, starred: false, pad: [0; 7] };
    Ok(vm.new_exact(alias)?.value())
}

/// `Class[args]` of a built-in generic class.
pub fn class_getitem(vm: &mut Vm, args: crate::args::Args<'_>) -> Result<Value, Raised> {
    let [class, item] = args.all();
    new(vm, class, item)
}

/// The row that makes a built-in class generic.
pub const CLASS_GETITEM: crate::spec::MethodDef =
    crate::spec::class_method("__class_getitem__($type, object, /)", class_getitem, "See PEP 585").hidden();

pub static TYPE: TypeSpec = TypeSpec {
    name: "types.GenericAlias",
    layout: Some(<GenericAlias as HeapObject>::native),
    slots: Slots::DEFAULT,
    flags: 0,
    ..TypeSpec::DEFAULT
};
