//! The module `_signal`: handlers of signals, run by the main thread at its safepoints.

use crate::args::Args;
use crate::gc::Gc;
use crate::host::{Errno, TimeSpec};
use crate::raise::{Exc, Raised};
use crate::spec::{ModuleSpec, NO_NEW, function};
use crate::structseq;
use crate::types::module::Module;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// The key of the list of handlers in the interpreter's state.
const HANDLERS: &str = "signal.handlers";
const SIGNALS: usize = 65;

structseq! {
    /// What `sigwaitinfo` gives.
    pub static SIGINFO = "signal" "struct_siginfo", doc "struct_siginfo: Result from sigwaitinfo or sigtimedwait.\n\nThis object may be accessed either as a tuple of\n(si_signo, si_code, si_errno, si_pid, si_uid, si_status, si_band),\nor via the attributes si_signo, si_code, and so on.", flags NO_NEW, visible 7, [
        "si_signo" "signal number",
        "si_code" "signal code",
        "si_errno" "errno associated with this signal",
        "si_pid" "sending process ID",
        "si_uid" "real user ID of sending process",
        "si_status" "exit value or signal",
        "si_band" "band event for SIGPOLL",
    ]
}

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_signal",
    doc: "This module provides mechanisms to use signal handlers in Python.",
    functions: &[
        function("signal(signalnum, handler, /)", signal, "Set the action for the given signal.\n\nThe action can be SIG_DFL, SIG_IGN, or a callable Python object.\nThe previous action is returned.  See getsignal() for possible return values.\n\n*** IMPORTANT NOTICE ***\nA signal handler function is called with two arguments:\nthe first is the signal number, the second is the interrupted stack frame."),
        function("getsignal(signalnum, /)", getsignal, "Return the current action for the given signal.\n\nThe return value can be:\n  SIG_IGN -- if the signal is being ignored\n  SIG_DFL -- if the default action for the signal is in effect\n  None    -- if an unknown handler is in effect\n  anything else -- the callable Python object used as a handler"),
        function("default_int_handler(signalnum, frame, /)", default_int_handler, "The default handler for SIGINT installed by Python.\n\nIt raises KeyboardInterrupt."),
        function("raise_signal(signalnum, /)", raise_signal, "Send a signal to the executing process."),
        function("alarm(seconds, /)", alarm, "Arrange for SIGALRM to arrive after the given number of seconds."),
        function("setitimer(which, seconds, interval=0.0, /)", setitimer, "Sets given itimer (one of ITIMER_REAL, ITIMER_VIRTUAL or ITIMER_PROF).\n\nThe timer will fire after value seconds and after that every interval seconds.\nThe itimer can be cleared by setting seconds to zero.\n\nReturns old values as a tuple: (delay, interval)."),
        function("getitimer(which, /)", getitimer, "Returns current value of given itimer."),
        function("pause()", pause, "Wait until a signal arrives."),
        function("set_wakeup_fd(fd, /, *, warn_on_full_buffer=True)", set_wakeup_fd, "Sets the fd to be written to (with the signal number) when a signal comes in.\n\nA library can use this to wakeup select or poll.\nThe previous fd or -1 is returned.\n\nThe fd must be non-blocking."),
        function("siginterrupt(signalnum, flag, /)", siginterrupt, "Change system call restart behaviour.\n\nIf flag is False, system calls will be restarted when interrupted by\nsignal sig, else system calls will be interrupted."),
        function("strsignal(signalnum, /)", strsignal, "Return the system description of the given signal.\n\nReturns the description of signal *signalnum*, such as \"Interrupt\"\nfor :const:`SIGINT`. Returns :const:`None` if *signalnum* has no\ndescription. Raises :exc:`ValueError` if *signalnum* is invalid."),
        function("valid_signals()", valid_signals, "Return a set of valid signal numbers on this platform.\n\nThe signal numbers returned by this function can be safely passed to\nfunctions like `pthread_kill`."),
        function("pthread_sigmask(how, mask, /)", pthread_sigmask, "Fetch and/or change the signal mask of the calling thread."),
        function("pthread_kill(thread_id, signalnum, /)", pthread_kill, "Send a signal to a thread."),
        function("pidfd_send_signal(pidfd, signalnum, siginfo=None, flags=0, /)", pidfd_send_signal, "Send a signal to a process referred to by a pid file descriptor."),
        function("sigwait(sigset, /)", sigwait, "Wait for a signal.\n\nSuspend execution of the calling thread until the delivery of one of the\nsignals specified in the signal set sigset.  The function accepts the\nsignal and returns the signal number."),
        function("sigwaitinfo(sigset, /)", sigwaitinfo, "Wait synchronously until one of the signals in *sigset* is delivered.\n\nReturns a struct_siginfo containing information about the signal."),
        function("sigtimedwait(sigset, timeout, /)", sigtimedwait, "Like sigwaitinfo(), but with a timeout.\n\nThe timeout is specified in seconds, with floating-point numbers allowed."),
        function("sigpending()", sigpending, "Examine pending signals.\n\nReturns a set of signal numbers that are pending for delivery to\nthe calling thread."),
    ],
    types: &[&SIGINFO],
    exec: Some(exec),
};

