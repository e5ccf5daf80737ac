//! The nursery: a few blocks handed out one after the other, all of them emptied by each minor collection.
//!
//! Invariants: `Heap::cursor` and `Heap::limit` lie in the last block of `blocks`; `hidden_limit` is that block's
//! end, and `Heap::limit` equals either it or `cursor` (when each allocation is to take the slow path).

use crate::block::{BLOCK, EDEN};
use crate::config::HeapConfig;
use crate::header::GRANULE;
use crate::heap::Heap;

/// The nursery grows to its maximum as this many times its size have been allocated.
const GROWTH: u64 = 64;

#[derive(Debug)]
pub(crate) struct Eden {
    pub(crate) blocks: Vec<u32>,
    /// A minor collection is due when this many blocks are full.
    pub(crate) target: usize,
    pub(crate) hidden_limit: usize,
}

impl Eden {
    pub(crate) fn new(config: &HeapConfig) -> Eden {
        Eden { blocks: Vec::new(), target: Eden::target_for(config, 0), hidden_limit: 0 }
    }

    /// Blocks of a nursery after `allocated` bytes: a function of what the program did alone, not of time.
    pub(crate) fn target_for(config: &HeapConfig, allocated: u64) -> usize {
        let by_rate = usize::try_from(allocated / GROWTH).unwrap_or(usize::MAX);
        let bytes = by_rate.clamp(config.nursery_start, config.nursery_max.max(config.nursery_start));
        (bytes.min(config.limit / 16) / BLOCK).max(1)
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
