//! Scanning of marked objects: a batch of them, then the marks of what they refer to.
//!
//! Invariants: an object is scanned after its mark was set, and all its granules are set then; what it refers to is on the
//! stack, where entries without [`MARKED`] were not asked for their marks yet.

use crate::bitmap;
use crate::block;
use crate::header::{GRANULE, Header};
use crate::heap::Heap;
use crate::is_pointer;
use crate::plan::Form;
use crate::trace::{for_each_slot, for_each_slot_in, prefetch};

use super::{MARKED, RECENT};

/// Words of a large object that are scanned at a time.
const ARRAY_PIECE: usize = 512;
/// Objects scanned before what they refer to is marked.
const BATCH: usize = 128;
/// Bytes that might be scanned in the time that a batch takes, however few objects it has.
const ROUND: usize = 192;
/// Bytes that might be scanned in the time that is lost waiting for the next object of a chain.
const LINK: usize = 48;
/// Bytes scanned of a chain before the time taken is looked at.
const CHAIN: usize = 16 << 10;
/// Objects whose memory is on its way while as many are scanned.
const COMING: usize = 16;

impl Heap {
    /// Scans marked objects of about `budget` bytes; true when none are left.
    pub(crate) fn drain_marks(&mut self, budget: usize) -> bool {
        let mut scanned = 0;
        while scanned < budget {
            scanned += self.mark_stack();
            scanned += match self.marker.arrays.pop() {
                Some((object, word)) => self.scan_array(object, word),
                None => match self.scan_batch() {
                    0 if self.marker.stack.is_empty() => return true,
                    bytes => bytes,
                },
            };
        }
        false
    }

    /// Marks all that is on the stack; returns about how many bytes scanned that is worth.
    fn mark_stack(&mut self) -> usize {
        if let [object] = self.marker.stack[..]
            && object & MARKED == 0
        {
            return self.follow_chain(object);
        }
        let mut stack = std::mem::take(&mut self.marker.stack);
        for &entry in &stack {
            if entry & MARKED != 0 {
                self.want_scan(entry & !MARKED);
                continue;
            }
            let (index, granule) = (self.blocks.index(entry), self.blocks.granule(entry));
            let live = &mut self.blocks.table[index].live[granule / 64];
            let bit = 1 << (granule % 64);
            if *live & bit == 0 {
                *live |= bit;
                self.marker.grey.add(index, granule);
            }
        }
        let worth = stack.len() * (GRANULE / 2);
        stack.clear();
        stack.append(&mut self.marker.stack);
        self.marker.stack = stack;
        worth
    }

    /// Marks and scans the only object on the stack, and what comes after it while that is one object, too: a chain is not
    /// worth batches. Returns about how many bytes scanned that is worth.
    fn follow_chain(&mut self, mut object: usize) -> usize {
        let mut stack = std::mem::take(&mut self.marker.stack);
        let mut scanned = 0;
        loop {
            stack.clear();
            let (index, granule) = (self.blocks.index(object), self.blocks.granule(object));
            let live = &mut self.blocks.table[index].live;
            if bitmap::get(live, granule) {
                break;
            }
            bitmap::set(live, granule);
            scanned += self.scan(object, &mut stack) + LINK;
            self.marker.marked += 1;
            match stack[..] {
                [next] if self.marker.stack.is_empty() && scanned < CHAIN => object = next,
                _ => break,
            }
        }
        stack.append(&mut self.marker.stack);
        self.marker.stack = stack;
        scanned
    }

    /// Sees to it that a marked object is scanned.
    fn want_scan(&mut self, object: usize) {
        if self.blocks.kind(object) != block::LARGE {
            self.marker.grey.add(self.blocks.index(object), self.blocks.granule(object));
            return;
        }
        self.marker.marked += 1;
        // SAFETY: the start of a large object.
        let shape = unsafe { (*(object as *const Header)).shape };
        if !self.layouts[shape as usize].is_leaf() {
            self.marker.arrays.push((object, 0));
        }
        self.reach_owner(shape);
    }

    /// Scans some objects; returns about how many bytes that took, 0 if there are none.
    fn scan_batch(&mut self) -> usize {
        self.marker.grey.begin_round();
        let mut stack = std::mem::take(&mut self.marker.stack);
        let (mut coming, mut next) = ([0; COMING], [0; COMING]);
        let (mut scanned, mut done) = (0, 0);
        let mut ready = self.ask_for_objects(&mut coming);
        while ready > 0 {
            let later = if done < BATCH - COMING { self.ask_for_objects(&mut next) } else { 0 };
            for &object in &coming[..ready] {
                scanned += self.scan(object, &mut stack);
            }
            done += ready;
            std::mem::swap(&mut coming, &mut next);
            ready = later;
        }
        self.marker.marked += done;
        stack.append(&mut self.marker.stack);
        self.marker.stack = stack;
        if done == 0 { 0 } else { scanned + ROUND }
    }

