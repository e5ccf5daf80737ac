//! Comparisons: by value, by the total order, maximum and minimum.

use std::cmp::Ordering;

use crate::coefficient::Coefficient;
use crate::context::Context;
use crate::finalize::check_nans;
use crate::number::{Decimal, Kind};
use crate::status::Status;

impl Decimal {
    /// The order of two numbers that are not NaN.
    pub(crate) fn compare_numbers(&self, other: &Decimal) -> Ordering {
        let (a_zero, b_zero) = (self.is_zero(), other.is_zero());
        match (a_zero, b_zero) {
            (true, true) => return Ordering::Equal,
            (true, false) => return if other.negative { Ordering::Greater } else { Ordering::Less },
            (false, true) => return if self.negative { Ordering::Less } else { Ordering::Greater },
            (false, false) => {}
        }
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_magnitude(other),
            (true, true) => self.compare_magnitude(other).reverse(),
        }
    }

    /// The order of the absolute values of two numbers that are not NaN.
    pub(crate) fn compare_magnitude(&self, other: &Decimal) -> Ordering {
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (false, false) => {}
        }
        let (a, b) = (&self.coefficient, &other.coefficient);
        if self.exp == other.exp || a.is_zero() || b.is_zero() {
            return a.cmp(b);
        }
        match self.adjusted().cmp(&other.adjusted()) {
            // The shift is less than the digits of the longer coefficient.
            Ordering::Equal if self.exp > other.exp => a.scale_up(self.exp - other.exp).cmp(b),
            Ordering::Equal => a.cmp(&b.scale_up(other.exp - self.exp)),
            order => order,
        }
    }

    /// The order by value; `None` and `InvalidOperation` with a NaN.
    pub fn order(&self, other: &Decimal, status: &mut Status) -> Option<Ordering> {
        if self.is_nan() || other.is_nan() {
            *status |= Status::INVALID_OPERATION;
            return None;
        }
        Some(self.compare_numbers(other))
    }

    /// -1, 0 or 1.
    pub fn compare(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        match check_nans(&[self, other], context, status) {
            Some(nan) => nan,
            None => from_order(self.compare_numbers(other)),
        }
    }

    /// As [`Decimal::compare`], where every NaN signals.
    pub fn compare_signal(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        match check_nans(&[self, other], context, status) {
            Some(nan) => {
                *status |= Status::INVALID_OPERATION;
                nan
            }
            None => from_order(self.compare_numbers(other)),
        }
    }

    fn total_order(&self, other: &Decimal) -> Ordering {
        if self.negative != other.negative {
            return if self.negative { Ordering::Less } else { Ordering::Greater };
        }
        let order = match (self.is_nan(), other.is_nan()) {
            // A signaling NaN comes before a quiet one.
            (true, true) if self.kind != other.kind => self.is_signaling().cmp(&other.is_signaling()).reverse(),
            (true, true) => self.coefficient.cmp(&other.coefficient),
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => self.compare_magnitude(other).then(self.exp.cmp(&other.exp)),
        };
        if self.negative { order.reverse() } else { order }
    }

    /// -1, 0 or 1 by the total order of representations.
    pub fn compare_total(&self, other: &Decimal) -> Decimal {
        from_order(self.total_order(other))
    }

    /// [`Decimal::compare_total`] without the signs.
    pub fn compare_total_mag(&self, other: &Decimal) -> Decimal {
        from_order(self.copy_abs().total_order(&other.copy_abs()))
    }

    /// Whether both have the same exponent, or both are NaN, or both infinite.
    pub fn same_quantum(&self, other: &Decimal) -> bool {
        match (self.kind, other.kind) {
            (Kind::Finite, Kind::Finite) => self.exp == other.exp,
            _ => self.is_nan() && other.is_nan() || self.is_infinite() && other.is_infinite(),
        }
    }

    /// Takes one of two by an order; of equal ones by sign and exponent.
    fn pick(
        &self,
        other: &Decimal,
        order: fn(&Decimal, &Decimal) -> Ordering,
        wanted: Ordering,
        context: &Context,
        status: &mut Status,
    ) -> Decimal {
        let quiet = |x: &Decimal| x.kind == Kind::QuietNan;
        if quiet(self) && !other.is_nan() {
            return other.apply(context, status);
        }
        if quiet(other) && !self.is_nan() {
            return self.apply(context, status);
        }
        if let Some(nan) = check_nans(&[self, other], context, status) {
            return nan;
        }
        let order = order(self, other).then_with(|| self.order_of_equal(other));
        // Of equal ones the maximum is the first, and so is the minimum.
        let is_other = match wanted {
            Ordering::Greater => order.is_lt(),
            _ => order.is_gt(),
        };
        if is_other { other.apply(context, status) } else { self.apply(context, status) }
    }

    fn order_of_equal(&self, other: &Decimal) -> Ordering {
        if self.negative != other.negative {
            return if self.negative { Ordering::Less } else { Ordering::Greater };
        }
        let order = if self.exp < other.exp { Ordering::Less } else { Ordering::Greater };
        if self.negative { order.reverse() } else { order }
    }

    /// The larger of two numbers.
    pub fn max(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.pick(other, Decimal::compare_numbers, Ordering::Greater, context, status)
    }

    /// The smaller of two numbers.
    pub fn min(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.pick(other, Decimal::compare_numbers, Ordering::Less, context, status)
    }

    /// The number of the larger magnitude.
    pub fn max_mag(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.pick(other, Decimal::compare_magnitude, Ordering::Greater, context, status)
    }

    /// The number of the smaller magnitude.
    pub fn min_mag(&self, other: &Decimal, context: &Context, status: &mut Status) -> Decimal {
        self.pick(other, Decimal::compare_magnitude, Ordering::Less, context, status)
    }
}

fn from_order(order: Ordering) -> Decimal {
    Decimal::new(order.is_lt(), Coefficient::Small(u128::from(order.is_ne())), 0)
}
