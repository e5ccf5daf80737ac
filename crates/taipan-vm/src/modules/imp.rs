//! The module `_imp`: built-in and frozen modules for the import system.

use crate::args::Args;
use crate::gc::Gc;
use crate::modules::thread::rlock::{self, RLock};
use crate::raise::{Exc, Raised};
use crate::spec::{ModuleSpec, function};
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::module::Module;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// Modules of the library that come without a path: name and file.
const FROZEN: &[(&str, &str)] = &[
    ("_frozen_importlib", "importlib/_bootstrap.py"),
    ("_frozen_importlib_external", "importlib/_bootstrap_external.py"),
    ("_packed_importer", "_packed_importer.py"),
    ("zipimport", "zipimport.py"),
];

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_imp",
    doc: "(Extremely) low-level import machinery bits as used by importlib.",
    functions: &[
        function("lock_held()", lock_held, "Return True if the import lock is currently held, else False.\n\nOn platforms without threads, return False."),
        function("acquire_lock()", acquire_lock, "Acquires the interpreter's import lock for the current thread.\n\nThis lock should be used by import hooks to ensure thread-safety when importing\nmodules. On platforms without threads, this function does nothing."),
        function("release_lock()", release_lock, "Release the interpreter's import lock.\n\nOn platforms without threads, this function does nothing."),
        function("extension_suffixes()", extension_suffixes, "Returns the list of file suffixes used to identify extension modules."),
        function("find_frozen(name, /, *, withdata=False)", find_frozen, "Return info about the corresponding frozen module (if there is one) or None.\n\nThe returned info (a 2-tuple):\n\n * data         the raw marshalled bytes\n * is_package   whether or not it is a package\n * origname     the originally frozen module's name, or None if not\n                a stdlib module (this will usually be the same as\n                the module's current name)"),
        function("get_frozen_object(name, data=None, /)", get_frozen_object, "Create a code object for a frozen module."),
        function("init_frozen(name, /)", init_frozen, "Initializes a frozen module."),
        function("is_frozen_package(name, /)", is_frozen_package, "Returns True if the module name is of a frozen package."),
        function("is_builtin(name, /)", is_builtin, "Returns True if the module name corresponds to a built-in module."),
        function("is_frozen(name, /)", is_frozen, "Returns True if the module name corresponds to a frozen module."),
        function("_frozen_module_names()", frozen_module_names, "Returns the list of available frozen modules."),
        function("_override_frozen_modules_for_tests(override, /)", nothing, "(internal-only) Override PyConfig.use_frozen_modules.\n\n(-1: \"off\", 1: \"on\", 0: no override)\nSee frozen_modules() in Lib/test/support/import_helper.py."),
        function("_override_multi_interp_extensions_check(override, /)", zero, "(internal-only) Override PyInterpreterConfig.check_multi_interp_extensions.\n\n(-1: \"never\", 1: \"always\", 0: no override)"),
        function("create_builtin(spec, /)", create_builtin, "Create an extension module."),
        function("exec_builtin(mod, /)", exec_builtin, "Initialize a built-in module."),
        function("_fix_co_filename(code, path, /)", fix_co_filename, "Changes code.co_filename to specify the passed-in path."),
        function("source_hash(key, source)", source_hash, ""),
    ],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let check = vm.interp().config.settings.check_hash_based_pycs;
    Module::set_text(module, vm, "check_hash_based_pycs", check)?;
    Module::set_int(module, vm, "pyc_magic_number_token", i64::from(taipan_bytecode::pyc::MAGIC_TOKEN))
}

fn nothing(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::NONE)
}

fn zero(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(0))
}

const LOCK: &str = "imp.lock";

/// The import lock, which guards importlib's table of module locks.
fn lock(vm: &mut Vm) -> Result<Gc<RLock>, Raised> {
    if let Some(lock) = vm.state(LOCK).and_then(|lock| lock.downcast::<RLock>(vm)) {
        return Ok(lock);
    }
    let lock = rlock::create(vm)?;
    vm.set_state(LOCK, lock.value());
    Ok(lock)
}

/// Takes the import lock for this thread, as often as it asks.
pub fn acquire_import_lock(vm: &mut Vm) -> Result<(), Raised> {
    // At the end the other threads do not run any more, one that holds the lock included.
    if vm.interp().finalizing {
        return Ok(());
    }
    let lock = lock(vm)?;
    rlock::acquire_now(vm, lock)
}

