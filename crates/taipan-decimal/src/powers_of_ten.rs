//! Powers of ten, in words and as big integers.

use dashu_int::UBig;

const fn table_64() -> [u64; 20] {
    let mut table = [1; 20];
    let mut i = 1;
    while i < 20 {
        table[i] = table[i - 1] * 10;
        i += 1;
    }
    table
}

const fn table_128() -> [u128; 39] {
    let mut table = [1; 39];
    let mut i = 1;
    while i < 39 {
        table[i] = table[i - 1] * 10;
        i += 1;
    }
    table
}

/// 10^0 to 10^19.
pub(crate) static WORD: [u64; 20] = table_64();
/// 10^0 to 10^38.
pub(crate) static DOUBLE: [u128; 39] = table_128();
/// The largest exponent in [`DOUBLE`].
pub(crate) const DOUBLE_MAX: i64 = 38;

/// 5^n. The caller has checked that there is memory for it.
pub(crate) fn five(n: u64) -> UBig {
    UBig::from(5u8).pow(n as usize)
}

/// 10^n. The caller has checked that there is memory for it.
pub(crate) fn ten(n: u64) -> UBig {
    match DOUBLE.get(n as usize) {
        Some(power) => UBig::from(*power),
        None => five(n) << n as usize,
    }
}
