//! `Coefficient`: a natural number with the operations decimal arithmetic needs.
//!
//! Invariant: `Small` whenever the number fits 128 bits.

use std::cmp::Ordering;

use dashu_int::UBig;
use dashu_int::ops::{BitTest, DivRem};

use crate::digits::{self, digits_128};
use crate::powers_of_ten::{DOUBLE, DOUBLE_MAX, five, ten};

/// What was cut off below the last digit: 0, less than half, half, or more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rest {
    Zero,
    Below,
    Half,
    Above,
}

/// A natural number.
#[derive(Clone, Debug)]
pub enum Coefficient {
    Small(u128),
    Big(UBig),
}

use Coefficient::{Big, Small};

impl From<UBig> for Coefficient {
    fn from(number: UBig) -> Coefficient {
        match u128::try_from(&number) {
            Ok(small) => Small(small),
            Err(_) => Big(number),
        }
    }
}

impl Coefficient {
    pub const ZERO: Coefficient = Small(0);
    pub const ONE: Coefficient = Small(1);

    /// The number of little-endian words.
    pub fn from_words(words: &[u64]) -> Coefficient {
        match *words {
            [] => Small(0),
            [low] => Small(low.into()),
            [low, high] => Small(u128::from(low) | u128::from(high) << 64),
            _ => UBig::from_words(words).into(),
        }
    }

    /// The number as a big integer.
    pub fn to_big(&self) -> UBig {
        match self {
            Small(number) => UBig::from(*number),
            Big(number) => number.clone(),
        }
    }

    pub(crate) fn into_big(self) -> UBig {
        match self {
            Small(number) => UBig::from(number),
            Big(number) => number,
        }
    }

    #[inline(always)]
    pub fn is_zero(&self) -> bool {
        matches!(self, Small(0))
    }

    #[inline]
    pub(crate) fn is_one(&self) -> bool {
        matches!(self, Small(1))
    }

    /// How many decimal digits the number has; 1 for 0.
    #[inline]
    pub fn digits(&self) -> i64 {
        match self {
            Small(number) => digits_128(*number),
            Big(number) => digits::of_big(number),
        }
    }

    /// A lower and an upper bound of [`Coefficient::digits`] that are cheap for large numbers too.
    #[inline]
    pub(crate) fn digit_bounds(&self) -> (i64, i64) {
        match self {
            Small(number) => {
                let digits = digits_128(*number);
                (digits, digits)
            }
            Big(number) => digits::bounds(number.bit_len()),
        }
    }

    pub(crate) fn is_odd(&self) -> bool {
        match self {
            Small(number) => number & 1 == 1,
            Big(number) => number.bit(0),
        }
    }

    /// The last decimal digit.
    pub(crate) fn last_digit(&self) -> u8 {
        match self {
            Small(number) => (number % 10) as u8,
            Big(number) => number % 10u8,
        }
    }

    pub(crate) fn add(&self, other: &Coefficient) -> Coefficient {
        if let (Small(a), Small(b)) = (self, other)
            && let Some(sum) = a.checked_add(*b)
        {
            return Small(sum);
        }
        (self.to_big() + other.to_big()).into()
    }

    /// `self - other` of the smaller from the larger.
    pub(crate) fn abs_diff(&self, other: &Coefficient) -> Coefficient {
        match (self, other) {
            (Small(a), Small(b)) => Small(a.abs_diff(*b)),
            _ if self.cmp(other).is_lt() => (other.to_big() - self.to_big()).into(),
            _ => (self.to_big() - other.to_big()).into(),
        }
    }

    pub(crate) fn increment(&mut self) {
        match self {
            Small(number) if *number < u128::MAX => *number += 1,
            _ => *self = (self.to_big() + 1u8).into(),
        }
    }

