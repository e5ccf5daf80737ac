//! Encoding and decoding: the native codecs with their error handlers, and the registry of all others.
//!
//! The registry's search functions, its cache and the registered error handlers are values of the interpreter's state.

use taipan_text::TextBuf;
use taipan_text::codecs::errors::{EncodedReplacement, Policy};
use taipan_text::codecs::{Codec, CodecError, Decoding, Encoding, errors};

use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::types::bytes::Bytes;
use crate::types::exceptions::unicode_error;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

pub mod handlers;
pub mod registry;

/// An encoding name in the form by which codecs are found: lower case, other characters joined to `_`.
pub fn normalize_encoding(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '.' {
            if gap && !out.is_empty() {
                out.push('_');
            }
            gap = false;
            out.push(c.to_ascii_lowercase());
        } else {
            gap = true;
        }
    }
    out
}

/// The codec that is native for an encoding name.
pub fn native_codec(name: &str) -> Option<Codec<'static>> {
    Some(match normalize_encoding(name).as_str() {
        "utf_8" | "utf8" => Codec::Utf8,
        "ascii" | "us_ascii" => Codec::Ascii,
        "latin1" | "latin_1" | "iso_8859_1" | "iso8859_1" => Codec::Latin1,
        "utf_16" | "utf16" => Codec::Utf16(None),
        "utf_32" | "utf32" => Codec::Utf32(None),
        _ => return None,
    })
}

/// In development mode (`-X dev`) the names of an encoding and an error handler are looked up even where they are not
/// needed. LookupError for unknown ones.
pub fn check_names(vm: &mut Vm, encoding: Option<&str>, errors: Option<&str>) -> Result<(), Raised> {
    if !vm.interp().config.settings.dev_mode || vm.interp().finalizing {
        return Ok(());
    }
    if let Some(encoding) = encoding.filter(|encoding| native_codec(encoding).is_none()) {
        registry::lookup(vm, encoding)?;
    }
    if let Some(errors) = errors.filter(|errors| Policy::from_name(errors).is_none()) {
        registry::lookup_error(vm, errors)?;
    }
    Ok(())
}

/// `text.encode(encoding, errors)`: always bytes.
///
/// # Errors
/// LookupError for an unknown encoding or handler, UnicodeEncodeError, or what a codec raises.
pub fn encode_object(
    vm: &mut Vm,
    text: Gc<Str>,
    encoding: Option<&str>,
    errors: Option<&str>,
) -> Result<Value, Raised> {
    check_names(vm, encoding, errors)?;
    let encoding = encoding.unwrap_or("utf-8");
    if let Some(codec) = native_codec(encoding) {
        return Ok(encode_with(vm, text, codec, errors)?.value());
    }
    let result = registry::encode_text(vm, text.value(), encoding, errors)?;
    if result.downcast::<Bytes>(vm).is_some() {
        return Ok(result);
    }
    let got = vm.type_name(result);
    let message = format!(
        "'{encoding}' encoder returned '{got}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types"
    );
    Err(vm.raise(Exc::TypeError, message))
}

fn bytes_to_decode(vm: &mut Vm, object: Value) -> Result<Vec<u8>, Raised> {
    let result = vm.bytes_of(object);
    match vm.catch(result, Exc::Exception)? {
        Some(bytes) => Ok(bytes),
        None => {
            let got = vm.type_name(object);
            Err(vm.raise(Exc::TypeError, format!("decoding to str: need a bytes-like object, {got} found")))
        }
    }
}

/// `object.decode(encoding, errors)` of a bytes-like object: always a str.
///
/// # Errors
/// LookupError for an unknown encoding or handler, UnicodeDecodeError, or what a codec raises.
pub fn decode_object(
    vm: &mut Vm,
    object: Value,
    encoding: Option<&str>,
    errors: Option<&str>,
) -> Result<Value, Raised> {
    check_names(vm, encoding, errors)?;
    let encoding = encoding.unwrap_or("utf-8");
    if let Some(codec) = native_codec(encoding) {
        let input = bytes_to_decode(vm, object)?;
        let (text, _) = decode_with(vm, &input, codec, errors, true)?;
        return Ok(Str::from_text(vm, text.as_text())?.value());
    }
    let input = match object.exact::<Bytes>() {
        Some(_) => object,
        None => {
            let input = bytes_to_decode(vm, object)?;
            vm.new_bytes(&input)?
        }
    };
    let result = registry::decode_text(vm, input, encoding, errors)?;
    if result.downcast::<Str>(vm).is_some() {
        return Ok(result);
    }
    let got = vm.type_name(result);
    let message = format!(
        "'{encoding}' decoder returned '{got}' instead of 'str'; use codecs.decode() to decode to arbitrary types"
    );
    Err(vm.raise(Exc::TypeError, message))
}

