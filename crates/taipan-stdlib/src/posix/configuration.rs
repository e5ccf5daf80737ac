//! Texts and limits of the system's configuration, and who is who in it.

use taipan_vm::args::Args;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::constants;
use super::path_argument::{Allow, dir_fd, path};
use super::paths::owner;

/// The number of a configuration name.
pub fn config_name(vm: &mut Vm, name: Value, table: &[(&str, i64)]) -> Result<i32, Raised> {
    match name.downcast::<Str>(vm) {
        Some(text) => {
            let text = text.get(vm).to_string_lossy();
            match table.iter().find(|(known, _)| *known == text) {
                Some((_, number)) => Ok(*number as i32),
                None => Err(vm.raise(Exc::ValueError, "unrecognized configuration name")),
            }
        }
        None if vm.is_int(name) => vm.index_i32(name),
        None => Err(vm.raise(Exc::TypeError, "configuration names must be strings or integers")),
    }
}

pub fn sysconf(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = config_name(vm, args.get(0), constants::SYSCONF_NAMES)?;
    let value = vm.ask_host(|host| host.system_config(number))?;
    vm.new_int(value)
}

pub fn confstr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = config_name(vm, args.get(0), constants::CONFSTR_NAMES)?;
    match vm.ask_host(|host| host.text_config(number))? {
        Some(text) => vm.decode_name(&text),
        None => Ok(Value::NONE),
    }
}

pub fn pathconf(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let file = path(vm, "pathconf", "path", args.get(0), Allow::PATH_OR_FD)?;
    let number = config_name(vm, args.get(1), constants::PATHCONF_NAMES)?;
    match vm.wait_host_errno(|host| host.file_config(file.fd.ok_or(&file.bytes[..]), number))? {
        Ok(value) => vm.new_int(value),
        Err(errno) => Err(file.error(vm, errno)),
    }
}

pub fn fpathconf(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = super::descriptors::file_descriptor(vm, args.get(0))?;
    let number = config_name(vm, args.get(1), constants::PATHCONF_NAMES)?;
    let value = vm.ask_host(|host| host.file_config(Ok(fd), number))?;
    vm.new_int(value)
}

pub fn getgrouplist(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(user) = args.get(0).downcast::<Str>(vm) else {
        let got = vm.type_name(args.get(0));
        return Err(vm.raise(Exc::TypeError, format!("getgrouplist() argument 1 must be str, not {got}")));
    };
    let user = vm.path_bytes(user.value())?;
    let group = owner(vm, args.get(1), "gid")?;
    let groups = vm.ask_host(|host| host.group_list(&user, group))?;
    let list = List::new(vm)?;
    for group in groups {
        List::push(list, vm, Value::int(group as usize))?;
    }
    Ok(list.value())
}

pub fn initgroups(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let user = vm.path_bytes(args.get(0))?;
    let group = owner(vm, args.get(1), "gid")?;
    vm.ask_host(|host| host.take_groups_of(&user, group))?;
    Ok(Value::NONE)
}

pub fn getlogin(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let name = vm.ask_host(|host| host.login_name())?;
    vm.decode_name(&name)
}

pub fn chroot(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let file = path(vm, "chroot", "path", args.get(0), Allow::PATH)?;
    match vm.wait_host_errno(|host| host.change_root(&file.bytes))? {
        Ok(()) => Ok(Value::NONE),
        Err(errno) => Err(file.error(vm, errno)),
    }
}

pub fn mknod(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [file, mode, device, dir] = args.all();
    let file = path(vm, "mknod", "path", file, Allow::PATH)?;
    let mode = super::int_or(vm, mode, 0o600)? as u32;
    let device = match device.given() {
        Some(device) => super::environment::device(vm, device)?,
        None => 0,
    };
    let dir = dir_fd(vm, dir)?;
    match vm.wait_host_errno(|host| host.make_node(&file.bytes, mode, device, dir))? {
        Ok(()) => Ok(Value::NONE),
        Err(errno) => Err(file.error(vm, errno)),
    }
}
