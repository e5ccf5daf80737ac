//! Executable memory: pages of equal small functions, each of which loads the address of its slot in the page behind and
//! jumps to where that says.
//!
//! Invariants: the page of code is written once and never writable again; slots are written through the page of data only;
//! a slot in use is not given to another.

use crate::abi;

/// Bytes of a slot: the context and the address to jump to.
const SLOT: usize = 16;

const _: () = assert!(abi::THUNK_BYTES == SLOT, "thunks and slots lie at the same distance");

/// Two pages: code, data.
struct Pages {
    code: usize,
    size: usize,
    free: Vec<usize>,
}

/// The thunks of one pool.
#[derive(Default)]
pub(crate) struct Thunks {
    pages: Vec<Pages>,
}

impl Pages {
    fn new() -> Option<Pages> {
        // SAFETY: numbers only.
        let size = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).ok()?;
        // SAFETY: fresh memory that nothing else uses.
        let memory = unsafe {
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            libc::mmap(std::ptr::null_mut(), 2 * size, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0)
        };
        if memory == libc::MAP_FAILED {
            return None;
        }
        let pages = Pages { code: memory as usize, size, free: (0..size / SLOT).rev().collect() };
        // SAFETY: the first of the two pages, which is still writable and known to nobody.
        let code = unsafe { std::slice::from_raw_parts_mut(memory.cast::<u8>(), size) };
        for thunk in code.chunks_exact_mut(abi::THUNK_BYTES) {
            abi::write_thunk(thunk, size);
        }
        // SAFETY: the page is owned.
        let done = unsafe { libc::mprotect(memory, size, libc::PROT_READ | libc::PROT_EXEC) };
        (done == 0).then_some(pages)
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: owned, given back once; by then no closure has a thunk in it.
        unsafe { libc::munmap(self.code as *mut _, 2 * self.size) };
    }
}

impl Thunks {
    /// A thunk that jumps to `entry` with the address of a slot that begins with `context`: its place and its address.
    pub(crate) fn take(&mut self, context: usize, entry: usize) -> Option<((usize, usize), usize)> {
        let page = match self.pages.iter().position(|pages| !pages.free.is_empty()) {
            Some(page) => page,
            None => {
                self.pages.push(Pages::new()?);
                self.pages.len() - 1
            }
        };
        let pages = self.pages.get_mut(page)?;
        let slot = pages.free.pop()?;
        let address = pages.code + slot * SLOT;
        // SAFETY: a free slot of the page of data.
        unsafe {
            let data = (address + pages.size) as *mut usize;
            data.write(context);
            data.add(1).write(entry);
        }
        Some(((page, slot), address))
    }

    /// Gives a thunk back. The pages stay: closures come and go.
    pub(crate) fn give_back(&mut self, (page, slot): (usize, usize)) {
        if let Some(pages) = self.pages.get_mut(page) {
            pages.free.push(slot);
        }
    }
}
