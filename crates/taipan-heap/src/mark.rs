//! Marking of old space: all at once, or in slices after minor collections.
//!
//! References are put on a stack unseen, and their marks asked for. A batch of objects is scanned, then what the stack has
//! is marked; what was not marked before is `grey` and scanned block by block.
//!
//! Invariants while `Marker::active`: an object is marked iff its first granule is set in its block's `live` bits (or,
//! for a large one, its header has `MARKED`); a marked object that was not scanned since it was last written to is
//! on `stack` or in `grey`, the rest of a large one on `arrays`, or it is in the remembered set; objects that become old are
//! marked at once. Scanning an object sets all its granules. Marking runs only while the nursery is empty. Objects of
//! `EVACUATED` blocks move when reached; such blocks exist only in collections that run to the end.

mod scan;

use crate::bitmap;
use crate::block::{self, BLOCK, object_size};
use crate::config::Policy;
use crate::grey::Grey;
use crate::header::{GRANULE, Header};
use crate::heap::Heap;
use crate::is_pointer;
use crate::plan::Plan;
use crate::roots::Roots;
use crate::stats::CollectStats;

/// Blocks with less than this share of live granules (in 1/8) are evacuated by full collections.
const SPARSE_EIGHTHS: usize = 3;
/// Bit of an entry of the stack: the object is marked, but not scanned; without it, it may be either or neither.
const MARKED: usize = 1;
/// Entries of the table of objects that were put on the stack.
const RECENT: usize = 32;

/// A collection that frees so many bytes has ended a peak: its tables lie in memory of the native allocator.
const PEAK: usize = 32 << 20;

#[derive(Debug, Default)]
pub(crate) struct Marker {
    pub(crate) active: bool,
    /// References to objects that are perhaps not marked yet; with [`MARKED`], marked objects to be scanned.
    stack: Vec<usize>,
    /// Marked objects to be scanned.
    grey: Grey,
    /// By shape.
    pub(crate) plans: Vec<Plan>,
    /// Objects that were put on the stack, by some bits of their addresses: many objects refer to the same few.
    recent: [usize; RECENT],
    /// Where the mark asked for last lies.
    asked: usize,
    /// Large objects being scanned, with the word to go on from.
    arrays: Vec<(usize, usize)>,
    evacuated: usize,
    /// Bytes of live objects after the last sweep.
    pub(crate) kept: usize,
    /// Objects scanned so far.
    pub(crate) marked: usize,
    /// Objects that the last marking scanned.
    pub(crate) last_marked: usize,
}

/// Where an object is after marking: its address, or `None` if it was not reached.
pub(crate) fn fate(blocks: &block::Blocks, address: usize) -> Option<usize> {
    let header = address as *const Header;
    match blocks.kind(address) {
        block::OLD | block::META => {
            let block = &blocks.table[blocks.index(address)];
            bitmap::get(&block.live, blocks.granule(address)).then_some(address)
        }
        // SAFETY: objects known to side tables have not been freed yet; moved ones keep their new address.
        block::EVACUATED => unsafe {
            if (*header).bits & Header::FORWARDED != 0 {
                return Some(*(address as *const usize).add(1));
            }
            let block = &blocks.table[blocks.index(address)];
            bitmap::get(&block.live, blocks.granule(address)).then_some(address)
        },
        // SAFETY: as above.
        block::LARGE => unsafe { ((*header).bits & Header::MARKED != 0).then_some(address) },
        _ => None,
    }
}

impl Heap {
    /// Starts marking: no object is marked. The nursery must be empty. `evacuate`: choose blocks to empty (the
    /// marking must then run to its end without the program in between).
    pub(crate) fn begin_marking(&mut self, evacuate: bool) {
        for entry in &mut self.blocks.table {
            entry.live = bitmap::EMPTY;
        }
        self.unmark_large();
        self.old.forget_holes(evacuate);
        self.meta.forget_holes(false);
        self.marker.stack.clear();
        self.marker.recent = [0; RECENT];
        for (plan, &owner) in self.marker.plans.iter_mut().zip(&self.owners) {
            plan.unreached = owner;
        }
        self.marker.arrays.clear();
        self.marker.grey.reset(self.blocks.table.len());
        self.marker.evacuated = 0;
        self.marker.marked = 0;
        self.marker.active = true;
        if evacuate {
            self.choose_evacuated();
        }
    }

    fn unmark_large(&mut self) {
        for header in self.large.headers() {
            // SAFETY: the start of a large object.
            unsafe { (*header).bits &= !Header::MARKED };
        }
    }

