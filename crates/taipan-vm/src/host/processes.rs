//! What operations on processes and users take and give: identities, what a child begins with and what is known of it at its
//! end, signals.

/// An entry of the user database.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct UserEntry {
    pub name: Vec<u8>,
    pub password: Vec<u8>,
    pub uid: u32,
    pub gid: u32,
    pub comment: Vec<u8>,
    pub home: Vec<u8>,
    pub shell: Vec<u8>,
}

/// An entry of the group database.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct GroupEntry {
    pub name: Vec<u8>,
    pub password: Vec<u8>,
    pub gid: u32,
    pub members: Vec<Vec<u8>>,
}

/// Which of `setuid` to `setresgid` is to be called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Identity {
    User,
    EffectiveUser,
    RealUser,
    SavedUser,
    Group,
    EffectiveGroup,
    RealGroup,
    SavedGroup,
}

/// How a child process ended or changed: pid, raw wait status, and user and system time of the child.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct WaitResult {
    pub pid: i32,
    pub status: i32,
    pub usage: ResourceUsage,
}

/// `struct rusage`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ResourceUsage {
    /// Seconds and microseconds.
    pub user: (i64, i64),
    pub system: (i64, i64),
    /// `ru_maxrss` to `ru_nivcsw`.
    pub counts: [i64; 14],
}

/// What `fork_exec` is to do in the child.
#[derive(Clone, Debug, Default)]
pub struct SpawnRequest {
    pub args: Vec<Vec<u8>>,
    /// Files to try, in order.
    pub executables: Vec<Vec<u8>>,
    pub close_fds: bool,
    /// Descriptors that stay open when `close_fds`, ascending.
    pub pass_fds: Vec<i32>,
    pub cwd: Option<Vec<u8>>,
    /// `NAME=value`; `None`: this process's.
    pub env: Option<Vec<Vec<u8>>>,
    /// Both ends of the pipes as `_posixsubprocess.fork_exec` takes them; -1: none.
    pub p2cread: i32,
    pub p2cwrite: i32,
    pub c2pread: i32,
    pub c2pwrite: i32,
    pub errread: i32,
    pub errwrite: i32,
    pub errpipe_read: i32,
    pub errpipe_write: i32,
    pub restore_signals: bool,
    pub new_session: bool,
    /// -1: none.
    pub process_group: i32,
    pub gid: Option<u32>,
    pub groups: Option<Vec<u32>>,
    pub uid: Option<u32>,
    /// -1: unchanged.
    pub umask: i32,
}

/// What `posix_spawn` does in the child before it starts the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SpawnAction {
    Open {
        fd: i32,
        path: Vec<u8>,
        flags: i32,
        mode: u32,
    },
    Close(i32),
    /// From, to.
    Duplicate(i32, i32),
    CloseFrom(i32),
}

/// What `posix_spawn` is asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SpawnFile {
    pub path: Vec<u8>,
    /// Look for the file in `PATH`.
    pub search: bool,
    pub args: Vec<Vec<u8>>,
    /// `NAME=value`; `None`: this process's.
    pub env: Option<Vec<Vec<u8>>>,
    pub actions: Vec<SpawnAction>,
    pub process_group: Option<i32>,
    pub reset_ids: bool,
    pub new_session: bool,
    /// Bit n for signal n.
    pub signal_mask: Option<u64>,
    pub signal_defaults: Option<u64>,
    /// Policy, if it is to change, and priority.
    pub scheduler: Option<(Option<i32>, i32)>,
}

/// What a signal does: the address of a handler of this program, or `SIG_DFL` or `SIG_IGN`, and `SA_*` flags.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SignalAction {
    pub handler: usize,
    pub flags: i32,
}
