//! The heap itself: its parts, layouts, fast allocation, sizes and figures.
//!
//! Invariant: `[cursor, limit)` is zero-filled unused nursery memory, both ends multiples of a granule; both are the
//! first words of the struct.

use std::collections::VecDeque;
use std::ptr::NonNull;

use crate::alloc::reserve_of;
use crate::block::{self, Blocks};
use crate::census::Census;
use crate::collect::{IDLE_RATE, SLICE, SLICE_RATE};
use crate::config::{HeapConfig, HeapError};
use crate::eden::Eden;
use crate::finalize::Finalizers;
use crate::free_list::FreeLists;
use crate::header::{GRANULE, Header};
use crate::large::LargeSpace;
use crate::layout::{Layout, Tail};
use crate::mark::Marker;
use crate::old::MarkRegion;
use crate::owned::OwnedTable;
use crate::page_source::{Reservation, physical_memory};
use crate::plan::Plan;
use crate::side_table::SideTable;
use crate::stats::{CollectStats, HeapStats};
use crate::traces::Traces;
use crate::verify::Suspects;
use crate::weak::WeakTable;

/// One interpreter's memory. Dropping it unmaps everything without running finalisers.
#[repr(C)]
#[derive(Debug)]
pub struct Heap {
    pub(crate) cursor: usize,
    pub(crate) limit: usize,
    pub(crate) blocks: Blocks,
    pub(crate) layouts: Vec<Layout>,
    /// By shape: address of the object that lives as long as an object of the shape, or 0.
    pub(crate) owners: Vec<usize>,
    pub(crate) eden: Eden,
    pub(crate) old: MarkRegion,
    /// In place of the nursery and `old` under the policy mark-sweep.
    pub(crate) gaps: FreeLists,
    pub(crate) meta: MarkRegion,
    pub(crate) large: LargeSpace,
    pub(crate) marker: Marker,
    /// Old objects written to since the last collection.
    pub(crate) remembered: Vec<usize>,
    /// The card recorded last, by its object and number; its bit is set.
    pub(crate) last_card: (usize, usize),
    /// Large objects with cards written to since the last collection.
    pub(crate) carded: Vec<usize>,
    /// Reached objects whose value words are still to be followed by the minor collection.
    pub(crate) grey: Vec<usize>,
    /// Objects pinned in this minor collection.
    pub(crate) pinned: Vec<usize>,
    /// Words found on native stacks; kept for its buffer.
    pub(crate) candidates: Vec<usize>,
    /// Words that keep objects in place, but not alive.
    pub(crate) loose: Vec<usize>,
    pub(crate) weak: WeakTable,
    pub(crate) finalizers: Finalizers,
    pub(crate) ids: SideTable<u64>,
    pub(crate) pins: SideTable<u32>,
    pub(crate) owned: OwnedTable,
    /// While tracing.
    pub(crate) traces: Option<Traces>,
    pub(crate) next_id: u64,
    /// What verification looks at after the next minor collection, and its turn with the rest.
    pub(crate) suspects: Suspects,
    pub(crate) verify_turn: usize,
    pub(crate) config: HeapConfig,
    pub(crate) every_allocation_is_slow: bool,
    pub(crate) allocations: u64,
    pub(crate) stress_count: u32,
    pub(crate) stress_collections: u64,
    /// Foreign bytes counted against the limit.
    pub(crate) charged: usize,
    pub(crate) charged_at_major: usize,
    /// Part of the limit kept for handling `OutOfMemory`, and whether it may be used now.
    pub(crate) reserve: usize,
    pub(crate) in_reserve: bool,
    /// Collect at the next slow path.
    pub(crate) urgent: bool,
    /// Bytes that became old since the last major collection, and how many of them start the next.
    pub(crate) old_growth: usize,
    /// How much of it there was when the marking in progress began.
    pub(crate) growth_before: usize,
    pub(crate) next_major: usize,
    /// Bytes scanned by a marking slice, at least; twice as many where references were followed.
    pub(crate) slice_bytes: usize,
    /// Bytes scanned by a slice for each byte adopted.
    pub(crate) slice_rate: usize,
    pub(crate) stats: HeapStats,
    pub(crate) last: CollectStats,
    pub(crate) minors_at_major: u64,
    pub(crate) allocated_at_major: u64,
    /// The marking in progress, or the last, was begun though old space had grown little, and how many times its size is
    /// to be allocated before the next of that kind.
    pub(crate) idle: bool,
    pub(crate) idle_rate: u64,
    /// How many markings in a row found hardly any garbage.
    pub(crate) futile: u32,
    /// The count going on in this collection.
    pub(crate) census: Option<Census>,
    /// What it saved; roots until taken.
    pub(crate) saved: VecDeque<u64>,
    /// Collections not yet taken by [`Heap::take_log`].
    pub(crate) log: Vec<CollectStats>,
}

