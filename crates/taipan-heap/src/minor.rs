//! Minor collection: everything reached leaves the nursery for old space, in one step.
//!
//! Order: objects that native stacks point at are pinned first (finding them needs intact headers), then precise
//! roots, the remembered set and the queues are followed, then side tables. Invariants afterwards: the nursery is
//! empty; a block with pinned objects is an old block of which all else is free; no young object exists.

use std::collections::VecDeque;

use crate::bitmap;
use crate::block::{self, BLOCK, fill_poison, object_size};
use crate::header::{GRANULE, Header};
use crate::heap::Heap;
use crate::is_pointer;
use crate::plan::Form;
use crate::roots::Roots;
use crate::stats::CollectStats;
use crate::trace::for_each_slot;

/// Where a young object is after the copying: its address, or `None` if it was not reached. Old ones stay.
fn fate(blocks: &block::Blocks, address: usize) -> Option<usize> {
    let header = address as *const Header;
    match blocks.kind(address) {
        // SAFETY: young objects keep their headers (and forwarding words) until the nursery is emptied.
        block::EDEN => unsafe {
            if (*header).bits & Header::FORWARDED != 0 {
                Some(*(address as *const usize).add(1))
            } else {
                ((*header).bits & Header::OLD != 0).then_some(address)
            }
        },
        // SAFETY: as above.
        block::LARGE => unsafe { ((*header).bits & Header::OLD != 0).then_some(address) },
        _ => Some(address),
    }
}

/// Whether a young object is kept by words of native stacks only.
fn is_stale(blocks: &block::Blocks, address: usize) -> bool {
    // SAFETY: young objects keep their headers until the nursery is emptied.
    blocks.kind(address) == block::EDEN
        && unsafe { (*(address as *const Header)).bits } & (Header::PINNED | Header::MARKED) == Header::PINNED
}

impl Heap {
    /// Collects the nursery. `candidates`: words of native stacks that lie in the heap's range.
    pub(crate) fn minor(&mut self, roots: &mut dyn Roots, candidates: &[usize], out: &mut CollectStats) {
        self.retire_eden_block();
        self.stats.allocated_bytes +=
            (self.eden.blocks.len() * BLOCK + self.large.allocated + self.gaps.allocated) as u64;
        self.gaps.allocated = 0;
        let nursery = self.eden.blocks.len() * BLOCK;
        let (old_before, meta_before) = (self.old.allocated, self.meta.allocated);
        for &address in candidates {
            self.pin_young(address);
        }
        for i in 0..self.loose.len() {
            self.hold_young(self.loose[i]);
        }
        let pins = std::mem::take(&mut self.pins.young);
        for &address in &pins {
            if self.pins.map.contains_key(&address) {
                self.pin_young(address);
            }
        }
        self.pins.young = pins;
        roots.visit_young(&mut |word| self.forward(word));
        self.forward_remembered();
        self.visit_queues(|heap, word| heap.forward(word));
        self.drain_grey();
        // SAFETY: `fate` is exact now, and the nursery is still intact.
        unsafe {
            out.dead_weaks += self.weak.cut(false, |a| fate(&self.blocks, a));
        }
        for last in [false, true] {
            let (dead, stale) = (|a| fate(&self.blocks, a), |a| is_stale(&self.blocks, a));
            let queued = self.finalizers.queue_dead_or_lax(false, last, dead, stale);
            if queued > 0 {
                out.finalizable += queued;
                self.visit_queues(|heap, word| heap.forward(word));
                self.drain_grey();
            }
        }
        if self.census_of_nursery() > 0 {
            self.visit_queues(|heap, word| heap.forward(word));
            self.drain_grey();
        }
        // SAFETY: as above.
        unsafe { self.weak.follow(false, |a| fate(&self.blocks, a)) };
        self.finalizers.table.follow_young(|a| fate(&self.blocks, a));
        self.ids.follow_young(|a| fate(&self.blocks, a));
        self.pins.follow_young(|a| fate(&self.blocks, a));
        // SAFETY: as above.
        let released = unsafe { self.owned.follow_young(|a| fate(&self.blocks, a)) };
        self.release(released);
        if let Some(traces) = &mut self.traces {
            traces.table.follow_young(|a| fate(&self.blocks, a));
            traces.recount();
        }
        self.empty_nursery(out);
        self.free_young_large();
        let promoted = (self.old.allocated - old_before) + (self.meta.allocated - meta_before);
        out.promoted_bytes += promoted;
        self.old_growth += promoted;
        self.plan_adoptions(nursery, promoted);
        self.stats.minors += 1;
    }

