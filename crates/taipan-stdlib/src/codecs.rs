//! `_codecs`: the registry of codecs and error handlers, and the native codecs as functions.

use taipan_text::codecs::{ByteOrder, Codec, Decoding, bytes_escape};
use taipan_vm::args::Args;
use taipan_vm::codecs::{self, registry};
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

mod charmap;

/// How a message about an argument calls its type.
pub(crate) fn argument_type(vm: &mut Vm, value: Value) -> String {
    if value.is_none() { "None".to_owned() } else { vm.type_name(value) }
}

fn str_argument(vm: &mut Vm, value: Value, function: &str, which: &str) -> Result<Gc<Str>, Raised> {
    match value.downcast::<Str>(vm) {
        Some(text) => Ok(text),
        None => {
            let got = argument_type(vm, value);
            Err(vm.raise(Exc::TypeError, format!("{function}() {which} must be str, not {got}")))
        }
    }
}

/// A name as Rust text: ValueError for null characters.
fn name_argument(vm: &mut Vm, value: Value, function: &str, which: &str) -> Result<String, Raised> {
    let text = str_argument(vm, value, function, which)?;
    let Some(name) = text.get(vm).to_utf8().map(|name| name.into_owned()) else {
        return Err(codecs::raise_surrogate(vm, text));
    };
    if name.contains('\0') {
        return Err(vm.raise(Exc::ValueError, "embedded null character"));
    }
    Ok(name)
}

/// The `errors` argument of a codec function, which may be `None`.
fn errors_argument(vm: &mut Vm, value: Value, function: &str) -> Result<Option<String>, Raised> {
    match value.not_none() {
        None => Ok(None),
        Some(value) if value.downcast::<Str>(vm).is_some() => {
            Ok(Some(name_argument(vm, value, function, "argument 2")?))
        }
        Some(value) => {
            let got = vm.type_name(value);
            Err(vm.raise(Exc::TypeError, format!("{function}() argument 2 must be str or None, not {got}")))
        }
    }
}

/// Bytes, or a str as UTF-8.
fn data_or_text(vm: &mut Vm, value: Value) -> Result<Vec<u8>, Raised> {
    match value.downcast::<Str>(vm) {
        Some(text) => {
            let bytes = codecs::encode_with(vm, text, Codec::Utf8, None)?;
            vm.bytes_of(bytes.value())
        }
        None => vm.bytes_of(value),
    }
}

fn pair(vm: &mut Vm, object: Value, used: usize) -> Result<Value, Raised> {
    Ok(Tuple::from_values(vm, &[object, Value::int(used)])?.value())
}

fn encode_by(vm: &mut Vm, args: Args<'_>, function: &str, codec: Codec<'_>) -> Result<Value, Raised> {
    let [text, errors] = args.all();
    let text = str_argument(vm, text, function, "argument 1")?;
    let errors = errors_argument(vm, errors, function)?;
    let bytes = codecs::encode_with(vm, text, codec, errors.as_deref())?;
    let len = text.get(vm).len();
    pair(vm, bytes.value(), len)
}

fn decode_by(vm: &mut Vm, args: Args<'_>, function: &str, codec: Codec<'_>, is_final: bool) -> Result<Value, Raised> {
    let [data, errors, given_final] = args.all();
    let input = match codec {
        Codec::UnicodeEscape | Codec::RawUnicodeEscape => data_or_text(vm, data)?,
        _ => vm.bytes_of(data)?,
    };
    let errors = errors_argument(vm, errors, function)?;
    let is_final = match given_final.given() {
        Some(given) => vm.is_true(given)?,
        None => is_final,
    };
    let (text, used) = codecs::decode_with(vm, &input, codec, errors.as_deref(), is_final)?;
    let text = Str::from_text(vm, text.as_text())?;
    pair(vm, text.value(), used)
}

