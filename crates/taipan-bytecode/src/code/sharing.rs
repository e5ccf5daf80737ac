//! Which constants of the code objects of one compilation are one object.
//!
//! CPython's compiler merges equal constants (type and bits decide) of all code objects that one call makes, and a `.pyc`
//! file refers to what it has written before; Python sees that as identity. A code object owns its constants as data, so
//! what is one object is told apart: a [`Sharing`] names places, each by the number of the code object and the place of the
//! constant in it, and gives those of one object the same slot. Of a code object's constants all are counted, what lies in
//! tuples, frozensets and slices included, each before its parts.
//!
//! Strings that look like names are not mentioned: they are interned.

use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use dashu_int::ops::BitTest;

use super::{CodeObject, Constant, co};
use crate::wtf8::Wtf8Buf;

/// A code object's number within its compilation and, in the outermost one, what all of them share.
///
/// It is no part of the value of a code object: all are equal.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    pub number: u32,
    /// Absent where nothing can be shared.
    pub sharing: Option<Arc<Sharing>>,
}

impl PartialEq for Unit {
    fn eq(&self, _: &Unit) -> bool {
        true
    }
}

impl Eq for Unit {}

impl Hash for Unit {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// A place of a constant that is one object with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shared {
    /// [`Unit::number`] of the code object.
    pub code: u32,
    /// How many constants of the code object come before.
    pub place: u32,
    /// The same for all places of an object, or [`INTERNED`].
    pub slot: u32,
}

/// The slot of strings that are interned though they do not look like names.
pub const INTERNED: u32 = u32::MAX;

/// What the code objects of one compilation share.
#[derive(Debug, Default)]
pub struct Sharing {
    /// In order.
    entries: Box<[Shared]>,
    /// Whether equal tuples of names and of constants, and equal tables, are one object, too.
    merges_tables: bool,
}

impl Sharing {
    /// Places in any order. `merges_tables`: equal tuples of names and constants, and equal tables, are one object.
    pub fn new(mut entries: Vec<Shared>, merges_tables: bool) -> Sharing {
        entries.sort_unstable();
        Sharing { entries: entries.into(), merges_tables }
    }

    /// The places in the code object of that number, in order.
    pub fn of_code(&self, number: u32) -> &[Shared] {
        let start = self.entries.partition_point(|entry| entry.code < number);
        let rest = self.entries.get(start..).unwrap_or_default();
        rest.get(..rest.partition_point(|entry| entry.code == number)).unwrap_or_default()
    }

    /// The strings of a code object and those in it that are interned though they do not look like names; this is the
    /// sharing of the outermost one.
    pub fn interned_of<'a>(&self, root: &'a CodeObject) -> HashSet<&'a Wtf8Buf> {
        let mut found = HashSet::new();
        let mut todo = vec![root];
        while let Some(code) = todo.pop() {
            let mut entries = self.of_code(code.unit.number).iter().filter(|entry| entry.slot == INTERNED).peekable();
            let mut constants: Vec<&Constant> = code.consts.iter().rev().collect();
            let mut place = 0;
            while let Some(constant) = constants.pop() {
                let is_interned = entries.next_if(|entry| entry.place == place).is_some();
                place += 1;
                match constant {
                    Constant::Str(text) if is_interned => {
                        found.insert(text);
                    }
                    Constant::Code(inner) => todo.push(inner),
                    other => constants.extend(other.parts().iter().rev()),
                }
            }
        }
        found
    }

    /// Whether equal tuples of names and of constants, and equal tables, are one object.
    pub fn merges_tables(&self) -> bool {
        self.merges_tables
    }

    /// What the compiler merges: equal constants of a code object and those in it, whose numbers are in order of their
    /// making. None where nothing can be seen of it.
    pub fn of_compiled(root: &CodeObject) -> Option<Sharing> {
        let mut finder = Finder::default();
        finder.walk(root);
        let Finder { codes, entries, .. } = finder;
        (codes.len() > 1 || !entries.is_empty()).then(|| Sharing::new(entries, true))
    }
}

