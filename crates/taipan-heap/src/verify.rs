//! Checking the whole heap: every word that should refer to an object does, and all tables agree.

use crate::bitmap;
use crate::block::{self, BLOCK, object_size, size_of_any};
use crate::header::{GRANULE, Header};
use crate::heap::Heap;
use crate::is_pointer;
use crate::large::PAGE;
use crate::trace::for_each_slot;

mod barriers;
mod turns;

pub(crate) use turns::Suspects;
#[cfg(test)]
pub(crate) use turns::TURNS;

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
        self.verify_sizes()?;
        for header in self.large.headers() {
            self.verify_object(header as usize, young)?;
        }
        for (start, bytes) in self.gaps.iter() {
            self.verify_gap(start, bytes)?;
        }
        Ok(())
    }

    /// Walks the nursery: objects and gaps fill its blocks exactly.
    pub(crate) fn verify_nursery(&self) -> Result<(), String> {
        for (base, end) in self.eden_ranges() {
            let mut at = base;
            while at < end {
                // SAFETY: the walk is at the end of the object before.
                if unsafe { (*(at as *const Header)).shape } != block::FILLER {
                    self.verify_header(at, true)?;
                }
                // SAFETY: as above, and the header is sound.
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

    /// The figures of what is in use agree with what is there.
    fn verify_sizes(&self) -> Result<(), String> {
        let used = (0..self.blocks.table.len()).filter(|&index| self.blocks.kind_of(index) != block::FREE).count();
        let pages: usize = self.large.objects.iter().flatten().map(|object| object.pages).sum();
        if used != self.blocks.used {
            return Err(format!("{used} blocks are in use, {} are counted", self.blocks.used));
        }
        if pages != self.large.used_pages {
            return Err(format!("large objects take {pages} pages, {} are counted", self.large.used_pages));
        }
        for object in self.large.objects.iter().flatten() {
            self.verify_header(object.start, true)?;
            // SAFETY: the start of a large object with a sound header.
            let bytes = unsafe { object_size(object.start, &self.layouts) };
            if bytes > object.pages * PAGE {
                return Err(format!("large object at {:#x} of {bytes} bytes has {} pages", object.start, object.pages));
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn verify_header(&self, object: usize, young: bool) -> Result<(), String> {
        // SAFETY: an address where an object should start, in committed memory.
        let (shape, bits) = unsafe { ((*(object as *const Header)).shape, (*(object as *const Header)).bits) };
        let defined = (shape as usize) < self.layouts.len();
        let missing = if young { 0 } else { Header::OLD };
        if defined && bits & (Header::FORWARDED | Header::PINNED) == 0 && bits & missing == missing {
            return Ok(());
        }
        Err(if !defined {
            format!("object at {object:#x} has undefined shape {shape}")
        } else if bits & (Header::FORWARDED | Header::PINNED) != 0 {
            format!("object at {object:#x} has bits {bits:#x} of a collection in progress")
        } else {
            format!("object at {object:#x} in old space lacks its bit")
        })
    }

    fn verify_if_old(&self, index: usize, young: bool) -> Result<(), String> {
        match self.blocks.kind_of(index) {
            block::OLD | block::META => self.verify_block(index, young),
            block::EVACUATED => Err(format!("block {index} is still marked for evacuation")),
            _ => Ok(()),
        }
    }

    fn verify_block(&self, index: usize, young: bool) -> Result<(), String> {
        let end = self.blocks.address(index) + BLOCK;
        let mut free_from = 0;
        for object in self.objects_of(index) {
            if object < free_from {
                return Err(format!("object at {object:#x} overlaps the one before"));
            }
            self.verify_header(object, young)?;
            // SAFETY: the start bit says that an object starts there, and its shape is defined.
            let size = unsafe { object_size(object, &self.layouts) };
            free_from = object + size;
            if free_from > end {
                return Err(format!("object at {object:#x} of {size} bytes leaves its block"));
            }
            self.verify_object(object, young)?;
        }
        Ok(())
    }

    #[inline(always)]
    fn verify_object(&self, object: usize, young: bool) -> Result<(), String> {
        self.verify_header(object, young)?;
        let header = object as *mut Header;
        let mut wrong = 0;
        // SAFETY: the header is sound and the object complete.
        unsafe {
            let shape = (*header).shape as usize;
            self.verify_owner(object, shape)?;
            for_each_slot(header, &self.layouts[shape], |slot| {
                if !self.is_sound(*slot) {
                    wrong = *slot;
                }
            });
        }
        self.nothing_wrong(object, wrong)
    }

    /// The object that owns the shape of `object` is one.
    #[inline(always)]
    fn verify_owner(&self, object: usize, shape: usize) -> Result<(), String> {
        if self.is_sound(self.owners[shape] as u64) {
            return Ok(());
        }
        Err(format!("owner of shape {shape} of {object:#x} is no object"))
    }

    /// An error if a word of the object is unsound; 0 stands for none.
    #[inline(always)]
    fn nothing_wrong(&self, object: usize, wrong: u64) -> Result<(), String> {
        if wrong == 0 {
            return Ok(());
        }
        // SAFETY: the header of an object just looked at.
        let shape = unsafe { (*(object as *const Header)).shape };
        Err(format!("object {object:#x} of shape {shape}: word {wrong:#x} refers to no object"))
    }

    /// Whether the word is no reference or leads to the start of an object.
    #[inline(always)]
    fn is_sound(&self, word: u64) -> bool {
        if !is_pointer(word) {
            return true;
        }
        let address = word as usize;
        match self.blocks.kind(address) {
            block::OLD | block::META => {
                let starts = &self.blocks.table[self.blocks.index(address)].starts;
                bitmap::get(starts, self.blocks.granule(address))
            }
            kind => self.is_sound_elsewhere(address, kind),
        }
    }

    fn is_sound_elsewhere(&self, address: usize, kind: block::Kind) -> bool {
        match kind {
            block::LARGE => self.large.find(address) == Some(address),
            block::EDEN => {
                let block = self.blocks.address(self.blocks.index(address));
                self.eden_ranges().any(|(base, end)| base == block && address < end)
            }
            _ => false,
        }
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

    /// The addresses of the objects of an old block, ascending.
    #[inline(always)]
    fn objects_of(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let base = self.blocks.address(index);
        bitmap::ones(self.blocks.table[index].starts.iter().copied()).map(move |at| base + at * GRANULE)
    }

    /// The addresses of all objects of old blocks and the metaspace, the dead included.
    #[inline(always)]
    fn objects_in_old_blocks(&self) -> impl Iterator<Item = usize> + '_ {
        let old = |index: &usize| matches!(self.blocks.kind_of(*index), block::OLD | block::META);
        (0..self.blocks.table.len()).filter(old).flat_map(|index| self.objects_of(index))
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
        self.objects_in_old_blocks().for_each(&mut give);
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
