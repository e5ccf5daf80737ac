//! `bytearray`: mutable bytes.
//!
//! Invariant: the bytes `start..start + len` of `storage` are the contents; while `exports` is not 0 neither the storage
//! nor the length changes.

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::shape::ShapeId;
use crate::types::Builtin;
use crate::types::array::RawArray;
use crate::types::bytes::contents::check_length;
use crate::vm::Vm;

pub mod changing;
pub mod methods;

pub use methods::TYPE;

heap_object! {
    /// Mutable bytes.
    pub struct ByteArray = Builtin::ByteArray {
        storage: Option<Gc<RawArray>>,
        start: usize,
        len: usize,
        exports: usize,
    }
}

impl ByteArray {
    /// A new empty object of a shape.
    pub fn empty(vm: &mut Vm, shape: ShapeId) -> Result<Gc<ByteArray>, Raised> {
        vm.new_object(shape, ByteArray { header: HeaderWord::NEW, storage: None, start: 0, len: 0, exports: 0 })
    }

    /// A new exact bytearray.
    pub fn new(vm: &mut Vm, bytes: &[u8]) -> Result<Gc<ByteArray>, Raised> {
        let shape = vm.class(Builtin::ByteArray).get(vm).root_shape;
        let new = ByteArray::empty(vm, shape)?;
        ByteArray::splice(new, vm, 0, 0, bytes)?;
        Ok(new)
    }

    /// How many bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The contents.
    #[inline]
    pub fn bytes<'a>(&self, vm: &'a Vm) -> &'a [u8] {
        match self.storage {
            Some(storage) => storage.get(vm).bytes().get(self.start..self.start + self.len).unwrap_or(&[]),
            None => &[],
        }
    }

    /// The contents, to be changed in place.
    pub fn bytes_mut(this: Gc<ByteArray>, vm: &mut Vm) -> &mut [u8] {
        let ByteArray { storage, start, len, .. } = *this.get(vm);
        match storage {
            Some(storage) => storage.get_mut(vm).bytes_mut().get_mut(start..start + len).unwrap_or(&mut []),
            None => &mut [],
        }
    }

    /// The storage and where the contents start in it; makes an empty storage if there is none.
    pub fn storage(this: Gc<ByteArray>, vm: &mut Vm) -> Result<(Gc<RawArray>, usize), Raised> {
        let ByteArray { storage, start, .. } = *this.get(vm);
        if let Some(storage) = storage {
            return Ok((storage, start));
        }
        let new = RawArray::new(vm, 0)?;
        this.get_mut(vm).storage = Some(new);
        Ok((new, 0))
    }

    /// Bytes of storage, one of them CPython's closing zero.
    pub fn allocated(&self, vm: &Vm) -> usize {
        match self.storage {
            Some(storage) if self.len > 0 => storage.get(vm).len().max(self.len) + 1,
            _ => 0,
        }
    }

    /// Counts a new export.
    pub fn export(this: Gc<ByteArray>, vm: &mut Vm) {
        this.get_mut(vm).exports += 1;
    }

    /// Ends an export.
    pub fn release(this: Gc<ByteArray>, vm: &mut Vm) {
        let array = this.get_mut(vm);
        array.exports = array.exports.saturating_sub(1);
    }

    /// Raises BufferError when the length may not change.
    pub fn check_resizable(this: Gc<ByteArray>, vm: &mut Vm) -> Result<(), Raised> {
        if this.get(vm).exports == 0 || !vm.still_exporting(|vm| this.get(vm).exports > 0) {
            Ok(())
        } else {
            Err(vm.raise(Exc::BufferError, "Existing exports of data: object cannot be re-sized"))
        }
    }

    /// Replaces the bytes `from..to` (within the length) by others.
    ///
    /// # Errors
    /// BufferError when that changes the length of an exporting object, MemoryError.
    pub fn splice(this: Gc<ByteArray>, vm: &mut Vm, from: usize, to: usize, with: &[u8]) -> Result<(), Raised> {
        let len = this.get(vm).len;
        let (from, to) = (from.min(len), to.clamp(from.min(len), len));
        let new_len = len - (to - from) + with.len();
        if new_len == len {
            ByteArray::bytes_mut(this, vm)[from..to].copy_from_slice(with);
            return Ok(());
        }
        ByteArray::check_resizable(this, vm)?;
        let ByteArray { storage, start, .. } = *this.get(vm);
        if from == 0 && with.is_empty() {
            // Dropping a prefix only moves the start: a queue of bytes costs nothing to read.
            let array = this.get_mut(vm);
            array.start = start + to;
            array.len = new_len;
            if new_len == 0 {
                array.storage = None;
                array.start = 0;
            }
            return Ok(());
        }
        let capacity = storage.map_or(0, |storage| storage.get(vm).len());
        if start + new_len > capacity {
            check_length(vm, new_len)?;
            let room = if len == 0 { new_len } else { new_len + (new_len >> 3) + if new_len < 9 { 3 } else { 6 } };
            let new = RawArray::new(vm, room)?;
            let mut joined = Vec::with_capacity(new_len);
            let old = this.get(vm).bytes(vm);
            joined.extend_from_slice(&old[..from]);
            joined.extend_from_slice(with);
            joined.extend_from_slice(&old[to..]);
            new.get_mut(vm).bytes_mut()[..new_len].copy_from_slice(&joined);
            let array = this.get_mut(vm);
            (array.storage, array.start, array.len) = (Some(new), 0, new_len);
            return Ok(());
        }
        if let Some(storage) = storage {
            let all = &mut storage.get_mut(vm).bytes_mut()[start..];
            all.copy_within(to..len, from + with.len());
            all[from..from + with.len()].copy_from_slice(with);
        }
        this.get_mut(vm).len = new_len;
        Ok(())
    }

    /// Appends bytes.
    pub fn extend(this: Gc<ByteArray>, vm: &mut Vm, bytes: &[u8]) -> Result<(), Raised> {
        let len = this.get(vm).len;
        ByteArray::splice(this, vm, len, len, bytes)
    }

    /// Cuts or fills with zeros to a length.
    pub fn resize(this: Gc<ByteArray>, vm: &mut Vm, new_len: usize) -> Result<(), Raised> {
        let len = this.get(vm).len;
        if new_len <= len {
            return ByteArray::splice(this, vm, new_len, len, &[]);
        }
        check_length(vm, new_len)?;
        let zeros = vec![0; new_len - len];
        ByteArray::extend(this, vm, &zeros)
    }
}