    /// Calls `visit` with the heap's own root words: the queues of dead weak references, of finalisable
    /// objects and of what a census saved.
    pub(crate) fn visit_queues(&mut self, mut visit: impl FnMut(&mut Heap, &mut u64)) {
        let mut dead: VecDeque<u64> = std::mem::take(&mut self.weak.dead);
        dead.iter_mut().for_each(|word| visit(self, word));
        self.weak.dead = dead;
        let mut queue = std::mem::take(&mut self.finalizers.queue);
        queue.iter_mut().for_each(|(word, _)| visit(self, word));
        self.finalizers.queue = queue;
        let mut saved = std::mem::take(&mut self.saved);
        saved.iter_mut().for_each(|word| visit(self, word));
        self.saved = saved;
    }

    /// Keeps the young object around `address`, if there is one, where it is.
    fn pin_young(&mut self, address: usize) {
        match self.blocks.kind(address) {
            block::EDEN => {
                if let Some(object) = self.blocks.find_eden(address, &self.layouts) {
                    self.pin_in_place(object);
                }
            }
            block::LARGE => {
                if let Some(object) = self.large.find(address) {
                    self.reach_large(object);
                }
            }
            _ => {}
        }
    }

    /// The young object around `address`, if there is one and it is reached, stays where it is.
    fn hold_young(&mut self, address: usize) {
        if self.blocks.kind(address) == block::EDEN
            && let Some(object) = self.blocks.find_eden(address, &self.layouts)
        {
            // SAFETY: a young object that has not moved. The bit without `OLD` is looked at by `promote` alone, and
            // goes with the object if that is not reached.
            unsafe { (*(object as *mut Header)).bits |= Header::PINNED };
        }
    }

    /// Makes the young object at `object` old where it lies.
    fn pin_in_place(&mut self, object: usize) {
        let header = object as *mut Header;
        // SAFETY: a young object that has not moved.
        unsafe {
            if (*header).bits & Header::OLD != 0 {
                return;
            }
            (*header).bits |= Header::OLD | Header::PINNED;
        }
        let index = self.blocks.index(object);
        self.blocks.table[index].pinned = true;
        self.pinned.push(object);
        self.grey.push(object);
    }

    fn reach_large(&mut self, object: usize) {
        let header = object as *mut Header;
        // SAFETY: the start of a large object.
        unsafe {
            if (*header).bits & Header::OLD == 0 {
                (*header).bits |= Header::OLD;
                self.grey.push(object);
            }
        }
    }

    /// If the word refers to a young object, moves it out of the nursery (once) and updates the word.
    #[inline(always)]
    pub(crate) fn forward(&mut self, word: *mut u64) {
        // SAFETY: a value word of a root or of a reached object.
        let value = unsafe { *word };
        if !is_pointer(value) {
            return;
        }
        let kind = self.blocks.kind(value as usize);
        if kind & 1 != 0 {
            self.forward_young(word, value as usize, kind);
        }
    }

    #[inline]
    fn forward_young(&mut self, word: *mut u64, object: usize, kind: block::Kind) {
        if kind == block::LARGE {
            return self.reach_large(object);
        }
        let header = object as *mut Header;
        // SAFETY: value words refer to starts of objects; forwarded ones keep their new address in the next word.
        unsafe {
            let bits = (*header).bits;
            if bits & Header::FORWARDED != 0 {
                *word = *(object as *const u64).add(1);
            } else if bits & Header::OLD == 0 {
                *word = self.promote(object) as u64;
            } else {
                (*header).bits |= Header::MARKED;
            }
        }
    }

    /// Copies a young object to old space and leaves its new address behind.
    ///
    /// # Safety
    /// `object` starts a young object that has neither moved nor been pinned.
    unsafe fn promote(&mut self, object: usize) -> usize {
        let header = object as *mut Header;
        // SAFETY: by contract.
        let Header { shape, bits } = unsafe { header.read() };
        let plan = &self.marker.plans[shape as usize];
        // SAFETY: by contract.
        let (size, _) = unsafe { plan.measure(header, &self.layouts) };
        let leaf = plan.is_leaf(shape, &self.layouts);
        let held = bits & Header::PINNED != 0;
        let room = if held { None } else { self.old.alloc(&mut self.blocks, size) };
        let Some(new) = room else {
            // Held, or no memory to copy to: the object stays, and its block with it. A reached object refers to it.
            self.pin_in_place(object);
            // SAFETY: by contract.
            unsafe { (*header).bits |= Header::MARKED };
            return object;
        };
        // SAFETY: `new` has room for `size` bytes, and the old place at least two words.
        unsafe {
            copy_words(object as *const u128, new as *mut u128, size / GRANULE);
            (new as *mut Header).write(Header { shape, bits: bits | Header::OLD });
            (*header).bits = bits | Header::FORWARDED;
            *(object as *mut usize).add(1) = new;
        }
        if self.marker.active {
            self.mark_promoted(new, size, leaf);
        }
        if !leaf {
            self.grey.push(new);
        }
        new
    }

