//! Receiving and sending.

use taipan_vm::args::Args;
use taipan_vm::buffer::Buffer;
use taipan_vm::gc::Gc;
use taipan_vm::host::{AncillaryItem, MessageReceived};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::list::List;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::io::raw_bytes::native_buffer;

use super::address::{address_bytes, address_value};
use super::arity;
use super::attempt::{Direction, attempt, deadline_of, perform};
use super::object::Socket;

/// An optional int argument; 0 when absent.
fn flag_argument(vm: &mut Vm, args: Args<'_>, at: usize) -> Result<i32, Raised> {
    args.opt(at).map_or(Ok(0), |flags| vm.parsed_i32(flags))
}

fn size_argument(vm: &mut Vm, args: Args<'_>, at: usize, message: &str) -> Result<usize, Raised> {
    let size = args.opt(at).map_or(Ok(0), |size| vm.index_isize(size))?;
    match usize::try_from(size) {
        Ok(size) => Ok(size),
        Err(_) => Err(vm.raise(Exc::ValueError, message)),
    }
}

/// `recv`.
pub fn recv(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let socket = args.receiver::<Socket>(vm);
    let args = args.skip(1);
    arity(vm, args, "recv", 1, 2)?;
    let size = size_argument(vm, args, 0, "negative buffersize in recv")?;
    let flags = flag_argument(vm, args, 1)?;
    let mut buffer = native_buffer(vm, size)?;
    let n = perform(vm, socket, Direction::Read, |host, fd| host.receive(fd, &mut buffer, flags))?;
    vm.new_bytes(buffer.get(..n).unwrap_or(&buffer))
}

/// `recvfrom`.
pub fn recvfrom(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let socket = args.receiver::<Socket>(vm);
    let args = args.skip(1);
    arity(vm, args, "recvfrom", 1, 2)?;
    let size = size_argument(vm, args, 0, "negative buffersize in recvfrom")?;
    let flags = flag_argument(vm, args, 1)?;
    let mut buffer = native_buffer(vm, size)?;
    let (n, address) = perform(vm, socket, Direction::Read, |host, fd| host.receive_from(fd, &mut buffer, flags))?;
    let data = vm.new_bytes(buffer.get(..n).unwrap_or(&buffer))?;
    let address = address_value(vm, &address)?;
    Ok(Tuple::from_values(vm, &[data, address])?.value())
}

/// The buffer that a method fills.
fn target_buffer(vm: &mut Vm, value: Value, method: &str) -> Result<Buffer, Raised> {
    vm.writable_buffer(value, &format!("{method}() argument 1"))
}

fn fill(vm: &mut Vm, target: &Buffer, bytes: &[u8]) {
    if let Some(room) = target.bytes_mut(vm) {
        let n = bytes.len().min(room.len());
        room[..n].copy_from_slice(&bytes[..n]);
    }
}

fn bind_into(vm: &mut Vm, args: Args<'_>, signature: &taipan_vm::signature::Signature) -> Result<[Value; 3], Raised> {
    args.bind(vm, signature, |_, args| Ok(args.all::<3>()))
}

/// `recv_into`.
pub fn recv_into(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: taipan_vm::signature::Signature =
        taipan_vm::signature::Signature::parse("recv_into(buffer, nbytes=0, flags=0)");
    let socket = args.receiver::<Socket>(vm);
    let [buffer, size, flags] = bind_into(vm, args.skip(1), &SIGNATURE)?;
    let target = target_buffer(vm, buffer, "recv_into")?;
    let result = (|| {
        let size = size.given().map_or(Ok(0), |size| vm.index_isize(size))?;
        let flags = flags.given().map_or(Ok(0), |flags| vm.parsed_i32(flags))?;
        let Ok(size) = usize::try_from(size) else {
            return Err(vm.raise(Exc::ValueError, "negative buffersize in recv_into"));
        };
        if size > target.len {
            return Err(vm.raise(Exc::ValueError, "buffer too small for requested bytes"));
        }
        let size = if size == 0 { target.len } else { size };
        let mut bytes = native_buffer(vm, size)?;
        let n = perform(vm, socket, Direction::Read, |host, fd| host.receive(fd, &mut bytes, flags))?;
        fill(vm, &target, &bytes[..n.min(size)]);
        Ok(Value::int(n))
    })();
    target.release(vm);
    result
}

