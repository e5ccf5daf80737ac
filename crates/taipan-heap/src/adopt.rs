//! Adoption: where nearly everything survives, the nursery's blocks become old as they are.
//!
//! After a minor collection that found hardly any garbage the next one, two, four, at last eight do without following
//! references: all objects of the nursery count as reached and stay where they are. What is garbage among them is
//! found by the next major collection. Invariants afterwards: those of a minor collection.

use std::hint::black_box;

use crate::bitmap;
use crate::block::{self, BLOCK, fill_poison, size_of_any};
use crate::header::{GRANULE, Header};
use crate::heap::Heap;
use crate::stats::CollectStats;
use crate::trace::{for_each_slot, for_each_slot_in};

/// Most collections that adopt the nursery before the next one that follows references.
const ADOPTIONS: u32 = 8;
/// A heap smaller than this is marked when the last of a long run of adoptions is over, if it has grown by a third.
const SETTLED: usize = 32 << 20;
/// The part of the nursery that may be garbage, as a divisor.
const GARBAGE: usize = 16;
/// The rest of a block is worth allocating into when it has at least this many granules.
const USEFUL_GRANULES: usize = bitmap::BITS / 16;

impl Heap {
    /// Decides whether the next collections may adopt, `promoted` bytes of a nursery of `nursery` having survived.
    pub(crate) fn plan_adoptions(&mut self, nursery: usize, promoted: usize) {
        let dense = promoted >= nursery - nursery / GARBAGE;
        if !dense && self.eden.adoption_run == ADOPTIONS && self.used_bytes() < SETTLED {
            // The program has built something and goes on to other things: what it had before may be garbage now.
            let grown = self.old_growth;
            if grown > self.used_bytes().saturating_sub(grown) / 3 {
                self.next_major = self.next_major.min(grown);
            }
        }
        self.eden.adoption_run = if dense { (self.eden.adoption_run * 2).clamp(1, ADOPTIONS) } else { 0 };
        self.eden.adoptions = self.eden.adoption_run;
    }

    /// Whether the collection that is due may adopt the nursery.
    pub(crate) fn may_adopt(&self) -> bool {
        // Large objects are worth being looked at.
        self.eden.adoptions > 0 && self.large.young.is_empty() && self.census.is_none()
    }

    /// Makes all objects of the nursery old where they are.
    pub(crate) fn adopt_nursery(&mut self, out: &mut CollectStats) {
        self.eden.adoptions -= 1;
        self.retire_eden_block();
        self.stats.allocated_bytes += (self.eden.blocks.len() * BLOCK) as u64;
        let mut eden = std::mem::take(&mut self.eden.blocks);
        let adopted: usize = eden.iter().map(|&index| self.adopt_block(index as usize)).sum();
        eden.clear();
        self.eden.blocks = eden;
        self.forget_remembered();
        // SAFETY: nothing has moved or died.
        unsafe {
            self.weak.follow(false, Some);
            self.owned.follow_young(Some);
        }
        self.finalizers.table.young.clear();
        self.ids.young.clear();
        self.pins.young.clear();
        if let Some(traces) = &mut self.traces {
            traces.table.young.clear();
        }
        self.old.allocated += adopted;
        self.old_growth += adopted;
        out.promoted_bytes += adopted;
        self.stats.minors += 1;
    }

    /// Makes a block of the nursery an old one, marked as a whole; returns how much of it is in use.
    fn adopt_block(&mut self, index: usize) -> usize {
        let base = self.blocks.address(index);
        let top = self.blocks.table[index].top as usize;
        let active = self.marker.active;
        let (mut starts, mut inner) = (bitmap::EMPTY, bitmap::EMPTY);
        let (mut at, mut usual) = (0, 0);
        while at < top {
            let object = base + at * GRANULE;
            let header = object as *mut Header;
            // SAFETY: blocks of the nursery are filled without gaps; `at` is the end of the object before.
            unsafe {
                let shape = (*header).shape;
                if shape == block::FILLER {
                    at += size_of_any(object, &self.layouts) / GRANULE;
                    continue;
                }
                (*header).bits |= Header::OLD;
                bitmap::set(&mut starts, at);
                let plan = &self.marker.plans[shape as usize];
                // Most objects are as large as the one before: with that size, which needs no look at the object, the
                // processor goes on to the next.
                let size = plan.measure(header, &self.layouts).0 / GRANULE;
                if size == usual {
                    at += black_box(usual);
                } else {
                    usual = size;
                    at += size;
                }
                if !active {
                    continue;
                }
                if plan.is_leaf(shape, &self.layouts) {
                    self.reach_owner(shape);
                } else {
                    bitmap::set(&mut inner, (object - base) / GRANULE);
                }
            }
        }
        if active {
            self.scan_block_later(index, &inner);
        }
        let entry = &mut self.blocks.table[index];
        entry.starts = starts;
        entry.live = bitmap::EMPTY;
        if top > 0 {
            bitmap::set_range(&mut entry.live, 0, top);
        }
        entry.walked = false;
        entry.pinned = false;
        self.blocks.set_kind(base, block::OLD);
        if self.config.poison {
            // SAFETY: nothing was allocated behind `top`.
            unsafe { fill_poison(base + top * GRANULE, BLOCK - top * GRANULE) };
        }
        if !active && bitmap::BITS - top >= USEFUL_GRANULES {
            self.old.partial.push(index as u32);
        }
        top * GRANULE
    }

    /// Empties the remembered set, no young object being left; what was marked before it was written to is looked at
    /// again.
    fn forget_remembered(&mut self) {
        self.last_card = (0, 0);
        let mut remembered = std::mem::take(&mut self.remembered);
        for &object in &remembered {
            let header = object as *mut Header;
            let remark = self.remarks_words_of(object);
            // SAFETY: old objects stay allocated between major collections, which empty the set first.
            unsafe {
                (*header).bits &= !Header::LOGGED;
                if remark {
                    let layout = self.layouts[(*header).shape as usize];
                    for_each_slot(header, &layout, |slot| self.mark_slot(slot));
                }
            }
        }
        remembered.clear();
        self.remembered = remembered;
        for object in std::mem::take(&mut self.carded) {
            let Some(cards) = self.large.take_cards(object) else { continue };
            if !self.marker.active || !self.is_marked(object) {
                continue;
            }
            let header = object as *mut Header;
            // SAFETY: a live large object.
            let layout = unsafe { self.layouts[(*header).shape as usize] };
            for (from, to) in cards.ranges() {
                // SAFETY: a complete object of that layout.
                unsafe { for_each_slot_in(header, &layout, from, to, |slot| self.mark_slot(slot)) };
            }
        }
    }
}
