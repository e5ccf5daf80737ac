//! What the native sequences share: subscripts, index arguments, and iterables read in whole.

use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::types::list::List;
use crate::types::slice::{self, Slice};
use crate::value::Value;
use crate::vm::Vm;

/// A subscript of a sequence.
#[derive(Clone, Copy)]
pub enum Subscript {
    /// An index as given, possibly negative.
    Index(isize),
    Slice(Gc<Slice>),
}

/// The position of an index in a sequence of `len` items, `None` out of range.
#[inline]
pub fn position(index: isize, len: usize) -> Option<usize> {
    let index = if index < 0 { index + len as isize } else { index };
    if index >= 0 && (index as usize) < len { Some(index as usize) } else { None }
}

impl Vm {
    /// Reads the subscript of a sequence of type `what` ("list", "tuple", ...).
    ///
    /// # Errors
    /// TypeError "`what` indices must be integers or slices, not X"; IndexError for an int beyond `isize`.
    #[inline]
    pub fn sequence_subscript(&mut self, key: Value, what: &str) -> Result<Subscript, Raised> {
        if let Some(i) = key.as_small_int() {
            return Ok(Subscript::Index(i as isize));
        }
        self.sequence_subscript_slow(key, what)
    }

    #[cold]
    fn sequence_subscript_slow(&mut self, key: Value, what: &str) -> Result<Subscript, Raised> {
        if let Some(slice) = key.exact::<Slice>() {
            return Ok(Subscript::Slice(slice));
        }
        if !self.is_int(key) && self.slots(key).index.is_none() {
            let got = self.type_name(key);
            return Err(self.raise(Exc::TypeError, format!("{what} indices must be integers or slices, not {got}")));
        }
        let index = self.index(key)?;
        match self.as_i64(index) {
            Some(i) => Ok(Subscript::Index(i as isize)),
            None => {
                let got = self.type_name(key);
                Err(self.raise(Exc::IndexError, format!("cannot fit '{got}' into an index-sized integer")))
            }
        }
    }

    /// The `start` or `stop` argument of `index`, relative to a sequence of `len` items: clipped, not negative.
    pub fn search_bound(&mut self, bound: Value, default: usize, len: usize) -> Result<usize, Raised> {
        let Some(bound) = bound.given() else { return Ok(default) };
        if !self.is_int(bound) && self.slots(bound).index.is_none() {
            let message = "slice indices must be integers or have an __index__ method";
            return Err(self.raise(Exc::TypeError, message));
        }
        let i = slice::index(self, bound)?;
        Ok(if i < 0 { i.saturating_add(len as isize).max(0) as usize } else { i as usize })
    }

    /// All items of an iterable in a new list; TypeError with `message` when it is no iterable.
    pub fn sequence_fast(&mut self, iterable: Value, message: &str) -> Result<Gc<List>, Raised> {
        let slots = self.slots(iterable);
        if slots.iter.is_none() && slots.subscript.is_none() {
            return Err(self.raise(Exc::TypeError, message));
        }
        let list = List::new(self)?;
        let plain = iterable.exact::<List>().is_some() || iterable.exact::<crate::types::tuple::Tuple>().is_some();
        if plain {
            self.extend_list(list, iterable)?;
            return Ok(list);
        }
        let result = self.iter(iterable);
        let iterator = match result {
            Ok(iterator) => iterator,
            Err(raised) if self.raised_is(Exc::TypeError) => {
                let _ = self.take_raised(raised);
                return Err(self.raise(Exc::TypeError, message));
            }
            Err(raised) => return Err(raised),
        };
        while let Some(item) = self.next(iterator)? {
            List::push(list, self, item)?;
        }
        Ok(list)
    }
}