    pub(crate) fn multiply(&self, other: &Coefficient) -> Coefficient {
        match (self, other) {
            (Small(a), Small(b)) => match a.checked_mul(*b) {
                Some(product) => Small(product),
                None => Big(UBig::from(*a) * UBig::from(*b)),
            },
            (Big(a), Big(b)) => Big(a * b),
            (Big(a), Small(b)) | (Small(b), Big(a)) => Coefficient::from(a * UBig::from(*b)),
        }
    }

    /// `self * 10^n`. The caller has checked that there is memory for it.
    pub(crate) fn scale_up(&self, n: i64) -> Coefficient {
        if n <= 0 || self.is_zero() {
            return self.clone();
        }
        if n <= DOUBLE_MAX
            && let Small(number) = self
            && let Some(product) = number.checked_mul(DOUBLE[n as usize])
        {
            return Small(product);
        }
        if n <= DOUBLE_MAX {
            return (self.to_big() * UBig::from(DOUBLE[n as usize])).into();
        }
        ((self.to_big() * five(n as u64)) << n as usize).into()
    }

    /// `self * 10^n`; `None` when that has more than `max_digits` digits.
    pub fn scale_checked(&self, n: i64, max_digits: i64) -> Option<Coefficient> {
        (n <= max_digits && self.digit_bounds().1 + n <= max_digits).then(|| self.scale_up(n))
    }

    /// `self / 10^n`, rounded down, and what was cut off.
    pub(crate) fn scale_down(&self, n: i64) -> (Coefficient, Rest) {
        if n <= 0 || self.is_zero() {
            return (self.clone(), Rest::Zero);
        }
        match self {
            Small(number) => {
                if n > DOUBLE_MAX {
                    // 2^128 is less than half of 10^39.
                    return (Small(0), Rest::Below);
                }
                let power = DOUBLE[n as usize];
                let (quotient, rest) = divide_128(*number, power);
                (Small(quotient), if rest == 0 { Rest::Zero } else { compare_rest(rest, power / 2) })
            }
            Big(number) => {
                let (_, most) = self.digit_bounds();
                if n > most {
                    return (Small(0), Rest::Below);
                }
                let n = n as usize;
                let divisor = five(n as u64);
                let (quotient, rest) = (number >> n).div_rem(&divisor);
                // The rest is `rest * 2^n + low bits`, half is `divisor * 2^(n - 1)`.
                let low_zeros = number.trailing_zeros().unwrap_or(n);
                if rest.is_zero() && low_zeros >= n {
                    return (quotient.into(), Rest::Zero);
                }
                let twice = (rest << 1) + u8::from(number.bit(n - 1));
                let rest = match twice.cmp(&divisor) {
                    Ordering::Less => Rest::Below,
                    Ordering::Equal if low_zeros >= n - 1 => Rest::Half,
                    _ => Rest::Above,
                };
                (quotient.into(), rest)
            }
        }
    }

    /// Quotient and remainder; the divisor is not 0.
    pub(crate) fn div_rem(&self, divisor: &Coefficient) -> (Coefficient, Coefficient) {
        match (self, divisor) {
            (Small(a), Small(b)) => {
                let (quotient, rest) = divide_128(*a, *b);
                (Small(quotient), Small(rest))
            }
            (Small(a), Big(_)) => (Small(0), Small(*a)),
            _ => {
                let (quotient, rest) = self.to_big().div_rem(divisor.to_big());
                (quotient.into(), rest.into())
            }
        }
    }

    /// Divides by 10 as long as there is no rest, at most `most` times. How often.
    pub(crate) fn strip_zeros(&mut self, most: i64) -> i64 {
        if self.is_zero() || most <= 0 {
            return 0;
        }
        let mut stripped = 0;
        if let Big(number) = self {
            // Descending powers 10^(2^i), bounded by the trailing binary zeros.
            let zeros = (number.trailing_zeros().unwrap_or(0) as i64).min(most);
            let mut number = number.clone();
            let mut step = 1i64 << (63 - (zeros | 1).leading_zeros());
            while step >= 1 {
                if stripped + step <= zeros {
                    let (quotient, rest) = (&number).div_rem(ten(step as u64));
                    if rest.is_zero() {
                        number = quotient;
                        stripped += step;
                        continue;
                    }
                }
                step /= 2;
            }
            *self = number.into();
        }
        if let Small(number) = self {
            while stripped + 8 <= most && *number % 100_000_000 == 0 {
                *number /= 100_000_000;
                stripped += 8;
            }
            while stripped < most && *number % 10 == 0 {
                *number /= 10;
                stripped += 1;
            }
        }
        stripped
    }

