//! Marshalled bytes to constants and code objects.
//!
//! Constants are trees: what is referred to is copied. Invariant: copies weigh at most [`COPIED_WEIGHT`] and a
//! share of the input together, so that references to tuples of references do not grow without bound.

use std::sync::Arc;

use dashu_int::ops::BitTest;

use super::ReadError;
use super::reader::{SliceInput, read};
use super::visitor::{Atom, CodeHead, Container, Visitor};
use crate::bytes::Bytes;
use crate::code::{CodeObject, Constant};
use crate::wtf8::Wtf8Buf;

/// Reads one constant; bytes after it are ignored.
///
/// # Errors
/// [`ReadError`]; lists, dicts, sets and `StopIteration` are no constants and give `ValueError`.
pub fn load(bytes: &[u8]) -> Result<Constant, ReadError> {
    run(Input::Borrowed(SliceInput::new(bytes)), bytes.len())
}

fn run(input: Input<'_>, len: usize) -> Result<Constant, ReadError> {
    let budget = COPIED_WEIGHT + len / 16;
    let mut builder = Builder { input, stack: Vec::new(), refs: Vec::new(), budget };
    read(&mut builder)?;
    builder.pop()
}

/// How many constants (about 32 bytes each) references may copy, whatever the input.
const COPIED_WEIGHT: usize = 1 << 20;

/// Reads a code object, such as the body of a `.pyc` file.
///
/// # Errors
/// As [`load`]; `TypeError` if it is something else.
pub fn load_code(bytes: &[u8]) -> Result<Arc<CodeObject>, ReadError> {
    match load(bytes)? {
        Constant::Code(code) => Ok(code),
        _ => Err(ReadError::Type("code object expected")),
    }
}

/// As [`load_code`], of bytes that are part of the program: the code refers to them where it can.
///
/// # Errors
/// As [`load_code`].
pub fn load_static_code(bytes: &'static [u8]) -> Result<Arc<CodeObject>, ReadError> {
    match run(Input::Static(SliceInput::new(bytes)), bytes.len())? {
        Constant::Code(code) => Ok(code),
        _ => Err(ReadError::Type("code object expected")),
    }
}

enum Input<'a> {
    Borrowed(SliceInput<'a>),
    Static(SliceInput<'static>),
}

struct Builder<'a> {
    input: Input<'a>,
    stack: Vec<Weighed>,
    refs: Vec<Option<Weighed>>,
    /// What references may still copy.
    budget: usize,
}

/// A constant, and how many constants (or 32 bytes of text) it is made of.
#[derive(Clone)]
struct Weighed {
    constant: Constant,
    weight: usize,
}

const UNEXPECTED: ReadError = ReadError::Type("unexpected object in marshalled code object");

impl Builder<'_> {
    /// Takes a copy off the budget; plain values cost nothing.
    fn charge(&mut self, copy: &Weighed) -> Result<(), ReadError> {
        let left = self.budget.checked_sub(copy.weight.saturating_sub(1));
        self.budget = left.ok_or(ReadError::Value("bad marshal data (references grow too large)"))?;
        Ok(())
    }

    fn pop(&mut self) -> Result<Constant, ReadError> {
        self.stack.pop().map(|top| top.constant).ok_or(UNEXPECTED)
    }

    fn pop_str(&mut self) -> Result<Wtf8Buf, ReadError> {
        match self.pop()? {
            Constant::Str(text) => Ok(text),
            _ => Err(ReadError::Type("name must be str")),
        }
    }

    fn pop_bytes(&mut self) -> Result<Bytes, ReadError> {
        match self.pop()? {
            Constant::Bytes(bytes) => Ok(bytes),
            _ => Err(UNEXPECTED),
        }
    }

    fn pop_tuple(&mut self) -> Result<Box<[Constant]>, ReadError> {
        match self.pop()? {
            Constant::Tuple(items) => Ok(items),
            _ => Err(UNEXPECTED),
        }
    }

    fn pop_names(&mut self) -> Result<Box<[Wtf8Buf]>, ReadError> {
        let name = |item: Constant| match item {
            Constant::Str(text) => Ok(text),
            _ => Err(ReadError::Type("name tuples must contain only strings")),
        };
        self.pop_tuple()?.into_vec().into_iter().map(name).collect()
    }
}

