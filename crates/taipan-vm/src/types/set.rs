//! `set` and `frozenset`: an open-addressed table probed and grown exactly as CPython's, so that the order of iteration
//! is the same.
//!
//! `table` and `hashes` have the same power-of-two size (absent while nothing was ever added: 8 slots). A deleted slot
//! holds `UNBOUND` and the hash -1. `fill` counts active and deleted slots, `used` the active ones.

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::raise::Raised;
use crate::shape::ShapeId;
use crate::types::Builtin;
use crate::types::array::{RawArray, ValueArray};
use crate::types::dict::{Dict, explain_unhashable};
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

pub mod algebra;
mod combine;
pub mod iterator;
pub mod methods;

pub use methods::{FROZENSET, TYPE};

heap_object! {
    /// A set or frozenset; the class tells which.
    pub struct Set = Builtin::Set {
        table: Option<Gc<ValueArray>>,
        hashes: Option<Gc<RawArray>>,
        fill: usize,
        used: usize,
        /// Where `pop` looks next.
        finger: usize,
        /// The hash of a frozenset once it was computed, else -1.
        hash: i64,
    }
}

const MIN_SIZE: usize = 8;
const LINEAR_PROBES: usize = 9;
const DELETED_HASH: u64 = u64::MAX;

/// Where a search ended.
enum Found {
    Active(usize),
    /// The free slot where the element belongs.
    Free(usize),
    /// The deleted slot where the element belongs.
    Deleted(usize),
}

impl Set {
    /// The fields of an empty set, for subclasses.
    pub const EMPTY: Set =
        Set { header: HeaderWord::NEW, table: None, hashes: None, fill: 0, used: 0, finger: 0, hash: -1 };

    /// A new empty exact set.
    pub fn new(vm: &mut Vm) -> Result<Gc<Set>, Raised> {
        Set::new_shaped(vm, Builtin::Set as ShapeId)
    }

    /// A new empty exact frozenset, to be filled before Python sees it.
    pub fn new_frozen(vm: &mut Vm) -> Result<Gc<Set>, Raised> {
        Set::new_shaped(vm, Builtin::FrozenSet as ShapeId)
    }

    /// A new empty set of a shape.
    pub fn new_shaped(vm: &mut Vm, shape: ShapeId) -> Result<Gc<Set>, Raised> {
        vm.new_object(shape, Set::EMPTY)
    }

