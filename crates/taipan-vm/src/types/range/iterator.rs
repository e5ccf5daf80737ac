//! `range_iterator` (machine words) and `longrange_iterator` (ints of any size).

use dashu_int::IBig;

use crate::args::Args;
use crate::gc::{HeaderWord, HeapObject};
use crate::heap_object;
use crate::number::Operator;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{MethodDef, NO_NEW, TypeSpec, method};
use crate::types::Builtin;
use crate::types::iterators::self_iter;
use crate::types::range::Range;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `range_iterator`: the next item, and how many are left.
    pub struct RangeIterator = Builtin::RangeIterator {
        pub next: i64,
        pub step: i64,
        pub left: i64,
    }
}

heap_object! {
    /// `longrange_iterator`: the next item, and how many are left.
    pub struct LongRangeIterator = Builtin::LongRangeIterator {
        pub next: Value,
        pub step: Value,
        pub left: Value,
    }
}

/// `iter(range)`.
pub fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let range = this.expect::<Range>(vm);
    if let Some((next, step, left)) = Range::small_parts(range, vm) {
        return Ok(vm.new_exact(RangeIterator { header: HeaderWord::NEW, next, step, left })?.value());
    }
    let Range { start, step, length, .. } = *range.get(vm);
    Ok(vm.new_exact(LongRangeIterator { header: HeaderWord::NEW, next: start, step, left: length })?.value())
}

/// `reversed(range)`.
pub fn reversed(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let range = this.expect::<Range>(vm);
    if let Some((start, step, left)) = Range::small_parts(range, vm)
        && let Some(back) = step.checked_neg()
    {
        let next = start + step * (left - 1).max(0);
        return Ok(vm.new_exact(RangeIterator { header: HeaderWord::NEW, next, step: back, left })?.value());
    }
    let [_, step, length] = Range::big_parts(range, vm);
    let next = Range::item(range, vm, &(length - IBig::ONE))?;
    let step = vm.new_big_int(&-step)?;
    let left = range.get(vm).length;
    Ok(vm.new_exact(LongRangeIterator { header: HeaderWord::NEW, next, step, left })?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let iterator = this.expect::<RangeIterator>(vm).get_mut(vm);
    if iterator.left <= 0 {
        return Ok(None);
    }
    let item = iterator.next;
    iterator.left -= 1;
    iterator.next = item.wrapping_add(iterator.step);
    vm.new_int(item).map(Some)
}

fn long_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let iterator = this.expect::<LongRangeIterator>(vm);
    let LongRangeIterator { next: item, step, left, .. } = *iterator.get(vm);
    if left == Value::int(0) {
        return Ok(None);
    }
    let following = vm.binary(Operator::Add, item, step)?;
    let left = vm.binary(Operator::Sub, left, Value::int(1))?;
    let iterator = iterator.get_mut(vm);
    iterator.next = following;
    iterator.left = left;
    Ok(Some(item))
}

/// The next item, the step and how many are left, as values.
fn state(vm: &mut Vm, this: Value) -> Result<[Value; 3], Raised> {
    match this.downcast::<RangeIterator>(vm) {
        Some(iterator) => {
            let RangeIterator { next, step, left, .. } = *iterator.get(vm);
            Ok([vm.new_int(next)?, vm.new_int(step)?, vm.new_int(left)?])
        }
        None => {
            let LongRangeIterator { next, step, left, .. } = *this.expect::<LongRangeIterator>(vm).get(vm);
            Ok([next, step, left])
        }
    }
}

fn length_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(state(vm, args.get(0))?[2])
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [next, step, left] = state(vm, args.get(0))?;
    let distance = vm.binary(Operator::Mul, step, left)?;
    let stop = vm.binary(Operator::Add, next, distance)?;
    let range = Range::new(vm, next, stop, step)?.value();
    let function = vm.builtin_named("iter")?;
    let args = crate::types::tuple::Tuple::from_values(vm, &[range])?.value();
    Ok(crate::types::tuple::Tuple::from_values(vm, &[function, args, Value::NONE])?.value())
}

fn set_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, skip] = args.all();
    let [_, _, left] = state(vm, this)?;
    let skip = if this.downcast::<RangeIterator>(vm).is_some() {
        let skip = vm.index(skip)?;
        if vm.as_i64(skip).is_none() {
            return Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C long"));
        }
        skip
    } else if vm.is_exact(skip, Builtin::Int) {
        skip
    } else {
        let name = vm.type_name(skip);
        return Err(vm.raise(Exc::TypeError, format!("state must be an int, not {name}")));
    };
    let skip = if vm.is_less(skip, Value::int(0))? {
        Value::int(0)
    } else if vm.is_less(left, skip)? {
        left
    } else {
        skip
    };
    let [next, step, left] = state(vm, this)?;
    let distance = vm.binary(Operator::Mul, step, skip)?;
    let next = vm.binary(Operator::Add, next, distance)?;
    let left = vm.binary(Operator::Sub, left, skip)?;
    if let Some(iterator) = this.downcast::<RangeIterator>(vm) {
        if let (Some(next), Some(left)) = (vm.as_i64(next), vm.as_i64(left)) {
            let iterator = iterator.get_mut(vm);
            iterator.next = next;
            iterator.left = left;
        }
    } else {
        let iterator = this.expect::<LongRangeIterator>(vm).get_mut(vm);
        iterator.next = next;
        iterator.left = left;
    }
    Ok(Value::NONE)
}

const METHODS: &[MethodDef] = &[
    method("__length_hint__($self, /)", length_hint, "Private method returning an estimate of len(list(it))."),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    method("__setstate__($self, object, /)", set_state, "Set state information for unpickling."),
];

pub static ITERATOR: TypeSpec = TypeSpec {
    name: "range_iterator",
    layout: Some(<RangeIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

pub static LONG_ITERATOR: TypeSpec = TypeSpec {
    name: "longrange_iterator",
    layout: Some(<LongRangeIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(long_next), ..Slots::DEFAULT },
    methods: METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
