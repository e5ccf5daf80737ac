//! The registry of codecs and of error handlers.

use crate::codecs::handlers::HANDLERS;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::types::builtin_method::BuiltinMethod;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

const SEARCH: &str = "codecs.search";
const CACHE: &str = "codecs.cache";
const ERRORS: &str = "codecs.errors";

fn dict(vm: &mut Vm, key: &'static str) -> Result<Gc<Dict>, Raised> {
    if let Some(dict) = vm.state(key).and_then(|dict| dict.downcast::<Dict>(vm)) {
        return Ok(dict);
    }
    let dict = Dict::new(vm)?;
    vm.set_state(key, dict.value());
    Ok(dict)
}

/// The search functions, in the order of registration.
pub fn search_path(vm: &mut Vm) -> Result<Gc<List>, Raised> {
    if let Some(list) = vm.state(SEARCH).and_then(|list| list.downcast::<List>(vm)) {
        return Ok(list);
    }
    let list = List::new(vm)?;
    vm.set_state(SEARCH, list.value());
    Ok(list)
}

/// `codecs.register(search)`.
pub fn register(vm: &mut Vm, search: Value) -> Result<(), Raised> {
    if !vm.is_callable(search) {
        return Err(vm.raise(Exc::TypeError, "argument must be callable"));
    }
    let path = search_path(vm)?;
    List::push(path, vm, search)
}

/// `codecs.unregister(search)`.
pub fn unregister(vm: &mut Vm, search: Value) -> Result<(), Raised> {
    let path = search_path(vm)?;
    let n = path.get(vm).len();
    if let Some(i) = (0..n).find(|i| path.get(vm).get_at(vm, *i) == Some(search)) {
        List::remove_range(path, vm, i, i + 1);
        let cache = dict(vm, CACHE)?;
        Dict::clear(cache, vm);
    }
    Ok(())
}

/// `codecs.lookup(encoding)`: a tuple of encoder, decoder, stream reader and writer.
///
/// # Errors
/// LookupError "unknown encoding: X".
pub fn lookup(vm: &mut Vm, encoding: &str) -> Result<Value, Raised> {
    let path = search_path(vm)?;
    if path.get(vm).is_empty() {
        crate::import::import_module(vm, "encodings")?;
    }
    let key = vm.new_str(&super::normalize_encoding(encoding))?;
    let cache = dict(vm, CACHE)?;
    if let Some(found) = Dict::get_item(cache, vm, key)? {
        return Ok(found);
    }
    let mut i = 0;
    while let Some(search) = path.get(vm).get_at(vm, i) {
        i += 1;
        let found = vm.call(search, &[key])?;
        if found.is_none() {
            continue;
        }
        let is_codec = found.downcast::<Tuple>(vm).is_some_and(|tuple| tuple.get(vm).len() == 4);
        if !is_codec {
            return Err(vm.raise(Exc::TypeError, "codec search functions must return 4-tuples"));
        }
        Dict::set(cache, vm, key, found)?;
        return Ok(found);
    }
    Err(vm.raise(Exc::LookupError, format!("unknown encoding: {encoding}")))
}

fn part(vm: &mut Vm, codec: Value, index: usize) -> Value {
    codec.downcast::<Tuple>(vm).and_then(|tuple| tuple.get(vm).items().get(index).copied()).unwrap_or(Value::NONE)
}

/// A codec that goes between text and bytes.
fn lookup_text(vm: &mut Vm, encoding: &str, alternative: &str) -> Result<Value, Raised> {
    let codec = lookup(vm, encoding)?;
    if !vm.is_exact(codec, crate::types::Builtin::Tuple) {
        let name = Str::intern(vm, "_is_text_encoding")?;
        if let Some(flag) = vm.get_attr_opt(codec, name)?
            && !vm.is_true(flag)?
        {
            let message = format!("'{encoding}' is not a text encoding; use {alternative} to handle arbitrary codecs");
            return Err(vm.raise(Exc::LookupError, message));
        }
    }
    Ok(codec)
}

