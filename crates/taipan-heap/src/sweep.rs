//! Sweeping after marking: frees blocks and large objects nothing lives in, finds holes, returns memory.
//!
//! Invariant afterwards: `starts` and `live` of each old block describe exactly the marked objects.

use crate::bitmap;
use crate::block;
use crate::config::Policy;
use crate::header::{GRANULE, Header};
use crate::heap::Heap;
use crate::large::PAGE;

/// A block is worth allocating into again when at least this many granules are free.
const USEFUL_GRANULES: usize = bitmap::BITS / 16;

impl Heap {
    /// Frees what is not marked; returns the bytes of what is.
    pub(crate) fn sweep(&mut self) -> usize {
        let mut granules = 0;
        self.gaps.clear();
        self.old.forget_holes(true);
        self.meta.forget_holes(true);
        // Downwards, so that the lowest blocks are allocated into first.
        for index in (0..self.blocks.table.len()).rev() {
            let kind = self.blocks.kind_of(index);
            if matches!(kind, block::OLD | block::META | block::EVACUATED) {
                granules += self.sweep_block(index, kind);
            }
        }
        self.old.allocated = 0;
        self.meta.allocated = 0;
        self.sweep_large();
        self.blocks.sort_free();
        self.large.surplus = true;
        granules * GRANULE + self.large.used_pages * PAGE
    }

    /// Gives free memory beyond what will be wanted soon back to the system, about `most` bytes at a time.
    pub(crate) fn trim(&mut self, most: usize) {
        let used = self.used_bytes();
        let left = self.blocks.trim(self.eden.target + used / block::BLOCK / 8, most);
        self.large.trim(&self.blocks, (4 << 20) + used / 8, left);
    }

    /// Returns the live granules of the block.
    fn sweep_block(&mut self, index: usize, kind: block::Kind) -> usize {
        let entry = &mut self.blocks.table[index];
        let live = bitmap::count(&entry.live);
        if live == 0 {
            self.blocks.release(index, self.config.poison);
            return 0;
        }
        for (start, live) in entry.starts.iter_mut().zip(&entry.live) {
            *start &= live;
        }
        entry.live_granules = live as u16;
        if kind == block::EVACUATED {
            let address = self.blocks.address(index);
            self.blocks.set_kind(address, block::OLD);
        }
        if self.config.poison {
            self.poison_gaps(index);
        }
        if kind != block::META && matches!(self.config.policy, Policy::MarkSweep(_)) {
            self.add_gaps(index);
            return live;
        }
        if bitmap::BITS - live >= USEFUL_GRANULES {
            let space = if kind == block::META { &mut self.meta } else { &mut self.old };
            space.partial.push(index as u32);
        }
        live
    }

    fn sweep_large(&mut self) {
        for id in 0..self.large.objects.len() {
            let Some(start) = self.large.objects[id].as_ref().map(|o| o.start) else { continue };
            let header = start as *mut Header;
            // SAFETY: the start of a large object.
            unsafe {
                if (*header).bits & Header::MARKED != 0 {
                    (*header).bits &= !Header::MARKED;
                } else {
                    self.large.free(id as u32, self.config.poison);
                }
            }
        }
    }
}
