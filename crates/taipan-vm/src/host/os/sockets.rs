//! Sockets and the resolver of the system.

use std::ffi::{CStr, c_char, c_int};
use std::ptr;

use super::{c_string, check, last_errno};
use crate::host::network::resolved;
use crate::host::{AddressInfo, AddressQuery, AncillaryItem, Errno, HostEntry, HostResult, MessageReceived, Resolved};

/// The largest address of any family.
const ADDRESS_ROOM: usize = size_of::<libc::sockaddr_storage>();

/// Room for an address that the system writes; aligned for every family.
struct AddressBuffer {
    storage: libc::sockaddr_storage,
    len: libc::socklen_t,
}

impl AddressBuffer {
    fn new() -> AddressBuffer {
        // SAFETY: all-zero is a valid address of no family.
        AddressBuffer { storage: unsafe { std::mem::zeroed() }, len: ADDRESS_ROOM as libc::socklen_t }
    }

    fn pointer(&mut self) -> *mut libc::sockaddr {
        (&raw mut self.storage).cast()
    }

    fn bytes(&self) -> Vec<u8> {
        let len = (self.len as usize).min(ADDRESS_ROOM);
        // SAFETY: plain bytes of a struct that was zeroed, within its size.
        unsafe { std::slice::from_raw_parts((&raw const self.storage).cast::<u8>(), len) }.to_vec()
    }

    /// A copy of address bytes with the alignment the system may expect.
    fn of(address: &[u8]) -> HostResult<AddressBuffer> {
        if address.len() > ADDRESS_ROOM {
            return Err(Errno(libc::EINVAL));
        }
        let mut buffer = AddressBuffer::new();
        // SAFETY: room for `ADDRESS_ROOM` bytes.
        unsafe { ptr::copy_nonoverlapping(address.as_ptr(), buffer.pointer().cast::<u8>(), address.len()) };
        buffer.len = address.len() as libc::socklen_t;
        Ok(buffer)
    }
}

fn count(n: isize) -> HostResult<usize> {
    usize::try_from(n).map_err(|_| last_errno())
}

pub fn socket(family: i32, kind: i32, protocol: i32) -> HostResult<i32> {
    // SAFETY: numbers only.
    check(unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol) })
}

pub fn socket_pair(family: i32, kind: i32, protocol: i32) -> HostResult<(i32, i32)> {
    let mut ends = [0; 2];
    // SAFETY: room for two descriptors.
    check(unsafe { libc::socketpair(family, kind | libc::SOCK_CLOEXEC, protocol, ends.as_mut_ptr()) })?;
    Ok((ends[0], ends[1]))
}

pub fn bind(fd: i32, address: &[u8]) -> HostResult<()> {
    let mut address = AddressBuffer::of(address)?;
    // SAFETY: an address of the given length.
    check(unsafe { libc::bind(fd, address.pointer(), address.len) }).map(drop)
}

pub fn connect(fd: i32, address: &[u8]) -> HostResult<()> {
    let mut address = AddressBuffer::of(address)?;
    // SAFETY: an address of the given length.
    check(unsafe { libc::connect(fd, address.pointer(), address.len) }).map(drop)
}

pub fn listen(fd: i32, backlog: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::listen(fd, backlog) }).map(drop)
}

pub fn accept(fd: i32) -> HostResult<(i32, Vec<u8>)> {
    let mut address = AddressBuffer::new();
    let pointer = address.pointer();
    // SAFETY: room for an address and its length.
    let connection = check(unsafe { libc::accept4(fd, pointer, &mut address.len, libc::SOCK_CLOEXEC) })?;
    Ok((connection, address.bytes()))
}

pub fn shutdown(fd: i32, how: i32) -> HostResult<()> {
    // SAFETY: numbers only.
    check(unsafe { libc::shutdown(fd, how) }).map(drop)
}

