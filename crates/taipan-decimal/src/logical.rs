//! Operations on the digits of logical numbers: those with digits 0 and 1 only, positive, with exponent 0.

use crate::coefficient::Coefficient;
use crate::context::Context;
use crate::number::Decimal;
use crate::status::Status;

impl Decimal {
    /// The digits of a logical number, the last first.
    fn logical_digits(&self) -> Option<Vec<bool>> {
        if self.is_special() || self.negative || self.exp != 0 {
            return None;
        }
        self.coefficient.to_decimal().bytes().rev().map(|digit| (digit <= b'1').then_some(digit == b'1')).collect()
    }

    fn logical(
        &self,
        other: &Decimal,
        operation: fn(bool, bool) -> bool,
        context: &Context,
        status: &mut Status,
    ) -> Decimal {
        let (Some(a), Some(b)) = (self.logical_digits(), other.logical_digits()) else {
            return Decimal::error(Status::INVALID_OPERATION, status);
        };
        let digit = |digits: &[bool], i: usize| digits.get(i).copied().unwrap_or(false);
        let len = a.len().max(b.len()).min(usize::try_from(context.prec).unwrap_or(usize::MAX));
        from_logical((0..len).rev().map(|i| operation(digit(&a, i), digit(&b, i))))
    }

    /// Digit by digit: 1 where both have 1.
    pub fn logical_and(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.logical(other, |a, b| a & b, context, status)
    }

    /// Digit by digit: 1 where one has 1.
    pub fn logical_or(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.logical(other, |a, b| a | b, context, status)
    }

    /// Digit by digit: 1 where they differ.
    pub fn logical_xor(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.logical(other, |a, b| a ^ b, context, status)
    }

    /// 1 for 0 and 0 for 1 in as many digits as the precision.
    pub fn logical_invert(&self, context: &Context, status: &mut Status) -> Decimal {
        let Some(digits) = self.logical_digits() else {
            return Decimal::error(Status::INVALID_OPERATION, status);
        };
        if context.prec > context.max_digits {
            return Decimal::error(Status::MALLOC_ERROR, status);
        }
        from_logical((0..context.prec as usize).rev().map(|i| !digits.get(i).copied().unwrap_or(false)))
    }
}

fn from_logical(digits: impl Iterator<Item = bool>) -> Decimal {
    let text: Vec<u8> = digits.map(|digit| b'0' + u8::from(digit)).collect();
    Decimal::new(false, Coefficient::from_digits(&text).unwrap_or_default(), 0)
}
