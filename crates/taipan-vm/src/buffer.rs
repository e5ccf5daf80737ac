//! The buffer protocol: how natives see the bytes of bytes-like objects.
//!
//! A `Buffer` names the exporting storage, not an address: the bytes are borrowed anew from the VM at each use.

use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::types::array::RawArray;
use crate::types::mapped_bytes::MappedBytes;
use crate::value::Value;
use crate::vm::Vm;

/// Work on so many bytes counts like a call or a turn of a loop: others are to get their turn in time, and signals their
/// handlers, where each call of a native function takes long.
const BYTES_PER_STEP: usize = 64;

/// What the consumer wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BufferRequest {
    pub writable: bool,
    /// It can do with items that do not lie side by side, of which it sees a copy.
    pub strided: bool,
}

/// Where the bytes lie.
#[derive(Clone, Copy)]
pub enum BufferStorage {
    /// A `bytes` object.
    Bytes(Gc<crate::types::bytes::Bytes>),
    /// A raw array.
    Raw(Gc<RawArray>),
    /// Mapped memory.
    Mapped(Gc<MappedBytes>),
}

/// A contiguous export: `len` bytes at `start` of the storage. The exporter counts it until `release`.
#[derive(Clone, Copy)]
pub struct Buffer {
    /// The object that exports.
    pub owner: Value,
    pub storage: BufferStorage,
    pub start: usize,
    pub len: usize,
    pub readonly: bool,
    /// Bytes of an item and its struct format.
    pub itemsize: usize,
    pub format: Option<Value>,
    /// A tuple with the lengths of the dimensions; `None`: one dimension.
    pub shape: Option<Gc<crate::types::tuple::Tuple>>,
}

impl Buffer {
    /// The bytes.
    pub fn bytes<'a>(&self, vm: &'a Vm) -> &'a [u8] {
        let all = match self.storage {
            BufferStorage::Bytes(bytes) => bytes.get(vm).bytes(),
            BufferStorage::Raw(raw) => raw.get(vm).bytes(),
            BufferStorage::Mapped(mapped) => mapped.get(vm).bytes(),
        };
        all.get(self.start..self.start + self.len).unwrap_or(&[])
    }

    /// The bytes, to be changed; `None` for read-only exports.
    pub fn bytes_mut<'a>(&self, vm: &'a mut Vm) -> Option<&'a mut [u8]> {
        match self.storage {
            BufferStorage::Raw(raw) if !self.readonly => {
                raw.get_mut(vm).bytes_mut().get_mut(self.start..self.start + self.len)
            }
            BufferStorage::Mapped(mapped) if !self.readonly => {
                mapped.get_mut(vm).bytes_mut().get_mut(self.start..self.start + self.len)
            }
            _ => None,
        }
    }

    /// Ends the export.
    pub fn release(self, vm: &mut Vm) {
        if let Some(release) = vm.slots(self.owner).release_buffer {
            release(vm, self.owner);
        }
    }
}

impl Vm {
    /// Asks for the contiguous buffer of a bytes-like object. TypeError "a bytes-like object is required, not 'X'", BufferError
    /// for what is not contiguous.
    pub fn get_buffer(&mut self, value: Value, writable: bool) -> Result<Buffer, Raised> {
        self.request_buffer(value, BufferRequest { writable, strided: false })
    }

    /// Asks for the buffer of a bytes-like object. TypeError "a bytes-like object is required, not 'X'".
    pub fn request_buffer(&mut self, value: Value, request: BufferRequest) -> Result<Buffer, Raised> {
        match self.slots(value).get_buffer {
            Some(get) => {
                let buffer = get(self, value, request)?;
                self.spend(buffer.len / BYTES_PER_STEP);
                Ok(buffer)
            }
            None => {
                let name = self.type_name(value);
                Err(self.raise(Exc::TypeError, format!("a bytes-like object is required, not '{name}'")))
            }
        }
    }

    /// The buffer an argument gives to be filled, `what` being for instance `readinto() argument`. TypeError "`what` must be
    /// read-write bytes-like object, not X", whatever went wrong.
    pub fn writable_buffer(&mut self, value: Value, what: &str) -> Result<Buffer, Raised> {
        let result = self.get_buffer(value, true);
        if let Some(buffer) = self.catch(result, Exc::Exception)? {
            return Ok(buffer);
        }
        let got = if value.is_none() { "None".to_owned() } else { self.type_name(value) };
        Err(self.raise(Exc::TypeError, format!("{what} must be read-write bytes-like object, not {got}")))
    }

    /// A copy of the bytes of a contiguous bytes-like object.
    pub fn bytes_of(&mut self, value: Value) -> Result<Vec<u8>, Raised> {
        self.bytes_at(value, false)
    }

    /// A copy of the bytes of a bytes-like object, whose items may lie apart.
    pub fn strided_bytes_of(&mut self, value: Value) -> Result<Vec<u8>, Raised> {
        self.bytes_at(value, true)
    }

    fn bytes_at(&mut self, value: Value, strided: bool) -> Result<Vec<u8>, Raised> {
        let buffer = self.request_buffer(value, BufferRequest { writable: false, strided })?;
        let bytes = buffer.bytes(self).to_vec();
        buffer.release(self);
        Ok(bytes)
    }
}
