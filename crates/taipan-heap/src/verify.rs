//! Checking the whole heap: every word that should refer to an object does, and all tables agree.

use crate::bitmap;
use crate::block::{self, BLOCK, object_size, size_of_any};
use crate::config::Policy;
use crate::header::{GRANULE, Header};
use crate::heap::Heap;
use crate::is_pointer;
use crate::roots::Roots;
use crate::trace::for_each_slot;

/// Verification after a minor collection looks at each old block at least once in so many collections.
pub(crate) const TURNS: usize = 16;

impl Heap {
    /// Checks the heap as it is right after a collection (the nursery may have been used since).
    ///
    /// # Errors
    /// What is wrong, for a bug report.
    pub fn verify(&self) -> Result<(), String> {
        self.verify_nursery()?;
        let young = !self.eden.blocks.is_empty() || !self.large.young.is_empty();
        for index in 0..self.blocks.table.len() {
            self.verify_if_old(index, young)?;
        }
        for header in self.large.headers() {
            self.verify_object(header as usize, young)?;
        }
        for (start, bytes) in self.gaps.iter() {
            self.verify_gap(start, bytes)?;
        }
        Ok(())
    }

    /// To be called before a collection: notes what a minor one may change.
    pub(crate) fn note_suspects(&mut self) {
        let mut suspects = std::mem::take(&mut self.suspects);
        suspects.clear();
        suspects.extend(self.remembered.iter().map(|&object| self.blocks.index(object) as u32));
        suspects.extend(self.eden.blocks.iter().copied());
        for region in [&self.old, &self.meta] {
            suspects.extend(region.in_use(&self.blocks).chain(region.touched.iter().copied()));
        }
        self.suspects = suspects;
    }

    /// [`Heap::verify`] after a collection, the roots too. After a minor one, of the old blocks only those it put objects
    /// into or that were written to, and some others in turn: all are looked at again after so many collections.
    pub(crate) fn verify_with(&mut self, roots: &mut dyn Roots, major: bool) -> Result<(), String> {
        if major || self.config.policy != Policy::Generational {
            self.verify()?;
        } else {
            let mut suspects = std::mem::take(&mut self.suspects);
            suspects.append(&mut self.old.touched);
            suspects.append(&mut self.meta.touched);
            suspects.extend((0..self.blocks.table.len() as u32).skip(self.verify_turn).step_by(TURNS));
            self.verify_turn = (self.verify_turn + 1) % TURNS;
            suspects.sort_unstable();
            suspects.dedup();
            for &index in &suspects {
                self.verify_if_old(index as usize, false)?;
            }
            self.suspects = suspects;
            for header in self.large.headers() {
                self.verify_object(header as usize, false)?;
            }
        }
        self.old.touched.clear();
        self.meta.touched.clear();
        let mut result = Ok(());
        roots.visit_precise(&mut |word| {
            if result.is_ok() {
                result = self.verify_word(*word).map_err(|e| format!("root: {e}"));
            }
        });
        result
    }

    /// Walks the nursery: objects and gaps fill its blocks exactly.
    pub(crate) fn verify_nursery(&self) -> Result<(), String> {
        for (base, end) in self.eden_ranges() {
            let mut at = base;
            while at < end {
                self.verify_header(at)?;
                // SAFETY: the walk is at the end of the object before.
                at += unsafe { size_of_any(at, &self.layouts) };
            }
            if at != end {
                return Err(format!("nursery object at {at:#x} ends after {end:#x}: not as large as it was allocated"));
            }
        }
        Ok(())
    }

    /// Nothing lies in a gap that the next object may get.
    fn verify_gap(&self, start: usize, bytes: usize) -> Result<(), String> {
        let (block, from) = (self.blocks.index(start), self.blocks.granule(start));
        if self.blocks.kind(start) != block::OLD || from * GRANULE + bytes > BLOCK {
            return Err(format!("gap at {start:#x} of {bytes} bytes lies in no block"));
        }
        let object = bitmap::next_one(&self.blocks.table[block].starts, from);
        if object < from + bytes / GRANULE || self.blocks.find_old(start, &self.layouts).is_some() {
            return Err(format!("gap at {start:#x} of {bytes} bytes overlaps an object"));
        }
        Ok(())
    }

    fn verify_header(&self, object: usize) -> Result<(), String> {
        // SAFETY: an address where an object should start, in committed memory.
        let (shape, bits) = unsafe { ((*(object as *const Header)).shape, (*(object as *const Header)).bits) };
        if shape != block::FILLER && self.layout(shape).is_none() {
            return Err(format!("object at {object:#x} has undefined shape {shape}"));
        }
        if bits & (Header::FORWARDED | Header::PINNED) != 0 {
            return Err(format!("object at {object:#x} has bits {bits:#x} of a collection in progress"));
        }
        Ok(())
    }

    fn verify_if_old(&self, index: usize, young: bool) -> Result<(), String> {
        match self.blocks.kind_of(index) {
            block::OLD | block::META => self.verify_block(index, young),
            block::EVACUATED => Err(format!("block {index} is still marked for evacuation")),
            _ => Ok(()),
        }
    }

