//! Hashes of Python's builtin types, equal to CPython 3.14's for a given `PYTHONHASHSEED`.
//!
//! A hash is an `i64` and never -1, which CPython keeps for errors. Semantics: CPython's `Python/pyhash.c` and the
//! chapter "Hashing of numeric types" of its library reference.

use dashu_int::{IBig, Sign};

use crate::TextRef;

/// The hash of infinity, `sys.hash_info.inf`.
pub const HASH_INF: i64 = 314159;
/// The factor of the imaginary part, `sys.hash_info.imag`.
pub const HASH_IMAG: i64 = 1000003;
/// The number of bits of the prime modulus of numeric hashes.
const BITS: u32 = 61;
/// The modulus of numeric hashes, `sys.hash_info.modulus`.
pub const MODULUS: u64 = (1 << BITS) - 1;

/// The key of the hash of `str` and `bytes`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HashKey {
    k0: u64,
    k1: u64,
}

impl HashKey {
    /// The key of `PYTHONHASHSEED=seed`: zero for 0, else from a linear congruential generator.
    pub fn from_seed(seed: u32) -> Self {
        if seed == 0 {
            return HashKey { k0: 0, k1: 0 };
        }
        let mut state = seed;
        let mut secret = [0; 16];
        for byte in &mut secret {
            state = state.wrapping_mul(214013).wrapping_add(2531011);
            *byte = (state >> 16) as u8;
        }
        Self::from_bytes(secret)
    }

    /// The key from 16 random bytes, for `PYTHONHASHSEED=random`.
    pub fn from_bytes(secret: [u8; 16]) -> Self {
        let secret = u128::from_le_bytes(secret);
        HashKey { k0: secret as u64, k1: (secret >> 64) as u64 }
    }

    /// SipHash-1-3 of a sequence of bytes.
    pub fn sip13(self, bytes: &[u8]) -> u64 {
        let mut v = [
            self.k0 ^ 0x736f6d6570736575,
            self.k1 ^ 0x646f72616e646f6d,
            self.k0 ^ 0x6c7967656e657261,
            self.k1 ^ 0x7465646279746573,
        ];
        let (words, tail) = bytes.as_chunks::<8>();
        for word in words {
            let word = u64::from_le_bytes(*word);
            v[3] ^= word;
            sip_round(&mut v);
            v[0] ^= word;
        }
        let mut last = [0; 8];
        last[..tail.len()].copy_from_slice(tail);
        let last = u64::from_le_bytes(last) | (bytes.len() as u64) << 56;
        v[3] ^= last;
        sip_round(&mut v);
        v[0] ^= last;
        v[2] ^= 0xff;
        for _ in 0..3 {
            sip_round(&mut v);
        }
        v[0] ^ v[1] ^ v[2] ^ v[3]
    }

    /// `hash(bytes)`, also of `memoryview` and of other types hashed by their bytes.
    pub fn bytes(self, bytes: &[u8]) -> i64 {
        if bytes.is_empty() { 0 } else { not_minus_one(self.sip13(bytes) as i64) }
    }

    /// `hash(str)`; `text` must be canonical, because the bytes of its storage are hashed.
    pub fn text(self, text: TextRef<'_>) -> i64 {
        match text {
            TextRef::Ascii(bytes) | TextRef::Latin1(bytes) => self.bytes(bytes),
            TextRef::Ucs2(units) => self.bytes(&units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>()),
            TextRef::Ucs4(units) => self.bytes(&units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>()),
        }
    }
}

#[inline]
fn sip_round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]);
    v[2] = v[2].wrapping_add(v[3]);
    v[1] = v[1].rotate_left(13) ^ v[0];
    v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[1]);
    v[0] = v[0].wrapping_add(v[3]);
    v[1] = v[1].rotate_left(17) ^ v[2];
    v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].rotate_left(32);
}

