//! The module `_socket`: sockets, addresses and names of the network.
//!
//! `object` is the socket type, `transfer` its sending and receiving, `address` the form of addresses, `names` the
//! resolver.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::module_exception::ModuleException;

mod address;
mod attempt;
mod constants;
mod names;
mod object;
mod transfer;

/// The key of the default timeout: nanoseconds, -1 for none.
const DEFAULT_TIMEOUT: &str = "_socket.default_timeout";

/// `socket.gaierror`.
static GAI_ERROR: ModuleException =
    ModuleException { key: "_socket.gaierror", module: "socket", name: "gaierror", base: Exc::OSError };
/// `socket.herror`.
static HOST_ERROR: ModuleException =
    ModuleException { key: "_socket.herror", module: "socket", name: "herror", base: Exc::OSError };

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_socket",
    doc: "Implementation module for socket operations.\n\nSee the socket module for documentation.",
    functions: &[
        MethodDef::raw_static("CMSG_LEN", cmsg_len, "CMSG_LEN(length) -> control message length\n\nReturn the total length, without trailing padding, of an ancillary\ndata item with associated data of the given length.  This value can\noften be used as the buffer size for recvmsg() to receive a single\nitem of ancillary data, but RFC 3542 requires portable applications to\nuse CMSG_SPACE() and thus include space for padding, even when the\nitem will be the last in the buffer.  Raises OverflowError if length\nis outside the permissible range of values."),
        MethodDef::raw_static("CMSG_SPACE", cmsg_space, "CMSG_SPACE(length) -> buffer size\n\nReturn the buffer size needed for recvmsg() to receive an ancillary\ndata item with associated data of the given length, along with any\ntrailing padding.  The buffer space needed to receive multiple items\nis the sum of the CMSG_SPACE() values for their associated data\nlengths.  Raises OverflowError if length is outside the permissible\nrange of values."),
        function("close(object, /)", close, "close(integer) -> None\n\nClose an integer socket file descriptor.  This is like os.close(), but for\nsockets; on some platforms os.close() won't work for socket file descriptors."),
        function("dup(object, /)", dup, "dup(integer) -> integer\n\nDuplicate an integer socket file descriptor.  This is like os.dup(), but for\nsockets; on some platforms os.dup() won't work for socket file descriptors."),
        MethodDef::raw_static("getaddrinfo", names::getaddrinfo, "getaddrinfo(host, port [, family, type, proto, flags])\n    -> list of (family, type, proto, canonname, sockaddr)\n\nResolve host and port into addrinfo struct."),
        function("getdefaulttimeout()", getdefaulttimeout, "getdefaulttimeout() -> timeout\n\nReturns the default timeout in seconds (float) for new socket objects.\nA value of None indicates that new socket objects have no timeout.\nWhen the socket module is first imported, the default is None."),
        MethodDef::raw_static("gethostbyaddr", names::gethostbyaddr, "gethostbyaddr(host) -> (name, aliaslist, addresslist)\n\nReturn the true host name, a list of aliases, and a list of IP addresses,\nfor a host.  The host argument is a string giving a host name or IP number."),
        MethodDef::raw_static("gethostbyname", names::gethostbyname, "gethostbyname(host) -> address\n\nReturn the IP address (a string of the form '255.255.255.255') for a host."),
        MethodDef::raw_static("gethostbyname_ex", names::gethostbyname_ex, "gethostbyname_ex(host) -> (name, aliaslist, addresslist)\n\nReturn the true host name, a list of aliases, and a list of IP addresses,\nfor a host.  The host argument is a string giving a host name or IP number."),
        function("gethostname()", names::gethostname, "gethostname() -> string\n\nReturn the current host name."),
        MethodDef::raw_static("getnameinfo", names::getnameinfo, "getnameinfo(sockaddr, flags) --> (host, port)\n\nGet host and port for a sockaddr."),
        MethodDef::raw_static("getprotobyname", names::getprotobyname, "getprotobyname(name) -> integer\n\nReturn the protocol number for the named protocol.  (Rarely used.)"),
        MethodDef::raw_static("getservbyname", names::getservbyname, "getservbyname(servicename[, protocolname]) -> integer\n\nReturn a port number from a service name and protocol name.\nThe optional protocol name, if given, should be 'tcp' or 'udp',\notherwise any protocol will match."),
        MethodDef::raw_static("getservbyport", names::getservbyport, "getservbyport(port[, protocolname]) -> string\n\nReturn the service name from a port number and protocol name.\nThe optional protocol name, if given, should be 'tcp' or 'udp',\notherwise any protocol will match."),
        function("htonl(integer, /)", swap_long, "Convert a 32-bit unsigned integer from host to network byte order."),
        function("htons(integer, /)", swap_short, "Convert a 16-bit unsigned integer from host to network byte order."),
        function("if_indextoname(if_index, /)", names::if_indextoname, "Returns the interface name corresponding to the interface index if_index."),
        function("if_nameindex()", names::if_nameindex, "if_nameindex()\n\nReturns a list of network interface information (index, name) tuples."),
        function("if_nametoindex(oname, /)", names::if_nametoindex, "Returns the interface index corresponding to the interface name if_name."),
        function("inet_aton(ip_addr, /)", inet_aton, "Convert an IP address in string format (123.45.67.89) to the 32-bit packed binary format used in low-level network functions."),
        function("inet_ntoa(packed_ip, /)", inet_ntoa, "Convert an IP address from 32-bit packed binary format to string format."),
        MethodDef::raw_static("inet_ntop", inet_ntop, "inet_ntop(af, packed_ip) -> string formatted IP address\n\nConvert a packed IP address of the given family to string format."),
        MethodDef::raw_static("inet_pton", inet_pton, "inet_pton(af, ip) -> packed IP address string\n\nConvert an IP address from string format to a packed string suitable\nfor use with low-level network functions."),
        function("ntohl(integer, /)", swap_long, "Convert a 32-bit unsigned integer from network to host byte order."),
        function("ntohs(integer, /)", swap_short, "Convert a 16-bit unsigned integer from network to host byte order."),
        function("setdefaulttimeout(object, /)", setdefaulttimeout, "setdefaulttimeout(timeout)\n\nSet the default timeout in seconds (float) for new socket objects.\nA value of None indicates that new socket objects have no timeout.\nWhen the socket module is first imported, the default is None."),
        MethodDef::raw_static("sethostname", names::sethostname, "sethostname(name)\n\nSets the hostname to name."),
        MethodDef::raw_static("socketpair", socketpair, "socketpair([family[, type [, proto]]]) -> (socket object, socket object)\n\nCreate a pair of socket objects from the sockets returned by the platform\nsocketpair() function.\nThe arguments are the same as for socket() except the default family is\nAF_UNIX if defined on the platform; otherwise, the default is AF_INET."),
    ],
    types: &[&object::TYPE],
    exec: Some(exec),
};

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    for (name, number) in constants::CONSTANTS {
        Module::set_int(module, vm, name, *number)?;
    }
    let capsule = taipan_vm::types::capsule::new(vm, "_socket.CAPI")?;
    Module::set(module, vm, "CAPI", capsule)?;
    let class = socket_class(vm)?;
    Module::set(module, vm, "SocketType", class.value())?;
    let error = vm.exception_class(Exc::OSError).value();
    Module::set(module, vm, "error", error)?;
    let timeout = vm.exception_class(Exc::TimeoutError).value();
    Module::set(module, vm, "timeout", timeout)?;
    GAI_ERROR.define(vm, module)?;
    HOST_ERROR.define(vm, module)?;
    Module::set_text(module, vm, "BDADDR_ANY", "00:00:00:00:00:00")?;
    Module::set_text(module, vm, "BDADDR_LOCAL", "00:00:00:FF:FF:FF")?;
    Module::set(module, vm, "has_ipv6", Value::TRUE)
}

