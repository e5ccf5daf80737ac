//! Asynchronous generators: `asend`, `athrow`, `aclose`, `__anext__` and the awaitables they give.
//!
//! What the body yields arrives wrapped (`Wrapped`); what it awaits does not. An awaitable ends with StopIteration holding the
//! wrapped value, and passes everything else on.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::interp::ops::generator::{Answer, drive, drive_exception};
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{MethodDef, NO_NEW, TypeSpec, method};
use crate::types::Builtin;
use crate::types::exceptions;
use crate::types::generator::methods::{check_throw, finish, stop_iteration, throw, thrown, thrown_parts};
use crate::types::generator::{CREATED, FINISHED, Generator};
use crate::types::iterators::self_iter;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// The finaliser hooks were called.
const HOOKED: u32 = 1;
/// `aclose` was begun, or the body has ended.
const CLOSED: u32 = 2;
/// An awaitable of the generator is being awaited.
const BUSY: u32 = 4;

heap_object! {
    /// A value that an asynchronous generator yields, on its way to the awaitable that drives it.
    pub struct Wrapped = Builtin::AsyncGenWrappedValue {
        pub value: Value,
    }
}

heap_object! {
    /// `async_generator_asend` and `async_generator_athrow`.
    pub struct Awaitable = Builtin::AsyncGenASend {
        pub generator: Gc<Generator>,
        /// The value to send; the exception to throw, None for `aclose`.
        pub argument: Value,
        /// `INIT`, `ITERATING`, `DONE`.
        pub state: u32,
        /// `ASEND`, `ATHROW`, `ACLOSE`.
        pub kind: u32,
    }
}

const INIT: u32 = 0;
const ITERATING: u32 = 1;
const DONE: u32 = 2;

const ASEND: u32 = 0;
const ATHROW: u32 = 1;
const ACLOSE: u32 = 2;

impl Awaitable {
    /// Whether nobody has awaited it.
    pub fn is_new(&self) -> bool {
        self.state == INIT
    }

    /// The method that gave it.
    pub fn method(&self) -> &'static str {
        match self.kind {
            ASEND => "asend",
            ATHROW => "athrow",
            _ => "aclose",
        }
    }
}

/// Wraps a yielded value.
pub fn wrap(vm: &mut Vm, value: Value) -> Result<Value, Raised> {
    Ok(vm.new_exact(Wrapped { header: HeaderWord::NEW, value })?.value())
}

fn this_generator(vm: &mut Vm, this: Value) -> Result<Gc<Generator>, Raised> {
    match this.downcast::<Generator>(vm) {
        Some(generator) => Ok(generator),
        None => Err(vm.raise(Exc::TypeError, "expected an asynchronous generator")),
    }
}

/// `ag_running`.
pub fn get_running(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(this_generator(vm, this)?.get(vm).flags & BUSY != 0))
}

/// Calls the hooks of `sys.set_asyncgen_hooks` once for each generator.
fn init_hooks(vm: &mut Vm, generator: Gc<Generator>) -> Result<(), Raised> {
    if generator.get(vm).flags & HOOKED != 0 {
        return Ok(());
    }
    generator.get_mut(vm).flags |= HOOKED;
    if let Some(finalizer) = vm.state(crate::modules::sys::hooks::FINALIZER).and_then(Value::not_none) {
        generator.get_mut(vm).origin = Some(finalizer);
    }
    if let Some(first) = vm.state(crate::modules::sys::hooks::FIRSTITER).and_then(Value::not_none) {
        vm.call(first, &[generator.value()])?;
    }
    Ok(())
}

fn awaitable(vm: &mut Vm, generator: Gc<Generator>, kind: u32, argument: Value) -> Result<Value, Raised> {
    init_hooks(vm, generator)?;
    let shape = if kind == ASEND { Builtin::AsyncGenASend } else { Builtin::AsyncGenAThrow };
    let awaitable = Awaitable { header: HeaderWord::NEW, generator, argument, state: INIT, kind };
    let awaitable = vm.new_object(shape as u32, awaitable)?.value();
    vm.note_unawaited(awaitable);
    Ok(awaitable)
}

/// `__anext__`.
pub fn anext(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let generator = this_generator(vm, this)?;
    awaitable(vm, generator, ASEND, Value::NONE)
}

fn asend(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let generator = this_generator(vm, args.get(0))?;
    awaitable(vm, generator, ASEND, args.get(1))
}

fn athrow(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let generator = this_generator(vm, args.get(0))?;
    check_throw(vm, args, "athrow")?;
    // What is thrown is found out when it is thrown.
    let parts = args.tuple_from(vm, 1)?.value();
    awaitable(vm, generator, ATHROW, parts)
}

fn aclose(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let generator = this_generator(vm, args.get(0))?;
    awaitable(vm, generator, ACLOSE, Value::NONE)
}

fn class_getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let module = crate::import::import_module(vm, "types")?;
    let alias = vm.get_attr_str(module, "GenericAlias")?;
    vm.call(alias, &[args.get(0), args.get(1)])
}

