//! The module `sys`.

use crate::args::Args;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::spec::{MethodDef, ModuleSpec, function};
use crate::types::dict::Dict;
use crate::types::module::Module;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

#[rustfmt::skip]
mod docs;
mod facts;
mod frames;
pub mod hooks;
mod jit;
mod limits;
mod monitoring;
mod stdlib_names;
mod types;

/// The key of the module in the interpreter's state.
const STATE: &str = "sys";

#[rustfmt::skip]
const FUNCTIONS: &[MethodDef] = &[
    function("_baserepl()", frames::baserepl, docs::BASEREPL),
    function("_clear_internal_caches()", nothing, docs::CLEAR_INTERNAL_CACHES),
    function("_clear_type_cache()", nothing, docs::CLEAR_TYPE_CACHE),
    function("_clear_type_descriptors(type, /)", types::clear_type_descriptors, docs::CLEAR_TYPE_DESCRIPTORS),
    function("_current_exceptions()", frames::current_exceptions, docs::CURRENT_EXCEPTIONS),
    function("_current_frames()", frames::current_frames, docs::CURRENT_FRAMES),
    function("_debugmallocstats()", nothing, docs::DEBUGMALLOCSTATS),
    function("_get_cpu_count_config()", limits::cpu_count_config, docs::GET_CPU_COUNT_CONFIG),
    function("_getframe(depth=0, /)", frames::getframe, docs::GETFRAME),
    function("_getframemodulename(depth=0)", frames::getframemodulename, docs::GETFRAMEMODULENAME),
    function("_is_gil_enabled()", truth, docs::IS_GIL_ENABLED),
    function("_is_immortal(op, /)", limits::is_immortal, docs::IS_IMMORTAL),
    function("_is_interned(string, /)", limits::is_interned, docs::IS_INTERNED),
    function("_settraceallthreads(function, /)", frames::settraceallthreads, docs::SETTRACEALLTHREADS),
    function("_setprofileallthreads(function, /)", frames::setprofileallthreads, docs::SETPROFILEALLTHREADS),
    function("addaudithook(hook)", hooks::addaudithook, docs::ADDAUDITHOOK),
    function("audit(event, /, *args)", hooks::audit, docs::AUDIT),
    function("breakpointhook(*args, **kwargs)", hooks::breakpointhook, docs::BREAKPOINTHOOK),
    function("call_tracing(func, args, /)", frames::call_tracing, docs::CALL_TRACING),
    function("displayhook(object, /)", hooks::displayhook, docs::DISPLAYHOOK),
    function("exc_info()", frames::exc_info, docs::EXC_INFO),
    function("excepthook(exctype, value, traceback, /)", hooks::excepthook, docs::EXCEPTHOOK),
    function("exception()", frames::exception, docs::EXCEPTION),
    function("exit(status=None, /)", exit, docs::EXIT),
    function("get_asyncgen_hooks()", hooks::get_asyncgen_hooks, docs::GET_ASYNCGEN_HOOKS),
    function("get_coroutine_origin_tracking_depth()", hooks::get_origin_tracking_depth, docs::GET_COROUTINE_ORIGIN_TRACKING_DEPTH),
    function("get_int_max_str_digits()", limits::get_int_max_str_digits, docs::GET_INT_MAX_STR_DIGITS),
    function("getallocatedblocks()", limits::getallocatedblocks, docs::GETALLOCATEDBLOCKS),
    function("getdefaultencoding()", utf8, docs::GETDEFAULTENCODING),
    function("getdlopenflags()", limits::getdlopenflags, docs::GETDLOPENFLAGS),
    function("getfilesystemencodeerrors()", surrogateescape, docs::GETFILESYSTEMENCODEERRORS),
    function("getfilesystemencoding()", utf8, docs::GETFILESYSTEMENCODING),
    function("getprofile()", frames::getprofile, docs::GETPROFILE),
    function("getrecursionlimit()", limits::getrecursionlimit, docs::GETRECURSIONLIMIT),
    function("getrefcount(object, /)", limits::getrefcount, docs::GETREFCOUNT),
    function("getsizeof(object, default=<unrepresentable>)", limits::getsizeof, docs::GETSIZEOF).hidden(),
    function("getswitchinterval()", limits::getswitchinterval, docs::GETSWITCHINTERVAL),
    function("gettrace()", frames::gettrace, docs::GETTRACE),
    function("getunicodeinternedsize(*, _only_immortal=False)", limits::getunicodeinternedsize, docs::GETUNICODEINTERNEDSIZE),
    function("intern(string, /)", intern, docs::INTERN),
    function("is_finalizing()", is_finalizing, docs::IS_FINALIZING),
    function("is_remote_debug_enabled()", untruth, docs::IS_REMOTE_DEBUG_ENABLED),
    function("is_stack_trampoline_active()", untruth, docs::IS_STACK_TRAMPOLINE_ACTIVE),
    function("set_asyncgen_hooks(firstiter=<unrepresentable>, finalizer=<unrepresentable>)", hooks::set_asyncgen_hooks, docs::SET_ASYNCGEN_HOOKS).hidden(),
    function("set_coroutine_origin_tracking_depth(depth)", hooks::set_origin_tracking_depth, docs::SET_COROUTINE_ORIGIN_TRACKING_DEPTH),
    function("set_int_max_str_digits(maxdigits)", limits::set_int_max_str_digits, docs::SET_INT_MAX_STR_DIGITS),
    function("setdlopenflags(flags, /)", limits::setdlopenflags, docs::SETDLOPENFLAGS),
    function("setprofile(function, /)", frames::setprofile, docs::SETPROFILE),
    function("setrecursionlimit(limit, /)", limits::setrecursionlimit, docs::SETRECURSIONLIMIT),
    function("setswitchinterval(interval, /)", limits::setswitchinterval, docs::SETSWITCHINTERVAL),
    function("settrace(function, /)", frames::settrace, docs::SETTRACE),
    function("unraisablehook(unraisable, /)", hooks::unraisablehook, docs::UNRAISABLEHOOK),
];

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "sys",
    doc: "This module provides access to some objects used or maintained by the\ninterpreter and to functions that interact strongly with the interpreter.",
    functions: FUNCTIONS,
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    vm.set_state(STATE, module.value());
    for (hook, alias) in [
        ("displayhook", "__displayhook__"),
        ("excepthook", "__excepthook__"),
        ("breakpointhook", "__breakpointhook__"),
        ("unraisablehook", "__unraisablehook__"),
    ] {
        if let Some(value) = Module::get_attr(module, vm, hook)? {
            Module::set(module, vm, alias, value)?;
        }
    }
    let jit = Module::from_spec(vm, &jit::MODULE)?;
    Module::set(module, vm, "_jit", jit.value())?;
    let monitoring = monitoring::make(vm)?;
    Module::set(module, vm, "monitoring", monitoring)?;
    facts::fill(vm, module)
}

