//! The databases of users and groups.

use std::ffi::{CStr, c_char};
use std::ptr;

use super::c_string;
use crate::host::{Errno, GroupEntry, HostResult, UserEntry};

/// The first size of the buffer for an entry's strings, and the largest.
const ROOM: usize = 4096;
const MAX_ROOM: usize = 1 << 24;

/// # Safety
/// `text` is null or a null-terminated string.
unsafe fn bytes_at(text: *const c_char) -> Vec<u8> {
    // SAFETY: the caller's promise.
    if text.is_null() { Vec::new() } else { unsafe { CStr::from_ptr(text) }.to_bytes().to_vec() }
}

/// # Safety
/// The strings of the entry are valid.
unsafe fn user(entry: &libc::passwd) -> UserEntry {
    // SAFETY: the caller's promise.
    unsafe {
        UserEntry {
            name: bytes_at(entry.pw_name),
            password: bytes_at(entry.pw_passwd),
            uid: entry.pw_uid,
            gid: entry.pw_gid,
            comment: bytes_at(entry.pw_gecos),
            home: bytes_at(entry.pw_dir),
            shell: bytes_at(entry.pw_shell),
        }
    }
}

/// # Safety
/// The strings of the entry are valid.
unsafe fn group(entry: &libc::group) -> GroupEntry {
    let mut members = Vec::new();
    // SAFETY: the caller's promise; the array ends with a null pointer.
    unsafe {
        let mut at = entry.gr_mem;
        while !at.is_null() && !(*at).is_null() {
            members.push(bytes_at(*at));
            at = at.add(1);
        }
        GroupEntry { name: bytes_at(entry.gr_name), password: bytes_at(entry.gr_passwd), gid: entry.gr_gid, members }
    }
}

/// Asks with growing buffers: the call gets a buffer and gives an error number and what it found.
fn ask<T>(mut call: impl FnMut(&mut [u8]) -> (i32, Option<T>)) -> HostResult<Option<T>> {
    let mut room = ROOM;
    loop {
        let mut buffer = vec![0u8; room];
        match call(&mut buffer) {
            (libc::ERANGE, _) if room < MAX_ROOM => room *= 2,
            (libc::ENOMEM, _) => return Err(Errno(libc::ENOMEM)),
            (_, found) => return Ok(found),
        }
    }
}

pub fn user_by_id(id: u32) -> HostResult<Option<UserEntry>> {
    // SAFETY: room for an entry and its strings, which are read before the buffer goes.
    ask(|buffer| unsafe {
        let mut entry: libc::passwd = std::mem::zeroed();
        let mut found = ptr::null_mut();
        let errno = libc::getpwuid_r(id, &mut entry, buffer.as_mut_ptr().cast(), buffer.len(), &mut found);
        (errno, found.as_ref().map(|entry| user(entry)))
    })
}

pub fn user_by_name(name: &[u8]) -> HostResult<Option<UserEntry>> {
    let name = c_string(name)?;
    // SAFETY: as in `user_by_id`.
    ask(|buffer| unsafe {
        let mut entry: libc::passwd = std::mem::zeroed();
        let mut found = ptr::null_mut();
        let room = buffer.as_mut_ptr().cast();
        let errno = libc::getpwnam_r(name.as_ptr(), &mut entry, room, buffer.len(), &mut found);
        (errno, found.as_ref().map(|entry| user(entry)))
    })
}

/// Bytes of the databases' files that are read at most.
const MAX_FILE: usize = 64 << 20;

