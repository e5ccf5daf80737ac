//! Native stacks: spilling registers, finding a thread's stack, reading words conservatively.

use std::hint::black_box;

/// Addresses of a thread's native stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StackBounds {
    /// Lowest usable address.
    pub low: usize,
    /// End of the stack (its base: stacks grow down).
    pub high: usize,
}

/// The native stack of the calling thread; `None` when the system does not tell.
pub fn current_stack_bounds() -> Option<StackBounds> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let mut attr = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
        let (mut low, mut size) = (std::ptr::null_mut(), 0);
        // SAFETY: the attribute object is initialised by the first call, read by the second, destroyed by the third.
        let ok = unsafe {
            if libc::pthread_getattr_np(libc::pthread_self(), attr.as_mut_ptr()) != 0 {
                return None;
            }
            let ok = libc::pthread_attr_getstack(attr.as_ptr(), &mut low, &mut size) == 0;
            libc::pthread_attr_destroy(attr.as_mut_ptr());
            ok
        };
        ok.then(|| StackBounds { low: low as usize, high: low as usize + size })
    }
    #[cfg(target_os = "macos")]
    {
        // SAFETY: both calls only read the calling thread's description.
        let (high, size) = unsafe {
            let me = libc::pthread_self();
            (libc::pthread_get_stackaddr_np(me) as usize, libc::pthread_get_stacksize_np(me))
        };
        Some(StackBounds { low: high - size, high })
    }
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos")))]
    None
}

/// Makes the calling thread's stack usable down to `low`, one page above it in use: the system grows the stack of a main
/// thread only at need, and ends the process by a signal when limits refuse that later.
///
/// # Safety
/// `low` lies inside the stack of the calling thread, below its stack pointer, and the system may grow it so far.
#[inline(never)]
pub unsafe fn claim_stack(low: usize) {
    let low = low & !63;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: by contract; the stack pointer moves there for the access, as older systems ask for, and back.
    unsafe {
        std::arch::asm!(
            "mov {saved}, rsp", "mov rsp, {low}", "or dword ptr [rsp], 0", "mov rsp, {saved}",
            saved = out(reg) _, low = in(reg) low);
    }
    #[cfg(not(target_arch = "x86_64"))]
    // SAFETY: by contract; nothing lives below the stack pointer.
    unsafe {
        std::ptr::write_volatile(low as *mut u32, 0);
    }
}

/// Stores all callee-saved registers on the stack and calls `f` with an address below them: every heap reference
/// the callers hold in registers then lies between that address and the stack's base until `f` returns.
#[inline(never)]
pub fn with_spilled_registers<R>(f: impl FnOnce(usize) -> R) -> R {
    let mut saved = [0usize; 12];
    #[cfg(target_arch = "x86_64")]
    // SAFETY: stores six registers into the array.
    unsafe {
        std::arch::asm!(
            "mov [{p}], rbx", "mov [{p} + 8], rbp", "mov [{p} + 16], r12",
            "mov [{p} + 24], r13", "mov [{p} + 32], r14", "mov [{p} + 40], r15",
            p = in(reg) saved.as_mut_ptr(), options(nostack, preserves_flags));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: stores twelve registers into the array.
    unsafe {
        std::arch::asm!(
            "stp x19, x20, [{p}]", "stp x21, x22, [{p}, #16]", "stp x23, x24, [{p}, #32]",
            "stp x25, x26, [{p}, #48]", "stp x27, x28, [{p}, #64]", "stp x29, x30, [{p}, #80]",
            p = in(reg) saved.as_mut_ptr(), options(nostack, preserves_flags));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    compile_error!("no register spill for this architecture");
    let sp = black_box(&mut saved).as_ptr() as usize;
    let result = f(sp);
    // The array must outlive the call, and the call must not become a tail call.
    black_box(&saved);
    result
}

/// Clears the part of the stack that the next calls will use, so that they do not keep alive what earlier calls left there.
#[inline(never)]
pub fn clear_unused_stack() {
    let mut room = [0usize; 2048];
    black_box(&mut room);
}

/// The stack pointer of the calling function.
#[inline(always)]
pub fn stack_pointer() -> usize {
    let sp: usize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: reads a register.
    unsafe {
        std::arch::asm!("mov {}, rsp", out(reg) sp, options(nomem, nostack, preserves_flags));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: reads a register.
    unsafe {
        std::arch::asm!("mov {}, sp", out(reg) sp, options(nomem, nostack, preserves_flags));
    }
    sp
}

/// Calls `f` with the address and the value of each aligned word of `[low, high)`.
///
/// # Safety
/// The range is readable: part of the stack of a thread that is stopped, or of this one above its stack pointer.
pub(crate) unsafe fn for_each_word(low: usize, high: usize, mut f: impl FnMut(usize, usize)) {
    let mut at = low.next_multiple_of(size_of::<usize>());
    while at < high {
        // SAFETY: by contract. Volatile: the words belong to other functions' frames.
        f(at, unsafe { std::ptr::read_volatile(at as *const usize) });
        at += size_of::<usize>();
    }
}
