//! Descriptors of special kinds: terminals, counters, memory, processes; copying between descriptors.

use taipan_vm::args::Args;
use taipan_vm::host::Errno;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::int_or;

pub fn openpty(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let (master, slave) = vm.ask_host(|host| host.open_terminal_pair())?;
    Ok(Tuple::from_values(vm, &[Value::int32(master), Value::int32(slave)])?.value())
}

pub fn tcgetpgrp(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = vm.index_i32(args.get(0))?;
    vm.ask_host(|host| host.terminal_group(fd)).map(Value::int32)
}

pub fn tcsetpgrp(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (fd, group) = (vm.index_i32(args.get(0))?, vm.index_i32(args.get(1))?);
    vm.ask_host(|host| host.set_terminal_group(fd, group))?;
    Ok(Value::NONE)
}

pub fn pidfd_open(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let pid = vm.index_i32(args.get(0))?;
    let flags = int_or(vm, args.all::<2>()[1], 0)?;
    vm.ask_host(|host| host.open_process(pid, flags as u32)).map(Value::int32)
}

pub fn eventfd(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let value = vm.index_i64(args.get(0))?;
    let flags = int_or(vm, args.all::<2>()[1], libc::EFD_CLOEXEC)?;
    vm.ask_host(|host| host.open_counter(value as u32, flags)).map(Value::int32)
}

pub fn eventfd_read(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = vm.index_i32(args.get(0))?;
    let mut bytes = [0; 8];
    let n = vm.wait_host(|host| host.read(fd, &mut bytes))?;
    if n != 8 {
        return Err(vm.raise_os_error(Errno(libc::EINVAL), &[]));
    }
    vm.new_uint(u64::from_ne_bytes(bytes))
}

pub fn eventfd_write(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = vm.index_i32(args.get(0))?;
    let index = vm.index(args.get(1))?;
    let bytes = match vm.as_i64(index) {
        Some(value) => (value as u64).to_ne_bytes(),
        None => return Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C unsigned long long")),
    };
    vm.wait_host(|host| host.write(fd, &bytes))?;
    Ok(Value::NONE)
}

pub fn memfd_create(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = vm.path_bytes(args.get(0))?;
    let flags = int_or(vm, args.all::<2>()[1], libc::MFD_CLOEXEC as i32)?;
    vm.ask_host(|host| host.open_memory(&name, flags as u32)).map(Value::int32)
}

pub fn sendfile(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (to, from, offset, count) = (args.get(0), args.get(1), args.get(2), args.get(3));
    let (to, from) = (vm.index_i32(to)?, vm.index_i32(from)?);
    let offset = match offset.not_none() {
        Some(offset) => Some(vm.index_i64(offset)?),
        None => None,
    };
    let Ok(count) = usize::try_from(vm.index_isize(count)?) else {
        return Err(vm.raise_os_error(Errno(libc::EINVAL), &[]));
    };
    let n = vm.wait_host(|host| host.send_file(to, from, offset, count))?;
    Ok(Value::int(n))
}

pub fn posix_fallocate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (fd, offset, length) = (vm.index_i32(args.get(0))?, vm.index_i64(args.get(1))?, vm.index_i64(args.get(2))?);
    vm.wait_host(|host| host.allocate_space(fd, offset, length))?;
    Ok(Value::NONE)
}

pub fn posix_fadvise(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (fd, offset, length) = (vm.index_i32(args.get(0))?, vm.index_i64(args.get(1))?, vm.index_i64(args.get(2))?);
    let advice = vm.index_i32(args.get(3))?;
    vm.wait_host(|host| host.advise_access(fd, offset, length, advice))?;
    Ok(Value::NONE)
}
