//! Finding the entry of a key.
//!
//! A str key is compared as text while all keys are exact strs or small ints. In every other search `__eq__` may run and
//! change the dict, so nothing read before it is used after it.

use super::index::{DELETED, Probe, places};
use super::{Dict, explain_unhashable};
use crate::gc::Gc;
use crate::raise::Raised;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

impl Dict {
    /// The entry number of a str key. Never runs Python code.
    #[inline]
    pub fn find_str(this: Gc<Dict>, vm: &mut Vm, key: Gc<Str>) -> Option<usize> {
        let hash = Str::hash(key, vm);
        this.get(vm).find_str_hashed(vm, key, hash)
    }

    pub(super) fn find_str_hashed(&self, vm: &Vm, key: Gc<Str>, hash: i64) -> Option<usize> {
        let wanted = Some(key.value());
        let (entries, index) = match self.storage {
            Some(storage) => (storage.get(vm).slots(), storage.get(vm).index),
            None => (self.slots(vm), None),
        };
        let Some(index) = index else {
            let entries = entries.get(..2 * self.filled as usize)?;
            let mut pairs = entries.chunks_exact(2);
            if let Some(number) = pairs.position(|pair| pair[0] == wanted) {
                return Some(number);
            }
            return (0..entries.len() / 2).find(|number| self.str_key_matches(vm, entries, *number, key, hash));
        };
        let table = places(index.get(vm).words32());
        let mut probe = Probe::new(hash, table.len());
        loop {
            match table[probe.at] {
                0 => return None,
                DELETED => {}
                number => {
                    let number = number as usize - 1;
                    if entries[2 * number] == wanted || self.str_key_matches(vm, entries, number, key, hash) {
                        return Some(number);
                    }
                }
            }
            probe.next();
        }
    }

    #[inline]
    fn str_key_matches(&self, vm: &Vm, entries: &[Option<Value>], number: usize, key: Gc<Str>, hash: i64) -> bool {
        let Some(candidate) = entries[2 * number] else { return false };
        match candidate.downcast::<Str>(vm) {
            // A subclass of str may compare as it likes; only keys that are exactly str are compared here.
            Some(other) if candidate.exact::<Str>().is_some() => {
                let other = other.get(vm);
                other.cached_hash() == hash && other.same_text(key.get(vm))
            }
            _ => false,
        }
    }

    /// Whether a str key must be looked for with full equality (a non-str key could claim to be equal).
    #[inline]
    pub(crate) fn needs_general(&self, vm: &Vm) -> bool {
        self.hashes(vm).is_some()
    }

    /// The entry number of any key. May run `__hash__` and `__eq__`.
    pub fn find(this: Gc<Dict>, vm: &mut Vm, key: Value) -> Result<Option<usize>, Raised> {
        if let Some(text) = key.exact::<Str>()
            && !this.get(vm).needs_general(vm)
        {
            return Ok(Dict::find_str(this, vm, text));
        }
        let hash = Dict::key_hash(vm, key)?;
        Dict::find_hashed(this, vm, key, hash)
    }

    /// The hash of a key.
    ///
    /// # Errors
    /// TypeError "cannot use 'X' as a dict key (...)" for an unhashable key.
    #[inline]
    pub fn key_hash(vm: &mut Vm, key: Value) -> Result<i64, Raised> {
        match vm.hash(key) {
            Ok(hash) => Ok(hash),
            Err(raised) => Err(explain_unhashable(vm, raised, key, "a dict key")),
        }
    }

    /// As `find`, with the hash known.
    pub fn find_hashed(this: Gc<Dict>, vm: &mut Vm, key: Value, hash: i64) -> Result<Option<usize>, Raised> {
        if let Some(text) = key.exact::<Str>()
            && !this.get(vm).needs_general(vm)
        {
            return Ok(this.get(vm).find_str_hashed(vm, text, hash));
        }
        'again: loop {
            let (storage, index) = (this.get(vm).storage, this.get(vm).index(vm));
            let mut linear = 0;
            let mut probe = index.map(|index| Probe::new(hash, places(index.get(vm).words32()).len()));
            loop {
                let dict = this.get(vm);
                let number = match (&mut probe, index) {
                    (Some(probe), Some(index)) => {
                        let entry = index.get(vm).words32()[probe.at];
                        probe.next();
                        match entry {
                            0 => return Ok(None),
                            DELETED => continue,
                            number => number as usize - 1,
                        }
                    }
                    _ => {
                        if linear >= dict.filled as usize {
                            return Ok(None);
                        }
                        linear += 1;
                        linear - 1
                    }
                };
                let Some(entry) = dict.entry(vm, number) else { continue };
                if entry.key == key {
                    return Ok(Some(number));
                }
                if dict.entry_hash(vm, number) != hash {
                    continue;
                }
                let equal = vm.is_equal(entry.key, key)?;
                // Other keys may come and go, else a comparison that always adds one would keep the search from ending.
                let dict = this.get(vm);
                let same = dict.storage == storage && dict.index(vm) == index;
                if !same || dict.entry(vm, number).is_none_or(|now| now.key != entry.key) {
                    vm.work(1)?;
                    continue 'again;
                }
                if equal {
                    return Ok(Some(number));
                }
            }
        }
    }

    /// The value of a str key (interned or not). Never runs Python code.
    #[inline]
    pub fn get_str(this: Gc<Dict>, vm: &mut Vm, key: Gc<Str>) -> Option<Value> {
        let number = Dict::find_str(this, vm, key)?;
        this.get(vm).value_at(vm, number)
    }

    /// The value of an attribute name in a dict that may have keys that are not strs; an error of theirs counts as no.
    pub(crate) fn get_attribute(this: Gc<Dict>, vm: &mut Vm, key: Gc<Str>) -> Option<Value> {
        if !this.get(vm).needs_general(vm) {
            return Dict::get_str(this, vm, key);
        }
        match Dict::get_item(this, vm, key.value()) {
            Ok(found) => found,
            Err(raised) => {
                let _ = vm.take_raised(raised);
                None
            }
        }
    }

    /// The value of a key.
    #[inline]
    pub fn get_item(this: Gc<Dict>, vm: &mut Vm, key: Value) -> Result<Option<Value>, Raised> {
        match Dict::find(this, vm, key)? {
            Some(number) => Ok(this.get(vm).value_at(vm, number)),
            None => Ok(None),
        }
    }
}
