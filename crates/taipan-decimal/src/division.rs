//! Division: with rounding, to an integer, and the remainders.

use std::cmp::Ordering;

use crate::coefficient::{Coefficient, divide_128};
use crate::context::Context;
use crate::finalize::check_nans;
use crate::number::Decimal;
use crate::powers_of_ten::{DOUBLE, DOUBLE_MAX};
use crate::status::Status;
use crate::wide;

impl Decimal {
    /// `self / other`.
    #[inline]
    pub fn divide(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if self.is_special() || other.is_special() || other.coefficient.is_zero() {
            return self.divide_special(other, context, status);
        }
        let mut work = Status::NONE;
        let result = self.quotient(other, true, context, &mut work);
        if work.has(Status::MALLOC_ERROR) {
            return self.divide_exactly(other, context, status);
        }
        *status |= work;
        result
    }

    #[cold]
    fn divide_special(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = check_nans(&[self, other], context, status) {
            return nan;
        }
        let negative = self.negative != other.negative;
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => Decimal::error(Status::INVALID_OPERATION, status),
            (true, false) => Decimal::infinity(negative),
            (false, true) => {
                *status |= Status::CLAMPED;
                Decimal::small(negative, 0, context.etiny())
            }
            (false, false) if self.is_zero() => Decimal::error(Status::DIVISION_UNDEFINED, status),
            (false, false) => {
                *status |= Status::DIVISION_BY_ZERO;
                Decimal::infinity(negative)
            }
        }
    }

    /// A quotient that is exact needs few digits even where the precision is beyond memory.
    #[cold]
    fn divide_exactly(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        let prec = self.coefficient.digits() + other.coefficient.digits() * 4;
        if prec >= context.prec {
            return Decimal::error(Status::MALLOC_ERROR, status);
        }
        let mut work = Status::NONE;
        let result = self.quotient(other, true, &Context { prec, ..*context }, &mut work);
        if work.has(Status::INEXACT | Status::MALLOC_ERROR) {
            return Decimal::error(Status::MALLOC_ERROR, status);
        }
        *status |= work;
        result
    }

    /// The rounded quotient of finite numbers, the divisor not 0; as close to the ideal exponent as it can be if asked.
    #[inline]
    pub(crate) fn quotient(&self, other: &Decimal, to_ideal: bool, context: &Context, status: &mut Status) -> Decimal {
        let negative = self.negative != other.negative;
        let (a, b) = (&self.coefficient, &other.coefficient);
        let ideal = self.exp - other.exp;
        if a.is_zero() {
            let mut result = Decimal::small(negative, 0, ideal);
            result.finalize(context, status);
            return result;
        }
        let shift = b.digits() - a.digits() + context.prec + 1;
        let (mut quotient, inexact) = match (a, b) {
            (Coefficient::Small(a), Coefficient::Small(b)) if (0..=DOUBLE_MAX).contains(&shift) => {
                match divide_scaled(*a, DOUBLE[shift as usize], *b) {
                    Some((quotient, rest)) => (Coefficient::Small(quotient), rest),
                    None => divide_far(&self.coefficient, &other.coefficient, shift),
                }
            }
            _ => {
                let needed = a.digit_bounds().1.max(b.digit_bounds().1) + shift.abs();
                if needed > context.max_digits {
                    return Decimal::error(Status::MALLOC_ERROR, status);
                }
                divide_far(a, b, shift)
            }
        };
        let mut exp = ideal - shift;
        if inexact {
            if matches!(quotient.last_digit(), 0 | 5) {
                quotient.increment();
            }
        } else if to_ideal && shift > 0 {
            exp += quotient.strip_zeros(shift);
        }
        let mut result = Decimal::new(negative, quotient, exp);
        result.finalize(context, status);
        result
    }

    /// Integer quotient and remainder of finite numbers, the divisor not 0; two NaNs when the quotient is too long.
    fn integer_quotient(&self, other: &Decimal, context: &Context, status: &mut Status) -> (Decimal, Decimal) {
        let negative = self.negative != other.negative;
        let ideal = self.exp.min(other.exp);
        if self.is_zero() {
            return (Decimal::small(negative, 0, 0), Decimal::small(self.negative, 0, ideal));
        }
        let distance = self.adjusted() - other.adjusted();
        let shift = self.exp - other.exp;
        if distance < 0 {
            let mut rest = self.clone();
            if shift > 0 {
                rest.coefficient = rest.coefficient.scale_up(shift);
                rest.exp = ideal;
            }
            return (Decimal::small(negative, 0, 0), rest);
        }
        if distance > context.prec {
            *status |= Status::DIVISION_IMPOSSIBLE;
            return (Decimal::NAN, Decimal::NAN);
        }
        let (a, b) = (&self.coefficient, &other.coefficient);
        if a.digit_bounds().1.max(b.digit_bounds().1) + shift.abs() > context.max_digits {
            *status |= Status::MALLOC_ERROR;
            return (Decimal::NAN, Decimal::NAN);
        }
        let (quotient, rest) = match shift.cmp(&0) {
            Ordering::Greater => a.scale_up(shift).div_rem(b),
            Ordering::Less => a.div_rem(&b.scale_up(-shift)),
            Ordering::Equal => a.div_rem(b),
        };
        if quotient.digit_bounds().1 > context.prec && quotient.digits() > context.prec {
            *status |= Status::DIVISION_IMPOSSIBLE;
            return (Decimal::NAN, Decimal::NAN);
        }
        (Decimal::new(negative, quotient, 0), Decimal::new(self.negative, rest, ideal))
    }

    /// `divmod(self, other)`, rounded towards zero.
    pub fn divmod(&self, other: &Decimal, context: &Context, status: &mut Status) -> (Decimal, Decimal) {
        let negative = self.negative != other.negative;
        if let Some(nan) = check_nans(&[self, other], context, status) {
            return (nan.clone(), nan);
        }
        if self.is_infinite() {
            *status |= Status::INVALID_OPERATION;
            let quotient = if other.is_infinite() { Decimal::NAN } else { Decimal::infinity(negative) };
            return (quotient, Decimal::NAN);
        }
        if other.is_infinite() {
            return (Decimal::small(negative, 0, 0), self.apply(context, status));
        }
        if other.is_zero() {
            if self.is_zero() {
                *status |= Status::DIVISION_UNDEFINED;
                return (Decimal::NAN, Decimal::NAN);
            }
            *status |= Status::DIVISION_BY_ZERO | Status::INVALID_OPERATION;
            return (Decimal::infinity(negative), Decimal::NAN);
        }
        let (mut quotient, mut rest) = self.integer_quotient(other, context, status);
        quotient.finalize(context, status);
        rest.finalize(context, status);
        (quotient, rest)
    }

    /// `self // other`, rounded towards zero.
    pub fn divide_int(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = check_nans(&[self, other], context, status) {
            return nan;
        }
        let negative = self.negative != other.negative;
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => return Decimal::error(Status::INVALID_OPERATION, status),
            (true, false) => return Decimal::infinity(negative),
            (false, true) => return Decimal::small(negative, 0, 0),
            (false, false) => {}
        }
        if other.is_zero() {
            return self.divide_special(other, context, status);
        }
        let (mut quotient, _) = self.integer_quotient(other, context, status);
        quotient.finalize(context, status);
        quotient
    }

    /// The cases both remainders share: special operands and division by zero.
    fn remainder_special(&self, other: &Decimal, context: &Context, status: &mut Status) -> Option<Decimal> {
        if let Some(nan) = check_nans(&[self, other], context, status) {
            return Some(nan);
        }
        if self.is_infinite() {
            return Some(Decimal::error(Status::INVALID_OPERATION, status));
        }
        if other.is_infinite() {
            return Some(self.apply(context, status));
        }
        if other.is_zero() {
            let condition = if self.is_zero() { Status::DIVISION_UNDEFINED } else { Status::INVALID_OPERATION };
            return Some(Decimal::error(condition, status));
        }
        None
    }

    /// `self % other`, with the sign of `self`.
    pub fn remainder(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(result) = self.remainder_special(other, context, status) {
            return result;
        }
        let (_, mut rest) = self.integer_quotient(other, context, status);
        rest.finalize(context, status);
        rest
    }

    /// `self - n * other` for the integer `n` nearest the exact quotient, the even one of two.
    pub fn remainder_near(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(result) = self.remainder_special(other, context, status) {
            return result;
        }
        let (quotient, mut rest) = self.integer_quotient(other, context, status);
        if !rest.is_nan() && !rest.is_zero() && (-1..=1).contains(&(other.adjusted() - rest.adjusted())) {
            let max = context.to_max();
            let negative = if self.negative == other.negative { !other.negative } else { other.negative };
            let mut work = Status::NONE;
            let nearer = rest.sum(other, negative, &max, &mut work);
            if work.has(Status::ERRORS) {
                return Decimal::error(work & Status::ERRORS, status);
            }
            let order = nearer.compare_magnitude(&rest);
            if order.is_lt() || order.is_eq() && quotient.coefficient.is_odd() {
                let mut next = quotient.coefficient.clone();
                next.increment();
                if next.digits() > context.prec {
                    return Decimal::error(Status::DIVISION_IMPOSSIBLE, status);
                }
                rest = nearer;
            }
        }
        rest.finalize(context, status);
        rest
    }
}

/// `a * power / b` and whether there is a rest, if the quotient fits 128 bits.
#[inline]
fn divide_scaled(a: u128, power: u128, b: u128) -> Option<(u128, bool)> {
    if let Some(scaled) = a.checked_mul(power) {
        let (quotient, rest) = divide_128(scaled, b);
        return Some((quotient, rest != 0));
    }
    let (high, low) = wide::multiply(a, power);
    if high >= b {
        return None;
    }
    let (quotient, rest) = wide::divide(high, low, b);
    Some((quotient, rest != 0))
}

/// `a * 10^shift / b` and whether there is a rest.
fn divide_far(a: &Coefficient, b: &Coefficient, shift: i64) -> (Coefficient, bool) {
    let (quotient, rest) = if shift >= 0 { a.scale_up(shift).div_rem(b) } else { a.div_rem(&b.scale_up(-shift)) };
    (quotient, !rest.is_zero())
}
