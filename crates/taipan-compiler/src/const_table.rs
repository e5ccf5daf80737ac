//! The constants of one code unit, each once.
//!
//! Invariant: no two entries are equal in the sense of [`Constant`]'s equality (type and bits decide), but for those
//! with a NaN: each of these is an object of its own, as in CPython.

use std::hash::BuildHasher;

use foldhash::HashMap;
use foldhash::fast::FixedState;

use taipan_bytecode::Constant;

use crate::error::CompileError;
use crate::instruction_sequence::MAX_OPARG;

/// Tables up to this size are searched from end to end.
const FEW: usize = 24;

/// Constants numbered in the order they were first added.
#[derive(Clone, Debug, Default)]
pub struct ConstTable {
    values: Vec<Constant>,
    /// The number of `None` plus one, once it has one.
    none: u32,
    /// For each of the first constants a number that equal ones have in common.
    prints: Vec<u32>,
    /// The last number given to a constant of each hash.
    last: HashMap<u64, u32>,
    /// For each number, the one given before to a constant of the same hash. The constants behind are not entered yet.
    before: Vec<Option<u32>>,
}

impl ConstTable {
    /// An empty table.
    pub fn new() -> Self {
        ConstTable::default()
    }

    /// The number of the constant, which is added if it is new.
    ///
    /// # Errors
    /// `OverflowError` "too many constants".
    pub fn add(&mut self, value: Constant) -> Result<u32, CompileError> {
        if self.values.len() <= FEW {
            let print = value.print();
            for (number, known) in self.prints.iter().enumerate() {
                if *known == print && self.values.get(number) == Some(&value) && !value.has_nan() {
                    return Ok(number as u32);
                }
            }
            self.values.push(value);
            self.prints.push(print);
            return Ok(self.values.len() as u32 - 1);
        }
        while let Some(entered) = self.values.get(self.before.len()) {
            let hash = FixedState::default().hash_one(entered);
            let number = self.before.len() as u32;
            self.before.push(self.last.insert(hash, number));
        }
        let hash = FixedState::default().hash_one(&value);
        let mut same_hash = self.last.get(&hash).copied();
        while let Some(number) = same_hash {
            if self.values.get(number as usize) == Some(&value) && !value.has_nan() {
                return Ok(number);
            }
            same_hash = self.before.get(number as usize).copied().flatten();
        }
        let number = self.values.len() as u32;
        if number >= MAX_OPARG - 1 {
            return Err(CompileError::Overflow("too many constants"));
        }
        self.values.push(value);
        self.before.push(self.last.insert(hash, number));
        Ok(number)
    }

    /// The number of `None`, which is added if it is new.
    ///
    /// # Errors
    /// As [`ConstTable::add`].
    #[inline]
    pub fn add_none(&mut self) -> Result<u32, CompileError> {
        if self.none == 0 {
            self.none = self.add(Constant::None)? + 1;
        }
        Ok(self.none - 1)
    }

    /// The constant of this number.
    pub fn get(&self, number: u32) -> Option<&Constant> {
        self.values.get(number as usize)
    }

    /// The constants in order of their numbers.
    pub fn values(&self) -> &[Constant] {
        &self.values
    }

    /// How many constants there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Drops all constants but those for which `keep` holds; `numbers` tells for each old number that is kept its new one.
    pub(crate) fn retain(&mut self, keep: &[bool], numbers: &mut Vec<u32>) {
        self.last.clear();
        self.before.clear();
        self.prints.clear();
        self.none = 0;
        numbers.clear();
        let mut next = 0;
        for &kept in keep {
            numbers.push(next);
            next += u32::from(kept);
        }
        let mut kept = keep.iter();
        self.values.retain(|_| kept.next().copied().unwrap_or(false));
        self.prints.extend(self.values.iter().take(FEW + 1).map(Constant::print));
    }

    /// Drops all constants; the memory stays.
    pub(crate) fn clear(&mut self) {
        self.values.clear();
        self.none = 0;
        self.prints.clear();
        self.last.clear();
        self.before.clear();
    }

    /// The constants as a code object holds them; leaves an empty table, its memory kept.
    pub fn take(&mut self) -> Box<[Constant]> {
        self.last.clear();
        self.before.clear();
        self.prints.clear();
        self.none = 0;
        self.values.drain(..).collect()
    }
}

#[cfg(test)]
mod tests;