/// -2 for -1, other hashes as they are.
pub fn not_minus_one(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

/// `hash(int)` of a machine integer.
pub fn int(value: i64) -> i64 {
    let hash = (value.unsigned_abs() % MODULUS) as i64;
    not_minus_one(if value < 0 { -hash } else { hash })
}

/// `hash(int)` of a big integer.
pub fn big_int(value: &IBig) -> i64 {
    let (sign, words) = value.as_sign_words();
    limbs(sign == Sign::Negative, words.iter().copied())
}

/// `hash(int)` of 64-bit limbs, least significant first.
pub fn limbs(is_negative: bool, limbs: impl DoubleEndedIterator<Item = u64>) -> i64 {
    let mut hash = 0u64;
    for limb in limbs.rev() {
        // Shifting by 64 is rotating by 3 modulo 2**61 - 1.
        hash = (hash << 3 & MODULUS) | hash >> (BITS - 3);
        hash = (hash + (limb & MODULUS) + (limb >> BITS)) % MODULUS;
    }
    not_minus_one(if is_negative { -(hash as i64) } else { hash as i64 })
}

/// `hash(float)`; `None` for a NaN, whose hash is that of the object's identity.
pub fn float(value: f64) -> Option<i64> {
    if value.is_nan() {
        return None;
    }
    if value.is_infinite() {
        return Some(if value > 0.0 { HASH_INF } else { -HASH_INF });
    }
    let bits = value.abs().to_bits();
    let (mantissa, exponent) = match bits >> 52 {
        0 => (bits, -1074),
        exponent => (bits & ((1 << 52) - 1) | 1 << 52, exponent as i32 - 1075),
    };
    let shift = exponent.rem_euclid(BITS as i32) as u32;
    let hash = ((u128::from(mantissa) << shift) % u128::from(MODULUS)) as i64;
    Some(not_minus_one(if value < 0.0 { -hash } else { hash }))
}

/// `hash(complex)` from the hashes of its parts.
pub fn complex(real: i64, imaginary: i64) -> i64 {
    not_minus_one(real.wrapping_add(HASH_IMAG.wrapping_mul(imaginary)))
}

const PRIME_1: u64 = 11400714785074694791;
const PRIME_2: u64 = 14029467366897019727;
const PRIME_5: u64 = 2870177450012600261;

/// The hash of a sequence from the hashes of its items, item by item.
#[derive(Clone, Copy, Debug)]
pub struct TupleHasher {
    sum: u64,
    len: u64,
}

impl Default for TupleHasher {
    fn default() -> Self {
        Self::new()
    }
}

impl TupleHasher {
    /// The state before the first item.
    pub fn new() -> Self {
        TupleHasher { sum: PRIME_5, len: 0 }
    }

    /// Takes the next item's hash in.
    pub fn item(&mut self, hash: i64) {
        self.sum = self.sum.wrapping_add((hash as u64).wrapping_mul(PRIME_2)).rotate_left(31).wrapping_mul(PRIME_1);
        self.len += 1;
    }

    /// `hash(tuple)`.
    pub fn finish(self) -> i64 {
        not_error(self.sum.wrapping_add(self.len ^ (PRIME_5 ^ 3527539)))
    }

    /// `hash(slice)`, which leaves the length out.
    pub fn finish_slice(self) -> i64 {
        not_error(self.sum)
    }
}

fn not_error(hash: u64) -> i64 {
    if hash == u64::MAX { 1546275796 } else { hash as i64 }
}

/// `hash(tuple)` from the hashes of its items.
pub fn tuple(items: impl IntoIterator<Item = i64>) -> i64 {
    let mut hasher = TupleHasher::new();
    items.into_iter().for_each(|item| hasher.item(item));
    hasher.finish()
}

/// The hash of a set from the hashes of its elements, in any order.
#[derive(Clone, Copy, Debug, Default)]
pub struct SetHasher {
    mixed: u64,
    len: u64,
}

impl SetHasher {
    /// The state before the first element.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an element's hash in.
    pub fn element(&mut self, hash: i64) {
        let hash = hash as u64;
        self.mixed ^= ((hash ^ 89869747) ^ hash << 16).wrapping_mul(3644798167);
        self.len += 1;
    }

    /// `hash(frozenset)`.
    pub fn finish(self) -> i64 {
        let mut hash = self.mixed ^ self.len.wrapping_add(1).wrapping_mul(1927868237);
        hash ^= hash >> 11 ^ hash >> 25;
        hash = hash.wrapping_mul(69069).wrapping_add(907133923);
        if hash == u64::MAX { 590923713 } else { hash as i64 }
    }
}

/// `hash(frozenset)` from the hashes of its elements.
pub fn frozenset(elements: impl IntoIterator<Item = i64>) -> i64 {
    let mut hasher = SetHasher::new();
    elements.into_iter().for_each(|element| hasher.element(element));
    hasher.finish()
}

#[cfg(test)]
mod tests;
