//! Facts about mounted file systems.

use taipan_vm::args::Args;
use taipan_vm::host::VolumeStatus;
use taipan_vm::raise::Raised;
use taipan_vm::structseq;
use taipan_vm::types::structseq::instance;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::path_argument::{Allow, path};

structseq! {
    /// `os.statvfs_result`.
    pub static STATVFS_RESULT = "os" "statvfs_result", doc "statvfs_result: Result from statvfs or fstatvfs.\n\nThis object may be accessed either as a tuple of\n  (bsize, frsize, blocks, bfree, bavail, files, ffree, favail, flag, namemax),\nor via the attributes f_bsize, f_frsize, f_blocks, f_bfree, and so on.\n\nSee os.statvfs for more information.", flags taipan_vm::spec::MUTABLE, visible 10, [
        "f_bsize" "",
        "f_frsize" "",
        "f_blocks" "",
        "f_bfree" "",
        "f_bavail" "",
        "f_files" "",
        "f_ffree" "",
        "f_favail" "",
        "f_flag" "",
        "f_namemax" "",
        "f_fsid" "",
    ]
}

fn result(vm: &mut Vm, status: &VolumeStatus) -> Result<Value, Raised> {
    let mut fields = [Value::NONE; 11];
    for (field, number) in fields.iter_mut().zip(status.numbers) {
        *field = vm.new_uint(number)?;
    }
    instance(vm, &STATVFS_RESULT, &fields)
}

pub fn statvfs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let target = path(vm, "statvfs", "path", args.get(0), Allow::PATH_OR_FD)?;
    let host = vm.host();
    let status = vm.detached(|| match target.fd {
        Some(fd) => host.volume_of_fd(fd),
        None => host.volume(&target.bytes),
    });
    match status {
        Ok(status) => result(vm, &status),
        Err(errno) => Err(vm.raise_os_error(errno, &[target.object])),
    }
}

pub fn fstatvfs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = vm.index_i32(args.get(0))?;
    let status = vm.wait_host(|host| host.volume_of_fd(fd))?;
    result(vm, &status)
}
