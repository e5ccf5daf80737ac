//! `str`: immutable text in 1-, 2- or 4-byte units, the narrowest that fits (PEP 393), with an ASCII flag.
//!
//! `meta` holds the bytes of the text in its low 48 bits, the kind above, and two flags at the top: the text was appended
//! to, and it lies in a body of its own (`shared`), which is what appending to a long text gives. An interned string has its atom (+1) in the
//! identity-hash bits of its header. The hash is cached; 0 stands for "not computed" (a computed 0 is computed again).

use std::borrow::Cow;

use taipan_text::TextRef;

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::raise::Raised;
use crate::shape::ShapeId;
use crate::types::Builtin;
use crate::value::Value;
use crate::vm::Vm;

pub mod building;
mod casing;
pub mod codec;
pub mod formatting;
mod interning;
pub mod iterator;
pub mod methods;
mod padding;
pub mod percent;
pub mod quick_format;
mod searching;
pub mod shared;
mod splitting;
mod translating;
mod units;

pub use methods::TYPE;
pub use units::Unit;

heap_object! {
    /// Text.
    pub struct Str = Builtin::Str {
        hash: i64,
        meta: u64,
    }
    tail Bytes(meta)
}

const LEN_MASK: u64 = (1 << 48) - 1;
const KIND_SHIFT: u32 = 48;
/// The part of `meta` that says what the text is; equal texts agree in it.
const TEXT_MASK: u64 = (4 << KIND_SHIFT) - 1;
/// The text is the result of a concatenation.
const APPENDED: u64 = 1 << 62;
/// The text lies in the body of a `SharedStr`.
const SHARED: u64 = 1 << 63;

/// The unit of a text and whether it is ASCII.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Kind {
    Ascii = 0,
    Latin1 = 1,
    Ucs2 = 2,
    Ucs4 = 3,
}

impl Kind {
    /// log2 of the bytes of a unit.
    #[inline(always)]
    pub const fn shift(self) -> u32 {
        match self {
            Kind::Ascii | Kind::Latin1 => 0,
            Kind::Ucs2 => 1,
            Kind::Ucs4 => 2,
        }
    }

    /// The kind for a text whose largest code point is `max`.
    pub const fn for_max(max: u32) -> Kind {
        match max {
            0..0x80 => Kind::Ascii,
            0x80..0x100 => Kind::Latin1,
            0x100..0x1_0000 => Kind::Ucs2,
            _ => Kind::Ucs4,
        }
    }
}

impl Str {
    /// A new exact str.
    pub fn new(vm: &mut Vm, text: &str) -> Result<Gc<Str>, Raised> {
        if text.is_ascii() {
            return Str::from_ascii(vm, text.as_bytes());
        }
        let max = text.chars().map(u32::from).max().unwrap_or(0);
        let len = text.chars().count();
        Str::from_code_points(vm, max, len, text.chars().map(u32::from))
    }

    /// A new exact str of ASCII bytes (the caller has checked).
    pub fn from_ascii(vm: &mut Vm, bytes: &[u8]) -> Result<Gc<Str>, Raised> {
        debug_assert!(bytes.is_ascii());
        if let [byte] = bytes {
            return Str::latin1_char(vm, *byte);
        }
        let new = Str::alloc(vm, Builtin::Str as u32, Kind::Ascii, bytes.len())?;
        new.get_mut(vm).bytes_mut().copy_from_slice(bytes);
        Ok(new)
    }

    /// A new exact str of code points, the largest of which is at most `max`; `len` of them.
    pub fn from_code_points(
        vm: &mut Vm,
        max: u32,
        len: usize,
        points: impl Iterator<Item = u32>,
    ) -> Result<Gc<Str>, Raised> {
        let kind = Kind::for_max(max);
        let new = Str::alloc(vm, Builtin::Str as u32, kind, len)?;
        let this = new.get_mut(vm);
        match kind {
            Kind::Ascii | Kind::Latin1 => {
                for (to, from) in this.bytes_mut().iter_mut().zip(points) {
                    *to = from as u8;
                }
            }
            Kind::Ucs2 => {
                for (to, from) in this.units_mut::<u16>().iter_mut().zip(points) {
                    *to = from as u16;
                }
            }
            Kind::Ucs4 => {
                for (to, from) in this.units_mut::<u32>().iter_mut().zip(points) {
                    *to = from;
                }
            }
        }
        Ok(new)
    }

