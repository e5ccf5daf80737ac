//! Functions on descriptors.

use taipan_vm::args::Args;
use taipan_vm::host::{Errno, Host, HostResult};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::structseq;
use taipan_vm::types::structseq::instance;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::path_argument::{Allow, dir_fd, path};
use super::{int_or, truth_or};

structseq! {
    /// `os.terminal_size`.
    pub static TERMINAL_SIZE = "os" "terminal_size", doc "A tuple of (columns, lines) for holding terminal window size", flags taipan_vm::spec::MUTABLE, visible 2, [
        "columns" "width of the terminal window in characters",
        "lines" "height of the terminal window in characters",
    ]
}

/// The largest transfer of one call.
const MAX_TRANSFER: usize = 0x7fff_f000;

/// Runs an operation on the descriptor in the first argument.
fn on_fd<T>(
    vm: &mut Vm,
    args: Args<'_>,
    mut operation: impl FnMut(&dyn Host, i32) -> HostResult<T>,
) -> Result<T, Raised> {
    let fd = descriptor(vm, args.get(0))?;
    vm.wait_host(|host| operation(host, fd))
}

/// A descriptor: an int, or an object with `fileno()`.
fn descriptor(vm: &mut Vm, value: Value) -> Result<i32, Raised> {
    vm.index_i32(value)
}

/// A descriptor or an object with `fileno()`.
pub fn file_descriptor(vm: &mut Vm, value: Value) -> Result<i32, Raised> {
    if vm.is_int(value) {
        let fd = vm.index_i32(value)?;
        if fd < 0 {
            let message = format!("file descriptor cannot be a negative integer ({fd})");
            return Err(vm.raise(Exc::ValueError, message));
        }
        return Ok(fd);
    }
    let name = taipan_vm::names::name::FILENO;
    match vm.get_attr_opt_name(value, name)? {
        Some(method) => {
            let fd = vm.call(method, &[])?;
            if !vm.is_int(fd) {
                return Err(vm.raise(Exc::TypeError, "fileno() returned a non-integer"));
            }
            vm.index_i32(fd)
        }
        None => Err(vm.raise(Exc::TypeError, "argument must be an int, or have a fileno() method.")),
    }
}

pub fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = descriptor(vm, args.get(0))?;
    let host = vm.host();
    // Never repeated: the descriptor is gone even when the call was interrupted.
    match vm.detached(|| host.close(fd)) {
        Ok(()) | Err(Errno::INTERRUPTED) => Ok(Value::NONE),
        Err(errno) => Err(vm.raise_os_error(errno, &[])),
    }
}

pub fn closerange(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (low, high) = (vm.index_i32(args.get(0))?, vm.index_i32(args.get(1))?);
    let host = vm.host();
    for fd in low.max(0)..high {
        let _ = host.close(fd);
    }
    Ok(Value::NONE)
}

pub fn dup(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    on_fd(vm, args, |host, fd| host.duplicate(fd)).map(Value::int32)
}

pub fn dup2(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [fd, target, inheritable] = args.all();
    let (fd, target) = (descriptor(vm, fd)?, descriptor(vm, target)?);
    let inheritable = truth_or(vm, inheritable, true)?;
    if fd < 0 || target < 0 {
        return Err(vm.raise_os_error(Errno(libc::EBADF), &[]));
    }
    vm.wait_host(|host| host.duplicate_to(fd, target, inheritable)).map(Value::int32)
}

pub fn device_encoding(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = descriptor(vm, args.get(0))?;
    match vm.host().is_terminal(fd) {
        Ok(true) => vm.new_str("utf-8"),
        _ => Ok(Value::NONE),
    }
}

pub fn fchdir(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = file_descriptor(vm, args.get(0))?;
    vm.audit_numbers("os.chdir", &[fd.into()])?;
    vm.wait_host(|host| host.change_dir_fd(fd))?;
    Ok(Value::NONE)
}

pub fn fchmod(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mode = vm.index_i32(args.get(1))? as u32;
    vm.audit("os.chmod", &[args.get(0), args.get(1), Value::int32(-1)])?;
    on_fd(vm, args, |host, fd| host.change_mode_fd(fd, mode))?;
    Ok(Value::NONE)
}

pub fn fchown(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let uid = super::paths::owner(vm, args.get(1), "uid")?;
    let gid = super::paths::owner(vm, args.get(2), "gid")?;
    super::paths::audit_chown(vm, args.get(0), uid, gid, Value::int32(-1))?;
    on_fd(vm, args, |host, fd| host.change_owner_fd(fd, uid, gid))?;
    Ok(Value::NONE)
}

pub fn fdatasync(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = file_descriptor(vm, args.get(0))?;
    vm.wait_host(|host| host.sync(fd, true))?;
    Ok(Value::NONE)
}

pub fn fsync(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = file_descriptor(vm, args.get(0))?;
    vm.wait_host(|host| host.sync(fd, false))?;
    Ok(Value::NONE)
}

pub fn ftruncate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let length = vm.index_i64(args.get(1))?;
    vm.audit("os.truncate", &[args.get(0), args.get(1)])?;
    on_fd(vm, args, |host, fd| host.truncate_fd(fd, length))?;
    Ok(Value::NONE)
}

