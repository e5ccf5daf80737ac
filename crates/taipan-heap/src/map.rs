//! A picture of the heap as text: what each block is used for and how full it is.

use std::fmt::Write;

use crate::bitmap;
use crate::block::{self, BLOCK, object_size};
use crate::header::GRANULE;
use crate::heap::Heap;
use crate::large::PAGE;

/// Blocks in a line of the picture.
const LINE: usize = 64;

impl Heap {
    /// Draws the committed blocks in the order of their addresses: `.` free, `n` nursery, `m` metaspace, and for old
    /// ones the tenths that objects take, `0` to `9`, `#` when (nearly) all. A last line counts large objects.
    pub fn map(&self) -> String {
        let mut text = String::new();
        for index in 0..self.blocks.table.len() {
            if index > 0 && index % LINE == 0 {
                text.push('\n');
            }
            text.push(match self.blocks.kind_of(index) {
                block::EDEN => 'n',
                block::META => 'm',
                block::OLD | block::EVACUATED => tenths(self.bytes_in(index)),
                _ => '.',
            });
        }
        let large = self.large.objects.iter().flatten().count();
        let _ = write!(text, "\nlarge objects: {large} of {} KB", (self.large.used_pages * PAGE) >> 10);
        text
    }

    /// Bytes of the objects in an old block, the dead included.
    fn bytes_in(&self, index: usize) -> usize {
        let (base, starts) = (self.blocks.address(index), &self.blocks.table[index].starts);
        let (mut bytes, mut at) = (0, bitmap::next_one(starts, 0));
        while at < bitmap::BITS {
            // SAFETY: the bit says that an object starts there.
            bytes += unsafe { object_size(base + at * GRANULE, &self.layouts) };
            at = bitmap::next_one(starts, at + 1);
        }
        bytes
    }
}

fn tenths(bytes: usize) -> char {
    let tenths = bytes * 10 / BLOCK;
    char::from_digit(tenths as u32, 10).filter(|_| bytes < BLOCK * 39 / 40).unwrap_or('#')
}
