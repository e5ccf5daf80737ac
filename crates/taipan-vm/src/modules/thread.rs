//! The module `_thread`: threads of one interpreter, their locks and thread-local data.

use std::ptr::NonNull;

use crate::args::Args;
use crate::gc::Gc;
use crate::interpreter::Interpreter;
use crate::raise::{Exc, Raised};
use crate::spec::{ModuleSpec, function};
use crate::structseq;
use crate::types::dict::Dict;
use crate::types::module::Module;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::{Stacks, Vm};

pub mod handle;
pub mod local;
pub mod lock;
pub mod rlock;

/// `TIMEOUT_MAX`: seconds.
const TIMEOUT_MAX: f64 = 9_223_372_036.0;
/// Bytes of a thread's name; Linux keeps no more.
const NAME_MAXLEN: usize = 15;
/// Native stack of a new thread when `stack_size` was not called.
const STACK_SIZE: usize = 8 << 20;
const STACK_SIZE_KEY: &str = "thread.stack_size";
/// Threads that were asked for and have not begun: number to (function, args, kwargs, handle).
const STARTING: &str = "thread.starting";
const NEXT: &str = "thread.next";
const COUNT: &str = "thread.count";

structseq! {
    static EXCEPT_HOOK_ARGS = "_thread" "_ExceptHookArgs", doc "ExceptHookArgs\n\nType used to pass arguments to threading.excepthook.", flags 0, visible 4, [
        "exc_type" "Exception type",
        "exc_value" "Exception value",
        "exc_traceback" "Exception traceback",
        "thread" "Thread",
    ]
}

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_thread",
    doc: "This module provides primitive operations to write multi-threaded programs.\nThe 'threading' module provides a more convenient interface.",
    functions: &[
        function("start_new_thread(function, args, kwargs={}, /)", start_new_thread, "Start a new thread and return its identifier.\n\nThe thread will call the function with positional arguments from the\ntuple args and keyword arguments taken from the optional dictionary\nkwargs.  The thread exits when the function returns; the return value\nis ignored.  The thread will also exit when the function raises an\nunhandled exception; a stack trace will be printed unless the exception\nis SystemExit."),
        function("start_new(function, args, kwargs={}, /)", start_new_thread, "An obsolete synonym of start_new_thread()."),
        function("start_joinable_thread(function, handle=None, daemon=True)", handle::start_joinable_thread, "*For internal use only*: start a new thread.\n\nLike start_new_thread(), this starts a new thread calling the given function.\nUnlike start_new_thread(), this returns a handle object with methods to join\nor detach the given thread.\nThis function is not for third-party code, please use the\n`threading` module instead. During finalization the runtime will not wait for\nthe thread to exit if daemon is True. If handle is provided it must be a\nnewly created thread._ThreadHandle instance."),
        function("daemon_threads_allowed()", daemon_threads_allowed, "Return True if daemon threads are allowed in the current interpreter,\nand False otherwise.\n"),
        function("allocate_lock()", lock::allocate_lock, "Create a new lock object. See help(type(threading.Lock())) for\ninformation about locks."),
        function("allocate()", lock::allocate_lock, "An obsolete synonym of allocate_lock()."),
        function("exit_thread()", exit, "An obsolete synonym of exit()."),
        function("exit()", exit, "This is synonymous to ``raise SystemExit''.  It will cause the current\nthread to exit silently unless the exception is caught."),
        function("interrupt_main(signum=signal.SIGINT, /)", interrupt_main, "Simulate the arrival of the given signal in the main thread,\nwhere the corresponding signal handler will be executed.\nIf *signum* is omitted, SIGINT is assumed.\nA subthread can use this function to interrupt the main thread.\n\nNote: the default signal handler for SIGINT raises ``KeyboardInterrupt``."),
        function("get_ident()", get_ident, "Return a non-zero integer that uniquely identifies the current thread\namongst other threads that exist simultaneously.\n\nThis may be used to identify per-thread resources.  Even though on\nsome platforms threads identities may appear to be allocated\nconsecutive numbers starting at 1, this behavior should not be relied\nupon, and the number should be seen purely as a magic cookie.\nA thread's identity may be reused for another thread after it exits."),
        function("get_native_id()", get_native_id, "Return a non-negative integer identifying the thread as reported\nby the OS (kernel). This may be used to uniquely identify a\nparticular thread within a system."),
        function("_count()", count, "Return the number of currently running Python threads, excluding\nthe main thread. The returned number comprises all threads created\nthrough `start_new_thread()` as well as `threading.Thread`, and not\nyet finished.\n\nThis function is meant for internal and specialized purposes only.\nIn most applications `threading.enumerate()` should be used instead."),
        function("stack_size(size=0, /)", stack_size, "Return the thread stack size used when creating new threads.  The\noptional size argument specifies the stack size (in bytes) to be used\nfor subsequent thread creation.  The size must be 0 (use platform or\nconfigured default) or a positive integer value of at least 32,768 (32k).\nIf changing the thread stack size is unsupported, a ThreadError exception\nis raised. If the specified size is invalid, a ValueError exception\nis raised, and the stack size is unmodified.  32k bytes\n currently the minimum supported stack size value to guarantee\nsufficient stack space for the interpreter itself.\n\nNote that some platforms may have particular restrictions on values for\nthe stack size, such as requiring a minimum stack size larger than 32 KiB or\nrequiring allocation in multiples of the system memory page size\n- platform documentation should be referred to for more information\n(4 KiB pages are common; using multiples of 4096 for the stack size is\nthe suggested approach in the absence of more specific information)."),
        function("_excepthook(args, /)", excepthook, "Handle uncaught Thread.run() exception."),
        function("_is_main_interpreter()", is_main_interpreter, "Return True if the current interpreter is the main Python interpreter."),
        function("_shutdown()", handle::shutdown, "Wait for all non-daemon threads (other than the calling thread) to stop."),
        function("_make_thread_handle(ident, /)", handle::make_thread_handle, "Internal only. Make a thread handle for threads not spawned\nby the _thread or threading module."),
        function("_get_main_thread_ident()", main_thread_ident, "Internal only. Return a non-zero integer that uniquely identifies the main thread\nof the main interpreter."),
        function("set_name(name)", set_name, "Set the name of the current thread."),
        function("_get_name()", get_name, "Get the name of the current thread."),
    ],
    types: &[&lock::TYPE, &rlock::TYPE, &handle::TYPE, &local::TYPE, &EXCEPT_HOOK_ARGS],
    exec: Some(exec),
};

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let lock = crate::types::type_::class_of_spec(vm, &lock::TYPE)?;
    Module::set(module, vm, "LockType", lock.value())?;
    let error = vm.exception_class(Exc::RuntimeError);
    Module::set(module, vm, "error", error.value())?;
    let max = vm.new_float(TIMEOUT_MAX)?;
    Module::set(module, vm, "TIMEOUT_MAX", max)?;
    Module::set_int(module, vm, "_NAME_MAXLEN", NAME_MAXLEN as i64)
}