    fn choose_evacuated(&mut self) {
        let most = bitmap::BITS * SPARSE_EIGHTHS / 8;
        // What is copied must fit beside the originals.
        let mut room = self.config.limit.saturating_sub(self.used_bytes()) / GRANULE;
        for index in 0..self.blocks.table.len() {
            if self.blocks.kind_of(index) != block::OLD {
                continue;
            }
            let live = self.blocks.table[index].live_granules as usize;
            let all = self.config.move_everything || self.config.policy == Policy::Copying;
            if all || live < most && live <= room {
                room = room.saturating_sub(live);
                let address = self.blocks.address(index);
                self.blocks.set_kind(address, block::EVACUATED);
            }
        }
    }

    /// Gives up a marking in progress.
    pub(crate) fn abort_marking(&mut self) {
        self.marker.active = false;
        self.marker.stack.clear();
        self.marker.arrays.clear();
        self.marker.grey.release();
    }

    /// Marks what the roots refer to.
    pub(crate) fn mark_roots(&mut self, roots: &mut dyn Roots, candidates: &[usize]) {
        // What must stay in place comes first: its blocks are not evacuated.
        for &address in candidates {
            self.mark_around(address);
        }
        let loose = std::mem::take(&mut self.loose);
        self.keep_in_place(&loose);
        self.loose = loose;
        let pins: Vec<usize> = self.pins.map.keys().copied().collect();
        for address in pins {
            self.mark_around(address);
        }
        roots.visit_precise(&mut |word| self.mark_slot(word));
        self.visit_queues(|heap, word| heap.mark_slot(word));
    }

    /// Objects around these addresses are not evacuated.
    pub(crate) fn keep_in_place(&mut self, addresses: &[usize]) {
        for &address in addresses {
            if self.blocks.kind(address) == block::EVACUATED {
                self.blocks.set_kind(address, block::OLD);
            }
        }
    }

    /// Marks what a word of an already marked object refers to, during a minor collection. Young objects that are
    /// pinned are left to the end of that collection.
    pub(crate) fn remark_slot(&mut self, word: *mut u64) {
        // SAFETY: a value word of a live object.
        let value = unsafe { *word };
        if is_pointer(value) && self.blocks.kind(value as usize) != block::EDEN {
            self.mark_slot(word);
        }
    }

    /// Marks the object around `address`, if there is one, where it is.
    fn mark_around(&mut self, address: usize) {
        match self.blocks.kind(address) {
            block::OLD | block::META | block::EVACUATED => {
                if let Some(object) = self.blocks.find_old(address, &self.layouts) {
                    if self.blocks.kind(object) == block::EVACUATED {
                        self.blocks.set_kind(object, block::OLD);
                    }
                    self.mark_old(object);
                }
            }
            block::LARGE => {
                if let Some(object) = self.large.find(address) {
                    self.mark_large(object);
                }
            }
            _ => {}
        }
    }

    /// Marks what the word refers to, if that is an object; updates the word if the object moves.
    #[inline(always)]
    pub(crate) fn mark_slot(&mut self, word: *mut u64) {
        // SAFETY: a value word of a root or of a marked object.
        let value = unsafe { *word };
        if !is_pointer(value) {
            return;
        }
        match self.blocks.kind(value as usize) {
            block::OLD | block::META => self.marker.stack.push(value as usize),
            kind => self.mark_unusual(word, kind),
        }
    }

    /// Marks what a word that refers to an object of that kind of block refers to, other than `OLD` and `META`.
    #[inline(never)]
    fn mark_unusual(&mut self, word: *mut u64, kind: block::Kind) {
        // SAFETY: a value word of a root or of a marked object.
        let object = unsafe { *word } as usize;
        match kind {
            block::LARGE => self.mark_large(object),
            // SAFETY: as above.
            block::EVACUATED => unsafe { *word = self.evacuate(object) as u64 },
            _ => debug_assert!(false, "value word refers to no old object"),
        }
    }

    #[inline(always)]
    fn mark_old(&mut self, object: usize) {
        let (index, granule) = (self.blocks.index(object), self.blocks.granule(object));
        let live = &mut self.blocks.table[index].live;
        if !bitmap::get(live, granule) {
            bitmap::set(live, granule);
            self.marker.stack.push(object | MARKED);
        }
    }

    fn mark_large(&mut self, object: usize) {
        let header = object as *mut Header;
        // SAFETY: value words refer to starts of objects.
        unsafe {
            if (*header).bits & Header::MARKED == 0 {
                (*header).bits |= Header::MARKED;
                self.marker.stack.push(object | MARKED);
            }
        }
    }

    /// Moves an object out of its block (once) and returns its new address.
    fn evacuate(&mut self, object: usize) -> usize {
        let header = object as *mut Header;
        // SAFETY: value words refer to starts of objects; moved ones keep their new address in the next word.
        unsafe {
            if (*header).bits & Header::FORWARDED != 0 {
                return *(object as *const usize).add(1);
            }
            let (index, granule) = (self.blocks.index(object), self.blocks.granule(object));
            if bitmap::get(&self.blocks.table[index].live, granule) {
                return object;
            }
            let size = object_size(object, &self.layouts);
            let Some(new) = self.old.alloc(&mut self.blocks, size) else {
                self.mark_old(object);
                return object;
            };
            std::ptr::copy_nonoverlapping(object as *const u8, new as *mut u8, size);
            (*header).bits |= Header::FORWARDED;
            *(object as *mut usize).add(1) = new;
            self.marker.evacuated += 1;
            self.mark_old(new);
            new
        }
    }

