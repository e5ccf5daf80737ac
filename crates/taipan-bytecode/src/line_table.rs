//! The location table of a code object (`co_linetable`), written and read.
//!
//! Format: CPython's `InternalDocs/code_objects.md`. Each entry covers one to eight code units. Reading never fails on
//! bad bytes: it stops where the table is cut short, and numbers that overflow wrap.

/// Bytes in a code unit: offsets are in bytes, lengths in the table in units.
const UNIT: u32 = 2;

const ONE_LINE_0: u8 = 10;
const NO_COLUMNS: u8 = 13;
const LONG: u8 = 14;
const NONE: u8 = 15;

/// A place in the source; -1 stands for "unknown".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    pub lineno: i32,
    pub end_lineno: i32,
    pub col_offset: i32,
    pub end_col_offset: i32,
}

/// The place of instructions that have none.
pub const NO_POSITION: Position = Position { lineno: -1, end_lineno: -1, col_offset: -1, end_col_offset: -1 };

/// Writes a location table, entry by entry.
#[derive(Clone, Debug)]
pub struct LineTableWriter {
    table: Vec<u8>,
    lineno: i32,
}

impl LineTableWriter {
    /// A writer for code whose `co_firstlineno` is given.
    pub fn new(firstlineno: i32) -> Self {
        LineTableWriter { table: Vec::new(), lineno: firstlineno }
    }

    /// [`LineTableWriter::new`] that writes where an earlier table stood.
    pub fn with_memory(firstlineno: i32, mut table: Vec<u8>) -> Self {
        table.clear();
        LineTableWriter { table, lineno: firstlineno }
    }

    /// Says that the next `units` code units belong to this place.
    #[inline(always)]
    pub fn push(&mut self, place: &Position, units: usize) {
        if units.wrapping_sub(1) < 8 { self.entry(place, units as u8) } else { self.push_many(place, units) }
    }

    fn push_many(&mut self, place: &Position, mut units: usize) {
        while units > 8 {
            self.entry(place, 8);
            units -= 8;
        }
        if units > 0 {
            self.entry(place, units as u8);
        }
    }

    /// The table's bytes.
    pub fn finish(self) -> Vec<u8> {
        self.table
    }

    fn start(&mut self, code: u8, units: u8) {
        self.table.push(0x80 | code << 3 | (units - 1));
    }

    fn entry(&mut self, place: &Position, units: u8) {
        let Position { lineno, end_lineno, col_offset, end_col_offset } = *place;
        let first = 0x80 | (units - 1);
        if lineno == end_lineno && (col_offset | end_col_offset) >= 0 && lineno != -1 {
            let delta = lineno.wrapping_sub(self.lineno);
            let width = end_col_offset - col_offset;
            if delta == 0 && col_offset < 80 && (0..16).contains(&width) {
                let group = (col_offset >> 3) as u8;
                self.table.extend_from_slice(&[first | group << 3, ((col_offset & 7) << 4 | width) as u8]);
                return;
            }
            if (0..3).contains(&delta) && (col_offset | end_col_offset) < 128 {
                let code = ONE_LINE_0 + delta as u8;
                self.table.extend_from_slice(&[first | code << 3, col_offset as u8, end_col_offset as u8]);
                self.lineno = lineno;
                return;
            }
        }
        self.long_entry(place, units);
    }

    #[cold]
    fn long_entry(&mut self, place: &Position, units: u8) {
        let Position { lineno, end_lineno, col_offset, end_col_offset } = *place;
        // Trees of programs may have other negative numbers.
        if lineno == -1 {
            return self.start(NONE, units);
        }
        let delta = lineno.wrapping_sub(self.lineno);
        self.lineno = lineno;
        if (col_offset < 0 || end_col_offset < 0) && (end_lineno == lineno || end_lineno == -1) {
            self.start(NO_COLUMNS, units);
            self.signed_varint(delta);
            return;
        }
        self.start(LONG, units);
        self.signed_varint(delta);
        self.varint(end_lineno.wrapping_sub(lineno) as u32);
        self.varint(col_offset.wrapping_add(1) as u32);
        self.varint(end_col_offset.wrapping_add(1) as u32);
    }

    fn varint(&mut self, mut value: u32) {
        while value >= 64 {
            self.table.push(0x40 | (value & 0x3F) as u8);
            value >>= 6;
        }
        self.table.push(value as u8);
    }

    fn signed_varint(&mut self, value: i32) {
        let magnitude = value.unsigned_abs() << 1;
        self.varint(if value < 0 { magnitude | 1 } else { magnitude });
    }
}

