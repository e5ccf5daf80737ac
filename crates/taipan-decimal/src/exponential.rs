//! exp, ln and log10, correctly rounded (half to even).
//!
//! The functions are computed as binary fixed-point numbers, `value * 2^bits`, with a bound of the error; when numbers within
//! the bound round differently, it is done again with more digits. The values are irrational, so that ends.

use std::cmp::Ordering;

use dashu_int::ops::BitTest;
use dashu_int::{IBig, UBig};

use crate::context::{Context, EXP_INF, Rounding};
use crate::finalize::check_nans;
use crate::number::Decimal;
use crate::powers_of_ten::{five, ten};
use crate::status::Status;

/// More units in the last place than any of the fixed-point results here is wrong by.
const ERROR_BITS: usize = 12;
/// Digits computed beyond the precision at first.
const EXTRA_DIGITS: i64 = 5;

/// Bits for so many decimal digits.
fn bits_for(digits: i64) -> usize {
    (digits as f64 * std::f64::consts::LOG2_10) as usize + 4
}

impl Decimal {
    /// `e ** self`.
    pub fn exp(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = check_nans(&[self], context, status) {
            return nan;
        }
        if self.is_infinite() {
            return if self.negative { Decimal::small(false, 0, 0) } else { Decimal::infinity(false) };
        }
        if self.coefficient.is_zero() {
            return Decimal::small(false, 1, 0);
        }
        let context = &context.with_rounding(Rounding::HalfEven);
        let adjusted = self.adjusted();
        if adjusted >= 19 {
            return beyond(self.negative, context, status);
        }
        if context.prec > context.max_digits || self.coefficient.digit_bounds().1 > context.max_digits {
            return Decimal::error(Status::MALLOC_ERROR, status);
        }
        if adjusted < -(context.prec + 1) {
            // Nearer to 1 than to its neighbours.
            *status |= Status::INEXACT | Status::ROUNDED;
            let mut one = Decimal::new(false, ten(context.prec as u64 - 1).into(), 1 - context.prec);
            one.finalize(context, status);
            return one;
        }
        round_until_sure(context, status, |digits| {
            let bits = bits_for(digits) + ERROR_BITS + 8;
            let (power, rest) = self.split_by_ln10(bits + 72);
            if power > context.emax + 2 || power < context.etiny() - 3 {
                return Approximation::Beyond(power < 0);
            }
            let value = exp_fixed(&(rest >> 72usize), bits);
            Approximation::Fixed { value, bits, negative: false, power }
        })
    }

    /// `(k, r)` so that this number is `k * ln(10) + r`, 0 <= r < ln(10), with r in fixed point.
    fn split_by_ln10(&self, bits: usize) -> (i64, UBig) {
        let value = self.to_fixed(bits);
        let modulus = ln10_fixed(bits);
        let quotient = u64::try_from(&value / &modulus).unwrap_or(u64::MAX >> 2) as i64;
        let rest = value - &modulus * UBig::from(quotient.unsigned_abs());
        if self.negative { (-quotient - 1, modulus - rest) } else { (quotient, rest) }
    }

    /// The absolute value in fixed point, rounded down.
    fn to_fixed(&self, bits: usize) -> UBig {
        let number = self.coefficient.to_big();
        if self.exp >= 0 {
            return (number * ten(self.exp as u64)) << bits;
        }
        // number * 2^bits / (5^n * 2^n)
        let n = self.exp.unsigned_abs();
        let divisor = five(n);
        match (n as usize).cmp(&bits) {
            Ordering::Greater => (number >> (n as usize - bits)) / divisor,
            _ => (number << (bits - n as usize)) / divisor,
        }
    }

    /// What `ln` and `log10` do alike: special values, and what cannot be a logarithm.
    fn logarithm_special(&self, context: &Context, status: &mut Status) -> Option<Decimal> {
        if let Some(nan) = check_nans(&[self], context, status) {
            return Some(nan);
        }
        if self.is_zero() {
            return Some(Decimal::infinity(true));
        }
        if self.negative {
            return Some(Decimal::error(Status::INVALID_OPERATION, status));
        }
        if self.is_infinite() {
            return Some(Decimal::infinity(false));
        }
        None
    }

