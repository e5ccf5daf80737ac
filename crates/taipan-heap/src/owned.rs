//! Objects that own memory outside the heap: told once, when they are dead for good, so that it can be freed.
//!
//! Invariants: an object is entered at most once; `young` holds the entries made since the last collection. Unlike a
//! finaliser a release never makes its object reachable again, and touches nothing in the heap.

use std::ptr::NonNull;

use crate::header::Header;
use crate::heap::Heap;

/// Frees what the object owns and gives the number of bytes to be given back by [`Heap::release`].
///
/// # Safety
/// The object is complete, dead, and not released before. Nothing in the heap may be touched but its own words.
pub type Release = unsafe fn(NonNull<Header>) -> usize;

/// The objects of a heap that own foreign memory.
#[derive(Debug, Default)]
pub(crate) struct OwnedTable {
    old: Vec<(usize, Release)>,
    young: Vec<(usize, Release)>,
    /// Bytes charged for young objects since the last collection.
    pub(crate) young_bytes: usize,
}

impl OwnedTable {
    /// After a minor collection: releases dead objects, follows the others. Returns the bytes to give back.
    ///
    /// # Safety
    /// `fate` is exact for what was allocated since the last collection, and the memory of the dead intact.
    pub(crate) unsafe fn follow_young(&mut self, fate: impl Fn(usize) -> Option<usize>) -> usize {
        self.young_bytes = 0;
        let mut released = 0;
        for (address, release) in self.young.drain(..) {
            match fate(address) {
                Some(new) => self.old.push((new, release)),
                // SAFETY: by contract.
                None => released += unsafe { release_at(address, release) },
            }
        }
        released
    }

    /// After a marking.
    ///
    /// # Safety
    /// As [`OwnedTable::follow_young`], for all objects.
    pub(crate) unsafe fn follow_all(&mut self, fate: impl Fn(usize) -> Option<usize>) -> usize {
        let mut released = 0;
        self.old.retain_mut(|(address, release)| match fate(*address) {
            Some(new) => {
                *address = new;
                true
            }
            None => {
                // SAFETY: by contract.
                released += unsafe { release_at(*address, *release) };
                false
            }
        });
        released
    }
}

/// # Safety
/// As [`Release`].
unsafe fn release_at(address: usize, release: Release) -> usize {
    match NonNull::new(address as *mut Header) {
        // SAFETY: by contract.
        Some(object) => unsafe { release(object) },
        None => 0,
    }
}

impl Heap {
    /// Calls `release` once when `object` is dead for good, or by [`Heap::release_all`].
    pub fn own(&mut self, object: NonNull<Header>, release: Release) {
        let address = object.as_ptr() as usize;
        let entry = (address, release);
        if self.is_young_address(address) { self.owned.young.push(entry) } else { self.owned.old.push(entry) }
    }

    /// As [`Heap::charge`], for what a young object owns: enough of it brings on a minor collection.
    pub fn charge_young(&mut self, bytes: usize) {
        self.charge(bytes);
        self.owned.young_bytes = self.owned.young_bytes.saturating_add(bytes);
        if self.owned.young_bytes > self.eden.target.saturating_mul(crate::block::BLOCK).max(YOUNG_BYTES) {
            self.urgent = true;
            self.limit = self.cursor;
        }
    }

    /// The objects entered with this release; some may be dead already.
    pub fn owners(&self, release: Release) -> impl Iterator<Item = NonNull<Header>> {
        let entries = self.owned.old.iter().chain(&self.owned.young);
        entries
            .filter(move |entry| std::ptr::fn_addr_eq(entry.1, release))
            .filter_map(|entry| NonNull::new(entry.0 as *mut Header))
    }

    /// Releases what every object owns, at the end of the heap. The objects must not be used any more.
    pub fn release_all(&mut self) {
        // SAFETY: nothing lives any more.
        let released = unsafe { self.owned.follow_young(|_| None) + self.owned.follow_all(|_| None) };
        self.release(released);
    }
}

/// So many foreign bytes of young objects are never too many.
const YOUNG_BYTES: usize = 1 << 20;