/// The deadline of `acquire(blocking, timeout)`: `Ok(None)` for a try, `Some(None)` for no limit.
pub(super) fn deadline(
    vm: &mut Vm,
    blocking: Value,
    timeout: Value,
) -> Result<Option<Option<std::time::Instant>>, Raised> {
    let blocking = match blocking.given() {
        Some(blocking) => vm.is_true(blocking)?,
        None => true,
    };
    let seconds = match timeout.given() {
        Some(timeout) => Some(vm.to_f64(timeout)?),
        None => None,
    };
    if !blocking {
        if seconds.is_some_and(|seconds| seconds != -1.0) {
            return Err(vm.raise(Exc::ValueError, "can't specify a timeout for a non-blocking call"));
        }
        return Ok(None);
    }
    match seconds {
        None => Ok(Some(None)),
        Some(-1.0) => Ok(Some(None)),
        Some(seconds) if seconds.is_nan() => Err(vm.raise(Exc::ValueError, "Invalid value NaN (not a number)")),
        Some(seconds) if seconds < 0.0 => Err(vm.raise(Exc::ValueError, "timeout value must be a non-negative number")),
        Some(seconds) if seconds > TIMEOUT_MAX => Err(vm.raise(Exc::OverflowError, "timeout value is too large")),
        Some(seconds) => {
            let now = std::time::Instant::now();
            Ok(Some(now.checked_add(std::time::Duration::from_secs_f64(seconds))))
        }
    }
}

fn number(vm: &Vm, key: &'static str) -> usize {
    vm.state(key).and_then(|value| value.as_small_int()).unwrap_or(0) as usize
}

/// An interpreter's address on its way to a new thread.
struct Address(NonNull<Interpreter>);

// SAFETY: the new thread uses the interpreter only while it holds its GIL.
unsafe impl Send for Address {}

