//! `send`, `throw`, `close`, `__next__` and the attributes of generators and coroutines.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::interp::ops::exception::instance;
use crate::interp::ops::generator::{
    Answer, beside, can_resume, check_first_value, delegate, drive, drive_exception, kind_name,
};
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{GetSetDef, MethodDef, NO_NEW, TypeSpec, WEAKREFABLE, getset, getter, method};
use crate::types::Builtin;
use crate::types::code::Code;
use crate::types::exceptions::BaseException;
use crate::types::generator::{CREATED, FINISHED, Generator, RUNNING, SUSPENDED, asynchronous};
use crate::types::iterators::self_iter;
use crate::types::str::Str;
use crate::types::traceback::Traceback;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

pub(super) fn this_generator(vm: &mut Vm, this: Value) -> Result<Gc<Generator>, Raised> {
    match this.downcast::<Generator>(vm) {
        Some(generator) => Ok(generator),
        None => Err(vm.raise(Exc::TypeError, "expected a generator")),
    }
}

fn is_coroutine(generator: Gc<Generator>) -> bool {
    generator.value().shape_id() == Builtin::Coroutine as u32
}

/// Sends a value: yields it (`Yielded`) or returns (`Returned`). A finished coroutine is an error, a finished generator has
/// returned None.
pub fn send(vm: &mut Vm, generator: Gc<Generator>, value: Value) -> Result<Answer, Raised> {
    if !can_resume(vm, generator)? {
        if is_coroutine(generator) {
            return Err(vm.raise(Exc::RuntimeError, "cannot reuse already awaited coroutine"));
        }
        return Ok(Answer::Returned(Value::NONE));
    }
    check_first_value(vm, generator, value)?;
    drive(vm, generator, value)
}

/// The StopIteration that tells a returned value.
pub fn stop_iteration(vm: &mut Vm, value: Value) -> Raised {
    if value.is_none() { vm.raise_with(Exc::StopIteration, &[]) } else { vm.raise_with(Exc::StopIteration, &[value]) }
}

/// What a step of an iterator gives to who called its method: an item, or StopIteration at its end.
pub fn finish_step(vm: &mut Vm, item: Option<Value>) -> Result<Value, Raised> {
    match item {
        Some(item) => Ok(item),
        None => Err(stop_iteration(vm, Value::NONE)),
    }
}

pub(super) fn unwrap(vm: &mut Vm, answer: Answer) -> Result<Value, Raised> {
    match answer {
        Answer::Yielded(value) => Ok(value),
        Answer::Returned(value) => Err(stop_iteration(vm, value)),
    }
}

pub(super) fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let generator = this_generator(vm, this)?;
    match send(vm, generator, Value::NONE)? {
        Answer::Yielded(value) => Ok(Some(value)),
        Answer::Returned(value) if value.is_none() => Ok(None),
        Answer::Returned(value) => Err(stop_iteration(vm, value)),
    }
}

pub(super) fn send_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let generator = this_generator(vm, args.get(0))?;
    let answer = send(vm, generator, args.get(1))?;
    unwrap(vm, answer)
}

/// Closes what a generator delegates to.
fn close_delegate(vm: &mut Vm, iterator: Value) -> Result<(), Raised> {
    if let Some(inner) = iterator.downcast::<Generator>(vm)
        && inner.value().shape_id() != Builtin::AsyncGenerator as u32
    {
        return close(vm, inner).map(drop);
    }
    match vm.get_attr_opt_name(iterator, crate::names::name::CLOSE) {
        Ok(Some(close)) => vm.call(close, &[]).map(drop),
        Ok(None) => Ok(()),
        Err(raised) => {
            vm.write_unraisable_of(raised, "while closing generator", iterator);
            Ok(())
        }
    }
}

