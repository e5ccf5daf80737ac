//! `int`: immediate up to 63 bits, else sign and 64-bit limbs in the heap (`Int`).
//!
//! Invariant: an exact `Int` never holds a number that fits an immediate; instances of subclasses are always `Int`.

use dashu_int::{IBig, Sign, UBig};

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::shape::ShapeId;
use crate::types::Builtin;
use crate::value::Value;
use crate::vm::Vm;

pub mod arithmetic;
pub mod construct;
pub mod methods;

pub use methods::{BOOL, TYPE};

heap_object! {
    /// A big integer: magnitude in little-endian limbs; `meta` has the number of limbs and, in bit 63, the sign.
    pub struct Int = Builtin::Int {
        meta: u64,
    }
    tail Words(meta)
}

const SIGN: u64 = 1 << 63;

impl Int {
    /// Whether the number is negative.
    #[inline(always)]
    pub fn is_negative(&self) -> bool {
        self.meta & SIGN != 0
    }

    /// The magnitude, least significant limb first, no leading zero limbs.
    #[inline(always)]
    pub fn limbs(&self) -> &[u64] {
        let len = (self.meta & ((1 << 48) - 1)) as usize;
        // SAFETY: `len` limbs follow the struct.
        unsafe { std::slice::from_raw_parts((&raw const *self).add(1).cast(), len) }
    }

    fn limbs_mut(&mut self) -> &mut [u64] {
        let len = (self.meta & ((1 << 48) - 1)) as usize;
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut((&raw mut *self).add(1).cast(), len) }
    }

    /// Bytes of its limbs.
    pub fn byte_len(&self) -> usize {
        size_of_val(self.limbs())
    }

    /// The number for the algorithms of `dashu_int`.
    pub fn to_big(&self) -> IBig {
        let sign = if self.is_negative() { Sign::Negative } else { Sign::Positive };
        IBig::from_parts(sign, UBig::from_words(self.limbs()))
    }

    /// The number as `i64`, if it fits.
    pub fn to_i64(&self) -> Option<i64> {
        match *self.limbs() {
            [] => Some(0),
            [limb] if self.is_negative() => 0i64.checked_sub_unsigned(limb),
            [limb] => i64::try_from(limb).ok(),
            _ => None,
        }
    }

    /// A heap integer of any size and any shape whose layout is `Int`.
    pub fn from_limbs(vm: &mut Vm, shape: ShapeId, negative: bool, limbs: &[u64]) -> Result<Gc<Int>, Raised> {
        let len = limbs.len() - limbs.iter().rev().take_while(|limb| **limb == 0).count();
        let meta = len as u64 | if negative { SIGN } else { 0 };
        let int = vm.new_with_tail(shape, Int { header: HeaderWord::NEW, meta }, len * 8)?;
        int.get_mut(vm).limbs_mut().copy_from_slice(&limbs[..len]);
        Ok(int)
    }
}

/// An integer read from a value: small or big.
#[derive(Clone, Debug)]
pub enum Number {
    Small(i64),
    Big(IBig),
}

impl Vm {
    /// The int value of an `i64`.
    #[inline]
    pub fn new_int(&mut self, i: i64) -> Result<Value, Raised> {
        match Value::small_int(i) {
            Some(value) => Ok(value),
            None => Ok(Int::from_limbs(self, Builtin::Int as u32, i < 0, &[i.unsigned_abs()])?.value()),
        }
    }

    /// The int value of a `u64`.
    pub fn new_uint(&mut self, u: u64) -> Result<Value, Raised> {
        match i64::try_from(u).ok().and_then(Value::small_int) {
            Some(value) => Ok(value),
            None => Ok(Int::from_limbs(self, Builtin::Int as u32, false, &[u])?.value()),
        }
    }

    /// The int value of a big number.
    pub fn new_big_int(&mut self, big: &IBig) -> Result<Value, Raised> {
        if let Some(value) = i64::try_from(big).ok().and_then(Value::small_int) {
            return Ok(value);
        }
        let (sign, limbs) = big.as_sign_words();
        Ok(Int::from_limbs(self, Builtin::Int as u32, sign == Sign::Negative, limbs)?.value())
    }

    /// The number of an int (bool and subclasses included), `None` for other types.
    pub fn as_number(&self, value: Value) -> Option<Number> {
        if let Some(i) = value.as_small_int() {
            return Some(Number::Small(i));
        }
        if value.is_bool() {
            return Some(Number::Small(i64::from(value == Value::TRUE)));
        }
        let int = value.downcast::<Int>(self)?.get(self);
        Some(match int.to_i64() {
            Some(i) => Number::Small(i),
            None => Number::Big(int.to_big()),
        })
    }

    /// The number of an int as `IBig`, `None` for other types.
    pub fn as_big(&self, value: Value) -> Option<IBig> {
        self.as_number(value).map(|number| match number {
            Number::Small(i) => IBig::from(i),
            Number::Big(big) => big,
        })
    }

    /// The number of an int as `i64`; `None` when it is no int or does not fit.
    #[inline]
    pub fn as_i64(&self, value: Value) -> Option<i64> {
        match value.as_small_int() {
            Some(i) => Some(i),
            None => match self.as_number(value)? {
                Number::Small(i) => Some(i),
                Number::Big(_) => None,
            },
        }
    }

