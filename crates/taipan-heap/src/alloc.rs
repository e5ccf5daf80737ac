//! Slow paths of allocation: new nursery blocks, large objects, when to collect, the memory limit.
//!
//! Invariant: memory is handed to the program only if [`Heap::fits`] said so; collections themselves may go over
//! the limit for as long as they copy.

use std::ptr::NonNull;

use crate::LARGE_BYTES;
use crate::block::BLOCK;
use crate::config::{HeapConfig, OutOfMemory, Policy};
use crate::header::{GRANULE, Header};
use crate::heap::Heap;
use crate::large::{LargeSpace, PAGE};
use crate::roots::Roots;
use crate::stack_scan::with_spilled_registers;
use crate::stats::{Cause, Collection};

/// Young large objects of this many bytes bring on a minor collection.
const LARGE_BUDGET: usize = 4 << 20;

/// Part of the limit that is kept for handling `OutOfMemory`.
pub(crate) fn reserve_of(config: &HeapConfig) -> usize {
    if config.limit == usize::MAX { 0 } else { (config.limit / 16).min(512 << 10) }
}

impl Heap {
    /// Allocates like [`Heap::alloc`], collecting if needed; large objects too.
    ///
    /// # Errors
    /// [`OutOfMemory`] when the limit does not allow it even after a full collection. A small reserve becomes
    /// available then, for handling the error.
    #[cold]
    #[inline(never)]
    pub fn alloc_slow(
        &mut self,
        shape: u32,
        bytes: usize,
        roots: &mut dyn Roots,
    ) -> Result<NonNull<Header>, OutOfMemory> {
        with_spilled_registers(|sp| {
            self.limit = self.eden.hidden_limit;
            let result = self.alloc_at(shape, bytes.max(GRANULE), roots, sp);
            if self.every_allocation_is_slow {
                self.limit = self.cursor;
            }
            result
        })
    }

    fn alloc_at(
        &mut self,
        shape: u32,
        bytes: usize,
        roots: &mut dyn Roots,
        sp: usize,
    ) -> Result<NonNull<Header>, OutOfMemory> {
        if self.injected_failure() {
            return Err(OutOfMemory);
        }
        if let Some(kind) = self.stress_collection() {
            self.collect_at(kind, Cause::Stress, roots, sp);
        }
        if bytes > LARGE_BYTES {
            return self.alloc_large(shape, bytes, roots, sp);
        }
        if let Policy::MarkSweep(fit) = self.config.policy {
            return self.alloc_in_gap(shape, bytes, fit, roots, sp);
        }
        if !self.urgent
            && let Some(object) = self.alloc(shape, bytes)
        {
            return Ok(object);
        }
        let due = self.urgent || self.eden.blocks.len() >= self.eden.target;
        if due || !self.next_eden_block() {
            self.collect_due(roots, sp);
            if !self.next_eden_block() {
                self.collect_at(Collection::Major, Cause::Limit, roots, sp);
                // Without some slack each further block would cost a full collection.
                let slack = if self.in_reserve { 0 } else { self.config.limit / 64 };
                if !self.fits(slack) || !self.next_eden_block() {
                    self.in_reserve = true;
                    return Err(OutOfMemory);
                }
            }
        }
        self.alloc(shape, bytes).ok_or(OutOfMemory)
    }

    fn alloc_large(
        &mut self,
        shape: u32,
        bytes: usize,
        roots: &mut dyn Roots,
        sp: usize,
    ) -> Result<NonNull<Header>, OutOfMemory> {
        let pages = LargeSpace::pages_for(bytes).ok_or(OutOfMemory)?;
        if bytes > self.config.limit || bytes > self.blocks.pages.len() {
            return Err(OutOfMemory);
        }
        let budget = if self.config.policy == Policy::Generational { LARGE_BUDGET } else { self.next_major };
        if self.urgent || self.large.allocated.saturating_add(bytes) > budget && self.large.allocated > 0 {
            self.collect_due(roots, sp);
        }
        let mut at = if self.fits(pages * PAGE) { self.large.alloc(&mut self.blocks, pages) } else { None };
        if at.is_none() {
            self.collect_at(Collection::Major, Cause::Limit, roots, sp);
            if self.fits(pages * PAGE) {
                at = self.large.alloc(&mut self.blocks, pages);
            }
        }
        let Some(at) = at else {
            self.in_reserve |= bytes <= BLOCK;
            return Err(OutOfMemory);
        };
        self.note_peak();
        let object = at as *mut Header;
        let mut bits = Header::LARGE;
        if matches!(self.config.policy, Policy::MarkSweep(_)) {
            self.large.young.pop();
            bits |= Header::OLD | Header::LOGGED;
        }
        // SAFETY: fresh room for `bytes`.
        unsafe { object.write(Header { shape, bits }) };
        NonNull::new(object).ok_or(OutOfMemory)
    }

