//! Environment variables, random bytes, facts about the system.

use taipan_vm::args::Args;
use taipan_vm::host::Errno;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::structseq;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::structseq::instance;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

structseq! {
    /// `os.uname_result`.
    pub static UNAME_RESULT = "posix" "uname_result", doc "uname_result: Result from os.uname().\n\nThis object may be accessed either as a tuple of\n  (sysname, nodename, release, version, machine),\nor via the attributes sysname, nodename, release, version, and machine.\n\nSee os.uname for more information.", flags taipan_vm::spec::MUTABLE, visible 5, [
        "sysname" "operating system name",
        "nodename" "name of machine on network (implementation-defined)",
        "release" "operating system release",
        "version" "operating system version",
        "machine" "hardware identifier",
    ]
}

/// A new dict of the environment, bytes to bytes.
pub fn environment_dict(vm: &mut Vm) -> Result<Value, Raised> {
    let dict = Dict::new(vm)?;
    let variables = vm.host().environment().unwrap_or_default();
    for (name, value) in variables {
        let (name, value) = (vm.new_bytes(&name)?, vm.new_bytes(&value)?);
        // The first of several with one name counts.
        if Dict::get_item(dict, vm, name)?.is_none() {
            Dict::set(dict, vm, name, value)?;
        }
    }
    Ok(dict.value())
}

pub fn create_environ(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    environment_dict(vm)
}

/// The bytes of a variable's name or value.
fn variable(vm: &mut Vm, value: Value) -> Result<Vec<u8>, Raised> {
    vm.path_bytes(value)
}

pub fn putenv(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (name, value) = (variable(vm, args.get(0))?, variable(vm, args.get(1))?);
    if name.contains(&b'=') {
        return Err(vm.raise(Exc::ValueError, "illegal environment variable name"));
    }
    if vm.is_audited() {
        let (name, value) = (vm.new_bytes(&name)?, vm.new_bytes(&value)?);
        vm.audit("os.putenv", &[name, value])?;
    }
    vm.ask_host(|host| host.set_environment(&name, &value))?;
    Ok(Value::NONE)
}

pub fn unsetenv(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = variable(vm, args.get(0))?;
    if vm.is_audited() {
        let name = vm.new_bytes(&name)?;
        vm.audit("os.unsetenv", &[name])?;
    }
    vm.ask_host(|host| host.unset_environment(&name))?;
    Ok(Value::NONE)
}

fn random_bytes(vm: &mut Vm, size: isize) -> Result<Value, Raised> {
    let mut bytes = Vec::new();
    if vm.interp().heap.would_exceed(size as usize) || bytes.try_reserve_exact(size as usize).is_err() {
        return Err(vm.raise_no_memory());
    }
    bytes.resize(size as usize, 0);
    vm.ask_host(|host| host.random(&mut bytes))?;
    vm.new_bytes(&bytes)
}

pub fn urandom(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let size = vm.index_isize(args.get(0))?;
    if size < 0 {
        return Err(vm.raise(Exc::ValueError, "negative argument not allowed"));
    }
    random_bytes(vm, size)
}

pub fn getrandom(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let size = vm.index_isize(args.get(0))?;
    super::int_or(vm, args.get(1), 0)?;
    if size < 0 {
        return Err(vm.raise_os_error(Errno(libc::EINVAL), &[]));
    }
    random_bytes(vm, size)
}

pub fn umask(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mask = vm.index_i32(args.get(0))? as u32;
    let old = vm.ask_host(|host| host.umask(mask))?;
    Ok(Value::int(old as usize))
}

pub fn uname(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let parts = vm.ask_host(|host| host.system_name())?;
    let mut fields = [Value::NONE; 5];
    for (field, part) in fields.iter_mut().zip(&parts) {
        *field = vm.decode_name(part)?;
    }
    instance(vm, &UNAME_RESULT, &fields)
}

pub fn cpu_count(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    if let Some(n) = vm.interp().config.settings.cpu_count {
        return Ok(Value::int(n));
    }
    Ok(vm.host().cpu_count().map_or(Value::NONE, Value::int))
}

pub fn ctermid(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.new_str("/dev/tty")
}

pub fn getloadavg(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let load = vm.ask_host(|host| host.load_average())?;
    let load = [vm.new_float(load[0])?, vm.new_float(load[1])?, vm.new_float(load[2])?];
    Ok(Tuple::from_values(vm, &load)?.value())
}

pub fn strerror(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let code = vm.index_i32(args.get(0))?;
    let text = vm.host().error_text(Errno(code));
    vm.new_str(&text)
}

pub fn sync(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::NONE)
}

pub fn inputhook(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::NONE)
}

pub fn is_inputhook_installed(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::FALSE)
}

pub fn device(vm: &mut Vm, value: Value) -> Result<u64, Raised> {
    let index = vm.index(value)?;
    match vm.as_i64(index) {
        Some(device) => Ok(device as u64),
        None => Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C long")),
    }
}

pub fn major(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let device = device(vm, args.get(0))?;
    Ok(Value::int(libc::major(device) as usize))
}

pub fn minor(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let device = device(vm, args.get(0))?;
    Ok(Value::int(libc::minor(device) as usize))
}

pub fn makedev(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (major, minor) = (vm.index_i64(args.get(0))?, vm.index_i64(args.get(1))?);
    vm.new_uint(libc::makedev(major as u32, minor as u32))
}
