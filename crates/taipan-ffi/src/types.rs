//! Descriptions of C types, as far as passing them by value needs them.

/// A number or an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scalar {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    /// Also addresses.
    U64,
    F32,
    F64,
    /// `long double`: the 80 bits of the x87 in 16 bytes.
    LongDouble,
}

impl Scalar {
    /// Bytes in memory, which are also its alignment.
    pub const fn size(self) -> usize {
        match self {
            Scalar::I8 | Scalar::U8 => 1,
            Scalar::I16 | Scalar::U16 => 2,
            Scalar::I32 | Scalar::U32 | Scalar::F32 => 4,
            Scalar::I64 | Scalar::U64 | Scalar::F64 => 8,
            Scalar::LongDouble => 16,
        }
    }

    /// Whether it is a floating point number.
    pub const fn is_float(self) -> bool {
        matches!(self, Scalar::F32 | Scalar::F64 | Scalar::LongDouble)
    }

    /// Whether it is an integer with a sign.
    pub const fn is_signed(self) -> bool {
        matches!(self, Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64)
    }
}

/// A structure or union: its scalars with their offsets, those of nested structures and arrays included.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Aggregate {
    pub size: usize,
    pub align: usize,
    pub leaves: Vec<(usize, Scalar)>,
}

/// The type of an argument or result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    /// No result.
    Void,
    Scalar(Scalar),
    /// Two floating point numbers of one kind.
    Complex(Scalar),
    Aggregate(Aggregate),
}

impl Type {
    /// An address.
    pub const POINTER: Type = Type::Scalar(Scalar::U64);

    /// Bytes in memory.
    pub fn size(&self) -> usize {
        match self {
            Type::Void => 0,
            Type::Scalar(scalar) => scalar.size(),
            Type::Complex(part) => 2 * part.size(),
            Type::Aggregate(aggregate) => aggregate.size,
        }
    }

    /// Alignment in memory.
    pub fn align(&self) -> usize {
        match self {
            Type::Void => 1,
            Type::Scalar(scalar) | Type::Complex(scalar) => scalar.size(),
            Type::Aggregate(aggregate) => aggregate.align.max(1),
        }
    }
}

/// The low bytes of a word as a number of its kind, extended to the whole word.
pub fn extended(scalar: Scalar, bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    let n = scalar.size().min(8).min(bytes.len());
    word[..n].copy_from_slice(&bytes[..n]);
    let word = u64::from_le_bytes(word);
    let unused = 64 - 8 * scalar.size().min(8) as u32;
    match scalar.is_signed() {
        true => ((word << unused) as i64 >> unused) as u64,
        false => word << unused >> unused,
    }
}

/// The eight bytes from a place on; what lies behind the end is zero.
pub fn word_at(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    let rest = bytes.get(at..).unwrap_or(&[]);
    let n = rest.len().min(8);
    word[..n].copy_from_slice(&rest[..n]);
    u64::from_le_bytes(word)
}