/// Whether the string looks like a name: as a constant it is interned.
pub fn is_name_like(text: &Wtf8Buf) -> bool {
    static IN_NAMES: [bool; 256] = {
        let mut bytes = [false; 256];
        let mut byte = 0;
        while byte < 128 {
            bytes[byte] = (byte as u8).is_ascii_alphanumeric() || byte == b'_' as usize;
            byte += 1;
        }
        bytes
    };
    text.as_bytes().iter().all(|&byte| IN_NAMES[byte as usize])
}

/// Whether the code is the body of a class.
pub fn is_class_body(code: &CodeObject) -> bool {
    code.flags & (co::OPTIMIZED | co::NEWLOCALS) == 0 && code.names.iter().any(|name| *name == "__qualname__")
}

/// Whether the first constant is a documentation string, which functions made of the code have, too.
pub fn has_own_docstring(flags: u32, consts: &[Constant]) -> bool {
    flags & co::HAS_DOCSTRING != 0 && matches!(consts.first(), Some(text @ Constant::Str(_)) if text.may_be_shared())
}

impl Constant {
    /// Whether there may be two equal objects of it: not where a word, or one object of the process, is all there is.
    pub fn may_be_shared(&self) -> bool {
        match self {
            Constant::None | Constant::True | Constant::False | Constant::Ellipsis | Constant::Code(_) => false,
            Constant::Int(value) => value.bit_len() > 31,
            Constant::Float(value) => !value.is_nan(),
            Constant::Complex(real, imag) => !real.is_nan() && !imag.is_nan(),
            Constant::Str(text) => !is_name_like(text) && (text.byte_len() > 1 || !text.is_ascii()),
            Constant::Bytes(bytes) => bytes.len() > 1,
            Constant::Tuple(items) => !items.is_empty() && !items.iter().any(Constant::has_nan),
            // Interning a member makes a frozenset of its own for each code object.
            Constant::FrozenSet(items) => !items.iter().any(|item| item.has_nan() || item.is_interned_later()),
            Constant::Slice(parts) => !parts.iter().any(Constant::has_nan),
        }
    }

    /// Whether it is an object of its own each time it is made, unless something says otherwise.
    pub fn is_object(&self) -> bool {
        match self {
            Constant::Code(_) | Constant::FrozenSet(_) => true,
            Constant::Float(value) => value.is_nan() || self.may_be_shared(),
            Constant::Tuple(items) => !items.is_empty(),
            other => other.may_be_shared(),
        }
    }

    /// Whether the constant is or holds a NaN: each of these is an object of its own.
    pub fn has_nan(&self) -> bool {
        match self {
            Constant::Float(value) => value.is_nan(),
            Constant::Complex(real, imag) => real.is_nan() || imag.is_nan(),
            Constant::Tuple(items) | Constant::FrozenSet(items) => items.iter().any(Constant::has_nan),
            Constant::Slice(parts) => parts.iter().any(Constant::has_nan),
            _ => false,
        }
    }

    /// Whether it is a name that, most likely, the process knows already, so that the compiler's object is exchanged.
    pub fn is_interned_later(&self) -> bool {
        let is_number = |text: &Wtf8Buf| text.as_bytes().first().is_some_and(u8::is_ascii_digit);
        matches!(self, Constant::Str(text) if text.byte_len() > 1 && is_name_like(text) && !is_number(text))
    }

    /// The constant's parts.
    pub fn parts(&self) -> &[Constant] {
        match self {
            Constant::Tuple(items) | Constant::FrozenSet(items) => items,
            Constant::Slice(parts) => &**parts,
            _ => &[],
        }
    }

    /// How many constants it counts for: itself and what lies in it.
    pub fn places(&self) -> u32 {
        let mut count = 0;
        let mut todo: Vec<&[Constant]> = vec![std::slice::from_ref(self)];
        while let Some(constants) = todo.pop() {
            count += constants.len() as u32;
            todo.extend(constants.iter().map(Constant::parts).filter(|parts| !parts.is_empty()));
        }
        count
    }

