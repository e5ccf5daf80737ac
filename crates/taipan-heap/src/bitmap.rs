//! One bit per granule of a block: ranges and searches.

/// Granules of a block.
pub(crate) const BITS: usize = 2048;

/// One bit per granule of a block.
pub(crate) type Bitmap = [u64; BITS / 64];

/// A bitmap of zeros.
pub(crate) const EMPTY: Bitmap = [0; BITS / 64];

/// Whether bit `at` is set.
#[inline(always)]
pub(crate) fn get(map: &Bitmap, at: usize) -> bool {
    map[(at >> 6) & 31] >> (at & 63) & 1 != 0
}

/// Sets bit `at`.
#[inline(always)]
pub(crate) fn set(map: &mut Bitmap, at: usize) {
    map[(at >> 6) & 31] |= 1 << (at & 63);
}

/// Sets `count` bits from `from` on (`count >= 1`, `from + count <= BITS`).
#[inline(always)]
pub(crate) fn set_range(map: &mut Bitmap, from: usize, count: usize) {
    let (word, bit) = (from >> 6, from & 63);
    if bit + count <= 64 {
        map[word & 31] |= (!0 >> (64 - count)) << bit;
    } else {
        set_long_range(map, from, count);
    }
}

#[inline(never)]
fn set_long_range(map: &mut Bitmap, from: usize, count: usize) {
    let end = from + count;
    let (first, last) = (from >> 6, (end - 1) >> 6);
    map[first] |= !0 << (from & 63);
    for word in &mut map[first + 1..last] {
        *word = !0;
    }
    map[last] |= !0 >> (63 - ((end - 1) & 63));
}

/// The first set bit at or after `from`, else [`BITS`].
pub(crate) fn next_one(map: &Bitmap, from: usize) -> usize {
    next(map, from, 0)
}

/// The set bits of the words of a map, ascending.
#[inline(always)]
pub(crate) fn ones(words: impl Iterator<Item = u64>) -> impl Iterator<Item = usize> {
    words.enumerate().flat_map(|(index, word)| {
        let mut left = word;
        std::iter::from_fn(move || {
            let bit = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (bit < 64).then_some(index * 64 + bit)
        })
    })
}

/// The first clear bit at or after `from`, else [`BITS`].
pub(crate) fn next_zero(map: &Bitmap, from: usize) -> usize {
    next(map, from, !0)
}

fn next(map: &Bitmap, from: usize, flip: u64) -> usize {
    if from >= BITS {
        return BITS;
    }
    let mut index = from >> 6;
    let mut word = (map[index] ^ flip) & (!0 << (from & 63));
    while word == 0 {
        index += 1;
        if index == map.len() {
            return BITS;
        }
        word = map[index] ^ flip;
    }
    index * 64 + word.trailing_zeros() as usize
}

/// The last set bit at or before `from` (`from < BITS`).
pub(crate) fn previous_one(map: &Bitmap, from: usize) -> Option<usize> {
    let mut index = from >> 6;
    let mut word = map[index] & (!0 >> (63 - (from & 63)));
    while word == 0 {
        index = index.checked_sub(1)?;
        word = map[index];
    }
    Some(index * 64 + 63 - word.leading_zeros() as usize)
}

/// Number of set bits.
pub(crate) fn count(map: &Bitmap) -> usize {
    map.iter().map(|w| w.count_ones() as usize).sum()
}
