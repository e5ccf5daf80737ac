//! `_md5`, `_sha1`, `_sha2`, `_sha3`: the hash functions behind `hashlib`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{GetSetDef, MethodDef, ModuleSpec, NO_NEW, TypeSpec, function, getter, method};
use taipan_vm::types::array::RawArray;
use taipan_vm::types::bytes::contents::check_length;
use taipan_vm::types::bytes::hexadecimal::hex_text;
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

pub mod algorithm;

use algorithm::{Algorithm, State};

heap_object! {
    /// A hash object: its function by number and the stored state.
    pub struct Hash {
        state: Option<Gc<RawArray>>,
        number: usize,
    }
}

/// Function, class and the class's description, by number.
static ALGORITHMS: [(Algorithm, &TypeSpec); 12] = [
    (Algorithm::Md5, &MD5),
    (Algorithm::Sha1, &SHA1),
    (Algorithm::Sha224, &SHA224),
    (Algorithm::Sha256, &SHA256),
    (Algorithm::Sha384, &SHA384),
    (Algorithm::Sha512, &SHA512),
    (Algorithm::Sha3(28), &SHA3_224),
    (Algorithm::Sha3(32), &SHA3_256),
    (Algorithm::Sha3(48), &SHA3_384),
    (Algorithm::Sha3(64), &SHA3_512),
    (Algorithm::Shake(16), &SHAKE_128),
    (Algorithm::Shake(32), &SHAKE_256),
];

fn read(vm: &Vm, this: Gc<Hash>) -> (Algorithm, State) {
    let Hash { state, number, .. } = *this.get(vm);
    let (algorithm, _) = ALGORITHMS[number];
    match state {
        Some(stored) => (algorithm, State::load(stored.get(vm).bytes())),
        None => (algorithm, algorithm.start()),
    }
}

fn make(vm: &mut Vm, number: usize, state: &State) -> Result<Gc<Hash>, Raised> {
    let stored = RawArray::new(vm, State::STORED)?;
    state.store(stored.get_mut(vm).bytes_mut());
    let shape = class_of_spec(vm, ALGORITHMS[number].1)?.get(vm).root_shape;
    vm.new_object(shape, Hash { header: HeaderWord::NEW, state: Some(stored), number })
}

/// Bytes that are hashed between two looks at the signals, and those that are worth a step.
const PIECE: usize = 1 << 20;
const BYTES_PER_STEP: usize = 16;

fn feed(vm: &mut Vm, algorithm: Algorithm, state: &mut State, data: Value) -> Result<(), Raised> {
    if data.downcast::<Str>(vm).is_some() {
        return Err(vm.raise(Exc::TypeError, "Strings must be encoded before hashing"));
    }
    if vm.slots(data).get_buffer.is_none() {
        return Err(vm.raise(Exc::TypeError, "object supporting the buffer API required"));
    }
    let buffer = vm.get_buffer(data, false)?;
    let mut at = 0;
    let mut fed = Ok(());
    while let Some(piece) = buffer.bytes(vm).get(at..).filter(|rest| fed.is_ok() && !rest.is_empty()) {
        let piece = &piece[..piece.len().min(PIECE)];
        algorithm.update(state, piece);
        at += piece.len();
        fed = vm.work(piece.len() / BYTES_PER_STEP);
    }
    buffer.release(vm);
    fed
}

fn new_hash(vm: &mut Vm, args: Args<'_>, number: usize) -> Result<Value, Raised> {
    let [data, _, string] = args.all();
    let string = string.not_none();
    if data.given().is_some() && string.is_some() {
        let message = "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version.";
        return Err(vm.raise(Exc::TypeError, message));
    }
    let algorithm = ALGORITHMS[number].0;
    let mut state = algorithm.start();
    if let Some(data) = data.given().or(string) {
        feed(vm, algorithm, &mut state, data)?;
    }
    Ok(make(vm, number, &state)?.value())
}

fn update(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [data]) = args.method::<Hash, 1>(vm);
    let (algorithm, mut state) = read(vm, this);
    feed(vm, algorithm, &mut state, data)?;
    if let Some(stored) = this.get(vm).state {
        state.store(stored.get_mut(vm).bytes_mut());
    }
    Ok(Value::NONE)
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Hash>(vm);
    let (_, state) = read(vm, this);
    let number = this.get(vm).number;
    Ok(make(vm, number, &state)?.value())
}

fn digest_bytes(vm: &mut Vm, args: Args<'_>) -> Result<Vec<u8>, Raised> {
    let (this, [length]) = args.method::<Hash, 1>(vm);
    let (algorithm, state) = read(vm, this);
    let len = match length.given() {
        Some(length) => match vm.index_isize(length)? {
            len if len < 0 => return Err(vm.raise(Exc::ValueError, "value must be positive")),
            len if len >= 1 << 29 => return Err(vm.raise(Exc::ValueError, "length is too large")),
            len => len as usize,
        },
        None => algorithm.digest_size(),
    };
    check_length(vm, len)?;
    Ok(algorithm.digest(state, len))
}

fn digest(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let bytes = digest_bytes(vm, args)?;
    vm.new_bytes(&bytes)
}

fn hexdigest(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let bytes = digest_bytes(vm, args)?;
    hex_text(vm, &bytes, Value::UNBOUND, Value::UNBOUND)
}

fn get_name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (algorithm, _) = read(vm, this.expect(vm));
    vm.new_str(algorithm.name())
}

fn get_block_size(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(read(vm, this.expect(vm)).0.block_size()))
}

