//! Mark-region allocation in old space and metaspace: holes of swept blocks first, then fresh blocks.
//!
//! Invariants: `[cursor, limit)` and `[over_cursor, over_limit)` are unused; blocks on `partial` have not been
//! allocated into since their `live` bits were made by a sweep; while marking runs, `partial` is empty (its `live`
//! bits are being rebuilt) and only fresh blocks are taken.

use crate::bitmap;
use crate::block::{BLOCK, Blocks, Kind};
use crate::header::GRANULE;

/// Objects of at least this size that do not fit the current hole go to a block of their own kind.
const MEDIUM: usize = 512;

/// An allocator over the blocks of one kind.
#[derive(Debug)]
pub(crate) struct MarkRegion {
    kind: Kind,
    cursor: usize,
    limit: usize,
    over_cursor: usize,
    over_limit: usize,
    /// Blocks with holes, to be taken from the end.
    pub(crate) partial: Vec<u32>,
    /// Block whose holes are being used, and where to look for its next hole.
    current: Option<(usize, usize)>,
    /// Bytes allocated since the last sweep.
    pub(crate) allocated: usize,
    /// Blocks that room was taken from since verification looked, but for the ones in use then.
    pub(crate) touched: Vec<u32>,
}

impl MarkRegion {
    pub(crate) fn new(kind: Kind) -> MarkRegion {
        MarkRegion {
            kind,
            cursor: 0,
            limit: 0,
            over_cursor: 0,
            over_limit: 0,
            partial: Vec::new(),
            current: None,
            allocated: 0,
            touched: Vec::new(),
        }
    }

    /// Room for `bytes` (whole granules, at most a block), its start bit set. `None`: no block can be had.
    #[inline(always)]
    pub(crate) fn alloc(&mut self, blocks: &mut Blocks, bytes: usize) -> Option<usize> {
        let at = if bytes <= self.limit - self.cursor {
            let at = self.cursor;
            self.cursor += bytes;
            at
        } else {
            self.alloc_slow(blocks, bytes)?
        };
        self.allocated += bytes;
        let (index, granule) = (blocks.index(at), blocks.granule(at));
        bitmap::set(&mut blocks.table[index].starts, granule);
        Some(at)
    }

    #[cold]
    #[inline(never)]
    fn alloc_slow(&mut self, blocks: &mut Blocks, bytes: usize) -> Option<usize> {
        if bytes >= MEDIUM {
            if bytes > self.over_limit - self.over_cursor {
                let block = blocks.take(self.kind, false)?;
                self.touched.push(block as u32);
                self.over_cursor = blocks.address(block);
                self.over_limit = self.over_cursor + BLOCK;
            }
            let at = self.over_cursor;
            self.over_cursor += bytes;
            return Some(at);
        }
        while let Some((start, end)) = self.next_hole(blocks) {
            if end - start >= bytes {
                self.cursor = start + bytes;
                self.limit = end;
                return Some(start);
            }
        }
        let block = blocks.take(self.kind, false)?;
        self.touched.push(block as u32);
        let at = blocks.address(block);
        self.cursor = at + bytes;
        self.limit = at + BLOCK;
        Some(at)
    }

    fn next_hole(&mut self, blocks: &mut Blocks) -> Option<(usize, usize)> {
        loop {
            let (block, from) = match self.current.take() {
                Some(position) => position,
                None => {
                    let block = self.partial.pop()? as usize;
                    blocks.table[block].live_granules = bitmap::BITS as u16;
                    self.touched.push(block as u32);
                    (block, 0)
                }
            };
            let live = &blocks.table[block].live;
            let start = bitmap::next_zero(live, from);
            if start == bitmap::BITS {
                continue;
            }
            let end = bitmap::next_one(live, start);
            self.current = Some((block, end));
            let base = blocks.address(block);
            return Some((base + start * GRANULE, base + end * GRANULE));
        }
    }

    /// The blocks that the next object may be put into.
    pub(crate) fn in_use(&self, blocks: &Blocks) -> impl Iterator<Item = u32> {
        let of = |cursor: usize, limit: usize| (cursor < limit).then(|| blocks.index(cursor) as u32);
        let current = self.current.map(|(block, _)| block as u32);
        [of(self.cursor, self.limit), of(self.over_cursor, self.over_limit), current].into_iter().flatten()
    }

    /// Forgets all holes: their blocks' bits are about to be rebuilt. `all`: the current holes too.
    pub(crate) fn forget_holes(&mut self, all: bool) {
        self.partial.clear();
        self.current = None;
        if all {
            (self.cursor, self.limit, self.over_cursor, self.over_limit) = (0, 0, 0, 0);
        }
    }
}
