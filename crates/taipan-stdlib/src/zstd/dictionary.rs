//! `ZstdDict`.

use std::rc::Rc;

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{GetSetDef, TypeSpec, getter};
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::c_int;
use super::context::{Dictionary, Kind};

heap_object! {
    /// A dictionary, by the number of its resource.
    pub struct ZstdDict {
        dictionary: usize,
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("ZstdDict(dict_content, /, *, is_raw=False)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let content = vm.bytes_of(args.get(0))?.into_boxed_slice();
        let is_raw = match args.opt(1) {
            Some(is_raw) => vm.is_true(is_raw)?,
            None => false,
        };
        if content.len() < 8 {
            let message = "Zstandard dictionary content too short (must have at least eight bytes)";
            return Err(vm.raise(Exc::ValueError, message));
        }
        let bytes = content.len();
        let dictionary = Dictionary::new(content);
        if !is_raw && dictionary.id == 0 {
            return Err(vm.raise(Exc::ValueError, "invalid Zstandard dictionary"));
        }
        vm.check_native_bytes(bytes)?;
        let shape = class.get(vm).root_shape;
        let object = vm.new_object(shape, ZstdDict { header: HeaderWord::NEW, dictionary: usize::MAX })?;
        let number = vm.attach_resource(object.value(), Rc::new(dictionary), bytes);
        object.get_mut(vm).dictionary = number;
        Ok(object.value())
    })
}

/// The dictionary of an object.
fn dictionary_of(vm: &mut Vm, this: Value) -> Result<Rc<Dictionary>, Raised> {
    let number = this.expect::<ZstdDict>(vm).get(vm).dictionary;
    vm.resource(number).ok_or_else(|| vm.raise(Exc::ValueError, "invalid Zstandard dictionary"))
}

/// A dictionary argument: a `ZstdDict`, or one of the pairs that its attributes give.
pub fn argument(vm: &mut Vm, value: Value, default: Kind) -> Result<(Rc<Dictionary>, Kind), Raised> {
    let class = class_of_spec(vm, &TYPE)?;
    if vm.is_instance(value, class) {
        return Ok((dictionary_of(vm, value)?, default));
    }
    if let Some(pair) = value.exact::<Tuple>()
        && pair.get(vm).len() == 2
        && vm.is_instance(pair.get(vm).at(0), class)
        && vm.is_int(pair.get(vm).at(1))
    {
        let kind = match c_int(vm, pair.get(vm).at(1))? {
            0 => Some(Kind::Digested),
            1 => Some(Kind::Undigested),
            2 => Some(Kind::Prefix),
            _ => None,
        };
        if let Some(kind) = kind {
            return Ok((dictionary_of(vm, pair.get(vm).at(0))?, kind));
        }
    }
    Err(vm.raise(Exc::TypeError, "zstd_dict argument should be a ZstdDict object."))
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    Ok(dictionary_of(vm, this)?.content.len())
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let dictionary = dictionary_of(vm, this)?;
    vm.new_str(&format!("<ZstdDict dict_id={} dict_size={}>", dictionary.id, dictionary.content.len()))
}

fn get_dict_id(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let id = dictionary_of(vm, this)?.id;
    vm.new_int(id.into())
}

fn get_dict_content(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let dictionary = dictionary_of(vm, this)?;
    vm.new_bytes(&dictionary.content)
}

fn used_as(vm: &mut Vm, this: Value, kind: i32) -> Result<Value, Raised> {
    Ok(Tuple::from_values(vm, &[this, Value::int32(kind)])?.value())
}

#[rustfmt::skip]
const GETSET: &[GetSetDef] = &[
    getter("dict_id", get_dict_id, "The Zstandard dictionary, an int between 0 and 2**32.\n\nA non-zero value represents an ordinary Zstandard dictionary,\nconforming to the standardised format.\n\nA value of zero indicates a 'raw content' dictionary,\nwithout any restrictions on format or content.").member(),
    getter("dict_content", get_dict_content, "The content of a Zstandard dictionary, as a bytes object."),
    getter("as_digested_dict", |vm, this| used_as(vm, this, 0), "Load as a digested dictionary to compressor.\n\nPass this attribute as zstd_dict argument:\ncompress(dat, zstd_dict=zd.as_digested_dict)\n\n1. Some advanced compression parameters of compressor may be\n   overridden by parameters of digested dictionary.\n2. ZstdDict has a digested dictionaries cache for each compression\n   level.  It's faster when loading again a digested dictionary with\n   the same compression level.\n3. No need to use this for decompression."),
    getter("as_undigested_dict", |vm, this| used_as(vm, this, 1), "Load as an undigested dictionary to compressor.\n\nPass this attribute as zstd_dict argument:\ncompress(dat, zstd_dict=zd.as_undigested_dict)\n\n1. The advanced compression parameters of compressor will not be\n   overridden.\n2. Loading an undigested dictionary is costly. If load an undigested\n   dictionary multiple times, consider reusing a compressor object.\n3. No need to use this for decompression."),
    getter("as_prefix", |vm, this| used_as(vm, this, 2), "Load as a prefix to compressor/decompressor.\n\nPass this attribute as zstd_dict argument:\ncompress(dat, zstd_dict=zd.as_prefix)\n\n1. Prefix is compatible with long distance matching, while\n   dictionary is not.\n2. It only works for the first frame, then the\n   compressor/decompressor will return to no prefix state.\n3. When decompressing, must use the same prefix as when compressing."),
];

/// The class `ZstdDict`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "ZstdDict",
    module: "compression.zstd",
    layout: Some(<ZstdDict as HeapObject>::native),
    slots: Slots { new: Some(new), repr: Some(repr), len: Some(len), ..Slots::DEFAULT },
    getset: GETSET,
    doc: "ZstdDict(dict_content, /, *, is_raw=False)\n--\n\nRepresents a Zstandard dictionary.\n\n  dict_content\n    The content of a Zstandard dictionary as a bytes-like object.\n  is_raw\n    If true, perform no checks on *dict_content*, useful for some\n    advanced cases. Otherwise, check that the content represents\n    a Zstandard dictionary created by the zstd library or CLI.\n\nThe dictionary can be used for compression or decompression, and can be\nshared by multiple ZstdCompressor or ZstdDecompressor objects.",
    ..TypeSpec::DEFAULT
};
