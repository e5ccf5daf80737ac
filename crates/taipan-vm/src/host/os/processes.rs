//! Processes: identities, children, replacement.

use std::ffi::CString;

use super::{c_string, check, last_errno};
use crate::host::{Errno, HostResult, Identity, ResourceUsage, SpawnRequest, WaitResult};

pub fn process_id() -> HostResult<i32> {
    // SAFETY: no arguments.
    Ok(unsafe { libc::getpid() })
}

pub fn parent_id() -> HostResult<i32> {
    // SAFETY: no arguments.
    Ok(unsafe { libc::getppid() })
}

pub fn ids() -> HostResult<[u32; 4]> {
    // SAFETY: no arguments.
    unsafe { Ok([libc::getuid(), libc::geteuid(), libc::getgid(), libc::getegid()]) }
}

pub fn groups() -> HostResult<Vec<u32>> {
    let mut groups = vec![0; 65_536];
    // SAFETY: room for as many groups as the system allows.
    let n = check(unsafe { libc::getgroups(groups.len() as i32, groups.as_mut_ptr()) })?;
    groups.truncate(n as usize);
    Ok(groups)
}

pub fn process_group(pid: i32) -> HostResult<i32> {
    // SAFETY: numbers only.
    check(unsafe { libc::getpgid(pid) })
}

pub fn session(pid: i32) -> HostResult<i32> {
    // SAFETY: numbers only.
    check(unsafe { libc::getsid(pid) })
}

pub fn set_session() -> HostResult<i32> {
    // SAFETY: no arguments.
    check(unsafe { libc::setsid() })
}

pub fn set_process_group(pid: i32, group: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::setpgid(pid, group) }).map(drop)
}

pub fn nice(increment: i32) -> HostResult<i32> {
    // SAFETY: `errno` is this thread's own; numbers only.
    let value = unsafe {
        *libc::__errno_location() = 0;
        libc::nice(increment)
    };
    if value == -1 && last_errno().0 != 0 { Err(last_errno()) } else { Ok(value) }
}

pub fn kill(pid: i32, signal: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::kill(pid, signal) }).map(drop)
}

pub fn kill_group(group: i32, signal: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::killpg(group, signal) }).map(drop)
}

pub fn fork() -> HostResult<i32> {
    // SAFETY: the caller holds the GIL and refuses while other interpreters live; the child goes on with this thread
    // only.
    check(unsafe { libc::fork() })
}

/// A null-terminated array of C strings, and the strings it points into.
pub(super) fn vector(items: &[Vec<u8>]) -> HostResult<(Vec<CString>, Vec<*const libc::c_char>)> {
    let strings = items.iter().map(|item| c_string(item)).collect::<HostResult<Vec<_>>>()?;
    let mut pointers: Vec<_> = strings.iter().map(|string| string.as_ptr()).collect();
    pointers.push(std::ptr::null());
    Ok((strings, pointers))
}

pub fn execute(path: &[u8], args: &[Vec<u8>], env: Option<&[Vec<u8>]>) -> HostResult<()> {
    let path = c_string(path)?;
    let (_args, args) = vector(args)?;
    let env = env.map(vector).transpose()?;
    // SAFETY: null-terminated strings and arrays that live during the call, which only returns on failure.
    unsafe {
        match env {
            Some((_env, env)) => libc::execve(path.as_ptr(), args.as_ptr(), env.as_ptr()),
            None => libc::execv(path.as_ptr(), args.as_ptr()),
        };
    }
    Err(last_errno())
}

pub fn spawn(request: &SpawnRequest) -> HostResult<i32> {
    match prepared(
        request,
        || {
            // SAFETY: the child only makes async-signal-safe calls on data prepared before, then replaces or ends itself.
            check(unsafe { libc::fork() })
        },
        &mut || true,
    )? {
        0 => exit(255).map(|()| 0),
        pid => Ok(pid),
    }
}

