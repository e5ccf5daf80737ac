//! `dict`: a compact, insertion-ordered hash table.
//!
//! Entries (key, value) lie in insertion order, behind the header of a dict of a known size or in a `DictStorage`; a
//! deleted entry leaves both slots empty. Up to `LINEAR` entries there is no index; beyond, `index` is an open-addressed
//! table of entry numbers + 1 (0 empty, all ones deleted), whose last word counts the places that are not empty. `hashes`
//! holds the hash of each entry; it is absent while all keys are exact strs, which cache theirs, or small ints. The
//! storage's `keys_version` is 0 or a number that no other set of keys of any dict ever had.

use std::cell::Cell;

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::protocol::hash_small;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::array::RawArray;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

pub mod iterator;
pub mod merge;
pub mod methods;
pub mod storage;
pub mod view;

pub use methods::TYPE;

use storage::DictStorage;

heap_object! {
    /// A dictionary.
    pub struct Dict = Builtin::Dict {
        /// The entries, if they do not lie behind the header.
        storage: Option<Gc<DictStorage>>,
        used: u32,
        filled: u32,
        /// How many slots lie behind the header; above `STRUCTURE` a number that every insertion, deletion and clearing
        /// changes.
        own: u64,
    }
}

/// One change in `Dict::own`.
const STRUCTURE: u64 = 1 << 48;

/// Up to so many entries are searched without an index.
const LINEAR: usize = 8;
const DELETED: u32 = u32::MAX;
/// The most entries of a dict.
const MAX_ENTRIES: usize = 1 << 31;

/// One entry as found by its number.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub key: Value,
    pub value: Value,
}

impl Dict {
    /// A new empty dict.
    pub fn new(vm: &mut Vm) -> Result<Gc<Dict>, Raised> {
        vm.new_exact(Dict::EMPTY)
    }

    /// The fields of an empty dict, for subclasses and extensions.
    pub const EMPTY: Dict = Dict { header: HeaderWord::NEW, storage: None, used: 0, filled: 0, own: 0 };

    /// A new dict with room for `n` entries.
    pub fn with_capacity(vm: &mut Vm, n: usize) -> Result<Gc<Dict>, Raised> {
        if n <= LINEAR {
            return Dict::new_own(vm, n);
        }
        let dict = Dict::new(vm)?;
        Dict::resize(dict, vm, n)?;
        Ok(dict)
    }

    /// A new dict of these pairs (key, value, key, value ...) in order; of equal keys the first key and the last value.
    ///
    /// # Errors
    /// Those of the keys' `__hash__` and `__eq__`.
    pub fn from_pairs(vm: &mut Vm, pairs: &[Cell<Value>]) -> Result<Gc<Dict>, Raised> {
        let n = pairs.len() / 2;
        let hashes = pairs.chunks_exact(2).any(|pair| !has_hash(pair[0].get()));
        if n > LINEAR || hashes {
            let dict = Dict::new(vm)?;
            if n > 0 {
                let storage = DictStorage::new(vm, n, hashes)?;
                Dict::set_storage(dict, vm, storage);
            }
            for pair in pairs.chunks_exact(2) {
                Dict::set(dict, vm, pair[0].get(), pair[1].get())?;
            }
            return Ok(dict);
        }
        let dict = Dict::new_own(vm, n)?;
        let interned = |pair: &[Cell<Value>]| pair[0].get().exact::<Str>().is_some_and(Str::is_interned);
        if pairs.chunks_exact(2).all(interned) {
            // Equal ones are the same, and all have their hashes.
            dict.get_mut(vm).fill_own(pairs);
            return Ok(dict);
        }
        for pair in pairs.chunks_exact(2) {
            let (key, value) = (pair[0].get(), pair[1].get());
            let hash = match key.exact::<Str>() {
                Some(text) => Str::hash(text, vm),
                None => own_hash(vm, key),
            };
            match Dict::find_hashed(dict, vm, key, hash)? {
                Some(number) => Dict::set_value_at(dict, vm, number, value),
                None => {
                    let number = dict.get(vm).filled as usize;
                    Dict::put(dict, vm, 2 * number, Some(key));
                    Dict::put(dict, vm, 2 * number + 1, Some(value));
                    let dict = dict.get_mut(vm);
                    dict.filled += 1;
                    dict.used += 1;
                }
            }
        }
        Ok(dict)
    }

