//! Socket addresses: Python values to `sockaddr` bytes of Linux and back.

use taipan_vm::host::{AddressInfo, AddressQuery};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::bytearray::ByteArray;
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::names::raise_resolver_error;

/// Bytes of a path in `sockaddr_un`.
const UNIX_PATH: usize = 108;

/// The first bytes of every address.
fn head(family: i32) -> Vec<u8> {
    (family as u16).to_ne_bytes().to_vec()
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(std::array::from_fn(|i| bytes.get(at + i).copied().unwrap_or(0)))
}

fn native_u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(std::array::from_fn(|i| bytes.get(at + i).copied().unwrap_or(0)))
}

/// The family of address bytes; `AF_UNSPEC` when there are none.
pub fn family_of(address: &[u8]) -> i32 {
    match address {
        [first, second, ..] => i32::from(u16::from_ne_bytes([*first, *second])),
        _ => libc::AF_UNSPEC,
    }
}

/// `inet_ntop` of an IPv4 address.
pub fn ipv4_text(packed: &[u8]) -> String {
    packed.iter().take(4).map(u8::to_string).collect::<Vec<_>>().join(".")
}

/// `inet_ntop` of an IPv6 address: the longest run of zero groups is left out, embedded IPv4 addresses are shown.
pub fn ipv6_text(packed: &[u8]) -> String {
    let groups: [u16; 8] = std::array::from_fn(|i| u16_at(packed, 2 * i));
    let (mut best, mut best_len) = (0, 0);
    let mut at = 0;
    while at < 8 {
        let len = groups[at..].iter().take_while(|group| **group == 0).count();
        if len > best_len {
            (best, best_len) = (at, len);
        }
        at += len.max(1);
    }
    if best_len < 2 {
        best_len = 0;
    }
    let embedded = best == 0 && (best_len == 6 || (best_len == 5 && groups[5] == 0xffff));
    let end = if embedded { 6 } else { 8 };
    let mut text = String::new();
    let mut at = 0;
    while at < end {
        if best_len > 0 && at == best {
            text.push_str("::");
            at += best_len;
            continue;
        }
        if !text.is_empty() && !text.ends_with(':') {
            text.push(':');
        }
        text.push_str(&format!("{:x}", groups[at]));
        at += 1;
    }
    if embedded {
        if !text.ends_with(':') {
            text.push(':');
        }
        text.push_str(&ipv4_text(&packed[12..]));
    }
    text
}

/// `inet_pton`; `None` for what is no such address.
pub fn parse_numeric(family: i32, text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    match family {
        libc::AF_INET => Some(text.parse::<core::net::Ipv4Addr>().ok()?.octets().to_vec()),
        _ => Some(text.parse::<core::net::Ipv6Addr>().ok()?.octets().to_vec()),
    }
}

/// Whether the `idna` codec would only copy the name.
fn is_plain_name(text: &str) -> bool {
    text.is_empty() || text.strip_suffix('.').unwrap_or(text).split('.').all(|label| (1..64).contains(&label.len()))
}

/// The bytes of a host name: str by way of IDNA, bytes as they are.
pub fn host_bytes(vm: &mut Vm, host: Value) -> Result<Vec<u8>, Raised> {
    let bytes = if let Some(text) = host.downcast::<Str>(vm) {
        match text.get(vm).as_ascii() {
            Some(ascii) => ascii.as_bytes().to_vec(),
            None => {
                let encoded = idna(vm, host);
                match encoded {
                    Ok(bytes) => bytes,
                    Err(raised) => {
                        let _ = vm.take_raised(raised);
                        return Err(vm.raise(Exc::TypeError, "encoding of hostname failed"));
                    }
                }
            }
        }
    } else if host.downcast::<Bytes>(vm).is_some() || host.downcast::<ByteArray>(vm).is_some() {
        vm.bytes_of(host)?
    } else {
        let got = vm.type_name(host);
        return Err(vm.raise(Exc::TypeError, format!("str, bytes or bytearray expected, not {got}")));
    };
    if bytes.contains(&0) {
        return Err(vm.raise(Exc::TypeError, "host name must not contain null character"));
    }
    Ok(bytes)
}

