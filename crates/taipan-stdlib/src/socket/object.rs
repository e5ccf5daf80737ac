//! The type `_socket.socket`: construction, attributes, options, and what binds and connects.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::host::{Errno, Host, HostResult};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, FINALIZE_AFTER_HOLDERS, MethodDef, TypeSpec, getter, method};
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::address::{address_bytes, address_value, family_of};
use super::attempt::{Direction, deadline_of, is_ready, perform, raise_timed_out};
use super::{DEFAULT_TIMEOUT, arity, transfer};
use crate::timeout::{Rounding, duration};

heap_object! {
    /// A socket.
    pub struct Socket {
        /// -1: closed.
        pub fd: i32,
        pub family: i32,
        pub kind: i32,
        pub protocol: i32,
        /// Nanoseconds; negative: blocking, 0: non-blocking.
        pub timeout: i64,
    }
}

#[rustfmt::skip]
pub static TYPE: TypeSpec = TypeSpec {
    name: "socket",
    module: "_socket",
    layout: Some(<Socket as HeapObject>::native),
    slots: Slots { new: Some(new), init: Some(init), repr: Some(repr), del: Some(finalize), ..Slots::DEFAULT },
    methods: &[
        method("_accept($self, /)", accept, "_accept() -> (integer, address info)\n\nWait for an incoming connection.  Return a new socket file descriptor\nrepresenting the connection, and the address of the client.\nFor IP sockets, the address info is a pair (hostaddr, port)."),
        method("bind($self, object, /)", bind, "bind(address)\n\nBind the socket to a local address.  For IP sockets, the address is a\npair (host, port); the host must refer to the local host. For raw packet\nsockets the address is a tuple (ifname, proto [,pkttype [,hatype [,addr]]])"),
        method("close($self, /)", close, "close()\n\nClose the socket.  It cannot be used after this call."),
        method("connect($self, object, /)", connect, "connect(address)\n\nConnect the socket to a remote address.  For IP sockets, the address\nis a pair (host, port)."),
        method("connect_ex($self, object, /)", connect_ex, "connect_ex(address) -> errno\n\nThis is like connect(address), but returns an error code (the errno value)\ninstead of raising an exception when an error occurs."),
        method("detach($self, /)", detach, "detach()\n\nClose the socket object without closing the underlying file descriptor.\nThe object cannot be used after this call, but the file descriptor\ncan be reused for other purposes.  The file descriptor is returned."),
        method("fileno($self, /)", fileno, "fileno() -> integer\n\nReturn the integer file descriptor of the socket."),
        method("getblocking($self, /)", getblocking, "getblocking()\n\nReturns True if socket is in blocking mode, or False if it\nis in non-blocking mode."),
        method("getpeername($self, /)", getpeername, "getpeername() -> address info\n\nReturn the address of the remote endpoint.  For IP sockets, the address\ninfo is a pair (hostaddr, port)."),
        method("getsockname($self, /)", getsockname, "getsockname() -> address info\n\nReturn the address of the local endpoint. The format depends on the\naddress family. For IPv4 sockets, the address info is a pair\n(hostaddr, port). For IPv6 sockets, the address info is a 4-tuple\n(hostaddr, port, flowinfo, scope_id)."),
        MethodDef::raw("getsockopt", getsockopt, "getsockopt(level, option[, buffersize]) -> value\n\nGet a socket option.  See the Unix manual for level and option.\nIf a nonzero buffersize argument is given, the return value is a\nstring of that length; otherwise it is an integer."),
        method("gettimeout($self, /)", gettimeout, "gettimeout() -> timeout\n\nReturns the timeout in seconds (float) associated with socket\noperations. A timeout of None indicates that timeouts on socket\noperations are disabled."),
        MethodDef::raw("listen", listen, "listen([backlog])\n\nEnable a server to accept connections.  If backlog is specified, it must be\nat least 0 (if it is lower, it is set to 0); it specifies the number of\nunaccepted connections that the system will allow before refusing new\nconnections. If not specified, a default reasonable value is chosen."),
        MethodDef::raw("recv", transfer::recv, "recv(buffersize[, flags]) -> data\n\nReceive up to buffersize bytes from the socket.  For the optional flags\nargument, see the Unix manual.  When no data is available, block until\nat least one byte is available or until the remote end is closed.  When\nthe remote end is closed and all data is read, return the empty string."),
        MethodDef::raw("recv_into", transfer::recv_into, "recv_into(buffer, [nbytes[, flags]]) -> nbytes_read\n\nA version of recv() that stores its data into a buffer rather than creating\na new string.  Receive up to buffersize bytes from the socket.  If buffersize\nis not specified (or 0), receive up to the size available in the given buffer.\n\nSee recv() for documentation about the flags."),
        MethodDef::raw("recvfrom", transfer::recvfrom, "recvfrom(buffersize[, flags]) -> (data, address info)\n\nLike recv(buffersize, flags) but also return the sender's address info."),
        MethodDef::raw("recvfrom_into", transfer::recvfrom_into, "recvfrom_into(buffer[, nbytes[, flags]]) -> (nbytes, address info)\n\nLike recv_into(buffer[, nbytes[, flags]]) but also return the sender's address info."),
        MethodDef::raw("recvmsg", transfer::recvmsg, "recvmsg(bufsize[, ancbufsize[, flags]]) -> (data, ancdata, msg_flags, address)\n\nReceive normal data (up to bufsize bytes) and ancillary data from the\nsocket."),
        MethodDef::raw("recvmsg_into", transfer::recvmsg_into, "recvmsg_into(buffers[, ancbufsize[, flags]]) -> (nbytes, ancdata, msg_flags, address)\n\nReceive normal data and ancillary data from the socket, scattering the\nnon-ancillary data into a series of buffers."),
        MethodDef::raw("send", transfer::send, "send(data[, flags]) -> count\n\nSend a data string to the socket.  For the optional flags\nargument, see the Unix manual.  Return the number of bytes\nsent; this may be less than len(data) if the network is busy."),
        MethodDef::raw("sendall", transfer::sendall, "sendall(data[, flags])\n\nSend a data string to the socket.  For the optional flags\nargument, see the Unix manual.  This calls send() repeatedly\nuntil all data is sent.  If an error occurs, it's impossible\nto tell how much data has been sent."),
        MethodDef::raw("sendmsg", transfer::sendmsg, "sendmsg(buffers[, ancdata[, flags[, address]]]) -> count\n\nSend normal and ancillary data to the socket, gathering the\nnon-ancillary data from a series of buffers and concatenating it into\na single message."),
        MethodDef::raw("sendto", transfer::sendto, "sendto(data[, flags], address) -> count\n\nLike send(data, flags) but allows specifying the destination address.\nFor IP sockets, the address is a pair (hostaddr, port)."),
        method("setblocking($self, object, /)", setblocking, "setblocking(flag)\n\nSet the socket to blocking (flag is true) or non-blocking (false).\nsetblocking(True) is equivalent to settimeout(None);\nsetblocking(False) is equivalent to settimeout(0.0)."),
        MethodDef::raw("setsockopt", setsockopt, "setsockopt(level, option, value: int)\nsetsockopt(level, option, value: buffer)\nsetsockopt(level, option, None, optlen: int)\n\nSet a socket option.  See the Unix manual for level and option.\nThe value argument can either be an integer, a string buffer, or\nNone, optlen."),
        method("settimeout($self, object, /)", settimeout, "settimeout(timeout)\n\nSet a timeout on socket operations.  'timeout' can be a float,\ngiving in seconds, or None.  Setting a timeout of None disables\nthe timeout feature and is equivalent to setblocking(1).\nSetting a timeout of zero is the same as setblocking(0)."),
        method("shutdown($self, object, /)", shutdown, "shutdown(flag)\n\nShut down the reading side of the socket (flag == SHUT_RD), the writing side\nof the socket (flag == SHUT_WR), or both ends (flag == SHUT_RDWR)."),
    ],
    getset: &[
        getter("family", get_family, "the socket family").member(),
        getter("type", get_kind, "the socket type").member(),
        getter("proto", get_protocol, "the socket protocol").member(),
        getter("timeout", get_timeout, "the socket timeout"),
    ],
    doc: "socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object\nsocket(family=-1, type=-1, proto=-1, fileno=None) -> socket object\n\nOpen a socket of the given type.  The family argument specifies the\naddress family; it defaults to AF_INET.  The type argument specifies\nwhether this is a stream (SOCK_STREAM, this is the default)\nor datagram (SOCK_DGRAM) socket.  The protocol argument defaults to 0,\nspecifying the default protocol.  Keyword arguments are accepted.\nThe socket is created as non-inheritable.\n\nWhen a fileno is passed in, family, type and proto are auto-detected,\nunless they are explicitly set.\n\nA socket object represents one endpoint of a network connection.",
    flags: BASETYPE | FINALIZE_AFTER_HOLDERS,
    ..TypeSpec::DEFAULT
};