    /// How many elements.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.used
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }

    fn mask(&self, vm: &Vm) -> usize {
        self.table.map_or(MIN_SIZE, |table| table.get(vm).len()) - 1
    }

    /// The next element at or behind a slot number, its slot and its hash.
    #[inline]
    pub fn next_element(&self, vm: &Vm, from: usize) -> Option<(usize, Value, i64)> {
        let (slots, hashes) = (self.table?.get(vm).slots(), self.hashes?.get(vm).words64());
        (from..slots.len()).find_map(|i| {
            slots[i].filter(|element| !element.is_unbound()).map(|element| (i, element, hashes[i] as i64))
        })
    }

    /// The hash of an element.
    ///
    /// # Errors
    /// TypeError "cannot use 'X' as a set element (...)".
    #[inline]
    pub fn element_hash(vm: &mut Vm, element: Value) -> Result<i64, Raised> {
        match vm.hash(element) {
            Ok(hash) => Ok(hash),
            Err(raised) => Err(explain_unhashable(vm, raised, element, "a set element")),
        }
    }

    /// Searches for an element; makes the table if there is none. May run `__eq__`.
    fn search(this: Gc<Set>, vm: &mut Vm, element: Value, hash: i64) -> Result<Found, Raised> {
        'again: loop {
            if this.get(vm).table.is_none() {
                Set::resize(this, vm, 0)?;
            }
            let Set { table: Some(table), hashes: Some(hashes), .. } = *this.get(vm) else { continue };
            let mask = table.get(vm).len() - 1;
            let mut perturb = hash as u64;
            let mut i = hash as usize & mask;
            // The last deleted slot on the way is used again.
            let mut deleted = None;
            loop {
                let probes = if i + LINEAR_PROBES <= mask { LINEAR_PROBES } else { 0 };
                for at in i..=i + probes {
                    let Some(candidate) = table.get(vm).slots()[at] else {
                        return Ok(deleted.map_or(Found::Free(at), Found::Deleted));
                    };
                    if candidate == element {
                        return Ok(Found::Active(at));
                    }
                    if candidate.is_unbound() {
                        deleted = Some(at);
                        continue;
                    }
                    if hashes.get(vm).words64()[at] != hash as u64 {
                        continue;
                    }
                    if let (Some(a), Some(b)) = (candidate.exact::<Str>(), element.exact::<Str>()) {
                        if a.get(vm).same_text(b.get(vm)) {
                            return Ok(Found::Active(at));
                        }
                        continue;
                    }
                    let equal = vm.is_equal(candidate, element)?;
                    if this.get(vm).table != Some(table) || table.get(vm).slots()[at] != Some(candidate) {
                        vm.work(1)?;
                        continue 'again;
                    }
                    if equal {
                        return Ok(Found::Active(at));
                    }
                }
                perturb >>= 5;
                i = i.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb as usize) & mask;
            }
        }
    }

    /// Whether an element is in the set.
    pub fn contains(this: Gc<Set>, vm: &mut Vm, element: Value) -> Result<bool, Raised> {
        let hash = Set::element_hash(vm, element)?;
        Set::contains_hashed(this, vm, element, hash)
    }

    /// As `contains`, with the hash known.
    pub fn contains_hashed(this: Gc<Set>, vm: &mut Vm, element: Value, hash: i64) -> Result<bool, Raised> {
        if this.get(vm).table.is_none() {
            return Ok(false);
        }
        Ok(matches!(Set::search(this, vm, element, hash)?, Found::Active(_)))
    }

    /// Adds an element; true when it is new.
    pub fn add(this: Gc<Set>, vm: &mut Vm, element: Value) -> Result<bool, Raised> {
        let hash = Set::element_hash(vm, element)?;
        Set::add_hashed(this, vm, element, hash)
    }

    /// As `add`, with the hash known.
    pub fn add_hashed(this: Gc<Set>, vm: &mut Vm, element: Value, hash: i64) -> Result<bool, Raised> {
        let at = match Set::search(this, vm, element, hash)? {
            Found::Active(_) => return Ok(false),
            Found::Deleted(at) => {
                Set::put(this, vm, at, element, hash);
                this.get_mut(vm).fill -= 1;
                return Ok(true);
            }
            Found::Free(at) => at,
        };
        Set::put(this, vm, at, element, hash);
        let set = this.get(vm);
        let used = set.used;
        if set.fill * 5 >= set.mask(vm) * 3 {
            Set::resize(this, vm, if used > 50_000 { used * 2 } else { used * 4 })?;
        }
        Ok(true)
    }

    fn put(this: Gc<Set>, vm: &mut Vm, at: usize, element: Value, hash: i64) {
        let set = this.get_mut(vm);
        set.fill += 1;
        set.used += 1;
        if let (Some(table), Some(hashes)) = (set.table, set.hashes) {
            table.get_mut(vm).slots_mut()[at] = Some(element);
            hashes.get_mut(vm).words64_mut()[at] = hash as u64;
        }
    }

    /// Adds an element known to be absent, to a table without deleted slots and with room.
    fn insert_clean(this: Gc<Set>, vm: &mut Vm, element: Value, hash: i64) {
        let Some(table) = this.get(vm).table else { return };
        let mask = table.get(vm).len() - 1;
        let mut perturb = hash as u64;
        let mut i = hash as usize & mask;
        let slots = table.get(vm).slots();
        let at = loop {
            let probes = if i + LINEAR_PROBES <= mask { LINEAR_PROBES } else { 0 };
            if let Some(at) = (i..=i + probes).find(|at| slots[*at].is_none()) {
                break at;
            }
            perturb >>= 5;
            i = i.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb as usize) & mask;
        };
        Set::put(this, vm, at, element, hash);
    }

    /// Rebuilds the table for more than `min_used` elements, without deleted slots.
    fn resize(this: Gc<Set>, vm: &mut Vm, min_used: usize) -> Result<(), Raised> {
        let size = (min_used + 1).next_power_of_two().max(MIN_SIZE);
        let table = ValueArray::new(vm, size)?;
        let hashes = RawArray::new(vm, size * 8)?;
        let old = Set { header: HeaderWord::NEW, ..*this.get(vm) };
        let set = this.get_mut(vm);
        (set.table, set.hashes) = (Some(table), Some(hashes));
        (set.fill, set.used) = (0, 0);
        let mut at = 0;
        while let Some((number, element, hash)) = old.next_element(vm, at) {
            Set::insert_clean(this, vm, element, hash);
            at = number + 1;
        }
        Ok(())
    }

    /// Removes an element; false when it is absent.
    pub fn discard(this: Gc<Set>, vm: &mut Vm, element: Value) -> Result<bool, Raised> {
        let hash = Set::element_hash(vm, element)?;
        Set::discard_hashed(this, vm, element, hash)
    }

    /// As `discard`, with the hash known.
    pub fn discard_hashed(this: Gc<Set>, vm: &mut Vm, element: Value, hash: i64) -> Result<bool, Raised> {
        if this.get(vm).table.is_none() {
            return Ok(false);
        }
        match Set::search(this, vm, element, hash)? {
            Found::Active(at) => {
                Set::delete_at(this, vm, at);
                Ok(true)
            }
            Found::Free(_) | Found::Deleted(_) => Ok(false),
        }
    }

    fn delete_at(this: Gc<Set>, vm: &mut Vm, at: usize) {
        let set = this.get_mut(vm);
        set.used -= 1;
        if let (Some(table), Some(hashes)) = (set.table, set.hashes) {
            table.get_mut(vm).slots_mut()[at] = Some(Value::UNBOUND);
            hashes.get_mut(vm).words64_mut()[at] = DELETED_HASH;
        }
    }

    /// Removes and returns some element.
    pub fn pop(this: Gc<Set>, vm: &mut Vm) -> Option<Value> {
        let set = this.get(vm);
        if set.used == 0 {
            return None;
        }
        let start = set.finger & set.mask(vm);
        let (at, element, _) = set.next_element(vm, start).or_else(|| set.next_element(vm, 0))?;
        Set::delete_at(this, vm, at);
        this.get_mut(vm).finger = at + 1;
        Some(element)
    }

    /// Removes everything.
    pub fn clear(this: Gc<Set>, vm: &mut Vm) {
        let set = this.get_mut(vm);
        (set.table, set.hashes) = (None, None);
        (set.fill, set.used) = (0, 0);
    }

    /// Exchanges the elements of two sets.
    pub fn swap(a: Gc<Set>, b: Gc<Set>, vm: &mut Vm) {
        let x = Set { header: HeaderWord::NEW, ..*a.get(vm) };
        let y = Set { header: HeaderWord::NEW, ..*b.get(vm) };
        Set::assign(a, vm, &y);
        Set::assign(b, vm, &x);
    }

    fn assign(this: Gc<Set>, vm: &mut Vm, from: &Set) {
        let set = this.get_mut(vm);
        (set.table, set.hashes, set.fill, set.used, set.hash) = (from.table, from.hashes, from.fill, from.used, -1);
    }

    /// Adds all elements of another set.
    pub fn merge(this: Gc<Set>, vm: &mut Vm, other: Gc<Set>) -> Result<(), Raised> {
        let more = other.get(vm).used;
        if this == other || more == 0 {
            return Ok(());
        }
        let set = this.get(vm);
        if (set.fill + more) * 5 >= set.mask(vm) * 3 {
            let wanted = (set.used + more) * 2;
            Set::resize(this, vm, wanted)?;
        } else if set.table.is_none() {
            Set::resize(this, vm, 0)?;
        }
        let (mine, theirs) = (this.get(vm), other.get(vm));
        let was_empty = mine.fill == 0;
        if was_empty && mine.mask(vm) == theirs.mask(vm) && theirs.fill == theirs.used {
            let (Some(from), Some(from_hashes)) = (theirs.table, theirs.hashes) else { return Ok(()) };
            let (Some(to), Some(to_hashes)) = (mine.table, mine.hashes) else { return Ok(()) };
            let n = from.get(vm).len();
            ValueArray::copy(vm, from, 0, to, 0, n);
            for i in 0..n {
                let hash = from_hashes.get(vm).words64()[i];
                to_hashes.get_mut(vm).words64_mut()[i] = hash;
            }
            let set = this.get_mut(vm);
            (set.fill, set.used) = (more, more);
            return Ok(());
        }
        let mut at = 0;
        while let Some((number, element, hash)) = other.get(vm).next_element(vm, at) {
            at = number + 1;
            if was_empty {
                Set::insert_clean(this, vm, element, hash);
            } else {
                Set::add_hashed(this, vm, element, hash)?;
            }
        }
        Ok(())
    }

    /// Adds all elements of an iterable.
    pub fn update(this: Gc<Set>, vm: &mut Vm, iterable: Value) -> Result<(), Raised> {
        if let Some(other) = iterable.downcast::<Set>(vm) {
            return Set::merge(this, vm, other);
        }
        if let Some(dict) = iterable.exact::<Dict>() {
            let set = this.get(vm);
            let more = dict.get(vm).len();
            if (set.fill + more) * 5 >= set.mask(vm) * 3 {
                let wanted = (set.used + more) * 2;
                Set::resize(this, vm, wanted)?;
            }
            let mut at = 0;
            while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
                at = number + 1;
                let hash = dict.get(vm).entry_hash(vm, number);
                Set::add_hashed(this, vm, entry.key, hash)?;
            }
            return Ok(());
        }
        let iterator = vm.iter(iterable)?;
        while let Some(element) = vm.next(iterator)? {
            Set::add(this, vm, element)?;
        }
        Ok(())
    }

    /// Bytes of the set and its storage.
    pub fn byte_size(this: Gc<Set>, vm: &mut Vm) -> usize {
        let Set { table, hashes, .. } = *this.get(vm);
        let heap = vm.heap_mut();
        heap.object_bytes(this.header())
            + table.map_or(0, |table| heap.object_bytes(table.header()))
            + hashes.map_or(0, |hashes| heap.object_bytes(hashes.header()))
    }
}
