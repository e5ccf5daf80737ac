//! Functions of `builtins` about iterators: `iter`, `next`, `aiter`, `anext`.

use crate::args::Args;
use crate::raise::{Exc, Raised};
use crate::value::Value;
use crate::vm::Vm;

pub(super) fn iter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "iter", 1, 2)?;
    match args.opt(1) {
        None => vm.iter(args.get(0)),
        Some(sentinel) => {
            if !vm.is_callable(args.get(0)) {
                return Err(vm.raise(Exc::TypeError, "iter(v, w): v must be callable"));
            }
            crate::types::iterators::callable_iterator(vm, args.get(0), sentinel)
        }
    }
}

pub(super) fn next(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "next", 1, 2)?;
    let (iterator, default) = (args.get(0), args.opt(1));
    if vm.slots(iterator).next.is_none() {
        return Err(not_an_iterator(vm, iterator));
    }
    let item = match default {
        Some(_) => vm.next(iterator)?,
        None => vm.next_or_stop(iterator)?,
    };
    match item.or(default) {
        Some(item) => Ok(item),
        None => Err(vm.raise_stop_iteration()),
    }
}

#[cold]
#[inline(never)]
fn not_an_iterator(vm: &mut Vm, value: Value) -> Raised {
    let name = vm.type_name(value);
    vm.raise(Exc::TypeError, format!("'{name}' object is not an iterator"))
}

pub(super) fn aiter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let object = args.get(0);
    let Some(aiter) = vm.slots(object).aiter else {
        let name = vm.type_name(object);
        return Err(vm.raise(Exc::TypeError, format!("'{name}' object is not an async iterable")));
    };
    let iterator = aiter(vm, object)?;
    if vm.slots(iterator).anext.is_none() {
        let name = vm.type_name(iterator);
        return Err(vm.raise(Exc::TypeError, format!("aiter() returned not an async iterator of type '{name}'")));
    }
    Ok(iterator)
}

pub(super) fn anext(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (iterator, default) = (args.get(0), args.opt(1));
    let Some(anext) = vm.slots(iterator).anext else {
        let name = vm.type_name(iterator);
        return Err(vm.raise(Exc::TypeError, format!("'{name}' object is not an async iterator")));
    };
    let awaitable = anext(vm, iterator)?;
    match default {
        None => Ok(awaitable),
        Some(default) => crate::types::generator::anext::awaitable(vm, awaitable, default),
    }
}
