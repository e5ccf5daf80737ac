//! Arithmetic of Python's `int` that needs more than the big integer crate: exact float conversion, correctly rounded
//! division, floor division, modular power, rounding, two's complement bytes.

use std::cmp::Ordering;

use dashu_int::fast_div::ConstDivisor;
use dashu_int::ops::{BitTest, DivRem, ExtendedGcd, Gcd, SquareRoot};
use dashu_int::{IBig, Sign, UBig};

/// `int.bit_length`.
pub fn bit_length(value: &IBig) -> usize {
    let (_, words) = value.as_sign_words();
    match words.last() {
        None => 0,
        Some(top) => words.len() * (u64::BITS as usize) - top.leading_zeros() as usize,
    }
}

/// `int.bit_count`: the ones of the magnitude.
pub fn bit_count(value: &IBig) -> usize {
    value.as_sign_words().1.iter().map(|word| word.count_ones() as usize).sum()
}

/// The float nearest to `mantissa * 2**exponent`, ties to even; infinite on overflow. `is_more` says that the true
/// value is a little larger than `mantissa`, which then must have at least 64 bits.
pub(crate) fn round_to_f64(mantissa: u128, is_more: bool, exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let bits = i64::from(128 - mantissa.leading_zeros());
    // The value is in [2**(top-1), 2**top).
    let top = bits.saturating_add(exponent);
    if top > 1024 {
        return f64::INFINITY;
    }
    if top < -1074 {
        return 0.0;
    }
    let lowest = (top - 53).max(-1074);
    let dropped = lowest - exponent;
    if dropped <= 0 {
        // Exact: at most 53 bits remain after the shift.
        return assemble((mantissa << -dropped) as u64, lowest);
    }
    let dropped = dropped as u32;
    let (kept, rest) = match mantissa.checked_shr(dropped) {
        Some(kept) => (kept, mantissa - (kept << dropped)),
        None => (0, mantissa),
    };
    let half = 1u128 << (dropped - 1).min(127);
    let rounds_up = match rest.cmp(&half) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => is_more || kept & 1 == 1,
    };
    assemble(kept as u64 + u64::from(rounds_up), lowest)
}

/// `mantissa * 2**exponent` for a mantissa of at most 2**53 and an exponent of a float's lowest bit.
fn assemble(mantissa: u64, exponent: i64) -> f64 {
    if mantissa < 1 << 52 {
        // Subnormal, or zero; such a mantissa only comes with the lowest exponent or is exact anyway.
        let shift = exponent + 1074;
        return f64::from_bits(mantissa) * f64::from_bits(((shift + 1023) as u64) << 52);
    }
    let (mantissa, exponent) = if mantissa >> 53 == 1 { (mantissa >> 1, exponent + 1) } else { (mantissa, exponent) };
    let biased = exponent + 1075;
    if biased >= 2047 {
        return f64::INFINITY;
    }
    f64::from_bits((biased as u64) << 52 | (mantissa & ((1 << 52) - 1)))
}

/// The highest 64 to 128 bits, the exponent they have, and whether ones were dropped below.
fn top_bits(value: &UBig) -> (u128, bool, i64) {
    let words = value.as_words();
    match words {
        [] => (0, false, 0),
        [low] => (u128::from(*low), false, 0),
        [rest @ .., low, high] => {
            let is_more = rest.iter().any(|&word| word != 0);
            (u128::from(*high) << 64 | u128::from(*low), is_more, rest.len() as i64 * 64)
        }
    }
}

/// `float(int)`, correctly rounded; `None` is `OverflowError("int too large to convert to float")`.
pub fn to_float(value: &IBig) -> Option<f64> {
    let (sign, magnitude) = value.clone().into_parts();
    let (mantissa, is_more, exponent) = top_bits(&magnitude);
    let float = round_to_f64(mantissa, is_more, exponent);
    float.is_finite().then_some(if sign == Sign::Negative { -float } else { float })
}

