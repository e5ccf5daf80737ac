//! Where the entries of a dict lie: behind its header while it is as small as it was born, else in a `DictStorage`.
//!
//! A dict with a `DictStorage` has no words of its own. The dict and its storage are written behind their own barriers.

use std::cell::Cell;

use super::Dict;
use super::index::index_bytes;
use crate::gc::{Gc, HeaderWord, HeapObject, Tail};
use crate::heap_object;
use crate::raise::Raised;
use crate::spec::TypeSpec;
use crate::types::Builtin;
use crate::types::array::RawArray;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// The entries (key, value, key, value ...) of a dict that outgrew its header, and what finds them.
    pub struct DictStorage = Builtin::DictStorage {
        len: usize,
        /// An open-addressed table of entry numbers, from more than `LINEAR` entries on.
        pub(super) index: Option<Gc<RawArray>>,
        /// The hash of each entry; absent while all keys are exact strs, which cache theirs, or small ints.
        pub(super) hashes: Option<Gc<RawArray>>,
        /// 0 or a number that no other set of keys of any dict ever had.
        pub(super) keys_version: u32,
        pad: [u8; 4],
    }
    tail Values(len)
}

pub static TYPE: TypeSpec =
    TypeSpec { name: "dict_storage", layout: Some(<DictStorage as HeapObject>::native), ..TypeSpec::DEFAULT };

/// Words before the first slot.
const FIXED: usize = size_of::<DictStorage>() / 8;

impl DictStorage {
    /// Room for `capacity` entries, with an empty index where one is needed and room for hashes if wanted.
    pub(super) fn new(vm: &mut Vm, capacity: usize, hashes: bool) -> Result<Gc<DictStorage>, Raised> {
        let index = if capacity > super::LINEAR { Some(RawArray::new(vm, index_bytes(capacity))?) } else { None };
        let hashes = if hashes { Some(RawArray::new(vm, capacity * 8)?) } else { None };
        DictStorage::with(vm, capacity, index, hashes)
    }

    /// Empty slots for `capacity` entries over these tables.
    pub(super) fn with(
        vm: &mut Vm,
        capacity: usize,
        index: Option<Gc<RawArray>>,
        hashes: Option<Gc<RawArray>>,
    ) -> Result<Gc<DictStorage>, Raised> {
        let len = capacity * 2;
        let storage = DictStorage { header: HeaderWord::NEW, len, index, hashes, keys_version: 0, pad: [0; 4] };
        let memory = vm.alloc_raw(Builtin::DictStorage as u32, (FIXED + len) * 8)?;
        Ok(vm.fill_object(memory, storage))
    }

    /// Room for `capacity` entries (more than there is) whose first `count` ones are these: the same object, if it can be
    /// made longer where it lies, else a copy. `Err` leaves it as it was.
    pub(super) fn grown(
        this: Gc<DictStorage>,
        vm: &mut Vm,
        count: usize,
        capacity: usize,
    ) -> Result<Gc<DictStorage>, Raised> {
        let len = capacity * 2;
        if vm.heap_mut().grow_large(this.header(), (FIXED + len) * 8) {
            // The new slots are zero: the pages behind the object are, and so are its slots behind `count`.
            // SAFETY: the object has room for `len` slots; its length is no value word.
            unsafe { (*this.header().as_ptr().cast::<DictStorage>()).len = len };
            return Ok(this);
        }
        let DictStorage { index, hashes, .. } = *this.get(vm);
        let new = DictStorage::with(vm, capacity, index, hashes)?;
        let source: *const [Option<Value>] = &this.get(vm).slots()[..2 * count];
        // SAFETY: different objects do not overlap, and `get_mut` neither collects nor moves.
        new.get_mut(vm).slots_mut()[..2 * count].copy_from_slice(unsafe { &*source });
        Ok(new)
    }

    /// How many entries there is room for.
    pub(super) fn capacity(&self) -> usize {
        self.len / 2
    }

    /// All slots.
    #[inline(always)]
    pub(super) fn slots(&self) -> &[Option<Value>] {
        // SAFETY: `len` value words follow the struct (layout of the shape); each is 0 or a value.
        unsafe { std::slice::from_raw_parts((&raw const *self).add(1).cast(), self.len) }
    }

    /// All slots, to be changed.
    #[inline(always)]
    pub(super) fn slots_mut(&mut self) -> &mut [Option<Value>] {
        // SAFETY: as in `slots`.
        unsafe { std::slice::from_raw_parts_mut((&raw mut *self).add(1).cast(), self.len) }
    }

