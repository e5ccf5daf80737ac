//! The iterators behind `iter()`: of objects with `__getitem__`, and of a callable with a sentinel.

use crate::args::Args;
use crate::gc::{HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{MethodDef, NO_NEW, TypeSpec, method};
use crate::types::Builtin;
use crate::types::indexed_iterator::{reduced_at, reduced_exhausted};
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `iterator`: items 0, 1, ... until IndexError.
    pub struct SequenceIterator = Builtin::SequenceIterator {
        pub sequence: Option<Value>,
        pub index: i64,
    }
}

/// `iter(sequence)` of an object with `__getitem__` only.
pub fn sequence_iterator(vm: &mut Vm, sequence: Value) -> Result<Value, Raised> {
    Ok(vm.new_exact(SequenceIterator { header: HeaderWord::NEW, sequence: Some(sequence), index: 0 })?.value())
}

/// The `iter` slot of iterators.
pub fn self_iter(_: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this)
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let Some(iterator) = this.downcast::<SequenceIterator>(vm) else { return Ok(None) };
    let (Some(sequence), index) = (iterator.get(vm).sequence, iterator.get(vm).index) else { return Ok(None) };
    if index == i64::MAX {
        return Err(vm.raise(Exc::OverflowError, "iter index too large"));
    }
    let key = vm.new_int(index)?;
    let result = vm.get_item(sequence, key);
    match result {
        Ok(item) => {
            iterator.get_mut(vm).index = index + 1;
            Ok(Some(item))
        }
        Err(raised) if vm.raised_is(Exc::IndexError) || vm.raised_is(Exc::StopIteration) => {
            let _ = vm.take_raised(raised);
            iterator.get_mut(vm).sequence = None;
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

fn length_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let SequenceIterator { sequence, index, .. } = *args.receiver::<SequenceIterator>(vm).get(vm);
    let Some(sequence) = sequence else { return Ok(Value::int(0)) };
    if vm.slots(sequence).len.is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let n = vm.length(sequence)? as i64;
    vm.new_int((n - index).max(0))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    // The lookup may run Python, which may advance the iterator.
    let function = vm.builtin_named("iter")?;
    let SequenceIterator { sequence, index, .. } = *args.receiver::<SequenceIterator>(vm).get(vm);
    match sequence {
        Some(sequence) => reduced_at(vm, function, sequence, index as isize),
        None => exhausted(vm, function),
    }
}

/// `(iter, ((),))`: how an exhausted iterator is pickled.
fn exhausted(vm: &mut Vm, function: Value) -> Result<Value, Raised> {
    let empty = Tuple::empty(vm)?.value();
    reduced_exhausted(vm, function, empty)
}

fn set_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [state]) = args.method::<SequenceIterator, 1>(vm);
    let index = vm.index_isize(state)?;
    if this.get(vm).sequence.is_some() {
        this.get_mut(vm).index = index.max(0) as i64;
    }
    Ok(Value::NONE)
}

const METHODS: &[MethodDef] = &[
    method("__length_hint__($self, /)", length_hint, "Private method returning an estimate of len(list(it))."),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    method("__setstate__($self, object, /)", set_state, "Set state information for unpickling."),
];

pub static SEQUENCE_ITERATOR: TypeSpec = TypeSpec {
    name: "iterator",
    layout: Some(<SequenceIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

heap_object! {
    /// `callable_iterator`: calls until the sentinel comes; both are empty once it is exhausted.
    pub struct CallableIterator = Builtin::CallableIterator {
        pub callable: Option<Value>,
        pub sentinel: Option<Value>,
    }
}

/// `iter(callable, sentinel)`.
pub fn callable_iterator(vm: &mut Vm, callable: Value, sentinel: Value) -> Result<Value, Raised> {
    let iterator = CallableIterator { header: HeaderWord::NEW, callable: Some(callable), sentinel: Some(sentinel) };
    Ok(vm.new_exact(iterator)?.value())
}

fn call_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<CallableIterator>(vm);
    let Some(callable) = this.get(vm).callable else { return Ok(None) };
    let result = vm.call(callable, &[]);
    let result = vm.catch(result, Exc::StopIteration)?;
    // The call may have exhausted the iterator itself.
    if let (Some(item), Some(sentinel)) = (result, this.get(vm).sentinel)
        && !vm.is_equal(sentinel, item)?
    {
        return Ok(Some(item));
    }
    let this = this.get_mut(vm);
    (this.callable, this.sentinel) = (None, None);
    Ok(None)
}

fn call_reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<CallableIterator>(vm);
    let function = vm.builtin_named("iter")?;
    match (this.get(vm).callable, this.get(vm).sentinel) {
        (Some(callable), Some(sentinel)) => {
            let args = Tuple::from_values(vm, &[callable, sentinel])?.value();
            Ok(Tuple::from_values(vm, &[function, args])?.value())
        }
        _ => exhausted(vm, function),
    }
}

const CALL_METHODS: &[MethodDef] =
    &[method("__reduce__($self, /)", call_reduce, "Return state information for pickling.")];

pub static CALLABLE_ITERATOR: TypeSpec = TypeSpec {
    name: "callable_iterator",
    layout: Some(<CallableIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(call_next), ..Slots::DEFAULT },
    methods: CALL_METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