    /// Marks an object that has just been copied out of the nursery while marking is active. The remembered set and
    /// the roots would lead to it in the end; marking it now keeps the last pause short.
    #[inline(never)]
    pub(crate) fn mark_promoted(&mut self, object: usize, size: usize, leaf: bool) {
        let (index, granule) = (self.blocks.index(object), self.blocks.granule(object));
        bitmap::set_range(&mut self.blocks.table[index].live, granule, size / GRANULE);
        if leaf {
            // SAFETY: a complete object.
            self.reach_owner(unsafe { (*(object as *const Header)).shape });
        } else {
            self.marker.grey.add(index, granule);
        }
    }

    /// Marks the owner of a shape of which an object is marked.
    #[inline(always)]
    pub(crate) fn reach_owner(&mut self, shape: u32) {
        if self.marker.plans[shape as usize].unreached != 0 {
            self.mark_owner(shape);
        }
    }

    #[cold]
    #[inline(never)]
    fn mark_owner(&mut self, shape: u32) {
        let owner = std::mem::take(&mut self.marker.plans[shape as usize].unreached);
        self.mark_old(owner);
    }

    /// Makes the marking in progress scan a marked object.
    pub(crate) fn scan_later(&mut self, object: usize) {
        self.marker.stack.push(object | MARKED);
    }

    /// Makes the marking in progress scan objects of a block which are marked, by their first granules.
    pub(crate) fn scan_block_later(&mut self, index: usize, starts: &bitmap::Bitmap) {
        self.marker.grey.add_all(index, starts);
    }

    /// Marks an object that has just become old, or was born old, if marking is active.
    pub(crate) fn mark_newborn(&mut self, object: usize, size: usize) {
        if !self.marker.active {
            return;
        }
        if self.blocks.kind(object) == block::LARGE {
            // SAFETY: the start of a large object.
            unsafe { (*(object as *mut Header)).bits |= Header::MARKED };
            self.marker.stack.push(object | MARKED);
        } else {
            self.mark_promoted(object, size, false);
        }
    }

    pub(crate) fn is_marked(&self, object: usize) -> bool {
        fate(&self.blocks, object).is_some()
    }

    /// Ends the marking: side tables, finalisers, sweep. The roots must have been marked in this pause.
    pub(crate) fn finish_marking(&mut self, roots: &mut dyn Roots, out: &mut CollectStats) {
        self.drain_marks(usize::MAX);
        // SAFETY: `fate` is exact now, and nothing has been freed yet.
        unsafe {
            out.dead_weaks += self.weak.cut(true, |a| fate(&self.blocks, a));
        }
        for last in [false, true] {
            let queued = self.finalizers.queue_dead(true, last, |a| fate(&self.blocks, a));
            if queued > 0 {
                out.finalizable += queued;
                self.visit_queues(|heap, word| heap.mark_slot(word));
                self.drain_marks(usize::MAX);
            }
        }
        if self.census_of_old() > 0 {
            self.visit_queues(|heap, word| heap.mark_slot(word));
            self.drain_marks(usize::MAX);
        }
        // SAFETY: as above.
        unsafe { self.weak.follow(true, |a| fate(&self.blocks, a)) };
        self.finalizers.table.follow_all(|a| fate(&self.blocks, a));
        self.ids.follow_all(|a| fate(&self.blocks, a));
        self.pins.follow_all(|a| fate(&self.blocks, a));
        // SAFETY: as above.
        let released = unsafe { self.owned.follow_all(|a| fate(&self.blocks, a)) };
        self.release(released);
        if let Some(traces) = &mut self.traces {
            traces.table.follow_all(|a| fate(&self.blocks, a));
            traces.recount();
        }
        roots.forget_dead(&|address| fate(&self.blocks, address).is_some());
        out.evacuated_objects = self.marker.evacuated;
        out.marked_objects = self.marker.marked;
        self.marker.last_marked = self.marker.marked;
        self.marker.active = false;
        self.marker.stack.shrink_to(1 << 16);
        self.marker.grey.release();
        let before = self.blocks.used * BLOCK + self.large.used_pages * crate::large::PAGE;
        let kept = self.sweep();
        self.stats.majors += 1;
        out.major = true;
        let live = self.blocks.used * BLOCK + self.large.used_pages * crate::large::PAGE;
        if before.saturating_sub(live) > PEAK {
            crate::page_source::trim_native_allocator();
        }
        self.marker.kept = kept;
        self.note_major(live.min(kept / 2 * 3), kept >= before - before / 8);
    }
}
