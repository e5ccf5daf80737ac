//! Internal arrays: `ValueArray` (values) and `RawArray` (bytes), the storage behind growable types.
//!
//! They are never visible to Python.

use taipan_text::TextRef;

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::raise::Raised;
use crate::spec::TypeSpec;
use crate::types::Builtin;
use crate::types::bytes::Bytes;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// A fixed-size array of optional values; all empty at first.
    pub struct ValueArray = Builtin::ValueArray {
        pub(crate) len: usize,
    }
    tail Values(len)
}

heap_object! {
    /// A fixed-size array of bytes, 8-byte aligned; all zero at first.
    pub struct RawArray = Builtin::RawArray {
        len: usize,
    }
    tail Bytes(len)
}

pub static VALUE_ARRAY: TypeSpec =
    TypeSpec { name: "value_array", layout: Some(<ValueArray as crate::gc::HeapObject>::native), ..TypeSpec::DEFAULT };
pub static RAW_ARRAY: TypeSpec =
    TypeSpec { name: "raw_array", layout: Some(<RawArray as crate::gc::HeapObject>::native), ..TypeSpec::DEFAULT };

impl ValueArray {
    /// A new array of `len` empty slots. MemoryError beyond the limit.
    pub fn new(vm: &mut Vm, len: usize) -> Result<Gc<ValueArray>, Raised> {
        let Some(bytes) = len.checked_mul(8).filter(|bytes| *bytes < 1 << 47) else {
            return Err(vm.raise_no_memory());
        };
        vm.new_with_tail(Builtin::ValueArray as u32, ValueArray { header: HeaderWord::NEW, len }, bytes)
    }

    /// A copy of the first `count` slots of `from` in a new array of `len` slots.
    pub fn copy_of(
        vm: &mut Vm,
        from: Gc<ValueArray>,
        start: usize,
        count: usize,
        len: usize,
    ) -> Result<Gc<ValueArray>, Raised> {
        let new = ValueArray::new(vm, len)?;
        ValueArray::copy(vm, from, start, new, 0, count);
        Ok(new)
    }

    /// Copies slots between arrays, which may be the same and overlap.
    pub fn copy(
        vm: &mut Vm,
        from: Gc<ValueArray>,
        from_start: usize,
        to: Gc<ValueArray>,
        to_start: usize,
        count: usize,
    ) {
        if from == to {
            to.get_mut(vm).slots_mut().copy_within(from_start..from_start + count, to_start);
            return;
        }
        let source: *const [Option<Value>] = &from.get(vm).slots()[from_start..from_start + count];
        let target = &mut to.get_mut(vm).slots_mut()[to_start..to_start + count];
        // SAFETY: different arrays do not overlap, and `get_mut` neither collects nor moves.
        target.copy_from_slice(unsafe { &*source });
    }

    /// Fills the first `count` slots of another array with every `step`-th slot from `start` on.
    pub fn copy_stepped(
        vm: &mut Vm,
        from: Gc<ValueArray>,
        (start, step): (usize, isize),
        to: Gc<ValueArray>,
        count: usize,
    ) {
        debug_assert!(from != to);
        let source: *const [Option<Value>] = from.get(vm).slots();
        let target = &mut to.get_mut(vm).slots_mut()[..count];
        // SAFETY: as in `copy`.
        let source = unsafe { &*source };
        let mut at = start;
        for slot in target {
            *slot = source.get(at).copied().flatten();
            at = at.wrapping_add_signed(step);
        }
    }

    /// Empties slots. Callable while a collection begins: what refers to less needs no barrier.
    pub(crate) fn forget(this: Gc<ValueArray>, range: std::ops::Range<usize>) {
        // SAFETY: a live array, whose tail has `len` slots; nothing borrows it while its thread collects.
        unsafe {
            let array = this.header().cast::<ValueArray>().as_ptr();
            let slots = array.add(1).cast::<Option<Value>>();
            for i in range.start..range.end.min((*array).len) {
                slots.add(i).write(None);
            }
        }
    }

    /// Writes one slot. Of a large array the collector then looks at the surroundings of that slot only.
    #[inline(always)]
    pub fn put(this: Gc<ValueArray>, vm: &mut Vm, i: usize, value: Option<Value>) {
        assert!(i < this.get(vm).len, "a slot of the array");
        vm.heap_mut().write_barrier_at(this.header(), size_of::<ValueArray>() / 8 + i);
        // SAFETY: the slot lies in the array's tail; its write was recorded.
        unsafe { *this.header().as_ptr().cast::<Option<Value>>().add(size_of::<ValueArray>() / 8 + i) = value };
    }

    /// An array of `len` slots (more than `from` has) that begins with its `count` first ones: `from` itself, if it can be
    /// made longer where it lies, else a copy.
    pub fn grown(vm: &mut Vm, from: Gc<ValueArray>, count: usize, len: usize) -> Result<Gc<ValueArray>, Raised> {
        if let Some(bytes) = len.checked_mul(8).filter(|bytes| *bytes < 1 << 47)
            && vm.heap_mut().grow_large(from.header(), size_of::<ValueArray>() + bytes)
        {
            // The new slots are zero: the pages behind the array are, and so are its slots behind `count`.
            // SAFETY: the object has room for `len` slots; its length is no value word.
            unsafe { (*from.header().as_ptr().cast::<ValueArray>()).len = len };
            return Ok(from);
        }
        ValueArray::copy_of(vm, from, 0, count, len)
    }

    /// How many slots.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no slots.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All slots.
    #[inline(always)]
    pub fn slots(&self) -> &[Option<Value>] {
        // SAFETY: `len` value words follow the struct (layout of the shape); each is 0 or a value.
        unsafe { std::slice::from_raw_parts((&raw const *self).add(1).cast(), self.len) }
    }

