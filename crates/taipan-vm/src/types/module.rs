//! `module`: a namespace with a dict.

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::names::name;
use crate::raise::Raised;
use crate::spec::ModuleSpec;
use crate::types::Builtin;
use crate::types::builtin_method::BuiltinMethod;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::type_::class_of_spec;
use crate::value::Value;
use crate::vm::Vm;

pub mod methods;
pub mod origin;

pub use methods::TYPE;

heap_object! {
    /// A module.
    pub struct Module = Builtin::Module {
        /// `__dict__`; the attributes of instances of subclasses lie in it, too.
        pub dict: Gc<Dict>,
        pub spec: Option<&'static ModuleSpec>,
    }
}

/// The word of a module that holds its `__dict__`.
pub const DICT_WORD: u16 = (std::mem::offset_of!(Module, dict) / 8) as u16;

impl Module {
    /// A new module with `__name__`, `__doc__`, `__package__`, `__loader__` and `__spec__`.
    pub fn new(vm: &mut Vm, module_name: &str) -> Result<Gc<Module>, Raised> {
        let dict = Dict::new(vm)?;
        let module = vm.new_object(Builtin::Module as u32, Module { header: HeaderWord::NEW, dict, spec: None })?;
        let text = Str::intern(vm, module_name)?;
        for (key, value) in [
            (name::NAME, text.value()),
            (name::DOC, Value::NONE),
            (name::PACKAGE, Value::NONE),
            (name::LOADER, Value::NONE),
            (name::SPEC, Value::NONE),
        ] {
            let key = vm.name(key);
            Dict::set_str(dict, vm, key, value)?;
        }
        Ok(module)
    }

    /// Makes a native module from its rows; `exec` is run by the caller (import).
    pub fn from_spec(vm: &mut Vm, spec: &'static ModuleSpec) -> Result<Gc<Module>, Raised> {
        let module = Module::new(vm, spec.name)?;
        module.get_mut(vm).spec = Some(spec);
        let dict = module.get(vm).dict;
        if !spec.doc.is_empty() {
            let (key, doc) = (vm.name(name::DOC), vm.new_str(spec.doc)?);
            Dict::set_str(dict, vm, key, doc)?;
        }
        // As in CPython a text of its own: a pickle tells it from the names of modules that types have.
        let module_name = vm.new_str(spec.name)?;
        for row in spec.functions {
            let function = BuiltinMethod::new(vm, row, Some(module.value()), Some(module_name), false)?;
            Module::set(module, vm, row.name(), function.value())?;
        }
        for spec in spec.types {
            let class = class_of_spec(vm, spec)?;
            Module::set(module, vm, spec.name, class.value())?;
        }
        Ok(module)
    }

    /// Sets an attribute.
    pub fn set(this: Gc<Module>, vm: &mut Vm, attribute: &str, value: Value) -> Result<(), Raised> {
        let key = Str::intern(vm, attribute)?;
        let dict = this.get(vm).dict;
        Dict::set_str(dict, vm, key, value)
    }

    /// Sets an attribute to an int.
    pub fn set_int(this: Gc<Module>, vm: &mut Vm, attribute: &str, value: i64) -> Result<(), Raised> {
        let value = vm.new_int(value)?;
        Module::set(this, vm, attribute, value)
    }

    /// Sets an attribute to a str.
    pub fn set_text(this: Gc<Module>, vm: &mut Vm, attribute: &str, value: &str) -> Result<(), Raised> {
        let value = vm.new_str(value)?;
        Module::set(this, vm, attribute, value)
    }

    /// The attribute in the module's dict.
    pub fn get_attr(this: Gc<Module>, vm: &mut Vm, attribute: &str) -> Result<Option<Value>, Raised> {
        let key = Str::intern(vm, attribute)?;
        let dict = this.get(vm).dict;
        Ok(Dict::get_str(dict, vm, key))
    }
}
