//! Rust data that heap objects of native modules refer to by number: compiled patterns, open streams of codecs.
//!
//! Invariant: an entry is shared by `Rc`, so that it can be used while the VM is borrowed; it is freed with its interpreter
//! or by `remove`.

use std::any::Any;
use std::rc::Rc;

use crate::vm::Vm;

/// The table of one interpreter.
#[derive(Default)]
pub struct Resources {
    entries: Vec<Option<Rc<dyn Any>>>,
    free: Vec<usize>,
}

impl Vm {
    /// Keeps Rust data and gives its number.
    pub fn add_resource(&mut self, resource: Rc<dyn Any>) -> usize {
        let table = &mut self.interp_mut().resources;
        match table.free.pop() {
            Some(number) => {
                table.entries[number] = Some(resource);
                number
            }
            None => {
                table.entries.push(Some(resource));
                table.entries.len() - 1
            }
        }
    }

    /// The data of a number, `None` when it is of another type or gone.
    pub fn resource<T: Any>(&self, number: usize) -> Option<Rc<T>> {
        let entry = self.interp().resources.entries.get(number)?.clone()?;
        entry.downcast().ok()
    }

    /// Frees the data of a number.
    pub fn remove_resource(&mut self, number: usize) {
        let table = &mut self.interp_mut().resources;
        if let Some(entry) = table.entries.get_mut(number)
            && entry.take().is_some()
        {
            table.free.push(number);
        }
    }
}
