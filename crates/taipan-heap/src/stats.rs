//! Figures about collections and about the heap as it stands.

use std::time::Duration;

/// What to collect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collection {
    /// The nursery.
    Minor,
    /// Everything.
    Major,
}

/// What one collection did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CollectStats {
    /// Whether old space was collected too.
    pub major: bool,
    /// How long it took.
    pub pause: Duration,
    /// Bytes in use before, foreign memory not included.
    pub bytes_before: usize,
    /// Bytes in use after.
    pub bytes_after: usize,
    /// Bytes copied out of the nursery.
    pub promoted_bytes: usize,
    /// Objects that native stacks kept in place.
    pub pinned_objects: usize,
    /// Blocks those objects lie in.
    pub pinned_blocks: usize,
    /// Objects moved by evacuation of old blocks.
    pub evacuated_objects: usize,
    /// Objects found unreachable and freed (major collections; side-table owners only in minor ones).
    pub dead_weaks: usize,
    /// Objects queued for their finaliser.
    pub finalizable: usize,
}

/// The heap as it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeapStats {
    /// Bytes in use: nursery, old, large and metaspace blocks.
    pub used_bytes: usize,
    /// Foreign bytes charged to the heap.
    pub charged_bytes: usize,
    /// Most `used_bytes + charged_bytes` ever.
    pub peak_bytes: usize,
    /// Bytes allocated since the start (approximate: whole blocks).
    pub allocated_bytes: u64,
    /// Minor collections so far (those that began major ones included).
    pub minors: u64,
    /// Major collections so far.
    pub majors: u64,
    /// Current nursery size.
    pub nursery_bytes: usize,
    /// Total time in collections.
    pub pause_total: Duration,
    /// Longest pause.
    pub pause_max: Duration,
}
