//! One word of register code: the operation in the low byte, flags above it, then three operands of 16 bits or one of 16 and
//! one of 32.

use super::ops::RegOp;

/// One word of register code.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Word(pub u64);

impl Word {
    /// A word of three 16-bit operands.
    #[inline(always)]
    pub const fn new(op: RegOp, flags: u8, a: u16, b: u16, c: u16) -> Word {
        Word(op as u64 | (flags as u64) << 8 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48)
    }

    /// A word of a 16-bit and a 32-bit operand.
    #[inline(always)]
    pub const fn new_wide(op: RegOp, flags: u8, a: u16, bc: u32) -> Word {
        Word(op as u64 | (flags as u64) << 8 | (a as u64) << 16 | (bc as u64) << 32)
    }

    /// The number of the operation.
    #[inline(always)]
    pub const fn op(self) -> u8 {
        self.0 as u8
    }

    /// The flags.
    #[inline(always)]
    pub const fn flags(self) -> u8 {
        (self.0 >> 8) as u8
    }

    /// Operand a.
    #[inline(always)]
    pub const fn a(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// Operand b.
    #[inline(always)]
    pub const fn b(self) -> u16 {
        (self.0 >> 32) as u16
    }

    /// Operand c.
    #[inline(always)]
    pub const fn c(self) -> u16 {
        (self.0 >> 48) as u16
    }

    /// Operand b as a signed number.
    #[inline(always)]
    pub const fn sb(self) -> i16 {
        self.b() as i16
    }

    /// Operand c as a signed number.
    #[inline(always)]
    pub const fn sc(self) -> i16 {
        self.c() as i16
    }

    /// Operands b and c as one number.
    #[inline(always)]
    pub const fn bc(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Operands b and c as one signed number.
    #[inline(always)]
    pub const fn sbc(self) -> i32 {
        self.bc() as i32
    }

    /// The same word with another operation.
    #[inline(always)]
    pub const fn with_op(self, op: RegOp) -> Word {
        Word(self.0 & !0xFF | op as u64)
    }

    /// The same word with other flags.
    #[inline(always)]
    pub const fn with_flags(self, flags: u8) -> Word {
        Word(self.0 & !0xFF00 | (flags as u64) << 8)
    }

    /// The same word with another operand a.
    #[inline(always)]
    pub const fn with_a(self, a: u16) -> Word {
        Word(self.0 & !0xFFFF_0000 | (a as u64) << 16)
    }

    /// The same word with another operand b.
    #[inline(always)]
    pub const fn with_b(self, b: u16) -> Word {
        Word(self.0 & !0xFFFF_0000_0000 | (b as u64) << 32)
    }

    /// The same word with another operand c.
    #[inline(always)]
    pub const fn with_c(self, c: u16) -> Word {
        Word(self.0 & 0x0000_FFFF_FFFF_FFFF | (c as u64) << 48)
    }

    /// The same word with other operands b and c.
    #[inline(always)]
    pub const fn with_bc(self, bc: u32) -> Word {
        Word(self.0 & 0xFFFF_FFFF | (bc as u64) << 32)
    }
}
