//! The tables of the library that pickles depend on: those of `copyreg`, and the names of modules of Python 2.

use taipan_vm::gc::Gc;
use taipan_vm::import::import_module;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// A dict of a library module, kept from its first use on.
pub struct Table {
    key: &'static str,
    module: &'static str,
    name: &'static str,
}

pub static DISPATCH: Table = Table { key: "_pickle.dispatch_table", module: "copyreg", name: "dispatch_table" };
pub static EXTENSIONS: Table = Table { key: "_pickle.extensions", module: "copyreg", name: "_extension_registry" };
pub static EXTENSION_NAMES: Table =
    Table { key: "_pickle.extension_names", module: "copyreg", name: "_inverted_registry" };
pub static EXTENSION_CACHE: Table =
    Table { key: "_pickle.extension_cache", module: "copyreg", name: "_extension_cache" };
static NAMES_2TO3: Table = Table { key: "_pickle.names_2to3", module: "_compat_pickle", name: "NAME_MAPPING" };
static MODULES_2TO3: Table = Table { key: "_pickle.modules_2to3", module: "_compat_pickle", name: "IMPORT_MAPPING" };
static NAMES_3TO2: Table = Table { key: "_pickle.names_3to2", module: "_compat_pickle", name: "REVERSE_NAME_MAPPING" };
static MODULES_3TO2: Table =
    Table { key: "_pickle.modules_3to2", module: "_compat_pickle", name: "REVERSE_IMPORT_MAPPING" };

impl Table {
    /// The dict.
    ///
    /// # Errors
    /// RuntimeError when the module has something else in its place.
    pub fn get(&self, vm: &mut Vm) -> Result<Gc<Dict>, Raised> {
        if let Some(table) = vm.state(self.key).and_then(|table| table.exact::<Dict>()) {
            return Ok(table);
        }
        let module = import_module(vm, self.module)?;
        let table = vm.get_attr_str(module, self.name)?;
        match table.exact::<Dict>() {
            Some(dict) => {
                vm.set_state(self.key, table);
                Ok(dict)
            }
            None => {
                let got = vm.type_name(table);
                let message = format!("{}.{} should be a dict, not {got}", self.module, self.name);
                Err(vm.raise(Exc::RuntimeError, message))
            }
        }
    }

    /// Replaces what pickles of the other Python call a global by what this one calls it: the entry of the pair in the
    /// first table, else that of the module in the second one.
    fn rename(
        vm: &mut Vm,
        names: &Table,
        modules: &Table,
        module: Value,
        global: Value,
    ) -> Result<(Value, Value), Raised> {
        let table = names.get(vm)?;
        let pair = Tuple::from_values(vm, &[module, global])?.value();
        if let Some(renamed) = Dict::get_item(table, vm, pair)? {
            let Some(renamed) = renamed.downcast::<Tuple>(vm).filter(|renamed| renamed.get(vm).len() == 2) else {
                let got = vm.type_name(renamed);
                let message = format!("_compat_pickle.{} values should be 2-tuples, not {got}", names.name);
                return Err(vm.raise(Exc::RuntimeError, message));
            };
            let (module, global) = (renamed.get(vm).at(0), renamed.get(vm).at(1));
            if module.downcast::<Str>(vm).is_none() || global.downcast::<Str>(vm).is_none() {
                let (module, global) = (vm.type_name(module), vm.type_name(global));
                let message =
                    format!("_compat_pickle.{} values should be pairs of str, not ({module}, {global})", names.name);
                return Err(vm.raise(Exc::RuntimeError, message));
            }
            return Ok((module, global));
        }
        let table = modules.get(vm)?;
        match Dict::get_item(table, vm, module)? {
            None => Ok((module, global)),
            Some(renamed) if renamed.downcast::<Str>(vm).is_some() => Ok((renamed, global)),
            Some(renamed) => {
                let got = vm.type_name(renamed);
                let message = format!("_compat_pickle.{} values should be strings, not {got}", modules.name);
                Err(vm.raise(Exc::RuntimeError, message))
            }
        }
    }
}

/// The names under which Python 2 knows a global.
pub fn to_python2(vm: &mut Vm, module: Value, global: Value) -> Result<(Value, Value), Raised> {
    Table::rename(vm, &NAMES_3TO2, &MODULES_3TO2, module, global)
}

/// The names under which a global of Python 2 is known here.
pub fn from_python2(vm: &mut Vm, module: Value, global: Value) -> Result<(Value, Value), Raised> {
    Table::rename(vm, &NAMES_2TO3, &MODULES_2TO3, module, global)
}