fn socket_class(vm: &mut Vm) -> Result<Gc<Type>, Raised> {
    class_of_spec(vm, &object::TYPE)
}

/// Raises TypeError unless the number of positional arguments is right, in the words of `PyArg_ParseTuple`.
fn arity(vm: &mut Vm, args: Args<'_>, function: &str, min: usize, max: usize) -> Result<(), Raised> {
    args.no_keywords(vm, function)?;
    let n = args.len();
    if (min..=max).contains(&n) {
        return Ok(());
    }
    let bound = if n < min { min } else { max };
    let word = match (min == max, n < min) {
        (true, _) => "exactly",
        (false, true) => "at least",
        (false, false) => "at most",
    };
    let s = if bound == 1 { "" } else { "s" };
    Err(vm.raise(Exc::TypeError, format!("{function}() takes {word} {bound} argument{s} ({n} given)")))
}

/// Bytes before the data of an ancillary item.
const ITEM_HEAD: i64 = 16;

fn item_length(vm: &mut Vm, args: Args<'_>, function: &str) -> Result<i64, Raised> {
    arity(vm, args, function, 1, 1)?;
    let length = vm.index_isize(args.get(0))? as i64;
    let room = if function == "CMSG_LEN" { ITEM_HEAD } else { ITEM_HEAD + 7 };
    if !(0..=i64::from(i32::MAX) - room).contains(&length) {
        return Err(vm.raise(Exc::OverflowError, format!("{function}() argument out of range")));
    }
    Ok(length)
}

fn cmsg_len(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let length = item_length(vm, args, "CMSG_LEN")?;
    vm.new_int(ITEM_HEAD + length)
}

fn cmsg_space(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let length = item_length(vm, args, "CMSG_SPACE")?;
    vm.new_int(ITEM_HEAD + (length + 7) / 8 * 8)
}

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = vm.index_i32(args.get(0))?;
    match vm.host().close(fd) {
        Ok(()) | Err(taipan_vm::host::Errno(libc::ECONNRESET)) => Ok(Value::NONE),
        Err(errno) => Err(vm.raise_os_error(errno, &[])),
    }
}