/// `host.encode("idna")`.
pub fn idna(vm: &mut Vm, host: Value) -> Result<Vec<u8>, Raised> {
    let plain = host
        .downcast::<Str>(vm)
        .and_then(|text| text.get(vm).as_ascii().filter(|ascii| is_plain_name(ascii)).map(|s| s.as_bytes().to_vec()));
    if let Some(bytes) = plain {
        return Ok(bytes);
    }
    let codec = vm.new_str("idna")?;
    let encoded = vm.call_method(host, "encode", &[codec])?;
    vm.bytes_of(encoded)
}

/// The packed address of a host name.
pub fn resolve_host(vm: &mut Vm, family: i32, host: &[u8]) -> Result<AddressInfo, Raised> {
    let numeric = |family: i32, packed: &[u8]| {
        let mut address = head(family);
        if family == libc::AF_INET {
            address.extend_from_slice(&[0; 2]);
            address.extend_from_slice(packed);
            address.resize(16, 0);
        } else {
            address.extend_from_slice(&[0; 6]);
            address.extend_from_slice(packed);
            address.resize(28, 0);
        }
        AddressInfo { family, kind: 0, protocol: 0, canonical_name: None, address }
    };
    if host.is_empty() {
        if family == libc::AF_INET {
            return Ok(numeric(family, &[0; 4]));
        }
        if family == libc::AF_INET6 {
            return Ok(numeric(family, &[0; 16]));
        }
    }
    if host == b"255.255.255.255" || host == b"<broadcast>" {
        if family != libc::AF_INET && family != libc::AF_UNSPEC {
            return Err(vm.raise(Exc::OSError, "address family mismatched"));
        }
        return Ok(numeric(libc::AF_INET, &[255; 4]));
    }
    for known in [libc::AF_INET, libc::AF_INET6] {
        if (family == known || family == libc::AF_UNSPEC)
            && let Some(packed) = parse_numeric(known, host)
        {
            return Ok(numeric(known, &packed));
        }
    }
    let query = AddressQuery { host: Some(host.to_vec()), family, ..AddressQuery::default() };
    let system = vm.host();
    let answer = vm.detached(|| system.resolve(&query));
    match answer {
        Ok(Ok(mut answers)) if !answers.is_empty() => Ok(answers.swap_remove(0)),
        Ok(Ok(_)) => Err(raise_resolver_error(vm, libc::EAI_NONAME)),
        Ok(Err(code)) => Err(raise_resolver_error(vm, code)),
        Err(errno) => Err(vm.raise_os_error(errno, &[])),
    }
}

/// The items of an address that must be a tuple.
fn parts(vm: &mut Vm, address: Value, family: &str, caller: &str) -> Result<taipan_vm::gc::Gc<Tuple>, Raised> {
    match address.downcast::<Tuple>(vm) {
        Some(parts) => Ok(parts),
        None => {
            let got = vm.type_name(address);
            let message = format!("{caller}(): {family} address must be tuple, not {got}");
            Err(vm.raise(Exc::TypeError, message))
        }
    }
}

fn port_number(vm: &mut Vm, port: Value, caller: &str) -> Result<u16, Raised> {
    let index = vm.index(port)?;
    match vm.as_i64(index).and_then(|port| u16::try_from(port).ok()) {
        Some(port) => Ok(port),
        None => Err(vm.raise(Exc::OverflowError, format!("{caller}(): port must be 0-65535."))),
    }
}

/// An int that wraps into 32 bits, as `PyArg_ParseTuple` reads `I` and `k`.
fn masked(vm: &mut Vm, value: Value) -> Result<u32, Raised> {
    let index = vm.index(value)?;
    match vm.as_i64(index) {
        Some(number) => Ok(number as u32),
        None => Ok(u32::MAX),
    }
}