/// Gives the import lock back once; false when this thread does not hold it.
pub fn release_import_lock(vm: &mut Vm) -> Result<bool, Raised> {
    let lock = lock(vm)?;
    Ok(rlock::release_now(vm, lock) || vm.interp().finalizing)
}

fn lock_held(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let lock = lock(vm)?;
    Ok(Value::bool(rlock::is_locked(vm, lock)))
}

fn acquire_lock(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    acquire_import_lock(vm)?;
    Ok(Value::NONE)
}

fn release_lock(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    if release_import_lock(vm)? {
        return Ok(Value::NONE);
    }
    Err(vm.raise(Exc::RuntimeError, "not holding the import lock"))
}

fn extension_suffixes(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(List::new(vm)?.value())
}

/// The text of a str argument.
fn text(vm: &mut Vm, value: Value, function: &str) -> Result<String, Raised> {
    match value.downcast::<Str>(vm) {
        Some(text) => Ok(text.get(vm).to_string_lossy()),
        None => {
            let got = vm.type_name(value);
            Err(vm.raise(Exc::TypeError, format!("{function}() argument must be str, not {got}")))
        }
    }
}

fn frozen_path(vm: &Vm, name: &str) -> Option<&'static str> {
    let library = vm.interp().config.library?;
    let (_, path) = FROZEN.iter().find(|(frozen, _)| *frozen == name)?;
    library.has_file(path).then_some(*path)
}

fn find_frozen(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = text(vm, args.get(0), "find_frozen")?;
    if frozen_path(vm, &name).is_none() {
        return Ok(Value::NONE);
    }
    let original = vm.new_str(original_name(&name))?;
    Ok(Tuple::from_values(vm, &[Value::NONE, Value::FALSE, original])?.value())
}

/// The name under which a frozen module lies in the library.
fn original_name(name: &str) -> &str {
    match name {
        "_frozen_importlib" => "importlib._bootstrap",
        "_frozen_importlib_external" => "importlib._bootstrap_external",
        _ => name,
    }
}

fn no_such_frozen(vm: &mut Vm, name: &str) -> Raised {
    vm.raise(Exc::ImportError, format!("No such frozen object named {name}"))
}

/// The code of a frozen module.
fn frozen_code(vm: &mut Vm, name: &str) -> Result<Value, Raised> {
    let (Some(path), Some(library)) = (frozen_path(vm, name), vm.interp().config.library) else {
        return Err(no_such_frozen(vm, name));
    };
    let filename = match name.strip_prefix("_frozen_") {
        Some("importlib") => "<frozen importlib._bootstrap>".to_owned(),
        Some("importlib_external") => "<frozen importlib._bootstrap_external>".to_owned(),
        _ => format!("<frozen {name}>"),
    };
    let filename = vm.new_str(&filename)?;
    match super::packed::compiled(vm, library, path, filename)? {
        Some(code) => Ok(crate::execute::code_of(vm, code)?.value()),
        None => Err(no_such_frozen(vm, name)),
    }
}

fn get_frozen_object(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = text(vm, args.get(0), "get_frozen_object")?;
    frozen_code(vm, &name)
}

fn is_frozen(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = text(vm, args.get(0), "is_frozen")?;
    Ok(Value::bool(frozen_path(vm, &name).is_some()))
}

fn is_frozen_package(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = text(vm, args.get(0), "is_frozen_package")?;
    if frozen_path(vm, &name).is_none() {
        return Err(no_such_frozen(vm, &name));
    }
    Ok(Value::FALSE)
}

fn frozen_module_names(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let names = List::new(vm)?;
    for (name, _) in FROZEN {
        let name = vm.new_str(name)?;
        List::push(names, vm, name)?;
    }
    Ok(names.value())
}

fn init_frozen(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = text(vm, args.get(0), "init_frozen")?;
    if frozen_path(vm, &name).is_none() {
        return Ok(Value::NONE);
    }
    Ok(exec_frozen(vm, &name)?.value())
}

/// Makes a frozen module, enters it into `sys.modules` and runs it.
pub fn exec_frozen(vm: &mut Vm, name: &str) -> Result<Gc<Module>, Raised> {
    let code = frozen_code(vm, name)?;
    let module = Module::new(vm, name)?;
    // importlib takes it when it fixes up modules imported before it ran.
    Module::set_text(module, vm, "__origname__", original_name(name))?;
    if let Some(modules) = vm.interp().modules {
        let key = Str::intern(vm, name)?;
        Dict::set_str(modules, vm, key, module.value())?;
    }
    run_module(vm, module, code)?;
    Ok(module)
}

