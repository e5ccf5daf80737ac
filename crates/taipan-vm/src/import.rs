//! Importing: `__import__`, and the start of the import system from its Python sources.
//!
//! Modules that are imported already are found without calling Python code, as CPython's `PyImport_ImportModuleLevel` does.

pub mod timing;

use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

/// The key of `importlib._bootstrap` in the interpreter's state.
pub const BOOTSTRAP: &str = "importlib";

/// `import name`, giving the module itself (the last part of a dotted name).
pub fn import_module(vm: &mut Vm, name: &str) -> Result<Value, Raised> {
    let key = Str::intern(vm, name)?.value();
    if let Some(module) = finished_module(vm, key)? {
        return Ok(module);
    }
    find_and_load(vm, key)
}

/// A module of `sys.modules` that is not being imported at the moment.
fn finished_module(vm: &mut Vm, name: Value) -> Result<Option<Value>, Raised> {
    let Some(modules) = modules(vm)? else { return Ok(None) };
    let module = match modules.exact::<Dict>() {
        Some(modules) => Dict::get_item(modules, vm, name)?,
        None => vm.mapping_get(modules, name)?,
    };
    let Some(module) = module.filter(|module| !module.is_none()) else { return Ok(None) };
    if is_initializing(vm, module)? {
        // Another thread may be importing it: wait for its lock.
        if let Some(bootstrap) = vm.state(BOOTSTRAP) {
            vm.call_method(bootstrap, "_lock_unlock_module", &[name])?;
        }
    }
    Ok(Some(module))
}

/// Whether a module is being imported, as its `__spec__` tells.
pub fn is_initializing(vm: &mut Vm, module: Value) -> Result<bool, Raised> {
    let Some(spec) = vm.get_attr_opt_name(module, name::SPEC)? else { return Ok(false) };
    if spec.is_none() {
        return Ok(false);
    }
    let attribute = Str::intern(vm, "_initializing")?;
    match vm.get_attr_opt(spec, attribute)? {
        Some(flag) => vm.is_true(flag),
        None => Ok(false),
    }
}

/// `sys.modules`.
fn modules(vm: &mut Vm) -> Result<Option<Value>, Raised> {
    match crate::modules::sys::get(vm, "modules")? {
        Some(modules) => Ok(Some(modules)),
        None => Ok(vm.interp().modules.map(Gc::value)),
    }
}

fn audit_import(vm: &mut Vm, name: Value) -> Result<(), Raised> {
    let mut event = [name, Value::NONE, Value::NONE, Value::NONE, Value::NONE];
    for (value, attribute) in event[2..].iter_mut().zip(["path", "meta_path", "path_hooks"]) {
        *value = crate::modules::sys::get(vm, attribute)?.unwrap_or(Value::NONE);
    }
    vm.audit("import", &event)
}

fn find_and_load(vm: &mut Vm, name: Value) -> Result<Value, Raised> {
    if vm.is_audited() {
        audit_import(vm, name)?;
    }
    if vm.interp().config.settings.import_time == 0 {
        return find_and_load_untimed(vm, name);
    }
    let clock = timing::start(vm);
    let result = find_and_load_untimed(vm, name);
    timing::report(vm, name, clock);
    result
}

fn find_and_load_untimed(vm: &mut Vm, name: Value) -> Result<Value, Raised> {
    match vm.state(BOOTSTRAP) {
        Some(bootstrap) => {
            let import = import_function(vm);
            let result = vm.call_method(bootstrap, "_find_and_load", &[name, import]);
            trim_traceback(vm, result)
        }
        None => crate::modules::imp::load_early(vm, name),
    }
}

/// `builtins.__import__`.
fn import_function(vm: &mut Vm) -> Value {
    let Some(builtins) = vm.interp().builtins else { return Value::NONE };
    let key = vm.name(name::IMPORT);
    Dict::get_str(builtins, vm, key).unwrap_or(Value::NONE)
}

/// Takes the frames of the import system out of the traceback of an exception that passes through it.
fn trim_traceback(vm: &mut Vm, result: Result<Value, Raised>) -> Result<Value, Raised> {
    match result {
        Err(raised) => {
            let is_import_error = vm.raised_is(Exc::ImportError);
            let exception = vm.take_raised(raised);
            if vm.interp().config.settings.verbose == 0 {
                crate::execute::remove_import_frames(vm, exception, is_import_error);
            }
            Err(vm.reraise(exception))
        }
        done => done,
    }
}

