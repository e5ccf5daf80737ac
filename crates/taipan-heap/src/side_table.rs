//! Facts about single objects kept beside the heap, keyed by address, following moves, dropped at death.
//!
//! Invariant: the keys of young objects are on `young`.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Hashes granule-aligned addresses.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.write_usize(b as usize);
        }
    }

    fn write_usize(&mut self, n: usize) {
        let product = (self.0 ^ (n as u64 >> 4)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = product ^ (product >> 32);
    }
}

/// A map from object addresses.
pub(crate) type AddressMap<T> = HashMap<usize, T, BuildHasherDefault<AddressHasher>>;

/// A weak table from objects to `T`.
#[derive(Debug)]
pub(crate) struct SideTable<T> {
    pub(crate) map: AddressMap<T>,
    pub(crate) young: Vec<usize>,
}

impl<T> SideTable<T> {
    pub(crate) fn new() -> SideTable<T> {
        SideTable { map: AddressMap::default(), young: Vec::new() }
    }

    /// Adds or replaces the entry of the object at `address`.
    pub(crate) fn insert(&mut self, address: usize, young: bool, value: T) {
        if self.map.insert(address, value).is_none() && young {
            self.young.push(address);
        }
    }

    /// Re-keys the entries of young objects: `fate` tells an object's new address, or `None` if it died.
    pub(crate) fn follow_young(&mut self, fate: impl Fn(usize) -> Option<usize>) {
        for address in std::mem::take(&mut self.young) {
            if let Some(value) = self.map.remove(&address)
                && let Some(new) = fate(address)
            {
                self.map.insert(new, value);
            }
        }
    }

    /// Re-keys all entries.
    pub(crate) fn follow_all(&mut self, fate: impl Fn(usize) -> Option<usize>) {
        if self.map.is_empty() {
            return;
        }
        let mut moved = Vec::new();
        self.map.retain(|&address, _| match fate(address) {
            Some(new) if new == address => true,
            Some(new) => {
                moved.push((address, new));
                true
            }
            None => false,
        });
        let taken: Vec<_> = moved.into_iter().map(|(old, new)| (new, self.map.remove(&old))).collect();
        for (new, value) in taken {
            if let Some(value) = value {
                self.map.insert(new, value);
            }
        }
    }
}
