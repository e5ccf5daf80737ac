//! From bytes to text: UTF-8, ASCII and Latin-1 with built-in error handlers natively, the rest by the codec registry.

use taipan_text::codecs::Codec;
use taipan_text::codecs::errors::{Policy, decode as decode_natively};

use crate::args::Args;
use crate::codecs::{decode_with, native_codec, registry};
use crate::raise::{Exc, Raised};
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

/// `str(value, encoding, errors)` of a bytes-like object.
///
/// # Errors
/// LookupError for an unknown or not textual encoding, UnicodeDecodeError, and what a registered codec raises.
pub fn decode_object(vm: &mut Vm, value: Value, encoding: &str, errors: &str) -> Result<Value, Raised> {
    if let (Some(codec), Some(policy)) = (native_codec(encoding), Policy::from_name(errors)) {
        let buffer = vm.get_buffer(value, false)?;
        let bytes = buffer.bytes(vm);
        if bytes.is_ascii() && !matches!(codec, Codec::Utf16(_) | Codec::Utf32(_)) {
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
    if let Some(codec) = native_codec(encoding) {
        let input = vm.bytes_of(value)?;
        let (text, _) = decode_with(vm, &input, codec, Some(errors), true)?;
        return Ok(Str::from_text(vm, text.as_text())?.value());
    }
    decode_by_registry(vm, value, encoding, errors)
}

fn decode_by_registry(vm: &mut Vm, value: Value, encoding: &str, errors: &str) -> Result<Value, Raised> {
    let result = registry::decode_text(vm, value, encoding, Some(errors))?;
    if result.downcast::<Str>(vm).is_some() {
        return Ok(result);
    }
    let got = vm.type_name(result);
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
