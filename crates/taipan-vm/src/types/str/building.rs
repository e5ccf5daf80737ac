//! Making strs from strs: parts, concatenation, repetition, `join`.

use std::ops::Range;

use taipan_text::TextRef;

use crate::args::Args;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::array::RawArray;
use crate::types::list::List;
use crate::types::str::{Kind, Str};
use crate::value::Value;
use crate::vm::Vm;

impl Str {
    /// The part `start..end` (within the length); the str itself when that is all of an exact str.
    pub fn substring(this: Gc<Str>, vm: &mut Vm, start: usize, end: usize) -> Result<Gc<Str>, Raised> {
        let len = this.get(vm).len();
        let (start, end) = (start.min(len), end.min(len));
        if start >= end {
            return Str::empty(vm);
        }
        if end - start == len && this.value().exact::<Str>().is_some() {
            return Ok(this);
        }
        if end - start == 1 {
            let point = this.get(vm).text().code_point(start);
            return Str::from_char(vm, point);
        }
        let kind = match this.get(vm).kind() {
            Kind::Ascii => Kind::Ascii,
            _ => Kind::for_max(this.get(vm).text().slice(start..end).code_point_bits()),
        };
        let new = Str::alloc(vm, Builtin::Str as u32, kind, end - start)?;
        Str::copy_converted(vm, this, start, new, 0, end - start);
        Ok(new)
    }

    /// A new exact str of code points that lie in an array of the heap as 32-bit numbers.
    pub fn from_words32(vm: &mut Vm, array: Gc<RawArray>, range: Range<usize>) -> Result<Gc<Str>, Raised> {
        let bits = TextRef::Ucs4(&array.get(vm).words32()[range.clone()]).code_point_bits();
        if let (1, 0..0x100) = (range.len(), bits) {
            return Str::latin1_char(vm, bits as u8);
        }
        let new = Str::alloc(vm, Builtin::Str as u32, Kind::for_max(bits), range.len())?;
        Str::write_words32(new, vm, array, range);
        Ok(new)
    }

    /// A new str of code points that lie in an array of the heap as bytes (Latin-1).
    pub fn from_latin1(vm: &mut Vm, array: Gc<RawArray>, range: Range<usize>) -> Result<Gc<Str>, Raised> {
        let bytes = &array.get(vm).bytes()[range.clone()];
        if let [byte] = bytes {
            let byte = *byte;
            return Str::latin1_char(vm, byte);
        }
        let kind = if bytes.is_ascii() { Kind::Ascii } else { Kind::Latin1 };
        let new = Str::alloc(vm, Builtin::Str as u32, kind, range.len())?;
        Str::write_latin1(new, vm, array, range);
        Ok(new)
    }

    /// `a + b`.
    pub fn concat(vm: &mut Vm, a: Gc<Str>, b: Gc<Str>) -> Result<Gc<Str>, Raised> {
        let (m, n) = (a.get(vm).len(), b.get(vm).len());
        if n == 0 {
            return Str::exact_copy(a, vm);
        }
        if m == 0 {
            return Str::exact_copy(b, vm);
        }
        let kind = wider(a.get(vm).kind(), b.get(vm).kind());
        if a.get(vm).is_accumulating() {
            return Str::append(vm, a, b, kind);
        }
        let new = Str::alloc(vm, Builtin::Str as u32, kind, m + n)?;
        if a.get(vm).kind().shift() == b.get(vm).kind().shift() {
            let (left, right): (*const [u8], *const [u8]) = (a.get(vm).bytes(), b.get(vm).bytes());
            // SAFETY: different objects do not overlap; nothing collects in between.
            let (left, right) = unsafe { (&*left, &*right) };
            let (start, end) = new.get_mut(vm).bytes_mut().split_at_mut(left.len());
            start.copy_from_slice(left);
            end.copy_from_slice(right);
            Str::note_appended(new, vm);
            return Ok(new);
        }
        Str::copy_converted(vm, a, 0, new, 0, m);
        Str::copy_converted(vm, b, 0, new, m, n);
        Str::note_appended(new, vm);
        Ok(new)
    }

    /// `this * count`.
    pub fn repeat(this: Gc<Str>, vm: &mut Vm, count: isize) -> Result<Gc<Str>, Raised> {
        let (len, kind) = (this.get(vm).len(), this.get(vm).kind());
        if count <= 0 || len == 0 {
            return Str::empty(vm);
        }
        if count == 1 {
            return Str::exact_copy(this, vm);
        }
        let Some(total) = len.checked_mul(count as usize) else { return Err(vm.raise_no_memory()) };
        let new = Str::alloc(vm, Builtin::Str as u32, kind, total)?;
        Str::copy_units(vm, this, 0, new, 0, len);
        let bytes = new.get_mut(vm).bytes_mut();
        let mut filled = len << kind.shift();
        while filled < bytes.len() {
            let more = filled.min(bytes.len() - filled);
            bytes.copy_within(..more, filled);
            filled += more;
        }
        Ok(new)
    }

    /// `separator.join(items)` of a list that no Python code can reach.
    ///
    /// # Errors
    /// TypeError for an item that is no str.
    pub fn join(separator: Gc<Str>, vm: &mut Vm, items: Gc<List>) -> Result<Gc<Str>, Raised> {
        let n = items.get(vm).len();
        if n == 0 {
            return Str::empty(vm);
        }
        let gap = separator.get(vm).len();
        let mut kind = if n > 1 { separator.get(vm).kind() } else { Kind::Ascii };
        let mut total = 0usize;
        for i in 0..n {
            let item = items.get(vm).get_at(vm, i).unwrap_or(Value::NONE);
            let Some(text) = item.downcast::<Str>(vm) else {
                let got = vm.type_name(item);
                let message = format!("sequence item {i}: expected str instance, {got} found");
                return Err(vm.raise(Exc::TypeError, message));
            };
            if n == 1 && item.exact::<Str>().is_some() {
                return Ok(text);
            }
            kind = wider(kind, text.get(vm).kind());
            let more = text.get(vm).len() + if i > 0 { gap } else { 0 };
            let Some(sum) = total.checked_add(more).filter(|sum| *sum <= isize::MAX as usize) else {
                return Err(vm.raise(Exc::OverflowError, "join() result is too long for a Python string"));
            };
            total = sum;
        }
        if total == 0 {
            return Str::empty(vm);
        }
        let new = Str::alloc(vm, Builtin::Str as u32, kind, total)?;
        let mut at = 0;
        for i in 0..n {
            if i > 0 && gap > 0 {
                Str::copy_converted(vm, separator, 0, new, at, gap);
                at += gap;
            }
            let Some(text) = items.get(vm).get_at(vm, i).and_then(|item| item.downcast::<Str>(vm)) else { break };
            let len = text.get(vm).len();
            Str::copy_converted(vm, text, 0, new, at, len);
            at += len;
        }
        Ok(new)
    }
}

fn wider(a: Kind, b: Kind) -> Kind {
    if a as u64 >= b as u64 { a } else { b }
}

pub(super) fn join(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (separator, [iterable]) = args.method::<Str, 1>(vm);
    let items = vm.sequence_fast(iterable, "can only join an iterable")?;
    Ok(Str::join(separator, vm, items)?.value())
}