fn get_digest_size(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(read(vm, this.expect(vm)).0.digest_size()))
}

/// Of the 1600 bits of a Keccak state, those that no input is mixed into.
fn get_capacity_bits(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(1600 - 8 * read(vm, this.expect(vm)).0.block_size()))
}

fn get_rate_bits(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(8 * read(vm, this.expect(vm)).0.block_size()))
}

/// The bits that follow the input, with the first one of its padding.
fn get_suffix(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (algorithm, _) = read(vm, this.expect(vm));
    vm.new_bytes(if matches!(algorithm, Algorithm::Shake(_)) { b"\x1f" } else { b"\x06" })
}

const COPY: MethodDef = method("copy($self, /)", copy, "Return a copy of the hash object.");
const UPDATE: MethodDef =
    method("update($self, obj, /)", update, "Update this hash object's state with the provided string.");

const METHODS: &[MethodDef] = &[
    COPY,
    method("digest($self, /)", digest, "Return the digest value as a bytes object."),
    method("hexdigest($self, /)", hexdigest, "Return the digest value as a string of hexadecimal digits."),
    UPDATE,
];

const SHAKE_METHODS: &[MethodDef] = &[
    COPY,
    method("digest($self, /, length)", digest, "Return the digest value as a bytes object."),
    method("hexdigest($self, /, length)", hexdigest, "Return the digest value as a string of hexadecimal digits."),
    UPDATE,
];

const BLOCK_SIZE: GetSetDef = getter("block_size", get_block_size, "");
const NAME: GetSetDef = getter("name", get_name, "");
const DIGEST_SIZE: GetSetDef = getter("digest_size", get_digest_size, "");

const GETSET: &[GetSetDef] = &[BLOCK_SIZE, NAME, DIGEST_SIZE];

const KECCAK_GETSET: &[GetSetDef] = &[
    BLOCK_SIZE,
    NAME,
    DIGEST_SIZE,
    getter("_capacity_bits", get_capacity_bits, ""),
    getter("_rate_bits", get_rate_bits, ""),
    getter("_suffix", get_suffix, ""),
];

const fn keccak_type(name: &'static str, methods: &'static [MethodDef]) -> TypeSpec {
    TypeSpec { getset: KECCAK_GETSET, ..hash_type("_sha3", name, methods) }
}

const fn hash_type(module: &'static str, name: &'static str, methods: &'static [MethodDef]) -> TypeSpec {
    TypeSpec {
        name,
        module,
        layout: Some(<Hash as HeapObject>::native),
        slots: Slots::DEFAULT,
        methods,
        getset: GETSET,
        flags: NO_NEW,
        ..TypeSpec::DEFAULT
    }
}

pub static MD5: TypeSpec = hash_type("_md5", "MD5Type", METHODS);
pub static SHA1: TypeSpec = hash_type("_sha1", "SHA1Type", METHODS);
pub static SHA224: TypeSpec = hash_type("_sha2", "SHA224Type", METHODS);
pub static SHA256: TypeSpec = hash_type("_sha2", "SHA256Type", METHODS);
pub static SHA384: TypeSpec = hash_type("_sha2", "SHA384Type", METHODS);
pub static SHA512: TypeSpec = hash_type("_sha2", "SHA512Type", METHODS);
pub static SHA3_224: TypeSpec = keccak_type("sha3_224", METHODS);
pub static SHA3_256: TypeSpec = keccak_type("sha3_256", METHODS);
pub static SHA3_384: TypeSpec = keccak_type("sha3_384", METHODS);
pub static SHA3_512: TypeSpec = keccak_type("sha3_512", METHODS);
pub static SHAKE_128: TypeSpec = keccak_type("shake_128", SHAKE_METHODS);
pub static SHAKE_256: TypeSpec = keccak_type("shake_256", SHAKE_METHODS);

macro_rules! constructor {
    ($number:literal, $name:literal, $title:literal) => {
        function(
            concat!($name, "(data=b'', *, usedforsecurity=True, string=None)"),
            |vm, args| new_hash(vm, args, $number),
            concat!("Return a new ", $title, " hash object; optionally initialized with a string."),
        )
    };
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    Module::set_int(module, vm, "_GIL_MINSIZE", 2048)
}

pub static MD5_MODULE: ModuleSpec = ModuleSpec {
    name: "_md5",
    functions: &[constructor!(0, "md5", "MD5")],
    types: &[&MD5],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};

pub static SHA1_MODULE: ModuleSpec = ModuleSpec {
    name: "_sha1",
    functions: &[constructor!(1, "sha1", "SHA1")],
    types: &[&SHA1],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};

pub static SHA2_MODULE: ModuleSpec = ModuleSpec {
    name: "_sha2",
    functions: &[
        constructor!(3, "sha256", "SHA-256"),
        constructor!(2, "sha224", "SHA-224"),
        constructor!(5, "sha512", "SHA-512"),
        constructor!(4, "sha384", "SHA-384"),
    ],
    types: &[&SHA224, &SHA256, &SHA384, &SHA512],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};

pub static SHA3_MODULE: ModuleSpec = ModuleSpec {
    name: "_sha3",
    functions: &[
        constructor!(6, "sha3_224", "SHA3-224"),
        constructor!(7, "sha3_256", "SHA3-256"),
        constructor!(8, "sha3_384", "SHA3-384"),
        constructor!(9, "sha3_512", "SHA3-512"),
        constructor!(10, "shake_128", "SHAKE-128"),
        constructor!(11, "shake_256", "SHAKE-256"),
    ],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};
