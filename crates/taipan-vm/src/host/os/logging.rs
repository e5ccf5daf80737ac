//! The system log.

use std::ffi::CString;
use std::sync::{Mutex, PoisonError};

use super::c_string;
use crate::host::HostResult;

/// The name before each message; the C library keeps its address while the log is open.
static NAME: Mutex<Option<CString>> = Mutex::new(None);

pub fn open_log(name: Option<&[u8]>, options: i32, facility: i32) -> HostResult<()> {
    let name = name.map(c_string).transpose()?;
    let mut kept = NAME.lock().unwrap_or_else(PoisonError::into_inner);
    let address = name.as_ref().map_or(std::ptr::null(), |name| name.as_ptr());
    // SAFETY: a null-terminated string that is kept until the next call, which replaces the address before the string.
    unsafe { libc::openlog(address, options, facility) };
    *kept = name;
    Ok(())
}

pub fn log(priority: i32, message: &[u8]) -> HostResult<()> {
    let message = c_string(message)?;
    // SAFETY: null-terminated strings, one for the one place in the format.
    unsafe { libc::syslog(priority, c"%s".as_ptr(), message.as_ptr()) };
    Ok(())
}

pub fn close_log() -> HostResult<()> {
    let mut kept = NAME.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: no arguments; no name from here on.
    unsafe {
        libc::closelog();
        libc::openlog(std::ptr::null(), 0, 0);
        libc::closelog();
    }
    *kept = None;
    Ok(())
}

pub fn set_log_mask(mask: i32) -> HostResult<i32> {
    // SAFETY: numbers only.
    Ok(unsafe { libc::setlogmask(mask) })
}
