//! `faulthandler`: tracebacks at fatal signals, after a time, at a signal, and on request.

use std::time::Duration;

use taipan_vm::args::Args;
use taipan_vm::faults::watchdog::Orders;
use taipan_vm::faults::{self, FATAL, SIGNALS};
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::Builtin;
use taipan_vm::types::dict::Dict;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::timeout::{Rounding, duration};

/// A dict of the files in use, so that they stay open: by signal, and by the names below.
const FILES: &str = "faulthandler.files";
const FATAL_FILE: i32 = 0;
const TIMER_FILE: i32 = -1;

/// The descriptor of a file argument, which is flushed, and the file.
fn descriptor(vm: &mut Vm, file: Value) -> Result<(i32, Value), Raised> {
    let file = match file.not_none() {
        Some(file) => file,
        None => match taipan_vm::modules::sys::get(vm, "stderr")? {
            None => return Err(vm.raise(Exc::RuntimeError, "unable to get sys.stderr")),
            Some(stderr) if stderr.is_none() => return Err(vm.raise(Exc::RuntimeError, "sys.stderr is None")),
            Some(stderr) => stderr,
        },
    };
    if vm.is_int(file) {
        if vm.is_a(file, Builtin::Bool) {
            vm.warn(Exc::RuntimeWarning, "bool is used as a file descriptor", 1)?;
        }
        let fd = match vm.as_i64(file).map(i32::try_from) {
            Some(Ok(fd)) => fd,
            _ => return Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C int")),
        };
        if fd < 0 {
            return Err(vm.raise(Exc::ValueError, "file is not a valid file descriptor"));
        }
        return Ok((fd, file));
    }
    let fd = vm.call_method(file, "fileno", &[])?;
    let fd = if vm.is_int(fd) { vm.as_i64(fd).and_then(|fd| i32::try_from(fd).ok()) } else { None };
    let Some(fd) = fd.filter(|fd| *fd >= 0) else {
        return Err(vm.raise(Exc::RuntimeError, "file.fileno() is not a valid file descriptor"));
    };
    let flushed = vm.call_method(file, "flush", &[]);
    vm.catch(flushed, Exc::Exception)?;
    Ok((fd, file))
}

/// Keeps a file open for a signal, or lets go of the one that was.
fn keep(vm: &mut Vm, key: i32, file: Option<Value>) -> Result<(), Raised> {
    let files: Gc<Dict> = match vm.state(FILES) {
        Some(files) => files.expect(vm),
        None => {
            let files = Dict::new(vm)?;
            vm.set_state(FILES, files.value());
            files
        }
    };
    match file {
        Some(file) => Dict::set(files, vm, Value::int32(key), file),
        None => Dict::remove(files, vm, Value::int32(key)).map(drop),
    }
}

fn flag(vm: &mut Vm, value: Value, default: bool) -> Result<bool, Raised> {
    match value.given() {
        Some(value) => vm.is_true(value),
        None => Ok(default),
    }
}

fn enable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [file, all_threads, c_stack] = args.all();
    let (all_threads, c_stack) = (flag(vm, all_threads, true)?, flag(vm, c_stack, true)?);
    let (fd, file) = descriptor(vm, file)?;
    keep(vm, FATAL_FILE, Some(file))?;
    vm.enable_fault_handler(fd, all_threads, c_stack)?;
    Ok(Value::NONE)
}

fn disable(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let was_enabled = vm.disable_fault_handler()?;
    keep(vm, FATAL_FILE, None)?;
    Ok(Value::bool(was_enabled))
}

fn is_enabled(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(faults::is_enabled()))
}

fn dump_traceback(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let all_threads = flag(vm, args.get(1), true)?;
    let (fd, _) = descriptor(vm, args.get(0))?;
    vm.dump_traceback(fd, all_threads);
    Ok(Value::NONE)
}

fn dump_c_stack(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (fd, _) = descriptor(vm, args.get(0))?;
    faults::traceback::dump_native_stack(&mut faults::traceback::Out::new(fd));
    Ok(Value::NONE)
}

/// What is written when time is up.
fn timeout_header(timeout: Duration) -> String {
    let (seconds, micros) = (timeout.as_secs(), timeout.subsec_micros());
    let time = format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if micros == 0 { format!("Timeout ({time})!\n") } else { format!("Timeout ({time}.{micros:06})!\n") }
}

