//! How the collector finds an object's size and value words: one [`Layout`] per shape id.
//!
//! Invariant: between two safepoints an object's layout size equals the size it was allocated with (use
//! [`crate::Heap::shrink`] to make a tail shorter).

use crate::header::{GRANULE, Header};

/// Which of an object's fixed words are value words: bit `i` stands for word `i`; bit 0 (the header) is never set.
pub type ValueWords = u64;

/// What follows an object's fixed words. The count is the low 48 bits of the fixed word `len_word`; its upper 16
/// bits are free for the VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// Nothing.
    None,
    /// Value words.
    Values { len_word: u16 },
    /// Bytes.
    Bytes { len_word: u16 },
    /// Two-byte units.
    Halves { len_word: u16 },
    /// Four-byte units.
    Words32 { len_word: u16 },
    /// Raw eight-byte words.
    Words { len_word: u16 },
}

/// Size and pointers of the objects of one shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Words before the tail, header included; at least 1.
    pub fixed_words: u16,
    /// Value words among the first 64 fixed words.
    pub values: ValueWords,
    /// All fixed words from this one on are value words (for more than 64 words; `fixed_words` or more: none).
    pub values_from: u16,
    /// The variable part.
    pub tail: Tail,
    /// Value words behind the tail (which is rounded up to whole words).
    pub trailing: u16,
}

/// Bits of the length word that count; the others are the VM's.
pub const LEN_MASK: u64 = (1 << 48) - 1;

impl Layout {
    /// An object of `fixed_words` words with the value words in `values` and no tail.
    pub const fn fixed(fixed_words: u16, values: ValueWords) -> Layout {
        Layout { fixed_words, values, values_from: u16::MAX, tail: Tail::None, trailing: 0 }
    }

    /// An object of `fixed_words` words with the value words in `values`, followed by `tail`.
    pub const fn with_tail(fixed_words: u16, values: ValueWords, tail: Tail) -> Layout {
        Layout { fixed_words, values, values_from: u16::MAX, tail, trailing: 0 }
    }

    /// An object whose words from `first` up to `fixed_words` are all value words.
    pub const fn all_values(first: u16, fixed_words: u16) -> Layout {
        Layout { fixed_words, values: 0, values_from: first, tail: Tail::None, trailing: 0 }
    }

    /// Whether no word of such an object can be a value word.
    pub const fn is_leaf(&self) -> bool {
        self.values == 0
            && self.values_from >= self.fixed_words
            && self.trailing == 0
            && !matches!(self.tail, Tail::Values { .. })
    }

    /// Bytes needed for an object with a tail of `len` units, rounded up to a granule; `None` on overflow.
    pub const fn bytes_for(&self, len: usize) -> Option<usize> {
        let unit = match self.tail {
            Tail::None => 0,
            Tail::Bytes { .. } => 1,
            Tail::Halves { .. } => 2,
            Tail::Words32 { .. } => 4,
            Tail::Values { .. } | Tail::Words { .. } => 8,
        };
        if len as u64 > LEN_MASK {
            return None;
        }
        let Some(tail) = len.checked_mul(unit) else { return None };
        let Some(tail) = tail.checked_next_multiple_of(8) else { return None };
        let fixed = (self.fixed_words as usize + self.trailing as usize) * 8;
        let Some(bytes) = tail.checked_add(fixed + GRANULE - 1) else { return None };
        Some(bytes & !(GRANULE - 1))
    }

    /// Size in bytes of the object at `object`.
    ///
    /// # Safety
    /// `object` starts an initialised object of this layout.
    #[inline(always)]
    pub(crate) unsafe fn size_of(&self, object: *const Header) -> usize {
        // SAFETY: as the caller guarantees.
        let end = unsafe { self.trailing_offset(object) } + self.trailing as usize * 8;
        (end + GRANULE - 1) & !(GRANULE - 1)
    }

    /// Offset in bytes of the first word behind the tail of the object at `object`.
    ///
    /// # Safety
    /// `object` starts an initialised object of this layout.
    #[inline(always)]
    pub unsafe fn trailing_offset(&self, object: *const Header) -> usize {
        let (word, shift) = match self.tail {
            Tail::None => return self.fixed_words as usize * 8,
            Tail::Bytes { len_word } => (len_word, 0),
            Tail::Halves { len_word } => (len_word, 1),
            Tail::Words32 { len_word } => (len_word, 2),
            Tail::Values { len_word } | Tail::Words { len_word } => (len_word, 3),
        };
        // SAFETY: the length word is one of the object's fixed words (checked by `define_layout`).
        let len = unsafe { *(object as *const u64).add(word as usize) } & LEN_MASK;
        self.fixed_words as usize * 8 + ((((len as usize) << shift) + 7) & !7)
    }
}

/// Rounds a size in bytes up to granules.
pub const fn size_in_granules(bytes: usize) -> usize {
    bytes.div_ceil(GRANULE)
}