    /// Takes grey objects and asks for their memory; returns how many.
    #[inline(always)]
    fn ask_for_objects(&mut self, objects: &mut [usize; COMING]) -> usize {
        let taken = self.marker.grey.take(self.blocks.address(0), objects);
        for &object in &objects[..taken] {
            prefetch(object);
        }
        taken
    }

    /// Puts what a marked object of a block refers to on the stack; returns about how many bytes that took.
    #[inline(always)]
    fn scan(&mut self, object: usize, stack: &mut Vec<usize>) -> usize {
        let header = object as *mut Header;
        // SAFETY: marked objects are complete and at their final place.
        let shape = unsafe { (*header).shape };
        let plan = &self.marker.plans[shape as usize];
        if plan.form == Form::Other {
            return self.scan_other(object);
        }
        let (values, fixed, unreached) = (plan.values, plan.fixed_words as usize, plan.unreached);
        // SAFETY: as above.
        let (size, tail) = unsafe { plan.measure(header, &self.layouts) };
        if unreached != 0 {
            self.mark_owner(shape);
        }
        let (index, granule) = (self.blocks.index(object), self.blocks.granule(object));
        bitmap::set_range(&mut self.blocks.table[index].live, granule, size / GRANULE);
        let words = header.cast::<u64>();
        let mut bits = values;
        while bits != 0 {
            // SAFETY: `define_layout` checked that all bits lie inside the fixed words.
            self.note_slot(unsafe { words.add(bits.trailing_zeros() as usize) }, stack);
            bits &= bits - 1;
        }
        for i in 0..tail {
            // SAFETY: the tail has so many value words.
            self.note_slot(unsafe { words.add(fixed + i) }, stack);
        }
        size
    }

    /// As [`Heap::scan`], by the layout.
    #[inline(never)]
    fn scan_other(&mut self, object: usize) -> usize {
        let header = object as *mut Header;
        // SAFETY: marked objects are complete and at their final place.
        let (shape, layout, size) = unsafe {
            let shape = (*header).shape;
            let layout = self.layouts[shape as usize];
            (shape, layout, layout.size_of(header))
        };
        self.reach_owner(shape);
        let (index, granule) = (self.blocks.index(object), self.blocks.granule(object));
        bitmap::set_range(&mut self.blocks.table[index].live, granule, size / GRANULE);
        // SAFETY: as above.
        unsafe { for_each_slot(header, &layout, |slot| self.mark_slot(slot)) };
        size
    }

    /// Scans a piece of a large object.
    fn scan_array(&mut self, object: usize, from: usize) -> usize {
        let header = object as *mut Header;
        let mut stack = std::mem::take(&mut self.marker.stack);
        // SAFETY: marked objects are complete and at their final place.
        unsafe {
            let layout = self.layouts[(*header).shape as usize];
            let to = from + ARRAY_PIECE;
            if to * 8 < layout.size_of(header) {
                self.marker.arrays.push((object, to));
            }
            for_each_slot_in(header, &layout, from, to, |slot| self.note_slot(slot, &mut stack));
        }
        stack.append(&mut self.marker.stack);
        self.marker.stack = stack;
        ARRAY_PIECE * 8
    }

    /// As [`Heap::mark_slot`], with the stack at hand and the mark asked for.
    #[inline(always)]
    fn note_slot(&mut self, word: *mut u64, stack: &mut Vec<usize>) {
        // SAFETY: a value word of a marked object.
        let value = unsafe { *word };
        if !is_pointer(value) {
            return;
        }
        let object = value as usize;
        let recent = &mut self.marker.recent[object / GRANULE % RECENT];
        if *recent == object {
            return;
        }
        let kind = self.blocks.kind(object);
        if !matches!(kind, block::OLD | block::META) {
            return self.mark_unusual(word, kind);
        }
        // Neighbours share the words of their marks.
        *recent = object;
        let place = object / (64 * GRANULE);
        if place != self.marker.asked {
            self.marker.asked = place;
            prefetch(self.blocks.mark_address(object));
            prefetch(self.marker.grey.bit_address(self.blocks.index(object), self.blocks.granule(object)));
        }
        stack.push(object);
    }
}
