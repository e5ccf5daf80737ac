//! Figures about collections and about the heap as it stands.

use std::fmt;
use std::time::Duration;

/// What to collect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collection {
    /// The nursery.
    Minor,
    /// Everything.
    Major,
}

/// Why a collection took place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cause {
    /// The nursery was full, or as much was allocated as the policy allows between two collections.
    #[default]
    Allocation,
    /// Much foreign memory was charged.
    Charge,
    /// The limit did not allow an allocation.
    Limit,
    /// The program asked for it.
    Request,
    /// `HeapConfig::stress_every`.
    Stress,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cause::Allocation => "allocation",
            Cause::Charge => "foreign memory",
            Cause::Limit => "limit",
            Cause::Request => "request",
            Cause::Stress => "stress",
        })
    }
}

/// What one collection did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CollectStats {
    /// Why it took place.
    pub cause: Cause,
    /// Whether old space was collected too.
    pub major: bool,
    /// Whether it marked a part of old space for a major collection to come, or to end.
    pub slice: bool,
    /// Objects marked since the marking began (that of this collection if it is a major one).
    pub marked_objects: usize,
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
    /// Weak references whose referent died and whose owner lives.
    pub dead_weaks: usize,
    /// Objects queued for their finaliser.
    pub finalizable: usize,
}

impl fmt::Display for CollectStats {
    /// One line for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match (self.major, self.slice) {
            (true, false) => "major",
            (true, true) => "minor, end of major",
            (false, true) => "minor, slice of major",
            (false, false) => "minor",
        };
        write!(
            f,
            "{kind} ({}) {:.3} ms, {} KB -> {} KB, promoted {} KB, pinned {} in {} blocks",
            self.cause,
            self.pause.as_secs_f64() * 1e3,
            self.bytes_before >> 10,
            self.bytes_after >> 10,
            self.promoted_bytes >> 10,
            self.pinned_objects,
            self.pinned_blocks,
        )?;
        if self.major {
            write!(f, ", {} objects live", self.marked_objects)?;
        }
        if self.evacuated_objects > 0 {
            write!(f, ", evacuated {}", self.evacuated_objects)?;
        }
        if self.dead_weaks + self.finalizable > 0 {
            write!(f, ", {} weak references cut, {} finalisers queued", self.dead_weaks, self.finalizable)?;
        }
        Ok(())
    }
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
