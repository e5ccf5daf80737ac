//! Copying between descriptors inside the system, transfers at an offset with flags, timers that are descriptors.

use super::{check, check_long};
use crate::host::{HostResult, TimeSpec};

fn place(offset: &mut Option<i64>) -> *mut i64 {
    offset.as_mut().map_or(std::ptr::null_mut(), std::ptr::from_mut)
}

pub fn copy_range(from: i32, to: i32, count: usize, offsets: [Option<i64>; 2]) -> HostResult<usize> {
    let [mut source, mut target] = offsets;
    // SAFETY: each offset is absent or a number of its own.
    let n = unsafe { libc::copy_file_range(from, place(&mut source), to, place(&mut target), count, 0) };
    check_long(n as i64).map(|n| n as usize)
}

pub fn splice(from: i32, to: i32, count: usize, offsets: [Option<i64>; 2], flags: u32) -> HostResult<usize> {
    let [mut source, mut target] = offsets;
    // SAFETY: each offset is absent or a number of its own.
    let n = unsafe { libc::splice(from, place(&mut source), to, place(&mut target), count, flags) };
    check_long(n as i64).map(|n| n as usize)
}

pub fn read_at(fd: i32, into: &mut [u8], offset: i64, flags: i32) -> HostResult<usize> {
    let part = libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: into.len() };
    // SAFETY: one part, writable for its length.
    check_long(unsafe { libc::preadv2(fd, &part, 1, offset, flags) } as i64).map(|n| n as usize)
}

pub fn write_at(fd: i32, bytes: &[u8], offset: i64, flags: i32) -> HostResult<usize> {
    let part = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
    // SAFETY: one part, readable for its length, which the call does not write.
    check_long(unsafe { libc::pwritev2(fd, &part, 1, offset, flags) } as i64).map(|n| n as usize)
}

pub fn lock_section(fd: i32, command: i32, length: i64) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::lockf(fd, command, length) }).map(drop)
}

fn to_time(time: TimeSpec) -> libc::timespec {
    libc::timespec { tv_sec: time.seconds, tv_nsec: time.nanoseconds }
}

fn pair(timer: libc::itimerspec) -> [TimeSpec; 2] {
    [timer.it_value, timer.it_interval].map(|time| TimeSpec { seconds: time.tv_sec, nanoseconds: time.tv_nsec })
}

pub fn open_timer(clock: i32, flags: i32) -> HostResult<i32> {
    // SAFETY: numbers only.
    check(unsafe { libc::timerfd_create(clock, flags) })
}

pub fn set_descriptor_timer(fd: i32, flags: i32, [value, interval]: [TimeSpec; 2]) -> HostResult<[TimeSpec; 2]> {
    let new = libc::itimerspec { it_interval: to_time(interval), it_value: to_time(value) };
    // SAFETY: all-zero is a valid timer.
    let mut old: libc::itimerspec = unsafe { std::mem::zeroed() };
    // SAFETY: a valid timer and room for the old one.
    check(unsafe { libc::timerfd_settime(fd, flags, &new, &mut old) })?;
    Ok(pair(old))
}

pub fn descriptor_timer(fd: i32) -> HostResult<[TimeSpec; 2]> {
    // SAFETY: all-zero is a valid timer.
    let mut timer: libc::itimerspec = unsafe { std::mem::zeroed() };
    // SAFETY: room for one timer.
    check(unsafe { libc::timerfd_gettime(fd, &mut timer) })?;
    Ok(pair(timer))
}
