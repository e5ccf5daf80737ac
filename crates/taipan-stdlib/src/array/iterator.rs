//! `array.arrayiterator`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::Raised;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{MethodDef, NO_NEW, TypeSpec, method};
use taipan_vm::types::iterators::self_iter;
use taipan_vm::types::list::iterator::reduced;
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

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let ArrayIterator { array, index, .. } = *args.receiver::<ArrayIterator>(vm).get(vm);
    let function = vm.builtin_named("iter")?;
    match array {
        Some(array) => reduced(vm, function, Some(array.value()), index as isize),
        None => {
            let empty = taipan_vm::types::tuple::Tuple::empty(vm)?.value();
            let args = taipan_vm::types::tuple::Tuple::from_values(vm, &[empty])?.value();
            Ok(taipan_vm::types::tuple::Tuple::from_values(vm, &[function, args])?.value())
        }
    }
}

fn set_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [state]) = args.method::<ArrayIterator, 1>(vm);
    let index = vm.index_isize(state)?;
    if let Some(array) = this.get(vm).array {
        let n = array.get(vm).len() as isize;
        this.get_mut(vm).index = index.clamp(0, n) as usize;
    }
    Ok(Value::NONE)
}

const METHODS: &[MethodDef] = &[
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    method("__setstate__($self, state, /)", set_state, "Set state information for unpickling."),
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
