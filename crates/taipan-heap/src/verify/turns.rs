//! What verification looks at after which collection.
//!
//! A major collection is followed by a look at everything, and so is a minor one of a heap that is not larger than
//! `HeapConfig::verify_whole`. Others are followed by a look at what they may have changed (blocks they put objects into,
//! objects and cards written to, large objects that were young), at the roots, and at one of [`TURNS`] parts of the rest, in
//! turn. Invariant: every word of old space lies in exactly one part, whatever is allocated or freed meanwhile, because its
//! address decides.

use crate::block::BLOCK;
use crate::config::Policy;
use crate::header::Header;
use crate::heap::Heap;
use crate::large::{Cards, PAGE};
use crate::roots::Roots;
use crate::trace::for_each_slot_in;

/// Verification after a minor collection looks at each part of old space at least once in so many collections.
pub(crate) const TURNS: usize = 16;
/// Parts of large objects go by pieces of so many bytes, as small ones go by blocks.
const PIECE: usize = BLOCK;

/// What the next minor collection may change.
#[derive(Debug, Default)]
pub(crate) struct Suspects {
    blocks: Vec<u32>,
    /// Large objects that are young or were written to as a whole.
    large: Vec<usize>,
    /// Others, with the cards written to.
    carded: Vec<(usize, Cards)>,
}

impl Heap {
    /// Checks the heap before a collection: the nursery, and the remembered set if it is to be looked at as a `whole`; if not,
    /// notes what a minor collection may change.
    pub(crate) fn verify_before(&mut self, whole: bool) -> Result<(), String> {
        self.verify_nursery()?;
        if whole {
            return self.verify_remembered();
        }
        self.note_suspects();
        Ok(())
    }

    /// Whether the heap is small enough to be looked at as a whole after each collection.
    pub(crate) fn is_verified_whole(&self) -> bool {
        self.blocks.used * BLOCK + self.large.used_pages * PAGE <= self.config.verify_whole
    }

    fn note_suspects(&mut self) {
        let mut suspects = std::mem::take(&mut self.suspects);
        suspects.blocks.clear();
        suspects.large.clear();
        suspects.carded.clear();
        for &object in &self.remembered {
            // SAFETY: the remembered set holds old objects, which stay allocated until the next major collection.
            if unsafe { (*(object as *const Header)).bits } & Header::LARGE == 0 {
                suspects.blocks.push(self.blocks.index(object) as u32);
            } else {
                suspects.large.push(object);
            }
        }
        suspects.blocks.extend(self.eden.blocks.iter().copied());
        for region in [&self.old, &self.meta] {
            suspects.blocks.extend(region.in_use(&self.blocks).chain(region.touched.iter().copied()));
        }
        let young = self.large.young.iter().filter_map(|&id| self.large.objects[id as usize].as_ref());
        suspects.large.extend(young.map(|object| object.start));
        suspects.carded.extend(self.carded.iter().filter_map(|&object| Some((object, self.large.cards(object)?))));
        self.suspects = suspects;
    }

    /// Checks the heap after a collection, the roots too.
    pub(crate) fn verify_after(&mut self, roots: &mut dyn Roots, whole: bool) -> Result<(), String> {
        if whole || self.config.policy != Policy::Generational {
            self.verify()?;
        } else {
            let mut suspects = std::mem::take(&mut self.suspects);
            suspects.blocks.append(&mut self.old.touched);
            suspects.blocks.append(&mut self.meta.touched);
            suspects.blocks.extend((0..self.blocks.table.len() as u32).skip(self.verify_turn).step_by(TURNS));
            suspects.blocks.sort_unstable();
            suspects.blocks.dedup();
            let result = self.verify_parts(&suspects);
            self.suspects = suspects;
            self.verify_turn = (self.verify_turn + 1) % TURNS;
            result?;
        }
        self.old.touched.clear();
        self.meta.touched.clear();
        self.verify_roots(roots)
    }

    fn verify_parts(&self, suspects: &Suspects) -> Result<(), String> {
        for &index in &suspects.blocks {
            self.verify_if_old(index as usize, false)?;
        }
        // What has died meanwhile is no matter.
        let alive = |object: usize| self.large.find(object) == Some(object);
        for &object in suspects.large.iter().filter(|&&object| alive(object)) {
            self.verify_object(object, false)?;
        }
        for (object, cards) in suspects.carded.iter().filter(|(object, _)| alive(*object)) {
            for (from, to) in cards.ranges() {
                self.verify_words(*object, from, to)?;
            }
        }
        for large in self.large.objects.iter().flatten() {
            let (start, end) = (large.start, large.start + large.pages * PAGE);
            self.verify_header(start, false)?;
            let (first, last) = (start / PIECE, (end - 1) / PIECE);
            let ahead = (self.verify_turn + TURNS - first % TURNS) % TURNS;
            for piece in (first + ahead..=last).step_by(TURNS) {
                let (from, to) = ((piece * PIECE).max(start), ((piece + 1) * PIECE).min(end));
                self.verify_words(start, (from - start) / 8, (to - start) / 8)?;
            }
        }
        Ok(())
    }

    /// Checks the value words of a large object among its words `from..to`.
    fn verify_words(&self, object: usize, from: usize, to: usize) -> Result<(), String> {
        self.verify_header(object, false)?;
        let header = object as *mut Header;
        let mut wrong = 0;
        // SAFETY: the header is sound and the object complete.
        unsafe {
            let shape = (*header).shape as usize;
            self.verify_owner(object, shape)?;
            let layout = self.layouts[shape];
            if layout.is_leaf() {
                return Ok(());
            }
            for_each_slot_in(header, &layout, from, to, |slot| {
                if !self.is_sound(*slot) {
                    wrong = *slot;
                }
            });
        }
        self.nothing_wrong(object, wrong)
    }

    fn verify_roots(&self, roots: &mut dyn Roots) -> Result<(), String> {
        let mut wrong = 0;
        roots.visit_precise(&mut |word| {
            if !self.is_sound(*word) {
                wrong = *word;
            }
        });
        if wrong == 0 { Ok(()) } else { Err(format!("root: word {wrong:#x} refers to no object")) }
    }
}
