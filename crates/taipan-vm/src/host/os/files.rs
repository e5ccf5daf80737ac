//! Files and folders by path.

use std::os::unix::ffi::{OsStrExt, OsStringExt};

use super::{c_string, check, folder, last_errno};
use crate::host::{At, DirEntry, Errno, FileStatus, HostResult, TimeSpec, VolumeStatus};

fn no_follow(at: At) -> i32 {
    if at.follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW }
}

fn file_status(status: &libc::stat) -> FileStatus {
    FileStatus {
        mode: status.st_mode,
        inode: status.st_ino,
        device: status.st_dev,
        links: status.st_nlink as u64,
        uid: status.st_uid,
        gid: status.st_gid,
        size: status.st_size,
        accessed: TimeSpec { seconds: status.st_atime, nanoseconds: status.st_atime_nsec },
        modified: TimeSpec { seconds: status.st_mtime, nanoseconds: status.st_mtime_nsec },
        changed: TimeSpec { seconds: status.st_ctime, nanoseconds: status.st_ctime_nsec },
        block_size: status.st_blksize as i64,
        blocks: status.st_blocks,
        special_device: status.st_rdev,
    }
}

pub fn status(path: &[u8], at: At) -> HostResult<FileStatus> {
    let path = c_string(path)?;
    // SAFETY: all-zero is a valid `stat`.
    let mut status: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: a null-terminated path and room for one `stat`.
    check(unsafe { libc::fstatat(folder(at.dir), path.as_ptr(), &mut status, no_follow(at)) })?;
    Ok(file_status(&status))
}

pub fn status_fd(fd: i32) -> HostResult<FileStatus> {
    // SAFETY: all-zero is a valid `stat`.
    let mut status: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: room for one `stat`.
    check(unsafe { libc::fstat(fd, &mut status) })?;
    Ok(file_status(&status))
}

pub fn access(path: &[u8], mode: i32, at: At, effective_ids: bool) -> HostResult<bool> {
    let path = c_string(path)?;
    let flags = no_follow(at) | if effective_ids { libc::AT_EACCESS } else { 0 };
    // SAFETY: a null-terminated path.
    Ok(unsafe { libc::faccessat(folder(at.dir), path.as_ptr(), mode, flags) } == 0)
}

fn entries(read: std::io::Result<std::fs::ReadDir>) -> HostResult<Vec<DirEntry>> {
    use std::os::unix::fs::{DirEntryExt, FileTypeExt};
    let errno = |error: std::io::Error| Errno(error.raw_os_error().unwrap_or(libc::EIO));
    let mut found = Vec::new();
    for entry in read.map_err(errno)? {
        let entry = entry.map_err(errno)?;
        let kind = match entry.file_type() {
            Ok(kind) if kind.is_dir() => libc::DT_DIR,
            Ok(kind) if kind.is_file() => libc::DT_REG,
            Ok(kind) if kind.is_symlink() => libc::DT_LNK,
            Ok(kind) if kind.is_fifo() => libc::DT_FIFO,
            Ok(kind) if kind.is_socket() => libc::DT_SOCK,
            Ok(kind) if kind.is_char_device() => libc::DT_CHR,
            Ok(kind) if kind.is_block_device() => libc::DT_BLK,
            _ => libc::DT_UNKNOWN,
        };
        found.push(DirEntry { name: entry.file_name().into_vec(), inode: entry.ino(), kind });
    }
    Ok(found)
}

pub fn read_dir(path: &[u8]) -> HostResult<Vec<DirEntry>> {
    entries(std::fs::read_dir(std::ffi::OsStr::from_bytes(path)))
}

pub fn read_dir_fd(fd: i32) -> HostResult<Vec<DirEntry>> {
    let status = status_fd(fd)?;
    if status.mode & libc::S_IFMT != libc::S_IFDIR {
        return Err(Errno(libc::ENOTDIR));
    }
    entries(std::fs::read_dir(format!("/proc/self/fd/{fd}")))
}