/// Starts an OS thread that calls `function(*args, **kwargs)`; `handle` is told its identity and its end.
pub(super) fn start(
    vm: &mut Vm,
    function: Value,
    args: Gc<Tuple>,
    kwargs: Value,
    handle: Value,
) -> Result<u64, Raised> {
    if vm.interp().finalizing {
        return Err(vm.raise(Exc::PythonFinalizationError, "can't create new thread at interpreter shutdown"));
    }
    let starting = match vm.state(STARTING).and_then(|dict| dict.downcast::<Dict>(vm)) {
        Some(dict) => dict,
        None => {
            let dict = Dict::new(vm)?;
            vm.set_state(STARTING, dict.value());
            dict
        }
    };
    let ticket = number(vm, NEXT) + 1;
    vm.set_state(NEXT, Value::int(ticket));
    let work = Tuple::from_values(vm, &[function, args.value(), kwargs, handle])?;
    Dict::set(starting, vm, Value::int(ticket), work.value())?;
    vm.interp().gil.share();
    let address = Address(NonNull::from(vm.interp_mut()));
    let (gil, interval) = (vm.interp().gil.clone(), vm.interp().switch_interval);
    let size = match number(vm, STACK_SIZE_KEY) {
        0 => STACK_SIZE,
        size => size.max(1 << 20),
    };
    let (sender, receiver) = std::sync::mpsc::channel();
    let spawned = crate::host::native_stack::start_thread(size, move || {
        let address = address;
        let Some(stacks) = Stacks::new() else { return };
        let _ = sender.send(crate::gil::current_thread_id());
        gil.acquire(interval);
        // SAFETY: this thread holds the GIL; the interpreter lives until its threads have ended or the process ends.
        let mut vm = unsafe { Vm::attach(address.0, stacks) };
        vm.thread_id = crate::gil::current_thread_id();
        run(&mut vm, ticket);
        drop(vm);
        gil.release();
    });
    if spawned.is_err() {
        let _ = Dict::remove(starting, vm, Value::int(ticket))?;
        return Err(vm.raise(Exc::RuntimeError, "can't start new thread"));
    }
    // The new thread answers before it asks for the GIL, unless there is no memory for its stacks.
    let Ok(ident) = receiver.recv() else {
        let _ = Dict::remove(starting, vm, Value::int(ticket))?;
        return Err(vm.raise(Exc::RuntimeError, "can't start new thread"));
    };
    let running = number(vm, COUNT) + 1;
    vm.set_state(COUNT, Value::int(running));
    Ok(ident)
}

/// The life of a thread.
fn run(vm: &mut Vm, ticket: usize) {
    let starting = vm.state(STARTING).and_then(|dict| dict.downcast::<Dict>(vm));
    let work = match starting.map(|dict| Dict::remove(dict, vm, Value::int(ticket))) {
        Some(Ok(work)) => work,
        Some(Err(raised)) => {
            let _ = vm.take_raised(raised);
            None
        }
        None => None,
    };
    if let Some(work) = work.and_then(|work| work.exact::<Tuple>()) {
        let [function, args, kwargs, handle] = [0, 1, 2, 3].map(|i| work.get(vm).at(i));
        let kwargs = kwargs.downcast::<Dict>(vm);
        let result = match args.exact::<Tuple>() {
            Some(args) => vm.call_tuple(function, args, kwargs),
            None => Ok(Value::NONE),
        };
        if let Err(raised) = result {
            if vm.raised_is(Exc::SystemExit) {
                let _ = vm.take_raised(raised);
            } else {
                vm.write_unraisable_of(raised, "in thread started by", function);
            }
        }
        if let Err(raised) = local::forget_own(vm) {
            let _ = vm.take_raised(raised);
        }
        handle::set_done(vm, handle);
    }
    if let Err(raised) = vm.forget_trace_functions() {
        let _ = vm.take_raised(raised);
    }
    let running = number(vm, COUNT).saturating_sub(1);
    vm.set_state(COUNT, Value::int(running));
    vm.wake_waiters();
}

fn start_new_thread(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [function, positional, keywords] = args.all();
    if !vm.is_callable(function) {
        return Err(vm.raise(Exc::TypeError, "first arg must be callable"));
    }
    let Some(positional) = positional.downcast::<Tuple>(vm) else {
        return Err(vm.raise(Exc::TypeError, "2nd arg must be a tuple"));
    };
    let keywords = match keywords.given() {
        None => Value::NONE,
        Some(keywords) if keywords.downcast::<Dict>(vm).is_some() => keywords,
        Some(_) => return Err(vm.raise(Exc::TypeError, "optional 3rd arg must be a dictionary")),
    };
    vm.audit("_thread.start_new_thread", &[function, positional.value(), keywords])?;
    let ident = start(vm, function, positional, keywords, Value::NONE)?;
    vm.new_uint(ident)
}