/// The lines of a database's file, split at colons. The system's own enumeration keeps one position per process.
fn lines(path: &[u8]) -> HostResult<Vec<Vec<Vec<u8>>>> {
    let fd = super::descriptors::open(path, libc::O_RDONLY, 0, None)?;
    let mut all = Vec::new();
    let mut chunk = [0u8; 8192];
    let read = loop {
        match super::descriptors::read(fd, &mut chunk) {
            Ok(0) => break Ok(()),
            Ok(n) if all.len() < MAX_FILE => all.extend_from_slice(&chunk[..n]),
            Ok(_) => break Ok(()),
            Err(Errno::INTERRUPTED) => {}
            Err(errno) => break Err(errno),
        }
    };
    let _ = super::descriptors::close(fd);
    read?;
    let lines = all.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && line[0] != b'#');
    Ok(lines.map(|line| line.split(|byte| *byte == b':').map(<[u8]>::to_vec).collect()).collect())
}

fn number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

pub fn users() -> HostResult<Vec<UserEntry>> {
    let entry = |line: Vec<Vec<u8>>| {
        let [name, password, uid, gid, comment, home, shell] = <[Vec<u8>; 7]>::try_from(line).ok()?;
        Some(UserEntry { name, password, uid: number(&uid)?, gid: number(&gid)?, comment, home, shell })
    };
    Ok(lines(b"/etc/passwd")?.into_iter().filter_map(entry).collect())
}

pub fn group_by_id(id: u32) -> HostResult<Option<GroupEntry>> {
    // SAFETY: as in `user_by_id`.
    ask(|buffer| unsafe {
        let mut entry: libc::group = std::mem::zeroed();
        let mut found = ptr::null_mut();
        let errno = libc::getgrgid_r(id, &mut entry, buffer.as_mut_ptr().cast(), buffer.len(), &mut found);
        (errno, found.as_ref().map(|entry| group(entry)))
    })
}

pub fn group_by_name(name: &[u8]) -> HostResult<Option<GroupEntry>> {
    let name = c_string(name)?;
    // SAFETY: as in `user_by_id`.
    ask(|buffer| unsafe {
        let mut entry: libc::group = std::mem::zeroed();
        let mut found = ptr::null_mut();
        let room = buffer.as_mut_ptr().cast();
        let errno = libc::getgrnam_r(name.as_ptr(), &mut entry, room, buffer.len(), &mut found);
        (errno, found.as_ref().map(|entry| group(entry)))
    })
}

pub fn all_groups() -> HostResult<Vec<GroupEntry>> {
    let entry = |line: Vec<Vec<u8>>| {
        let [name, password, gid, members] = <[Vec<u8>; 4]>::try_from(line).ok()?;
        let members = members.split(|byte| *byte == b',').filter(|name| !name.is_empty()).map(<[u8]>::to_vec);
        Some(GroupEntry { name, password, gid: number(&gid)?, members: members.collect() })
    };
    Ok(lines(b"/etc/group")?.into_iter().filter_map(entry).collect())
}

pub fn group_list(user: &[u8], group: u32) -> HostResult<Vec<u32>> {
    let user = c_string(user)?;
    let mut groups = vec![0; 65_536];
    let mut n = groups.len() as i32;
    // SAFETY: a null-terminated name; room for as many groups as told.
    if unsafe { libc::getgrouplist(user.as_ptr(), group, groups.as_mut_ptr(), &mut n) } == -1 {
        return Err(Errno(libc::ENOMEM));
    }
    groups.truncate(usize::try_from(n).unwrap_or(0));
    Ok(groups)
}

pub fn take_groups_of(user: &[u8], group: u32) -> HostResult<()> {
    let user = c_string(user)?;
    // SAFETY: a null-terminated name.
    super::check(unsafe { libc::initgroups(user.as_ptr(), group) }).map(drop)
}

unsafe extern "C" {
    fn getlogin_r(name: *mut c_char, size: usize) -> libc::c_int;
}

pub fn login_name() -> HostResult<Vec<u8>> {
    let mut name = [0u8; 256];
    // SAFETY: room for a name of so many bytes.
    match unsafe { getlogin_r(name.as_mut_ptr().cast(), name.len()) } {
        0 => Ok(name.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()),
        errno => Err(Errno(errno)),
    }
}
