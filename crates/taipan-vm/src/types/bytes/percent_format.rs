//! `bytes % args`: printf-style formatting of `bytes` and `bytearray`.

use taipan_text::TextRef;
use taipan_text::format_spec::{FormatError, FormatErrorKind};
use taipan_text::percent_format::{Amount, Conversion, Field, Piece, Pieces, float_field, int_field};

use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::bytearray::ByteArray;
use crate::types::bytes::Bytes;
use crate::types::bytes::contents::{check_length, contents, has_contents, is_index, make_like};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// The arguments being taken in turn.
struct Arguments {
    given: Value,
    /// Whether `given` is a tuple of arguments.
    is_tuple: bool,
    taken: usize,
    /// A value taken by key: the next argument.
    by_key: Option<Value>,
    mapping_used: bool,
}

impl Arguments {
    fn next(&mut self, vm: &mut Vm) -> Result<Value, Raised> {
        if let Some(value) = self.by_key.take() {
            return Ok(value);
        }
        let found = match self.given.downcast::<Tuple>(vm) {
            Some(tuple) if self.is_tuple => tuple.get(vm).items().get(self.taken).copied(),
            _ if self.taken == 0 && !self.mapping_used => Some(self.given),
            _ => None,
        };
        self.taken += 1;
        found.ok_or_else(|| vm.raise(Exc::TypeError, "not enough arguments for format string"))
    }

    fn is_mapping(&self, vm: &mut Vm) -> bool {
        !self.is_tuple
            && vm.slots(self.given).subscript.is_some()
            && !has_contents(vm, self.given)
            && self.given.downcast::<Str>(vm).is_none()
    }
}

fn raise_format(vm: &mut Vm, error: &FormatError) -> Raised {
    match error.kind {
        FormatErrorKind::MemoryError => vm.raise_no_memory(),
        FormatErrorKind::OverflowError => vm.raise(Exc::OverflowError, &error.message),
        _ => vm.raise(Exc::ValueError, &error.message),
    }
}

/// `format % given`.
pub fn format(vm: &mut Vm, this: Value, given: Value) -> Result<Value, Raised> {
    let text = contents(vm, this).to_vec();
    let is_tuple = given.downcast::<Tuple>(vm).is_some();
    let mut arguments = Arguments { given, is_tuple, taken: 0, by_key: None, mapping_used: false };
    let mut out = Vec::with_capacity(text.len());
    for piece in Pieces::new(TextRef::Latin1(&text)) {
        match piece {
            Err(error) => {
                // A key is asked for before its text is read.
                if error.message.contains("key") && !arguments.is_mapping(vm) {
                    return Err(vm.raise(Exc::TypeError, "format requires a mapping"));
                }
                return Err(raise_format(vm, &error));
            }
            Ok(Piece::Literal(range)) => out.extend_from_slice(&text[range]),
            Ok(Piece::Conversion(conversion)) => convert(vm, &text, &conversion, &mut arguments, &mut out)?,
        }
        check_length(vm, out.len())?;
    }
    let left = match given.downcast::<Tuple>(vm) {
        Some(tuple) => arguments.taken < tuple.get(vm).len() && !arguments.mapping_used,
        None => arguments.taken == 0 && !arguments.is_mapping(vm),
    };
    if left {
        return Err(vm.raise(Exc::TypeError, "not all arguments converted during bytes formatting"));
    }
    make_like(vm, this, &out)
}

fn convert(
    vm: &mut Vm,
    text: &[u8],
    conversion: &Conversion,
    arguments: &mut Arguments,
    out: &mut Vec<u8>,
) -> Result<(), Raised> {
    if let Some(key) = &conversion.key {
        if !arguments.is_mapping(vm) {
            return Err(vm.raise(Exc::TypeError, "format requires a mapping"));
        }
        let key = vm.new_bytes(&text[key.clone()])?;
        let value = vm.get_item(arguments.given, key)?;
        arguments.by_key = Some(value);
        arguments.mapping_used = true;
    }
    let width = star(vm, conversion.width, arguments, false)?;
    let precision = star(vm, conversion.precision, arguments, true)?;
    if conversion.code.is_none() {
        return Err(raise_format(vm, &Conversion::incomplete()));
    }
    let field = conversion.field(width, precision);
    let value = arguments.next(vm)?;
    let max = isize::MAX as usize / 4;
    check_length(vm, field.width)?;
    match field.code {
        b's' | b'b' => {
            let bytes = text_of_value(vm, value)?;
            push_field(&field, &bytes, out);
        }
        b'a' | b'r' => {
            let shown = vm.ascii(value)?;
            let shown = vm.text_of(shown).unwrap_or_default();
            push_field(&field, shown.as_bytes(), out);
        }
        b'c' => {
            let byte = character(vm, value)?;
            push_field(&Field { precision: None, ..field }, &[byte], out);
        }
        b'd' | b'i' | b'u' | b'o' | b'x' | b'X' => {
            let number = integer(vm, value, field.code)?;
            let Some(big) = vm.as_big(number) else { return Err(vm.raise(Exc::TypeError, "an integer is required")) };
            let digits = vm.interp().int_max_str_digits;
            match int_field(&big, &field, digits, max) {
                Ok(shown) => out.extend_from_slice(shown.as_bytes()),
                Err(error) => return Err(raise_format(vm, &error)),
            }
        }
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => {
            let result = vm.to_f64(value);
            let Some(number) = vm.catch(result, Exc::TypeError)? else {
                let got = vm.type_name(value);
                return Err(vm.raise(Exc::TypeError, format!("float argument required, not {got}")));
            };
            match float_field(number, &field, max) {
                Ok(shown) => out.extend_from_slice(shown.as_bytes()),
                Err(error) => return Err(raise_format(vm, &error)),
            }
        }
        _ => {
            let error = conversion.unsupported();
            return Err(raise_format(vm, &error));
        }
    }
    Ok(())
}