    /// How many items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.used as usize
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Numbers of entries, deleted ones included: the bound of `entry`.
    #[inline(always)]
    pub fn entry_count(&self) -> usize {
        self.filled as usize
    }

    /// Changes whenever a key is inserted or removed (in 65,536 such changes it comes round).
    pub fn structure(&self) -> u16 {
        (self.own / STRUCTURE) as u16
    }

    #[inline]
    fn index(&self, vm: &Vm) -> Option<Gc<RawArray>> {
        self.storage?.get(vm).index
    }

    #[inline]
    fn hashes(&self, vm: &Vm) -> Option<Gc<RawArray>> {
        self.storage?.get(vm).hashes
    }

    /// The entry of a number, `None` if deleted or out of range.
    #[inline]
    pub fn entry(&self, vm: &Vm, number: usize) -> Option<Entry> {
        if number >= self.filled as usize {
            return None;
        }
        let slots = self.slots(vm);
        match (slots[2 * number], slots[2 * number + 1]) {
            (Some(key), Some(value)) => Some(Entry { key, value }),
            _ => None,
        }
    }

    /// The next live entry from a number on, and its number.
    #[inline]
    pub fn next_entry(&self, vm: &Vm, mut number: usize) -> Option<(usize, Entry)> {
        while number < self.filled as usize {
            if let Some(entry) = self.entry(vm, number) {
                return Some((number, entry));
            }
            number += 1;
        }
        None
    }

    /// The last live entry at or below a number, and its number.
    pub fn previous_entry(&self, vm: &Vm, number: usize) -> Option<(usize, Entry)> {
        (0..(number + 1).min(self.filled as usize)).rev().find_map(|n| self.entry(vm, n).map(|entry| (n, entry)))
    }

    /// The hash of a live entry.
    pub fn entry_hash(&self, vm: &Vm, number: usize) -> i64 {
        match self.hashes(vm) {
            Some(hashes) => hashes.get(vm).words64()[number] as i64,
            None => self.entry(vm, number).map_or(0, |entry| own_hash(vm, entry.key)),
        }
    }

    /// A number that stands for this set of keys and their places; for inline caches.
    pub fn keys_version(this: Gc<Dict>, vm: &mut Vm) -> u32 {
        let version = this.get(vm).current_keys_version(vm);
        if version != 0 {
            return version;
        }
        let storage = match Dict::own_storage(this, vm) {
            Ok(storage) => storage,
            Err(raised) => {
                // Without memory for it there is no version.
                let _ = vm.take_raised(raised);
                return 0;
            }
        };
        let interp = vm.interp_mut();
        let version = interp.next_keys_version;
        // Wrapping would let an old cache match: stay at 0 ("no version") instead.
        interp.next_keys_version = version.saturating_add(1);
        let version = if version == u32::MAX { 0 } else { version };
        storage.get_mut(vm).keys_version = version;
        version
    }

    /// The version without assigning one.
    #[inline(always)]
    pub fn current_keys_version(&self, vm: &Vm) -> u32 {
        self.storage.map_or(0, |storage| storage.get(vm).keys_version)
    }

    /// The value of an entry if the set of keys has this version.
    #[inline(always)]
    pub fn value_in_version(&self, vm: &Vm, version: u32, number: usize) -> Option<Value> {
        let storage = self.storage?.get(vm);
        if storage.keys_version != version {
            return None;
        }
        storage.slots().get(2 * number + 1).copied().flatten()
    }

    /// The value of an entry whose number is known.
    #[inline(always)]
    pub fn value_at(&self, vm: &Vm, number: usize) -> Option<Value> {
        self.slots(vm).get(2 * number + 1).copied().flatten()
    }

