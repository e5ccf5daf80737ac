//! The value stack of a thread: one contiguous reserved range of value words, committed as it is touched.
//!
//! Invariant: every slot below `top` holds a value or `Value::UNBOUND`; the collector visits and updates them all.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::cell::Cell;
use std::ptr::NonNull;

use crate::value::Value;

/// Slots without which no program runs.
const LEAST_SLOTS: usize = 32 << 10;

/// Zero-filled memory for `wanted` elements, or for as many as the process may have, but no fewer than `least`; the memory
/// and its length, to be freed by [`free_zeroed`].
pub(crate) fn reserve_zeroed<T>(wanted: usize, least: usize) -> Option<(NonNull<T>, usize)> {
    let share = taipan_heap::share_of_address_space(wanted.checked_mul(size_of::<T>())?, 12) / size_of::<T>().max(1);
    let mut len = share.clamp(least, wanted.max(least));
    loop {
        let layout = Layout::array::<T>(len).ok().filter(|layout| layout.size() > 0)?;
        // SAFETY: the layout has a non-zero size.
        let memory = unsafe { alloc_zeroed(layout) }.cast::<T>();
        if let Some(base) = NonNull::new(memory) {
            return Some((base, len));
        }
        if len <= least {
            return None;
        }
        len = (len / 2).max(least);
    }
}

/// Frees what [`reserve_zeroed`] gave.
///
/// # Safety
/// `base` and `len` are a result of it, freed once.
pub(crate) unsafe fn free_zeroed<T>(base: NonNull<T>, len: usize) {
    if let Ok(layout) = Layout::array::<T>(len) {
        // SAFETY: by contract allocated with this layout.
        unsafe { dealloc(base.as_ptr().cast(), layout) }
    }
}

/// The value stack. Frames and scratch windows are ranges of it.
pub struct ValueStack {
    base: NonNull<Value>,
    top: *mut Value,
    limit: *mut Value,
    slots: usize,
}

impl ValueStack {
    /// Reserves `slots` words of zero pages, or as many of them as the system gives; `None` when it gives too few.
    pub fn new(slots: usize) -> Option<ValueStack> {
        let (base, slots) = reserve_zeroed::<Value>(slots, LEAST_SLOTS)?;
        // SAFETY: one past the end of the allocation.
        let limit = unsafe { base.as_ptr().add(slots) };
        Some(ValueStack { base, top: base.as_ptr(), limit, slots })
    }

    /// The lowest slot.
    #[inline(always)]
    pub fn base(&self) -> *mut Value {
        self.base.as_ptr()
    }

    /// The first free slot.
    #[inline(always)]
    pub fn top(&self) -> *mut Value {
        self.top
    }

    /// One past the last slot.
    #[inline(always)]
    pub fn limit(&self) -> *mut Value {
        self.limit
    }

    /// Moves the top.
    ///
    /// # Safety
    /// `top` lies within the stack and every slot below it has been written.
    #[inline(always)]
    pub unsafe fn set_top(&mut self, top: *mut Value) {
        self.top = top;
    }

    /// Takes `n` slots above the top, all `UNBOUND`; `None` when the stack is full. Freed by `pop_to`.
    pub fn push_window(&mut self, n: usize) -> Option<(*mut Value, &'static [Cell<Value>])> {
        let old = self.top;
        // SAFETY: both point into the allocation.
        let free = unsafe { self.limit.offset_from(old) } as usize;
        if n > free {
            return None;
        }
        // SAFETY: `n` slots are free above the top; they are written before the top moves.
        let window = unsafe {
            for i in 0..n {
                old.add(i).write(Value::UNBOUND);
            }
            self.top = old.add(n);
            std::slice::from_raw_parts(old.cast::<Cell<Value>>(), n)
        };
        Some((old, window))
    }

    /// Frees everything above `old`.
    #[inline(always)]
    pub fn pop_to(&mut self, old: *mut Value) {
        debug_assert!(old <= self.top && old >= self.base.as_ptr());
        self.top = old;
    }
}

impl Drop for ValueStack {
    fn drop(&mut self) {
        // SAFETY: reserved in `new` with the same length.
        unsafe { free_zeroed(self.base, self.slots) }
    }
}
