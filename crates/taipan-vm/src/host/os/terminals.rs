//! Terminals: attributes, queues, window sizes.

use super::check;
use crate::host::{Errno, HostResult, TerminalAttributes};

pub fn terminal_attributes(fd: i32) -> HostResult<TerminalAttributes> {
    // SAFETY: all-zero is a valid `termios`.
    let mut mode: libc::termios = unsafe { std::mem::zeroed() };
    // SAFETY: room for one.
    check(unsafe { libc::tcgetattr(fd, &mut mode) })?;
    // SAFETY: a valid `termios`.
    let speeds = unsafe { [libc::cfgetispeed(&mode), libc::cfgetospeed(&mode)] };
    Ok(TerminalAttributes {
        flags: [mode.c_iflag, mode.c_oflag, mode.c_cflag, mode.c_lflag],
        speeds,
        characters: mode.c_cc.to_vec(),
    })
}

pub fn set_terminal_attributes(fd: i32, when: i32, attributes: &TerminalAttributes) -> HostResult<()> {
    // SAFETY: all-zero is a valid `termios`.
    let mut mode: libc::termios = unsafe { std::mem::zeroed() };
    // What is not among the attributes stays as it is. SAFETY: room for one.
    check(unsafe { libc::tcgetattr(fd, &mut mode) })?;
    [mode.c_iflag, mode.c_oflag, mode.c_cflag, mode.c_lflag] = attributes.flags;
    if attributes.characters.len() != mode.c_cc.len() {
        return Err(Errno(libc::EINVAL));
    }
    mode.c_cc.copy_from_slice(&attributes.characters);
    // SAFETY: a valid `termios`.
    unsafe {
        check(libc::cfsetispeed(&mut mode, attributes.speeds[0]))?;
        check(libc::cfsetospeed(&mut mode, attributes.speeds[1]))?;
        check(libc::tcsetattr(fd, when, &mode)).map(drop)
    }
}

pub fn send_break(fd: i32, duration: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::tcsendbreak(fd, duration) }).map(drop)
}

pub fn drain_terminal(fd: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::tcdrain(fd) }).map(drop)
}

pub fn flush_terminal(fd: i32, queue: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::tcflush(fd, queue) }).map(drop)
}

pub fn terminal_flow(fd: i32, action: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::tcflow(fd, action) }).map(drop)
}

pub fn window_size(fd: i32) -> HostResult<[u16; 4]> {
    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the request writes one `winsize`.
    check(unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, &raw mut size) })?;
    Ok([size.ws_row, size.ws_col, size.ws_xpixel, size.ws_ypixel])
}

pub fn set_window_size(fd: i32, [ws_row, ws_col, ws_xpixel, ws_ypixel]: [u16; 4]) -> HostResult<()> {
    let size = libc::winsize { ws_row, ws_col, ws_xpixel, ws_ypixel };
    // SAFETY: the request reads one `winsize`.
    check(unsafe { libc::ioctl(fd, libc::TIOCSWINSZ, &raw const size) }).map(drop)
}

pub fn open_terminal_pair() -> HostResult<(i32, i32)> {
    let (mut master, mut slave) = (-1, -1);
    let none = std::ptr::null_mut();
    // SAFETY: room for two descriptors; no name, mode or size is asked for.
    check(unsafe { libc::openpty(&mut master, &mut slave, none, none.cast(), none.cast()) })?;
    for fd in [master, slave] {
        super::descriptors::set_inheritable(fd, false)?;
    }
    Ok((master, slave))
}

pub fn terminal_group(fd: i32) -> HostResult<i32> {
    // SAFETY: numbers only.
    check(unsafe { libc::tcgetpgrp(fd) })
}

pub fn set_terminal_group(fd: i32, group: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::tcsetpgrp(fd, group) }).map(drop)
}

pub fn open_terminal_master(flags: i32) -> HostResult<i32> {
    // SAFETY: numbers only.
    let fd = check(unsafe { libc::posix_openpt(flags) })?;
    super::descriptors::set_inheritable(fd, false)?;
    Ok(fd)
}

pub fn grant_terminal(fd: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::grantpt(fd) }).map(drop)
}

pub fn unlock_terminal(fd: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::unlockpt(fd) }).map(drop)
}

pub fn slave_name(fd: i32) -> HostResult<Vec<u8>> {
    let mut name = [0u8; 256];
    // SAFETY: room for a name of so many bytes.
    match unsafe { libc::ptsname_r(fd, name.as_mut_ptr().cast(), name.len()) } {
        0 => Ok(name.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()),
        errno => Err(crate::host::Errno(errno)),
    }
}

pub fn log_in(fd: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::login_tty(fd) }).map(drop)
}
