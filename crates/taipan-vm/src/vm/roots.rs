//! The roots of a collection: what the interpreter and each of its threads hold.
//!
//! Precise roots may be told where their object has moved to; the native stack is only looked at.

use std::ptr::NonNull;

use taipan_heap::{Roots, StackRange};

use super::Vm;
use crate::interpreter::Interpreter;
use crate::value::Value;

/// The roots of a collection started by one thread.
pub(super) struct ThreadRoots {
    pub(super) interp: NonNull<Interpreter>,
    pub(super) current: NonNull<Vm>,
}

impl Roots for ThreadRoots {
    fn visit_precise(&mut self, visitor: &mut dyn FnMut(&mut u64)) {
        // SAFETY: the collecting thread holds the GIL, so it alone touches the interpreter and the contexts of its
        // threads; the heap itself is not touched here.
        unsafe {
            let interp = self.interp.as_ptr();
            let threads = (*interp).threads.clone();
            for thread in &threads {
                (*thread.as_ptr()).forget_saved_slots(0);
            }
            (*interp).visit_roots(visitor);
            for thread in threads {
                (*thread.as_ptr()).visit_roots(0, visitor);
            }
        }
    }

    fn visit_young(&mut self, visitor: &mut dyn FnMut(&mut u64)) {
        // SAFETY: as in `visit_precise`.
        unsafe {
            let interp = self.interp.as_ptr();
            let threads = (*interp).threads.clone();
            for thread in &threads {
                (*thread.as_ptr()).forget_saved_slots((*thread.as_ptr()).exec.settled());
            }
            (*interp).visit_roots(visitor);
            for thread in threads {
                let thread = &mut *thread.as_ptr();
                thread.visit_roots(thread.exec.settled(), visitor);
                thread.exec.settle_after_collection();
            }
        }
    }

    fn forget_dead(&mut self, lives: &dyn Fn(usize) -> bool) {
        // SAFETY: as in `visit_precise`.
        unsafe { (*self.interp.as_ptr()).forget_dead_classes(self.current.as_ref(), lives) };
    }

    fn stack_ranges(&mut self) -> Vec<StackRange> {
        // SAFETY: the context is alive: it started this collection. The others are parked: they hold no GIL, and what
        // they have published does not change until they get it.
        unsafe {
            let mut ranges = vec![StackRange::current(self.current.as_ref().native_base)];
            for thread in &(*self.interp.as_ptr()).threads {
                let thread = thread.as_ref();
                let low = thread.parked_at.load(std::sync::atomic::Ordering::Acquire);
                if low != 0 {
                    ranges.push(StackRange { low, high: thread.native_base });
                }
            }
            ranges
        }
    }
}

impl Vm {
    /// Visits the roots of the thread, those of its `settled` lowest frames not included.
    fn visit_roots(&mut self, settled: usize, visitor: &mut dyn FnMut(&mut u64)) {
        let slots = [
            &mut self.pending,
            &mut self.handled,
            &mut self.unawaited,
            &mut self.trace_function,
            &mut self.profile_function,
            &mut self.context,
            &mut self.repr_active,
        ];
        for slot in slots {
            if let Some(value) = slot {
                let mut word = value.bits();
                visitor(&mut word);
                *slot = Value::from_bits(word);
            }
        }
        self.exec.visit_roots(settled, visitor);
        self.visit_stack(settled, visitor);
    }
}
