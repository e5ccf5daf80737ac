//! The table of 32 KB blocks: what each is used for, where its objects start, which granules are live.
//!
//! Invariants: the kind byte of a block is current at all times (collections decide by it what a pointer means);
//! `starts` of an old block has exactly the bits of its objects; `live` is that of the last sweep, or of the marking
//! in progress; blocks on the free list have kind [`FREE`].

use crate::bitmap::{self, Bitmap};
use crate::config::HeapError;
use crate::header::{GRANULE, Header};
use crate::layout::Layout;
use crate::page_source::{ByteTable, Reservation};

/// Size of a block in bytes.
pub(crate) const BLOCK: usize = 1 << BLOCK_SHIFT;
const BLOCK_SHIFT: usize = 15;
/// Blocks are committed in groups of at least this many.
const COMMIT_BLOCKS: usize = (1 << 20) / BLOCK;
/// Free blocks looked at for each block whose memory may be given back in a pause.
const LOOKS: usize = 8;

/// Kind of a block, or of a block-sized piece of the large-object area. Bit 0: may hold young objects.
pub(crate) type Kind = u8;
pub(crate) const FREE: Kind = 0;
pub(crate) const EDEN: Kind = 1;
pub(crate) const OLD: Kind = 2;
pub(crate) const LARGE: Kind = 3;
pub(crate) const META: Kind = 4;
/// An old block whose objects are being moved out.
pub(crate) const EVACUATED: Kind = 6;
/// Not an address of this heap.
pub(crate) const OUTSIDE: Kind = 8;

/// Freed memory is filled with this when poisoning: an address no system maps, and no defined shape.
pub(crate) const POISON: u64 = 0x7fba_dbad_ba5e_dba0;

/// What is known about one committed block.
#[derive(Debug)]
pub(crate) struct Block {
    /// First granules of objects.
    pub(crate) starts: Bitmap,
    /// Granules of live objects at the last sweep, or those marked so far.
    pub(crate) live: Bitmap,
    /// Granules in use in an eden block that is no longer the current one.
    pub(crate) top: u16,
    /// Live granules at the last sweep; all of them once the block was allocated into again.
    pub(crate) live_granules: u16,
    /// `starts` of this eden block has been built in this collection.
    pub(crate) walked: bool,
    /// An object in this eden block stays in place in this collection.
    pub(crate) pinned: bool,
    /// The memory of this free block is all zero.
    pub(crate) clean: bool,
}

/// The blocks of one heap and the address range they and the large objects lie in.
#[derive(Debug)]
pub(crate) struct Blocks {
    pub(crate) pages: Reservation,
    kinds: ByteTable,
    base: usize,
    len: usize,
    pub(crate) table: Vec<Block>,
    max: usize,
    free: Vec<u32>,
    /// So many of the first entries of `free` have been looked at since it was ordered.
    trimmed: usize,
    pub(crate) used: usize,
    /// Blocks from this one on have never had memory.
    untouched: usize,
}

/// A heap of more blocks than this gets memory for so many at a time: one request is cheaper than a fault for each page.
const POPULATE_FROM: usize = (16 << 20) / BLOCK;
const POPULATE: usize = 4;

impl Blocks {
    pub(crate) fn new(pages: Reservation) -> Result<Blocks, HeapError> {
        let kinds = ByteTable::new(pages.len() >> BLOCK_SHIFT)?;
        let (base, len) = (pages.base(), pages.len());
        let max = (len / 2) >> BLOCK_SHIFT;
        Ok(Blocks {
            pages,
            kinds,
            base,
            len,
            table: Vec::new(),
            max,
            free: Vec::new(),
            trimmed: 0,
            used: 0,
            untouched: 0,
        })
    }

    /// First address after the block area.
    pub(crate) fn area_end(&self) -> usize {
        self.address(self.max)
    }

    #[inline(always)]
    pub(crate) fn contains(&self, address: usize) -> bool {
        address.wrapping_sub(self.base) < self.len
    }

    /// What the block around `address` is used for.
    #[inline(always)]
    pub(crate) fn kind(&self, address: usize) -> Kind {
        let offset = address.wrapping_sub(self.base);
        if offset >= self.len {
            return OUTSIDE;
        }
        // SAFETY: the table has a byte for each block of the reservation.
        unsafe { self.kinds.get(offset >> BLOCK_SHIFT) }
    }

