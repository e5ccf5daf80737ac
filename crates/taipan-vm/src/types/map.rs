//! `map` and `filter`.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::slots::Slots;
use crate::spec::{BASETYPE, MethodDef, TypeSpec, method};
use crate::types::Builtin;
use crate::types::iterators::self_iter;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::types::zip::{ended, iterators_of};
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `map`.
    pub struct Map = Builtin::Map {
        pub function: Value,
        pub iterators: Gc<Tuple>,
        pub strict: bool,
        pad: [u8; 7],
    }
}

heap_object! {
    /// `filter`.
    pub struct Filter = Builtin::Filter {
        pub function: Value,
        pub iterator: Value,
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("map(*iterables, strict=False)");
    let (all, strict) = args.bind(vm, &SIGNATURE, |vm, args| {
        let [strict, all] = args.all();
        let strict = match strict.given() {
            Some(strict) => vm.is_true(strict)?,
            None => false,
        };
        Ok((all.expect::<Tuple>(vm), strict))
    })?;
    let n = all.get(vm).len();
    if n < 2 {
        return Err(vm.raise(Exc::TypeError, "map() must have at least two arguments."));
    }
    let function = all.get(vm).at(0);
    let iterables = Tuple::slice(all, vm, 1, n)?;
    let iterators = iterators_of(vm, iterables)?;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Map { header: HeaderWord::NEW, function, iterators, strict, pad: [0; 7] })?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let Map { function, iterators, strict, .. } = *this.expect::<Map>(vm).get(vm);
    let n = iterators.get(vm).len();
    if n == 1 {
        let iterator = iterators.get(vm).at(0);
        return match vm.next(iterator)? {
            Some(item) => vm.call(function, &[item]).map(Some),
            None => Ok(None),
        };
    }
    vm.with_scratch(n, |vm, slots| {
        for (i, slot) in slots.iter().enumerate() {
            let iterator = iterators.get(vm).at(i);
            match vm.next(iterator)? {
                Some(item) => slot.set(item),
                None => return ended(vm, "map", iterators, i, strict),
            }
        }
        vm.call_args(function, Args::from_cells(slots)).map(Some)
    })
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Map { function, iterators, strict, .. } = *args.receiver::<Map>(vm).get(vm);
    let class = vm.type_of(args.get(0)).value();
    let arguments = Tuple::prepend(vm, function, iterators)?.value();
    let parts = [class, arguments, Value::TRUE];
    Ok(Tuple::from_values(vm, if strict { &parts } else { &parts[..2] })?.value())
}

fn set_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [state]) = args.method::<Map, 1>(vm);
    let strict = vm.is_true(state)?;
    this.get_mut(vm).strict = strict;
    Ok(Value::NONE)
}

const METHODS: &[MethodDef] = &[
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    method("__setstate__($self, object, /)", set_state, "Set state information for unpickling."),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "map",
    layout: Some(<Map as HeapObject>::native),
    slots: Slots { new: Some(new), iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    doc: "map(function, iterable, /, *iterables, strict=False)\n--\n\nMake an iterator that computes the function using arguments from\neach of the iterables.  Stops when the shortest iterable is exhausted.\n\nIf strict is true and one of the arguments is exhausted before the\nothers, raise a ValueError.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

fn filter_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("filter(function, iterable, /)");
    args.for_constructor(vm, class).bind(vm, &SIGNATURE, |vm, args| {
        let [function, iterable] = args.all();
        let iterator = vm.iter(iterable)?;
        let shape = class.get(vm).root_shape;
        Ok(vm.new_object(shape, Filter { header: HeaderWord::NEW, function, iterator })?.value())
    })
}

fn filter_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let Filter { function, iterator, .. } = *this.expect::<Filter>(vm).get(vm);
    let by_truth = function.is_none() || function == vm.class(Builtin::Bool).value();
    while let Some(item) = vm.next(iterator)? {
        let keep = if by_truth { item } else { vm.call(function, &[item])? };
        if vm.is_true(keep)? {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

fn filter_reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Filter { function, iterator, .. } = *args.receiver::<Filter>(vm).get(vm);
    let class = vm.type_of(args.get(0)).value();
    let arguments = Tuple::from_values(vm, &[function, iterator])?.value();
    Ok(Tuple::from_values(vm, &[class, arguments])?.value())
}

const FILTER_METHODS: &[MethodDef] =
    &[method("__reduce__($self, /)", filter_reduce, "Return state information for pickling.")];

pub static FILTER: TypeSpec = TypeSpec {
    name: "filter",
    layout: Some(<Filter as HeapObject>::native),
    slots: Slots { new: Some(filter_new), iter: Some(self_iter), next: Some(filter_next), ..Slots::DEFAULT },
    methods: FILTER_METHODS,
    doc: "filter(function, iterable, /)\n--\n\nReturn an iterator yielding those items of iterable for which\nfunction(item) is true.  If function is None, return the items that\nare true.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
