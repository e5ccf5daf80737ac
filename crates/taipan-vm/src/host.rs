//! `Host`: the one door to the world outside the interpreter: files, processes, environment, clocks, terminal, signals.
//!
//! The default of every operation is refusal (`EPERM`), so a host grants by overriding. Paths and names are bytes as
//! the system has them. Operations may block; callers reach them through `Vm::detached`, which lets other threads run.

use std::sync::Arc;

pub use files::{At, AttributeFile, DirEntry, FileStatus, PollEntry, TerminalAttributes, VolumeStatus};
pub use network::{AddressInfo, AddressQuery, AncillaryItem, HostEntry, MessageReceived, Resolved};
pub use processes::{
    GroupEntry, Identity, ResourceUsage, SignalAction, SpawnAction, SpawnFile, SpawnRequest, UserEntry, WaitResult,
};

pub mod allocator;
mod files;
pub mod native_stack;
pub mod network;
pub mod os;
mod processes;

/// A system error number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Errno(pub i32);

impl Errno {
    /// What a host answers to an operation it does not grant.
    pub const DENIED: Errno = Errno(libc::EPERM);
    /// An argument is none the system takes.
    pub const INVALID: Errno = Errno(libc::EINVAL);
    /// The call was interrupted by a signal.
    pub const INTERRUPTED: Errno = Errno(libc::EINTR);
    /// The operation does not exist here.
    pub const NOT_SUPPORTED: Errno = Errno(libc::ENOSYS);
}

/// The result of a host operation.
pub type HostResult<T> = Result<T, Errno>;

/// A point in time or a duration: seconds and nanoseconds below 10^9.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TimeSpec {
    pub seconds: i64,
    pub nanoseconds: i64,
}

impl TimeSpec {
    /// The whole as nanoseconds.
    pub fn total(self) -> i128 {
        i128::from(self.seconds) * 1_000_000_000 + i128::from(self.nanoseconds)
    }
}

/// `struct tm`, in Python's ranges (month 1-12, full year, week day 0 = Monday, year day 1-366).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CalendarTime {
    pub year: i64,
    pub month: i32,
    pub day: i32,
    pub hour: i32,
    pub minute: i32,
    pub second: i32,
    pub week_day: i32,
    pub year_day: i32,
    pub is_dst: i32,
    pub zone: String,
    pub utc_offset: i64,
}