    /// The natural logarithm.
    pub fn ln(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(special) = self.logarithm_special(context, status) {
            return special;
        }
        if self.is_one() {
            return Decimal::small(false, 0, 0);
        }
        let context = &context.with_rounding(Rounding::HalfEven);
        let Some(lost) = self.digits_lost_near_one(context) else {
            return Decimal::error(Status::MALLOC_ERROR, status);
        };
        round_until_sure(context, status, |digits| {
            let bits = bits_for(digits + lost) + 96;
            let (negative, value) = self.ln_fixed(bits);
            Approximation::Fixed { value, bits, negative, power: 0 }
        })
    }

    /// The logarithm to base ten.
    pub fn log10(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(special) = self.logarithm_special(context, status) {
            return special;
        }
        let context = &context.with_rounding(Rounding::HalfEven);
        if self.is_power_of_ten() {
            return Decimal::from_i64(self.adjusted()).apply(context, status);
        }
        let Some(lost) = self.digits_lost_near_one(context) else {
            return Decimal::error(Status::MALLOC_ERROR, status);
        };
        round_until_sure(context, status, |digits| {
            let bits = bits_for(digits + lost) + 96;
            let (negative, value) = self.ln_fixed(bits);
            let value = (value << bits) / ln10_fixed(bits);
            Approximation::Fixed { value, bits, negative, power: 0 }
        })
    }

    fn is_power_of_ten(&self) -> bool {
        let digits = self.coefficient.digits();
        self.coefficient.clone().strip_zeros(digits - 1) == digits - 1 && {
            let (lead, _) = self.coefficient.scale_down(digits - 1);
            lead.is_one()
        }
    }

    fn is_one(&self) -> bool {
        self.adjusted() == 0 && self.is_power_of_ten()
    }

    /// How many digits a logarithm loses because the number is close to 1; `None` when there is no memory for it.
    fn digits_lost_near_one(&self, context: &Context) -> Option<i64> {
        let digits = self.coefficient.digits();
        if context.prec > context.max_digits || digits > context.max_digits {
            return None;
        }
        if !(-1..=0).contains(&self.adjusted()) {
            return Some(0);
        }
        let difference = self.sum(&Decimal::small(false, 1, 0), true, &context.to_max(), &mut Status::default());
        Some((-difference.adjusted()).max(0) + 1)
    }

    /// Sign and absolute value of the logarithm of a positive number that is not 1.
    fn ln_fixed(&self, bits: usize) -> (bool, UBig) {
        // self = m * 10^t; close to 1 t is 0, so that nothing cancels.
        let adjusted = self.adjusted();
        let t = if (-1..=0).contains(&adjusted) { 0 } else { adjusted };
        let mantissa = Decimal::new(false, self.coefficient.clone(), self.exp - t).to_fixed(bits);
        let one = UBig::ONE << bits;
        if t != 0 {
            // 1 <= m < 10
            let sum = IBig::from(ln_above_one(&mantissa, bits)) + IBig::from(ln10_fixed(bits)) * IBig::from(t);
            let (sign, value) = sum.into_parts();
            return (sign == dashu_int::Sign::Negative, value);
        }
        if mantissa >= one {
            return (false, ln_above_one(&mantissa, bits));
        }
        let inverse = (UBig::ONE << (2 * bits)) / mantissa;
        (true, ln_above_one(&inverse, bits))
    }
}

/// The result of `exp` that overflows or underflows every context.
fn beyond(negative: bool, context: &Context, status: &mut Status) -> Decimal {
    let exp = if negative { context.etiny() - 2 } else { EXP_INF };
    let mut result = Decimal::small(false, 1, exp);
    result.finalize(context, status);
    result
}

