//! Reading, writing and controlling descriptors.

use std::ffi::CStr;

use super::{c_string, check, check_long, folder, last_errno};
use crate::host::{Errno, HostResult, PollEntry};

pub fn open(path: &[u8], flags: i32, mode: u32, dir: Option<i32>) -> HostResult<i32> {
    let path = c_string(path)?;
    // SAFETY: a null-terminated path that lives during the call.
    check(unsafe { libc::openat(folder(dir), path.as_ptr(), flags | libc::O_CLOEXEC, mode) })
}

pub fn close(fd: i32) -> HostResult<()> {
    // SAFETY: closing a number is always defined for the kernel.
    check(unsafe { libc::close(fd) }).map(drop)
}

/// A count that is negative on failure.
fn count(n: isize) -> HostResult<usize> {
    usize::try_from(n).map_err(|_| last_errno())
}

pub fn read(fd: i32, into: &mut [u8]) -> HostResult<usize> {
    // SAFETY: the buffer is writable for its length.
    count(unsafe { libc::read(fd, into.as_mut_ptr().cast(), into.len()) })
}

pub fn write(fd: i32, bytes: &[u8]) -> HostResult<usize> {
    // SAFETY: the buffer is readable for its length.
    count(unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len().min(0x7fff_f000)) })
}

pub fn pread(fd: i32, into: &mut [u8], offset: i64) -> HostResult<usize> {
    // SAFETY: as in `read`.
    count(unsafe { libc::pread(fd, into.as_mut_ptr().cast(), into.len(), offset) })
}

pub fn pwrite(fd: i32, bytes: &[u8], offset: i64) -> HostResult<usize> {
    // SAFETY: as in `write`.
    count(unsafe { libc::pwrite(fd, bytes.as_ptr().cast(), bytes.len(), offset) })
}

pub fn seek(fd: i32, offset: i64, whence: i32) -> HostResult<i64> {
    // SAFETY: numbers only.
    check_long(unsafe { libc::lseek(fd, offset, whence) })
}

pub fn truncate_fd(fd: i32, length: i64) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::ftruncate(fd, length) }).map(drop)
}

pub fn sync(fd: i32, data_only: bool) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { if data_only { libc::fdatasync(fd) } else { libc::fsync(fd) } }).map(drop)
}

pub fn duplicate(fd: i32) -> HostResult<i32> {
    // SAFETY: numbers only.
    check(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) })
}

pub fn duplicate_to(fd: i32, target: i32, inheritable: bool) -> HostResult<i32> {
    if fd == target {
        // SAFETY: numbers only.
        check(unsafe { libc::fcntl(fd, libc::F_GETFD) })?;
        return Ok(target);
    }
    let flags = if inheritable { 0 } else { libc::O_CLOEXEC };
    // SAFETY: numbers only.
    check(unsafe { libc::dup3(fd, target, flags) })
}

pub fn pipe(flags: i32) -> HostResult<(i32, i32)> {
    let mut ends = [0; 2];
    // SAFETY: room for two descriptors.
    check(unsafe { libc::pipe2(ends.as_mut_ptr(), flags) })?;
    Ok((ends[0], ends[1]))
}

pub fn is_terminal(fd: i32) -> HostResult<bool> {
    // SAFETY: numbers only.
    if unsafe { libc::isatty(fd) } == 1 {
        return Ok(true);
    }
    match last_errno() {
        Errno(libc::EBADF) => Err(Errno(libc::EBADF)),
        _ => Ok(false),
    }
}

pub fn terminal_name(fd: i32) -> HostResult<Vec<u8>> {
    let mut name = [0u8; 256];
    // SAFETY: the buffer is writable for its length.
    match unsafe { libc::ttyname_r(fd, name.as_mut_ptr().cast(), name.len()) } {
        0 => Ok(CStr::from_bytes_until_nul(&name).map(|name| name.to_bytes().to_vec()).unwrap_or_default()),
        errno => Err(Errno(errno)),
    }
}

pub fn terminal_size(fd: i32) -> HostResult<(u16, u16)> {
    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the request writes one `winsize`.
    check(unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, &raw mut size) })?;
    Ok((size.ws_col, size.ws_row))
}

pub fn is_inheritable(fd: i32) -> HostResult<bool> {
    // SAFETY: numbers only.
    check(unsafe { libc::fcntl(fd, libc::F_GETFD) }).map(|flags| flags & libc::FD_CLOEXEC == 0)
}

