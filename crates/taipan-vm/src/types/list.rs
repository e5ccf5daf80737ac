//! `list`: a growable array of values.
//!
//! Invariant: `len <= items.len()`; the slots below `len` hold values, the others are empty.

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::raise::Raised;
use crate::types::Builtin;
use crate::types::array::ValueArray;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

pub mod iterator;
pub mod methods;
pub mod sort;

pub use methods::TYPE;

heap_object! {
    /// A mutable sequence.
    pub struct List = Builtin::List {
        len: usize,
        items: Option<Gc<ValueArray>>,
    }
}

impl List {
    /// The fields of an empty list, for subclasses.
    pub const EMPTY: List = List { header: HeaderWord::NEW, len: 0, items: None };

    /// A new empty list.
    pub fn new(vm: &mut Vm) -> Result<Gc<List>, Raised> {
        vm.new_exact(List::EMPTY)
    }

    /// A new empty list with room for `n` items.
    pub fn with_capacity(vm: &mut Vm, n: usize) -> Result<Gc<List>, Raised> {
        let items = if n == 0 { None } else { Some(ValueArray::new(vm, n)?) };
        vm.new_exact(List { header: HeaderWord::NEW, len: 0, items })
    }

    /// A new list of the values in slots.
    pub fn from_cells(vm: &mut Vm, cells: &[std::cell::Cell<Value>]) -> Result<Gc<List>, Raised> {
        let list = List::with_capacity(vm, cells.len())?;
        if let Some(items) = list.get(vm).items {
            for (slot, cell) in items.get_mut(vm).slots_mut().iter_mut().zip(cells) {
                *slot = Some(cell.get());
            }
            list.get_mut(vm).len = cells.len();
        }
        Ok(list)
    }

    /// A new list of values from native locals.
    pub fn from_values(vm: &mut Vm, values: &[Value]) -> Result<Gc<List>, Raised> {
        let list = List::with_capacity(vm, values.len())?;
        for value in values {
            List::push(list, vm, *value)?;
        }
        Ok(list)
    }

    /// How many items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many items fit the present storage.
    pub fn capacity(&self, vm: &Vm) -> usize {
        self.items.map_or(0, |items| items.get(vm).len())
    }

    /// The storage.
    #[inline(always)]
    pub fn array(&self) -> Option<Gc<ValueArray>> {
        self.items
    }

    /// The i-th item, `None` out of range.
    #[inline(always)]
    pub fn get_at(&self, vm: &Vm, i: usize) -> Option<Value> {
        if i < self.len { self.items?.get(vm).slots()[i] } else { None }
    }

