//! `set_iterator`.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{MethodDef, NO_NEW, TypeSpec, method};
use crate::types::Builtin;
use crate::types::iterators::self_iter;
use crate::types::set::Set;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// An iterator over a set: `set` is `None` once it is exhausted.
    pub struct SetIterator = Builtin::SetIterator {
        pub set: Option<Gc<Set>>,
        /// The number of elements when the iteration began; -1 after it was found changed.
        pub used: isize,
        pub position: usize,
        pub remaining: usize,
    }
}

/// `iter(set)`.
pub fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let set = this.expect::<Set>(vm);
    let used = set.get(vm).len();
    let iterator =
        SetIterator { header: HeaderWord::NEW, set: Some(set), used: used as isize, position: 0, remaining: used };
    Ok(vm.new_exact(iterator)?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let iterator = this.expect::<SetIterator>(vm);
    let SetIterator { set, used, position, remaining, .. } = *iterator.get(vm);
    let Some(set) = set else { return Ok(None) };
    if set.get(vm).len() as isize != used {
        iterator.get_mut(vm).used = -1;
        return Err(vm.raise(Exc::RuntimeError, "Set changed size during iteration"));
    }
    let found = set.get(vm).next_element(vm, position);
    let iterator = iterator.get_mut(vm);
    match found {
        Some((number, element, _)) => {
            iterator.position = number + 1;
            iterator.remaining = remaining.saturating_sub(1);
            Ok(Some(element))
        }
        None => {
            iterator.set = None;
            Ok(None)
        }
    }
}

fn length_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let SetIterator { set, used, remaining, .. } = *args.receiver::<SetIterator>(vm).get(vm);
    let same = set.is_some_and(|set| set.get(vm).len() as isize == used);
    Ok(Value::int(if same { remaining } else { 0 }))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let SetIterator { set, used, position, remaining, .. } = *args.receiver::<SetIterator>(vm).get(vm);
    let copy = vm.new_exact(SetIterator { header: HeaderWord::NEW, set, used, position, remaining })?;
    let rest = vm.list_of(copy.value())?.value();
    let function = vm.builtin_named("iter")?;
    let args = Tuple::from_values(vm, &[rest])?.value();
    Ok(Tuple::from_values(vm, &[function, args])?.value())
}

const METHODS: &[MethodDef] = &[
    method("__length_hint__($self, /)", length_hint, "Private method returning an estimate of len(list(it))."),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "set_iterator",
    layout: Some(<SetIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