/// Nanoseconds of a timeout given by Python code: -1 for `None`.
pub fn timeout_argument(vm: &mut Vm, value: Value) -> Result<i64, Raised> {
    if value.is_none() {
        return Ok(-1);
    }
    let timeout = duration(vm, value, 1_000_000_000, Rounding::Up)?;
    if timeout < 0 {
        return Err(vm.raise(Exc::ValueError, "Timeout value out of range"));
    }
    Ok(timeout)
}

/// The seconds of a timeout, `None` when there is none.
pub fn timeout_value(vm: &mut Vm, timeout: i64) -> Result<Value, Raised> {
    if timeout < 0 { Ok(Value::NONE) } else { vm.new_float(timeout as f64 / 1e9) }
}

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    let socket = Socket { header: HeaderWord::NEW, fd: -1, family: 0, kind: 0, protocol: 0, timeout: -1 };
    Ok(vm.new_object(shape, socket)?.value())
}

/// `getsockopt` of an int option.
fn int_option(host: &dyn Host, fd: i32, level: i32, option: i32) -> HostResult<i32> {
    let bytes = host.socket_option(fd, level, option, 4)?;
    Ok(i32::from_ne_bytes(std::array::from_fn(|i| bytes.get(i).copied().unwrap_or(0))))
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature = Signature::parse("socket(family=-1, type=-1, proto=-1, fileno=None)");
    let [family, kind, protocol, fileno] = args.bind(vm, &SIGNATURE, |_, args| Ok(args.all::<4>()))?;
    let mut number = |value: Value| value.given().map_or(Ok(-1), |value| vm.index_i32(value));
    let (mut family, mut kind, mut protocol) = (number(family)?, number(kind)?, number(protocol)?);
    let Some(socket) = this.downcast::<Socket>(vm) else { return Ok(()) };
    let numbers = [this, Value::int32(family), Value::int32(kind), Value::int32(protocol)];
    vm.audit("socket.__new__", &numbers)?;
    let fd = match fileno.not_none() {
        Some(fileno) => {
            let fd = vm.index_i32(fileno)?;
            if fd < 0 {
                return Err(vm.raise(Exc::ValueError, "negative file descriptor"));
            }
            let host = vm.host();
            match host.socket_name(fd) {
                Ok(address) => {
                    if family == -1 {
                        family = family_of(&address);
                    }
                }
                Err(errno) if family == -1 => return Err(vm.raise_os_error(errno, &[])),
                Err(_) => {}
            }
            if kind == -1 {
                kind = vm.ask_host(|host| int_option(host, fd, libc::SOL_SOCKET, libc::SO_TYPE))?;
            }
            if protocol == -1 {
                protocol = vm.ask_host(|host| int_option(host, fd, libc::SOL_SOCKET, libc::SO_PROTOCOL))?;
            }
            fd
        }
        None => {
            if family == -1 {
                family = libc::AF_INET;
            }
            if kind == -1 {
                kind = libc::SOCK_STREAM;
            }
            if protocol == -1 {
                protocol = 0;
            }
            vm.ask_host(|host| host.socket(family, kind, protocol))?
        }
    };
    set_up(vm, socket, fd, family, kind, protocol)
}

