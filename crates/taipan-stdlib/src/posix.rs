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
mod path_argument;
mod paths;
mod processes;
mod scandir;
mod status;

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
        function("_create_environ()", environment::create_environ, docs::CREATE_ENVIRON),
    ],
    types: &[
        &scandir::DIR_ENTRY,
        &status::STAT_RESULT,
        &descriptors::TERMINAL_SIZE,
        &processes::TIMES_RESULT,
        &environment::UNAME_RESULT,
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
