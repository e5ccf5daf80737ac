//! The slots and methods of `slice`.

use taipan_text::hash::TupleHasher;

use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::number::Operator;
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::spec::{GetSetDef, MethodDef, TypeSpec, getter, method};
use crate::types::slice::Slice;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn new(vm: &mut Vm, _: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "slice", 1, 3)?;
    let slice = match args.len() {
        1 => Slice::new(vm, Value::NONE, args.get(0), Value::NONE)?,
        2 => Slice::new(vm, args.get(0), args.get(1), Value::NONE)?,
        _ => Slice::new(vm, args.get(0), args.get(1), args.get(2))?,
    };
    Ok(slice.value())
}

fn parts(vm: &Vm, this: Value) -> [Value; 3] {
    let Slice { start, stop, step, .. } = *this.expect::<Slice>(vm).get(vm);
    [start, stop, step]
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let mut out = taipan_text::TextBuf::from("slice(");
    for (i, part) in parts(vm, this).into_iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        vm.push_repr(&mut out, part)?;
    }
    out.push_str(")");
    Ok(crate::types::str::Str::from_text(vm, out.as_text())?.value())
}

fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let mut hasher = TupleHasher::new();
    for part in parts(vm, this) {
        hasher.item(vm.hash(part)?);
    }
    Ok(hasher.finish_slice())
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    if b.exact::<Slice>().is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    if a == b {
        return Ok(Value::bool(op.holds(std::cmp::Ordering::Equal)));
    }
    let (x, y) = (parts(vm, a), parts(vm, b));
    let (x, y) = (Tuple::from_values(vm, &x)?, Tuple::from_values(vm, &y)?);
    vm.compare(x.value(), y.value(), op)
}

/// A part of a slice as a Python int, which may be larger than any index.
fn part_index(vm: &mut Vm, part: Value) -> Result<Value, Raised> {
    if !vm.is_int(part) && vm.slots(part).index.is_none() {
        let message = "slice indices must be integers or None or have an __index__ method";
        return Err(vm.raise(Exc::TypeError, message));
    }
    vm.index(part)
}

/// Clips one bound to `low..=high`, counting negative ones from the end.
fn clip(vm: &mut Vm, bound: Value, length: Value, low: Value, high: Value) -> Result<Value, Raised> {
    let mut bound = part_index(vm, bound)?;
    if vm.is_less(bound, Value::int(0))? {
        bound = vm.binary(Operator::Add, bound, length)?;
        return Ok(if vm.is_less(bound, low)? { low } else { bound });
    }
    Ok(if vm.is_less(high, bound)? { high } else { bound })
}

fn indices(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, length] = args.all();
    let length = vm.index(length)?;
    if vm.is_less(length, Value::int(0))? {
        return Err(vm.raise(Exc::ValueError, "length should not be negative"));
    }
    let [start, stop, step] = parts(vm, this);
    let step = if step.is_none() { Value::int(1) } else { part_index(vm, step)? };
    if vm.is_equal(step, Value::int(0))? {
        return Err(vm.raise(Exc::ValueError, "slice step cannot be zero"));
    }
    let backward = vm.is_less(step, Value::int(0))?;
    let (low, high) = if backward {
        (Value::int32(-1), vm.binary(Operator::Add, length, Value::int32(-1))?)
    } else {
        (Value::int(0), length)
    };
    let start = match start.is_none() {
        true if backward => high,
        true => low,
        false => clip(vm, start, length, low, high)?,
    };
    let stop = match stop.is_none() {
        true if backward => low,
        true => high,
        false => clip(vm, stop, length, low, high)?,
    };
    Ok(Tuple::from_values(vm, &[start, stop, step])?.value())
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = vm.type_of(args.get(0)).value();
    let parts = parts(vm, args.get(0));
    let parts = Tuple::from_values(vm, &parts)?.value();
    Ok(Tuple::from_values(vm, &[class, parts])?.value())
}

fn start(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(parts(vm, this)[0])
}

fn stop(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(parts(vm, this)[1])
}

fn step(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(parts(vm, this)[2])
}

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    method("indices($self, object, /)", indices, "S.indices(len) -> (start, stop, stride)\n\nAssuming a sequence of length len, calculate the start and stop\nindices, and the stride length of the extended slice described by\nS. Out of bounds indices are clipped in a manner consistent with the\nhandling of normal slices."),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
];

const GETSET: &[GetSetDef] =
    &[getter("start", start, "").member(), getter("stop", stop, "").member(), getter("step", step, "").member()];

pub static TYPE: TypeSpec = TypeSpec {
    name: "slice",
    layout: Some(<Slice as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        repr: Some(repr),
        hash: Some(hash),
        richcompare: Some(richcompare),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "slice(stop)\nslice(start, stop[, step])\n\nCreate a slice object.\n\nThis is used for extended slicing (e.g. a[0:10:2]).",
    ..TypeSpec::DEFAULT
};
