//! The module `_packed`: the standard library's files that are built into the program, for its importer in Python.

use crate::args::Args;
use crate::library::Library;
use crate::raise::{Exc, Raised};
use crate::spec::{ModuleSpec, function};
use crate::types::list::List;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_packed",
    doc: "Access to the library files built into the program.",
    functions: &[
        function("is_file(path, /)", is_file, "Whether there is a file of that path."),
        function("is_folder(path, /)", is_folder, "Whether files lie below that path."),
        function("source(path, /)", source, "The bytes of a file, None if there is none."),
        function("code(path, filename, /)", code, "The compiled code of a file, None if there is none."),
        function("list(path, /)", list, "Names of files and folders directly below a folder."),
    ],
    ..ModuleSpec::DEFAULT
};

/// The library and the path argument.
fn asked(vm: &mut Vm, args: Args<'_>) -> Result<(Option<&'static dyn Library>, String), Raised> {
    match args.get(0).downcast::<Str>(vm) {
        Some(path) => Ok((vm.interp().config.library, path.get(vm).to_string_lossy())),
        None => Err(vm.raise(Exc::TypeError, "path must be str")),
    }
}

fn is_file(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (library, path) = asked(vm, args)?;
    Ok(Value::bool(library.is_some_and(|library| library.has_file(&path))))
}

fn is_folder(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (library, path) = asked(vm, args)?;
    Ok(Value::bool(library.is_some_and(|library| library.has_folder(&path))))
}

fn source(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (library, path) = asked(vm, args)?;
    match library.and_then(|library| library.source(&path)) {
        Some(source) => vm.new_bytes(&source),
        None => Ok(Value::NONE),
    }
}

fn code(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (library, path) = asked(vm, args)?;
    let Some(library) = library else { return Ok(Value::NONE) };
    match compiled(vm, library, &path, args.get(1))? {
        Some(code) => Ok(crate::execute::code_of(vm, code)?.value()),
        None => Ok(Value::NONE),
    }
}

/// The code object of a library file: as compiled at build time, else compiled now.
pub fn compiled(
    vm: &mut Vm,
    library: &dyn Library,
    path: &str,
    filename: Value,
) -> Result<Option<std::sync::Arc<taipan_bytecode::CodeObject>>, Raised> {
    let optimize = vm.interp().config.optimize;
    if optimize == 0
        && let Some(bytes) = library.code(path)
        && let Some(name) = filename.downcast::<Str>(vm)
    {
        let name = name.get(vm).to_wtf8();
        if let Some(code) = super::marshal::load_code(bytes, &name) {
            return Ok(Some(code));
        }
    }
    let Some(source) = library.source(path) else { return Ok(None) };
    let options = crate::compile::SourceOptions { optimize, ..crate::compile::SourceOptions::EXEC };
    crate::compile::compile_source(vm, &source, filename, options).map(Some)
}

fn list(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (library, path) = asked(vm, args)?;
    let names = List::new(vm)?;
    for name in library.map(|library| library.list(&path)).unwrap_or_default() {
        let name = vm.new_str(&name)?;
        List::push(names, vm, name)?;
    }
    Ok(names.value())
}