/// `int / int`, correctly rounded. `None` is `OverflowError("integer division result too large for a float")`; the
/// caller has refused a zero divisor (`ZeroDivisionError("division by zero")`).
pub fn true_divide(dividend: &IBig, divisor: &IBig) -> Option<f64> {
    if divisor.is_zero() {
        return None;
    }
    let (dividend_sign, dividend) = dividend.clone().into_parts();
    let (divisor_sign, divisor) = divisor.clone().into_parts();
    let is_negative = dividend_sign != divisor_sign;
    let signed = |value: f64| if is_negative { -value } else { value };
    if dividend.is_zero() {
        return Some(signed(0.0));
    }
    let difference = dividend.bit_len() as i64 - divisor.bit_len() as i64;
    if difference > 1025 {
        return None;
    }
    if difference < -1080 {
        return Some(signed(0.0));
    }
    // The quotient gets 66 or 67 bits.
    let shift = 66 - difference;
    let (scaled, dropped) = if shift >= 0 {
        (dividend << shift as usize, false)
    } else {
        let shift = shift.unsigned_abs() as usize;
        let dropped = dividend.trailing_zeros().is_some_and(|zeros| zeros < shift);
        (dividend >> shift, dropped)
    };
    let (quotient, remainder) = scaled.div_rem(&divisor);
    let quotient = u128::try_from(&quotient).ok()?;
    let float = round_to_f64(quotient, dropped || !remainder.is_zero(), -shift);
    float.is_finite().then(|| signed(float))
}

/// `int(float)`: truncation, exact; `None` for infinities and NaN.
pub fn from_float(value: f64) -> Option<IBig> {
    if !value.is_finite() {
        return None;
    }
    let value = value.trunc();
    if value.abs() < 9.2e18 {
        return Some(IBig::from(value as i64));
    }
    let bits = value.abs().to_bits();
    let exponent = (bits >> 52) as usize;
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    let magnitude = UBig::from(mantissa) << (exponent - 1075);
    Some(IBig::from_parts(if value < 0.0 { Sign::Negative } else { Sign::Positive }, magnitude))
}

/// The exact order of an `int` and a `float`; `None` for NaN.
pub fn compare_float(int: &IBig, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    if float.is_infinite() {
        return Some(if float > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    let whole = from_float(float)?;
    Some(int.cmp(&whole).then_with(|| 0.0.partial_cmp(&float.fract()).unwrap_or(Ordering::Equal)))
}

/// `divmod(int, int)`: the quotient rounded down and the remainder with the divisor's sign; `None` for divisor 0.
pub fn div_mod(dividend: &IBig, divisor: &IBig) -> Option<(IBig, IBig)> {
    if divisor.is_zero() {
        return None;
    }
    let (mut quotient, mut remainder) = dividend.div_rem(divisor);
    if !remainder.is_zero() && remainder.sign() != divisor.sign() {
        quotient -= IBig::ONE;
        remainder += divisor;
    }
    Some((quotient, remainder))
}

/// `int << bits`.
pub fn shift_left(value: &IBig, bits: usize) -> IBig {
    value << bits
}

/// `int >> bits`, rounded down.
pub fn shift_right(value: &IBig, bits: usize) -> IBig {
    if bits >= bit_length(value) {
        return if value.sign() == Sign::Negative { -IBig::ONE } else { IBig::ZERO };
    }
    value >> bits
}

/// `pow(base, exponent, modulus)`; the result has the modulus' sign.
///
/// `None` for a negative exponent of a base that has no inverse: `ValueError("base is not invertible for the given
/// modulus")`. The caller has refused modulus 0 (`ValueError("pow() 3rd argument cannot be 0")`).
pub fn mod_pow(base: &IBig, exponent: &IBig, modulus: &IBig) -> Option<IBig> {
    if modulus.is_zero() {
        return None;
    }
    let (modulus_sign, magnitude) = modulus.clone().into_parts();
    let (exponent_sign, exponent) = exponent.clone().into_parts();
    let as_int = IBig::from(magnitude.clone());
    let (_, residue) = div_mod(base, &as_int)?;
    let (_, mut residue) = residue.into_parts();
    if exponent_sign == Sign::Negative {
        residue = inverse(&residue, &magnitude)?;
    }
    let power = if magnitude.is_one() {
        UBig::ZERO
    } else {
        let ring = ConstDivisor::new(magnitude.clone());
        ring.reduce(residue).pow(&exponent).residue()
    };
    let power = IBig::from(power);
    Some(if modulus_sign == Sign::Negative && !power.is_zero() { power - as_int } else { power })
}

/// The inverse of `value` modulo `modulus` (at least 1), below `modulus`.
fn inverse(value: &UBig, modulus: &UBig) -> Option<UBig> {
    if modulus.is_one() {
        return Some(UBig::ZERO);
    }
    if value.is_zero() {
        return None;
    }
    let (gcd, factor, _) = value.gcd_ext(modulus);
    if !gcd.is_one() {
        return None;
    }
    let (_, factor) = div_mod(&factor, &IBig::from(modulus.clone()))?;
    Some(factor.into_parts().1)
}

/// `math.gcd` of two integers, not negative.
pub fn gcd(a: &IBig, b: &IBig) -> IBig {
    match (a.is_zero(), b.is_zero()) {
        (true, true) => IBig::ZERO,
        (true, false) => b.clone().into_parts().1.into(),
        (false, true) => a.clone().into_parts().1.into(),
        _ => a.gcd(b).into(),
    }
}

/// `math.isqrt`; `None` for a negative value (`ValueError("isqrt() argument must be nonnegative")`).
pub fn isqrt(value: &IBig) -> Option<IBig> {
    let (sign, magnitude) = value.clone().into_parts();
    (sign == Sign::Positive).then(|| magnitude.sqrt().into())
}

/// `round(int, -places)`: to a multiple of `10**places`, ties to the even multiple.
pub fn round_to_tens(value: &IBig, places: u64) -> IBig {
    // With this many places even the half of the unit is larger than the value.
    if places as u128 * 3 > bit_length(value) as u128 + 3 {
        return IBig::ZERO;
    }
    let unit = IBig::from(10).pow(places as usize);
    let Some((quotient, remainder)) = div_mod(value, &unit) else { return value.clone() };
    let rounds_up = match (&remainder << 1usize).cmp(&unit) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => quotient.bit(0),
    };
    let down = value - remainder;
    if rounds_up { down + unit } else { down }
}

/// Why an `int` has no such bytes; both are `OverflowError`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ToBytesError {
    TooBig,
    NegativeUnsigned,
}