pub fn set_inheritable(fd: i32, inheritable: bool) -> HostResult<()> {
    // SAFETY: numbers only.
    let flags = check(unsafe { libc::fcntl(fd, libc::F_GETFD) })?;
    let flags = if inheritable { flags & !libc::FD_CLOEXEC } else { flags | libc::FD_CLOEXEC };
    // SAFETY: numbers only.
    check(unsafe { libc::fcntl(fd, libc::F_SETFD, flags) }).map(drop)
}

pub fn is_blocking(fd: i32) -> HostResult<bool> {
    // SAFETY: numbers only.
    check(unsafe { libc::fcntl(fd, libc::F_GETFL) }).map(|flags| flags & libc::O_NONBLOCK == 0)
}

pub fn set_blocking(fd: i32, blocking: bool) -> HostResult<()> {
    // SAFETY: numbers only.
    let flags = check(unsafe { libc::fcntl(fd, libc::F_GETFL) })?;
    let flags = if blocking { flags & !libc::O_NONBLOCK } else { flags | libc::O_NONBLOCK };
    // SAFETY: numbers only.
    check(unsafe { libc::fcntl(fd, libc::F_SETFL, flags) }).map(drop)
}

pub fn control(fd: i32, command: i32, argument: i64) -> HostResult<i32> {
    // Commands whose argument is an address are not offered.
    match command {
        libc::F_DUPFD
        | libc::F_DUPFD_CLOEXEC
        | libc::F_GETFD
        | libc::F_SETFD
        | libc::F_GETFL
        | libc::F_SETFL
        | libc::F_GETOWN
        // F_SETSIG, F_GETSIG, F_DUPFD_QUERY.
        | 10
        | 11
        | 1027
        | libc::F_SETOWN
        | libc::F_GETPIPE_SZ
        | libc::F_SETPIPE_SZ
        | libc::F_NOTIFY
        | libc::F_SETLEASE
        | libc::F_GETLEASE
        | libc::F_ADD_SEALS
        | libc::F_GET_SEALS => {
            // SAFETY: these commands take numbers.
            check(unsafe { libc::fcntl(fd, command, argument) })
        }
        _ => Err(Errno(libc::EINVAL)),
    }
}

pub fn lock_file(fd: i32, operation: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::flock(fd, operation) }).map(drop)
}

pub fn poll(entries: &mut [PollEntry], timeout: i32) -> HostResult<usize> {
    let mut polled: Vec<libc::pollfd> =
        entries.iter().map(|entry| libc::pollfd { fd: entry.fd, events: entry.events, revents: 0 }).collect();
    // SAFETY: as many entries as the vector holds.
    let ready = check(unsafe { libc::poll(polled.as_mut_ptr(), polled.len() as libc::nfds_t, timeout) })?;
    for (entry, polled) in entries.iter_mut().zip(&polled) {
        entry.returned = polled.revents;
    }
    Ok(ready as usize)
}

pub fn epoll_create(flags: i32) -> HostResult<i32> {
    // SAFETY: numbers only.
    check(unsafe { libc::epoll_create1(flags | libc::EPOLL_CLOEXEC) })
}

pub fn epoll_control(fd: i32, operation: i32, target: i32, events: u32) -> HostResult<()> {
    let mut event = libc::epoll_event { events, u64: target as u32 as u64 };
    // SAFETY: a valid event.
    check(unsafe { libc::epoll_ctl(fd, operation, target, &mut event) }).map(drop)
}

pub fn epoll_wait(fd: i32, limit: usize, timeout: i32) -> HostResult<Vec<(i32, u32)>> {
    let limit = limit.clamp(1, 1 << 16);
    let mut events = vec![libc::epoll_event { events: 0, u64: 0 }; limit];
    // SAFETY: room for `limit` events.
    let n = check(unsafe { libc::epoll_wait(fd, events.as_mut_ptr(), limit as i32, timeout) })?;
    Ok(events.iter().take(n as usize).map(|event| (event.u64 as i32, event.events)).collect())
}

/// Commands of `fcntl` that take the address of a struct no larger than the room behind every argument.
const STRUCT_COMMANDS: &[i32] = &[
    libc::F_GETLK,
    libc::F_SETLK,
    libc::F_SETLKW,
    libc::F_OFD_GETLK,
    libc::F_OFD_SETLK,
    libc::F_OFD_SETLKW,
    // F_SETOWN_EX, F_GETOWN_EX, and the four commands of read-write hints.
    15,
    16,
    1035,
    1036,
    1037,
    1038,
];

