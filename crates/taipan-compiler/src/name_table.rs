//! Names numbered in the order they were first added.

use foldhash::fast::RandomState;
use indexmap::IndexSet;

/// An insertion-ordered set of names with their numbers.
#[derive(Clone, Debug, Default)]
pub struct NameTable {
    names: IndexSet<Box<str>, RandomState>,
}

impl NameTable {
    /// An empty table.
    pub fn new() -> Self {
        NameTable::default()
    }

    /// The number of the name, which is added if it is new.
    pub fn add(&mut self, name: &str) -> u32 {
        match self.names.get_index_of(name) {
            Some(number) => number as u32,
            None => self.names.insert_full(name.into()).0 as u32,
        }
    }

    /// The number of the name, if it was added.
    pub fn get(&self, name: &str) -> Option<u32> {
        self.names.get_index_of(name).map(|number| number as u32)
    }

    /// Whether the name was added.
    pub fn contains(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The names in order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(AsRef::as_ref)
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

impl<'a> FromIterator<&'a str> for NameTable {
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        let mut table = NameTable::new();
        for name in names {
            table.add(name);
        }
        table
    }
}
