//! The square root.

use dashu_int::ops::SquareRootRem;

use crate::coefficient::Coefficient;
use crate::context::{Context, Rounding};
use crate::finalize::check_nans;
use crate::number::Decimal;
use crate::status::Status;

impl Decimal {
    /// The square root, rounded half to even whatever the context's rounding.
    pub fn sqrt(&self, context: &Context, status: &mut Status) -> Decimal {
        if let Some(nan) = check_nans(&[self], context, status) {
            return nan;
        }
        let rounding = context.with_rounding(Rounding::HalfEven);
        if self.is_zero() {
            let mut result = Decimal::small(self.negative, 0, (self.exp - (self.exp & 1)) / 2);
            result.finalize(context, status);
            return result;
        }
        if self.negative {
            return Decimal::error(Status::INVALID_OPERATION, status);
        }
        if self.is_infinite() {
            return Decimal::infinity(false);
        }
        let mut work = Status::NONE;
        let mut result = self.root(&rounding, &mut work);
        if work.has(Status::MALLOC_ERROR) {
            // An exact root needs few digits even where the precision is beyond memory.
            let prec = self.coefficient.digits();
            work = Status::NONE;
            if prec < context.prec {
                result = self.root(&Context { prec, ..rounding }, &mut work);
            }
            if prec >= context.prec || work.has(Status::INEXACT | Status::MALLOC_ERROR) {
                return Decimal::error(Status::MALLOC_ERROR, status);
            }
        }
        *status |= work;
        result
    }

    fn root(&self, context: &Context, status: &mut Status) -> Decimal {
        let mut ideal = (self.exp - (self.exp & 1)) / 2;
        let digits = self.coefficient.digits();
        let odd = self.exp & 1;
        let half = if odd == 1 { (digits >> 1) + 1 } else { (digits + 1) >> 1 };
        let shift = context.prec + 1 - half;
        if digits + 1 + 2 * shift > context.max_digits {
            return Decimal::error(Status::MALLOC_ERROR, status);
        }
        let (scaled, mut exact) = if shift >= 0 {
            (self.coefficient.scale_up(odd + 2 * shift), true)
        } else {
            let (kept, rest) = self.coefficient.scale_up(odd).scale_down(-2 * shift);
            (kept, rest == crate::coefficient::Rest::Zero)
        };
        ideal -= shift;
        let (root, rest) = scaled.into_big().sqrt_rem();
        exact &= rest.is_zero();
        let mut root = Coefficient::from(root);
        if exact {
            root = if shift >= 0 { root.scale_down(shift).0 } else { root.scale_up(-shift) };
            ideal += shift;
        } else if matches!(root.last_digit(), 0 | 5) {
            root.increment();
        }
        let mut result = Decimal::new(false, root, ideal);
        result.finalize(context, status);
        result
    }
}