pub fn make_dir(path: &[u8], mode: u32, dir: Option<i32>) -> HostResult<()> {
    let path = c_string(path)?;
    // SAFETY: a null-terminated path.
    check(unsafe { libc::mkdirat(folder(dir), path.as_ptr(), mode) }).map(drop)
}

pub fn remove_dir(path: &[u8], dir: Option<i32>) -> HostResult<()> {
    let path = c_string(path)?;
    // SAFETY: a null-terminated path.
    check(unsafe { libc::unlinkat(folder(dir), path.as_ptr(), libc::AT_REMOVEDIR) }).map(drop)
}

pub fn unlink(path: &[u8], dir: Option<i32>) -> HostResult<()> {
    let path = c_string(path)?;
    // SAFETY: a null-terminated path.
    check(unsafe { libc::unlinkat(folder(dir), path.as_ptr(), 0) }).map(drop)
}

pub fn rename(from: &[u8], to: &[u8], from_dir: Option<i32>, to_dir: Option<i32>) -> HostResult<()> {
    let (from, to) = (c_string(from)?, c_string(to)?);
    // SAFETY: null-terminated paths.
    check(unsafe { libc::renameat(folder(from_dir), from.as_ptr(), folder(to_dir), to.as_ptr()) }).map(drop)
}

pub fn link(from: &[u8], to: &[u8], from_dir: Option<i32>, to_dir: Option<i32>, follow: bool) -> HostResult<()> {
    let (from, to) = (c_string(from)?, c_string(to)?);
    let flags = if follow { libc::AT_SYMLINK_FOLLOW } else { 0 };
    // SAFETY: null-terminated paths.
    check(unsafe { libc::linkat(folder(from_dir), from.as_ptr(), folder(to_dir), to.as_ptr(), flags) }).map(drop)
}

pub fn symlink(target: &[u8], path: &[u8], dir: Option<i32>) -> HostResult<()> {
    let (target, path) = (c_string(target)?, c_string(path)?);
    // SAFETY: null-terminated paths.
    check(unsafe { libc::symlinkat(target.as_ptr(), folder(dir), path.as_ptr()) }).map(drop)
}

pub fn read_link(path: &[u8], dir: Option<i32>) -> HostResult<Vec<u8>> {
    let path = c_string(path)?;
    let mut target = vec![0u8; 4097];
    // SAFETY: a null-terminated path and a buffer writable for its length.
    let n = unsafe { libc::readlinkat(folder(dir), path.as_ptr(), target.as_mut_ptr().cast(), target.len()) };
    let n = usize::try_from(n).map_err(|_| last_errno())?;
    target.truncate(n);
    Ok(target)
}

pub fn change_mode(path: &[u8], mode: u32, at: At) -> HostResult<()> {
    let path = c_string(path)?;
    // SAFETY: a null-terminated path.
    check(unsafe { libc::fchmodat(folder(at.dir), path.as_ptr(), mode, no_follow(at)) }).map(drop)
}

pub fn change_mode_fd(fd: i32, mode: u32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::fchmod(fd, mode) }).map(drop)
}

pub fn change_owner(path: &[u8], uid: u32, gid: u32, at: At) -> HostResult<()> {
    let path = c_string(path)?;
    // SAFETY: a null-terminated path.
    check(unsafe { libc::fchownat(folder(at.dir), path.as_ptr(), uid, gid, no_follow(at)) }).map(drop)
}

pub fn change_owner_fd(fd: i32, uid: u32, gid: u32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::fchown(fd, uid, gid) }).map(drop)
}

fn pair(times: Option<(TimeSpec, TimeSpec)>) -> Option<[libc::timespec; 2]> {
    let one = |time: TimeSpec| libc::timespec { tv_sec: time.seconds, tv_nsec: time.nanoseconds };
    times.map(|(accessed, modified)| [one(accessed), one(modified)])
}

