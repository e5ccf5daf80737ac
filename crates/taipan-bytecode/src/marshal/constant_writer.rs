//! Constants and code objects to marshalled bytes.
//!
//! CPython shares objects by identity, and its compiler merges equal constants; here equal values are shared, which
//! gives the same references for what CPython compiled. It also counts references: what something else keeps, if only while
//! it is written, is marked as shared.

use std::collections::{HashMap, HashSet};

use dashu_int::IBig;

use super::MAX_DEPTH;
use super::visitor::CodeHead;
use super::writer::{WriteError, Writer};
use crate::code::sharing::{Sharing, is_name_like};
use crate::code::{CodeObject, Constant};
use crate::ops::Opcode;
use crate::wtf8::Wtf8Buf;

/// Marshals a constant.
///
/// # Errors
/// [`WriteError`]
pub fn dump(value: &Constant, version: u32) -> Result<Vec<u8>, WriteError> {
    let root = match value {
        Constant::Code(code) => return dump_code(code, version),
        value => Part::Constant(value),
    };
    dump_part(root, Interned { texts: HashSet::new() }, version)
}

/// Marshals a code object, as the body of a `.pyc` file.
///
/// # Errors
/// [`WriteError`]
pub fn dump_code(code: &CodeObject, version: u32) -> Result<Vec<u8>, WriteError> {
    dump_inner_code(code, code.unit.sharing.as_deref(), version)
}

/// As [`dump_code`], of code that may lie in other code, whose outermost has that sharing.
///
/// # Errors
/// [`WriteError`]
pub fn dump_inner_code(code: &CodeObject, sharing: Option<&Sharing>, version: u32) -> Result<Vec<u8>, WriteError> {
    let texts = sharing.map(|sharing| sharing.interned_of(code)).unwrap_or_default();
    dump_part(Part::Code { code, is_root: true }, Interned { texts }, version)
}

