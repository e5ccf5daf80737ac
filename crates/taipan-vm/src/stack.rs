//! The value stack of a thread: one contiguous reserved range of value words, committed as it is touched.
//!
//! Invariant: every slot below `top` holds a value or `Value::UNBOUND`; the collector visits and updates them all.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::cell::Cell;
use std::ptr::NonNull;

use crate::value::Value;

/// The value stack. Frames and scratch windows are ranges of it.
pub struct ValueStack {
    base: NonNull<Value>,
    top: *mut Value,
    limit: *mut Value,
    slots: usize,
}

impl ValueStack {
    /// Reserves `slots` words of zero pages.
    pub fn new(slots: usize) -> ValueStack {
        let layout = Self::layout(slots);
        // SAFETY: the layout has a non-zero size.
        let memory = unsafe { alloc_zeroed(layout) }.cast::<Value>();
        let Some(base) = NonNull::new(memory) else { std::alloc::handle_alloc_error(layout) };
        // SAFETY: one past the end of the allocation.
        let limit = unsafe { base.as_ptr().add(slots) };
        ValueStack { base, top: base.as_ptr(), limit, slots }
    }

    fn layout(slots: usize) -> Layout {
        match Layout::array::<u64>(slots.max(1)) {
            Ok(layout) => layout,
            Err(_) => unreachable!("the size of the stack is a constant of the configuration"),
        }
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
        // SAFETY: allocated in `new` with the same layout.
        unsafe { dealloc(self.base.as_ptr().cast(), Self::layout(self.slots)) }
    }
}
