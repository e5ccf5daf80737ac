//! Scheduling: policies, priorities, CPUs, namespaces.

use super::{check, check_long, last_errno};
use crate::host::{Errno, HostResult, TimeSpec};

pub fn scheduler(pid: i32) -> HostResult<i32> {
    // SAFETY: numbers only.
    check(unsafe { libc::sched_getscheduler(pid) })
}

pub fn set_scheduler(pid: i32, policy: i32, priority: i32) -> HostResult<()> {
    let parameter = libc::sched_param { sched_priority: priority };
    // SAFETY: a valid parameter.
    check(unsafe { libc::sched_setscheduler(pid, policy, &parameter) }).map(drop)
}

pub fn scheduling_priority(pid: i32) -> HostResult<i32> {
    let mut parameter = libc::sched_param { sched_priority: 0 };
    // SAFETY: room for one parameter.
    check(unsafe { libc::sched_getparam(pid, &mut parameter) })?;
    Ok(parameter.sched_priority)
}

pub fn set_scheduling_priority(pid: i32, priority: i32) -> HostResult<()> {
    let parameter = libc::sched_param { sched_priority: priority };
    // SAFETY: a valid parameter.
    check(unsafe { libc::sched_setparam(pid, &parameter) }).map(drop)
}

pub fn priority_range(policy: i32) -> HostResult<(i32, i32)> {
    // SAFETY: numbers only.
    unsafe { Ok((check(libc::sched_get_priority_min(policy))?, check(libc::sched_get_priority_max(policy))?)) }
}

pub fn time_slice(pid: i32) -> HostResult<TimeSpec> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: room for one time.
    check(unsafe { libc::sched_rr_get_interval(pid, &mut time) })?;
    Ok(TimeSpec { seconds: time.tv_sec, nanoseconds: time.tv_nsec })
}

pub fn set_affinity(pid: i32, cpus: &[usize]) -> HostResult<()> {
    let len = cpus.iter().max().map_or(0, |most| most / 64 + 1).max(size_of::<libc::cpu_set_t>() / 8);
    let mut set = Vec::new();
    set.try_reserve_exact(len).map_err(|_| Errno(libc::ENOMEM))?;
    set.resize(len, 0u64);
    for cpu in cpus {
        set[cpu / 64] |= 1 << (cpu % 64);
    }
    // SAFETY: the set has the size told.
    check(unsafe { libc::sched_setaffinity(pid, set.len() * 8, set.as_ptr().cast()) }).map(drop)
}

pub fn process_priority(which: i32, who: i32) -> HostResult<i32> {
    // SAFETY: `errno` is this thread's own; numbers only.
    let value = unsafe {
        *libc::__errno_location() = 0;
        libc::getpriority(which as _, who as libc::id_t)
    };
    if value == -1 && last_errno().0 != 0 { Err(last_errno()) } else { Ok(value) }
}

pub fn set_process_priority(which: i32, who: i32, priority: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::setpriority(which as _, who as libc::id_t, priority) }).map(drop)
}

pub fn enter_namespace(fd: i32, kind: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::setns(fd, kind) }).map(drop)
}

pub fn leave_namespaces(flags: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::unshare(flags) }).map(drop)
}

pub fn signal_process(fd: i32, signal: i32, flags: u32) -> HostResult<()> {
    let none = std::ptr::null::<libc::siginfo_t>();
    // SAFETY: numbers, and no information about the signal.
    check_long(unsafe { libc::syscall(libc::SYS_pidfd_send_signal, fd, signal, none, flags) }).map(drop)
}
