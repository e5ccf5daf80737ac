//! The next representable numbers.

use crate::context::{Context, Rounding};
use crate::finalize::check_nans;
use crate::number::Decimal;
use crate::status::Status;

impl Decimal {
    /// The largest number of the context below `self`.
    pub fn next_minus(&self, context: &Context, status: &mut Status) -> Decimal {
        self.next(true, context, status)
    }

    /// The smallest number of the context above `self`.
    pub fn next_plus(&self, context: &Context, status: &mut Status) -> Decimal {
        self.next(false, context, status)
    }

    fn next(&self, down: bool, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = check_nans(&[self], context, status) {
            return nan;
        }
        if self.is_infinite() {
            return if self.negative == down { self.clone() } else { Decimal::largest(self.negative, context, status) };
        }
        let rounding = if down { Rounding::Floor } else { Rounding::Ceiling };
        let work_context = context.with_rounding(rounding);
        let mut work = Status::NONE;
        let rounded = self.apply(&work_context, &mut work);
        if work.has(Status::INEXACT | Status::ERRORS) {
            *status |= work & Status::ERRORS;
            return rounded;
        }
        let tiny = Decimal::small(down, 1, context.etiny() - 1);
        let mut work = Status::NONE;
        let result = self.add(&tiny, &work_context, &mut work);
        *status |= work & Status::ERRORS;
        result
    }

    /// The next number of the context in the direction of another.
    pub fn next_toward(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = check_nans(&[self, other], context, status) {
            return nan;
        }
        let order = self.compare_numbers(other);
        if order.is_eq() {
            return self.copy_sign(other);
        }
        let result = self.next(order.is_gt(), context, status);
        if result.is_infinite() {
            *status |= Status::OVERFLOW | Status::ROUNDED | Status::INEXACT;
        } else if !result.is_special() && result.adjusted() < context.emin {
            *status |= Status::UNDERFLOW | Status::SUBNORMAL | Status::ROUNDED | Status::INEXACT;
            if result.is_zero() {
                *status |= Status::CLAMPED;
            }
        }
        result
    }
}