/// The `sockaddr` of an address given for a socket of a family.
pub fn address_bytes(vm: &mut Vm, family: i32, protocol: i32, value: Value, caller: &str) -> Result<Vec<u8>, Raised> {
    match family {
        libc::AF_INET => {
            let items = parts(vm, value, "AF_INET", caller)?;
            if items.get(vm).len() != 2 {
                return Err(vm.raise(Exc::TypeError, "AF_INET address must be a pair (host, port)"));
            }
            let (host, port) = (items.get(vm).at(0), items.get(vm).at(1));
            let host = host_bytes(vm, host)?;
            let port = port_number(vm, port, caller)?;
            let mut address = resolve_host(vm, family, &host)?.address;
            address[2..4].copy_from_slice(&port.to_be_bytes());
            Ok(address)
        }
        libc::AF_INET6 => {
            let items = parts(vm, value, "AF_INET6", caller)?;
            let n = items.get(vm).len();
            if !(2..=4).contains(&n) {
                let message = "AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])";
                return Err(vm.raise(Exc::TypeError, message));
            }
            let item = |vm: &Vm, i: usize| if i < n { items.get(vm).at(i) } else { Value::int(0) };
            let (host, port, flow, scope) = (item(vm, 0), item(vm, 1), item(vm, 2), item(vm, 3));
            let host = host_bytes(vm, host)?;
            let port = port_number(vm, port, caller)?;
            let (flow, scope) = (masked(vm, flow)?, masked(vm, scope)?);
            if flow > 0xfffff {
                let message = format!("{caller}(): flowinfo must be 0-1048575.");
                return Err(vm.raise(Exc::OverflowError, message));
            }
            let mut address = resolve_host(vm, family, &host)?.address;
            address.resize(28, 0);
            address[2..4].copy_from_slice(&port.to_be_bytes());
            address[4..8].copy_from_slice(&flow.to_be_bytes());
            if n == 4 || native_u32_at(&address, 24) == 0 {
                address[24..28].copy_from_slice(&scope.to_ne_bytes());
            }
            Ok(address)
        }
        libc::AF_UNIX => {
            let path = match value.downcast::<Str>(vm) {
                Some(text) => vm.encode_name(text)?,
                None => vm.bytes_of(value)?,
            };
            let mut address = head(family);
            match path.first() {
                // Abstract names are not null-terminated.
                Some(0) => {
                    if path.len() > UNIX_PATH {
                        return Err(vm.raise(Exc::OSError, "AF_UNIX path too long"));
                    }
                    address.extend_from_slice(&path);
                }
                None => {}
                Some(_) => {
                    if path.len() >= UNIX_PATH {
                        return Err(vm.raise(Exc::OSError, "AF_UNIX path too long"));
                    }
                    address.extend_from_slice(&path);
                    address.push(0);
                }
            }
            Ok(address)
        }
        libc::AF_NETLINK => {
            let items = parts(vm, value, "AF_NETLINK", caller)?;
            if items.get(vm).len() != 2 {
                return Err(vm.raise(Exc::TypeError, "AF_NETLINK address must be a pair (pid, groups)"));
            }
            let (pid, groups) = (items.get(vm).at(0), items.get(vm).at(1));
            let (pid, groups) = (masked(vm, pid)?, masked(vm, groups)?);
            let mut address = head(family);
            address.extend_from_slice(&[0; 2]);
            address.extend_from_slice(&pid.to_ne_bytes());
            address.extend_from_slice(&groups.to_ne_bytes());
            Ok(address)
        }
        libc::AF_VSOCK => {
            let items = parts(vm, value, "AF_VSOCK", caller)?;
            if items.get(vm).len() != 2 {
                let message = format!("{caller}() argument must be tuple of length 2, not {}", items.get(vm).len());
                return Err(vm.raise(Exc::TypeError, message));
            }
            let (cid, port) = (items.get(vm).at(0), items.get(vm).at(1));
            let (cid, port) = (masked(vm, cid)?, masked(vm, port)?);
            let mut address = head(family);
            address.extend_from_slice(&[0; 2]);
            address.extend_from_slice(&port.to_ne_bytes());
            address.extend_from_slice(&cid.to_ne_bytes());
            address.resize(16, 0);
            Ok(address)
        }
        libc::AF_PACKET => packet_address(vm, value, caller),
        _ => {
            let _ = protocol;
            Err(vm.raise(Exc::OSError, format!("{caller}(): bad family")))
        }
    }
}

