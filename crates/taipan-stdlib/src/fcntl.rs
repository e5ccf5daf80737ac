//! The module `fcntl`: control of descriptors, locks, requests to devices.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::host::{Errno, Host, HostResult};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::select::descriptor;

mod constants;

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "fcntl",
    doc: "This module performs file control and I/O control on file\ndescriptors.  It is an interface to the fcntl() and ioctl() Unix\nroutines.  File descriptors can be obtained with the fileno() method of\na file or socket object.",
    functions: &[
        function("fcntl(fd, cmd, arg=0, /)", fcntl, "Perform the operation cmd on file descriptor fd.\n\nThe values used for cmd are operating system dependent, and are\navailable as constants in the fcntl module, using the same names as used\nin the relevant C header files.  The argument arg is optional, and\ndefaults to 0; it may be an integer, a bytes-like object or a string.\nIf arg is given as a string, it will be encoded to binary using the\nUTF-8 encoding.\n\nIf the arg given is an integer or if none is specified, the result value\nis an integer corresponding to the return value of the fcntl() call in\nthe C code.\n\nIf arg is given as a bytes-like object, the return value of fcntl() is a\nbytes object of that length, containing the resulting value put in the\narg buffer by the operating system.  The length of the arg buffer is not\nallowed to exceed 1024 bytes."),
        function("flock(fd, operation, /)", flock, "Perform the lock operation on file descriptor fd.\n\nSee the Unix manual page for flock(2) for details (On some systems, this\nfunction is emulated using fcntl())."),
        function("ioctl(fd, request, arg=0, mutate_flag=True, /)", ioctl, "Perform the operation request on file descriptor fd.\n\nThe values used for request are operating system dependent, and are\navailable as constants in the fcntl or termios library modules, using\nthe same names as used in the relevant C header files."),
        function("lockf(fd, cmd, len=0, start=0, whence=0, /)", lockf, "A wrapper around the fcntl() locking calls.\n\nfd is the file descriptor of the file to lock or unlock, and operation\nis one of the following values:\n\n    LOCK_UN - unlock\n    LOCK_SH - acquire a shared lock\n    LOCK_EX - acquire an exclusive lock\n\nWhen operation is LOCK_SH or LOCK_EX, it can also be bitwise ORed with\nLOCK_NB to avoid blocking on lock acquisition.  If LOCK_NB is used and\nthe lock cannot be acquired, an OSError will be raised and the exception\nwill have an errno attribute set to EACCES or EAGAIN (depending on the\noperating system -- for portability, check for either value).\n\nlen is the number of bytes to lock, with the default meaning to lock to\nEOF.  start is the byte offset, relative to whence, to that the lock\nstarts.  whence is as with fileobj.seek(), specifically:\n\n    0 - relative to the start of the file (SEEK_SET)\n    1 - relative to the current buffer position (SEEK_CUR)\n    2 - relative to the end of the file (SEEK_END)"),
    ],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    for (name, number) in constants::CONSTANTS {
        Module::set_int(module, vm, name, *number)?;
    }
    Ok(())
}

/// Bytes beyond which an argument is refused.
const MAX_BYTES: usize = 1024;
/// What the system may write beyond a buffer that is too small falls into this room.
const ROOM: usize = MAX_BYTES + 1024;

/// An int argument, of which the low bits count.
fn masked(vm: &mut Vm, value: Value) -> Result<i64, Raised> {
    let index = vm.index(value)?;
    Ok(vm.as_i64(index).unwrap_or(0))
}

/// Runs an operation on a copy of the argument's bytes with room behind them; gives the copy.
fn with_bytes(
    vm: &mut Vm,
    bytes: &[u8],
    operation: impl Fn(&dyn Host, &mut [u8]) -> HostResult<i32>,
) -> Result<(i32, Vec<u8>), Raised> {
    let mut room = bytes.to_vec();
    room.resize(bytes.len().max(MAX_BYTES) + (ROOM - MAX_BYTES), 0);
    let result = vm.wait_host(|host| operation(host, &mut room))?;
    room.truncate(bytes.len());
    Ok((result, room))
}

/// The bytes of a str or bytes-like argument; `None` for other objects.
fn byte_argument(vm: &mut Vm, value: Value) -> Result<Option<Vec<u8>>, Raised> {
    if let Some(text) = value.downcast::<Str>(vm) {
        return vm.encode_name(text).map(Some);
    }
    if vm.slots(value).get_buffer.is_some() { vm.bytes_of(value).map(Some) } else { Ok(None) }
}

