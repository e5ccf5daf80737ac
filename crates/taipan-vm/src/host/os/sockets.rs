//! Sockets of the system: addresses are `sockaddr` bytes as it has them.

use std::ptr;

use super::{check, last_errno};
use crate::host::{AncillaryItem, Errno, HostResult, MessageReceived};

/// The largest address of any family.
const ADDRESS_ROOM: usize = size_of::<libc::sockaddr_storage>();

/// Room for an address that the system writes; aligned for every family.
pub(super) struct AddressBuffer {
    storage: libc::sockaddr_storage,
    pub(super) len: libc::socklen_t,
}

impl AddressBuffer {
    pub(super) fn new() -> AddressBuffer {
        // SAFETY: all-zero is a valid address of no family.
        AddressBuffer { storage: unsafe { std::mem::zeroed() }, len: ADDRESS_ROOM as libc::socklen_t }
    }

    pub(super) fn pointer(&mut self) -> *mut libc::sockaddr {
        (&raw mut self.storage).cast()
    }

    fn bytes(&self) -> Vec<u8> {
        let len = (self.len as usize).min(ADDRESS_ROOM);
        // SAFETY: plain bytes of a struct that was zeroed, within its size.
        unsafe { std::slice::from_raw_parts((&raw const self.storage).cast::<u8>(), len) }.to_vec()
    }

    /// A copy of address bytes with the alignment the system may expect.
    pub(super) fn of(address: &[u8]) -> HostResult<AddressBuffer> {
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
