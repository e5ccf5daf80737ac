//! Names numbered in the order they were first added.

use crate::symtable::NameId;

/// Tables up to this size are searched from end to end.
const FEW: usize = 16;

/// An insertion-ordered set of names with their numbers.
#[derive(Clone, Debug, Default)]
pub struct NameTable {
    names: Vec<NameId>,
    /// Where there are more than a few: numbers from 1 by a hash of the name, 0 where there is none; a power of two of
    /// them, half filled at most.
    slots: Vec<u32>,
}

impl NameTable {
    /// An empty table.
    pub fn new() -> Self {
        NameTable::default()
    }

    /// The number of the name, which is added if it is new.
    #[inline]
    pub fn add(&mut self, name: NameId) -> u32 {
        match self.get(name) {
            Some(number) => number,
            None => self.push(name),
        }
    }

    /// Adds a name that is not there.
    fn push(&mut self, name: NameId) -> u32 {
        let number = self.names.len() as u32;
        self.names.push(name);
        if self.names.len() > FEW {
            if 2 * self.names.len() > self.slots.len() {
                self.grow();
            } else {
                let free = self.find(name).1;
                if let Some(slot) = self.slots.get_mut(free) {
                    *slot = number + 1;
                }
            }
        }
        number
    }

    /// Enters all names into more slots.
    #[cold]
    fn grow(&mut self) {
        let count = (4 * self.names.len()).next_power_of_two();
        self.slots.clear();
        self.slots.resize(count, 0);
        for number in 0..self.names.len() {
            let free = self.find(self.names[number]).1;
            if let Some(slot) = self.slots.get_mut(free) {
                *slot = number as u32 + 1;
            }
        }
    }

    /// The number of the name, if it is entered, and its slot or that where it belongs.
    fn find(&self, name: NameId) -> (Option<u32>, usize) {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = (name.number().wrapping_mul(0x9E37_79B1) >> 7) as usize & mask;
        loop {
            match self.slots.get(at) {
                Some(&entered) if entered > 0 => {
                    if self.names.get(entered as usize - 1) == Some(&name) {
                        return (Some(entered - 1), at);
                    }
                    at = (at + 1) & mask;
                }
                _ => return (None, at),
            }
        }
    }

    /// The number of the name, if it was added.
    #[inline]
    pub fn get(&self, name: NameId) -> Option<u32> {
        if self.names.len() > FEW {
            return self.find(name).0;
        }
        self.names.iter().position(|known| *known == name).map(|number| number as u32)
    }

    /// Whether the name was added.
    pub fn contains(&self, name: NameId) -> bool {
        self.get(name).is_some()
    }

    /// The names in order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = NameId> {
        self.names.iter().copied()
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Drops all names; the memory stays.
    pub fn clear(&mut self) {
        self.names.clear();
        self.slots.clear();
    }
}

#[cfg(test)]
mod tests;
