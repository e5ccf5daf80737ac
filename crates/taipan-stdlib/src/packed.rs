//! The standard library's Python files, packed into the program at build time.
//!
//! Nothing is unpacked to disk. The file is read in place; every offset in it is checked, so that even a damaged file
//! only gives missing entries. `build/blob.rs` describes the layout.

use std::borrow::Cow;

static BLOB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/library.blob"));

const MAGIC: u32 = 0x5450_4c31;
const HEADER_BYTES: usize = 8;
const ENTRY_BYTES: usize = 28;

/// One packed file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    path: &'static str,
    source: &'static [u8],
    source_len: usize,
    code: &'static [u8],
}

impl Entry {
    /// Path below the library folder, with `/`: `json/decoder.py`.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// The dotted module name: `json` for `json/__init__.py`.
    pub fn module(&self) -> String {
        let stem = self.path.strip_suffix(".py").unwrap_or(self.path);
        stem.strip_suffix("/__init__").unwrap_or(stem).replace('/', ".")
    }

    /// Whether this is the `__init__.py` of a package.
    pub fn is_package(&self) -> bool {
        self.path.ends_with("/__init__.py")
    }

    /// Length of the source in bytes, known without unpacking it.
    pub fn source_len(&self) -> usize {
        self.source_len
    }
}

/// The entry at `path`, such as `json/decoder.py`.
pub fn find(path: &str) -> Option<Entry> {
    let (mut low, mut high) = (0, len());
    while low < high {
        let middle = low + (high - low) / 2;
        let entry = entry(middle)?;
        match entry.path.cmp(path) {
            std::cmp::Ordering::Equal => return Some(entry),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}

/// The entry of a module or package by its dotted name.
pub fn find_module(name: &str) -> Option<Entry> {
    let path = name.replace('.', "/");
    find(&format!("{path}/__init__.py")).or_else(|| find(&format!("{path}.py")))
}

/// All entries, ordered by path.
pub fn entries() -> impl Iterator<Item = Entry> {
    (0..len()).map_while(entry)
}

/// Whether a packed file lies below the folder `path` (without a `/` at its end).
pub fn is_folder(path: &str) -> bool {
    let prefix = format!("{path}/");
    let (mut low, mut high) = (0, len());
    while low < high {
        let middle = low + (high - low) / 2;
        let Some(entry) = entry(middle) else { return false };
        if entry.path < prefix.as_str() { low = middle + 1 } else { high = middle }
    }
    entry(low).is_some_and(|entry| entry.path.starts_with(&prefix))
}

/// The source of `entry`; `None` only if the packed file is damaged.
pub fn source(entry: Entry) -> Option<Vec<u8>> {
    miniz_oxide::inflate::decompress_to_vec_with_limit(entry.source, entry.source_len).ok()
}

/// The marshalled code object of `entry` (without a `.pyc` header), if it was compiled at build time.
pub fn code(entry: Entry) -> Option<Cow<'static, [u8]>> {
    (!entry.code.is_empty()).then_some(Cow::Borrowed(entry.code))
}

fn len() -> usize {
    if word(BLOB, 0) == Some(MAGIC) { word(BLOB, 4).map_or(0, |n| n as usize) } else { 0 }
}

fn entry(index: usize) -> Option<Entry> {
    let at = index.checked_mul(ENTRY_BYTES)?.checked_add(HEADER_BYTES)?;
    let row = BLOB.get(at..at.checked_add(ENTRY_BYTES)?)?;
    let number = |n: usize| word(row, 4 * n).map(|n| n as usize);
    let bytes = |start: usize, length: usize| BLOB.get(start..start.checked_add(length)?);
    let path = std::str::from_utf8(bytes(number(0)?, number(1)?)?).ok()?;
    let source = bytes(number(2)?, number(3)?)?;
    let code = bytes(number(5)?, number(6)?)?;
    Some(Entry { path, source, source_len: number(4)?, code })
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

#[cfg(test)]
mod tests;
