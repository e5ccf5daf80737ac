//! The header of `.pyc` files (PEP 552).

/// `_imp.pyc_magic_number_token`: the first four bytes as a number.
pub const MAGIC_TOKEN: u32 = u32::from_le_bytes(MAGIC_NUMBER);

/// The magic number of CPython 3.14's bytecode.
pub const MAGIC_NUMBER: [u8; 4] = [(3627 & 0xFF) as u8, (3627 >> 8) as u8, b'\r', b'\n'];

/// Length of a header.
pub const HEADER_SIZE: usize = 16;

/// How a `.pyc` file says that it belongs to its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validation {
    /// The source's modification time in seconds and its size, both modulo 2^32.
    Timestamp { mtime: u32, size: u32 },
    /// `_imp.source_hash` of the source, and whether it is compared at each import.
    Hash { hash: [u8; 8], check_source: bool },
}

/// Why a header is not accepted; importing turns these into `ImportError` or `EOFError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderError {
    /// "bad magic number"
    BadMagic,
    /// "reached EOF while reading pyc header"
    Truncated,
    /// "invalid flags"
    InvalidFlags(u32),
}

const HASH_BASED: u32 = 1;
const CHECK_SOURCE: u32 = 2;

impl Validation {
    /// The sixteen bytes before the marshalled code object.
    pub fn header(self) -> [u8; HEADER_SIZE] {
        let (flags, tail) = match self {
            Validation::Timestamp { mtime, size } => {
                let mut tail = [0; 8];
                tail[..4].copy_from_slice(&mtime.to_le_bytes());
                tail[4..].copy_from_slice(&size.to_le_bytes());
                (0u32, tail)
            }
            Validation::Hash { hash, check_source } => (HASH_BASED | if check_source { CHECK_SOURCE } else { 0 }, hash),
        };
        let mut header = [0; HEADER_SIZE];
        header[..4].copy_from_slice(&MAGIC_NUMBER);
        header[4..8].copy_from_slice(&flags.to_le_bytes());
        header[8..].copy_from_slice(&tail);
        header
    }

    /// Reads the header; the marshalled code object begins after [`HEADER_SIZE`] bytes.
    ///
    /// # Errors
    /// [`HeaderError`], checked in the order of `importlib._bootstrap_external._classify_pyc`.
    pub fn from_header(bytes: &[u8]) -> Result<Validation, HeaderError> {
        if bytes.get(..4) != Some(&MAGIC_NUMBER) {
            return Err(HeaderError::BadMagic);
        }
        let word = |at: usize| bytes.get(at..at + 4).and_then(|word| word.try_into().ok()).map(u32::from_le_bytes);
        let truncated = HeaderError::Truncated;
        let (flags, first, second) = (word(4).ok_or(truncated)?, word(8).ok_or(truncated)?, word(12).ok_or(truncated)?);
        if flags & !(HASH_BASED | CHECK_SOURCE) != 0 {
            return Err(HeaderError::InvalidFlags(flags));
        }
        if flags & HASH_BASED == 0 {
            return Ok(Validation::Timestamp { mtime: first, size: second });
        }
        let mut hash = [0; 8];
        hash[..4].copy_from_slice(&first.to_le_bytes());
        hash[4..].copy_from_slice(&second.to_le_bytes());
        Ok(Validation::Hash { hash, check_source: flags & CHECK_SOURCE != 0 })
    }
}

#[cfg(test)]
mod tests;