    /// A number that constants seldom have in common unless they are equal; it looks at no long text.
    pub fn print(&self) -> u32 {
        let (kind, print) = match self {
            Constant::None => (1, 0),
            Constant::True => (2, 0),
            Constant::False => (3, 0),
            Constant::Ellipsis => (4, 0),
            Constant::Int(value) => (5, i64::try_from(value).unwrap_or(0) as u64),
            Constant::Float(value) => (6, value.to_bits()),
            Constant::Complex(real, imag) => (7, real.to_bits() ^ imag.to_bits().rotate_left(1)),
            Constant::Str(text) => return print_of_text(text),
            Constant::Bytes(bytes) => return print_of_bytes(bytes),
            Constant::Tuple(items) => return print_of_tuple(items),
            // In whatever order.
            Constant::FrozenSet(items) => (11, items.iter().map(|item| u64::from(item.print())).sum()),
            Constant::Slice(parts) => (12, join(parts.iter().map(Constant::print), parts.len())),
            Constant::Code(code) => (13, (code.firstlineno as u64) << 32 | code.code.len() as u64),
        };
        mix(kind, print)
    }
}

/// [`Constant::print`] of a tuple of constants.
pub fn print_of_tuple(items: &[Constant]) -> u32 {
    mix(10, join(items.iter().map(Constant::print), items.len()))
}

/// [`Constant::print`] of a tuple of strings.
pub fn print_of_names(names: &[Wtf8Buf]) -> u32 {
    mix(10, join(names.iter().map(print_of_text), names.len()))
}

/// [`Constant::print`] of bytes.
pub fn print_of_bytes(bytes: &[u8]) -> u32 {
    mix(9, some_of(bytes))
}

fn print_of_text(text: &Wtf8Buf) -> u32 {
    mix(8, some_of(text.as_bytes()))
}

fn mix(kind: u64, print: u64) -> u32 {
    let product = (print ^ kind).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (product >> 32) as u32
}

fn join(prints: impl Iterator<Item = u32>, len: usize) -> u64 {
    prints.fold(len as u64, |joined, print| joined.rotate_left(7) ^ u64::from(print))
}

fn some_of(bytes: &[u8]) -> u64 {
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    let print = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) => word(first) ^ word(last).rotate_left(29),
        _ => bytes.iter().fold(0, |print, &byte| print << 8 | u64::from(byte)),
    };
    print ^ (bytes.len() as u64) << 48
}

/// A constant met for the first time.
struct Seen<'a> {
    constant: &'a Constant,
    code: u32,
    place: u32,
    slot: Option<u32>,
    /// The one met before of the same print, if any, plus one.
    before: u32,
}

#[derive(Default)]
struct Finder<'a> {
    seen: Vec<Seen<'a>>,
    /// The last of each print, plus one.
    last: HashMap<u32, u32, std::hash::BuildHasherDefault<PrintHasher>>,
    /// Lengths of the tuples among them, a bit each; the last one for all longer ones.
    tuple_lengths: u64,
    slots: u32,
    entries: Vec<Shared>,
    codes: Vec<&'a CodeObject>,
}

fn length_bit(len: usize) -> u64 {
    1 << len.min(63)
}

/// Prints are spread already.
#[derive(Default)]
struct PrintHasher(u64);

