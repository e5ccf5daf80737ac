//! `_random`: the Mersenne Twister MT19937 as `random.Random` builds on it.
//!
//! Invariant: `storage` is the state vector, 624 little-endian 32-bit words; `index` is at most 624.

use dashu_int::IBig;
use taipan_text::int_math;
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, MethodDef, ModuleSpec, TypeSpec, method};
use taipan_vm::types::array::RawArray;
use taipan_vm::types::list::List;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// Words of state.
const N: usize = 624;
/// The distance of the words combined.
const M: usize = 397;

heap_object! {
    /// A generator.
    pub struct Random {
        storage: Gc<RawArray>,
        index: usize,
    }
}

fn load(this: Gc<Random>, vm: &Vm) -> [u32; N] {
    let mut words = [0; N];
    for (word, bytes) in words.iter_mut().zip(this.get(vm).storage.get(vm).bytes().as_chunks::<4>().0) {
        *word = u32::from_le_bytes(*bytes);
    }
    words
}

fn store(this: Gc<Random>, vm: &mut Vm, words: &[u32; N], index: usize) {
    let storage = this.get(vm).storage;
    for (bytes, word) in storage.get_mut(vm).bytes_mut().as_chunks_mut::<4>().0.iter_mut().zip(words) {
        *bytes = word.to_le_bytes();
    }
    this.get_mut(vm).index = index;
}

/// The state after the words of the previous one were used up.
fn regenerate(words: &mut [u32; N]) {
    for i in 0..N {
        let mixed = (words[i] & 0x8000_0000) | (words[(i + 1) % N] & 0x7fff_ffff);
        let odd = if mixed & 1 == 1 { 0x9908_b0df } else { 0 };
        words[i] = words[(i + M) % N] ^ (mixed >> 1) ^ odd;
    }
}

/// The next 32 random bits.
fn next_word(this: Gc<Random>, vm: &mut Vm) -> u32 {
    if this.get(vm).index >= N {
        let mut words = load(this, vm);
        regenerate(&mut words);
        store(this, vm, &words, 0);
    }
    let Random { storage, index, .. } = *this.get(vm);
    let word = storage.get(vm).bytes().as_chunks::<4>().0.get(index).map_or(0, |bytes| u32::from_le_bytes(*bytes));
    this.get_mut(vm).index = index + 1;
    let mut y = word;
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c_5680;
    y ^= (y << 15) & 0xefc6_0000;
    y ^ (y >> 18)
}

/// The state of a seed of one word.
fn from_word(seed: u32) -> [u32; N] {
    let mut words = [seed; N];
    for i in 1..N {
        let previous = words[i - 1];
        words[i] = 1_812_433_253u32.wrapping_mul(previous ^ (previous >> 30)).wrapping_add(i as u32);
    }
    words
}

/// The state of a seed of several words.
fn from_key(key: &[u32]) -> [u32; N] {
    let mut words = from_word(19_650_218);
    let (mut i, mut j) = (1, 0);
    for _ in 0..N.max(key.len()) {
        let previous = words[i - 1];
        words[i] = (words[i] ^ (previous ^ (previous >> 30)).wrapping_mul(1_664_525))
            .wrapping_add(key[j])
            .wrapping_add(j as u32);
        i += 1;
        j += 1;
        if i >= N {
            words[0] = words[N - 1];
            i = 1;
        }
        if j >= key.len() {
            j = 0;
        }
    }
    for _ in 0..N - 1 {
        let previous = words[i - 1];
        words[i] = (words[i] ^ (previous ^ (previous >> 30)).wrapping_mul(1_566_083_941)).wrapping_sub(i as u32);
        i += 1;
        if i >= N {
            words[0] = words[N - 1];
            i = 1;
        }
    }
    words[0] = 0x8000_0000;
    words
}

