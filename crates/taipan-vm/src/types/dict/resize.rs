//! Making room: the storage, the index and the hashes of a dict grow.
//!
//! Entries keep their numbers when they are only given more room; rebuilding gives new ones and leaves deleted entries out.

use super::index::{index_bytes, index_insert};
use super::storage::DictStorage;
use super::{Dict, Entry, LINEAR};
use crate::gc::Gc;
use crate::raise::Raised;
use crate::types::array::RawArray;
use crate::vm::Vm;

/// The most entries of a dict.
const MAX_ENTRIES: usize = 1 << 31;

impl Dict {
    /// The storage of the dict, made if its entries lie behind the header; they keep their numbers.
    pub(super) fn own_storage(this: Gc<Dict>, vm: &mut Vm) -> Result<Gc<DictStorage>, Raised> {
        match this.get(vm).storage {
            Some(storage) => Ok(storage),
            None => {
                let capacity = this.get(vm).capacity(vm).max(1);
                Dict::lengthen(this, vm, capacity)
            }
        }
    }

    pub(super) fn add_hashes(this: Gc<Dict>, vm: &mut Vm) -> Result<(), Raised> {
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
    pub(super) fn resize(this: Gc<Dict>, vm: &mut Vm, wanted: usize) -> Result<(), Raised> {
        Dict::rebuild(this, vm, wanted, 0, 0).map(|_| ())
    }

    /// As `resize`, with `gap` empty entries before the first; returns the new number of the entry `follow`.
    pub(super) fn rebuild(
        this: Gc<Dict>,
        vm: &mut Vm,
        wanted: usize,
        gap: usize,
        follow: usize,
    ) -> Result<usize, Raised> {
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
}
