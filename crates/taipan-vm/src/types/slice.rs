//! `slice`: start, stop and step as given, and the indices they select in a sequence.

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::value::Value;
use crate::vm::Vm;

pub mod methods;

pub use methods::TYPE;

heap_object! {
    /// `slice(start, stop, step)`.
    pub struct Slice = Builtin::Slice {
        pub start: Value,
        pub stop: Value,
        pub step: Value,
    }
}

/// The indices a slice selects in a sequence of known length.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Indices {
    pub start: isize,
    pub stop: isize,
    pub step: isize,
    /// How many items are selected.
    pub len: usize,
}

impl Indices {
    /// The i-th selected index; `i < len`.
    #[inline]
    pub fn at(&self, i: usize) -> usize {
        (self.start + i as isize * self.step) as usize
    }
}

impl Slice {
    /// A new slice.
    pub fn new(vm: &mut Vm, start: Value, stop: Value, step: Value) -> Result<Gc<Slice>, Raised> {
        vm.new_exact(Slice { header: HeaderWord::NEW, start, stop, step })
    }

    /// Start, stop and step as machine integers with the defaults filled in (may run `__index__`).
    ///
    /// # Errors
    /// ValueError for a step of 0, TypeError for a part that is no index.
    pub fn unpack(this: Gc<Slice>, vm: &mut Vm) -> Result<(isize, isize, isize), Raised> {
        let Slice { start, stop, step, .. } = *this.get(vm);
        let step = if step.is_none() { 1 } else { index(vm, step)?.max(-isize::MAX) };
        if step == 0 {
            return Err(vm.raise(Exc::ValueError, "slice step cannot be zero"));
        }
        let start = match start.is_none() {
            true if step < 0 => isize::MAX,
            true => 0,
            false => index(vm, start)?,
        };
        let stop = match stop.is_none() {
            true if step < 0 => isize::MIN,
            true => isize::MAX,
            false => index(vm, stop)?,
        };
        Ok((start, stop, step))
    }

    /// The indices selected in a sequence; its length is asked for after the parts were converted.
    pub fn indices(this: Gc<Slice>, vm: &mut Vm, len: impl FnOnce(&Vm) -> usize) -> Result<Indices, Raised> {
        let (start, stop, step) = Slice::unpack(this, vm)?;
        Ok(adjust(len(vm), start, stop, step))
    }
}

/// One part of a slice: `__index__`, clipped.
pub fn index(vm: &mut Vm, part: Value) -> Result<isize, Raised> {
    if let Some(i) = part.as_small_int() {
        return Ok(i as isize);
    }
    if !vm.is_int(part) && vm.slots(part).index.is_none() {
        let message = "slice indices must be integers or None or have an __index__ method";
        return Err(vm.raise(Exc::TypeError, message));
    }
    vm.index_clipped(part)
}

/// Clips the parts of a slice to a sequence of `len` items (CPython's `PySlice_AdjustIndices`).
pub fn adjust(len: usize, start: isize, stop: isize, step: isize) -> Indices {
    let n = len as isize;
    let clip = |i: isize| {
        if i < 0 {
            let i = i.saturating_add(n);
            if i < 0 { if step < 0 { -1 } else { 0 } } else { i }
        } else if i >= n {
            if step < 0 { n - 1 } else { n }
        } else {
            i
        }
    };
    let (start, stop) = (clip(start), clip(stop));
    let len = if step < 0 {
        if stop < start { (start - stop - 1) / -step + 1 } else { 0 }
    } else if start < stop {
        (stop - start - 1) / step + 1
    } else {
        0
    };
    Indices { start, stop, step, len: len as usize }
}
