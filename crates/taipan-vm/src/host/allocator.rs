//! The program's allocator of native memory: the system's, with a small pool behind it for when the system refuses.
//!
//! Native code asks for large buffers fallibly and for small ones as Rust does, where a refusal ends the process by a
//! signal. So a refused small request is served from the pool, and the interpreter is told: at its next safepoint the main
//! thread raises `MemoryError`, what it drops refills the pool. Only when the pool, too, is used up does the process end,
//! with a message and status 1.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::os::signals;

/// Bytes of the pool; they take memory when used.
const POOL: usize = 2 << 20;
/// Larger requests are never served from the pool: whoever makes them must be able to hear no.
const SMALL: usize = 128 << 10;

/// The allocator; a program declares one as its `#[global_allocator]`.
pub struct WithPool {
    pool: UnsafeCell<[u128; POOL / size_of::<u128>()]>,
    /// Bytes of the pool handed out since it was empty.
    used: AtomicUsize,
    /// Requests served from the pool and not freed.
    live: AtomicUsize,
    locked: AtomicBool,
}

// SAFETY: bytes of the pool are handed out once each, under the lock.
unsafe impl Sync for WithPool {}

impl Default for WithPool {
    fn default() -> Self {
        Self::new()
    }
}

impl WithPool {
    /// An allocator whose pool is full.
    pub const fn new() -> WithPool {
        WithPool {
            pool: UnsafeCell::new([0; POOL / size_of::<u128>()]),
            used: AtomicUsize::new(0),
            live: AtomicUsize::new(0),
            locked: AtomicBool::new(false),
        }
    }

    fn base(&self) -> *mut u8 {
        self.pool.get().cast()
    }

    #[inline]
    fn owns(&self, memory: *mut u8) -> bool {
        (memory as usize).wrapping_sub(self.base() as usize) < POOL
    }

    fn locked<T>(&self, work: impl FnOnce() -> T) -> T {
        while self.locked.swap(true, Ordering::Acquire) {
            std::hint::spin_loop();
        }
        let result = work();
        self.locked.store(false, Ordering::Release);
        result
    }

    #[cold]
    fn refused(&self, layout: Layout) -> *mut u8 {
        if layout.size() > SMALL || layout.align() > align_of::<u128>() {
            REFUSED.store(layout.size(), Ordering::Relaxed);
            return std::ptr::null_mut();
        }
        let at = self.locked(|| {
            let at = self.used.load(Ordering::Relaxed).checked_next_multiple_of(layout.align())?;
            let end = at.checked_add(layout.size()).filter(|end| *end <= POOL)?;
            self.used.store(end, Ordering::Relaxed);
            self.live.fetch_add(1, Ordering::Relaxed);
            Some(at)
        });
        signals::memory_is_low();
        match at {
            // SAFETY: inside the pool.
            Some(at) => unsafe { self.base().add(at) },
            None => end_of_memory(),
        }
    }

    #[cold]
    fn give_back(&self) {
        self.locked(|| {
            if self.live.fetch_sub(1, Ordering::Relaxed) == 1 {
                self.used.store(0, Ordering::Relaxed);
            }
        });
    }
}

/// The size of the last large request that was refused; 0 when none ever was.
static REFUSED: AtomicUsize = AtomicUsize::new(0);

/// What `abort` is to do in a program with this allocator: Rust calls it for a refused request whose maker cannot hear no
/// (it has then told the size on stderr), and when a panic cannot be unwound. The first ends the process with status 1, as a
/// fatal error of the interpreter does; gives control back for the others.
pub fn end_if_memory_was_refused() {
    if REFUSED.load(Ordering::Relaxed) != 0 {
        end_of_memory();
    }
}

fn end_of_memory() -> ! {
    let text = b"Fatal Python error: out of memory\n";
    // SAFETY: a buffer and its length; then the process ends.
    unsafe {
        libc::write(2, text.as_ptr().cast(), text.len());
        libc::_exit(1)
    }
}

// SAFETY: each request is served by the system's allocator or by a part of the pool of its own, and freed where it came
// from; the pool is reused when all its parts are freed.
unsafe impl GlobalAlloc for WithPool {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by contract.
        let memory = unsafe { System.alloc(layout) };
        if memory.is_null() { self.refused(layout) } else { memory }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by contract.
        let memory = unsafe { System.alloc_zeroed(layout) };
        if !memory.is_null() {
            return memory;
        }
        let memory = self.refused(layout);
        if !memory.is_null() {
            // SAFETY: so many bytes were handed out.
            unsafe { memory.write_bytes(0, layout.size()) };
        }
        memory
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        if self.owns(memory) {
            return self.give_back();
        }
        // SAFETY: by contract; memory that is not the pool's is the system's.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !self.owns(memory) {
            // SAFETY: by contract; memory that is not the pool's is the system's.
            let grown = unsafe { System.realloc(memory, layout, size) };
            if !grown.is_null() {
                return grown;
            }
        }
        let Ok(new) = Layout::from_size_align(size, layout.align()) else { return std::ptr::null_mut() };
        // SAFETY: a layout whose size is not zero, by contract; the old memory is valid for its size and freed once.
        unsafe {
            let grown = self.alloc(new);
            if !grown.is_null() {
                grown.copy_from_nonoverlapping(memory, layout.size().min(size));
                self.dealloc(memory, layout);
            }
            grown
        }
    }
}
