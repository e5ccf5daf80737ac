//! The C functions behind `ctypes.cast`, `string_at`, `wstring_at` and `memoryview_at`.

use taipan_vm::raise::Exc;
use taipan_vm::types::memoryview::MemoryView;
use taipan_vm::value::Value;

use super::super::code::wide_text;
use super::super::{conversion, memory};
use super::passing::{Borrowed, Reference, give, take, within};

extern "C" fn cast(address: usize, source: Borrowed, class: Borrowed) -> Reference {
    within(|vm| {
        let (source, class) = (take(vm, source)?, take(vm, class)?);
        let made = conversion::cast(vm, address, source, class)?;
        give(vm, made)
    })
}

extern "C" fn string_at(address: usize, size: i32) -> Reference {
    within(|vm| {
        vm.audit_numbers("ctypes.string_at", &[address as i64, i64::from(size)])?;
        let len = match size {
            -1 => memory::zero_at(address, usize::MAX),
            _ => match usize::try_from(size) {
                Ok(len) => len,
                Err(_) => {
                    let message = "Negative size passed to PyBytes_FromStringAndSize";
                    return Err(vm.raise(Exc::SystemError, message));
                }
            },
        };
        let bytes = memory::read_vec(vm, address, len)?;
        let bytes = vm.new_bytes(&bytes)?;
        give(vm, bytes)
    })
}

extern "C" fn wstring_at(address: usize, size: i32) -> Reference {
    within(|vm| {
        vm.audit_numbers("ctypes.wstring_at", &[address as i64, i64::from(size)])?;
        let len = match size {
            -1 => memory::wide_zero_at(address, usize::MAX),
            _ => match usize::try_from(size) {
                Ok(len) => len,
                Err(_) => return Err(vm.raise(Exc::SystemError, "bad argument to internal function")),
            },
        };
        let points = memory::read_wide(vm, address, len)?;
        let value = wide_text(vm, &points)?;
        give(vm, value)
    })
}

extern "C" fn memoryview_at(address: usize, size: i64, readonly: i32) -> Reference {
    within(|vm| {
        vm.audit_numbers("ctypes.memoryview_at", &[address as i64, size, i64::from(readonly)])?;
        let Ok(len) = usize::try_from(size) else {
            let message = format!("memoryview_at: size is negative (or overflowed): {size}");
            return Err(vm.raise(Exc::ValueError, message));
        };
        let block = memory::view(vm, address, len, readonly == 0)?;
        let buffer = taipan_vm::buffer::Buffer {
            owner: Value::NONE,
            storage: taipan_vm::buffer::BufferStorage::Mapped(block),
            start: 0,
            len: block.get(vm).bytes().len(),
            readonly: readonly != 0,
            itemsize: 1,
            format: None,
            shape: None,
        };
        let view = MemoryView::of_buffer(vm, buffer)?;
        give(vm, view.value())
    })
}

/// The addresses of these functions, under their names in the module.
pub fn helpers() -> [(&'static str, usize); 4] {
    [
        ("_cast_addr", cast as *const () as usize),
        ("_string_at_addr", string_at as *const () as usize),
        ("_wstring_at_addr", wstring_at as *const () as usize),
        ("_memoryview_at_addr", memoryview_at as *const () as usize),
    ]
}
