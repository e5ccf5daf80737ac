//! `Value`: one tagged 64-bit word for every Python value.
//!
//! Low bit 1: 63-bit integer. Low bits 10: self-tagged float. Low four bits 0: heap pointer as itself.
//! Low bits 00 otherwise: a special (None, True, ...). The word 0 is no value: `Option<Value>` and
//! `Result<Value, Raised>` use it.

use std::num::NonZeroU64;
use std::ptr::NonNull;

use taipan_heap::Header;

use crate::gc::{Gc, HeapObject};
use crate::types::Builtin;

/// A Python value: immediate or a pointer into the interpreter's heap.
///
/// A `Value` may live in native locals, on the VM stack or in a traced field, and nowhere else.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Value(NonZeroU64);

const FLOAT_BIAS: u64 = 640 << 52;
const NONE: u64 = 0x04;
const ELLIPSIS: u64 = 0x14;
const FALSE: u64 = 0x24;
const NOT_IMPLEMENTED: u64 = 0x34;
const UNBOUND: u64 = 0x44;
const TRUE: u64 = 0x64;

const fn special(bits: u64) -> Value {
    match NonZeroU64::new(bits) {
        Some(bits) => Value(bits),
        None => panic!("a special is not zero"),
    }
}

impl Value {
    /// `None`.
    pub const NONE: Value = special(NONE);
    /// `True`.
    pub const TRUE: Value = special(TRUE);
    /// `False`.
    pub const FALSE: Value = special(FALSE);
    /// `Ellipsis`.
    pub const ELLIPSIS: Value = special(ELLIPSIS);
    /// `NotImplemented`.
    pub const NOT_IMPLEMENTED: Value = special(NOT_IMPLEMENTED);
    /// An unbound local, an absent argument, CPython's NULL on the operand stack. Never visible to Python.
    pub const UNBOUND: Value = special(UNBOUND);

    /// The largest immediate integer.
    pub const SMALL_INT_MAX: i64 = i64::MAX >> 1;
    /// The smallest immediate integer.
    pub const SMALL_INT_MIN: i64 = i64::MIN >> 1;

    /// The raw word.
    #[inline(always)]
    pub const fn bits(self) -> u64 {
        self.0.get()
    }

    /// The value of a raw word that was obtained from `bits`; `None` for 0.
    #[inline(always)]
    pub(crate) const fn from_bits(bits: u64) -> Option<Value> {
        match NonZeroU64::new(bits) {
            Some(bits) => Some(Value(bits)),
            None => None,
        }
    }

    /// `True` or `False`.
    #[inline(always)]
    pub const fn bool(b: bool) -> Value {
        if b { Value::TRUE } else { Value::FALSE }
    }

    /// The immediate integer `i`, or `None` when it needs more than 63 bits.
    #[inline(always)]
    pub const fn small_int(i: i64) -> Option<Value> {
        if i >= Self::SMALL_INT_MIN && i <= Self::SMALL_INT_MAX { Some(Value::int_unchecked(i)) } else { None }
    }

    /// The immediate integer of a number that fits 63 bits by construction (a length, an index, a code point).
    #[inline(always)]
    pub const fn int(i: usize) -> Value {
        debug_assert!(i <= Self::SMALL_INT_MAX as usize);
        Value::int_unchecked(i as i64)
    }

    /// The immediate integer of a 32-bit number.
    #[inline(always)]
    pub const fn int32(i: i32) -> Value {
        Value::int_unchecked(i as i64)
    }

    #[inline(always)]
    const fn int_unchecked(i: i64) -> Value {
        special(((i as u64) << 1) | 1)
    }

    /// Whether this is an immediate integer.
    #[inline(always)]
    pub const fn is_small_int(self) -> bool {
        self.bits() & 1 == 1
    }

    /// The immediate integer, if it is one.
    #[inline(always)]
    pub const fn as_small_int(self) -> Option<i64> {
        if self.is_small_int() { Some((self.bits() as i64) >> 1) } else { None }
    }

    /// Whether this is an immediate float.
    #[inline(always)]
    pub const fn is_immediate_float(self) -> bool {
        self.bits() & 3 == 2
    }

