//! The hash functions: block functions around one state that can be stored as plain bytes.

use sha2::digest::generic_array::GenericArray;

/// A hash function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha3(usize),
    Shake(usize),
}

/// The most bytes of a block.
const MAX_BLOCK: usize = 168;

/// A computation under way: what a hash object remembers.
#[derive(Clone, Debug)]
pub struct State {
    words: [u64; 25],
    /// Bytes taken so far.
    total: u64,
    /// The last, incomplete block: `total % block_size` bytes of it.
    block: [u8; MAX_BLOCK],
}

impl Algorithm {
    /// The name in `hashlib`.
    pub const fn name(self) -> &'static str {
        match self {
            Algorithm::Md5 => "md5",
            Algorithm::Sha1 => "sha1",
            Algorithm::Sha224 => "sha224",
            Algorithm::Sha256 => "sha256",
            Algorithm::Sha384 => "sha384",
            Algorithm::Sha512 => "sha512",
            Algorithm::Sha3(28) => "sha3_224",
            Algorithm::Sha3(32) => "sha3_256",
            Algorithm::Sha3(48) => "sha3_384",
            Algorithm::Sha3(_) => "sha3_512",
            Algorithm::Shake(16) => "shake_128",
            Algorithm::Shake(_) => "shake_256",
        }
    }

    /// Bytes of a block.
    pub const fn block_size(self) -> usize {
        match self {
            Algorithm::Md5 | Algorithm::Sha1 | Algorithm::Sha224 | Algorithm::Sha256 => 64,
            Algorithm::Sha384 | Algorithm::Sha512 => 128,
            Algorithm::Sha3(size) | Algorithm::Shake(size) => 200 - 2 * size,
        }
    }

    /// Bytes of the digest, 0 when the caller says how many.
    pub const fn digest_size(self) -> usize {
        match self {
            Algorithm::Md5 => 16,
            Algorithm::Sha1 => 20,
            Algorithm::Sha224 => 28,
            Algorithm::Sha256 => 32,
            Algorithm::Sha384 => 48,
            Algorithm::Sha512 => 64,
            Algorithm::Sha3(size) => size,
            Algorithm::Shake(_) => 0,
        }
    }

    /// The state before any input.
    pub fn start(self) -> State {
        let initial: &[u64] = match self {
            Algorithm::Md5 => &[0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476],
            Algorithm::Sha1 => &[0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0],
            Algorithm::Sha224 => {
                &[0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4]
            }
            Algorithm::Sha256 => {
                &[0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]
            }
            Algorithm::Sha384 => &[
                0xcbbb9d5dc1059ed8,
                0x629a292a367cd507,
                0x9159015a3070dd17,
                0x152fecd8f70e5939,
                0x67332667ffc00b31,
                0x8eb44a8768581511,
                0xdb0c2e0d64f98fa7,
                0x47b5481dbefa4fa4,
            ],
            Algorithm::Sha512 => &[
                0x6a09e667f3bcc908,
                0xbb67ae8584caa73b,
                0x3c6ef372fe94f82b,
                0xa54ff53a5f1d36f1,
                0x510e527fade682d1,
                0x9b05688c2b3e6c1f,
                0x1f83d9abfb41bd6b,
                0x5be0cd19137e2179,
            ],
            Algorithm::Sha3(_) | Algorithm::Shake(_) => &[],
        };
        let mut words = [0; 25];
        words[..initial.len()].copy_from_slice(initial);
        State { words, total: 0, block: [0; MAX_BLOCK] }
    }

    fn compress(self, words: &mut [u64; 25], block: &[u8]) {
        match self {
            Algorithm::Md5 => narrow(words, |state| md5_block(state, block)),
            Algorithm::Sha1 => {
                narrow(words, |state: &mut [u32; 5]| sha1::compress(state, &[*GenericArray::from_slice(block)]));
            }
            Algorithm::Sha224 | Algorithm::Sha256 => {
                narrow(words, |state: &mut [u32; 8]| {
                    sha2::compress256(state, &[*GenericArray::from_slice(block)]);
                });
            }
            Algorithm::Sha384 | Algorithm::Sha512 => {
                let mut state: [u64; 8] = std::array::from_fn(|i| words[i]);
                sha2::compress512(&mut state, &[*GenericArray::from_slice(block)]);
                words[..8].copy_from_slice(&state);
            }
            Algorithm::Sha3(_) | Algorithm::Shake(_) => {
                for (word, bytes) in words.iter_mut().zip(block.chunks_exact(8)) {
                    *word ^= u64::from_le_bytes(std::array::from_fn(|i| bytes[i]));
                }
                keccak::f1600(words);
            }
        }
    }

    /// Takes more input.
    pub fn update(self, state: &mut State, mut input: &[u8]) {
        let size = self.block_size();
        let filled = (state.total % size as u64) as usize;
        state.total = state.total.wrapping_add(input.len() as u64);
        if filled > 0 {
            let n = input.len().min(size - filled);
            state.block[filled..filled + n].copy_from_slice(&input[..n]);
            input = &input[n..];
            if filled + n < size {
                return;
            }
            let block = state.block;
            self.compress(&mut state.words, &block[..size]);
        }
        let mut blocks = input.chunks_exact(size);
        for block in &mut blocks {
            self.compress(&mut state.words, block);
        }
        let rest = blocks.remainder();
        state.block[..rest.len()].copy_from_slice(rest);
    }

    /// The digest of the input so far, of `len` bytes for the extendable functions.
    pub fn digest(self, mut state: State, len: usize) -> Vec<u8> {
        let size = self.block_size();
        let filled = (state.total % size as u64) as usize;
        if let Algorithm::Sha3(_) | Algorithm::Shake(_) = self {
            let mut block = state.block;
            block[filled..size].fill(0);
            block[filled] = if matches!(self, Algorithm::Sha3(_)) { 6 } else { 0x1f };
            block[size - 1] |= 0x80;
            self.compress(&mut state.words, &block[..size]);
            let mut out = Vec::with_capacity(len + size);
            loop {
                out.extend(state.words.iter().flat_map(|word| word.to_le_bytes()).take(size));
                if out.len() >= len {
                    out.truncate(len);
                    return out;
                }
                keccak::f1600(&mut state.words);
            }
        }
        let bits = state.total.wrapping_mul(8);
        // Of SHA-384 and SHA-512 the length has 16 bytes, the upper ones always 0 here.
        let tail = if size == 128 { 16 } else { 8 };
        let zeros = (2 * size - filled - 1 - tail) % size;
        let mut padding = vec![0x80];
        padding.resize(1 + zeros + tail - 8, 0);
        let length = if self == Algorithm::Md5 { bits.to_le_bytes() } else { bits.to_be_bytes() };
        padding.extend_from_slice(&length);
        self.update(&mut state, &padding);
        let mut out: Vec<u8> = match self {
            Algorithm::Md5 => state.words.iter().flat_map(|word| (*word as u32).to_le_bytes()).collect(),
            Algorithm::Sha384 | Algorithm::Sha512 => state.words.iter().flat_map(|word| word.to_be_bytes()).collect(),
            _ => state.words.iter().flat_map(|word| (*word as u32).to_be_bytes()).collect(),
        };
        out.truncate(self.digest_size());
        out
    }
}

