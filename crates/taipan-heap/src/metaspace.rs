//! Allocation outside the nursery: metaspace for what never moves (classes, shapes, code), old space for the rest.
//!
//! Invariant: an object born here is in the remembered set until the first collection, so that its first writes need
//! no barrier.

use std::ptr::NonNull;

use crate::LARGE_BYTES;
use crate::block::BLOCK;
use crate::config::{OutOfMemory, Policy};
use crate::header::{GRANULE, Header};
use crate::heap::Heap;
use crate::large::LargeSpace;

impl Heap {
    /// Allocates outside the nursery without collecting. `immovable` objects (classes, shapes, code) never move.
    /// The memory is zero-filled but for the header.
    ///
    /// # Errors
    /// [`OutOfMemory`] when the limit does not allow it: collect fully and try again.
    pub fn alloc_old(&mut self, shape: u32, bytes: usize, immovable: bool) -> Result<NonNull<Header>, OutOfMemory> {
        let bytes = bytes.max(GRANULE).checked_next_multiple_of(GRANULE).ok_or(OutOfMemory)?;
        if self.injected_failure() {
            return Err(OutOfMemory);
        }
        let mut bits = Header::OLD | Header::LOGGED;
        let at = if bytes > LARGE_BYTES {
            bits |= Header::LARGE;
            let pages = LargeSpace::pages_for(bytes).ok_or(OutOfMemory)?;
            if !self.fits(bytes) {
                return Err(OutOfMemory);
            }
            let at = self.large.alloc(&mut self.blocks, pages).ok_or(OutOfMemory)?;
            self.large.young.pop();
            at
        } else {
            // A new block may be needed; the limit is checked as if it were.
            if !self.fits(BLOCK) {
                return Err(OutOfMemory);
            }
            if let (false, Policy::MarkSweep(fit)) = (immovable, self.config.policy) {
                let at = self.gap_for(bytes, fit).ok_or(OutOfMemory)?;
                return Ok(self.object_in_gap(at, shape, bytes, 0));
            }
            let space = if immovable { &mut self.meta } else { &mut self.old };
            if immovable {
                bits |= Header::IMMOVABLE;
            }
            let at = space.alloc(&mut self.blocks, bytes).ok_or(OutOfMemory)?;
            // SAFETY: `at` is unused room for `bytes`.
            unsafe { std::ptr::write_bytes(at as *mut u8, 0, bytes) };
            at
        };
        let object = at as *mut Header;
        // SAFETY: as above.
        unsafe { object.write(Header { shape, bits }) };
        self.old_growth += bytes;
        self.note_peak();
        self.remembered.push(at);
        self.mark_newborn(at, bytes);
        NonNull::new(object).ok_or(OutOfMemory)
    }
}