// SAFETY: the heap owns all memory its addresses refer to and has no tie to a thread.
unsafe impl Send for Heap {}

impl Heap {
    /// Reserves address space for a heap.
    ///
    /// # Errors
    /// [`HeapError::Reserve`] when the system gives none.
    pub fn new(mut config: HeapConfig) -> Result<Heap, HeapError> {
        let pages = Reservation::new(config.reserve)?;
        config.limit = config.limit.min(physical_memory());
        if pages.len() < config.reserve {
            // The rest of the address space is what foreign memory and stacks have to get along with.
            config.limit = config.limit.min(pages.len() / 8 * 7);
        }
        let blocks = Blocks::new(pages)?;
        let area_end = blocks.area_end();
        let end = blocks.pages.base() + blocks.pages.len();
        Ok(Heap {
            cursor: 0,
            limit: 0,
            blocks,
            layouts: Vec::new(),
            owners: Vec::new(),
            eden: Eden::new(&config),
            old: MarkRegion::new(block::OLD),
            gaps: FreeLists::default(),
            meta: MarkRegion::new(block::META),
            large: LargeSpace::new(area_end, end),
            marker: Marker::default(),
            remembered: Vec::new(),
            carded: Vec::new(),
            last_card: (0, 0),
            grey: Vec::new(),
            pinned: Vec::new(),
            candidates: Vec::new(),
            loose: Vec::new(),
            weak: WeakTable::default(),
            finalizers: Finalizers::new(),
            ids: SideTable::new(),
            pins: SideTable::new(),
            owned: OwnedTable::default(),
            traces: None,
            next_id: 1,
            suspects: Suspects::default(),
            verify_turn: 0,
            every_allocation_is_slow: config.stress_every.is_some() || config.fail_at.is_some(),
            allocations: 0,
            stress_count: 0,
            stress_collections: 0,
            charged: 0,
            charged_at_major: 0,
            reserve: reserve_of(&config),
            in_reserve: false,
            urgent: false,
            old_growth: 0,
            growth_before: 0,
            next_major: Heap::first_major(&config),
            slice_bytes: SLICE,
            slice_rate: SLICE_RATE,
            stats: HeapStats::default(),
            last: CollectStats::default(),
            minors_at_major: 0,
            allocated_at_major: 0,
            idle: false,
            idle_rate: IDLE_RATE,
            futile: 0,
            census: None,
            saved: VecDeque::new(),
            log: Vec::new(),
            config,
        })
    }

    /// Defines (or, for a reused id, redefines) the layout of shape `shape`. Ids should be dense.
    /// An id may be reused when no object of its old layout was alive at the last major collection and none was
    /// allocated since.
    ///
    /// # Panics
    /// When the layout contradicts itself (length word outside the fixed words, header marked as value).
    pub fn define_layout(&mut self, shape: u32, layout: Layout) {
        assert!(layout.fixed_words >= 1 && layout.values & 1 == 0 && layout.values_from >= 1);
        assert!(layout.fixed_words >= 64 || layout.values >> layout.fixed_words == 0);
        assert!(shape != block::FILLER);
        match layout.tail {
            Tail::None => {}
            Tail::Values { len_word }
            | Tail::Bytes { len_word }
            | Tail::Halves { len_word }
            | Tail::Words32 { len_word }
            | Tail::Words { len_word } => assert!(len_word >= 1 && len_word < layout.fixed_words),
        }
        let index = shape as usize;
        if index >= self.layouts.len() {
            self.layouts.resize(index + 1, Layout::fixed(2, 0));
            self.owners.resize(index + 1, 0);
            self.marker.plans.resize(index + 1, Plan::of(&Layout::fixed(2, 0)));
        }
        self.layouts[index] = layout;
        self.owners[index] = 0;
        self.marker.plans[index] = Plan::of(&layout);
    }

    /// Makes `owner`, an object of the metaspace, live as long as an object of shape `shape` does.
    pub fn set_layout_owner(&mut self, shape: u32, owner: NonNull<Header>) {
        if let (Some(slot), Some(plan)) =
            (self.owners.get_mut(shape as usize), self.marker.plans.get_mut(shape as usize))
        {
            *slot = owner.as_ptr() as usize;
            plan.unreached = *slot;
        }
    }

    /// Tells that a live object has got the shape `shape`, which has another owner than that of before.
    pub fn shape_changed(&mut self, shape: u32) {
        if self.marker.active {
            self.reach_owner(shape);
        }
    }

