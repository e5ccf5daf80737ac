//! The native stack a program runs on: the process's own, or a thread's where limits make that too small.
//!
//! Invariant: the part above [`end`] is usable whatever limits the program sets later.

use taipan_heap::{StackBounds, address_space_left, claim_stack, current_stack_bounds, share_of_address_space};

/// Less than this is no stack to run an interpreter on.
const LEAST: usize = 2 << 20;
/// What a stack of our own has.
const USUAL: usize = 8 << 20;
/// What is used of a stack without limit.
const MOST: usize = 64 << 20;

/// The lowest address that is used of a stack.
pub(crate) fn end(bounds: StackBounds) -> usize {
    bounds.low.max(bounds.high.saturating_sub(MOST))
}

/// Runs a program on a native stack of sufficient size; gives its status.
pub fn with_native_stack(program: fn() -> i32) -> i32 {
    if let Some(bounds) = current_stack_bounds() {
        let (low, size) = (end(bounds), bounds.high - end(bounds));
        if size >= LEAST && address_space_left().is_none_or(|left| left / 8 > size) {
            // SAFETY: part of the stack (but for the page beside its end), and the limits allow for it.
            unsafe { claim_stack(low + (64 << 10)) };
            return program();
        }
    }
    let size = share_of_address_space(USUAL, 8).max(LEAST);
    let Ok(thread) = std::thread::Builder::new().name("main".to_owned()).stack_size(size).spawn(program) else {
        let text = b"Fatal Python error: no memory for the native stack\n";
        // SAFETY: a buffer and its length.
        unsafe { libc::write(2, text.as_ptr().cast(), text.len()) };
        return 1;
    };
    // Signals are for the thread that runs the program.
    // SAFETY: all-zero is a valid set; valid sets.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &all, std::ptr::null_mut());
    }
    thread.join().unwrap_or(1)
}