/// Encodes with a native codec.
pub fn encode_with(vm: &mut Vm, text: Gc<Str>, codec: Codec<'_>, handler: Option<&str>) -> Result<Gc<Bytes>, Raised> {
    vm.check_native_bytes(text.get(vm).bytes().len())?;
    let plain = matches!(codec, Codec::Utf8 | Codec::Ascii | Codec::Latin1);
    if plain && let Some(ascii) = text.get(vm).as_ascii() {
        let bytes = ascii.as_bytes().to_vec();
        return Bytes::new(vm, &bytes);
    }
    let name = handler.unwrap_or("strict");
    if let Some(policy) = Policy::from_name(name) {
        return match errors::encode(codec, text.get(vm).text(), policy) {
            Ok(bytes) => Bytes::new(vm, &bytes),
            Err(error) => Err(raise_encode_error(vm, codec.name(), text, error)),
        };
    }
    let source = text.get(vm).text().to_buf();
    let mut encoding = Encoding::new(codec, source.as_text());
    let mut asked = Asked::new(name);
    while let Err(error) = encoding.run() {
        let (replacement, position, exception) = asked.for_encoding(vm, codec.name(), text, error)?;
        let taken = encoding.resume(replacement.as_replacement(), position, error);
        if taken.is_err() {
            return Err(vm.raise_value(exception));
        }
    }
    Bytes::new(vm, &encoding.finish())
}

/// Whether a policy can go on after a decoding error: some know encoding only.
pub fn policy_decodes(policy: Policy) -> bool {
    !matches!(policy, Policy::XmlCharRefReplace | Policy::NameReplace)
}

/// Raises what handlers for encoding say to a decoding error.
#[cold]
pub fn raise_no_decoding(vm: &mut Vm) -> Raised {
    vm.raise(Exc::TypeError, "don't know how to handle UnicodeDecodeError in error callback")
}

/// Decodes with a native codec: the text and how many bytes were used.
pub fn decode_with(
    vm: &mut Vm,
    input: &[u8],
    codec: Codec<'_>,
    handler: Option<&str>,
    is_final: bool,
) -> Result<(TextBuf, usize), Raised> {
    let name = handler.unwrap_or("strict");
    let mut decoding = Decoding::new(codec, input, is_final);
    if let Some(policy) = Policy::from_name(name) {
        return match errors::run(&mut decoding, policy) {
            Ok(()) => decoded(vm, decoding, input.len(), is_final),
            Err(_) if !policy_decodes(policy) => Err(raise_no_decoding(vm)),
            Err(error) => {
                let object = vm.new_bytes(input)?;
                Err(raise_decode_error(vm, decoding.encoding(), object, error))
            }
        };
    }
    let mut asked = Asked::new(name);
    let mut object = None;
    // What a handler has put in the place of the input.
    let mut replaced: Vec<u8>;
    loop {
        let Err(error) = decoding.run() else { return decoded(vm, decoding, input.len(), is_final) };
        let current = match object {
            Some(object) => object,
            None => *object.insert(vm.new_bytes(input)?),
        };
        let (new, position, now) = asked.for_decoding(vm, decoding.encoding(), current, error)?;
        decoding.resume(new.as_text(), position);
        if now != current {
            object = Some(now);
            let paused = decoding.pause(position);
            replaced = vm.bytes_of(now)?;
            decoding = paused.over(&replaced);
        }
    }
}

/// The result of a decoding, after the warning about its first escape that means nothing.
fn decoded(
    vm: &mut Vm,
    mut decoding: Decoding<'_, '_>,
    len: usize,
    is_final: bool,
) -> Result<(TextBuf, usize), Raised> {
    if let Some(warning) = decoding.escape_warning() {
        vm.warn(Exc::DeprecationWarning, &warning, 0)?;
    }
    let (text, used) = decoding.finish();
    Ok((text, if is_final { len } else { used }))
}

/// A registered error handler and the exception it is told errors with: one for all errors of a run. What the handler
/// does to it stays.
pub struct Asked<'h> {
    name: &'h str,
    function: Option<Value>,
    exception: Option<Value>,
}

