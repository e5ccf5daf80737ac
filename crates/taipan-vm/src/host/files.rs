//! What operations on files take and give: status, volumes, entries of folders, terminals, readiness, where a path begins.
//!
//! Numbers are those of the system's structs, whose fields these name.

use super::TimeSpec;

/// `struct stat`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FileStatus {
    pub mode: u32,
    pub inode: u64,
    pub device: u64,
    pub links: u64,
    pub uid: u32,
    pub gid: u32,
    pub size: i64,
    pub accessed: TimeSpec,
    pub modified: TimeSpec,
    pub changed: TimeSpec,
    pub block_size: i64,
    pub blocks: i64,
    pub special_device: u64,
}

/// `struct statvfs` in the order of `os.statvfs_result`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct VolumeStatus {
    pub numbers: [u64; 11],
}

/// What a path is relative to, and whether its last part is followed when it is a symbolic link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct At {
    /// `dir_fd`; `None`: the current folder.
    pub dir: Option<i32>,
    pub follow: bool,
}

impl At {
    /// Relative to the current folder, following links.
    pub const CWD: At = At { dir: None, follow: true };
    /// Relative to the current folder, not following a link.
    pub const NO_FOLLOW: At = At { dir: None, follow: false };
}

/// One entry of a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DirEntry {
    pub name: Vec<u8>,
    pub inode: u64,
    /// `DT_*`; 0 when the system does not say.
    pub kind: u8,
}

/// The file whose extended attributes are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AttributeFile<'a> {
    /// A path, and whether a symbolic link at its end is followed.
    Path(&'a [u8], bool),
    Fd(i32),
}

/// A readiness question or answer: descriptor, asked events, returned events (`POLL*`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PollEntry {
    pub fd: i32,
    pub events: i16,
    pub returned: i16,
}

/// `struct termios`: the flag words (input, output, control, local), speeds, control characters.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TerminalAttributes {
    pub flags: [u32; 4],
    pub speeds: [u32; 2],
    pub characters: Vec<u8>,
}