/// Fills a socket in; its timeout is the default one.
fn set_up(vm: &mut Vm, socket: Gc<Socket>, fd: i32, family: i32, kind: i32, protocol: i32) -> Result<(), Raised> {
    let default = vm.state(DEFAULT_TIMEOUT).and_then(|value| vm.as_i64(value)).unwrap_or(-1);
    let timeout = if kind & libc::SOCK_NONBLOCK != 0 { 0 } else { default };
    let state = socket.get_mut(vm);
    state.fd = fd;
    state.family = family;
    state.kind = kind & !(libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC);
    state.protocol = protocol;
    state.timeout = timeout;
    if timeout >= 0 && kind & libc::SOCK_NONBLOCK == 0 {
        vm.ask_host(|host| host.set_blocking(fd, false))?;
    }
    Ok(())
}

/// A new socket of a descriptor.
pub fn of_descriptor(
    vm: &mut Vm,
    class: Gc<Type>,
    fd: i32,
    family: i32,
    kind: i32,
    protocol: i32,
) -> Result<Value, Raised> {
    let value = new(vm, class, Args::EMPTY)?;
    if let Some(socket) = value.downcast::<Socket>(vm) {
        set_up(vm, socket, fd, family, kind, protocol)?;
    }
    vm.note_instance(value, class);
    Ok(value)
}

