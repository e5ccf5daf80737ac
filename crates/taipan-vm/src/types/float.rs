//! `float`: immediate where the encoding allows, else boxed (`Float`).

use crate::gc::HeaderWord;
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::int::Int;
use crate::value::Value;
use crate::vm::Vm;

pub mod arithmetic;
pub mod methods;

pub use methods::TYPE;

heap_object! {
    /// A boxed float: out of the range of the immediate form, a NaN made by a constructor, or a subclass instance.
    pub struct Float = Builtin::Float {
        pub number: f64,
    }
}

impl Vm {
    /// The float value of a number.
    #[inline(always)]
    pub fn new_float(&mut self, f: f64) -> Result<Value, Raised> {
        match Value::immediate_float(f) {
            Some(value) => Ok(value),
            None => self.new_boxed_float(f),
        }
    }

    /// A float with an identity of its own.
    #[inline(never)]
    pub fn new_boxed_float(&mut self, f: f64) -> Result<Value, Raised> {
        Ok(self.new_exact(Float { header: HeaderWord::NEW, number: f })?.value())
    }

    /// The number of a float (subclasses included), `None` for other types.
    #[inline(always)]
    pub fn as_float(&self, value: Value) -> Option<f64> {
        match value.as_immediate_float() {
            Some(f) => Some(f),
            None => value.downcast::<Float>(self).map(|float| float.get(self).number),
        }
    }

    /// A real argument as `f64`: float, `__float__`, `__index__`. TypeError "must be real number, not X".
    pub fn to_f64(&mut self, value: Value) -> Result<f64, Raised> {
        if let Some(f) = self.as_float(value) {
            return Ok(f);
        }
        if let Some(i) = value.as_small_int() {
            return Ok(i as f64);
        }
        if let Some(float) = self.slots(value).float {
            let result = float(self, value)?;
            return match self.as_float(result) {
                Some(f) => {
                    if !self.is_exact(result, crate::types::Builtin::Float) {
                        let method = format!("{}.__float__", self.type_name(value));
                        self.warn_strict_subclass(&method, "float", result)?;
                    }
                    Ok(f)
                }
                None => {
                    let (name, got) = (self.type_name(value), self.type_name(result));
                    Err(self.raise(Exc::TypeError, format!("{name}.__float__ returned non-float (type {got})")))
                }
            };
        }
        if self.is_int(value) || self.slots(value).index.is_some() {
            let index = self.index(value)?;
            return self.int_to_f64(index);
        }
        let name = self.type_name(value);
        Err(self.raise(Exc::TypeError, format!("must be real number, not {name}")))
    }

    /// The nearest float of an int; OverflowError when it is too large.
    pub fn int_to_f64(&mut self, int: Value) -> Result<f64, Raised> {
        if let Some(i) = self.as_i64(int) {
            return Ok(i as f64);
        }
        let number = int.downcast::<Int>(self).map(|int| int.get(self).to_big().to_f64().value());
        match number {
            Some(f) if f.is_finite() => Ok(f),
            _ => Err(self.raise(Exc::OverflowError, "int too large to convert to float")),
        }
    }
}
