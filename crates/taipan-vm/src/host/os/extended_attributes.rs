//! Extended attributes of files.

use std::ffi::CString;

use super::{c_string, check, check_long};
use crate::host::{AttributeFile, Errno, HostResult};

enum Target {
    Path(CString, bool),
    Fd(i32),
}

fn target(file: AttributeFile<'_>) -> HostResult<Target> {
    Ok(match file {
        AttributeFile::Path(path, follow) => Target::Path(c_string(path)?, follow),
        AttributeFile::Fd(fd) => Target::Fd(fd),
    })
}

/// Calls with growing buffers until the answer fits.
fn grown(mut call: impl FnMut(*mut libc::c_void, usize) -> isize) -> HostResult<Vec<u8>> {
    for size in [128, 64 << 10, 1 << 20] {
        let mut buffer = vec![0u8; size];
        match check_long(call(buffer.as_mut_ptr().cast(), size) as i64) {
            Ok(n) => {
                buffer.truncate(n as usize);
                return Ok(buffer);
            }
            Err(Errno(libc::ERANGE)) => {}
            Err(errno) => return Err(errno),
        }
    }
    Err(Errno(libc::ERANGE))
}

pub fn attribute(file: AttributeFile<'_>, name: &[u8]) -> HostResult<Vec<u8>> {
    let (target, name) = (target(file)?, c_string(name)?);
    // SAFETY: null-terminated strings; the buffer has the size told.
    grown(|buffer, size| unsafe {
        match &target {
            Target::Fd(fd) => libc::fgetxattr(*fd, name.as_ptr(), buffer, size),
            Target::Path(path, true) => libc::getxattr(path.as_ptr(), name.as_ptr(), buffer, size),
            Target::Path(path, false) => libc::lgetxattr(path.as_ptr(), name.as_ptr(), buffer, size),
        }
    })
}

pub fn set_attribute(file: AttributeFile<'_>, name: &[u8], value: &[u8], flags: i32) -> HostResult<()> {
    let (target, name) = (target(file)?, c_string(name)?);
    let (value, size) = (value.as_ptr().cast(), value.len());
    // SAFETY: null-terminated strings; the value has the size told.
    check(unsafe {
        match &target {
            Target::Fd(fd) => libc::fsetxattr(*fd, name.as_ptr(), value, size, flags),
            Target::Path(path, true) => libc::setxattr(path.as_ptr(), name.as_ptr(), value, size, flags),
            Target::Path(path, false) => libc::lsetxattr(path.as_ptr(), name.as_ptr(), value, size, flags),
        }
    })
    .map(drop)
}

pub fn remove_attribute(file: AttributeFile<'_>, name: &[u8]) -> HostResult<()> {
    let (target, name) = (target(file)?, c_string(name)?);
    // SAFETY: null-terminated strings.
    check(unsafe {
        match &target {
            Target::Fd(fd) => libc::fremovexattr(*fd, name.as_ptr()),
            Target::Path(path, true) => libc::removexattr(path.as_ptr(), name.as_ptr()),
            Target::Path(path, false) => libc::lremovexattr(path.as_ptr(), name.as_ptr()),
        }
    })
    .map(drop)
}

pub fn attributes(file: AttributeFile<'_>) -> HostResult<Vec<Vec<u8>>> {
    let target = target(file)?;
    // SAFETY: a null-terminated path; the buffer has the size told.
    let names = grown(|buffer, size| unsafe {
        match &target {
            Target::Fd(fd) => libc::flistxattr(*fd, buffer.cast(), size),
            Target::Path(path, true) => libc::listxattr(path.as_ptr(), buffer.cast(), size),
            Target::Path(path, false) => libc::llistxattr(path.as_ptr(), buffer.cast(), size),
        }
    })?;
    Ok(names.split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect())
}
