//! Constants and code objects to marshalled bytes.
//!
//! CPython shares objects by identity, and its compiler merges equal constants; here equal values are shared, which
//! gives the same references for what CPython compiled.

use std::collections::{HashMap, HashSet};

use dashu_int::IBig;

use super::MAX_DEPTH;
use super::reader::CodeHead;
use super::writer::{WriteError, Writer};
use crate::code::{CodeObject, Constant};
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
    dump_part(root, version)
}

/// Marshals a code object, as the body of a `.pyc` file.
///
/// # Errors
/// [`WriteError`]
pub fn dump_code(code: &CodeObject, version: u32) -> Result<Vec<u8>, WriteError> {
    dump_part(Part::Code { code, is_root: true }, version)
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

/// Identity of a shared value.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key<'a> {
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
    fn key(self) -> Option<Key<'a>> {
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
                // CPython's compiler does not merge them.
                Constant::FrozenSet(_) => return None,
                // Each NaN is an object of its own.
                value if has_nan(value) => return None,
                Constant::Str(text) => Key::Str(text),
                Constant::Bytes(bytes) => Key::Bytes(bytes),
                Constant::Tuple(items) => tuple(items),
                Constant::Code(code) => Key::Code(code),
                other => Key::Constant(other),
            },
            Part::Code { code, .. } => Key::Code(code),
            Part::Names(names) => Key::Strs(names.iter().collect()),
            Part::Consts(items) => tuple(items),
            Part::Name(text) => Key::Str(text),
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

fn has_nan(value: &Constant) -> bool {
    match value {
        Constant::Float(value) => value.is_nan(),
        Constant::Complex(real, imag) => real.is_nan() || imag.is_nan(),
        Constant::Tuple(items) => items.iter().any(has_nan),
        _ => false,
    }
}

fn code_parts(code: &CodeObject) -> Vec<Part<'_>> {
    let kinds = &code.localspluskinds;
    // CPython's compiler renames the parameter of annotation scopes after it merged equal tuples.
    let is_annotation_scope = code.posonlyargcount == 1
        && code.argcount == 1
        && code.localsplusnames.first().is_some_and(|name| *name == "format");
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

/// Whether CPython interns a string constant: text like an identifier, and single Latin-1 characters.
fn is_interned(text: &Wtf8Buf) -> bool {
    let name_like = text.as_bytes().iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_');
    name_like || (text.char_count() == 1 && text.code_points().all(|point| point < 256))
}

fn dump_part(root: Part<'_>, version: u32) -> Result<Vec<u8>, WriteError> {
    let mut writer = Writer::new(version);
    let Shared { counts, names } = survey(root)?;
    let is_interned = |text: &Wtf8Buf| is_interned(text) || names.contains(text);
    let mut indexes: HashMap<Key<'_>, u32> = HashMap::new();
    let mut next_index = 0;
    // Each entry with its depth; the next part to write is on top.
    let mut todo = vec![(root, 1)];
    while let Some((part, depth)) = todo.pop() {
        if depth > MAX_DEPTH {
            return Err(WriteError::TooDeep);
        }
        let key = part.key();
        if let Some(&index) = key.as_ref().and_then(|key| indexes.get(key)) {
            writer.reference(index);
            continue;
        }
        let shared = key.as_ref().is_some_and(|key| counts.get(key).is_some_and(|&count| count > 1));
        let interned = match part {
            Part::Constant(Constant::Str(text)) => is_interned(text),
            _ => true,
        };
        let kept = part.is_kept_elsewhere() || (interned && matches!(part, Part::Constant(Constant::Str(_))));
        let flagged = writer.has_refs() && !matches!(part, Part::FirstLineNo(_)) && (shared || kept);
        if flagged {
            if let Some(key) = key {
                indexes.insert(key, next_index);
            }
            next_index += 1;
        }
        write_head(&mut writer, part, interned, flagged)?;
        let mut parts = part.parts();
        if let Part::Constant(Constant::FrozenSet(items)) = part {
            // CPython sorts by the marshalled form, so that files are reproducible.
            let mut sorted = Vec::with_capacity(items.len());
            for item in items {
                sorted.push((dump(item, version)?, Part::of(item)));
            }
            sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
            parts = sorted.into_iter().map(|(_, part)| part).collect();
        }
        todo.extend(parts.into_iter().rev().map(|part| (part, depth + 1)));
    }
    Ok(writer.finish())
}

/// What decides how values are written.
struct Shared<'a> {
    /// How often each value occurs, inside shared values once.
    counts: HashMap<Key<'a>, u32>,
    /// Every name in a code object: equal string constants are the same, interned, object.
    names: HashSet<&'a Wtf8Buf>,
}

fn survey(root: Part<'_>) -> Result<Shared<'_>, WriteError> {
    let mut shared = Shared { counts: HashMap::new(), names: HashSet::new() };
    let mut todo = vec![(root, 1)];
    while let Some((part, depth)) = todo.pop() {
        if depth > MAX_DEPTH {
            return Err(WriteError::TooDeep);
        }
        if let Part::Name(text) = part {
            shared.names.insert(text);
        }
        if let Some(key) = part.key() {
            let count = shared.counts.entry(key).or_insert(0);
            *count += 1;
            if *count > 1 {
                continue;
            }
        }
        todo.extend(part.parts().into_iter().map(|part| (part, depth + 1)));
    }
    Ok(shared)
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
