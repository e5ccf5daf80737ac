//! The codecs of a text stream: native ones for UTF-8, Latin-1 and ASCII, else incremental ones of the `codecs` registry.
//!
//! A native stream keeps what is no whole character yet, and a return whose feed may follow, in `leftover`. A registered
//! decoder keeps such bytes itself, and one that understands all line ends is wrapped in an `IncrementalNewlineDecoder`.

use taipan_text::codecs::Codec;
use taipan_text::codecs::errors::{Policy, decode, encode};
use taipan_vm::codecs::{
    check_names, native_codec, policy_decodes, raise_decode_error, raise_encode_error, raise_no_decoding,
    raise_surrogate,
};
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::{READABLE, SEEKABLE, Text, WRITABLE};
use crate::io::newline::{Newline, translate_read};
use crate::io::{newline_decoder, unsupported};

/// No native codec: the registry's.
const REGISTERED: u32 = 0;
pub(super) const UTF8: u32 = 1;
pub(super) const LATIN1: u32 = 2;
const ASCII: u32 = 3;

/// The number of a native codec by the name of the encoding.
fn number_of(encoding: &str) -> u32 {
    match native_codec(encoding) {
        Some(Codec::Utf8) => UTF8,
        Some(Codec::Latin1) => LATIN1,
        Some(Codec::Ascii) => ASCII,
        _ => REGISTERED,
    }
}

fn codec_of(number: u32) -> Codec<'static> {
    match number {
        LATIN1 => Codec::Latin1,
        ASCII => Codec::Ascii,
        _ => Codec::Utf8,
    }
}

