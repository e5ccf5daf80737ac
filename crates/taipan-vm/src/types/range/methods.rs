//! The slots and methods of `range`.

use dashu_int::IBig;
use taipan_text::hash::TupleHasher;

use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::spec::{GetSetDef, MethodDef, SEQUENCE, TypeSpec, getter, method};
use crate::types::range::{Range, iterator};
use crate::types::slice::Slice;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn part(vm: &mut Vm, value: Value) -> Result<Value, Raised> {
    let index = vm.index(value)?;
    vm.plain_int(index)
}

fn new(vm: &mut Vm, _: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "range", 1, 3)?;
    let (start, stop, step) = match args.len() {
        1 => (Value::int(0), part(vm, args.get(0))?, Value::int(1)),
        n => {
            let start = part(vm, args.get(0))?;
            let stop = part(vm, args.get(1))?;
            (start, stop, if n == 3 { part(vm, args.get(2))? } else { Value::int(1) })
        }
    };
    Ok(Range::new(vm, start, stop, step)?.value())
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let Range { start, stop, step, .. } = *this.expect::<Range>(vm).get(vm);
    let (start, stop) = (vm.repr_string(start)?, vm.repr_string(stop)?);
    let text = if step == Value::int(1) {
        format!("range({start}, {stop})")
    } else {
        format!("range({start}, {stop}, {})", vm.repr_string(step)?)
    };
    vm.new_str(&text)
}

/// What ranges are compared and hashed by: the length, the first item, the step, as far as they matter.
fn key(vm: &Vm, range: Gc<Range>) -> [Value; 3] {
    let Range { start, step, length, .. } = *range.get(vm);
    match length.as_small_int() {
        Some(0) => [length, Value::NONE, Value::NONE],
        Some(1) => [length, start, Value::NONE],
        _ => [length, start, step],
    }
}

fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let range = this.expect::<Range>(vm);
    let mut hasher = TupleHasher::new();
    for part in key(vm, range) {
        hasher.item(vm.hash(part)?);
    }
    Ok(hasher.finish())
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(x), Some(y)) = (a.downcast::<Range>(vm), b.downcast::<Range>(vm)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if !matches!(op, Comparison::Eq | Comparison::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let mut equal = true;
    for (p, q) in key(vm, x).into_iter().zip(key(vm, y)) {
        equal = equal && vm.is_equal(p, q)?;
    }
    Ok(Value::bool(equal == (op == Comparison::Eq)))
}

fn bool(vm: &mut Vm, this: Value) -> Result<bool, Raised> {
    Ok(this.expect::<Range>(vm).get(vm).length != Value::int(0))
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    let length = this.expect::<Range>(vm).get(vm).length;
    match vm.as_i64(length).map(usize::try_from) {
        Some(Ok(length)) => Ok(length),
        _ => Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C ssize_t")),
    }
}

fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    let range = this.expect::<Range>(vm);
    if vm.is_int(key) || vm.slots(key).index.is_some() {
        let index = vm.index(key)?;
        if let (Some((start, step, length)), Some(i)) = (Range::small_parts(range, vm), vm.as_i64(index)) {
            let i = if i < 0 { i.saturating_add(length) } else { i };
            if (0..length).contains(&i) {
                return vm.new_int(start + step * i);
            }
            return Err(vm.raise(Exc::IndexError, "range object index out of range"));
        }
        let [_, _, length] = Range::big_parts(range, vm);
        let mut i = vm.as_big(index).unwrap_or(IBig::ZERO);
        if i < IBig::ZERO {
            i += &length;
        }
        if i < IBig::ZERO || i >= length {
            return Err(vm.raise(Exc::IndexError, "range object index out of range"));
        }
        return Range::item(range, vm, &i);
    }
    if let Some(slice) = key.downcast::<Slice>(vm) {
        return subrange(vm, range, slice);
    }
    let got = vm.type_name(key);
    Err(vm.raise(Exc::TypeError, format!("range indices must be integers or slices, not {got}")))
}

/// `range[a:b:c]`, with bounds of any size.
fn subrange(vm: &mut Vm, range: Gc<Range>, slice: Gc<Slice>) -> Result<Value, Raised> {
    if let Some([first, last, step]) = small_subrange(vm, range, slice) {
        let (first, last, step) = (vm.new_int(first)?, vm.new_int(last)?, vm.new_int(step)?);
        return Ok(Range::new(vm, first, last, step)?.value());
    }
    let length = range.get(vm).length;
    let indices = vm.call_method(slice.value(), "indices", &[length])?.expect::<Tuple>(vm);
    let parts = [0, 1, 2].map(|i| indices.get(vm).at(i));
    let [from, to, by] = parts.map(|part| vm.as_big(part).unwrap_or(IBig::ZERO));
    let [start, step, _] = Range::big_parts(range, vm);
    let first = vm.new_big_int(&(&start + &from * &step))?;
    let last = vm.new_big_int(&(&start + &to * &step))?;
    let step = vm.new_big_int(&(step * by))?;
    Ok(Range::new(vm, first, last, step)?.value())
}

