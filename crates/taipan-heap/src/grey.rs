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

/// What is asked of each block that is marked into: few bytes, which stay in the caches.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// The words of the block's bits that are not 0.
    words: u32,
    /// The round in which objects of the block were taken last.
    round: u32,
}

/// The objects to be scanned.
#[derive(Debug, Default)]
pub(crate) struct Grey {
    bits: Vec<Bitmap>,
    states: Vec<State>,
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
        self.bits = vec![bitmap::EMPTY; blocks];
        self.states = vec![State::default(); blocks];
        self.round = 1;
    }

    /// Gives the memory of the set back, which need not be empty.
    pub(crate) fn release(&mut self) {
        *self = Grey::default();
    }

    /// Where the bit of the granule lies.
    #[inline(always)]
    pub(crate) fn bit_address(&self, block: usize, granule: usize) -> usize {
        self.bits.get(block).map_or(0, |bits| {
            let word: *const u64 = &bits[(granule >> 6) & 31];
            word as usize
        })
    }

    /// Adds the object at granule `granule` of block `block`.
    #[inline(always)]
    pub(crate) fn add(&mut self, block: usize, granule: usize) {
        if block >= self.bits.len() {
            self.extend(block);
        }
        let word = (granule >> 6) & 31;
        self.bits[block][word] |= 1 << (granule & 63);
        let state = &mut self.states[block];
        let before = state.words;
        state.words = before | 1 << word;
        if before == 0 {
            self.enqueue(block);
        }
    }

    /// Adds all objects of block `block` that begin at granules in `starts`.
    pub(crate) fn add_all(&mut self, block: usize, starts: &Bitmap) {
        if block >= self.bits.len() {
            self.extend(block);
        }
        let state = &mut self.states[block];
        let before = state.words;
        for (word, (bits, starts)) in self.bits[block].iter_mut().zip(starts).enumerate() {
            *bits |= starts;
            state.words |= u32::from(*starts != 0) << word;
        }
        if before == 0 && state.words != 0 {
            self.enqueue(block);
        }
    }

    #[inline(never)]
    fn enqueue(&mut self, block: usize) {
        if self.states[block].round == self.round {
            self.near.push(block as u32);
        } else {
            self.far.push_back(block as u32);
        }
    }

    #[cold]
    #[inline(never)]
    fn extend(&mut self, block: usize) {
        self.bits.resize(block + 1, bitmap::EMPTY);
        self.states.resize(block + 1, State::default());
    }

    /// Begins a round: what is taken until the next is followed together.
    pub(crate) fn begin_round(&mut self) {
        self.round = self.round.wrapping_add(1);
        if let Some(state) = self.states.get_mut(self.current) {
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
        while self.states.get(self.current)?.words == 0 {
            self.current = match self.near.pop() {
                Some(block) => block,
                None => self.far.pop_front()?,
            } as usize;
            self.states[self.current].round = self.round;
        }
        let words = &mut self.states[self.current].words;
        self.word = words.trailing_zeros() as usize & 31;
        *words &= *words - 1;
        self.left = std::mem::take(&mut self.bits[self.current][self.word]);
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