/// Names and numbers on Linux.
const NUMBERS: &[(&str, i32)] = &[
    ("SIGHUP", libc::SIGHUP),
    ("SIGINT", libc::SIGINT),
    ("SIGQUIT", libc::SIGQUIT),
    ("SIGILL", libc::SIGILL),
    ("SIGTRAP", libc::SIGTRAP),
    ("SIGIOT", libc::SIGIOT),
    ("SIGABRT", libc::SIGABRT),
    ("SIGFPE", libc::SIGFPE),
    ("SIGKILL", libc::SIGKILL),
    ("SIGBUS", libc::SIGBUS),
    ("SIGSEGV", libc::SIGSEGV),
    ("SIGSYS", libc::SIGSYS),
    ("SIGPIPE", libc::SIGPIPE),
    ("SIGALRM", libc::SIGALRM),
    ("SIGTERM", libc::SIGTERM),
    ("SIGUSR1", libc::SIGUSR1),
    ("SIGUSR2", libc::SIGUSR2),
    ("SIGCLD", libc::SIGCHLD),
    ("SIGCHLD", libc::SIGCHLD),
    ("SIGPWR", libc::SIGPWR),
    ("SIGIO", libc::SIGIO),
    ("SIGURG", libc::SIGURG),
    ("SIGWINCH", libc::SIGWINCH),
    ("SIGPOLL", libc::SIGPOLL),
    ("SIGSTOP", libc::SIGSTOP),
    ("SIGTSTP", libc::SIGTSTP),
    ("SIGCONT", libc::SIGCONT),
    ("SIGTTIN", libc::SIGTTIN),
    ("SIGTTOU", libc::SIGTTOU),
    ("SIGVTALRM", libc::SIGVTALRM),
    ("SIGPROF", libc::SIGPROF),
    ("SIGXCPU", libc::SIGXCPU),
    ("SIGXFSZ", libc::SIGXFSZ),
    ("SIGRTMIN", 34),
    ("SIGRTMAX", 64),
    ("SIGSTKFLT", libc::SIGSTKFLT),
    ("SIG_DFL", 0),
    ("SIG_IGN", 1),
    ("SIG_BLOCK", libc::SIG_BLOCK),
    ("SIG_UNBLOCK", libc::SIG_UNBLOCK),
    ("SIG_SETMASK", libc::SIG_SETMASK),
    ("ITIMER_REAL", 0),
    ("ITIMER_VIRTUAL", 1),
    ("ITIMER_PROF", 2),
    ("NSIG", SIGNALS as i32),
];

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    for (name, number) in NUMBERS {
        Module::set_int(module, vm, name, i64::from(*number))?;
    }
    let os_error = vm.exception_class(Exc::OSError).value();
    Module::set(module, vm, "ItimerError", os_error)?;
    let default = Module::get_attr(module, vm, "default_int_handler")?.unwrap_or(Value::NONE);
    let handlers = Tuple::new_uninit(vm, crate::types::Builtin::Tuple as u32, SIGNALS)?;
    let host = vm.host();
    for signal in 1..SIGNALS {
        let handler = match host.signal_action(signal as i32) {
            Ok(0) => Value::int(0),
            Ok(1) => Value::int(1),
            _ => Value::NONE,
        };
        handlers.get_mut(vm).items_mut()[signal] = handler;
    }
    vm.set_state(HANDLERS, handlers.value());
    if vm.interp().config.settings.install_signal_handlers
        && handlers.get(vm).at(libc::SIGINT as usize) == Value::int(0)
        && host.set_signal(libc::SIGINT, 2).is_ok()
    {
        handlers.get_mut(vm).items_mut()[libc::SIGINT as usize] = default;
    }
    Ok(())
}