fn dump_traceback_later(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [timeout, repeat, file, exit] = args.all();
    let (repeat, exit) = (flag(vm, repeat, false)?, flag(vm, exit, false)?);
    let nanoseconds = duration(vm, timeout, 1_000_000_000, Rounding::Up)?;
    let timeout = match u64::try_from(nanoseconds) {
        Ok(nanoseconds @ 1..) => Duration::from_micros(nanoseconds.div_ceil(1000)),
        _ => return Err(vm.raise(Exc::ValueError, "timeout must be greater than 0")),
    };
    let (fd, file) = descriptor(vm, file)?;
    keep(vm, TIMER_FILE, Some(file))?;
    if !vm.start_watchdog(Orders { timeout, repeat, fd, exit, header: timeout_header(timeout) }) {
        return Err(vm.raise(Exc::RuntimeError, "unable to start watchdog thread"));
    }
    Ok(Value::NONE)
}

fn cancel_dump_traceback_later(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.stop_watchdog();
    keep(vm, TIMER_FILE, None)?;
    Ok(Value::NONE)
}

/// A signal that can be watched.
fn signal_argument(vm: &mut Vm, value: Value) -> Result<i32, Raised> {
    let signal = vm.index_i32(value)?;
    if FATAL.iter().any(|(number, _)| *number == signal) {
        let message = format!("signal {signal} cannot be registered, use enable() instead");
        return Err(vm.raise(Exc::RuntimeError, message));
    }
    if !(1..SIGNALS as i32).contains(&signal) {
        return Err(vm.raise(Exc::ValueError, "signal number out of range"));
    }
    Ok(signal)
}

fn register(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [signal, file, all_threads, chain] = args.all();
    let (all_threads, chain) = (flag(vm, all_threads, true)?, flag(vm, chain, false)?);
    let signal = signal_argument(vm, signal)?;
    let (fd, file) = descriptor(vm, file)?;
    vm.watch_signal(signal, fd, all_threads, chain)?;
    keep(vm, signal, Some(file))?;
    Ok(Value::NONE)
}

fn unregister(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let signal = signal_argument(vm, args.get(0))?;
    let was_watched = vm.unwatch_signal(signal)?;
    keep(vm, signal, None)?;
    Ok(Value::bool(was_watched))
}

fn send(vm: &mut Vm, signal: i32) -> Result<Value, Raised> {
    vm.ask_host(|host| host.raise_signal(signal))?;
    Ok(Value::NONE)
}

fn sigsegv(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if !flag(vm, args.get(0), false)? {
        return send(vm, libc::SIGSEGV);
    }
    let host = vm.host();
    match vm.detached(move || host.raise_signal(libc::SIGSEGV)) {
        Ok(()) => Ok(Value::NONE),
        Err(errno) => Err(vm.raise_os_error(errno, &[])),
    }
}

fn fatal_error_c_thread(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.fatal_error_in_new_thread();
    Ok(Value::NONE)
}

#[rustfmt::skip]
const FUNCTIONS: &[MethodDef] = &[
    function("enable(file=sys.stderr, all_threads=True, c_stack=True)", enable, "Enable the fault handler."),
    function("disable()", disable, "Disable the fault handler."),
    function("is_enabled()", is_enabled, "Check if the handler is enabled."),
    function("dump_traceback(file=sys.stderr, all_threads=True)", dump_traceback, "Dump the traceback of the current thread, or of all threads if all_threads is True, into file."),
    function("dump_c_stack(file=sys.stderr)", dump_c_stack, "Dump the C stack of the current thread."),
    function("dump_traceback_later(timeout, repeat=False, file=sys.stderr, exit=False)", dump_traceback_later, "Dump the traceback of all threads in timeout seconds,\nor each timeout seconds if repeat is True. If exit is True, call _exit(1) which is not safe."),
    function("cancel_dump_traceback_later()", cancel_dump_traceback_later, "Cancel the previous call to dump_traceback_later()."),
    function("register(signum, file=sys.stderr, all_threads=True, chain=False)", register, "Register a handler for the signal 'signum': dump the traceback of the current thread, or of all threads if all_threads is True, into file."),
    function("unregister(signum, /)", unregister, "Unregister the handler of the signal 'signum' registered by register()."),
    function("_read_null()", |vm, _| send(vm, libc::SIGSEGV), "Read from NULL, raise a SIGSEGV or SIGBUS signal depending on the platform."),
    function("_sigsegv(release_gil=False, /)", sigsegv, "Raise a SIGSEGV signal."),
    function("_sigabrt()", |vm, _| send(vm, libc::SIGABRT), "Raise a SIGABRT signal."),
    function("_sigfpe()", |vm, _| send(vm, libc::SIGFPE), "Raise a SIGFPE signal."),
    function("_fatal_error_c_thread()", fatal_error_c_thread, "Call Py_FatalError() in a new C thread."),
];

/// The module `faulthandler`.
pub static MODULE: ModuleSpec =
    ModuleSpec { name: "faulthandler", doc: "faulthandler module.", functions: FUNCTIONS, ..ModuleSpec::DEFAULT };
