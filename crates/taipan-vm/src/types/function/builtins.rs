//! The builtins of a namespace: a dict of names, or a stand-in for a `__builtins__` that is any other object.
//!
//! A stand-in is a dict that stays empty, of a class of its own: the caches of global names pass by what is no exact dict, and
//! the general lookup asks it by `__getitem__`, which asks the object behind it (CPython: `_PyEval_BuiltinsFromGlobals`).

use crate::gc::{Gc, HeapObject};
use crate::heap_object;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{NO_NEW, TypeSpec};
use crate::types::dict::{self, Dict};
use crate::types::module::Module;
use crate::types::str::Str;
use crate::types::type_::class_of_spec;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// The stand-in for builtins that are no dict.
    pub struct OtherBuiltins : Dict {
        pub object: Value,
    }
}

fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    let object = this.expect::<OtherBuiltins>(vm).get(vm).object;
    vm.get_item(object, key)
}

static TYPE: TypeSpec = TypeSpec {
    name: "builtins",
    base: Some(&dict::TYPE),
    layout: Some(<OtherBuiltins as HeapObject>::native),
    slots: Slots { subscript: Some(subscript), ..Slots::DEFAULT },
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

/// The builtins that go with a namespace: its `__builtins__` (of a module, its dict), or those of the running frame.
pub fn builtins_of(vm: &mut Vm, globals: Gc<Dict>) -> Result<Gc<Dict>, Raised> {
    let key = vm.name(name::BUILTINS_ATTR);
    let Some(value) = Dict::get_item(globals, vm, key.value())? else {
        return match vm.current_builtins() {
            Some(builtins) => Ok(builtins),
            None => Dict::new(vm),
        };
    };
    if let Some(module) = value.downcast::<Module>(vm) {
        return Ok(module.get(vm).dict);
    }
    if let Some(dict) = value.downcast::<Dict>(vm) {
        return Ok(dict);
    }
    let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
    Ok(vm.new_object(shape, OtherBuiltins { base: Dict::EMPTY, object: value })?.upcast())
}

/// The builtins as Python sees them: what stands behind a stand-in.
pub fn visible(vm: &Vm, builtins: Gc<Dict>) -> Value {
    match builtins.value().downcast::<OtherBuiltins>(vm) {
        Some(other) => other.get(vm).object,
        None => builtins.value(),
    }
}

impl Vm {
    /// The builtins of the running Python frame, or the interpreter's.
    pub fn current_builtins(&self) -> Option<Gc<Dict>> {
        match self.exec.current() {
            Some(frame) => Some(frame.function.get(self).builtins),
            None => self.interp().builtins,
        }
    }

    /// A name of the running frame's builtins, as what pickles iterators refers to; AttributeError where there is none.
    pub fn builtin_named(&mut self, name: &str) -> Result<Value, Raised> {
        let key = Str::intern(self, name)?;
        let found = match self.current_builtins() {
            Some(builtins) => self.mapping_get(builtins.value(), key.value())?,
            None => None,
        };
        match found {
            Some(value) => Ok(value),
            None => Err(self.raise(Exc::AttributeError, name)),
        }
    }
}
