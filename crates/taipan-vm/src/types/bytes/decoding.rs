//! From bytes to text: UTF-8, ASCII and Latin-1 with built-in error handlers natively, the rest by the codec registry.

use taipan_text::codecs::Codec;
use taipan_text::codecs::errors::{Policy, decode as decode_natively};

use crate::args::Args;
use crate::import::import_module;
use crate::raise::{Exc, Raised};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// The codec of an encoding name that needs no registry.
fn native_codec(encoding: &str) -> Option<Codec<'static>> {
    let name: String =
        encoding.chars().map(|ch| if ch == '_' || ch == ' ' { '-' } else { ch.to_ascii_lowercase() }).collect();
    Some(match name.as_str() {
        "utf-8" | "utf8" => Codec::Utf8,
        "ascii" | "us-ascii" => Codec::Ascii,
        "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" => Codec::Latin1,
        _ => return None,
    })
}

/// `str(value, encoding, errors)` of a bytes-like object.
///
/// # Errors
/// LookupError for an unknown or not textual encoding, UnicodeDecodeError, and what a registered codec raises.
pub fn decode_object(vm: &mut Vm, value: Value, encoding: &str, errors: &str) -> Result<Value, Raised> {
    if let (Some(codec), Some(policy)) = (native_codec(encoding), Policy::from_name(errors)) {
        let buffer = vm.get_buffer(value, false)?;
        let bytes = buffer.bytes(vm);
        if bytes.is_ascii() {
            let copy = bytes.to_vec();
            buffer.release(vm);
            return Ok(Str::from_ascii(vm, &copy)?.value());
        }
        let input = bytes.to_vec();
        buffer.release(vm);
        return match decode_natively(codec, &input, policy, true) {
            Ok((text, _)) => Ok(Str::from_text(vm, text.as_text())?.value()),
            Err(_) if !crate::codecs::policy_decodes(policy) => Err(crate::codecs::raise_no_decoding(vm)),
            Err((error, name)) => {
                let name = vm.new_str(name)?;
                let object = vm.new_bytes(&input)?;
                let reason = vm.new_str(error.reason)?;
                let (start, end) = (Value::int(error.start), Value::int(error.end));
                Err(vm.raise_with(Exc::UnicodeDecodeError, &[name, object, start, end, reason]))
            }
        };
    }
    if native_codec(encoding).is_some()
        && let Some(text) = decode_without_errors(vm, value, encoding)?
    {
        return Ok(text);
    }
    decode_by_registry(vm, value, encoding, errors)
}

/// The text when no error handler is needed.
fn decode_without_errors(vm: &mut Vm, value: Value, encoding: &str) -> Result<Option<Value>, Raised> {
    let Some(codec) = native_codec(encoding) else { return Ok(None) };
    let input = vm.bytes_of(value)?;
    match decode_natively(codec, &input, Policy::Strict, true) {
        Ok((text, _)) => Ok(Some(Str::from_text(vm, text.as_text())?.value())),
        Err(_) => Ok(None),
    }
}

fn decode_by_registry(vm: &mut Vm, value: Value, encoding: &str, errors: &str) -> Result<Value, Raised> {
    let module = import_module(vm, "_codecs")?;
    let name = vm.new_str(encoding)?;
    let info = vm.call_method(module, "lookup", &[name])?;
    let flag = Str::intern(vm, "_is_text_encoding")?;
    if let Some(is_text) = vm.get_attr_opt(info, flag)?
        && !vm.is_true(is_text)?
    {
        let message = format!("'{encoding}' is not a text encoding; use codecs.decode() to handle arbitrary codecs");
        return Err(vm.raise(Exc::LookupError, message));
    }
    let decoder = vm.get_item(info, Value::int(1))?;
    let errors = vm.new_str(errors)?;
    let result = vm.call(decoder, &[value, errors])?;
    let pair = result.downcast::<Tuple>(vm).filter(|pair| pair.get(vm).len() == 2);
    let Some(pair) = pair else {
        return Err(vm.raise(Exc::TypeError, "decoder must return a tuple (object,integer)"));
    };
    let text = pair.get(vm).at(0);
    if text.downcast::<Str>(vm).is_some() {
        return Ok(text);
    }
    let got = vm.type_name(text);
    let message = format!(
        "'{encoding}' decoder returned '{got}' instead of 'str'; use codecs.decode() to decode to arbitrary types"
    );
    Err(vm.raise(Exc::TypeError, message))
}

/// The text of a str argument.
///
/// # Errors
/// TypeError "f() argument 'name' must be str, not X"; ValueError "embedded null character".
pub fn text_argument(vm: &mut Vm, value: Value, function: &str, name: &str, default: &str) -> Result<String, Raised> {
    let Some(value) = value.given() else { return Ok(default.to_owned()) };
    match vm.text_of(value) {
        Some(text) if text.contains('\0') => Err(vm.raise(Exc::ValueError, "embedded null character")),
        Some(text) => Ok(text),
        None => {
            let got = vm.type_name(value);
            let got = if value.is_none() { "None".to_owned() } else { got };
            Err(vm.raise(Exc::TypeError, format!("{function}() argument '{name}' must be str, not {got}")))
        }
    }
}

/// `this.decode(encoding, errors)`.
pub fn decode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, encoding, errors] = args.all();
    let encoding = text_argument(vm, encoding, "decode", "encoding", "utf-8")?;
    let errors = text_argument(vm, errors, "decode", "errors", "strict")?;
    crate::codecs::check_names(vm, Some(&encoding), Some(&errors))?;
    decode_object(vm, this, &encoding, &errors)
}
