//! `SharedStr`: an exact str whose text is the beginning of a body with room behind it, so that a loop of `s += piece`
//! copies each piece once.
//!
//! Invariants: a body holds how many of its bytes are used, then units of one width; used bytes never change. A str whose
//! text ends where the used bytes end may be appended to in the body: the new str is longer, the old one stays as it is,
//! and whoever appends to it again gets a copy. The shape's number is that of `str` but for its lowest bit, which checks
//! for exact strs leave out.

use super::{APPENDED, KIND_SHIFT, Kind, LEN_MASK, SHARED, Str};
use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::raise::Raised;
use crate::spec::TypeSpec;
use crate::types::Builtin;
use crate::types::array::RawArray;
use crate::vm::Vm;

heap_object! {
    /// Text in a body.
    pub struct SharedStr : Str = Builtin::SharedStr {
        body: Gc<RawArray>,
    }
}

/// Objects of this shape are of the class `str`.
pub static TYPE: TypeSpec =
    TypeSpec { name: "shared_str", layout: Some(<SharedStr as crate::gc::HeapObject>::native), ..TypeSpec::DEFAULT };

/// Bytes of a text from which on appending to it is expected to go on.
const LONG: usize = 1024;
/// The word of a body that says how many bytes are used.
const USED_WORD: usize = size_of::<u64>();

const _: () = assert!(Builtin::SharedStr as u32 == Builtin::Str as u32 | 1);
const _: () = assert!(Builtin::Str as u32 & 1 == 0);

/// Where the units of a shared str begin, whose `body` field lies at `field`.
///
/// # Safety
/// `field` is the `body` of a live `SharedStr`.
#[inline(always)]
pub(super) unsafe fn units_start(field: *const Gc<RawArray>) -> *const u8 {
    // SAFETY: by contract.
    unsafe { body_start(*field).add(USED_WORD) }
}

/// The first byte of a body.
fn body_start(body: Gc<RawArray>) -> *mut u8 {
    // SAFETY: one past the fixed words of the array, where its bytes lie.
    unsafe { body.header().as_ptr().cast::<u8>().add(size_of::<RawArray>()) }
}

fn used(body: Gc<RawArray>) -> usize {
    // SAFETY: a body begins with this word.
    unsafe { body_start(body).cast::<u64>().read() as usize }
}

impl Str {
    /// Whether this is a long text that was made by appending.
    #[inline(always)]
    pub(super) fn is_accumulating(&self) -> bool {
        self.meta & APPENDED != 0
    }

    /// Whether the text lies in a body.
    pub(super) fn is_shared(&self) -> bool {
        self.meta & SHARED != 0
    }

    /// Marks the result of a concatenation, if it is long.
    #[inline(always)]
    pub(super) fn note_appended(this: Gc<Str>, vm: &mut Vm) {
        if this.get(vm).byte_len() >= LONG {
            this.get_mut(vm).meta |= APPENDED;
        }
    }

    /// `a + b` of kind `kind`, in the body of `a` if there is room, else in a body with room for more.
    #[inline(never)]
    pub(super) fn append(vm: &mut Vm, a: Gc<Str>, b: Gc<Str>, kind: Kind) -> Result<Gc<Str>, Raised> {
        let units = a.get(vm).len() + b.get(vm).len();
        let Some(total) = units.checked_mul(1 << kind.shift()).filter(|total| *total < 1 << 46) else {
            return Err(vm.raise_no_memory());
        };
        let end = a.get(vm).len() << kind.shift();
        let body = Str::body_for(vm, a, kind, end, total)?;
        let meta = total as u64 & LEN_MASK | (kind as u64) << KIND_SHIFT | SHARED | APPENDED;
        let base = Str { header: HeaderWord::NEW, hash: 0, meta };
        let new = vm.new_object(Builtin::SharedStr as u32, SharedStr { base, body })?;
        // SAFETY: the body has room for `total` bytes, of which nobody shows those behind `end`: no Python code has run since
        // that was found out. The text of `b` lies elsewhere, or before `end`.
        unsafe {
            write_units(b.get(vm), body_start(body).add(USED_WORD + end), kind);
            body_start(body).cast::<u64>().write(total as u64);
        }
        Ok(new.upcast())
    }

    /// A body that holds `a`'s text in units of `kind`, with `end` bytes used and room for `total`.
    fn body_for(vm: &mut Vm, a: Gc<Str>, kind: Kind, end: usize, total: usize) -> Result<Gc<RawArray>, Raised> {
        let room = USED_WORD + total + total / 2;
        if let Some(shared) = a.value().exact::<SharedStr>()
            && a.get(vm).kind().shift() == kind.shift()
            && used(shared.get(vm).body) == end
        {
            let body = shared.get(vm).body;
            return if USED_WORD + total <= body.get(vm).len() { Ok(body) } else { RawArray::grown(vm, body, room) };
        }
        // The class of both shapes is entered when it is made.
        vm.class(Builtin::Str);
        let body = RawArray::new(vm, room)?;
        // SAFETY: a new array with room for more than `end` bytes.
        unsafe {
            write_units(a.get(vm), body_start(body).add(USED_WORD), kind);
            body_start(body).cast::<u64>().write(end as u64);
        }
        Ok(body)
    }
}

/// Writes a text in units of a kind that is as wide or wider.
///
/// # Safety
/// There is room at `to`, which is aligned for the units and does not overlap the text.
unsafe fn write_units(from: &Str, to: *mut u8, kind: Kind) {
    // SAFETY: by contract.
    unsafe {
        if from.kind().shift() == kind.shift() {
            let bytes = from.bytes();
            return std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len());
        }
        for (i, point) in from.text().iter().enumerate() {
            match kind {
                Kind::Ascii | Kind::Latin1 => to.add(i).write(point as u8),
                Kind::Ucs2 => to.cast::<u16>().add(i).write(point as u16),
                Kind::Ucs4 => to.cast::<u32>().add(i).write(point),
            }
        }
    }
}

#[cfg(test)]
mod tests;
