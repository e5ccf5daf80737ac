//! The names of a tree, each held once and numbered in the order they are met.
//!
//! Invariants: names of one table are the same name exactly if their numbers are equal; the numbers of the hard and soft
//! keywords are those of [`KEYWORDS`] and [`SOFT_KEYWORDS`], from 1; 0 is no name. Hashes are keyed with a number the
//! source cannot know, so that no source makes the table slow.

use std::fmt;
use std::hash::BuildHasher;
use std::ops::Deref;

use taipan_text::TextBuf;
use taipan_text::unicode::normalize::{Form, normalize};

use super::Arena;
use crate::Normalizer;
use crate::token::{KEYWORDS, SOFT_KEYWORDS, TokenKind};

/// The number of `__debug__`, which follows the soft keywords.
pub(crate) const DEBUG: u32 = (KEYWORDS.len() + SOFT_KEYWORDS.len()) as u32 + 1;

/// An identifier, NFKC-normalised.
#[derive(Clone, Copy)]
pub struct Identifier<'a>(&'a Name<'a>);

struct Name<'a> {
    text: &'a str,
    number: u32,
    is_private: bool,
}

impl<'a> Identifier<'a> {
    /// The text, which lives as long as the tree.
    #[inline(always)]
    pub fn text(self) -> &'a str {
        self.0.text
    }

    /// The number in the table of the tree's names.
    #[inline(always)]
    pub fn number(self) -> u32 {
        self.0.number
    }

    /// Whether a class mangles it: it begins with two underscores, does not end with two, and has no dot.
    #[inline(always)]
    pub fn is_private(self) -> bool {
        self.0.is_private
    }
}

impl Deref for Identifier<'_> {
    type Target = str;

    #[inline(always)]
    fn deref(&self) -> &str {
        self.0.text
    }
}

impl AsRef<str> for Identifier<'_> {
    fn as_ref(&self) -> &str {
        self.0.text
    }
}

impl PartialEq for Identifier<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0) || self.0.text == other.0.text
    }
}

impl Eq for Identifier<'_> {}

impl fmt::Debug for Identifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.text.fmt(f)
    }
}

impl fmt::Display for Identifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.text.fmt(f)
    }
}

/// A name of the table, and what is compared first.
#[derive(Clone, Copy)]
struct Known<'a> {
    hash: u64,
    length: usize,
    name: Identifier<'a>,
}

/// Every name of a tree once.
#[derive(Clone)]
pub struct Names<'a> {
    arena: &'a Arena,
    /// Numbers of names by their hash, 0 where there is none; a power of two of them, half filled at most.
    slots: Vec<u32>,
    names: Vec<Known<'a>>,
    key: u64,
}

impl<'a> Names<'a> {
    /// The number of the first name that is no hard keyword.
    pub const FIRST: u32 = KEYWORDS.len() as u32 + 1;

    /// A table of the keywords, with room for the names of a source of `length` bytes.
    pub fn new(arena: &'a Arena, length: usize) -> Names<'a> {
        let key = foldhash::fast::RandomState::default().hash_one(length) | 1;
        let expected = (length / 64).clamp(64, 4096);
        let slots = vec![0; (2 * expected).next_power_of_two()];
        let mut names = Names { arena, slots, names: Vec::with_capacity(expected), key };
        for word in KEYWORDS.iter().map(|(word, _)| *word).chain(SOFT_KEYWORDS) {
            names.intern(word);
        }
        names.intern("__debug__");
        names
    }

    /// Where the tree of these names lies.
    pub fn arena(&self) -> &'a Arena {
        self.arena
    }

