//! `AttrCache`: what attributes of instances of a shape resolve to, shared by all operations that see several shapes.
//!
//! An inline cache knows one shape; where several meet, this table answers instead of the lookup along the MRO. Invariants: an
//! entry is valid while `epoch` is the interpreter's lookup epoch, which changes with every class a cache depends on and with
//! every collection (so that the table holds no pointer the collector has to see); what `resolve` found depends on nothing but
//! the shape and those classes.

use crate::names::Atom;
use crate::shape::ShapeId;
use crate::value::Value;

/// What an attribute of an instance is, as far as its shape and class say.
#[derive(Clone, Copy, Debug)]
pub enum Resolved {
    /// A word of the instance (which may be empty).
    Slot(u16),
    /// An entry of the `ValueArray` in a word of the instance (which may be empty): the word and the index.
    Overflow(u8, u8),
    /// A class attribute that binds to nothing.
    Class(Value),
    /// A class attribute called with the instance before the arguments.
    Method(Value),
    /// A property whose getter is this Python function.
    Property(Value),
}

#[derive(Clone, Copy)]
struct Entry {
    shape: ShapeId,
    epoch: u32,
    name: Atom,
    /// Address of the class after which `super` searches; 0 for the instance itself.
    start: usize,
    resolved: Resolved,
}

const ENTRIES: usize = 512;

/// The table.
pub struct AttrCache {
    entries: Box<[Entry]>,
    misses: u32,
}

impl Default for AttrCache {
    fn default() -> AttrCache {
        let empty = Entry { shape: 0, epoch: 0, name: Atom(0), start: 0, resolved: Resolved::Slot(0) };
        AttrCache { entries: vec![empty; ENTRIES].into(), misses: 0 }
    }
}

impl AttrCache {
    #[inline(always)]
    fn place(shape: ShapeId, name: Atom, start: usize) -> usize {
        ((shape as usize).wrapping_mul(31) ^ (name.0 as usize).wrapping_mul(7) ^ (start >> 5)) & (ENTRIES - 1)
    }

    /// What is known about an attribute.
    #[inline(always)]
    pub fn get(&self, epoch: u32, shape: ShapeId, name: Atom, start: usize) -> Option<Resolved> {
        let entry = &self.entries[AttrCache::place(shape, name, start)];
        (entry.shape == shape && entry.epoch == epoch && entry.name == name && entry.start == start)
            .then_some(entry.resolved)
    }

    /// Keeps what was found out about an attribute.
    pub fn set(&mut self, epoch: u32, shape: ShapeId, name: Atom, start: usize, resolved: Resolved) {
        self.entries[AttrCache::place(shape, name, start)] = Entry { shape, epoch, name, start, resolved };
    }

    /// Whether an operation that has just met another shape than it expected should now expect that one: now and then.
    #[inline(always)]
    pub fn should_turn(&mut self) -> bool {
        self.misses = self.misses.wrapping_add(1);
        self.misses.is_multiple_of(64)
    }
}