fn narrow<const N: usize>(words: &mut [u64; 25], compress: impl FnOnce(&mut [u32; N])) {
    let mut state: [u32; N] = std::array::from_fn(|i| words[i] as u32);
    compress(&mut state);
    for (word, new) in words.iter_mut().zip(state) {
        *word = u64::from(new);
    }
}

/// One block of MD5 (RFC 1321).
fn md5_block(state: &mut [u32; 4], block: &[u8]) {
    const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let input: [u32; 16] = std::array::from_fn(|i| u32::from_le_bytes(std::array::from_fn(|j| block[4 * i + j])));
    let [mut a, mut b, mut c, mut d] = *state;
    for i in 0..64 {
        let (mixed, word) = match i / 16 {
            0 => (b & c | !b & d, i),
            1 => (d & b | !d & c, (5 * i + 1) % 16),
            2 => (b ^ c ^ d, (3 * i + 5) % 16),
            _ => (c ^ (b | !d), 7 * i % 16),
        };
        // The constants are the sines of the step numbers.
        let constant = (((i + 1) as f64).sin().abs() * 4_294_967_296.0) as u32;
        let sum = mixed.wrapping_add(a).wrapping_add(constant).wrapping_add(input[word]);
        (a, d, c, b) = (d, c, b, b.wrapping_add(sum.rotate_left(SHIFTS[i / 16][i % 4])));
    }
    for (old, new) in state.iter_mut().zip([a, b, c, d]) {
        *old = old.wrapping_add(new);
    }
}

impl State {
    /// Bytes of a stored state.
    pub const STORED: usize = 26 * 8 + MAX_BLOCK;

    /// Writes the state into storage of [`State::STORED`] bytes.
    pub fn store(&self, target: &mut [u8]) {
        let (numbers, block) = target.split_at_mut(26 * 8);
        for (bytes, word) in numbers.chunks_exact_mut(8).zip(self.words.iter().chain([&self.total])) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        block[..MAX_BLOCK].copy_from_slice(&self.block);
    }

    /// Reads a stored state.
    pub fn load(source: &[u8]) -> State {
        let word = |i: usize| u64::from_le_bytes(std::array::from_fn(|j| source[8 * i + j]));
        State { words: std::array::from_fn(word), total: word(25), block: std::array::from_fn(|i| source[26 * 8 + i]) }
    }
}

#[cfg(test)]
mod tests;
