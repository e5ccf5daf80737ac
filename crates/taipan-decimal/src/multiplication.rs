//! Multiplication, alone and fused with an addition.

use crate::coefficient::{Coefficient, Rest};
use crate::context::Context;
use crate::digits::digits_128;
use crate::finalize::check_nans;
use crate::number::Decimal;
use crate::powers_of_ten::{DOUBLE, DOUBLE_MAX};
use crate::status::Status;
use crate::wide;

impl Decimal {
    /// `self * other`.
    #[inline]
    pub fn multiply(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if self.is_special() || other.is_special() {
            return self.multiply_special(other, context, status);
        }
        if let (Coefficient::Small(a), Coefficient::Small(b)) = (&self.coefficient, &other.coefficient) {
            if (a | b) >> 64 == 0 {
                // Two words: the product fits.
                let negative = self.negative != other.negative;
                let mut result = Decimal::new(negative, Coefficient::Small(a * b), self.exp + other.exp);
                result.finalize(context, status);
                return result;
            }
            if a.checked_mul(*b).is_none() && context.prec <= DOUBLE_MAX {
                return self.multiply_wide(other, *a, *b, context, status);
            }
        }
        let mut result = self.product(other, context, status);
        result.finalize(context, status);
        result
    }

    #[cold]
    fn multiply_special(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = check_nans(&[self, other], context, status) {
            return nan;
        }
        if self.is_zero() || other.is_zero() {
            return Decimal::error(Status::INVALID_OPERATION, status);
        }
        Decimal::infinity(self.negative != other.negative)
    }

    /// A product of more than 128 bits that is rounded to at most 38 digits.
    fn multiply_wide(&self, other: &Decimal, a: u128, b: u128, context: &Context, status: &mut Status) -> Decimal {
        let negative = self.negative != other.negative;
        let exp = self.exp + other.exp;
        let (high, low) = wide::multiply(a, b);
        // One more digit than the result has, or two, and what is below it.
        let least = digits_128(a) + digits_128(b) - 1;
        let shift = least - context.prec;
        let in_range = exp + least > context.emin && exp + least < context.emax && !context.clamp;
        if in_range
            && (1..=DOUBLE_MAX).contains(&shift)
            && let power = DOUBLE[shift as usize]
            && high < power
        {
            let (kept, rest) = wide::divide(high, low, power);
            if digits_128(kept) == context.prec {
                let rest = match rest {
                    0 => Rest::Zero,
                    _ => match rest.cmp(&(power / 2)) {
                        std::cmp::Ordering::Less => Rest::Below,
                        std::cmp::Ordering::Equal => Rest::Half,
                        std::cmp::Ordering::Greater => Rest::Above,
                    },
                };
                let mut result = Decimal::new(negative, Coefficient::ZERO, exp);
                result.apply_rounding(Coefficient::Small(kept), rest, shift, context, status);
                return result;
            }
            // The product has one digit more.
            let (digit, sticky) = ((kept % 10) as u8, rest != 0);
            let rest = match (digit, sticky) {
                (0, false) => Rest::Zero,
                (5, false) => Rest::Half,
                (0..=4, _) => Rest::Below,
                _ => Rest::Above,
            };
            let mut result = Decimal::new(negative, Coefficient::ZERO, exp);
            result.apply_rounding(Coefficient::Small(kept / 10), rest, shift + 1, context, status);
            return result;
        }
        let mut result = self.product(other, context, status);
        result.finalize(context, status);
        result
    }

    /// The exact product of finite numbers.
    #[inline]
    pub(crate) fn product(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        let (a, b) = (&self.coefficient, &other.coefficient);
        if let (Coefficient::Small(a), Coefficient::Small(b)) = (a, b)
            && let Some(product) = a.checked_mul(*b)
        {
            return Decimal::new(self.negative != other.negative, Coefficient::Small(product), self.exp + other.exp);
        }
        if a.digit_bounds().1 + b.digit_bounds().1 > context.max_digits {
            return Decimal::error(Status::MALLOC_ERROR, status);
        }
        Decimal::new(self.negative != other.negative, a.multiply(b), self.exp + other.exp)
    }

    /// The product, not rounded, with the rules for special numbers.
    fn product_or_special(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if self.is_special() || other.is_special() {
            self.multiply_special(other, context, status)
        } else {
            self.product(other, context, status)
        }
    }

    /// `self * factor + addend`, rounded once.
    pub fn fma(&self, factor: &Decimal, addend: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        let mut work = Status::NONE;
        let product = self.product_or_special(factor, context, &mut work);
        let result = if work.has(Status::INVALID_OPERATION | Status::MALLOC_ERROR) {
            product
        } else {
            product.add(addend, context, &mut work)
        };
        *status |= work;
        result
    }
}