impl ToBytesError {
    /// The message of the `OverflowError`.
    pub fn message(self) -> &'static str {
        match self {
            ToBytesError::TooBig => "int too big to convert",
            ToBytesError::NegativeUnsigned => "can't convert negative int to unsigned",
        }
    }
}

/// `int.to_bytes(len, byteorder, signed=...)`: two's complement bytes.
pub fn to_bytes(value: &IBig, len: usize, is_big_endian: bool, is_signed: bool) -> Result<Vec<u8>, ToBytesError> {
    let is_negative = value.sign() == Sign::Negative;
    if is_negative && !is_signed {
        return Err(ToBytesError::NegativeUnsigned);
    }
    let magnitude_bits = bit_length(value);
    let capacity = len.saturating_mul(8);
    let fits = if is_negative {
        // Down to -2**(capacity-1).
        let is_power = value.as_sign_words().1.iter().map(|word| word.count_ones()).sum::<u32>() == 1;
        magnitude_bits < capacity || (magnitude_bits == capacity && is_power)
    } else if is_signed {
        magnitude_bits < capacity || magnitude_bits == 0
    } else {
        magnitude_bits <= capacity
    };
    if !fits {
        return Err(ToBytesError::TooBig);
    }
    let mut bytes = vec![0; len];
    for (chunk, word) in bytes.chunks_mut(8).zip(value.as_sign_words().1) {
        chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
    }
    if is_negative {
        negate(&mut bytes);
    }
    if is_big_endian {
        bytes.reverse();
    }
    Ok(bytes)
}

/// Two's complement negation of little endian bytes.
fn negate(bytes: &mut [u8]) {
    let mut carry = true;
    for byte in bytes {
        let (sum, overflow) = (!*byte).overflowing_add(u8::from(carry));
        (*byte, carry) = (sum, overflow);
    }
}

/// `int.from_bytes(bytes, byteorder, signed=...)`.
pub fn from_bytes(bytes: &[u8], is_big_endian: bool, is_signed: bool) -> IBig {
    let mut bytes = bytes.to_vec();
    if is_big_endian {
        bytes.reverse();
    }
    let is_negative = is_signed && bytes.last().is_some_and(|&top| top >= 0x80);
    if is_negative {
        negate(&mut bytes);
    }
    let magnitude = UBig::from_le_bytes(&bytes);
    IBig::from_parts(if is_negative { Sign::Negative } else { Sign::Positive }, magnitude)
}

/// Sign and 64-bit limbs of the magnitude, least significant first, without leading zeros.
pub fn as_limbs(value: &IBig) -> (bool, &[u64]) {
    let (sign, words) = value.as_sign_words();
    (sign == Sign::Negative, words)
}

/// The integer of that sign and limbs, least significant first; leading zeros are allowed.
pub fn from_limbs(is_negative: bool, limbs: &[u64]) -> IBig {
    let magnitude = UBig::from_words(limbs);
    IBig::from_parts(if is_negative { Sign::Negative } else { Sign::Positive }, magnitude)
}

#[cfg(test)]
mod tests;
