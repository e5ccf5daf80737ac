//! Serial numbers of objects (`id`), explicit pins, and the header flag that tells of side-table entries.

use std::ptr::NonNull;

use crate::header::Header;
use crate::heap::Heap;

impl Heap {
    /// The object's serial number times 16, issued at the first call; it follows the object's moves.
    pub fn object_id(&mut self, object: NonNull<Header>) -> u64 {
        let address = object.as_ptr() as usize;
        if let Some(&id) = self.ids.map.get(&address) {
            return id * 16;
        }
        let id = self.next_id;
        self.next_id += 1;
        let young = self.is_young_address(address);
        self.set_side_flag(address);
        self.ids.insert(address, young, id);
        id * 16
    }

    /// The object whose number [`Heap::object_id`] has given. Looks at all of them.
    pub fn object_of_id(&self, id: u64) -> Option<NonNull<Header>> {
        let serial = id / 16;
        if !id.is_multiple_of(16) || serial >= self.next_id {
            return None;
        }
        let found = self.ids.map.iter().find(|(_, own)| **own == serial);
        NonNull::new(*found?.0 as *mut Header)
    }

    /// Keeps `object` alive and in place until [`Heap::unpin`] is called as often.
    pub fn pin(&mut self, object: NonNull<Header>) {
        let address = object.as_ptr() as usize;
        let young = self.is_young_address(address);
        let count = self.pins.map.get(&address).copied().unwrap_or(0);
        self.pins.insert(address, young, count.saturating_add(1));
    }

    /// Takes back one [`Heap::pin`].
    pub fn unpin(&mut self, object: NonNull<Header>) {
        let address = object.as_ptr() as usize;
        if let Some(count) = self.pins.map.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                self.pins.map.remove(&address);
            }
        }
    }

    /// Notes in its header that the object at `address` has a side-table entry.
    pub(crate) fn set_side_flag(&mut self, address: usize) {
        // SAFETY: `address` is that of a live object of this heap.
        unsafe { (*(address as *mut Header)).bits |= Header::SIDE };
    }

    pub(crate) fn is_young_address(&self, address: usize) -> bool {
        // SAFETY: `address` is that of a live object of this heap.
        unsafe { (*(address as *const Header)).bits & Header::OLD == 0 }
    }
}
