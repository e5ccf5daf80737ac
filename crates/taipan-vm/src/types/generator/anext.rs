//! `anext_awaitable`: what `anext(iterator, default)` gives. The end of the iteration becomes the default.

use crate::args::Args;
use crate::gc::{HeaderWord, HeapObject};
use crate::heap_object;
use crate::interp::ops::iter::awaitable_iterator;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{MethodDef, NO_NEW, TypeSpec, method};
use crate::types::Builtin;
use crate::types::generator::methods::{finish_step, stop_iteration};
use crate::types::iterators::self_iter;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// The awaitable of `anext` with a default.
    pub struct AnextAwaitable = Builtin::AnextAwaitable {
        pub wrapped: Value,
        pub default: Value,
    }
}

/// `anext(iterator, default)` with what the iterator's `__anext__` gave.
pub fn awaitable(vm: &mut Vm, wrapped: Value, default: Value) -> Result<Value, Raised> {
    Ok(vm.new_exact(AnextAwaitable { header: HeaderWord::NEW, wrapped, default })?.value())
}

fn parts(vm: &mut Vm, this: Value) -> Result<(Value, Value), Raised> {
    let Some(this) = this.exact::<AnextAwaitable>() else {
        return Err(vm.raise(Exc::TypeError, "expected an anext_awaitable"));
    };
    let (wrapped, default) = (this.get(vm).wrapped, this.get(vm).default);
    let iterator = awaitable_iterator(vm, wrapped)?;
    // A coroutine is driven through what its `__await__` gives.
    let iterator = match vm.slots(iterator) {
        slots if slots.next.is_none() => match slots.await_ {
            Some(get) => get(vm, iterator)?,
            None => iterator,
        },
        _ => iterator,
    };
    Ok((iterator, default))
}

fn answer(vm: &mut Vm, result: Result<Option<Value>, Raised>, default: Value) -> Result<Option<Value>, Raised> {
    match result {
        Err(raised) if vm.raised_is(Exc::StopAsyncIteration) => {
            let _ = vm.take_raised(raised);
            Err(stop_iteration(vm, default))
        }
        result => result,
    }
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let (iterator, default) = parts(vm, this)?;
    let result = vm.next_or_stop(iterator);
    answer(vm, result, default)
}

fn forward(vm: &mut Vm, args: Args<'_>, method: &str) -> Result<Value, Raised> {
    let (iterator, default) = parts(vm, args.get(0))?;
    let rest = args.tuple_from(vm, 1)?;
    let method = vm.get_attr_str(iterator, method)?;
    let result = vm.call_tuple(method, rest, None).map(Some);
    let result = answer(vm, result, default)?;
    finish_step(vm, result)
}

fn send(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    forward(vm, args, "send")
}

fn throw(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    forward(vm, args, "throw")
}

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (iterator, _) = parts(vm, args.get(0))?;
    let rest = Tuple::empty(vm)?;
    let method = vm.get_attr_str(iterator, "close")?;
    vm.call_tuple(method, rest, None)
}

const SEND_DOC: &str =
    "send(arg) -> send 'arg' into the wrapped iterator,\nreturn next yielded value or raise StopIteration.";
const THROW_DOC: &str = "throw(value)\nthrow(typ[,val[,tb]])\n\nraise exception in the wrapped iterator, return next yielded value\nor raise StopIteration.\nthe (type, val, tb) signature is deprecated, \nand may be removed in a future version of Python.";

const METHODS: &[MethodDef] = &[
    method("send($self, arg, /)", send, SEND_DOC).hidden(),
    MethodDef::raw("throw", throw, THROW_DOC),
    method("close($self, /)", close, "close() -> raise GeneratorExit inside generator.").hidden(),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "anext_awaitable",
    layout: Some(<AnextAwaitable as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), await_: Some(self_iter), ..Slots::DEFAULT },
    methods: METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
