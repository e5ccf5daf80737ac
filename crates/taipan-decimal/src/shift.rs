//! Shifting digits and exponents: shift, rotate, scaleb, logb.

use crate::context::{Context, EXP_CLAMP, EXP_INF};
use crate::finalize::check_nans;
use crate::number::Decimal;
use crate::status::Status;

impl Decimal {
    /// The places of a shift or rotation: an integer with exponent 0 within the precision.
    fn places(&self, context: &Context) -> Option<i64> {
        if self.is_special() || self.exp != 0 {
            return None;
        }
        self.to_i64().filter(|n| (-context.prec..=context.prec).contains(n))
    }

    /// The coefficient shifted by `other` digits, positive to the left, cut to the precision.
    pub fn shift(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = check_nans(&[self, other], context, status) {
            return nan;
        }
        let Some(places) = other.places(context) else {
            return Decimal::error(Status::INVALID_OPERATION, status);
        };
        let mut result = self.clone();
        if self.is_infinite() || result.coefficient.is_zero() {
            return result;
        }
        if places >= 0 {
            // Only the digits that stay are shifted.
            result.coefficient = result.coefficient.low_digits(context.prec - places);
            if !result.coefficient.is_zero() {
                if result.coefficient.digit_bounds().1 + places > context.max_digits {
                    return Decimal::error(Status::MALLOC_ERROR, status);
                }
                result.coefficient = result.coefficient.scale_up(places);
            }
        } else {
            result.coefficient = result.coefficient.low_digits(context.prec).scale_down(-places).0;
        }
        result
    }

    /// The coefficient, taken with as many digits as the precision, rotated by `other` digits.
    pub fn rotate(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = check_nans(&[self, other], context, status) {
            return nan;
        }
        let Some(places) = other.places(context) else {
            return Decimal::error(Status::INVALID_OPERATION, status);
        };
        let mut result = self.clone();
        if self.is_infinite() {
            return result;
        }
        let (left, right) =
            if places >= 0 { (places, context.prec - places) } else { (context.prec + places, -places) };
        let all = self.coefficient.low_digits(context.prec);
        let high = all.low_digits(context.prec - left);
        if !high.is_zero() && high.digit_bounds().1 + left > context.max_digits {
            return Decimal::error(Status::MALLOC_ERROR, status);
        }
        let low = if right >= context.prec { Default::default() } else { all.scale_down(right).0 };
        result.coefficient = high.scale_up(left).add(&low);
        result
    }

    /// `self * 10^other`.
    pub fn scaleb(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = check_nans(&[self, other], context, status) {
            return nan;
        }
        let most = 2 * (context.emax + context.prec) as u64;
        let places = if other.is_special() || other.exp != 0 { None } else { other.coefficient.to_u64() };
        let Some(places) = places.filter(|places| *places <= most) else {
            return Decimal::error(Status::INVALID_OPERATION, status);
        };
        let mut result = self.clone();
        if self.is_infinite() {
            return result;
        }
        let exp = self.exp + other.unit() * places as i64;
        result.exp = exp.clamp(EXP_CLAMP, EXP_INF);
        result.finalize(context, status);
        result
    }

    /// The adjusted exponent as a number.
    pub fn logb(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = check_nans(&[self], context, status) {
            return nan;
        }
        if self.is_infinite() {
            return Decimal::infinity(false);
        }
        if self.coefficient.is_zero() {
            *status |= Status::DIVISION_BY_ZERO;
            return Decimal::infinity(true);
        }
        Decimal::from_i64(self.adjusted()).apply(context, status)
    }
}
