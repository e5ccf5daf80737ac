//! `MappedBytes`: the bytes of mapped memory, the storage behind `mmap`.
//!
//! Invariants: while `len` is not 0, the range belongs to the resource `mapping`, which no one else changes; the range lies
//! outside the heap and does not move but in `resize`.

use std::cell::RefCell;
use std::rc::Rc;

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::host::HostResult;
use crate::host::os::mappings::Mapping;
use crate::raise::Raised;
use crate::spec::TypeSpec;
use crate::types::Builtin;
use crate::vm::Vm;

heap_object! {
    /// Mapped bytes.
    pub struct MappedBytes = Builtin::MappedBytes {
        address: usize,
        len: usize,
        /// The number of the resource.
        mapping: usize,
        writable: bool,
        pad: [u8; 7],
    }
}

pub static TYPE: TypeSpec = TypeSpec {
    name: "mapped_bytes",
    layout: Some(<MappedBytes as crate::gc::HeapObject>::native),
    ..TypeSpec::DEFAULT
};

impl MappedBytes {
    /// The bytes of a mapping, for which `charged` bytes count. A mapping that may not be read has none.
    pub fn new(
        vm: &mut Vm,
        mapping: Mapping,
        readable: bool,
        writable: bool,
        charged: usize,
    ) -> Result<Gc<MappedBytes>, Raised> {
        let (address, len) = if readable { mapping.range() } else { (0, 0) };
        let bytes = MappedBytes { header: HeaderWord::NEW, address, len, mapping: usize::MAX, writable, pad: [0; 7] };
        let bytes = vm.new_exact(bytes)?;
        let number = vm.attach_resource(bytes.value(), Rc::new(RefCell::new(mapping)), charged);
        bytes.get_mut(vm).mapping = number;
        Ok(bytes)
    }

    /// Bytes at an address outside the heap. `owner` is what frees them, if that is to happen when nothing refers to the
    /// object any more; `charged` bytes count for it.
    ///
    /// # Safety
    /// The memory is readable (and writable, if said) and stays so for as long as the bytes are looked at.
    pub unsafe fn at_address(
        vm: &mut Vm,
        address: usize,
        len: usize,
        writable: bool,
        owner: Option<Rc<dyn std::any::Any>>,
        charged: usize,
    ) -> Result<Gc<MappedBytes>, Raised> {
        let bytes = MappedBytes { header: HeaderWord::NEW, address, len, mapping: usize::MAX, writable, pad: [0; 7] };
        let bytes = vm.new_exact(bytes)?;
        if let Some(owner) = owner {
            let number = vm.attach_resource(bytes.value(), owner, charged);
            bytes.get_mut(vm).mapping = number;
        }
        Ok(bytes)
    }

    /// Where the bytes lie.
    pub fn address(&self) -> usize {
        self.address
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: the mapping lives; it is unmapped or moved by `&mut Vm` only, which ends this borrow.
        unsafe { std::slice::from_raw_parts(self.address as *const u8, self.len) }
    }

    /// The bytes, to be changed; none if that is not allowed.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        if self.len == 0 || !self.writable {
            return &mut [];
        }
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.address as *mut u8, self.len) }
    }

    /// The mapping, until it is unmapped.
    pub fn mapping(this: Gc<MappedBytes>, vm: &Vm) -> Option<Rc<RefCell<Mapping>>> {
        vm.resource(this.get(vm).mapping)
    }

    /// Changes the length. `None`: unmapped.
    pub fn resize(this: Gc<MappedBytes>, vm: &mut Vm, len: usize) -> Option<HostResult<()>> {
        let mapping = MappedBytes::mapping(this, vm)?;
        let result = mapping.borrow_mut().resize(len);
        let (address, len) = mapping.borrow().range();
        let bytes = this.get_mut(vm);
        (bytes.address, bytes.len) = (address, len);
        Some(result)
    }

    /// Gives the memory back. From here on there are no bytes.
    pub fn unmap(this: Gc<MappedBytes>, vm: &mut Vm) {
        let bytes = this.get_mut(vm);
        (bytes.address, bytes.len) = (0, 0);
        let number = std::mem::replace(&mut bytes.mapping, usize::MAX);
        // The number may be given to another resource.
        vm.heap_mut().unregister_finalizer(this.header());
        vm.remove_resource(number);
    }
}
