//! Clocks, sleeping and calendar time.

use std::ffi::CStr;

use super::{c_string, check, last_errno};
use crate::host::{CalendarTime, Errno, HostResult, TimeSpec};

pub fn clock(id: i32) -> HostResult<TimeSpec> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: room for one `timespec`.
    check(unsafe { libc::clock_gettime(id, &mut time) })?;
    Ok(TimeSpec { seconds: time.tv_sec, nanoseconds: time.tv_nsec })
}

pub fn clock_resolution(id: i32) -> HostResult<TimeSpec> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: room for one `timespec`.
    check(unsafe { libc::clock_getres(id, &mut time) })?;
    Ok(TimeSpec { seconds: time.tv_sec, nanoseconds: time.tv_nsec })
}

pub fn sleep_until(deadline: TimeSpec) -> HostResult<()> {
    let time = libc::timespec { tv_sec: deadline.seconds, tv_nsec: deadline.nanoseconds };
    // SAFETY: a valid time; the rest is not asked for.
    let errno =
        unsafe { libc::clock_nanosleep(libc::CLOCK_MONOTONIC, libc::TIMER_ABSTIME, &time, std::ptr::null_mut()) };
    if errno == 0 { Ok(()) } else { Err(Errno(errno)) }
}

fn calendar(tm: &libc::tm) -> CalendarTime {
    let zone = if tm.tm_zone.is_null() {
        String::new()
    } else {
        // SAFETY: the C library's zone names are null-terminated and live as long as the zone is set.
        unsafe { CStr::from_ptr(tm.tm_zone) }.to_string_lossy().into_owned()
    };
    CalendarTime {
        year: i64::from(tm.tm_year) + 1900,
        month: tm.tm_mon + 1,
        day: tm.tm_mday,
        hour: tm.tm_hour,
        minute: tm.tm_min,
        second: tm.tm_sec,
        week_day: (tm.tm_wday + 6) % 7,
        year_day: tm.tm_yday + 1,
        is_dst: tm.tm_isdst,
        zone,
        utc_offset: tm.tm_gmtoff,
    }
}

fn broken_down(time: &CalendarTime) -> HostResult<libc::tm> {
    // SAFETY: all-zero is a valid `tm`.
    let mut tm: libc::tm = unsafe { std::mem::zeroed() };
    tm.tm_year = i32::try_from(time.year - 1900).map_err(|_| Errno(libc::EOVERFLOW))?;
    tm.tm_mon = time.month - 1;
    tm.tm_mday = time.day;
    tm.tm_hour = time.hour;
    tm.tm_min = time.minute;
    tm.tm_sec = time.second;
    tm.tm_wday = (time.week_day + 1).rem_euclid(7);
    tm.tm_yday = time.year_day - 1;
    tm.tm_isdst = time.is_dst;
    tm.tm_gmtoff = time.utc_offset;
    Ok(tm)
}

pub fn local_time(seconds: i64) -> HostResult<CalendarTime> {
    // SAFETY: all-zero is a valid `tm`.
    let mut tm: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: a time and room for one `tm`.
    let done = unsafe { libc::localtime_r(&seconds, &mut tm) };
    if done.is_null() { Err(last_errno()) } else { Ok(calendar(&tm)) }
}

pub fn utc_time(seconds: i64) -> HostResult<CalendarTime> {
    // SAFETY: all-zero is a valid `tm`.
    let mut tm: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: a time and room for one `tm`.
    let done = unsafe { libc::gmtime_r(&seconds, &mut tm) };
    if done.is_null() { Err(last_errno()) } else { Ok(CalendarTime { zone: "UTC".to_owned(), ..calendar(&tm) }) }
}

pub fn make_time(time: &CalendarTime) -> HostResult<i64> {
    let mut tm = broken_down(time)?;
    tm.tm_wday = -1;
    // SAFETY: one `tm`, which the call normalises.
    let seconds = unsafe { libc::mktime(&mut tm) };
    // The week day is written exactly when the call succeeds, also for -1.
    if seconds == -1 && tm.tm_wday == -1 { Err(Errno(libc::EOVERFLOW)) } else { Ok(seconds) }
}

pub fn format_time(format: &[u8], time: &CalendarTime) -> HostResult<Vec<u8>> {
    if format.is_empty() {
        return Ok(Vec::new());
    }
    let mut tm = broken_down(time)?;
    let zone = c_string(time.zone.as_bytes())?;
    if !time.zone.is_empty() {
        tm.tm_zone = zone.as_ptr();
    }
    let c_format = c_string(format)?;
    let mut size = 1024;
    loop {
        let mut text = vec![0u8; size];
        // SAFETY: a buffer writable for its length, a null-terminated format, a valid `tm`.
        let n = unsafe { libc::strftime(text.as_mut_ptr().cast(), size, c_format.as_ptr(), &tm) };
        if n > 0 || size >= 256 * format.len().max(4) {
            text.truncate(n);
            return Ok(text);
        }
        size *= 2;
    }
}

pub fn set_time_zone() -> HostResult<()> {
    unsafe extern "C" {
        fn tzset();
    }
    // SAFETY: reads the environment variable TZ; see `system::set_environment`.
    unsafe { tzset() };
    Ok(())
}

pub fn set_clock(id: i32, time: TimeSpec) -> HostResult<()> {
    let time = libc::timespec { tv_sec: time.seconds, tv_nsec: time.nanoseconds };
    // SAFETY: a valid `timespec`.
    check(unsafe { libc::clock_settime(id, &time) }).map(drop)
}

unsafe extern "C" {
    fn pthread_getcpuclockid(thread: libc::pthread_t, clock: *mut libc::clockid_t) -> libc::c_int;
}

pub fn thread_clock(thread: u64) -> HostResult<i32> {
    let mut clock = 0;
    // SAFETY: the caller knows that the thread has not ended; room for a number.
    match unsafe { pthread_getcpuclockid(thread as libc::pthread_t, &mut clock) } {
        0 => Ok(clock),
        errno => Err(crate::host::Errno(errno)),
    }
}
