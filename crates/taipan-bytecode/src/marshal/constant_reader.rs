//! Marshalled bytes to constants and code objects.
//!
//! Constants are trees: what is referred to is copied, and the outermost code object tells which are one object
//! ([`Sharing`]). Invariant: copies weigh at most [`COPIED_WEIGHT`] and a share of the input together, so that references
//! to tuples of references do not grow without bound.

use std::ops::Range;
use std::sync::Arc;

use dashu_int::ops::BitTest;

use super::ReadError;
use super::reader::{SliceInput, read};
use super::visitor::{Atom, CodeHead, Container, Visitor};
use crate::bytes::Bytes;
use crate::code::sharing::{INTERNED, Shared, Sharing, Unit, has_own_docstring, is_name_like};
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
    let mut builder = Builder {
        input,
        stack: Vec::new(),
        refs: Vec::new(),
        budget,
        codes: 0,
        open: Vec::new(),
        kept: Vec::new(),
        marks: Vec::new(),
        inner: Vec::new(),
        docstrings: Vec::new(),
        merges_tables: false,
    };
    read(&mut builder)?;
    let mut value = builder.pop()?;
    if let Constant::Code(root) = &mut value {
        let sharing = builder.sharing().map(Arc::new);
        builder.refs.clear();
        if let Some(root) = Arc::get_mut(root) {
            root.unit.sharing = sharing;
        }
    }
    Ok(value)
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
    refs: Vec<Option<Kept>>,
    /// What references may still copy.
    budget: usize,
    /// How many code objects were read.
    codes: u32,
    /// Marks of what lies on the stack, those of each value together and in order of their places.
    open: Vec<Mark>,
    /// Marks of what can be referred to.
    kept: Vec<Mark>,
    /// Marks of the constants of code objects, with their numbers.
    marks: Vec<(u32, Mark)>,
    /// Of each number behind those of references: the reference whose object the constant lies in.
    inner: Vec<u32>,
    /// Code objects whose first constant is a documentation string.
    docstrings: Vec<u32>,
    /// Whether a tuple or bytes were referred to.
    merges_tables: bool,
}

/// A constant that can be met again, or a string that is interned: how many places it is behind the constant it lies in,
/// and why.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Mark {
    place: u32,
    reason: Reason,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// It has this reference.
    Reference(u32),
    /// It lies in what has one, and has this number among all of these.
    Inner(u32),
    Interned,
}

/// A constant, and how many constants (or 32 bytes of text) it is made of.
#[derive(Clone)]
struct Weighed {
    constant: Constant,
    weight: u32,
    /// How many constants it counts for in a [`Sharing`].
    places: u32,
    /// Where its marks begin among the open ones.
    marks: u32,
    /// Whether it, or something in it, is an object of its own.
    has_objects: bool,
}

/// What can be referred to, where its marks lie among those kept, and whether it was referred to.
struct Kept {
    value: Weighed,
    marks: Range<u32>,
    is_used: bool,
}

const UNEXPECTED: ReadError = ReadError::Type("unexpected object in marshalled code object");

