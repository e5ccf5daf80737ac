//! Functions of `builtins` about one object: attributes, identity, classes, texts.

use crate::args::Args;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::list::List;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

pub(super) fn getattr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "getattr", 2, 3)?;
    let attribute = vm.attr_name(args.get(1))?;
    match args.opt(2) {
        None => vm.get_attr(args.get(0), attribute),
        Some(default) => Ok(vm.get_attr_opt(args.get(0), attribute)?.unwrap_or(default)),
    }
}

pub(super) fn hasattr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let attribute = vm.attr_name(args.get(1))?;
    Ok(Value::bool(vm.get_attr_opt(args.get(0), attribute)?.is_some()))
}

pub(super) fn setattr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let attribute = vm.attr_name(args.get(1))?;
    vm.set_attr(args.get(0), attribute, Some(args.get(2)))?;
    Ok(Value::NONE)
}

pub(super) fn delattr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let attribute = vm.attr_name(args.get(1))?;
    vm.set_attr(args.get(0), attribute, None)?;
    Ok(Value::NONE)
}

pub(super) fn callable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(vm.is_callable(args.get(0))))
}

pub(super) fn hash(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let hash = vm.hash(args.get(0))?;
    vm.new_int(hash)
}

pub(super) fn id(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let id = crate::types::object::id(vm, args.get(0))?;
    vm.audit("builtins.id", &[id])?;
    Ok(id)
}

pub(super) fn isinstance(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(vm.is_instance_of(args.get(0), args.get(1))?))
}

pub(super) fn issubclass(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(vm.is_subclass_of(args.get(0), args.get(1))?))
}

pub(super) fn len(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let length = vm.length(args.get(0))?;
    vm.new_int(length as i64)
}

pub(super) fn repr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.repr(args.get(0))
}

pub(super) fn ascii(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.ascii(args.get(0))
}

pub(super) fn format(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let spec = match args.opt(1) {
        None => Str::empty(vm)?.value(),
        Some(spec) if vm.is_a(spec, Builtin::Str) => spec,
        Some(other) => {
            let got = vm.type_name(other);
            return Err(vm.raise(Exc::TypeError, format!("format() argument 2 must be str, not {got}")));
        }
    };
    vm.format(args.get(0), spec)
}

pub(super) fn dir(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "dir", 0, 1)?;
    let names = match args.opt(0) {
        Some(object) => match vm.call_special(object, name::DIR, &[])? {
            Some(names) => names,
            None => return Err(vm.raise(Exc::TypeError, "object does not provide __dir__")),
        },
        None => {
            let locals = vm.current_locals()?;
            let keys = vm.call_method_name(locals, name::KEYS, &[])?;
            if vm.slots(keys).iter.is_none() {
                let got = vm.type_name(keys);
                return Err(
                    vm.raise(Exc::TypeError, format!("dir(): expected keys() of locals to be a list, not '{got}'"))
                );
            }
            keys
        }
    };
    let list = vm.list_of(names)?;
    vm.call_method(list.value(), "sort", &[])?;
    Ok(list.value())
}

pub(super) fn vars(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "vars", 0, 1)?;
    match args.opt(0) {
        None => vm.current_locals(),
        Some(object) => match vm.get_attr_opt_name(object, name::DICT)? {
            Some(dict) => Ok(dict),
            None => Err(vm.raise(Exc::TypeError, "vars() argument must have __dict__ attribute")),
        },
    }
}

/// A new list holding what an iterable gives.
pub(super) fn listed(vm: &mut Vm, iterable: Value) -> Result<crate::gc::Gc<List>, Raised> {
    vm.list_of(iterable)
}
