//! Tracebacks at fatal signals and at signals asked for: what `faulthandler` rests on.
//!
//! Invariants: a handler touches nothing but the atomics below, the memory that `traceback` reads, and functions that are
//! safe in handlers; it is active for one interpreter of the process at a time, the one that asked last, which takes itself
//! off before it goes. A fatal signal gets its default action back before anything is written, so that a second fault ends
//! the process.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicUsize, Ordering};

use crate::host::{HostResult, SignalAction};
use crate::interpreter::Interpreter;
use crate::raise::Raised;
use crate::vm::Vm;

pub mod traceback;
pub mod watchdog;

use traceback::Out;

/// Fatal signals and what they are called.
pub const FATAL: &[(i32, &str)] = &[
    (libc::SIGBUS, "Bus error"),
    (libc::SIGILL, "Illegal instruction"),
    (libc::SIGFPE, "Floating-point exception"),
    (libc::SIGABRT, "Aborted"),
    (libc::SIGSEGV, "Segmentation fault"),
];

/// One more than the greatest signal number.
pub const SIGNALS: usize = 65;
/// The stack of handlers: even a thread that has used up its own can report.
const STACK: usize = 256 << 10;

const ALL_THREADS: i32 = 1;
const NATIVE_STACK: i32 = 2;
const CHAIN: i32 = 4;

/// The interpreter whose threads are reported.
static INTERPRETER: AtomicPtr<Interpreter> = AtomicPtr::new(std::ptr::null_mut());
/// Where fatal signals are reported, -1: nowhere; and how.
static FATAL_FD: AtomicI32 = AtomicI32::new(-1);
static FATAL_FLAGS: AtomicI32 = AtomicI32::new(0);
/// The same for each other signal, with the handler there was before.
static WATCHED: [Watched; SIGNALS] = [const { Watched::new() }; SIGNALS];

struct Watched {
    fd: AtomicI32,
    flags: AtomicI32,
    before: AtomicUsize,
    before_flags: AtomicI32,
}

impl Watched {
    const fn new() -> Watched {
        Watched {
            fd: AtomicI32::new(-1),
            flags: AtomicI32::new(0),
            before: AtomicUsize::new(libc::SIG_DFL),
            before_flags: AtomicI32::new(0),
        }
    }

    fn before(&self) -> SignalAction {
        SignalAction { handler: self.before.load(Ordering::Relaxed), flags: self.before_flags.load(Ordering::Relaxed) }
    }

    fn keep(&self, before: SignalAction) {
        self.before.store(before.handler, Ordering::Relaxed);
        self.before_flags.store(before.flags, Ordering::Relaxed);
    }
}

/// Writes the tracebacks of the interpreter that asked last.
fn report(out: &mut Out, all_threads: bool) {
    let Some(interp) = NonNull::new(INTERPRETER.load(Ordering::Acquire)) else { return };
    let current = crate::gil::current_thread_id();
    // SAFETY: the interpreter takes itself off before it goes.
    unsafe {
        let thread = traceback::thread_of(interp, current);
        match thread {
            _ if all_threads => traceback::dump_threads(out, interp, current),
            Some(thread) => traceback::dump_thread(out, thread),
            None => {}
        }
    }
}

fn set_action(signal: i32, handler: usize, flags: i32) {
    // SAFETY: all-zero is a valid action; the handler is one of ours or one that was there before.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        (action.sa_sigaction, action.sa_flags) = (handler, flags);
        libc::sigaction(signal, &action, std::ptr::null_mut());
    }
}

extern "C" fn fatal(signal: libc::c_int) {
    set_action(signal, libc::SIG_DFL, 0);
    let fd = FATAL_FD.load(Ordering::Acquire);
    if fd >= 0 {
        let flags = FATAL_FLAGS.load(Ordering::Relaxed);
        let mut out = Out::new(fd);
        out.text("Fatal Python error: ");
        out.text(FATAL.iter().find(|(number, _)| *number == signal).map_or("", |(_, name)| name));
        out.text("\n\n");
        report(&mut out, flags & ALL_THREADS != 0);
        if flags & NATIVE_STACK != 0 {
            out.text("\n");
            traceback::dump_native_stack(&mut out);
        }
    }
    // SAFETY: a number only; ends the process.
    unsafe { libc::raise(signal) };
}

extern "C" fn watched(signal: libc::c_int) {
    let Some(slot) = usize::try_from(signal).ok().and_then(|signal| WATCHED.get(signal)) else { return };
    let fd = slot.fd.load(Ordering::Acquire);
    if fd < 0 {
        return;
    }
    // SAFETY: the address of this thread's number, kept for the interrupted code.
    let errno = unsafe { *libc::__errno_location() };
    let flags = slot.flags.load(Ordering::Relaxed);
    report(&mut Out::new(fd), flags & ALL_THREADS != 0);
    if flags & CHAIN != 0 {
        let before = slot.before();
        set_action(signal, before.handler, before.flags);
        // SAFETY: numbers only.
        unsafe {
            *libc::__errno_location() = errno;
            libc::raise(signal);
        }
        set_action(signal, handler_of(watched), flags_of(true));
    }
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

fn handler_of(handler: extern "C" fn(libc::c_int)) -> usize {
    handler as *const () as usize
}

/// A chained handler is entered again by the signal it sends; others let system calls go on.
fn flags_of(chain: bool) -> i32 {
    libc::SA_ONSTACK | if chain { libc::SA_NODEFER } else { libc::SA_RESTART }
}

/// Blocks all signals in the calling thread.
fn block_signals() {
    // SAFETY: a full set, and no room asked for the old one.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &all, std::ptr::null_mut());
    }
}

