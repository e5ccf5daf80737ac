//! Fitting a result to a context: exponent limits, rounding to precision, clamping, payloads of NaNs.

use crate::coefficient::{Coefficient, Rest};
use crate::context::{Context, Rounding};
use crate::number::{Decimal, Kind};
use crate::powers_of_ten::ten;
use crate::status::Status;

/// Whether the magnitude is to be incremented after the rest was cut off.
#[inline]
pub(crate) fn rounds_up(rounding: Rounding, negative: bool, kept: &Coefficient, rest: Rest) -> bool {
    match rounding {
        Rounding::Down => false,
        Rounding::Up => rest != Rest::Zero,
        Rounding::HalfUp => matches!(rest, Rest::Half | Rest::Above),
        Rounding::HalfDown => rest == Rest::Above,
        Rounding::HalfEven => rest == Rest::Above || rest == Rest::Half && kept.is_odd(),
        Rounding::Ceiling => rest != Rest::Zero && !negative,
        Rounding::Floor => rest != Rest::Zero && negative,
        Rounding::ZeroFiveUp => rest != Rest::Zero && matches!(kept.last_digit(), 0 | 5),
    }
}

/// Whether one operand must be taken for the result: the first signaling NaN, else the first NaN.
#[cold]
fn choose<'a>(operands: &[&'a Decimal]) -> Option<&'a Decimal> {
    let signaling = operands.iter().find(|operand| operand.is_signaling());
    signaling.or_else(|| operands.iter().find(|operand| operand.is_nan())).copied()
}

/// The result of an operation with a NaN among its operands; `None` if there is none.
#[inline]
pub(crate) fn check_nans(operands: &[&Decimal], context: &Context, status: &mut Status) -> Option<Decimal> {
    if operands.iter().any(|operand| operand.is_nan()) { quiet(operands, context, status) } else { None }
}

#[cold]
fn quiet(operands: &[&Decimal], context: &Context, status: &mut Status) -> Option<Decimal> {
    let chosen = choose(operands)?;
    if chosen.is_signaling() {
        *status |= Status::INVALID_OPERATION;
    }
    let mut result = Decimal { kind: Kind::QuietNan, ..chosen.clone() };
    result.fix_payload(context);
    Some(result)
}

impl Decimal {
    /// Cuts the payload of a NaN to the digits the context has for it.
    fn fix_payload(&mut self, context: &Context) {
        self.coefficient = self.coefficient.low_digits(context.payload_digits());
    }

    /// Rounds a result to the context and reports what that did.
    #[inline]
    pub fn finalize(&mut self, context: &Context, status: &mut Status) {
        if self.is_special() {
            if self.is_nan() {
                self.fix_payload(context);
            }
            return;
        }
        // For most numbers bounds of the digits tell that nothing is to be done.
        let (least, most) = self.coefficient.digit_bounds();
        if most <= context.prec
            && self.exp + most - 1 <= context.emax
            && self.exp + least > context.emin
            && !(context.clamp && self.exp > context.etop())
        {
            return;
        }
        self.finalize_slow(context, status);
    }

    #[inline(never)]
    fn finalize_slow(&mut self, context: &Context, status: &mut Status) {
        self.check_exponent(context, status);
        self.check_digits(context, status);
    }

    fn check_exponent(&mut self, context: &Context, status: &mut Status) {
        let adjusted = self.adjusted();
        if adjusted > context.emax {
            self.overflow(context, status);
        } else if context.clamp && self.exp > context.etop() {
            let shift = self.exp - context.etop();
            if !self.coefficient.is_zero() {
                if context.prec > context.max_digits {
                    *self = Decimal::error(Status::MALLOC_ERROR, status);
                    return;
                }
                self.coefficient = self.coefficient.scale_up(shift);
                if adjusted < context.emin {
                    *status |= Status::SUBNORMAL;
                }
            }
            self.exp -= shift;
            *status |= Status::CLAMPED;
        } else if adjusted < context.emin {
            self.underflow(context, status);
        }
    }

    fn overflow(&mut self, context: &Context, status: &mut Status) {
        if self.coefficient.is_zero() {
            self.exp = if context.clamp { context.etop() } else { context.emax };
            *status |= Status::CLAMPED;
            return;
        }
        *status |= Status::OVERFLOW | Status::INEXACT | Status::ROUNDED;
        let to_largest = match context.rounding {
            Rounding::Down | Rounding::ZeroFiveUp => true,
            Rounding::Ceiling => self.negative,
            Rounding::Floor => !self.negative,
            _ => false,
        };
        *self = if to_largest {
            Decimal::largest(self.negative, context, status)
        } else {
            Decimal::infinity(self.negative)
        };
    }

    /// The finite number of the greatest magnitude.
    pub(crate) fn largest(negative: bool, context: &Context, status: &mut Status) -> Decimal {
        if context.prec > context.max_digits {
            return Decimal::error(Status::MALLOC_ERROR, status);
        }
        Decimal::new(negative, (ten(context.prec as u64) - 1u8).into(), context.etop())
    }

    fn underflow(&mut self, context: &Context, status: &mut Status) {
        let etiny = context.etiny();
        if self.coefficient.is_zero() {
            if self.exp < etiny {
                self.exp = etiny;
                *status |= Status::CLAMPED;
            }
            return;
        }
        *status |= Status::SUBNORMAL;
        if self.exp < etiny {
            let (kept, rest) = self.coefficient.scale_down(etiny - self.exp);
            self.coefficient = kept;
            self.exp = etiny;
            if rounds_up(context.rounding, self.negative, &self.coefficient, rest) {
                self.coefficient.increment();
            }
            *status |= Status::ROUNDED;
            if rest != Rest::Zero {
                *status |= Status::INEXACT | Status::UNDERFLOW;
                if self.coefficient.is_zero() {
                    *status |= Status::CLAMPED;
                }
            }
        }
    }

    fn check_digits(&mut self, context: &Context, status: &mut Status) {
        if self.is_special() || self.coefficient.digit_bounds().1 <= context.prec {
            return;
        }
        let shift = self.coefficient.digits() - context.prec;
        if shift <= 0 {
            return;
        }
        let (kept, rest) = self.coefficient.scale_down(shift);
        self.apply_rounding(kept, rest, shift, context, status);
    }

    /// Takes the coefficient that is left of a division by `10^shift`, rounded.
    #[inline]
    pub(crate) fn apply_rounding(
        &mut self,
        kept: Coefficient,
        rest: Rest,
        shift: i64,
        context: &Context,
        status: &mut Status,
    ) {
        self.coefficient = kept;
        self.exp += shift;
        *status |= Status::ROUNDED;
        if rest == Rest::Zero {
            return;
        }
        *status |= Status::INEXACT;
        if rounds_up(context.rounding, self.negative, &self.coefficient, rest) {
            self.coefficient.increment();
            if self.coefficient.digits() > context.prec {
                // 10^prec: the last digit is a zero.
                self.coefficient = self.coefficient.scale_down(1).0;
                self.exp += 1;
                self.check_exponent(context, status);
            }
        }
    }

    /// The number under a context, as the unary plus without its rules for zero.
    pub fn apply(&self, context: &Context, status: &mut Status) -> Decimal {
        let mut result = self.clone();
        result.finalize(context, status);
        result
    }
}
