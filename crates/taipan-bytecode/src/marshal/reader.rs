//! Marshalled bytes to events.
//!
//! Invariants: frames of containers under construction live on an explicit stack of at most [`MAX_DEPTH`] entries; a
//! reference is given to the visitor only once it is complete, except for lists, dicts and sets, which exist before
//! their items, and tuples of visitors that want that.

use dashu_int::{IBig, Sign, UBig};

use super::visitor::{Atom, CodeHead, Container, Visitor};
use super::{FLAG_REF, MAX_DEPTH, ReadError};
use crate::wtf8::Wtf8Buf;

/// Input from a slice, for [`Visitor::read`].
#[derive(Clone, Copy, Debug)]
pub struct SliceInput<'a> {
    rest: &'a [u8],
}

impl<'a> SliceInput<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        SliceInput { rest: bytes }
    }

    /// The next bytes; `None` when fewer are left.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(head)
    }

    /// See [`Visitor::read`].
    ///
    /// # Errors
    /// `EOFError` "marshal data too short".
    pub fn read(&mut self, count: usize, into: &mut Vec<u8>) -> Result<(), ReadError> {
        into.extend_from_slice(self.take(count).ok_or(ReadError::Eof("marshal data too short"))?);
        Ok(())
    }

    /// Number of bytes not read yet.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }
}

enum Frame {
    /// A container that still lacks `left` of `len` values; `reference` is set when it is complete.
    Items { container: Container, len: usize, left: usize, reference: Option<usize> },
    /// A dict; whether a key waits for its value.
    Dict { has_key: bool },
    /// A code object and the number of its parts read so far.
    Code { head: CodeHead, parts: usize, reference: Option<usize> },
}

/// Parts of a code object before and after its first line number.
const PARTS_BEFORE_FIRSTLINENO: usize = 8;
const CODE_PARTS: usize = 10;

/// What became of one object.
enum Object {
    /// A value was pushed.
    Complete,
    /// A frame was pushed; its values follow.
    Opened,
    /// The end mark of a dict.
    Null,
}

struct Reader<'v, V: Visitor> {
    visitor: &'v mut V,
    buffer: Vec<u8>,
    /// Which references may be used.
    complete: Vec<bool>,
    frames: Vec<Frame>,
}

/// Reads one object; its value is left on the visitor's stack.
///
/// # Errors
/// [`ReadError`] for bad bytes, and what the visitor reports.
pub fn read<V: Visitor>(visitor: &mut V) -> Result<(), V::Error> {
    let mut reader = Reader { visitor, buffer: Vec::new(), complete: Vec::new(), frames: Vec::new() };
    loop {
        let mut object = reader.object()?;
        // Close what this value completes.
        loop {
            match object {
                Object::Opened => {
                    if !reader.top_is_empty() {
                        break;
                    }
                    object = reader.close()?;
                }
                Object::Null => {
                    reader.null()?;
                    if reader.frames.is_empty() {
                        return Ok(());
                    }
                    object = Object::Complete;
                }
                Object::Complete => {
                    if reader.frames.is_empty() {
                        return Ok(());
                    }
                    if !reader.add()? {
                        break;
                    }
                    object = reader.close()?;
                }
            }
        }
    }
}

