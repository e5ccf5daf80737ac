//! Address space, pages and a clock from the system: the only place that maps memory.
//!
//! A [`Reservation`] is one range of addresses without memory; `commit` makes parts of it usable (zero-filled),
//! `discard` gives their memory back, so that they read as zero again. Dropping it unmaps everything.
//! A [`ByteTable`] is a lazily populated table of bytes beside it.

use std::time::Duration;

use crate::address_space::address_space_left;
use crate::config::HeapError;

/// One reserved range of addresses.
#[derive(Debug)]
pub(crate) struct Reservation {
    base: usize,
    len: usize,
    page: usize,
}

/// The unit the reservation is aligned to and measured in: the system's large pages.
const ALIGN: usize = LARGE_PAGE;
/// The smallest reservation that is of use.
const LEAST: usize = 4 << 20;
/// Size of the large pages most systems have. They are not asked for: in a virtual machine the first touch of one costs
/// five times as much as that of the small pages it consists of.
const LARGE_PAGE: usize = 2 << 20;

/// Gives back what the native allocator holds of memory that was freed.
pub fn trim_native_allocator() {
    #[cfg(all(target_os = "linux", target_env = "gnu", not(miri)))]
    // SAFETY: takes no pointer; the allocator locks itself.
    unsafe {
        libc::malloc_trim(0);
    }
}

impl Reservation {
    /// Reserves `len` bytes; less when the process may not map so much (stacks, buffers and threads need the rest), and
    /// half, a quarter, ... of it when the system refuses (at least 4 MB).
    pub(crate) fn new(len: usize) -> Result<Reservation, HeapError> {
        let share = address_space_left().map_or(usize::MAX, |left| left / 8 * 3);
        let mut len = len.min(share).max(LEAST).next_multiple_of(ALIGN);
        loop {
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
                // SAFETY: asks for a constant of the system.
                let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
                return Ok(Reservation { base, len, page: usize::try_from(page).unwrap_or(64 << 10).max(4096) });
            }
            if len <= LEAST {
                return Err(HeapError::Reserve);
            }
            len = (len / 2).next_multiple_of(ALIGN).max(LEAST);
        }
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

    /// Gives a committed range memory ahead of its first use, where the system can.
    pub(crate) fn populate(&self, start: usize, len: usize) {
        assert!(start >= self.base && len <= self.len && start - self.base <= self.len - len);
        #[cfg(target_os = "linux")]
        // SAFETY: the range lies inside the reservation (asserted); what it holds does not change.
        unsafe {
            // An older system refuses.
            libc::madvise(start as *mut libc::c_void, len, libc::MADV_POPULATE_WRITE);
        }
    }

    /// Gives the memory of a committed range back; all of it reads as zero afterwards.
    ///
    /// # Safety
    /// Nothing lives in the range.
    pub(crate) unsafe fn discard(&self, start: usize, len: usize) {
        assert!(start >= self.base && len <= self.len && start - self.base <= self.len - len);
        let end = start + len;
        let (first, last) = (start.next_multiple_of(self.page).min(end), end - end % self.page);
        if first >= last {
            // SAFETY: the range is committed and, by contract, unused.
            unsafe { std::ptr::write_bytes(start as *mut u8, 0, len) };
            return;
        }
        // SAFETY: as above; the parts outside whole pages are cleared by hand.
        unsafe {
            std::ptr::write_bytes(start as *mut u8, 0, first - start);
            std::ptr::write_bytes(last as *mut u8, 0, end - last);
            if libc::madvise(first as *mut libc::c_void, last - first, libc::MADV_DONTNEED) != 0 {
                std::ptr::write_bytes(first as *mut u8, 0, last - first);
            }
        }
    }
}

/// A zero-filled table of bytes whose pages take memory when first written.
#[derive(Debug)]
pub(crate) struct ByteTable {
    base: *mut u8,
    len: usize,
}

impl ByteTable {
    pub(crate) fn new(len: usize) -> Result<ByteTable, HeapError> {
        // SAFETY: an anonymous private mapping at an address of the system's choice touches no existing memory.
        let p = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                len,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        if p == libc::MAP_FAILED { Err(HeapError::Reserve) } else { Ok(ByteTable { base: p.cast(), len }) }
    }

    /// Byte `index`.
    ///
    /// # Safety
    /// `index` lies inside the table.
    #[inline(always)]
    pub(crate) unsafe fn get(&self, index: usize) -> u8 {
        debug_assert!(index < self.len);
        // SAFETY: by contract.
        unsafe { *self.base.add(index) }
    }

    pub(crate) fn set(&mut self, index: usize, value: u8) {
        assert!(index < self.len);
        // SAFETY: inside the mapping (asserted), which this table owns.
        unsafe { *self.base.add(index) = value }
    }
}

impl Drop for ByteTable {
    fn drop(&mut self) {
        // SAFETY: the mapping belongs to this table.
        unsafe {
            libc::munmap(self.base.cast(), self.len);
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

/// Bytes of memory this machine has; `usize::MAX` when the system does not tell.
pub(crate) fn physical_memory() -> usize {
    // SAFETY: both calls ask for constants of the system.
    let (pages, size) = unsafe { (libc::sysconf(libc::_SC_PHYS_PAGES), libc::sysconf(libc::_SC_PAGESIZE)) };
    match (usize::try_from(pages), usize::try_from(size)) {
        (Ok(pages), Ok(size)) if pages > 0 && size > 0 => pages.saturating_mul(size),
        _ => usize::MAX,
    }
}

/// A clock that never goes back, for measuring pauses.
pub(crate) fn monotonic() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes the struct it is given.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}
