//! Raising, matching and leaving handlers.

use super::super::frame::Ret;
use super::super::op::Op;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::types::exceptions::{self, BaseException, ValueException};
use crate::types::traceback::Traceback;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

/// Makes an exception pending again: the running frame has its traceback entry already.
pub fn raise_again(vm: &mut Vm, exception: Value) -> Raised {
    vm.exec.reraised = true;
    vm.reraise(exception)
}

/// PUSH_EXC_INFO. In a generator the exception its resumer handles is not its own: None stands for it.
pub fn push_exc_info(vm: &mut Vm, op: Op) {
    let slot = op.word().a();
    let exception = op.get(slot);
    let mut previous = vm.handled;
    let depth = vm.exec.depth();
    if let Some(frame) = vm.exec.frame_mut(depth)
        && frame.generator.is_some()
    {
        if frame.ret.0 & Ret::HANDLES == 0 {
            previous = None;
        }
        frame.ret = Ret(frame.ret.0 | Ret::HANDLES);
    }
    op.set(slot, previous.unwrap_or(Value::NONE));
    op.set(slot + 1, exception);
    vm.handled = Some(exception);
}

/// POP_EXCEPT.
pub fn pop_except(vm: &mut Vm, op: Op) {
    let previous = op.ra();
    let depth = vm.exec.depth();
    vm.handled = match vm.exec.frame_mut(depth) {
        Some(frame) if previous.is_none() && frame.generator.is_some() => {
            frame.ret = Ret(frame.ret.0 & !Ret::HANDLES);
            frame.handled
        }
        _ => previous.not_none(),
    };
}

fn exception_class(vm: &mut Vm, value: Value) -> Option<Gc<Type>> {
    let class = value.downcast::<Type>(vm)?;
    let base = vm.exception_class(Exc::BaseException);
    Type::is_subtype(class, vm, base).then_some(class)
}

fn is_exception(vm: &Vm, value: Value) -> bool {
    value.downcast::<BaseException>(vm).is_some()
}

/// CHECK_EXC_MATCH.
#[inline(never)]
pub fn check_exc_match(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let (exception, wanted) = (op.rb(), op.rc());
    check_types(vm, wanted, "catching classes that do not inherit from BaseException is not allowed")?;
    Ok(Value::bool(matches(vm, exception, wanted)))
}

fn check_types(vm: &mut Vm, wanted: Value, message: &str) -> Result<(), Raised> {
    let fine = match wanted.downcast::<Tuple>(vm) {
        Some(tuple) => {
            let mut fine = true;
            for i in 0..tuple.get(vm).len() {
                let item = tuple.get(vm).at(i);
                fine &= exception_class(vm, item).is_some();
            }
            fine
        }
        None => exception_class(vm, wanted).is_some(),
    };
    if fine { Ok(()) } else { Err(vm.raise(Exc::TypeError, message)) }
}

/// Whether an exception is an instance of a class or of one of a tuple of classes.
pub fn matches(vm: &mut Vm, exception: Value, wanted: Value) -> bool {
    if let Some(tuple) = wanted.downcast::<Tuple>(vm) {
        for i in 0..tuple.get(vm).len() {
            let item = tuple.get(vm).at(i);
            if item.downcast::<Type>(vm).is_some_and(|class| vm.is_instance(exception, class)) {
                return true;
            }
        }
        return false;
    }
    wanted.downcast::<Type>(vm).is_some_and(|class| vm.is_instance(exception, class))
}

/// CHECK_EG_MATCH.
#[inline(never)]
pub fn check_eg_match(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let base = op.word().b();
    let (exception, wanted) = (op.get(base), op.get(base + 1));
    check_types(vm, wanted, "catching classes that do not inherit from BaseException is not allowed")?;
    let group_class = vm.exception_class(Exc::BaseExceptionGroup);
    let forbidden = match wanted.downcast::<Tuple>(vm) {
        Some(tuple) => {
            let mut any = false;
            for i in 0..tuple.get(vm).len() {
                let class = tuple.get(vm).at(i).downcast::<Type>(vm);
                any |= class.is_some_and(|class| Type::is_subtype(class, vm, group_class));
            }
            any
        }
        None => wanted.downcast::<Type>(vm).is_some_and(|class| Type::is_subtype(class, vm, group_class)),
    };
    if forbidden {
        let message = "catching ExceptionGroup with except* is not allowed. Use except instead.";
        return Err(vm.raise(Exc::TypeError, message));
    }
    let is_group = vm.is_instance(exception, group_class);
    let (rest, matched) = if exception.is_none() {
        (Value::NONE, Value::NONE)
    } else if matches(vm, exception, wanted) {
        if is_group { (Value::NONE, exception) } else { (Value::NONE, wrap_in_group(vm, exception)?) }
    } else if is_group {
        let pair = vm.call_method(exception, "split", &[wanted])?;
        match pair.downcast::<Tuple>(vm) {
            Some(pair) if pair.get(vm).len() >= 2 => (pair.get(vm).at(1), pair.get(vm).at(0)),
            Some(pair) => {
                let (class, n) = (vm.type_name(exception), pair.get(vm).len());
                let message = format!("{class}.split must return a 2-tuple, got tuple of size {n}");
                return Err(vm.raise(Exc::TypeError, message));
            }
            None => {
                let (class, got) = (vm.type_name(exception), vm.type_name(pair));
                return Err(vm.raise(Exc::TypeError, format!("{class}.split must return a tuple, not {got}")));
            }
        }
    } else {
        (exception, Value::NONE)
    };
    op.set(base, rest);
    op.set(base + 1, matched);
    if !matched.is_none() {
        vm.handled = Some(matched);
    }
    Ok(())
}

