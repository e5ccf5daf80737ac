//! Marked objects that are still to be scanned: a bit for each granule beside the blocks, and the blocks that have some.
//!
//! Objects are taken block by block in the order of their addresses, and a block waits while others have their turn:
//! however references jump about, memory is read where much of it is wanted at a time. What is found within reach of the
//! objects just taken comes next, so that structures which lie together are followed while they are in the caches.
//!
//! Invariants: `words` of a block has a bit for each word of `bits` that is not 0; a block whose `words` is not 0 is on
//! `near` or `far`, or it is `current`; `left` are bits taken out of the word `word` of `current`.

use std::collections::VecDeque;

use crate::bitmap::{self, Bitmap};
use crate::block::BLOCK;
use crate::header::GRANULE;

#[derive(Clone, Copy, Debug)]
struct Block {
    bits: Bitmap,
    /// The words of `bits` that are not 0.
    words: u32,
    /// The round in which objects of the block were taken last.
    round: u32,
}

const NONE: Block = Block { bits: bitmap::EMPTY, words: 0, round: 0 };

/// The objects to be scanned.
#[derive(Debug, Default)]
pub(crate) struct Grey {
    blocks: Vec<Block>,
    /// Blocks of this round with new objects.
    near: Vec<u32>,
    /// The others.
    far: VecDeque<u32>,
    round: u32,
    current: usize,
    /// The word of `current` being taken, with its bits that are left.
    word: usize,
    left: u64,
}

impl Grey {
    /// Makes the set empty, with room for so many blocks.
    pub(crate) fn reset(&mut self, blocks: usize) {
        self.release();
        self.blocks = vec![NONE; blocks];
        self.round = 1;
    }

    /// Gives the memory of the set back, which need not be empty.
    pub(crate) fn release(&mut self) {
        *self = Grey::default();
    }

    /// Where the bit of the granule lies.
    #[inline(always)]
    pub(crate) fn bit_address(&self, block: usize, granule: usize) -> usize {
        self.blocks.get(block).map_or(0, |block| {
            let word: *const u64 = &block.bits[(granule >> 6) & 31];
            word as usize
        })
    }

    /// Adds the object at granule `granule` of block `block`.
    #[inline(always)]
    pub(crate) fn add(&mut self, block: usize, granule: usize) {
        if block >= self.blocks.len() {
            self.extend(block);
        }
        let entry = &mut self.blocks[block];
        let word = (granule >> 6) & 31;
        entry.bits[word] |= 1 << (granule & 63);
        let before = entry.words;
        entry.words = before | 1 << word;
        if before == 0 {
            self.enqueue(block);
        }
    }

    /// Adds all objects of block `block` that begin at granules in `starts`.
    pub(crate) fn add_all(&mut self, block: usize, starts: &Bitmap) {
        if block >= self.blocks.len() {
            self.extend(block);
        }
        let entry = &mut self.blocks[block];
        let before = entry.words;
        for (word, (bits, starts)) in entry.bits.iter_mut().zip(starts).enumerate() {
            *bits |= starts;
            entry.words |= u32::from(*starts != 0) << word;
        }
        if before == 0 && entry.words != 0 {
            self.enqueue(block);
        }
    }

    #[inline(never)]
    fn enqueue(&mut self, block: usize) {
        if self.blocks[block].round == self.round {
            self.near.push(block as u32);
        } else {
            self.far.push_back(block as u32);
        }
    }

    #[cold]
    #[inline(never)]
    fn extend(&mut self, block: usize) {
        self.blocks.resize(block + 1, NONE);
    }

    /// Begins a round: what is taken until the next is followed together.
    pub(crate) fn begin_round(&mut self) {
        self.round = self.round.wrapping_add(1);
        if let Some(state) = self.blocks.get_mut(self.current) {
            state.round = self.round;
        }
    }

    /// Takes the next objects, as many as there is room for: their addresses, block 0 being at `base`. Returns how many.
    #[inline(always)]
    pub(crate) fn take(&mut self, base: usize, objects: &mut [usize]) -> usize {
        let mut taken = 0;
        loop {
            let origin = base + self.current * BLOCK + self.word * (64 * GRANULE);
            let mut left = self.left;
            while left != 0 {
                let Some(object) = objects.get_mut(taken) else {
                    self.left = left;
                    return taken;
                };
                *object = origin + left.trailing_zeros() as usize * GRANULE;
                left &= left - 1;
                taken += 1;
            }
            self.left = 0;
            if taken == objects.len() || self.next_word().is_none() {
                return taken;
            }
        }
    }

    /// Goes on to the next word with bits.
    #[inline(never)]
    fn next_word(&mut self) -> Option<()> {
        while self.blocks.get(self.current)?.words == 0 {
            self.current = match self.near.pop() {
                Some(block) => block,
                None => self.far.pop_front()?,
            } as usize;
            self.blocks[self.current].round = self.round;
        }
        let block = &mut self.blocks[self.current];
        self.word = block.words.trailing_zeros() as usize & 31;
        block.words &= block.words - 1;
        self.left = std::mem::take(&mut block.bits[self.word]);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many objects, as blocks and granules.
    fn take(grey: &mut Grey, most: usize) -> Vec<(usize, usize)> {
        let mut objects = vec![0; most];
        let taken = grey.take(0, &mut objects);
        objects[..taken].iter().map(|at| (at / BLOCK, at % BLOCK / GRANULE)).collect()
    }

    #[test]
    fn all_that_is_added_is_taken_once() {
        let mut grey = Grey::default();
        grey.reset(3);
        let mut starts = bitmap::EMPTY;
        bitmap::set(&mut starts, 7);
        bitmap::set(&mut starts, 2047);
        grey.add(2, 64);
        grey.add(1, 5);
        grey.add(2, 64);
        grey.add_all(2, &starts);
        grey.add_all(0, &bitmap::EMPTY);
        grey.begin_round();
        assert_eq!(take(&mut grey, 3), [(2, 7), (2, 64), (2, 2047)]);
        assert_eq!(take(&mut grey, 3), [(1, 5)]);
        // Beyond the blocks there were.
        grey.add(9, 1);
        assert_eq!(take(&mut grey, 3), [(9, 1)]);
        assert_eq!(take(&mut grey, 3), []);
    }

    #[test]
    fn what_is_near_comes_before_what_is_far() {
        let mut grey = Grey::default();
        grey.reset(4);
        grey.add(1, 0);
        grey.add(2, 0);
        grey.begin_round();
        assert_eq!(take(&mut grey, 9), [(1, 0), (2, 0)]);
        grey.add(3, 0);
        grey.add(1, 0);
        grey.begin_round();
        assert_eq!(take(&mut grey, 9), [(1, 0), (3, 0)]);
    }
}