pub fn receive(fd: i32, into: &mut [u8], flags: i32) -> HostResult<usize> {
    // SAFETY: the buffer is writable for its length.
    count(unsafe { libc::recv(fd, into.as_mut_ptr().cast(), into.len(), flags) })
}

pub fn receive_from(fd: i32, into: &mut [u8], flags: i32) -> HostResult<(usize, Vec<u8>)> {
    let mut address = AddressBuffer::new();
    let pointer = address.pointer();
    // SAFETY: the buffer is writable for its length, and there is room for an address and its length.
    let n =
        count(unsafe { libc::recvfrom(fd, into.as_mut_ptr().cast(), into.len(), flags, pointer, &mut address.len) })?;
    Ok((n, address.bytes()))
}

/// Bytes of a `cmsghdr`, and the alignment of items.
const ITEM_HEAD: usize = size_of::<libc::cmsghdr>();
const ITEM_ALIGN: usize = size_of::<usize>();

/// The items of a control buffer; an item that was cut off gives the bytes that are there.
fn ancillary_items(control: &[u8]) -> Vec<AncillaryItem> {
    let mut items = Vec::new();
    let mut rest = control;
    while let Some((head, _)) = rest.split_at_checked(ITEM_HEAD) {
        let word = |at: usize| -> [u8; 4] { std::array::from_fn(|i| head[at + i]) };
        let len = usize::from_ne_bytes(std::array::from_fn(|i| head[i]));
        if len < ITEM_HEAD {
            break;
        }
        let level = i32::from_ne_bytes(word(size_of::<usize>()));
        let kind = i32::from_ne_bytes(word(size_of::<usize>() + 4));
        items.push(AncillaryItem { level, kind, data: rest[ITEM_HEAD..len.min(rest.len())].to_vec() });
        match rest.get(len.checked_next_multiple_of(ITEM_ALIGN).unwrap_or(usize::MAX)..) {
            Some(next) => rest = next,
            None => break,
        }
    }
    items
}

pub fn receive_message(fd: i32, into: &mut [u8], ancillary: usize, flags: i32) -> HostResult<MessageReceived> {
    let mut address = AddressBuffer::new();
    // Words, so that the items are aligned.
    let mut control = vec![0u64; ancillary.div_ceil(8)];
    let mut part = libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: into.len() };
    // SAFETY: all-zero is a valid empty message.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_name = address.pointer().cast();
    message.msg_namelen = address.len;
    message.msg_iov = &raw mut part;
    message.msg_iovlen = 1;
    if ancillary > 0 {
        message.msg_control = control.as_mut_ptr().cast();
        message.msg_controllen = ancillary as _;
    }
    // SAFETY: every buffer named by the message is writable for its length.
    let size = count(unsafe { libc::recvmsg(fd, &mut message, flags) })?;
    address.len = message.msg_namelen;
    let used = (message.msg_controllen as usize).min(ancillary);
    // SAFETY: the words are plain bytes.
    let bytes = unsafe { std::slice::from_raw_parts(control.as_ptr().cast::<u8>(), used) };
    Ok(MessageReceived { size, ancillary: ancillary_items(bytes), flags: message.msg_flags, address: address.bytes() })
}

pub fn send(fd: i32, bytes: &[u8], flags: i32) -> HostResult<usize> {
    // SAFETY: the buffer is readable for its length.
    count(unsafe { libc::send(fd, bytes.as_ptr().cast(), bytes.len(), flags | libc::MSG_NOSIGNAL) })
}

pub fn send_to(fd: i32, bytes: &[u8], flags: i32, address: &[u8]) -> HostResult<usize> {
    let mut address = AddressBuffer::of(address)?;
    // SAFETY: the buffer is readable for its length; an address of the given length.
    count(unsafe {
        libc::sendto(fd, bytes.as_ptr().cast(), bytes.len(), flags | libc::MSG_NOSIGNAL, address.pointer(), address.len)
    })
}