fn handlers(vm: &Vm) -> Option<Gc<Tuple>> {
    vm.state(HANDLERS)?.downcast::<Tuple>(vm)
}

/// The Python handler of a signal, if it has one.
pub fn handler(vm: &mut Vm, signal: usize) -> Result<Option<Value>, Raised> {
    let Some(handlers) = handlers(vm) else {
        // Nobody has imported the module: an interrupt still interrupts.
        if signal == libc::SIGINT as usize {
            return Err(vm.raise_with(Exc::KeyboardInterrupt, &[]));
        }
        return Ok(None);
    };
    let handler = handlers.get(vm).items().get(signal).copied();
    Ok(handler.filter(|handler| !handler.is_none() && !handler.is_small_int()))
}

fn number(vm: &mut Vm, value: Value) -> Result<i32, Raised> {
    let signal = vm.index_i32(value)?;
    if !(1..SIGNALS as i32).contains(&signal) {
        return Err(vm.raise(Exc::ValueError, "signal number out of range"));
    }
    Ok(signal)
}

fn signal(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let signal = vm.index_i32(args.get(0))?;
    if !vm.is_main_thread() {
        return Err(vm.raise(Exc::ValueError, "signal only works in main thread of the main interpreter"));
    }
    if !(1..SIGNALS as i32).contains(&signal) {
        return Err(vm.raise(Exc::ValueError, "signal number out of range"));
    }
    let handler = args.get(1);
    let plain = if vm.is_int(handler) { vm.as_i64(handler) } else { None };
    let action = match plain {
        Some(0) => 0,
        Some(1) => 1,
        _ if vm.is_callable(handler) => 2,
        _ => {
            let message = "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object";
            return Err(vm.raise(Exc::TypeError, message));
        }
    };
    vm.run_signal_handlers()?;
    vm.ask_host(|host| host.set_signal(signal, action))?;
    let Some(handlers) = handlers(vm) else { return Ok(Value::NONE) };
    let old = handlers.get(vm).at(signal as usize);
    let new = if action == 2 { handler } else { Value::int32(action) };
    handlers.get_mut(vm).items_mut()[signal as usize] = new;
    Ok(old)
}

fn getsignal(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let signal = number(vm, args.get(0))?;
    Ok(handlers(vm).map_or(Value::NONE, |handlers| handlers.get(vm).at(signal as usize)))
}

fn default_int_handler(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(vm.raise_with(Exc::KeyboardInterrupt, &[]))
}

fn raise_signal(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let signal = vm.index_i32(args.get(0))?;
    vm.ask_host(|host| host.raise_signal(signal))?;
    vm.run_signal_handlers()?;
    Ok(Value::NONE)
}

fn alarm(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let seconds = vm.index_i32(args.get(0))?;
    let left = vm.ask_host(|host| host.alarm(seconds as u32))?;
    Ok(Value::int(left as usize))
}

fn timer_pair(vm: &mut Vm, (value, interval): (f64, f64)) -> Result<Value, Raised> {
    let (value, interval) = (vm.new_float(value)?, vm.new_float(interval)?);
    Ok(Tuple::from_values(vm, &[value, interval])?.value())
}

fn setitimer(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [which, seconds, interval] = args.all();
    let which = vm.index_i32(which)?;
    let seconds = vm.to_f64(seconds)?;
    let interval = match interval.given() {
        Some(interval) => vm.to_f64(interval)?,
        None => 0.0,
    };
    let old = vm.ask_host(|host| host.set_timer(which, seconds, interval))?;
    timer_pair(vm, old)
}

fn getitimer(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let which = vm.index_i32(args.get(0))?;
    let old = vm.ask_host(|host| host.timer(which))?;
    timer_pair(vm, old)
}

fn pause(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let host = vm.host();
    let _ = vm.detached(|| host.pause());
    vm.run_signal_handlers()?;
    Ok(Value::NONE)
}

fn set_wakeup_fd(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = vm.index_i32(args.get(0))?;
    if !vm.is_main_thread() {
        return Err(vm.raise(Exc::ValueError, "set_wakeup_fd only works in main thread of the main interpreter"));
    }
    if fd != -1 {
        let status = vm.host().status_fd(fd);
        if let Err(errno) = status {
            return Err(vm.raise_os_error(errno, &[]));
        }
        if vm.ask_host(|host| host.is_blocking(fd))? {
            return Err(vm.raise(Exc::ValueError, format!("the fd {fd} must be in non-blocking mode")));
        }
    }
    let old = vm.ask_host(|host| host.set_wakeup_fd(fd))?;
    Ok(Value::int32(old))
}

