//! `complex`: a pair of floats.

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::value::Value;
use crate::vm::Vm;

pub mod arithmetic;
pub mod methods;

pub use methods::TYPE;

heap_object! {
    /// `complex(real, imag)`.
    pub struct Complex = Builtin::Complex {
        pub real: f64,
        pub imag: f64,
    }
}

impl Complex {
    /// A new exact complex number.
    pub fn new(vm: &mut Vm, real: f64, imag: f64) -> Result<Gc<Complex>, Raised> {
        vm.new_exact(Complex { header: HeaderWord::NEW, real, imag })
    }
}

impl Vm {
    /// The parts of a complex number (subclasses included), `None` for other types.
    pub fn as_complex(&self, value: Value) -> Option<(f64, f64)> {
        let Complex { real, imag, .. } = *value.downcast::<Complex>(self)?.get(self);
        Some((real, imag))
    }

    /// The result of `__complex__`, if the type has it. TypeError when that is no complex number.
    pub fn special_complex(&mut self, value: Value) -> Result<Option<(f64, f64)>, Raised> {
        let Some(result) = self.call_special(value, name::COMPLEX, &[])? else { return Ok(None) };
        match self.as_complex(result) {
            Some(parts) => {
                if !self.is_exact(result, crate::types::Builtin::Complex) {
                    self.warn_strict_subclass("__complex__", "complex", result)?;
                }
                Ok(Some(parts))
            }
            None => {
                let got = self.type_name(result);
                Err(self.raise(Exc::TypeError, format!("__complex__ returned non-complex (type {got})")))
            }
        }
    }

    /// A number argument as a complex number: complex, `__complex__`, or a real number.
    pub fn to_complex(&mut self, value: Value) -> Result<(f64, f64), Raised> {
        if let Some(parts) = self.as_complex(value) {
            return Ok(parts);
        }
        if !value.is_heap() {
            return Ok((self.to_f64(value)?, 0.0));
        }
        match self.special_complex(value)? {
            Some(parts) => Ok(parts),
            None => Ok((self.to_f64(value)?, 0.0)),
        }
    }
}
