//! What the iterators over a sequence by index share: the hint of their length, and their pickling.

use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::raise::Raised;
use crate::spec::{MethodDef, method};
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// An iterator that counts an index up over one sequence and lets go of the sequence at its end.
pub trait IndexedIterator: HeapObject + Sized {
    /// The sequence with its length as it is now; `None` once the iterator is exhausted.
    fn sequence(&self, vm: &Vm) -> Option<(Value, usize)>;
    /// The index of the next item; `None` where `__setstate__` was given a negative one and the type takes it for the end.
    fn index(&self) -> Option<usize>;
    /// Goes on with the item at `index`, at most the length; what a negative one means differs between the types.
    fn set_index(this: Gc<Self>, vm: &mut Vm, index: isize);
    /// The empty sequence that stands for an exhausted iterator when it is pickled.
    fn empty(vm: &mut Vm) -> Result<Value, Raised>;
}

/// `(iter, (sequence,), index)`.
pub fn reduced_at(vm: &mut Vm, function: Value, sequence: Value, index: isize) -> Result<Value, Raised> {
    let args = Tuple::from_values(vm, &[sequence])?.value();
    let index = vm.new_int(index as i64)?;
    Ok(Tuple::from_values(vm, &[function, args, index])?.value())
}

/// `(iter, (empty,))`: how an exhausted iterator is pickled.
pub fn reduced_exhausted(vm: &mut Vm, function: Value, empty: Value) -> Result<Value, Raised> {
    let args = Tuple::from_values(vm, &[empty])?.value();
    Ok(Tuple::from_values(vm, &[function, args])?.value())
}

fn length_hint<T: IndexedIterator>(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = args.receiver::<T>(vm).get(vm);
    let len = iterator.sequence(vm).map_or(0, |(_, len)| len);
    Ok(Value::int(iterator.index().map_or(0, |index| len.saturating_sub(index))))
}

/// `__reduce__` of the iterator `T`.
pub fn reduce<T: IndexedIterator>(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    // The lookup may run Python, which may advance the iterator.
    let function = vm.builtin_named("iter")?;
    let iterator = args.receiver::<T>(vm).get(vm);
    let (sequence, index) = (iterator.sequence(vm), iterator.index());
    match (sequence, index) {
        (Some((sequence, _)), Some(index)) => reduced_at(vm, function, sequence, index as isize),
        _ => {
            let empty = T::empty(vm)?;
            reduced_exhausted(vm, function, empty)
        }
    }
}

/// `__setstate__` of the iterator `T`: an index beyond the end is moved to it.
pub fn set_state<T: IndexedIterator>(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (iterator, [state]) = args.method::<T, 1>(vm);
    let index = vm.ssize(state)?;
    if let Some((_, len)) = iterator.get(vm).sequence(vm) {
        T::set_index(iterator, vm, index.min(len as isize));
    }
    Ok(Value::NONE)
}

/// The methods of the iterator `T`.
pub const fn methods<T: IndexedIterator>() -> [MethodDef; 3] {
    [
        method("__length_hint__($self, /)", length_hint::<T>, "Private method returning an estimate of len(list(it))."),
        method("__reduce__($self, /)", reduce::<T>, "Return state information for pickling."),
        method("__setstate__($self, object, /)", set_state::<T>, "Set state information for unpickling."),
    ]
}
