//! The compression functions of BLAKE2b and BLAKE2s (RFC 7693).

const SIGMA: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

const MIXES: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

/// The first words of both functions.
pub const IV: [u64; 8] = [
    0x6a09e667f3bcc908,
    0xbb67ae8584caa73b,
    0x3c6ef372fe94f82b,
    0xa54ff53a5f1d36f1,
    0x510e527fade682d1,
    0x9b05688c2b3e6c1f,
    0x1f83d9abfb41bd6b,
    0x5be0cd19137e2179,
];

macro_rules! compression {
    ($(#[$doc:meta])* $name:ident, $word:ty, $bytes:literal, $rounds:literal, $r:expr, $iv:expr) => {
        $(#[$doc])*
        pub fn $name(state: &mut [$word; 8], block: &[u8], counter: u128, last: $word, last_node: $word) {
            let message: [$word; 16] = std::array::from_fn(|i| {
                <$word>::from_le_bytes(std::array::from_fn(|j| block[$bytes * i + j]))
            });
            let mut v: [$word; 16] = std::array::from_fn(|i| if i < 8 { state[i] } else { $iv(i - 8) });
            v[12] ^= counter as $word;
            v[13] ^= (counter >> <$word>::BITS) as $word;
            v[14] ^= last;
            v[15] ^= last_node;
            for round in 0..$rounds {
                let order = &SIGMA[round % 10];
                for (i, [a, b, c, d]) in MIXES.into_iter().enumerate() {
                    let [r0, r1, r2, r3]: [u32; 4] = $r;
                    v[a] = v[a].wrapping_add(v[b]).wrapping_add(message[order[2 * i]]);
                    v[d] = (v[d] ^ v[a]).rotate_right(r0);
                    v[c] = v[c].wrapping_add(v[d]);
                    v[b] = (v[b] ^ v[c]).rotate_right(r1);
                    v[a] = v[a].wrapping_add(v[b]).wrapping_add(message[order[2 * i + 1]]);
                    v[d] = (v[d] ^ v[a]).rotate_right(r2);
                    v[c] = v[c].wrapping_add(v[d]);
                    v[b] = (v[b] ^ v[c]).rotate_right(r3);
                }
            }
            for i in 0..8 {
                state[i] ^= v[i] ^ v[i + 8];
            }
        }
    };
}

compression!(
    /// One block of BLAKE2b.
    compress_b, u64, 8, 12, [32, 24, 16, 63], |i: usize| IV[i]
);
compression!(
    /// One block of BLAKE2s.
    compress_s, u32, 4, 10, [16, 12, 8, 7], |i: usize| (IV[i] >> 32) as u32
);
