//! `collections.deque`: a ring buffer.
//!
//! Invariant: item `i` lies in slot `(head + i) % capacity`, where the capacity is 0 or a power of two; slots outside the
//! `len` items are empty. `state` changes with every change of structure, so that iterators notice.

use taipan_vm::gc::{Gc, HeaderWord};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::shape::ShapeId;
use taipan_vm::types::array::ValueArray;
use taipan_vm::types::list::List;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

pub mod iterator;
pub mod methods;

pub use iterator::{ITERATOR, REVERSE_ITERATOR};
pub use methods::TYPE;

heap_object! {
    /// A double-ended queue.
    pub struct Deque {
        items: Option<Gc<ValueArray>>,
        head: usize,
        len: usize,
        /// The most items, `None` as -1.
        max_len: isize,
        state: usize,
    }
}

impl Deque {
    /// A new empty deque of a shape.
    pub fn new_shaped(vm: &mut Vm, shape: ShapeId, max_len: isize) -> Result<Gc<Deque>, Raised> {
        vm.new_object(shape, Deque { header: HeaderWord::NEW, items: None, head: 0, len: 0, max_len, state: 0 })
    }

    /// How many items.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The largest length, if it is bounded.
    pub fn max_len(&self) -> Option<usize> {
        usize::try_from(self.max_len).ok()
    }

    /// Sets the largest length.
    pub fn set_max_len(this: Gc<Deque>, vm: &mut Vm, max_len: Option<usize>) {
        this.get_mut(vm).max_len = max_len.map_or(-1, |n| n as isize);
    }

    /// Changes with every change of structure.
    pub fn state(&self) -> usize {
        self.state
    }

    fn slot(&self, vm: &Vm, i: usize) -> usize {
        let capacity = self.items.map_or(1, |items| items.get(vm).len());
        (self.head + i) & (capacity - 1)
    }

    /// The i-th item, `None` out of range.
    #[inline]
    pub fn get_at(&self, vm: &Vm, i: usize) -> Option<Value> {
        if i < self.len { self.items?.get(vm).slots()[self.slot(vm, i)] } else { None }
    }

    /// Replaces the i-th item; does nothing out of range.
    pub fn set_at(this: Gc<Deque>, vm: &mut Vm, i: usize, value: Value) {
        let deque = this.get(vm);
        if i < deque.len
            && let Some(items) = deque.items
        {
            let slot = deque.slot(vm, i);
            items.get_mut(vm).slots_mut()[slot] = Some(value);
        }
    }

    fn reserve(this: Gc<Deque>, vm: &mut Vm, extra: usize) -> Result<(), Raised> {
        let Deque { items, head, len, .. } = *this.get(vm);
        let capacity = items.map_or(0, |items| items.get(vm).len());
        let Some(wanted) = len.checked_add(extra).filter(|n| *n < 1 << 43) else { return Err(vm.raise_no_memory()) };
        if wanted <= capacity {
            return Ok(());
        }
        let new = ValueArray::new(vm, wanted.next_power_of_two().max(8))?;
        if let Some(old) = items {
            let first = len.min(capacity - head);
            ValueArray::copy(vm, old, head, new, 0, first);
            ValueArray::copy(vm, old, 0, new, first, len - first);
        }
        let deque = this.get_mut(vm);
        (deque.items, deque.head) = (Some(new), 0);
        Ok(())
    }

    /// Appends an item at the right; drops the leftmost one beyond the largest length.
    pub fn push_right(this: Gc<Deque>, vm: &mut Vm, value: Value) -> Result<(), Raised> {
        if this.get(vm).max_len == 0 {
            return Ok(());
        }
        if this.get(vm).max_len() == Some(this.get(vm).len) {
            Deque::pop_left(this, vm);
        }
        Deque::reserve(this, vm, 1)?;
        let slot = this.get(vm).slot(vm, this.get(vm).len);
        let deque = this.get_mut(vm);
        deque.len += 1;
        deque.state = deque.state.wrapping_add(1);
        if let Some(items) = deque.items {
            items.get_mut(vm).slots_mut()[slot] = Some(value);
        }
        Ok(())
    }

    /// Appends an item at the left; drops the rightmost one beyond the largest length.
    pub fn push_left(this: Gc<Deque>, vm: &mut Vm, value: Value) -> Result<(), Raised> {
        if this.get(vm).max_len == 0 {
            return Ok(());
        }
        if this.get(vm).max_len() == Some(this.get(vm).len) {
            Deque::pop_right(this, vm);
        }
        Deque::reserve(this, vm, 1)?;
        let capacity = this.get(vm).items.map_or(1, |items| items.get(vm).len());
        let deque = this.get_mut(vm);
        deque.head = deque.head.wrapping_sub(1) & (capacity - 1);
        deque.len += 1;
        deque.state = deque.state.wrapping_add(1);
        let (items, slot) = (deque.items, deque.head);
        if let Some(items) = items {
            items.get_mut(vm).slots_mut()[slot] = Some(value);
        }
        Ok(())
    }

    /// Removes and returns the rightmost item.
    pub fn pop_right(this: Gc<Deque>, vm: &mut Vm) -> Option<Value> {
        let last = this.get(vm).len.checked_sub(1)?;
        let slot = this.get(vm).slot(vm, last);
        let deque = this.get_mut(vm);
        deque.len = last;
        deque.state = deque.state.wrapping_add(1);
        deque.items?.get_mut(vm).slots_mut()[slot].take()
    }

