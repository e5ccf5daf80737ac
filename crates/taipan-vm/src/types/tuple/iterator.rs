//! `tuple_iterator`.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::{MethodDef, NO_NEW, TypeSpec, method};
use crate::types::Builtin;
use crate::types::iterators::self_iter;
use crate::types::list::iterator::reduced;
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

fn length_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = args.receiver::<TupleIterator>(vm);
    let TupleIterator { tuple, index, .. } = *iterator.get(vm);
    Ok(Value::int(tuple.map_or(0, |tuple| tuple.get(vm).len().saturating_sub(index))))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = args.receiver::<TupleIterator>(vm);
    let TupleIterator { tuple, index, .. } = *iterator.get(vm);
    let function = vm.builtin_named("iter")?;
    match tuple {
        Some(tuple) => reduced(vm, function, Some(tuple.value()), index as isize),
        None => {
            let empty = Tuple::empty(vm)?.value();
            let args = Tuple::from_values(vm, &[empty])?.value();
            Ok(Tuple::from_values(vm, &[function, args])?.value())
        }
    }
}

fn set_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (iterator, [state]) = args.method::<TupleIterator, 1>(vm);
    let state = vm.index_isize(state)?;
    if let Some(tuple) = iterator.get(vm).tuple {
        let n = tuple.get(vm).len() as isize;
        iterator.get_mut(vm).index = state.clamp(0, n) as usize;
    }
    Ok(Value::NONE)
}

const METHODS: &[MethodDef] = &[
    method("__length_hint__($self, /)", length_hint, "Private method returning an estimate of len(list(it))."),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    method("__setstate__($self, object, /)", set_state, "Set state information for unpickling."),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "tuple_iterator",
    layout: Some(<TupleIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