    /// Replaces the value of a live entry; keys stay as they are.
    #[inline]
    pub fn set_value_at(this: Gc<Dict>, vm: &mut Vm, number: usize, value: Value) {
        Dict::put(this, vm, 2 * number + 1, Some(value));
    }

    // ---- lookup ----

    /// The entry number of a str key. Never runs Python code.
    #[inline]
    pub fn find_str(this: Gc<Dict>, vm: &mut Vm, key: Gc<Str>) -> Option<usize> {
        let hash = Str::hash(key, vm);
        this.get(vm).find_str_hashed(vm, key, hash)
    }

    fn find_str_hashed(&self, vm: &Vm, key: Gc<Str>, hash: i64) -> Option<usize> {
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
                    vm.check_limits()?;
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

    // ---- change ----

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
    fn insert_new(this: Gc<Dict>, vm: &mut Vm, key: Value, hash: i64, value: Value) -> Result<(), Raised> {
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

    /// The storage of the dict, made if its entries lie behind the header; they keep their numbers.
    fn own_storage(this: Gc<Dict>, vm: &mut Vm) -> Result<Gc<DictStorage>, Raised> {
        match this.get(vm).storage {
            Some(storage) => Ok(storage),
            None => {
                let capacity = this.get(vm).capacity(vm).max(1);
                Dict::lengthen(this, vm, capacity)
            }
        }
    }

    fn add_hashes(this: Gc<Dict>, vm: &mut Vm) -> Result<(), Raised> {
        let storage = Dict::own_storage(this, vm)?;
        let hashes = RawArray::new(vm, storage.get(vm).capacity() * 8)?;
        for number in 0..this.get(vm).filled as usize {
            let hash = this.get(vm).entry_hash(vm, number);
            hashes.get_mut(vm).words64_mut()[number] = hash as u64;
        }
        storage.get_mut(vm).hashes = Some(hashes);
        Ok(())
    }

    /// Rebuilds the storage for `wanted` entries, dropping deleted ones.
    fn resize(this: Gc<Dict>, vm: &mut Vm, wanted: usize) -> Result<(), Raised> {
        Dict::rebuild(this, vm, wanted, 0, 0).map(|_| ())
    }

    /// As `resize`, with `gap` empty entries before the first; returns the new number of the entry `follow`.
    fn rebuild(this: Gc<Dict>, vm: &mut Vm, wanted: usize, gap: usize, follow: usize) -> Result<usize, Raised> {
        if wanted >= MAX_ENTRIES {
            return Err(vm.raise_no_memory());
        }
        let capacity = wanted.max(this.get(vm).used as usize).max(2);
        if gap == 0 && this.get(vm).used == this.get(vm).filled {
            Dict::lengthen(this, vm, capacity)?;
            return Ok(follow);
        }
        let has_hashes = this.get(vm).hashes(vm).is_some();
        let storage = DictStorage::new(vm, capacity, has_hashes)?;
        let DictStorage { index, hashes, .. } = *storage.get(vm);
        let old_filled = this.get(vm).filled as usize;
        let (mut next, mut followed) = (gap, follow);
        for number in 0..old_filled {
            let Some(Entry { key, value }) = this.get(vm).entry(vm, number) else { continue };
            if number == follow {
                followed = next;
            }
            let hash = this.get(vm).entry_hash(vm, number);
            let slots = storage.get_mut(vm).slots_mut();
            slots[2 * next] = Some(key);
            slots[2 * next + 1] = Some(value);
            if let Some(hashes) = hashes {
                hashes.get_mut(vm).words64_mut()[next] = hash as u64;
            }
            if let Some(index) = index {
                index_insert(index.get_mut(vm).words32_mut(), hash, next);
            }
            next += 1;
        }
        this.get_mut(vm).filled = next as u32;
        Dict::set_storage(this, vm, storage);
        Ok(followed)
    }

    /// Makes room for `capacity` entries in a storage: entries keep their numbers, the index is made anew.
    fn lengthen(this: Gc<Dict>, vm: &mut Vm, capacity: usize) -> Result<Gc<DictStorage>, Raised> {
        let index = if capacity > LINEAR { Some(RawArray::new(vm, index_bytes(capacity))?) } else { None };
        let filled = this.get(vm).filled as usize;
        let storage = match this.get(vm).storage {
            Some(storage) => {
                if let Some(hashes) = storage.get(vm).hashes
                    && hashes.get(vm).len() < capacity * 8
                {
                    let hashes = RawArray::grown(vm, hashes, capacity * 8)?;
                    storage.get_mut(vm).hashes = Some(hashes);
                }
                match storage.get(vm).capacity() < capacity {
                    true => DictStorage::grown(storage, vm, filled, capacity)?,
                    false => storage,
                }
            }
            None => {
                let storage = DictStorage::with(vm, capacity, None, None)?;
                for i in 0..2 * filled {
                    let slot = this.get(vm).slots(vm)[i];
                    storage.get_mut(vm).slots_mut()[i] = slot;
                }
                storage
            }
        };
        Dict::set_storage(this, vm, storage);
        if let Some(index) = index {
            for number in 0..filled {
                if this.get(vm).entry(vm, number).is_some() {
                    let hash = this.get(vm).entry_hash(vm, number);
                    index_insert(index.get_mut(vm).words32_mut(), hash, number);
                }
            }
        }
        storage.get_mut(vm).index = index;
        Ok(storage)
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

    /// The storage of the entries, whose identity tells whether entry numbers are still those of before; only where the
    /// dict has an index (small dicts are searched from the start at once).
    pub fn indexed_storage(&self, vm: &Vm) -> Option<Gc<DictStorage>> {
        self.storage.filter(|storage| storage.get(vm).index.is_some())
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

    /// Bytes of the dict and its storage.
    pub fn byte_size(this: Gc<Dict>, vm: &mut Vm) -> usize {
        let storage = this.get(vm).storage;
        let (index, hashes) = (this.get(vm).index(vm), this.get(vm).hashes(vm));
        let heap = vm.heap_mut();
        heap.object_bytes(this.header())
            + storage.map_or(0, |storage| heap.object_bytes(storage.header()))
            + index.map_or(0, |index| heap.object_bytes(index.header()))
            + hashes.map_or(0, |hashes| heap.object_bytes(hashes.header()))
    }

    /// A new exact dict with the same items.
    pub fn copy(this: Gc<Dict>, vm: &mut Vm) -> Result<Gc<Dict>, Raised> {
        let n = this.get(vm).len();
        if n > 0 && n == this.get(vm).filled as usize {
            return Dict::copy_storage(this, vm);
        }
        let copy = Dict::with_capacity(vm, n)?;
        if this.get(vm).hashes(vm).is_some() {
            Dict::add_hashes(copy, vm)?;
        }
        let mut at = 0;
        while let Some((number, entry)) = this.get(vm).next_entry(vm, at) {
            let hash = this.get(vm).entry_hash(vm, number);
            Dict::insert_new(copy, vm, entry.key, hash, entry.value)?;
            at = number + 1;
        }
        Ok(copy)
    }

    /// A copy with the same numbers of entries: without deleted ones nothing has to be inserted anew.
    fn copy_storage(this: Gc<Dict>, vm: &mut Vm) -> Result<Gc<Dict>, Raised> {
        let Dict { used, filled, .. } = *this.get(vm);
        let count = 2 * filled as usize;
        let (index, hashes) = (this.get(vm).index(vm), this.get(vm).hashes(vm));
        let copy = if index.is_none() && hashes.is_none() {
            let copy = Dict::new_own(vm, filled as usize)?;
            for i in 0..count {
                let slot = this.get(vm).slots(vm)[i];
                Dict::put(copy, vm, i, slot);
            }
            copy
        } else {
            let capacity = this.get(vm).capacity(vm);
            let copy = Dict::new(vm)?;
            let index = index.map(|index| RawArray::copy_of(vm, index)).transpose()?;
            let hashes = hashes.map(|hashes| RawArray::copy_of(vm, hashes)).transpose()?;
            let storage = DictStorage::with(vm, capacity, index, hashes)?;
            let source: *const [Option<Value>] = &this.get(vm).slots(vm)[..count];
            // SAFETY: the slots belong to another object, and `get_mut` neither collects nor moves.
            storage.get_mut(vm).slots_mut()[..count].copy_from_slice(unsafe { &*source });
            Dict::set_storage(copy, vm, storage);
            copy
        };
        let dict = copy.get_mut(vm);
        (dict.used, dict.filled) = (used, filled);
        Ok(copy)
    }

    /// Copies all items of an exact dict into this one.
    pub fn update_from(this: Gc<Dict>, vm: &mut Vm, other: Gc<Dict>) -> Result<(), Raised> {
        let mut at = 0;
        let structure = other.get(vm).structure();
        while let Some((number, entry)) = other.get(vm).next_entry(vm, at) {
            let hash = other.get(vm).entry_hash(vm, number);
            Dict::set_hashed(this, vm, entry.key, hash, entry.value)?;
            if other.get(vm).structure() != structure && this != other {
                return Err(vm.raise(Exc::RuntimeError, "dict mutated during update"));
            }
            at = number + 1;
        }
        Ok(())
    }
}

/// Replaces a plain TypeError from hashing by one that says what the value was to be used as.
#[cold]
pub fn explain_unhashable(vm: &mut Vm, raised: Raised, value: Value, role: &str) -> Raised {
    let Some(exception) = vm.pending else { return raised };
    if vm.type_of(exception) != vm.exception_class(Exc::TypeError) {
        return raised;
    }
    let exception = vm.take_raised(raised);
    let text = match vm.str_string(exception) {
        Ok(text) => text,
        Err(raised) => return raised,
    };
    let name = vm.type_name(value);
    vm.raise(Exc::TypeError, format!("cannot use '{name}' as {role} ({text})"))
}

/// Whether the hash of a key is found in the key itself: an exact str caches it, that of a small int is computed.
#[inline]
fn has_hash(key: Value) -> bool {
    key.is_small_int() || key.exact::<Str>().is_some()
}

/// The hash of a key of which `has_hash` is true and which is in a dict.
#[inline]
fn own_hash(vm: &Vm, key: Value) -> i64 {
    match key.as_small_int() {
        Some(number) => hash_small(number),
        None => key.exact::<Str>().map_or(0, |text| text.get(vm).cached_hash()),
    }
}

/// Bytes of an index for so many entries.
fn index_bytes(capacity: usize) -> usize {
    ((capacity * 3 / 2).next_power_of_two() + 1) * 4
}

/// The places of an index: all its words but the last.
#[inline(always)]
fn places(index: &[u32]) -> &[u32] {
    match index {
        [places @ .., _] => places,
        [] => &[],
    }
}

/// Whether fewer than an eighth of the places were never used.
fn is_crowded(index: &[u32]) -> bool {
    index.split_last().is_some_and(|(fill, places)| *fill as usize * 8 >= places.len() * 7)
}

/// Puts an entry number into an index that has a free place.
fn index_insert(index: &mut [u32], hash: i64, number: usize) {
    let Some((fill, table)) = index.split_last_mut() else { return };
    let mut probe = Probe::new(hash, table.len());
    while table[probe.at] != 0 && table[probe.at] != DELETED {
        probe.next();
    }
    if table[probe.at] == 0 {
        *fill += 1;
    }
    table[probe.at] = number as u32 + 1;
}

/// CPython's probe order: `5 * i + perturb + 1`.
struct Probe {
    at: usize,
    perturb: u64,
    mask: usize,
}

impl Probe {
    #[inline]
    fn new(hash: i64, slots: usize) -> Probe {
        let mask = slots - 1;
        Probe { at: hash as usize & mask, perturb: hash as u64, mask }
    }

    #[inline]
    fn next(&mut self) {
        self.perturb >>= 5;
        self.at = self.at.wrapping_mul(5).wrapping_add(self.perturb as usize).wrapping_add(1) & self.mask;
    }
}
