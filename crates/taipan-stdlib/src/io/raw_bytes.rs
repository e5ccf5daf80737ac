//! Growable bytes in the heap, and reading and writing through raw streams.

use taipan_vm::gc::Gc;
use taipan_vm::host::Errno;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::array::RawArray;
use taipan_vm::types::bytearray::ByteArray;
use taipan_vm::types::memoryview::MemoryView;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::file::File;

/// An array that holds the first `used` bytes of `old` and has room for `needed`.
pub fn with_room(vm: &mut Vm, old: Option<Gc<RawArray>>, used: usize, needed: usize) -> Result<Gc<RawArray>, Raised> {
    if let Some(old) = old
        && old.get(vm).len() >= needed
    {
        return Ok(old);
    }
    let size = needed.saturating_add(needed / 4).max(64);
    let Some(old) = old else { return RawArray::new(vm, size) };
    if used == 0 { RawArray::new(vm, size) } else { RawArray::grown(vm, old, size) }
}

/// A native buffer of so many bytes; MemoryError beyond the limit.
pub fn native_buffer(vm: &mut Vm, size: usize) -> Result<Vec<u8>, Raised> {
    let mut buffer = Vec::new();
    if vm.interp().heap.would_exceed(size) || buffer.try_reserve_exact(size).is_err() {
        return Err(vm.raise_no_memory());
    }
    buffer.resize(size, 0);
    Ok(buffer)
}

/// The open descriptor of an exact `FileIO`, whose methods nobody has replaced.
pub fn plain_descriptor(vm: &mut Vm, raw: Value) -> Option<i32> {
    let file = raw.downcast::<File>(vm)?;
    let class = vm.type_of(raw);
    if class.get(vm).is_heap_type() || !file.get(vm).is_open() {
        return None;
    }
    Some(file.get(vm).descriptor())
}

/// Reads at most `size` bytes of a raw stream at once; `None`: nothing is there yet.
///
/// Other than files read into `target`, if that has so many bytes: whoever reads again and again keeps one.
pub fn raw_read(
    vm: &mut Vm,
    raw: Value,
    size: usize,
    target: Option<Gc<ByteArray>>,
) -> Result<Option<Vec<u8>>, Raised> {
    if let Some(fd) = plain_descriptor(vm, raw) {
        let mut buffer = native_buffer(vm, size)?;
        return match vm.wait_host_errno(|host| host.read(fd, &mut buffer))? {
            Ok(n) => {
                buffer.truncate(n);
                Ok(Some(buffer))
            }
            Err(Errno(libc::EAGAIN)) => Ok(None),
            Err(errno) => Err(vm.raise_os_error(errno, &[])),
        };
    }
    let target = match target.filter(|target| target.get(vm).bytes(vm).len() == size) {
        Some(target) => target,
        None => read_target(vm, size)?,
    };
    let view = MemoryView::of_object(vm, target.value())?;
    let n = vm.call_method(raw, "readinto", &[view.value()])?;
    if n.is_none() {
        return Ok(None);
    }
    let n = match vm.index_isize(n) {
        Ok(n) => n,
        Err(raised) => {
            let cause = vm.take_raised(raised);
            let message = vm.new_str("raw readinto() failed")?;
            let failure = vm.new_exception(Exc::OSError, &[message])?;
            for key in [name::CAUSE, name::CONTEXT] {
                vm.set_attr_name(failure, key, cause)?;
            }
            return Err(vm.reraise(failure));
        }
    };
    if n < 0 || n as usize > size {
        let message = format!("raw readinto() returned invalid length {n} (should have been between 0 and {size})");
        return Err(vm.raise(Exc::OSError, message));
    }
    let bytes = target.get(vm).bytes(vm);
    Ok(Some(bytes.get(..n as usize).unwrap_or(bytes).to_vec()))
}

/// What `raw_read` can read so many bytes into.
pub fn read_target(vm: &mut Vm, size: usize) -> Result<Gc<ByteArray>, Raised> {
    let class = vm.builtin_value("bytearray")?;
    let target = vm.call(class, &[Value::int(size)])?;
    match target.downcast::<ByteArray>(vm) {
        Some(target) => Ok(target),
        None => Err(vm.raise(Exc::TypeError, "builtins.bytearray makes no bytearray")),
    }
}

/// Writes bytes to a raw stream at once: how many were taken; `None`: it would block.
pub fn raw_write(vm: &mut Vm, raw: Value, bytes: &[u8]) -> Result<Option<usize>, Raised> {
    if let Some(fd) = plain_descriptor(vm, raw) {
        return match vm.wait_host_errno(|host| host.write(fd, bytes))? {
            Ok(n) => Ok(Some(n)),
            Err(Errno(libc::EAGAIN)) => Ok(None),
            Err(errno) => Err(vm.raise_os_error(errno, &[])),
        };
    }
    let data = vm.new_bytes(bytes)?;
    let n = vm.call_method_name(raw, name::WRITE, &[data])?;
    if n.is_none() {
        return Ok(None);
    }
    let n = vm.index_isize(n)?;
    if n < 0 || n as usize > bytes.len() {
        let message =
            format!("raw write() returned invalid length {n} (should have been between 0 and {})", bytes.len());
        return Err(vm.raise(Exc::OSError, message));
    }
    Ok(Some(n as usize))
}
