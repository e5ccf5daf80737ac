//! `compile`, `eval`, `exec`, `globals`, `locals`, `__import__`.

use crate::args::Args;
use crate::compile::{SourceOptions, compile_source, flag};
use crate::execute::{code_of, run_code};
use crate::gc::Gc;
use crate::modules::ast;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;
use taipan_syntax::Mode;

pub(super) fn globals(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(vm.current_globals().map_or(Value::NONE, |globals| globals.value()))
}

pub(super) fn locals(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.current_locals()
}

pub(super) fn import(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [module, globals, _locals, fromlist, level] = args.all();
    let level = match level.given() {
        Some(level) => vm.index_i32(level)?,
        None => 0,
    };
    let fromlist = match fromlist.given() {
        Some(fromlist) => fromlist,
        None => Value::NONE,
    };
    crate::import::import_level(vm, module, globals.not_none(), fromlist, level)
}

/// The bytes of a source given as str, bytes or a buffer, and whether it is known to be UTF-8.
pub(in crate::modules) fn source_bytes(
    vm: &mut Vm,
    source: Value,
    function: &str,
    what: &str,
) -> Result<(Vec<u8>, bool), Raised> {
    if let Some(text) = source.downcast::<Str>(vm) {
        vm.check_encodable(text)?;
        return Ok((text.get(vm).to_utf8().unwrap_or_default().into_owned().into_bytes(), true));
    }
    if vm.slots(source).get_buffer.is_some() {
        let result = vm.bytes_of(source);
        if let Some(bytes) = vm.catch(result, Exc::Exception)? {
            return Ok((bytes, false));
        }
    }
    Err(vm.raise(Exc::TypeError, format!("{function}() arg 1 must be a {what} object")))
}

pub(in crate::modules) fn check_nulls(vm: &mut Vm, source: &[u8]) -> Result<(), Raised> {
    if source.contains(&0) {
        return Err(vm.raise(Exc::SyntaxError, "source code string cannot contain null bytes"));
    }
    Ok(())
}

/// The file name of a source, given as str, bytes or path, as a str.
pub(in crate::modules) fn file_name(vm: &mut Vm, filename: Value) -> Result<Value, Raised> {
    let path = vm.fs_path(filename)?;
    let name = match path.downcast::<crate::types::bytes::Bytes>(vm) {
        Some(bytes) => {
            let bytes = bytes.get(vm).bytes().to_vec();
            vm.decode_name(&bytes)?
        }
        None => path,
    };
    if name.downcast::<Str>(vm).is_some_and(|name| name.get(vm).text().iter().any(|point| point == 0)) {
        return Err(vm.raise(Exc::ValueError, "embedded null character"));
    }
    Ok(name)
}

/// The mode of a source, a str that can be UTF-8 without null characters; `argument` names it in messages.
pub(in crate::modules) fn mode_text(vm: &mut Vm, mode: Value, argument: &str) -> Result<String, Raised> {
    let Some(text) = mode.downcast::<Str>(vm) else {
        let got = if mode.is_none() { "None".to_owned() } else { vm.type_name(mode) };
        return Err(vm.raise(Exc::TypeError, format!("{argument} must be str, not {got}")));
    };
    vm.check_encodable(text)?;
    let text = text.get(vm).to_string_lossy();
    if text.contains('\0') {
        return Err(vm.raise(Exc::ValueError, "embedded null character"));
    }
    Ok(text)
}

