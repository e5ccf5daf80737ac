//! The native stack a program runs on: the process's own, or a thread's where limits make that too small.
//!
//! Invariant: the part above [`end`] is usable whatever limits the program sets later.

use super::{Errno, HostResult};
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
            return std::panic::catch_unwind(program).unwrap_or_else(|_| {
                tell(b"Fatal Python error: internal error\n");
                1
            });
        }
    }
    let size = share_of_address_space(USUAL, 8).max(LEAST);
    let (sender, receiver) = std::sync::mpsc::channel();
    let work = move || {
        let _ = sender.send(program());
    };
    if start_thread(size, work).is_err() {
        tell(b"Fatal Python error: no memory for the native stack\n");
        return 1;
    }
    // Signals are for the thread that runs the program.
    // SAFETY: all-zero is a valid set; valid sets.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &all, std::ptr::null_mut());
    }
    receiver.recv().unwrap_or(1)
}

/// Writes to the process's standard error without asking for memory.
fn tell(text: &[u8]) {
    // SAFETY: a buffer and its length.
    unsafe { libc::write(2, text.as_ptr().cast(), text.len()) };
}

/// Starts a thread with a native stack of so many bytes, which nobody waits for. A panic in it ends the process.
///
/// The standard library's threads end the process when there is no memory for their signal stacks.
///
/// # Errors
/// That of the system.
pub fn start_thread(stack: usize, work: impl FnOnce() + Send + 'static) -> HostResult<()> {
    type Work = Box<dyn FnOnce() + Send>;
    extern "C" fn run(work: *mut libc::c_void) -> *mut libc::c_void {
        // SAFETY: made by `Box::into_raw` below, for this thread alone.
        let work = unsafe { Box::from_raw(work.cast::<Work>()) };
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(*work)).is_err() {
            // It held locks that others wait for.
            tell(b"Fatal Python error: internal error in a thread\n");
            // SAFETY: ends the process.
            unsafe { libc::_exit(1) }
        }
        std::ptr::null_mut()
    }
    let work: *mut Work = Box::into_raw(Box::new(Box::new(work)));
    // SAFETY: the attributes are made, used and destroyed here; the thread takes over `work` unless it is not started.
    unsafe {
        let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
        let mut result = libc::pthread_attr_init(attributes.as_mut_ptr());
        if result == 0 {
            libc::pthread_attr_setdetachstate(attributes.as_mut_ptr(), libc::PTHREAD_CREATE_DETACHED);
            result = libc::pthread_attr_setstacksize(attributes.as_mut_ptr(), stack.next_multiple_of(64 << 10));
            if result == 0 {
                let mut thread = std::mem::MaybeUninit::uninit();
                result = libc::pthread_create(thread.as_mut_ptr(), attributes.as_ptr(), run, work.cast());
            }
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
        }
        if result != 0 {
            drop(Box::from_raw(work));
            return Err(Errno(result));
        }
    }
    Ok(())
}
