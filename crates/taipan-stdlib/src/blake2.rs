//! `_blake2`: BLAKE2b and BLAKE2s with keys, salts, personalisation and tree parameters.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{GetSetDef, MethodDef, ModuleSpec, TypeSpec, getter, method};
use taipan_vm::types::array::RawArray;
use taipan_vm::types::bytes::hexadecimal::hex_text;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

pub mod block;

heap_object! {
    /// A hash object: 8 state words and the last block in `state`, and how many bytes came before that block.
    pub struct Blake2 {
        state: Option<Gc<RawArray>>,
        /// Bytes compressed.
        counted: usize,
        /// Bytes of the last block in use.
        filled: usize,
        digest_size: usize,
        is_b: bool,
        last_node: bool,
        pad: [u8; 6],
    }
}

/// What differs between the two functions.
#[derive(Clone, Copy)]
struct Limits {
    name: &'static str,
    block: usize,
    digest: usize,
    salt: usize,
    inner_offset_bits: u32,
}

const B: Limits = Limits { name: "blake2b", block: 128, digest: 64, salt: 16, inner_offset_bits: 64 };
const S: Limits = Limits { name: "blake2s", block: 64, digest: 32, salt: 8, inner_offset_bits: 48 };

const fn limits(is_b: bool) -> Limits {
    if is_b { B } else { S }
}

/// Bytes of storage: words, then a block.
const STORED: usize = 64 + 128;

fn compress(is_b: bool, stored: &mut [u8], block: &[u8], counter: u128, last: bool, last_node: bool) {
    let word = |i: usize| u64::from_le_bytes(std::array::from_fn(|j| stored[8 * i + j]));
    let words: [u64; 8] = std::array::from_fn(word);
    let flag = |on: bool| if on { u64::MAX } else { 0 };
    let new: [u64; 8] = if is_b {
        let mut state = words;
        block::compress_b(&mut state, block, counter, flag(last), flag(last && last_node));
        state
    } else {
        let mut state = words.map(|word| word as u32);
        block::compress_s(&mut state, block, counter, flag(last) as u32, flag(last && last_node) as u32);
        state.map(u64::from)
    };
    for (i, word) in new.iter().enumerate() {
        stored[8 * i..8 * i + 8].copy_from_slice(&word.to_le_bytes());
    }
}

fn feed(vm: &mut Vm, this: Gc<Blake2>, mut input: &[u8]) {
    let Blake2 { state, mut counted, mut filled, is_b, .. } = *this.get(vm);
    let Some(state) = state else { return };
    let size = limits(is_b).block;
    let stored = state.get_mut(vm).bytes_mut();
    while !input.is_empty() {
        // A full block waits until more follows: the last one is compressed differently.
        if filled == size {
            counted += size;
            let block: Vec<u8> = stored[64..64 + size].to_vec();
            compress(is_b, stored, &block, counted as u128, false, false);
            filled = 0;
        }
        let n = input.len().min(size - filled);
        stored[64 + filled..64 + filled + n].copy_from_slice(&input[..n]);
        filled += n;
        input = &input[n..];
    }
    let hash = this.get_mut(vm);
    (hash.counted, hash.filled) = (counted, filled);
}

fn data_argument(vm: &mut Vm, data: Value) -> Result<Vec<u8>, Raised> {
    if data.downcast::<Str>(vm).is_some() {
        return Err(vm.raise(Exc::TypeError, "Strings must be encoded before hashing"));
    }
    if vm.slots(data).get_buffer.is_none() {
        return Err(vm.raise(Exc::TypeError, "object supporting the buffer API required"));
    }
    vm.bytes_of(data)
}

/// A C int within limits.
fn limited(vm: &mut Vm, value: Value, default: u64, range: (u64, u64), message: &str) -> Result<u64, Raised> {
    let Some(value) = value.given() else { return Ok(default) };
    let number = vm.index_i32(value)?;
    match u64::try_from(number).ok().filter(|number| (range.0..=range.1).contains(number)) {
        Some(number) => Ok(number),
        None => Err(vm.raise(Exc::ValueError, message)),
    }
}

/// An unsigned number up to `most`; OverflowError beyond, ValueError for a negative one.
fn unsigned(vm: &mut Vm, value: Value, most: u64, c_type: &str, message: &str) -> Result<u64, Raised> {
    let Some(value) = value.given() else { return Ok(0) };
    let number = vm.index_unsigned(value, c_type)?;
    if number > most { Err(vm.raise(Exc::OverflowError, message)) } else { Ok(number) }
}