pub fn send_message(
    fd: i32,
    bytes: &[u8],
    ancillary: &[AncillaryItem],
    flags: i32,
    address: &[u8],
) -> HostResult<usize> {
    let mut target = AddressBuffer::of(address)?;
    let mut control: Vec<u8> = Vec::new();
    for item in ancillary {
        control.extend_from_slice(&(ITEM_HEAD + item.data.len()).to_ne_bytes());
        control.extend_from_slice(&item.level.to_ne_bytes());
        control.extend_from_slice(&item.kind.to_ne_bytes());
        control.extend_from_slice(&item.data);
        control.resize(control.len().next_multiple_of(ITEM_ALIGN), 0);
    }
    let mut aligned = vec![0u64; control.len().div_ceil(8)];
    // SAFETY: as many words as the bytes need.
    unsafe { ptr::copy_nonoverlapping(control.as_ptr(), aligned.as_mut_ptr().cast::<u8>(), control.len()) };
    let mut part = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
    // SAFETY: all-zero is a valid empty message.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    if !address.is_empty() {
        message.msg_name = target.pointer().cast();
        message.msg_namelen = target.len;
    }
    message.msg_iov = &raw mut part;
    message.msg_iovlen = 1;
    if !control.is_empty() {
        message.msg_control = aligned.as_mut_ptr().cast();
        message.msg_controllen = control.len() as _;
    }
    // SAFETY: every buffer named by the message is readable for its length.
    count(unsafe { libc::sendmsg(fd, &message, flags | libc::MSG_NOSIGNAL) })
}

pub fn socket_option(fd: i32, level: i32, option: i32, size: usize) -> HostResult<Vec<u8>> {
    let mut value = vec![0u8; size];
    let mut len = size as libc::socklen_t;
    // SAFETY: the buffer is writable for its length.
    check(unsafe { libc::getsockopt(fd, level, option, value.as_mut_ptr().cast(), &mut len) })?;
    value.truncate(len as usize);
    Ok(value)
}

pub fn set_socket_option(fd: i32, level: i32, option: i32, value: Result<&[u8], u32>) -> HostResult<()> {
    let (pointer, len) = match value {
        Ok(bytes) => (bytes.as_ptr().cast(), bytes.len() as libc::socklen_t),
        Err(len) => (ptr::null(), len),
    };
    // SAFETY: the buffer is readable for its length; a null pointer is what the caller asked the system to take.
    check(unsafe { libc::setsockopt(fd, level, option, pointer, len) }).map(drop)
}

pub fn socket_name(fd: i32) -> HostResult<Vec<u8>> {
    let mut address = AddressBuffer::new();
    let pointer = address.pointer();
    // SAFETY: room for an address and its length.
    check(unsafe { libc::getsockname(fd, pointer, &mut address.len) })?;
    Ok(address.bytes())
}

pub fn peer_name(fd: i32) -> HostResult<Vec<u8>> {
    let mut address = AddressBuffer::new();
    let pointer = address.pointer();
    // SAFETY: room for an address and its length.
    check(unsafe { libc::getpeername(fd, pointer, &mut address.len) })?;
    Ok(address.bytes())
}

// ---- names ----

