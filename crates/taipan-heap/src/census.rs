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

    /// Counts the dead; gives the number of those that are to be saved, which are put on `saved`.
    fn count_dead(
        &mut self,
        mut census: Census,
        places: fn(&Heap, &mut dyn FnMut(usize)),
        is_dead: impl Fn(&Heap, usize) -> bool,
    ) -> usize {
        let heap = &*self;
        let is_counted = |object: usize| {
            // SAFETY: a dead object's header is intact.
            let shape = unsafe { (*(object as *const Header)).shape };
            census.counted.get(shape as usize).copied().unwrap_or(true)
        };
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
        let mut counts = ReferenceCounts::of(heap);
        let mut found = 0;
        places(heap, &mut |object| {
            if is_dead(heap, object) {
                found += usize::from(is_counted(object));
                each_dead_referent(object, &mut |referent| {
                    counts.set(heap, referent, counts.get(heap, referent) + 1);
                });
            }
        });
        let mut free = Vec::new();
        places(heap, &mut |object| {
            if !is_dead(heap, object) || counts.get(heap, object) != 0 {
                return;
            }
            free.push(object);
            while let Some(object) = free.pop() {
                counts.set(heap, object, TAKEN);
                found -= usize::from(is_counted(object));
                each_dead_referent(object, &mut |referent| match counts.get(heap, referent) {
                    TAKEN | 0 => {}
                    n => {
                        counts.set(heap, referent, n - 1);
                        if n == 1 {
                            free.push(referent);
                        }
                    }
                });
            }
        });
        let mut saved = VecDeque::new();
        if census.save && found > 0 {
            places(heap, &mut |object| {
                if is_dead(heap, object) && is_counted(object) && counts.get(heap, object) != TAKEN {
                    saved.push_back(object as u64);
                }
            });
        }
        census.found += found;
        let number = saved.len();
        self.saved.append(&mut saved);
        self.census = Some(census);
        number
    }
}

/// The count of an object that was taken away.
const TAKEN: u32 = u32::MAX;
/// In a byte: the object was taken away.
const BYTE_TAKEN: u8 = u8::MAX;
/// In a byte: the count is kept apart.
const BYTE_APART: u8 = u8::MAX - 1;

/// How many dead objects refer to each dead object.
struct ReferenceCounts {
    /// By block, where there are any: a byte for each granule.
    rows: Vec<Vec<u8>>,
    /// Counts of large objects, and those that are too large for a byte.
    apart: AddressMap<u32>,
}

impl ReferenceCounts {
    fn of(heap: &Heap) -> ReferenceCounts {
        ReferenceCounts { rows: vec![Vec::new(); heap.blocks.table.len()], apart: AddressMap::default() }
    }

    #[inline(always)]
    fn get(&self, heap: &Heap, object: usize) -> u32 {
        let row = match heap.blocks.kind(object) {
            block::LARGE => None,
            _ => Some(&self.rows[heap.blocks.index(object)]),
        };
        match row.map(|row| row.get(heap.blocks.granule(object)).copied().unwrap_or(0)) {
            None | Some(BYTE_APART) => self.apart.get(&object).copied().unwrap_or(0),
            Some(BYTE_TAKEN) => TAKEN,
            Some(count) => u32::from(count),
        }
    }

    #[inline(always)]
    fn set(&mut self, heap: &Heap, object: usize, count: u32) {
        if heap.blocks.kind(object) == block::LARGE {
            self.apart.insert(object, count);
            return;
        }
        let row = &mut self.rows[heap.blocks.index(object)];
        if row.is_empty() {
            *row = vec![0; bitmap::BITS];
        }
        let byte = match count {
            TAKEN => BYTE_TAKEN,
            _ => u8::try_from(count).unwrap_or(BYTE_APART).min(BYTE_APART),
        };
        row[heap.blocks.granule(object)] = byte;
        if byte == BYTE_APART {
            self.apart.insert(object, count);
        }
    }
}