impl Interpreter {
    /// Takes the interpreter off, which is about to go.
    pub(crate) fn forget_faults(&mut self) {
        self.watchdog = None;
        let own = std::ptr::from_mut(self);
        let none = std::ptr::null_mut();
        if INTERPRETER.compare_exchange(own, none, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            return;
        }
        FATAL_FD.store(-1, Ordering::Release);
        for (signal, _) in FATAL {
            let _ = self.host.exchange_signal_action(*signal, WATCHED[*signal as usize].before());
        }
        for (signal, slot) in WATCHED.iter().enumerate() {
            if slot.fd.swap(-1, Ordering::AcqRel) >= 0 {
                let _ = self.host.exchange_signal_action(signal as i32, slot.before());
            }
        }
    }
}

impl Vm {
    fn report_for_this_interpreter(&mut self) -> HostResult<()> {
        self.host().use_signal_stack(STACK)?;
        INTERPRETER.store(std::ptr::from_mut(self.interp_mut()), Ordering::Release);
        Ok(())
    }

    /// Reports fatal signals to a descriptor from now on.
    pub fn enable_fault_handler(&mut self, fd: i32, all_threads: bool, native_stack: bool) -> Result<(), Raised> {
        if let Err(errno) = self.report_for_this_interpreter() {
            return Err(self.raise_os_error(errno, &[]));
        }
        let was_enabled = is_enabled();
        let flags = if all_threads { ALL_THREADS } else { 0 } | if native_stack { NATIVE_STACK } else { 0 };
        FATAL_FLAGS.store(flags, Ordering::Relaxed);
        FATAL_FD.store(fd, Ordering::Release);
        if was_enabled {
            return Ok(());
        }
        let action = SignalAction { handler: handler_of(fatal), flags: libc::SA_ONSTACK | libc::SA_NODEFER };
        for (signal, _) in FATAL {
            let before = self.ask_host(|host| host.exchange_signal_action(*signal, action))?;
            WATCHED[*signal as usize].keep(before);
        }
        Ok(())
    }

    /// Gives fatal signals the action back that they had before. False: they were not reported.
    pub fn disable_fault_handler(&mut self) -> Result<bool, Raised> {
        if FATAL_FD.swap(-1, Ordering::AcqRel) < 0 {
            return Ok(false);
        }
        for (signal, _) in FATAL {
            self.ask_host(|host| host.exchange_signal_action(*signal, WATCHED[*signal as usize].before()))?;
        }
        Ok(true)
    }

    /// Reports a signal to a descriptor each time it comes. The number is one of [`SIGNALS`], 0 excluded.
    pub fn watch_signal(&mut self, signal: i32, fd: i32, all_threads: bool, chain: bool) -> Result<(), Raised> {
        let Some(slot) = usize::try_from(signal).ok().and_then(|signal| WATCHED.get(signal)) else { return Ok(()) };
        if let Err(errno) = self.report_for_this_interpreter() {
            return Err(self.raise_os_error(errno, &[]));
        }
        let action = SignalAction { handler: handler_of(watched), flags: flags_of(chain) };
        let before = self.ask_host(|host| host.exchange_signal_action(signal, action))?;
        if slot.fd.load(Ordering::Relaxed) < 0 {
            slot.keep(before);
        }
        let flags = if all_threads { ALL_THREADS } else { 0 } | if chain { CHAIN } else { 0 };
        slot.flags.store(flags, Ordering::Relaxed);
        slot.fd.store(fd, Ordering::Release);
        Ok(())
    }

    /// Gives a signal the action back that it had before. False: it was not reported.
    pub fn unwatch_signal(&mut self, signal: i32) -> Result<bool, Raised> {
        let Some(slot) = usize::try_from(signal).ok().and_then(|signal| WATCHED.get(signal)) else { return Ok(false) };
        if slot.fd.swap(-1, Ordering::AcqRel) < 0 {
            return Ok(false);
        }
        self.ask_host(|host| host.exchange_signal_action(signal, slot.before()))?;
        Ok(true)
    }

    /// Writes the traceback of this thread, or of all threads.
    pub fn dump_traceback(&mut self, fd: i32, all_threads: bool) {
        let (interp, current) = (NonNull::from(self.interp_mut()), self.thread_id);
        let mut out = Out::new(fd);
        // SAFETY: this thread holds the GIL: none comes or goes.
        unsafe {
            match all_threads {
                true => traceback::dump_threads(&mut out, interp, current),
                false => traceback::dump_thread(&mut out, NonNull::from(&mut *self)),
            }
        }
    }

    /// Ends the process as an error found in a thread of native code does.
    pub fn fatal_error_in_new_thread(&mut self) {
        let address = Address(NonNull::from(self.interp_mut()));
        let thread = std::thread::Builder::new().spawn(move || {
            let address = address;
            let mut out = Out::new(2);
            out.text("Fatal Python error: faulthandler_fatal_error_thread: in new thread\n");
            out.text("Python runtime state: initialized\n\n");
            // SAFETY: the thread of the interpreter waits, with the GIL.
            unsafe { traceback::dump_threads(&mut out, address.0, 0) };
            drop(out);
            std::process::abort();
        });
        if let Ok(thread) = thread {
            let _ = thread.join();
        }
    }
}

/// An interpreter's address on its way to a thread.
struct Address(NonNull<Interpreter>);

// SAFETY: it is followed while its own thread waits.
unsafe impl Send for Address {}

/// Whether fatal signals are reported.
pub fn is_enabled() -> bool {
    FATAL_FD.load(Ordering::Relaxed) >= 0
}
