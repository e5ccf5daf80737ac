//! `coroutine` and the `coroutine_wrapper` that its `__await__` gives.

use super::methods::{
    close, close_method, get_code, get_delegate, get_frame, get_name, get_origin, get_qualname, get_running,
    get_suspended, next, repr, send, send_method, set_name, set_qualname, this_generator, throw, throw_method, thrown,
    unwrap,
};
use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{GetSetDef, MethodDef, NO_NEW, TypeSpec, WEAKREFABLE, getset, getter, method};
use crate::types::generator::{CoroutineWrapper, Generator};
use crate::types::iterators::self_iter;
use crate::value::Value;
use crate::vm::Vm;

fn await_(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let coroutine = this_generator(vm, this)?;
    Ok(vm.new_exact(CoroutineWrapper { header: HeaderWord::NEW, coroutine })?.value())
}

const COROUTINE_SEND_DOC: &str =
    "send(arg) -> send 'arg' into coroutine,\nreturn next yielded value or raise StopIteration.";

const COROUTINE_THROW_DOC: &str = "throw(value)\nthrow(type[,value[,traceback]])\n\nRaise exception in coroutine, return next yielded value or raise\nStopIteration.\nthe (type, val, tb) signature is deprecated, \nand may be removed in a future version of Python.";

const COROUTINE_CLOSE_DOC: &str = "close() -> raise GeneratorExit inside coroutine.";

const COROUTINE_METHODS: &[MethodDef] = &[
    method("send($self, arg, /)", send_method, COROUTINE_SEND_DOC).hidden(),
    MethodDef::raw("throw", throw_method, COROUTINE_THROW_DOC),
    method("close($self, /)", close_method, COROUTINE_CLOSE_DOC).hidden(),
    crate::types::generic_alias::CLASS_GETITEM,
];

const COROUTINE_GETSET: &[GetSetDef] = &[
    getset("__name__", get_name, set_name, "name of the coroutine"),
    getset("__qualname__", get_qualname, set_qualname, "qualified name of the coroutine"),
    getter("cr_await", get_delegate, "object being awaited on, or None"),
    getter("cr_running", get_running, ""),
    getter("cr_frame", get_frame, ""),
    getter("cr_code", get_code, ""),
    getter("cr_suspended", get_suspended, ""),
    getter("cr_origin", get_origin, ""),
];

/// The row of `coroutine`.
pub static COROUTINE: TypeSpec = TypeSpec {
    name: "coroutine",
    layout: Some(<Generator as HeapObject>::native),
    slots: Slots { repr: Some(repr), await_: Some(await_), ..Slots::DEFAULT },
    methods: COROUTINE_METHODS,
    getset: COROUTINE_GETSET,
    flags: NO_NEW | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

fn wrapped(vm: &mut Vm, this: Value) -> Result<Gc<Generator>, Raised> {
    match this.downcast::<CoroutineWrapper>(vm) {
        Some(wrapper) => Ok(wrapper.get(vm).coroutine),
        None => Err(vm.raise(Exc::TypeError, "expected a coroutine_wrapper")),
    }
}

fn wrapper_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let coroutine = wrapped(vm, this)?;
    next(vm, coroutine.value())
}

fn wrapper_send(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let coroutine = wrapped(vm, args.get(0))?;
    let answer = send(vm, coroutine, args.get(1))?;
    unwrap(vm, answer)
}

fn wrapper_throw(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let coroutine = wrapped(vm, args.get(0))?;
    let exception = thrown(vm, args, "throw")?;
    let answer = throw(vm, coroutine, exception, true)?;
    unwrap(vm, answer)
}

fn wrapper_close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let coroutine = wrapped(vm, args.get(0))?;
    close(vm, coroutine)
}

/// The row of `coroutine_wrapper`.
pub static COROUTINE_WRAPPER: TypeSpec = TypeSpec {
    name: "coroutine_wrapper",
    layout: Some(<CoroutineWrapper as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(wrapper_next), ..Slots::DEFAULT },
    methods: &[
        method("send($self, arg, /)", wrapper_send, ""),
        MethodDef::raw("throw", wrapper_throw, ""),
        method("close($self, /)", wrapper_close, ""),
    ],
    doc: "A wrapper object implementing __await__ for coroutines.",
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