pub fn become_program(request: &SpawnRequest, before: &mut dyn FnMut() -> bool) -> HostResult<()> {
    prepared(request, || Ok(0), before).map(drop)
}

/// Prepares what a child needs; in the child that `fork` makes, starts the program or ends.
fn prepared(
    request: &SpawnRequest,
    fork: impl FnOnce() -> HostResult<i32>,
    before: &mut dyn FnMut() -> bool,
) -> HostResult<i32> {
    let (_args, args) = vector(&request.args)?;
    let executables = request.executables.iter().map(|path| c_string(path)).collect::<HostResult<Vec<_>>>()?;
    let env = request.env.as_deref().map(vector).transpose()?;
    let cwd = request.cwd.as_deref().map(c_string).transpose()?;
    // SAFETY: this is the child where `fork` says so.
    unsafe {
        match fork()? {
            0 => {
                let stage = match child(request, &executables, &args, env.as_ref(), cwd.as_ref(), before) {
                    Ok(()) => ChildFailure { errno: last_errno().0, in_chdir: false, in_exec: true },
                    Err(failure) => failure,
                };
                report(request.errpipe_write, &stage);
                libc::_exit(255)
            }
            pid => Ok(pid),
        }
    }
}

/// Why the child could not start its program.
struct ChildFailure {
    errno: i32,
    /// It was the change of the folder.
    in_chdir: bool,
    /// Whether `exec` itself failed.
    in_exec: bool,
}

/// # Safety
/// Only in a forked child.
unsafe fn child(
    request: &SpawnRequest,
    executables: &[CString],
    args: &[*const libc::c_char],
    env: Option<&(Vec<CString>, Vec<*const libc::c_char>)>,
    cwd: Option<&CString>,
    before: &mut dyn FnMut() -> bool,
) -> Result<(), ChildFailure> {
    let ok = |result: i32| {
        if result == -1 {
            Err(ChildFailure { errno: last_errno().0, in_chdir: false, in_exec: false })
        } else {
            Ok(result)
        }
    };
    // SAFETY: async-signal-safe calls with valid arguments.
    unsafe {
        for fd in &request.pass_fds {
            if *fd != request.errpipe_write {
                let flags = ok(libc::fcntl(*fd, libc::F_GETFD))?;
                ok(libc::fcntl(*fd, libc::F_SETFD, flags & !libc::FD_CLOEXEC))?;
            }
        }
        // The child's ends must not be among the low descriptors they are to replace.
        let mut c2pwrite = request.c2pwrite;
        let mut errwrite = request.errwrite;
        for fd in [request.p2cwrite, request.c2pread, request.errread, request.errpipe_read] {
            if fd >= 0 {
                ok(libc::close(fd))?;
            }
        }
        if c2pwrite == 0 {
            c2pwrite = ok(libc::dup(c2pwrite))?;
        }
        while errwrite == 0 || errwrite == 1 {
            errwrite = ok(libc::dup(errwrite))?;
        }
        for (fd, target) in [(request.p2cread, 0), (c2pwrite, 1), (errwrite, 2)] {
            if fd == target {
                let flags = ok(libc::fcntl(fd, libc::F_GETFD))?;
                ok(libc::fcntl(fd, libc::F_SETFD, flags & !libc::FD_CLOEXEC))?;
            } else if fd >= 0 {
                ok(libc::dup2(fd, target))?;
            }
        }
        if let Some(cwd) = cwd {
            ok(libc::chdir(cwd.as_ptr())).map_err(|failure| ChildFailure { in_chdir: true, ..failure })?;
        }
        if request.umask >= 0 {
            libc::umask(request.umask as u32);
        }
        if request.restore_signals {
            for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
                libc::signal(signal, libc::SIG_DFL);
            }
        }
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        libc::pthread_sigmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
        if request.new_session {
            ok(libc::setsid())?;
        }
        if request.process_group >= 0 {
            ok(libc::setpgid(0, request.process_group))?;
        }
        if let Some(groups) = &request.groups {
            ok(libc::setgroups(groups.len(), groups.as_ptr()))?;
        }
        if let Some(gid) = request.gid {
            ok(libc::setregid(gid, gid))?;
        }
        if let Some(uid) = request.uid {
            ok(libc::setreuid(uid, uid))?;
        }
        if !before() {
            return Err(ChildFailure { errno: 0, in_chdir: false, in_exec: false });
        }
        if request.close_fds {
            close_others(&request.pass_fds, request.errpipe_write);
        }
        let mut errno = libc::ENOENT;
        for path in executables {
            match env {
                Some((_, env)) => libc::execve(path.as_ptr(), args.as_ptr(), env.as_ptr()),
                None => libc::execv(path.as_ptr(), args.as_ptr()),
            };
            let failed = last_errno().0;
            if failed != libc::ENOENT && failed != libc::ENOTDIR {
                errno = failed;
            }
        }
        Err(ChildFailure { errno, in_chdir: false, in_exec: true })
    }
}

