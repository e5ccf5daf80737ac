//! The `marshal` format, versions 0 to 5: CPython's serialisation of constants and code objects.
//!
//! [`read`] gives events to a [`Visitor`], so that any kind of value can be built; [`Writer`] writes piece by piece.
//! [`load`] and [`dump`] do both for [`Constant`]. Reading is safe for hostile bytes: nesting is bounded, recursion is
//! not used, and nothing is allocated on the word of a length alone.

mod constant_reader;
mod constant_writer;
mod reader;
mod visitor;
mod writer;

use std::fmt;

pub use constant_reader::{load, load_code, load_static_code};
pub use constant_writer::{dump, dump_code, dump_inner_code};
pub use reader::{SliceInput, read};
pub use visitor::{Atom, CodeHead, Container, Visitor};
pub use writer::{WriteError, Writer};

#[allow(unused_imports)] // named in the documentation
use crate::code::Constant;

/// The version written by default (`marshal.version`).
pub const VERSION: u32 = 5;

/// Greatest nesting of objects, written or read (`MAX_MARSHAL_STACK_DEPTH`).
pub const MAX_DEPTH: usize = 2000;

/// Bit of a type byte: the object gets the next reference number.
const FLAG_REF: u8 = 0x80;

/// Marshalled bytes that do not make an object; the message is CPython's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// `EOFError`
    Eof(&'static str),
    /// `ValueError`
    Value(&'static str),
    /// `TypeError`
    Type(&'static str),
    /// `UnicodeDecodeError`: these bytes are no UTF-8, not even with surrogates.
    Unicode(Vec<u8>),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Eof(message) | ReadError::Value(message) | ReadError::Type(message) => f.write_str(message),
            ReadError::Unicode(_) => f.write_str("'utf-8' codec can't decode bytes"),
        }
    }
}

impl std::error::Error for ReadError {}

#[cfg(test)]
mod tests;
