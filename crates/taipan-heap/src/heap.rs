//! The heap's public face.

use std::collections::HashMap;
use std::ptr::NonNull;

use crate::config::{HeapConfig, HeapError, OutOfMemory};
use crate::header::{GRANULE, Header};
use crate::layout::{Layout, Tail};
use crate::page_source::Reservation;
use crate::roots::Roots;
use crate::stats::{CollectStats, Collection, HeapStats};

/// One interpreter's memory. Dropping it unmaps everything without running finalisers.
#[repr(C)]
#[derive(Debug)]
pub struct Heap {
    cursor: usize,
    limit: usize,
    config: HeapConfig,
    pages: Reservation,
    layouts: Vec<Layout>,
    charged: usize,
    ids: HashMap<usize, u64>,
    next_id: u64,
    stats: HeapStats,
}

const CHUNK: usize = 1 << 20;

impl Heap {
    /// Reserves address space for a heap.
    ///
    /// # Errors
    /// [`HeapError::Reserve`] when the system gives none.
    pub fn new(config: HeapConfig) -> Result<Heap, HeapError> {
        let pages = Reservation::new(config.reserve)?;
        let base = pages.base();
        Ok(Heap {
            cursor: base,
            limit: base,
            config,
            pages,
            layouts: Vec::new(),
            charged: 0,
            ids: HashMap::new(),
            next_id: 1,
            stats: HeapStats::default(),
        })
    }