/// Closes all descriptors from 3 on but those to keep.
///
/// # Safety
/// Only in a forked child.
unsafe fn close_others(keep: &[i32], errpipe: i32) {
    let mut start = 3u32;
    let close = |first: u32, last: u32| {
        if first <= last {
            // SAFETY: numbers only.
            unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
        }
    };
    // `keep` is ascending; the error pipe is put in its place.
    let mut errpipe = Some(errpipe).filter(|fd| *fd >= 3);
    for fd in keep {
        if let Some(pipe) = errpipe
            && pipe <= *fd
        {
            errpipe = None;
            close(start, pipe as u32 - 1);
            start = pipe as u32 + 1;
        }
        if *fd >= 3 && *fd as u32 >= start {
            close(start, *fd as u32 - 1);
            start = *fd as u32 + 1;
        }
    }
    if let Some(pipe) = errpipe
        && pipe as u32 >= start
    {
        close(start, pipe as u32 - 1);
        start = pipe as u32 + 1;
    }
    close(start, u32::MAX);
}

/// Tells the parent what failed, as `subprocess` expects it: `name:hexerrno:text`.
fn report(fd: i32, failure: &ChildFailure) {
    let errno = failure.errno;
    if errno == 0 {
        let text = b"SubprocessError:0:Exception occurred in preexec_fn.";
        // SAFETY: a buffer readable for its length.
        unsafe { libc::write(fd, text.as_ptr().cast(), text.len()) };
        return;
    }
    let mut line = [0u8; 64];
    let mut n = 0;
    let mut put = |bytes: &[u8]| {
        for byte in bytes {
            line[n] = *byte;
            n += 1;
        }
    };
    put(b"OSError:");
    let mut started = false;
    for shift in (0..8).rev() {
        let digit = (errno >> (shift * 4) & 15) as usize;
        if digit != 0 || started || shift == 0 {
            started = true;
            put(&b"0123456789ABCDEF"[digit..=digit]);
        }
    }
    put(b":");
    if failure.in_chdir {
        put(b"noexec:chdir");
    } else if !failure.in_exec {
        put(b"noexec");
    }
    // SAFETY: a buffer readable for its length.
    unsafe { libc::write(fd, line.as_ptr().cast(), n) };
}

pub fn wait(pid: i32, options: i32) -> HostResult<WaitResult> {
    let mut status = 0;
    // SAFETY: all-zero is a valid `rusage`.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: room for a status and one `rusage`.
    let pid = check(unsafe { libc::wait4(pid, &mut status, options, &mut usage) })?;
    Ok(WaitResult { pid, status, usage: resources(&usage) })
}

