//! Free lists for the policy mark-sweep: the gaps of old blocks, taken by first, best or worst fit.
//!
//! Invariants: the gaps are exactly the unused granules of old blocks swept or taken since; no gap crosses a block;
//! both indexes hold the same gaps; below `first[n]` there is no gap of n granules or more. Objects born here
//! are old and in no need of a write barrier: nothing is young.

use std::collections::{BTreeMap, BTreeSet};
use std::ptr::NonNull;

use crate::bitmap;
use crate::block::{self, BLOCK};
use crate::config::{Fit, OutOfMemory};
use crate::header::{GRANULE, Header};
use crate::heap::Heap;
use crate::roots::Roots;
use crate::stats::{Cause, Collection};

/// The gaps objects can be put into.
#[derive(Debug, Default)]
pub(crate) struct FreeLists {
    /// Bytes by address.
    by_address: BTreeMap<usize, usize>,
    /// Bytes and address.
    by_size: BTreeSet<(usize, usize)>,
    /// By size in granules, where first fit begins to search: at zero each time it would walk over all that is full.
    first: Vec<usize>,
    /// Bytes allocated since the last collection.
    pub(crate) allocated: usize,
}

impl FreeLists {
    pub(crate) fn clear(&mut self) {
        self.by_address.clear();
        self.by_size.clear();
        self.first.clear();
    }

    pub(crate) fn add(&mut self, start: usize, bytes: usize) {
        self.insert(start, bytes);
        for first in self.first.iter_mut().take(bytes / GRANULE + 1) {
            *first = start.min(*first);
        }
    }

    fn insert(&mut self, start: usize, bytes: usize) {
        if bytes > 0 {
            self.by_address.insert(start, bytes);
            self.by_size.insert((bytes, start));
        }
    }

    /// The gap with the lowest address that has room for `bytes`.
    fn first_fit(&mut self, bytes: usize) -> Option<(usize, usize)> {
        let size = bytes / GRANULE;
        if self.first.len() <= size {
            self.first.resize(size + 1, 0);
        }
        let found = self.by_address.range(self.first[size]..).find(|&(_, &room)| room >= bytes);
        let found = found.map(|(&start, &room)| (start, room));
        self.first[size] = found.map_or(usize::MAX, |(start, _)| start);
        found
    }

    /// Takes `bytes` out of the gap that `fit` prefers; `None` when no gap is large enough.
    pub(crate) fn take(&mut self, bytes: usize, fit: Fit) -> Option<usize> {
        let (start, size) = match fit {
            Fit::First => self.first_fit(bytes),
            Fit::Best => self.by_size.range((bytes, 0)..).next().map(|&(size, start)| (start, size)),
            Fit::Worst => self.by_size.last().filter(|&&(size, _)| size >= bytes).map(|&(size, start)| (start, size)),
        }?;
        self.by_address.remove(&start);
        self.by_size.remove(&(size, start));
        // For what fits into the rest, the search began here or before.
        self.insert(start + bytes, size - bytes);
        self.allocated += bytes;
        Some(start)
    }

    /// Address and bytes of each gap.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.by_address.iter().map(|(&start, &bytes)| (start, bytes))
    }
}

impl Heap {
    /// Allocates an object of at most `LARGE_BYTES` in a gap, collecting when it is time.
    pub(crate) fn alloc_in_gap(
        &mut self,
        shape: u32,
        bytes: usize,
        fit: Fit,
        roots: &mut dyn Roots,
        sp: usize,
    ) -> Result<NonNull<Header>, OutOfMemory> {
        if self.urgent || self.gaps.allocated >= self.next_major {
            self.collect_due(roots, sp);
        }
        let bytes = bytes.next_multiple_of(GRANULE);
        let at = match self.gap_for(bytes, fit) {
            Some(at) => at,
            None => {
                self.collect_at(Collection::Major, Cause::Limit, roots, sp);
                match self.gap_for(bytes, fit) {
                    Some(at) => at,
                    None => {
                        self.in_reserve = true;
                        return Err(OutOfMemory);
                    }
                }
            }
        };
        Ok(self.object_in_gap(at, shape, bytes, 0))
    }

    /// Room for `bytes` in a gap or in a fresh block.
    pub(crate) fn gap_for(&mut self, bytes: usize, fit: Fit) -> Option<usize> {
        if let Some(at) = self.gaps.take(bytes, fit) {
            return Some(at);
        }
        if !self.fits(BLOCK) {
            return None;
        }
        let block = self.blocks.take(block::OLD, false)?;
        self.gaps.add(self.blocks.address(block), BLOCK);
        self.note_peak();
        self.gaps.take(bytes, fit)
    }

    /// Makes the zero-filled object that lies at `at`.
    pub(crate) fn object_in_gap(&mut self, at: usize, shape: u32, bytes: usize, bits: u32) -> NonNull<Header> {
        let (index, granule) = (self.blocks.index(at), self.blocks.granule(at));
        bitmap::set(&mut self.blocks.table[index].starts, granule);
        let object = at as *mut Header;
        // SAFETY: a gap of at least `bytes` bytes in a block of this heap, hence not null.
        unsafe {
            std::ptr::write_bytes(at as *mut u8, 0, bytes);
            object.write(Header { shape, bits: Header::OLD | Header::LOGGED | bits });
            NonNull::new_unchecked(object)
        }
    }

    /// Adds what is not live in a swept block to the gaps.
    pub(crate) fn add_gaps(&mut self, index: usize) {
        let base = self.blocks.address(index);
        let live = &self.blocks.table[index].live;
        let mut from = bitmap::next_zero(live, 0);
        while from < bitmap::BITS {
            let to = bitmap::next_one(live, from);
            self.gaps.add(base + from * GRANULE, (to - from) * GRANULE);
            from = bitmap::next_zero(live, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_fit_is_the_lowest_gap_with_room() {
        let mut lists = FreeLists::default();
        let mut random = crate::tests::Random(7);
        for round in 0..40 {
            lists.clear();
            // Runs of gaps and objects, as a sweep leaves them, from above.
            let mut at = 1 << 20;
            while at > 4096 {
                let size = (1 + random.below(40)) * GRANULE;
                at -= size + GRANULE;
                lists.add(at, size);
            }
            for step in 0..400 {
                let bytes = (1 + random.below(48)) * GRANULE;
                let lowest = lists.iter().find(|&(_, room)| room >= bytes).map(|(start, _)| start);
                assert_eq!(lists.take(bytes, Fit::First), lowest, "round {round}, step {step}");
                if lowest.is_none() || step % 100 == 50 {
                    lists.add((1 << 21) - (step + 1) * 2 * BLOCK / 64, BLOCK / 64);
                }
            }
        }
    }
}