fn star(vm: &mut Vm, amount: Amount, arguments: &mut Arguments, is_precision: bool) -> Result<i64, Raised> {
    if amount != Amount::Star {
        return Ok(0);
    }
    let value = arguments.next(vm)?;
    if !vm.is_int(value) {
        return Err(vm.raise(Exc::TypeError, "* wants int"));
    }
    if is_precision {
        return Ok(i64::from(vm.index_i32(value)?));
    }
    match vm.ssize(value)? as i64 {
        i64::MIN => Err(vm.raise(Exc::OverflowError, "width too big")),
        width => Ok(width),
    }
}

fn push_field(field: &Field, bytes: &[u8], out: &mut Vec<u8>) {
    let shown = &bytes[..bytes.len().min(field.precision.unwrap_or(usize::MAX))];
    let fill = field.width.saturating_sub(shown.len());
    if !field.flags.left {
        out.resize(out.len() + fill, b' ');
    }
    out.extend_from_slice(shown);
    if field.flags.left {
        out.resize(out.len() + fill, b' ');
    }
}

/// The bytes of `%b`.
fn text_of_value(vm: &mut Vm, value: Value) -> Result<Vec<u8>, Raised> {
    if value.exact::<Bytes>().is_some() || value.exact::<ByteArray>().is_some() {
        return Ok(contents(vm, value).to_vec());
    }
    if let Some(method) = vm.special_method(value, name::BYTES)? {
        let result = vm.call(method, &[])?;
        if result.downcast::<Bytes>(vm).is_some() {
            return Ok(contents(vm, result).to_vec());
        }
        let got = vm.type_name(result);
        return Err(vm.raise(Exc::TypeError, format!("__bytes__ returned non-bytes (type {got})")));
    }
    if vm.slots(value).get_buffer.is_some() {
        return vm.strided_bytes_of(value);
    }
    let got = vm.type_name(value);
    let message = format!("%b requires a bytes-like object, or an object that implements __bytes__, not '{got}'");
    Err(vm.raise(Exc::TypeError, message))
}

/// The byte of `%c`.
fn character(vm: &mut Vm, value: Value) -> Result<u8, Raised> {
    if has_contents(vm, value) {
        if let [byte] = contents(vm, value) {
            return Ok(*byte);
        }
        let n = contents(vm, value).len();
        let class = if value.downcast::<Bytes>(vm).is_some() { "bytes" } else { "bytearray" };
        let message =
            format!("%c requires an integer in range(256) or a single byte, not a {class} object of length {n}");
        return Err(vm.raise(Exc::TypeError, message));
    }
    if !is_index(vm, value) {
        let class = vm.type_of(value);
        let got = crate::types::object::full_class_name(vm, class)?;
        let message = format!("%c requires an integer in range(256) or a single byte, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let index = vm.index(value)?;
    match vm.as_i64(index).and_then(|i| u8::try_from(i).ok()) {
        Some(byte) => Ok(byte),
        None => Err(vm.raise(Exc::OverflowError, "%c arg not in range(256)")),
    }
}

/// The integer of a `%d`-like conversion.
fn integer(vm: &mut Vm, value: Value, code: u8) -> Result<Value, Raised> {
    if vm.is_int(value) {
        return Ok(value);
    }
    let slots = vm.slots(value);
    let (index, int) = (slots.index, slots.int);
    let wants_index = matches!(code, b'o' | b'x' | b'X');
    let converted = match (index, int) {
        (Some(_), _) => Some(vm.index(value)?),
        (None, Some(int)) if !wants_index => {
            let result = int(vm, value);
            vm.catch(result, Exc::TypeError)?
        }
        _ => None,
    };
    match converted.filter(|value| vm.is_int(*value)) {
        Some(number) => Ok(number),
        None => {
            let got = vm.type_name(value);
            let what = if wants_index { "an integer" } else { "a real number" };
            Err(vm.raise(Exc::TypeError, format!("%{} format: {what} is required, not {got}", code as char)))
        }
    }
}