/// A result for a number of digits.
enum Approximation {
    /// `±value * 2^-bits * 10^power`, wrong by less than `2^ERROR_BITS` units.
    Fixed { value: UBig, bits: usize, negative: bool, power: i64 },
    /// Too large (or too small) for the context.
    Beyond(bool),
}

/// Rounds a function once enough of its digits are known.
fn round_until_sure(context: &Context, status: &mut Status, approximate: impl Fn(i64) -> Approximation) -> Decimal {
    let mut extra = EXTRA_DIGITS;
    loop {
        let digits = context.prec + extra;
        let (value, bits, negative, power) = match approximate(digits) {
            Approximation::Beyond(small) => return beyond(small, context, status),
            Approximation::Fixed { value, bits, negative, power } => (value, bits, negative, power),
        };
        // Scaled so that there are `digits` digits, or one less.
        let log = (value.bit_len() as f64 - bits as f64) * std::f64::consts::LOG10_2;
        let scale = (digits - log.floor() as i64).max(0) as u64;
        let scaled = (value * five(scale)) >> bits.saturating_sub(scale as usize);
        let near = |offset: u8, up: bool| {
            let number = if up { &scaled + offset } else { &scaled - UBig::from(offset).min(scaled.clone()) };
            let mut result = Decimal::new(negative, number.into(), power - scale as i64);
            result.finalize(context, &mut Status::default());
            result
        };
        let (low, high) = (near(2, false), near(3, true));
        if low.kind == high.kind && low.exp == high.exp && low.coefficient == high.coefficient {
            // A digit that is not 0 below the last: the value is between two decimal numbers.
            let sticky = scaled * 10u8 + 1u8;
            let mut result = Decimal::new(negative, sticky.into(), power - scale as i64 - 1);
            // What is within a few digits beyond the precision of a power of ten counts as that, in the flags too.
            let nearly = Context { prec: context.prec + 3, ..context.to_max() };
            let mut rounded = result.clone();
            rounded.finalize(&nearly, &mut Status::default());
            if rounded.is_power_of_ten() {
                result = rounded;
            }
            *status |= Status::INEXACT | Status::ROUNDED;
            result.finalize(context, status);
            return result;
        }
        extra *= 4;
    }
}

/// `e^(x * 2^-bits) * 2^bits` for 0 <= x < ln(10).
fn exp_fixed(x: &UBig, bits: usize) -> UBig {
    // e^x = (e^(x / 2^halvings))^(2^halvings); the rest is Taylor's series.
    let halvings = (bits as f64).sqrt() as usize / 2 + 3;
    let work = bits + 2 * halvings + 24;
    let x = x << (work - bits - halvings);
    let mut sum = (UBig::ONE << work) + &x;
    let mut term = x.clone();
    let mut n = 2u64;
    loop {
        term = ((&term * &x) >> work) / n;
        if term.is_zero() {
            break;
        }
        sum += &term;
        n += 1;
    }
    for _ in 0..halvings {
        sum = sum.sqr() >> work;
    }
    sum >> (work - bits)
}

/// `ln(x * 2^-bits) * 2^bits` for 1 <= x < 2^64.
fn ln_above_one(x: &UBig, bits: usize) -> UBig {
    let doublings = x.bit_len() - 1 - bits;
    let f = x >> doublings;
    let mut result = ln_between_one_and_two(&f, bits);
    if doublings != 0 {
        result += ln2_fixed(bits) * UBig::from(doublings);
    }
    result
}