/// Closes an abandoned socket, with a warning.
fn finalize(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let Some(socket) = this.downcast::<Socket>(vm) else { return Ok(Value::NONE) };
    if socket.get(vm).fd == -1 {
        return Ok(Value::NONE);
    }
    let warned = crate::resource_warning::warn(vm, "unclosed", this, "socket", this);
    let fd = std::mem::replace(&mut socket.get_mut(vm).fd, -1);
    let _ = vm.host().close(fd);
    warned?;
    Ok(Value::NONE)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let Some(socket) = this.downcast::<Socket>(vm) else { return vm.new_str("<socket object>") };
    let Socket { fd, family, kind, protocol, .. } = *socket.get(vm);
    vm.new_str(&format!("<socket object, fd={fd}, family={family}, type={kind}, proto={protocol}>"))
}

fn own(vm: &mut Vm, this: Value) -> Result<Gc<Socket>, Raised> {
    match this.downcast::<Socket>(vm) {
        Some(socket) => Ok(socket),
        None => Err(vm.raise(Exc::TypeError, "a socket object is required")),
    }
}

fn get_family(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int32(own(vm, this)?.get(vm).family))
}

fn get_kind(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int32(own(vm, this)?.get(vm).kind))
}

fn get_protocol(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int32(own(vm, this)?.get(vm).protocol))
}

fn get_timeout(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let timeout = own(vm, this)?.get(vm).timeout;
    timeout_value(vm, timeout)
}

fn gettimeout(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    get_timeout(vm, args.get(0))
}

fn set_timeout(vm: &mut Vm, socket: Gc<Socket>, timeout: i64) -> Result<Value, Raised> {
    socket.get_mut(vm).timeout = timeout;
    let fd = socket.get(vm).fd;
    vm.ask_host(|host| host.set_blocking(fd, timeout < 0))?;
    Ok(Value::NONE)
}