fn resources(usage: &libc::rusage) -> ResourceUsage {
    ResourceUsage {
        user: (usage.ru_utime.tv_sec, usage.ru_utime.tv_usec),
        system: (usage.ru_stime.tv_sec, usage.ru_stime.tv_usec),
        counts: [
            usage.ru_maxrss,
            usage.ru_ixrss,
            usage.ru_idrss,
            usage.ru_isrss,
            usage.ru_minflt,
            usage.ru_majflt,
            usage.ru_nswap,
            usage.ru_inblock,
            usage.ru_oublock,
            usage.ru_msgsnd,
            usage.ru_msgrcv,
            usage.ru_nsignals,
            usage.ru_nvcsw,
            usage.ru_nivcsw,
        ],
    }
}

pub fn exit(status: i32) -> HostResult<()> {
    // SAFETY: ends the process.
    unsafe { libc::_exit(status) }
}

pub fn abort() -> HostResult<()> {
    // SAFETY: numbers only; the process ends. A handler of the program's own is run first, as by C's `abort`.
    unsafe {
        libc::raise(libc::SIGABRT);
        libc::signal(libc::SIGABRT, libc::SIG_DFL);
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&mut set);
        libc::sigaddset(&mut set, libc::SIGABRT);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &set, std::ptr::null_mut());
        libc::raise(libc::SIGABRT);
        libc::_exit(127)
    }
}

pub fn times() -> HostResult<[f64; 5]> {
    // SAFETY: all-zero is a valid `tms`; room for one.
    let (elapsed, times) = unsafe {
        let mut times: libc::tms = std::mem::zeroed();
        (libc::times(&mut times), times)
    };
    // SAFETY: numbers only.
    let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) } as f64;
    let seconds = |t: libc::clock_t| t as f64 / ticks;
    Ok([
        seconds(times.tms_utime),
        seconds(times.tms_stime),
        seconds(times.tms_cutime),
        seconds(times.tms_cstime),
        seconds(elapsed),
    ])
}

pub fn resource_usage(who: i32) -> HostResult<ResourceUsage> {
    // SAFETY: all-zero is a valid `rusage`.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: room for one `rusage`.
    if unsafe { libc::getrusage(who as _, &mut usage) } == -1 {
        return Err(Errno(last_errno().0));
    }
    Ok(resources(&usage))
}

pub fn resource_limits(pid: i32, resource: i32, new: Option<(u64, u64)>) -> HostResult<(u64, u64)> {
    let new = new.map(|(soft, hard)| libc::rlimit { rlim_cur: soft, rlim_max: hard });
    let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    let from = new.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: `from` is null or points at limits, and there is room for the old ones.
    if unsafe { libc::prlimit(pid, resource as _, from, &mut old) } == -1 {
        return Err(Errno(last_errno().0));
    }
    Ok((old.rlim_cur, old.rlim_max))
}

pub fn set_groups(groups: &[u32]) -> HostResult<()> {
    // SAFETY: as many groups as the slice holds.
    check(unsafe { libc::setgroups(groups.len(), groups.as_ptr()) }).map(drop)
}

pub fn saved_ids() -> HostResult<[[u32; 3]; 2]> {
    let mut ids = [[0; 3]; 2];
    let [[user, effective_user, saved_user], [group, effective_group, saved_group]] = &mut ids;
    // SAFETY: room for three ids each.
    unsafe {
        check(libc::getresuid(user, effective_user, saved_user))?;
        check(libc::getresgid(group, effective_group, saved_group))?;
    }
    Ok(ids)
}

pub fn set_identity(which: Identity, [first, second, third]: [u32; 3]) -> HostResult<()> {
    // SAFETY: numbers only.
    let result = unsafe {
        match which {
            Identity::User => libc::setuid(first),
            Identity::EffectiveUser => libc::seteuid(first),
            Identity::RealUser => libc::setreuid(first, second),
            Identity::SavedUser => libc::setresuid(first, second, third),
            Identity::Group => libc::setgid(first),
            Identity::EffectiveGroup => libc::setegid(first),
            Identity::RealGroup => libc::setregid(first, second),
            Identity::SavedGroup => libc::setresgid(first, second, third),
        }
    };
    check(result).map(drop)
}