    /// The lower `n` decimal digits.
    pub(crate) fn low_digits(&self, n: i64) -> Coefficient {
        if n <= 0 {
            return Small(0);
        }
        if n >= self.digit_bounds().1 {
            return self.clone();
        }
        match self {
            Small(number) => Small(number % DOUBLE[n as usize]),
            Big(number) => (number % ten(n as u64)).into(),
        }
    }

    /// The decimal digits as text.
    pub fn to_decimal(&self) -> String {
        match self {
            Small(number) => match u64::try_from(*number) {
                Ok(number) => number.to_string(),
                Err(_) => number.to_string(),
            },
            Big(number) => number.to_string(),
        }
    }

    /// The number of ASCII digits.
    pub(crate) fn from_digits(digits: &[u8]) -> Option<Coefficient> {
        if digits.len() <= 19 {
            let number = digits.iter().fold(0u64, |number, digit| number * 10 + u64::from(digit - b'0'));
            return Some(Small(number.into()));
        }
        if digits.len() <= 38 {
            let number = digits.iter().fold(0u128, |number, digit| number * 10 + u128::from(digit - b'0'));
            return Some(Small(number));
        }
        let text = std::str::from_utf8(digits).ok()?;
        UBig::from_str_radix(text, 10).ok().map(Coefficient::from)
    }

    /// The number as `u64`, if it fits.
    pub(crate) fn to_u64(&self) -> Option<u64> {
        match self {
            Small(number) => u64::try_from(*number).ok(),
            Big(_) => None,
        }
    }

    /// The number modulo 2^61 - 1, the modulus of numeric hashes.
    pub(crate) fn hash_residue(&self) -> u64 {
        const MODULUS: u128 = (1 << 61) - 1;
        match self {
            Small(number) => (number % MODULUS) as u64,
            Big(number) => {
                // 2^64 is 8 modulo the modulus.
                let words = number.as_words();
                words.iter().rev().fold(0u128, |sum, word| ((sum << 64) % MODULUS + u128::from(*word)) % MODULUS) as u64
            }
        }
    }
}

fn compare_rest(rest: u128, half: u128) -> Rest {
    match rest.cmp(&half) {
        Ordering::Less => Rest::Below,
        Ordering::Equal => Rest::Half,
        Ordering::Greater => Rest::Above,
    }
}

/// `a / b` and `a % b`, in 64 bits where both fit.
#[inline(always)]
pub(crate) fn divide_128(a: u128, b: u128) -> (u128, u128) {
    if let (Ok(a), Ok(b)) = (u64::try_from(a), u64::try_from(b)) {
        return ((a / b).into(), (a % b).into());
    }
    (a / b, a % b)
}

impl PartialEq for Coefficient {
    fn eq(&self, other: &Coefficient) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Coefficient {}

impl PartialOrd for Coefficient {
    fn partial_cmp(&self, other: &Coefficient) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Coefficient {
    fn cmp(&self, other: &Coefficient) -> Ordering {
        match (self, other) {
            (Small(a), Small(b)) => a.cmp(b),
            (Small(_), Big(_)) => Ordering::Less,
            (Big(_), Small(_)) => Ordering::Greater,
            (Big(a), Big(b)) => a.cmp(b),
        }
    }
}

impl Default for Coefficient {
    fn default() -> Coefficient {
        Coefficient::ZERO
    }
}