pub fn get_blocking(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    on_fd(vm, args, |host, fd| host.is_blocking(fd)).map(Value::bool)
}

pub fn set_blocking(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let blocking = vm.is_true(args.get(1))?;
    on_fd(vm, args, |host, fd| host.set_blocking(fd, blocking))?;
    Ok(Value::NONE)
}

pub fn get_inheritable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    on_fd(vm, args, |host, fd| host.is_inheritable(fd)).map(Value::bool)
}

pub fn set_inheritable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let inheritable = vm.index_i32(args.get(1))? != 0;
    on_fd(vm, args, |host, fd| host.set_inheritable(fd, inheritable))?;
    Ok(Value::NONE)
}

pub fn get_terminal_size(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = int_or(vm, args.get(0), 1)?;
    let (columns, lines) = vm.ask_host(|host| host.terminal_size(fd))?;
    instance(vm, &TERMINAL_SIZE, &[Value::int(columns as usize), Value::int(lines as usize)])
}

pub fn isatty(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = descriptor(vm, args.get(0))?;
    Ok(Value::bool(matches!(vm.host().is_terminal(fd), Ok(true))))
}

pub fn ttyname(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = on_fd(vm, args, |host, fd| host.terminal_name(fd))?;
    vm.decode_name(&name)
}

pub fn lseek(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let offset = vm.index_i64(args.get(1))?;
    let whence = vm.index_i32(args.get(2))?;
    let at = on_fd(vm, args, |host, fd| host.seek(fd, offset, whence))?;
    vm.new_int(at)
}

pub fn open(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(open));
    let [file, flags, mode, dir] = args.all();
    let file = path(vm, "open", "path", file, Allow::PATH)?;
    let flags = vm.index_i32(flags)?;
    let mode = int_or(vm, mode, 0o777)? as u32;
    let dir = dir_fd(vm, dir)?;
    vm.audit("open", &[file.object, Value::NONE, Value::int32(flags)])?;
    match vm.wait_host_errno(|host| host.open(&file.bytes, flags, mode, dir))? {
        Ok(fd) => Ok(Value::int32(fd)),
        Err(errno) => Err(file.error(vm, errno)),
    }
}

pub fn pipe(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let (read, write) = vm.ask_host(|host| host.pipe(libc::O_CLOEXEC))?;
    Ok(Tuple::from_values(vm, &[Value::int32(read), Value::int32(write)])?.value())
}

pub fn pipe2(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let flags = vm.index_i32(args.get(0))?;
    let (read, write) = vm.ask_host(|host| host.pipe(flags))?;
    Ok(Tuple::from_values(vm, &[Value::int32(read), Value::int32(write)])?.value())
}

/// A buffer for so many bytes; OSError for a negative length, MemoryError beyond the limit.
pub fn buffer_for(vm: &mut Vm, length: isize) -> Result<Vec<u8>, Raised> {
    if length < 0 {
        return Err(vm.raise_os_error(Errno(libc::EINVAL), &[]));
    }
    let length = (length as usize).min(MAX_TRANSFER);
    let mut buffer = Vec::new();
    if vm.interp().heap.would_exceed(length) || buffer.try_reserve_exact(length).is_err() {
        return Err(vm.raise_no_memory());
    }
    buffer.resize(length, 0);
    Ok(buffer)
}

pub fn read(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let length = vm.index_isize(args.get(1))?;
    let mut buffer = buffer_for(vm, length)?;
    let n = on_fd(vm, args, |host, fd| host.read(fd, &mut buffer))?;
    vm.new_bytes(&buffer[..n])
}

pub fn pread(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let length = vm.index_isize(args.get(1))?;
    let offset = vm.index_i64(args.get(2))?;
    let mut buffer = buffer_for(vm, length)?;
    let n = on_fd(vm, args, |host, fd| host.pread(fd, &mut buffer, offset))?;
    vm.new_bytes(&buffer[..n])
}

pub fn readinto(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let target = vm.writable_buffer(args.get(1), "readinto() argument 2")?;
    let mut buffer = vec![0; target.len.min(MAX_TRANSFER)];
    let result = on_fd(vm, args, |host, fd| host.read(fd, &mut buffer));
    if let Ok(n) = result
        && let Some(bytes) = target.bytes_mut(vm)
    {
        bytes[..n].copy_from_slice(&buffer[..n]);
    }
    target.release(vm);
    result.map(Value::int)
}

pub fn write(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let bytes = vm.bytes_of(args.get(1))?;
    on_fd(vm, args, |host, fd| host.write(fd, &bytes)).map(Value::int)
}

pub fn pwrite(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let bytes = vm.bytes_of(args.get(1))?;
    let offset = vm.index_i64(args.get(2))?;
    on_fd(vm, args, |host, fd| host.pwrite(fd, &bytes, offset)).map(Value::int)
}

pub fn writev(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let buffers = vm.list_of(args.get(1))?;
    let mut bytes = Vec::new();
    let mut i = 0;
    while let Some(buffer) = buffers.get(vm).get_at(vm, i) {
        bytes.extend_from_slice(&vm.bytes_of(buffer)?);
        i += 1;
    }
    on_fd(vm, args, |host, fd| host.write(fd, &bytes)).map(Value::int)
}
