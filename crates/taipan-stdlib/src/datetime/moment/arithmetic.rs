//! Comparison, sums and differences of `datetime` objects.
//!
//! Two of the same time zone object are compared by what their fields say, others by the moment they stand for.

use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Comparison;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::super::calendar::Fields;
use super::super::delta::{Delta, as_delta};
use super::super::timed::{offset_of, parts};
use super::{DateTime, make, make_as};

/// A moment so many microseconds later, of the same class and time zone.
pub fn shifted(vm: &mut Vm, moment: Gc<DateTime>, delta: i128) -> Result<Value, Raised> {
    let (fields, tzinfo, _) = parts::<DateTime>(vm, moment.value());
    match Fields::from_total(i128::from(fields.total()) + delta) {
        Some(fields) => {
            let class = vm.type_of(moment.value()).value();
            make_as(vm, class, &fields, tzinfo, 0)
        }
        None => Err(vm.raise(Exc::OverflowError, "date value out of range")),
    }
}

/// Whether the offset depends on the fold: such a moment equals none of another time zone (PEP 495).
fn is_ambiguous(vm: &mut Vm, this: Value, offset: Option<i128>) -> Result<bool, Raised> {
    let (fields, tzinfo, fold) = parts::<DateTime>(vm, this);
    if tzinfo.is_none() {
        return Ok(false);
    }
    let flipped = make(vm, &fields, tzinfo, 1 - fold)?;
    Ok(offset_of::<DateTime>(vm, flipped)? != offset)
}

pub(super) fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    if a.downcast::<DateTime>(vm).is_none() || b.downcast::<DateTime>(vm).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let ((x, zone_x, _), (y, zone_y, _)) = (parts::<DateTime>(vm, a), parts::<DateTime>(vm, b));
    if zone_x == zone_y {
        return Ok(Value::bool(op.holds(x.cmp(&y))));
    }
    let (offset_a, offset_b) = (offset_of::<DateTime>(vm, a)?, offset_of::<DateTime>(vm, b)?);
    let is_equality = matches!(op, Comparison::Eq | Comparison::Ne);
    let mut order = match (offset_a, offset_b) {
        (s, t) if s == t => x.cmp(&y),
        (Some(s), Some(t)) => (i128::from(x.total()) - s).cmp(&(i128::from(y.total()) - t)),
        _ if is_equality => return Ok(Value::bool(op == Comparison::Ne)),
        _ => return Err(vm.raise(Exc::TypeError, "can't compare offset-naive and offset-aware datetimes")),
    };
    if is_equality && order.is_eq() && (is_ambiguous(vm, a, offset_a)? || is_ambiguous(vm, b, offset_b)?) {
        order = std::cmp::Ordering::Greater;
    }
    Ok(Value::bool(op.holds(order)))
}

pub(super) fn add(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let pair = match (a.downcast::<DateTime>(vm), as_delta(vm, b)) {
        (Some(moment), Some(delta)) => Some((moment, delta)),
        _ => b.downcast::<DateTime>(vm).zip(as_delta(vm, a)),
    };
    match pair {
        Some((moment, delta)) => {
            let delta = delta.get(vm).total();
            shifted(vm, moment, delta)
        }
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

pub(super) fn sub(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let Some(moment) = a.downcast::<DateTime>(vm) else { return Ok(Value::NOT_IMPLEMENTED) };
    if let Some(delta) = as_delta(vm, b) {
        let delta = delta.get(vm).total();
        return shifted(vm, moment, -delta);
    }
    if b.downcast::<DateTime>(vm).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let ((x, zone_x, _), (y, zone_y, _)) = (parts::<DateTime>(vm, a), parts::<DateTime>(vm, b));
    let mut difference = i128::from(x.total()) - i128::from(y.total());
    if zone_x != zone_y {
        match (offset_of::<DateTime>(vm, a)?, offset_of::<DateTime>(vm, b)?) {
            (Some(s), Some(t)) => difference += t - s,
            (None, None) => {}
            _ => return Err(vm.raise(Exc::TypeError, "can't subtract offset-naive and offset-aware datetimes")),
        }
    }
    Ok(Delta::new(vm, difference)?.value())
}