/// Seeds by an int (its magnitude), by the hash of another object, or by the system's random bytes.
fn seed_with(this: Gc<Random>, vm: &mut Vm, seed: Option<Value>) -> Result<(), Raised> {
    let key: Vec<u32> = match seed {
        None => {
            let mut bytes = [0; N * 4];
            vm.ask_host(|host| host.random(&mut bytes))?;
            bytes.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect()
        }
        Some(seed) => {
            let limbs = match vm.as_big(seed) {
                Some(big) => int_math::as_limbs(&big).1.to_vec(),
                None => vec![vm.hash(seed)? as u64],
            };
            let mut key: Vec<u32> = limbs.iter().flat_map(|limb| [*limb as u32, (limb >> 32) as u32]).collect();
            while key.len() > 1 && key.last() == Some(&0) {
                key.pop();
            }
            if key.is_empty() {
                key.push(0);
            }
            key
        }
    };
    store(this, vm, &from_key(&key), N);
    Ok(())
}

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let storage = RawArray::new(vm, N * 4)?;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Random { header: HeaderWord::NEW, storage, index: N })?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    args.expect(vm, "Random", 0, 1)?;
    let random = this.expect::<Random>(vm);
    seed_with(random, vm, args.opt(0).and_then(Value::not_none))
}

fn random(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Random>(vm);
    let high = next_word(this, vm) >> 5;
    let low = next_word(this, vm) >> 6;
    vm.new_float((f64::from(high) * 67_108_864.0 + f64::from(low)) * (1.0 / 9_007_199_254_740_992.0))
}

fn seed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [seed]) = args.method::<Random, 1>(vm);
    seed_with(this, vm, seed.not_none())?;
    Ok(Value::NONE)
}

fn getstate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Random>(vm);
    let words = load(this, vm);
    let list = List::new(vm)?;
    for word in words {
        List::push(list, vm, Value::int(word as usize))?;
    }
    let index = Value::int(this.get(vm).index);
    List::push(list, vm, index)?;
    Ok(List::to_tuple(list, vm)?.value())
}

fn setstate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [state]) = args.method::<Random, 1>(vm);
    let Some(state) = state.downcast::<Tuple>(vm) else {
        return Err(vm.raise(Exc::TypeError, "state vector must be a tuple"));
    };
    if state.get(vm).len() != N + 1 {
        return Err(vm.raise(Exc::ValueError, "state vector is the wrong size"));
    }
    let mut words = [0; N];
    for (i, word) in words.iter_mut().enumerate() {
        let item = state.get(vm).at(i);
        let item = vm.index(item)?;
        *word = match vm.as_i64(item) {
            Some(item) if item >= 0 => item as u32,
            _ => return Err(vm.raise(Exc::OverflowError, "can't convert negative int to unsigned")),
        };
    }
    let index = state.get(vm).at(N);
    match usize::try_from(vm.index_i64(index)?) {
        Ok(index) if index <= N => store(this, vm, &words, index),
        _ => return Err(vm.raise(Exc::ValueError, "invalid state")),
    }
    Ok(Value::NONE)
}

fn getrandbits(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [bits]) = args.method::<Random, 1>(vm);
    let mut left = vm.index_unsigned(bits, "uint64_t")?;
    if left == 0 {
        return Ok(Value::int(0));
    }
    if left <= 32 {
        let word = next_word(this, vm) >> (32 - left);
        return Ok(Value::int(word as usize));
    }
    vm.check_native_bytes((left / 8) as usize)?;
    let mut bytes = Vec::new();
    while left > 0 {
        let word = next_word(this, vm);
        let word = if left < 32 { word >> (32 - left) } else { word };
        bytes.extend_from_slice(&word.to_le_bytes());
        left = left.saturating_sub(32);
    }
    let number: IBig = int_math::from_bytes(&bytes, false, false);
    vm.new_big_int(&number)
}

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    method("random($self, /)", random, "random() -> x in the interval [0, 1)."),
    method("seed($self, n=None, /)", seed, "seed([n]) -> None.\n\nDefaults to use urandom and falls back to a combination\nof the current time and the process identifier."),
    method("getstate($self, /)", getstate, "getstate() -> tuple containing the current state."),
    method("setstate($self, state, /)", setstate, "setstate(state) -> None.  Restores generator state."),
    method("getrandbits($self, k, /)", getrandbits, "getrandbits(k) -> x.  Generates an int with k random bits."),
];

/// The class `Random`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "Random",
    module: "_random",
    layout: Some(<Random as HeapObject>::native),
    slots: Slots { new: Some(new), init: Some(init), ..Slots::DEFAULT },
    methods: METHODS,
    doc: "Random() -> create a random number generator with its own internal state.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

/// The module `_random`.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_random",
    doc: "Module implements the Mersenne Twister random number generator.",
    types: &[&TYPE],
    ..ModuleSpec::DEFAULT
};