/// `recvfrom_into`.
pub fn recvfrom_into(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: taipan_vm::signature::Signature =
        taipan_vm::signature::Signature::parse("recvfrom_into(buffer, nbytes=0, flags=0)");
    let socket = args.receiver::<Socket>(vm);
    let [buffer, size, flags] = bind_into(vm, args.skip(1), &SIGNATURE)?;
    let target = target_buffer(vm, buffer, "recvfrom_into")?;
    let result = (|| {
        let size = size.given().map_or(Ok(0), |size| vm.index_isize(size))?;
        let flags = flags.given().map_or(Ok(0), |flags| vm.parsed_i32(flags))?;
        let Ok(size) = usize::try_from(size) else {
            return Err(vm.raise(Exc::ValueError, "negative buffersize in recvfrom_into"));
        };
        if size > target.len {
            return Err(vm.raise(Exc::ValueError, "nbytes is greater than the length of the buffer"));
        }
        let size = if size == 0 { target.len } else { size };
        let mut bytes = native_buffer(vm, size)?;
        let (n, address) = perform(vm, socket, Direction::Read, |host, fd| host.receive_from(fd, &mut bytes, flags))?;
        fill(vm, &target, &bytes[..n.min(size)]);
        let address = address_value(vm, &address)?;
        Ok(Tuple::from_values(vm, &[Value::int(n), address])?.value())
    })();
    target.release(vm);
    result
}

/// Receives a message of at most `size` bytes: the bytes and what came with them.
fn receive_message(
    vm: &mut Vm,
    socket: Gc<Socket>,
    size: usize,
    args: Args<'_>,
) -> Result<(Vec<u8>, MessageReceived), Raised> {
    let ancillary = args.opt(1).map_or(Ok(0), |size| vm.index_isize(size))?;
    let flags = flag_argument(vm, args, 2)?;
    let ancillary = match usize::try_from(ancillary) {
        Ok(size) if size <= i32::MAX as usize => size,
        _ => return Err(vm.raise(Exc::ValueError, "invalid ancillary data buffer length")),
    };
    native_buffer(vm, ancillary)?;
    let mut buffer = native_buffer(vm, size)?;
    let message =
        perform(vm, socket, Direction::Read, |host, fd| host.receive_message(fd, &mut buffer, ancillary, flags))?;
    buffer.truncate(message.size);
    Ok((buffer, message))
}

/// The 4-tuple of `recvmsg` and `recvmsg_into`.
fn message_value(vm: &mut Vm, first: Value, message: &MessageReceived) -> Result<Value, Raised> {
    let items = List::new(vm)?;
    for item in &message.ancillary {
        let data = vm.new_bytes(&item.data)?;
        let item = Tuple::from_values(vm, &[Value::int32(item.level), Value::int32(item.kind), data])?;
        List::push(items, vm, item.value())?;
    }
    let address = address_value(vm, &message.address)?;
    Ok(Tuple::from_values(vm, &[first, items.value(), Value::int32(message.flags), address])?.value())
}

/// `recvmsg`.
pub fn recvmsg(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let socket = args.receiver::<Socket>(vm);
    let args = args.skip(1);
    arity(vm, args, "recvmsg", 1, 3)?;
    let size = size_argument(vm, args, 0, "negative buffer size in recvmsg()")?;
    let (bytes, message) = receive_message(vm, socket, size, args)?;
    let data = vm.new_bytes(&bytes)?;
    message_value(vm, data, &message)
}

/// `recvmsg_into`.
pub fn recvmsg_into(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let socket = args.receiver::<Socket>(vm);
    let args = args.skip(1);
    arity(vm, args, "recvmsg_into", 1, 3)?;
    let targets = vm.sequence_fast(args.get(0), "recvmsg_into() argument 1 must be an iterable")?;
    let count = targets.get(vm).len();
    if count > i32::MAX as usize {
        return Err(vm.raise(Exc::OSError, "recvmsg_into() argument 1 is too long"));
    }
    let mut total = 0usize;
    for i in 0..count {
        let item = targets.get(vm).get_at(vm, i).unwrap_or(Value::NONE);
        let result = vm.get_buffer(item, true);
        let target = match result {
            Ok(target) => target,
            Err(raised) => {
                let _ = vm.take_raised(raised);
                let message = "recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers";
                return Err(vm.raise(Exc::TypeError, message));
            }
        };
        total = total.saturating_add(target.len);
        target.release(vm);
    }
    let (bytes, message) = receive_message(vm, socket, total, args)?;
    let mut rest = &bytes[..];
    for i in 0..count {
        let item = targets.get(vm).get_at(vm, i).unwrap_or(Value::NONE);
        let target = vm.get_buffer(item, true)?;
        let (now, later) = rest.split_at(target.len.min(rest.len()));
        fill(vm, &target, now);
        target.release(vm);
        rest = later;
    }
    message_value(vm, Value::int(message.size), &message)
}

