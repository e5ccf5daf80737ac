//! Functions on files and folders by path.

use taipan_bytecode::Wtf8Buf;
use taipan_vm::args::Args;
use taipan_vm::host::{At, Host, HostResult, TimeSpec};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::path_argument::{Allow, PathArgument, at, dir_fd, path};
use super::{int_or, truth_or};

/// Runs an operation on one path.
fn on_path<T>(
    vm: &mut Vm,
    path: &PathArgument,
    operation: impl FnMut(&dyn Host) -> HostResult<T>,
) -> Result<T, Raised> {
    match vm.wait_host_errno(operation)? {
        Ok(value) => Ok(value),
        Err(errno) => Err(path.error(vm, errno)),
    }
}

/// Runs an operation on two paths.
fn on_paths(
    vm: &mut Vm,
    from: &PathArgument,
    to: &PathArgument,
    operation: impl FnMut(&dyn Host) -> HostResult<()>,
) -> Result<Value, Raised> {
    match vm.wait_host_errno(operation)? {
        Ok(()) => Ok(Value::NONE),
        Err(errno) => Err(vm.raise_os_error(errno, &[from.object, to.object])),
    }
}

pub fn fspath(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.fs_path(args.get(0))
}

pub fn chdir(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let folder = path(vm, "chdir", "path", args.get(0), Allow::PATH_OR_FD)?;
    vm.audit("os.chdir", &[folder.object])?;
    on_path(vm, &folder, |host| match folder.fd {
        Some(fd) => host.change_dir_fd(fd),
        None => host.change_dir(&folder.bytes),
    })?;
    Ok(Value::NONE)
}

pub fn chmod(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [file, mode, dir, follow] = args.all();
    let file = path(vm, "chmod", "path", file, Allow::PATH_OR_FD)?;
    let mode = vm.index_i32(mode)? as u32;
    let at = at(vm, dir, follow)?;
    let shown = given_dir(vm, dir)?;
    vm.audit("os.chmod", &[file.object, args.get(1), shown])?;
    on_path(vm, &file, |host| match file.fd {
        Some(fd) => host.change_mode_fd(fd, mode),
        None => host.change_mode(&file.bytes, mode, at),
    })?;
    Ok(Value::NONE)
}

/// A user or group number; -1 leaves it as it is.
pub fn owner(vm: &mut Vm, value: Value, what: &str) -> Result<u32, Raised> {
    if !vm.is_int(value) && vm.slots(value).index.is_none() {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("{what} should be integer, not {got}")));
    }
    let index = vm.index(value)?;
    match vm.as_i64(index) {
        Some(-1) => Ok(u32::MAX),
        Some(id) if id < -1 => Err(vm.raise(Exc::OverflowError, format!("{what} is less than minimum"))),
        Some(id) => match u32::try_from(id) {
            Ok(id) => Ok(id),
            Err(_) => Err(vm.raise(Exc::OverflowError, format!("{what} is greater than maximum"))),
        },
        None => Err(vm.raise(Exc::OverflowError, format!("{what} is greater than maximum"))),
    }
}

/// The audit event of a change of owner.
pub(super) fn audit_chown(vm: &mut Vm, file: Value, uid: u32, gid: u32, dir: Value) -> Result<(), Raised> {
    let (uid, gid) = (vm.new_int(uid.into())?, vm.new_int(gid.into())?);
    vm.audit("os.chown", &[file, uid, gid, dir])
}

pub fn chown(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [file, uid, gid, dir, follow] = args.all();
    let file = path(vm, "chown", "path", file, Allow::PATH_OR_FD)?;
    let (uid, gid) = (owner(vm, uid, "uid")?, owner(vm, gid, "gid")?);
    let at = at(vm, dir, follow)?;
    let shown = given_dir(vm, dir)?;
    audit_chown(vm, file.object, uid, gid, shown)?;
    on_path(vm, &file, |host| match file.fd {
        Some(fd) => host.change_owner_fd(fd, uid, gid),
        None => host.change_owner(&file.bytes, uid, gid, at),
    })?;
    Ok(Value::NONE)
}

