//! Signals: the process-wide record of arrived ones, and their actions.
//!
//! A handler only sets a bit and writes a byte to the wake-up descriptor. Signals belong to the process, so the record
//! is a static atomic; the main thread of the main interpreter takes it.

use std::cell::Cell;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};

use super::{check, last_errno};
use crate::host::{Errno, HostResult, SignalAction, TimeSpec};
use crate::interp::budget::Budget;

static ARRIVED: AtomicU64 = AtomicU64::new(0);
static WAKEUP_FD: AtomicI32 = AtomicI32::new(-1);

/// See `Host::take_signals`.
pub fn take_signals() -> u64 {
    if ARRIVED.load(Ordering::Relaxed) == 0 { 0 } else { ARRIVED.swap(0, Ordering::AcqRel) }
}

/// The bit of no signal in what [`take_signals`] gives: native memory was refused.
pub const MEMORY_IS_LOW: u64 = 1;

/// Tells the main thread that native memory was refused.
pub fn memory_is_low() {
    ARRIVED.fetch_or(MEMORY_IS_LOW, Ordering::AcqRel);
}

thread_local! {
    /// What the thread may do before it looks for signals, if it is one that does so. An address without a destructor: a
    /// handler reads it without calling anything.
    static BUDGET: Cell<*const Budget> = const { Cell::new(std::ptr::null()) };
}

/// Signals that reach the calling thread take this budget away, until [`forget_budget`] or another call.
pub fn hurry_at_signals(budget: &Budget) {
    BUDGET.set(budget);
}

/// A budget of the calling thread is about to be freed.
pub fn forget_budget(budget: &Budget) {
    if std::ptr::eq(BUDGET.get(), budget) {
        BUDGET.set(std::ptr::null());
    }
}

extern "C" fn record(signal: libc::c_int) {
    if (1..64).contains(&signal) {
        ARRIVED.fetch_or(1 << signal, Ordering::AcqRel);
        // SAFETY: the thread that this handler interrupts withdraws the address before it frees what lies there.
        if let Some(budget) = unsafe { BUDGET.get().as_ref() } {
            budget.exhaust();
        }
    }
    let fd = WAKEUP_FD.load(Ordering::Relaxed);
    if fd >= 0 {
        let byte = signal as u8;
        // SAFETY: async-signal-safe calls on this thread; `errno` is kept for the interrupted code.
        unsafe {
            let errno = *libc::__errno_location();
            libc::write(fd, (&raw const byte).cast(), 1);
            *libc::__errno_location() = errno;
        }
    }
}

fn current(action: &libc::sigaction) -> i32 {
    let own: extern "C" fn(libc::c_int) = record;
    match action.sa_sigaction {
        libc::SIG_DFL => 0,
        libc::SIG_IGN => 1,
        handler if handler == own as *const () as usize => 2,
        _ => 3,
    }
}

pub fn set_signal(signal: i32, action: i32) -> HostResult<i32> {
    let own: extern "C" fn(libc::c_int) = record;
    // SAFETY: all-zero is a valid `sigaction`.
    let (mut new, mut old): (libc::sigaction, libc::sigaction) = unsafe { std::mem::zeroed() };
    new.sa_sigaction = match action {
        0 => libc::SIG_DFL,
        1 => libc::SIG_IGN,
        _ => own as *const () as usize,
    };
    new.sa_flags = if action == 2 { libc::SA_ONSTACK } else { 0 };
    // SAFETY: a valid action whose handler is async-signal-safe.
    check(unsafe { libc::sigaction(signal, &new, &mut old) })?;
    Ok(current(&old))
}

pub fn signal_action(signal: i32) -> HostResult<i32> {
    // SAFETY: all-zero is a valid `sigaction`.
    let mut old: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: room for one action.
    check(unsafe { libc::sigaction(signal, std::ptr::null(), &mut old) })?;
    Ok(current(&old))
}

pub fn exchange_signal_action(signal: i32, action: SignalAction) -> HostResult<SignalAction> {
    // SAFETY: all-zero is a valid `sigaction`.
    let (mut new, mut old): (libc::sigaction, libc::sigaction) = unsafe { std::mem::zeroed() };
    (new.sa_sigaction, new.sa_flags) = (action.handler, action.flags);
    // SAFETY: a handler of this program that is async-signal-safe, or one that was there before.
    check(unsafe { libc::sigaction(signal, &new, &mut old) })?;
    Ok(SignalAction { handler: old.sa_sigaction, flags: old.sa_flags })
}

pub fn use_signal_stack(bytes: usize) -> HostResult<()> {
    // SAFETY: all-zero is a valid `stack_t`.
    let mut old: libc::stack_t = unsafe { std::mem::zeroed() };
    // SAFETY: room for one stack.
    check(unsafe { libc::sigaltstack(std::ptr::null(), &mut old) })?;
    if old.ss_flags & libc::SS_DISABLE == 0 && old.ss_size >= bytes {
        return Ok(());
    }
    // The pages are taken when used. They stay until the process ends: a handler may run on them at any time.
    let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a fresh mapping that nobody else uses.
    unsafe {
        let memory = libc::mmap(std::ptr::null_mut(), bytes, protection, flags, -1, 0);
        if memory == libc::MAP_FAILED {
            return Err(last_errno());
        }
        let new = libc::stack_t { ss_sp: memory, ss_flags: 0, ss_size: bytes };
        check(libc::sigaltstack(&new, std::ptr::null_mut()))?;
    }
    Ok(())
}