macro_rules! codec_functions {
    ($($encode:ident $decode:ident $codec:expr, $is_final:literal;)*) => {
        $(
            fn $encode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
                encode_by(vm, args, stringify!($encode), $codec)
            }
            fn $decode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
                decode_by(vm, args, stringify!($decode), $codec, $is_final)
            }
        )*
    };
}

codec_functions! {
    utf_7_encode utf_7_decode Codec::Utf7, false;
    utf_8_encode utf_8_decode Codec::Utf8, false;
    utf_16_le_encode utf_16_le_decode Codec::Utf16(Some(ByteOrder::Little)), false;
    utf_16_be_encode utf_16_be_decode Codec::Utf16(Some(ByteOrder::Big)), false;
    utf_32_le_encode utf_32_le_decode Codec::Utf32(Some(ByteOrder::Little)), false;
    utf_32_be_encode utf_32_be_decode Codec::Utf32(Some(ByteOrder::Big)), false;
    latin_1_encode latin_1_decode Codec::Latin1, true;
    ascii_encode ascii_decode Codec::Ascii, true;
    unicode_escape_encode unicode_escape_decode Codec::UnicodeEscape, true;
    raw_unicode_escape_encode raw_unicode_escape_decode Codec::RawUnicodeEscape, true;
}

fn utf_16_decode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    decode_by(vm, args, "utf_16_decode", Codec::Utf16(None), false)
}

fn utf_32_decode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    decode_by(vm, args, "utf_32_decode", Codec::Utf32(None), false)
}

fn byte_order(vm: &mut Vm, value: Value) -> Result<Option<ByteOrder>, Raised> {
    let Some(value) = value.given() else { return Ok(None) };
    Ok(match vm.index_i32(value)? {
        0 => None,
        order if order < 0 => Some(ByteOrder::Little),
        _ => Some(ByteOrder::Big),
    })
}

fn utf_16_encode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let order = byte_order(vm, args.get(2))?;
    encode_by(vm, args, "utf_16_encode", Codec::Utf16(order))
}

fn utf_32_encode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let order = byte_order(vm, args.get(2))?;
    encode_by(vm, args, "utf_32_encode", Codec::Utf32(order))
}

fn ex_decode(
    vm: &mut Vm,
    args: Args<'_>,
    function: &str,
    codec: fn(Option<ByteOrder>) -> Codec<'static>,
) -> Result<Value, Raised> {
    let [data, errors, order, is_final] = args.all();
    let input = vm.bytes_of(data)?;
    let errors = errors_argument(vm, errors, function)?;
    let codec = codec(byte_order(vm, order)?);
    let is_final = match is_final.given() {
        Some(is_final) => vm.is_true(is_final)?,
        None => false,
    };
    let order = Decoding::new(codec, &input, is_final).byte_order();
    let (text, used) = codecs::decode_with(vm, &input, codec, errors.as_deref(), is_final)?;
    let text = Str::from_text(vm, text.as_text())?;
    Ok(Tuple::from_values(vm, &[text.value(), Value::int(used), Value::int32(order)])?.value())
}

fn utf_16_ex_decode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    ex_decode(vm, args, "utf_16_ex_decode", Codec::Utf16)
}

fn utf_32_ex_decode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    ex_decode(vm, args, "utf_32_ex_decode", Codec::Utf32)
}

fn escape_decode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [data, errors] = args.all();
    let input = data_or_text(vm, data)?;
    let errors = errors_argument(vm, errors, "escape_decode")?;
    match bytes_escape::decode(&input, errors.as_deref()) {
        Ok((bytes, warning)) => {
            if let Some(warning) = warning {
                vm.warn(Exc::DeprecationWarning, &warning, 0)?;
            }
            let bytes = vm.new_bytes(&bytes)?;
            pair(vm, bytes, input.len())
        }
        Err(error) => Err(vm.raise(Exc::ValueError, error.message())),
    }
}