pub fn lchown(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [file, uid, gid] = args.all();
    let file = path(vm, "lchown", "path", file, Allow::PATH)?;
    let (uid, gid) = (owner(vm, uid, "uid")?, owner(vm, gid, "gid")?);
    audit_chown(vm, file.object, uid, gid, Value::int32(-1))?;
    on_path(vm, &file, |host| host.change_owner(&file.bytes, uid, gid, At::NO_FOLLOW))?;
    Ok(Value::NONE)
}

pub fn getcwd(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let folder = vm.ask_host(|host| host.current_dir())?;
    vm.decode_name(&folder)
}

pub fn getcwdb(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let folder = vm.ask_host(|host| host.current_dir())?;
    vm.new_bytes(&folder)
}

pub fn link(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(link));
    let [from, to, from_dir, to_dir, follow] = args.all();
    let from = path(vm, "link", "src", from, Allow::PATH)?;
    let to = path(vm, "link", "dst", to, Allow::PATH)?;
    let (from_dir, to_dir) = (dir_fd(vm, from_dir)?, dir_fd(vm, to_dir)?);
    let follow = truth_or(vm, follow, true)?;
    let dirs = [from_dir, to_dir].map(|dir| Value::int32(dir.unwrap_or(-1)));
    vm.audit("os.link", &[from.object, to.object, dirs[0], dirs[1]])?;
    on_paths(vm, &from, &to, |host| host.link(&from.bytes, &to.bytes, from_dir, to_dir, follow))
}

pub fn listdir(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let folder = path(vm, "listdir", "path", args.get(0), Allow::ANY)?;
    vm.audit("os.listdir", &[folder.object])?;
    let entries = on_path(vm, &folder, |host| match folder.fd {
        Some(fd) => host.read_dir_fd(fd),
        None => host.read_dir(&folder.bytes),
    })?;
    let list = List::new(vm)?;
    for entry in entries {
        let name = folder.name(vm, &entry.name)?;
        List::push(list, vm, name)?;
    }
    Ok(list.value())
}

pub fn mkdir(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [folder, mode, dir] = args.all();
    let folder = path(vm, "mkdir", "path", folder, Allow::PATH)?;
    let mode = int_or(vm, mode, 0o777)? as u32;
    let dir = dir_fd(vm, dir)?;
    vm.audit("os.mkdir", &[folder.object, Value::int(mode as usize), Value::int32(dir.unwrap_or(-1))])?;
    on_path(vm, &folder, |host| host.make_dir(&folder.bytes, mode, dir))?;
    Ok(Value::NONE)
}

pub fn mkfifo(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [file, mode, dir] = args.all();
    let file = path(vm, "mkfifo", "path", file, Allow::PATH)?;
    let mode = int_or(vm, mode, 0o666)? as u32;
    let dir = dir_fd(vm, dir)?;
    on_path(vm, &file, |host| host.make_fifo(&file.bytes, mode, dir))?;
    Ok(Value::NONE)
}

pub fn readlink(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [file, dir] = args.all();
    let file = path(vm, "readlink", "path", file, Allow::PATH)?;
    let dir = dir_fd(vm, dir)?;
    let target = on_path(vm, &file, |host| host.read_link(&file.bytes, dir))?;
    file.name(vm, &target)
}

fn remove_file(vm: &mut Vm, args: Args<'_>, function: &str) -> Result<Value, Raised> {
    let [file, dir] = args.all();
    let file = path(vm, function, "path", file, Allow::PATH)?;
    let dir = dir_fd(vm, dir)?;
    vm.audit("os.remove", &[file.object, Value::int32(dir.unwrap_or(-1))])?;
    on_path(vm, &file, |host| host.unlink(&file.bytes, dir))?;
    Ok(Value::NONE)
}

pub fn remove(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    remove_file(vm, args, "remove")
}

