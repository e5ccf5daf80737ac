//! `Root<T>`: a long-lived reference into the heap held by Rust code outside it.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;

use crate::gc::{Gc, HeapObject};
use crate::value::Value;
use crate::vm::Vm;

/// The slots behind all roots of an interpreter.
#[derive(Default)]
pub struct RootTable {
    slots: Vec<Option<Value>>,
    free: Vec<usize>,
}

impl RootTable {
    pub(crate) fn visit(&mut self, visit: &mut dyn FnMut(&mut u64)) {
        for slot in self.slots.iter_mut() {
            if let Some(value) = slot {
                let mut word = value.bits();
                visit(&mut word);
                *slot = Value::from_bits(word);
            }
        }
    }
}

/// Keeps an object alive until dropped; the object may move.
pub struct RootValue {
    table: Rc<RefCell<RootTable>>,
    index: usize,
}

impl RootValue {
    /// Roots a value.
    pub fn new(vm: &Vm, value: Value) -> RootValue {
        let table = vm.interp().roots.clone();
        let index = {
            let mut slots = table.borrow_mut();
            match slots.free.pop() {
                Some(index) => {
                    slots.slots[index] = Some(value);
                    index
                }
                None => {
                    slots.slots.push(Some(value));
                    slots.slots.len() - 1
                }
            }
        };
        RootValue { table, index }
    }

    /// The value.
    pub fn get(&self) -> Value {
        self.table.borrow().slots[self.index].unwrap_or(Value::NONE)
    }
}

impl Drop for RootValue {
    fn drop(&mut self) {
        let mut table = self.table.borrow_mut();
        table.slots[self.index] = None;
        table.free.push(self.index);
    }
}

/// A typed `RootValue`.
pub struct Root<T: HeapObject>(RootValue, PhantomData<T>);

impl<T: HeapObject> Root<T> {
    /// Roots an object.
    pub fn new(vm: &Vm, object: Gc<T>) -> Root<T> {
        Root(RootValue::new(vm, object.value()), PhantomData)
    }

    /// The object.
    pub fn get(&self) -> Gc<T> {
        // SAFETY: the slot holds the object given to `new`, which the collector keeps and updates.
        unsafe { Gc::from_value_unchecked(self.0.get()) }
    }
}
