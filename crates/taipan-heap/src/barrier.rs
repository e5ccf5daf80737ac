//! The write barrier and the remembered set.
//!
//! Invariants: every old object that holds a pointer to a young one is in `remembered` with its `LOGGED` bit, or is
//! a large object on `carded` with the bit of the card. Both lists are empty after each collection.

use std::ptr::NonNull;

use crate::block;
use crate::header::Header;
use crate::heap::Heap;
use crate::large::CARD_WORDS;
use crate::trace::{for_each_slot, for_each_slot_in, prefetch};

/// Objects of the remembered set whose memory is asked for before it is their turn.
const AHEAD: usize = 16;

impl Heap {
    /// To be called before value words are written into `object`, unless nothing was allocated since it was itself.
    /// Writing immediates needs no barrier.
    #[inline(always)]
    pub fn write_barrier(&mut self, object: NonNull<Header>) {
        // SAFETY: `object` is a live object of this heap.
        let bits = unsafe { (*object.as_ptr()).bits };
        if bits & (Header::OLD | Header::LOGGED) == Header::OLD {
            self.log(object);
        }
    }

    /// Like [`Heap::write_barrier`] when only value word `word` of `object` is written; much cheaper at the next
    /// collection when the object is a large array.
    #[inline(always)]
    pub fn write_barrier_at(&mut self, object: NonNull<Header>, word: usize) {
        // SAFETY: `object` is a live object of this heap.
        let bits = unsafe { (*object.as_ptr()).bits };
        if bits & (Header::OLD | Header::LOGGED) == Header::OLD {
            // Arrays are mostly filled in order.
            if self.last_card != (object.as_ptr() as usize, word / CARD_WORDS) {
                self.log_at(object, word);
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn log(&mut self, object: NonNull<Header>) {
        // SAFETY: `object` is a live object of this heap.
        unsafe { (*object.as_ptr()).bits |= Header::LOGGED };
        self.remembered.push(object.as_ptr() as usize);
    }

    #[inline(never)]
    fn log_at(&mut self, object: NonNull<Header>, word: usize) {
        let address = object.as_ptr() as usize;
        // SAFETY: `object` is a live object of this heap.
        if unsafe { (*object.as_ptr()).bits } & Header::LARGE == 0 {
            self.log(object);
            return;
        }
        if self.large.log_card(address, word) {
            self.carded.push(address);
        }
        self.last_card = (address, word / CARD_WORDS);
    }

    /// Treats all young objects that old ones refer to as reached, and empties the remembered set.
    pub(crate) fn forward_remembered(&mut self) {
        self.last_card = (0, 0);
        let mut remembered = std::mem::take(&mut self.remembered);
        for (at, &object) in remembered.iter().enumerate() {
            if let Some(&later) = remembered.get(at + AHEAD) {
                prefetch(later);
                if self.marker.active {
                    prefetch(self.blocks.mark_address(later));
                }
            }
            let header = object as *mut Header;
            let remark = self.remarks_words_of(object);
            // SAFETY: old objects stay allocated between major collections, which empty the set first.
            unsafe {
                (*header).bits &= !Header::LOGGED;
                let layout = self.layouts[(*header).shape as usize];
                for_each_slot(header, &layout, |slot| {
                    self.forward(slot);
                    if remark {
                        self.remark_slot(slot);
                    }
                });
            }
        }
        remembered.clear();
        // Whole-object logging may have grown the list; keep its buffer but not an extreme one.
        remembered.shrink_to(1 << 16);
        self.remembered = remembered;
        let carded = std::mem::take(&mut self.carded);
        for &object in &carded {
            self.forward_cards(object);
        }
    }

    fn forward_cards(&mut self, object: usize) {
        let Some(cards) = self.large.take_cards(object) else { return };
        let header = object as *mut Header;
        // SAFETY: as above.
        let layout = unsafe { self.layouts[(*header).shape as usize] };
        let remark = self.marker.active && self.is_marked(object);
        for (from, to) in cards.ranges() {
            // SAFETY: a complete object of that layout.
            unsafe {
                for_each_slot_in(header, &layout, from, to, |slot| {
                    self.forward(slot);
                    if remark {
                        self.remark_slot(slot);
                    }
                });
            }
        }
    }

    /// Whether a marking in progress has marked the object, so that what was written to it since is to be marked, too.
    /// A large object, whose words are many, is scanned by a later slice instead.
    pub(crate) fn remarks_words_of(&mut self, object: usize) -> bool {
        if !self.marker.active || !self.is_marked(object) {
            return false;
        }
        let large = self.blocks.kind(object) == block::LARGE;
        if large {
            self.scan_later(object);
        }
        !large
    }
}
