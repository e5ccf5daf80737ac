//! `_pbkdf2`: `hashlib.pbkdf2_hmac` (PKCS #5 v2.0, RFC 8018) and `hashlib.scrypt` (RFC 7914).

use taipan_vm::args::Args;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::bytes::contents::check_length;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::hashes::algorithm::{Algorithm, State};

pub mod scrypt;

/// The hash functions that can be keyed, by the names of `hashlib`.
const ALGORITHMS: [Algorithm; 10] = [
    Algorithm::Md5,
    Algorithm::Sha1,
    Algorithm::Sha224,
    Algorithm::Sha256,
    Algorithm::Sha384,
    Algorithm::Sha512,
    Algorithm::Sha3(28),
    Algorithm::Sha3(32),
    Algorithm::Sha3(48),
    Algorithm::Sha3(64),
];

/// HMAC with a key (RFC 2104): the states behind the two padded keys.
struct Hmac {
    algorithm: Algorithm,
    inner: State,
    outer: State,
}

impl Hmac {
    fn new(algorithm: Algorithm, key: &[u8]) -> Hmac {
        let mut block = vec![0; algorithm.block_size()];
        if key.len() > block.len() {
            let mut state = algorithm.start();
            algorithm.update(&mut state, key);
            let digest = algorithm.digest(state, algorithm.digest_size());
            block[..digest.len()].copy_from_slice(&digest);
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let keyed = |pad: u8| {
            let mut state = algorithm.start();
            let padded: Vec<u8> = block.iter().map(|byte| byte ^ pad).collect();
            algorithm.update(&mut state, &padded);
            state
        };
        Hmac { algorithm, inner: keyed(0x36), outer: keyed(0x5C) }
    }

    fn sign(&self, parts: &[&[u8]]) -> Vec<u8> {
        let size = self.algorithm.digest_size();
        let mut inner = self.inner.clone();
        for part in parts {
            self.algorithm.update(&mut inner, part);
        }
        let digest = self.algorithm.digest(inner, size);
        let mut outer = self.outer.clone();
        self.algorithm.update(&mut outer, &digest);
        self.algorithm.digest(outer, size)
    }
}

/// A positive C `long` argument.
fn positive(vm: &mut Vm, value: Value, what: &str, most: i64) -> Result<usize, Raised> {
    let index = vm.index(value)?;
    match vm.as_i64(index) {
        Some(number) if number < 1 => Err(vm.raise(Exc::ValueError, format!("{what} must be greater than 0."))),
        Some(number) if number <= most => Ok(number as usize),
        _ => Err(vm.raise(Exc::OverflowError, format!("{what} is too great."))),
    }
}

fn pbkdf2_hmac(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [name, password, salt, iterations, length] = args.all();
    let Some(name) = name.downcast::<Str>(vm) else {
        let got = vm.type_name(name);
        let message = format!("pbkdf2_hmac() argument 'hash_name' must be str, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let name = name.get(vm).to_string_lossy().to_ascii_lowercase().replace('-', "_");
    let password = vm.bytes_of(password)?;
    let salt = vm.bytes_of(salt)?;
    let index = vm.index(iterations)?;
    let Some(algorithm) = ALGORITHMS.into_iter().find(|algorithm| algorithm.name() == name) else {
        return Err(vm.raise(Exc::ValueError, "[digital envelope routines] unsupported"));
    };
    let iterations = positive(vm, index, "iteration value", i32::MAX.into())?;
    let length = match length.not_none() {
        Some(length) => positive(vm, length, "key length", i32::MAX.into())?,
        None => algorithm.digest_size(),
    };
    check_length(vm, length)?;
    let key = derive(vm, algorithm, &password, &salt, iterations, length)?;
    vm.new_bytes(&key)
}

/// The key of a password.
fn derive(
    vm: &mut Vm,
    algorithm: Algorithm,
    password: &[u8],
    salt: &[u8],
    iterations: usize,
    length: usize,
) -> Result<Vec<u8>, Raised> {
    let hmac = Hmac::new(algorithm, password);
    let mut key = Vec::with_capacity(length);
    let mut number = 1u32;
    while key.len() < length {
        let mut part = hmac.sign(&[salt, &number.to_be_bytes()]);
        let mut sum = part.clone();
        for _ in 1..iterations {
            part = hmac.sign(&[&part]);
            sum.iter_mut().zip(&part).for_each(|(sum, byte)| *sum ^= byte);
            vm.work(1 << 8)?;
        }
        let wanted = (length - key.len()).min(sum.len());
        key.extend_from_slice(&sum[..wanted]);
        number = number.wrapping_add(1);
    }
    Ok(key)
}

/// What scrypt may use unless it is told otherwise.
const MAX_MEMORY: u64 = 32 << 20;

fn scrypt_key(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [password, salt, n, r, p, max_memory, length] = args.all();
    let password = vm.bytes_of(password)?;
    let salt = vm.bytes_of(salt)?;
    let mut sizes = [0; 3];
    for (size, value) in sizes.iter_mut().zip([n, r, p]) {
        let index = vm.index(value)?;
        *size = match vm.as_i64(index) {
            Some(number) if number >= 0 => number as u64,
            Some(_) => return Err(vm.raise(Exc::ValueError, "Cannot convert negative int")),
            None => return Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C unsigned long")),
        };
    }
    let [n, r, p] = sizes;
    if n < 2 || !n.is_power_of_two() {
        return Err(vm.raise(Exc::ValueError, "n must be a power of 2."));
    }
    let bounded = |vm: &mut Vm, value: Value, default: i64, least: i64, message: &str| match value.given() {
        None => Ok(default as u64),
        Some(value) => match vm.index_i64(value)? {
            number if (least..=i32::MAX.into()).contains(&number) => Ok(number as u64),
            _ => Err(vm.raise(Exc::ValueError, message)),
        },
    };
    let max_memory = bounded(vm, max_memory, 0, 0, "maxmem must be positive and smaller than 2147483647")?;
    let length = bounded(vm, length, 64, 1, "dklen must be greater than 0 and smaller than 2147483647")?;
    let allowed = if max_memory == 0 { MAX_MEMORY } else { max_memory };
    let needed = n.checked_add(p).and_then(|blocks| blocks.checked_add(2)?.checked_mul(128)?.checked_mul(r));
    let Some(needed) = needed.filter(|needed| *needed <= allowed && r > 0 && p > 0) else {
        return Err(vm.raise(Exc::ValueError, "Invalid parameter combination for n, r, p, maxmem."));
    };
    vm.check_native_bytes(needed as usize + length as usize)?;
    let block = 128 * r as usize;
    let mut blocks = derive(vm, Algorithm::Sha256, &password, &salt, 1, block * p as usize)?;
    for part in blocks.chunks_exact_mut(block) {
        scrypt::mix(part, n as usize, || vm.work(1 << 10))?;
    }
    let key = derive(vm, Algorithm::Sha256, &password, &blocks, 1, length as usize)?;
    vm.new_bytes(&key)
}

const FUNCTIONS: &[MethodDef] = &[
    function(
        "scrypt(password, *, salt, n, r, p, maxmem=0, dklen=64)",
        scrypt_key,
        "scrypt password-based key derivation function.",
    ),
    function(
        "pbkdf2_hmac(hash_name, password, salt, iterations,\n            dklen=None)",
        pbkdf2_hmac,
        "Password based key derivation function 2 (PKCS #5 v2.0) with HMAC as pseudorandom function.",
    ),
];

/// The module `_pbkdf2`.
pub static MODULE: ModuleSpec = ModuleSpec { name: "_pbkdf2", functions: FUNCTIONS, ..ModuleSpec::DEFAULT };
