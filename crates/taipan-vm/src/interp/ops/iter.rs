//! Iteration: `iter`, FOR_ITER, awaitables and asynchronous iterators.

use super::super::call::PUSHED;
use super::super::frame::{Kind, Ret};
use super::super::monitoring::Event;
use super::super::op::Op;
use super::super::register_code::RegOp;
use super::generator::{can_resume, resume};
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::generator::Generator;
use crate::types::list::iterator::ListIterator;
use crate::types::tuple::iterator::TupleIterator;
use crate::value::Value;
use crate::vm::Vm;

/// GET_ITER.
pub fn get_iter(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    vm.iter(op.rb())
}

/// GET_LEN.
pub fn get_len(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    vm.length(op.rb()).map(Value::int)
}

/// FOR_ITER in any form: the next item, `None` at the end, or a pushed frame.
#[inline]
pub fn for_iter(vm: &mut Vm, op: Op) -> Result<Option<Value>, Raised> {
    let iterator = op.ra();
    if iterator.shape_id() == Builtin::Generator as u32
        && let Some(generator) = iterator.exact::<Generator>()
    {
        if !can_resume(vm, generator)? {
            return Ok(None);
        }
        resume(vm, generator, Value::NONE, Ret::new(Kind::GeneratorFor, op.word().b(), 1))?;
        return Ok(Some(PUSHED));
    }
    let form = match iterator.shape_id() {
        id if id == Builtin::ListIterator as u32 => RegOp::FOR_ITER_LIST,
        id if id == Builtin::TupleIterator as u32 => RegOp::FOR_ITER_TUPLE,
        id if id == Builtin::RangeIterator as u32 => RegOp::FOR_ITER_RANGE,
        _ => RegOp::FOR_ITER,
    };
    op.specialize(form);
    match vm.next_or_stop(iterator) {
        Err(raised) if vm.raised_is(Exc::StopIteration) => {
            vm.tell_raised(Event::Raise, &[]);
            if !vm.raised_is(Exc::StopIteration) {
                return Err(raised);
            }
            let _ = vm.take_raised(raised);
            Ok(None)
        }
        item => item,
    }
}

/// The next item of a list iterator.
#[inline(always)]
pub fn next_of_list(vm: &mut Vm, iterator: Gc<ListIterator>) -> Option<Value> {
    let (list, index) = (iterator.get(vm).list?, iterator.get(vm).index);
    match list.get(vm).get_at(vm, index) {
        Some(item) => {
            // A number: no pointer is stored, no barrier is needed, but this is the one door to the object.
            iterator.get_mut(vm).index = index + 1;
            Some(item)
        }
        None => {
            ListIterator::end(iterator, vm);
            None
        }
    }
}

/// The next item of a tuple iterator.
#[inline(always)]
pub fn next_of_tuple(vm: &mut Vm, iterator: Gc<TupleIterator>) -> Option<Value> {
    let (tuple, index) = (iterator.get(vm).tuple?, iterator.get(vm).index);
    match tuple.get(vm).items().get(index).copied() {
        Some(item) => {
            iterator.get_mut(vm).index = index + 1;
            Some(item)
        }
        None => {
            iterator.get_mut(vm).tuple = None;
            None
        }
    }
}

/// Whether a value is a coroutine, or a generator that `types.coroutine` has marked.
fn is_coroutine(vm: &Vm, value: Value) -> bool {
    use taipan_bytecode::code::co;
    if value.shape_id() == Builtin::Coroutine as u32 {
        return true;
    }
    value
        .exact::<Generator>()
        .is_some_and(|generator| generator.get(vm).executable.code.flags & co::ITERABLE_COROUTINE != 0)
}