pub(super) fn compile(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [source, filename, mode, flags, dont_inherit, optimize, feature_version] = args.all();
    let filename = file_name(vm, filename)?;
    let mode = mode_text(vm, mode, "compile() argument 'mode'")?;
    let flags = match flags.given() {
        Some(flags) => vm.index_i32(flags)? as u32,
        None => 0,
    };
    let dont_inherit = match dont_inherit.given() {
        Some(value) => vm.is_true(value)?,
        None => false,
    };
    let optimize = match optimize.given() {
        Some(value) => vm.index_i32(value)?,
        None => -1,
    };
    let feature_version = match feature_version.given() {
        Some(value) => vm.index_i32(value)?,
        None => -1,
    };
    if flags & !flag::ALL != 0 {
        return Err(vm.raise(Exc::ValueError, "compile(): unrecognised flags"));
    }
    let optimize = match optimize {
        -1 => vm.interp().config.optimize,
        0..=2 => optimize as u8,
        _ => return Err(vm.raise(Exc::ValueError, "compile(): invalid optimize value")),
    };
    let inherited = if dont_inherit { 0 } else { vm.current_future_flags() };
    let only_ast = flags & flag::ONLY_AST != 0;
    let mode = match mode.as_str() {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        "func_type" if only_ast => Mode::FuncType,
        "func_type" => {
            return Err(vm.raise(Exc::ValueError, "compile() mode 'func_type' requires flag PyCF_ONLY_AST"));
        }
        _ if only_ast => {
            return Err(vm.raise(Exc::ValueError, "compile() mode must be 'exec', 'eval', 'single' or 'func_type'"));
        }
        _ => return Err(vm.raise(Exc::ValueError, "compile() mode must be 'exec', 'eval' or 'single'")),
    };
    let feature_version = if only_ast && (0..=14).contains(&feature_version) { feature_version as u8 } else { 14 };
    let mut options = SourceOptions { mode, flags: flags | inherited, optimize, feature_version, from_file: false };
    if let Some(result) = ast::compile::compile(vm, source, filename, options)? {
        return Ok(result);
    }
    let (bytes, is_text) = source_bytes(vm, source, "compile", "string, bytes or AST")?;
    check_nulls(vm, &bytes)?;
    if is_text {
        options.flags |= flag::IGNORE_COOKIE;
    }
    if only_ast {
        return ast::compile::parse(vm, &bytes, filename, options);
    }
    let code = compile_source(vm, &bytes, filename, options)?;
    Ok(code_of(vm, code)?.value())
}

/// The namespaces of `eval` and `exec`: globals, locals.
fn namespaces(vm: &mut Vm, function: &str, globals: Value, locals: Value) -> Result<(Gc<Dict>, Value), Raised> {
    let (globals, locals) = (globals.not_none(), locals.not_none());
    if let Some(locals) = locals
        && vm.slots(locals).subscript.is_none()
    {
        let message = match function {
            "exec" => {
                let got = vm.type_name(locals);
                format!("locals must be a mapping or None, not {got}")
            }
            _ => "locals must be a mapping".to_owned(),
        };
        return Err(vm.raise(Exc::TypeError, message));
    }
    let globals = match globals {
        None => match vm.current_globals() {
            Some(globals) => {
                let locals = match locals {
                    Some(locals) => locals,
                    None => vm.current_locals()?,
                };
                return with_builtins(vm, globals, locals);
            }
            None => {
                let message = format!("{function} must be given globals and locals when called without a frame");
                return Err(vm.raise(Exc::TypeError, message));
            }
        },
        Some(globals) => globals,
    };
    let Some(dict) = globals.downcast::<Dict>(vm) else {
        let message = if function == "exec" {
            let got = vm.type_name(globals);
            format!("exec() globals must be a dict, not {got}")
        } else if vm.slots(globals).subscript.is_some() {
            "globals must be a real dict; try eval(expr, {}, mapping)".to_owned()
        } else {
            "globals must be a dict".to_owned()
        };
        return Err(vm.raise(Exc::TypeError, message));
    };
    with_builtins(vm, dict, locals.unwrap_or(dict.value()))
}