fn settimeout(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (socket, [timeout]) = args.method::<Socket, 1>(vm);
    let timeout = timeout_argument(vm, timeout)?;
    set_timeout(vm, socket, timeout)
}

fn setblocking(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (socket, [flag]) = args.method::<Socket, 1>(vm);
    let blocking = vm.is_true(flag)?;
    set_timeout(vm, socket, if blocking { -1 } else { 0 })
}

fn getblocking(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(args.receiver::<Socket>(vm).get(vm).timeout != 0))
}

fn fileno(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int32(args.receiver::<Socket>(vm).get(vm).fd))
}

fn detach(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let socket = args.receiver::<Socket>(vm);
    Ok(Value::int32(std::mem::replace(&mut socket.get_mut(vm).fd, -1)))
}

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let socket = args.receiver::<Socket>(vm);
    let fd = std::mem::replace(&mut socket.get_mut(vm).fd, -1);
    if fd != -1 {
        let host = vm.host();
        match vm.detached(|| host.close(fd)) {
            // The descriptor is gone also when the connection was reset.
            Ok(()) | Err(Errno(libc::ECONNRESET)) => {}
            Err(errno) => return Err(vm.raise_os_error(errno, &[])),
        }
    }
    Ok(Value::NONE)
}

fn accept(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let socket = args.receiver::<Socket>(vm);
    let (fd, address) = perform(vm, socket, Direction::Read, |host, fd| host.accept(fd))?;
    let address = match address_value(vm, &address) {
        Ok(address) => address,
        Err(raised) => {
            let _ = vm.host().close(fd);
            return Err(raised);
        }
    };
    Ok(Tuple::from_values(vm, &[Value::int32(fd), address])?.value())
}

fn bind(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (socket, [address]) = args.method::<Socket, 1>(vm);
    let Socket { family, protocol, .. } = *socket.get(vm);
    let bytes = address_bytes(vm, family, protocol, address, "bind")?;
    vm.audit("socket.bind", &[socket.value(), address])?;
    let fd = socket.get(vm).fd;
    vm.ask_host(|host| host.bind(fd, &bytes))?;
    Ok(Value::NONE)
}

/// Connects; gives the error number, 0 when it worked. The inner error means: raise "timed out".
fn connect_to(vm: &mut Vm, socket: Gc<Socket>, address: &[u8]) -> Result<Result<i32, ()>, Raised> {
    let Socket { fd, timeout, .. } = *socket.get(vm);
    let host = vm.host();
    let started = vm.detached(|| host.connect(fd, address));
    match started {
        Ok(()) => return Ok(Ok(0)),
        Err(Errno::INTERRUPTED) => {
            vm.run_signal_handlers()?;
            if timeout == 0 {
                return Ok(Ok(Errno::INTERRUPTED.0));
            }
        }
        Err(Errno(libc::EINPROGRESS)) if timeout > 0 => {}
        Err(errno) => return Ok(Ok(errno.0)),
    }
    let deadline = deadline_of(vm, socket)?;
    if !is_ready(vm, fd, Direction::Write, deadline)? {
        return Ok(Err(()));
    }
    match host_error_option(vm, fd) {
        Ok(0 | libc::EISCONN) => Ok(Ok(0)),
        Ok(error) => Ok(Ok(error)),
        Err(errno) => Ok(Ok(errno.0)),
    }
}

fn host_error_option(vm: &Vm, fd: i32) -> HostResult<i32> {
    int_option(&*vm.host(), fd, libc::SOL_SOCKET, libc::SO_ERROR)
}

fn connect(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (socket, [address]) = args.method::<Socket, 1>(vm);
    let Socket { family, protocol, .. } = *socket.get(vm);
    let bytes = address_bytes(vm, family, protocol, address, "connect")?;
    vm.audit("socket.connect", &[socket.value(), address])?;
    match connect_to(vm, socket, &bytes)? {
        Ok(0) => Ok(Value::NONE),
        Ok(errno) => Err(vm.raise_os_error(Errno(errno), &[])),
        Err(()) => Err(raise_timed_out(vm)),
    }
}

