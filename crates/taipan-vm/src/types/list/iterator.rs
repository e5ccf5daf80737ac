//! The iterators of `list`: forward and backward.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::{MethodDef, TypeSpec, method};
use crate::types::Builtin;
use crate::types::iterators::self_iter;
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `list_iterator`: `list` is `None` once it is exhausted.
    pub struct ListIterator = Builtin::ListIterator {
        pub list: Option<Gc<List>>,
        pub index: usize,
    }
}

heap_object! {
    /// `list_reverseiterator`: the next item is at `index`, -1 when exhausted.
    pub struct ListReverseIterator = Builtin::ListReverseIterator {
        pub list: Option<Gc<List>>,
        pub index: isize,
    }
}

/// `iter(list)`.
pub fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let list = this.expect::<List>(vm);
    Ok(vm.new_exact(ListIterator { header: HeaderWord::NEW, list: Some(list), index: 0 })?.value())
}

/// `reversed(list)`.
pub fn new_reverse(vm: &mut Vm, list: Gc<List>) -> Result<Value, Raised> {
    let index = list.get(vm).len() as isize - 1;
    Ok(vm.new_exact(ListReverseIterator { header: HeaderWord::NEW, list: Some(list), index })?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let iterator = this.expect::<ListIterator>(vm);
    let ListIterator { list, index, .. } = *iterator.get(vm);
    let Some(list) = list else { return Ok(None) };
    match list.get(vm).get_at(vm, index) {
        Some(item) => {
            iterator.get_mut(vm).index = index + 1;
            Ok(Some(item))
        }
        None => {
            iterator.get_mut(vm).list = None;
            Ok(None)
        }
    }
}

fn length_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = args.receiver::<ListIterator>(vm);
    let ListIterator { list, index, .. } = *iterator.get(vm);
    Ok(Value::int(list.map_or(0, |list| list.get(vm).len().saturating_sub(index))))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = args.receiver::<ListIterator>(vm);
    let ListIterator { list, index, .. } = *iterator.get(vm);
    let function = vm.builtin_named("iter")?;
    reduced(vm, function, list.map(Gc::value), index as isize)
}

/// `(function, (sequence,), index)`, or `(function, ([],))` of an exhausted iterator.
pub fn reduced(vm: &mut Vm, function: Value, sequence: Option<Value>, index: isize) -> Result<Value, Raised> {
    match sequence {
        Some(sequence) => {
            let args = Tuple::from_values(vm, &[sequence])?.value();
            let index = vm.new_int(index as i64)?;
            Ok(Tuple::from_values(vm, &[function, args, index])?.value())
        }
        None => {
            let empty = List::new(vm)?.value();
            let args = Tuple::from_values(vm, &[empty])?.value();
            Ok(Tuple::from_values(vm, &[function, args])?.value())
        }
    }
}

fn set_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (iterator, [state]) = args.method::<ListIterator, 1>(vm);
    let state = vm.index_isize(state)?;
    if let Some(list) = iterator.get(vm).list {
        let n = list.get(vm).len() as isize;
        iterator.get_mut(vm).index = state.clamp(0, n) as usize;
    }
    Ok(Value::NONE)
}

fn reverse_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let iterator = this.expect::<ListReverseIterator>(vm);
    let ListReverseIterator { list, index, .. } = *iterator.get(vm);
    let Some(list) = list else { return Ok(None) };
    let item = if index < 0 { None } else { list.get(vm).get_at(vm, index as usize) };
    let iterator = iterator.get_mut(vm);
    match item {
        Some(_) => iterator.index = index - 1,
        None => (iterator.index, iterator.list) = (-1, None),
    }
    Ok(item)
}

fn reverse_length_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = args.receiver::<ListReverseIterator>(vm);
    let ListReverseIterator { list, index, .. } = *iterator.get(vm);
    let len = (index + 1) as usize;
    Ok(Value::int(list.filter(|list| list.get(vm).len() >= len).map_or(0, |_| len)))
}

fn reverse_reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = args.receiver::<ListReverseIterator>(vm);
    let ListReverseIterator { list, index, .. } = *iterator.get(vm);
    let live = list.filter(|_| index >= 0).map(Gc::value);
    let function = vm.builtin_named("reversed")?;
    reduced(vm, function, live, index)
}

fn reverse_set_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (iterator, [state]) = args.method::<ListReverseIterator, 1>(vm);
    let state = vm.index_isize(state)?;
    if let Some(list) = iterator.get(vm).list {
        let n = list.get(vm).len() as isize;
        iterator.get_mut(vm).index = state.clamp(-1, n - 1);
    }
    Ok(Value::NONE)
}

const METHODS: &[MethodDef] = &[
    method("__length_hint__($self, /)", length_hint, "Private method returning an estimate of len(list(it))."),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    method("__setstate__($self, object, /)", set_state, "Set state information for unpickling."),
];

const REVERSE_METHODS: &[MethodDef] = &[
    method("__length_hint__($self, /)", reverse_length_hint, "Private method returning an estimate of len(list(it))."),
    method("__reduce__($self, /)", reverse_reduce, "Return state information for pickling."),
    method("__setstate__($self, object, /)", reverse_set_state, "Set state information for unpickling."),
];

pub static LIST_ITERATOR: TypeSpec = TypeSpec {
    name: "list_iterator",
    layout: Some(<ListIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    flags: crate::spec::NO_NEW,
    ..TypeSpec::DEFAULT
};

pub static LIST_REVERSE_ITERATOR: TypeSpec = TypeSpec {
    name: "list_reverseiterator",
    layout: Some(<ListReverseIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(reverse_next), ..Slots::DEFAULT },
    methods: REVERSE_METHODS,
    flags: crate::spec::NO_NEW,
    ..TypeSpec::DEFAULT
};
