//! Names of hosts, services, protocols and interfaces.

use taipan_vm::args::Args;
use taipan_vm::host::{AddressQuery, Errno, Host, HostEntry, HostResult, Resolved};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::address::{address_bytes, address_value, host_bytes, idna, ipv4_text, ipv6_text, resolve_host};
use super::{GAI_ERROR, HOST_ERROR, arity, text_argument};

/// Raises an exception class with an error number and a text.
fn raise_coded(vm: &mut Vm, class: Result<Value, Raised>, code: i32, text: &str) -> Raised {
    let made = class.and_then(|class| {
        let text = vm.new_str(text)?;
        vm.call(class, &[Value::int32(code), text])
    });
    match made {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

/// Raises `gaierror`.
#[cold]
pub fn raise_resolver_error(vm: &mut Vm, code: i32) -> Raised {
    let text = vm.host().resolve_error_text(code).unwrap_or_default();
    let class = GAI_ERROR.class(vm);
    raise_coded(vm, class, code, &text)
}

#[cold]
fn raise_host_error(vm: &mut Vm, code: i32) -> Raised {
    let text = vm.host().host_error_text(code).unwrap_or_default();
    let class = HOST_ERROR.class(vm);
    raise_coded(vm, class, code, &text)
}

/// Asks the resolver, which may take long.
fn ask<T>(vm: &mut Vm, question: impl FnOnce(&dyn Host) -> HostResult<Resolved<T>>) -> Result<Resolved<T>, Raised> {
    let host = vm.host();
    match vm.detached(|| question(&*host)) {
        Ok(answer) => Ok(answer),
        Err(errno) => Err(vm.raise_os_error(errno, &[])),
    }
}

/// `getaddrinfo`.
pub fn getaddrinfo(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("getaddrinfo(host, port, family=0, type=0, proto=0, flags=0)");
    let [host, port, family, kind, protocol, flags] = args.bind(vm, &SIGNATURE, |_, args| Ok(args.all::<6>()))?;
    let mut number = |value: Value| value.given().map_or(Ok(0), |value| vm.parsed_i32(value));
    let (family, kind, protocol, flags) = (number(family)?, number(kind)?, number(protocol)?, number(flags)?);
    let host_name = if host.is_none() {
        None
    } else if host.downcast::<Str>(vm).is_some() {
        Some(idna(vm, host)?)
    } else if let Some(bytes) = host.downcast::<Bytes>(vm) {
        Some(bytes.get(vm).bytes().to_vec())
    } else {
        return Err(vm.raise(Exc::TypeError, "getaddrinfo() argument 1 must be string or None"));
    };
    let service = if vm.is_int(port) {
        let text = vm.str(port)?;
        vm.text_of(text).map(String::into_bytes)
    } else if let Some(text) = port.downcast::<Str>(vm) {
        match text.get(vm).to_utf8() {
            Some(text) => Some(text.as_bytes().to_vec()),
            None => Some(vm.encode_name(text)?),
        }
    } else if let Some(bytes) = port.downcast::<Bytes>(vm) {
        Some(bytes.get(vm).bytes().to_vec())
    } else if port.is_none() {
        None
    } else {
        return Err(vm.raise(Exc::OSError, "Int or String expected"));
    };
    vm.audit("socket.getaddrinfo", &[host, port, Value::int32(family), Value::int32(kind), Value::int32(protocol)])?;
    let until_null = |text: Vec<u8>| text.split(|byte| *byte == 0).next().map(<[u8]>::to_vec).unwrap_or_default();
    let query = AddressQuery {
        host: host_name.map(until_null),
        service: service.map(until_null),
        family,
        kind,
        protocol,
        flags,
    };
    let answers = match ask(vm, |host| host.resolve(&query))? {
        Ok(answers) => answers,
        Err(code) => return Err(raise_resolver_error(vm, code)),
    };
    let list = List::new(vm)?;
    for answer in answers {
        let name = vm.decode_name(answer.canonical_name.as_deref().unwrap_or(&[]))?;
        let address = address_value(vm, &answer.address)?;
        let numbers = [answer.family, answer.kind, answer.protocol].map(Value::int32);
        let item = Tuple::from_values(vm, &[numbers[0], numbers[1], numbers[2], name, address])?;
        List::push(list, vm, item.value())?;
    }
    Ok(list.value())
}

/// `getnameinfo`.
pub fn getnameinfo(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    arity(vm, args, "getnameinfo", 2, 2)?;
    let (address, flags) = (args.get(0), vm.parsed_i32(args.get(1))?);
    let Some(parts) = address.downcast::<Tuple>(vm) else {
        return Err(vm.raise(Exc::TypeError, "getnameinfo() argument 1 must be a tuple"));
    };
    let n = parts.get(vm).len();
    let text = if n == 0 { None } else { parts.get(vm).at(0).downcast::<Str>(vm) };
    let Some(text) = text.filter(|_| (2..=4).contains(&n)) else {
        return Err(vm.raise(Exc::TypeError, "getnameinfo(): illegal sockaddr argument"));
    };
    let number = |vm: &mut Vm, i: usize| if i < n { vm.index_i64(parts.get(vm).at(i)) } else { Ok(0) };
    let (port, flow) = (number(vm, 1)?, number(vm, 2)?);
    number(vm, 3)?;
    if !(0..=0xfffff).contains(&flow) {
        return Err(vm.raise(Exc::OverflowError, "getnameinfo(): flowinfo must be 0-1048575."));
    }
    vm.audit("socket.getnameinfo", &[address])?;
    let name = vm.encode_name(text)?;
    let service = Some(port.to_string().into_bytes());
    let query = AddressQuery {
        host: Some(name),
        service,
        kind: libc::SOCK_DGRAM,
        flags: libc::AI_NUMERICHOST,
        ..AddressQuery::default()
    };
    let answers = match ask(vm, |host| host.resolve(&query))? {
        Ok(answers) => answers,
        Err(code) => return Err(raise_resolver_error(vm, code)),
    };
    let [answer] = &answers[..] else {
        return Err(vm.raise(Exc::OSError, "sockaddr resolved to multiple addresses"));
    };
    if answer.family == libc::AF_INET && n != 2 {
        return Err(vm.raise(Exc::OSError, "IPv4 sockaddr must be 2 tuple"));
    }
    let bytes = address_bytes(vm, answer.family, 0, address, "getnameinfo")?;
    match ask(vm, |host| host.name_of_address(&bytes, flags))? {
        Ok((host, service)) => {
            let (host, service) = (vm.decode_name(&host)?, vm.decode_name(&service)?);
            Ok(Tuple::from_values(vm, &[host, service])?.value())
        }
        Err(code) => Err(raise_resolver_error(vm, code)),
    }
}

/// `gethostbyname`.
pub fn gethostbyname(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    arity(vm, args, "gethostbyname", 1, 1)?;
    let name = host_bytes(vm, args.get(0))?;
    vm.audit("socket.gethostbyname", &[args.get(0)])?;
    let address = resolve_host(vm, libc::AF_INET, &name)?.address;
    vm.new_str(&ipv4_text(address.get(4..8).unwrap_or(&[])))
}

fn host_entry(vm: &mut Vm, entry: &HostEntry) -> Result<Value, Raised> {
    let name = vm.decode_name(&entry.name)?;
    let aliases = List::new(vm)?;
    for alias in &entry.aliases {
        let alias = vm.decode_name(alias)?;
        List::push(aliases, vm, alias)?;
    }
    let addresses = List::new(vm)?;
    for address in &entry.addresses {
        let text = if entry.family == libc::AF_INET { ipv4_text(address) } else { ipv6_text(address) };
        let text = vm.new_str(&text)?;
        List::push(addresses, vm, text)?;
    }
    Ok(Tuple::from_values(vm, &[name, aliases.value(), addresses.value()])?.value())
}

/// `gethostbyname_ex`.
pub fn gethostbyname_ex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    arity(vm, args, "gethostbyname_ex", 1, 1)?;
    let name = host_bytes(vm, args.get(0))?;
    vm.audit("socket.gethostbyname", &[args.get(0)])?;
    resolve_host(vm, libc::AF_INET, &name)?;
    match ask(vm, |host| host.host_by_name(&name))? {
        Ok(entry) => host_entry(vm, &entry),
        Err(code) => Err(raise_host_error(vm, code)),
    }
}

/// `gethostbyaddr`.
pub fn gethostbyaddr(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    arity(vm, args, "gethostbyaddr", 1, 1)?;
    let name = host_bytes(vm, args.get(0))?;
    vm.audit("socket.gethostbyaddr", &[args.get(0)])?;
    let found = resolve_host(vm, libc::AF_UNSPEC, &name)?;
    let packed = if found.family == libc::AF_INET { found.address.get(4..8) } else { found.address.get(8..24) };
    let Some(packed) = packed else {
        return Err(vm.raise(Exc::OSError, "unsupported address family"));
    };
    match ask(vm, |host| host.host_by_address(found.family, packed))? {
        Ok(entry) => host_entry(vm, &entry),
        Err(code) => Err(raise_host_error(vm, code)),
    }
}

/// `getservbyname`.
pub fn getservbyname(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    arity(vm, args, "getservbyname", 1, 2)?;
    let name = text_argument(vm, args.get(0), "getservbyname", " 1")?;
    let protocol = match args.opt(1) {
        Some(protocol) => Some(text_argument(vm, protocol, "getservbyname", " 2")?),
        None => None,
    };
    let shown = args.opt(1).unwrap_or(Value::NONE);
    vm.audit("socket.getservbyname", &[args.get(0), shown])?;
    match vm.ask_host(|host| host.service_by_name(&name, protocol.as_deref()))? {
        Some(port) => Ok(Value::int(usize::from(port))),
        None => Err(vm.raise(Exc::OSError, "service/proto not found")),
    }
}

/// `getservbyport`.
pub fn getservbyport(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    arity(vm, args, "getservbyport", 1, 2)?;
    let port = vm.parsed_i32(args.get(0))?;
    let protocol = match args.opt(1) {
        Some(protocol) => Some(text_argument(vm, protocol, "getservbyport", " 2")?),
        None => None,
    };
    let Ok(port) = u16::try_from(port) else {
        return Err(vm.raise(Exc::OverflowError, "getservbyport: port must be 0-65535."));
    };
    let shown = args.opt(1).unwrap_or(Value::NONE);
    vm.audit("socket.getservbyport", &[Value::int(usize::from(port)), shown])?;
    match vm.ask_host(|host| host.service_by_port(port, protocol.as_deref()))? {
        Some(name) => vm.decode_name(&name),
        None => Err(vm.raise(Exc::OSError, "port/proto not found")),
    }
}

/// `getprotobyname`.
pub fn getprotobyname(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    arity(vm, args, "getprotobyname", 1, 1)?;
    let name = text_argument(vm, args.get(0), "getprotobyname", " 1")?;
    match vm.ask_host(|host| host.protocol_by_name(&name))? {
        Some(number) => Ok(Value::int32(number)),
        None => Err(vm.raise(Exc::OSError, "protocol not found")),
    }
}

/// `gethostname`.
pub fn gethostname(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.audit("socket.gethostname", &[])?;
    let name = vm.ask_host(|host| host.host_name())?;
    vm.decode_name(&name)
}

/// `sethostname`.
pub fn sethostname(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    arity(vm, args, "sethostname", 1, 1)?;
    let name = vm.path_bytes(args.get(0))?;
    vm.audit("socket.sethostname", &[args.get(0)])?;
    vm.ask_host(|host| host.set_host_name(&name))?;
    Ok(Value::NONE)
}

/// `if_nameindex`.
pub fn if_nameindex(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let interfaces = vm.ask_host(|host| host.interfaces())?;
    let list = List::new(vm)?;
    for (index, name) in interfaces {
        let name = vm.decode_name(&name)?;
        let item = Tuple::from_values(vm, &[Value::int(index as usize), name])?;
        List::push(list, vm, item.value())?;
    }
    Ok(list.value())
}

/// `if_nametoindex`.
pub fn if_nametoindex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = vm.path_bytes(args.get(0))?;
    let index = vm.ask_host(|host| host.interface_index(&name))?;
    Ok(Value::int(index as usize))
}

/// `if_indextoname`.
pub fn if_indextoname(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let index = vm.index(args.get(0))?;
    let index = match vm.as_i64(index) {
        Some(index) if index < 0 => return Err(vm.raise(Exc::ValueError, "Cannot convert negative int")),
        Some(index) => u32::try_from(index).ok(),
        None => None,
    };
    let Some(index) = index else {
        return Err(vm.raise(Exc::OverflowError, "Python int too large for C unsigned int"));
    };
    match vm.host().interface_name(index) {
        Ok(name) => vm.decode_name(&name),
        Err(Errno(0)) => Err(vm.raise_os_error(Errno(libc::ENXIO), &[])),
        Err(errno) => Err(vm.raise_os_error(errno, &[])),
    }
}
