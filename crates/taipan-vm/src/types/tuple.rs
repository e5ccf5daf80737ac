//! `tuple`: a fixed array of values in the object itself.

use std::cell::Cell;

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::raise::Raised;
use crate::shape::ShapeId;
use crate::types::Builtin;
use crate::types::array::ValueArray;
use crate::value::Value;
use crate::vm::Vm;

pub mod iterator;
pub mod methods;

pub use methods::TYPE;

heap_object! {
    /// An immutable sequence.
    pub struct Tuple = Builtin::Tuple {
        len: usize,
    }
    tail Values(len)
}

impl Tuple {
    /// A new tuple of a shape with `len` items, all `None` until they are filled in.
    pub fn new_uninit(vm: &mut Vm, shape: ShapeId, len: usize) -> Result<Gc<Tuple>, Raised> {
        let Some(bytes) = len.checked_mul(8).filter(|bytes| *bytes < 1 << 46) else {
            return Err(vm.raise_no_memory());
        };
        let tuple = vm.new_with_tail(shape, Tuple { header: HeaderWord::NEW, len }, bytes)?;
        tuple.get_mut(vm).items_mut().fill(Value::NONE);
        Ok(tuple)
    }

    /// A new exact tuple of `len` (not 0) items, all of which the caller writes before anything else.
    #[inline]
    fn new_blank(vm: &mut Vm, len: usize) -> Result<Gc<Tuple>, Raised> {
        let Some(bytes) = len.checked_mul(8).filter(|bytes| *bytes < 1 << 46) else {
            return Err(vm.raise_no_memory());
        };
        let memory = vm.alloc_raw(Builtin::Tuple as u32, size_of::<Tuple>() + bytes)?;
        Ok(vm.fill_object(memory, Tuple { header: HeaderWord::NEW, len }))
    }

    /// The empty tuple.
    pub fn empty(vm: &mut Vm) -> Result<Gc<Tuple>, Raised> {
        if let Some(empty) = vm.interp().singletons.empty_tuple {
            return Ok(empty);
        }
        let empty = Tuple::new_uninit(vm, Builtin::Tuple as u32, 0)?;
        vm.interp_mut().singletons.empty_tuple = Some(empty);
        Ok(empty)
    }

    /// A new exact tuple of values from native locals.
    pub fn from_values(vm: &mut Vm, values: &[Value]) -> Result<Gc<Tuple>, Raised> {
        if values.is_empty() {
            return Tuple::empty(vm);
        }
        let tuple = Tuple::new_blank(vm, values.len())?;
        tuple.get_mut(vm).items_mut().copy_from_slice(values);
        Ok(tuple)
    }

    /// A new exact tuple of the values of argument slots.
    pub fn from_cells(vm: &mut Vm, cells: &[Cell<Value>]) -> Result<Gc<Tuple>, Raised> {
        if cells.is_empty() {
            return Tuple::empty(vm);
        }
        let tuple = Tuple::new_blank(vm, cells.len())?;
        // SAFETY: the tail of the object just made has as many words; nothing was allocated since, so that no write
        // needs to be recorded.
        unsafe {
            let items = tuple.header().as_ptr().cast::<Tuple>().add(1).cast::<Value>();
            if let [first, second] = cells {
                items.write(first.get());
                items.add(1).write(second.get());
                return Ok(tuple);
            }
            for (i, cell) in cells.iter().enumerate() {
                items.add(i).write(cell.get());
            }
        }
        Ok(tuple)
    }

    /// A new exact tuple of slots of an array (empty ones become `None`).
    pub fn from_array(vm: &mut Vm, array: Gc<ValueArray>, start: usize, len: usize) -> Result<Gc<Tuple>, Raised> {
        if len == 0 {
            return Tuple::empty(vm);
        }
        let tuple = Tuple::new_uninit(vm, Builtin::Tuple as u32, len)?;
        let source: *const [Option<Value>] = &array.get(vm).slots()[start..start + len];
        // SAFETY: different objects do not overlap, and `get_mut` neither collects nor moves.
        for (to, from) in tuple.get_mut(vm).items_mut().iter_mut().zip(unsafe { &*source }) {
            *to = from.unwrap_or(Value::NONE);
        }
        Ok(tuple)
    }

    /// A new exact tuple of items `start..end` of another.
    pub fn slice(this: Gc<Tuple>, vm: &mut Vm, start: usize, end: usize) -> Result<Gc<Tuple>, Raised> {
        if start >= end {
            return Tuple::empty(vm);
        }
        let tuple = Tuple::new_uninit(vm, Builtin::Tuple as u32, end - start)?;
        Tuple::copy_into(this, vm, start, tuple, 0, end - start);
        Ok(tuple)
    }

    /// Copies `count` items into another tuple that is being filled in.
    pub fn copy_into(this: Gc<Tuple>, vm: &mut Vm, start: usize, to: Gc<Tuple>, at: usize, count: usize) {
        debug_assert!(this != to);
        let source: *const [Value] = &this.get(vm).items()[start..start + count];
        // SAFETY: different objects do not overlap, and `get_mut` neither collects nor moves.
        to.get_mut(vm).items_mut()[at..at + count].copy_from_slice(unsafe { &*source });
    }

    /// A new exact tuple: `first`, then the items of another.
    pub fn prepend(vm: &mut Vm, first: Value, rest: Gc<Tuple>) -> Result<Gc<Tuple>, Raised> {
        let n = rest.get(vm).len();
        let tuple = Tuple::new_uninit(vm, Builtin::Tuple as u32, n + 1)?;
        tuple.get_mut(vm).items_mut()[0] = first;
        Tuple::copy_into(rest, vm, 0, tuple, 1, n);
        Ok(tuple)
    }

    /// How many items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        // The upper bits of the length word are free.
        self.len & ((1 << 48) - 1)
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All items.
    #[inline(always)]
    pub fn items(&self) -> &[Value] {
        // SAFETY: `len` values follow the struct; `new_uninit` made all of them values.
        unsafe { std::slice::from_raw_parts((&raw const *self).add(1).cast(), self.len()) }
    }

    /// All items, to be filled in right after creation.
    #[inline(always)]
    pub fn items_mut(&mut self) -> &mut [Value] {
        // SAFETY: as above; during `new_uninit` the words are about to be overwritten as raw words.
        unsafe { std::slice::from_raw_parts_mut((&raw mut *self).add(1).cast(), self.len()) }
    }

    /// The i-th item; panics out of range.
    #[inline(always)]
    pub fn at(&self, i: usize) -> Value {
        self.items()[i]
    }
}