impl Visitor for Builder<'_> {
    type Error = ReadError;

    fn read(&mut self, count: usize, into: &mut Vec<u8>) -> Result<(), ReadError> {
        match &mut self.input {
            Input::Borrowed(input) => input.read(count, into),
            Input::Static(input) => input.read(count, into),
        }
    }

    fn remaining(&self) -> Option<usize> {
        match &self.input {
            Input::Borrowed(input) => Some(input.remaining()),
            Input::Static(input) => Some(input.remaining()),
        }
    }

    fn read_static(&mut self, count: usize) -> Option<&'static [u8]> {
        match &mut self.input {
            Input::Borrowed(_) => None,
            Input::Static(input) => input.take(count),
        }
    }

    fn atom(&mut self, atom: Atom<'_>) -> Result<(), ReadError> {
        let constant = match atom {
            Atom::None => Constant::None,
            Atom::True => Constant::True,
            Atom::False => Constant::False,
            Atom::Ellipsis => Constant::Ellipsis,
            Atom::StopIteration => return Err(ReadError::Value("StopIteration is no constant")),
            Atom::Int(value) => Constant::Int(value),
            Atom::Float(value) => Constant::Float(value),
            Atom::Complex(real, imag) => Constant::Complex(real, imag),
            Atom::Bytes(bytes) => Constant::Bytes(bytes.into()),
            Atom::StaticBytes(bytes) => Constant::Bytes(Bytes::Static(bytes)),
            Atom::Str(text, _) => Constant::Str(text),
        };
        let bytes = match &constant {
            Constant::Bytes(bytes) => bytes.len(),
            Constant::Str(text) => text.as_bytes().len(),
            Constant::Int(value) => value.bit_len() / 8,
            _ => 0,
        };
        self.stack.push(Weighed { constant, weight: 1 + bytes / 32 });
        Ok(())
    }

    fn begin(&mut self, container: Container, _: usize) -> Result<(), ReadError> {
        match container {
            Container::List | Container::Dict | Container::Set | Container::OpenTuple => {
                Err(ReadError::Value("lists, dicts and sets are no constants"))
            }
            Container::Tuple | Container::FrozenSet | Container::Slice => Ok(()),
        }
    }

    fn item(&mut self, _: Container, _: usize) -> Result<(), ReadError> {
        Err(UNEXPECTED)
    }

    fn discard(&mut self) -> Result<(), ReadError> {
        self.pop().map(drop)
    }

    fn end(&mut self, container: Container, len: usize) -> Result<(), ReadError> {
        let items = self.stack.split_off(self.stack.len().checked_sub(len).ok_or(UNEXPECTED)?);
        let weight = items.iter().fold(1usize, |sum, item| sum.saturating_add(item.weight));
        let items: Vec<Constant> = items.into_iter().map(|item| item.constant).collect();
        let value = match container {
            Container::FrozenSet => Constant::frozen_set(items),
            Container::Slice => Constant::Slice(items.try_into().map(Box::new).map_err(|_| UNEXPECTED)?),
            _ => Constant::Tuple(items.into()),
        };
        self.stack.push(Weighed { constant: value, weight });
        Ok(())
    }

    fn code(&mut self, head: CodeHead) -> Result<(), ReadError> {
        let count =
            |number: i32| u32::try_from(number).map_err(|_| ReadError::Value("code: count must not be negative"));
        let (exceptiontable, linetable) = (self.pop_bytes()?, self.pop_bytes()?);
        let (qualname, name, filename) = (self.pop_str()?, self.pop_str()?, self.pop_str()?);
        let (localspluskinds, localsplusnames) = (self.pop_bytes()?, self.pop_names()?);
        let (names, consts, code) = (self.pop_names()?, self.pop_tuple()?, self.pop_bytes()?);
        if localspluskinds.len() != localsplusnames.len() || code.len() % 2 != 0 {
            return Err(ReadError::Value("code: inconsistent lengths"));
        }
        let code = CodeObject {
            argcount: count(head.argcount)?,
            posonlyargcount: count(head.posonlyargcount)?,
            kwonlyargcount: count(head.kwonlyargcount)?,
            stacksize: count(head.stacksize)?.max(1),
            flags: head.flags as u32,
            code,
            consts,
            names,
            localsplusnames,
            localspluskinds,
            filename,
            name,
            qualname,
            firstlineno: head.firstlineno,
            linetable,
            exceptiontable,
        };
        self.stack.push(Weighed { constant: Constant::Code(Arc::new(code)), weight: 1 });
        Ok(())
    }

    fn store_ref(&mut self, index: usize) -> Result<(), ReadError> {
        if self.refs.len() <= index {
            self.refs.resize(index + 1, None);
        }
        if let Some(Weighed { constant, weight }) = self.stack.pop() {
            // Later uses share the text.
            let constant = match constant {
                Constant::Str(text) => Constant::Str(text.into_shared()),
                other => other,
            };
            let value = Weighed { constant, weight };
            self.charge(&value)?;
            self.refs[index] = Some(value.clone());
            self.stack.push(value);
        }
        Ok(())
    }

    fn load_ref(&mut self, index: usize) -> Result<(), ReadError> {
        let value = self.refs.get(index).and_then(Option::as_ref);
        let value = value.ok_or(ReadError::Value("bad marshal data (invalid reference)"))?;
        let value = value.clone();
        self.charge(&value)?;
        self.stack.push(value);
        Ok(())
    }
}
