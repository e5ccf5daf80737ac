//! How a warning gets to the reader: through `warnings._showwarnmsg`, or, where that cannot be had, straight to
//! `sys.stderr`.

use taipan_vm::gc::Gc;
use taipan_vm::import::{BOOTSTRAP, import_module};
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::policy::Warning;

/// An attribute of the module `warnings`; it is imported for that only if `import` says so and the interpreter does not
/// end. None: there is no such module or attribute.
pub fn attribute_of_warnings(vm: &mut Vm, attribute: &str, import: bool) -> Result<Option<Value>, Raised> {
    let module = if import && !vm.interp().finalizing {
        let result = import_module(vm, "warnings");
        match vm.catch(result, Exc::ImportError)? {
            Some(module) => module,
            None => return Ok(None),
        }
    } else {
        let Some(modules) = vm.interp().modules else { return Ok(None) };
        let key = Str::intern(vm, "warnings")?.value();
        match Dict::get_item(modules, vm, key)? {
            Some(module) => module,
            None => return Ok(None),
        }
    };
    let attribute = Str::intern(vm, attribute)?;
    vm.get_attr_opt(module, attribute)
}

/// Shows a warning.
pub fn show(vm: &mut Vm, warning: &Warning, category: Value, text: Value, message: Value) -> Result<(), Raised> {
    let Some(function) = attribute_of_warnings(vm, "_showwarnmsg", true)? else {
        if let Err(raised) = print(vm, warning, category, text) {
            // There is nobody to tell.
            let _ = vm.take_raised(raised);
        }
        return Ok(());
    };
    if !vm.is_callable(function) {
        return Err(vm.raise(Exc::TypeError, "warnings._showwarnmsg() must be set to a callable"));
    }
    let Some(class) = attribute_of_warnings(vm, "WarningMessage", false)? else {
        return Err(vm.raise(Exc::RuntimeError, "unable to get warnings.WarningMessage"));
    };
    let lineno = Value::int32(warning.lineno);
    let source = warning.source.unwrap_or(Value::NONE);
    let line = warning.source_line.unwrap_or(Value::NONE);
    let details = [message, category, warning.filename, lineno, Value::NONE, line, source];
    let shown = vm.call(class, &details)?;
    vm.call(function, &[shown]).map(drop)
}

/// `FILE:LINE: CATEGORY: TEXT` and the line of the source on `sys.stderr`.
fn print(vm: &mut Vm, warning: &Warning, category: Value, text: Value) -> Result<(), Raised> {
    let class_name = vm.get_attr_name(category, name::NAME)?;
    let Some(stderr) = taipan_vm::modules::sys::get(vm, "stderr")?.filter(|stderr| !stderr.is_none()) else {
        return Ok(());
    };
    let (file, class_name, text) = (vm.str_string(warning.filename)?, vm.str_string(class_name)?, vm.str_string(text)?);
    let mut out = format!("{file}:{}: {class_name}: {text}\n", warning.lineno);
    match warning.source_line {
        Some(line) => out.push_str(&format!("{}\n", vm.str_string(line)?)),
        None => {
            if let Some(line) = taipan_vm::compile::program_text(vm, warning.filename, warning.lineno) {
                let line = line.trim_matches([' ', '\t', '\x0c', '\n', '\r']);
                if !line.is_empty() {
                    out.push_str(&format!("  {line}\n"));
                }
            }
        }
    }
    let out = vm.new_str(&out)?;
    vm.call_method_name(stderr, name::WRITE, &[out]).map(drop)
}

/// A line of the source that the loader of a module has; None where it has none.
pub fn line_of_loader(vm: &mut Vm, globals: Gc<Dict>, lineno: i32) -> Result<Option<Value>, Raised> {
    let Some(loader) = loader(vm, globals)? else { return Ok(None) };
    let key = vm.name(name::NAME).value();
    let Some(module_name) = Dict::get_item(globals, vm, key)? else { return Ok(None) };
    let attribute = Str::intern(vm, "get_source")?;
    let Some(get_source) = vm.get_attr_opt(loader, attribute)? else { return Ok(None) };
    let source = vm.call(get_source, &[module_name]);
    let Some(source) = vm.catch(source, Exc::ImportError)?.filter(|source| !source.is_none()) else { return Ok(None) };
    if source.downcast::<Str>(vm).is_none() {
        let got = vm.type_name(source);
        return Err(vm.raise(Exc::TypeError, format!("must be str, not {got}")));
    }
    let lines = vm.call_method(source, "splitlines", &[])?;
    match (lines.downcast::<List>(vm), usize::try_from(lineno.wrapping_sub(1))) {
        (Some(lines), Ok(i)) => Ok(lines.get(vm).get_at(vm, i)),
        _ => Ok(None),
    }
}

/// The loader of the module with these globals.
fn loader(vm: &mut Vm, globals: Gc<Dict>) -> Result<Option<Value>, Raised> {
    let [own_name, spec, loader] = [name::NAME, name::SPEC, name::LOADER].map(|key| vm.name(key).value());
    // The module of a script has no spec to compare with.
    if Dict::get_item(globals, vm, spec)?.is_some_and(Value::is_none)
        && let Some(own_name) = Dict::get_item(globals, vm, own_name)?
        && own_name.downcast::<Str>(vm).is_some_and(|own_name| own_name.get(vm).equals("__main__"))
    {
        return Dict::get_item(globals, vm, loader);
    }
    let Some(bootstrap) = vm.state(BOOTSTRAP) else { return Ok(None) };
    let external = vm.get_attr_str(bootstrap, "_bootstrap_external")?;
    vm.call_method(external, "_bless_my_loader", &[globals.value()]).map(Some)
}
