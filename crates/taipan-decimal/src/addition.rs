//! Addition, subtraction, and the unary operators.

use crate::coefficient::Coefficient;
use crate::context::{Context, Rounding};
use crate::finalize::check_nans;
use crate::number::Decimal;
use crate::powers_of_ten::DOUBLE;
use crate::status::Status;

impl Decimal {
    /// `self + other`.
    #[inline]
    pub fn add(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.add_signed(other, other.negative, context, status)
    }

    /// `self - other`.
    #[inline]
    pub fn subtract(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.add_signed(other, !other.negative, context, status)
    }

    #[inline]
    fn add_signed(&self, other: &Decimal, negative: bool, context: &Context, status: &mut Status) -> Decimal {
        if self.is_special() || other.is_special() {
            return self.add_special(other, negative, context, status);
        }
        let mut result = self.sum(other, negative, context, status);
        result.finalize(context, status);
        result
    }

    #[cold]
    fn add_special(&self, other: &Decimal, negative: bool, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = check_nans(&[self, other], context, status) {
            return nan;
        }
        if !self.is_infinite() {
            return Decimal::infinity(negative);
        }
        if other.is_infinite() && self.negative != negative {
            return Decimal::error(Status::INVALID_OPERATION, status);
        }
        Decimal::infinity(self.negative)
    }

    /// The sum of finite numbers, the second with the given sign, not rounded.
    pub(crate) fn sum(&self, other: &Decimal, negative: bool, context: &Context, status: &mut Status) -> Decimal {
        let (a, b) = (&self.coefficient, &other.coefficient);
        if self.exp == other.exp {
            return combine(a, self.negative, b, negative, self.exp, context);
        }
        let swapped = other.exp > self.exp;
        let (high, low) = if swapped { (other, self) } else { (self, other) };
        // Aligned within 128 bits: the common case.
        let shift = high.exp - low.exp;
        if shift < 39
            && let (Coefficient::Small(big), Coefficient::Small(_)) = (&high.coefficient, &low.coefficient)
            && let Some(aligned) = big.checked_mul(DOUBLE[shift as usize])
        {
            let aligned = Coefficient::Small(aligned);
            return match swapped {
                false => combine(&aligned, self.negative, b, negative, low.exp, context),
                true => combine(a, self.negative, &aligned, negative, low.exp, context),
            };
        }
        self.sum_far(other, negative, context, status)
    }

    #[inline(never)]
    fn sum_far(&self, other: &Decimal, negative: bool, context: &Context, status: &mut Status) -> Decimal {
        let swapped = other.exp > self.exp;
        let (high, low) = if swapped { (other, self) } else { (self, other) };
        let mut small = low.coefficient.clone();
        let mut exp = low.exp;
        let mut aligned = Coefficient::ZERO;
        if !high.coefficient.is_zero() {
            let digits = high.coefficient.digits();
            let mut limit = high.exp - 1;
            if digits <= context.prec {
                limit += digits - context.prec - 1;
            }
            if low.adjusted() < limit {
                // Far below the last digit of the result: any such number gives the same.
                small = Coefficient::Small(u128::from(!small.is_zero()));
                exp = limit;
            }
            let shift = high.exp - exp;
            if digits + shift > context.max_digits {
                return Decimal::error(Status::MALLOC_ERROR, status);
            }
            aligned = high.coefficient.scale_up(shift);
        }
        match swapped {
            false => combine(&aligned, self.negative, &small, negative, exp, context),
            true => combine(&small, self.negative, &aligned, negative, exp, context),
        }
    }

    /// `+self`.
    pub fn plus(&self, context: &Context, status: &mut Status) -> Decimal {
        self.signed(self.negative, context, status)
    }

    /// `-self`.
    pub fn minus(&self, context: &Context, status: &mut Status) -> Decimal {
        self.signed(!self.negative, context, status)
    }

    fn signed(&self, negative: bool, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = check_nans(&[self], context, status) {
            return nan;
        }
        let loses_sign = self.is_zero() && context.rounding != Rounding::Floor;
        let mut result = self.clone().with_sign(negative && !loses_sign);
        result.finalize(context, status);
        result
    }

    /// `abs(self)`.
    pub fn abs(&self, context: &Context, status: &mut Status) -> Decimal {
        if self.negative { self.minus(context, status) } else { self.plus(context, status) }
    }
}

#[inline]
fn combine(
    a: &Coefficient,
    a_negative: bool,
    b: &Coefficient,
    b_negative: bool,
    exp: i64,
    context: &Context,
) -> Decimal {
    if a_negative == b_negative {
        return Decimal::new(a_negative, a.add(b), exp);
    }
    let difference = a.abs_diff(b);
    let negative = if difference.is_zero() {
        context.rounding == Rounding::Floor
    } else if a < b {
        b_negative
    } else {
        a_negative
    };
    Decimal::new(negative, difference, exp)
}