pub fn set_times(path: &[u8], times: Option<(TimeSpec, TimeSpec)>, at: At) -> HostResult<()> {
    let path = c_string(path)?;
    let times = pair(times);
    let times = times.as_ref().map_or(std::ptr::null(), |times| times.as_ptr());
    // SAFETY: a null-terminated path; two times or null.
    check(unsafe { libc::utimensat(folder(at.dir), path.as_ptr(), times, no_follow(at)) }).map(drop)
}

pub fn set_times_fd(fd: i32, times: Option<(TimeSpec, TimeSpec)>) -> HostResult<()> {
    let times = pair(times);
    let times = times.as_ref().map_or(std::ptr::null(), |times| times.as_ptr());
    // SAFETY: two times or null.
    check(unsafe { libc::futimens(fd, times) }).map(drop)
}

pub fn truncate(path: &[u8], length: i64) -> HostResult<()> {
    let path = c_string(path)?;
    // SAFETY: a null-terminated path.
    check(unsafe { libc::truncate(path.as_ptr(), length) }).map(drop)
}

pub fn make_fifo(path: &[u8], mode: u32, dir: Option<i32>) -> HostResult<()> {
    let path = c_string(path)?;
    // SAFETY: a null-terminated path.
    check(unsafe { libc::mkfifoat(folder(dir), path.as_ptr(), mode) }).map(drop)
}

pub fn current_dir() -> HostResult<Vec<u8>> {
    match std::env::current_dir() {
        Ok(path) => Ok(path.into_os_string().into_vec()),
        Err(error) => Err(Errno(error.raw_os_error().unwrap_or(libc::ENOENT))),
    }
}

pub fn change_dir(path: &[u8]) -> HostResult<()> {
    let path = c_string(path)?;
    // SAFETY: a null-terminated path.
    check(unsafe { libc::chdir(path.as_ptr()) }).map(drop)
}

pub fn change_dir_fd(fd: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::fchdir(fd) }).map(drop)
}

pub fn umask(mask: u32) -> HostResult<u32> {
    // SAFETY: numbers only.
    Ok(unsafe { libc::umask(mask) })
}

pub fn executable() -> HostResult<Vec<u8>> {
    match std::env::current_exe() {
        Ok(path) => Ok(path.into_os_string().into_vec()),
        Err(error) => Err(Errno(error.raw_os_error().unwrap_or(libc::ENOENT))),
    }
}

fn volume_status(status: &libc::statvfs) -> VolumeStatus {
    VolumeStatus {
        numbers: [
            status.f_bsize as u64,
            status.f_frsize as u64,
            status.f_blocks as u64,
            status.f_bfree as u64,
            status.f_bavail as u64,
            status.f_files as u64,
            status.f_ffree as u64,
            status.f_favail as u64,
            status.f_flag as u64,
            status.f_namemax as u64,
            status.f_fsid as u64,
        ],
    }
}

pub fn volume(path: &[u8]) -> HostResult<VolumeStatus> {
    let path = c_string(path)?;
    // SAFETY: all-zero is a valid status.
    let mut status: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: a null-terminated path and room for one status.
    check(unsafe { libc::statvfs(path.as_ptr(), &mut status) })?;
    Ok(volume_status(&status))
}

pub fn volume_of_fd(fd: i32) -> HostResult<VolumeStatus> {
    // SAFETY: all-zero is a valid status.
    let mut status: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: room for one status.
    check(unsafe { libc::fstatvfs(fd, &mut status) })?;
    Ok(volume_status(&status))
}

pub fn make_node(path: &[u8], mode: u32, device: u64, dir: Option<i32>) -> HostResult<()> {
    let path = c_string(path)?;
    // SAFETY: a null-terminated path.
    check(unsafe { libc::mknodat(folder(dir), path.as_ptr(), mode, device) }).map(drop)
}

pub fn change_root(path: &[u8]) -> HostResult<()> {
    let path = c_string(path)?;
    // SAFETY: a null-terminated path.
    check(unsafe { libc::chroot(path.as_ptr()) }).map(drop)
}