/// Runs the code of a module in its namespace.
fn run_module(vm: &mut Vm, module: Gc<Module>, code: Value) -> Result<(), Raised> {
    let dict = module.get(vm).dict;
    if let Some(builtins) = vm.interp().builtins {
        Module::set(module, vm, "__builtins__", builtins.value())?;
    }
    if let Some(code) = crate::execute::as_code(vm, code) {
        crate::execute::run_code(vm, code, dict, Some(dict.value()), None)?;
    }
    Ok(())
}

fn is_builtin(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = text(vm, args.get(0), "is_builtin")?;
    let known = vm.interp().module_specs.contains_key(name.as_str());
    Ok(match name.as_str() {
        "sys" | "builtins" => Value::int32(-1),
        _ => Value::int(known as usize),
    })
}

fn create_builtin(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = vm.get_attr_str(args.get(0), "name")?;
    let name = match name.downcast::<Str>(vm) {
        Some(name) => name.get(vm).to_string_lossy(),
        None => {
            let got = vm.type_name(name);
            return Err(vm.raise(Exc::TypeError, format!("name must be string, not {got}")));
        }
    };
    if name.contains('\0') {
        return Err(vm.raise(Exc::ValueError, "embedded null character"));
    }
    if name == "sys" || name == "builtins" {
        // There is one of each.
        let key = if name == "sys" { "sys" } else { "builtins.module" };
        if let Some(module) = vm.state(key) {
            return Ok(module);
        }
    }
    let Some(spec) = vm.interp().module_specs.get(name.as_str()).copied() else { return Ok(Value::NONE) };
    Ok(Module::from_spec(vm, spec)?.value())
}

fn exec_builtin(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(module) = args.get(0).downcast::<Module>(vm) else { return Ok(Value::int(0)) };
    if vm.state("sys") == Some(module.value()) || vm.state("builtins.module") == Some(module.value()) {
        return Ok(Value::int(0));
    }
    if let Some(exec) = module.get(vm).spec.and_then(|spec| spec.exec) {
        exec(vm, module)?;
    }
    Ok(Value::int(0))
}

/// Makes and fills a native module and enters it into `sys.modules`.
pub fn load_native(vm: &mut Vm, name: &str) -> Result<Option<Gc<Module>>, Raised> {
    let Some(spec) = vm.interp().module_specs.get(name).copied() else { return Ok(None) };
    let module = Module::from_spec(vm, spec)?;
    if let Some(modules) = vm.interp().modules {
        let key = Str::intern(vm, name)?;
        Dict::set_str(modules, vm, key, module.value())?;
    }
    if let Some(exec) = spec.exec {
        exec(vm, module)?;
    }
    Ok(Some(module))
}

/// Imports a native module or a library file before the import system stands.
pub fn load_early(vm: &mut Vm, name: Value) -> Result<Value, Raised> {
    let text = vm.text_of(name).unwrap_or_default();
    if let Some(module) = load_native(vm, &text)? {
        return Ok(module.value());
    }
    if frozen_path(vm, &text).is_some() {
        return Ok(exec_frozen(vm, &text)?.value());
    }
    let shown = vm.repr_string(name)?;
    Err(vm.raise(Exc::ModuleNotFoundError, format!("No module named {shown}")))
}

fn fix_co_filename(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(code) = crate::execute::as_code(vm, args.get(0)) else {
        let got = vm.type_name(args.get(0));
        return Err(vm.raise(Exc::TypeError, format!("_fix_co_filename() argument 1 must be code, not {got}")));
    };
    let Some(path) = args.get(1).downcast::<Str>(vm) else {
        let got = vm.type_name(args.get(1));
        return Err(vm.raise(Exc::TypeError, format!("_fix_co_filename() argument 2 must be str, not {got}")));
    };
    let path = path.get(vm).to_wtf8();
    Code::rename_file(code, vm, &path)?;
    Ok(Value::NONE)
}

/// SipHash-1-3 of the source under the key, as bytes.
fn source_hash(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let key = vm.index_i64(args.get(0))? as u64;
    let source = vm.bytes_of(args.get(1))?;
    let mut keys = [0; 16];
    keys[..8].copy_from_slice(&key.to_le_bytes());
    let hash = taipan_text::hash::HashKey::from_bytes(keys).sip13(&source);
    vm.new_bytes(&hash.to_le_bytes())
}
