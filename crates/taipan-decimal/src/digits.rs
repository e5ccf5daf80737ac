//! How many decimal digits a natural number has.

use dashu_int::UBig;
use dashu_int::ops::BitTest;

use crate::powers_of_ten::{DOUBLE, WORD, ten};

/// The digits of a 64-bit number; 1 for 0.
#[inline(always)]
pub(crate) fn digits_64(number: u64) -> i64 {
    let bits = 64 - (number | 1).leading_zeros();
    let guess = ((bits * 1233) >> 12) as usize;
    (guess + usize::from(number >= WORD[guess])).max(1) as i64
}

/// The digits of a 128-bit number; 1 for 0.
#[inline(always)]
pub(crate) fn digits_128(number: u128) -> i64 {
    if let Ok(number) = u64::try_from(number) {
        return digits_64(number);
    }
    let bits = 128 - number.leading_zeros();
    let guess = ((bits * 1233) >> 12) as usize;
    (guess + usize::from(number >= DOUBLE[guess])) as i64
}

/// Bounds of the digits of a number of so many bits, at most one apart for numbers that fit memory.
pub(crate) fn bounds(bits: usize) -> (i64, i64) {
    // log10(2) = 0.30102999566398119521..., here in units of 2^-64 and rounded down.
    const LOG: u128 = 5_553_023_288_523_357_132;
    let least = ((bits as u128 - 1) * LOG) >> 64;
    let most = (bits as u128 * (LOG + 1)) >> 64;
    (least as i64 + 1, most as i64 + 1)
}

/// The digits of a number of more than 128 bits.
pub(crate) fn of_big(number: &UBig) -> i64 {
    let bits = number.bit_len();
    let (least, most) = bounds(bits);
    if least == most {
        return least;
    }
    // The leading 64 bits give the logarithm well enough unless the number is close to a power of ten.
    let words = number.as_words();
    if let [.., below, top] = *words {
        let shift = top.leading_zeros();
        let lead = if shift == 0 { top } else { top << shift | below >> (64 - shift) };
        let fraction = (lead as f64 / 9_223_372_036_854_775_808.0).log10();
        let log = (bits - 1) as f64 * std::f64::consts::LOG10_2;
        let distance = log + fraction - least as f64;
        if distance.abs() > 1e-4 && bits < 1 << 32 {
            return if distance < 0.0 { least } else { most };
        }
    }
    if *number < ten(least as u64) { least } else { most }
}