/// `close()`: raises GeneratorExit where the generator is suspended.
pub fn close(vm: &mut Vm, generator: Gc<Generator>) -> Result<Value, Raised> {
    vm.check_native_stack()?;
    match generator.get(vm).state {
        CREATED => {
            finish(vm, generator);
            return Ok(Value::NONE);
        }
        FINISHED => return Ok(Value::NONE),
        RUNNING => {
            let what = kind_name(generator);
            return Err(vm.raise(Exc::ValueError, format!("{what} already executing")));
        }
        _ => {}
    }
    let mut failure = None;
    if let Some(iterator) = delegate(vm, generator) {
        let closed = beside(vm, generator, |vm| close_delegate(vm, iterator));
        if let Err(raised) = closed {
            failure = Some(vm.take_raised(raised));
        }
    } else if !has_handler(vm, generator) {
        // Nobody would see the exception.
        finish(vm, generator);
        return Ok(Value::NONE);
    }
    let exception = match failure {
        Some(exception) => exception,
        None => vm.new_exception(Exc::GeneratorExit, &[])?,
    };
    match drive_exception(vm, generator, exception) {
        Ok(Answer::Yielded(_)) => {
            let what = kind_name(generator);
            Err(vm.raise(Exc::RuntimeError, format!("{what} ignored GeneratorExit")))
        }
        Ok(Answer::Returned(value)) => Ok(value),
        Err(raised) if vm.raised_is(Exc::GeneratorExit) || vm.raised_is(Exc::StopIteration) => {
            let _ = vm.take_raised(raised);
            Ok(Value::NONE)
        }
        Err(raised) => Err(raised),
    }
}

/// Whether a handler protects the place where a generator is suspended.
fn has_handler(vm: &Vm, generator: Gc<Generator>) -> bool {
    let generator = generator.get(vm);
    generator.executable.saved_place(generator.pc).is_none_or(|(register, pc)| register.cleans_up(pc))
}

/// Ends a generator that does not run.
pub fn finish(vm: &mut Vm, generator: Gc<Generator>) {
    vm.forget_generator(generator);
    let generator = generator.get_mut(vm);
    generator.frame = None;
    generator.state = FINISHED;
    generator.slots = None;
    generator.handled = None;
}

/// The exception that `throw(value)` or the old `throw(type, value, traceback)` raises; `args` begin with the receiver.
pub fn thrown(vm: &mut Vm, args: Args<'_>, method: &str) -> Result<Value, Raised> {
    check_throw(vm, args, method)?;
    thrown_parts(vm, args.get(1), args.opt(2), args.opt(3))
}

/// Checks the number of arguments of a `throw`; the old form is deprecated.
pub fn check_throw(vm: &mut Vm, args: Args<'_>, method: &str) -> Result<(), Raised> {
    args.expect(vm, method, 2, 4)?;
    if args.len() > 2 {
        let message =
            format!("the (type, exc, tb) signature of {method}() is deprecated, use the single-arg signature instead.");
        vm.warn(Exc::DeprecationWarning, &message, 0)?;
    }
    Ok(())
}

/// The exception that the arguments of a `throw` stand for.
pub fn thrown_parts(
    vm: &mut Vm,
    class: Value,
    value: Option<Value>,
    traceback: Option<Value>,
) -> Result<Value, Raised> {
    let traceback = traceback.filter(|traceback| !traceback.is_none());
    if traceback.is_some_and(|traceback| traceback.exact::<Traceback>().is_none()) {
        return Err(vm.raise(Exc::TypeError, "throw() third argument must be a traceback object"));
    }
    let value = value.filter(|value| !value.is_none());
    let exception = if class.downcast::<BaseException>(vm).is_some() {
        if value.is_some() {
            return Err(vm.raise(Exc::TypeError, "instance exception may not have a separate value"));
        }
        class
    } else {
        let base = vm.exception_class(Exc::BaseException);
        match class.downcast::<Type>(vm) {
            Some(kind) if Type::is_subtype(kind, vm, base) => match value {
                Some(value) if vm.is_instance(value, kind) => value,
                // What goes wrong here is thrown instead.
                Some(value) => match vm.call(class, &[value]) {
                    Ok(exception) => exception,
                    Err(raised) => return Ok(vm.take_raised(raised)),
                },
                None => match instance(vm, class, "") {
                    Ok(exception) => exception,
                    Err(raised) => return Ok(vm.take_raised(raised)),
                },
            },
            _ => {
                let got = vm.type_name(class);
                let message = format!("exceptions must be classes or instances deriving from BaseException, not {got}");
                return Err(vm.raise(Exc::TypeError, message));
            }
        }
    };
    if let (Some(traceback), Some(base)) = (traceback, exception.downcast::<BaseException>(vm)) {
        base.get_mut(vm).traceback = Some(traceback);
    }
    Ok(exception)
}

