//! `bytes`: immutable bytes in the object itself; the hash is cached (0: not computed).

use std::ops::Range;

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::raise::Raised;
use crate::shape::ShapeId;
use crate::types::Builtin;
use crate::types::array::RawArray;
use crate::value::Value;
use crate::vm::Vm;

pub mod casing;
pub mod construct;
pub mod contents;
pub mod decoding;
pub mod filling;
pub mod hexadecimal;
pub mod iterator;
pub mod methods;
pub mod percent_format;
pub mod searching;
pub mod splitting;

pub use methods::TYPE;

heap_object! {
    /// Immutable bytes.
    pub struct Bytes = Builtin::Bytes {
        pub hash: i64,
        len: usize,
    }
    tail Bytes(len)
}

impl Bytes {
    /// A new exact bytes object.
    pub fn new(vm: &mut Vm, bytes: &[u8]) -> Result<Gc<Bytes>, Raised> {
        if bytes.len() < 2 {
            return Bytes::small(vm, bytes);
        }
        let new = Bytes::zeroed(vm, Builtin::Bytes as u32, bytes.len())?;
        new.get_mut(vm).bytes_mut().copy_from_slice(bytes);
        Ok(new)
    }

    /// A new exact bytes object of a part of an array.
    pub fn of_array(vm: &mut Vm, array: Gc<RawArray>, range: Range<usize>) -> Result<Gc<Bytes>, Raised> {
        if range.len() < 2 {
            let byte = array.get(vm).bytes().get(range.start).copied().unwrap_or(0);
            return Bytes::small(vm, &[byte][..range.len()]);
        }
        let new = Bytes::zeroed(vm, Builtin::Bytes as u32, range.len())?;
        let source: *const [u8] = &array.get(vm).bytes()[range];
        // SAFETY: different objects do not overlap; nothing collects in between.
        new.get_mut(vm).bytes_mut().copy_from_slice(unsafe { &*source });
        Ok(new)
    }

    /// Empty and one-byte objects exist once.
    fn small(vm: &mut Vm, bytes: &[u8]) -> Result<Gc<Bytes>, Raised> {
        let singletons = &mut vm.interp_mut().singletons;
        if singletons.bytes1.is_empty() {
            singletons.bytes1 = vec![None; 257];
        }
        let index = bytes.first().map_or(256, |byte| *byte as usize);
        if let Some(found) = singletons.bytes1[index].and_then(|value| value.exact::<Bytes>()) {
            return Ok(found);
        }
        let new = Bytes::zeroed(vm, Builtin::Bytes as u32, bytes.len())?;
        new.get_mut(vm).bytes_mut().copy_from_slice(bytes);
        vm.interp_mut().singletons.bytes1[index] = Some(new.value());
        Ok(new)
    }

    /// A new zero-filled object of a shape, to be filled in at once. MemoryError when it is too long.
    pub fn zeroed(vm: &mut Vm, shape: ShapeId, len: usize) -> Result<Gc<Bytes>, Raised> {
        if len >= 1 << 47 {
            return Err(vm.raise_no_memory());
        }
        vm.new_with_tail(shape, Bytes { header: HeaderWord::NEW, hash: 0, len }, len)
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

    /// All bytes, to be filled in right after creation.
    #[inline(always)]
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut((&raw mut *self).add(1).cast(), self.len) }
    }
}

impl Vm {
    /// A new bytes value.
    pub fn new_bytes(&mut self, bytes: &[u8]) -> Result<Value, Raised> {
        Ok(Bytes::new(self, bytes)?.value())
    }
}