/// The table without columns and last lines (`-X no_debug_ranges`).
pub fn without_columns(linetable: &[u8], firstlineno: i32) -> Box<[u8]> {
    let mut writer = LineTableWriter::new(firstlineno);
    for entry in entries(linetable, firstlineno) {
        let position = Position { lineno: entry.position.lineno, ..NO_POSITION };
        writer.push(&position, (entry.end.wrapping_sub(entry.start) / UNIT) as usize);
    }
    writer.finish().into_boxed_slice()
}

/// A run of instructions with one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Byte offset of the first instruction.
    pub start: u32,
    /// Byte offset after the last one.
    pub end: u32,
    /// Fields are -1 where the table says nothing.
    pub position: Position,
}

/// Reads the entries of a table in order.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    table: &'a [u8],
    offset: u32,
    lineno: i32,
}

/// The entries of a table, one per entry of the format (`co_positions` before it is spread over units).
pub fn entries(linetable: &[u8], firstlineno: i32) -> Entries<'_> {
    Entries { table: linetable, offset: 0, lineno: firstlineno }
}

impl Entries<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.table.split_first()?;
        self.table = rest;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u32> {
        let (mut value, mut shift) = (0u32, 0u32);
        loop {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x3F).checked_shl(shift).unwrap_or(0);
            if byte & 0x40 == 0 {
                return Some(value);
            }
            shift += 6;
        }
    }

    fn signed_varint(&mut self) -> Option<i32> {
        let value = self.varint()?;
        let magnitude = (value >> 1) as i32;
        Some(if value & 1 != 0 { magnitude.wrapping_neg() } else { magnitude })
    }

    fn column(&mut self) -> Option<i32> {
        Some((self.varint()? as i32).wrapping_sub(1))
    }
}

impl Iterator for Entries<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let first = self.byte()?;
        let units = u32::from(first & 7) + 1;
        let position = match first >> 3 & 15 {
            NONE => NO_POSITION,
            LONG => {
                self.lineno = self.lineno.wrapping_add(self.signed_varint()?);
                let end_lineno = self.lineno.wrapping_add(self.varint()? as i32);
                let (col_offset, end_col_offset) = (self.column()?, self.column()?);
                Position { lineno: self.lineno, end_lineno, col_offset, end_col_offset }
            }
            NO_COLUMNS => {
                self.lineno = self.lineno.wrapping_add(self.signed_varint()?);
                Position { lineno: self.lineno, end_lineno: self.lineno, ..NO_POSITION }
            }
            code @ ONE_LINE_0.. => {
                self.lineno = self.lineno.wrapping_add(i32::from(code - ONE_LINE_0));
                let (col_offset, end_col_offset) = (i32::from(self.byte()?), i32::from(self.byte()?));
                Position { lineno: self.lineno, end_lineno: self.lineno, col_offset, end_col_offset }
            }
            group => {
                let second = self.byte()?;
                let col_offset = i32::from(group << 3 | (second >> 4 & 7));
                Position {
                    lineno: self.lineno,
                    end_lineno: self.lineno,
                    col_offset,
                    end_col_offset: col_offset + i32::from(second & 15),
                }
            }
        };
        let start = self.offset;
        self.offset = start.saturating_add(units * UNIT);
        Some(Entry { start, end: self.offset, position })
    }
}

/// The runs of equal line numbers, as `code.co_lines()` gives them: `(start, end, line)` in bytes.
pub fn lines(linetable: &[u8], firstlineno: i32) -> impl Iterator<Item = (u32, u32, Option<i32>)> + '_ {
    let mut rest = entries(linetable, firstlineno).peekable();
    std::iter::from_fn(move || {
        let first = rest.next()?;
        let (line, mut end) = (first.position.lineno, first.end);
        while let Some(more) = rest.next_if(|entry| entry.position.lineno == line) {
            end = more.end;
        }
        Some((first.start, end, (line != -1).then_some(line)))
    })
}

/// The place of the instruction at a byte offset, or `None` beyond the table.
pub fn position_at(linetable: &[u8], firstlineno: i32, offset: u32) -> Option<Position> {
    entries(linetable, firstlineno).find(|entry| offset < entry.end).map(|entry| entry.position)
}

/// The line of the instruction at a byte offset (`PyCode_Addr2Line`), or `None` if it has none.
pub fn line_at(linetable: &[u8], firstlineno: i32, offset: u32) -> Option<i32> {
    position_at(linetable, firstlineno, offset).map(|place| place.lineno).filter(|&line| line >= 0)
}

#[cfg(test)]
mod tests;