fn packet_address(vm: &mut Vm, value: Value, caller: &str) -> Result<Vec<u8>, Raised> {
    let items = parts(vm, value, "AF_PACKET", caller)?;
    let n = items.get(vm).len();
    if !(2..=5).contains(&n) {
        let message = "AF_PACKET address must be a tuple of two to five elements";
        return Err(vm.raise(Exc::TypeError, message));
    }
    let item = |vm: &Vm, i: usize| if i < n { items.get(vm).at(i) } else { Value::int(0) };
    let (name, protocol, packet, hardware, target) =
        (item(vm, 0), item(vm, 1), item(vm, 2), item(vm, 3), if n == 5 { item(vm, 4) } else { Value::NONE });
    let name = match name.downcast::<Str>(vm) {
        Some(text) => vm.encode_name(text)?,
        None => {
            let message = "AF_PACKET address must be a tuple of two to five elements";
            return Err(vm.raise(Exc::TypeError, message));
        }
    };
    let (protocol, packet, hardware) = (vm.parsed_i32(protocol)?, vm.parsed_i32(packet)?, vm.parsed_i32(hardware)?);
    let target = if target.is_none() { Vec::new() } else { vm.bytes_of(target)? };
    if target.len() > 8 {
        return Err(vm.raise(Exc::ValueError, "hardware address must be 8 bytes or less"));
    }
    let index = vm.ask_host(|host| host.interface_index(&name))?;
    let Ok(protocol) = u16::try_from(protocol) else {
        let message = format!("{caller}(): proto must be 0-65535.");
        return Err(vm.raise(Exc::OverflowError, message));
    };
    let mut address = head(libc::AF_PACKET);
    address.extend_from_slice(&protocol.to_be_bytes());
    address.extend_from_slice(&index.to_ne_bytes());
    address.extend_from_slice(&(hardware as u16).to_ne_bytes());
    address.extend_from_slice(&[packet as u8, target.len() as u8]);
    address.extend_from_slice(&target);
    address.resize(20, 0);
    Ok(address)
}

/// The Python value of an address that the system gave.
pub fn address_value(vm: &mut Vm, address: &[u8]) -> Result<Value, Raised> {
    if address.is_empty() {
        return Ok(Value::NONE);
    }
    let items = match family_of(address) {
        libc::AF_INET if address.len() >= 8 => {
            let (host, port) = (vm.new_str(&ipv4_text(&address[4..8]))?, u16_at(address, 2));
            Tuple::from_values(vm, &[host, Value::int(usize::from(port))])?
        }
        libc::AF_INET6 if address.len() >= 24 => {
            let host = vm.new_str(&ipv6_text(&address[8..24]))?;
            let flow = u32::from_be_bytes(std::array::from_fn(|i| address[4 + i]));
            let (port, scope) = (u16_at(address, 2), native_u32_at(address, 24));
            let numbers = [Value::int(usize::from(port)), Value::int(flow as usize), Value::int(scope as usize)];
            Tuple::from_values(vm, &[host, numbers[0], numbers[1], numbers[2]])?
        }
        libc::AF_UNIX => {
            let path = &address[2..];
            return match path.first() {
                Some(0) => vm.new_bytes(path),
                _ => vm.decode_name(path.split(|byte| *byte == 0).next().unwrap_or(&[])),
            };
        }
        libc::AF_NETLINK if address.len() >= 12 => {
            let (pid, groups) = (native_u32_at(address, 4), native_u32_at(address, 8));
            Tuple::from_values(vm, &[Value::int(pid as usize), Value::int(groups as usize)])?
        }
        libc::AF_VSOCK if address.len() >= 12 => {
            let (port, cid) = (native_u32_at(address, 4), native_u32_at(address, 8));
            Tuple::from_values(vm, &[Value::int(cid as usize), Value::int(port as usize)])?
        }
        libc::AF_PACKET if address.len() >= 12 => {
            let index = native_u32_at(address, 4);
            let name = if index == 0 { Vec::new() } else { vm.host().interface_name(index).unwrap_or_default() };
            let name = vm.decode_name(&name)?;
            let hardware = u16::from_ne_bytes([address[8], address[9]]);
            let (packet, len) = (address[10], usize::from(address[11]));
            let target = vm.new_bytes(address.get(12..12 + len).unwrap_or(&[]))?;
            let protocol = Value::int(usize::from(u16_at(address, 2)));
            let (packet, hardware) = (Value::int(usize::from(packet)), Value::int(usize::from(hardware)));
            Tuple::from_values(vm, &[name, protocol, packet, hardware, target])?
        }
        family => {
            let data = vm.new_bytes(&address[2.min(address.len())..])?;
            Tuple::from_values(vm, &[Value::int32(family), data])?
        }
    };
    Ok(items.value())
}
