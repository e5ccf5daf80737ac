//! The subject of a match: code points of one width, or bytes.
//!
//! Invariant: positions count elements, never bytes of storage.

/// A text to match against. `Bytes` serves bytes and text whose code points are all below 256.
#[derive(Clone, Copy, Debug)]
pub enum Text<'t> {
    Bytes(&'t [u8]),
    Wide(&'t [u16]),
    Full(&'t [u32]),
}

impl Text<'_> {
    /// Number of elements.
    pub fn len(&self) -> usize {
        match self {
            Text::Bytes(text) => text.len(),
            Text::Wide(text) => text.len(),
            Text::Full(text) => text.len(),
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One element of a text.
pub(crate) trait Char: Copy + Eq {
    /// The code point or byte value.
    fn code(self) -> u32;
    /// The element for a code point, if one is wide enough.
    fn from_code(code: u32) -> Option<Self>;
    /// Index of the first `self` in `text`.
    fn find_in(self, text: &[Self]) -> Option<usize> {
        text.iter().position(|&ch| ch == self)
    }
    /// Index of the last `self` in `text`.
    fn rfind_in(self, text: &[Self]) -> Option<usize> {
        text.iter().rposition(|&ch| ch == self)
    }
    /// Index of the first place where `needle` (not empty) begins in `text`.
    fn find_all_in(needle: &[Self], text: &[Self]) -> Option<usize> {
        let (&first, rest) = needle.split_first()?;
        let mut from = 0;
        loop {
            let at = from + first.find_in(text.get(from..)?)?;
            let after = text.get(at + 1..)?;
            if after.len() < rest.len() {
                return None;
            }
            if after.starts_with(rest) {
                return Some(at);
            }
            from = at + 1;
        }
    }
}

impl Char for u8 {
    #[inline]
    fn code(self) -> u32 {
        self.into()
    }
    fn from_code(code: u32) -> Option<u8> {
        u8::try_from(code).ok()
    }
    fn find_in(self, text: &[u8]) -> Option<usize> {
        memchr::memchr(self, text)
    }
    fn rfind_in(self, text: &[u8]) -> Option<usize> {
        memchr::memrchr(self, text)
    }
    fn find_all_in(needle: &[u8], text: &[u8]) -> Option<usize> {
        memchr::memmem::find(text, needle)
    }
}

impl Char for u16 {
    #[inline]
    fn code(self) -> u32 {
        self.into()
    }
    fn from_code(code: u32) -> Option<u16> {
        u16::try_from(code).ok()
    }
}

impl Char for u32 {
    #[inline]
    fn code(self) -> u32 {
        self
    }
    fn from_code(code: u32) -> Option<u32> {
        Some(code)
    }
}
