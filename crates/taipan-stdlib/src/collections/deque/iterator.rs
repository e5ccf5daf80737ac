//! `_deque_iterator` and `_deque_reverse_iterator`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{MethodDef, TypeSpec, method};
use taipan_vm::types::iterators::self_iter;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::Deque;

heap_object! {
    /// An iterator over a deque, forward or backward by its type.
    pub struct DequeIterator {
        deque: Gc<Deque>,
        /// How many items were given.
        done: usize,
        remaining: usize,
        state: usize,
    }
}

/// A new iterator of one of the two types.
pub fn new(vm: &mut Vm, deque: Value, spec: &'static TypeSpec) -> Result<Value, Raised> {
    let deque = deque.expect::<Deque>(vm);
    let shape = class_of_spec(vm, spec)?.get(vm).root_shape;
    let (remaining, state) = (deque.get(vm).len(), deque.get(vm).state());
    Ok(vm.new_object(shape, DequeIterator { header: HeaderWord::NEW, deque, done: 0, remaining, state })?.value())
}

/// `iter(deque)`.
pub fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    new(vm, this, &ITERATOR)
}

fn construct(vm: &mut Vm, args: Args<'_>, spec: &'static TypeSpec) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("_deque_iterator(deque, index=0, /)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [deque, index] = args.all();
        if deque.downcast::<Deque>(vm).is_none() {
            let got = vm.type_name(deque);
            let message = format!("{}() argument 1 must be collections.deque, not {got}", spec.name);
            return Err(vm.raise(Exc::TypeError, message));
        }
        let index = match index.given() {
            Some(index) => vm.index_isize(index)?.max(0) as usize,
            None => 0,
        };
        let iterator = new(vm, deque, spec)?;
        let this = iterator.expect::<DequeIterator>(vm);
        let skip = index.min(this.get(vm).remaining);
        let this = this.get_mut(vm);
        this.done += skip;
        this.remaining -= skip;
        Ok(iterator)
    })
}

fn forward_new(vm: &mut Vm, _: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    construct(vm, args, &ITERATOR)
}

fn backward_new(vm: &mut Vm, _: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    construct(vm, args, &REVERSE_ITERATOR)
}

fn advance(vm: &mut Vm, this: Value, backward: bool) -> Result<Option<Value>, Raised> {
    let this = this.expect::<DequeIterator>(vm);
    let DequeIterator { deque, done, remaining, state, .. } = *this.get(vm);
    if deque.get(vm).state() != state {
        this.get_mut(vm).remaining = 0;
        return Err(vm.raise(Exc::RuntimeError, "deque mutated during iteration"));
    }
    if remaining == 0 {
        return Ok(None);
    }
    let i = if backward { remaining - 1 } else { done };
    let item = deque.get(vm).get_at(vm, i);
    let this = this.get_mut(vm);
    (this.done, this.remaining) = (done + 1, remaining - 1);
    Ok(item)
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    advance(vm, this, false)
}

fn previous(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    advance(vm, this, true)
}

fn length_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(args.receiver::<DequeIterator>(vm).get(vm).remaining))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let DequeIterator { deque, done, .. } = *args.receiver::<DequeIterator>(vm).get(vm);
    let class = vm.type_of(args.get(0)).value();
    let arguments = Tuple::from_values(vm, &[deque.value(), Value::int(done)])?.value();
    Ok(Tuple::from_values(vm, &[class, arguments])?.value())
}

const METHODS: &[MethodDef] = &[
    method("__length_hint__($self, /)", length_hint, "Private method returning an estimate of len(list(it))."),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
];

pub static ITERATOR: TypeSpec = TypeSpec {
    name: "_deque_iterator",
    module: "collections",
    layout: Some(<DequeIterator as HeapObject>::native),
    slots: Slots { new: Some(forward_new), iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    ..TypeSpec::DEFAULT
};

pub static REVERSE_ITERATOR: TypeSpec = TypeSpec {
    name: "_deque_reverse_iterator",
    module: "collections",
    layout: Some(<DequeIterator as HeapObject>::native),
    slots: Slots { new: Some(backward_new), iter: Some(self_iter), next: Some(previous), ..Slots::DEFAULT },
    methods: METHODS,
    ..TypeSpec::DEFAULT
};
