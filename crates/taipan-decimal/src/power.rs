//! Powers: of two numbers, and modulo a third.

use dashu_int::UBig;

use crate::coefficient::Coefficient;
use crate::context::{Context, EXP_INF, Rounding};
use crate::digits::digits_64;
use crate::finalize::check_nans;
use crate::number::Decimal;
use crate::powers_of_ten::ten;
use crate::status::Status;

/// More digits of working precision for powers that are not integers: those of an exponent and four.
const REAL_GUARD: i64 = 4 + 19;

impl Decimal {
    /// `self ** exponent`. Results that are not exact are within one unit of the last digit, as the specification
    /// allows, and equal to CPython's.
    pub fn power(&self, exponent: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = check_nans(&[self, exponent], context, status) {
            return nan;
        }
        let is_integer = exponent.is_integer();
        let negative = is_integer && self.negative && exponent.is_odd_integer();
        if self.is_zero() {
            if exponent.is_zero() {
                return Decimal::error(Status::INVALID_OPERATION, status);
            }
            return if exponent.negative { Decimal::infinity(negative) } else { Decimal::small(negative, 0, 0) };
        }
        if self.negative && (!is_integer || exponent.is_infinite()) {
            return Decimal::error(Status::INVALID_OPERATION, status);
        }
        if exponent.is_infinite() {
            return self.power_infinite(exponent, negative, context, status);
        }
        if self.is_infinite() {
            return match () {
                _ if exponent.is_zero() => Decimal::small(negative, 1, 0),
                _ if exponent.negative => Decimal::small(negative, 0, 0),
                _ => Decimal::infinity(negative),
            };
        }
        if exponent.is_zero() {
            return Decimal::small(negative, 1, 0);
        }
        if self.compare_magnitude(&ONE).is_eq() {
            return self.power_of_one(exponent, is_integer, negative, context, status);
        }
        if let Some(result) = self.power_beyond(exponent, negative, context, status) {
            return result;
        }
        if is_integer {
            self.power_integer(exponent, negative, context, status)
        } else {
            self.power_real(exponent, context, status)
        }
    }

    fn power_infinite(&self, exponent: &Decimal, negative: bool, context: &Context, status: &mut Status) -> Decimal {
        let order = self.compare_numbers(&ONE);
        if order.is_eq() {
            *status |= Status::INEXACT | Status::ROUNDED;
            return one_with_zeros(negative, context.prec - 1, context, status);
        }
        if order.is_lt() != exponent.negative { Decimal::small(negative, 0, 0) } else { Decimal::infinity(negative) }
    }

    /// A power of 1 or -1: it keeps the zeros an exact power has.
    fn power_of_one(
        &self,
        exponent: &Decimal,
        is_integer: bool,
        negative: bool,
        context: &Context,
        status: &mut Status,
    ) -> Decimal {
        let most = context.prec - 1;
        if !is_integer {
            *status |= Status::INEXACT | Status::ROUNDED;
            return one_with_zeros(negative, most, context, status);
        }
        if exponent.negative {
            return Decimal::small(negative, 1, 0);
        }
        let mut work = Status::NONE;
        let zeros = exponent.product(&Decimal::from_i64(-self.exp), &context.to_max(), &mut work);
        // An exponent of 1 with trailing zeros is never positive.
        let zeros = zeros.rescale_checked(0, &context.to_max(), &mut work);
        let zeros = if zeros.is_nan() { i64::MAX } else { zeros.to_i64().unwrap_or(i64::MAX) };
        let zeros = if zeros > most {
            *status |= Status::ROUNDED;
            most
        } else {
            zeros.max(0)
        };
        one_with_zeros(negative, zeros, context, status)
    }

