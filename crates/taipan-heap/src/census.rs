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
    /// Addresses of native stacks, ascending, whose words keep objects in place, but not alive.
    pub(crate) loose: Vec<StackRange>,
}

impl Heap {
    /// [`Heap::collect`], and how many objects of the shapes in `counted` were found that reference counting would not
    /// have freed. `save`: they stay alive until taken by [`Heap::take_saved`]. `loose`: parts of the native stacks,
    /// ascending, whose words keep objects in place but not alive: they are copies of precise roots, or left over.
    pub fn collect_counting(
        &mut self,
        kind: Collection,
        counted: Vec<bool>,
        save: bool,
        loose: Vec<StackRange>,
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
        // SAFETY: young objects keep their headers until the nursery is emptied.
        let is_dead = |heap: &Heap, at: usize| unsafe {
            let bits = (*(at as *const Header)).bits;
            heap.blocks.kind(at) & 1 != 0 && bits & (Header::OLD | Header::FORWARDED) == 0
        };
        self.count_dead(census, Heap::for_each_nursery_place, is_dead)
    }

    /// Counts the dead of old space, as [`Heap::census_of_nursery`].
    pub(crate) fn census_of_old(&mut self) -> usize {
        let Some(census) = self.census.take() else { return 0 };
        let is_dead = |heap: &Heap, at: usize| heap.blocks.kind(at) != block::OUTSIDE && !heap.is_marked(at);
        self.count_dead(census, Heap::for_each_unmarked_place, is_dead)
    }

    /// Calls `f` with the address of each object of the nursery that was not moved out.
    fn for_each_nursery_place(&self, f: &mut dyn FnMut(usize)) {
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
                    let size = block::size_of_any(at, &self.layouts);
                    if (*header).shape != block::FILLER {
                        f(at);
                    }
                    at += size;
                }
            }
        }
        self.large.young.iter().filter_map(|&id| self.large.objects[id as usize].as_ref()).for_each(|o| f(o.start));
    }

    /// Calls `f` with the address of each object outside the nursery that may be dead: none that is marked where it lies.
    fn for_each_unmarked_place(&self, f: &mut dyn FnMut(usize)) {
        for index in 0..self.blocks.table.len() {
            if matches!(self.blocks.kind_of(index), block::OLD | block::META | block::EVACUATED) {
                let (base, entry) = (self.blocks.address(index), &self.blocks.table[index]);
                let dead = entry.starts.iter().zip(&entry.live).map(|(starts, live)| starts & !live);
                bitmap::ones(dead).for_each(|at| f(base + at * GRANULE));
            }
        }
        self.large.headers().for_each(|header| f(header as usize));
    }

    /// Counts are kept in the identity-hash bits of the dead, which nobody will ask for again; those of objects that
    /// are saved are put back.
    fn count_dead(
        &mut self,
        mut census: Census,
        places: fn(&Heap, &mut dyn FnMut(usize)),
        is_dead: impl Fn(&Heap, usize) -> bool,
    ) -> usize {
        let heap = &*self;
        let mut hashes: AddressMap<u32> = AddressMap::default();
        places(heap, &mut |object| {
            if is_dead(heap, object) {
                if census.save && count(object) != 0 {
                    hashes.insert(object, count(object));
                }
                set_count(object, 0);
            }
        });
        let each_dead_referent = |object: usize, f: &mut dyn FnMut(usize)| {
            let header = object as *mut Header;
            // SAFETY: dead objects are complete until they are freed; their words are only read.
            unsafe {
                let layout = heap.layouts[(*header).shape as usize];
                for_each_slot(header, &layout, |slot| {
                    if is_pointer(*slot) && is_dead(heap, *slot as usize) {
                        f(*slot as usize);
                    }
                });
            }
        };
        places(heap, &mut |object| {
            if is_dead(heap, object) {
                each_dead_referent(object, &mut |referent| set_count(referent, (count(referent) + 1).min(MANY)));
            }
        });
        let mut free = Vec::new();
        places(heap, &mut |object| {
            if !is_dead(heap, object) || count(object) != 0 {
                return;
            }
            free.push(object);
            while let Some(object) = free.pop() {
                set_count(object, TAKEN);
                each_dead_referent(object, &mut |referent| match count(referent) {
                    TAKEN | MANY | 0 => {}
                    1 => {
                        set_count(referent, 0);
                        free.push(referent);
                    }
                    n => set_count(referent, n - 1),
                });
            }
        });
        let mut saved = VecDeque::new();
        places(heap, &mut |object| {
            if !is_dead(heap, object) {
                return;
            }
            // SAFETY: a dead object's header is intact.
            let shape = unsafe { (*(object as *const Header)).shape };
            let counts = census.counted.get(shape as usize).copied().unwrap_or(true);
            if counts && count(object) != TAKEN {
                census.found += 1;
                if census.save {
                    saved.push_back(object as u64);
                }
            }
            if census.save {
                set_count(object, hashes.get(&object).copied().unwrap_or(0));
            }
        });
        let number = saved.len();
        self.saved.append(&mut saved);
        self.census = Some(census);
        number
    }
}

/// The count of an object that was taken away.
const TAKEN: u32 = (1 << Header::HASH_BITS) - 1;
/// A count that is too large to be kept: such an object is never taken away.
const MANY: u32 = TAKEN - 1;

fn count(object: usize) -> u32 {
    // SAFETY: the object is one of the heap's and its header is intact.
    unsafe { (*(object as *const Header)).identity_hash() }
}

fn set_count(object: usize, count: u32) {
    // SAFETY: as above; the collector alone runs.
    unsafe { (*(object as *mut Header)).set_identity_hash(count) }
}