/// An argument copied to where it is aligned for every struct.
fn with_aligned(argument: &mut [u8], call: impl FnOnce(*mut libc::c_void) -> i32) -> HostResult<i32> {
    let mut words = vec![0u64; argument.len().div_ceil(8)];
    // SAFETY: as many words as the bytes need.
    unsafe { std::ptr::copy_nonoverlapping(argument.as_ptr(), words.as_mut_ptr().cast::<u8>(), argument.len()) };
    let result = check(call(words.as_mut_ptr().cast()))?;
    // SAFETY: as above.
    unsafe { std::ptr::copy_nonoverlapping(words.as_ptr().cast::<u8>(), argument.as_mut_ptr(), argument.len()) };
    Ok(result)
}

pub fn control_bytes(fd: i32, command: i32, argument: &mut [u8]) -> HostResult<i32> {
    if STRUCT_COMMANDS.contains(&command) {
        // SAFETY: the struct of each of these commands fits into the room behind the argument.
        with_aligned(argument, |pointer| unsafe { libc::fcntl(fd, command, pointer) })
    } else {
        // Commands that take a number make nothing of an address; their argument stays as it is.
        control(fd, command, 0)
    }
}

pub fn device_request(fd: i32, request: u64, argument: &mut [u8]) -> HostResult<i32> {
    // SAFETY: a copy of the argument with room behind it for what the system writes.
    with_aligned(argument, |pointer| unsafe { libc::ioctl(fd, request as _, pointer) })
}

/// Requests of terminals and files whose argument is a number or nothing.
const NUMBER_REQUESTS: &[u64] = &[
    libc::TIOCSCTTY as u64,
    libc::TIOCNOTTY as u64,
    libc::TIOCEXCL as u64,
    libc::TIOCNXCL as u64,
    libc::FIOCLEX as u64,
    libc::FIONCLEX as u64,
    libc::TCSBRK as u64,
    libc::TCXONC as u64,
    libc::TCFLSH as u64,
    libc::TIOCSBRK as u64,
    libc::TIOCCBRK as u64,
    // FICLONE: a descriptor.
    0x4004_9409,
];

pub fn device_number(fd: i32, request: u64, argument: i64) -> HostResult<i32> {
    if argument == 0 || NUMBER_REQUESTS.contains(&request) {
        // SAFETY: a null pointer is refused by the system where an address is needed; these requests take numbers.
        check(unsafe { libc::ioctl(fd, request as _, argument) })
    } else {
        Err(Errno(libc::EFAULT))
    }
}

pub fn lock_range(fd: i32, kind: i32, start: i64, length: i64, whence: i16, waits: bool) -> HostResult<()> {
    // SAFETY: all-zero is a valid lock.
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    lock.l_type = kind as _;
    lock.l_whence = whence as _;
    lock.l_start = start;
    lock.l_len = length;
    let command = if waits { libc::F_SETLKW } else { libc::F_SETLK };
    // SAFETY: a valid lock.
    check(unsafe { libc::fcntl(fd, command, &raw mut lock) }).map(drop)
}

pub fn open_process(pid: i32, flags: u32) -> HostResult<i32> {
    // SAFETY: numbers only.
    check(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) } as i32)
}

pub fn open_counter(value: u32, flags: i32) -> HostResult<i32> {
    // SAFETY: numbers only.
    check(unsafe { libc::eventfd(value, flags) })
}

pub fn open_memory(name: &[u8], flags: u32) -> HostResult<i32> {
    let name = c_string(name)?;
    // SAFETY: a null-terminated string.
    check(unsafe { libc::memfd_create(name.as_ptr(), flags) })
}

pub fn send_file(to: i32, from: i32, offset: Option<i64>, count: usize) -> HostResult<usize> {
    let mut at = offset.unwrap_or(0);
    let pointer = if offset.is_some() { &raw mut at } else { std::ptr::null_mut() };
    // SAFETY: an offset or none.
    let sent = unsafe { libc::sendfile(to, from, pointer, count) };
    usize::try_from(sent).map_err(|_| last_errno())
}

pub fn allocate_space(fd: i32, offset: i64, length: i64) -> HostResult<()> {
    // SAFETY: numbers only.
    match unsafe { libc::posix_fallocate(fd, offset, length) } {
        0 => Ok(()),
        errno => Err(Errno(errno)),
    }
}

pub fn advise_access(fd: i32, offset: i64, length: i64, advice: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    match unsafe { libc::posix_fadvise(fd, offset, length, advice) } {
        0 => Ok(()),
        errno => Err(Errno(errno)),
    }
}
