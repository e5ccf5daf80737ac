//! Functions of `sys` that look at running frames and handled exceptions.

use crate::args::Args;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::dict::Dict;
use crate::types::exceptions::BaseException;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

pub(super) fn exception(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(vm.handled_exception().unwrap_or(Value::NONE))
}

pub(super) fn exc_info(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let values = match vm.handled_exception() {
        None => [Value::NONE; 3],
        Some(exception) => {
            let traceback = exception.downcast::<BaseException>(vm).and_then(|e| e.get(vm).traceback);
            [vm.type_of(exception).value(), exception, traceback.unwrap_or(Value::NONE)]
        }
    };
    Ok(Tuple::from_values(vm, &values)?.value())
}

pub(super) fn getframe(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let depth = match args.opt(0) {
        Some(depth) => vm.index_i32(depth)?,
        None => 0,
    };
    match vm.frame_at(depth.max(0) as usize)? {
        Some(frame) => {
            vm.audit("sys._getframe", &[frame])?;
            Ok(frame)
        }
        None => Err(vm.raise(Exc::ValueError, "call stack is not deep enough")),
    }
}

pub(super) fn getframemodulename(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let depth = match args.opt(0) {
        Some(depth) => vm.index_i32(depth)?,
        None => 0,
    };
    vm.audit_numbers("sys._getframemodulename", &[depth.into()])?;
    match vm.frame_globals_at(depth.max(0) as usize) {
        Some(globals) => {
            let key = vm.name(name::NAME);
            Ok(Dict::get_str(globals, vm, key).unwrap_or(Value::NONE))
        }
        None => Ok(Value::NONE),
    }
}

/// Address, identifier and depth of each thread of the interpreter.
fn threads(vm: &Vm) -> Vec<(usize, u64, usize)> {
    let addresses = vm.interp().threads.iter().map(|context| context.addr().get());
    addresses
        .filter_map(|owner| vm.context_of(owner).map(|context| (owner, context.thread_id, context.exec.depth())))
        .collect()
}

pub(super) fn current_frames(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.audit("sys._current_frames", &[])?;
    let dict = Dict::new(vm)?;
    for (owner, ident, depth) in threads(vm) {
        if depth > 0 {
            let frame = vm.frame_object_of(owner, depth)?;
            let key = vm.new_uint(ident)?;
            Dict::set(dict, vm, key, frame.value())?;
        }
    }
    Ok(dict.value())
}

pub(super) fn current_exceptions(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.audit("sys._current_exceptions", &[])?;
    let dict = Dict::new(vm)?;
    for (owner, ident, _) in threads(vm) {
        let key = vm.new_uint(ident)?;
        let exception = vm.context_of(owner).and_then(|context| context.handled).unwrap_or(Value::NONE);
        Dict::set(dict, vm, key, exception)?;
    }
    Ok(dict.value())
}

pub(super) fn settrace(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.audit("sys.settrace", &[])?;
    vm.set_trace_function(args.get(0).not_none())?;
    Ok(Value::NONE)
}

pub(super) fn gettrace(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(vm.trace_function.unwrap_or(Value::NONE))
}

pub(super) fn setprofile(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.audit("sys.setprofile", &[])?;
    vm.set_profile_function(args.get(0).not_none())?;
    Ok(Value::NONE)
}

pub(super) fn getprofile(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(vm.profile_function.unwrap_or(Value::NONE))
}

pub(super) fn settraceallthreads(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.audit("sys.settrace", &[])?;
    vm.set_functions_of_all_threads(false, args.get(0).not_none())?;
    Ok(Value::NONE)
}

pub(super) fn setprofileallthreads(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.audit("sys.setprofile", &[])?;
    vm.set_functions_of_all_threads(true, args.get(0).not_none())?;
    Ok(Value::NONE)
}

pub(super) fn call_tracing(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match args.get(1).downcast::<Tuple>(vm) {
        Some(tuple) => {
            // A debugger runs code that is traced again.
            let (tracing, told) = (std::mem::take(&mut vm.exec.tracing), vm.exec.told.take());
            let result = vm.call_tuple(args.get(0), tuple, None);
            (vm.exec.tracing, vm.exec.told) = (tracing, told);
            result
        }
        None => {
            let got = vm.type_name(args.get(1));
            Err(vm.raise(Exc::TypeError, format!("call_tracing() argument 2 must be tuple, not {got}")))
        }
    }
}

pub(super) fn baserepl(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.run_base_repl()?;
    Ok(Value::NONE)
}
