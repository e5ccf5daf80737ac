//! Names numbered in the order they were first added.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

/// Tables up to this size are searched from end to end.
const FEW: usize = 8;

/// An insertion-ordered set of names with their numbers.
#[derive(Clone, Debug, Default)]
pub struct NameTable {
    names: Vec<Arc<str>>,
    /// The numbers of all names, where there are more than a few.
    numbers: HashMap<Arc<str>, u32, RandomState>,
    /// Numbers by the address of a text that names share.
    recent: [u16; RECENT],
}

/// How many numbers are found by address.
const RECENT: usize = 32;

impl NameTable {
    /// An empty table.
    pub fn new() -> Self {
        NameTable::default()
    }

    /// The number of the name, which is added if it is new.
    pub fn add(&mut self, name: &str) -> u32 {
        self.add_with(name, || name.into())
    }

    /// The number of the name, which is added as `make` gives it if it is new.
    pub fn add_with(&mut self, name: &str, make: impl FnOnce() -> Arc<str>) -> u32 {
        if let Some(number) = self.get(name) {
            return number;
        }
        let number = self.names.len() as u32;
        self.names.push(make());
        if self.names.len() > FEW {
            let known = self.numbers.len();
            let new = self.names.iter().enumerate().skip(known).map(|(number, name)| (name.clone(), number as u32));
            self.numbers.extend(new);
        }
        number
    }

    /// The number of the name `text`, which is added if it is new, and whose text is `shared` by others.
    pub fn add_shared(&mut self, shared: Option<&Arc<str>>, text: &str) -> u32 {
        let Some(shared) = shared else { return self.add(text) };
        let slot = (shared.as_ptr().addr() >> 4).wrapping_mul(0x9E37_79B1) >> 16 & (RECENT - 1);
        let number = self.recent[slot];
        if self.names.get(usize::from(number)).is_some_and(|known| Arc::ptr_eq(known, shared)) {
            return u32::from(number);
        }
        let number = self.add_with(text, || shared.clone());
        if let Ok(number) = u16::try_from(number) {
            self.recent[slot] = number;
        }
        number
    }

    /// The number of the name, if it was added.
    pub fn get(&self, name: &str) -> Option<u32> {
        if self.names.len() > FEW {
            return self.numbers.get(name).copied();
        }
        self.names.iter().position(|known| **known == *name).map(|number| number as u32)
    }

    /// Whether the name was added.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The names in order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(AsRef::as_ref)
    }

    /// The names in order of their numbers, to be shared.
    pub fn shared(&self) -> impl Iterator<Item = &Arc<str>> {
        self.names.iter()
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