    /// All slots, to be changed.
    #[inline(always)]
    pub fn slots_mut(&mut self) -> &mut [Option<Value>] {
        // SAFETY: as in `slots`.
        unsafe { std::slice::from_raw_parts_mut((&raw mut *self).add(1).cast(), self.len) }
    }
}

impl RawArray {
    /// A new array of `len` zero bytes. MemoryError beyond the limit.
    pub fn new(vm: &mut Vm, len: usize) -> Result<Gc<RawArray>, Raised> {
        if len >= 1 << 47 {
            return Err(vm.raise_no_memory());
        }
        vm.new_with_tail(Builtin::RawArray as u32, RawArray { header: HeaderWord::NEW, len }, len)
    }

    /// An array of `len` bytes (more than `from` has) that begins with its bytes: `from` itself, if it can be made longer
    /// where it lies, else a copy.
    pub fn grown(vm: &mut Vm, from: Gc<RawArray>, len: usize) -> Result<Gc<RawArray>, Raised> {
        if len < 1 << 47 && vm.heap_mut().grow_large(from.header(), size_of::<RawArray>() + len) {
            // SAFETY: the object has room for `len` bytes; its length is no value word.
            unsafe { (*from.header().as_ptr().cast::<RawArray>()).len = len };
            return Ok(from);
        }
        let new = RawArray::new(vm, len)?;
        let source: *const [u8] = from.get(vm).bytes();
        // SAFETY: different arrays do not overlap, and `get_mut` neither collects nor moves.
        let source = unsafe { &*source };
        new.get_mut(vm).bytes_mut()[..source.len()].copy_from_slice(source);
        Ok(new)
    }

    /// Writes the code points of a str below U+0100 as bytes, from `start` on; a wider str writes nothing.
    pub fn write_text(this: Gc<RawArray>, vm: &mut Vm, start: usize, text: Gc<Str>) {
        let (TextRef::Ascii(source) | TextRef::Latin1(source)) = text.get(vm).text() else { return };
        let source: *const [u8] = source;
        // SAFETY: as in `grown`: another object, and nothing collects in between.
        let source = unsafe { &*source };
        this.get_mut(vm).bytes_mut()[start..start + source.len()].copy_from_slice(source);
    }

    /// Writes the contents of a bytes object from `start` on.
    pub fn write_bytes(this: Gc<RawArray>, vm: &mut Vm, start: usize, bytes: Gc<Bytes>) {
        let source: *const [u8] = bytes.get(vm).bytes();
        // SAFETY: as in `grown`: another object, and nothing collects in between.
        let source = unsafe { &*source };
        this.get_mut(vm).bytes_mut()[start..start + source.len()].copy_from_slice(source);
    }

    /// Writes the code points of a str as 32-bit numbers, from the number `start` on.
    pub fn write_points(this: Gc<RawArray>, vm: &mut Vm, start: usize, text: Gc<Str>) {
        let source: *const Str = text.get(vm);
        // SAFETY: as in `grown`: another object, and nothing collects in between.
        let source = unsafe { &*source }.text();
        let target = &mut this.get_mut(vm).words32_mut()[start..start + source.len()];
        match source {
            TextRef::Ascii(from) | TextRef::Latin1(from) => {
                target.iter_mut().zip(from).for_each(|(to, from)| *to = (*from).into());
            }
            TextRef::Ucs2(from) => target.iter_mut().zip(from).for_each(|(to, from)| *to = (*from).into()),
            TextRef::Ucs4(from) => target.copy_from_slice(from),
        }
    }

    /// A new array with the same bytes.
    pub fn copy_of(vm: &mut Vm, from: Gc<RawArray>) -> Result<Gc<RawArray>, Raised> {
        let len = from.get(vm).len;
        let new = RawArray::new(vm, len)?;
        let source: *const [u8] = from.get(vm).bytes();
        // SAFETY: different arrays do not overlap, and `get_mut` neither collects nor moves.
        new.get_mut(vm).bytes_mut().copy_from_slice(unsafe { &*source });
        Ok(new)
    }

    /// How many bytes.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All bytes.
    #[inline(always)]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: `len` bytes follow the struct.
        unsafe { std::slice::from_raw_parts((&raw const *self).add(1).cast(), self.len) }
    }

    /// All bytes, to be changed.
    #[inline(always)]
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `bytes`.
        unsafe { std::slice::from_raw_parts_mut((&raw mut *self).add(1).cast(), self.len) }
    }

    /// The bytes as 32-bit numbers.
    #[inline(always)]
    pub fn words32(&self) -> &[u32] {
        // SAFETY: the tail is 8-byte aligned and `len / 4` whole words long.
        unsafe { std::slice::from_raw_parts((&raw const *self).add(1).cast(), self.len / 4) }
    }

    /// The bytes as 32-bit numbers, to be changed.
    #[inline(always)]
    pub fn words32_mut(&mut self) -> &mut [u32] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut((&raw mut *self).add(1).cast(), self.len / 4) }
    }

    /// The bytes as 64-bit numbers.
    #[inline(always)]
    pub fn words64(&self) -> &[u64] {
        // SAFETY: the tail is 8-byte aligned and `len / 8` whole words long.
        unsafe { std::slice::from_raw_parts((&raw const *self).add(1).cast(), self.len / 8) }
    }

    /// The bytes as 64-bit numbers, to be changed.
    #[inline(always)]
    pub fn words64_mut(&mut self) -> &mut [u64] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut((&raw mut *self).add(1).cast(), self.len / 8) }
    }
}