macro_rules! host {
    ($($module:ident {
        $($(#[$meta:meta])* fn $name:ident($($arg:ident: $ty:ty),*) -> $result:ty;)*
    })*) => {
        /// The world as an interpreter sees it.
        ///
        /// Every operation gives the system's error number when it fails, `Errno::DENIED` unless overridden.
        pub trait Host: Send + Sync {
            /// The text of an error number, as `strerror`.
            fn error_text(&self, errno: Errno) -> String {
                let text = std::io::Error::from_raw_os_error(errno.0).to_string();
                match text.rfind(" (os error ") {
                    Some(end) => text[..end].to_owned(),
                    None => text,
                }
            }

            /// The set of signals that arrived since the last call, bit n for signal n.
            fn take_signals(&self) -> u64 {
                0
            }

            $($($(#[$meta])* fn $name(&self, $($arg: $ty),*) -> HostResult<$result> {
                $(let _ = $arg;)*
                Err(Errno::DENIED)
            })*)*
        }

        impl Host for os::OsHost {
            fn take_signals(&self) -> u64 {
                os::signals::take_signals()
            }

            $($(fn $name(&self, $($arg: $ty),*) -> HostResult<$result> {
                os::$module::$name($($arg),*)
            })*)*
        }
    };
}

host! {
    descriptors {
        /// `openat`; the descriptor is not inherited by children.
        fn open(path: &[u8], flags: i32, mode: u32, dir: Option<i32>) -> i32;
        fn close(fd: i32) -> ();
        fn read(fd: i32, into: &mut [u8]) -> usize;
        fn write(fd: i32, bytes: &[u8]) -> usize;
        fn pread(fd: i32, into: &mut [u8], offset: i64) -> usize;
        fn pwrite(fd: i32, bytes: &[u8], offset: i64) -> usize;
        /// `whence` as in `lseek`.
        fn seek(fd: i32, offset: i64, whence: i32) -> i64;
        fn truncate_fd(fd: i32, length: i64) -> ();
        fn sync(fd: i32, data_only: bool) -> ();
        fn duplicate(fd: i32) -> i32;
        fn duplicate_to(fd: i32, target: i32, inheritable: bool) -> i32;
        /// `pipe2`.
        fn pipe(flags: i32) -> (i32, i32);
        fn is_terminal(fd: i32) -> bool;
        fn terminal_name(fd: i32) -> Vec<u8>;
        /// Columns and lines.
        fn terminal_size(fd: i32) -> (u16, u16);
        fn is_inheritable(fd: i32) -> bool;
        fn set_inheritable(fd: i32, inheritable: bool) -> ();
        fn is_blocking(fd: i32) -> bool;
        fn set_blocking(fd: i32, blocking: bool) -> ();
        /// `fcntl` with a number.
        fn control(fd: i32, command: i32, argument: i64) -> i32;
        /// `fcntl` with the address of a struct, of which `argument` holds a copy with room behind it.
        fn control_bytes(fd: i32, command: i32, argument: &mut [u8]) -> i32;
        /// `ioctl` with the address of a struct, of which `argument` holds a copy with room behind it.
        fn device_request(fd: i32, request: u64, argument: &mut [u8]) -> i32;
        /// `ioctl` with a number. Requests whose argument is an address are refused.
        fn device_number(fd: i32, request: u64, argument: i64) -> i32;
        /// A lock of a range of a file (`F_RDLCK`, `F_WRLCK`, `F_UNLCK`), waiting for others or not.
        fn lock_range(fd: i32, kind: i32, start: i64, length: i64, whence: i16, waits: bool) -> ();
        /// `flock`.
        fn lock_file(fd: i32, operation: i32) -> ();
        /// Waits until a descriptor is ready; timeout in milliseconds, negative: none. Gives how many are.
        fn poll(entries: &mut [PollEntry], timeout: i32) -> usize;
        /// `pidfd_open`.
        fn open_process(pid: i32, flags: u32) -> i32;
        /// `eventfd`.
        fn open_counter(value: u32, flags: i32) -> i32;
        /// `memfd_create`.
        fn open_memory(name: &[u8], flags: u32) -> i32;
        /// `sendfile`; without an offset from the file's position.
        fn send_file(to: i32, from: i32, offset: Option<i64>, count: usize) -> usize;
        fn allocate_space(fd: i32, offset: i64, length: i64) -> ();
        fn advise_access(fd: i32, offset: i64, length: i64, advice: i32) -> ();
        /// `epoll_create1`.
        fn epoll_create(flags: i32) -> i32;
        /// `epoll_ctl` (`EPOLL_CTL_*`).
        fn epoll_control(fd: i32, operation: i32, target: i32, events: u32) -> ();
        /// At most `limit` pairs of descriptor and events; timeout as in `poll`.
        fn epoll_wait(fd: i32, limit: usize, timeout: i32) -> Vec<(i32, u32)>;
    }
    sockets {
        /// `socket`; the descriptor is not inherited by children.
        fn socket(family: i32, kind: i32, protocol: i32) -> i32;
        fn socket_pair(family: i32, kind: i32, protocol: i32) -> (i32, i32);
        /// Addresses are `sockaddr` bytes as the system has them.
        fn bind(fd: i32, address: &[u8]) -> ();
        fn connect(fd: i32, address: &[u8]) -> ();
        fn listen(fd: i32, backlog: i32) -> ();
        /// The descriptor of the connection, not inherited by children, and the address of the peer.
        fn accept(fd: i32) -> (i32, Vec<u8>);
        fn shutdown(fd: i32, how: i32) -> ();
        fn receive(fd: i32, into: &mut [u8], flags: i32) -> usize;
        fn receive_from(fd: i32, into: &mut [u8], flags: i32) -> (usize, Vec<u8>);
        /// `recvmsg` with room for so many bytes of ancillary data.
        fn receive_message(fd: i32, into: &mut [u8], ancillary: usize, flags: i32) -> MessageReceived;
        /// No signal is raised when the peer is gone.
        fn send(fd: i32, bytes: &[u8], flags: i32) -> usize;
        fn send_to(fd: i32, bytes: &[u8], flags: i32, address: &[u8]) -> usize;
        fn send_message(fd: i32, bytes: &[u8], ancillary: &[AncillaryItem], flags: i32, address: &[u8]) -> usize;
        /// `getsockopt` with a buffer of `size` bytes.
        fn socket_option(fd: i32, level: i32, option: i32, size: usize) -> Vec<u8>;
        /// `setsockopt`; `Err(n)` is a null pointer with length `n`.
        fn set_socket_option(fd: i32, level: i32, option: i32, value: Result<&[u8], u32>) -> ();
        /// `getsockname`.
        fn socket_name(fd: i32) -> Vec<u8>;
        /// `getpeername`.
        fn peer_name(fd: i32) -> Vec<u8>;
    }
    resolver {
        /// `getaddrinfo`.
        fn resolve(query: &AddressQuery) -> Resolved<Vec<AddressInfo>>;
        /// `getnameinfo`: host and service.
        fn name_of_address(address: &[u8], flags: i32) -> Resolved<(Vec<u8>, Vec<u8>)>;
        /// `gethostbyname`, with the error number of `h_errno`.
        fn host_by_name(name: &[u8]) -> Resolved<HostEntry>;
        /// `gethostbyaddr` of a packed address.
        fn host_by_address(family: i32, packed: &[u8]) -> Resolved<HostEntry>;
        /// The text of an error of `resolve` and `name_of_address`.
        fn resolve_error_text(code: i32) -> String;
        /// The text of an error of `host_by_name` and `host_by_address`.
        fn host_error_text(code: i32) -> String;
        /// `getservbyname`: the port, `None` when there is no such service.
        fn service_by_name(name: &[u8], protocol: Option<&[u8]>) -> Option<u16>;
        /// `getservbyport`: the name, `None` when there is no such service.
        fn service_by_port(port: u16, protocol: Option<&[u8]>) -> Option<Vec<u8>>;
        /// `getprotobyname`: the number, `None` when there is no such protocol.
        fn protocol_by_name(name: &[u8]) -> Option<i32>;
        /// `gethostname`.
        fn host_name() -> Vec<u8>;
        /// `sethostname`.
        fn set_host_name(name: &[u8]) -> ();
        /// `if_nametoindex`.
        fn interface_index(name: &[u8]) -> u32;
        /// `if_indextoname`.
        fn interface_name(index: u32) -> Vec<u8>;
        /// `if_nameindex`: number and name of each.
        fn interfaces() -> Vec<(u32, Vec<u8>)>;
        /// `inet_aton`: an IPv4 address in any of the old notations.
        fn parse_old_ipv4(text: &[u8]) -> [u8; 4];
    }
    files {
        fn status(path: &[u8], at: At) -> FileStatus;
        fn status_fd(fd: i32) -> FileStatus;
        fn access(path: &[u8], mode: i32, at: At, effective_ids: bool) -> bool;
        fn read_dir(path: &[u8]) -> Vec<DirEntry>;
        fn read_dir_fd(fd: i32) -> Vec<DirEntry>;
        fn make_dir(path: &[u8], mode: u32, dir: Option<i32>) -> ();
        fn remove_dir(path: &[u8], dir: Option<i32>) -> ();
        fn unlink(path: &[u8], dir: Option<i32>) -> ();
        fn rename(from: &[u8], to: &[u8], from_dir: Option<i32>, to_dir: Option<i32>) -> ();
        fn link(from: &[u8], to: &[u8], from_dir: Option<i32>, to_dir: Option<i32>, follow: bool) -> ();
        fn symlink(target: &[u8], path: &[u8], dir: Option<i32>) -> ();
        fn read_link(path: &[u8], dir: Option<i32>) -> Vec<u8>;
        fn change_mode(path: &[u8], mode: u32, at: At) -> ();
        fn change_mode_fd(fd: i32, mode: u32) -> ();
        fn change_owner(path: &[u8], uid: u32, gid: u32, at: At) -> ();
        fn change_owner_fd(fd: i32, uid: u32, gid: u32) -> ();
        /// `None` is "now".
        fn set_times(path: &[u8], times: Option<(TimeSpec, TimeSpec)>, at: At) -> ();
        fn set_times_fd(fd: i32, times: Option<(TimeSpec, TimeSpec)>) -> ();
        fn truncate(path: &[u8], length: i64) -> ();
        fn make_fifo(path: &[u8], mode: u32, dir: Option<i32>) -> ();
        fn make_node(path: &[u8], mode: u32, device: u64, dir: Option<i32>) -> ();
        fn change_root(path: &[u8]) -> ();
        fn volume(path: &[u8]) -> VolumeStatus;
        fn volume_of_fd(fd: i32) -> VolumeStatus;
        fn current_dir() -> Vec<u8>;
        fn change_dir(path: &[u8]) -> ();
        fn change_dir_fd(fd: i32) -> ();
        fn umask(mask: u32) -> u32;
        /// The file this program was started from.
        fn executable() -> Vec<u8>;
    }
    semaphores {
        /// `sem_open` of a new name. The handle stays good as long as the process lives.
        fn semaphore_create(name: &[u8], mode: u32, value: u32) -> u64;
        fn semaphore_open(name: &[u8]) -> u64;
        fn semaphore_unlink(name: &[u8]) -> ();
        fn semaphore_post(handle: u64) -> ();
        fn semaphore_value(handle: u64) -> i32;
        /// Whether it was free.
        fn semaphore_try(handle: u64) -> bool;
        /// Waits, if wanted until a time of the system's clock; whether it was free before that.
        fn semaphore_wait(handle: u64, until: Option<TimeSpec>) -> bool;
    }
    system {
        fn environment() -> Vec<(Vec<u8>, Vec<u8>)>;
        fn set_environment(name: &[u8], value: &[u8]) -> ();
        fn unset_environment(name: &[u8]) -> ();
        /// Random bytes fit for secrets.
        fn random(into: &mut [u8]) -> ();
        /// sysname, nodename, release, version, machine.
        fn system_name() -> [Vec<u8>; 5];
        fn cpu_count() -> usize;
        /// The CPUs a process may run on.
        fn affinity(pid: i32) -> Vec<usize>;
        fn load_average() -> [f64; 3];
        fn system_config(name: i32) -> i64;
        /// `confstr`.
        fn text_config(name: i32) -> Option<Vec<u8>>;
        /// `fpathconf`, `pathconf`.
        fn file_config(file: Result<i32, &[u8]>, name: i32) -> i64;
    }
    scheduling {
        fn scheduler(pid: i32) -> i32;
        fn set_scheduler(pid: i32, policy: i32, priority: i32) -> ();
        fn scheduling_priority(pid: i32) -> i32;
        fn set_scheduling_priority(pid: i32, priority: i32) -> ();
        /// Least and greatest priority of a policy.
        fn priority_range(policy: i32) -> (i32, i32);
        /// `sched_rr_get_interval`.
        fn time_slice(pid: i32) -> TimeSpec;
        fn set_affinity(pid: i32, cpus: &[usize]) -> ();
        /// `getpriority`.
        fn process_priority(which: i32, who: i32) -> i32;
        fn set_process_priority(which: i32, who: i32, priority: i32) -> ();
        /// `setns`.
        fn enter_namespace(fd: i32, kind: i32) -> ();
        /// `unshare`.
        fn leave_namespaces(flags: i32) -> ();
        /// `pidfd_send_signal`.
        fn signal_process(fd: i32, signal: i32, flags: u32) -> ();
    }
    logging {
        /// `openlog`, `syslog`, `closelog`, `setlogmask`.
        fn open_log(name: Option<&[u8]>, options: i32, facility: i32) -> ();
        fn log(priority: i32, message: &[u8]) -> ();
        fn close_log() -> ();
        fn set_log_mask(mask: i32) -> i32;
    }
    spawning {
        fn spawn_file(request: &SpawnFile) -> i32;
        /// `waitid`: process, user, signal, status, code; no process when none has changed.
        fn wait_id(kind: i32, id: u32, options: i32) -> [i32; 5];
    }
    extended_attributes {
        fn attribute(file: AttributeFile<'_>, name: &[u8]) -> Vec<u8>;
        fn set_attribute(file: AttributeFile<'_>, name: &[u8], value: &[u8], flags: i32) -> ();
        fn remove_attribute(file: AttributeFile<'_>, name: &[u8]) -> ();
        fn attributes(file: AttributeFile<'_>) -> Vec<Vec<u8>>;
    }
    transfers {
        /// `copy_file_range`; offsets of source and target, absent: the position of the file.
        fn copy_range(from: i32, to: i32, count: usize, offsets: [Option<i64>; 2]) -> usize;
        fn splice(from: i32, to: i32, count: usize, offsets: [Option<i64>; 2], flags: u32) -> usize;
        /// `preadv2`, `pwritev2`.
        fn read_at(fd: i32, into: &mut [u8], offset: i64, flags: i32) -> usize;
        fn write_at(fd: i32, bytes: &[u8], offset: i64, flags: i32) -> usize;
        /// `lockf`.
        fn lock_section(fd: i32, command: i32, length: i64) -> ();
        /// `timerfd_create`.
        fn open_timer(clock: i32, flags: i32) -> i32;
        /// Next expiration and interval; gives the old ones.
        fn set_descriptor_timer(fd: i32, flags: i32, times: [TimeSpec; 2]) -> [TimeSpec; 2];
        fn descriptor_timer(fd: i32) -> [TimeSpec; 2];
    }
    processes {
        fn process_id() -> i32;
        fn parent_id() -> i32;
        /// Real and effective user, real and effective group.
        fn ids() -> [u32; 4];
        fn groups() -> Vec<u32>;
        fn set_groups(groups: &[u32]) -> ();
        /// Real, effective and saved users, then groups.
        fn saved_ids() -> [[u32; 3]; 2];
        fn set_identity(which: Identity, ids: [u32; 3]) -> ();
        fn process_group(pid: i32) -> i32;
        fn session(pid: i32) -> i32;
        fn set_session() -> i32;
        fn set_process_group(pid: i32, group: i32) -> ();
        fn nice(increment: i32) -> i32;
        fn kill(pid: i32, signal: i32) -> ();
        fn kill_group(group: i32, signal: i32) -> ();
        /// Copies the process; 0 in the child.
        fn fork() -> i32;
        fn execute(path: &[u8], args: &[Vec<u8>], env: Option<&[Vec<u8>]>) -> ();
        fn spawn(request: &SpawnRequest) -> i32;
        /// In a forked child: does what `spawn` does there, `before` at last; ends the process when that or anything fails.
        fn become_program(request: &SpawnRequest, before: &mut dyn FnMut() -> bool) -> ();
        fn wait(pid: i32, options: i32) -> WaitResult;
        /// Ends the process at once.
        fn exit(status: i32) -> ();
        fn abort() -> ();
        /// User, system, children's user, children's system, elapsed: seconds.
        fn times() -> [f64; 5];
        /// `RUSAGE_*`.
        fn resource_usage(who: i32) -> ResourceUsage;
        /// `prlimit`: the limits of a process (0: this one) as they were, soft and hard; all bits set means none.
        fn resource_limits(pid: i32, resource: i32, new: Option<(u64, u64)>) -> (u64, u64);
    }
    accounts {
        fn user_by_id(id: u32) -> Option<UserEntry>;
        fn user_by_name(name: &[u8]) -> Option<UserEntry>;
        fn users() -> Vec<UserEntry>;
        fn group_by_id(id: u32) -> Option<GroupEntry>;
        fn group_by_name(name: &[u8]) -> Option<GroupEntry>;
        fn all_groups() -> Vec<GroupEntry>;
        /// `getgrouplist`.
        fn group_list(user: &[u8], group: u32) -> Vec<u32>;
        /// `initgroups`.
        fn take_groups_of(user: &[u8], group: u32) -> ();
        fn login_name() -> Vec<u8>;
    }
    terminals {
        fn terminal_attributes(fd: i32) -> TerminalAttributes;
        fn set_terminal_attributes(fd: i32, when: i32, attributes: &TerminalAttributes) -> ();
        fn send_break(fd: i32, duration: i32) -> ();
        fn drain_terminal(fd: i32) -> ();
        fn flush_terminal(fd: i32, queue: i32) -> ();
        fn terminal_flow(fd: i32, action: i32) -> ();
        /// Rows, columns, and the size in pixels.
        fn window_size(fd: i32) -> [u16; 4];
        fn set_window_size(fd: i32, size: [u16; 4]) -> ();
        /// `tcgetpgrp`.
        fn terminal_group(fd: i32) -> i32;
        fn set_terminal_group(fd: i32, group: i32) -> ();
        /// `openpty`: master and slave, not inherited by children.
        fn open_terminal_pair() -> (i32, i32);
        /// `posix_openpt`; not inherited by children.
        fn open_terminal_master(flags: i32) -> i32;
        fn grant_terminal(fd: i32) -> ();
        fn unlock_terminal(fd: i32) -> ();
        /// `ptsname`.
        fn slave_name(fd: i32) -> Vec<u8>;
        /// `login_tty`.
        fn log_in(fd: i32) -> ();
    }
    clock {
        /// `clock_gettime` (`CLOCK_*`).
        fn clock(id: i32) -> TimeSpec;
        fn clock_resolution(id: i32) -> TimeSpec;
        fn set_clock(id: i32, time: TimeSpec) -> ();
        /// `pthread_getcpuclockid`; the thread is one of this process that has not ended.
        fn thread_clock(thread: u64) -> i32;
        /// Sleeps until a point of the monotonic clock; `Errno::INTERRUPTED` when a signal came.
        fn sleep_until(deadline: TimeSpec) -> ();
        fn local_time(seconds: i64) -> CalendarTime;
        fn utc_time(seconds: i64) -> CalendarTime;
        /// Seconds of a local calendar time.
        fn make_time(time: &CalendarTime) -> i64;
        fn format_time(format: &[u8], time: &CalendarTime) -> Vec<u8>;
        fn set_time_zone() -> ();
    }
    libraries {
        /// Whether native code may be called at all. Who grants it gives up every other limit.
        fn native_code() -> ();
        /// `dlopen`: a handle, or the loader's message.
        fn open_library(name: Option<&[u8]>, mode: i32) -> Result<usize, Vec<u8>>;
        /// `dlsym`.
        fn library_symbol(handle: usize, name: &[u8]) -> Result<usize, Vec<u8>>;
        fn close_library(handle: usize) -> Result<(), Vec<u8>>;
        /// The paths of the libraries of the process.
        fn loaded_libraries() -> Vec<Vec<u8>>;
        /// Sets `errno` of this thread and gives the old one. Does not block and runs nothing.
        fn exchange_errno(number: i32) -> i32;
        /// The addresses of `memmove` and `memset`.
        fn memory_functions() -> [usize; 2];
    }
    mappings {
        /// `mmap`; MAP_FIXED is refused.
        fn map_memory(request: os::mappings::MapRequest) -> os::mappings::Mapping;
    }
    signals {
        /// 0: default, 1: ignore, 2: record for `take_signals`. Gives the old one (3: something else).
        fn set_signal(signal: i32, action: i32) -> i32;
        fn signal_action(signal: i32) -> i32;
        /// `sigaction` with a handler that is safe whenever it is called; gives the old action.
        fn exchange_signal_action(signal: i32, action: SignalAction) -> SignalAction;
        /// Gives handlers in this thread a stack of their own, unless it has one as large.
        fn use_signal_stack(bytes: usize) -> ();
        fn raise_signal(signal: i32) -> ();
        fn alarm(seconds: u32) -> u32;
        /// Interval and value in seconds; gives the old pair (interval, value).
        fn set_timer(which: i32, value: f64, interval: f64) -> (f64, f64);
        fn timer(which: i32) -> (f64, f64);
        /// The descriptor that gets a byte per signal; -1: none. Gives the old one.
        fn set_wakeup_fd(fd: i32) -> i32;
        fn pause() -> ();
        /// How: `SIG_BLOCK`, ...; gives the old mask, bit n for signal n.
        fn signal_mask(how: i32, mask: u64) -> u64;
        fn pending_signals() -> u64;
        /// `pthread_kill`; the thread is one of this process that has not ended.
        fn signal_thread(thread: u64, signal: i32) -> ();
        /// `sigtimedwait`: number, code, error number, pid, uid, status, band of a signal of the mask.
        fn wait_signal(mask: u64, timeout: Option<TimeSpec>) -> [i64; 7];
    }
}

/// A host that refuses everything.
pub struct NoHost;

impl Host for NoHost {}

/// The operating system as host.
pub fn operating_system() -> Arc<dyn Host> {
    Arc::new(os::OsHost)
}
