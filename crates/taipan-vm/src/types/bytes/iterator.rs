//! `bytes_iterator` and `bytearray_iterator`: one layout for both.

use crate::args::Args;
use crate::gc::{HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::{MethodDef, NO_NEW, TypeSpec, method};
use crate::types::Builtin;
use crate::types::bytearray::ByteArray;
use crate::types::bytes::contents::contents;
use crate::types::iterators::self_iter;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// An iterator over bytes: `sequence` is `None` once it is exhausted.
    pub struct ByteIterator {
        pub sequence: Option<Value>,
        pub index: usize,
    }
}

/// `iter(bytes)` and `iter(bytearray)`.
pub fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let is_array = this.downcast::<ByteArray>(vm).is_some();
    let builtin = if is_array { Builtin::ByteArrayIterator } else { Builtin::BytesIterator };
    let shape = vm.class(builtin).get(vm).root_shape;
    Ok(vm.new_object(shape, ByteIterator { header: HeaderWord::NEW, sequence: Some(this), index: 0 })?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let iterator = this.expect::<ByteIterator>(vm);
    let ByteIterator { sequence, index, .. } = *iterator.get(vm);
    let Some(sequence) = sequence else { return Ok(None) };
    let item = contents(vm, sequence).get(index).copied();
    let iterator = iterator.get_mut(vm);
    match item {
        Some(_) => iterator.index = index + 1,
        None => iterator.sequence = None,
    }
    Ok(item.map(|byte| Value::int(byte.into())))
}

fn length_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = args.receiver::<ByteIterator>(vm);
    let ByteIterator { sequence, index, .. } = *iterator.get(vm);
    Ok(Value::int(sequence.map_or(0, |sequence| contents(vm, sequence).len().saturating_sub(index))))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = args.receiver::<ByteIterator>(vm);
    let ByteIterator { sequence, index, .. } = *iterator.get(vm);
    let function = vm.builtin_named("iter")?;
    match sequence {
        Some(sequence) => crate::types::list::iterator::reduced(vm, function, Some(sequence), index as isize),
        None => {
            let empty = Tuple::empty(vm)?.value();
            let args = Tuple::from_values(vm, &[empty])?.value();
            Ok(Tuple::from_values(vm, &[function, args])?.value())
        }
    }
}

fn set_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (iterator, [state]) = args.method::<ByteIterator, 1>(vm);
    let state = vm.index_isize(state)?;
    if let Some(sequence) = iterator.get(vm).sequence {
        let n = contents(vm, sequence).len() as isize;
        iterator.get_mut(vm).index = state.clamp(0, n) as usize;
    }
    Ok(Value::NONE)
}

const METHODS: &[MethodDef] = &[
    method("__length_hint__($self, /)", length_hint, "Private method returning an estimate of len(list(it))."),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    method("__setstate__($self, object, /)", set_state, "Set state information for unpickling."),
];

pub static BYTES_ITERATOR: TypeSpec = TypeSpec {
    name: "bytes_iterator",
    layout: Some(<ByteIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

pub static BYTEARRAY_ITERATOR: TypeSpec = TypeSpec {
    name: "bytearray_iterator",
    layout: Some(<ByteIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
