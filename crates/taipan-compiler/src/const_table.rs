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
            let print = print_of(&value);
            for (number, known) in self.prints.iter().enumerate() {
                if *known == print && self.values.get(number) == Some(&value) && !contains_nan(&value) {
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
            if self.values.get(number as usize) == Some(&value) && !contains_nan(&value) {
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
        self.prints.extend(self.values.iter().take(FEW + 1).map(print_of));
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

/// A number that constants seldom have in common unless they are equal; it looks at no long text.
fn print_of(value: &Constant) -> u32 {
    let (kind, print) = match value {
        Constant::None => (1, 0),
        Constant::True => (2, 0),
        Constant::False => (3, 0),
        Constant::Ellipsis => (4, 0),
        Constant::Int(value) => (5, i64::try_from(value).unwrap_or(0) as u64),
        Constant::Float(value) => (6, value.to_bits()),
        Constant::Complex(real, imag) => (7, real.to_bits() ^ imag.to_bits().rotate_left(1)),
        Constant::Str(text) => (8, print_of_bytes(text.as_bytes())),
        Constant::Bytes(bytes) => (9, print_of_bytes(bytes)),
        Constant::Tuple(items) => (10, print_of_items(items)),
        // In whatever order.
        Constant::FrozenSet(items) => (11, items.iter().map(|item| u64::from(print_of(item))).sum()),
        Constant::Slice(parts) => (12, print_of_items(&**parts)),
        Constant::Code(code) => (13, (code.firstlineno as u64) << 32 | code.code.len() as u64),
    };
    let product = (print ^ kind).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (product >> 32) as u32
}

fn print_of_bytes(bytes: &[u8]) -> u64 {
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    let print = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) => word(first) ^ word(last).rotate_left(29),
        _ => bytes.iter().fold(0, |print, &byte| print << 8 | u64::from(byte)),
    };
    print ^ (bytes.len() as u64) << 48
}

fn print_of_items(items: &[Constant]) -> u64 {
    items.iter().fold(items.len() as u64, |print, item| print.rotate_left(7) ^ u64::from(print_of(item)))
}

fn contains_nan(value: &Constant) -> bool {
    match value {
        Constant::Float(value) => value.is_nan(),
        Constant::Complex(real, imag) => real.is_nan() || imag.is_nan(),
        Constant::Tuple(items) | Constant::FrozenSet(items) => items.iter().any(contains_nan),
        Constant::Slice(parts) => parts.iter().any(contains_nan),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