/// The methods of `async_generator`.
pub const METHODS: &[MethodDef] = &[
    crate::types::generic_alias::CLASS_GETITEM,
    method("asend($self, arg, /)", asend, "asend(v) -> send 'v' in generator."),
    MethodDef::raw(
        "athrow",
        athrow,
        "athrow(value)\nathrow(type[,value[,tb]])\n\nraise exception in generator.\nthe (type, val, tb) signature is deprecated, \nand may be removed in a future version of Python.",
    ),
    method("aclose($self, /)", aclose, "aclose() -> raise GeneratorExit inside generator."),
    crate::spec::class_method("__class_getitem__($type, item, /)", class_getitem, "See PEP 585"),
];

fn this_awaitable(vm: &mut Vm, this: Value) -> Result<Gc<Awaitable>, Raised> {
    match this.downcast::<Awaitable>(vm) {
        Some(awaitable) => Ok(awaitable),
        None => Err(vm.raise(Exc::TypeError, "expected an awaitable of an asynchronous generator")),
    }
}

fn names(kind: u32) -> (&'static str, &'static str) {
    match kind {
        ASEND => ("__anext__()/asend()", "asend()"),
        ATHROW => ("aclose()/athrow()", "athrow()"),
        _ => ("aclose()/athrow()", "aclose()"),
    }
}

/// Drives the generator one step further with a value or an exception.
fn step(vm: &mut Vm, this: Gc<Awaitable>, value: Value) -> Result<Value, Raised> {
    if this.get(vm).is_new() {
        vm.forget_unawaited(this.value());
    }
    let (generator, kind) = (this.get(vm).generator, this.get(vm).kind);
    match this.get(vm).state {
        DONE => {
            let message = format!("cannot reuse already awaited {}", names(kind).0);
            return Err(vm.raise(Exc::RuntimeError, message));
        }
        INIT => {
            if generator.get(vm).flags & BUSY != 0 {
                this.get_mut(vm).state = DONE;
                let what = match kind {
                    ASEND => "anext()",
                    ATHROW => "athrow()",
                    _ => "aclose()",
                };
                let message = format!("{what}: asynchronous generator is already running");
                return Err(vm.raise(Exc::RuntimeError, message));
            }
            if kind != ASEND {
                return begin_throw(vm, this, value);
            }
            this.get_mut(vm).state = ITERATING;
            generator.get_mut(vm).flags |= BUSY;
            let value = if value.is_none() { this.get(vm).argument } else { value };
            let answer = send(vm, generator, value);
            return conclude(vm, this, answer);
        }
        _ => {}
    }
    let answer = send(vm, generator, value);
    conclude(vm, this, answer)
}

fn send(vm: &mut Vm, generator: Gc<Generator>, value: Value) -> Result<Answer, Raised> {
    if !crate::interp::ops::generator::can_resume(vm, generator)? {
        return Err(vm.raise_with(Exc::StopAsyncIteration, &[]));
    }
    crate::interp::ops::generator::check_first_value(vm, generator, value)?;
    match drive(vm, generator, value)? {
        Answer::Returned(_) => Err(vm.raise_with(Exc::StopAsyncIteration, &[])),
        yielded => Ok(yielded),
    }
}

fn begin_throw(vm: &mut Vm, this: Gc<Awaitable>, value: Value) -> Result<Value, Raised> {
    let (generator, kind, parts) = (this.get(vm).generator, this.get(vm).kind, this.get(vm).argument);
    if generator.get(vm).flags & CLOSED != 0 || (kind == ACLOSE && generator.get(vm).state == FINISHED) {
        this.get_mut(vm).state = DONE;
        if kind == ACLOSE {
            return Err(stop_iteration(vm, Value::NONE));
        }
        return Err(vm.raise_with(Exc::StopAsyncIteration, &[]));
    }
    if !value.is_none() {
        let what = "coroutine";
        return Err(vm.raise(Exc::RuntimeError, format!("can't send non-None value to a just-started {what}")));
    }
    this.get_mut(vm).state = ITERATING;
    generator.get_mut(vm).flags |= BUSY;
    if kind == ACLOSE {
        generator.get_mut(vm).flags |= CLOSED;
        if generator.get(vm).state == CREATED {
            finish(vm, generator);
            end(vm, this);
            return Err(stop_iteration(vm, Value::NONE));
        }
        let exit = vm.new_exception(Exc::GeneratorExit, &[])?;
        let answer = match crate::interp::ops::generator::delegate(vm, generator) {
            Some(_) => throw(vm, generator, exit, false),
            None => drive_exception(vm, generator, exit),
        };
        return conclude(vm, this, answer);
    }
    let part = |vm: &Vm, i: usize| parts.downcast::<Tuple>(vm).and_then(|parts| parts.get(vm).items().get(i).copied());
    let (class, value, traceback) = (part(vm, 0).unwrap_or(Value::NONE), part(vm, 1), part(vm, 2));
    let answer = match thrown_parts(vm, class, value, traceback) {
        Ok(exception) => throw(vm, generator, exception, false),
        Err(raised) => Err(raised),
    };
    let answer = match answer {
        Ok(Answer::Returned(_)) => Err(vm.raise_with(Exc::StopAsyncIteration, &[])),
        answer => answer,
    };
    conclude(vm, this, answer)
}

