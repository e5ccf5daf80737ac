//! The numbers of the pattern code: operators, positions, categories and flags as in `Lib/re/_constants.py`.
//!
//! Invariant: they belong to one value of [`MAGIC`], which `re._compiler` asserts.

/// Version of the code format, `_sre.MAGIC`.
pub const MAGIC: u32 = 20230612;
/// Bytes of one code word, `_sre.CODESIZE`.
pub const CODESIZE: usize = 4;
/// The repeat count that means "no bound", `_sre.MAXREPEAT`.
pub const MAXREPEAT: u32 = u32::MAX;
/// The largest number of groups, `_sre.MAXGROUPS`.
pub const MAXGROUPS: usize = 0x3fff_ffff;

/// Operators.
pub mod op {
    macro_rules! number {
        ($($name:ident = $value:literal),* $(,)?) => { $(#[allow(missing_docs)] pub const $name: u32 = $value;)* };
    }
    number! {
        FAILURE = 0, SUCCESS = 1, ANY = 2, ANY_ALL = 3, ASSERT = 4, ASSERT_NOT = 5, AT = 6, BRANCH = 7, CATEGORY = 8,
        CHARSET = 9, BIGCHARSET = 10, GROUPREF = 11, GROUPREF_EXISTS = 12, IN = 13, INFO = 14, JUMP = 15, LITERAL = 16,
        MARK = 17, MAX_UNTIL = 18, MIN_UNTIL = 19, NOT_LITERAL = 20, NEGATE = 21, RANGE = 22, REPEAT = 23,
        REPEAT_ONE = 24, SUBPATTERN = 25, MIN_REPEAT_ONE = 26, ATOMIC_GROUP = 27, POSSESSIVE_REPEAT = 28,
        POSSESSIVE_REPEAT_ONE = 29, GROUPREF_IGNORE = 30, IN_IGNORE = 31, LITERAL_IGNORE = 32, NOT_LITERAL_IGNORE = 33,
        GROUPREF_LOC_IGNORE = 34, IN_LOC_IGNORE = 35, LITERAL_LOC_IGNORE = 36, NOT_LITERAL_LOC_IGNORE = 37,
        GROUPREF_UNI_IGNORE = 38, IN_UNI_IGNORE = 39, LITERAL_UNI_IGNORE = 40, NOT_LITERAL_UNI_IGNORE = 41,
        RANGE_UNI_IGNORE = 42,
    }
}

/// Positions, the operand of `AT`.
pub mod at {
    pub const BEGINNING: u32 = 0;
    pub const BEGINNING_LINE: u32 = 1;
    pub const BEGINNING_STRING: u32 = 2;
    pub const BOUNDARY: u32 = 3;
    pub const NON_BOUNDARY: u32 = 4;
    pub const END: u32 = 5;
    pub const END_LINE: u32 = 6;
    pub const END_STRING: u32 = 7;
    pub const LOC_BOUNDARY: u32 = 8;
    pub const LOC_NON_BOUNDARY: u32 = 9;
    pub const UNI_BOUNDARY: u32 = 10;
    pub const UNI_NON_BOUNDARY: u32 = 11;
    /// The largest position number.
    pub const LAST: u32 = UNI_NON_BOUNDARY;
}

/// Categories, the operand of `CATEGORY`: odd numbers are the complement of the even number before them.
pub mod category {
    pub const DIGIT: u32 = 0;
    pub const SPACE: u32 = 2;
    pub const WORD: u32 = 4;
    pub const LINEBREAK: u32 = 6;
    pub const LOC_WORD: u32 = 8;
    pub const UNI_DIGIT: u32 = 10;
    pub const UNI_SPACE: u32 = 12;
    pub const UNI_WORD: u32 = 14;
    pub const UNI_LINEBREAK: u32 = 16;
    /// The largest category number.
    pub const LAST: u32 = UNI_LINEBREAK + 1;
}

/// Flags of `INFO`.
pub mod info {
    /// The pattern begins with a known literal.
    pub const PREFIX: u32 = 1;
    /// The pattern is that literal and nothing else.
    pub const LITERAL: u32 = 2;
    /// The pattern begins with a character of a known set.
    pub const CHARSET: u32 = 4;
}
