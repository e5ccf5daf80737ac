//! `str.encode`, and the encoding arguments of text functions.

use crate::args::Args;
use crate::codecs;
use crate::raise::{Exc, Raised};
use crate::types::str::Str;
use crate::types::str::searching::argument_type;
use crate::value::Value;
use crate::vm::Vm;

/// An optional argument that names an encoding or an error handler.
///
/// # Errors
/// TypeError for anything but a str, ValueError for one with a null character.
pub fn optional_name(vm: &mut Vm, value: Value, function: &str, argument: &str) -> Result<Option<String>, Raised> {
    let Some(value) = value.given() else { return Ok(None) };
    let Some(text) = value.downcast::<Str>(vm) else {
        let got = argument_type(vm, value);
        return Err(vm.raise(Exc::TypeError, format!("{function}() argument '{argument}' must be str, not {got}")));
    };
    let Some(name) = text.get(vm).to_utf8().map(|text| text.into_owned()) else {
        return Err(codecs::raise_surrogate(vm, text));
    };
    if name.contains('\0') {
        return Err(vm.raise(Exc::ValueError, "embedded null character"));
    }
    Ok(Some(name))
}

pub(super) fn encode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (text, [encoding, errors]) = args.method::<Str, 2>(vm);
    let encoding = optional_name(vm, encoding, "encode", "encoding")?;
    let errors = optional_name(vm, errors, "encode", "errors")?;
    codecs::encode_object(vm, text, encoding.as_deref(), errors.as_deref())
}
