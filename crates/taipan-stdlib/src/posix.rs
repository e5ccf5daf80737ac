//! The module `posix`: system calls, through the host.

use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::module::Module;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

mod configuration;
mod constants;
mod descriptors;
#[rustfmt::skip]
mod docs;
mod environment;
mod extended_attributes;
mod identity;
mod path_argument;
mod paths;
pub(crate) mod processes;
pub use processes::forked;
mod scandir;
mod scheduling;
mod spawning;
mod special_files;
mod status;
mod terminals;
mod transfers;
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
        function("_exit(status)", processes::exit, docs::EXIT).looks_at_files(),
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
        function("execv(path, argv, /)", processes::execv, docs::EXECV).looks_at_files(),
        function("execve(path, argv, env)", processes::execve, docs::EXECVE).looks_at_files(),
        function("fchdir(fd)", descriptors::fchdir, docs::FCHDIR),
        function("fchmod(fd, mode)", descriptors::fchmod, docs::FCHMOD),
        function("fchown(fd, uid, gid)", descriptors::fchown, docs::FCHOWN),
        function("fdatasync(fd)", descriptors::fdatasync, docs::FDATASYNC),
        function("fork()", processes::fork, docs::FORK).looks_at_files(),
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
        function("link(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)", paths::link, docs::LINK).looks_at_files(),
        function("listdir(path=None)", paths::listdir, docs::LISTDIR),
        function("lseek(fd, position, whence, /)", descriptors::lseek, docs::LSEEK),
        function("lstat(path, *, dir_fd=None)", status::lstat, docs::LSTAT).looks_at_files(),
        function("major(device, /)", environment::major, docs::MAJOR),
        function("makedev(major, minor, /)", environment::makedev, docs::MAKEDEV),
        function("minor(device, /)", environment::minor, docs::MINOR),
        function("mkdir(path, mode=511, *, dir_fd=None)", paths::mkdir, docs::MKDIR),
        function("mkfifo(path, mode=438, *, dir_fd=None)", paths::mkfifo, docs::MKFIFO),
        function("nice(increment, /)", processes::nice, docs::NICE),
        function("open(path, flags, mode=511, *, dir_fd=None)", descriptors::open, docs::OPEN).looks_at_files(),
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
        function("rename(src, dst, *, src_dir_fd=None, dst_dir_fd=None)", paths::rename, docs::RENAME).looks_at_files(),
        function("replace(src, dst, *, src_dir_fd=None, dst_dir_fd=None)", paths::replace, docs::REPLACE).looks_at_files(),
        function("rmdir(path, *, dir_fd=None)", paths::rmdir, docs::RMDIR),
        function("scandir(path=None)", scandir::scandir, docs::SCANDIR).looks_at_files(),
        function("sched_getaffinity(pid, /)", processes::sched_getaffinity, docs::SCHED_GETAFFINITY),
        function("sched_yield()", processes::sched_yield, docs::SCHED_YIELD),
        function("set_blocking(fd, blocking, /)", descriptors::set_blocking, docs::SET_BLOCKING),
        function("set_inheritable(fd, inheritable, /)", descriptors::set_inheritable, docs::SET_INHERITABLE),
        function("setpgid(pid, pgrp, /)", processes::setpgid, docs::SETPGID),
        function("setpgrp()", processes::setpgrp, docs::SETPGRP),
        function("setsid()", processes::setsid, docs::SETSID),
        function("stat(path, *, dir_fd=None, follow_symlinks=True)", status::stat, docs::STAT).looks_at_files(),
        function("strerror(code, /)", environment::strerror, docs::STRERROR),
        function("symlink(src, dst, target_is_directory=False, *, dir_fd=None)", paths::symlink, docs::SYMLINK),
        function("sync()", environment::sync, docs::SYNC),
        function("sysconf(name, /)", configuration::sysconf, docs::SYSCONF),
        function("system(command)", processes::system, docs::SYSTEM).looks_at_files(),
        function("times()", processes::times, docs::TIMES),
        function("truncate(path, length)", paths::truncate, docs::TRUNCATE).looks_at_files(),
        function("ttyname(fd, /)", descriptors::ttyname, docs::TTYNAME),
        function("umask(mask, /)", environment::umask, docs::UMASK),
        function("uname()", environment::uname, docs::UNAME),
        function("unlink(path, *, dir_fd=None)", paths::unlink, docs::UNLINK),
        function("unsetenv(name, /)", environment::unsetenv, docs::UNSETENV),
        function("urandom(size, /)", environment::urandom, docs::URANDOM),
        function("utime(path, times=None, *, ns=<unrepresentable>, dir_fd=None, follow_symlinks=True)", paths::utime, docs::UTIME).looks_at_files(),
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
        function("chroot(path)", configuration::chroot, "Change root directory to path."),
        function("confstr(name, /)", configuration::confstr, "Return a string-valued system configuration variable."),
        function("copy_file_range(src, dst, count, offset_src=None, offset_dst=None)", transfers::copy_file_range, "Copy count bytes from one file descriptor to another.\n\n  src\n    Source file descriptor.\n  dst\n    Destination file descriptor.\n  count\n    Number of bytes to copy.\n  offset_src\n    Starting offset in src.\n  offset_dst\n    Starting offset in dst.\n\nIf offset_src is None, then src is read from the current position;\nrespectively for offset_dst."),
        function("forkpty()", terminals::forkpty, "Fork a new process with a new pseudo-terminal as controlling tty.\n\nReturns a tuple of (pid, master_fd).\nLike fork(), return pid of 0 to the child process,\nand pid of child to the parent process.\nTo both, return fd of newly opened pseudo-terminal.").looks_at_files(),
        function("fpathconf(fd, name, /)", configuration::fpathconf, "Return the configuration limit name for the file descriptor fd.\n\nIf there is no limit, return -1."),
        function("getgrouplist(user, group, /)", configuration::getgrouplist, "Returns a list of groups to which a user belongs.\n\n  user\n    username to lookup\n  group\n    base group id of the user"),
        function("getlogin()", configuration::getlogin, "Return the actual login name."),
        function("getpriority(which, who)", scheduling::getpriority, "Return program scheduling priority."),
        function("getxattr(path, attribute, *, follow_symlinks=True)", extended_attributes::getxattr, "Return the value of extended attribute attribute on path.\n\npath may be either a string, a path-like object, or an open file\ndescriptor.\nIf follow_symlinks is False, and the last element of the path is\na symbolic link, getxattr will examine the symbolic link itself\ninstead of the file the link points to."),
        function("grantpt(fd, /)", terminals::grantpt, "Grant access to the slave pseudo-terminal device.\n\n  fd\n    File descriptor of a master pseudo-terminal device.\n\nPerforms a grantpt() C function call."),
        function("initgroups(username, gid, /)", configuration::initgroups, "Initialize the group access list.\n\nCall the system initgroups() to initialize the group access list with\nall of the groups of which the specified username is a member, plus the\nspecified group id."),
        function("listxattr(path=None, *, follow_symlinks=True)", extended_attributes::listxattr, "Return a list of extended attributes on path.\n\npath may be either None, a string, a path-like object, or an open file\ndescriptor.  If path is None, listxattr will examine the current\ndirectory.\nIf follow_symlinks is False, and the last element of the path is\na symbolic link, listxattr will examine the symbolic link itself instead\nof the file the link points to."),
        function("lockf(fd, command, length, /)", transfers::lockf, "Apply, test or remove a POSIX lock on an open file descriptor.\n\n  fd\n    An open file descriptor.\n  command\n    One of F_LOCK, F_TLOCK, F_ULOCK or F_TEST.\n  length\n    The number of bytes to lock, starting at the current position."),
        function("login_tty(fd, /)", terminals::login_tty, "Prepare the tty of which fd is a file descriptor for a new login session.\n\nMake the calling process a session leader; make the tty the\ncontrolling tty, the stdin, the stdout, and the stderr of the\ncalling process; close fd."),
        function("mknod(path, mode=384, device=0, *, dir_fd=None)", configuration::mknod, "Create a node in the file system.\n\nCreate a node in the file system (file, device special file or named\npipe) at path.  mode specifies both the permissions to use and the\ntype of node to be created, being combined (bitwise OR) with one of\nS_IFREG, S_IFCHR, S_IFBLK, and S_IFIFO.  If S_IFCHR or S_IFBLK is set\non mode, device defines the newly created device special file (probably\nusing os.makedev()).  Otherwise device is ignored.\n\nIf dir_fd is not None, it should be a file descriptor open to\na directory, and path should be relative; path will then be relative\nto that directory.\ndir_fd may not be implemented on your platform.  If it is unavailable,\nusing it will raise a NotImplementedError."),
        function("pathconf(path, name)", configuration::pathconf, "Return the configuration limit name for the file or directory path.\n\nIf there is no limit, return -1.\nOn some platforms, path may also be specified as an open file\ndescriptor.  If this functionality is unavailable, using it raises\nan exception."),
        function("posix_openpt(oflag, /)", terminals::posix_openpt, "Open and return a file descriptor for a master pseudo-terminal device.\n\nPerforms a posix_openpt() C function call. The oflag argument is used to\nset file status flags and file access modes as specified in the manual\npage of posix_openpt() of your system."),
        function("posix_spawn(path, argv, env, /, *, file_actions=(), setpgroup=None, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=None)", spawning::posix_spawn, "Execute the program specified by path in a new process.\n\n  path\n    Path of executable file.\n  argv\n    Tuple or list of strings.\n  env\n    Dictionary of strings mapping to strings.\n  file_actions\n    A sequence of file action tuples.\n  setpgroup\n    The pgroup to use with the POSIX_SPAWN_SETPGROUP flag.\n  resetids\n    If the value is `true` the POSIX_SPAWN_RESETIDS will be activated.\n  setsid\n    If the value is `true` the POSIX_SPAWN_SETSID or POSIX_SPAWN_SETSID_NP\n    will be activated.\n  setsigmask\n    The sigmask to use with the POSIX_SPAWN_SETSIGMASK flag.\n  setsigdef\n    The sigmask to use with the POSIX_SPAWN_SETSIGDEF flag.\n  scheduler\n    A tuple with the scheduler policy (optional) and parameters.").looks_at_files(),
        function("posix_spawnp(path, argv, env, /, *, file_actions=(), setpgroup=None, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=None)", spawning::posix_spawnp, "Execute the program specified by path in a new process.\n\n  path\n    Path of executable file.\n  argv\n    Tuple or list of strings.\n  env\n    Dictionary of strings mapping to strings.\n  file_actions\n    A sequence of file action tuples.\n  setpgroup\n    The pgroup to use with the POSIX_SPAWN_SETPGROUP flag.\n  resetids\n    If the value is `True` the POSIX_SPAWN_RESETIDS will be activated.\n  setsid\n    If the value is `True` the POSIX_SPAWN_SETSID or POSIX_SPAWN_SETSID_NP\n    will be activated.\n  setsigmask\n    The sigmask to use with the POSIX_SPAWN_SETSIGMASK flag.\n  setsigdef\n    The sigmask to use with the POSIX_SPAWN_SETSIGDEF flag.\n  scheduler\n    A tuple with the scheduler policy (optional) and parameters.").looks_at_files(),
        function("preadv(fd, buffers, offset, flags=0, /)", transfers::preadv, "Reads from a file descriptor into a number of mutable bytes-like objects.\n\nCombines the functionality of readv() and pread().  As readv(), it will\ntransfer data into each buffer until it is full and then move on to the\nnext buffer in the sequence to hold the rest of the data.  Its fourth\nargument, specifies the file offset at which the input operation is to\nbe performed.  It will return the total number of bytes read (which can\nbe less than the total capacity of all the objects).\n\nThe flags argument contains a bitwise OR of zero or more of the\nfollowing flags:\n\n- RWF_HIPRI\n- RWF_NOWAIT\n\nUsing non-zero flags requires Linux 4.6 or newer."),
        function("ptsname(fd, /)", terminals::ptsname, "Return the name of the slave pseudo-terminal device.\n\n  fd\n    File descriptor of a master pseudo-terminal device.\n\nIf the ptsname_r() C function is available, it is called;\notherwise, performs a ptsname() C function call."),
        function("pwritev(fd, buffers, offset, flags=0, /)", transfers::pwritev, "Writes the contents of bytes-like objects to a file descriptor at a given offset.\n\nCombines the functionality of writev() and pwrite(). All buffers must be\na sequence of bytes-like objects.  Buffers are processed in array order.\nEntire contents of first buffer is written before proceeding to second,\nand so on. The operating system may set a limit (sysconf() value\nSC_IOV_MAX) on the number of buffers that can be used.\nThis function writes the contents of each object to the file descriptor\nand returns the total number of bytes written.\n\nThe flags argument contains a bitwise OR of zero or more of the\nfollowing flags:\n\n- RWF_DSYNC\n- RWF_SYNC\n- RWF_APPEND\n\nUsing non-zero flags requires Linux 4.7 or newer."),
        function("readv(fd, buffers, /)", transfers::readv, "Read from a file descriptor fd into an iterable of buffers.\n\nThe buffers should be mutable buffers accepting bytes.\nreadv will transfer data into each buffer until it is full\nand then move on to the next buffer in the sequence to hold\nthe rest of the data.\n\nreadv returns the total number of bytes read,\nwhich may be less than the total capacity of all the buffers."),
        function("removexattr(path, attribute, *, follow_symlinks=True)", extended_attributes::removexattr, "Remove extended attribute attribute on path.\n\npath may be either a string, a path-like object, or an open file\ndescriptor.\nIf follow_symlinks is False, and the last element of the path is\na symbolic link, removexattr will modify the symbolic link itself\ninstead of the file the link points to."),
        function("sched_get_priority_max(policy)", scheduling::sched_get_priority_max, "Get the maximum scheduling priority for policy."),
        function("sched_get_priority_min(policy)", scheduling::sched_get_priority_min, "Get the minimum scheduling priority for policy."),
        function("sched_getparam(pid, /)", scheduling::sched_getparam, "Returns scheduling parameters for the process identified by pid.\n\nIf pid is 0, returns parameters for the calling process.\nReturn value is an instance of sched_param."),
        function("sched_getscheduler(pid, /)", scheduling::sched_getscheduler, "Get the scheduling policy for the process identified by pid.\n\nPassing 0 for pid returns the scheduling policy for the calling process."),
        function("sched_rr_get_interval(pid, /)", scheduling::sched_rr_get_interval, "Return the round-robin quantum for the process identified by pid, in seconds.\n\nValue returned is a float."),
        function("sched_setaffinity(pid, mask, /)", scheduling::sched_setaffinity, "Set the CPU affinity of the process identified by pid to mask.\n\nmask should be an iterable of integers identifying CPUs."),
        function("sched_setparam(pid, param, /)", scheduling::sched_setparam, "Set scheduling parameters for the process identified by pid.\n\nIf pid is 0, sets parameters for the calling process.\nparam should be an instance of sched_param."),
        function("sched_setscheduler(pid, policy, param, /)", scheduling::sched_setscheduler, "Set the scheduling policy for the process identified by pid.\n\nIf pid is 0, the calling process is changed.\nparam is an instance of sched_param."),
        function("setns(fd, nstype=0)", scheduling::setns, "Move the calling thread into different namespaces.\n\n  fd\n    A file descriptor to a namespace.\n  nstype\n    Type of namespace."),
        function("setpriority(which, who, priority)", scheduling::setpriority, "Set program scheduling priority."),
        function("setxattr(path, attribute, value, flags=0, *, follow_symlinks=True)", extended_attributes::setxattr, "Set extended attribute attribute on path to value.\n\npath may be either a string, a path-like object,  or an open file\ndescriptor.\nIf follow_symlinks is False, and the last element of the path is\na symbolic link, setxattr will modify the symbolic link itself instead\nof the file the link points to."),
        function("splice(src, dst, count, offset_src=None, offset_dst=None, flags=0)", transfers::splice, "Transfer count bytes from one pipe to a descriptor or vice versa.\n\n  src\n    Source file descriptor.\n  dst\n    Destination file descriptor.\n  count\n    Number of bytes to copy.\n  offset_src\n    Starting offset in src.\n  offset_dst\n    Starting offset in dst.\n  flags\n    Flags to modify the semantics of the call.\n\nIf offset_src is None, then src is read from the current position;\nrespectively for offset_dst. The offset associated to the file\ndescriptor that refers to a pipe must be None."),
        function("timerfd_create(clockid, /, *, flags=0)", transfers::timerfd_create, "Create and return a timer file descriptor.\n\n  clockid\n    A valid clock ID constant as timer file descriptor.\n\n    time.CLOCK_REALTIME\n    time.CLOCK_MONOTONIC\n    time.CLOCK_BOOTTIME\n  flags\n    0 or a bit mask of os.TFD_NONBLOCK or os.TFD_CLOEXEC.\n\n    os.TFD_NONBLOCK\n        If *TFD_NONBLOCK* is set as a flag, read doesn't blocks.\n        If *TFD_NONBLOCK* is not set as a flag, read block until the timer fires.\n\n    os.TFD_CLOEXEC\n        If *TFD_CLOEXEC* is set as a flag, enable the close-on-exec flag"),
        function("timerfd_gettime(fd, /)", transfers::timerfd_gettime, "Return a tuple of a timer file descriptor's (next expiration, interval) in float seconds.\n\n  fd\n    A timer file descriptor."),
        function("timerfd_gettime_ns(fd, /)", transfers::timerfd_gettime_ns, "Return a tuple of a timer file descriptor's (next expiration, interval) in nanoseconds.\n\n  fd\n    A timer file descriptor."),
        function("timerfd_settime(fd, /, *, flags=0, initial=0.0, interval=0.0)", transfers::timerfd_settime, "Alter a timer file descriptor's internal timer in seconds.\n\n  fd\n    A timer file descriptor.\n  flags\n    0 or a bit mask of TFD_TIMER_ABSTIME or TFD_TIMER_CANCEL_ON_SET.\n  initial\n    The initial expiration time, in seconds.\n  interval\n    The timer's interval, in seconds."),
        function("timerfd_settime_ns(fd, /, *, flags=0, initial=0, interval=0)", transfers::timerfd_settime_ns, "Alter a timer file descriptor's internal timer in nanoseconds.\n\n  fd\n    A timer file descriptor.\n  flags\n    0 or a bit mask of TFD_TIMER_ABSTIME or TFD_TIMER_CANCEL_ON_SET.\n  initial\n    initial expiration timing in nanoseconds.\n  interval\n    interval for the timer in nanoseconds."),
        function("unlockpt(fd, /)", terminals::unlockpt, "Unlock a pseudo-terminal master/slave pair.\n\n  fd\n    File descriptor of a master pseudo-terminal device.\n\nPerforms an unlockpt() C function call."),
        function("unshare(flags)", scheduling::unshare, "Disassociate parts of a process (or thread) execution context.\n\n  flags\n    Namespaces to be unshared."),
        function("waitid(idtype, id, options, /)", spawning::waitid, "Returns the result of waiting for a process or processes.\n\n  idtype\n    Must be one of be P_PID, P_PGID or P_ALL.\n  id\n    The id to wait on.\n  options\n    Constructed from the ORing of one or more of WEXITED, WSTOPPED\n    or WCONTINUED and additionally may be ORed with WNOHANG or WNOWAIT.\n\nReturns either waitid_result or None if WNOHANG is specified and there\nare no children in a waitable state."),
        function("_create_environ()", environment::create_environ, docs::CREATE_ENVIRON),
    ],
    types: &[
        &scandir::DIR_ENTRY,
        &status::STAT_RESULT,
        &descriptors::TERMINAL_SIZE,
        &processes::TIMES_RESULT,
        &environment::UNAME_RESULT,
        &volumes::STATVFS_RESULT,
        &scheduling::SCHED_PARAM,
        &spawning::WAITID_RESULT,
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