fn daemon_threads_allowed(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::TRUE)
}

fn is_main_interpreter(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::TRUE)
}

fn exit(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(vm.raise_with(Exc::SystemExit, &[]))
}

fn interrupt_main(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let signal = match args.opt(0) {
        Some(signal) => vm.index_i32(signal)?,
        None => libc::SIGINT,
    };
    if !(1..65).contains(&signal) {
        return Err(vm.raise(Exc::ValueError, "signal number out of range"));
    }
    if super::signal::handler(vm, signal as usize)?.is_some() {
        vm.interp_mut().simulated_signals |= 1 << signal.min(63);
        vm.run_signal_handlers()?;
    }
    Ok(Value::NONE)
}

fn get_ident(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.new_uint(vm.thread_id)
}

fn main_thread_ident(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let ident = vm.interp().main_thread;
    vm.new_uint(ident)
}

fn get_native_id(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.new_uint(crate::gil::native_thread_id())
}

fn count(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(number(vm, COUNT)))
}

fn stack_size(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let size = match args.opt(0) {
        Some(size) => vm.index_isize(size)?,
        None => 0,
    };
    if size < 0 {
        return Err(vm.raise(Exc::ValueError, "size must be 0 or a positive value"));
    }
    if (1..32_768).contains(&size) {
        return Err(vm.raise(Exc::ValueError, format!("size not valid: {size} bytes")));
    }
    let old = number(vm, STACK_SIZE_KEY);
    if args.opt(0).is_some() {
        vm.set_state(STACK_SIZE_KEY, Value::int(size as usize));
    }
    Ok(Value::int(old))
}

fn excepthook(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = crate::types::type_::class_of_spec(vm, &EXCEPT_HOOK_ARGS)?;
    let hook_args = args.get(0);
    if !vm.is_instance(hook_args, class) {
        return Err(vm.raise(Exc::TypeError, "_thread.excepthook argument type must be ExceptHookArgs"));
    }
    let mut parts = [Value::NONE; 4];
    for (i, part) in parts.iter_mut().enumerate() {
        *part = crate::types::structseq::field_at(vm, hook_args, i)?;
    }
    let [class, exception, traceback, thread] = parts;
    let exit = vm.exception_class(Exc::SystemExit);
    if class == exit.value() {
        return Ok(Value::NONE);
    }
    let stderr = match super::sys::get(vm, "stderr")? {
        Some(stderr) if !stderr.is_none() => stderr,
        _ if thread.is_none() => return Ok(Value::NONE),
        // The stream there was when the thread was made.
        _ => match vm.get_attr_str(thread, "_stderr")? {
            stderr if stderr.is_none() => return Ok(Value::NONE),
            stderr => stderr,
        },
    };
    let name = if thread.is_none() {
        crate::gil::current_thread_id().to_string()
    } else {
        let name = vm.get_attr_str(thread, "name")?;
        vm.str_string(name)?
    };
    let text = vm.new_str(&format!("Exception in thread {name}:\n"))?;
    vm.call_method(stderr, "write", &[text])?;
    let module = crate::import::import_module(vm, "traceback")?;
    let print = vm.get_attr_str(module, "print_exception")?;
    vm.call_keywords(print, &[class, exception, traceback], &[("file", stderr)])?;
    vm.call_method(stderr, "flush", &[])?;
    Ok(Value::NONE)
}

fn set_name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(name) = args.get(0).downcast::<Str>(vm) else {
        let got = vm.type_name(args.get(0));
        return Err(vm.raise(Exc::TypeError, format!("set_name() argument 'name' must be str, not {got}")));
    };
    let name: String = name.get(vm).text().iter().map(|point| char::from_u32(point).unwrap_or('?')).collect();
    let name = name.split('\0').next().unwrap_or_default().as_bytes();
    vm.thread_name = Some(name.get(..NAME_MAXLEN).unwrap_or(name).to_vec());
    Ok(Value::NONE)
}

fn get_name(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let name = vm.thread_name.clone().unwrap_or_else(|| b"taipan".to_vec());
    vm.decode_name(&name)
}
