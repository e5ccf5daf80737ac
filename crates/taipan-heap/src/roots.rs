//! Where a collection starts: what the owner of the heap tells it about its roots.

/// Part of a native stack to be scanned conservatively.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StackRange {
    /// Lowest address, inclusive; 0 stands for the collecting thread's stack pointer.
    pub low: usize,
    /// Highest address, exclusive.
    pub high: usize,
}

impl StackRange {
    /// The collecting thread's own stack, from its current depth up to `base`.
    pub const fn current(base: usize) -> StackRange {
        StackRange { low: 0, high: base }
    }
}

/// The roots of a collection.
pub trait Roots {
    /// Calls `visitor` with every word outside the heap that may hold a value. The word is updated when the object
    /// it refers to moves. Words that are not value words must not be passed.
    fn visit_precise(&mut self, visitor: &mut dyn FnMut(&mut u64));

    /// As [`Roots::visit_precise`], but words that were visited before may be left out if nothing was written to them
    /// since: all they refer to is old.
    fn visit_young(&mut self, visitor: &mut dyn FnMut(&mut u64)) {
        self.visit_precise(visitor);
    }

    /// Called when a marking has ended, before anything is freed: `lives` tells of the address of an object outside the
    /// nursery whether it stays. What is kept about others outside the heap, or in words the heap does not know as
    /// references, must go now. Nothing may be allocated.
    fn forget_dead(&mut self, lives: &dyn Fn(usize) -> bool) {
        let _ = lives;
    }

    /// The native stacks of all entered threads, the collecting one's as [`StackRange::current`]. A detached thread
    /// publishes its range from inside [`crate::with_spilled_registers`].
    fn stack_ranges(&mut self) -> Vec<StackRange>;
}