/// The text of an argument that names an encoding or an error handler.
fn name_text(vm: &mut Vm, value: Value, function: &str, argument: &str) -> Result<String, Raised> {
    let Some(text) = value.downcast::<Str>(vm) else {
        let got = vm.type_name(value);
        let message = format!("{function}() argument '{argument}' must be str or None, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let Some(name) = text.get(vm).to_utf8().map(|name| name.into_owned()) else {
        return Err(raise_surrogate(vm, text));
    };
    if name.contains('\0') {
        if function == "TextIOWrapper" {
            return Err(vm.raise(Exc::ValueError, "embedded null character"));
        }
        let shown = name.split('\0').next().unwrap_or_default();
        return Err(vm.raise(Exc::LookupError, format!("unknown encoding: {shown}")));
    }
    Ok(name)
}

/// Gives a stream its codecs, for what its buffer can do; `newline` is already set.
///
/// # Errors
/// LookupError for unknown names, TypeError, and what the buffer or the codec raise.
pub(super) fn set_codec(
    vm: &mut Vm,
    own: Gc<Text>,
    buffer: Value,
    encoding: Value,
    errors: Value,
    function: &str,
) -> Result<(), Raised> {
    let encoding = match encoding.not_none() {
        None => vm.new_str("UTF-8")?,
        Some(encoding) => match name_text(vm, encoding, function, "encoding")? {
            text if text == "locale" => vm.new_str("UTF-8")?,
            _ => encoding,
        },
    };
    let errors = match errors.not_none() {
        None => vm.new_str("strict")?,
        Some(errors) => {
            let text = name_text(vm, errors, function, "errors")?;
            check_names(vm, None, Some(&text))?;
            errors
        }
    };
    let policy = vm.text_of(errors).and_then(|text| Policy::from_name(&text));
    let codec = match (policy, vm.text_of(encoding)) {
        (Some(_), Some(text)) => number_of(&text),
        _ => REGISTERED,
    };
    let info = if codec == REGISTERED { Some(text_codec(vm, encoding)?) } else { None };
    let (mut decoder, mut encoder) = (None, None);
    let reads = vm.call_method(buffer, "readable", &[])?;
    let reads = vm.is_true(reads)?;
    if let Some(info) = info.filter(|_| reads) {
        let class = vm.get_attr_str(info, "incrementaldecoder")?;
        let plain = vm.call(class, &[errors])?;
        decoder = Some(with_newlines(vm, own, plain)?);
    }
    let writes = vm.call_method(buffer, "writable", &[])?;
    let writes = vm.is_true(writes)?;
    if let Some(info) = info.filter(|_| writes) {
        let class = vm.get_attr_str(info, "incrementalencoder")?;
        encoder = Some(vm.call(class, &[errors])?);
    }
    let state = own.get_mut(vm);
    state.encoding = encoding;
    state.errors = errors;
    state.codec = codec;
    state.encoder = encoder;
    state.decoder = decoder;
    state.set_flag(READABLE, reads);
    state.set_flag(WRITABLE, writes);
    Ok(())
}

/// The entry of the registry for an encoding between text and bytes.
fn text_codec(vm: &mut Vm, encoding: Value) -> Result<Value, Raised> {
    let codecs = taipan_vm::import::import_module(vm, "codecs")?;
    let info = vm.call_method(codecs, "lookup", &[encoding])?;
    let is_text = Str::intern(vm, "_is_text_encoding")?;
    if let Some(flag) = vm.get_attr_opt(info, is_text)?
        && !vm.is_true(flag)?
    {
        let shown = vm.text_of(encoding).unwrap_or_default();
        let message = format!("'{shown}' is not a text encoding; use codecs.open() to handle arbitrary codecs");
        return Err(vm.raise(Exc::LookupError, message));
    }
    Ok(info)
}

/// A decoder of the registry that understands the line ends of the stream.
fn with_newlines(vm: &mut Vm, own: Gc<Text>, decoder: Value) -> Result<Value, Raised> {
    let newline = Newline::from_number(own.get(vm).newline);
    if !newline.is_universal() {
        return Ok(decoder);
    }
    let class = class_of_spec(vm, &newline_decoder::TYPE)?.value();
    vm.call(class, &[decoder, Value::bool(newline == Newline::Translate)])
}

/// A stream that is not at its beginning has its byte order mark already.
pub(super) fn skip_mark(vm: &mut Vm, own: Gc<Text>, buffer: Value) -> Result<(), Raised> {
    let Some(encoder) = own.get(vm).encoder.filter(|_| own.get(vm).flags & SEEKABLE != 0) else { return Ok(()) };
    let at = vm.call_method(buffer, "tell", &[])?;
    if vm.index_i64(at)? != 0 {
        vm.call_method(encoder, "setstate", &[Value::int(0)])?;
    }
    Ok(())
}

/// The built-in error handler of a native stream.
pub(super) fn policy_of(vm: &Vm, own: Gc<Text>) -> Policy {
    let errors = own.get(vm).errors;
    vm.text_of(errors).and_then(|text| Policy::from_name(&text)).unwrap_or(Policy::Strict)
}

/// The bytes of a text.
pub(super) fn encoded(vm: &mut Vm, own: Gc<Text>, text: Gc<Str>) -> Result<Vec<u8>, Raised> {
    let number = own.get(vm).codec;
    if number == REGISTERED {
        let Some(encoder) = own.get(vm).encoder else { return Err(unsupported(vm, "not writable")) };
        let bytes = vm.call_method(encoder, "encode", &[text.value()])?;
        return vm.bytes_of(bytes);
    }
    let (codec, policy) = (codec_of(number), policy_of(vm, own));
    let result = encode(codec, text.get(vm).text(), policy);
    result.map_err(|error| raise_encode_error(vm, codec.name(), text, error))
}

/// Decodes with the native codec what follows the text so far: the text, and how many bytes make it.
pub(super) fn decode_natively(
    vm: &mut Vm,
    own: Gc<Text>,
    input: &[u8],
    is_final: bool,
) -> Result<(Gc<Str>, usize), Raised> {
    let newline = Newline::from_number(own.get(vm).newline);
    let waits = newline.is_universal() && !is_final && input.last() == Some(&b'\r');
    let ready = if waits { &input[..input.len() - 1] } else { input };
    let (text, used) = if ready.is_ascii() {
        (if ready.is_empty() { Str::empty(vm)? } else { Str::from_ascii(vm, ready)? }, ready.len())
    } else {
        let policy = policy_of(vm, own);
        match decode(codec_of(own.get(vm).codec), ready, policy, is_final) {
            Ok((text, used)) => (Str::from_text(vm, text.as_text())?, used.min(ready.len())),
            Err(_) if !policy_decodes(policy) => return Err(raise_no_decoding(vm)),
            Err((error, encoding)) => {
                let object = vm.new_bytes(input)?;
                return Err(raise_decode_error(vm, encoding, object, error));
            }
        }
    };
    let mut seen = own.get(vm).seen;
    let text = translate_read(vm, text, newline, &mut seen)?;
    own.get_mut(vm).seen = seen;
    Ok((text, used))
}

/// Decodes with a decoder of the registry.
pub(super) fn decode_registered(vm: &mut Vm, decoder: Value, data: Value, is_final: bool) -> Result<Gc<Str>, Raised> {
    let text = vm.call_method(decoder, "decode", &[data, Value::bool(is_final)])?;
    match text.downcast::<Str>(vm) {
        Some(text) => Ok(text),
        None => {
            let got = vm.type_name(text);
            Err(vm.raise(Exc::TypeError, format!("decoder should return a string result, not '{got}'")))
        }
    }
}
