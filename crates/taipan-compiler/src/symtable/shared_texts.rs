//! The texts of names as code objects hold them: those of the whole tree lie in one piece of memory.
//!
//! Invariant: a name's text is here exactly if its number is at least [`Names::FIRST`] and its number was there when the
//! table was made, or was added since.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use taipan_bytecode::Wtf8Buf;
use taipan_syntax::ast::{Names, unescape_surrogates};

use super::{KeyHasher, NameId};

/// The text that a name stands for.
pub(super) fn text_of(name: &str) -> Wtf8Buf {
    match unescape_surrogates(name) {
        Some(text) => Wtf8Buf::from_bytes(text).unwrap_or_default(),
        None => name.into(),
    }
}

/// Texts by the numbers of their names.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedTexts {
    memory: Arc<String>,
    /// Where each text begins, from the first number on, and where the last one ends.
    places: Vec<u32>,
    /// Texts of names that came later, and of names with surrogates, whose places are empty.
    late: HashMap<NameId, Wtf8Buf, BuildHasherDefault<KeyHasher>>,
}

impl SharedTexts {
    /// The texts of all names there are.
    pub(super) fn of(names: &Names<'_>) -> SharedTexts {
        let mut memory = String::with_capacity(names.identifiers().map(str::len).sum());
        let mut places = Vec::with_capacity(names.len() + 1);
        places.push(0);
        let mut late = HashMap::default();
        for (number, text) in (Names::FIRST..).zip(names.identifiers()) {
            if unescape_surrogates(text).is_some() {
                late.insert(NameId(number), text_of(text).into_shared());
            } else {
                memory.push_str(text);
            }
            places.push(u32::try_from(memory.len()).unwrap_or(u32::MAX));
        }
        SharedTexts { memory: Arc::new(memory), places, late }
    }

    /// Adds the text of a name that may have come later.
    pub(super) fn add(&mut self, id: NameId, text: &str) {
        if self.place(id).is_none() {
            self.late.entry(id).or_insert_with(|| text_of(text).into_shared());
        }
    }

    /// The text of a name.
    #[inline]
    pub(super) fn get(&self, id: NameId) -> Option<Wtf8Buf> {
        match self.place(id) {
            Some((start, end)) if start == end && self.late.contains_key(&id) => self.late.get(&id).cloned(),
            Some((start, end)) => Some(Wtf8Buf::from_part(&self.memory, start..end)),
            None => self.late.get(&id).cloned(),
        }
    }

    #[inline]
    fn place(&self, id: NameId) -> Option<(u32, u32)> {
        let index = id.number().checked_sub(Names::FIRST)? as usize;
        Some((*self.places.get(index)?, *self.places.get(index + 1)?))
    }
}