fn dup(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = vm.index_i32(args.get(0))?;
    vm.ask_host(|host| host.duplicate(fd)).map(Value::int32)
}

fn getdefaulttimeout(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let timeout = vm.state(DEFAULT_TIMEOUT).and_then(|value| vm.as_i64(value)).unwrap_or(-1);
    object::timeout_value(vm, timeout)
}

fn setdefaulttimeout(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let timeout = object::timeout_argument(vm, args.get(0))?;
    let timeout = vm.new_int(timeout)?;
    vm.set_state(DEFAULT_TIMEOUT, timeout);
    Ok(Value::NONE)
}

fn socketpair(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    arity(vm, args, "socketpair", 0, 3)?;
    let mut number = |i: usize, default: i32| args.opt(i).map_or(Ok(default), |value| vm.parsed_i32(value));
    let (family, kind, protocol) = (number(0, libc::AF_UNIX)?, number(1, libc::SOCK_STREAM)?, number(2, 0)?);
    let (first, second) = vm.ask_host(|host| host.socket_pair(family, kind, protocol))?;
    let class = socket_class(vm)?;
    let first = object::of_descriptor(vm, class, first, family, kind, protocol)?;
    let second = object::of_descriptor(vm, class, second, family, kind, protocol)?;
    Ok(Tuple::from_values(vm, &[first, second])?.value())
}

/// An unsigned argument below a bound.
fn unsigned(vm: &mut Vm, value: Value, max: i64, c_type: &str) -> Result<i64, Raised> {
    let index = vm.index(value)?;
    match vm.as_i64(index) {
        Some(number) if (0..=max).contains(&number) => Ok(number),
        _ if vm.is_less(index, Value::int(0))? => Err(vm.raise(Exc::ValueError, "Cannot convert negative int")),
        _ => Err(vm.raise(Exc::OverflowError, format!("Python int too large for C {c_type}"))),
    }
}

fn swap_long(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = unsigned(vm, args.get(0), i64::from(u32::MAX), "uint32_t")?;
    Ok(Value::int((number as u32).to_be() as usize))
}

fn swap_short(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = unsigned(vm, args.get(0), i64::from(u16::MAX), "uint16_t")?;
    Ok(Value::int(usize::from((number as u16).to_be())))
}

/// A str argument as bytes; `place` is how errors number it: nothing, or a space and the number.
fn text_argument(vm: &mut Vm, value: Value, function: &str, place: &str) -> Result<Vec<u8>, Raised> {
    match value.downcast::<Str>(vm) {
        Some(text) => {
            let bytes = vm.encode_name(text)?;
            if bytes.contains(&0) {
                return Err(vm.raise(Exc::ValueError, "embedded null character"));
            }
            Ok(bytes)
        }
        None => {
            let got = vm.type_name(value);
            Err(vm.raise(Exc::TypeError, format!("{function}() argument{place} must be str, not {got}")))
        }
    }
}

fn inet_aton(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = text_argument(vm, args.get(0), "inet_aton", "")?;
    match vm.host().parse_old_ipv4(&text) {
        Ok(packed) => vm.new_bytes(&packed),
        Err(_) => Err(vm.raise(Exc::OSError, "illegal IP address string passed to inet_aton")),
    }
}

fn inet_ntoa(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let packed = vm.bytes_of(args.get(0))?;
    if packed.len() != 4 {
        return Err(vm.raise(Exc::OSError, "packed IP wrong length for inet_ntoa"));
    }
    vm.new_str(&address::ipv4_text(&packed))
}

fn inet_pton(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    arity(vm, args, "inet_pton", 2, 2)?;
    let family = vm.parsed_i32(args.get(0))?;
    let text = text_argument(vm, args.get(1), "inet_pton", " 2")?;
    if family != libc::AF_INET && family != libc::AF_INET6 {
        return Err(vm.raise_os_error(taipan_vm::host::Errno(libc::EAFNOSUPPORT), &[]));
    }
    match address::parse_numeric(family, &text) {
        Some(packed) => vm.new_bytes(&packed),
        None => Err(vm.raise(Exc::OSError, "illegal IP address string passed to inet_pton")),
    }
}

fn inet_ntop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    arity(vm, args, "inet_ntop", 2, 2)?;
    let family = vm.parsed_i32(args.get(0))?;
    let packed = vm.bytes_of(args.get(1))?;
    let size = match family {
        libc::AF_INET => 4,
        libc::AF_INET6 => 16,
        _ => return Err(vm.raise(Exc::ValueError, format!("unknown address family {family}"))),
    };
    if packed.len() != size {
        return Err(vm.raise(Exc::ValueError, "invalid length of packed IP address string"));
    }
    let text = if size == 4 { address::ipv4_text(&packed) } else { address::ipv6_text(&packed) };
    vm.new_str(&text)
}
