//! Transfers of several buffers or inside the system, section locks, timers that are descriptors.

use taipan_vm::args::Args;
use taipan_vm::host::TimeSpec;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::descriptors::{buffer_for, file_descriptor};
use super::int_or;

const NANOSECONDS: i128 = 1_000_000_000;

/// The buffers of an argument that must be a sequence.
fn buffers(vm: &mut Vm, function: &str, value: Value) -> Result<taipan_vm::gc::Gc<List>, Raised> {
    if vm.slots(value).subscript.is_none() || value.downcast::<Dict>(vm).is_some() {
        return Err(vm.raise(Exc::TypeError, format!("{function}() arg 2 must be a sequence")));
    }
    vm.list_of(value)
}

/// Reads with `operation` into as many bytes as the buffers have, and fills them in their order.
fn scatter(
    vm: &mut Vm,
    list: taipan_vm::gc::Gc<List>,
    operation: impl FnOnce(&mut Vm, &mut [u8]) -> Result<usize, Raised>,
) -> Result<Value, Raised> {
    let mut total = 0usize;
    let mut i = 0;
    while let Some(item) = list.get(vm).get_at(vm, i) {
        i += 1;
        let buffer = vm.get_buffer(item, true)?;
        total = total.saturating_add(buffer.len);
        buffer.release(vm);
    }
    let mut bytes = buffer_for(vm, isize::try_from(total).unwrap_or(isize::MAX))?;
    let n = operation(vm, &mut bytes)?;
    let (mut rest, mut i) = (bytes.get(..n).unwrap_or(&bytes), 0);
    while let Some(item) = list.get(vm).get_at(vm, i)
        && !rest.is_empty()
    {
        i += 1;
        let buffer = vm.get_buffer(item, true)?;
        let part = rest.len().min(buffer.len);
        if let Some(target) = buffer.bytes_mut(vm)
            && let Some(target) = target.get_mut(..part)
        {
            target.copy_from_slice(&rest[..part]);
        }
        buffer.release(vm);
        rest = &rest[part..];
    }
    Ok(Value::int(n))
}

pub fn readv(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = vm.index_i32(args.get(0))?;
    let list = buffers(vm, "readv", args.get(1))?;
    scatter(vm, list, |vm, bytes| vm.wait_host(|host| host.read(fd, bytes)))
}

pub fn preadv(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [fd, items, offset, flags] = args.all();
    let fd = vm.index_i32(fd)?;
    let offset = vm.index_i64(offset)?;
    let flags = int_or(vm, flags, 0)?;
    let list = buffers(vm, "preadv2", items)?;
    scatter(vm, list, |vm, bytes| vm.wait_host(|host| host.read_at(fd, bytes, offset, flags)))
}

pub fn pwritev(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [fd, items, offset, flags] = args.all();
    let fd = vm.index_i32(fd)?;
    let offset = vm.index_i64(offset)?;
    let flags = int_or(vm, flags, 0)?;
    let list = buffers(vm, "pwritev2", items)?;
    let mut bytes = Vec::new();
    let mut i = 0;
    while let Some(item) = list.get(vm).get_at(vm, i) {
        i += 1;
        bytes.extend_from_slice(&vm.bytes_of(item)?);
    }
    vm.wait_host(|host| host.write_at(fd, &bytes, offset, flags)).map(Value::int)
}

fn offset(vm: &mut Vm, value: Value) -> Result<Option<i64>, Raised> {
    value.not_none().map(|value| vm.index_i64(value)).transpose()
}

fn count(vm: &mut Vm, value: Value) -> Result<usize, Raised> {
    let count = vm.index_isize(value)?;
    usize::try_from(count).map_err(|_| vm.raise(Exc::ValueError, "negative value for 'count' not allowed"))
}

pub fn copy_file_range(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [from, to, n, source, target] = args.all();
    let (from, to) = (vm.index_i32(from)?, vm.index_i32(to)?);
    let n = count(vm, n)?;
    let offsets = [offset(vm, source)?, offset(vm, target)?];
    vm.wait_host(|host| host.copy_range(from, to, n, offsets)).map(Value::int)
}

