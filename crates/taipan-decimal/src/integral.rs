//! Rounding to an exponent: quantize, integral values, stripping zeros.

use crate::coefficient::{Coefficient, Rest};
use crate::context::{Context, MAX_EMAX, MAX_PREC, MIN_ETINY};
use crate::finalize::{check_nans, rounds_up};
use crate::number::Decimal;
use crate::status::Status;

impl Decimal {
    /// `self` with the exponent of another number.
    #[inline]
    pub fn quantize(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if self.is_special() || other.is_special() {
            if let Some(nan) = check_nans(&[self, other], context, status) {
                return nan;
            }
            if self.is_infinite() && other.is_infinite() {
                return self.clone();
            }
            return Decimal::error(Status::INVALID_OPERATION, status);
        }
        self.quantize_to(other.exp, context, status)
    }

    /// A finite number with the exponent `exp`.
    pub fn quantize_to(&self, exp: i64, context: &Context, status: &mut Status) -> Decimal {
        if exp > context.emax || exp < context.etiny() {
            return Decimal::error(Status::INVALID_OPERATION, status);
        }
        if self.coefficient.is_zero() {
            let mut result = Decimal::small(self.negative, 0, exp);
            result.finalize(context, status);
            return result;
        }
        let shift = self.exp - exp;
        let digits = self.coefficient.digits();
        if digits + shift > context.prec {
            return Decimal::error(Status::INVALID_OPERATION, status);
        }
        let mut work = Status::NONE;
        let mut result = Decimal::new(self.negative, Coefficient::ZERO, exp);
        if shift >= 0 {
            if digits + shift > context.max_digits {
                return Decimal::error(Status::MALLOC_ERROR, status);
            }
            result.coefficient = self.coefficient.scale_up(shift);
        } else {
            let (kept, rest) = self.coefficient.scale_down(-shift);
            result.coefficient = kept;
            if rounds_up(context.rounding, self.negative, &result.coefficient, rest) {
                result.coefficient.increment();
                if digits + shift >= context.prec && result.coefficient.digits() > context.prec {
                    return Decimal::error(Status::INVALID_OPERATION, status);
                }
            }
            work |= Status::ROUNDED;
            if rest != Rest::Zero {
                work |= Status::INEXACT;
            }
        }
        let adjusted = result.adjusted();
        if adjusted > context.emax || adjusted < context.etiny() {
            return Decimal::error(Status::INVALID_OPERATION, status);
        }
        *status |= work;
        result.finalize(context, status);
        result
    }

    /// `self` without trailing zeros.
    pub fn normalize(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = check_nans(&[self], context, status) {
            return nan;
        }
        let mut result = self.apply(context, status);
        if result.is_special() {
            return result;
        }
        if result.is_zero() {
            return Decimal::small(self.negative, 0, 0);
        }
        let most = if context.clamp { context.etop() } else { context.emax };
        result.exp += result.coefficient.strip_zeros(most - result.exp);
        result
    }

    /// The number with the exponent `exp` and its rounding, whatever the context's limits; special values as they are.
    fn rescale(&self, exp: i64, context: &Context, status: &mut Status) -> Decimal {
        if self.is_special() {
            return self.clone();
        }
        if self.coefficient.is_zero() {
            return Decimal::small(self.negative, 0, exp);
        }
        let shift = self.exp - exp;
        let mut result = Decimal::new(self.negative, Coefficient::ZERO, exp);
        if shift >= 0 {
            let digits = self.coefficient.digit_bounds().1 + shift;
            if digits > MAX_PREC + 1 {
                return Decimal::error(Status::INVALID_OPERATION, status);
            }
            if digits > context.max_digits {
                return Decimal::error(Status::MALLOC_ERROR, status);
            }
            result.coefficient = self.coefficient.scale_up(shift);
        } else {
            let (kept, rest) = self.coefficient.scale_down(-shift);
            result.coefficient = kept;
            if rounds_up(context.rounding, self.negative, &result.coefficient, rest) {
                result.coefficient.increment();
            }
            *status |= Status::ROUNDED;
            if rest != Rest::Zero {
                *status |= Status::INEXACT;
            }
        }
        if result.is_subnormal(context) {
            *status |= Status::SUBNORMAL;
        }
        result
    }

    /// [`Decimal::rescale`] to an exponent a number can have.
    pub(crate) fn rescale_checked(&self, exp: i64, context: &Context, status: &mut Status) -> Decimal {
        if !(MIN_ETINY..=MAX_EMAX + 1).contains(&exp) {
            return Decimal::error(Status::INVALID_OPERATION, status);
        }
        self.rescale(exp, context, status)
    }

    /// A finite number that is not zero, rounded to so many digits for its text.
    pub(crate) fn round_digits(&self, digits: i64, context: &Context, status: &mut Status) -> Decimal {
        let exp = self.exp + self.coefficient.digits() - digits;
        let mut result = self.rescale_for_text(exp, context, status);
        if !result.is_special() && result.coefficient.digits() > digits {
            result = result.rescale_for_text(exp + 1, context, status);
        }
        result
    }

    fn rescale_for_text(&self, exp: i64, context: &Context, status: &mut Status) -> Decimal {
        if !(MIN_ETINY - MAX_PREC..=MAX_EMAX + 1).contains(&exp) {
            return Decimal::error(Status::INVALID_OPERATION, status);
        }
        self.rescale(exp, context, status)
    }

    fn to_integral_with(&self, context: &Context, status: &mut Status, signals: bool) -> Decimal {
        if let Some(nan) = check_nans(&[self], context, status) {
            return nan;
        }
        if self.is_special() || self.exp >= 0 {
            return self.clone();
        }
        if self.coefficient.is_zero() {
            return Decimal::small(self.negative, 0, 0);
        }
        let (kept, rest) = self.coefficient.scale_down(-self.exp);
        let mut result = Decimal::new(self.negative, kept, 0);
        if rounds_up(context.rounding, self.negative, &result.coefficient, rest) {
            result.coefficient.increment();
        }
        if signals {
            *status |= Status::ROUNDED;
            if rest != Rest::Zero {
                *status |= Status::INEXACT;
            }
        }
        result
    }

    /// The nearest integer by the context's rounding.
    pub fn to_integral_value(&self, context: &Context, status: &mut Status) -> Decimal {
        self.to_integral_with(context, status, false)
    }

    /// [`Decimal::to_integral_value`] that reports rounding.
    pub fn to_integral_exact(&self, context: &Context, status: &mut Status) -> Decimal {
        self.to_integral_with(context, status, true)
    }
}
