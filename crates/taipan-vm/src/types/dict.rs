//! `dict`: a compact, insertion-ordered hash table.
//!
//! Entries (key, value) lie in insertion order, behind the header of a dict of a known size or in a `DictStorage`; a
//! deleted entry leaves both slots empty. Up to `LINEAR` entries there is no index; beyond, `index` is an open-addressed
//! table of entry numbers + 1 (0 empty, all ones deleted), whose last word counts the places that are not empty. `hashes`
//! holds the hash of each entry; it is absent while all keys are exact strs, which cache theirs, or small ints. The
//! storage's `keys_version` is 0 or a number that no other set of keys of any dict ever had.

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::protocol::hash_small;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::array::RawArray;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

pub use methods::TYPE;
use storage::DictStorage;

mod change;
mod index;
pub mod iterator;
mod lookup;
pub mod merge;
pub mod methods;
mod resize;
pub mod storage;
pub mod view;

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

    /// The storage of the entries, whose identity tells whether entry numbers are still those of before; only where the
    /// dict has an index (small dicts are searched from the start at once).
    pub fn indexed_storage(&self, vm: &Vm) -> Option<Gc<DictStorage>> {
        self.storage.filter(|storage| storage.get(vm).index.is_some())
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