    /// The slots of all items, none of them empty.
    #[inline(always)]
    pub fn slots<'a>(&self, vm: &'a Vm) -> &'a [Option<Value>] {
        self.items.map_or(&[], |items| &items.get(vm).slots()[..self.len])
    }

    /// Replaces the i-th item; does nothing out of range.
    #[inline(always)]
    pub fn set_at(this: Gc<List>, vm: &mut Vm, i: usize, value: Value) {
        let list = this.get(vm);
        if i < list.len
            && let Some(items) = list.items
        {
            ValueArray::put(items, vm, i, Some(value));
        }
    }

    /// Appends an item.
    #[inline]
    pub fn push(this: Gc<List>, vm: &mut Vm, value: Value) -> Result<(), Raised> {
        let List { len, items, .. } = *this.get(vm);
        if let Some(items) = items
            && len < items.get(vm).len()
        {
            ValueArray::put(items, vm, len, Some(value));
            this.get_mut(vm).len = len + 1;
            return Ok(());
        }
        List::reserve(this, vm, 1)?;
        List::push(this, vm, value)
    }

    /// Makes room for `extra` more items, growing as CPython's lists do.
    pub fn reserve(this: Gc<List>, vm: &mut Vm, extra: usize) -> Result<(), Raised> {
        let len = this.get(vm).len;
        let Some(wanted) = len.checked_add(extra).filter(|n| *n < 1 << 44) else {
            return Err(vm.raise_no_memory());
        };
        if wanted <= this.get(vm).capacity(vm) {
            return Ok(());
        }
        let capacity = (wanted + (wanted >> 3) + 6) & !3;
        let new = match this.get(vm).items {
            Some(old) => ValueArray::grown(vm, old, len, capacity)?,
            None => ValueArray::new(vm, capacity)?,
        };
        this.get_mut(vm).items = Some(new);
        Ok(())
    }

    /// Replaces storage and length; slots from `len` on must be empty.
    pub fn set_storage(this: Gc<List>, vm: &mut Vm, items: Option<Gc<ValueArray>>, len: usize) {
        debug_assert!(len <= items.map_or(0, |items| items.get(vm).len()));
        let list = this.get_mut(vm);
        list.items = items;
        list.len = len;
    }

    /// Removes all items from `len` on.
    pub fn truncate(this: Gc<List>, vm: &mut Vm, len: usize) {
        let old = this.get(vm).len;
        if len >= old {
            return;
        }
        this.get_mut(vm).len = len;
        if let Some(items) = this.get(vm).items {
            items.get_mut(vm).slots_mut()[len..old].fill(None);
        }
    }

    /// Inserts an item before position `at` (at most the length).
    pub fn insert(this: Gc<List>, vm: &mut Vm, at: usize, value: Value) -> Result<(), Raised> {
        List::reserve(this, vm, 1)?;
        let List { len, items, .. } = *this.get(vm);
        let at = at.min(len);
        if let Some(items) = items {
            let slots = items.get_mut(vm).slots_mut();
            slots.copy_within(at..len, at + 1);
            slots[at] = Some(value);
        }
        this.get_mut(vm).len = len + 1;
        Ok(())
    }

    /// Removes the items `start..end` (within the length).
    pub fn remove_range(this: Gc<List>, vm: &mut Vm, start: usize, end: usize) {
        let List { len, items, .. } = *this.get(vm);
        let (start, end) = (start.min(len), end.min(len));
        if let Some(items) = items
            && start < end
        {
            items.get_mut(vm).slots_mut().copy_within(end..len, start);
            List::truncate(this, vm, len - (end - start));
        }
    }

    /// Replaces the items `start..end` by those of another list (not the same object).
    pub fn splice(this: Gc<List>, vm: &mut Vm, start: usize, end: usize, with: Gc<List>) -> Result<(), Raised> {
        let n = with.get(vm).len();
        let (start, end) = (start.min(this.get(vm).len), end.min(this.get(vm).len));
        let removed = end.saturating_sub(start);
        if n > removed {
            List::reserve(this, vm, n - removed)?;
        }
        let List { len, items, .. } = *this.get(vm);
        let Some(items) = items else { return Ok(()) };
        if n < removed {
            items.get_mut(vm).slots_mut().copy_within(end..len, start + n);
            List::truncate(this, vm, len - (removed - n));
        } else {
            items.get_mut(vm).slots_mut().copy_within(end..len, end + n - removed);
            this.get_mut(vm).len = len + n - removed;
        }
        if let Some(source) = with.get(vm).items {
            ValueArray::copy(vm, source, 0, items, start, n);
        }
        Ok(())
    }

    /// Appends all items of a list, which may be this one.
    pub fn append_list(this: Gc<List>, vm: &mut Vm, other: Gc<List>) -> Result<(), Raised> {
        let n = other.get(vm).len;
        List::reserve(this, vm, n)?;
        let len = this.get(vm).len;
        if let (Some(from), Some(to)) = (other.get(vm).items, this.get(vm).items) {
            ValueArray::copy(vm, from, 0, to, len, n);
            this.get_mut(vm).len = len + n;
        }
        Ok(())
    }

    /// Appends all items of a tuple.
    pub fn append_tuple(this: Gc<List>, vm: &mut Vm, other: Gc<Tuple>) -> Result<(), Raised> {
        let n = other.get(vm).len();
        List::reserve(this, vm, n)?;
        let List { len, items, .. } = *this.get(vm);
        if let Some(items) = items {
            let source: *const [Value] = other.get(vm).items();
            let target = &mut items.get_mut(vm).slots_mut()[len..len + n];
            // SAFETY: different objects do not overlap, and `get_mut` neither collects nor moves.
            for (to, from) in target.iter_mut().zip(unsafe { &*source }) {
                *to = Some(*from);
            }
            this.get_mut(vm).len = len + n;
        }
        Ok(())
    }

    /// A new list of the items `start..end` (within the length).
    pub fn slice(this: Gc<List>, vm: &mut Vm, start: usize, end: usize) -> Result<Gc<List>, Raised> {
        let end = end.min(this.get(vm).len);
        let count = end.saturating_sub(start);
        let new = List::with_capacity(vm, count)?;
        if let (Some(from), Some(to)) = (this.get(vm).items, new.get(vm).items) {
            ValueArray::copy(vm, from, start, to, 0, count);
            new.get_mut(vm).len = count;
        }
        Ok(new)
    }

    /// A new list of `count` items: every `step`-th from `start` on, all within the length.
    pub fn stepped(this: Gc<List>, vm: &mut Vm, start: usize, step: isize, count: usize) -> Result<Gc<List>, Raised> {
        let new = List::with_capacity(vm, count)?;
        if let (Some(from), Some(to)) = (this.get(vm).items, new.get(vm).items) {
            ValueArray::copy_stepped(vm, from, (start, step), to, count);
            new.get_mut(vm).len = count;
        }
        Ok(new)
    }

    /// `this *= count`.
    pub fn repeat_in_place(this: Gc<List>, vm: &mut Vm, count: isize) -> Result<(), Raised> {
        let n = this.get(vm).len;
        if count <= 0 || n == 0 {
            List::truncate(this, vm, 0);
            return Ok(());
        }
        let Some(total) = n.checked_mul(count as usize) else { return Err(vm.raise_no_memory()) };
        List::reserve(this, vm, total - n)?;
        if let Some(items) = this.get(vm).items {
            let slots = items.get_mut(vm).slots_mut();
            let mut filled = n;
            while filled < total {
                let more = filled.min(total - filled);
                slots.copy_within(..more, filled);
                filled += more;
            }
            this.get_mut(vm).len = total;
        }
        Ok(())
    }

    /// A new exact tuple of the items.
    pub fn to_tuple(this: Gc<List>, vm: &mut Vm) -> Result<Gc<Tuple>, Raised> {
        match *this.get(vm) {
            List { items: Some(items), len, .. } => Tuple::from_array(vm, items, 0, len),
            _ => Tuple::empty(vm),
        }
    }
}