    /// The result when it certainly overflows or underflows.
    fn power_beyond(
        &self,
        exponent: &Decimal,
        negative: bool,
        context: &Context,
        status: &mut Status,
    ) -> Option<Decimal> {
        let base = self.copy_abs();
        let lower = base.log_magnitude(context) + exponent.adjusted();
        let shrinks = (base.adjusted() < 0) != exponent.negative;
        let (limit, exp) = if shrinks { (context.etiny(), context.etiny() - 1) } else { (context.emax, EXP_INF) };
        if digits_64(limit.unsigned_abs()) >= lower {
            return None;
        }
        let mut result = Decimal::small(negative, 1, exp);
        result.finalize(context, status);
        Some(result)
    }

    /// A lower bound of `log10(abs(log10(self)))` of a positive number that is not 1.
    fn log_magnitude(&self, context: &Context) -> i64 {
        match self.adjusted() {
            adjusted @ 1.. => digits_64(adjusted as u64) - 1,
            adjusted @ ..-1 => digits_64((adjusted + 1).unsigned_abs()) - 1,
            adjusted => {
                let distance = self.sum(&ONE, true, &context.to_max(), &mut Status::default());
                distance.adjusted() - if adjusted == 0 { 2 } else { 1 }
            }
        }
    }

    fn power_integer(&self, exponent: &Decimal, negative: bool, context: &Context, status: &mut Status) -> Decimal {
        let mut work = Context {
            prec: context.prec + exponent.coefficient.digits() + exponent.exp + 2,
            rounding: Rounding::HalfEven,
            clamp: false,
            ..*context
        };
        let mut base = self.clone();
        if exponent.negative {
            work.prec += 1;
            base = ONE.divide(self, &work, status);
            if status.has(Status::ERRORS) {
                return Decimal::NAN;
            }
        }
        let mut result = match exponent.magnitude() {
            Some(exponent) => base.power_word(exponent, &work, status),
            None => base.power_large(exponent, &work, status),
        };
        if result.is_nan() {
            return result;
        }
        result.negative = negative;
        if result.is_infinite() {
            // The context's rounding decides what becomes of it.
            result = Decimal::small(negative, 1, EXP_INF);
        }
        result.finalize(context, status);
        result
    }

    /// The absolute value of an integer, if it fits 64 bits.
    fn magnitude(&self) -> Option<u64> {
        if self.exp > 19 {
            return None;
        }
        if self.exp >= 0 {
            return self.coefficient.scale_up(self.exp).to_u64();
        }
        self.coefficient.scale_down(-self.exp).0.to_u64()
    }

    /// By squaring, from the highest bit.
    fn power_word(&self, exponent: u64, context: &Context, status: &mut Status) -> Decimal {
        let mut work = Status::NONE;
        let mut result = self.clone();
        let Some(highest) = exponent.checked_ilog2() else { return ONE };
        for bit in (0..highest).rev() {
            result = result.multiply(&result, context, &mut work);
            if exponent >> bit & 1 == 1 {
                result = result.multiply(self, context, &mut work);
            }
            if result.is_special() || result.coefficient.is_zero() && work.has(Status::CLAMPED) {
                break;
            }
        }
        *status |= work;
        result
    }

    /// By squaring, from the lowest bit of an exponent of more than 64 bits.
    fn power_large(&self, exponent: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        let mut work = Status::NONE;
        let mut base = self.clone();
        let mut result = ONE;
        let exponent = match exponent.exp {
            exp @ 0.. if exp + exponent.coefficient.digits() <= context.max_digits => {
                exponent.coefficient.scale_up(exp)
            }
            0.. => return Decimal::error(Status::MALLOC_ERROR, status),
            exp => exponent.coefficient.scale_down(-exp).0,
        };
        let exponent = exponent.into_big();
        let bits = dashu_int::ops::BitTest::bit_len(&exponent);
        for bit in 0..bits {
            if dashu_int::ops::BitTest::bit(&exponent, bit) {
                result = result.multiply(&base, context, &mut work);
                *status |= work;
                if result.is_special() || result.coefficient.is_zero() && work.has(Status::CLAMPED) {
                    break;
                }
            }
            base = base.multiply(&base, context, &mut work);
            if base.is_nan() {
                return Decimal::error(work & Status::ERRORS, status);
            }
        }
        result
    }

