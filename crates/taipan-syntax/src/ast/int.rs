//! Integers of the tree: plain data, so that the arena may forget them.
//!
//! Invariant: what fits an `i64` is [`Int::Small`], so equal numbers are equal values.

use dashu_int::IBig;

use super::Arena;

/// An integer constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Int<'a> {
    Small(i64),
    /// The bytes of its two's complement, the least first.
    Big(&'a [u8]),
}

impl<'a> Int<'a> {
    /// The number, in the arena if it is big.
    pub fn new(arena: &'a Arena, value: &IBig) -> Int<'a> {
        match i64::try_from(value) {
            Ok(small) => Int::Small(small),
            Err(_) => Int::Big(arena.alloc_slice_copy(&value.to_le_bytes())),
        }
    }

    /// The number to calculate with.
    pub fn value(self) -> IBig {
        match self {
            Int::Small(value) => IBig::from(value),
            Int::Big(bytes) => IBig::from_le_bytes(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_size_come_back() {
        let arena = Arena::new();
        for shift in [0, 1, 62, 63, 64, 65, 200] {
            for number in [IBig::ONE << shift, (IBig::ONE << shift) - IBig::ONE, -(IBig::ONE << shift)] {
                assert_eq!(Int::new(&arena, &number).value(), number);
            }
        }
        assert_eq!(Int::new(&arena, &IBig::from(i64::MIN)), Int::Small(i64::MIN));
    }
}
