//! What reading gives: atoms, containers, code objects, to a visitor that makes of them what it wants.

use dashu_int::IBig;

use super::ReadError;
use crate::wtf8::Wtf8Buf;

/// A value without parts.
#[derive(Clone, Debug, PartialEq)]
pub enum Atom<'a> {
    None,
    True,
    False,
    Ellipsis,
    StopIteration,
    Int(IBig),
    Float(f64),
    Complex(f64, f64),
    Bytes(&'a [u8]),
    /// Bytes that are part of the program ([`Visitor::read_static`]).
    StaticBytes(&'static [u8]),
    /// Text, and whether it is interned.
    Str(Wtf8Buf, bool),
}

/// A value with parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    Tuple,
    FrozenSet,
    Slice,
    List,
    Dict,
    Set,
    /// A tuple that exists before its items; see [`Visitor::opens_tuple`].
    OpenTuple,
}

/// The numbers of a code object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CodeHead {
    pub argcount: i32,
    pub posonlyargcount: i32,
    pub kwonlyargcount: i32,
    pub stacksize: i32,
    pub flags: i32,
    pub firstlineno: i32,
}

/// Supplies bytes and builds values on a stack of its own.
pub trait Visitor {
    /// What goes wrong here or in reading.
    type Error: From<ReadError>;

    /// Appends exactly `count` bytes of input.
    fn read(&mut self, count: usize, into: &mut Vec<u8>) -> Result<(), Self::Error>;

    /// Reads the byte that an object begins with.
    ///
    /// # Errors
    /// As [`Visitor::read`]; an end tells that an object was expected.
    fn read_code(&mut self, into: &mut Vec<u8>) -> Result<(), Self::Error> {
        self.read(1, into)
    }

    /// At most how many bytes are left, if known; bounds what is reserved for items to come.
    fn remaining(&self) -> Option<usize> {
        None
    }

    /// The next `count` bytes, if they are part of the program; they are then read.
    fn read_static(&mut self, _count: usize) -> Option<&'static [u8]> {
        None
    }

    /// Whether a tuple of that length, to which its own items may refer, exists before them ([`Container::OpenTuple`]).
    fn opens_tuple(&self, len: usize) -> bool {
        let _ = len;
        false
    }

    /// Pushes a value.
    fn atom(&mut self, atom: Atom<'_>) -> Result<(), Self::Error>;

    /// For [`Container::List`], `Dict`, `Set` and `OpenTuple`: pushes an empty one (the tuple has its length). For the
    /// others nothing is pushed yet. `len` is at most [`Visitor::remaining`]; 0 for a dict.
    fn begin(&mut self, container: Container, len: usize) -> Result<(), Self::Error>;

    /// For a list, set or open tuple: pops the item of that index and adds it to the container below. For a dict: pops
    /// value and key.
    fn item(&mut self, container: Container, index: usize) -> Result<(), Self::Error>;

    /// Pops a dict's key that has no value.
    fn discard(&mut self) -> Result<(), Self::Error>;

    /// For a tuple, frozenset or slice: pops `len` values and pushes the container. For the others it does nothing.
    fn end(&mut self, container: Container, len: usize) -> Result<(), Self::Error>;

    /// Pops exception table, line table, qualified name, name, file name, kinds and names of locals, names, constants
    /// and code (the last on top is the exception table), and pushes the code object.
    fn code(&mut self, head: CodeHead) -> Result<(), Self::Error>;

    /// Remembers the top of the stack as reference `index`.
    fn store_ref(&mut self, index: usize) -> Result<(), Self::Error>;

    /// Pushes what was remembered as reference `index`.
    fn load_ref(&mut self, index: usize) -> Result<(), Self::Error>;
}