    /// Writes one slot. Of a large object the collector then looks at the surroundings of that slot only.
    #[inline(always)]
    fn put(this: Gc<DictStorage>, vm: &mut Vm, i: usize, value: Option<Value>) {
        assert!(i < this.get(vm).len, "a slot of the storage");
        vm.heap_mut().write_barrier_at(this.header(), FIXED + i);
        // SAFETY: the slot lies in the tail; its write was recorded.
        unsafe { *this.header().as_ptr().cast::<Option<Value>>().add(FIXED + i) = value };
    }
}

/// The slots behind the header of an exact dict.
pub const OWN_TAIL: Tail = Tail::Values { len_word: (std::mem::offset_of!(Dict, own) / 8) as u16 };

/// Bits of `Dict::own` that count slots.
const OWN_MASK: u64 = (1 << 48) - 1;

impl Dict {
    /// A new dict whose entries lie in `capacity` (at most `LINEAR`) places behind its header.
    pub(super) fn new_own(vm: &mut Vm, capacity: usize) -> Result<Gc<Dict>, Raised> {
        let slots = capacity * 2;
        let memory = vm.alloc_raw(Builtin::Dict as u32, size_of::<Dict>() + slots * 8)?;
        Ok(vm.fill_object(memory, Dict { own: slots as u64, ..Dict::EMPTY }))
    }

    /// The slots behind the header.
    #[inline(always)]
    fn own_slots(&self) -> &[Option<Value>] {
        // SAFETY: so many value words follow the struct of an exact dict, and none that of another (`Shape::own_tail`).
        unsafe { std::slice::from_raw_parts((&raw const *self).add(1).cast(), (self.own & OWN_MASK) as usize) }
    }

    /// Fills the slots behind the header of a new dict with pairs whose keys are equal only if they are the same.
    #[inline]
    pub(super) fn fill_own(&mut self, pairs: &[Cell<Value>]) {
        // SAFETY: as in `own_slots`.
        let slots: &mut [Option<Value>] =
            unsafe { std::slice::from_raw_parts_mut((&raw mut *self).add(1).cast(), (self.own & OWN_MASK) as usize) };
        let mut filled = 0;
        for pair in pairs.chunks_exact(2) {
            let (key, value) = (Some(pair[0].get()), Some(pair[1].get()));
            match slots[..2 * filled].chunks_exact_mut(2).find(|slots| slots[0] == key) {
                Some(slots) => slots[1] = value,
                None => {
                    let slots = &mut slots[2 * filled..2 * filled + 2];
                    (slots[0], slots[1]) = (key, value);
                    filled += 1;
                }
            }
        }
        (self.used, self.filled) = (filled as u32, filled as u32);
    }

    /// Keys and values of the entries, wherever they lie.
    #[inline(always)]
    pub(super) fn slots<'a>(&'a self, vm: &'a Vm) -> &'a [Option<Value>] {
        match self.storage {
            Some(storage) => storage.get(vm).slots(),
            None => self.own_slots(),
        }
    }

    /// Writes a slot.
    #[inline(always)]
    pub(super) fn put(this: Gc<Dict>, vm: &mut Vm, i: usize, value: Option<Value>) {
        match this.get(vm).storage {
            Some(storage) => DictStorage::put(storage, vm, i, value),
            None => {
                let count = (this.get_mut(vm).own & OWN_MASK) as usize;
                assert!(i < count, "a slot of the dict");
                // SAFETY: the slot lies in the tail; `get_mut` is the barrier.
                unsafe { *this.header().as_ptr().cast::<Option<Value>>().add(size_of::<Dict>() / 8 + i) = value };
            }
        }
    }

    /// How many entries there is room for.
    pub(super) fn capacity(&self, vm: &Vm) -> usize {
        self.slots(vm).len() / 2
    }

    /// Lets the entries lie in `storage` from now on and gives up the words behind the header.
    pub(super) fn set_storage(this: Gc<Dict>, vm: &mut Vm, storage: Gc<DictStorage>) {
        let dict = this.get_mut(vm);
        dict.storage = Some(storage);
        let slots = (dict.own & OWN_MASK) as usize;
        if slots > 0 {
            dict.own &= !OWN_MASK;
            vm.heap_mut().shrink(this.header(), size_of::<Dict>() + slots * 8);
        }
    }
}
