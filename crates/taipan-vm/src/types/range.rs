//! `range`: start, stop, step and the number of items, all Python ints of any size.
//!
//! Invariant: the parts are exact ints and `length` is what they imply.

use dashu_int::IBig;

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::value::Value;
use crate::vm::Vm;

pub mod iterator;
pub mod methods;

pub use methods::TYPE;

heap_object! {
    /// `range(start, stop, step)`.
    pub struct Range = Builtin::Range {
        pub start: Value,
        pub stop: Value,
        pub step: Value,
        pub length: Value,
    }
}

/// How many items there are from `start` to `stop`; `step` is not 0.
pub fn count(start: &IBig, stop: &IBig, step: &IBig) -> IBig {
    let (distance, step) = if *step > IBig::ZERO { (stop - start, step.clone()) } else { (start - stop, -step) };
    if distance <= IBig::ZERO { IBig::ZERO } else { (distance - IBig::ONE) / step + IBig::ONE }
}

/// As `count`, of machine words; `None` when the number does not fit.
fn small_count(start: i64, stop: i64, step: i64) -> Option<i64> {
    let (distance, step) = match step {
        1.. => (stop.checked_sub(start)?, step),
        _ => (start.checked_sub(stop)?, step.checked_neg()?),
    };
    Some(if distance <= 0 { 0 } else { (distance - 1) / step + 1 })
}

impl Range {
    /// A new range of exact ints. ValueError for a step of 0.
    pub fn new(vm: &mut Vm, start: Value, stop: Value, step: Value) -> Result<Gc<Range>, Raised> {
        if step == Value::int(0) {
            return Err(vm.raise(Exc::ValueError, "range() arg 3 must not be zero"));
        }
        let small = match (start.as_small_int(), stop.as_small_int(), step.as_small_int()) {
            (Some(start), Some(stop), Some(step)) => small_count(start, stop, step),
            _ => None,
        };
        let length = match (small, vm.as_big(start), vm.as_big(stop), vm.as_big(step)) {
            (Some(length), ..) => vm.new_int(length)?,
            (None, Some(start), Some(stop), Some(step)) => vm.new_big_int(&count(&start, &stop, &step))?,
            _ => Value::int(0),
        };
        vm.new_exact(Range { header: HeaderWord::NEW, start, stop, step, length })
    }

    /// Start, step and length as big numbers.
    pub fn big_parts(this: Gc<Range>, vm: &Vm) -> [IBig; 3] {
        let Range { start, step, length, .. } = *this.get(vm);
        [start, step, length].map(|part| vm.as_big(part).unwrap_or(IBig::ZERO))
    }

    /// Start, step and length as machine words, if every item fits one too.
    pub fn small_parts(this: Gc<Range>, vm: &Vm) -> Option<(i64, i64, i64)> {
        let Range { start, step, length, .. } = *this.get(vm);
        let (start, step, length) = (start.as_small_int()?, step.as_small_int()?, length.as_small_int()?);
        start.checked_add(step.checked_mul(length)?)?;
        Some((start, step, length))
    }

    /// The item at an index within the length.
    pub fn item(this: Gc<Range>, vm: &mut Vm, index: &IBig) -> Result<Value, Raised> {
        let [start, step, _] = Range::big_parts(this, vm);
        vm.new_big_int(&(start + index * step))
    }
}
