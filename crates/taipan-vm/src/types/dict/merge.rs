//! What fills dicts from other objects: displays, `dict(x)`, `copy`, `update`, `|=`.

use std::cell::Cell;

use super::storage::DictStorage;
use super::{Dict, LINEAR, has_hash, own_hash};
use crate::args::Args;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::array::RawArray;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

impl Dict {
    /// `dict.update(other)`: from a mapping (anything with `keys`), else from an iterable of pairs.
    pub fn update_any(this: Gc<Dict>, vm: &mut Vm, other: Value) -> Result<(), Raised> {
        if let Some(other) = other.exact::<Dict>() {
            return Dict::update_from(this, vm, other);
        }
        if vm.get_attr_opt_name(other, name::KEYS)?.is_some() {
            Dict::update_mapping(this, vm, other)
        } else {
            Dict::update_pairs(this, vm, other)
        }
    }

    /// Copies the items of any mapping.
    pub fn update_mapping(this: Gc<Dict>, vm: &mut Vm, other: Value) -> Result<(), Raised> {
        if let Some(dict) = other.downcast::<Dict>(vm) {
            // A subclass that does not iterate in its own way is read directly.
            let own = vm.slots(other).iter;
            let base = vm.class(Builtin::Dict).get(vm).slots.iter;
            let plain = match (own, base) {
                (Some(own), Some(base)) => std::ptr::fn_addr_eq(own, base),
                _ => false,
            };
            if plain {
                return Dict::update_from(this, vm, dict);
            }
        }
        let keys = vm.call_method_name(other, name::KEYS, &[])?;
        let iterator = vm.iter(keys)?;
        while let Some(key) = vm.next(iterator)? {
            let value = vm.get_item(other, key)?;
            Dict::set(this, vm, key, value)?;
        }
        Ok(())
    }

    /// Copies pairs from an iterable.
    pub fn update_pairs(this: Gc<Dict>, vm: &mut Vm, pairs: Value) -> Result<(), Raised> {
        let iterator = vm.iter(pairs)?;
        let mut i = 0usize;
        while let Some(item) = vm.next(iterator)? {
            let (key, value) = pair(vm, item, i)?;
            Dict::set(this, vm, key, value)?;
            i += 1;
        }
        Ok(())
    }

    /// The arguments of `dict()` and `update`: at most one positional, then keywords.
    pub fn update_args(this: Gc<Dict>, vm: &mut Vm, args: Args<'_>, function: &str) -> Result<(), Raised> {
        if args.len() > 1 {
            let message = format!("{function} expected at most 1 argument, got {}", args.len());
            return Err(vm.raise(Exc::TypeError, message));
        }
        if args.len() == 1 {
            Dict::update_any(this, vm, args.get(0))?;
        }
        args.check_keys(vm)?;
        for i in 0..args.keyword_count() {
            if let Some((key, value)) = args.keyword(vm, i) {
                Dict::set(this, vm, key, value)?;
            }
        }
        Ok(())
    }
}

/// The two items of element `i` of an update sequence.
fn pair(vm: &mut Vm, item: Value, i: usize) -> Result<(Value, Value), Raised> {
    if let Some(tuple) = item.exact::<Tuple>() {
        if let [key, value] = *tuple.get(vm).items() {
            return Ok((key, value));
        }
        let n = tuple.get(vm).len();
        return Err(wrong_length(vm, i, n));
    }
    let list = match vm.sequence_fast(item, "object is not iterable") {
        Ok(list) => list,
        Err(raised) if vm.raised_is(Exc::TypeError) => {
            let exception = vm.take_raised(raised);
            let note = format!("Cannot convert dictionary update sequence element #{i} to a sequence");
            let note = vm.new_str(&note)?;
            vm.call_method(exception, "add_note", &[note])?;
            return Err(vm.reraise(exception));
        }
        Err(raised) => return Err(raised),
    };
    match (list.get(vm).len(), list.get(vm).get_at(vm, 0), list.get(vm).get_at(vm, 1)) {
        (2, Some(key), Some(value)) => Ok((key, value)),
        (n, ..) => Err(wrong_length(vm, i, n)),
    }
}

fn wrong_length(vm: &mut Vm, i: usize, n: usize) -> Raised {
    vm.raise(Exc::ValueError, format!("dictionary update sequence element #{i} has length {n}; 2 is required"))
}

/// The keys of a dict as a new list.
pub fn keys_list(vm: &mut Vm, dict: Gc<Dict>) -> Result<Gc<List>, Raised> {
    let list = List::with_capacity(vm, dict.get(vm).len())?;
    let mut at = 0;
    while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
        List::push(list, vm, entry.key)?;
        at = number + 1;
    }
    Ok(list)
}

impl Dict {
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