fn siginterrupt(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    // Handlers always interrupt; calls are repeated by the runtime itself.
    number(vm, args.get(0))?;
    vm.index_i32(args.get(1))?;
    Ok(Value::NONE)
}

/// Descriptions as the system's `strsignal` has them.
const DESCRIPTIONS: &[(i32, &str)] = &[
    (libc::SIGHUP, "Hangup"),
    (libc::SIGINT, "Interrupt"),
    (libc::SIGQUIT, "Quit"),
    (libc::SIGILL, "Illegal instruction"),
    (libc::SIGTRAP, "Trace/breakpoint trap"),
    (libc::SIGABRT, "Aborted"),
    (libc::SIGBUS, "Bus error"),
    (libc::SIGFPE, "Floating point exception"),
    (libc::SIGKILL, "Killed"),
    (libc::SIGUSR1, "User defined signal 1"),
    (libc::SIGSEGV, "Segmentation fault"),
    (libc::SIGUSR2, "User defined signal 2"),
    (libc::SIGPIPE, "Broken pipe"),
    (libc::SIGALRM, "Alarm clock"),
    (libc::SIGTERM, "Terminated"),
    (libc::SIGSTKFLT, "Stack fault"),
    (libc::SIGCHLD, "Child exited"),
    (libc::SIGCONT, "Continued"),
    (libc::SIGSTOP, "Stopped (signal)"),
    (libc::SIGTSTP, "Stopped"),
    (libc::SIGTTIN, "Stopped (tty input)"),
    (libc::SIGTTOU, "Stopped (tty output)"),
    (libc::SIGURG, "Urgent I/O condition"),
    (libc::SIGXCPU, "CPU time limit exceeded"),
    (libc::SIGXFSZ, "File size limit exceeded"),
    (libc::SIGVTALRM, "Virtual timer expired"),
    (libc::SIGPROF, "Profiling timer expired"),
    (libc::SIGWINCH, "Window changed"),
    (libc::SIGIO, "I/O possible"),
    (libc::SIGPWR, "Power failure"),
    (libc::SIGSYS, "Bad system call"),
];

fn strsignal(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let signal = number(vm, args.get(0))?;
    if let Some((_, text)) = DESCRIPTIONS.iter().find(|(number, _)| *number == signal) {
        return vm.new_str(text);
    }
    match signal {
        34..=64 => vm.new_str(&format!("Real-time signal {}", signal - 34)),
        _ => Ok(Value::NONE),
    }
}

/// A set of signal numbers.
fn signal_set(vm: &mut Vm, numbers: impl Iterator<Item = i32>) -> Result<Value, Raised> {
    let list = crate::types::list::List::new(vm)?;
    for number in numbers {
        crate::types::list::List::push(list, vm, Value::int32(number))?;
    }
    let class = crate::execute::builtin(vm, "set")?;
    vm.call(class, &[list.value()])
}

fn valid_signals(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    // 32 and 33 belong to the C library's threads.
    signal_set(vm, (1..SIGNALS as i32).filter(|signal| *signal != 32 && *signal != 33))
}

/// The signals of an iterable of numbers, bit n for signal n.
pub fn mask_of(vm: &mut Vm, iterable: Value) -> Result<u64, Raised> {
    let numbers = vm.list_of(iterable)?;
    let mut mask = 0;
    let mut i = 0;
    while let Some(item) = numbers.get(vm).get_at(vm, i) {
        i += 1;
        let index = vm.index(item)?;
        let signal = vm.index_i64(index);
        let signal = vm.catch(signal, Exc::OverflowError)?.unwrap_or(-1);
        if !(1..SIGNALS as i64).contains(&signal) {
            let message = format!("signal number {signal} out of range [1; 64]");
            return Err(vm.raise(Exc::ValueError, message));
        }
        if signal < 64 {
            mask |= 1 << signal;
        }
    }
    Ok(mask)
}

fn pthread_sigmask(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let how = vm.index_i32(args.get(0))?;
    let mask = mask_of(vm, args.get(1))?;
    let old = vm.ask_host(|host| host.signal_mask(how, mask))?;
    vm.run_signal_handlers()?;
    signal_set(vm, (1..64).filter(|signal| old >> signal & 1 != 0))
}

