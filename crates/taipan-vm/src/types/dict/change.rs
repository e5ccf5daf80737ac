//! What changes the entries of a dict: assignment, removal, moving to either end.
//!
//! Whatever changes the set of keys or their places changes `structure` and takes the version of the keys away. Replacing a
//! value does neither.

use super::index::{DELETED, Probe, index_insert, is_crowded, places};
use super::storage::DictStorage;
use super::{Dict, Entry, STRUCTURE, has_hash};
use crate::gc::Gc;
use crate::raise::Raised;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

impl Dict {
    /// `this[key] = value` for a str key. Runs no Python code but for keys that are not strs.
    pub fn set_str(this: Gc<Dict>, vm: &mut Vm, key: Gc<Str>, value: Value) -> Result<(), Raised> {
        if this.get(vm).needs_general(vm) {
            return Dict::set(this, vm, key.value(), value);
        }
        let hash = Str::hash(key, vm);
        match this.get(vm).find_str_hashed(vm, key, hash) {
            Some(number) => {
                Dict::set_value_at(this, vm, number, value);
                Ok(())
            }
            None => Dict::insert_new(this, vm, key.value(), hash, value),
        }
    }

    /// `this[key] = value`.
    pub fn set(this: Gc<Dict>, vm: &mut Vm, key: Value, value: Value) -> Result<(), Raised> {
        let hash = Dict::key_hash(vm, key)?;
        Dict::set_hashed(this, vm, key, hash, value)
    }

    /// As `set`, with the hash known.
    pub fn set_hashed(this: Gc<Dict>, vm: &mut Vm, key: Value, hash: i64, value: Value) -> Result<(), Raised> {
        match Dict::find_hashed(this, vm, key, hash)? {
            Some(number) => {
                Dict::set_value_at(this, vm, number, value);
                Ok(())
            }
            None => Dict::insert_new(this, vm, key, hash, value),
        }
    }

    /// Adds a key that is known to be absent.
    pub(super) fn insert_new(this: Gc<Dict>, vm: &mut Vm, key: Value, hash: i64, value: Value) -> Result<(), Raised> {
        if !has_hash(key) && this.get(vm).hashes(vm).is_none() {
            Dict::add_hashes(this, vm)?;
        }
        let dict = this.get(vm);
        // A search ends at a free place of the index, so an eighth of them stays free.
        let crowded = dict.index(vm).is_some_and(|index| is_crowded(index.get(vm).words32()));
        if dict.filled as usize >= dict.capacity(vm) || crowded {
            let wanted = (dict.used as usize + 1).max(dict.used as usize * 3 / 2 + 2);
            Dict::resize(this, vm, wanted)?;
        }
        let dict = this.get_mut(vm);
        let number = dict.filled as usize;
        dict.filled += 1;
        dict.used += 1;
        dict.own = dict.own.wrapping_add(STRUCTURE);
        Dict::put(this, vm, 2 * number, Some(key));
        Dict::put(this, vm, 2 * number + 1, Some(value));
        if let Some(storage) = this.get(vm).storage {
            let DictStorage { index, hashes, keys_version, .. } = *storage.get(vm);
            if keys_version != 0 {
                storage.get_mut(vm).keys_version = 0;
            }
            if let Some(hashes) = hashes {
                hashes.get_mut(vm).words64_mut()[number] = hash as u64;
            }
            if let Some(index) = index {
                index_insert(index.get_mut(vm).words32_mut(), hash, number);
            }
        }
        Ok(())
    }

    /// Removes the entry of a number and returns it. The number is not given out again before the next rebuilding, which
    /// iterators rely on.
    pub fn remove_at(this: Gc<Dict>, vm: &mut Vm, number: usize) -> Option<Entry> {
        let entry = this.get(vm).entry(vm, number)?;
        let hash = this.get(vm).entry_hash(vm, number);
        let dict = this.get_mut(vm);
        dict.used -= 1;
        dict.own = dict.own.wrapping_add(STRUCTURE);
        Dict::unlink(this, vm, number, hash);
        Some(entry)
    }

