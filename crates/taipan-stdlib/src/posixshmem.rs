//! The module `_posixshmem`: shared memory of the system, by name.
//!
//! On Linux these are files of the folder `/dev/shm`, which is how the C library opens them, too.

use taipan_vm::args::Args;
use taipan_vm::host::Errno;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_posixshmem",
    doc: "POSIX shared memory module",
    functions: &[
        function("shm_open(path, flags, mode=511)", shm_open, "Open a shared memory object.  Returns a file descriptor (integer)."),
        function("shm_unlink(path)", shm_unlink, "Remove a shared memory object (similar to unlink()).\n\nRemove a shared memory object name, and, once all processes  have  unmapped\nthe object, de-allocates and destroys the contents of the associated memory\nregion."),
    ],
    ..ModuleSpec::DEFAULT
};

/// The file of a name; EINVAL for what is no name of shared memory.
fn file_of(vm: &mut Vm, path: Value, function: &str) -> Result<Vec<u8>, Raised> {
    let Some(text) = path.downcast::<Str>(vm) else {
        let got = vm.type_name(path);
        let message = format!("{function}() argument 'path' must be str, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let name = vm.encode_name(text)?;
    if name.contains(&0) {
        return Err(vm.raise(Exc::ValueError, "embedded null character"));
    }
    let start = name.iter().position(|byte| *byte != b'/').unwrap_or(name.len());
    let name = name.get(start..).unwrap_or(&[]);
    if name.is_empty() || name.contains(&b'/') || name == b"." || name == b".." {
        return Err(vm.raise_os_error(Errno::INVALID, &[path]));
    }
    Ok([b"/dev/shm/", name].concat())
}

fn shm_open(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [path, flags, mode] = args.all();
    let file = file_of(vm, path, "shm_open")?;
    let flags = vm.index_i32(flags)? | libc::O_NOFOLLOW | libc::O_CLOEXEC;
    let mode = mode.given().map_or(Ok(0o777), |mode| vm.index_i32(mode))?;
    let host = vm.host();
    match host.open(&file, flags, mode as u32, None) {
        Ok(fd) => Ok(Value::int32(fd)),
        Err(errno) => Err(vm.raise_os_error(errno, &[path])),
    }
}

fn shm_unlink(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let path = args.get(0);
    let file = file_of(vm, path, "shm_unlink")?;
    let host = vm.host();
    match host.unlink(&file, None) {
        Ok(()) => Ok(Value::NONE),
        Err(errno) => Err(vm.raise_os_error(errno, &[path])),
    }
}