/// Raises an exception where a generator is suspended, or in what it delegates to.
pub fn throw(vm: &mut Vm, generator: Gc<Generator>, exception: Value, close_on_exit: bool) -> Result<Answer, Raised> {
    vm.check_native_stack()?;
    if !can_resume(vm, generator)? {
        if is_coroutine(generator) {
            return Err(vm.raise(Exc::RuntimeError, "cannot reuse already awaited coroutine"));
        }
        return Err(vm.raise_value(exception));
    }
    let Some(iterator) = delegate(vm, generator) else { return drive_exception(vm, generator, exception) };
    let is_exit = crate::types::exceptions::is_instance(vm, exception, Exc::GeneratorExit);
    if is_exit && close_on_exit {
        let closed = beside(vm, generator, |vm| close_delegate(vm, iterator));
        let exception = match closed {
            Ok(()) => exception,
            Err(raised) => vm.take_raised(raised),
        };
        return drive_exception(vm, generator, exception);
    }
    let inner = iterator.downcast::<Generator>(vm).filter(|_| iterator.shape_id() != Builtin::AsyncGenerator as u32);
    // When the method cannot be looked up, the generator is not bothered.
    let method = match inner {
        Some(_) => None,
        None => vm.get_attr_opt_name(iterator, crate::names::name::THROW)?,
    };
    let result = beside(vm, generator, |vm| match inner {
        Some(inner) => match throw(vm, inner, exception, close_on_exit) {
            Ok(Answer::Yielded(value)) => Ok(Some(value)),
            Ok(Answer::Returned(value)) => Err(stop_iteration(vm, value)),
            Err(raised) => Err(raised),
        },
        None => match method {
            Some(method) => vm.call(method, &[exception]).map(Some),
            None => Ok(None),
        },
    });
    match result {
        Ok(Some(value)) => Ok(Answer::Yielded(value)),
        Ok(None) => drive_exception(vm, generator, exception),
        Err(raised) => {
            let exception = vm.take_raised(raised);
            drive_exception(vm, generator, exception)
        }
    }
}

pub(super) fn throw_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let generator = this_generator(vm, args.get(0))?;
    let exception = thrown(vm, args, "throw")?;
    let answer = throw(vm, generator, exception, true)?;
    unwrap(vm, answer)
}

pub(super) fn close_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let generator = this_generator(vm, args.get(0))?;
    close(vm, generator)
}

pub(super) fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let generator = this_generator(vm, this)?;
    let what = match kind_name(generator) {
        "async generator" => "async_generator",
        what => what,
    };
    let qualname = vm.text_of(generator.get(vm).qualname).unwrap_or_default();
    let id = crate::types::object::id_number(vm, this);
    vm.new_str(&format!("<{what} object {qualname} at {id:#x}>"))
}

pub(super) fn get_name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this_generator(vm, this)?.get(vm).name)
}

fn name_text(vm: &mut Vm, value: Option<Value>, attribute: &str) -> Result<Value, Raised> {
    match value {
        Some(value) if value.downcast::<Str>(vm).is_some() => Ok(value),
        _ => Err(vm.raise(Exc::TypeError, format!("{attribute} must be set to a string object"))),
    }
}

pub(super) fn set_name(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let value = name_text(vm, value, "__name__")?;
    this_generator(vm, this)?.get_mut(vm).name = value;
    Ok(())
}

pub(super) fn get_qualname(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this_generator(vm, this)?.get(vm).qualname)
}

pub(super) fn set_qualname(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let value = name_text(vm, value, "__qualname__")?;
    this_generator(vm, this)?.get_mut(vm).qualname = value;
    Ok(())
}

pub(super) fn get_running(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(this_generator(vm, this)?.get(vm).state == RUNNING))
}