/// The bytes of a C string; empty for a null pointer.
///
/// # Safety
/// `text` is null or points at a null-terminated string.
unsafe fn bytes_at(text: *const c_char) -> Vec<u8> {
    if text.is_null() {
        return Vec::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_bytes().to_vec()
}

/// The error of a resolver function: the system's own, or the resolver's.
fn resolver_error<T>(code: i32) -> HostResult<Resolved<T>> {
    if code == libc::EAI_SYSTEM { Err(last_errno()) } else { Ok(Err(code)) }
}

pub fn resolve(query: &AddressQuery) -> HostResult<Resolved<Vec<AddressInfo>>> {
    let host = query.host.as_deref().map(c_string).transpose()?;
    let service = query.service.as_deref().map(c_string).transpose()?;
    // SAFETY: all-zero hints ask for everything.
    let mut hints: libc::addrinfo = unsafe { std::mem::zeroed() };
    hints.ai_family = query.family;
    hints.ai_socktype = query.kind;
    hints.ai_protocol = query.protocol;
    hints.ai_flags = query.flags;
    let pointer = |text: &Option<std::ffi::CString>| text.as_ref().map_or(ptr::null(), |text| text.as_ptr());
    let mut first = ptr::null_mut();
    // SAFETY: strings that live during the call, and room for the head of the list.
    let code = unsafe { libc::getaddrinfo(pointer(&host), pointer(&service), &hints, &mut first) };
    if code != 0 {
        return resolver_error(code);
    }
    let mut answers = Vec::new();
    let mut at = first;
    // SAFETY: the list is valid until it is freed below.
    unsafe {
        while let Some(info) = at.as_ref() {
            answers.push(AddressInfo {
                family: info.ai_family,
                kind: info.ai_socktype,
                protocol: info.ai_protocol,
                canonical_name: if info.ai_canonname.is_null() { None } else { Some(bytes_at(info.ai_canonname)) },
                address: if info.ai_addr.is_null() {
                    Vec::new()
                } else {
                    std::slice::from_raw_parts(info.ai_addr.cast::<u8>(), info.ai_addrlen as usize).to_vec()
                },
            });
            at = info.ai_next;
        }
        libc::freeaddrinfo(first);
    }
    resolved(answers)
}

pub fn name_of_address(address: &[u8], flags: i32) -> HostResult<Resolved<(Vec<u8>, Vec<u8>)>> {
    let mut address = AddressBuffer::of(address)?;
    let (mut host, mut service) = ([0u8; 1025], [0u8; 32]);
    // SAFETY: an address of the given length and two writable buffers.
    let code = unsafe {
        libc::getnameinfo(
            address.pointer(),
            address.len,
            host.as_mut_ptr().cast(),
            host.len() as libc::socklen_t,
            service.as_mut_ptr().cast(),
            service.len() as libc::socklen_t,
            flags,
        )
    };
    if code != 0 {
        return resolver_error(code);
    }
    let text = |buffer: &[u8]| buffer.split(|byte| *byte == 0).next().unwrap_or(&[]).to_vec();
    resolved((text(&host), text(&service)))
}

unsafe extern "C" {
    fn gethostbyname_r(
        name: *const c_char,
        result: *mut libc::hostent,
        buffer: *mut c_char,
        size: libc::size_t,
        found: *mut *mut libc::hostent,
        error: *mut c_int,
    ) -> c_int;
    fn gethostbyaddr_r(
        address: *const libc::c_void,
        len: libc::socklen_t,
        family: c_int,
        result: *mut libc::hostent,
        buffer: *mut c_char,
        size: libc::size_t,
        found: *mut *mut libc::hostent,
        error: *mut c_int,
    ) -> c_int;
    fn getservbyname_r(
        name: *const c_char,
        protocol: *const c_char,
        result: *mut libc::servent,
        buffer: *mut c_char,
        size: libc::size_t,
        found: *mut *mut libc::servent,
    ) -> c_int;
    fn getservbyport_r(
        port: c_int,
        protocol: *const c_char,
        result: *mut libc::servent,
        buffer: *mut c_char,
        size: libc::size_t,
        found: *mut *mut libc::servent,
    ) -> c_int;
    fn getprotobyname_r(
        name: *const c_char,
        result: *mut libc::protoent,
        buffer: *mut c_char,
        size: libc::size_t,
        found: *mut *mut libc::protoent,
    ) -> c_int;
    fn hstrerror(error: c_int) -> *const c_char;
    fn inet_aton(text: *const c_char, address: *mut libc::in_addr) -> c_int;
}

/// Room for the strings of one answer of the name databases.
const NAME_ROOM: usize = 32 << 10;
/// `HOST_NOT_FOUND`.
const HOST_NOT_FOUND: i32 = 1;

/// The strings of a null-terminated array of pointers.
///
/// # Safety
/// `list` is null or such an array; `read` accepts its entries.
unsafe fn list_at(mut list: *mut *mut c_char, read: impl Fn(*const c_char) -> Vec<u8>) -> Vec<Vec<u8>> {
    let mut items = Vec::new();
    // SAFETY: the array ends with a null pointer.
    unsafe {
        while !list.is_null() && !(*list).is_null() {
            items.push(read(*list));
            list = list.add(1);
        }
    }
    items
}

fn host_entry(found: *mut libc::hostent, error: i32) -> HostResult<Resolved<HostEntry>> {
    // SAFETY: null or an answer whose strings lie in the caller's buffer.
    let Some(entry) = (unsafe { found.as_ref() }) else {
        return Ok(Err(if error == 0 { HOST_NOT_FOUND } else { error }));
    };
    let size = usize::try_from(entry.h_length).unwrap_or(0);
    // SAFETY: as above; addresses are `h_length` bytes long.
    unsafe {
        resolved(HostEntry {
            name: bytes_at(entry.h_name),
            aliases: list_at(entry.h_aliases, |text| bytes_at(text)),
            family: entry.h_addrtype,
            addresses: list_at(entry.h_addr_list, |address| {
                std::slice::from_raw_parts(address.cast::<u8>(), size).to_vec()
            }),
        })
    }
}

pub fn host_by_name(name: &[u8]) -> HostResult<Resolved<HostEntry>> {
    let name = c_string(name)?;
    let mut buffer = vec![0u8; NAME_ROOM];
    // SAFETY: all-zero is a valid entry.
    let mut entry: libc::hostent = unsafe { std::mem::zeroed() };
    let (mut found, mut error) = (ptr::null_mut(), 0);
    // SAFETY: a string, room for an entry and its strings.
    unsafe {
        gethostbyname_r(name.as_ptr(), &mut entry, buffer.as_mut_ptr().cast(), buffer.len(), &mut found, &mut error)
    };
    host_entry(found, error)
}

pub fn host_by_address(family: i32, packed: &[u8]) -> HostResult<Resolved<HostEntry>> {
    let mut buffer = vec![0u8; NAME_ROOM];
    // SAFETY: all-zero is a valid entry.
    let mut entry: libc::hostent = unsafe { std::mem::zeroed() };
    let (mut found, mut error) = (ptr::null_mut(), 0);
    // SAFETY: an address of the given length, room for an entry and its strings.
    unsafe {
        gethostbyaddr_r(
            packed.as_ptr().cast(),
            packed.len() as libc::socklen_t,
            family,
            &mut entry,
            buffer.as_mut_ptr().cast(),
            buffer.len(),
            &mut found,
            &mut error,
        )
    };
    host_entry(found, error)
}

pub fn resolve_error_text(code: i32) -> HostResult<String> {
    // SAFETY: the C library gives a constant string for every number.
    Ok(String::from_utf8_lossy(&unsafe { bytes_at(libc::gai_strerror(code)) }).into_owned())
}

pub fn host_error_text(code: i32) -> HostResult<String> {
    // SAFETY: the C library gives a constant string for every number.
    Ok(String::from_utf8_lossy(&unsafe { bytes_at(hstrerror(code)) }).into_owned())
}

pub fn service_by_name(name: &[u8], protocol: Option<&[u8]>) -> HostResult<Option<u16>> {
    let (name, protocol) = (c_string(name)?, protocol.map(c_string).transpose()?);
    let mut buffer = vec![0u8; NAME_ROOM];
    let mut found = ptr::null_mut();
    // SAFETY: strings that live during the call, room for an entry and its strings.
    unsafe {
        let mut entry: libc::servent = std::mem::zeroed();
        let protocol = protocol.as_ref().map_or(ptr::null(), |text| text.as_ptr());
        let (room, size) = (buffer.as_mut_ptr().cast(), buffer.len());
        getservbyname_r(name.as_ptr(), protocol, &mut entry, room, size, &mut found);
        Ok(found.as_ref().map(|entry| u16::from_be(entry.s_port as u16)))
    }
}

pub fn service_by_port(port: u16, protocol: Option<&[u8]>) -> HostResult<Option<Vec<u8>>> {
    let protocol = protocol.map(c_string).transpose()?;
    let mut buffer = vec![0u8; NAME_ROOM];
    let mut found = ptr::null_mut();
    // SAFETY: a string that lives during the call, room for an entry and its strings.
    unsafe {
        let mut entry: libc::servent = std::mem::zeroed();
        let protocol = protocol.as_ref().map_or(ptr::null(), |text| text.as_ptr());
        let (room, size) = (buffer.as_mut_ptr().cast(), buffer.len());
        getservbyport_r(i32::from(port.to_be()), protocol, &mut entry, room, size, &mut found);
        Ok(found.as_ref().map(|entry| bytes_at(entry.s_name)))
    }
}

pub fn protocol_by_name(name: &[u8]) -> HostResult<Option<i32>> {
    let name = c_string(name)?;
    let mut buffer = vec![0u8; NAME_ROOM];
    let mut found = ptr::null_mut();
    // SAFETY: a string that lives during the call, room for an entry and its strings.
    unsafe {
        let mut entry: libc::protoent = std::mem::zeroed();
        let (room, size) = (buffer.as_mut_ptr().cast(), buffer.len());
        getprotobyname_r(name.as_ptr(), &mut entry, room, size, &mut found);
        Ok(found.as_ref().map(|entry| entry.p_proto))
    }
}

pub fn host_name() -> HostResult<Vec<u8>> {
    let mut name = [0u8; 1025];
    // SAFETY: the buffer is writable for its length but the last byte, which stays 0.
    check(unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) })?;
    Ok(name.split(|byte| *byte == 0).next().unwrap_or(&[]).to_vec())
}

