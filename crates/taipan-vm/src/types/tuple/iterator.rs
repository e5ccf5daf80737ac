//! `tuple_iterator`.

use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::{MethodDef, NO_NEW, TypeSpec};
use crate::types::Builtin;
use crate::types::indexed_iterator::{self, IndexedIterator};
use crate::types::iterators::self_iter;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `tuple_iterator`: `tuple` is `None` once it is exhausted.
    pub struct TupleIterator = Builtin::TupleIterator {
        pub tuple: Option<Gc<Tuple>>,
        pub index: usize,
    }
}

/// `iter(tuple)`.
pub fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let tuple = this.expect::<Tuple>(vm);
    Ok(vm.new_exact(TupleIterator { header: HeaderWord::NEW, tuple: Some(tuple), index: 0 })?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let iterator = this.expect::<TupleIterator>(vm);
    let TupleIterator { tuple, index, .. } = *iterator.get(vm);
    let Some(tuple) = tuple else { return Ok(None) };
    let item = tuple.get(vm).items().get(index).copied();
    let iterator = iterator.get_mut(vm);
    match item {
        Some(_) => iterator.index = index + 1,
        None => iterator.tuple = None,
    }
    Ok(item)
}

impl IndexedIterator for TupleIterator {
    fn sequence(&self, vm: &Vm) -> Option<(Value, usize)> {
        self.tuple.map(|tuple| (tuple.value(), tuple.get(vm).len()))
    }

    fn index(&self) -> Option<usize> {
        Some(self.index)
    }

    fn set_index(this: Gc<Self>, vm: &mut Vm, index: isize) {
        this.get_mut(vm).index = index.max(0) as usize;
    }

    fn empty(vm: &mut Vm) -> Result<Value, Raised> {
        Ok(Tuple::empty(vm)?.value())
    }
}

const METHODS: &[MethodDef] = &indexed_iterator::methods::<TupleIterator>();

pub static TYPE: TypeSpec = TypeSpec {
    name: "tuple_iterator",
    layout: Some(<TupleIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
