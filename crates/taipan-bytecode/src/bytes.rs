//! `Bytes`: immutable bytes that may lie in the program itself.
//!
//! The code of the packed library refers to the program's read-only data; only what was read from elsewhere is copied.

use std::ops::{Deref, Range};
use std::sync::Arc;

/// Bytes of a code object or a text: owned, shared, part of what others share, or part of the program.
#[derive(Clone)]
pub enum Bytes {
    Owned(Vec<u8>),
    Shared(Arc<[u8]>),
    Part(Part),
    Static(&'static [u8]),
}

/// A stretch of text that lies in one piece of memory with others.
#[derive(Clone)]
pub struct Part {
    memory: Arc<String>,
    start: u32,
    end: u32,
}

impl Part {
    /// The bytes in `range`, which begins and ends between characters; none otherwise.
    #[inline]
    pub fn new(memory: &Arc<String>, range: Range<u32>) -> Part {
        Part { memory: Arc::clone(memory), start: range.start, end: range.end }
    }

    #[inline]
    fn bytes(&self) -> &[u8] {
        self.memory.get(self.start as usize..self.end as usize).unwrap_or_default().as_bytes()
    }
}

impl Bytes {
    /// No bytes.
    pub const EMPTY: Bytes = Bytes::Static(&[]);

    /// The bytes to be changed; a copy unless they are owned.
    pub fn to_mut(&mut self) -> &mut Vec<u8> {
        loop {
            if let Bytes::Owned(bytes) = self {
                return bytes;
            }
            *self = Bytes::Owned(std::mem::take(self).into_vec());
        }
    }

    /// The bytes as a vector.
    pub fn into_vec(self) -> Vec<u8> {
        match self {
            Bytes::Owned(bytes) => bytes,
            other => other.to_vec(),
        }
    }

    /// How many bytes of memory this value alone holds.
    pub fn owned_bytes(&self) -> usize {
        match self {
            Bytes::Owned(bytes) => bytes.capacity(),
            Bytes::Shared(bytes) => bytes.len(),
            Bytes::Part(part) => part.bytes().len(),
            Bytes::Static(_) => 0,
        }
    }

    /// The same bytes, cheap to clone.
    pub fn into_shared(self) -> Bytes {
        match self {
            Bytes::Owned(bytes) => Bytes::Shared(bytes.into()),
            other => other,
        }
    }
}

impl Default for Bytes {
    fn default() -> Bytes {
        Bytes::EMPTY
    }
}

impl Deref for Bytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Owned(bytes) => bytes,
            Bytes::Shared(bytes) => bytes,
            Bytes::Part(part) => part.bytes(),
            Bytes::Static(bytes) => bytes,
        }
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Bytes {
        Bytes::Owned(bytes)
    }
}

impl From<Box<[u8]>> for Bytes {
    fn from(bytes: Box<[u8]>) -> Bytes {
        Bytes::Owned(bytes.into_vec())
    }
}

impl From<Part> for Bytes {
    fn from(part: Part) -> Bytes {
        Bytes::Part(part)
    }
}

impl From<Arc<[u8]>> for Bytes {
    fn from(bytes: Arc<[u8]>) -> Bytes {
        Bytes::Shared(bytes)
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Bytes {
        Bytes::Owned(bytes.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Bytes {
    fn from(bytes: [u8; N]) -> Bytes {
        Bytes::Owned(bytes.to_vec())
    }
}

impl FromIterator<u8> for Bytes {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> Bytes {
        Bytes::Owned(bytes.into_iter().collect())
    }
}

impl<'a> IntoIterator for &'a Bytes {
    type Item = &'a u8;
    type IntoIter = std::slice::Iter<'a, u8>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Bytes) -> bool {
        **self == **other
    }
}

impl Eq for Bytes {}

impl PartialOrd for Bytes {
    fn partial_cmp(&self, other: &Bytes) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Bytes {
    fn cmp(&self, other: &Bytes) -> std::cmp::Ordering {
        (**self).cmp(other)
    }
}

impl std::hash::Hash for Bytes {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}