/// `sys.name`, `None` when it was deleted.
pub fn get(vm: &mut Vm, attribute: &str) -> Result<Option<Value>, Raised> {
    match vm.state(STATE).and_then(|module| module.downcast::<Module>(vm)) {
        Some(module) => Module::get_attr(module, vm, attribute),
        None => Ok(None),
    }
}

/// `sys.name = value`.
pub fn set(vm: &mut Vm, attribute: &str, value: Value) -> Result<(), Raised> {
    match vm.state(STATE).and_then(|module| module.downcast::<Module>(vm)) {
        Some(module) => Module::set(module, vm, attribute, value),
        None => Ok(()),
    }
}

/// The dict of the module.
pub fn dict(vm: &Vm) -> Option<Gc<Dict>> {
    Some(vm.state(STATE)?.downcast::<Module>(vm)?.get(vm).dict)
}

fn nothing(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::NONE)
}

fn truth(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::TRUE)
}

fn untruth(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::FALSE)
}

fn utf8(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Str::intern(vm, "utf-8")?.value())
}

fn surrogateescape(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Str::intern(vm, "surrogateescape")?.value())
}

fn exit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let status = args.opt(0).unwrap_or(Value::NONE);
    // `sys.exit((a, b))` is `raise SystemExit(a, b)`, as CPython makes an exception of a tuple.
    match status.exact::<crate::types::tuple::Tuple>() {
        Some(details) => {
            let class = vm.exception_class(Exc::SystemExit).value();
            let exception = vm.call_tuple(class, details, None)?;
            Err(vm.raise_value(exception))
        }
        None if status.is_none() => Err(vm.raise_with(Exc::SystemExit, &[])),
        None => Err(vm.raise_with(Exc::SystemExit, &[status])),
    }
}

fn intern(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let value = args.get(0);
    if let Some(text) = value.exact::<Str>() {
        return Ok(Str::interned(text, vm).value());
    }
    let got = vm.type_name(value);
    if value.downcast::<Str>(vm).is_some() {
        return Err(vm.raise(Exc::TypeError, format!("can't intern {got}")));
    }
    Err(vm.raise(Exc::TypeError, format!("intern() argument must be str, not {got}")))
}

fn is_finalizing(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(vm.interp().finalizing))
}