    /// A new exact str of code points (surrogates allowed) in a native buffer.
    pub fn from_points(vm: &mut Vm, points: &[u32]) -> Result<Gc<Str>, Raised> {
        Str::from_text(vm, TextRef::Ucs4(points))
    }

    /// A new exact str of WTF-8 bytes (UTF-8 that may hold lone surrogates).
    pub fn from_wtf8(vm: &mut Vm, text: &taipan_bytecode::Wtf8Buf) -> Result<Gc<Str>, Raised> {
        match text.as_str() {
            Some(text) => Str::new(vm, text),
            None => {
                let points: Vec<u32> = text.code_points().collect();
                Str::from_points(vm, &points)
            }
        }
    }

    /// A new exact str of a text view that does not lie in the heap.
    pub fn from_text(vm: &mut Vm, text: TextRef<'_>) -> Result<Gc<Str>, Raised> {
        if let TextRef::Ascii(bytes) | TextRef::Latin1(bytes) = text
            && bytes.is_ascii()
        {
            return Str::from_ascii(vm, bytes);
        }
        let bits = text.code_point_bits();
        if let (1, 0..0x100) = (text.len(), bits) {
            return Str::latin1_char(vm, bits as u8);
        }
        let new = Str::alloc(vm, Builtin::Str as u32, Kind::for_max(bits), text.len())?;
        new.get_mut(vm).write_text(0, text);
        Ok(new)
    }

    /// The str of one code point.
    pub fn from_char(vm: &mut Vm, point: u32) -> Result<Gc<Str>, Raised> {
        if point < 0x100 { Str::latin1_char(vm, point as u8) } else { Str::from_points(vm, &[point]) }
    }

    /// The str of one Latin-1 character, which exists once.
    pub fn latin1_char(vm: &mut Vm, byte: u8) -> Result<Gc<Str>, Raised> {
        if vm.interp().singletons.latin1.is_empty() {
            vm.interp_mut().singletons.latin1 = vec![None; 256];
        }
        if let Some(char) = vm.interp().singletons.latin1[byte as usize] {
            return Ok(char);
        }
        let kind = if byte < 0x80 { Kind::Ascii } else { Kind::Latin1 };
        let new = Str::alloc(vm, Builtin::Str as u32, kind, 1)?;
        new.get_mut(vm).bytes_mut()[0] = byte;
        vm.interp_mut().singletons.latin1[byte as usize] = Some(new);
        Ok(new)
    }

    /// The empty str.
    pub fn empty(vm: &mut Vm) -> Result<Gc<Str>, Raised> {
        if let Some(empty) = vm.interp().singletons.empty_str {
            return Ok(empty);
        }
        let new = Str::alloc(vm, Builtin::Str as u32, Kind::Ascii, 0)?;
        vm.interp_mut().singletons.empty_str = Some(new);
        Ok(new)
    }

    /// A new zero-filled str of a shape, to be filled in at once. MemoryError when it is too long.
    pub fn alloc(vm: &mut Vm, shape: ShapeId, kind: Kind, len: usize) -> Result<Gc<Str>, Raised> {
        let Some(bytes) = len.checked_mul(1 << kind.shift()).filter(|bytes| *bytes < 1 << 47) else {
            return Err(vm.raise_no_memory());
        };
        let meta = bytes as u64 | (kind as u64) << KIND_SHIFT;
        let header = Str { header: HeaderWord::NEW, hash: 0, meta };
        if shape != Builtin::Str as u32 {
            return vm.new_with_tail(shape, header, bytes);
        }
        // Nothing follows the text of an exact str.
        let memory = vm.alloc_raw(shape, size_of::<Str>() + bytes)?;
        Ok(vm.fill_object(memory, header))
    }

    // ---- reading ----

    /// The unit.
    #[inline(always)]
    pub fn kind(&self) -> Kind {
        match self.meta >> KIND_SHIFT & 3 {
            0 => Kind::Ascii,
            1 => Kind::Latin1,
            2 => Kind::Ucs2,
            _ => Kind::Ucs4,
        }
    }