    /// The layout of shape `shape`, if defined.
    pub fn layout(&self, shape: u32) -> Option<&Layout> {
        self.layouts.get(shape as usize)
    }

    /// Allocates `bytes` (not 0; rounded up to a granule) in the nursery, zero-filled but for the header.
    /// `None`: call [`Heap::alloc_slow`]. The length word of a tail must be set before the next safepoint.
    #[inline(always)]
    pub fn alloc(&mut self, shape: u32, bytes: usize) -> Option<NonNull<Header>> {
        debug_assert!(bytes > 0);
        let start = self.cursor;
        // Both ends are multiples of a granule, so that the size as asked for may be compared before rounding.
        if bytes > self.limit - start {
            return None;
        }
        self.cursor = start + ((bytes + GRANULE - 1) & !(GRANULE - 1));
        let object = start as *mut Header;
        // SAFETY: [cursor, limit) is committed, unused and not null.
        unsafe {
            object.write(Header { shape, bits: 0 });
            Some(NonNull::new_unchecked(object))
        }
    }

    /// Size of `object` in bytes.
    pub fn object_bytes(&self, object: NonNull<Header>) -> usize {
        // SAFETY: a live object of this heap.
        unsafe { block::object_size(object.as_ptr() as usize, &self.layouts) }
    }

    /// Tells that `object`, allocated with `old_bytes`, now has a smaller size by its length word. The words given
    /// up must not be used any more.
    pub fn shrink(&mut self, object: NonNull<Header>, old_bytes: usize) {
        let address = object.as_ptr() as usize;
        let (old, new) = (old_bytes.next_multiple_of(GRANULE), self.object_bytes(object));
        if new >= old {
            return;
        }
        match self.blocks.kind(address) {
            // SAFETY: the words between the new and the old end belong to the object and are given up.
            block::EDEN => unsafe {
                let gap = address + new;
                std::ptr::write_bytes(gap as *mut u8, 0, old - new);
                (gap as *mut Header).write(Header { shape: block::FILLER, bits: 0 });
                *(gap as *mut usize).add(1) = old - new;
            },
            block::LARGE => self.large.shrink(address, new, self.config.poison),
            _ => {}
        }
    }

    /// Whether `address` lies inside this heap's reserved range.
    #[inline(always)]
    pub fn contains(&self, address: usize) -> bool {
        self.blocks.contains(address)
    }

    /// Figures about the heap.
    pub fn stats(&self) -> HeapStats {
        HeapStats {
            used_bytes: self.used_bytes() - self.charged,
            charged_bytes: self.charged,
            nursery_bytes: self.eden.target * block::BLOCK,
            ..self.stats
        }
    }

    /// What the last collection did.
    pub fn last_collection(&self) -> CollectStats {
        self.last
    }

    /// The collections since this was last asked, when `HeapConfig::log` is set.
    #[inline]
    pub fn take_log(&mut self) -> Vec<CollectStats> {
        if self.log.is_empty() { Vec::new() } else { std::mem::take(&mut self.log) }
    }

    /// Makes the nursery no larger than `bytes` (from the next collection on), whatever the configuration says.
    pub fn set_nursery_cap(&mut self, bytes: usize) {
        self.eden.cap = bytes.max(block::BLOCK);
        self.eden.target = self.eden.target.min(self.eden.cap / block::BLOCK);
    }

    /// Whether `object` has a finaliser that has not been queued yet.
    pub fn has_finalizer(&self, object: NonNull<Header>) -> bool {
        self.finalizers.table.map.contains_key(&(object.as_ptr() as usize))
    }

    /// Bytes allocated since the last collection of any kind, and minor collections since the last major one.
    pub fn since_collection(&self) -> (usize, u64) {
        let last = self.eden.blocks.last().map_or(0, |&index| self.cursor - self.blocks.address(index as usize));
        let nursery = self.eden.blocks.len().saturating_sub(1) * block::BLOCK + last;
        (nursery + self.large.allocated + self.gaps.allocated, self.stats.minors - self.minors_at_major)
    }

    /// Keeps a record of each collection from now on, or not.
    pub fn set_log(&mut self, on: bool) {
        self.config.log = on;
    }

    /// Changes the memory limit; the next allocation that does not fit collects.
    pub fn set_limit(&mut self, bytes: usize) {
        self.config.limit = bytes.min(physical_memory());
        self.reserve = reserve_of(&self.config);
    }

    /// Raises the memory limit for what is left to do, such as telling why a program ended.
    pub fn raise_limit(&mut self, bytes: usize) {
        self.set_limit(self.config.limit.saturating_add(bytes));
        self.in_reserve = true;
    }

    /// The configuration the heap was created with.
    pub fn config(&self) -> &HeapConfig {
        &self.config
    }
}