    /// Follows the value words of all reached objects.
    fn drain_grey(&mut self) {
        while let Some(object) = self.grey.pop() {
            let header = object as *mut Header;
            // SAFETY: grey objects are complete and at their final place.
            let shape = unsafe { (*header).shape };
            let plan = &self.marker.plans[shape as usize];
            let (mut bits, mut tail) = (plan.values, header.cast::<u64>());
            // SAFETY: as above; value words are where the plan says.
            let end = unsafe {
                tail = tail.add(plan.fixed_words as usize);
                match plan.form {
                    Form::Fixed | Form::Units(_) => tail,
                    Form::Values => tail.add(plan.len_of(header)),
                    Form::Other => {
                        let layout = self.layouts[shape as usize];
                        for_each_slot(header, &layout, |slot| self.forward(slot));
                        continue;
                    }
                }
            };
            // The first word last: what it refers to is then followed next, so that structures come to lie in the order
            // in which programs walk through them.
            while bits != 0 {
                let word = bits.ilog2();
                // SAFETY: as above.
                self.forward(unsafe { header.cast::<u64>().add(word as usize) });
                bits ^= 1 << word;
            }
            while tail < end {
                self.forward(tail);
                // SAFETY: the end of the tail at most.
                tail = unsafe { tail.add(1) };
            }
        }
    }

    /// Turns blocks with pinned objects into old ones and frees all others.
    fn empty_nursery(&mut self, out: &mut CollectStats) {
        let eden = std::mem::take(&mut self.eden.blocks);
        for &index in &eden {
            let entry = &mut self.blocks.table[index as usize];
            if entry.pinned {
                entry.starts = bitmap::EMPTY;
                entry.live = bitmap::EMPTY;
                entry.pinned = false;
                out.pinned_blocks += 1;
                let address = self.blocks.address(index as usize);
                self.blocks.set_kind(address, block::OLD);
            } else {
                self.blocks.release(index as usize, self.config.poison);
            }
        }
        let pinned = std::mem::take(&mut self.pinned);
        for &object in &pinned {
            // SAFETY: pinned objects are complete and have not moved.
            let size = unsafe {
                (*(object as *mut Header)).bits &= !(Header::PINNED | Header::MARKED);
                object_size(object, &self.layouts)
            };
            let (index, granule) = (self.blocks.index(object), self.blocks.granule(object));
            let entry = &mut self.blocks.table[index];
            bitmap::set(&mut entry.starts, granule);
            bitmap::set_range(&mut entry.live, granule, size / GRANULE);
            self.old.allocated += size;
            if self.marker.active {
                self.scan_later(object);
            }
        }
        out.pinned_objects += pinned.len();
        self.pinned = pinned;
        self.pinned.clear();
        for &index in &eden {
            let index = index as usize;
            if self.blocks.kind_of(index) == block::OLD {
                if self.config.poison {
                    self.poison_gaps(index);
                }
                if !self.marker.active {
                    self.old.partial.push(index as u32);
                }
            }
        }
        self.eden.blocks = eden;
        self.eden.blocks.clear();
    }

    /// Overwrites what is not live in an old block.
    pub(crate) fn poison_gaps(&self, index: usize) {
        let live = &self.blocks.table[index].live;
        let base = self.blocks.address(index);
        let mut from = bitmap::next_zero(live, 0);
        while from < bitmap::BITS {
            let to = bitmap::next_one(live, from);
            // SAFETY: nothing lives in granules that are not live.
            unsafe { fill_poison(base + from * GRANULE, (to - from) * GRANULE) };
            from = bitmap::next_zero(live, to);
        }
    }

    fn free_young_large(&mut self) {
        for id in std::mem::take(&mut self.large.young) {
            let Some((start, pages)) = self.large.objects[id as usize].as_ref().map(|o| (o.start, o.pages)) else {
                continue;
            };
            // SAFETY: the start of a large object.
            let bits = unsafe { (*(start as *const Header)).bits };
            if bits & Header::OLD == 0 {
                self.large.free(id, self.config.poison);
            } else {
                self.old_growth += pages * crate::large::PAGE;
                self.mark_newborn(start, pages * crate::large::PAGE);
            }
        }
        self.large.allocated = 0;
    }
}

/// Copies `granules` 16-byte units; most objects are a few of them.
///
/// # Safety
/// Both ranges are valid and do not overlap.
#[inline(always)]
unsafe fn copy_words(from: *const u128, to: *mut u128, granules: usize) {
    if granules > 16 {
        // SAFETY: by contract.
        unsafe { std::ptr::copy_nonoverlapping(from, to, granules) };
        return;
    }
    for i in 0..granules {
        // SAFETY: by contract; a volatile-free 16-byte move per step.
        unsafe { to.add(i).write(from.add(i).read()) };
    }
}