fn fcntl(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [fd, command, argument] = args.all();
    let fd = descriptor(vm, fd)?;
    let command = vm.index_i32(command)?;
    vm.audit("fcntl.fcntl", &[Value::int32(fd), Value::int32(command), argument.given().unwrap_or(Value::int(0))])?;
    let number = match argument.given() {
        None => 0,
        Some(argument) if vm.is_int(argument) || vm.slots(argument).index.is_some() => masked(vm, argument)?,
        Some(argument) => {
            let Some(bytes) = byte_argument(vm, argument)? else {
                let got = vm.type_name(argument);
                let message =
                    format!("fcntl() argument 3 must be an integer, a bytes-like object, or a string, not {got}");
                return Err(vm.raise(Exc::TypeError, message));
            };
            if bytes.len() > MAX_BYTES {
                return Err(vm.raise(Exc::ValueError, "fcntl argument 3 is too long"));
            }
            let (_, changed) = with_bytes(vm, &bytes, |host, room| host.control_bytes(fd, command, room))?;
            return vm.new_bytes(&changed);
        }
    };
    let result = vm.wait_host(|host| host.control(fd, command, number))?;
    Ok(Value::int32(result))
}

fn ioctl(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [fd, request, argument, mutate] = args.all();
    let fd = descriptor(vm, fd)?;
    let request = masked(vm, request)? as u64;
    let shown = vm.new_uint(request)?;
    vm.audit("fcntl.ioctl", &[Value::int32(fd), shown, argument.given().unwrap_or(Value::int(0))])?;
    let mutate = mutate.given().map_or(Ok(true), |mutate| vm.is_true(mutate))?;
    let number = match argument.given() {
        None => 0,
        Some(argument) if vm.is_int(argument) || vm.slots(argument).index.is_some() => masked(vm, argument)?,
        Some(argument) => {
            if mutate && argument.downcast::<Str>(vm).is_none() && vm.slots(argument).get_buffer.is_some() {
                let result = vm.get_buffer(argument, true);
                match result {
                    Ok(target) => {
                        let bytes = target.bytes(vm).to_vec();
                        let done = with_bytes(vm, &bytes, |host, room| host.device_request(fd, request, room));
                        if let Ok((_, changed)) = &done
                            && let Some(room) = target.bytes_mut(vm)
                        {
                            room.copy_from_slice(changed);
                        }
                        target.release(vm);
                        return done.map(|(result, _)| Value::int32(result));
                    }
                    // A read-only buffer is copied.
                    Err(raised) => drop(vm.take_raised(raised)),
                }
            }
            let Some(bytes) = byte_argument(vm, argument)? else {
                let got = vm.type_name(argument);
                let message =
                    format!("ioctl() argument 3 must be an integer, a bytes-like object, or a string, not {got}");
                return Err(vm.raise(Exc::TypeError, message));
            };
            if bytes.len() > MAX_BYTES {
                return Err(vm.raise(Exc::ValueError, "ioctl argument 3 is too long"));
            }
            let (_, changed) = with_bytes(vm, &bytes, |host, room| host.device_request(fd, request, room))?;
            return vm.new_bytes(&changed);
        }
    };
    let result = vm.wait_host(|host| host.device_number(fd, request, number))?;
    Ok(Value::int32(result))
}

fn flock(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [fd, operation] = args.all();
    let fd = descriptor(vm, fd)?;
    let operation = vm.index_i32(operation)?;
    vm.audit("fcntl.flock", &[Value::int32(fd), Value::int32(operation)])?;
    vm.wait_host(|host| host.lock_file(fd, operation))?;
    Ok(Value::NONE)
}

fn lockf(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [fd, operation, len, start, whence] = args.all();
    let fd = descriptor(vm, fd)?;
    let operation = vm.index_i32(operation)?;
    let whence = whence.given().map_or(Ok(0), |whence| vm.index_i32(whence))?;
    let shown = [len.given().unwrap_or(Value::int(0)), start.given().unwrap_or(Value::int(0))];
    vm.audit("fcntl.lockf", &[Value::int32(fd), Value::int32(operation), shown[0], shown[1], Value::int32(whence)])?;
    let kind = if operation == libc::LOCK_UN {
        libc::F_UNLCK
    } else if operation & libc::LOCK_SH != 0 {
        libc::F_RDLCK
    } else if operation & libc::LOCK_EX != 0 {
        libc::F_WRLCK
    } else {
        return Err(vm.raise(Exc::ValueError, "unrecognized lockf argument"));
    };
    let (len, start) = (vm.index_i64(shown[0])?, vm.index_i64(shown[1])?);
    let waits = operation & libc::LOCK_NB == 0;
    let Ok(whence) = i16::try_from(whence) else { return Err(vm.raise_os_error(Errno(libc::EINVAL), &[])) };
    vm.wait_host(|host| host.lock_range(fd, kind, start, len, whence, waits))?;
    Ok(Value::NONE)
}
