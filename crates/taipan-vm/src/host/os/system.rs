//! Environment, random bytes and facts about the machine.

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use super::{c_string, check, check_long};
use crate::host::{Errno, HostResult};

pub fn environment() -> HostResult<Vec<(Vec<u8>, Vec<u8>)>> {
    Ok(std::env::vars_os().map(|(name, value)| (name.into_vec(), value.into_vec())).collect())
}

pub fn set_environment(name: &[u8], value: &[u8]) -> HostResult<()> {
    if name.is_empty() || name.contains(&b'=') {
        return Err(Errno(libc::EINVAL));
    }
    let (name, value) = (c_string(name)?, c_string(value)?);
    let (name, value) = (OsStr::from_bytes(name.as_bytes()), OsStr::from_bytes(value.as_bytes()));
    // SAFETY: all readers of the environment in this program go through `std::env`, which locks; foreign code that
    // reads it directly is not part of the program.
    unsafe { std::env::set_var(name, value) };
    Ok(())
}

pub fn unset_environment(name: &[u8]) -> HostResult<()> {
    if name.is_empty() || name.contains(&b'=') {
        return Err(Errno(libc::EINVAL));
    }
    let name = c_string(name)?;
    // SAFETY: as in `set_environment`.
    unsafe { std::env::remove_var(OsStr::from_bytes(name.as_bytes())) };
    Ok(())
}

pub fn random(into: &mut [u8]) -> HostResult<()> {
    let mut filled = 0;
    while filled < into.len() {
        let rest = &mut into[filled..];
        // SAFETY: the buffer is writable for its length.
        let n = unsafe { libc::getrandom(rest.as_mut_ptr().cast(), rest.len(), 0) };
        filled += check_long(n as i64)? as usize;
    }
    Ok(())
}

pub fn system_name() -> HostResult<[Vec<u8>; 5]> {
    // SAFETY: all-zero is a valid `utsname`.
    let mut name: libc::utsname = unsafe { std::mem::zeroed() };
    // SAFETY: room for one `utsname`.
    check(unsafe { libc::uname(&mut name) })?;
    let text = |field: &[libc::c_char]| {
        // SAFETY: the system null-terminates each field.
        unsafe { CStr::from_ptr(field.as_ptr()) }.to_bytes().to_vec()
    };
    Ok([text(&name.sysname), text(&name.nodename), text(&name.release), text(&name.version), text(&name.machine)])
}

pub fn cpu_count() -> HostResult<usize> {
    // SAFETY: numbers only.
    let n = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
    usize::try_from(n).map_err(|_| Errno(libc::EINVAL))
}

pub fn affinity(pid: i32) -> HostResult<Vec<usize>> {
    // SAFETY: all-zero is an empty set.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: room for one set.
    check(unsafe { libc::sched_getaffinity(pid, size_of::<libc::cpu_set_t>(), &mut set) })?;
    // SAFETY: indexes below the size of the set.
    Ok((0..libc::CPU_SETSIZE as usize).filter(|cpu| unsafe { libc::CPU_ISSET(*cpu, &set) }).collect())
}

pub fn load_average() -> HostResult<[f64; 3]> {
    let mut load = [0.0; 3];
    // SAFETY: room for three numbers.
    if unsafe { libc::getloadavg(load.as_mut_ptr(), 3) } == 3 { Ok(load) } else { Err(Errno(libc::EIO)) }
}

pub fn system_config(name: i32) -> HostResult<i64> {
    // SAFETY: `errno` is this thread's own.
    unsafe { *libc::__errno_location() = 0 };
    // SAFETY: numbers only.
    let value = unsafe { libc::sysconf(name) };
    if value == -1 && super::last_errno().0 != 0 { Err(super::last_errno()) } else { Ok(value as i64) }
}

pub fn text_config(name: i32) -> HostResult<Option<Vec<u8>>> {
    // SAFETY: `errno` is this thread's own.
    unsafe { *libc::__errno_location() = 0 };
    let mut text = vec![0u8; 256];
    loop {
        // SAFETY: room for as many bytes as told.
        let n = unsafe { libc::confstr(name, text.as_mut_ptr().cast(), text.len()) };
        if n == 0 {
            let errno = super::last_errno();
            return if errno.0 == 0 { Ok(None) } else { Err(errno) };
        }
        if n <= text.len() {
            text.truncate(n - 1);
            return Ok(Some(text));
        }
        text.resize(n, 0);
    }
}

/// A limit of a file by path or descriptor.
pub fn file_config(file: Result<i32, &[u8]>, name: i32) -> HostResult<i64> {
    // SAFETY: `errno` is this thread's own; a null-terminated path.
    let value = unsafe {
        match file {
            Ok(fd) => {
                *libc::__errno_location() = 0;
                libc::fpathconf(fd, name)
            }
            Err(path) => {
                let path = c_string(path)?;
                *libc::__errno_location() = 0;
                libc::pathconf(path.as_ptr(), name)
            }
        }
    };
    if value == -1 && super::last_errno().0 != 0 { Err(super::last_errno()) } else { Ok(value as i64) }
}