impl<'h> Asked<'h> {
    /// Nothing is looked up before the first error.
    pub fn new(name: &'h str) -> Asked<'h> {
        Asked { name, function: None, exception: None }
    }

    fn function(&mut self, vm: &mut Vm) -> Result<Value, Raised> {
        match self.function {
            Some(function) => Ok(function),
            None => Ok(*self.function.insert(registry::lookup_error(vm, self.name)?)),
        }
    }

    /// Asks what to write for code points that cannot be encoded: the replacement, where to go on, and the exception to
    /// raise if the replacement cannot be encoded either.
    ///
    /// # Errors
    /// LookupError, TypeError or IndexError for what the handler gives, or what it raises.
    pub fn for_encoding(
        &mut self,
        vm: &mut Vm,
        encoding: &str,
        text: Gc<Str>,
        error: CodecError,
    ) -> Result<(EncodedReplacement, usize, Value), Raised> {
        let function = self.function(vm)?;
        let exception = match self.exception {
            Some(exception) => set_range(vm, exception, error)?,
            None => *self.exception.insert(encode_error(vm, encoding, text, error)?),
        };
        let result = vm.call(function, &[exception])?;
        let message = "encoding error handler must return (str/bytes, int) tuple";
        let len = text.get(vm).len();
        let (replacement, position) = handler_result(vm, result, message)?;
        let replacement = if let Some(new) = replacement.downcast::<Str>(vm) {
            EncodedReplacement::Text(new.get(vm).text().to_buf())
        } else if replacement.downcast::<Bytes>(vm).is_some() {
            EncodedReplacement::Bytes(vm.bytes_of(replacement)?)
        } else {
            return Err(vm.raise(Exc::TypeError, message));
        };
        Ok((replacement, place(vm, position, len)?, exception))
    }

    /// Asks for the text of bytes that cannot be decoded: the text, where to go on, and the bytes to go on in, which the
    /// handler may have replaced.
    ///
    /// # Errors
    /// As `for_encoding`.
    pub fn for_decoding(
        &mut self,
        vm: &mut Vm,
        encoding: &str,
        object: Value,
        error: CodecError,
    ) -> Result<(TextBuf, usize, Value), Raised> {
        let function = self.function(vm)?;
        let exception = match self.exception {
            Some(exception) => set_range(vm, exception, error)?,
            None => *self.exception.insert(decode_error(vm, encoding, object, error)?),
        };
        let result = vm.call(function, &[exception])?;
        let message = "decoding error handler must return (str, int) tuple";
        let (replacement, position) = handler_result(vm, result, message)?;
        let Some(new) = replacement.downcast::<Str>(vm) else { return Err(vm.raise(Exc::TypeError, message)) };
        let object = unicode_error::bytes_object(vm, exception)?;
        let len = object.downcast::<Bytes>(vm).map_or(0, |bytes| bytes.get(vm).len());
        let position = place(vm, position, len)?;
        Ok((new.get(vm).text().to_buf(), position, object))
    }
}

/// Tells an exception of another error.
fn set_range(vm: &mut Vm, exception: Value, error: CodecError) -> Result<Value, Raised> {
    let reason = vm.new_str(error.reason)?;
    unicode_error::set_place(vm, exception, error.start, error.end, reason);
    Ok(exception)
}

/// The replacement and the position that an error handler gave.
fn handler_result(vm: &mut Vm, result: Value, message: &str) -> Result<(Value, isize), Raised> {
    let Some(tuple) = result.downcast::<Tuple>(vm).filter(|tuple| tuple.get(vm).len() == 2) else {
        return Err(vm.raise(Exc::TypeError, message));
    };
    let (replacement, position) = (tuple.get(vm).at(0), tuple.get(vm).at(1));
    if !vm.is_int(position) {
        return Err(vm.raise(Exc::TypeError, message));
    }
    Ok((replacement, vm.index_isize(position)?))
}

/// The position that a handler gave in an object of `len` units; IndexError beyond it.
fn place(vm: &mut Vm, given: isize, len: usize) -> Result<usize, Raised> {
    let position = if given < 0 { given + len as isize } else { given };
    match usize::try_from(position).ok().filter(|position| *position <= len) {
        Some(position) => Ok(position),
        None => Err(vm.raise(Exc::IndexError, format!("position {given} from error handler out of bounds"))),
    }
}

fn encode_error(vm: &mut Vm, encoding: &str, text: Gc<Str>, error: CodecError) -> Result<Value, Raised> {
    let (encoding, reason) = (vm.new_str(encoding)?, vm.new_str(error.reason)?);
    let args = [encoding, text.value(), Value::int(error.start), Value::int(error.end), reason];
    vm.new_exception(Exc::UnicodeEncodeError, &args)
}

fn decode_error(vm: &mut Vm, encoding: &str, object: Value, error: CodecError) -> Result<Value, Raised> {
    let (encoding, reason) = (vm.new_str(encoding)?, vm.new_str(error.reason)?);
    let args = [encoding, object, Value::int(error.start), Value::int(error.end), reason];
    vm.new_exception(Exc::UnicodeDecodeError, &args)
}

/// Raises UnicodeEncodeError.
#[cold]
pub fn raise_encode_error(vm: &mut Vm, encoding: &str, text: Gc<Str>, error: CodecError) -> Raised {
    match encode_error(vm, encoding, text, error) {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

/// Raises UnicodeDecodeError; `object` is the bytes that were decoded.
#[cold]
pub fn raise_decode_error(vm: &mut Vm, encoding: &str, object: Value, error: CodecError) -> Raised {
    match decode_error(vm, encoding, object, error) {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

/// Raises the UnicodeEncodeError of a text with lone surrogates where UTF-8 is needed.
#[cold]
pub fn raise_surrogate(vm: &mut Vm, text: Gc<Str>) -> Raised {
    match errors::encode(Codec::Utf8, text.get(vm).text(), Policy::Strict) {
        Err(error) => raise_encode_error(vm, "utf-8", text, error),
        Ok(_) => vm.raise(Exc::ValueError, "text is not valid UTF-8"),
    }
}