    pub(crate) fn kind_of(&self, block: usize) -> Kind {
        self.kind(self.address(block))
    }

    pub(crate) fn set_kind(&mut self, address: usize, kind: Kind) {
        self.kinds.set((address - self.base) >> BLOCK_SHIFT, kind);
    }

    /// Index of the block around `address` (which lies in the block area).
    #[inline(always)]
    pub(crate) fn index(&self, address: usize) -> usize {
        (address - self.base) >> BLOCK_SHIFT
    }

    /// First address of block `block`.
    #[inline(always)]
    pub(crate) fn address(&self, block: usize) -> usize {
        self.base + (block << BLOCK_SHIFT)
    }

    /// Granule of `address` within its block.
    #[inline(always)]
    pub(crate) fn granule(&self, address: usize) -> usize {
        ((address - self.base) & (BLOCK - 1)) / GRANULE
    }

    /// Where the mark of the object at `address` lies, if that is in the block area.
    #[inline(always)]
    pub(crate) fn mark_address(&self, address: usize) -> usize {
        self.table.get(self.index(address)).map_or(0, |block| {
            let word: *const u64 = &block.live[self.granule(address) / 64];
            word as usize
        })
    }

    /// Takes a free block for `kind`; its memory is zero if `zeroed`. `None` when the address space is used up.
    pub(crate) fn take(&mut self, kind: Kind, zeroed: bool) -> Option<usize> {
        if self.free.is_empty() {
            self.commit()?;
        }
        let block = self.free.pop()? as usize;
        let address = self.address(block);
        if block >= self.untouched {
            self.untouched = (block + POPULATE).min(self.table.len());
            if self.used > POPULATE_FROM {
                self.pages.populate(address, (self.untouched - block) * BLOCK);
            }
        }
        let entry = &mut self.table[block];
        if zeroed && !entry.clean {
            // SAFETY: the block is committed and free.
            unsafe { std::ptr::write_bytes(address as *mut u8, 0, BLOCK) };
        }
        entry.clean = false;
        entry.starts = bitmap::EMPTY;
        entry.live = bitmap::EMPTY;
        entry.live_granules = bitmap::BITS as u16;
        entry.walked = false;
        entry.pinned = false;
        self.set_kind(address, kind);
        self.used += 1;
        Some(block)
    }

    fn commit(&mut self) -> Option<()> {
        let have = self.table.len();
        let want = COMMIT_BLOCKS.max(have / 16).min(self.max - have);
        if want == 0 || !self.pages.commit(self.address(have), want * BLOCK) {
            return None;
        }
        self.table.extend((0..want).map(|_| Block {
            starts: bitmap::EMPTY,
            live: bitmap::EMPTY,
            top: 0,
            live_granules: 0,
            walked: false,
            pinned: false,
            clean: true,
        }));
        self.free.extend((have..have + want).rev().map(|b| b as u32));
        Some(())
    }

    /// Puts a block nothing lives in back on the free list.
    pub(crate) fn release(&mut self, block: usize, poison: bool) {
        let address = self.address(block);
        if poison {
            // SAFETY: the block is committed and nothing lives in it.
            unsafe { fill_poison(address, BLOCK) };
        }
        self.set_kind(address, FREE);
        self.free.push(block as u32);
        self.used -= 1;
    }

    /// Orders the free blocks by address; all of them may have to be given back to the system.
    pub(crate) fn sort_free(&mut self) {
        // The list is popped from its end: the highest addresses come first.
        self.free.sort_unstable_by(|a, b| b.cmp(a));
        self.trimmed = 0;
    }

    /// Gives the memory of blocks that were free at the last [`Blocks::sort_free`], but for `keep`, back to the system:
    /// about `most` bytes, from the highest addresses on. Returns how many bytes more it might have been.
    pub(crate) fn trim(&mut self, keep: usize, most: usize) -> usize {
        let surplus = self.free.len().saturating_sub(keep);
        let mut left = most / BLOCK;
        let mut looks = left.saturating_mul(LOOKS);
        while self.trimmed < surplus && left > 0 && looks > 0 {
            let from = self.trimmed;
            let mut to = from;
            while to < surplus && to - from < left && self.is_dirty(to) && (to == from || self.is_next(to)) {
                to += 1;
            }
            if to > from {
                self.discard(from, to);
                left -= to - from;
            }
            self.trimmed = to.max(from + 1);
            looks = looks.saturating_sub(self.trimmed - from);
        }
        left * BLOCK
    }