pub fn splice(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [from, to, n, source, target, flags] = args.all();
    let (from, to) = (vm.index_i32(from)?, vm.index_i32(to)?);
    let n = count(vm, n)?;
    let offsets = [offset(vm, source)?, offset(vm, target)?];
    let flags = int_or(vm, flags, 0)?;
    vm.wait_host(|host| host.splice(from, to, n, offsets, flags as u32)).map(Value::int)
}

pub fn lockf(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (fd, command) = (vm.index_i32(args.get(0))?, vm.index_i32(args.get(1))?);
    let length = vm.index_i64(args.get(2))?;
    vm.audit("os.lockf", &[args.get(0), args.get(1), args.get(2)])?;
    vm.wait_host(|host| host.lock_section(fd, command, length))?;
    Ok(Value::NONE)
}

pub fn timerfd_create(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [clock, flags] = args.all();
    let clock = vm.index_i32(clock)?;
    let flags = int_or(vm, flags, 0)?;
    vm.ask_host(|host| host.open_timer(clock, flags | libc::TFD_CLOEXEC)).map(Value::int32)
}

fn time_of(total: i128) -> TimeSpec {
    TimeSpec { seconds: (total / NANOSECONDS) as i64, nanoseconds: (total % NANOSECONDS) as i64 }
}

fn in_seconds(vm: &mut Vm, value: Value) -> Result<TimeSpec, Raised> {
    let Some(value) = value.given() else { return Ok(TimeSpec::default()) };
    let seconds = vm.to_f64(value)?;
    if !(-9.2e9..9.2e9).contains(&seconds) {
        return Err(vm.raise(Exc::OverflowError, "timestamp out of range for platform time_t"));
    }
    Ok(time_of((seconds * 1e9).floor() as i128))
}

fn in_nanoseconds(vm: &mut Vm, value: Value) -> Result<TimeSpec, Raised> {
    match value.given() {
        Some(value) => Ok(time_of(i128::from(vm.index_i64(value)?))),
        None => Ok(TimeSpec::default()),
    }
}

fn seconds_pair(vm: &mut Vm, times: [TimeSpec; 2]) -> Result<Value, Raised> {
    let mut values = [Value::NONE; 2];
    for (value, time) in values.iter_mut().zip(times) {
        *value = vm.new_float(time.seconds as f64 + time.nanoseconds as f64 * 1e-9)?;
    }
    Ok(Tuple::from_values(vm, &values)?.value())
}

fn nanoseconds_pair(vm: &mut Vm, times: [TimeSpec; 2]) -> Result<Value, Raised> {
    let mut values = [Value::NONE; 2];
    for (value, time) in values.iter_mut().zip(times) {
        *value = vm.new_int(i64::try_from(time.total()).unwrap_or(i64::MAX))?;
    }
    Ok(Tuple::from_values(vm, &values)?.value())
}

pub fn timerfd_settime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [fd, flags, initial, interval] = args.all();
    let fd = file_descriptor(vm, fd)?;
    let flags = int_or(vm, flags, 0)?;
    let times = [in_seconds(vm, initial)?, in_seconds(vm, interval)?];
    let old = vm.ask_host(|host| host.set_descriptor_timer(fd, flags, times))?;
    seconds_pair(vm, old)
}

pub fn timerfd_settime_ns(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [fd, flags, initial, interval] = args.all();
    let fd = file_descriptor(vm, fd)?;
    let flags = int_or(vm, flags, 0)?;
    let times = [in_nanoseconds(vm, initial)?, in_nanoseconds(vm, interval)?];
    let old = vm.ask_host(|host| host.set_descriptor_timer(fd, flags, times))?;
    nanoseconds_pair(vm, old)
}

pub fn timerfd_gettime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = file_descriptor(vm, args.get(0))?;
    let times = vm.ask_host(|host| host.descriptor_timer(fd))?;
    seconds_pair(vm, times)
}

pub fn timerfd_gettime_ns(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = file_descriptor(vm, args.get(0))?;
    let times = vm.ask_host(|host| host.descriptor_timer(fd))?;
    nanoseconds_pair(vm, times)
}
