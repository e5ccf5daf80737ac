//! Path, descriptor and `dir_fd` arguments.

use taipan_vm::host::{At, Errno};
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Comparison;
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// What a path argument may be beside str, bytes and PathLike.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Allow {
    pub fd: bool,
    pub none: bool,
}

impl Allow {
    pub const PATH: Allow = Allow { fd: false, none: false };
    pub const PATH_OR_FD: Allow = Allow { fd: true, none: false };
    pub const ANY: Allow = Allow { fd: true, none: true };
}

/// A path or descriptor.
pub struct PathArgument {
    pub bytes: Vec<u8>,
    pub fd: Option<i32>,
    /// Names that come from it are bytes.
    pub is_bytes: bool,
    /// What error messages show.
    pub object: Value,
}

/// Reads a path argument of a function.
pub fn path(vm: &mut Vm, function: &str, argument: &str, value: Value, allow: Allow) -> Result<PathArgument, Raised> {
    let value = value.given().unwrap_or(Value::NONE);
    if value.is_none() && allow.none {
        return Ok(PathArgument { bytes: b".".to_vec(), fd: None, is_bytes: false, object: Value::NONE });
    }
    let is_text = |vm: &Vm, value: Value| value.downcast::<Str>(vm).is_some() || value.downcast::<Bytes>(vm).is_some();
    let mut object = value;
    if !is_text(vm, value) {
        if allow.fd && (vm.is_int(value) || vm.slots(value).index.is_some()) {
            let fd = descriptor(vm, value)?;
            return Ok(PathArgument { bytes: Vec::new(), fd: Some(fd), is_bytes: false, object: value });
        }
        match vm.call_special(value, name::FSPATH, &[])? {
            Some(path) if is_text(vm, path) => object = path,
            Some(path) => {
                let (own, got) = (vm.class_name(value), vm.class_name(path));
                let message = format!("expected {own}.__fspath__() to return str or bytes, not {got}");
                return Err(vm.raise(Exc::TypeError, message));
            }
            None => {
                let wanted = match (allow.fd, allow.none) {
                    (true, true) => "string, bytes, os.PathLike, integer or None",
                    (true, false) => "string, bytes, os.PathLike or integer",
                    (false, true) => "string, bytes, os.PathLike or None",
                    (false, false) => "string, bytes or os.PathLike",
                };
                let got = vm.class_name(value);
                return Err(vm.raise(Exc::TypeError, format!("{function}: {argument} should be {wanted}, not {got}")));
            }
        }
    }
    let (bytes, is_bytes) = match object.downcast::<Str>(vm) {
        Some(text) => (vm.encode_name(text)?, false),
        None => (vm.bytes_of(object)?, true),
    };
    if bytes.contains(&0) {
        let message = format!("{function}: embedded null character in {argument}");
        return Err(vm.raise(Exc::ValueError, message));
    }
    Ok(PathArgument { bytes, fd: None, is_bytes, object })
}

/// The number of an open file.
fn descriptor(vm: &mut Vm, value: Value) -> Result<i32, Raised> {
    if value.is_bool() {
        vm.warn(Exc::RuntimeWarning, "bool is used as a file descriptor", 0)?;
    }
    let number = vm.index(value)?;
    match vm.as_i64(number).and_then(|number| i32::try_from(number).ok()) {
        Some(fd) => Ok(fd),
        None => {
            let zero = Value::int(0);
            let is_negative = vm.compare(number, zero, Comparison::Lt)? == Value::TRUE;
            let message = if is_negative { "fd is less than minimum" } else { "fd is greater than maximum" };
            Err(vm.raise(Exc::OverflowError, message))
        }
    }
}

/// A `dir_fd` argument.
pub fn dir_fd(vm: &mut Vm, value: Value) -> Result<Option<i32>, Raised> {
    match value.not_none() {
        None => Ok(None),
        Some(value) if vm.is_int(value) || vm.slots(value).index.is_some() => descriptor(vm, value).map(Some),
        Some(value) => {
            let got = vm.class_name(value);
            Err(vm.raise(Exc::TypeError, format!("argument should be integer or None, not {got}")))
        }
    }
}

/// `dir_fd` and `follow_symlinks` arguments.
pub fn at(vm: &mut Vm, dir: Value, follow: Value) -> Result<At, Raised> {
    let dir = dir_fd(vm, dir)?;
    Ok(At { dir, follow: super::truth_or(vm, follow, true)? })
}

impl PathArgument {
    /// Raises the OSError of this path.
    pub fn error(&self, vm: &mut Vm, errno: Errno) -> Raised {
        if self.object.is_none() { vm.raise_os_error(errno, &[]) } else { vm.raise_os_error(errno, &[self.object]) }
    }

    /// A name found through this path, in its kind of text.
    pub fn name(&self, vm: &mut Vm, name: &[u8]) -> Result<Value, Raised> {
        if self.is_bytes { vm.new_bytes(name) } else { vm.decode_name(name) }
    }
}
