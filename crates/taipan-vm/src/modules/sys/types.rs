//! `sys._clear_type_descriptors`: what `dataclasses` does to the class that one with `__slots__` replaces.

use crate::args::Args;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::type_::{Type, attributes};
use crate::value::Value;
use crate::vm::Vm;

/// Takes the descriptors `__dict__` and `__weakref__` out of a class: they would keep it alive.
pub(super) fn clear_type_descriptors(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(class) = args.get(0).downcast::<Type>(vm) else {
        let got = vm.type_name(args.get(0));
        return Err(vm.raise(Exc::TypeError, format!("_clear_type_descriptors() argument must be type, not {got}")));
    };
    if !class.get(vm).is_heap_type() {
        return Err(vm.raise(Exc::TypeError, "argument is immutable"));
    }
    for atom in [name::DICT, name::WEAKREF] {
        let attribute = vm.name(atom);
        attributes::set(vm, class, attribute, None)?;
    }
    Ok(Value::NONE)
}