    /// Removes and returns the leftmost item.
    pub fn pop_left(this: Gc<Deque>, vm: &mut Vm) -> Option<Value> {
        let left = this.get(vm).len.checked_sub(1)?;
        let (slot, next) = (this.get(vm).slot(vm, 0), this.get(vm).slot(vm, 1));
        let deque = this.get_mut(vm);
        (deque.len, deque.head) = (left, next);
        deque.state = deque.state.wrapping_add(1);
        deque.items?.get_mut(vm).slots_mut()[slot].take()
    }

    /// Removes everything.
    pub fn clear(this: Gc<Deque>, vm: &mut Vm) {
        let deque = this.get_mut(vm);
        (deque.items, deque.head, deque.len) = (None, 0, 0);
        deque.state = deque.state.wrapping_add(1);
    }

    /// Moves all items `n` places to the right, cyclically.
    pub fn rotate(this: Gc<Deque>, vm: &mut Vm, n: isize) {
        let len = this.get(vm).len;
        if len < 2 {
            return;
        }
        let right = n.rem_euclid(len as isize) as usize;
        let deque = this.get_mut(vm);
        deque.state = deque.state.wrapping_add(1);
        let Some(items) = this.get(vm).items else { return };
        if len == items.get(vm).len() {
            let head = this.get(vm).slot(vm, len - right);
            this.get_mut(vm).head = head;
            return;
        }
        let mut step = |from_right: bool| {
            let deque = this.get(vm);
            let capacity = items.get(vm).len();
            let (from, to, head) = if from_right {
                let to = deque.head.wrapping_sub(1) & (capacity - 1);
                (deque.slot(vm, len - 1), to, to)
            } else {
                (deque.head, deque.slot(vm, len), deque.slot(vm, 1))
            };
            let slots = items.get_mut(vm).slots_mut();
            slots[to] = slots[from].take();
            this.get_mut(vm).head = head;
        };
        if right <= len / 2 {
            (0..right).for_each(|_| step(true));
        } else {
            (0..len - right).for_each(|_| step(false));
        }
    }

    /// Removes the i-th item.
    pub fn remove_at(this: Gc<Deque>, vm: &mut Vm, i: usize) {
        Deque::rotate(this, vm, -(i as isize));
        Deque::pop_left(this, vm);
        Deque::rotate(this, vm, i as isize);
    }

    /// Inserts an item before the i-th.
    pub fn insert_at(this: Gc<Deque>, vm: &mut Vm, i: usize, value: Value) -> Result<(), Raised> {
        let len = this.get(vm).len;
        if i >= len {
            return Deque::push_right(this, vm, value);
        }
        Deque::reserve(this, vm, 1)?;
        Deque::rotate(this, vm, -(i as isize));
        Deque::push_left(this, vm, value)?;
        Deque::rotate(this, vm, i as isize);
        Ok(())
    }

    /// Reverses the order of the items.
    pub fn reverse(this: Gc<Deque>, vm: &mut Vm) {
        let len = this.get(vm).len;
        let Some(items) = this.get(vm).items else { return };
        for i in 0..len / 2 {
            let (a, b) = (this.get(vm).slot(vm, i), this.get(vm).slot(vm, len - 1 - i));
            items.get_mut(vm).slots_mut().swap(a, b);
        }
    }

    /// Appends all items of an iterable on one side.
    pub fn extend(this: Gc<Deque>, vm: &mut Vm, iterable: Value, left: bool) -> Result<(), Raised> {
        let iterable = if iterable == this.value() { vm.list_of(iterable)?.value() } else { iterable };
        let iterator = vm.iter(iterable)?;
        while let Some(item) = vm.next(iterator)? {
            if left {
                Deque::push_left(this, vm, item)?;
            } else {
                Deque::push_right(this, vm, item)?;
            }
        }
        Ok(())
    }

    /// `this *= count`.
    pub fn repeat_in_place(this: Gc<Deque>, vm: &mut Vm, count: isize) -> Result<(), Raised> {
        let len = this.get(vm).len;
        if count <= 0 || len == 0 {
            Deque::clear(this, vm);
            return Ok(());
        }
        let mut count = count as usize;
        if let Some(max) = this.get(vm).max_len() {
            // More copies than fit would only push each other out.
            count = count.min(max.div_ceil(len).max(1) + 1);
        }
        let Some(total) = len.checked_mul(count) else { return Err(vm.raise_no_memory()) };
        let room = this.get(vm).max_len().map_or(total, |max| max.min(total));
        Deque::reserve(this, vm, room.saturating_sub(len))?;
        let items = List::new(vm)?;
        for i in 0..len {
            let item = this.get(vm).get_at(vm, i).unwrap_or(Value::NONE);
            List::push(items, vm, item)?;
        }
        for _ in 1..count {
            for i in 0..len {
                let item = items.get(vm).get_at(vm, i).unwrap_or(Value::NONE);
                Deque::push_right(this, vm, item)?;
            }
        }
        Ok(())
    }

    /// Raises "deque mutated during iteration" when the structure is not that of `state` any more.
    pub fn check_state(this: Gc<Deque>, vm: &mut Vm, state: usize) -> Result<(), Raised> {
        if this.get(vm).state == state {
            Ok(())
        } else {
            Err(vm.raise(Exc::RuntimeError, "deque mutated during iteration"))
        }
    }
}
