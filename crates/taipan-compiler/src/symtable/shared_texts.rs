//! The texts of names as code objects hold them: those of the whole tree lie in one piece of memory.
//!
//! Invariant: a name's text is here exactly if its number is at least [`Names::FIRST`] and its number was there when the
//! table was made, or was added since.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use taipan_bytecode::Wtf8Buf;
use taipan_syntax::ast::Names;

use super::{KeyHasher, NameId};

/// Texts by the numbers of their names.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedTexts {
    memory: Arc<String>,
    /// Where each text begins, from the first number on, and where the last one ends.
    places: Vec<u32>,
    /// Texts of names that came later.
    late: HashMap<NameId, Wtf8Buf, BuildHasherDefault<KeyHasher>>,
}

impl SharedTexts {
    /// The texts of all names there are.
    pub(super) fn of(names: &Names<'_>) -> SharedTexts {
        let mut memory = String::with_capacity(names.identifiers().map(str::len).sum());
        let mut places = Vec::with_capacity(names.len() + 1);
        places.push(0);
        for text in names.identifiers() {
            memory.push_str(text);
            places.push(u32::try_from(memory.len()).unwrap_or(u32::MAX));
        }
        SharedTexts { memory: Arc::new(memory), places, late: HashMap::default() }
    }

    /// Adds the text of a name that may have come later.
    pub(super) fn add(&mut self, id: NameId, text: &str) {
        if self.place(id).is_none() {
            self.late.entry(id).or_insert_with(|| Wtf8Buf::from(text).into_shared());
        }
    }

    /// The text of a name.
    #[inline]
    pub(super) fn get(&self, id: NameId) -> Option<Wtf8Buf> {
        match self.place(id) {
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