pub fn unlink(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    remove_file(vm, args, "unlink")
}

/// The descriptor of a folder as an audit event shows it.
fn given_dir(vm: &mut Vm, dir: Value) -> Result<Value, Raised> {
    Ok(Value::int32(dir_fd(vm, dir)?.unwrap_or(-1)))
}

fn move_file(vm: &mut Vm, args: Args<'_>, function: &str) -> Result<Value, Raised> {
    let [from, to, from_dir, to_dir] = args.all();
    let from = path(vm, function, "src", from, Allow::PATH)?;
    let to = path(vm, function, "dst", to, Allow::PATH)?;
    let (from_dir, to_dir) = (dir_fd(vm, from_dir)?, dir_fd(vm, to_dir)?);
    let dirs = [from_dir, to_dir].map(|dir| Value::int32(dir.unwrap_or(-1)));
    vm.audit("os.rename", &[from.object, to.object, dirs[0], dirs[1]])?;
    on_paths(vm, &from, &to, |host| host.rename(&from.bytes, &to.bytes, from_dir, to_dir))
}

pub fn rename(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(rename));
    move_file(vm, args, "rename")
}

pub fn replace(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(replace));
    move_file(vm, args, "replace")
}

pub fn rmdir(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [folder, dir] = args.all();
    let folder = path(vm, "rmdir", "path", folder, Allow::PATH)?;
    let dir = dir_fd(vm, dir)?;
    vm.audit("os.rmdir", &[folder.object, Value::int32(dir.unwrap_or(-1))])?;
    on_path(vm, &folder, |host| host.remove_dir(&folder.bytes, dir))?;
    Ok(Value::NONE)
}

pub fn symlink(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [target, file, _is_folder, dir] = args.all();
    let target = path(vm, "symlink", "src", target, Allow::PATH)?;
    let file = path(vm, "symlink", "dst", file, Allow::PATH)?;
    let dir = dir_fd(vm, dir)?;
    vm.audit("os.symlink", &[target.object, file.object, Value::int32(dir.unwrap_or(-1))])?;
    on_paths(vm, &target, &file, |host| host.symlink(&target.bytes, &file.bytes, dir))
}

pub fn truncate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(truncate));
    let file = path(vm, "truncate", "path", args.get(0), Allow::PATH_OR_FD)?;
    let length = vm.index_i64(args.get(1))?;
    vm.audit("os.truncate", &[file.object, args.get(1)])?;
    on_path(vm, &file, |host| match file.fd {
        Some(fd) => host.truncate_fd(fd, length),
        None => host.truncate(&file.bytes, length),
    })?;
    Ok(Value::NONE)
}

/// Seconds as an int or float.
fn time_of(vm: &mut Vm, value: Value) -> Result<TimeSpec, Raised> {
    if vm.is_int(value) {
        return Ok(TimeSpec { seconds: vm.index_i64(value)?, nanoseconds: 0 });
    }
    let seconds = vm.to_f64(value)?;
    if seconds.is_nan() {
        return Err(vm.raise(Exc::ValueError, "Invalid value NaN (not a number)"));
    }
    let floor = seconds.floor();
    if !(-9.2e18..9.2e18).contains(&floor) {
        return Err(vm.raise(Exc::OverflowError, "timestamp out of range for platform time_t"));
    }
    let nanoseconds = ((seconds - floor) * 1e9).floor() as i64;
    Ok(TimeSpec { seconds: floor as i64, nanoseconds: nanoseconds.clamp(0, 999_999_999) })
}

fn time_of_nanoseconds(vm: &mut Vm, value: Value) -> Result<TimeSpec, Raised> {
    let total = vm.index_i64(value)?;
    Ok(TimeSpec { seconds: total.div_euclid(1_000_000_000), nanoseconds: total.rem_euclid(1_000_000_000) })
}

