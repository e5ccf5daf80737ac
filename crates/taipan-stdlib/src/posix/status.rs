//! `stat` and its relatives.

use taipan_vm::args::Args;
use taipan_vm::host::{At, FileStatus, TimeSpec};
use taipan_vm::number::Operator;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::structseq;
use taipan_vm::types::structseq::instance;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::path_argument::{Allow, PathArgument, at, path};

structseq! {
    /// `os.stat_result`.
    pub static STAT_RESULT = "os" "stat_result", doc "stat_result: Result from stat, fstat, or lstat.\n\nThis object may be accessed either as a tuple of\n  (mode, ino, dev, nlink, uid, gid, size, atime, mtime, ctime)\nor via the attributes st_mode, st_ino, st_dev, st_nlink, and so on.\n\nPosix/windows: If your platform supports st_blksize, st_blocks, st_rdev,\nor st_flags, they are available as attributes only.\n\nSee os.stat for more information.", flags taipan_vm::spec::MUTABLE, visible 10, [
        "st_mode" "protection bits",
        "st_ino" "inode",
        "st_dev" "device",
        "st_nlink" "number of hard links",
        "st_uid" "user ID of owner",
        "st_gid" "group ID of owner",
        "st_size" "total size, in bytes",
        "" "integer time of last access",
        "" "integer time of last modification",
        "" "integer time of last change",
        "st_atime" "time of last access",
        "st_mtime" "time of last modification",
        "st_ctime" "time of last change",
        "st_atime_ns" "time of last access in nanoseconds",
        "st_mtime_ns" "time of last modification in nanoseconds",
        "st_ctime_ns" "time of last change in nanoseconds",
        "st_blksize" "blocksize for filesystem I/O",
        "st_blocks" "number of blocks allocated",
        "st_rdev" "device type (if inode device)",
    ]
}

/// Nanoseconds since the epoch as an int.
fn nanoseconds(vm: &mut Vm, time: TimeSpec) -> Result<Value, Raised> {
    match i64::try_from(time.total()) {
        Ok(total) => vm.new_int(total),
        Err(_) => {
            let (seconds, billion) = (vm.new_int(time.seconds)?, Value::int(1_000_000_000));
            let whole = vm.binary(Operator::Mul, seconds, billion)?;
            let rest = vm.new_int(time.nanoseconds)?;
            vm.binary(Operator::Add, whole, rest)
        }
    }
}

/// The object of a status.
pub fn stat_result(vm: &mut Vm, status: &FileStatus) -> Result<Value, Raised> {
    let mut fields = [Value::NONE; 19];
    fields[0] = Value::int(status.mode as usize);
    fields[1] = vm.new_uint(status.inode)?;
    fields[2] = vm.new_uint(status.device)?;
    fields[3] = vm.new_uint(status.links)?;
    fields[4] = Value::int(status.uid as usize);
    fields[5] = Value::int(status.gid as usize);
    fields[6] = vm.new_int(status.size)?;
    for (i, time) in [status.accessed, status.modified, status.changed].into_iter().enumerate() {
        fields[7 + i] = vm.new_int(time.seconds)?;
        fields[10 + i] = vm.new_float(time.seconds as f64 + 1e-9 * time.nanoseconds as f64)?;
        fields[13 + i] = nanoseconds(vm, time)?;
    }
    fields[16] = vm.new_int(status.block_size)?;
    fields[17] = vm.new_int(status.blocks)?;
    fields[18] = vm.new_uint(status.special_device)?;
    instance(vm, &STAT_RESULT, &fields)
}

fn ask(vm: &mut Vm, path: &PathArgument, at: At) -> Result<Value, Raised> {
    let host = vm.host();
    let status = match path.fd {
        Some(fd) => vm.detached(|| host.status_fd(fd)),
        None => vm.detached(|| host.status(&path.bytes, at)),
    };
    match status {
        Ok(status) => stat_result(vm, &status),
        Err(errno) => Err(path.error(vm, errno)),
    }
}

pub fn stat(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(stat));
    let [file, dir, follow] = args.all();
    let file = path(vm, "stat", "path", file, Allow::PATH_OR_FD)?;
    let at = at(vm, dir, follow)?;
    if file.fd.is_some() {
        if at.dir.is_some() {
            return Err(vm.raise(Exc::ValueError, "stat: can't specify dir_fd without matching path"));
        }
        if !at.follow {
            return Err(vm.raise(Exc::ValueError, "stat: cannot use fd and follow_symlinks together"));
        }
    }
    ask(vm, &file, at)
}

pub fn lstat(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(lstat));
    let [file, dir] = args.all();
    let file = path(vm, "lstat", "path", file, Allow::PATH)?;
    let at = at(vm, dir, Value::FALSE)?;
    ask(vm, &file, at)
}

pub fn fstat(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = vm.index_i32(args.get(0))?;
    let status = vm.wait_host(|host| host.status_fd(fd))?;
    stat_result(vm, &status)
}

pub fn access(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [file, mode, dir, effective, follow] = args.all();
    let file = path(vm, "access", "path", file, Allow::PATH)?;
    let mode = vm.index_i32(mode)?;
    let effective = super::truth_or(vm, effective, false)?;
    let at = at(vm, dir, follow)?;
    let host = vm.host();
    let granted = vm.detached(|| host.access(&file.bytes, mode, at, effective));
    Ok(Value::bool(granted.unwrap_or(false)))
}