    fn power_real(&self, exponent: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        let mut max = context.to_max();
        let mut work = Status::NONE;
        max.prec = self.coefficient.digits().max(context.prec) + REAL_GUARD;
        let logarithm = self.ln(&max, &mut work);
        let product = logarithm.multiply(exponent, &max, &mut work);
        let mut result = product.exp(&max, status);
        *status |= work & Status::ERRORS;
        *status |= Status::INEXACT | Status::ROUNDED;
        if !result.is_special() && result.compare_numbers(&ONE).is_eq() {
            result = one_with_zeros(false, context.prec - 1, context, status);
        }
        if result.is_infinite() {
            result = Decimal::small(false, 1, EXP_INF);
        }
        result.finalize(context, status);
        result
    }

    /// `self ** exponent % modulus` of integers.
    pub fn power_modulo(
        &self,
        exponent: &Decimal,
        modulus: &Decimal,
        context: &Context,
        status: &mut Status,
    ) -> Decimal {
        if let Some(nan) = check_nans(&[self, exponent, modulus], context, status) {
            return nan;
        }
        let all_integers = self.is_integer() && exponent.is_integer() && modulus.is_integer();
        if !all_integers || modulus.is_zero() || modulus.coefficient.digits() + modulus.exp > context.prec {
            return Decimal::error(Status::INVALID_OPERATION, status);
        }
        let negative = self.negative && exponent.is_odd_integer();
        if exponent.is_zero() {
            if self.is_zero() {
                return Decimal::error(Status::INVALID_OPERATION, status);
            }
            let is_one = modulus.compare_magnitude(&ONE).is_eq();
            return Decimal::small(negative, u64::from(!is_one), 0);
        }
        if exponent.negative {
            return Decimal::error(Status::INVALID_OPERATION, status);
        }
        if self.is_zero() {
            return Decimal::small(negative, 0, 0);
        }
        let memory = context.max_digits;
        if modulus.exp + modulus.coefficient.digits() > memory {
            return Decimal::error(Status::MALLOC_ERROR, status);
        }
        let modulus = modulus.coefficient.scale_up(modulus.exp).scale_down(-modulus.exp).0.into_big();
        let (base, base_zeros) = self.integer_parts();
        let (exponent, exponent_zeros) = exponent.integer_parts();
        // 10^zeros as an exponent is that many powers of ten in turn.
        if exponent_zeros > memory {
            return Decimal::error(Status::MALLOC_ERROR, status);
        }
        let ten_power = power_mod(UBig::from(10u8) % &modulus, &UBig::from(base_zeros as u64), &modulus);
        let mut base = base % &modulus * ten_power % &modulus;
        for _ in 0..exponent_zeros {
            base = power_mod(base, &UBig::from(10u8), &modulus);
        }
        let result = power_mod(base, &exponent, &modulus);
        Decimal::new(negative, result.into(), 0)
    }

    /// Digits and decimal zeros of an integer.
    fn integer_parts(&self) -> (UBig, i64) {
        match self.exp {
            exp @ 0.. => (self.coefficient.to_big(), exp),
            exp => (self.coefficient.scale_down(-exp).0.into_big(), 0),
        }
    }
}

const ONE: Decimal = Decimal::small(false, 1, 0);

/// `1` with so many zeros after the point.
fn one_with_zeros(negative: bool, zeros: i64, context: &Context, status: &mut Status) -> Decimal {
    if zeros > context.max_digits {
        return Decimal::error(Status::MALLOC_ERROR, status);
    }
    Decimal::new(negative, Coefficient::from(ten(zeros as u64)), -zeros)
}

fn power_mod(base: UBig, exponent: &UBig, modulus: &UBig) -> UBig {
    use dashu_int::ops::BitTest;
    let mut result = UBig::ONE % modulus;
    for bit in (0..exponent.bit_len()).rev() {
        result = result.sqr() % modulus;
        if exponent.bit(bit) {
            result = result * &base % modulus;
        }
    }
    result
}