/// `__import__(name, globals, locals, fromlist, level)`.
pub fn import_level(
    vm: &mut Vm,
    name: Value,
    globals: Option<Value>,
    fromlist: Value,
    level: i32,
) -> Result<Value, Raised> {
    let Some(text) = name.downcast::<Str>(vm) else {
        return Err(vm.raise(Exc::TypeError, "module name must be a string"));
    };
    if level < 0 {
        return Err(vm.raise(Exc::ValueError, "level must be >= 0"));
    }
    let absolute = if level > 0 {
        match vm.state(BOOTSTRAP) {
            Some(bootstrap) => {
                let package = package_of(vm, globals)?;
                resolve_name(vm, bootstrap, text, package, level)?
            }
            None => return Err(vm.raise(Exc::ImportError, "attempted relative import with no known parent package")),
        }
    } else {
        if text.get(vm).is_empty() {
            return Err(vm.raise(Exc::ValueError, "Empty module name"));
        }
        Str::interned(text, vm).value()
    };
    let module = match finished_module(vm, absolute)? {
        Some(module) => {
            if vm.interp().config.settings.import_time == 2 {
                timing::report_cached(vm, absolute);
            }
            module
        }
        None => find_and_load(vm, absolute)?,
    };
    let has_from = !fromlist.is_none() && vm.is_true(fromlist)?;
    if has_from {
        let path = vm.get_attr_opt_name(module, name::PATH)?;
        if path.is_none() {
            return Ok(module);
        }
        let Some(bootstrap) = vm.state(BOOTSTRAP) else { return Ok(module) };
        let import = import_function(vm);
        let result = vm.call_method(bootstrap, "_handle_fromlist", &[module, fromlist, import]);
        return trim_traceback(vm, result);
    }
    let points: Vec<u32> = text.get(vm).text().iter().collect();
    let Some(dot) = points.iter().position(|point| *point == u32::from(b'.')) else {
        return Ok(module);
    };
    if level == 0 {
        let front = Str::from_points(vm, &points[..dot])?;
        return import_level(vm, front.value(), None, Value::NONE, 0);
    }
    top_of_relative(vm, module, absolute, &points)
}

/// What `import .a.b` gives: the module named by the absolute name without what follows the first part of the relative one.
fn top_of_relative(vm: &mut Vm, module: Value, absolute: Value, relative: &[u32]) -> Result<Value, Raised> {
    let Some(dot) = relative.iter().position(|point| *point == u32::from(b'.')) else { return Ok(module) };
    let Some(absolute) = absolute.downcast::<Str>(vm) else { return Ok(module) };
    let full: Vec<u32> = absolute.get(vm).text().iter().collect();
    let keep = full.len().saturating_sub(relative.len() - dot);
    let key = Str::from_points(vm, &full[..keep])?.value();
    let found = match modules(vm)? {
        Some(modules) => vm.mapping_get(modules, key)?,
        None => None,
    };
    match found {
        Some(found) => Ok(found),
        None => {
            let text = vm.repr_string(key)?;
            Err(vm.raise(Exc::KeyError, format!("{text} not in sys.modules as expected")))
        }
    }
}

/// The package that a relative import in a module with these globals starts from (`_calc___package__`).
fn package_of(vm: &mut Vm, globals: Option<Value>) -> Result<Value, Raised> {
    let Some(globals) = globals else { return Err(vm.raise(Exc::KeyError, "'__name__' not in globals")) };
    let Some(dict) = globals.downcast::<Dict>(vm) else {
        return Err(vm.raise(Exc::TypeError, "globals must be a dict"));
    };
    let bootstrap = match vm.state(BOOTSTRAP) {
        Some(bootstrap) => bootstrap,
        None => return Ok(Value::NONE),
    };
    // The common case needs no Python code: __package__ is a str equal to __spec__.parent.
    let key = vm.name(name::PACKAGE);
    let package = Dict::get_str(dict, vm, key).filter(|package| !package.is_none());
    if let Some(package) = package {
        if package.downcast::<Str>(vm).is_none() {
            return Err(vm.raise(Exc::TypeError, "package must be a string"));
        }
        let key = vm.name(name::SPEC);
        let spec = Dict::get_str(dict, vm, key).filter(|spec| !spec.is_none());
        if let Some(spec) = spec {
            let parent = vm.get_attr_str(spec, "parent")?;
            if vm.is_equal(parent, package)? {
                return Ok(package);
            }
        } else {
            return Ok(package);
        }
    }
    let [spec, own_name] = [name::SPEC, name::NAME].map(|key| {
        let key = vm.name(key);
        Dict::get_str(dict, vm, key)
    });
    if package.is_none() && spec.is_none_or(Value::is_none) {
        match own_name {
            None => return Err(vm.raise(Exc::KeyError, "'__name__' not in globals")),
            Some(own_name) if own_name.downcast::<Str>(vm).is_none() => {
                return Err(vm.raise(Exc::TypeError, "__name__ must be a string"));
            }
            Some(_) => {}
        }
    }
    vm.call_method(bootstrap, "_calc___package__", &[globals])
}

fn resolve_name(vm: &mut Vm, bootstrap: Value, text: Gc<Str>, package: Value, level: i32) -> Result<Value, Raised> {
    let empty = package.downcast::<Str>(vm).is_none_or(|package| package.get(vm).is_empty());
    if empty {
        return Err(vm.raise(Exc::ImportError, "attempted relative import with no known parent package"));
    }
    let name = vm.call_method(bootstrap, "_resolve_name", &[text.value(), package, Value::int32(level)])?;
    match name.downcast::<Str>(vm) {
        Some(name) => Ok(Str::interned(name, vm).value()),
        None => Ok(name),
    }
}