impl<V: Visitor> Reader<'_, V> {
    fn bytes(&mut self, count: usize) -> Result<&[u8], V::Error> {
        self.buffer.clear();
        self.visitor.read(count, &mut self.buffer)?;
        Ok(&self.buffer)
    }

    /// The byte that an object begins with.
    fn code(&mut self) -> Result<u8, V::Error> {
        if self.visitor.remaining() == Some(0) {
            return Err(ReadError::Eof("EOF read where object expected").into());
        }
        self.buffer.clear();
        self.visitor.read_code(&mut self.buffer)?;
        Ok(self.buffer.first().copied().unwrap_or(0))
    }

    /// A byte inside an object.
    fn byte(&mut self) -> Result<u8, V::Error> {
        if self.visitor.remaining() == Some(0) {
            return Err(ReadError::Eof("EOF read where not expected").into());
        }
        Ok(self.bytes(1)?.first().copied().unwrap_or(0))
    }

    fn long(&mut self) -> Result<i32, V::Error> {
        let bytes = self.bytes(4)?;
        Ok(bytes.iter().rev().fold(0, |value, &byte| value << 8 | i32::from(byte)))
    }

    fn size(&mut self, message: &'static str) -> Result<usize, V::Error> {
        let size = self.long()?;
        usize::try_from(size).map_err(|_| ReadError::Value(message).into())
    }

    fn float_binary(&mut self) -> Result<f64, V::Error> {
        let mut bytes = [0; 8];
        for (to, from) in bytes.iter_mut().zip(self.bytes(8)?) {
            *to = *from;
        }
        Ok(f64::from_le_bytes(bytes))
    }

    fn float_text(&mut self) -> Result<f64, V::Error> {
        let count = self.byte()?;
        let text = self.bytes(count.into())?;
        let value = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
        value.ok_or(ReadError::Value("bad marshal data (float)").into())
    }

    /// Digits in base 2^15.
    fn big_int(&mut self) -> Result<IBig, V::Error> {
        let count = self.long()?;
        let sign = if count < 0 { Sign::Negative } else { Sign::Positive };
        let count = count.unsigned_abs() as usize;
        if self.visitor.remaining().is_some_and(|left| left / 2 < count) {
            return Err(ReadError::Eof("marshal data too short").into());
        }
        let digits = self.bytes(2 * count)?;
        let mut bytes = Vec::with_capacity(digits.len());
        let (mut pending, mut bits) = (0u32, 0);
        let mut last = 1;
        for pair in digits.chunks_exact(2) {
            let digit = u32::from(pair[0]) | u32::from(pair[1]) << 8;
            if digit >= 1 << 15 {
                return Err(ReadError::Value("bad marshal data (digit out of range in long)").into());
            }
            last = digit;
            pending |= digit << bits;
            bits += 15;
            while bits >= 8 {
                bytes.push(pending as u8);
                pending >>= 8;
                bits -= 8;
            }
        }
        if last == 0 {
            return Err(ReadError::Value("bad marshal data (unnormalized long data)").into());
        }
        bytes.push(pending as u8);
        Ok(IBig::from_parts(sign, UBig::from_le_bytes(&bytes)))
    }

    fn text(&mut self, count: usize, ascii: bool) -> Result<Wtf8Buf, V::Error> {
        if ascii && let Some(bytes) = self.visitor.read_static(count) {
            return match Wtf8Buf::from_static_ascii(bytes) {
                Some(text) => Ok(text),
                None => Ok(Wtf8Buf::from_code_points(bytes.iter().map(|&byte| byte.into()))),
            };
        }
        let bytes = self.bytes(count)?;
        if ascii {
            return Ok(Wtf8Buf::from_code_points(bytes.iter().map(|&byte| byte.into())));
        }
        Wtf8Buf::from_bytes(bytes.to_vec()).map_err(|_| ReadError::Unicode(bytes.to_vec()).into())
    }

    /// The next reference number, if the object is flagged.
    fn reserve(&mut self, flagged: bool, complete: bool) -> Option<usize> {
        flagged.then(|| {
            self.complete.push(complete);
            self.complete.len() - 1
        })
    }

    fn finish(&mut self, reference: Option<usize>) -> Result<Object, V::Error> {
        if let Some(index) = reference {
            self.complete[index] = true;
            self.visitor.store_ref(index)?;
        }
        Ok(Object::Complete)
    }

    fn atom(&mut self, atom: Atom<'_>, flagged: bool) -> Result<Object, V::Error> {
        self.visitor.atom(atom)?;
        let reference = self.reserve(flagged, true);
        self.finish(reference)
    }

    fn open(&mut self, container: Container, len: usize, flagged: bool) -> Result<Object, V::Error> {
        let room = self.visitor.remaining().map_or(0, |left| left.min(len));
        let container = match container {
            Container::Tuple if flagged && len > 0 && self.visitor.opens_tuple(len) => Container::OpenTuple,
            container => container,
        };
        let exists = !matches!(container, Container::Tuple | Container::FrozenSet | Container::Slice);
        let room = if container == Container::OpenTuple { len } else { room };
        let mut reference = self.reserve(flagged, exists);
        self.visitor.begin(container, room)?;
        if exists {
            self.finish(reference.take())?;
        }
        self.frames.push(match container {
            Container::Dict => Frame::Dict { has_key: false },
            _ => Frame::Items { container, len, left: len, reference },
        });
        Ok(Object::Opened)
    }

    fn object(&mut self) -> Result<Object, V::Error> {
        let code = self.code()?;
        if self.frames.len() >= MAX_DEPTH {
            return Err(ReadError::Value("recursion limit exceeded").into());
        }
        let flagged = code & FLAG_REF != 0;
        match code & !FLAG_REF {
            b'0' => Ok(Object::Null),
            b'N' => self.atom(Atom::None, false),
            b'S' => self.atom(Atom::StopIteration, false),
            b'.' => self.atom(Atom::Ellipsis, false),
            b'F' => self.atom(Atom::False, false),
            b'T' => self.atom(Atom::True, false),
            b'i' => {
                let value = self.long()?;
                self.atom(Atom::Int(value.into()), flagged)
            }
            b'I' => {
                let bytes = self.bytes(8)?;
                let value = bytes.iter().rev().fold(0i64, |value, &byte| value << 8 | i64::from(byte));
                self.atom(Atom::Int(value.into()), flagged)
            }
            b'l' => {
                let value = self.big_int()?;
                self.atom(Atom::Int(value), flagged)
            }
            b'f' => {
                let value = self.float_text()?;
                self.atom(Atom::Float(value), flagged)
            }
            b'g' => {
                let value = self.float_binary()?;
                self.atom(Atom::Float(value), flagged)
            }
            b'x' => {
                let (real, imag) = (self.float_text()?, self.float_text()?);
                self.atom(Atom::Complex(real, imag), flagged)
            }
            b'y' => {
                let (real, imag) = (self.float_binary()?, self.float_binary()?);
                self.atom(Atom::Complex(real, imag), flagged)
            }
            b's' => {
                let count = self.size("bad marshal data (bytes object size out of range)")?;
                if let Some(bytes) = self.visitor.read_static(count) {
                    return self.atom(Atom::StaticBytes(bytes), flagged);
                }
                self.bytes(count)?;
                let bytes = std::mem::take(&mut self.buffer);
                let object = self.atom(Atom::Bytes(&bytes), flagged)?;
                self.buffer = bytes;
                Ok(object)
            }
            kind @ (b'a' | b'A' | b'u' | b't') => {
                let count = self.size("bad marshal data (string size out of range)")?;
                let text = self.text(count, matches!(kind, b'a' | b'A'))?;
                self.atom(Atom::Str(text, matches!(kind, b'A' | b't')), flagged)
            }
            kind @ (b'z' | b'Z') => {
                let count = self.byte()?;
                let text = self.text(count.into(), true)?;
                self.atom(Atom::Str(text, kind == b'Z'), flagged)
            }
            b')' => {
                let count = self.byte()?;
                self.open(Container::Tuple, count.into(), flagged)
            }
            b'(' => {
                let count = self.size("bad marshal data (tuple size out of range)")?;
                self.open(Container::Tuple, count, flagged)
            }
            b'[' => {
                let count = self.size("bad marshal data (list size out of range)")?;
                self.open(Container::List, count, flagged)
            }
            b'<' => {
                let count = self.size("bad marshal data (set size out of range)")?;
                self.open(Container::Set, count, flagged)
            }
            b'>' => {
                let count = self.size("bad marshal data (set size out of range)")?;
                self.open(Container::FrozenSet, count, flagged)
            }
            b'{' => self.open(Container::Dict, 0, flagged),
            b':' => self.open(Container::Slice, 3, flagged),
            b'c' => {
                let reference = self.reserve(flagged, false);
                let head = CodeHead {
                    argcount: self.long()?,
                    posonlyargcount: self.long()?,
                    kwonlyargcount: self.long()?,
                    stacksize: self.long()?,
                    flags: self.long()?,
                    firstlineno: 0,
                };
                self.frames.push(Frame::Code { head, parts: 0, reference });
                Ok(Object::Opened)
            }
            b'r' => {
                let index = self.long()?;
                let index = usize::try_from(index).ok().filter(|&index| self.complete.get(index) == Some(&true));
                let index = index.ok_or(ReadError::Value("bad marshal data (invalid reference)"))?;
                self.visitor.load_ref(index)?;
                Ok(Object::Complete)
            }
            _ => Err(ReadError::Value("bad marshal data (unknown type code)").into()),
        }
    }

    fn top_is_empty(&self) -> bool {
        matches!(self.frames.last(), Some(Frame::Items { left: 0, .. }))
    }

    /// Gives the value on top to the innermost frame; whether that completes it.
    fn add(&mut self) -> Result<bool, V::Error> {
        match self.frames.last_mut() {
            None => Ok(false),
            Some(Frame::Items { container, len, left, .. }) => {
                let index = *len - *left;
                *left = left.saturating_sub(1);
                let (container, done) = (*container, *left == 0);
                if matches!(container, Container::List | Container::Set | Container::OpenTuple) {
                    self.visitor.item(container, index)?;
                }
                Ok(done)
            }
            Some(Frame::Dict { has_key }) => {
                *has_key = !*has_key;
                if !*has_key {
                    self.visitor.item(Container::Dict, 0)?;
                }
                Ok(false)
            }
            Some(Frame::Code { parts, .. }) => {
                *parts += 1;
                let parts = *parts;
                if parts == PARTS_BEFORE_FIRSTLINENO {
                    let line = self.long()?;
                    if let Some(Frame::Code { head, .. }) = self.frames.last_mut() {
                        head.firstlineno = line;
                    }
                }
                Ok(parts == CODE_PARTS)
            }
        }
    }

    /// Ends the innermost frame, whose value is then on top.
    fn close(&mut self) -> Result<Object, V::Error> {
        match self.frames.pop() {
            Some(Frame::Items { container, len, reference, .. }) => {
                self.visitor.end(container, len)?;
                self.finish(reference)
            }
            Some(Frame::Code { head, reference, .. }) => {
                self.visitor.code(head)?;
                self.finish(reference)
            }
            Some(Frame::Dict { .. }) | None => Ok(Object::Complete),
        }
    }

    /// The null object ends a dict, dropping a key without value, and is an error anywhere else.
    fn null(&mut self) -> Result<(), V::Error> {
        if let Some(&Frame::Dict { has_key }) = self.frames.last() {
            self.frames.pop();
            if has_key {
                self.visitor.discard()?;
            }
            return self.visitor.end(Container::Dict, 0);
        }
        // A slice or code object that lacks a part is a null object itself.
        let message = self.frames.iter().rev().find_map(|frame| match frame {
            Frame::Items { container: Container::Tuple | Container::OpenTuple, .. } => {
                Some("NULL object in marshal data for tuple")
            }
            Frame::Items { container: Container::List, .. } => Some("NULL object in marshal data for list"),
            Frame::Items { container: Container::Set | Container::FrozenSet, .. } => {
                Some("NULL object in marshal data for set")
            }
            _ => None,
        });
        Err(ReadError::Type(message.unwrap_or("NULL object in marshal data for object")).into())
    }
}