    /// Whether the value is an int (bool and subclasses included).
    #[inline]
    pub fn is_int(&self, value: Value) -> bool {
        value.is_small_int() || value.is_bool() || value.downcast::<Int>(self).is_some()
    }

    /// `operator.index(value)`: an exact int or what `__index__` gives. TypeError otherwise.
    pub fn index(&mut self, value: Value) -> Result<Value, Raised> {
        if value.is_small_int() || value.exact::<Int>().is_some() {
            return Ok(value);
        }
        if self.is_int(value) {
            return self.plain_int(value);
        }
        let Some(index) = self.slots(value).index else {
            let name = self.type_name(value);
            return Err(self.raise(Exc::TypeError, format!("'{name}' object cannot be interpreted as an integer")));
        };
        let result = index(self, value)?;
        if !self.is_int(result) {
            let name = self.type_name(result);
            return Err(self.raise(Exc::TypeError, format!("__index__ returned non-int (type {name})")));
        }
        if result.is_small_int() || result.exact::<Int>().is_some() {
            return Ok(result);
        }
        self.warn_strict_subclass("__index__", "int", result)?;
        self.plain_int(result)
    }

    /// The exact int with the number of a bool or an instance of a subclass.
    pub fn plain_int(&mut self, value: Value) -> Result<Value, Raised> {
        match self.as_number(value) {
            Some(Number::Small(i)) => self.new_int(i),
            Some(Number::Big(big)) => self.new_big_int(&big),
            None => Ok(value),
        }
    }

    /// `__index__` as `isize`; OverflowError ("cannot fit 'int' into an index-sized integer") beyond.
    pub fn index_isize(&mut self, value: Value) -> Result<isize, Raised> {
        if let Some(i) = value.as_small_int() {
            return Ok(i as isize);
        }
        let index = self.index(value)?;
        match self.as_i64(index) {
            Some(i) => Ok(i as isize),
            None => {
                let name = self.type_name(value);
                Err(self.raise(Exc::OverflowError, format!("cannot fit '{name}' into an index-sized integer")))
            }
        }
    }

    /// An int as a C `Py_ssize_t`, without `__index__`: TypeError for anything else, OverflowError beyond.
    pub fn ssize(&mut self, value: Value) -> Result<isize, Raised> {
        if !self.is_int(value) {
            return Err(self.raise(Exc::TypeError, "an integer is required"));
        }
        match self.as_i64(value) {
            Some(number) => Ok(number as isize),
            None => Err(self.raise(Exc::OverflowError, "Python int too large to convert to C ssize_t")),
        }
    }

    /// `__index__` clipped to the range of `isize`, as slices do.
    pub fn index_clipped(&mut self, value: Value) -> Result<isize, Raised> {
        let index = self.index(value)?;
        Ok(match self.as_number(index) {
            Some(Number::Small(i)) => i as isize,
            Some(Number::Big(big)) if big.sign() == Sign::Negative => isize::MIN,
            _ => isize::MAX,
        })
    }

    /// An int argument as a C `int`; OverflowError as `PyLong_AsInt` gives it.
    pub fn index_i32(&mut self, value: Value) -> Result<i32, Raised> {
        let index = self.index(value)?;
        match self.as_i64(index).and_then(|number| i32::try_from(number).ok()) {
            Some(number) => Ok(number),
            None => Err(self.raise(Exc::OverflowError, "Python int too large to convert to C int")),
        }
    }

    /// An int argument as a C `int`; OverflowError as the format `i` of CPython's older argument parsing gives it.
    pub fn parsed_i32(&mut self, value: Value) -> Result<i32, Raised> {
        let index = self.index(value)?;
        match self.as_i64(index).map(i32::try_from) {
            Some(Ok(i)) => Ok(i),
            _ => {
                let negative = self.as_big(index).is_some_and(|big| big.sign() == Sign::Negative);
                let which = if self.as_i64(index).is_none() {
                    "Python int too large to convert to C long"
                } else if negative {
                    "signed integer is less than minimum"
                } else {
                    "signed integer is greater than maximum"
                };
                Err(self.raise(Exc::OverflowError, which))
            }
        }
    }

    /// An int argument as an unsigned C number of 64 bits named `c_type`. ValueError "Cannot convert negative int",
    /// OverflowError beyond.
    pub fn index_unsigned(&mut self, value: Value, c_type: &str) -> Result<u64, Raised> {
        let index = self.index(value)?;
        match self.as_big(index) {
            Some(big) if big.sign() == Sign::Negative => {
                Err(self.raise(Exc::ValueError, "Cannot convert negative int"))
            }
            big => match big.and_then(|big| u64::try_from(&big).ok()) {
                Some(number) => Ok(number),
                None => Err(self.raise(Exc::OverflowError, format!("Python int too large for C {c_type}"))),
            },
        }
    }

    /// An int argument as a C `long`; OverflowError beyond.
    pub fn index_i64(&mut self, value: Value) -> Result<i64, Raised> {
        let index = self.index(value)?;
        match self.as_i64(index) {
            Some(i) => Ok(i),
            None => Err(self.raise(Exc::OverflowError, "Python int too large to convert to C long")),
        }
    }
}