pub(super) fn get_suspended(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(this_generator(vm, this)?.get(vm).state == SUSPENDED))
}

pub(super) fn get_delegate(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let generator = this_generator(vm, this)?;
    Ok(delegate(vm, generator).unwrap_or(Value::NONE))
}

pub(super) fn get_code(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let generator = this_generator(vm, this)?;
    let (function, executable) = (generator.get(vm).function, generator.get(vm).executable);
    if let Some(code) = function.get(vm).code.exact::<Code>()
        && code.get(vm).runs(&executable)
    {
        return Ok(code.value());
    }
    Ok(Code::of_executable(vm, executable.get())?.value())
}

pub(super) fn get_frame(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let generator = this_generator(vm, this)?;
    if generator.get(vm).state == FINISHED {
        return Ok(Value::NONE);
    }
    if let Some(frame) = generator.get(vm).frame {
        return Ok(frame);
    }
    for depth in 1..=vm.exec.depth() {
        if vm.exec.frame(depth).is_some_and(|frame| frame.generator == Some(this)) {
            return Ok(vm.frame_object(depth)?.value());
        }
    }
    let function = generator.get(vm).function;
    let frame = crate::types::frame::FrameObject {
        header: HeaderWord::NEW,
        executable: generator.get(vm).executable,
        function,
        globals: function.get(vm).globals,
        locals: generator.get(vm).locals,
        back: None,
        generator: Some(generator),
        slots: None,
        extra: None,
        trace: None,
        depth: 0,
        owner: 0,
        lasti: 0,
        previous: 0,
        flags: 0,
        pad: 0,
    };
    let frame = vm.new_exact(frame)?;
    generator.get_mut(vm).frame = Some(frame.value());
    Ok(frame.value())
}

pub(super) fn get_origin(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this_generator(vm, this)?.get(vm).origin.unwrap_or(Value::NONE))
}

const SEND_DOC: &str = "send(value) -> send 'value' into generator,\nreturn next yielded value or raise StopIteration.";
const THROW_DOC: &str = "throw(value)\nthrow(type[,value[,tb]])\n\nRaise exception in generator, return next yielded value or raise\nStopIteration.\nthe (type, val, tb) signature is deprecated, \nand may be removed in a future version of Python.";
const CLOSE_DOC: &str = "close() -> raise GeneratorExit inside generator.";

const METHODS: &[MethodDef] = &[
    method("send($self, arg, /)", send_method, SEND_DOC),
    MethodDef::raw("throw", throw_method, THROW_DOC),
    method("close($self, /)", close_method, CLOSE_DOC),
    crate::types::generic_alias::CLASS_GETITEM,
];

const GETSET: &[GetSetDef] = &[
    getset("__name__", get_name, set_name, "name of the generator"),
    getset("__qualname__", get_qualname, set_qualname, "qualified name of the generator"),
    getter("gi_yieldfrom", get_delegate, "object being iterated by yield from, or None"),
    getter("gi_running", get_running, ""),
    getter("gi_frame", get_frame, ""),
    getter("gi_suspended", get_suspended, ""),
    getter("gi_code", get_code, ""),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "generator",
    layout: Some(<Generator as HeapObject>::native),
    slots: Slots { repr: Some(repr), iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    flags: NO_NEW | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

const ASYNC_GETSET: &[GetSetDef] = &[
    getset("__name__", get_name, set_name, "name of the async generator"),
    getset("__qualname__", get_qualname, set_qualname, "qualified name of the async generator"),
    getter("ag_await", get_delegate, "object being awaited on, or None"),
    getter("ag_running", asynchronous::get_running, ""),
    getter("ag_frame", get_frame, ""),
    getter("ag_code", get_code, ""),
    getter("ag_suspended", get_suspended, ""),
];

pub static ASYNC_GENERATOR: TypeSpec = TypeSpec {
    name: "async_generator",
    layout: Some(<Generator as HeapObject>::native),
    slots: Slots { repr: Some(repr), aiter: Some(self_iter), anext: Some(asynchronous::anext), ..Slots::DEFAULT },
    methods: asynchronous::METHODS,
    getset: ASYNC_GETSET,
    flags: NO_NEW | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