    fn verify_block(&self, index: usize, young: bool) -> Result<(), String> {
        let entry = &self.blocks.table[index];
        let base = self.blocks.address(index);
        let mut free_from = 0;
        let mut at = bitmap::next_one(&entry.starts, 0);
        while at < bitmap::BITS {
            let object = base + at * GRANULE;
            if at < free_from {
                return Err(format!("object at {object:#x} overlaps the one before"));
            }
            self.verify_object(object, young)?;
            // SAFETY: the start bit says that an object starts there.
            let size = unsafe { object_size(object, &self.layouts) };
            free_from = at + size / GRANULE;
            if free_from * GRANULE > BLOCK {
                return Err(format!("object at {object:#x} of {size} bytes leaves its block"));
            }
            at = bitmap::next_one(&entry.starts, at + 1);
        }
        Ok(())
    }

    fn verify_object(&self, object: usize, young: bool) -> Result<(), String> {
        self.verify_header(object)?;
        let header = object as *mut Header;
        let mut result = Ok(());
        // SAFETY: the header is sound and the object complete.
        unsafe {
            if !young && (*header).bits & Header::OLD == 0 {
                return Err(format!("object at {object:#x} in old space lacks its bit"));
            }
            let layout = self.layouts[(*header).shape as usize];
            let shape = (*header).shape;
            let owner = self.owners[shape as usize] as u64;
            self.verify_word(owner).map_err(|e| format!("owner of shape {shape} of {object:#x}: {e}"))?;
            for_each_slot(header, &layout, |slot| {
                if result.is_ok() {
                    result = self.verify_word(*slot).map_err(|e| format!("object {object:#x} of shape {shape}: {e}"));
                }
            });
        }
        result
    }

    fn verify_word(&self, word: u64) -> Result<(), String> {
        if !is_pointer(word) {
            return Ok(());
        }
        let address = word as usize;
        let sound = match self.blocks.kind(address) {
            block::OLD | block::META => {
                let starts = &self.blocks.table[self.blocks.index(address)].starts;
                address.is_multiple_of(GRANULE) && bitmap::get(starts, self.blocks.granule(address))
            }
            block::LARGE => self.large.find(address) == Some(address),
            block::EDEN => {
                let block = self.blocks.address(self.blocks.index(address));
                self.eden_ranges().any(|(base, end)| base == block && address < end)
            }
            _ => false,
        };
        if sound { Ok(()) } else { Err(format!("word {word:#x} refers to no object")) }
    }

    /// First and end address of the used part of each nursery block.
    pub(crate) fn eden_ranges(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let last = self.eden.blocks.len().wrapping_sub(1);
        self.eden.blocks.iter().enumerate().map(move |(i, &index)| {
            let base = self.blocks.address(index as usize);
            let end =
                if i == last { self.cursor } else { base + self.blocks.table[index as usize].top as usize * GRANULE };
            (base, end)
        })
    }

    /// [`Heap::eden_ranges`] when no block is the current one any more.
    pub(crate) fn retired_eden_ranges(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.eden.blocks.iter().map(|&index| {
            let base = self.blocks.address(index as usize);
            (base, base + self.blocks.table[index as usize].top as usize * GRANULE)
        })
    }

    /// Calls `f` with every young object, the dead included.
    pub fn for_each_young_object(&self, f: &mut dyn FnMut(std::ptr::NonNull<Header>)) {
        let mut young = |at: usize| {
            if let Some(object) = std::ptr::NonNull::new(at as *mut Header) {
                f(object);
            }
        };
        for (base, end) in self.eden_ranges() {
            let mut at = base;
            while at < end {
                // SAFETY: nursery blocks are filled without gaps.
                let (filler, size) =
                    unsafe { ((*(at as *const Header)).shape == block::FILLER, size_of_any(at, &self.layouts)) };
                if !filler {
                    young(at);
                }
                at += size;
            }
        }
        self.large.young.iter().filter_map(|&id| self.large.objects[id as usize].as_ref()).for_each(|o| young(o.start));
    }

    /// Calls `f` with every object, those that died since the last collection included: collect first if that
    /// matters.
    pub fn for_each_object(&self, f: &mut dyn FnMut(std::ptr::NonNull<Header>)) {
        let mut give = |address: usize| {
            if let Some(object) = std::ptr::NonNull::new(address as *mut Header) {
                f(object);
            }
        };
        for index in 0..self.blocks.table.len() {
            if !matches!(self.blocks.kind_of(index), block::OLD | block::META) {
                continue;
            }
            let (base, starts) = (self.blocks.address(index), &self.blocks.table[index].starts);
            let mut at = bitmap::next_one(starts, 0);
            while at < bitmap::BITS {
                give(base + at * GRANULE);
                at = bitmap::next_one(starts, at + 1);
            }
        }
        self.large.headers().for_each(|header| give(header as usize));
        self.for_each_young_object(&mut |object| {
            // Large ones have been told.
            // SAFETY: an object of this heap.
            if unsafe { object.as_ref() }.bits & Header::LARGE == 0 {
                f(object);
            }
        });
    }

    /// Calls `f` with each value word of `object`.
    pub fn for_each_value(&self, object: std::ptr::NonNull<Header>, f: &mut dyn FnMut(u64)) {
        let header = object.as_ptr();
        // SAFETY: a live object of this heap; its words are only read.
        unsafe {
            let layout = self.layouts[(*header).shape as usize];
            for_each_slot(header, &layout, |slot| f(*slot));
        }
    }
}

/// Stops at the first unsound heap: what comes after could only hide the cause.
pub(crate) fn expect_sound(when: &str, result: Result<(), String>) {
    if let Err(error) = result {
        panic!("heap verification {when}: {error}");
    }
}
