//! The methods of `mmap`.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::host::{Errno, HostResult};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, method};
use taipan_vm::types::mapped_bytes::MappedBytes;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::{ACCESS_COPY, ACCESS_READ, Mmap, NO_FILE, SHRINKS, check_writable, memory, memory_len, ssize, write_at};

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Mmap>(vm);
    if this.get(vm).exports > 0 && vm.still_exporting(|vm| this.get(vm).exports > 0) {
        return Err(vm.raise(Exc::BufferError, "cannot close exported pointers exist"));
    }
    if let Some(memory) = this.get_mut(vm).memory.take() {
        MappedBytes::unmap(memory, vm);
    }
    Ok(Value::NONE)
}

fn enter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Mmap>(vm);
    memory(vm, this)?;
    Ok(this.value())
}

/// A bound of a search: absent ones are the default, negative ones count from the end.
fn bound(vm: &mut Vm, value: Value, default: usize) -> Result<isize, Raised> {
    value.not_none().map_or(Ok(default as isize), |value| ssize(vm, value))
}

fn search(vm: &mut Vm, args: Args<'_>, reverse: bool) -> Result<Value, Raised> {
    let (this, [wanted, start, end]) = args.method::<Mmap, 3>(vm);
    let (_, len) = memory_len(vm, this)?;
    let pos = this.get(vm).pos;
    let needle = vm.bytes_of(wanted)?;
    let (start, end) = (bound(vm, start, pos)?, bound(vm, end, len)?);
    let (memory, len) = memory_len(vm, this)?;
    let clip = |at: isize| if at < 0 { len.saturating_sub(at.unsigned_abs()) } else { len.min(at as usize) };
    let (start, end) = (clip(start), clip(end));
    let found = memory.get(vm).bytes().get(start..end).and_then(|part| {
        if reverse { memchr::memmem::rfind(part, &needle) } else { memchr::memmem::find(part, &needle) }
    });
    vm.new_int(found.map_or(-1, |at| (start + at) as i64))
}

/// The rest from the place on, at most `most` bytes of it; the place moves behind.
fn take(vm: &mut Vm, this: Gc<Mmap>, most: usize) -> Result<Value, Raised> {
    let memory = memory(vm, this)?;
    let pos = this.get(vm).pos;
    let rest = memory.get(vm).bytes().get(pos..).unwrap_or(&[]);
    let part = rest[..rest.len().min(most)].to_vec();
    this.get_mut(vm).pos = pos + part.len();
    vm.new_bytes(&part)
}

fn read(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [size]) = args.method::<Mmap, 1>(vm);
    memory(vm, this)?;
    let most = match size.not_none() {
        None => usize::MAX,
        Some(size) if !vm.is_int(size) && vm.slots(size).index.is_none() => {
            let got = vm.type_name(size);
            return Err(vm.raise(Exc::TypeError, format!("argument should be integer or None, not '{got}'")));
        }
        Some(size) => usize::try_from(vm.index_isize(size)?).unwrap_or(usize::MAX),
    };
    take(vm, this, most)
}

fn readline(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Mmap>(vm);
    let memory = memory(vm, this)?;
    let rest = memory.get(vm).bytes().get(this.get(vm).pos..).unwrap_or(&[]);
    let most = memchr::memchr(b'\n', rest).map_or(usize::MAX, |at| at + 1);
    take(vm, this, most)
}

fn read_byte(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Mmap>(vm);
    let memory = memory(vm, this)?;
    let pos = this.get(vm).pos;
    let Some(byte) = memory.get(vm).bytes().get(pos).copied() else {
        return Err(vm.raise(Exc::ValueError, "read byte out of range"));
    };
    this.get_mut(vm).pos = pos + 1;
    Ok(Value::int32(i32::from(byte)))
}

fn write(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [data]) = args.method::<Mmap, 1>(vm);
    memory(vm, this)?;
    let bytes = vm.bytes_of(data)?;
    check_writable(vm, this)?;
    let (memory, len) = memory_len(vm, this)?;
    let pos = this.get(vm).pos;
    if len.checked_sub(pos).is_none_or(|room| room < bytes.len()) {
        return Err(vm.raise(Exc::ValueError, "data out of range"));
    }
    write_at(vm, memory, pos, &bytes);
    this.get_mut(vm).pos = pos + bytes.len();
    vm.new_int(bytes.len() as i64)
}

