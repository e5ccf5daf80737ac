//! `_pickle`: `Pickler`, `Unpickler` and the functions around them (PEP 307, PEP 3154, PEP 574).
//!
//! What is written equals what CPython's C pickler writes, byte for byte; what is read is not trusted.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::import::import_level;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::module::Module;
use taipan_vm::types::object;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::module_exception::ModuleException;

mod docs;
mod global;
mod input;
mod load;
mod load_objects;
mod memo;
mod memo_proxy;
mod opcodes;
mod output;
pub mod pickler;
mod reduce;
mod save;
mod tables;
pub mod unpickler;

use pickler::Pickler;

static PICKLE_ERROR: ModuleException =
    ModuleException { key: "_pickle.PickleError", module: "_pickle", name: "PickleError", base: Exc::Exception };
static PICKLING_ERROR: SubError = SubError { key: "_pickle.PicklingError", name: "PicklingError" };
static UNPICKLING_ERROR: SubError = SubError { key: "_pickle.UnpicklingError", name: "UnpicklingError" };

/// A class below `PickleError`.
struct SubError {
    key: &'static str,
    name: &'static str,
}

impl SubError {
    fn class(&self, vm: &mut Vm) -> Result<Value, Raised> {
        if let Some(class) = vm.state(self.key) {
            return Ok(class);
        }
        let base = PICKLE_ERROR.class(vm)?;
        let class = PICKLE_ERROR.subclass(vm, self.name, base)?;
        vm.set_state(self.key, class);
        Ok(class)
    }

    #[cold]
    fn raise(&self, vm: &mut Vm, message: &str) -> Raised {
        let made = self.class(vm).and_then(|class| {
            let text = vm.new_str(message)?;
            vm.call(class, &[text])
        });
        match made {
            Ok(exception) => vm.raise_value(exception),
            Err(raised) => raised,
        }
    }
}

/// A truth argument that is true by default.
fn flag(vm: &mut Vm, value: Value) -> Result<bool, Raised> {
    match value.given() {
        Some(value) => vm.is_true(value),
        None => Ok(true),
    }
}

/// The class of an object as notes and messages name it: with its module, but for builtins and the program itself.
fn class_text(vm: &mut Vm, object: Value) -> Result<String, Raised> {
    let class = vm.type_of(object);
    let name = object::full_class_name(vm, class)?;
    Ok(name.strip_prefix("__main__.").map(str::to_owned).unwrap_or(name))
}

/// Adds a note to the pending exception.
#[cold]
fn note(vm: &mut Vm, raised: Raised, text: impl FnOnce(&mut Vm) -> Result<String, Raised>) -> Raised {
    let exception = vm.take_raised(raised);
    let added = text(vm).and_then(|text| {
        let text = vm.new_str(&text)?;
        vm.call_method(exception, "add_note", &[text])
    });
    if let Err(raised) = added {
        let _ = vm.take_raised(raised);
    }
    vm.reraise(exception)
}

/// Raises PicklingError in place of the pending exception, which becomes its context.
#[cold]
fn chain(vm: &mut Vm, raised: Raised, message: impl FnOnce(&mut Vm, Value) -> Result<String, Raised>) -> Raised {
    let cause = vm.take_raised(raised);
    let message = match message(vm, cause) {
        Ok(message) => message,
        Err(raised) => return raised,
    };
    let raised = PICKLING_ERROR.raise(vm, &message);
    let error = vm.take_raised(raised);
    match vm.set_attr_name(error, taipan_vm::names::name::CONTEXT, cause) {
        Ok(()) => vm.reraise(error),
        Err(raised) => raised,
    }
}

/// The module of a name, imported: of a dotted one the module itself, not its package.
fn import_named(vm: &mut Vm, name: Value) -> Result<Value, Raised> {
    let module = import_level(vm, name, None, Value::NONE, 0)?;
    let dot = u32::from(b'.');
    if !name.downcast::<Str>(vm).is_some_and(|name| name.get(vm).text().iter().any(|point| point == dot)) {
        return Ok(module);
    }
    let Some(modules) = taipan_vm::modules::sys::get(vm, "modules")? else { return Ok(module) };
    match vm.mapping_get(modules, name)? {
        Some(module) => Ok(module),
        None => Err(vm.raise_with(Exc::KeyError, &[name])),
    }
}

fn dump(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [object, file, protocol, fix_imports, callback] = args.all();
    let fix_imports = flag(vm, fix_imports)?;
    let pickler = Pickler::new(vm)?;
    Pickler::set_protocol(pickler, vm, protocol, fix_imports)?;
    Pickler::set_file(pickler, vm, file)?;
    Pickler::set_buffer_callback(pickler, vm, callback)?;
    let bytes = pickler::run(vm, pickler, object, true)?;
    if let Some(write) = pickler.get(vm).write {
        let bytes = vm.new_bytes(&bytes)?;
        vm.call(write, &[bytes])?;
    }
    Ok(Value::NONE)
}

fn dumps(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [object, protocol, fix_imports, callback] = args.all();
    let fix_imports = flag(vm, fix_imports)?;
    let pickler = Pickler::new(vm)?;
    Pickler::set_protocol(pickler, vm, protocol, fix_imports)?;
    Pickler::set_buffer_callback(pickler, vm, callback)?;
    let bytes = pickler::run(vm, pickler, object, true)?;
    vm.check_native_bytes(bytes.len())?;
    vm.new_bytes(&bytes)
}

fn load(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [file, fix_imports, encoding, errors, buffers] = args.all();
    unpickler::load_file(vm, file, [fix_imports, encoding, errors, buffers])
}

fn loads(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [data, fix_imports, encoding, errors, buffers] = args.all();
    unpickler::load_memory(vm, data, [fix_imports, encoding, errors, buffers])
}

const FUNCTIONS: &[MethodDef] = &[
    function("dump(obj, file, protocol=None, *, fix_imports=True, buffer_callback=None)", dump, docs::DUMP),
    function("dumps(obj, protocol=None, *, fix_imports=True, buffer_callback=None)", dumps, docs::DUMPS),
    function("load(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())", load, docs::LOAD),
    function("loads(data, /, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())", loads, docs::LOADS),
];

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    PICKLE_ERROR.define(vm, module)?;
    for error in [&PICKLING_ERROR, &UNPICKLING_ERROR] {
        let class = error.class(vm)?;
        Module::set(module, vm, error.name, class)?;
    }
    Ok(())
}

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_pickle",
    doc: "Optimized C implementation for the Python pickle module.",
    functions: FUNCTIONS,
    types: &[&pickler::TYPE, &unpickler::TYPE, &crate::pickle_buffer::TYPE],
    exec: Some(exec),
};
