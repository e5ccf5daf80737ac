//! Memory mapped by the system: files, or anonymous pages.
//!
//! Invariants: a `Mapping` owns its range of addresses and its copy of the file's descriptor, and gives both back once, when
//! it is dropped; the range changes in `resize` only. Where the file ends before the range, the system answers an access by
//! a signal, as it does in CPython.

use super::{check, last_errno};
use crate::host::{Errno, HostResult};

/// What shall be mapped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MapRequest {
    /// The file, `None` for anonymous pages.
    pub fd: Option<i32>,
    /// Keep a copy of the descriptor, which `resize` needs.
    pub keep_fd: bool,
    pub len: usize,
    /// `PROT_*` and `MAP_*`.
    pub protection: i32,
    pub flags: i32,
    pub offset: usize,
}

/// A range of mapped memory.
#[derive(Debug)]
pub struct Mapping {
    address: usize,
    len: usize,
    fd: Option<i32>,
    offset: usize,
}

/// Maps memory.
pub fn map_memory(request: MapRequest) -> HostResult<Mapping> {
    // Never in place of something else.
    if request.flags & (libc::MAP_FIXED | libc::MAP_FIXED_NOREPLACE) != 0 {
        return Err(Errno(libc::EINVAL));
    }
    let fd = match request.fd {
        // SAFETY: numbers only.
        Some(fd) if request.keep_fd => Some(check(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) })?),
        _ => None,
    };
    let flags = if request.fd.is_none() { request.flags | libc::MAP_ANONYMOUS } else { request.flags };
    let mut mapping = Mapping { address: 0, len: 0, fd, offset: request.offset };
    let offset = libc::off_t::try_from(request.offset).map_err(|_| Errno(libc::EOVERFLOW))?;
    // SAFETY: the system chooses a range that nothing else uses.
    let memory = unsafe {
        let nowhere = std::ptr::null_mut();
        libc::mmap(nowhere, request.len, request.protection, flags, request.fd.unwrap_or(-1), offset)
    };
    if memory == libc::MAP_FAILED {
        return Err(last_errno());
    }
    (mapping.address, mapping.len) = (memory as usize, request.len);
    Ok(mapping)
}

impl Mapping {
    /// Where the memory begins, and how many bytes there are.
    pub fn range(&self) -> (usize, usize) {
        (self.address, self.len)
    }

    /// The size of the file. EBADF without one.
    pub fn file_size(&self) -> HostResult<i64> {
        Ok(super::files::status_fd(self.fd.ok_or(Errno(libc::EBADF))?)?.size)
    }

    /// Changes the length, of the file as well. What was asked of the old range is invalid.
    pub fn resize(&mut self, len: usize) -> HostResult<()> {
        if len == 0 {
            return Err(Errno(libc::EINVAL));
        }
        if let Some(fd) = self.fd {
            let end = self.offset.checked_add(len).and_then(|end| libc::off_t::try_from(end).ok());
            // SAFETY: numbers only.
            check(unsafe { libc::ftruncate(fd, end.ok_or(Errno(libc::EINVAL))?) })?;
        }
        // SAFETY: the range is owned, and by `&mut` nobody looks at it.
        let memory = unsafe { libc::mremap(self.address as *mut _, self.len, len, libc::MREMAP_MAYMOVE) };
        if memory == libc::MAP_FAILED {
            return Err(last_errno());
        }
        (self.address, self.len) = (memory as usize, len);
        Ok(())
    }

    /// Writes a part of the range (within it) to the file.
    pub fn flush(&self, offset: usize, len: usize) -> HostResult<()> {
        // SAFETY: the system checks the range.
        check(unsafe { libc::msync((self.address + offset) as *mut _, len, libc::MS_SYNC) }).map(drop)
    }

    /// Tells the system how a part of the range (within it) will be used.
    pub fn advise(&self, offset: usize, len: usize, advice: i32) -> HostResult<()> {
        /// Makes pages that must not be touched.
        const GUARD_INSTALL: i32 = 102;
        if advice == GUARD_INSTALL {
            return Err(Errno(libc::EINVAL));
        }
        // SAFETY: the system checks the range; no advice unmaps memory.
        check(unsafe { libc::madvise((self.address + offset) as *mut _, len, advice) }).map(drop)
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: owned, given back once.
        unsafe {
            if self.len > 0 {
                libc::munmap(self.address as *mut _, self.len);
            }
            if let Some(fd) = self.fd {
                libc::close(fd);
            }
        }
    }
}