pub fn raise_signal(signal: i32) -> HostResult<()> {
    let send = || {
        // SAFETY: numbers only.
        if unsafe { libc::raise(signal) } == 0 { Ok(()) } else { Err(last_errno()) }
    };
    send()?;
    // Rust's own handler gives these their default action and waits for them to come again.
    if matches!(signal, libc::SIGSEGV | libc::SIGBUS) && signal_action(signal) == Ok(0) {
        send()?;
    }
    Ok(())
}

pub fn alarm(seconds: u32) -> HostResult<u32> {
    // SAFETY: numbers only.
    Ok(unsafe { libc::alarm(seconds) })
}

unsafe extern "C" {
    fn setitimer(which: libc::c_int, new: *const libc::itimerval, old: *mut libc::itimerval) -> libc::c_int;
    fn getitimer(which: libc::c_int, value: *mut libc::itimerval) -> libc::c_int;
}

fn to_timeval(seconds: f64) -> HostResult<libc::timeval> {
    if !(0.0..9.0e18).contains(&seconds) {
        return Err(Errno(libc::EINVAL));
    }
    let micros = (seconds * 1e6).ceil();
    Ok(libc::timeval { tv_sec: (micros / 1e6) as i64, tv_usec: (micros % 1e6) as i64 })
}

fn from_timeval(time: libc::timeval) -> f64 {
    time.tv_sec as f64 + time.tv_usec as f64 * 1e-6
}

pub fn set_timer(which: i32, value: f64, interval: f64) -> HostResult<(f64, f64)> {
    let new = libc::itimerval { it_interval: to_timeval(interval)?, it_value: to_timeval(value)? };
    // SAFETY: all-zero is a valid timer.
    let mut old: libc::itimerval = unsafe { std::mem::zeroed() };
    // SAFETY: a valid timer and room for the old one.
    check(unsafe { setitimer(which, &new, &mut old) })?;
    Ok((from_timeval(old.it_value), from_timeval(old.it_interval)))
}

pub fn timer(which: i32) -> HostResult<(f64, f64)> {
    // SAFETY: all-zero is a valid timer.
    let mut old: libc::itimerval = unsafe { std::mem::zeroed() };
    // SAFETY: room for one timer.
    check(unsafe { getitimer(which, &mut old) })?;
    Ok((from_timeval(old.it_value), from_timeval(old.it_interval)))
}

pub fn set_wakeup_fd(fd: i32) -> HostResult<i32> {
    Ok(WAKEUP_FD.swap(fd, Ordering::AcqRel))
}

pub fn pause() -> HostResult<()> {
    // SAFETY: no arguments.
    unsafe { libc::pause() };
    Err(Errno::INTERRUPTED)
}

pub(super) fn to_set(mask: u64) -> libc::sigset_t {
    // SAFETY: all-zero is a valid set; signal numbers are in range.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut set);
        for signal in (1..64).filter(|signal| mask >> signal & 1 != 0) {
            libc::sigaddset(&mut set, signal);
        }
        set
    }
}

fn from_set(set: &libc::sigset_t) -> u64 {
    // SAFETY: signal numbers in range.
    (1..64).filter(|signal| unsafe { libc::sigismember(set, *signal) } == 1).fold(0, |mask, signal| mask | 1 << signal)
}

pub fn signal_mask(how: i32, mask: u64) -> HostResult<u64> {
    let (new, mut old) = (to_set(mask), to_set(0));
    // SAFETY: valid sets.
    match unsafe { libc::pthread_sigmask(how, &new, &mut old) } {
        0 => Ok(from_set(&old)),
        errno => Err(Errno(errno)),
    }
}

pub fn pending_signals() -> HostResult<u64> {
    let mut set = to_set(0);
    // SAFETY: room for one set.
    check(unsafe { libc::sigpending(&mut set) })?;
    Ok(from_set(&set))
}

pub fn signal_thread(thread: u64, signal: i32) -> HostResult<()> {
    // SAFETY: the caller knows that the thread has not ended.
    match unsafe { libc::pthread_kill(thread as libc::pthread_t, signal) } {
        0 => Ok(()),
        errno => Err(Errno(errno)),
    }
}

pub fn wait_signal(mask: u64, timeout: Option<TimeSpec>) -> HostResult<[i64; 7]> {
    let set = to_set(mask);
    // SAFETY: all-zero is a valid `siginfo_t`.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let time = timeout.map(|time| libc::timespec { tv_sec: time.seconds, tv_nsec: time.nanoseconds });
    let time = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: a valid set, room for one answer, a valid time or none.
    check(unsafe { libc::sigtimedwait(&set, &mut info, time) })?;
    // SAFETY: the fields of a signal sent by a process or for a child; for others they hold numbers as well.
    let (pid, uid, status) = unsafe { (info.si_pid(), info.si_uid(), info.si_status()) };
    Ok([
        i64::from(info.si_signo),
        i64::from(info.si_code),
        i64::from(info.si_errno),
        i64::from(pid),
        i64::from(uid),
        i64::from(status),
        0,
    ])
}