/// `send`.
pub fn send(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let socket = args.receiver::<Socket>(vm);
    let args = args.skip(1);
    arity(vm, args, "send", 1, 2)?;
    let bytes = vm.bytes_of(args.get(0))?;
    let flags = flag_argument(vm, args, 1)?;
    let n = perform(vm, socket, Direction::Write, |host, fd| host.send(fd, &bytes, flags))?;
    Ok(Value::int(n))
}

/// `sendall`.
pub fn sendall(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let socket = args.receiver::<Socket>(vm);
    let args = args.skip(1);
    arity(vm, args, "sendall", 1, 2)?;
    let bytes = vm.bytes_of(args.get(0))?;
    let flags = flag_argument(vm, args, 1)?;
    let deadline = deadline_of(vm, socket)?;
    let mut sent = 0;
    while sent < bytes.len() {
        let rest = &bytes[sent..];
        sent += attempt(vm, socket, Direction::Write, deadline, |host, fd| host.send(fd, rest, flags))?;
        vm.run_signal_handlers()?;
    }
    Ok(Value::NONE)
}

/// `sendto`.
pub fn sendto(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let socket = args.receiver::<Socket>(vm);
    let args = args.skip(1);
    args.no_keywords(vm, "socket.sendto")?;
    let (flags, address) = match args.len() {
        2 => (0, args.get(1)),
        3 => (vm.parsed_i32(args.get(1))?, args.get(2)),
        n => return Err(vm.raise(Exc::TypeError, format!("sendto() takes 2 or 3 arguments ({n} given)"))),
    };
    let bytes = vm.bytes_of(args.get(0))?;
    let Socket { family, protocol, .. } = *socket.get(vm);
    let target = address_bytes(vm, family, protocol, address, "sendto")?;
    vm.audit("socket.sendto", &[socket.value(), address])?;
    let n = perform(vm, socket, Direction::Write, |host, fd| host.send_to(fd, &bytes, flags, &target))?;
    Ok(Value::int(n))
}

/// The ancillary data given to `sendmsg`.
fn ancillary_items(vm: &mut Vm, value: Value) -> Result<Vec<AncillaryItem>, Raised> {
    let items = vm.sequence_fast(value, "sendmsg() argument 2 must be an iterable")?;
    let mut all = Vec::new();
    let mut total = 0usize;
    let mut i = 0;
    while let Some(item) = items.get(vm).get_at(vm, i) {
        i += 1;
        let Some(item) = item.downcast::<Tuple>(vm) else {
            let got = vm.type_name(item);
            let message = format!("[sendmsg() ancillary data items]() argument must be 3-item tuple, not {got}");
            return Err(vm.raise(Exc::TypeError, message));
        };
        let n = item.get(vm).len();
        if n != 3 {
            let message = format!("[sendmsg() ancillary data items]() argument must be tuple of length 3, not {n}");
            return Err(vm.raise(Exc::TypeError, message));
        }
        let [level, kind, data] = std::array::from_fn(|i| item.get(vm).at(i));
        let (level, kind, data) = (vm.parsed_i32(level)?, vm.parsed_i32(kind)?, vm.bytes_of(data)?);
        total = total.saturating_add(data.len() + 24);
        if total > i32::MAX as usize {
            return Err(vm.raise(Exc::OSError, "too much ancillary data"));
        }
        all.push(AncillaryItem { level, kind, data });
    }
    Ok(all)
}

/// `sendmsg`.
pub fn sendmsg(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let socket = args.receiver::<Socket>(vm);
    let args = args.skip(1);
    arity(vm, args, "sendmsg", 1, 4)?;
    let parts = vm.sequence_fast(args.get(0), "sendmsg() argument 1 must be an iterable")?;
    let mut bytes = Vec::new();
    let mut i = 0;
    while let Some(part) = parts.get(vm).get_at(vm, i) {
        i += 1;
        bytes.extend_from_slice(&vm.bytes_of(part)?);
    }
    let ancillary = match args.opt(1) {
        Some(items) => ancillary_items(vm, items)?,
        None => Vec::new(),
    };
    let flags = flag_argument(vm, args, 2)?;
    let address = args.opt(3).and_then(Value::not_none);
    let target = match address {
        Some(address) => {
            let Socket { family, protocol, .. } = *socket.get(vm);
            address_bytes(vm, family, protocol, address, "sendmsg")?
        }
        None => Vec::new(),
    };
    vm.audit("socket.sendmsg", &[socket.value(), address.unwrap_or(Value::NONE)])?;
    let n =
        perform(vm, socket, Direction::Write, |host, fd| host.send_message(fd, &bytes, &ancillary, flags, &target))?;
    Ok(Value::int(n))
}
