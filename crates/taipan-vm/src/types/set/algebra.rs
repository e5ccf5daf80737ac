//! The operations between sets: union, intersection, differences, inclusion.

use crate::gc::Gc;
use crate::raise::Raised;
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::set::Set;
use crate::value::Value;
use crate::vm::Vm;

impl Set {
    /// A new empty set of the built-in type that the class of a set derives from.
    pub fn new_like(this: Gc<Set>, vm: &mut Vm) -> Result<Gc<Set>, Raised> {
        if vm.is_a(this.value(), Builtin::FrozenSet) { Set::new_frozen(vm) } else { Set::new(vm) }
    }

    /// A copy of the built-in type that the class of a set derives from.
    pub fn copy(this: Gc<Set>, vm: &mut Vm) -> Result<Gc<Set>, Raised> {
        let new = Set::new_like(this, vm)?;
        Set::merge(new, vm, this)?;
        Ok(new)
    }

    /// `this & other` for any iterable.
    pub fn intersection(this: Gc<Set>, vm: &mut Vm, other: Value) -> Result<Gc<Set>, Raised> {
        if this.value() == other {
            return Set::copy(this, vm);
        }
        let result = Set::new_like(this, vm)?;
        if let Some(other) = other.downcast::<Set>(vm) {
            let (small, large) = if other.get(vm).len() > this.get(vm).len() { (this, other) } else { (other, this) };
            let mut at = 0;
            while let Some((number, element, hash)) = small.get(vm).next_element(vm, at) {
                at = number + 1;
                vm.work(1)?;
                if Set::contains_hashed(large, vm, element, hash)? {
                    Set::add_hashed(result, vm, element, hash)?;
                }
            }
            return Ok(result);
        }
        let iterator = vm.iter(other)?;
        while let Some(element) = vm.next(iterator)? {
            let hash = Set::element_hash(vm, element)?;
            if Set::contains_hashed(this, vm, element, hash)? {
                Set::add_hashed(result, vm, element, hash)?;
            }
        }
        Ok(result)
    }

    /// `this &= other` for any iterable.
    pub fn intersection_update(this: Gc<Set>, vm: &mut Vm, other: Value) -> Result<(), Raised> {
        let result = Set::intersection(this, vm, other)?;
        Set::swap(this, result, vm);
        Ok(())
    }

    /// `this - other` for any iterable.
    pub fn difference(this: Gc<Set>, vm: &mut Vm, other: Value) -> Result<Gc<Set>, Raised> {
        let set = other.downcast::<Set>(vm);
        let dict = other.exact::<Dict>();
        let size = match (set, dict) {
            (Some(set), _) => set.get(vm).len(),
            (_, Some(dict)) => dict.get(vm).len(),
            _ => return Set::copy_and_remove(this, vm, other),
        };
        if this.get(vm).len() >> 2 > size {
            return Set::copy_and_remove(this, vm, other);
        }
        let result = Set::new_like(this, vm)?;
        let mut at = 0;
        while let Some((number, element, hash)) = this.get(vm).next_element(vm, at) {
            at = number + 1;
            vm.work(1)?;
            let common = match (set, dict) {
                (Some(set), _) => Set::contains_hashed(set, vm, element, hash)?,
                (_, Some(dict)) => Dict::find_hashed(dict, vm, element, hash)?.is_some(),
                _ => false,
            };
            if !common {
                Set::add_hashed(result, vm, element, hash)?;
            }
        }
        Ok(result)
    }

    fn copy_and_remove(this: Gc<Set>, vm: &mut Vm, other: Value) -> Result<Gc<Set>, Raised> {
        let result = Set::copy(this, vm)?;
        Set::difference_update(result, vm, other)?;
        Ok(result)
    }

    /// `this -= other` for any iterable.
    pub fn difference_update(this: Gc<Set>, vm: &mut Vm, other: Value) -> Result<(), Raised> {
        if this.value() == other {
            Set::clear(this, vm);
            return Ok(());
        }
        if let Some(mut other) = other.downcast::<Set>(vm) {
            if other.get(vm).len() >> 3 > this.get(vm).len() {
                other = Set::intersection(this, vm, other.value())?;
            }
            let mut at = 0;
            while let Some((number, element, hash)) = other.get(vm).next_element(vm, at) {
                at = number + 1;
                vm.work(1)?;
                Set::discard_hashed(this, vm, element, hash)?;
            }
        } else {
            let iterator = vm.iter(other)?;
            while let Some(element) = vm.next(iterator)? {
                Set::discard(this, vm, element)?;
            }
        }
        let set = this.get(vm);
        if set.fill - set.used > set.mask(vm) / 4 {
            let used = set.used;
            Set::resize(this, vm, if used > 50_000 { used * 2 } else { used * 4 })?;
        }
        Ok(())
    }

    /// `this ^= other`.
    pub fn symmetric_difference_update(this: Gc<Set>, vm: &mut Vm, other: Gc<Set>) -> Result<(), Raised> {
        if this == other {
            Set::clear(this, vm);
            return Ok(());
        }
        let mut at = 0;
        while let Some((number, element, hash)) = other.get(vm).next_element(vm, at) {
            at = number + 1;
            vm.work(1)?;
            if !Set::discard_hashed(this, vm, element, hash)? {
                Set::add_hashed(this, vm, element, hash)?;
            }
        }
        Ok(())
    }

    /// `this <= other`.
    pub fn is_subset(this: Gc<Set>, vm: &mut Vm, other: Gc<Set>) -> Result<bool, Raised> {
        if this.get(vm).len() > other.get(vm).len() {
            return Ok(false);
        }
        let mut at = 0;
        while let Some((number, element, hash)) = this.get(vm).next_element(vm, at) {
            at = number + 1;
            vm.work(1)?;
            if !Set::contains_hashed(other, vm, element, hash)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether no element of an iterable is in the set.
    pub fn is_disjoint(this: Gc<Set>, vm: &mut Vm, other: Value) -> Result<bool, Raised> {
        if this.value() == other {
            return Ok(this.get(vm).is_empty());
        }
        if let Some(other) = other.downcast::<Set>(vm) {
            let (small, large) = if other.get(vm).len() > this.get(vm).len() { (this, other) } else { (other, this) };
            let mut at = 0;
            while let Some((number, element, hash)) = small.get(vm).next_element(vm, at) {
                at = number + 1;
                vm.work(1)?;
                if Set::contains_hashed(large, vm, element, hash)? {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        let iterator = vm.iter(other)?;
        while let Some(element) = vm.next(iterator)? {
            if Set::contains(this, vm, element)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
