//! Finalisers: objects that are queued once when they become unreachable, and live until taken from the queue.
//!
//! Invariants: an object is registered at most once; the queue is a root; weak references to everything that was
//! unreachable are cut before an object is queued (PEP 442).

use std::collections::VecDeque;
use std::ptr::NonNull;

use crate::header::Header;
use crate::heap::Heap;
use crate::side_table::SideTable;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Finalizer {
    tag: u64,
    serial: u64,
    /// Queued also when only words of native stacks refer to the object.
    lax: bool,
}

/// Registered finalisers and the queue of objects waiting for theirs.
#[derive(Debug)]
pub(crate) struct Finalizers {
    pub(crate) table: SideTable<Finalizer>,
    pub(crate) queue: VecDeque<(u64, u64)>,
    next_serial: u64,
    /// All registrations count as lax.
    lax: bool,
}

impl Finalizers {
    pub(crate) fn new() -> Finalizers {
        Finalizers { table: SideTable::new(), queue: VecDeque::new(), next_serial: 0, lax: false }
    }

    /// Queues what `fate` knows to be unreached, oldest registration first; the caller makes it reachable again.
    /// Returns how many objects were queued.
    pub(crate) fn queue_dead(&mut self, all: bool, fate: impl Fn(usize) -> Option<usize>) -> usize {
        self.queue_dead_or_lax(all, fate, |_| false)
    }

    /// As `queue_dead`; of what is registered as lax, also those that `stale` knows to be kept by native stacks only.
    pub(crate) fn queue_dead_or_lax(
        &mut self,
        all: bool,
        fate: impl Fn(usize) -> Option<usize>,
        stale: impl Fn(usize) -> bool,
    ) -> usize {
        let table = &self.table.map;
        let all_lax = self.lax;
        let is_dead = |a: usize| fate(a).is_none() || (stale(a) && table.get(&a).is_some_and(|f| all_lax || f.lax));
        let mut dead: Vec<usize> = if all {
            self.table.map.keys().copied().filter(|&a| is_dead(a)).collect()
        } else {
            self.table.young.iter().copied().filter(|&a| self.table.map.contains_key(&a) && is_dead(a)).collect()
        };
        let mut dead: Vec<_> =
            dead.drain(..).filter_map(|a| self.table.map.remove(&a).map(|f| (f.serial, a, f.tag))).collect();
        dead.sort_unstable();
        let count = dead.len();
        self.queue.extend(dead.into_iter().map(|(_, address, tag)| (address as u64, tag)));
        count
    }
}

impl Heap {
    /// Queues `object` once, with `tag`, when it becomes unreachable; it stays alive until taken from the queue.
    /// A second registration replaces the first.
    pub fn register_finalizer(&mut self, object: NonNull<Header>, tag: u64) {
        self.register(object, tag, false);
    }

    /// As [`Heap::register_finalizer`]; a minor collection queues the young object also when nothing but words of native
    /// stacks, which may be stale, refers to it. For what may happen early: giving back a count.
    pub fn register_lax_finalizer(&mut self, object: NonNull<Header>, tag: u64) {
        self.register(object, tag, true);
    }

    /// Until it is switched off, every finaliser counts as registered by [`Heap::register_lax_finalizer`]: for collections
    /// at a point where native code holds nothing that is not also in a precise root.
    pub fn set_lax(&mut self, lax: bool) {
        self.finalizers.lax = lax;
    }

    fn register(&mut self, object: NonNull<Header>, tag: u64, lax: bool) {
        let address = object.as_ptr() as usize;
        self.set_side_flag(address);
        let young = self.is_young_address(address);
        let serial = self.finalizers.next_serial;
        self.finalizers.next_serial += 1;
        self.finalizers.table.insert(address, young, Finalizer { tag, serial, lax });
    }

    /// Drops the registration of `object`; true if there was one.
    pub fn unregister_finalizer(&mut self, object: NonNull<Header>) -> bool {
        self.finalizers.table.map.remove(&(object.as_ptr() as usize)).is_some()
    }

    /// The next unreachable object with a finaliser, and its tag. Weak references to it and to all that became
    /// unreachable with it were cut and queued before it.
    pub fn take_finalizable(&mut self) -> Option<(NonNull<Header>, u64)> {
        let (object, tag) = self.finalizers.queue.pop_front()?;
        Some((NonNull::new(object as *mut Header)?, tag))
    }

    /// Takes from the queue the next object with a given tag.
    pub fn take_finalizable_tagged(&mut self, tag: u64) -> Option<NonNull<Header>> {
        let at = self.finalizers.queue.iter().position(|(_, other)| *other == tag)?;
        let (object, _) = self.finalizers.queue.remove(at)?;
        NonNull::new(object as *mut Header)
    }

    /// Whether [`Heap::take_dead_weak`] or [`Heap::take_finalizable`] has something.
    #[inline]
    pub fn has_pending(&self) -> bool {
        !self.weak.dead.is_empty() || !self.finalizers.queue.is_empty()
    }

    /// Takes all objects with a registered finaliser, oldest first, for the end of the interpreter. They stay
    /// registered until taken from the queue by [`Heap::take_finalizable`].
    pub fn queue_all_finalizers(&mut self) -> usize {
        self.finalizers.queue_dead(true, |_| None)
    }
}
