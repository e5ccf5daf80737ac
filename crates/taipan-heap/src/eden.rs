//! The nursery: a few blocks handed out one after the other, all of them emptied by each minor collection.
//!
//! Invariants: `Heap::cursor` and `Heap::limit` lie in the last block of `blocks`; `hidden_limit` is that block's
//! end, and `Heap::limit` equals either it or `cursor` (when each allocation is to take the slow path).

use crate::block::{BLOCK, EDEN};
use crate::config::{HeapConfig, Policy};
use crate::header::GRANULE;
use crate::heap::Heap;

/// The nursery grows to its maximum as this many times its size have been allocated.
const GROWTH: u64 = 64;
/// The nursery is doubled when more than this part of it survived.
const SURVIVAL: usize = 8;
/// Nursery size while most of it survives: a larger one would save no work and make longer pauses.
const SURVIVING: usize = 768 << 10;
/// The nursery is made smaller where more old objects are written to between two collections,
const WRITTEN_MOST: usize = 12 << 10;
/// but not smaller than so many bytes.
const WRITTEN_FLOOR: usize = 256 << 10;

#[derive(Debug)]
pub(crate) struct Eden {
    pub(crate) blocks: Vec<u32>,
    /// A minor collection is due when this many blocks are full.
    pub(crate) target: usize,
    pub(crate) hidden_limit: usize,
    /// The target may not fall below this: doubled whenever much survived.
    floor: usize,
    /// The target may not rise above this.
    pub(crate) cap: usize,
    /// Old objects written to before the collection in progress.
    pub(crate) written: usize,
    /// So many of the next collections may take all of the nursery to be alive.
    pub(crate) adoptions: u32,
    /// How many that were after the last minor collection.
    pub(crate) adoption_run: u32,
}

impl Eden {
    pub(crate) fn new(config: &HeapConfig) -> Eden {
        let mut eden = Eden {
            blocks: Vec::new(),
            target: 0,
            hidden_limit: 0,
            floor: config.nursery_start,
            cap: usize::MAX,
            written: 0,
            adoptions: 0,
            adoption_run: 0,
        };
        eden.set_target(config, 0, 0, 0);
        eden
    }

    /// Adapts the nursery's size after a collection that promoted `promoted` bytes, `allocated` bytes having been
    /// allocated so far and `live` being in use: a function of what the program did alone, not of time.
    pub(crate) fn set_target(&mut self, config: &HeapConfig, allocated: u64, promoted: usize, live: usize) {
        let nursery = self.target * BLOCK;
        if promoted > nursery / SURVIVAL {
            self.floor = self.floor.saturating_mul(2);
        }
        if config.policy == Policy::Copying {
            // As much again as lives: each collection copies all of that.
            let most = config.nursery_max.max(live).min(config.limit / 4);
            self.target = (most / BLOCK).max(1);
            return;
        }
        let mut most = config.nursery_max.max(config.nursery_start).min(config.limit / 16);
        self.floor = self.floor.min(most);
        let by_rate = usize::try_from(allocated / GROWTH).unwrap_or(usize::MAX);
        if promoted > nursery / 2 {
            most = most.min(SURVIVING.max(config.nursery_start));
        }
        // Each old object written to takes its time: collect before there are many more than this.
        let by_writes = (nursery / self.written.max(1)).saturating_mul(WRITTEN_MOST).max(WRITTEN_FLOOR);
        self.written = 0;
        self.target = (by_rate.max(self.floor).min(most).min(by_writes).min(self.cap) / BLOCK).max(1);
    }
}

impl Heap {
    /// Ends the current block: nothing can be allocated before the next [`Heap::next_eden_block`].
    pub(crate) fn retire_eden_block(&mut self) {
        if let Some(&block) = self.eden.blocks.last() {
            let used = self.cursor - self.blocks.address(block as usize);
            self.blocks.table[block as usize].top = (used / GRANULE) as u16;
        }
        self.cursor = 0;
        self.limit = 0;
        self.eden.hidden_limit = 0;
    }

    /// Starts a new nursery block if the limit allows it and the system has memory.
    pub(crate) fn next_eden_block(&mut self) -> bool {
        // Its survivors may need as much again while they are copied.
        if !self.fits(2 * BLOCK) {
            return false;
        }
        let Some(block) = self.blocks.take(EDEN, true) else { return false };
        self.retire_eden_block();
        self.eden.blocks.push(block as u32);
        self.cursor = self.blocks.address(block);
        self.limit = self.cursor + BLOCK;
        self.eden.hidden_limit = self.limit;
        true
    }
}
