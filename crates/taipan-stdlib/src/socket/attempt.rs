//! Operations of a socket that wait: until it is ready, until its timeout is over.
//!
//! A call that a signal has interrupted is made again for the rest of the time (PEP 475).

use taipan_vm::gc::Gc;
use taipan_vm::host::{Errno, Host, HostResult, PollEntry};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::vm::Vm;

use super::object::Socket;
use crate::timeout::Deadline;

/// What a socket operation waits for: something to read, or room to write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    Read,
    Write,
}

impl Direction {
    fn events(self) -> i16 {
        match self {
            Direction::Read => libc::POLLIN,
            Direction::Write => libc::POLLOUT,
        }
    }
}

/// Waits until a socket is ready; `false` when the time is over.
pub(super) fn is_ready(vm: &mut Vm, fd: i32, direction: Direction, deadline: Deadline) -> Result<bool, Raised> {
    if fd < 0 {
        // The operation itself says that the socket is closed.
        return Ok(true);
    }
    let mut entries = [PollEntry { fd, events: direction.events(), returned: 0 }];
    Ok(deadline.poll(vm, &mut entries)? > 0)
}

/// Runs a socket operation within the timeout of the socket, which `deadline` has begun to count.
pub fn attempt<T>(
    vm: &mut Vm,
    socket: Gc<Socket>,
    direction: Direction,
    deadline: Deadline,
    mut operation: impl FnMut(&dyn Host, i32) -> HostResult<T>,
) -> Result<T, Raised> {
    let host = vm.host();
    loop {
        let Socket { fd, timeout, .. } = *socket.get(vm);
        if timeout > 0 && !is_ready(vm, fd, direction, deadline)? {
            return Err(raise_timed_out(vm));
        }
        match vm.detached(|| operation(&*host, fd)) {
            Ok(value) => return Ok(value),
            Err(Errno::INTERRUPTED) => vm.run_signal_handlers()?,
            Err(Errno(libc::EAGAIN)) if timeout > 0 => {}
            Err(errno) => return Err(vm.raise_os_error(errno, &[])),
        }
    }
}

/// As `attempt`, with the whole timeout of the socket.
pub fn perform<T>(
    vm: &mut Vm,
    socket: Gc<Socket>,
    direction: Direction,
    operation: impl FnMut(&dyn Host, i32) -> HostResult<T>,
) -> Result<T, Raised> {
    let deadline = deadline_of(vm, socket)?;
    attempt(vm, socket, direction, deadline, operation)
}

/// When the timeout of a socket is over, counted from now.
pub fn deadline_of(vm: &mut Vm, socket: Gc<Socket>) -> Result<Deadline, Raised> {
    let timeout = socket.get(vm).timeout;
    Deadline::after(vm, if timeout > 0 { timeout } else { -1 })
}

pub(super) fn raise_timed_out(vm: &mut Vm) -> Raised {
    vm.raise(Exc::TimeoutError, "timed out")
}
