//! `Symbols`: the names of a block with their flags, in the order they were first seen.
//!
//! Invariants: each name stands once; where there are more than [`FEW`], `slots` holds the place of each, and at most
//! half of the slots are used.

use bumpalo::collections::Vec;
use taipan_syntax::ast::Arena;

use super::NameId;

/// Blocks with no more names are searched from end to end.
const FEW: usize = 8;

/// Names and flags of one block.
#[derive(Clone, Debug)]
pub struct Symbols<'a> {
    entries: Vec<'a, (NameId, u32)>,
    /// Places from 1, found by the number of the name; a power of two of them, or none.
    slots: Vec<'a, u32>,
}

impl<'a> Symbols<'a> {
    /// No names, and room for some.
    pub(crate) fn with_room(count: usize, arena: &'a Arena) -> Symbols<'a> {
        Symbols { entries: Vec::with_capacity_in(count, arena), slots: Vec::new_in(arena) }
    }

    /// The flags of a name.
    #[inline]
    pub fn get(&self, name: NameId) -> Option<u32> {
        Some(self.entries[self.position(name)?].1)
    }

    #[inline]
    fn position(&self, name: NameId) -> Option<usize> {
        if self.slots.is_empty() {
            return self.entries.iter().position(|(known, _)| *known == name);
        }
        let mask = self.slots.len() - 1;
        let mut at = self.home(name);
        loop {
            match self.slots[at & mask] {
                0 => return None,
                place if self.entries[place as usize - 1].0 == name => return Some(place as usize - 1),
                _ => at += 1,
            }
        }
    }

    /// Where the search for a name begins.
    #[inline]
    fn home(&self, name: NameId) -> usize {
        (name.number().wrapping_mul(0x9E37_79B1) >> (32 - self.slots.len().trailing_zeros())) as usize
    }

    /// The flags of a name to change, which is added without any if it is new.
    #[inline]
    pub(crate) fn flags_mut(&mut self, name: NameId) -> &mut u32 {
        let at = match self.position(name) {
            Some(at) => at,
            None => self.add(name),
        };
        &mut self.entries[at].1
    }

    fn add(&mut self, name: NameId) -> usize {
        self.entries.push((name, 0));
        let count = self.entries.len();
        if 2 * count > self.slots.len() && count > FEW {
            self.index();
        } else if !self.slots.is_empty() {
            self.enter(name, count);
        }
        count - 1
    }

    fn enter(&mut self, name: NameId, place: usize) {
        let mask = self.slots.len() - 1;
        let mut at = self.home(name);
        while self.slots[at & mask] != 0 {
            at += 1;
        }
        self.slots[at & mask] = place as u32;
    }

    fn index(&mut self) {
        let size = if self.entries.len() > FEW { (4 * self.entries.len()).next_power_of_two() } else { 0 };
        self.slots.clear();
        self.slots.resize(size, 0);
        if size > 0 {
            for at in 0..self.entries.len() {
                self.enter(self.entries[at].0, at + 1);
            }
        }
    }

    /// Gives a name these flags.
    pub(crate) fn insert(&mut self, name: NameId, flags: u32) {
        *self.flags_mut(name) = flags;
    }

    /// Takes a name out; those behind it move up.
    pub(crate) fn remove(&mut self, name: NameId) {
        if let Some(at) = self.position(name) {
            self.entries.remove(at);
            self.index();
        }
    }

    /// The name at a place, and its flags.
    #[inline]
    pub(super) fn at(&self, place: usize) -> Option<(NameId, u32)> {
        self.entries.get(place).copied()
    }

    /// The flags at a place, to change.
    #[inline]
    pub(super) fn at_mut(&mut self, place: usize) -> Option<&mut u32> {
        Some(&mut self.entries.get_mut(place)?.1)
    }

    /// Names and flags in their order.
    pub fn iter(&self) -> impl Iterator<Item = (NameId, u32)> {
        self.entries.iter().copied()
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_blocks_of_any_size() {
        let arena = Arena::new();
        for count in [0, 1, 8, 9, 100, 1000] {
            let mut symbols = Symbols::with_room(0, &arena);
            for number in 0..count {
                *symbols.flags_mut(NameId(number * 7)) |= number;
            }
            assert!((0..count).all(|number| symbols.get(NameId(number * 7)) == Some(number)));
            assert_eq!(symbols.get(NameId(count * 7)), None);
            symbols.remove(NameId(7));
            assert_eq!(symbols.get(NameId(7)), None);
            assert_eq!(symbols.iter().count() as u32, count - u32::from(count > 1));
            assert!((2..count).all(|number| symbols.get(NameId(number * 7)) == Some(number)));
        }
    }
}
