//! Memory outside the heap: the blocks of instances, and access to any address, as C has it.
//!
//! A block is zeroed, aligned for every scalar, does not move, and is freed when nothing refers to its `MappedBytes` any
//! more. Other addresses come from the program, which answers for them as it does with CPython: that is what the module is
//! for.

#![allow(unsafe_code)]

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::rc::Rc;

use taipan_vm::gc::Gc;
use taipan_vm::raise::Raised;
use taipan_vm::types::mapped_bytes::MappedBytes;
use taipan_vm::vm::Vm;

/// Bytes from the allocator of the program.
struct Block {
    address: *mut u8,
    layout: Layout,
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout, freed once.
        unsafe { dealloc(self.address, self.layout) };
    }
}

/// A new block of zeros. MemoryError when there is no room.
pub fn allocate(vm: &mut Vm, size: usize) -> Result<Gc<MappedBytes>, Raised> {
    let Ok(layout) = Layout::from_size_align(size.max(1), 16) else { return Err(vm.raise_no_memory()) };
    vm.check_native_bytes(layout.size())?;
    // SAFETY: the size is not 0.
    let address = unsafe { alloc_zeroed(layout) };
    if address.is_null() {
        return Err(vm.raise_no_memory());
    }
    let block = Block { address, layout };
    // SAFETY: the block owns the memory and lives as long as the object.
    unsafe { MappedBytes::at_address(vm, address as usize, size, true, Some(Rc::new(block)), size) }
}

/// A new block with given bytes.
pub fn allocate_copy(vm: &mut Vm, bytes: &[u8]) -> Result<Gc<MappedBytes>, Raised> {
    let block = allocate(vm, bytes.len())?;
    block.get_mut(vm).bytes_mut().copy_from_slice(bytes);
    Ok(block)
}

/// A view of memory that someone else owns.
pub fn view(vm: &mut Vm, address: usize, len: usize, writable: bool) -> Result<Gc<MappedBytes>, Raised> {
    // An address near the end of the address space has no bytes behind it.
    let len = if address == 0 || address.checked_add(len).is_none() || isize::try_from(len).is_err() { 0 } else { len };
    // SAFETY: the program names the memory and answers for it.
    unsafe { MappedBytes::at_address(vm, address, len, writable, None, 0) }
}

/// Copies bytes from an address.
pub fn read(address: usize, into: &mut [u8]) {
    // SAFETY: the program names the memory and answers for it; the target is Rust's own.
    unsafe { std::ptr::copy(address as *const u8, into.as_mut_ptr(), into.len()) };
}

/// Copies bytes to an address.
pub fn write(address: usize, bytes: &[u8]) {
    // SAFETY: as above.
    unsafe { std::ptr::copy(bytes.as_ptr(), address as *mut u8, bytes.len()) };
}

/// Copies bytes from one address to another; they may overlap.
pub fn copy(from: usize, to: usize, len: usize) {
    // SAFETY: as above.
    unsafe { std::ptr::copy(from as *const u8, to as *mut u8, len) };
}

/// The bytes at an address. MemoryError when there is no room for so many.
pub fn read_vec(vm: &mut Vm, address: usize, len: usize) -> Result<Vec<u8>, Raised> {
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(len).is_err() {
        return Err(vm.raise_no_memory());
    }
    bytes.resize(len, 0);
    read(address, &mut bytes);
    Ok(bytes)
}

/// The word at an address.
pub fn read_word(address: usize) -> usize {
    let mut word = [0; 8];
    read(address, &mut word);
    usize::from_ne_bytes(word)
}

/// Bytes before the first zero, of at most `limit`.
pub fn zero_at(address: usize, limit: usize) -> usize {
    // SAFETY: as above; no byte behind the first zero is read.
    (0..limit).find(|i| unsafe { *(address.wrapping_add(*i) as *const u8) } == 0).unwrap_or(limit)
}

/// Wide characters before the first zero, of at most `limit`.
pub fn wide_zero_at(address: usize, limit: usize) -> usize {
    let is_zero = |i: usize| {
        let mut unit = [0xFF; 4];
        read(address.wrapping_add(i * 4), &mut unit);
        unit == [0; 4]
    };
    (0..limit).find(|i| is_zero(*i)).unwrap_or(limit)
}

/// The wide characters at an address.
pub fn read_wide(vm: &mut Vm, address: usize, len: usize) -> Result<Vec<u32>, Raised> {
    let Some(size) = len.checked_mul(4) else { return Err(vm.raise_no_memory()) };
    let bytes = read_vec(vm, address, size)?;
    Ok(bytes.chunks_exact(4).map(|unit| u32::from_ne_bytes([unit[0], unit[1], unit[2], unit[3]])).collect())
}

/// The address of a Rust buffer, for the functions above.
pub fn address_of(buffer: &mut [u8]) -> usize {
    buffer.as_mut_ptr().expose_provenance()
}
