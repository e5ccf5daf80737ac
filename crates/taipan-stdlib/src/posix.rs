//! The module `posix`: system calls, through the host.

use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::module::Module;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

mod constants;
mod descriptors;
#[rustfmt::skip]
mod docs;
mod environment;
mod identity;
mod path_argument;
mod paths;
mod processes;
mod scandir;
mod special_files;
mod status;
mod volumes;

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "posix",
    doc: "This module provides access to operating system functionality that is\nstandardized by the C Standard and the POSIX standard (a thinly\ndisguised Unix interface).  Refer to the library manual and\ncorresponding Unix manual entries for more information on calls.",
    functions: &[
        function("WCOREDUMP(status, /)", processes::wcoredump, docs::WCOREDUMP),
        function("WEXITSTATUS(status)", processes::wexitstatus, docs::WEXITSTATUS),
        function("WIFCONTINUED(status)", processes::wifcontinued, docs::WIFCONTINUED),
        function("WIFEXITED(status)", processes::wifexited, docs::WIFEXITED),
        function("WIFSIGNALED(status)", processes::wifsignaled, docs::WIFSIGNALED),
        function("WIFSTOPPED(status)", processes::wifstopped, docs::WIFSTOPPED),
        function("WSTOPSIG(status)", processes::wstopsig, docs::WSTOPSIG),
        function("WTERMSIG(status)", processes::wtermsig, docs::WTERMSIG),
        function("_exit(status)", processes::exit, docs::EXIT),
        function("_inputhook()", environment::inputhook, docs::INPUTHOOK),
        function("_is_inputhook_installed()", environment::is_inputhook_installed, docs::IS_INPUTHOOK_INSTALLED),
        function("_path_normpath(path)", paths::path_normpath, docs::PATH_NORMPATH),
        function("_path_splitroot_ex(p)", paths::path_splitroot_ex, docs::PATH_SPLITROOT_EX),
        function("abort()", processes::abort, docs::ABORT),
        function("access(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)", status::access, docs::ACCESS),
        function("chdir(path)", paths::chdir, docs::CHDIR),
        function("chmod(path, mode, *, dir_fd=None, follow_symlinks=True)", paths::chmod, docs::CHMOD),
        function("chown(path, uid, gid, *, dir_fd=None, follow_symlinks=True)", paths::chown, docs::CHOWN),
        function("close(fd)", descriptors::close, docs::CLOSE),
        function("closerange(fd_low, fd_high, /)", descriptors::closerange, docs::CLOSERANGE),
        function("cpu_count()", environment::cpu_count, docs::CPU_COUNT),
        function("ctermid()", environment::ctermid, docs::CTERMID),
        function("device_encoding(fd)", descriptors::device_encoding, docs::DEVICE_ENCODING),
        function("dup(fd, /)", descriptors::dup, docs::DUP),
        function("dup2(fd, fd2, inheritable=True)", descriptors::dup2, docs::DUP2),
        function("execv(path, argv, /)", processes::execv, docs::EXECV),
        function("execve(path, argv, env)", processes::execve, docs::EXECVE),
        function("fchdir(fd)", descriptors::fchdir, docs::FCHDIR),
        function("fchmod(fd, mode)", descriptors::fchmod, docs::FCHMOD),
        function("fchown(fd, uid, gid)", descriptors::fchown, docs::FCHOWN),
        function("fdatasync(fd)", descriptors::fdatasync, docs::FDATASYNC),
        function("fork()", processes::fork, docs::FORK),
        function("fspath(path)", paths::fspath, docs::FSPATH),
        function("fstat(fd)", status::fstat, docs::FSTAT),
        function("fsync(fd)", descriptors::fsync, docs::FSYNC),
        function("ftruncate(fd, length, /)", descriptors::ftruncate, docs::FTRUNCATE),
        function("get_blocking(fd, /)", descriptors::get_blocking, docs::GET_BLOCKING),
        function("get_inheritable(fd, /)", descriptors::get_inheritable, docs::GET_INHERITABLE),
        function("get_terminal_size(fd=<unrepresentable>, /)", descriptors::get_terminal_size, docs::GET_TERMINAL_SIZE),
        function("getcwd()", paths::getcwd, docs::GETCWD),
        function("getcwdb()", paths::getcwdb, docs::GETCWDB),
        function("getegid()", processes::getegid, docs::GETEGID),
        function("geteuid()", processes::geteuid, docs::GETEUID),
        function("getgid()", processes::getgid, docs::GETGID),
        function("getgroups()", processes::getgroups, docs::GETGROUPS),
        function("getloadavg()", environment::getloadavg, docs::GETLOADAVG),
        function("getpgid(pid)", processes::getpgid, docs::GETPGID),
        function("getpgrp()", processes::getpgrp, docs::GETPGRP),
        function("getpid()", processes::getpid, docs::GETPID),
        function("getppid()", processes::getppid, docs::GETPPID),
        function("getrandom(size, flags=0)", environment::getrandom, docs::GETRANDOM),
        function("getsid(pid, /)", processes::getsid, docs::GETSID),
        function("getuid()", processes::getuid, docs::GETUID),
        function("isatty(fd, /)", descriptors::isatty, docs::ISATTY),
        function("kill(pid, signal, /)", processes::kill, docs::KILL),
        function("killpg(pgid, signal, /)", processes::killpg, docs::KILLPG),
        function("lchown(path, uid, gid)", paths::lchown, docs::LCHOWN),
        function("link(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)", paths::link, docs::LINK),
        function("listdir(path=None)", paths::listdir, docs::LISTDIR),
        function("lseek(fd, position, whence, /)", descriptors::lseek, docs::LSEEK),
        function("lstat(path, *, dir_fd=None)", status::lstat, docs::LSTAT),
        function("major(device, /)", environment::major, docs::MAJOR),
        function("makedev(major, minor, /)", environment::makedev, docs::MAKEDEV),
        function("minor(device, /)", environment::minor, docs::MINOR),
        function("mkdir(path, mode=511, *, dir_fd=None)", paths::mkdir, docs::MKDIR),
        function("mkfifo(path, mode=438, *, dir_fd=None)", paths::mkfifo, docs::MKFIFO),
        function("nice(increment, /)", processes::nice, docs::NICE),
        function("open(path, flags, mode=511, *, dir_fd=None)", descriptors::open, docs::OPEN),
        function("pipe()", descriptors::pipe, docs::PIPE),
        function("pipe2(flags, /)", descriptors::pipe2, docs::PIPE2),
        function("pread(fd, length, offset, /)", descriptors::pread, docs::PREAD),
        function("putenv(name, value, /)", environment::putenv, docs::PUTENV),
        function("pwrite(fd, buffer, offset, /)", descriptors::pwrite, docs::PWRITE),
        function("read(fd, length, /)", descriptors::read, docs::READ),
        function("readinto(fd, buffer, /)", descriptors::readinto, docs::READINTO),
        function("readlink(path, *, dir_fd=None)", paths::readlink, docs::READLINK),
        function("register_at_fork(*, before=<unrepresentable>, after_in_child=<unrepresentable>, after_in_parent=<unrepresentable>)", processes::register_at_fork, docs::REGISTER_AT_FORK),
        function("remove(path, *, dir_fd=None)", paths::remove, docs::REMOVE),
        function("rename(src, dst, *, src_dir_fd=None, dst_dir_fd=None)", paths::rename, docs::RENAME),
        function("replace(src, dst, *, src_dir_fd=None, dst_dir_fd=None)", paths::replace, docs::REPLACE),
        function("rmdir(path, *, dir_fd=None)", paths::rmdir, docs::RMDIR),
        function("scandir(path=None)", scandir::scandir, docs::SCANDIR),
        function("sched_getaffinity(pid, /)", processes::sched_getaffinity, docs::SCHED_GETAFFINITY),
        function("sched_yield()", processes::sched_yield, docs::SCHED_YIELD),
        function("set_blocking(fd, blocking, /)", descriptors::set_blocking, docs::SET_BLOCKING),
        function("set_inheritable(fd, inheritable, /)", descriptors::set_inheritable, docs::SET_INHERITABLE),
        function("setpgid(pid, pgrp, /)", processes::setpgid, docs::SETPGID),
        function("setpgrp()", processes::setpgrp, docs::SETPGRP),
        function("setsid()", processes::setsid, docs::SETSID),
        function("stat(path, *, dir_fd=None, follow_symlinks=True)", status::stat, docs::STAT),
        function("strerror(code, /)", environment::strerror, docs::STRERROR),
        function("symlink(src, dst, target_is_directory=False, *, dir_fd=None)", paths::symlink, docs::SYMLINK),
        function("sync()", environment::sync, docs::SYNC),
        function("sysconf(name, /)", environment::sysconf, docs::SYSCONF),
        function("system(command)", processes::system, docs::SYSTEM),
        function("times()", processes::times, docs::TIMES),
        function("truncate(path, length)", paths::truncate, docs::TRUNCATE),
        function("ttyname(fd, /)", descriptors::ttyname, docs::TTYNAME),
        function("umask(mask, /)", environment::umask, docs::UMASK),
        function("uname()", environment::uname, docs::UNAME),
        function("unlink(path, *, dir_fd=None)", paths::unlink, docs::UNLINK),
        function("unsetenv(name, /)", environment::unsetenv, docs::UNSETENV),
        function("urandom(size, /)", environment::urandom, docs::URANDOM),
        function("utime(path, times=None, *, ns=<unrepresentable>, dir_fd=None, follow_symlinks=True)", paths::utime, docs::UTIME),
        function("wait()", processes::wait, docs::WAIT),
        function("wait3(options)", processes::wait3, docs::WAIT3),
        function("wait4(pid, options)", processes::wait4, docs::WAIT4),
        function("waitpid(pid, options, /)", processes::waitpid, docs::WAITPID),
        function("waitstatus_to_exitcode(status)", processes::waitstatus_to_exitcode, docs::WAITSTATUS_TO_EXITCODE),
        function("write(fd, data, /)", descriptors::write, docs::WRITE),
        function("writev(fd, buffers, /)", descriptors::writev, docs::WRITEV),
        function("openpty()", special_files::openpty, "Open a pseudo-terminal.\n\nReturn a tuple of (master_fd, slave_fd) containing open file descriptors\nfor both the master and slave ends."),
        function("tcgetpgrp(fd, /)", special_files::tcgetpgrp, "Return the process group associated with the terminal specified by fd."),
        function("tcsetpgrp(fd, pgid, /)", special_files::tcsetpgrp, "Set the process group associated with the terminal specified by fd."),
        function("pidfd_open(pid, flags=0)", special_files::pidfd_open, "Return a file descriptor referring to the process *pid*.\n\nThe descriptor can be used to perform process management without races\nand signals."),
        function("eventfd(initval, flags=EFD_CLOEXEC)", special_files::eventfd, "Creates and returns an event notification file descriptor."),
        function("eventfd_read(fd)", special_files::eventfd_read, "Read eventfd value"),
        function("eventfd_write(fd, value)", special_files::eventfd_write, "Write eventfd value."),
        function("memfd_create(name, flags=MFD_CLOEXEC)", special_files::memfd_create, ""),
        function("sendfile(out_fd, in_fd, offset, count)", special_files::sendfile, "Copy count bytes from file descriptor in_fd to file descriptor out_fd."),
        function("posix_fallocate(fd, offset, length, /)", special_files::posix_fallocate, "Ensure a file has allocated at least a particular number of bytes on disk.\n\nEnsure that the file specified by fd encompasses a range of bytes\nstarting at offset bytes from the beginning and continuing for length\nbytes."),
        function("posix_fadvise(fd, offset, length, advice, /)", special_files::posix_fadvise, "Announce an intention to access data in a specific pattern.\n\nAnnounce an intention to access data in a specific pattern, thus\nallowing the kernel to make optimizations.\nThe advice applies to the region of the file specified by fd starting at\noffset and continuing for length bytes.\nadvice is one of POSIX_FADV_NORMAL, POSIX_FADV_SEQUENTIAL,\nPOSIX_FADV_RANDOM, POSIX_FADV_NOREUSE, POSIX_FADV_WILLNEED, or\nPOSIX_FADV_DONTNEED."),
        function("statvfs(path)", volumes::statvfs, "Perform a statvfs system call on the given path.\n\npath may always be specified as a string.\nOn some platforms, path may also be specified as an open file\ndescriptor.  If this functionality is unavailable, using it raises\nan exception."),
        function("fstatvfs(fd, /)", volumes::fstatvfs, "Perform an fstatvfs system call on the given fd.\n\nEquivalent to statvfs(fd)."),
        function("setuid(uid, /)", identity::setuid, "Set the current process's user id."),
        function("seteuid(euid, /)", identity::seteuid, "Set the current process's effective user id."),
        function("setreuid(ruid, euid, /)", identity::setreuid, "Set the current process's real and effective user ids."),
        function("setresuid(ruid, euid, suid, /)", identity::setresuid, "Set the current process's real, effective, and saved user ids."),
        function("setgid(gid, /)", identity::setgid, "Set the current process's group id."),
        function("setegid(egid, /)", identity::setegid, "Set the current process's effective group id."),
        function("setregid(rgid, egid, /)", identity::setregid, "Set the current process's real and effective group ids."),
        function("setresgid(rgid, egid, sgid, /)", identity::setresgid, "Set the current process's real, effective, and saved group ids."),
        function("getresuid()", identity::getresuid, "Return a tuple of the current process's real, effective, and saved user ids."),
        function("getresgid()", identity::getresgid, "Return a tuple of the current process's real, effective, and saved group ids."),
        function("setgroups(groups, /)", identity::setgroups, "Set the groups of the current process to list."),
        function("_create_environ()", environment::create_environ, docs::CREATE_ENVIRON),
    ],
    types: &[
        &scandir::DIR_ENTRY,
        &status::STAT_RESULT,
        &descriptors::TERMINAL_SIZE,
        &processes::TIMES_RESULT,
        &environment::UNAME_RESULT,
        &volumes::STATVFS_RESULT,
    ],
    exec: Some(exec),
};

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    for (name, number) in constants::NUMBERS {
        Module::set_int(module, vm, name, *number)?;
    }
    let error = vm.exception_class(Exc::OSError).value();
    Module::set(module, vm, "error", error)?;
    let functions = List::new(vm)?;
    for name in constants::HAVE_FUNCTIONS {
        let name = vm.new_str(name)?;
        List::push(functions, vm, name)?;
    }
    Module::set(module, vm, "_have_functions", functions.value())?;
    for (name, rows) in [
        ("sysconf_names", constants::SYSCONF_NAMES),
        ("confstr_names", constants::CONFSTR_NAMES),
        ("pathconf_names", constants::PATHCONF_NAMES),
    ] {
        let dict = Dict::new(vm)?;
        for (key, number) in rows {
            let (key, number) = (vm.new_str(key)?, vm.new_int(*number)?);
            Dict::set(dict, vm, key, number)?;
        }
        Module::set(module, vm, name, dict.value())?;
    }
    let environ = environment::environment_dict(vm)?;
    Module::set(module, vm, "environ", environ)
}

/// An int argument, `default` when absent.
fn int_or(vm: &mut Vm, value: Value, default: i32) -> Result<i32, Raised> {
    match value.given() {
        Some(value) => vm.index_i32(value),
        None => Ok(default),
    }
}

/// A truth argument, `default` when absent.
fn truth_or(vm: &mut Vm, value: Value, default: bool) -> Result<bool, Raised> {
    match value.given() {
        Some(value) => vm.is_true(value),
        None => Ok(default),
    }
}
