//! Address space and pages from the system: the only place that maps memory.
//!
//! A [`Reservation`] is one range of addresses without memory; `commit` makes parts of it usable (zero-filled),
//! `discard` gives their memory back, so that they read as zero again. Dropping it unmaps everything.

use crate::config::HeapError;

/// One reserved range of addresses.
#[derive(Debug)]
pub(crate) struct Reservation {
    base: usize,
    len: usize,
}

/// The unit the reservation is aligned to and measured in.
const ALIGN: usize = 1 << 20;

impl Reservation {
    /// Reserves `len` bytes, or as much as half, a quarter, ... of it when the system refuses (at least 4 MB).
    pub(crate) fn new(len: usize) -> Result<Reservation, HeapError> {
        let mut len = len.max(ALIGN * 4).next_multiple_of(ALIGN);
        while len >= ALIGN * 4 {
            // SAFETY: an anonymous private mapping at an address of the system's choice touches no existing memory.
            let p = unsafe {
                libc::mmap(
                    std::ptr::null_mut(),
                    len + ALIGN,
                    libc::PROT_NONE,
                    libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                    -1,
                    0,
                )
            };
            if p != libc::MAP_FAILED {
                let start = p as usize;
                let base = start.next_multiple_of(ALIGN);
                let (head, tail) = (base - start, ALIGN - (base - start));
                // SAFETY: both parts belong to the mapping just made and nothing refers to them.
                unsafe {
                    if head > 0 {
                        libc::munmap(start as *mut libc::c_void, head);
                    }
                    if tail > 0 {
                        libc::munmap((base + len) as *mut libc::c_void, tail);
                    }
                }
                return Ok(Reservation { base, len });
            }
            len = (len / 2).next_multiple_of(ALIGN);
            if len == ALIGN * 4 {
                break;
            }
        }
        Err(HeapError::Reserve)
    }

    pub(crate) fn base(&self) -> usize {
        self.base
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Makes `[start, start + len)` readable and writable; false when the system refuses.
    #[must_use]
    pub(crate) fn commit(&self, start: usize, len: usize) -> bool {
        assert!(start >= self.base && len <= self.len && start - self.base <= self.len - len);
        // SAFETY: the range lies inside the reservation (asserted).
        unsafe { libc::mprotect(start as *mut libc::c_void, len, libc::PROT_READ | libc::PROT_WRITE) == 0 }
    }

    /// Gives the memory of a committed range back; it stays usable and reads as zero.
    pub(crate) fn discard(&self, start: usize, len: usize) {
        assert!(start >= self.base && len <= self.len && start - self.base <= self.len - len);
        // SAFETY: the range lies inside the reservation and the caller holds nothing in it.
        unsafe {
            libc::madvise(start as *mut libc::c_void, len, libc::MADV_DONTNEED);
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        // SAFETY: the mapping belongs to this reservation; the heap owning it is going away.
        unsafe {
            libc::munmap(self.base as *mut libc::c_void, self.len);
        }
    }
}