impl Hasher for PrintHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u32(byte.into()));
    }

    fn write_u32(&mut self, print: u32) {
        self.0 = (self.0 ^ u64::from(print)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

impl<'a> Finder<'a> {
    /// Meets the constants of all code in the order of the compiler, which adds those of nested code before what stands
    /// behind it.
    fn walk(&mut self, root: &'a CodeObject) {
        // Constants that are left of each code object, and how many came before.
        let mut todo = vec![(root, root.consts.iter(), 0)];
        self.codes.push(root);
        while let Some((code, rest, place)) = todo.last_mut() {
            let Some(constant) = rest.next() else {
                todo.pop();
                continue;
            };
            if let Constant::Code(inner) = constant {
                *place += 1;
                self.codes.push(inner);
                todo.push((inner, inner.consts.iter(), 0));
                continue;
            }
            let code = *code;
            let is_first = *place == 0;
            *place = self.meet(code, constant, *place);
            if is_first && has_own_docstring(code.flags, &code.consts) {
                self.give_slot(code.unit.number);
            }
        }
        if self.tuple_lengths != 0 {
            self.find_tables();
        }
    }

    /// Gives the first constant of a code object a slot.
    fn give_slot(&mut self, code: u32) {
        if self.entries.last().is_some_and(|entry| entry.code == code && entry.place == 0) {
            return;
        }
        if let Some(seen) = self.seen.last_mut().filter(|seen| seen.code == code && seen.place == 0) {
            seen.slot = Some(self.slots);
            self.entries.push(Shared { code, place: 0, slot: self.slots });
            self.slots += 1;
        }
    }

    /// Meets a constant and its parts at a place; gives the place behind.
    fn meet(&mut self, code: &'a CodeObject, constant: &'a Constant, mut place: u32) -> u32 {
        if constant.parts().is_empty() {
            self.meet_one(code, constant, place);
            return place + 1;
        }
        let mut todo = vec![constant];
        while let Some(constant) = todo.pop() {
            self.meet_one(code, constant, place);
            if let Constant::Slice(_) = constant {
                // Its parts stay what the source has.
                place += constant.places();
            } else {
                // Parts of a tuple that was met before are met again: whoever makes it first finds them.
                place += 1;
                todo.extend(constant.parts().iter().rev());
            }
        }
        place
    }

    /// Meets a constant at a place.
    fn meet_one(&mut self, code: &'a CodeObject, constant: &'a Constant, place: u32) {
        if !constant.may_be_shared() {
            return;
        }
        let number = code.unit.number;
        let print = constant.print();
        if let Some(index) = self.find(print, |seen| seen == constant) {
            let slot = self.slot(index);
            self.entries.push(Shared { code: number, place, slot });
            return;
        }
        let slot = match constant {
            Constant::Str(text) if text.byte_len() == 2 && text.code_points().all(|point| point < 256) => {
                // There is one object of each character of Latin-1.
                (text.char_count() == 1).then_some(INTERNED)
            }
            // A name of the source.
            Constant::Str(text) if text.is_part() => Some(INTERNED),
            // The name of the class is this object, and names are interned; a name that code made before has is another one.
            Constant::Str(text) if *text == code.qualname && is_class_body(code) => {
                let is_older = |other: &&CodeObject| other.unit.number < number && other.qualname == *text;
                (!self.codes.iter().any(is_older)).then_some(INTERNED)
            }
            _ => None,
        };
        if let Some(slot) = slot {
            self.entries.push(Shared { code: number, place, slot });
        }
        if let Constant::Tuple(items) = constant {
            self.tuple_lengths |= length_bit(items.len());
        }
        let index = self.seen.len() as u32 + 1;
        let before = self.last.insert(print, index).unwrap_or(0);
        self.seen.push(Seen { constant, code: number, place, slot, before });
    }

    fn find(&self, print: u32, is_same: impl Fn(&Constant) -> bool) -> Option<usize> {
        let mut at = self.last.get(&print).copied().unwrap_or(0);
        while let Some(index) = at.checked_sub(1) {
            let seen = self.seen.get(index as usize)?;
            if is_same(seen.constant) {
                return Some(index as usize);
            }
            at = seen.before;
        }
        None
    }

    /// The slot of a constant that is met again.
    fn slot(&mut self, index: usize) -> u32 {
        let Some(seen) = self.seen.get_mut(index) else { return INTERNED };
        match seen.slot {
            Some(slot) => slot,
            None => {
                let slot = self.slots;
                self.slots += 1;
                seen.slot = Some(slot);
                self.entries.push(Shared { code: seen.code, place: seen.place, slot });
                slot
            }
        }
    }

    /// Gives a slot to tuples that are the names or the constants of a code object, too.
    fn find_tables(&mut self) {
        for code in std::mem::take(&mut self.codes).iter() {
            let is_names = |constant: &Constant| match constant {
                Constant::Tuple(items) => {
                    let is_name =
                        |(item, name): (&Constant, &Wtf8Buf)| matches!(item, Constant::Str(text) if text == name);
                    items.len() == code.names.len() && items.iter().zip(&code.names).all(is_name)
                }
                _ => false,
            };
            let is_consts = |constant: &Constant| matches!(constant, Constant::Tuple(items) if *items == code.consts);
            let has_length = |len: usize| self.tuple_lengths & length_bit(len) != 0;
            let (has_names, has_consts) = (has_length(code.names.len()), has_length(code.consts.len()));
            let names = has_names.then(|| self.find(print_of_names(&code.names), is_names)).flatten();
            let consts = has_consts.then(|| self.find(print_of_tuple(&code.consts), is_consts)).flatten();
            for index in names.into_iter().chain(consts) {
                self.slot(index);
            }
            self.codes.push(code);
        }
    }
}

#[cfg(test)]
mod tests;
