//! `bytes_iterator` and `bytearray_iterator`: one layout for both.

use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::{MethodDef, NO_NEW, TypeSpec};
use crate::types::Builtin;
use crate::types::bytearray::ByteArray;
use crate::types::bytes::contents::contents;
use crate::types::indexed_iterator::{self, IndexedIterator};
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

impl IndexedIterator for ByteIterator {
    fn sequence(&self, vm: &Vm) -> Option<(Value, usize)> {
        self.sequence.map(|sequence| (sequence, contents(vm, sequence).len()))
    }

    fn index(&self) -> Option<usize> {
        Some(self.index)
    }

    fn set_index(this: Gc<Self>, vm: &mut Vm, index: isize) {
        let backing = this.get(vm).sequence;
        if index < 0 && backing.is_some_and(|sequence| sequence.downcast::<ByteArray>(vm).is_some()) {
            this.get_mut(vm).sequence = None;
        }
        this.get_mut(vm).index = index.max(0) as usize;
    }

    fn empty(vm: &mut Vm) -> Result<Value, Raised> {
        Ok(Tuple::empty(vm)?.value())
    }
}

const METHODS: &[MethodDef] = &indexed_iterator::methods::<ByteIterator>();

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
