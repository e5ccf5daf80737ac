//! The operating system as host: libc calls, one file per family.
//!
//! Only plain bytes cross: no path or buffer is kept after a call.

use std::ffi::CString;

use crate::host::{Errno, HostResult};

pub mod accounts;
pub mod clock;
pub mod descriptors;
pub mod extended_attributes;
pub mod files;
pub mod libraries;
pub mod logging;
pub mod mappings;
pub mod processes;
pub mod resolver;
pub mod scheduling;
pub mod semaphores;
pub mod signals;
pub mod sockets;
pub mod spawning;
pub mod system;
pub mod terminals;
pub mod transfers;

/// The operating system.
pub struct OsHost;

/// The error number of the last failed call.
pub(crate) fn last_errno() -> Errno {
    Errno(std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO))
}

/// -1 means failure.
pub(crate) fn check(result: i32) -> HostResult<i32> {
    if result == -1 { Err(last_errno()) } else { Ok(result) }
}

/// -1 means failure.
pub(crate) fn check_long(result: i64) -> HostResult<i64> {
    if result == -1 { Err(last_errno()) } else { Ok(result) }
}

/// A path for the system; `EINVAL` when it holds a null byte.
pub(crate) fn c_string(bytes: &[u8]) -> HostResult<CString> {
    CString::new(bytes).map_err(|_| Errno(libc::EINVAL))
}

/// `AT_FDCWD` for no folder.
pub(crate) fn folder(dir: Option<i32>) -> i32 {
    dir.unwrap_or(libc::AT_FDCWD)
}