    /// The hash of a text, taken eight bytes at a time, those missing from the last word as zeros. Among texts of one
    /// length up to eight it is different for each.
    #[inline(always)]
    fn hash(&self, text: &[u8]) -> u64 {
        let (words, tail) = text.as_chunks();
        let hash = words.iter().fold(self.key, |hash, word| self.mix(hash, u64::from_le_bytes(*word)));
        if tail.is_empty() && !words.is_empty() {
            return hash;
        }
        self.mix(hash, tail.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)))
    }

    #[inline(always)]
    fn mix(&self, hash: u64, word: u64) -> u64 {
        let product = (hash ^ word).wrapping_mul(self.key);
        product ^ (product >> 32)
    }

    /// The name with this text, which is added if it is new.
    pub fn intern(&mut self, text: &str) -> Identifier<'a> {
        let hash = self.hash(text.as_bytes());
        let number = match self.find(text.as_bytes(), hash) {
            Ok(number) => number,
            Err(at) => self.add(at, text, hash),
        };
        self.names[number as usize - 1].name
    }

    /// The name with this text, if there is one.
    pub fn get(&self, text: &str) -> Option<Identifier<'a>> {
        self.of_number(self.find(text.as_bytes(), self.hash(text.as_bytes())).ok()?)
    }

    /// The name with this number.
    #[inline]
    pub fn of_number(&self, number: u32) -> Option<Identifier<'a>> {
        Some(self.names.get((number as usize).wrapping_sub(1))?.name)
    }

    /// The number of the identifier that a source spells like this. `normalizer` may take the place of NFKC.
    pub(crate) fn number_of_spelling(&mut self, text: &[u8], normalizer: Option<&mut Normalizer<'_>>) -> u32 {
        if text.is_ascii()
            && let Ok(name) = std::str::from_utf8(text)
        {
            return self.intern(name).number();
        }
        let name = String::from_utf8_lossy(text);
        if let Some(other) = normalizer.and_then(|normalizer| normalizer(&name)) {
            return self.intern(&other).number();
        }
        match normalize(Form::Nfkc, TextBuf::from(&*name).as_text()) {
            Some(normal) => self.intern(&normal.as_text().to_utf8_lossy()).number(),
            None => self.intern(&name).number(),
        }
    }

    /// The number of an ASCII name.
    #[inline]
    pub(crate) fn number_of_ascii(&mut self, text: &[u8]) -> u32 {
        let hash = self.hash(text);
        match self.find(text, hash) {
            Ok(number) => number,
            Err(at) => self.add(at, std::str::from_utf8(text).unwrap_or_default(), hash),
        }
    }

    /// The number of an ASCII name of one to eight bytes, given also as a word, first byte lowest, zeros behind the last.
    #[inline(always)]
    pub(crate) fn number_of_short(&mut self, word: u64, text: &[u8]) -> u32 {
        let hash = self.mix(self.key, word);
        match self.find(text, hash) {
            Ok(number) => number,
            Err(at) => self.add(at, std::str::from_utf8(text).unwrap_or_default(), hash),
        }
    }

    /// The number of a name, or the slot it would have.
    #[inline(always)]
    fn find(&self, text: &[u8], hash: u64) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match self.slots[at] {
                0 => return Err(at),
                number => {
                    let known = &self.names[number as usize - 1];
                    // Up to eight bytes, hash and length tell all.
                    if known.hash == hash
                        && known.length == text.len()
                        && (text.len() <= 8 || known.name.0.text.as_bytes() == text)
                    {
                        return Ok(number);
                    }
                }
            }
            at = (at + 1) & mask;
        }
    }

    #[cold]
    fn add(&mut self, at: usize, text: &str, hash: u64) -> u32 {
        let number = self.names.len() as u32 + 1;
        let is_private = text.starts_with("__") && !text.ends_with("__") && !text.contains('.');
        let text = self.arena.alloc_str(text);
        let name = Identifier(self.arena.alloc(Name { text, number, is_private }));
        self.names.push(Known { hash, length: text.len(), name });
        self.slots[at] = number;
        if 2 * self.names.len() > self.slots.len() {
            let mask = 2 * self.slots.len() - 1;
            self.slots.clear();
            self.slots.resize(mask + 1, 0);
            for (number, known) in (1..).zip(&self.names) {
                let mut at = known.hash as usize & mask;
                while self.slots[at] != 0 {
                    at = (at + 1) & mask;
                }
                self.slots[at] = number;
            }
        }
        number
    }

    /// The texts of all names that may be identifiers in order of their numbers, from [`Names::FIRST`] on.
    pub fn identifiers(&self) -> impl Iterator<Item = &'a str> {
        self.names.iter().skip(Names::FIRST as usize - 1).map(|known| known.name.text())
    }

    /// How many names there are; the greatest number.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none; there are always the keywords.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names.iter().map(|known| known.name)).finish()
    }
}

/// The kind of the name with this number.
#[inline(always)]
pub(crate) fn kind_of_number(number: u32) -> TokenKind {
    KEYWORDS.get((number as usize).wrapping_sub(1)).map_or(TokenKind::Name, |(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_held_once() {
        let arena = Arena::new();
        let mut names = Names::new(&arena, 0);
        let many: Vec<_> = (0..1000).map(|number| names.intern(&format!("__n{number}"))).collect();
        assert!(many.iter().all(|name| name.is_private() && names.intern(name).number() == name.number()));
        assert_eq!(names.get("__n7"), Some(many[7]));
        assert_eq!(names.get("n"), None);
        assert_eq!(names.number_of_spelling("ﬁ".as_bytes(), None), names.intern("fi").number());
        assert_eq!(kind_of_number(names.intern("lambda").number()), TokenKind::Lambda);
        assert_eq!(names.intern("__debug__").number(), DEBUG);
    }
}