fn end(vm: &mut Vm, this: Gc<Awaitable>) {
    this.get_mut(vm).state = DONE;
    let generator = this.get(vm).generator;
    generator.get_mut(vm).flags &= !BUSY;
}

/// What a step means for the awaitable: an awaited thing passes, a yielded value ends it.
fn conclude(vm: &mut Vm, this: Gc<Awaitable>, answer: Result<Answer, Raised>) -> Result<Value, Raised> {
    let kind = this.get(vm).kind;
    match answer {
        Ok(Answer::Yielded(value)) => match value.exact::<Wrapped>() {
            None => Ok(value),
            Some(_) if kind == ACLOSE => {
                end(vm, this);
                Err(vm.raise(Exc::RuntimeError, "async generator ignored GeneratorExit"))
            }
            Some(wrapped) => {
                end(vm, this);
                let value = wrapped.get(vm).value;
                Err(stop_iteration(vm, value))
            }
        },
        Ok(Answer::Returned(_)) => {
            end(vm, this);
            Err(stop_iteration(vm, Value::NONE))
        }
        Err(raised) => {
            end(vm, this);
            let generator = this.get(vm).generator;
            if vm.raised_is(Exc::StopAsyncIteration) || vm.raised_is(Exc::GeneratorExit) {
                generator.get_mut(vm).flags |= CLOSED;
                if kind == ACLOSE {
                    let _ = vm.take_raised(raised);
                    return Err(stop_iteration(vm, Value::NONE));
                }
            }
            Err(raised)
        }
    }
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let awaitable = this_awaitable(vm, this)?;
    step(vm, awaitable, Value::NONE).map(Some)
}

fn send_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let awaitable = this_awaitable(vm, args.get(0))?;
    step(vm, awaitable, args.get(1))
}

fn throw_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let awaitable = this_awaitable(vm, args.get(0))?;
    let (generator, kind) = (awaitable.get(vm).generator, awaitable.get(vm).kind);
    match awaitable.get(vm).state {
        DONE => {
            let message = format!("cannot reuse already awaited {}", names(kind).0);
            return Err(vm.raise(Exc::RuntimeError, message));
        }
        INIT => {
            if generator.get(vm).flags & BUSY != 0 {
                awaitable.get_mut(vm).state = DONE;
                let what = if kind == ASEND { "anext()" } else { names(kind).1 };
                let message = format!("{what}: asynchronous generator is already running");
                return Err(vm.raise(Exc::RuntimeError, message));
            }
            awaitable.get_mut(vm).state = ITERATING;
            generator.get_mut(vm).flags |= BUSY;
        }
        _ => {}
    }
    let exception = thrown(vm, args, "throw")?;
    let answer = match throw(vm, generator, exception, false) {
        Ok(Answer::Returned(_)) => Err(vm.raise_with(Exc::StopAsyncIteration, &[])),
        answer => answer,
    };
    conclude(vm, awaitable, answer)
}

fn close_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let awaitable = this_awaitable(vm, args.get(0))?;
    if awaitable.get(vm).state == DONE {
        return Ok(Value::NONE);
    }
    if awaitable.get(vm).state == INIT {
        awaitable.get_mut(vm).state = DONE;
        return Ok(Value::NONE);
    }
    let exit = vm.new_exception(Exc::GeneratorExit, &[])?;
    let generator = awaitable.get(vm).generator;
    let answer = throw(vm, generator, exit, false);
    match conclude(vm, awaitable, answer) {
        Ok(_) => Err(vm.raise(Exc::RuntimeError, "coroutine ignored GeneratorExit")),
        Err(raised) => {
            let exception = vm.take_raised(raised);
            let swallowed = [Exc::StopIteration, Exc::StopAsyncIteration, Exc::GeneratorExit];
            if swallowed.iter().any(|exc| exceptions::is_instance(vm, exception, *exc)) {
                return Ok(Value::NONE);
            }
            Err(vm.reraise(exception))
        }
    }
}

const AWAITABLE_METHODS: &[MethodDef] = &[
    method("send($self, arg, /)", send_method, ""),
    MethodDef::raw("throw", throw_method, ""),
    method("close($self, /)", close_method, ""),
];

pub static ASEND_TYPE: TypeSpec = TypeSpec {
    name: "async_generator_asend",
    layout: Some(<Awaitable as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), await_: Some(self_iter), ..Slots::DEFAULT },
    methods: AWAITABLE_METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

pub static ATHROW_TYPE: TypeSpec = TypeSpec {
    name: "async_generator_athrow",
    layout: Some(<Awaitable as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), await_: Some(self_iter), ..Slots::DEFAULT },
    methods: AWAITABLE_METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

pub static WRAPPED_TYPE: TypeSpec = TypeSpec {
    name: "async_generator_wrapped_value",
    layout: Some(<Wrapped as HeapObject>::native),
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
