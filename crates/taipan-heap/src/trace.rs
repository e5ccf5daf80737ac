//! Finding the value words of an object.

use crate::header::Header;
use crate::layout::{LEN_MASK, Layout, Tail};

/// Calls `f` with each value word of the object.
///
/// # Safety
/// `object` starts a complete object of this layout; `f` may change the word it is given and nothing else of it.
#[inline(always)]
pub(crate) unsafe fn for_each_slot(object: *mut Header, layout: &Layout, mut f: impl FnMut(*mut u64)) {
    let words = object.cast::<u64>();
    let mut bits = layout.values;
    while bits != 0 {
        // SAFETY: `define_layout` checked that all bits lie inside the fixed words.
        f(unsafe { words.add(bits.trailing_zeros() as usize) });
        bits &= bits - 1;
    }
    for word in layout.values_from..layout.fixed_words {
        // SAFETY: a fixed word.
        f(unsafe { words.add(word as usize) });
    }
    if let Tail::Values { len_word } = layout.tail {
        // SAFETY: the length word is a fixed word and counts the words of the tail.
        unsafe {
            let len = (*words.add(len_word as usize) & LEN_MASK) as usize;
            let tail = words.add(layout.fixed_words as usize);
            for i in 0..len {
                f(tail.add(i));
            }
        }
    }
    if layout.trailing != 0 {
        // SAFETY: the object is complete: its trailing words follow its tail.
        unsafe {
            let trailing = words.add(layout.trailing_offset(object) / 8);
            for i in 0..layout.trailing as usize {
                f(trailing.add(i));
            }
        }
    }
}

/// Calls `f` with each value word of the object among its words `from..to`.
///
/// # Safety
/// As for [`for_each_slot`].
pub(crate) unsafe fn for_each_slot_in(
    object: *mut Header,
    layout: &Layout,
    from: usize,
    to: usize,
    mut f: impl FnMut(*mut u64),
) {
    let fixed = layout.fixed_words as usize;
    let words = object.cast::<u64>();
    for word in from..to.min(fixed) {
        let listed = word < 64 && layout.values >> word & 1 != 0;
        if listed || word >= layout.values_from as usize {
            // SAFETY: a fixed word.
            f(unsafe { words.add(word) });
        }
    }
    if let Tail::Values { len_word } = layout.tail {
        // SAFETY: the length word is a fixed word and counts the words of the tail.
        let len = unsafe { (*words.add(len_word as usize) & LEN_MASK) as usize };
        for word in from.max(fixed)..to.min(fixed + len) {
            // SAFETY: a word of the tail.
            f(unsafe { words.add(word) });
        }
    }
    if layout.trailing != 0 {
        // SAFETY: the object is complete: its trailing words follow its tail.
        let first = unsafe { layout.trailing_offset(object) / 8 };
        for word in from.max(first)..to.min(first + layout.trailing as usize) {
            // SAFETY: a trailing word.
            f(unsafe { words.add(word) });
        }
    }
}

/// Asks for the memory at `address`, which may be none, to be brought into the cache.
#[inline(always)]
pub fn prefetch(address: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch has no effect but on caches, whatever the address.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(address as *const i8);
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    unsafe {
        std::arch::asm!("prfm pldl1keep, [{0}]", in(reg) address, options(nostack, preserves_flags, readonly));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _ = address;
}
