//! The census of a requested collection: how many dead objects were parts of cycles, or held by such.
//!
//! CPython frees acyclic garbage at once and counts what only its collector finds. The same number comes from the
//! dead objects here: those nobody refers to are taken away one after the other, as reference counts would have done;
//! what is left hangs on cycles. Invariant: it is taken when all that lives is marked or moved, and nothing is freed.

use std::collections::VecDeque;

use crate::bitmap;
use crate::block;
use crate::header::{GRANULE, Header};
use crate::heap::Heap;
use crate::is_pointer;
use crate::minor;
use crate::roots::{Roots, StackRange};
use crate::side_table::AddressMap;
use crate::stack_scan::with_spilled_registers;
use crate::stats::{Cause, CollectStats, Collection};
use crate::trace::for_each_slot;

/// What to count, and what was found so far.
#[derive(Debug, Default)]
pub(crate) struct Census {
    /// By shape: whether such objects count.
    counted: Vec<bool>,
    /// Keep what is found alive, for [`Heap::take_saved`].
    save: bool,
    found: usize,
    /// Addresses of a native stack whose words keep objects in place, but not alive.
    pub(crate) loose: Option<StackRange>,
}

impl Heap {
    /// [`Heap::collect`], and how many objects of the shapes in `counted` were found that reference counting would not
    /// have freed. `save`: they stay alive until taken by [`Heap::take_saved`]. `loose`: a part of the native stack
    /// whose words keep objects in place but not alive: they are copies of precise roots, or left over.
    pub fn collect_counting(
        &mut self,
        kind: Collection,
        counted: Vec<bool>,
        save: bool,
        loose: Option<StackRange>,
        roots: &mut dyn Roots,
    ) -> (CollectStats, usize) {
        self.census = Some(Census { counted, save, found: 0, loose });
        let stats = with_spilled_registers(|sp| {
            self.limit = self.eden.hidden_limit;
            let stats = self.collect_at(kind, Cause::Request, roots, sp);
            if self.every_allocation_is_slow {
                self.limit = self.cursor;
            }
            stats
        });
        (stats, self.census.take().map_or(0, |census| census.found))
    }

    /// The next object that a census saved.
    pub fn take_saved(&mut self) -> Option<std::ptr::NonNull<Header>> {
        let word = self.saved.pop_front()?;
        std::ptr::NonNull::new(word as *mut Header)
    }

    /// Counts the dead of the nursery; gives the number of those that are to be saved, which are put on `saved`.
    pub(crate) fn census_of_nursery(&mut self) -> usize {
        let Some(census) = self.census.take() else { return 0 };
        let mut dead = Vec::new();
        for (base, end) in self.retired_eden_ranges() {
            let mut at = base;
            while at < end {
                let header = at as *const Header;
                // SAFETY: nursery blocks are filled without gaps; forwarded objects keep their shape, and their size is
                // that of their copies.
                unsafe {
                    if (*header).bits & Header::FORWARDED != 0 {
                        at += block::object_size(*(at as *const usize).add(1), &self.layouts);
                        continue;
                    }
                    if (*header).shape != block::FILLER && (*header).bits & Header::OLD == 0 {
                        dead.push(at);
                    }
                    at += block::size_of_any(at, &self.layouts);
                }
            }
        }
        for &id in &self.large.young {
            if let Some(object) = &self.large.objects[id as usize] {
                // SAFETY: the start of a large object.
                if unsafe { (*(object.start as *const Header)).bits } & Header::OLD == 0 {
                    dead.push(object.start);
                }
            }
        }
        let lives = |heap: &Heap, address| minor::fate(&heap.blocks, address).is_some();
        self.count_dead(census, dead, lives)
    }

    /// Counts the dead of old space, as [`Heap::census_of_nursery`].
    pub(crate) fn census_of_old(&mut self) -> usize {
        let Some(census) = self.census.take() else { return 0 };
        let mut dead = Vec::new();
        for index in 0..self.blocks.table.len() {
            if !matches!(self.blocks.kind_of(index), block::OLD | block::META | block::EVACUATED) {
                continue;
            }
            let base = self.blocks.address(index);
            let starts = &self.blocks.table[index].starts;
            let mut at = bitmap::next_one(starts, 0);
            while at < bitmap::BITS {
                if !self.is_marked(base + at * GRANULE) {
                    dead.push(base + at * GRANULE);
                }
                at = bitmap::next_one(starts, at + 1);
            }
        }
        dead.extend(self.large.headers().map(|header| header as usize).filter(|&at| !self.is_marked(at)));
        self.count_dead(census, dead, |heap, address| heap.is_marked(address))
    }

    fn count_dead(&mut self, mut census: Census, dead: Vec<usize>, lives: impl Fn(&Heap, usize) -> bool) -> usize {
        let mut references: AddressMap<u32> = dead.iter().map(|&object| (object, 0)).collect();
        let each_slot = |object: usize, f: &mut dyn FnMut(u64)| {
            let header = object as *mut Header;
            // SAFETY: dead objects are complete until they are freed; their words are only read.
            unsafe {
                let layout = self.layouts[(*header).shape as usize];
                for_each_slot(header, &layout, |slot| f(*slot));
            }
        };
        for &object in &dead {
            each_slot(object, &mut |word| {
                if is_pointer(word)
                    && let Some(count) = references.get_mut(&(word as usize))
                {
                    *count += 1;
                }
            });
        }
        let mut free: Vec<usize> = dead.iter().copied().filter(|object| references[object] == 0).collect();
        while let Some(object) = free.pop() {
            references.remove(&object);
            each_slot(object, &mut |word| {
                if is_pointer(word)
                    && let Some(count) = references.get_mut(&(word as usize))
                {
                    *count -= 1;
                    if *count == 0 {
                        free.push(word as usize);
                    }
                }
            });
        }
        let mut saved = VecDeque::new();
        for object in dead {
            if !references.contains_key(&object) {
                continue;
            }
            debug_assert!(!lives(self, object));
            // SAFETY: as above.
            let shape = unsafe { (*(object as *const Header)).shape };
            if census.counted.get(shape as usize).copied().unwrap_or(true) {
                census.found += 1;
                if census.save {
                    saved.push_back(object as u64);
                }
            }
        }
        let count = saved.len();
        self.saved.append(&mut saved);
        self.census = Some(census);
        count
    }
}