fn sigpending(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let pending = vm.ask_host(|host| host.pending_signals())?;
    signal_set(vm, (1..64).filter(|signal| pending >> signal & 1 != 0))
}

fn pidfd_send_signal(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [fd, signal, info, flags] = args.all();
    let (fd, signal) = (vm.index_i32(fd)?, vm.index_i32(signal)?);
    let flags = flags.given().map_or(Ok(0), |flags| vm.index_i32(flags))?;
    if info.not_none().is_some() {
        return Err(vm.raise(Exc::TypeError, "siginfo must be None"));
    }
    vm.ask_host(|host| host.signal_process(fd, signal, flags as u32))?;
    vm.run_signal_handlers()?;
    Ok(Value::NONE)
}

fn pthread_kill(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let index = vm.index(args.get(0))?;
    let thread = vm.as_i64(index).unwrap_or(0) as u64;
    let signal = vm.index_i32(args.get(1))?;
    vm.audit("signal.pthread_kill", &[args.get(0), Value::int32(signal)])?;
    // A number that names no thread must not reach the system.
    if !vm.has_thread(thread) {
        return Err(vm.raise_os_error(Errno(libc::ESRCH), &[]));
    }
    vm.ask_host(|host| host.signal_thread(thread, signal))?;
    vm.run_signal_handlers()?;
    Ok(Value::NONE)
}

/// Waits for a signal of a mask until a moment of the monotonic clock in nanoseconds; `None`: the time is over.
fn wait_signal(vm: &mut Vm, mask: u64, deadline: Option<i128>) -> Result<Option<[i64; 7]>, Raised> {
    let host = vm.host();
    loop {
        let timeout = match deadline {
            None => None,
            Some(deadline) => {
                let now = vm.ask_host(|host| host.clock(libc::CLOCK_MONOTONIC))?.total();
                let left = (deadline - now).max(0);
                let seconds = i64::try_from(left / 1_000_000_000).unwrap_or(i64::MAX);
                Some(TimeSpec { seconds, nanoseconds: (left % 1_000_000_000) as i64 })
            }
        };
        match vm.detached(|| host.wait_signal(mask, timeout)) {
            Ok(info) => return Ok(Some(info)),
            Err(Errno(libc::EAGAIN)) => return Ok(None),
            Err(Errno::INTERRUPTED) => vm.run_signal_handlers()?,
            Err(errno) => return Err(vm.raise_os_error(errno, &[])),
        }
    }
}

fn siginfo(vm: &mut Vm, info: Option<[i64; 7]>) -> Result<Value, Raised> {
    let Some(info) = info else { return Ok(Value::NONE) };
    let mut fields = [Value::NONE; 7];
    for (field, number) in fields.iter_mut().zip(info) {
        *field = vm.new_int(number)?;
    }
    crate::types::structseq::instance(vm, &SIGINFO, &fields)
}

fn sigwait(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mask = mask_of(vm, args.get(0))?;
    let info = wait_signal(vm, mask, None)?;
    Ok(info.map_or(Value::NONE, |info| Value::int32(info[0] as i32)))
}

fn sigwaitinfo(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mask = mask_of(vm, args.get(0))?;
    let info = wait_signal(vm, mask, None)?;
    siginfo(vm, info)
}

fn sigtimedwait(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mask = mask_of(vm, args.get(0))?;
    let timeout = args.get(1);
    let slots = vm.slots(timeout);
    let is_number = slots.float.is_some() || slots.index.is_some();
    if !is_number && vm.as_float(timeout).is_none() && !vm.is_int(timeout) {
        let got = vm.type_name(timeout);
        let message = format!("'{got}' object cannot be interpreted as an integer or float");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let seconds = vm.to_f64(timeout)?;
    if seconds.is_nan() {
        return Err(vm.raise(Exc::ValueError, "Invalid value NaN (not a number)"));
    }
    if seconds < 0.0 {
        return Err(vm.raise(Exc::ValueError, "timeout must be non-negative"));
    }
    if seconds > 9.2e9 {
        return Err(vm.raise(Exc::OverflowError, "timestamp out of range for C PyTime_t"));
    }
    let now = vm.ask_host(|host| host.clock(libc::CLOCK_MONOTONIC))?.total();
    let info = wait_signal(vm, mask, Some(now + (seconds * 1e9).ceil() as i128))?;
    siginfo(vm, info)
}
