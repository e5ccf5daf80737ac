//! The spellings of names, numbered in the order they are met.
//!
//! Invariant: the numbers of the hard and soft keywords are those of [`KEYWORDS`] and [`SOFT_KEYWORDS`], from 1; 0 is no
//! name. Hashes are keyed with a number the source cannot know, so that no source makes the table slow.

use std::hash::BuildHasher;

use crate::token::{KEYWORDS, SOFT_KEYWORDS, TokenKind};

/// Every name of a source once.
pub(crate) struct Spellings<'s> {
    /// Numbers of names by their hash, 0 where there is none; a power of two of them, half filled at most.
    slots: Vec<u32>,
    texts: Vec<(u64, &'s [u8])>,
    key: u64,
}

impl<'s> Spellings<'s> {
    /// A table of the keywords, with room for the names of a source of `length` bytes.
    pub(crate) fn new(length: usize) -> Spellings<'s> {
        let key = foldhash::fast::RandomState::default().hash_one(length) | 1;
        let expected = (length / 64).clamp(64, 4096);
        let mut names =
            Spellings { slots: vec![0; (2 * expected).next_power_of_two()], texts: Vec::with_capacity(expected), key };
        for word in KEYWORDS.iter().map(|(word, _)| *word).chain(SOFT_KEYWORDS) {
            names.number(word.as_bytes());
        }
        names
    }

    /// What [`Spellings::more`] begins with.
    #[inline(always)]
    pub(super) fn start(&self) -> u64 {
        self.key
    }

    /// The hash with one byte more.
    #[inline(always)]
    pub(super) fn more(&self, hash: u64, byte: u8) -> u64 {
        (hash ^ u64::from(byte)).wrapping_mul(self.key)
    }

    /// The number of a name.
    pub(crate) fn number(&mut self, text: &'s [u8]) -> u32 {
        let hash = text.iter().fold(self.start(), |hash, byte| self.more(hash, *byte));
        self.number_of_hash(text, hash)
    }

    /// The number of a name whose hash is known.
    #[inline]
    pub(super) fn number_of_hash(&mut self, text: &'s [u8], hash: u64) -> u32 {
        let mask = self.slots.len() - 1;
        let mut at = (hash >> 32) as usize & mask;
        loop {
            match self.slots[at] {
                0 => return self.add(at, text, hash),
                number => {
                    let (known, spelling) = self.texts[number as usize - 1];
                    if known == hash && spelling == text {
                        return number;
                    }
                }
            }
            at = (at + 1) & mask;
        }
    }

    #[cold]
    fn add(&mut self, at: usize, text: &'s [u8], hash: u64) -> u32 {
        self.texts.push((hash, text));
        let number = self.texts.len() as u32;
        self.slots[at] = number;
        if 2 * self.texts.len() > self.slots.len() {
            let mask = 2 * self.slots.len() - 1;
            self.slots.clear();
            self.slots.resize(mask + 1, 0);
            for (number, (hash, _)) in (1..).zip(&self.texts) {
                let mut at = (hash >> 32) as usize & mask;
                while self.slots[at] != 0 {
                    at = (at + 1) & mask;
                }
                self.slots[at] = number;
            }
        }
        number
    }

    /// How many names there are.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }
}

/// The kind of the name with this number.
#[inline(always)]
pub(crate) fn kind_of_number(number: u32) -> TokenKind {
    KEYWORDS.get((number as usize).wrapping_sub(1)).map_or(TokenKind::Name, |(_, kind)| *kind)
}