    /// Makes the large object `object` `bytes` long where it lies, with zeros behind what it holds; the caller then changes
    /// its length word. False (nothing changed): it is not large, or there is no room behind it, or none within the limit
    /// or before the next collection.
    pub fn grow_large(&mut self, object: NonNull<Header>, bytes: usize) -> bool {
        // SAFETY: `object` is a live object of this heap.
        let bits = unsafe { object.as_ref().bits };
        let Some(pages) = LargeSpace::pages_for(bytes) else { return false };
        if bits & Header::LARGE == 0 || self.urgent || bytes > self.blocks.pages.len() {
            return false;
        }
        let address = object.as_ptr() as usize;
        let Some(have) = self.large.pages_at(address) else { return false };
        // SAFETY: what lies behind the object in its pages is unused; a shrunk object may have left something there.
        unsafe {
            let size = self.layouts[(*object.as_ptr()).shape as usize].size_of(object.as_ptr());
            std::ptr::write_bytes((address + size) as *mut u8, 0, have * PAGE - size.min(have * PAGE));
        }
        if pages <= have {
            return true;
        }
        let more = (pages - have) * PAGE;
        // What is old is no garbage of this cycle.
        let young = bits & Header::OLD == 0;
        let crowded = young && self.large.allocated.saturating_add(more) > LARGE_BUDGET;
        if crowded || self.config.fail_at.is_some() || !self.fits(more) {
            return false;
        }
        if !self.large.grow(&mut self.blocks, address, pages) {
            return false;
        }
        if young {
            self.large.allocated += more;
        } else {
            self.old_growth += more;
        }
        self.note_peak();
        true
    }

    /// Bytes in use: blocks, large objects, charged foreign memory.
    pub fn used_bytes(&self) -> usize {
        (self.blocks.used * BLOCK + self.large.used_pages * PAGE).saturating_add(self.charged)
    }

    /// Whether `bytes` more are within the limit even if all of the nursery survives.
    pub(crate) fn fits(&self, bytes: usize) -> bool {
        let survivors = self.eden.blocks.len() * BLOCK;
        let limit = if self.in_reserve { self.config.limit } else { self.config.limit - self.reserve };
        self.used_bytes().saturating_add(survivors).saturating_add(bytes) <= limit
    }

    /// Whether `bytes` more would go over the limit as things stand (before any collection).
    pub fn would_exceed(&self, bytes: usize) -> bool {
        !self.fits(bytes)
    }

    /// Counts `bytes` of foreign memory against the limit. Ask [`Heap::would_exceed`] first, and collect if it says
    /// yes.
    pub fn charge(&mut self, bytes: usize) {
        self.charged = self.charged.saturating_add(bytes);
        self.note_peak();
        if self.charged.saturating_sub(self.charged_at_major) > self.next_major {
            // Its owners may be garbage: collect at the next chance.
            self.urgent = true;
            self.limit = self.cursor;
        }
    }

    /// Gives back what [`Heap::charge`] counted.
    pub fn release(&mut self, bytes: usize) {
        self.charged = self.charged.saturating_sub(bytes);
    }

    pub(crate) fn note_peak(&mut self) {
        self.stats.peak_bytes = self.stats.peak_bytes.max(self.used_bytes());
    }

    /// Lets the `n`-th allocation from now on fail (counted from 1), once.
    pub fn fail_allocation(&mut self, n: u64) {
        self.config.fail_at = Some(n);
        self.allocations = 0;
        self.every_allocation_is_slow = true;
        self.limit = self.cursor;
    }

    /// Takes [`Heap::fail_allocation`] back; true if the allocation in question has been reached.
    pub fn stop_failing(&mut self) -> bool {
        let reached = self.config.fail_at.take().is_some_and(|n| self.allocations >= n);
        self.settle_speed();
        reached
    }

    /// Counts an allocation for `HeapConfig::fail_at`; true if this is the one.
    pub(crate) fn injected_failure(&mut self) -> bool {
        if self.config.fail_at.is_none() {
            return false;
        }
        self.allocations += 1;
        self.config.fail_at == Some(self.allocations)
    }

    /// The collection due by `HeapConfig::stress_every`, if any.
    fn stress_collection(&mut self) -> Option<Collection> {
        let every = self.config.stress_every?;
        self.stress_count += 1;
        if self.stress_count < every {
            return None;
        }
        self.stress_count = 0;
        self.stress_collections += 1;
        match self.config.stress_major_every {
            Some(n) if self.stress_collections.is_multiple_of(u64::from(n.max(1))) => Some(Collection::Major),
            _ => Some(Collection::Minor),
        }
    }
}