    /// Removes the last entry, whose number is known, and gives its number free.
    pub fn remove_last(this: Gc<Dict>, vm: &mut Vm, number: usize) -> Option<Entry> {
        let entry = Dict::remove_at(this, vm, number)?;
        this.get_mut(vm).filled = number as u32;
        Some(entry)
    }

    /// Removes a key and returns its value, `None` if it is absent.
    pub fn remove(this: Gc<Dict>, vm: &mut Vm, key: Value) -> Result<Option<Value>, Raised> {
        match Dict::find(this, vm, key)? {
            Some(number) => Ok(Dict::remove_at(this, vm, number).map(|entry| entry.value)),
            None => Ok(None),
        }
    }

    /// Removes everything.
    pub fn clear(this: Gc<Dict>, vm: &mut Vm) {
        if this.get(vm).storage.is_none() {
            for i in 0..2 * this.get(vm).filled as usize {
                Dict::put(this, vm, i, None);
            }
        }
        let dict = this.get_mut(vm);
        dict.storage = None;
        dict.used = 0;
        dict.filled = 0;
        dict.own = dict.own.wrapping_add(STRUCTURE);
    }

    /// Moves the entry of a number to the end.
    pub fn move_to_back(this: Gc<Dict>, vm: &mut Vm, number: usize) -> Result<(), Raised> {
        let hash = this.get(vm).entry_hash(vm, number);
        match Dict::remove_at(this, vm, number) {
            Some(entry) => Dict::insert_new(this, vm, entry.key, hash, entry.value),
            None => Ok(()),
        }
    }

    /// Moves the entry of a number before all others, the first of which has the number `first`; returns its new number.
    pub fn move_to_front(this: Gc<Dict>, vm: &mut Vm, number: usize, first: usize) -> Result<usize, Raised> {
        let Some(entry) = this.get(vm).entry(vm, number) else { return Ok(first) };
        if number == first {
            return Ok(first);
        }
        let hash = this.get(vm).entry_hash(vm, number);
        let (mut number, mut first) = (number, first);
        if first == 0 {
            // Makes a gap as large as the dict before the first entry.
            let gap = this.get(vm).used as usize + 1;
            number = Dict::rebuild(this, vm, gap * 3, gap, number)?;
            first = gap;
        }
        Dict::unlink(this, vm, number, hash);
        let at = first - 1;
        let dict = this.get_mut(vm);
        dict.own = dict.own.wrapping_add(STRUCTURE);
        Dict::put(this, vm, 2 * at, Some(entry.key));
        Dict::put(this, vm, 2 * at + 1, Some(entry.value));
        if let Some(storage) = this.get(vm).storage {
            let DictStorage { index, hashes, .. } = *storage.get(vm);
            if let Some(hashes) = hashes {
                hashes.get_mut(vm).words64_mut()[at] = hash as u64;
            }
            if let Some(index) = index {
                index_insert(index.get_mut(vm).words32_mut(), hash, at);
            }
        }
        Ok(at)
    }

    /// Empties the slots of an entry and its place in the index; the set of keys loses its version.
    fn unlink(this: Gc<Dict>, vm: &mut Vm, number: usize, hash: i64) {
        Dict::put(this, vm, 2 * number, None);
        Dict::put(this, vm, 2 * number + 1, None);
        let Some(storage) = this.get(vm).storage else { return };
        storage.get_mut(vm).keys_version = 0;
        if let Some(index) = storage.get(vm).index {
            let table = index.get_mut(vm).words32_mut();
            let mut probe = Probe::new(hash, places(table).len());
            while table[probe.at] != number as u32 + 1 {
                probe.next();
            }
            table[probe.at] = DELETED;
        }
    }
}
