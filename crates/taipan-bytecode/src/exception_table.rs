//! The exception table of a code object (`co_exceptiontable`), written and read.
//!
//! Format: CPython's `InternalDocs/exception_handling.md`. Entries are sorted by start and do not overlap. Reading never
//! fails on bad bytes: it stops where the table is cut short.

/// A range of instructions with its handler. Offsets are in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub start: u32,
    /// Offset after the last covered instruction.
    pub end: u32,
    pub target: u32,
    /// Stack depth the unwinder cuts down to before it pushes.
    pub depth: u32,
    /// Whether the offset of the raising instruction is pushed under the exception.
    pub lasti: bool,
}

/// Appends an entry. Offsets must be even and below 2^31, the depth below 2^29.
pub fn write_entry(table: &mut Vec<u8>, entry: Entry) {
    item(table, entry.start / 2, 0x80);
    item(table, (entry.end - entry.start) / 2, 0);
    item(table, entry.target / 2, 0);
    item(table, entry.depth << 1 | u32::from(entry.lasti), 0);
}

fn item(table: &mut Vec<u8>, value: u32, mut first: u8) {
    for shift in [24, 18, 12, 6] {
        if value >> shift != 0 {
            table.push((value >> shift & 0x3F) as u8 | 0x40 | first);
            first = 0;
        }
    }
    table.push((value & 0x3F) as u8 | first);
}

/// Reads the entries of a table in order.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    table: &'a [u8],
}

/// The entries of a table in order.
pub fn entries(exceptiontable: &[u8]) -> Entries<'_> {
    Entries { table: exceptiontable }
}

impl Entries<'_> {
    fn item(&mut self) -> Option<u32> {
        let mut value = 0u32;
        loop {
            let (&byte, rest) = self.table.split_first()?;
            self.table = rest;
            value = value << 6 | u32::from(byte & 0x3F);
            if byte & 0x40 == 0 {
                return Some(value);
            }
        }
    }
}

impl Iterator for Entries<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let start = self.item()?.saturating_mul(2);
        let length = self.item()?.saturating_mul(2);
        let target = self.item()?.saturating_mul(2);
        let depth_lasti = self.item()?;
        Some(Entry {
            start,
            end: start.saturating_add(length),
            target,
            depth: depth_lasti >> 1,
            lasti: depth_lasti & 1 != 0,
        })
    }
}

/// The handler of the instruction at a byte offset.
pub fn handler_at(exceptiontable: &[u8], offset: u32) -> Option<Entry> {
    entries(exceptiontable).take_while(|entry| entry.start <= offset).find(|entry| offset < entry.end)
}

#[cfg(test)]
mod tests;