/// GET_YIELD_FROM_ITER.
#[inline(never)]
pub fn get_yield_from_iter(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    use taipan_bytecode::code::co;
    let iterable = op.rb();
    if iterable.shape_id() == Builtin::Coroutine as u32 {
        let flags = vm.exec.current().map_or(0, |frame| frame.executable.code.flags);
        if flags & (co::COROUTINE | co::ITERABLE_COROUTINE) == 0 {
            let message = "cannot 'yield from' a coroutine object in a non-coroutine generator";
            return Err(vm.raise(Exc::TypeError, message));
        }
        return Ok(iterable);
    }
    if iterable.exact::<Generator>().is_some() { Ok(iterable) } else { vm.iter(iterable) }
}

/// The iterator behind an awaitable.
pub fn awaitable_iterator(vm: &mut Vm, awaitable: Value) -> Result<Value, Raised> {
    if is_coroutine(vm, awaitable) {
        return Ok(awaitable);
    }
    let Some(get) = vm.slots(awaitable).await_ else {
        let got = vm.type_name(awaitable);
        return Err(vm.raise(Exc::TypeError, format!("'{got}' object can't be awaited")));
    };
    let iterator = get(vm, awaitable)?;
    if is_coroutine(vm, iterator) {
        return Err(vm.raise(Exc::TypeError, "__await__() returned a coroutine"));
    }
    if vm.slots(iterator).next.is_none() {
        let got = vm.type_name(iterator);
        return Err(vm.raise(Exc::TypeError, format!("__await__() returned non-iterator of type '{got}'")));
    }
    Ok(iterator)
}

/// GET_AWAITABLE.
#[inline(never)]
pub fn get_awaitable(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let awaitable = op.rb();
    let iterator = match awaitable_iterator(vm, awaitable) {
        Ok(iterator) => iterator,
        Err(raised) => {
            let method = match op.word().c() {
                1 => "__aenter__",
                2 => "__aexit__",
                _ => return Err(raised),
            };
            if vm.slots(awaitable).await_.is_some() {
                return Err(raised);
            }
            let _ = vm.take_raised(raised);
            let got = vm.type_name(awaitable);
            let message =
                format!("'async with' received an object from {method} that does not implement __await__: {got}");
            return Err(vm.raise(Exc::TypeError, message));
        }
    };
    if iterator.shape_id() == Builtin::Coroutine as u32
        && let Some(coroutine) = iterator.downcast::<Generator>(vm)
        && super::generator::delegate(vm, coroutine).is_some()
    {
        return Err(vm.raise(Exc::RuntimeError, "coroutine is being awaited already"));
    }
    Ok(iterator)
}

/// GET_AITER.
#[inline(never)]
pub fn get_aiter(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let iterable = op.rb();
    let Some(get) = vm.slots(iterable).aiter else {
        let got = vm.type_name(iterable);
        let message = format!("'async for' requires an object with __aiter__ method, got {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let iterator = get(vm, iterable)?;
    if vm.slots(iterator).anext.is_none() {
        let got = vm.type_name(iterator);
        let message = format!("'async for' received an object from __aiter__ that does not implement __anext__: {got}");
        return Err(vm.raise(Exc::TypeError, message));
    }
    Ok(iterator)
}

/// GET_ANEXT.
#[inline(never)]
pub fn get_anext(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let iterator = op.rb();
    let Some(get) = vm.slots(iterator).anext else {
        let got = vm.type_name(iterator);
        let message = format!("'async for' requires an iterator with __anext__ method, got {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let awaitable = get(vm, iterator)?;
    if iterator.shape_id() == Builtin::AsyncGenerator as u32 {
        return Ok(awaitable);
    }
    match awaitable_iterator(vm, awaitable) {
        Ok(iterator) => Ok(iterator),
        Err(raised) => {
            let cause = vm.take_raised(raised);
            let got = vm.type_name(awaitable);
            let message = format!("'async for' received an invalid object from __anext__: {got}");
            let raised = vm.raise(Exc::TypeError, message);
            let error = vm.take_raised(raised);
            if let Some(error) = error.downcast::<crate::types::exceptions::BaseException>(vm) {
                let error = error.get_mut(vm);
                error.cause = Some(cause);
                error.context = Some(cause);
                error.suppress_context = true;
            }
            Err(vm.reraise(error))
        }
    }
}