    /// Defines (or, for a reused id, redefines) the layout of shape `shape`. Ids should be dense.
    ///
    /// # Panics
    /// When the layout contradicts itself (length word outside the fixed words, header marked as value).
    pub fn define_layout(&mut self, shape: u32, layout: Layout) {
        assert!(layout.fixed_words >= 1 && layout.values & 1 == 0 && layout.values_from >= 1);
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
        }
        self.layouts[index] = layout;
    }

    /// The layout of shape `shape`, if defined.
    pub fn layout(&self, shape: u32) -> Option<&Layout> {
        self.layouts.get(shape as usize)
    }

    /// Allocates `bytes` (at least 16; rounded up to a granule) in the nursery, zero-filled but for the header.
    /// `None`: call [`Heap::alloc_slow`]. The length word of a tail must be set before the next safepoint.
    #[inline(always)]
    pub fn alloc(&mut self, shape: u32, bytes: usize) -> Option<NonNull<Header>> {
        debug_assert!(bytes >= GRANULE);
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

    /// Allocates like [`Heap::alloc`], collecting if needed; large objects too.
    ///
    /// # Errors
    /// [`OutOfMemory`] when the limit does not allow it even after a full collection.
    #[cold]
    #[inline(never)]
    pub fn alloc_slow(
        &mut self,
        shape: u32,
        bytes: usize,
        roots: &mut dyn Roots,
    ) -> Result<NonNull<Header>, OutOfMemory> {
        let _ = roots;
        let bytes = bytes.max(GRANULE);
        self.refill(bytes)?;
        self.alloc(shape, bytes).ok_or(OutOfMemory)
    }

    fn refill(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        if bytes <= self.limit - self.cursor {
            return Ok(());
        }
        let base = self.pages.base();
        let want = bytes.checked_add(CHUNK - 1).ok_or(OutOfMemory)? & !(CHUNK - 1);
        if want > self.pages.len() - (self.limit - base) || self.would_exceed(want) {
            return Err(OutOfMemory);
        }
        if !self.pages.commit(self.limit, want) {
            return Err(OutOfMemory);
        }
        self.limit += want;
        Ok(())
    }

    /// Allocates outside the nursery without collecting. `immovable` objects (classes, shapes, code) never move.
    ///
    /// # Errors
    /// [`OutOfMemory`] when the limit does not allow it.
    pub fn alloc_old(&mut self, shape: u32, bytes: usize, immovable: bool) -> Result<NonNull<Header>, OutOfMemory> {
        let _ = immovable;
        let bytes = bytes.max(GRANULE);
        self.refill(bytes)?;
        self.alloc(shape, bytes).ok_or(OutOfMemory)
    }

    /// To be called before value words are written into `object`, unless nothing was allocated since it was itself.
    #[inline(always)]
    pub fn write_barrier(&mut self, object: NonNull<Header>) {
        // SAFETY: `object` is a live object of this heap.
        let bits = unsafe { (*object.as_ptr()).bits };
        if bits & (Header::OLD | Header::LOGGED) == Header::OLD {
            self.write_barrier_slow(object);
        }
    }

    #[cold]
    #[inline(never)]
    fn write_barrier_slow(&mut self, object: NonNull<Header>) {
        // SAFETY: `object` is a live object of this heap.
        unsafe { (*object.as_ptr()).bits |= Header::LOGGED };
    }

    /// Like [`Heap::write_barrier`] when only value word `word` of `object` is written; cheaper for large arrays.
    #[inline(always)]
    pub fn write_barrier_at(&mut self, object: NonNull<Header>, word: usize) {
        let _ = word;
        self.write_barrier(object);
    }

    /// Collects now.
    pub fn collect(&mut self, kind: Collection, roots: &mut dyn Roots) -> CollectStats {
        let _ = roots;
        CollectStats { major: kind == Collection::Major, ..CollectStats::default() }
    }

    /// Counts `bytes` of foreign memory against the limit. Check with [`Heap::would_exceed`] first.
    pub fn charge(&mut self, bytes: usize) {
        self.charged = self.charged.saturating_add(bytes);
    }

    /// Gives back what [`Heap::charge`] counted.
    pub fn release(&mut self, bytes: usize) {
        self.charged = self.charged.saturating_sub(bytes);
    }

    /// Whether `bytes` more would go over the limit as things stand (before any collection).
    pub fn would_exceed(&self, bytes: usize) -> bool {
        let used = self.limit - self.pages.base();
        used.saturating_add(self.charged).saturating_add(bytes) > self.config.limit
    }

    /// Makes word `word` of `owner` a weak reference: it holds a heap pointer but is no value word of the owner's
    /// layout. When the referent dies, the word becomes 0 and `owner` is queued for [`Heap::take_dead_weak`].
    pub fn register_weak(&mut self, owner: NonNull<Header>, word: u16) {
        let _ = (owner, word);
    }

    /// The living owners of weak references to `referent`, newest first.
    pub fn weak_owners(&self, referent: NonNull<Header>) -> Vec<NonNull<Header>> {
        let _ = referent;
        Vec::new()
    }

    /// The next weak reference whose referent died; those of one referent come newest first.
    pub fn take_dead_weak(&mut self) -> Option<NonNull<Header>> {
        None
    }

    /// Queues `object` once, with `tag`, when it becomes unreachable; it stays alive until taken from the queue.
    pub fn register_finalizer(&mut self, object: NonNull<Header>, tag: u64) {
        let _ = (object, tag);
    }

    /// Drops the registration of `object`.
    pub fn unregister_finalizer(&mut self, object: NonNull<Header>) {
        let _ = object;
    }

    /// The next unreachable object with a finaliser, and its tag. All dead weak references were queued before it.
    pub fn take_finalizable(&mut self) -> Option<(NonNull<Header>, u64)> {
        None
    }

    /// The object's serial number times 16, issued at the first call.
    pub fn object_id(&mut self, object: NonNull<Header>) -> u64 {
        let next = self.next_id;
        let id = *self.ids.entry(object.as_ptr() as usize).or_insert(next);
        if id == next {
            self.next_id += 1;
        }
        id * 16
    }

    /// Keeps `object` alive and in place until [`Heap::unpin`] is called as often.
    pub fn pin(&mut self, object: NonNull<Header>) {
        let _ = object;
    }

    /// Takes back one [`Heap::pin`].
    pub fn unpin(&mut self, object: NonNull<Header>) {
        let _ = object;
    }

    /// Shortens `object` from `old_bytes` to `new_bytes`; its length word has been changed accordingly.
    pub fn shrink(&mut self, object: NonNull<Header>, old_bytes: usize, new_bytes: usize) {
        let _ = (object, old_bytes, new_bytes);
    }

    /// Size of `object` in bytes.
    pub fn object_bytes(&self, object: NonNull<Header>) -> usize {
        // SAFETY: `object` is a live object of this heap.
        unsafe {
            let shape = (*object.as_ptr()).shape;
            self.layouts[shape as usize].size_of(object.as_ptr())
        }
    }

    /// Whether `address` lies inside this heap's reserved range.
    #[inline(always)]
    pub fn contains(&self, address: usize) -> bool {
        address.wrapping_sub(self.pages.base()) < self.pages.len()
    }

    /// Calls `f` with every object, those that died since the last collection included: collect first if that
    /// matters.
    pub fn for_each_object(&self, f: &mut dyn FnMut(NonNull<Header>)) {
        let mut at = self.pages.base();
        while at < self.cursor {
            let Some(object) = NonNull::new(at as *mut Header) else { return };
            f(object);
            at += self.object_bytes(object);
        }
    }

    /// Figures about the heap.
    pub fn stats(&self) -> HeapStats {
        HeapStats { used_bytes: self.limit - self.pages.base(), charged_bytes: self.charged, ..self.stats }
    }

    /// The configuration the heap was created with.
    pub fn config(&self) -> &HeapConfig {
        &self.config
    }
}
