//! The units of a `str`: reading them, and filling and copying them while a text is made.
//!
//! Invariant: units are written only to a str that was just made, before anything can see it; such a str has a tail.

use std::ops::Range;

use taipan_text::TextRef;

use super::{Kind, SHARED, Str, shared};
use crate::gc::Gc;
use crate::types::array::RawArray;
use crate::vm::Vm;

impl Str {
    /// Where the units begin.
    #[inline(always)]
    fn units_start(&self) -> *const u8 {
        // SAFETY: one past the struct, where the tail lies, or the fields of a `SharedStr`.
        let behind = unsafe { (&raw const *self).add(1) };
        // SAFETY: the flag is that of a `SharedStr`.
        if self.meta & SHARED == 0 { behind.cast() } else { unsafe { shared::units_start(behind.cast()) } }
    }

    /// The units as bytes.
    #[inline(always)]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: `byte_len` bytes lie there.
        unsafe { std::slice::from_raw_parts(self.units_start(), self.byte_len()) }
    }

    /// The units as bytes, to be filled in right after creation.
    #[inline(always)]
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        assert!(self.meta & SHARED == 0, "a str under construction has a tail");
        // SAFETY: `byte_len` bytes follow the struct.
        unsafe { std::slice::from_raw_parts_mut((&raw mut *self).add(1).cast(), self.byte_len()) }
    }

    /// The units as numbers of 2 or 4 bytes, to be filled in right after creation.
    #[inline(always)]
    pub fn units_mut<U: Unit>(&mut self) -> &mut [U] {
        debug_assert!(size_of::<U>() == 1 << self.kind().shift());
        assert!(self.meta & SHARED == 0, "a str under construction has a tail");
        // SAFETY: the tail is 8-byte aligned, `byte_len` bytes long, and any bits are a valid unit.
        unsafe { std::slice::from_raw_parts_mut((&raw mut *self).add(1).cast(), self.byte_len() / size_of::<U>()) }
    }

    pub(super) fn units<U: Unit>(&self) -> &[U] {
        // SAFETY: as in `units_mut`; bodies are aligned like tails.
        unsafe { std::slice::from_raw_parts(self.units_start().cast(), self.byte_len() / size_of::<U>()) }
    }

    /// Writes a text from the unit `start` on, to a str under construction whose kind can hold it.
    pub(super) fn write_text(&mut self, start: usize, text: TextRef<'_>) {
        let range = start..start + text.len();
        match (self.kind(), text) {
            (Kind::Ascii | Kind::Latin1, TextRef::Ascii(from) | TextRef::Latin1(from)) => {
                self.bytes_mut()[range].copy_from_slice(from);
            }
            (Kind::Ucs2, TextRef::Ucs2(from)) => self.units_mut::<u16>()[range].copy_from_slice(from),
            (Kind::Ucs4, TextRef::Ucs4(from)) => self.units_mut::<u32>()[range].copy_from_slice(from),
            (Kind::Ascii | Kind::Latin1, _) => {
                self.bytes_mut()[range].iter_mut().zip(text.iter()).for_each(|(to, from)| *to = from as u8);
            }
            (Kind::Ucs2, _) => {
                self.units_mut::<u16>()[range].iter_mut().zip(text.iter()).for_each(|(to, from)| *to = from as u16);
            }
            (Kind::Ucs4, _) => {
                self.units_mut::<u32>()[range].iter_mut().zip(text.iter()).for_each(|(to, from)| *to = from);
            }
        }
    }

    /// Writes the units of texts one after the other into a str that was just made, of the same unit size and as long as
    /// they are together.
    pub fn fill(vm: &mut Vm, this: Gc<Str>, pieces: impl Iterator<Item = Gc<Str>>) {
        let target: *mut [u8] = this.get_mut(vm).bytes_mut();
        let mut at = 0;
        for piece in pieces {
            let bytes = piece.get(vm).bytes();
            // SAFETY: a new str is none of the pieces; nothing collects in between.
            let target = unsafe { &mut *target };
            target[at..at + bytes.len()].copy_from_slice(bytes);
            at += bytes.len();
        }
    }

    /// Fills a str with code points that lie in an array of the heap as 32-bit numbers; its kind can hold them.
    pub(super) fn write_words32(this: Gc<Str>, vm: &mut Vm, array: Gc<RawArray>, range: Range<usize>) {
        let source: *const [u32] = &array.get(vm).words32()[range];
        // SAFETY: an array is no str; nothing collects in between.
        this.get_mut(vm).write_text(0, TextRef::Ucs4(unsafe { &*source }));
    }

    /// Fills a str with code points that lie in an array of the heap as bytes; its kind can hold them.
    pub(super) fn write_latin1(this: Gc<Str>, vm: &mut Vm, array: Gc<RawArray>, range: Range<usize>) {
        let source: *const [u8] = &array.get(vm).bytes()[range];
        // SAFETY: as in `write_words32`.
        this.get_mut(vm).write_text(0, TextRef::Latin1(unsafe { &*source }));
    }

    /// Copies `count` units between strs of the same unit size.
    #[inline]
    pub fn copy_units(vm: &mut Vm, from: Gc<Str>, start: usize, to: Gc<Str>, to_start: usize, count: usize) {
        let shift = from.get(vm).kind().shift();
        debug_assert!(from != to && to.get(vm).kind().shift() == shift);
        let source: *const [u8] = &from.get(vm).bytes()[start << shift..(start + count) << shift];
        let target = &mut to.get_mut(vm).bytes_mut()[to_start << shift..(to_start + count) << shift];
        // SAFETY: different objects do not overlap; nothing collects in between.
        target.copy_from_slice(unsafe { &*source });
    }

    /// Copies `count` units into a str whose kind can hold them, whatever the unit sizes.
    #[inline]
    pub fn copy_converted(vm: &mut Vm, from: Gc<Str>, start: usize, to: Gc<Str>, to_start: usize, count: usize) {
        let target = to.get(vm).kind();
        if from.get(vm).kind().shift() == target.shift() {
            return Str::copy_units(vm, from, start, to, to_start, count);
        }
        Str::copy_widened(vm, from, start, to, to_start, count);
    }

    fn copy_widened(vm: &mut Vm, from: Gc<Str>, start: usize, to: Gc<Str>, to_start: usize, count: usize) {
        debug_assert!(from != to);
        let source: *const Str = from.get(vm);
        // SAFETY: different objects do not overlap; nothing collects in between.
        let source = unsafe { &*source };
        to.get_mut(vm).write_text(to_start, source.text().slice(start..start + count));
    }
}

/// A unit of text: `u8`, `u16` or `u32`.
pub trait Unit: Copy + Into<u32> + 'static {}

impl Unit for u8 {}
impl Unit for u16 {}
impl Unit for u32 {}
