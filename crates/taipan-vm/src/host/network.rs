//! What network operations of a host take and give: addresses, names, messages with ancillary data.
//!
//! Socket addresses are `sockaddr` bytes in the system's layout; the library turns them into Python values.

use crate::host::HostResult;

/// The result of name resolution: the resolver's own error code, apart from those of the system.
pub type Resolved<T> = Result<T, i32>;

/// A question for `Host::resolve`.
#[derive(Clone, Debug, Default)]
pub struct AddressQuery {
    pub host: Option<Vec<u8>>,
    pub service: Option<Vec<u8>>,
    pub family: i32,
    pub kind: i32,
    pub protocol: i32,
    pub flags: i32,
}

/// One answer of `Host::resolve`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AddressInfo {
    pub family: i32,
    pub kind: i32,
    pub protocol: i32,
    pub canonical_name: Option<Vec<u8>>,
    pub address: Vec<u8>,
}

/// `struct hostent`: a host with its other names and its packed addresses.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HostEntry {
    pub name: Vec<u8>,
    pub aliases: Vec<Vec<u8>>,
    pub family: i32,
    pub addresses: Vec<Vec<u8>>,
}

/// One item of ancillary data: level, type, data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AncillaryItem {
    pub level: i32,
    pub kind: i32,
    pub data: Vec<u8>,
}

/// What `Host::receive_message` gives.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MessageReceived {
    pub size: usize,
    pub ancillary: Vec<AncillaryItem>,
    pub flags: i32,
    pub address: Vec<u8>,
}

/// An answer without an error of the system.
pub(crate) fn resolved<T>(answer: T) -> HostResult<Resolved<T>> {
    Ok(Ok(answer))
}