    /// The immediate form of `f`, if it has one; otherwise it is to be boxed.
    #[inline(always)]
    pub const fn immediate_float(f: f64) -> Option<Value> {
        let encoded = f.to_bits().wrapping_add(FLOAT_BIAS).rotate_left(4);
        if encoded & 3 == 2 { Value::from_bits(encoded) } else { None }
    }

    /// The immediate float, if it is one.
    #[inline(always)]
    pub const fn as_immediate_float(self) -> Option<f64> {
        if self.is_immediate_float() {
            Some(f64::from_bits(self.bits().rotate_right(4).wrapping_sub(FLOAT_BIAS)))
        } else {
            None
        }
    }

    /// Whether this is a heap pointer.
    #[inline(always)]
    pub const fn is_heap(self) -> bool {
        self.bits() & 15 == 0
    }

    /// The header of the heap object, if this is one.
    #[inline(always)]
    pub const fn as_heap(self) -> Option<NonNull<Header>> {
        if self.is_heap() { NonNull::new(self.bits() as *mut Header) } else { None }
    }

    /// The value of a heap object.
    #[inline(always)]
    pub fn from_heap(object: NonNull<Header>) -> Value {
        special(object.as_ptr() as u64)
    }

    /// The shape id of the heap object, or 0 for an immediate.
    #[inline(always)]
    pub fn shape_id(self) -> u32 {
        match self.as_heap() {
            // SAFETY: a heap-tagged value points at a live object of the heap (invariant of `Value`).
            Some(object) => unsafe { (*object.as_ptr()).shape },
            None => 0,
        }
    }

    /// `self is None`.
    #[inline(always)]
    pub const fn is_none(self) -> bool {
        self.bits() == NONE
    }

    /// Whether this is `True` or `False`.
    #[inline(always)]
    pub const fn is_bool(self) -> bool {
        self.bits() & !0x40 == FALSE
    }

    /// Whether this marks an absent argument or an unbound local.
    #[inline(always)]
    pub const fn is_unbound(self) -> bool {
        self.bits() == UNBOUND
    }

    /// `self is NotImplemented`.
    #[inline(always)]
    pub const fn is_not_implemented(self) -> bool {
        self.bits() == NOT_IMPLEMENTED
    }

    /// `None` for an absent argument, else the value.
    #[inline(always)]
    pub const fn given(self) -> Option<Value> {
        if self.is_unbound() { None } else { Some(self) }
    }

    /// `None` for an absent argument or Python's `None`, else the value.
    #[inline(always)]
    pub const fn not_none(self) -> Option<Value> {
        if self.is_unbound() || self.is_none() { None } else { Some(self) }
    }

    /// The object as `T` when its *exact* built-in type is `T`'s (no subclass).
    #[inline(always)]
    pub fn exact<T: HeapObject>(self) -> Option<Gc<T>> {
        // Strs come in two shapes, see `str::shared`.
        let mask = const { if T::EXACT_SHAPE == Builtin::Str as u32 { !1 } else { !0 } };
        if T::EXACT_SHAPE != 0 && self.shape_id() & mask == T::EXACT_SHAPE {
            // SAFETY: the exact shape of `T` is given to objects of layout `T` only.
            Some(unsafe { Gc::from_value_unchecked(self) })
        } else {
            None
        }
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.bits() {
            NONE => f.write_str("None"),
            TRUE => f.write_str("True"),
            FALSE => f.write_str("False"),
            ELLIPSIS => f.write_str("Ellipsis"),
            NOT_IMPLEMENTED => f.write_str("NotImplemented"),
            UNBOUND => f.write_str("<unbound>"),
            bits => match (self.as_small_int(), self.as_immediate_float()) {
                (Some(i), _) => write!(f, "{i}"),
                (_, Some(x)) => write!(f, "{x:?}"),
                _ => write!(f, "<object at {bits:#x}>"),
            },
        }
    }
}

impl<T: HeapObject> From<Gc<T>> for Value {
    #[inline(always)]
    fn from(object: Gc<T>) -> Value {
        object.value()
    }
}

const _: () = assert!(size_of::<Option<Value>>() == 8);
