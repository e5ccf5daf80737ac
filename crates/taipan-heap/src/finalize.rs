//! Finalisers: objects that are queued once when they become unreachable, and live until taken from the queue.
//!
//! Invariants: an object is registered at most once; the queue is a root; weak references to everything that was
//! unreachable are cut before an object is queued (PEP 442).

use std::collections::VecDeque;
use std::ptr::NonNull;

use crate::header::Header;
use crate::heap::Heap;
use crate::mark;
use crate::roots::Roots;
use crate::side_table::SideTable;
use crate::stats::{CollectStats, Collection};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Finalizer {
    tag: u64,
    serial: u64,
    /// Queued by [`Heap::collect_lax`] also when only words of native stacks refer to the object.
    lax: bool,
    /// Queued when no object that is queued for another finaliser leads to the object any more.
    last: bool,
}

/// Registered finalisers and the queue of objects waiting for theirs.
#[derive(Debug)]
pub(crate) struct Finalizers {
    pub(crate) table: SideTable<Finalizer>,
    pub(crate) queue: VecDeque<(u64, u64)>,
    next_serial: u64,
    /// All registrations count as lax.
    lax: bool,
    /// The collection is one of [`Heap::collect_lax`].
    pub(crate) early: bool,
}

impl Finalizers {
    pub(crate) fn new() -> Finalizers {
        Finalizers { table: SideTable::new(), queue: VecDeque::new(), next_serial: 0, lax: false, early: false }
    }

    /// Queues what `fate` knows to be unreached, oldest registration first; the caller makes it reachable again and then
    /// asks once more for what comes `last`. Returns how many objects were queued.
    pub(crate) fn queue_dead(&mut self, all: bool, last: bool, fate: impl Fn(usize) -> Option<usize>) -> usize {
        self.queue_dead_or_lax(all, last, fate, |_| false)
    }

    /// As `queue_dead`; in a collection that is lax, also those that `stale` knows to be kept by native stacks only.
    pub(crate) fn queue_dead_or_lax(
        &mut self,
        all: bool,
        last: bool,
        fate: impl Fn(usize) -> Option<usize>,
        stale: impl Fn(usize) -> bool,
    ) -> usize {
        let (all_lax, early) = (self.lax, self.early);
        self.queue_if(all, |a, f| f.last == last && (fate(a).is_none() || ((all_lax || early && f.lax) && stale(a))))
    }

    /// Queues what a test picks from the registrations, of young objects or of `all`.
    fn queue_if(&mut self, all: bool, is_due: impl Fn(usize, &Finalizer) -> bool) -> usize {
        let table = &self.table.map;
        let due: Vec<usize> = if all {
            table.iter().filter(|&(&a, f)| is_due(a, f)).map(|(&a, _)| a).collect()
        } else {
            self.table.young.iter().copied().filter(|a| table.get(a).is_some_and(|f| is_due(*a, f))).collect()
        };
        let mut dead: Vec<_> =
            due.into_iter().filter_map(|a| self.table.map.remove(&a).map(|f| (f.serial, a, f.tag))).collect();
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
        self.register(object, tag, false, false);
    }

    /// As [`Heap::register_finalizer`], for what finalisers of other objects may still need: the object is not queued as long
    /// as one that is queued leads to it.
    pub fn register_last_finalizer(&mut self, object: NonNull<Header>, tag: u64) {
        self.register(object, tag, false, true);
    }

    /// As [`Heap::register_finalizer`], for what may happen early, such as giving back a count: see [`Heap::collect_lax`].
    pub fn register_lax_finalizer(&mut self, object: NonNull<Header>, tag: u64) {
        self.register(object, tag, true, false);
    }

    /// Collects now, and queues what was registered by [`Heap::register_lax_finalizer`] also when only words of native
    /// stacks, which may be stale, lead to it. What they lead to stays alive in any case.
    pub fn collect_lax(&mut self, kind: Collection, roots: &mut dyn Roots) -> CollectStats {
        self.finalizers.early = true;
        let stats = self.collect(kind, roots);
        self.finalizers.early = false;
        stats
    }

    /// The part of [`Heap::collect_lax`] that comes before native stacks are believed: marks what precise roots lead to and
    /// queues what that has not reached. The objects around `candidates` stay where they are.
    pub(crate) fn queue_lax(&mut self, roots: &mut dyn Roots, candidates: &[usize], out: &mut CollectStats) {
        self.keep_in_place(candidates);
        self.mark_roots(roots, &[]);
        self.drain_marks(usize::MAX);
        let blocks = &self.blocks;
        out.finalizable += self.finalizers.queue_if(true, |a, f| f.lax && mark::fate(blocks, a).is_none());
    }

    /// Until it is switched off, minor collections queue whatever young object only words of native stacks refer to: for
    /// collections at a point where native code holds nothing that is not also in a precise root.
    pub fn set_lax(&mut self, lax: bool) {
        self.finalizers.lax = lax;
    }

    fn register(&mut self, object: NonNull<Header>, tag: u64, lax: bool, last: bool) {
        let address = object.as_ptr() as usize;
        self.set_side_flag(address);
        let young = self.is_young_address(address);
        let serial = self.finalizers.next_serial;
        self.finalizers.next_serial += 1;
        self.finalizers.table.insert(address, young, Finalizer { tag, serial, lax, last });
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
    /// registered until taken from the queue by [`Heap::take_finalizable`]. What comes last, for the others' sake, stays.
    pub fn queue_all_finalizers(&mut self) -> usize {
        self.finalizers.queue_dead(true, false, |_| None)
    }
}
