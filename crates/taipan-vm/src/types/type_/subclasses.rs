//! The direct subclasses of a class, which it knows but does not keep alive.
//!
//! Invariant: an address in the array is that of a class that was alive at the end of the last full collection, or made
//! since. Classes never move; those that are about to be freed are taken out by `forget_dead_subclasses`.

use std::ptr::NonNull;

use super::Type;
use crate::gc::Gc;
use crate::raise::Raised;
use crate::types::array::RawArray;
use crate::vm::Vm;

/// Room in the first array.
const FIRST: usize = 3;

impl Type {
    /// Bound of the numbers of subclasses.
    pub fn subclass_count(this: Gc<Type>, vm: &Vm) -> usize {
        this.get(vm).subclasses.map_or(0, |array| array.get(vm).words64()[0] as usize)
    }

    /// The direct subclass of a number, if it is still there.
    pub fn subclass(this: Gc<Type>, vm: &Vm, number: usize) -> Option<Gc<Type>> {
        let words = this.get(vm).subclasses?.get(vm).words64();
        if number >= words[0] as usize {
            return None;
        }
        let address = *words.get(1 + number)?;
        // SAFETY: what is not 0 is the address of a class that has not been freed.
        NonNull::new(address as *mut taipan_heap::Header).map(|class| unsafe { Gc::from_header(class) })
    }

    /// Registers a class with its base, for `__subclasses__` and slot updates.
    ///
    /// # Errors
    /// MemoryError.
    pub fn add_subclass(this: Gc<Type>, vm: &mut Vm, class: Gc<Type>) -> Result<(), Raised> {
        let count = Type::subclass_count(this, vm);
        let room = this.get(vm).subclasses.map_or(0, |array| array.get(vm).words64().len() - 1);
        let array = match this.get(vm).subclasses {
            Some(array) if count < room => array,
            _ => {
                let living = (0..count).filter(|i| Type::subclass(this, vm, *i).is_some()).count();
                let room = if living * 4 > room * 3 || room == 0 { (room * 2).max(FIRST) } else { room };
                let array = RawArray::new(vm, (1 + room) * 8)?;
                let mut next = 0;
                for i in 0..Type::subclass_count(this, vm) {
                    if let Some(class) = Type::subclass(this, vm, i) {
                        next += 1;
                        array.get_mut(vm).words64_mut()[next] = class.header().as_ptr().addr() as u64;
                    }
                }
                array.get_mut(vm).words64_mut()[0] = next as u64;
                this.get_mut(vm).subclasses = Some(array);
                array
            }
        };
        let words = array.get_mut(vm).words64_mut();
        words[0] += 1;
        words[words[0] as usize] = class.header().as_ptr().addr() as u64;
        Ok(())
    }

    /// Takes a class out of the subclasses of a base it no longer has.
    pub fn remove_subclass(this: Gc<Type>, vm: &mut Vm, class: Gc<Type>) {
        let found = (0..Type::subclass_count(this, vm)).find(|i| Type::subclass(this, vm, *i) == Some(class));
        if let (Some(number), Some(array)) = (found, this.get(vm).subclasses) {
            array.get_mut(vm).words64_mut()[1 + number] = 0;
        }
    }

    /// Takes out the subclasses that do not live any more. Called by the collector.
    pub(crate) fn forget_dead_subclasses(this: Gc<Type>, vm: &Vm, lives: &dyn Fn(usize) -> bool) {
        let Some(array) = this.get(vm).subclasses else { return };
        let count = Type::subclass_count(this, vm);
        // SAFETY: the array of a live class, which nobody else looks at during a collection; its words are no references.
        let words = unsafe {
            let words = array.header().as_ptr().cast::<u64>().add(size_of::<RawArray>() / 8);
            std::slice::from_raw_parts_mut(words.add(1), count)
        };
        for word in words {
            if *word != 0 && !lives(*word as usize) {
                *word = 0;
            }
        }
    }
}
