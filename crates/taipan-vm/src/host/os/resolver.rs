//! Names and numbers of the network: hosts, services, protocols, interfaces, as the system's resolver knows them.
//!
//! What each operation takes and gives is said where `Host` lists it. Lists and strings that the system gives are copied at
//! once and, where they are the caller's, freed.

use std::ffi::{CStr, c_char, c_int};
use std::ptr;

use super::sockets::AddressBuffer;
use super::{c_string, check, last_errno};
use crate::host::network::resolved;
use crate::host::{AddressInfo, AddressQuery, Errno, HostEntry, HostResult, Resolved};

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
