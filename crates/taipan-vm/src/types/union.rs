//! `typing.Union`: `int | str`.

use crate::gc::{HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::TypeSpec;
use crate::types::Builtin;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `typing.Union`.
    pub struct Union = Builtin::Union {
        pub args: crate::gc::Gc<crate::types::tuple::Tuple>,
        pub parameters: Option<Value>,
    }
}

/// `a | b` of types.
pub fn or(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let args = crate::types::tuple::Tuple::from_values(vm, &[a, b])?;
    Ok(vm.new_exact(Union { header: HeaderWord::NEW, args, parameters: None })?.value())
}

/// The alternatives of a union, `None` for other values.
pub fn alternatives(vm: &Vm, value: Value) -> Option<crate::gc::Gc<crate::types::tuple::Tuple>> {
    Some(value.exact::<Union>()?.get(vm).args)
}

pub static TYPE: TypeSpec = TypeSpec {
    name: "typing.Union",
    layout: Some(<Union as HeapObject>::native),
    slots: Slots::DEFAULT,
    flags: 0,
    ..TypeSpec::DEFAULT
};
