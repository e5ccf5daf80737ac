//! `Status`: the conditions an operation met, as a set of bits; the order is that of the names in the repr of a context.

use std::ops::{BitAnd, BitOr, BitOrAssign, Not};

/// A set of conditions.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Status(pub u32);

impl Status {
    pub const NONE: Status = Status(0);
    pub const CLAMPED: Status = Status(1);
    pub const CONVERSION_SYNTAX: Status = Status(1 << 1);
    pub const DIVISION_BY_ZERO: Status = Status(1 << 2);
    pub const DIVISION_IMPOSSIBLE: Status = Status(1 << 3);
    pub const DIVISION_UNDEFINED: Status = Status(1 << 4);
    pub const INEXACT: Status = Status(1 << 6);
    pub const INVALID_CONTEXT: Status = Status(1 << 7);
    pub const INVALID_OPERATION: Status = Status(1 << 8);
    /// The result would take too much memory.
    pub const MALLOC_ERROR: Status = Status(1 << 9);
    /// A float was mixed with decimals.
    pub const FLOAT_OPERATION: Status = Status(1 << 10);
    pub const OVERFLOW: Status = Status(1 << 11);
    pub const ROUNDED: Status = Status(1 << 12);
    pub const SUBNORMAL: Status = Status(1 << 13);
    pub const UNDERFLOW: Status = Status(1 << 14);

    /// The conditions of the signal `InvalidOperation`.
    pub const IEEE_INVALID_OPERATION: Status = Status(
        Status::CONVERSION_SYNTAX.0
            | Status::DIVISION_IMPOSSIBLE.0
            | Status::DIVISION_UNDEFINED.0
            | (1 << 5)
            | Status::INVALID_CONTEXT.0
            | Status::INVALID_OPERATION.0
            | Status::MALLOC_ERROR.0,
    );
    /// The conditions that leave no meaningful result.
    pub const ERRORS: Status = Status(Status::IEEE_INVALID_OPERATION.0 | Status::DIVISION_BY_ZERO.0);

    /// Whether any of the conditions is in the set.
    #[inline(always)]
    pub const fn has(self, conditions: Status) -> bool {
        self.0 & conditions.0 != 0
    }

    /// Whether the set is empty.
    #[inline(always)]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for Status {
    type Output = Status;
    #[inline(always)]
    fn bitor(self, other: Status) -> Status {
        Status(self.0 | other.0)
    }
}

impl BitAnd for Status {
    type Output = Status;
    #[inline(always)]
    fn bitand(self, other: Status) -> Status {
        Status(self.0 & other.0)
    }
}

impl Not for Status {
    type Output = Status;
    #[inline(always)]
    fn not(self) -> Status {
        Status(!self.0)
    }
}

impl BitOrAssign for Status {
    #[inline(always)]
    fn bitor_assign(&mut self, other: Status) {
        self.0 |= other.0;
    }
}