impl Builder<'_> {
    /// Takes a copy off the budget; plain values cost nothing.
    fn charge(&mut self, copy: &Weighed) -> Result<(), ReadError> {
        let left = self.budget.checked_sub(copy.weight.saturating_sub(1) as usize);
        self.budget = left.ok_or(ReadError::Value("bad marshal data (references grow too large)"))?;
        Ok(())
    }

    fn pop(&mut self) -> Result<Constant, ReadError> {
        let top = self.stack.pop().ok_or(UNEXPECTED)?;
        self.open.truncate(top.marks as usize);
        Ok(top.constant)
    }

    /// What was referred to.
    fn sharing(&self) -> Option<Sharing> {
        // References to other things leave gaps in the numbers.
        let mut slots: Vec<Option<u32>> = vec![None; self.refs.len()];
        let mut inner_slots: Vec<Option<u32>> = vec![None; self.inner.len()];
        let mut next = 0;
        let mut numbered = |slot: Option<&mut Option<u32>>| match slot {
            Some(&mut Some(slot)) => slot,
            empty => {
                next += 1;
                if let Some(slot) = empty {
                    *slot = Some(next - 1);
                }
                next - 1
            }
        };
        let is_used = |reference: u32| matches!(self.refs.get(reference as usize), Some(Some(kept)) if kept.is_used);
        let mut entries = Vec::new();
        let mut first_places = Vec::new();
        for &(code, Mark { place, reason }) in &self.marks {
            let slot = match reason {
                Reason::Interned => INTERNED,
                Reason::Reference(reference) if is_used(reference) => numbered(slots.get_mut(reference as usize)),
                Reason::Inner(number) if self.inner.get(number as usize).is_some_and(|of| is_used(*of)) => {
                    numbered(inner_slots.get_mut(number as usize))
                }
                _ => continue,
            };
            entries.push(Shared { code, place, slot });
            if place == 0 {
                first_places.push(code);
            }
        }
        // Code objects have their numbers in order.
        for &code in self.docstrings.iter().filter(|code| first_places.binary_search(code).is_err()) {
            entries.push(Shared { code, place: 0, slot: numbered(None) });
        }
        (self.codes > 1 || !entries.is_empty()).then(|| Sharing::new(entries, self.merges_tables))
    }

    /// Makes the marks of a flagged constant: for itself, and for all in it that are objects.
    fn mark_all(&mut self, value: &Weighed, reference: u32) {
        let own = Mark { place: 0, reason: Reason::Reference(reference) };
        let start = value.marks as usize;
        if !value.has_objects {
            return self.open.insert(start, own);
        }
        let known: Vec<Mark> = self.open.drain(start..).collect();
        let mut known = known.into_iter().peekable();
        let mut todo = vec![&value.constant];
        let mut place = 0;
        while let Some(constant) = todo.pop() {
            match known.next_if(|mark| mark.place == place) {
                Some(mark) => self.open.push(mark),
                None if place == 0 => self.open.push(own),
                None if constant.is_object() => {
                    self.open.push(Mark { place, reason: Reason::Inner(self.inner.len() as u32) });
                    self.inner.push(reference);
                }
                None => {}
            }
            place += 1;
            todo.extend(constant.parts().iter().rev());
        }
    }

    fn push(&mut self, constant: Constant, bytes: usize, has_objects: bool) {
        let weight = u32::try_from(1 + bytes / 32).unwrap_or(u32::MAX);
        let marks = self.open.len() as u32;
        self.stack.push(Weighed { constant, weight, places: 1, marks, has_objects });
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

    /// The constants of a code object; their marks are entered.
    fn pop_consts(&mut self, code: u32) -> Result<Box<[Constant]>, ReadError> {
        if let Some(top) = self.stack.last() {
            let marks = self.open.get(top.marks as usize..).unwrap_or_default();
            // The place of the tuple itself is not counted.
            let in_consts = marks.iter().filter_map(|mark| Some(Mark { place: mark.place.checked_sub(1)?, ..*mark }));
            self.marks.extend(in_consts.map(|mark| (code, mark)));
        }
        self.pop_tuple()
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
            Atom::Str(text, interned) => {
                let is_special = !is_name_like(&text) && text.byte_len() > 1;
                let bytes = text.byte_len();
                self.push(Constant::Str(text), bytes, is_special && !interned);
                if is_special && interned {
                    self.open.push(Mark { place: 0, reason: Reason::Interned });
                }
                return Ok(());
            }
        };
        let bytes = match &constant {
            Constant::Bytes(bytes) => bytes.len(),
            Constant::Int(value) => value.bit_len() / 8,
            _ => 0,
        };
        let has_objects = constant.is_object();
        self.push(constant, bytes, has_objects);
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
        let start = self.stack.len().checked_sub(len).ok_or(UNEXPECTED)?;
        let items = self.stack.get(start..).unwrap_or_default();
        let (mut weight, mut places, mut has_objects) = (1u32, 1u32, container != Container::Tuple);
        let marks = items.first().map_or(self.open.len() as u32, |first| first.marks);
        let has_marks = self.open.len() > marks as usize;
        for (i, item) in items.iter().enumerate() {
            weight = weight.saturating_add(item.weight);
            has_objects |= item.has_objects || matches!(item.constant, Constant::Tuple(_));
            if has_marks {
                let end = items.get(i + 1).map_or(self.open.len(), |next| next.marks as usize);
                for mark in self.open.get_mut(item.marks as usize..end).unwrap_or_default() {
                    mark.place = mark.place.saturating_add(places);
                }
            }
            places = places.saturating_add(item.places);
        }
        let items: Vec<Constant> = self.stack.drain(start..).map(|item| item.constant).collect();
        let value = match container {
            Container::FrozenSet => Constant::frozen_set(items),
            Container::Slice => Constant::Slice(items.try_into().map(Box::new).map_err(|_| UNEXPECTED)?),
            _ => Constant::Tuple(items.into()),
        };
        // Members of a frozenset that are equal to others are no places.
        if container == Container::FrozenSet && value.parts().len() != len {
            places = value.places();
            self.open.truncate(marks as usize);
        }
        self.stack.push(Weighed { constant: value, weight, places, marks, has_objects });
        Ok(())
    }

    fn code(&mut self, head: CodeHead) -> Result<(), ReadError> {
        let count =
            |number: i32| u32::try_from(number).map_err(|_| ReadError::Value("code: count must not be negative"));
        let (exceptiontable, linetable) = (self.pop_bytes()?, self.pop_bytes()?);
        let (qualname, name, filename) = (self.pop_str()?, self.pop_str()?, self.pop_str()?);
        let (localspluskinds, localsplusnames) = (self.pop_bytes()?, self.pop_names()?);
        let number = self.codes;
        self.codes += 1;
        let (names, consts, code) = (self.pop_names()?, self.pop_consts(number)?, self.pop_bytes()?);
        if localspluskinds.len() != localsplusnames.len() || code.len() % 2 != 0 {
            return Err(ReadError::Value("code: inconsistent lengths"));
        }
        if has_own_docstring(head.flags as u32, &consts) {
            self.docstrings.push(number);
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
            unit: Unit { number, sharing: None },
        };
        self.push(Constant::Code(Arc::new(code)), 0, true);
        Ok(())
    }

    fn store_ref(&mut self, index: usize) -> Result<(), ReadError> {
        if let Some(mut value) = self.stack.pop() {
            // Later uses share the text.
            if let Constant::Str(text) = value.constant {
                value.constant = Constant::Str(text.into_shared());
            }
            self.charge(&value)?;
            if value.has_objects || matches!(value.constant, Constant::Tuple(_)) {
                self.mark_all(&value, index as u32);
            }
            let start = self.kept.len() as u32;
            self.kept.extend_from_slice(self.open.get(value.marks as usize..).unwrap_or_default());
            let kept = Kept { value: value.clone(), marks: start..self.kept.len() as u32, is_used: false };
            // What is complete later has a lower number than what lies in it.
            while self.refs.len() <= index {
                self.refs.push(None);
            }
            self.refs[index] = Some(kept);
            self.stack.push(value);
        }
        Ok(())
    }

    fn load_ref(&mut self, index: usize) -> Result<(), ReadError> {
        let kept = self.refs.get_mut(index).and_then(Option::as_mut);
        let kept = kept.ok_or(ReadError::Value("bad marshal data (invalid reference)"))?;
        kept.is_used = true;
        let mut value = kept.value.clone();
        value.marks = self.open.len() as u32;
        let marks = kept.marks.start as usize..kept.marks.end as usize;
        self.open.extend_from_slice(self.kept.get(marks).unwrap_or_default());
        self.merges_tables |= matches!(value.constant, Constant::Tuple(_) | Constant::Bytes(_));
        self.charge(&value)?;
        self.stack.push(value);
        Ok(())
    }
}
