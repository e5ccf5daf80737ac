//! Import statements.

use super::super::op::Op;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::dict::Dict;
use crate::types::module::origin::missing_name;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

/// IMPORT_NAME.
#[inline(never)]
pub fn import_name(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let (level, names, module) = (op.rb(), op.rc(), op.name(vm));
    let function = super::super::dispatch::running_function(vm);
    let (globals, builtins) = (function.get(vm).globals, function.get(vm).builtins);
    let key = vm.name(name::IMPORT);
    let Some(import) = vm.mapping_get(builtins.value(), key.value())? else {
        return Err(vm.raise(Exc::ImportError, "__import__ not found"));
    };
    let locals = super::name::namespace(vm).unwrap_or(Value::NONE);
    vm.call(import, &[module.value(), globals.value(), locals, names, level])
}

/// IMPORT_FROM.
#[inline(never)]
pub fn import_from(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let (module, attribute) = (op.rb(), op.name(vm));
    if let Some(value) = vm.get_attr_opt(module, attribute)? {
        return Ok(value);
    }
    // A submodule that is being imported is in sys.modules before it is an attribute of its package.
    let package = vm.get_attr_opt_name(module, name::NAME)?;
    let package = package.and_then(|package| Some((package, vm.text_of(package)?)));
    let wanted = attribute.get(vm).to_string_lossy();
    if let (Some((_, package)), Some(modules)) = (&package, vm.interp().modules) {
        let full = vm.new_str(&format!("{package}.{wanted}"))?;
        if let Some(found) = Dict::get_item(modules, vm, full)? {
            return Ok(found);
        }
    }
    Err(cannot_import(vm, module, package.map(|(package, _)| package), &wanted)?)
}

#[cold]
fn cannot_import(vm: &mut Vm, module: Value, package: Option<Value>, wanted: &str) -> Result<Raised, Raised> {
    let shown = match package {
        Some(package) => package,
        None => vm.new_str("<unknown module name>")?,
    };
    let (message, file) = missing_name(vm, module, shown, wanted)?;
    let raised = vm.raise(Exc::ImportError, message);
    let error = vm.take_raised(raised);
    let wanted = vm.new_str(wanted)?;
    let path = match file {
        Some(file) => vm.new_str(&file)?,
        None => Value::NONE,
    };
    for (attribute, value) in [("name", package.unwrap_or(Value::NONE)), ("path", path), ("name_from", wanted)] {
        let key = Str::intern(vm, attribute)?;
        let result = vm.set_attr(error, key, Some(value));
        vm.catch(result, Exc::AttributeError)?;
    }
    Ok(vm.reraise(error))
}

impl Vm {
    /// `getattr(object, "name", None)` as an option.
    pub fn get_attr_opt_str(&mut self, object: Value, name: &str) -> Result<Option<Value>, Raised> {
        let name = Str::intern(self, name)?;
        self.get_attr_opt(object, name)
    }
}

/// `from module import *` into the running frame's namespace.
pub fn import_star(vm: &mut Vm, module: Value) -> Result<Value, Raised> {
    let Some(locals) = super::name::namespace(vm) else {
        return Err(vm.raise(Exc::SystemError, "no locals found during 'import *'"));
    };
    let all = vm.get_attr_opt_name(module, name::ALL)?;
    let skip_private = all.is_none();
    let names = match all {
        Some(all) => all,
        None => match vm.get_attr_opt_name(module, name::DICT)? {
            Some(dict) => vm.call_method(dict, "keys", &[])?,
            None => {
                let message = "from-import-* object has no __dict__ and no __all__";
                return Err(vm.raise(Exc::ImportError, message));
            }
        },
    };
    let names = vm.list_of(names)?;
    let mut i = 0;
    while let Some(item) = names.get(vm).get_at(vm, i) {
        i += 1;
        let Some(text) = item.downcast::<Str>(vm) else {
            let owner = match vm.get_attr_opt_name(module, name::NAME)? {
                Some(owner) => vm.text_of(owner).unwrap_or_default(),
                None => String::new(),
            };
            let got = vm.type_name(item);
            let message = if skip_private {
                format!("Key in {owner}.__dict__ must be str, not {got}")
            } else {
                format!("Item in {owner}.__all__ must be str, not {got}")
            };
            return Err(vm.raise(Exc::TypeError, message));
        };
        if skip_private && text.get(vm).text().iter().next() == Some(u32::from(b'_')) {
            continue;
        }
        let text = Str::interned(text, vm);
        let value = vm.get_attr(module, text)?;
        vm.set_item(locals, text.value(), Some(value))?;
    }
    Ok(Value::NONE)
}