fn run(
    vm: &mut Vm,
    codec: Value,
    index: usize,
    object: Value,
    encoding: &str,
    errors: Option<&str>,
) -> Result<Value, Raised> {
    let function = part(vm, codec, index);
    let result = match errors {
        Some(errors) => {
            let errors = vm.new_str(errors)?;
            vm.call(function, &[object, errors])
        }
        None => vm.call(function, &[object]),
    };
    let result = match result {
        Ok(result) => result,
        Err(raised) => {
            let what = if index == 0 { "encoding" } else { "decoding" };
            return Err(note_failure(vm, raised, &format!("{what} with '{encoding}' codec failed")));
        }
    };
    match result.downcast::<Tuple>(vm).filter(|tuple| tuple.get(vm).len() == 2) {
        Some(tuple) => Ok(tuple.get(vm).at(0)),
        None => {
            let what = if index == 0 { "encoder" } else { "decoder" };
            Err(vm.raise(Exc::TypeError, format!("{what} must return a tuple (object, integer)")))
        }
    }
}

/// Adds a note to the exception that a codec has raised.
fn note_failure(vm: &mut Vm, raised: Raised, note: &str) -> Raised {
    let exception = vm.take_raised(raised);
    let added = vm.new_str(note).and_then(|note| vm.call_method(exception, "add_note", &[note]));
    if let Err(raised) = added {
        let _ = vm.take_raised(raised);
    }
    vm.reraise(exception)
}

/// `codecs.encode(object, encoding, errors)`.
pub fn encode(vm: &mut Vm, object: Value, encoding: &str, errors: Option<&str>) -> Result<Value, Raised> {
    let codec = lookup(vm, encoding)?;
    run(vm, codec, 0, object, encoding, errors)
}

/// `codecs.decode(object, encoding, errors)`.
pub fn decode(vm: &mut Vm, object: Value, encoding: &str, errors: Option<&str>) -> Result<Value, Raised> {
    let codec = lookup(vm, encoding)?;
    run(vm, codec, 1, object, encoding, errors)
}

/// As `encode`, only with text encodings.
pub fn encode_text(vm: &mut Vm, object: Value, encoding: &str, errors: Option<&str>) -> Result<Value, Raised> {
    let codec = lookup_text(vm, encoding, "codecs.encode()")?;
    run(vm, codec, 0, object, encoding, errors)
}

/// As `decode`, only with text encodings.
pub fn decode_text(vm: &mut Vm, object: Value, encoding: &str, errors: Option<&str>) -> Result<Value, Raised> {
    let codec = lookup_text(vm, encoding, "codecs.decode()")?;
    run(vm, codec, 1, object, encoding, errors)
}

/// The handlers by name, the built-in ones among them.
fn error_handlers(vm: &mut Vm) -> Result<Gc<Dict>, Raised> {
    let handlers = dict(vm, ERRORS)?;
    if handlers.get(vm).is_empty() {
        for (name, row) in HANDLERS {
            let key = vm.new_str(name)?;
            let function = BuiltinMethod::new(vm, row, None, None, false)?;
            Dict::set(handlers, vm, key, function.value())?;
        }
    }
    Ok(handlers)
}

/// Removes a registered error handler; gives whether there was one.
///
/// # Errors
/// ValueError for the name of a built-in handler.
pub fn unregister_error(vm: &mut Vm, name: &str) -> Result<bool, Raised> {
    if HANDLERS.iter().any(|(known, _)| *known == name) {
        let message = format!("cannot un-register built-in error handler '{name}'");
        return Err(vm.raise(Exc::ValueError, message));
    }
    let (handlers, key) = (error_handlers(vm)?, vm.new_str(name)?);
    Ok(Dict::remove(handlers, vm, key)?.is_some())
}

/// `codecs.register_error(name, handler)`.
pub fn register_error(vm: &mut Vm, name: &str, handler: Value) -> Result<(), Raised> {
    if !vm.is_callable(handler) {
        return Err(vm.raise(Exc::TypeError, "handler must be callable"));
    }
    let (handlers, key) = (error_handlers(vm)?, vm.new_str(name)?);
    Dict::set(handlers, vm, key, handler)
}

/// `codecs.lookup_error(name)`.
///
/// # Errors
/// LookupError "unknown error handler name 'X'".
pub fn lookup_error(vm: &mut Vm, name: &str) -> Result<Value, Raised> {
    let (handlers, key) = (error_handlers(vm)?, vm.new_str(name)?);
    match Dict::get_item(handlers, vm, key)? {
        Some(handler) => Ok(handler),
        None => Err(vm.raise(Exc::LookupError, format!("unknown error handler name '{name}'"))),
    }
}
