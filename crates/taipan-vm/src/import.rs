//! Importing modules from native code.

use crate::raise::{Exc, Raised};
use crate::types::dict::Dict;
use crate::value::Value;
use crate::vm::Vm;

/// `import name`, giving the module itself (the last part of a dotted name).
pub fn import_module(vm: &mut Vm, name: &str) -> Result<Value, Raised> {
    let key = vm.new_str(name)?;
    if let Some(modules) = vm.interp().modules
        && let Some(module) = Dict::get_item(modules, vm, key)?
    {
        return Ok(module);
    }
    let import = match vm.interp().builtins {
        Some(builtins) => {
            let key = vm.name(crate::names::name::IMPORT);
            Dict::get_str(builtins, vm, key)
        }
        None => None,
    };
    let Some(import) = import else { return Err(vm.raise(Exc::ImportError, "__import__ not found")) };
    vm.call(import, &[key])?;
    let found = match vm.interp().modules {
        Some(modules) => Dict::get_item(modules, vm, key)?,
        None => None,
    };
    match found {
        Some(module) => Ok(module),
        None => Err(vm.raise_with(Exc::KeyError, &[key])),
    }
}