fn write_byte(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [byte]) = args.method::<Mmap, 1>(vm);
    memory(vm, this)?;
    let index = vm.index(byte)?;
    let number = vm.as_i64(index);
    let Some(byte) = number.and_then(|number| u8::try_from(number).ok()) else {
        let message = match number {
            Some(..0) => "unsigned byte integer is less than minimum",
            Some(_) => "unsigned byte integer is greater than maximum",
            None => "Python int too large to convert to C long",
        };
        return Err(vm.raise(Exc::OverflowError, message));
    };
    check_writable(vm, this)?;
    let (memory, len) = memory_len(vm, this)?;
    let pos = this.get(vm).pos;
    if pos >= len {
        return Err(vm.raise(Exc::ValueError, "write byte out of range"));
    }
    write_at(vm, memory, pos, &[byte]);
    this.get_mut(vm).pos = pos + 1;
    Ok(Value::NONE)
}

/// The answer of the system about the mapping.
fn ask<T>(
    vm: &mut Vm,
    memory: Gc<MappedBytes>,
    operation: impl FnOnce(&taipan_vm::host::os::mappings::Mapping) -> HostResult<T>,
) -> Result<T, Raised> {
    let Some(mapping) = MappedBytes::mapping(memory, vm) else {
        return Err(vm.raise(Exc::ValueError, "mmap closed or invalid"));
    };
    let answer = operation(&mapping.borrow());
    answer.map_err(|errno: Errno| vm.raise_os_error(errno, &[]))
}

fn size(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Mmap>(vm);
    let memory = memory(vm, this)?;
    let size = ask(vm, memory, |mapping| mapping.file_size())?;
    vm.new_int(size)
}

fn resize(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [size]) = args.method::<Mmap, 1>(vm);
    memory(vm, this)?;
    let size = ssize(vm, size)?;
    if this.get(vm).exports > 0 && vm.still_exporting(|vm| this.get(vm).exports > 0) {
        return Err(vm.raise(Exc::BufferError, "mmap can't resize with extant buffers exported."));
    }
    let (memory, len) = memory_len(vm, this)?;
    let Mmap { access, resizing, .. } = *this.get(vm);
    if resizing == NO_FILE {
        return Err(vm.raise(Exc::ValueError, "mmap can't resize with trackfd=False."));
    }
    if matches!(access, ACCESS_READ | ACCESS_COPY) {
        return Err(vm.raise(Exc::TypeError, "mmap can't resize a readonly or copy-on-write memory map."));
    }
    let Ok(size) = usize::try_from(size) else {
        return Err(vm.raise(Exc::ValueError, "new size out of range"));
    };
    if resizing == SHRINKS && size > len {
        return Err(vm.raise(Exc::ValueError, "mmap: can't expand a shared anonymous mapping"));
    }
    match MappedBytes::resize(memory, vm, size) {
        Some(Ok(())) => Ok(Value::NONE),
        Some(Err(errno)) => Err(vm.raise_os_error(errno, &[])),
        None => Err(vm.raise(Exc::ValueError, "mmap closed or invalid")),
    }
}

fn tell(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Mmap>(vm);
    memory(vm, this)?;
    vm.new_int(this.get(vm).pos as i64)
}

fn seek(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [distance, whence]) = args.method::<Mmap, 2>(vm);
    memory(vm, this)?;
    let distance = ssize(vm, distance)?;
    let whence = whence.given().map_or(Ok(0), |whence| vm.index_i32(whence))?;
    let (_, len) = memory_len(vm, this)?;
    let from = match whence {
        0 => 0,
        1 => this.get(vm).pos,
        2 => len,
        _ => return Err(vm.raise(Exc::ValueError, "unknown seek type")),
    };
    match from.checked_add_signed(distance).filter(|place| *place <= len) {
        Some(place) => {
            this.get_mut(vm).pos = place;
            vm.new_int(place as i64)
        }
        None => Err(vm.raise(Exc::ValueError, "seek out of range")),
    }
}