fn escape_encode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [data, errors] = args.all();
    if data.downcast::<Bytes>(vm).is_none() {
        let got = argument_type(vm, data);
        return Err(vm.raise(Exc::TypeError, format!("escape_encode() argument 1 must be bytes, not {got}")));
    }
    errors_argument(vm, errors, "escape_encode")?;
    let input = vm.bytes_of(data)?;
    let bytes = vm.new_bytes(&bytes_escape::encode(&input))?;
    pair(vm, bytes, input.len())
}

fn readbuffer_encode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [data, errors] = args.all();
    let input = data_or_text(vm, data)?;
    errors_argument(vm, errors, "readbuffer_encode")?;
    let bytes = vm.new_bytes(&input)?;
    pair(vm, bytes, input.len())
}

fn register(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    registry::register(vm, args.get(0))?;
    Ok(Value::NONE)
}

fn unregister(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    registry::unregister(vm, args.get(0))?;
    Ok(Value::NONE)
}

fn lookup(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = name_argument(vm, args.get(0), "lookup", "argument")?;
    registry::lookup(vm, &name)
}

type Convert = fn(&mut Vm, Value, &str, Option<&str>) -> Result<Value, Raised>;

fn convert(vm: &mut Vm, args: Args<'_>, function: &str, convert: Convert) -> Result<Value, Raised> {
    let [object, encoding, errors] = args.all();
    let encoding = match encoding.given() {
        Some(encoding) => name_argument(vm, encoding, function, "argument 'encoding'")?,
        None => "utf-8".to_owned(),
    };
    let errors = match errors.given() {
        Some(errors) => Some(name_argument(vm, errors, function, "argument 'errors'")?),
        None => None,
    };
    convert(vm, object, &encoding, errors.as_deref())
}

fn encode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    convert(vm, args, "encode", registry::encode)
}

fn decode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    convert(vm, args, "decode", registry::decode)
}

fn register_error(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = name_argument(vm, args.get(0), "register_error", "argument 1")?;
    registry::register_error(vm, &name, args.get(1))?;
    Ok(Value::NONE)
}

fn unregister_error(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = name_argument(vm, args.get(0), "_unregister_error", "argument")?;
    Ok(Value::bool(registry::unregister_error(vm, &name)?))
}

