//! Limits and measures in `sys`: recursion, digits, sizes, switch interval.

use std::time::Duration;

use crate::args::Args;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

pub(super) fn getrecursionlimit(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(vm.recursion_limit()))
}

pub(super) fn setrecursionlimit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let limit = vm.index_i32(args.get(0))?;
    if limit < 1 {
        return Err(vm.raise(Exc::ValueError, "recursion limit must be greater or equal than 1"));
    }
    let depth = vm.recursion_depth();
    if depth >= limit as usize {
        let message =
            format!("cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low");
        return Err(vm.raise(Exc::RecursionError, message));
    }
    vm.set_recursion_limit(limit as usize);
    Ok(Value::NONE)
}

pub(super) fn get_int_max_str_digits(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(vm.interp().int_max_str_digits))
}

pub(super) fn set_int_max_str_digits(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let digits = vm.index_i32(args.get(0))?;
    if digits != 0 && digits < 640 {
        return Err(vm.raise(Exc::ValueError, "maxdigits must be >= 640 or 0 for unlimited"));
    }
    vm.interp_mut().int_max_str_digits = digits as usize;
    Ok(Value::NONE)
}

pub(super) fn getswitchinterval(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let interval = vm.interp().switch_interval.as_secs_f64();
    vm.new_float(interval)
}

pub(super) fn setswitchinterval(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let seconds = vm.to_f64(args.get(0))?;
    if seconds <= 0.0 || seconds.is_nan() {
        return Err(vm.raise(Exc::ValueError, "switch interval must be strictly positive"));
    }
    let interval = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(u64::from(u32::MAX)));
    vm.interp_mut().switch_interval = interval.max(Duration::from_micros(1));
    Ok(Value::NONE)
}

pub(super) fn getsizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [object, default] = args.all();
    let size = match vm.call_special(object, name::SIZEOF, &[]) {
        Ok(Some(size)) => vm.ssize(size),
        Ok(None) => {
            let name = vm.type_name(object);
            Err(vm.raise(Exc::TypeError, format!("Type {name} doesn't define __sizeof__")))
        }
        Err(raised) => Err(raised),
    };
    let size = match (size, default.given()) {
        (Ok(size), _) => size,
        (Err(raised), Some(default)) if vm.raised_is(Exc::TypeError) => {
            let _ = vm.take_raised(raised);
            return Ok(default);
        }
        (Err(raised), _) => return Err(raised),
    };
    if size < 0 {
        return Err(vm.raise(Exc::ValueError, "__sizeof__() should return >= 0"));
    }
    Ok(Value::int(size as usize))
}

/// There are no reference counts: what CPython shows for an object held by one variable.
pub(super) fn getrefcount(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(2))
}

pub(super) fn getallocatedblocks(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(vm.interp().heap.stats().used_bytes / 32))
}

pub(super) fn getunicodeinternedsize(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(vm.interp().names.len()))
}

pub(super) fn is_interned(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match args.get(0).downcast::<Str>(vm) {
        Some(text) => Ok(Value::bool(Str::is_interned(text))),
        None => {
            let got = vm.type_name(args.get(0));
            Err(vm.raise(Exc::TypeError, format!("_is_interned() argument must be str, not {got}")))
        }
    }
}

pub(super) fn is_immortal(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(!args.get(0).is_heap()))
}

pub(super) fn cpu_count_config(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    match vm.interp().config.settings.cpu_count {
        Some(n) => Ok(Value::int(n)),
        None => Ok(Value::int32(-1)),
    }
}

pub(super) fn getdlopenflags(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(vm.state("sys.dlopenflags").unwrap_or(Value::int(2)))
}

pub(super) fn setdlopenflags(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let flags = vm.index_i32(args.get(0))?;
    vm.set_state("sys.dlopenflags", Value::int32(flags));
    Ok(Value::NONE)
}
