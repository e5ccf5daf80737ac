//! What a heap can be told at its creation, and the errors it reports.

use std::fmt;

/// How the spaces are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// A nursery, emptied often by copying what lives into old space, which is marked and swept now and then.
    #[default]
    Generational,
    /// Every collection moves everything that is not pinned.
    Copying,
    /// Nothing small ever moves: objects are born in old space, in gaps found by a [`Fit`].
    MarkSweep(Fit),
}

/// Which gap of the free lists a new object takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fit {
    /// The one with the lowest address that is large enough.
    #[default]
    First,
    /// The smallest that is large enough.
    Best,
    /// The largest.
    Worst,
}

/// Policy, limit and debug aids of one heap.
#[derive(Clone, Debug)]
pub struct HeapConfig {
    /// How the spaces are used.
    pub policy: Policy,
    /// Keep a record of each collection for [`crate::Heap::take_log`].
    pub log: bool,
    /// Address space to reserve, in bytes; less is taken when the system refuses.
    pub reserve: usize,
    /// Most bytes the heap may use, foreign memory charged to it included. Never more than the machine's memory.
    pub limit: usize,
    /// Size of the nursery at start.
    pub nursery_start: usize,
    /// Size up to which the nursery grows with the allocation rate.
    pub nursery_max: usize,
    /// Collect at each n-th slow or stressed allocation (every allocation takes the slow path when set).
    pub stress_every: Option<u32>,
    /// With `stress_every`: major instead of minor collections at each n-th stress collection.
    pub stress_major_every: Option<u32>,
    /// Move every object that is not pinned at each major collection.
    pub move_everything: bool,
    /// Overwrite freed memory with a pattern.
    pub poison: bool,
    /// Check the heap before and after each collection: all of it, where minor ones are followed by a look at all.
    pub verify: bool,
    /// With `verify`: up to so many bytes in use everything is checked at minor collections, too; a larger heap in turns.
    pub verify_whole: usize,
    /// Report `OutOfMemory` for the n-th allocation (counted from 1), once.
    pub fail_at: Option<u64>,
}

impl Default for HeapConfig {
    fn default() -> Self {
        HeapConfig {
            policy: Policy::Generational,
            log: false,
            reserve: 64 << 30,
            limit: usize::MAX,
            nursery_start: 256 << 10,
            nursery_max: 4 << 20,
            stress_every: None,
            stress_major_every: None,
            move_everything: false,
            poison: false,
            verify: false,
            verify_whole: 16 << 20,
            fail_at: None,
        }
    }
}

/// The heap could not be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeapError {
    /// The system gives no address space.
    Reserve,
}

impl fmt::Display for HeapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeapError::Reserve => f.write_str("cannot reserve address space for the heap"),
        }
    }
}

impl std::error::Error for HeapError {}

/// The limit is reached (everything collectable was collected), or the system gives no memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("heap memory exhausted")
    }
}

impl std::error::Error for OutOfMemory {}