fn connect_ex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (socket, [address]) = args.method::<Socket, 1>(vm);
    let Socket { family, protocol, .. } = *socket.get(vm);
    let bytes = address_bytes(vm, family, protocol, address, "connect_ex")?;
    vm.audit("socket.connect", &[socket.value(), address])?;
    match connect_to(vm, socket, &bytes)? {
        Ok(errno) => Ok(Value::int32(errno)),
        Err(()) => Ok(Value::int32(libc::EWOULDBLOCK)),
    }
}

fn listen(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let socket = args.receiver::<Socket>(vm);
    let args = args.skip(1);
    arity(vm, args, "listen", 0, 1)?;
    let backlog = match args.opt(0) {
        Some(backlog) => vm.parsed_i32(backlog)?.max(0),
        None => 128,
    };
    let fd = socket.get(vm).fd;
    vm.ask_host(|host| host.listen(fd, backlog))?;
    Ok(Value::NONE)
}

fn shutdown(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (socket, [how]) = args.method::<Socket, 1>(vm);
    let how = vm.index_i32(how)?;
    let fd = socket.get(vm).fd;
    vm.ask_host(|host| host.shutdown(fd, how))?;
    Ok(Value::NONE)
}

fn getsockname(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = args.receiver::<Socket>(vm).get(vm).fd;
    let address = vm.ask_host(|host| host.socket_name(fd))?;
    address_value(vm, &address)
}

fn getpeername(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = args.receiver::<Socket>(vm).get(vm).fd;
    let address = vm.ask_host(|host| host.peer_name(fd))?;
    address_value(vm, &address)
}

fn getsockopt(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let socket = args.receiver::<Socket>(vm);
    let args = args.skip(1);
    arity(vm, args, "getsockopt", 2, 3)?;
    let (level, option) = (vm.parsed_i32(args.get(0))?, vm.parsed_i32(args.get(1))?);
    let size = args.opt(2).map_or(Ok(0), |size| vm.parsed_i32(size))?;
    let fd = socket.get(vm).fd;
    if size == 0 {
        let value = vm.ask_host(|host| int_option(host, fd, level, option))?;
        return Ok(Value::int32(value));
    }
    if !(1..=1024).contains(&size) {
        return Err(vm.raise(Exc::OSError, "getsockopt buflen out of range"));
    }
    let value = vm.ask_host(|host| host.socket_option(fd, level, option, size as usize))?;
    vm.new_bytes(&value)
}

fn setsockopt(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let socket = args.receiver::<Socket>(vm);
    let args = args.skip(1);
    let fd = socket.get(vm).fd;
    if args.len() == 4 && args.get(2).is_none() {
        let (level, option) = (vm.parsed_i32(args.get(0))?, vm.parsed_i32(args.get(1))?);
        let len = vm.index_i64(args.get(3))? as u32;
        vm.ask_host(|host| host.set_socket_option(fd, level, option, Err(len)))?;
        return Ok(Value::NONE);
    }
    arity(vm, args, "setsockopt", 3, 3)?;
    let (level, option, value) = (vm.parsed_i32(args.get(0))?, vm.parsed_i32(args.get(1))?, args.get(2));
    let bytes = if vm.is_int(value) {
        // Options such as marks are unsigned.
        match vm.as_i64(value) {
            Some(number) if i64::from(number as i32) == number => (number as i32).to_ne_bytes().to_vec(),
            Some(number) if i64::from(number as u32) == number => (number as u32).to_ne_bytes().to_vec(),
            _ => return Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C int")),
        }
    } else {
        vm.bytes_of(value)?
    };
    vm.ask_host(|host| host.set_socket_option(fd, level, option, Ok(&bytes)))?;
    Ok(Value::NONE)
}