/// `ln(f * 2^-bits) * 2^bits` for 1 <= f < 2, by `y + 2 (f - e^y) / (f + e^y)`, which triples the digits.
fn ln_between_one_and_two(f: &UBig, bits: usize) -> UBig {
    const START: usize = 45;
    let mut steps = Vec::new();
    let mut precision = bits + 8;
    while precision > START {
        steps.push(precision);
        precision = precision / 3 + 8;
    }
    let above = (f - (UBig::ONE << bits)) >> bits.saturating_sub(62);
    let above = u64::try_from(above).unwrap_or(0) as f64 / (1u64 << bits.min(62)) as f64;
    let mut known = 62;
    let mut y = UBig::from((above.ln_1p() * (1u64 << 62) as f64) as u64);
    for precision in steps.into_iter().rev() {
        y = if precision >= known { y << (precision - known) } else { y >> (known - precision) };
        let f = if precision >= bits { f << (precision - bits) } else { f >> (bits - precision) };
        let power = exp_fixed(&y, precision);
        let sum = &f + &power;
        y = if f >= power {
            y + (((f - power) << (precision + 1)) / sum)
        } else {
            let less = ((power - f) << (precision + 1)) / sum;
            if less >= y { UBig::ZERO } else { y - less }
        };
        known = precision;
    }
    if known >= bits { y >> (known - bits) } else { y << (bits - known) }
}

/// `ln(2) * 2^bits`.
fn ln2_fixed(bits: usize) -> UBig {
    constant(&LN_2, [14, 10, 6], bits)
}

/// `ln(10) * 2^bits`.
fn ln10_fixed(bits: usize) -> UBig {
    constant(&LN_10, [46, 34, 20], bits)
}

/// A logarithm from its stored bits, or as a sum of multiples of artanh(1/31), artanh(1/49) and artanh(1/161).
fn constant(stored: &[u64], factors: [u64; 3], bits: usize) -> UBig {
    if bits <= STORED_BITS {
        return UBig::from_words(stored) >> (STORED_BITS - bits);
    }
    let work = bits + 32;
    let mut sum = UBig::ZERO;
    for (factor, n) in factors.into_iter().zip([31u64, 49, 161]) {
        let mut power = (UBig::ONE << work) * factor / n;
        let mut k = 1u64;
        while !power.is_zero() {
            sum += &power / k;
            power /= n * n;
            k += 2;
        }
    }
    sum >> 32usize
}

const STORED_BITS: usize = 1024;

/// ln(2) * 2^1024, little-endian.
#[rustfmt::skip]
static LN_2: [u64; 16] = [
    0xda2d97c50f3fd5c6, 0x655fa1872f20e3a2, 0xf5dfa6bd38303248, 0x72ce87b19d6548ca,
    0x256fa0ec7657f74b, 0xb9ea9bc3b136603b, 0x1acbda11317c387e, 0x3e96ca16224ae8c5,
    0x27573b291169b825, 0xed2eae35c1382144, 0x559552fb4afa1b10, 0xe7b876206debac98,
    0x8a0d175b8baafa2b, 0x40f343267298b62d, 0xc9e3b39803f2f6af, 0xb17217f7d1cf79ab,
];

/// ln(10) * 2^1024, little-endian.
#[rustfmt::skip]
static LN_10: [u64; 17] = [
    0x1a7a963a4c17a607, 0x6c22c15f57b7883d, 0x3a4cda3511e2713d, 0x299ecd6c8d814216,
    0x4586ed2748671eef, 0xbd9b3ac12acf1be9, 0xd96a9b0ec360c7ef, 0xe0b3e28a2a324479,
    0xee3de2100b945b59, 0xb1889061042f8b6b, 0x31c32f00b17c35a0, 0x58bc0b5ec6a04173,
    0x0f187a0807c0b5ca, 0x8a3fb3e76977e43a, 0xa95b58ae0b4c28a3, 0x4d763776aaa2b05b,
    0x0000000000000002,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_logarithms_are_those_of_the_series() {
        for (stored, factors) in [(&LN_2[..], [14, 10, 6]), (&LN_10[..], [46, 34, 20])] {
            let computed = constant(stored, factors, STORED_BITS + 1) >> 1usize;
            let difference = IBig::from(UBig::from_words(stored)) - IBig::from(computed);
            assert!(difference >= IBig::from(-1) && difference <= IBig::from(1));
        }
    }
}