fn flush(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [offset, size]) = args.method::<Mmap, 2>(vm);
    memory(vm, this)?;
    let offset = offset.given().map_or(Ok(0), |offset| ssize(vm, offset))?;
    let size = size.not_none().map(|size| ssize(vm, size)).transpose()?;
    let (memory, len) = memory_len(vm, this)?;
    let range = usize::try_from(offset).ok().zip(size.map_or(Some(len), |size| usize::try_from(size).ok()));
    let Some((offset, size)) =
        range.filter(|(offset, size)| len.checked_sub(*offset).is_some_and(|rest| *size <= rest))
    else {
        return Err(vm.raise(Exc::ValueError, "flush values out of range"));
    };
    if !matches!(this.get(vm).access, ACCESS_READ | ACCESS_COPY) {
        ask(vm, memory, |mapping| mapping.flush(offset, size))?;
    }
    Ok(Value::NONE)
}

fn madvise(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [option, start, length]) = args.method::<Mmap, 3>(vm);
    memory(vm, this)?;
    let option = vm.index_i32(option)?;
    let start = start.given().map_or(Ok(0), |start| ssize(vm, start))?;
    let length = length.not_none().map(|length| ssize(vm, length)).transpose()?;
    let (memory, len) = memory_len(vm, this)?;
    let Some(start) = usize::try_from(start).ok().filter(|start| *start < len) else {
        return Err(vm.raise(Exc::ValueError, "madvise start out of bounds"));
    };
    let Ok(length) = length.map_or(Ok(len), usize::try_from) else {
        return Err(vm.raise(Exc::ValueError, "madvise length invalid"));
    };
    if length > isize::MAX as usize - start {
        return Err(vm.raise(Exc::OverflowError, "madvise length too large"));
    }
    ask(vm, memory, |mapping| mapping.advise(start, length.min(len - start), option))?;
    Ok(Value::NONE)
}

fn move_(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [dest, src, count]) = args.method::<Mmap, 3>(vm);
    memory(vm, this)?;
    let (dest, src, count) = (ssize(vm, dest)?, ssize(vm, src)?, ssize(vm, count)?);
    check_writable(vm, this)?;
    let (memory, len) = memory_len(vm, this)?;
    let fits = |at: isize| {
        let (at, count) = (usize::try_from(at).ok()?, usize::try_from(count).ok()?);
        (len.checked_sub(at)? >= count).then_some((at, count))
    };
    let (Some((dest, count)), Some((src, _))) = (fits(dest), fits(src)) else {
        return Err(vm.raise(Exc::ValueError, "source, destination, or count out of range"));
    };
    let bytes = memory.get_mut(vm).bytes_mut();
    if bytes.len() == len {
        bytes.copy_within(src..src + count, dest);
    }
    Ok(Value::NONE)
}

pub(super) const METHODS: &[MethodDef] = &[
    method("close($self, /)", close, ""),
    method("__enter__($self, /)", enter, ""),
    method("__exit__($self, exc_type, exc_value, traceback, /)", close, ""),
    method("find($self, view, start=None, end=None, /)", |vm, args| search(vm, args, false), ""),
    method("rfind($self, view, start=None, end=None, /)", |vm, args| search(vm, args, true), ""),
    method("read($self, n=None, /)", read, ""),
    method("readline($self, /)", readline, ""),
    method("read_byte($self, /)", read_byte, ""),
    method("write($self, bytes, /)", write, ""),
    method("write_byte($self, byte, /)", write_byte, ""),
    method("size($self, /)", size, ""),
    method("resize($self, newsize, /)", resize, ""),
    method("tell($self, /)", tell, ""),
    method("seek($self, pos, whence=0, /)", seek, ""),
    method("seekable($self, /)", |_, _| Ok(Value::TRUE), ""),
    method("flush($self, offset=0, size=None, /)", flush, ""),
    method("madvise($self, option, start=0, length=None, /)", madvise, ""),
    method("move($self, dest, src, count, /)", move_, ""),
];
