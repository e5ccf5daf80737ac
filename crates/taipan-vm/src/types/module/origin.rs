//! What an error about a missing attribute or name can say of the module's origin: another module in its place, an
//! import that has not ended.

use crate::gc::Gc;
use crate::modules::sys;
use crate::names::name;
use crate::raise::Raised;
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::module::Module;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

/// The key of the folder that the program was started from: `sys.path[0]` at the start, '' for the current folder.
pub(crate) const START_FOLDER: &str = "module.start_folder";

/// What a module's `__spec__` tells.
pub struct Origin {
    /// The file the module was found in.
    pub file: Option<String>,
    /// The file lies beside the program, so that it stands before a library's module of the same name.
    pub shadows: bool,
    /// The same, and the standard library has a module of the name.
    pub shadows_stdlib: bool,
    /// The module's code is still running.
    pub initializing: bool,
}

impl Origin {
    /// What `spec` tells about the module called `module_name`.
    ///
    /// # Errors
    /// What the attributes of the spec raise.
    pub fn of(vm: &mut Vm, spec: Value, module_name: Value) -> Result<Origin, Raised> {
        let file = file_of(vm, spec)?;
        let shadows = match &file {
            Some(file) => is_beside_program(vm, file)?,
            None => false,
        };
        let mut shadows_stdlib = false;
        if shadows
            && let Some(names) = sys::get(vm, "stdlib_module_names")?
            && (vm.is_a(names, Builtin::FrozenSet) || vm.is_a(names, Builtin::Set))
        {
            shadows_stdlib = vm.contains(names, module_name)?;
        }
        let initializing = match vm.get_attr_opt_str(spec, "_initializing")? {
            Some(flag) => vm.is_true(flag)?,
            None => false,
        };
        Ok(Origin { file, shadows, shadows_stdlib, initializing })
    }
}

/// `spec.origin`, if it is a place in the file system.
fn file_of(vm: &mut Vm, spec: Value) -> Result<Option<String>, Raised> {
    let Some(located) = vm.get_attr_opt_str(spec, "has_location")? else { return Ok(None) };
    if !vm.is_true(located)? {
        return Ok(None);
    }
    Ok(vm.get_attr_opt_str(spec, "origin")?.and_then(|origin| vm.text_of(origin)))
}

/// Whether a module's file, or its package's folder, lies in the folder the program was started from.
fn is_beside_program(vm: &mut Vm, file: &str) -> Result<bool, Raised> {
    if vm.interp().config.settings.safe_path {
        return Ok(false);
    }
    let module = file.strip_suffix("/__init__.py").unwrap_or(file);
    let Some((folder, _)) = module.rsplit_once('/') else { return Ok(false) };
    let Some(start) = vm.state(START_FOLDER).and_then(|start| vm.text_of(start)) else { return Ok(false) };
    if !start.is_empty() {
        return Ok(start == folder);
    }
    let Ok(current) = vm.host().current_dir() else { return Ok(false) };
    let current = vm.decode_name(&current)?;
    Ok(vm.text_of(current).is_some_and(|current| current == folder))
}

/// The message of the AttributeError for a module's missing attribute.
///
/// # Errors
/// What the attributes of the module's spec raise.
pub(super) fn missing_attribute(vm: &mut Vm, module: Gc<Module>, attribute: Gc<Str>) -> Result<String, Raised> {
    let dict = module.get(vm).dict;
    let text = attribute.get(vm).to_string_lossy();
    let key = vm.name(name::NAME);
    let name_value = Dict::get_str(dict, vm, key);
    let Some((name_value, module_name)) = name_value.and_then(|value| Some((value, vm.text_of(value)?))) else {
        return Ok(format!("module has no attribute '{text}'"));
    };
    let plain = format!("module '{module_name}' has no attribute '{text}'");
    let key = vm.name(name::SPEC);
    let Some(spec) = Dict::get_str(dict, vm, key) else { return Ok(plain) };
    let origin = Origin::of(vm, spec, name_value)?;
    let file = origin.file.unwrap_or_default();
    if origin.shadows_stdlib {
        return Ok(format!(
            "{plain} (consider renaming '{file}' since it has the same name as the standard library module named \
             '{module_name}' and prevents importing that standard library module)"
        ));
    }
    if !origin.initializing {
        return Ok(if is_uninitialized_submodule(vm, spec, attribute)? {
            format!("cannot access submodule '{text}' of module '{module_name}' (most likely due to a circular import)")
        } else {
            plain
        });
    }
    if origin.shadows {
        return Ok(format!(
            "{plain} (consider renaming '{file}' if it has the same name as a library you intended to import)"
        ));
    }
    let place = if file.is_empty() { String::new() } else { format!(" from '{file}'") };
    Ok(format!(
        "partially initialized module '{module_name}'{place} has no attribute '{text}' (most likely due to a circular \
         import)"
    ))
}

/// Whether the import of a submodule has begun and not ended.
fn is_uninitialized_submodule(vm: &mut Vm, spec: Value, submodule: Gc<Str>) -> Result<bool, Raised> {
    match vm.get_attr_opt_str(spec, "_uninitialized_submodules")? {
        Some(names) => vm.contains(names, submodule.value()),
        None => Ok(false),
    }
}

/// The message of the ImportError for a name that `from module import name` does not find, and the module's file.
///
/// # Errors
/// What the attributes of the module and its spec raise.
pub fn missing_name(
    vm: &mut Vm,
    module: Value,
    module_name: Value,
    wanted: &str,
) -> Result<(String, Option<String>), Raised> {
    let (shown, wanted) = (vm.repr_string(module_name)?, quoted(vm, wanted)?);
    let plain = format!("cannot import name {wanted} from {shown}");
    let Some(spec) = vm.get_attr_opt_name(module, name::SPEC)? else {
        return Ok((format!("{plain} (unknown location)"), None));
    };
    let mut origin = Origin::of(vm, spec, module_name)?;
    if origin.file.is_none() && module.downcast::<Module>(vm).is_some() {
        origin.file = vm.get_attr_opt_name(module, name::FILE)?.and_then(|file| vm.text_of(file));
    }
    let file = match &origin.file {
        Some(file) => quoted(vm, file)?,
        None => String::new(),
    };
    let message = if origin.shadows_stdlib {
        format!(
            "{plain} (consider renaming {file} since it has the same name as the standard library module named {shown} \
             and prevents importing that standard library module)"
        )
    } else if origin.initializing && origin.shadows {
        format!("{plain} (consider renaming {file} if it has the same name as a library you intended to import)")
    } else {
        match (origin.initializing, &origin.file) {
            (false, Some(file)) => format!("{plain} ({file})"),
            (false, None) => format!("{plain} (unknown location)"),
            (true, file) => {
                let place = file.as_ref().map_or_else(String::new, |file| format!(" ({file})"));
                format!(
                    "cannot import name {wanted} from partially initialized module {shown} (most likely due to a \
                     circular import){place}"
                )
            }
        }
    };
    Ok((message, origin.file))
}

fn quoted(vm: &mut Vm, text: &str) -> Result<String, Raised> {
    let text = vm.new_str(text)?;
    vm.repr_string(text)
}
