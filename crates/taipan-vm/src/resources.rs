//! Rust data that heap objects of native modules refer to by number: compiled patterns, open streams of codecs.
//!
//! Invariant: an entry is shared by `Rc`, so that it can be used while the VM is borrowed; it is freed with its interpreter
//! or by `remove`.

use std::any::Any;
use std::ptr::NonNull;
use std::rc::Rc;

use taipan_heap::Header;

use crate::interp::finalize::resource_tag;
use crate::value::Value;
use crate::vm::Vm;

/// The table of one interpreter.
#[derive(Default)]
pub struct Resources {
    entries: Vec<Option<Entry>>,
    free: Vec<usize>,
}

struct Entry {
    data: Rc<dyn Any>,
    /// Bytes counted against the memory limit.
    charged: usize,
    /// An object that stays in place as long as the entry lives.
    pinned: Option<NonNull<Header>>,
}

impl Vm {
    /// Keeps Rust data and gives its number.
    pub fn add_resource(&mut self, resource: Rc<dyn Any>) -> usize {
        self.add_entry(Entry { data: resource, charged: 0, pinned: None })
    }

    /// Keeps Rust data for as long as a heap object lives, counts `bytes` for it, and gives its number.
    pub fn attach_resource(&mut self, owner: Value, resource: Rc<dyn Any>, bytes: usize) -> usize {
        self.heap_mut().charge(bytes);
        let number = self.add_entry(Entry { data: resource, charged: bytes, pinned: None });
        if let Some(header) = owner.as_heap() {
            self.heap_mut().register_last_finalizer(header, resource_tag(number));
        }
        number
    }

    /// Keeps an object alive and in place for as long as another lives: foreign code knows its address.
    pub fn pin_for(&mut self, owner: Value, object: Value) {
        let (Some(owner), Some(pinned)) = (owner.as_heap(), object.as_heap()) else { return };
        self.heap_mut().pin(pinned);
        let number = self.add_entry(Entry { data: Rc::new(()), charged: 0, pinned: Some(pinned) });
        self.heap_mut().register_last_finalizer(owner, resource_tag(number));
    }

    fn add_entry(&mut self, entry: Entry) -> usize {
        let table = &mut self.interp_mut().resources;
        match table.free.pop() {
            Some(number) => {
                table.entries[number] = Some(entry);
                number
            }
            None => {
                table.entries.push(Some(entry));
                table.entries.len() - 1
            }
        }
    }

    /// The data of a number, `None` when it is of another type or gone.
    pub fn resource<T: Any>(&self, number: usize) -> Option<Rc<T>> {
        let entry = self.interp().resources.entries.get(number)?.as_ref()?;
        entry.data.clone().downcast().ok()
    }

    /// Counts `bytes` for the data of a number from now on.
    pub fn recharge_resource(&mut self, number: usize, bytes: usize) {
        let Some(Some(entry)) = self.interp_mut().resources.entries.get_mut(number) else { return };
        let before = std::mem::replace(&mut entry.charged, bytes);
        self.heap_mut().release(before);
        self.heap_mut().charge(bytes);
    }

    /// Frees the data of a number.
    pub fn remove_resource(&mut self, number: usize) {
        let table = &mut self.interp_mut().resources;
        if let Some(entry) = table.entries.get_mut(number)
            && let Some(entry) = entry.take()
        {
            table.free.push(number);
            self.heap_mut().release(entry.charged);
            if let Some(pinned) = entry.pinned {
                self.heap_mut().unpin(pinned);
            }
        }
    }
}
