//! Named semaphores of the system.
//!
//! A handle is the address `sem_open` gave. Handles are never closed, so that one stays good as long as the process lives;
//! the system gives the same address for the same name.

use super::{c_string, check, last_errno};
use crate::host::{Errno, HostResult, TimeSpec};

fn handle_of(semaphore: *mut libc::sem_t) -> HostResult<u64> {
    if semaphore == libc::SEM_FAILED { Err(last_errno()) } else { Ok(semaphore.expose_provenance() as u64) }
}

fn pointer(handle: u64) -> *mut libc::sem_t {
    std::ptr::with_exposed_provenance_mut(handle as usize)
}

pub fn semaphore_create(name: &[u8], mode: u32, value: u32) -> HostResult<u64> {
    let name = c_string(name)?;
    // SAFETY: a terminated name; the variadic arguments are a mode and a value, as O_CREAT wants.
    handle_of(unsafe { libc::sem_open(name.as_ptr(), libc::O_CREAT | libc::O_EXCL, mode, value) })
}

pub fn semaphore_open(name: &[u8]) -> HostResult<u64> {
    let name = c_string(name)?;
    // SAFETY: a terminated name.
    handle_of(unsafe { libc::sem_open(name.as_ptr(), 0) })
}

pub fn semaphore_unlink(name: &[u8]) -> HostResult<()> {
    let name = c_string(name)?;
    // SAFETY: a terminated name.
    check(unsafe { libc::sem_unlink(name.as_ptr()) }).map(drop)
}

pub fn semaphore_post(handle: u64) -> HostResult<()> {
    // SAFETY: handles come from `sem_open` and are never closed.
    check(unsafe { libc::sem_post(pointer(handle)) }).map(drop)
}

pub fn semaphore_value(handle: u64) -> HostResult<i32> {
    let mut value = 0;
    // SAFETY: handles come from `sem_open` and are never closed.
    check(unsafe { libc::sem_getvalue(pointer(handle), &mut value) })?;
    Ok(value)
}

pub fn semaphore_try(handle: u64) -> HostResult<bool> {
    // SAFETY: handles come from `sem_open` and are never closed.
    match check(unsafe { libc::sem_trywait(pointer(handle)) }) {
        Ok(_) => Ok(true),
        Err(Errno(libc::EAGAIN)) => Ok(false),
        Err(errno) => Err(errno),
    }
}

pub fn semaphore_wait(handle: u64, until: Option<TimeSpec>) -> HostResult<bool> {
    let semaphore = pointer(handle);
    let done = match until {
        // SAFETY: handles come from `sem_open` and are never closed.
        None => unsafe { libc::sem_wait(semaphore) },
        Some(until) => {
            let until = libc::timespec { tv_sec: until.seconds, tv_nsec: until.nanoseconds };
            // SAFETY: as above, with a time that lives through the call.
            unsafe { libc::sem_timedwait(semaphore, &until) }
        }
    };
    match check(done) {
        Ok(_) => Ok(true),
        Err(Errno(libc::ETIMEDOUT)) => Ok(false),
        Err(errno) => Err(errno),
    }
}