/// First bound, last bound and step of `range[a:b:c]` when everything is a machine word and no Python code is needed.
fn small_subrange(vm: &Vm, range: Gc<Range>, slice: Gc<Slice>) -> Option<[i64; 3]> {
    let (start, step, length) = Range::small_parts(range, vm)?;
    let part = |value: Value, default: i64| if value.is_none() { Some(default) } else { value.as_small_int() };
    let by = part(slice.get(vm).step, 1).filter(|by| *by != 0)?;
    let (low, high) = if by < 0 { (-1, length - 1) } else { (0, length) };
    let clip = |value: i64| if value < 0 { value.saturating_add(length).max(low) } else { value.min(high) };
    let bound = |value: Value, default: i64| Some(if value.is_none() { default } else { clip(value.as_small_int()?) });
    let from = bound(slice.get(vm).start, if by < 0 { high } else { low })?;
    let to = bound(slice.get(vm).stop, if by < 0 { low } else { high })?;
    let place = |index: i64| start.checked_add(index.checked_mul(step)?);
    Some([place(from)?, place(to)?, step.checked_mul(by)?])
}

/// The index of an int in the range, `None` when it is not an item.
fn find(vm: &Vm, range: Gc<Range>, needle: Value) -> Option<IBig> {
    let [start, step, length] = Range::big_parts(range, vm);
    let distance = vm.as_big(needle)? - start;
    let (index, rest) = taipan_text::int_math::div_mod(&distance, &step)?;
    (rest.is_zero() && index >= IBig::ZERO && index < length).then_some(index)
}

/// Whether membership can be computed: an int or bool, not an instance of a subclass.
fn is_plain_int(value: Value) -> bool {
    value.is_small_int() || value.is_bool() || value.exact::<crate::types::int::Int>().is_some()
}

fn contains(vm: &mut Vm, this: Value, needle: Value) -> Result<bool, Raised> {
    let range = this.expect::<Range>(vm);
    if is_plain_int(needle) {
        if let (Some((start, step, length)), Some(i)) = (Range::small_parts(range, vm), needle.as_small_int()) {
            let distance = i - start;
            return Ok(distance % step == 0 && (0..length).contains(&(distance / step)));
        }
        return Ok(find(vm, range, needle).is_some());
    }
    let iterator = iterator::iter(vm, this)?;
    while let Some(item) = vm.next(iterator)? {
        if vm.is_equal(item, needle)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    iterator::reversed(vm, args.get(0))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Range { start, stop, step, .. } = *args.receiver::<Range>(vm).get(vm);
    let class = vm.type_of(args.get(0)).value();
    let parts = Tuple::from_values(vm, &[start, stop, step])?.value();
    Ok(Tuple::from_values(vm, &[class, parts])?.value())
}

fn count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, needle] = args.all();
    if is_plain_int(needle) {
        return Ok(Value::int(usize::from(contains(vm, this, needle)?)));
    }
    let iterator = iterator::iter(vm, this)?;
    let mut found = 0;
    while let Some(item) = vm.next(iterator)? {
        found += usize::from(vm.is_equal(item, needle)?);
    }
    Ok(Value::int(found))
}

fn index(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (range, [needle]) = args.method::<Range, 1>(vm);
    if is_plain_int(needle) {
        return match find(vm, range, needle) {
            Some(index) => vm.new_big_int(&index),
            None => Err(vm.raise(Exc::ValueError, "range.index(x): x not in range")),
        };
    }
    let iterator = iterator::iter(vm, range.value())?;
    let mut index = 0;
    while let Some(item) = vm.next(iterator)? {
        if vm.is_equal(item, needle)? {
            return Ok(Value::int(index));
        }
        index += 1;
    }
    Err(vm.raise(Exc::ValueError, "sequence.index(x): x not in sequence"))
}

fn start(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<Range>(vm).get(vm).start)
}

fn stop(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<Range>(vm).get(vm).stop)
}

fn step(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<Range>(vm).get(vm).step)
}

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    method("__reversed__($self, /)", reversed, "Return a reverse iterator."),
    method("__reduce__($self, /)", reduce, ""),
    method("count($self, object, /)", count, "rangeobject.count(value) -> integer -- return number of occurrences of value"),
    method("index($self, object, /)", index, "rangeobject.index(value) -> integer -- return index of value.\nRaise ValueError if the value is not present."),
];

const GETSET: &[GetSetDef] =
    &[getter("start", start, "").member(), getter("stop", stop, "").member(), getter("step", step, "").member()];

pub static TYPE: TypeSpec = TypeSpec {
    name: "range",
    layout: Some(<Range as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        repr: Some(repr),
        hash: Some(hash),
        richcompare: Some(richcompare),
        bool: Some(bool),
        len: Some(len),
        iter: Some(iterator::iter),
        subscript: Some(subscript),
        contains: Some(contains),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nReturn an object that produces a sequence of integers from start (inclusive)\nto stop (exclusive) by step.  range(i, j) produces i, i+1, i+2, ..., j-1.\nstart defaults to 0, and stop is omitted!  range(4) produces 0, 1, 2, 3.\nThese are exactly the valid indices for a list of 4 elements.\nWhen step is given, it specifies the increment (or decrement).",
    flags: SEQUENCE,
    ..TypeSpec::DEFAULT
};