fn wrap_in_group(vm: &mut Vm, exception: Value) -> Result<Value, Raised> {
    let class = vm.exception_class(Exc::Exception);
    let kind = if vm.is_instance(exception, class) { Exc::ExceptionGroup } else { Exc::BaseExceptionGroup };
    let message = vm.new_str("")?;
    let members = Tuple::from_values(vm, &[exception])?;
    let group = vm.new_exception(kind, &[message, members.value()])?;
    // The group begins where it is made.
    let depth = vm.exec.depth();
    let lasti = vm.exec.current().map_or(0, |frame| frame.lasti());
    let frame = vm.frame_object(depth)?;
    let traceback = Traceback::new(vm, None, frame, lasti as i32 * 2, -1)?;
    if let Some(group) = group.downcast::<BaseException>(vm) {
        group.get_mut(vm).traceback = Some(traceback.value());
    }
    Ok(group)
}

/// RAISE_VARARGS. Always raises.
pub fn raise_varargs(vm: &mut Vm, op: Op) -> Raised {
    let base = op.word().b();
    match op.word().c() {
        0 => match vm.handled_exception() {
            Some(exception) => raise_again(vm, exception),
            None => vm.raise(Exc::RuntimeError, "No active exception to reraise"),
        },
        1 => raise_from(vm, op.get(base), None),
        _ => raise_from(vm, op.get(base), Some(op.get(base + 1))),
    }
}

fn raise_from(vm: &mut Vm, exception: Value, cause: Option<Value>) -> Raised {
    let exception = match instance(vm, exception, "exceptions must derive from BaseException") {
        Ok(exception) => exception,
        Err(raised) => return raised,
    };
    if let Some(cause) = cause {
        let cause = if cause.is_none() {
            None
        } else {
            match instance(vm, cause, "exception causes must derive from BaseException") {
                Ok(cause) => Some(cause),
                Err(raised) => return raised,
            }
        };
        if let Some(exception) = exception.downcast::<BaseException>(vm) {
            let exception = exception.get_mut(vm);
            exception.cause = cause;
            exception.suppress_context = true;
        }
    }
    vm.raise_value(exception)
}

/// The instance to raise for an instance or class.
pub fn instance(vm: &mut Vm, value: Value, message: &str) -> Result<Value, Raised> {
    if is_exception(vm, value) {
        return Ok(value);
    }
    if exception_class(vm, value).is_none() {
        return Err(vm.raise(Exc::TypeError, message));
    }
    let exception = vm.call(value, &[])?;
    if is_exception(vm, exception) {
        return Ok(exception);
    }
    let (class, got) = (vm.repr_string(value)?, vm.type_of(exception).value());
    let got = vm.repr_string(got)?;
    let message = format!("calling {class} should have returned an instance of BaseException, not {got}");
    Err(vm.raise(Exc::TypeError, message))
}

/// RERAISE. Always raises.
pub fn reraise(vm: &mut Vm, op: Op) -> Raised {
    let exception = op.ra();
    if !is_exception(vm, exception) {
        return vm.raise(Exc::SystemError, "no exception to raise again");
    }
    if op.word().flags() != 0 {
        vm.exec.raised_at = op.rb().as_small_int().and_then(|at| u32::try_from(at).ok());
    }
    raise_again(vm, exception)
}

/// CLEANUP_THROW.
#[inline(never)]
pub fn cleanup_throw(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let base = op.word().b();
    let exception = op.get(base + 2);
    if !exceptions::is_instance(vm, exception, Exc::StopIteration) {
        return Err(raise_again(vm, exception));
    }
    let value = stop_value(vm, exception);
    op.set(base, Value::NONE);
    op.set(base + 1, value);
    Ok(())
}

/// `StopIteration.value`.
pub fn stop_value(vm: &Vm, exception: Value) -> Value {
    exception.downcast::<ValueException>(vm).and_then(|stop| stop.get(vm).payload).unwrap_or(Value::NONE)
}

/// END_ASYNC_FOR.
#[inline(never)]
pub fn end_async_for(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let exception = op.get(op.word().b() + 1);
    if exceptions::is_instance(vm, exception, Exc::StopAsyncIteration) {
        return Ok(());
    }
    Err(raise_again(vm, exception))
}

/// WITH_EXCEPT_START.
#[inline(never)]
pub fn with_except_start(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let base = op.word().b();
    let (exit, this, exception) = (op.get(base), op.get(base + 1), op.get(base + 4));
    let class = vm.type_of(exception).value();
    let traceback = exception.downcast::<BaseException>(vm).and_then(|exception| exception.get(vm).traceback);
    let traceback = traceback.unwrap_or(Value::NONE);
    match this.given() {
        Some(this) => vm.call(exit, &[this, class, exception, traceback]),
        None => vm.call(exit, &[class, exception, traceback]),
    }
}
