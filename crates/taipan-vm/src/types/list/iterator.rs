//! The iterators of `list`: forward and backward.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::{MethodDef, TypeSpec, method};
use crate::types::Builtin;
use crate::types::indexed_iterator::{self, IndexedIterator, reduced_at, reduced_exhausted};
use crate::types::iterators::self_iter;
use crate::types::list::List;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `list_iterator`: `list` is `None` once it is exhausted.
    pub struct ListIterator = Builtin::ListIterator {
        pub list: Option<Gc<List>>,
        pub index: usize,
    }
}

/// The index of a `list_iterator` whose state was set to a negative number: no item, until it is set anew.
const ENDED: usize = usize::MAX;

impl ListIterator {
    /// Lets go of the list where there is no next item.
    pub fn end(this: Gc<Self>, vm: &mut Vm) {
        if this.get(vm).index != ENDED {
            this.get_mut(vm).list = None;
        }
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
            ListIterator::end(iterator, vm);
            Ok(None)
        }
    }
}

impl IndexedIterator for ListIterator {
    fn sequence(&self, vm: &Vm) -> Option<(Value, usize)> {
        self.list.map(|list| (list.value(), list.get(vm).len()))
    }

    fn index(&self) -> Option<usize> {
        (self.index != ENDED).then_some(self.index)
    }

    fn set_index(this: Gc<Self>, vm: &mut Vm, index: isize) {
        this.get_mut(vm).index = if index < 0 { ENDED } else { index as usize };
    }

    fn empty(vm: &mut Vm) -> Result<Value, Raised> {
        Ok(List::new(vm)?.value())
    }
}

fn reverse_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let iterator = this.expect::<ListReverseIterator>(vm);
    let ListReverseIterator { list, index, .. } = *iterator.get(vm);
    let Some(list) = list.filter(|_| index >= 0) else { return Ok(None) };
    let item = list.get(vm).get_at(vm, index as usize);
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
    // The lookup may run Python, which may advance the iterator.
    let function = vm.builtin_named("reversed")?;
    let iterator = args.receiver::<ListReverseIterator>(vm);
    let ListReverseIterator { list, index, .. } = *iterator.get(vm);
    let live = list.filter(|_| index >= 0).map(Gc::value);
    match live {
        Some(list) => reduced_at(vm, function, list, index),
        None => {
            let empty = List::new(vm)?.value();
            reduced_exhausted(vm, function, empty)
        }
    }
}

fn reverse_set_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (iterator, [state]) = args.method::<ListReverseIterator, 1>(vm);
    let state = vm.ssize(state)?;
    if let Some(list) = iterator.get(vm).list {
        let n = list.get(vm).len() as isize;
        iterator.get_mut(vm).index = state.clamp(-1, n - 1);
    }
    Ok(Value::NONE)
}

const METHODS: &[MethodDef] = &indexed_iterator::methods::<ListIterator>();

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
