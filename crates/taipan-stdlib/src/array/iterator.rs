//! `array.arrayiterator`.

use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::Raised;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{MethodDef, NO_NEW, TypeSpec, method};
use taipan_vm::types::indexed_iterator::{self, IndexedIterator};
use taipan_vm::types::iterators::self_iter;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::Array;

heap_object! {
    /// An iterator over an array: `array` is `None` once it is exhausted.
    pub struct ArrayIterator {
        array: Option<Gc<Array>>,
        index: usize,
    }
}

/// `iter(array)`.
pub fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let array = Some(this.expect::<Array>(vm));
    let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
    Ok(vm.new_object(shape, ArrayIterator { header: HeaderWord::NEW, array, index: 0 })?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<ArrayIterator>(vm);
    let ArrayIterator { array, index, .. } = *this.get(vm);
    let Some(array) = array else { return Ok(None) };
    if index >= array.get(vm).len() {
        this.get_mut(vm).array = None;
        return Ok(None);
    }
    this.get_mut(vm).index = index + 1;
    Array::get_at(array, vm, index).map(Some)
}

impl IndexedIterator for ArrayIterator {
    fn sequence(&self, vm: &Vm) -> Option<(Value, usize)> {
        self.array.map(|array| (array.value(), array.get(vm).len()))
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

const METHODS: &[MethodDef] = &[
    method("__reduce__($self, /)", indexed_iterator::reduce::<ArrayIterator>, "Return state information for pickling."),
    method(
        "__setstate__($self, state, /)",
        indexed_iterator::set_state::<ArrayIterator>,
        "Set state information for unpickling.",
    ),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "arrayiterator",
    module: "array",
    layout: Some(<ArrayIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
