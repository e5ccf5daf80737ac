//! The mixing functions of scrypt (RFC 7914).

/// One block of 64 bytes through Salsa20/8.
fn salsa(block: &mut [u32; 16]) {
    const ROUNDS: [[usize; 4]; 8] = [
        [0, 4, 8, 12],
        [5, 9, 13, 1],
        [10, 14, 2, 6],
        [15, 3, 7, 11],
        [0, 1, 2, 3],
        [5, 6, 7, 4],
        [10, 11, 8, 9],
        [15, 12, 13, 14],
    ];
    let mut x = *block;
    for _ in 0..4 {
        for [a, b, c, d] in ROUNDS {
            x[b] ^= x[a].wrapping_add(x[d]).rotate_left(7);
            x[c] ^= x[b].wrapping_add(x[a]).rotate_left(9);
            x[d] ^= x[c].wrapping_add(x[b]).rotate_left(13);
            x[a] ^= x[d].wrapping_add(x[c]).rotate_left(18);
        }
    }
    block.iter_mut().zip(x).for_each(|(word, mixed)| *word = word.wrapping_add(mixed));
}

/// Mixes `2 * r` blocks; the even ones come first in the result.
fn block_mix(blocks: &[u32], out: &mut [u32]) {
    let half = blocks.len() / 2;
    let mut x = [0; 16];
    x.copy_from_slice(&blocks[blocks.len() - 16..]);
    for (i, block) in blocks.chunks_exact(16).enumerate() {
        x.iter_mut().zip(block).for_each(|(x, word)| *x ^= word);
        salsa(&mut x);
        let at = i / 2 * 16 + if i % 2 == 0 { 0 } else { half };
        out[at..at + 16].copy_from_slice(&x);
    }
}

/// Mixes `128 * r` bytes with a table of `n` (a power of two) such. `look` is asked after each few kilobytes.
///
/// # Errors
/// What `look` gives.
pub fn mix<E>(bytes: &mut [u8], n: usize, mut look: impl FnMut() -> Result<(), E>) -> Result<(), E> {
    let mut x: Vec<u32> = bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
    let len = x.len();
    let mut next = vec![0; len];
    let mut table = Vec::with_capacity(len * n);
    let rounds = (4096 / len.max(1)).max(1);
    for round in 0..n {
        if round % rounds == 0 {
            look()?;
        }
        table.extend_from_slice(&x);
        block_mix(&x, &mut next);
        std::mem::swap(&mut x, &mut next);
    }
    for round in 0..n {
        if round % rounds == 0 {
            look()?;
        }
        let at = (x[len - 16] as usize & (n - 1)) * len;
        x.iter_mut().zip(&table[at..at + len]).for_each(|(word, other)| *word ^= other);
        block_mix(&x, &mut next);
        std::mem::swap(&mut x, &mut next);
    }
    bytes.as_chunks_mut::<4>().0.iter_mut().zip(x).for_each(|(to, word)| *to = word.to_le_bytes());
    Ok(())
}