    /// Length in code points.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.byte_len() >> self.kind().shift()
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.byte_len() == 0
    }

    #[inline(always)]
    fn byte_len(&self) -> usize {
        (self.meta & LEN_MASK) as usize
    }

    /// A view for the algorithms of `taipan_text`.
    #[inline(always)]
    pub fn text(&self) -> TextRef<'_> {
        match self.kind() {
            Kind::Ascii => TextRef::Ascii(self.bytes()),
            Kind::Latin1 => TextRef::Latin1(self.bytes()),
            Kind::Ucs2 => TextRef::Ucs2(self.units()),
            Kind::Ucs4 => TextRef::Ucs4(self.units()),
        }
    }

    /// The text as `&str` when it is ASCII.
    #[inline(always)]
    pub fn as_ascii(&self) -> Option<&str> {
        debug_assert!(self.kind() != Kind::Ascii || self.bytes().is_ascii());
        // SAFETY: a str of the kind Ascii holds bytes below 128 (`alloc` gives zeros, what is written is checked by kind).
        if self.kind() == Kind::Ascii { Some(unsafe { std::str::from_utf8_unchecked(self.bytes()) }) } else { None }
    }

    /// The text as UTF-8; `None` when it holds lone surrogates.
    pub fn to_utf8(&self) -> Option<Cow<'_, str>> {
        match self.as_ascii() {
            Some(text) => Some(Cow::Borrowed(text)),
            None => self.text().iter().map(char::from_u32).collect::<Option<String>>().map(Cow::Owned),
        }
    }

    /// The text for a message: lone surrogates become U+FFFD.
    pub fn to_string_lossy(&self) -> String {
        match self.as_ascii() {
            Some(text) => text.to_owned(),
            None => self.text().iter().map(|p| char::from_u32(p).unwrap_or('\u{FFFD}')).collect(),
        }
    }

    /// The text as WTF-8.
    pub fn to_wtf8(&self) -> taipan_bytecode::Wtf8Buf {
        let mut text = taipan_bytecode::Wtf8Buf::new();
        self.text().iter().for_each(|point| text.push_code_point(point));
        text
    }

    /// Whether the text is `other`.
    #[inline]
    pub fn equals(&self, other: &str) -> bool {
        match self.kind() {
            Kind::Ascii => self.bytes() == other.as_bytes(),
            _ => self.text().iter().eq(other.chars().map(u32::from)),
        }
    }

    /// Whether the text is `other`, the text of a name in a code object.
    #[inline]
    pub fn equals_wtf8(&self, other: &taipan_bytecode::Wtf8Buf) -> bool {
        match self.kind() {
            Kind::Ascii => self.bytes() == other.as_bytes(),
            _ => self.text().iter().eq(other.code_points()),
        }
    }

    /// Whether two texts are the same (equal texts have equal kinds).
    #[inline]
    pub fn same_text(&self, other: &Str) -> bool {
        (self.meta ^ other.meta) & TEXT_MASK == 0 && self.bytes() == other.bytes()
    }

    /// The order of two texts by code points.
    pub fn compare_text(&self, other: &Str) -> std::cmp::Ordering {
        match (self.kind().shift(), other.kind().shift()) {
            (0, 0) => self.bytes().cmp(other.bytes()),
            _ => self.text().iter().cmp(other.text().iter()),
        }
    }

    /// An exact str with the text of an instance of a subclass.
    pub fn exact_copy(this: Gc<Str>, vm: &mut Vm) -> Result<Gc<Str>, Raised> {
        if this.value().exact::<Str>().is_some() {
            return Ok(this);
        }
        let (kind, len) = (this.get(vm).kind(), this.get(vm).len());
        let new = Str::alloc(vm, Builtin::Str as u32, kind, len)?;
        Str::copy_units(vm, this, 0, new, 0, len);
        Ok(new)
    }
}

impl Vm {
    /// A new str value.
    pub fn new_str(&mut self, text: &str) -> Result<Value, Raised> {
        Ok(Str::new(self, text)?.value())
    }
}