/// Something to write.
#[derive(Clone, Copy)]
enum Part<'a> {
    Constant(&'a Constant),
    Code {
        code: &'a CodeObject,
        is_root: bool,
    },
    Names(&'a [Wtf8Buf]),
    Consts(&'a [Constant]),
    Name(&'a Wtf8Buf),
    Bytes(&'a [u8]),
    /// Names in a tuple of their own, equal ones or not.
    OwnNames(&'a [Wtf8Buf]),
    /// Bytes that are a new object for each code object; whether CPython keeps a second reference to them.
    OwnBytes(&'a [u8], bool),
    FirstLineNo(i32),
}

/// What a part is a part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Plain,
    /// CPython sorts the members and keeps them in a list meanwhile.
    FrozenSet,
    /// The compiler makes slices of what stands in the source, which is neither merged nor interned.
    Slice,
}

/// Something to write, where it stands, and how deep.
type Entry<'a> = (Part<'a>, Place, usize);

/// Identity of a shared value.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key<'a> {
    /// An interned string: a name, or a constant that is one object with it.
    Name(&'a Wtf8Buf),
    /// A string constant.
    Str(&'a Wtf8Buf),
    Bytes(&'a [u8]),
    /// A tuple of strings, be it names or constants.
    Strs(Vec<&'a Wtf8Buf>),
    Constants(&'a [Constant]),
    Constant(&'a Constant),
    Code(&'a CodeObject),
}

impl<'a> Part<'a> {
    /// `None` for what is never shared.
    fn key(self, place: Place, interned: &Interned<'_>) -> Option<Key<'a>> {
        let tuple = |items: &'a [Constant]| {
            let text = |item: &'a Constant| match item {
                Constant::Str(text) => Some(text),
                _ => None,
            };
            items.iter().map(text).collect::<Option<Vec<_>>>().map_or(Key::Constants(items), Key::Strs)
        };
        Some(match self {
            Part::Constant(value) => match value {
                Constant::None | Constant::True | Constant::False | Constant::Ellipsis => return None,
                // Interning a member makes a frozenset of its own for each code object.
                Constant::FrozenSet(items) if items.iter().any(Constant::is_interned_later) => return None,
                // Each NaN is an object of its own.
                value if value.has_nan() => return None,
                Constant::Str(text) if is_latin1_character(text) => Key::Name(text),
                _ if place == Place::Slice && !self.is_kept_elsewhere() => return None,
                Constant::Str(text) if interned.contains(text) => Key::Name(text),
                Constant::Str(text) => Key::Str(text),
                Constant::Bytes(bytes) => Key::Bytes(bytes),
                Constant::Tuple(items) => tuple(items),
                Constant::Code(code) => Key::Code(code),
                other => Key::Constant(other),
            },
            Part::Code { code, .. } => Key::Code(code),
            Part::Names(names) => Key::Strs(names.iter().collect()),
            Part::Consts(items) => tuple(items),
            Part::Name(text) => Key::Name(text),
            Part::Bytes(bytes) => Key::Bytes(bytes),
            Part::OwnNames(_) | Part::OwnBytes(..) | Part::FirstLineNo(_) => return None,
        })
    }

    /// Whether CPython keeps further references to such an object, so that it counts as shared even if it occurs once.
    fn is_kept_elsewhere(self) -> bool {
        match self {
            Part::Constant(Constant::Int(value)) => (IBig::from(-5)..=IBig::from(256)).contains(value),
            Part::Constant(Constant::Bytes(bytes)) => bytes.len() <= 1,
            Part::Constant(Constant::Tuple(items)) => items.is_empty(),
            Part::Constant(_) | Part::OwnNames(_) | Part::FirstLineNo(_) => false,
            Part::Code { is_root, .. } => is_root,
            Part::Names(names) => names.is_empty(),
            Part::Consts(items) => items.is_empty(),
            Part::Name(_) => true,
            Part::Bytes(bytes) => bytes.len() <= 1,
            Part::OwnBytes(_, kept) => kept,
        }
    }

    /// Where the parts of this part stand.
    fn place_of_parts(self) -> Place {
        match self {
            Part::Constant(Constant::FrozenSet(_)) => Place::FrozenSet,
            Part::Constant(Constant::Slice(_)) => Place::Slice,
            _ => Place::Plain,
        }
    }

    /// Whether there is one of it in a process, which is never marked.
    fn is_singleton(self) -> bool {
        matches!(self, Part::Constant(Constant::None | Constant::True | Constant::False | Constant::Ellipsis))
    }

    /// The parts of this part, in order.
    fn parts(self) -> Vec<Part<'a>> {
        match self {
            Part::Constant(Constant::Tuple(items) | Constant::FrozenSet(items)) => items.iter().map(Part::of).collect(),
            Part::Consts(items) => items.iter().map(Part::of).collect(),
            Part::Constant(Constant::Slice(parts)) => parts.iter().map(Part::of).collect(),
            Part::Names(names) | Part::OwnNames(names) => names.iter().map(Part::Name).collect(),
            Part::Constant(Constant::Code(code)) => code_parts(code),
            Part::Code { code, .. } => code_parts(code),
            _ => Vec::new(),
        }
    }

    fn of(value: &'a Constant) -> Part<'a> {
        match value {
            Constant::Code(code) => Part::Code { code, is_root: false },
            value => Part::Constant(value),
        }
    }
}

fn code_parts(code: &CodeObject) -> Vec<Part<'_>> {
    let kinds = &code.localspluskinds;
    // CPython's compiler renames the parameter of annotation scopes after it merged equal tuples.
    let is_annotation_scope = code.posonlyargcount == 1
        && code.argcount == 1
        && code.localsplusnames.first().is_some_and(|name| *name == "format")
        && begins_with_format_check(&code.code);
    let names = &code.localsplusnames;
    vec![
        Part::OwnBytes(&code.code, true),
        Part::Consts(&code.consts),
        Part::Names(&code.names),
        if is_annotation_scope { Part::OwnNames(names) } else { Part::Names(names) },
        if kinds.is_empty() { Part::Bytes(kinds) } else { Part::OwnBytes(kinds, false) },
        Part::Name(&code.filename),
        Part::Name(&code.name),
        Part::Name(&code.qualname),
        Part::FirstLineNo(code.firstlineno),
        Part::Bytes(&code.linetable),
        Part::Bytes(&code.exceptiontable),
    ]
}

/// Whether the code raises NotImplementedError without asking for the name, as annotation scopes do for formats they do not
/// know.
fn begins_with_format_check(code: &[u8]) -> bool {
    const NOT_IMPLEMENTED_ERROR: u8 = 1;
    let (units, _) = code.as_chunks::<2>();
    units.iter().take(16).any(|unit| *unit == [Opcode::LoadCommonConstant as u8, NOT_IMPLEMENTED_ERROR])
}

/// Which string constants are interned besides those that look like names.
struct Interned<'a> {
    texts: HashSet<&'a Wtf8Buf>,
}

impl Interned<'_> {
    fn contains(&self, text: &Wtf8Buf) -> bool {
        is_name_like(text) || self.texts.contains(text)
    }
}

/// There is one object of each in a process, which counts as interned.
fn is_latin1_character(text: &Wtf8Buf) -> bool {
    text.char_count() == 1 && text.code_points().all(|point| point < 256)
}

fn dump_part<'a>(root: Part<'a>, names: Interned<'a>, version: u32) -> Result<Vec<u8>, WriteError> {
    let counts = count(root, &names)?;
    dump_at(root, Place::Plain, version, &Shared { names, counts })
}

/// What decides how values are written.
struct Shared<'a> {
    names: Interned<'a>,
    /// How often each value occurs, inside shared values once.
    counts: HashMap<Key<'a>, u32>,
}

fn dump_at(root: Part<'_>, place: Place, version: u32, known: &Shared<'_>) -> Result<Vec<u8>, WriteError> {
    let Shared { names, counts } = known;
    let mut writer = Writer::new(version);
    let mut indexes: HashMap<Key<'_>, u32> = HashMap::new();
    let mut next_index = 0;
    // The next part to write is on top.
    let mut todo: Vec<Entry<'_>> = vec![(root, place, 1)];
    while let Some((part, place, depth)) = todo.pop() {
        if depth > MAX_DEPTH {
            return Err(WriteError::TooDeep);
        }
        let key = part.key(place, names);
        if let Some(&index) = key.as_ref().and_then(|key| indexes.get(key)) {
            writer.reference(index);
            continue;
        }
        let shared = key.as_ref().is_some_and(|key| counts.get(key).is_some_and(|&count| count > 1));
        let interned = matches!(key, Some(Key::Name(_)));
        let kept = part.is_kept_elsewhere() || interned || (place == Place::FrozenSet && !part.is_singleton());
        let flagged = writer.has_refs() && !matches!(part, Part::FirstLineNo(_)) && (shared || kept);
        if flagged {
            if let Some(key) = key {
                indexes.insert(key, next_index);
            }
            next_index += 1;
        }
        write_head(&mut writer, part, interned, flagged)?;
        let mut parts = part.parts();
        let place = part.place_of_parts();
        if let Part::Constant(Constant::FrozenSet(items)) = part {
            // CPython sorts by the marshalled form, so that files are reproducible.
            let mut sorted = Vec::with_capacity(items.len());
            for item in items {
                let item = Part::of(item);
                sorted.push((dump_at(item, place, version, known)?, item));
            }
            sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
            parts = sorted.into_iter().map(|(_, part)| part).collect();
        }
        todo.extend(parts.into_iter().rev().map(|part| (part, place, depth + 1)));
    }
    Ok(writer.finish())
}

/// How often each value occurs, inside shared values once.
fn count<'a>(root: Part<'a>, interned: &Interned<'_>) -> Result<HashMap<Key<'a>, u32>, WriteError> {
    let mut counts = HashMap::new();
    let mut todo: Vec<Entry<'a>> = vec![(root, Place::Plain, 1)];
    while let Some((part, place, depth)) = todo.pop() {
        if depth > MAX_DEPTH {
            return Err(WriteError::TooDeep);
        }
        if let Some(key) = part.key(place, interned) {
            let count = counts.entry(key).or_insert(0);
            *count += 1;
            if *count > 1 {
                continue;
            }
        }
        let place = part.place_of_parts();
        todo.extend(part.parts().into_iter().map(|part| (part, place, depth + 1)));
    }
    Ok(counts)
}

/// Writes a part without its parts.
fn write_head(writer: &mut Writer, part: Part<'_>, interned: bool, flagged: bool) -> Result<(), WriteError> {
    match part {
        Part::Constant(value) => match value {
            Constant::None => writer.none(),
            Constant::True => writer.bool(true),
            Constant::False => writer.bool(false),
            Constant::Ellipsis => writer.ellipsis(),
            Constant::Int(value) => writer.int(value, flagged)?,
            Constant::Float(value) => writer.float(*value, flagged),
            Constant::Complex(real, imag) => writer.complex(*real, *imag, flagged),
            Constant::Str(text) => writer.str(text, interned, flagged)?,
            Constant::Bytes(bytes) => writer.bytes(bytes, flagged)?,
            Constant::Tuple(items) => writer.tuple(items.len(), flagged)?,
            Constant::FrozenSet(items) => writer.set(true, items.len(), flagged)?,
            Constant::Slice(_) => writer.slice(flagged)?,
            Constant::Code(code) => writer.code(head(code), flagged),
        },
        Part::Code { code, .. } => writer.code(head(code), flagged),
        Part::Names(names) | Part::OwnNames(names) => writer.tuple(names.len(), flagged)?,
        Part::Consts(items) => writer.tuple(items.len(), flagged)?,
        Part::Name(text) => writer.str(text, true, flagged)?,
        Part::Bytes(bytes) | Part::OwnBytes(bytes, _) => writer.bytes(bytes, flagged)?,
        Part::FirstLineNo(line) => writer.firstlineno(line),
    }
    Ok(())
}

fn head(code: &CodeObject) -> CodeHead {
    CodeHead {
        argcount: code.argcount as i32,
        posonlyargcount: code.posonlyargcount as i32,
        kwonlyargcount: code.kwonlyargcount as i32,
        stacksize: code.stacksize as i32,
        flags: code.flags as i32,
        firstlineno: code.firstlineno,
    }
}