pub fn utime(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(utime));
    let [file, times, ns, dir, follow] = args.all();
    let file = path(vm, "utime", "path", file, Allow::PATH_OR_FD)?;
    let at = at(vm, dir, follow)?;
    let (times, ns) = (times.not_none(), ns.given());
    let shown = [times.unwrap_or(Value::NONE), ns.unwrap_or(Value::NONE), given_dir(vm, dir)?];
    vm.audit("os.utime", &[file.object, shown[0], shown[1], shown[2]])?;
    let pair = |vm: &mut Vm, value: Value, message: &str| match value.downcast::<Tuple>(vm) {
        Some(pair) if pair.get(vm).len() == 2 => Ok((pair.get(vm).at(0), pair.get(vm).at(1))),
        _ => Err(vm.raise(Exc::TypeError, message)),
    };
    let times = match (times, ns) {
        (Some(_), Some(_)) => {
            return Err(vm.raise(Exc::ValueError, "utime: you may specify either 'times' or 'ns' but not both"));
        }
        (Some(times), None) => {
            let (accessed, modified) = pair(vm, times, "utime: 'times' must be either a tuple of two ints or None")?;
            Some((time_of(vm, accessed)?, time_of(vm, modified)?))
        }
        (None, Some(ns)) => {
            let (accessed, modified) = pair(vm, ns, "utime: 'ns' must be a tuple of two ints")?;
            Some((time_of_nanoseconds(vm, accessed)?, time_of_nanoseconds(vm, modified)?))
        }
        (None, None) => None,
    };
    on_path(vm, &file, |host| match file.fd {
        Some(fd) => host.set_times_fd(fd, times),
        None => host.set_times(&file.bytes, times, at),
    })?;
    Ok(Value::NONE)
}

/// `posixpath.normpath` on the bytes of a path.
fn normalized(path: &[u8]) -> Vec<u8> {
    if path.is_empty() {
        return b".".to_vec();
    }
    let slashes = path.iter().take_while(|byte| **byte == b'/').count();
    let initial = match slashes {
        0 => 0,
        2 => 2,
        _ => 1,
    };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|last| *last != b"..") => {
                parts.pop();
            }
            b".." if initial > 0 => {}
            part => parts.push(part),
        }
    }
    let mut result = vec![b'/'; initial];
    result.extend_from_slice(&parts.join(&b'/'));
    if result.is_empty() { b".".to_vec() } else { result }
}

pub fn path_normpath(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (bytes, is_bytes) = plain_path(vm, args.get(0))?;
    let result = normalized(&bytes);
    part_of_path(vm, &result, is_bytes)
}

/// A path of which null characters and lone surrogates are allowed: nobody will look for it. A str as WTF-8.
fn plain_path(vm: &mut Vm, value: Value) -> Result<(Vec<u8>, bool), Raised> {
    let object = vm.fs_path(value)?;
    match object.downcast::<Str>(vm) {
        Some(text) => Ok((text.get(vm).to_wtf8().as_bytes().to_vec(), false)),
        None => Ok((vm.bytes_of(object)?, true)),
    }
}

/// A part of such a path, cut at slashes.
fn part_of_path(vm: &mut Vm, part: &[u8], is_bytes: bool) -> Result<Value, Raised> {
    match Wtf8Buf::from_bytes(part.to_vec()) {
        Ok(text) if !is_bytes => Ok(Str::from_wtf8(vm, &text)?.value()),
        _ => vm.new_bytes(part),
    }
}

pub fn path_splitroot_ex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (bytes, is_bytes) = plain_path(vm, args.get(0))?;
    let root = match bytes.iter().take_while(|byte| **byte == b'/').count() {
        0 => 0,
        2 => 2,
        _ => 1,
    };
    let parts = [b"", &bytes[..root], &bytes[root..]];
    let mut values = [Value::NONE; 3];
    for (value, part) in values.iter_mut().zip(parts) {
        *value = part_of_path(vm, part, is_bytes)?;
    }
    Ok(Tuple::from_values(vm, &values)?.value())
}