    /// How many free blocks hold memory of the system.
    #[cfg(test)]
    pub(crate) fn dirty_free(&self) -> usize {
        (0..self.free.len()).filter(|&at| self.is_dirty(at)).count()
    }

    fn is_dirty(&self, at: usize) -> bool {
        !self.table[self.free[at] as usize].clean
    }

    /// Whether a free block lies right below the one before it in the list.
    fn is_next(&self, at: usize) -> bool {
        self.free[at] + 1 == self.free[at - 1]
    }

    /// Discards the free blocks `from..to` of the (descending) free list, which are neighbours.
    fn discard(&mut self, from: usize, to: usize) {
        let low = self.address(self.free[to - 1] as usize);
        // SAFETY: free blocks hold nothing.
        unsafe { self.pages.discard(low, (to - from) * BLOCK) };
        for i in from..to {
            self.table[self.free[i] as usize].clean = true;
        }
    }

    /// The object of the old or metaspace block around `address` that contains it.
    pub(crate) fn find_old(&self, address: usize, layouts: &[Layout]) -> Option<usize> {
        let index = self.index(address);
        let start = bitmap::previous_one(&self.table.get(index)?.starts, self.granule(address))?;
        let object = self.address(index) + start * GRANULE;
        // SAFETY: the bit says that an object starts there.
        let size = unsafe { object_size(object, layouts) };
        (address < object + size).then_some(object)
    }

    /// The object of the eden block around `address` that contains it. Must be asked before objects move.
    pub(crate) fn find_eden(&mut self, address: usize, layouts: &[Layout]) -> Option<usize> {
        let index = self.index(address);
        let base = self.address(index);
        let granule = self.granule(address);
        let block = &mut self.table[index];
        if granule >= block.top as usize {
            return None;
        }
        if !block.walked {
            block.walked = true;
            let mut at = 0;
            while at < block.top as usize {
                let object = base + at * GRANULE;
                // SAFETY: eden blocks are filled without gaps; `at` is the end of the object before.
                let (filler, size) =
                    unsafe { ((*(object as *const Header)).shape == FILLER, size_of_any(object, layouts)) };
                if !filler {
                    bitmap::set(&mut block.starts, at);
                }
                at += size / GRANULE;
            }
        }
        let start = bitmap::previous_one(&block.starts, granule)?;
        let object = base + start * GRANULE;
        // SAFETY: the bit says that an object starts there.
        let size = unsafe { object_size(object, layouts) };
        (address < object + size).then_some(object)
    }
}

/// Shape of a gap left in the nursery by an object that became shorter; the word after its header is its size.
pub(crate) const FILLER: u32 = u32::MAX;

/// Size of the object at `object`.
///
/// # Safety
/// A complete object starts there and has not been forwarded.
#[inline(always)]
pub(crate) unsafe fn object_size(object: usize, layouts: &[Layout]) -> usize {
    let header = object as *const Header;
    // SAFETY: by contract.
    unsafe { layouts[(*header).shape as usize].size_of(header) }
}

/// Size of the object or filler at `object`.
///
/// # Safety
/// As for [`object_size`].
pub(crate) unsafe fn size_of_any(object: usize, layouts: &[Layout]) -> usize {
    // SAFETY: by contract; a filler has at least two words.
    unsafe {
        if (*(object as *const Header)).shape == FILLER {
            *(object as *const usize).add(1)
        } else {
            object_size(object, layouts)
        }
    }
}

/// Fills `[start, start + len)` with poison.
///
/// # Safety
/// The range is committed, whole granules, and nothing lives in it.
pub(crate) unsafe fn fill_poison(start: usize, len: usize) {
    let mut at = start as *mut u64;
    for _ in 0..len / 8 {
        // SAFETY: by contract.
        unsafe {
            at.write(POISON);
            at = at.add(1);
        }
    }
}