/// Puts `__builtins__` into globals that have none.
fn with_builtins(vm: &mut Vm, globals: Gc<Dict>, locals: Value) -> Result<(Gc<Dict>, Value), Raised> {
    let key = vm.name(name::BUILTINS_ATTR);
    if Dict::get_str(globals, vm, key).is_none()
        && let Some(builtins) = vm.current_builtins()
    {
        let builtins = crate::types::function::builtins::visible(vm, builtins);
        Dict::set_str(globals, vm, key, builtins)?;
    }
    Ok((globals, locals))
}

pub(super) fn eval(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [source, globals, locals] = args.all();
    let (globals, locals) = namespaces(vm, "eval", globals, locals)?;
    if let Some(code) = crate::execute::as_code(vm, source) {
        if code.get(vm).data().nfrees() > 0 {
            return Err(vm.raise(Exc::TypeError, "code object passed to eval() may not contain free variables"));
        }
        vm.audit("exec", &[code.value()])?;
        return run_code(vm, code, globals, Some(locals), None);
    }
    let (bytes, is_text) = source_bytes(vm, source, "eval", "string, bytes or code")?;
    check_nulls(vm, &bytes)?;
    let start = bytes.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(bytes.len());
    let mut flags = vm.current_future_flags();
    if is_text {
        flags |= flag::IGNORE_COOKIE;
    }
    let optimize = vm.interp().config.optimize;
    let options = SourceOptions { mode: Mode::Eval, flags, optimize, ..SourceOptions::EXEC };
    let filename = vm.new_str("<string>")?;
    let code = compile_source(vm, &bytes[start..], filename, options)?;
    let code = code_of(vm, code)?;
    vm.audit("exec", &[code.value()])?;
    run_code(vm, code, globals, Some(locals), None)
}

pub(super) fn exec(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [source, globals, locals, closure] = args.all();
    let (globals, locals) = namespaces(vm, "exec", globals, locals)?;
    let closure = closure.not_none();
    if let Some(code) = crate::execute::as_code(vm, source) {
        let free = code.get(vm).data().nfrees();
        let closure = check_closure(vm, free, closure)?;
        vm.audit("exec", &[code.value()])?;
        run_code(vm, code, globals, Some(locals), closure)?;
        return Ok(Value::NONE);
    }
    if closure.is_some() {
        return Err(vm.raise(Exc::TypeError, "closure argument can only be used if code object is passed"));
    }
    let (bytes, is_text) = source_bytes(vm, source, "exec", "string, bytes or code")?;
    check_nulls(vm, &bytes)?;
    let mut flags = vm.current_future_flags();
    if is_text {
        flags |= flag::IGNORE_COOKIE;
    }
    let optimize = vm.interp().config.optimize;
    let options = SourceOptions { flags, optimize, ..SourceOptions::EXEC };
    let filename = vm.new_str("<string>")?;
    let code = compile_source(vm, &bytes, filename, options)?;
    let code = code_of(vm, code)?;
    vm.audit("exec", &[code.value()])?;
    run_code(vm, code, globals, Some(locals), None)?;
    Ok(Value::NONE)
}

/// The closure must be a tuple of as many cells as the code has free variables.
fn check_closure(vm: &mut Vm, free: usize, closure: Option<Value>) -> Result<Option<Gc<Tuple>>, Raised> {
    let Some(closure) = closure else {
        if free > 0 {
            let message = format!("code object requires a closure of exactly length {free}");
            return Err(vm.raise(Exc::TypeError, message));
        }
        return Ok(None);
    };
    if free == 0 {
        return Err(vm.raise(Exc::TypeError, "cannot use a closure with this code object"));
    }
    let cells = closure.exact::<Tuple>().filter(|cells| {
        let cells = cells.get(vm);
        cells.len() == free && cells.items().iter().all(|cell| cell.exact::<crate::types::cell::Cell>().is_some())
    });
    match cells {
        Some(cells) => Ok(Some(cells)),
        None => {
            let message = format!("code object requires a closure of exactly length {free}");
            Err(vm.raise(Exc::TypeError, message))
        }
    }
}
