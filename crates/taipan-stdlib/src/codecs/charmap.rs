//! The charmap codec: `charmap_build`, and encoding and decoding by a table or a mapping object.

use std::borrow::Cow;

use taipan_text::TextBuf;
use taipan_text::codecs::errors::{EncodedReplacement, Policy};
use taipan_text::codecs::{CharmapTable, Codec, CodecError};
use taipan_vm::args::Args;
use taipan_vm::codecs;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{NO_NEW, TypeSpec};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::{errors_argument, pair, str_argument};

heap_object! {
    /// `EncodingMap`: the inverse of a decoding table.
    pub struct EncodingMap {
        pub decoding: Gc<Str>,
    }
}

pub static ENCODING_MAP: TypeSpec = TypeSpec {
    name: "EncodingMap",
    layout: Some(<EncodingMap as HeapObject>::native),
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

const UNDEFINED: &str = "character maps to <undefined>";

pub(super) fn build(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let decoding = str_argument(vm, args.get(0), "charmap_build", "argument")?;
    let shape = class_of_spec(vm, &ENCODING_MAP)?.get(vm).root_shape;
    Ok(vm.new_object(shape, EncodingMap { header: HeaderWord::NEW, decoding })?.value())
}

/// The entry of a mapping; `None` when there is none or it is `None`.
fn entry(vm: &mut Vm, mapping: Value, key: usize) -> Result<Option<Value>, Raised> {
    vm.exception_class(Exc::LookupError);
    let result = vm.get_item(mapping, Value::int(key));
    Ok(vm.catch(result, Exc::LookupError)?.and_then(Value::not_none))
}

/// Writes what a code point becomes. False: it is undefined.
fn encode_point(vm: &mut Vm, mapping: Value, point: u32, out: &mut Vec<u8>) -> Result<bool, Raised> {
    let Some(value) = entry(vm, mapping, point as usize)? else { return Ok(false) };
    if vm.is_int(value) {
        match vm.as_i64(value).and_then(|i| u8::try_from(i).ok()) {
            Some(byte) => out.push(byte),
            None => return Err(vm.raise(Exc::TypeError, "character mapping must be in range(256)")),
        }
    } else if value.downcast::<Bytes>(vm).is_some() {
        out.extend(vm.bytes_of(value)?);
    } else {
        let got = vm.type_name(value);
        let message = format!("character mapping must return integer, bytes or None, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    }
    Ok(true)
}

fn encode_by_mapping(vm: &mut Vm, text: Gc<Str>, errors: &str, mapping: Value) -> Result<Vec<u8>, Raised> {
    let len = text.get(vm).len();
    let mut out = Vec::with_capacity(len);
    let mut at = 0;
    let mut asked = codecs::Asked::new(errors);
    while at < len {
        let point = text.get(vm).text().code_point(at);
        if encode_point(vm, mapping, point, &mut out)? {
            at += 1;
            continue;
        }
        let start = at;
        at += 1;
        let mut unused = Vec::new();
        while at < len {
            let point = text.get(vm).text().code_point(at);
            if encode_point(vm, mapping, point, &mut unused)? {
                break;
            }
            at += 1;
        }
        let error = CodecError { start, end: at, reason: UNDEFINED };
        let answer = match Policy::from_name(errors) {
            Some(policy) => policy.for_encoding(text.get(vm).text(), error, &Codec::Latin1).map(|new| (new, at)),
            None => {
                let (new, position, _) = asked.for_encoding(vm, "charmap", text, error)?;
                Some((new, position))
            }
        };
        let Some((replacement, position)) = answer else {
            return Err(codecs::raise_encode_error(vm, "charmap", text, error));
        };
        match replacement {
            EncodedReplacement::Bytes(bytes) => out.extend(bytes),
            EncodedReplacement::Text(new) => {
                for point in new.as_text().iter() {
                    if !encode_point(vm, mapping, point, &mut out)? {
                        return Err(codecs::raise_encode_error(vm, "charmap", text, error));
                    }
                }
            }
        }
        at = position;
    }
    Ok(out)
}

pub(super) fn encode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [text, errors, mapping] = args.all();
    let text = str_argument(vm, text, "charmap_encode", "argument 1")?;
    let errors = errors_argument(vm, errors, "charmap_encode")?;
    let bytes = match mapping.not_none() {
        None => codecs::encode_with(vm, text, Codec::Latin1, errors.as_deref())?.value(),
        Some(mapping) => match mapping.downcast::<EncodingMap>(vm) {
            Some(map) => {
                let table = CharmapTable::new(map.get(vm).decoding.get(vm).text());
                codecs::encode_with(vm, text, Codec::CharmapEncode(&table), errors.as_deref())?.value()
            }
            None => {
                let bytes = encode_by_mapping(vm, text, errors.as_deref().unwrap_or("strict"), mapping)?;
                vm.new_bytes(&bytes)?
            }
        },
    };
    let len = text.get(vm).len();
    pair(vm, bytes, len)
}

/// Appends what a byte becomes. False: it is undefined.
fn decode_byte(vm: &mut Vm, mapping: Value, byte: u8, out: &mut TextBuf) -> Result<bool, Raised> {
    let Some(value) = entry(vm, mapping, byte.into())? else { return Ok(false) };
    if vm.is_int(value) {
        match vm.as_i64(value).and_then(|i| u32::try_from(i).ok()).filter(|point| *point <= 0x10ffff) {
            Some(0xfffe) => return Ok(false),
            Some(point) => out.push(point),
            None => return Err(vm.raise(Exc::TypeError, "character mapping must be in range(0x110000)")),
        }
    } else if let Some(text) = value.downcast::<Str>(vm) {
        if text.get(vm).equals("\u{fffe}") {
            return Ok(false);
        }
        out.push_text(text.get(vm).text());
    } else {
        return Err(vm.raise(Exc::TypeError, "character mapping must return integer, None or str"));
    }
    Ok(true)
}

fn decode_by_mapping(vm: &mut Vm, input: &[u8], errors: &str, mapping: Value) -> Result<TextBuf, Raised> {
    let mut out = TextBuf::with_capacity(input.len());
    let mut at = 0;
    let mut asked = codecs::Asked::new(errors);
    let mut input = Cow::Borrowed(input);
    let mut given = None;
    while let Some(byte) = input.get(at).copied() {
        if decode_byte(vm, mapping, byte, &mut out)? {
            at += 1;
            continue;
        }
        let error = CodecError { start: at, end: at + 1, reason: UNDEFINED };
        let object = match given {
            Some(object) => object,
            None => *given.insert(vm.new_bytes(&input)?),
        };
        let answer = match Policy::from_name(errors) {
            Some(policy) => policy.for_decoding(&input, error, &Codec::Latin1),
            None => {
                let (text, position, now) = asked.for_decoding(vm, "charmap", object, error)?;
                if now != object {
                    given = Some(now);
                    input = Cow::Owned(vm.bytes_of(now)?);
                }
                Some((text, position))
            }
        };
        let Some((text, position)) = answer else {
            return Err(codecs::raise_decode_error(vm, "charmap", object, error));
        };
        out.push_text(text.as_text());
        at = position;
    }
    Ok(out)
}

pub(super) fn decode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [data, errors, mapping] = args.all();
    let input = vm.bytes_of(data)?;
    let errors = errors_argument(vm, errors, "charmap_decode")?;
    let text = match mapping.not_none() {
        None => codecs::decode_with(vm, &input, Codec::Latin1, errors.as_deref(), true)?.0,
        Some(mapping) => match mapping.downcast::<Str>(vm) {
            Some(table) => {
                let table = table.get(vm).text().to_buf();
                codecs::decode_with(vm, &input, Codec::CharmapDecode(table.as_text()), errors.as_deref(), true)?.0
            }
            None => decode_by_mapping(vm, &input, errors.as_deref().unwrap_or("strict"), mapping)?,
        },
    };
    let text = Str::from_text(vm, text.as_text())?;
    pair(vm, text.value(), input.len())
}