fn lookup_error(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = name_argument(vm, args.get(0), "lookup_error", "argument")?;
    registry::lookup_error(vm, &name)
}

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_codecs",
    functions: &[
        function("_unregister_error(errors, /)", unregister_error, "Un-register the specified error handler for the error handling `errors'.\n\nOnly custom error handlers can be un-registered. An exception is raised\nif the error handling is a built-in one (e.g., 'strict'), or if an error\noccurs.\n\nOtherwise, this returns True if a custom handler has been successfully\nun-registered, and False if no custom handler for the specified error\nhandling exists."),
        function("ascii_decode(data, errors=None, /)", ascii_decode, ""),
        function("ascii_encode(str, errors=None, /)", ascii_encode, ""),
        function("charmap_build(map, /)", charmap::build, ""),
        function("charmap_decode(data, errors=None, mapping=None, /)", charmap::decode, ""),
        function("charmap_encode(str, errors=None, mapping=None, /)", charmap::encode, ""),
        function("decode(obj, encoding='utf-8', errors='strict')", decode, "Decodes obj using the codec registered for encoding.\n\nDefault encoding is 'utf-8'.  errors may be given to set a\ndifferent error handling scheme.  Default is 'strict' meaning that\nencoding errors raise a ValueError.  Other possible values are 'ignore',\n'replace' and 'backslashreplace' as well as any other name registered\nwith codecs.register_error that can handle ValueErrors."),
        function("encode(obj, encoding='utf-8', errors='strict')", encode, "Encodes obj using the codec registered for encoding.\n\nThe default encoding is 'utf-8'.  errors may be given to set a\ndifferent error handling scheme.  Default is 'strict' meaning that\nencoding errors raise a ValueError.  Other possible values are 'ignore',\n'replace' and 'backslashreplace' as well as any other name registered\nwith codecs.register_error that can handle ValueErrors."),
        function("escape_decode(data, errors=None, /)", escape_decode, ""),
        function("escape_encode(data, errors=None, /)", escape_encode, ""),
        function("latin_1_decode(data, errors=None, /)", latin_1_decode, ""),
        function("latin_1_encode(str, errors=None, /)", latin_1_encode, ""),
        function("lookup(encoding, /)", lookup, "Looks up a codec tuple in the Python codec registry and returns a CodecInfo object."),
        function("lookup_error(name, /)", lookup_error, "lookup_error(errors) -> handler\n\nReturn the error handler for the specified error handling name or raise\na LookupError, if no handler exists under this name."),
        function("raw_unicode_escape_decode(data, errors=None, final=True, /)", raw_unicode_escape_decode, ""),
        function("raw_unicode_escape_encode(str, errors=None, /)", raw_unicode_escape_encode, ""),
        function("readbuffer_encode(data, errors=None, /)", readbuffer_encode, ""),
        function("register(search_function, /)", register, "Register a codec search function.\n\nSearch functions are expected to take one argument, the encoding\nname in all lower case letters, and either return None, or a tuple\nof functions (encoder, decoder, stream_reader, stream_writer) (or\na CodecInfo object)."),
        function("register_error(errors, handler, /)", register_error, "Register the specified error handler under the name errors.\n\nhandler must be a callable object, that will be called with an exception\ninstance containing information about the location of the\nencoding/decoding error and must return a (replacement, new position)\ntuple."),
        function("unicode_escape_decode(data, errors=None, final=True, /)", unicode_escape_decode, ""),
        function("unicode_escape_encode(str, errors=None, /)", unicode_escape_encode, ""),
        function("unregister(search_function, /)", unregister, "Unregister a codec search function and clear the registry's cache.\n\nIf the search function is not registered, do nothing."),
        function("utf_16_be_decode(data, errors=None, final=False, /)", utf_16_be_decode, ""),
        function("utf_16_be_encode(str, errors=None, /)", utf_16_be_encode, ""),
        function("utf_16_decode(data, errors=None, final=False, /)", utf_16_decode, ""),
        function("utf_16_encode(str, errors=None, byteorder=0, /)", utf_16_encode, ""),
        function("utf_16_ex_decode(data, errors=None, byteorder=0, final=False, /)", utf_16_ex_decode, ""),
        function("utf_16_le_decode(data, errors=None, final=False, /)", utf_16_le_decode, ""),
        function("utf_16_le_encode(str, errors=None, /)", utf_16_le_encode, ""),
        function("utf_32_be_decode(data, errors=None, final=False, /)", utf_32_be_decode, ""),
        function("utf_32_be_encode(str, errors=None, /)", utf_32_be_encode, ""),
        function("utf_32_decode(data, errors=None, final=False, /)", utf_32_decode, ""),
        function("utf_32_encode(str, errors=None, byteorder=0, /)", utf_32_encode, ""),
        function("utf_32_ex_decode(data, errors=None, byteorder=0, final=False, /)", utf_32_ex_decode, ""),
        function("utf_32_le_decode(data, errors=None, final=False, /)", utf_32_le_decode, ""),
        function("utf_32_le_encode(str, errors=None, /)", utf_32_le_encode, ""),
        function("utf_7_decode(data, errors=None, final=False, /)", utf_7_decode, ""),
        function("utf_7_encode(str, errors=None, /)", utf_7_encode, ""),
        function("utf_8_decode(data, errors=None, final=False, /)", utf_8_decode, ""),
        function("utf_8_encode(str, errors=None, /)", utf_8_encode, ""),
    ],
    ..ModuleSpec::DEFAULT
};