fn part(vm: &mut Vm, value: Value, max: usize, what: &str) -> Result<Vec<u8>, Raised> {
    let Some(value) = value.given() else { return Ok(Vec::new()) };
    let bytes = vm.bytes_of(value)?;
    if bytes.len() > max {
        return Err(vm.raise(Exc::ValueError, format!("maximum {what} length is {max} bytes")));
    }
    Ok(bytes)
}

fn build(vm: &mut Vm, class: Gc<Type>, args: Args<'_>, is_b: bool) -> Result<Value, Raised> {
    let [data, digest_size, key, salt, person, fanout, depth, leaf, node_offset, node_depth, inner, last, _, string] =
        args.all();
    let limits = limits(is_b);
    if data.given().is_some() && string.not_none().is_some() {
        let message = "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version.";
        return Err(vm.raise(Exc::TypeError, message));
    }
    let most = limits.digest as u64;
    let message = format!("digest_size for B{} must be between 1 and {most} bytes, here it is ", &limits.name[1..]);
    let shown = match digest_size.given() {
        Some(size) => vm.repr_string(size)?,
        None => String::new(),
    };
    let digest_size = limited(vm, digest_size, most, (1, most), &(message + &shown))? as usize;
    let salt = part(vm, salt, limits.salt, "salt")?;
    let person = part(vm, person, limits.salt, "person")?;
    let fanout = limited(vm, fanout, 1, (0, 255), "fanout must be between 0 and 255")?;
    let depth = limited(vm, depth, 1, (1, 255), "depth must be between 1 and 255")?;
    let leaf = unsigned(vm, leaf, u32::MAX.into(), "unsigned long", "leaf_size is too large")?;
    let max_offset = u64::MAX >> (64 - limits.inner_offset_bits);
    let node_offset = unsigned(vm, node_offset, max_offset, "unsigned long long", "node_offset is too large")?;
    let node_depth = limited(vm, node_depth, 0, (0, 255), "node_depth must be between 0 and 255")?;
    let message = format!("inner_size must be between 0 and is {most}");
    let inner = limited(vm, inner, 0, (0, most), &message)?;
    let key = part(vm, key, limits.digest, "key")?;
    let last_node = match last.given() {
        Some(last) => vm.is_true(last)?,
        None => false,
    };
    let mut parameters = vec![digest_size as u8, key.len() as u8, fanout as u8, depth as u8];
    parameters.extend_from_slice(&(leaf as u32).to_le_bytes());
    parameters.extend_from_slice(&node_offset.to_le_bytes()[..limits.inner_offset_bits as usize / 8]);
    parameters.extend_from_slice(&[node_depth as u8, inner as u8]);
    // The reserved bytes of BLAKE2b, then salt and personalisation, padded with zeros.
    parameters.resize(limits.digest - 2 * limits.salt, 0);
    parameters.extend_from_slice(&salt);
    parameters.resize(limits.digest - limits.salt, 0);
    parameters.extend_from_slice(&person);
    parameters.resize(limits.digest, 0);
    let stored = RawArray::new(vm, STORED)?;
    let step = limits.digest / 8;
    let bytes = stored.get_mut(vm).bytes_mut();
    for i in 0..8 {
        let chunk = &parameters[step * i..step * (i + 1)];
        let parameter = chunk.iter().rev().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
        let initial = if is_b { block::IV[i] } else { block::IV[i] >> 32 };
        bytes[8 * i..8 * i + 8].copy_from_slice(&(initial ^ parameter).to_le_bytes());
    }
    let shape = class.get(vm).root_shape;
    let hash = Blake2 {
        header: HeaderWord::NEW,
        state: Some(stored),
        counted: 0,
        filled: 0,
        digest_size,
        is_b,
        last_node,
        pad: [0; 6],
    };
    let hash = vm.new_object(shape, hash)?;
    if !key.is_empty() {
        let mut first = key;
        first.resize(limits.block, 0);
        feed(vm, hash, &first);
    }
    if let Some(data) = data.given().or(string.not_none()) {
        let bytes = data_argument(vm, data)?;
        feed(vm, hash, &bytes);
    }
    Ok(hash.value())
}

fn new_b(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse(
        "blake2b(data=b'', *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)",
    );
    args.bind(vm, &SIGNATURE, |vm, args| build(vm, class, args, true))
}

fn new_s(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse(
        "blake2s(data=b'', *, digest_size=32, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)",
    );
    args.bind(vm, &SIGNATURE, |vm, args| build(vm, class, args, false))
}

