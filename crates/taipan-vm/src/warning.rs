//! Warnings and checks that conversions of values share.

use crate::raise::{Exc, Raised};
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

impl Vm {
    /// The warning for a conversion method whose result is an instance of a subclass of what it should be.
    pub fn warn_strict_subclass(&mut self, method: &str, wanted: &str, result: Value) -> Result<(), Raised> {
        let got = self.type_name(result);
        let message = format!(
            "{method} returned non-{wanted} (type {got}).  The ability to return an instance of a strict subclass of \
             {wanted} is deprecated, and may be removed in a future version of Python."
        );
        self.warn(Exc::DeprecationWarning, &message, 0)
    }

    /// Raises UnicodeEncodeError when a text has surrogates and so no UTF-8 form.
    pub fn check_encodable(&mut self, text: crate::gc::Gc<Str>) -> Result<(), Raised> {
        match text.get(self).text().iter().position(|point| char::from_u32(point).is_none()) {
            Some(start) => Err(self.raise_surrogates(text, start)),
            None => Ok(()),
        }
    }

    /// The UnicodeEncodeError of UTF-8 for the run of surrogates of a text that begins at `start`.
    pub fn raise_surrogates(&mut self, text: crate::gc::Gc<Str>, start: usize) -> Raised {
        let surrogates = text.get(self).text().iter().skip(start).take_while(|&point| char::from_u32(point).is_none());
        let end = start + surrogates.count();
        let texts = self.new_str("utf-8").and_then(|encoding| Ok((encoding, self.new_str("surrogates not allowed")?)));
        match texts {
            Ok((encoding, reason)) => {
                let details = [encoding, text.value(), Value::int(start), Value::int(end), reason];
                self.raise_with(Exc::UnicodeEncodeError, &details)
            }
            Err(raised) => raised,
        }
    }
}