pub fn set_host_name(name: &[u8]) -> HostResult<()> {
    // SAFETY: the buffer is readable for its length.
    check(unsafe { libc::sethostname(name.as_ptr().cast(), name.len()) }).map(drop)
}

pub fn interface_index(name: &[u8]) -> HostResult<u32> {
    let name = c_string(name)?;
    // SAFETY: a null-terminated string.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(last_errno()),
        index => Ok(index),
    }
}

pub fn interface_name(index: u32) -> HostResult<Vec<u8>> {
    let mut name = [0u8; libc::IF_NAMESIZE + 1];
    // SAFETY: room for the longest name.
    if unsafe { libc::if_indextoname(index, name.as_mut_ptr().cast()) }.is_null() {
        return Err(last_errno());
    }
    Ok(name.split(|byte| *byte == 0).next().unwrap_or(&[]).to_vec())
}

pub fn interfaces() -> HostResult<Vec<(u32, Vec<u8>)>> {
    let mut all = Vec::new();
    // SAFETY: the array ends with index 0 and is valid until it is freed.
    unsafe {
        let first = libc::if_nameindex();
        if first.is_null() {
            return Err(last_errno());
        }
        let mut at = first;
        while (*at).if_index != 0 && !(*at).if_name.is_null() {
            all.push(((*at).if_index, bytes_at((*at).if_name)));
            at = at.add(1);
        }
        libc::if_freenameindex(first);
    }
    Ok(all)
}

pub fn parse_old_ipv4(text: &[u8]) -> HostResult<[u8; 4]> {
    let text = c_string(text)?;
    let mut address = libc::in_addr { s_addr: 0 };
    // SAFETY: a null-terminated string and room for an address.
    match unsafe { inet_aton(text.as_ptr(), &mut address) } {
        0 => Err(Errno(libc::EINVAL)),
        _ => Ok(address.s_addr.to_ne_bytes()),
    }
}