fn update(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [data]) = args.method::<Blake2, 1>(vm);
    let bytes = data_argument(vm, data)?;
    feed(vm, this, &bytes);
    Ok(Value::NONE)
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Blake2>(vm);
    let stored = RawArray::new(vm, STORED)?;
    let Blake2 { state, counted, filled, digest_size, is_b, last_node, .. } = *this.get(vm);
    let bytes = state.map_or_else(Vec::new, |state| state.get(vm).bytes().to_vec());
    stored.get_mut(vm).bytes_mut()[..bytes.len()].copy_from_slice(&bytes);
    let spec = if is_b { &BLAKE2B } else { &BLAKE2S };
    let shape = class_of_spec(vm, spec)?.get(vm).root_shape;
    let hash = Blake2 {
        header: HeaderWord::NEW,
        state: Some(stored),
        counted,
        filled,
        digest_size,
        is_b,
        last_node,
        pad: [0; 6],
    };
    Ok(vm.new_object(shape, hash)?.value())
}

fn digest_bytes(vm: &Vm, this: Gc<Blake2>) -> Vec<u8> {
    let Blake2 { state, counted, filled, digest_size, is_b, last_node, .. } = *this.get(vm);
    let Some(state) = state else { return Vec::new() };
    let mut stored = state.get(vm).bytes().to_vec();
    let mut block = stored[64..64 + filled].to_vec();
    block.resize(limits(is_b).block, 0);
    compress(is_b, &mut stored, &block, (counted + filled) as u128, true, last_node);
    let width = if is_b { 8 } else { 4 };
    stored[..64].chunks_exact(8).flat_map(|word| &word[..width]).take(digest_size).copied().collect()
}

fn digest(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let bytes = digest_bytes(vm, args.receiver(vm));
    vm.new_bytes(&bytes)
}

fn hexdigest(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let bytes = digest_bytes(vm, args.receiver(vm));
    hex_text(vm, &bytes, Value::UNBOUND, Value::UNBOUND)
}

fn get_name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let is_b = this.expect::<Blake2>(vm).get(vm).is_b;
    vm.new_str(limits(is_b).name)
}

fn get_block_size(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(limits(this.expect::<Blake2>(vm).get(vm).is_b).block))
}

fn get_digest_size(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(this.expect::<Blake2>(vm).get(vm).digest_size))
}

const METHODS: &[MethodDef] = &[
    method("copy($self, /)", copy, "Return a copy of the hash object."),
    method("digest($self, /)", digest, "Return the digest value as a bytes object."),
    method("hexdigest($self, /)", hexdigest, "Return the digest value as a string of hexadecimal digits."),
    method("update($self, data, /)", update, "Update this hash object's state with the provided bytes-like object."),
];

const GETSET: &[GetSetDef] = &[
    getter("name", get_name, ""),
    getter("block_size", get_block_size, ""),
    getter("digest_size", get_digest_size, ""),
];

/// The sizes that are attributes of a class.
fn finish(vm: &mut Vm, class: Gc<Type>, is_b: bool) -> Result<(), Raised> {
    let limits = limits(is_b);
    let dict = class.get(vm).dict;
    let sizes = [
        ("SALT_SIZE", limits.salt),
        ("PERSON_SIZE", limits.salt),
        ("MAX_KEY_SIZE", limits.digest),
        ("MAX_DIGEST_SIZE", limits.digest),
    ];
    for (name, size) in sizes {
        let name = Str::intern(vm, name)?;
        Dict::set_str(dict, vm, name, Value::int(size))?;
    }
    Ok(())
}

pub static BLAKE2B: TypeSpec = TypeSpec {
    name: "blake2b",
    module: "_blake2",
    layout: Some(<Blake2 as HeapObject>::native),
    slots: Slots { new: Some(new_b), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "Return a new BLAKE2b hash object.",
    finish: Some(|vm, class| finish(vm, class, true)),
    ..TypeSpec::DEFAULT
};

pub static BLAKE2S: TypeSpec = TypeSpec {
    name: "blake2s",
    module: "_blake2",
    layout: Some(<Blake2 as HeapObject>::native),
    slots: Slots { new: Some(new_s), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "Return a new BLAKE2s hash object.",
    finish: Some(|vm, class| finish(vm, class, false)),
    ..TypeSpec::DEFAULT
};

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    Module::set_int(module, vm, "_GIL_MINSIZE", 2048)?;
    for (prefix, limits) in [("BLAKE2B", B), ("BLAKE2S", S)] {
        Module::set_int(module, vm, &format!("{prefix}_SALT_SIZE"), limits.salt as i64)?;
        Module::set_int(module, vm, &format!("{prefix}_PERSON_SIZE"), limits.salt as i64)?;
        Module::set_int(module, vm, &format!("{prefix}_MAX_KEY_SIZE"), limits.digest as i64)?;
        Module::set_int(module, vm, &format!("{prefix}_MAX_DIGEST_SIZE"), limits.digest as i64)?;
    }
    Ok(())
}

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_blake2",
    doc: "_blake2b provides BLAKE2b for hashlib\n",
    types: &[&BLAKE2B, &BLAKE2S],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};
