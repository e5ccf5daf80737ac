//! What the constructors of `bytes` and `bytearray` take: text, counts, bytes-like objects, iterables of ints.

use crate::args::Args;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::types::bytes::Bytes;
use crate::types::bytes::contents::{byte_value, check_length, contents, is_index};
use crate::types::bytes::decoding::text_argument;
use crate::types::str::Str;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

/// The bytes that the arguments of a constructor stand for.
pub enum Source {
    Bytes(Vec<u8>),
    /// So many zeros.
    Zeros(usize),
    /// A `bytes`, perhaps of a subclass, that is the result itself.
    Object(Gc<Bytes>),
}

/// Reads the bound arguments `(source, encoding, errors)` of the constructor of `class` ("bytes", "bytearray").
///
/// # Errors
/// As CPython's constructors: TypeError, ValueError "negative count", OverflowError, MemoryError.
pub fn source(vm: &mut Vm, args: Args<'_>, class: &str) -> Result<Source, Raised> {
    let [value, encoding, errors] = args.all();
    let codec = |vm: &mut Vm, value: Value, name: &str, default: &str| text_argument(vm, value, class, name, default);
    let (has_encoding, has_errors) = (encoding.given().is_some(), errors.given().is_some());
    let encoding_name = codec(vm, encoding, "encoding", "utf-8")?;
    let errors_name = codec(vm, errors, "errors", "strict")?;
    let is_str = value.downcast::<Str>(vm).is_some();
    if has_encoding || has_errors {
        if !is_str {
            let what = if has_encoding { "encoding" } else { "errors" };
            return Err(vm.raise(Exc::TypeError, format!("{what} without a string argument")));
        }
        if !has_encoding {
            return Err(vm.raise(Exc::TypeError, "string argument without an encoding"));
        }
        let (encoding, errors) = (vm.new_str(&encoding_name)?, vm.new_str(&errors_name)?);
        let encode = vm.builtin_named("str")?;
        let encode = vm.get_attr_str(encode, "encode")?;
        let encoded = vm.call(encode, &[value, encoding, errors])?;
        return Ok(Source::Bytes(contents(vm, encoded).to_vec()));
    }
    let Some(value) = value.given() else { return Ok(Source::Bytes(Vec::new())) };
    if is_str && class == "bytearray" {
        return Err(vm.raise(Exc::TypeError, "string argument without an encoding"));
    }
    if class == "bytes"
        && let Some(method) = vm.special_method(value, name::BYTES)?
    {
        let result = vm.call(method, &[])?;
        return match result.downcast::<Bytes>(vm) {
            Some(bytes) => Ok(Source::Object(bytes)),
            None => {
                let got = vm.type_name(result);
                Err(vm.raise(Exc::TypeError, format!("__bytes__ returned non-bytes (type {got})")))
            }
        };
    }
    if is_str {
        return Err(vm.raise(Exc::TypeError, "string argument without an encoding"));
    }
    if is_index(vm, value) {
        let result = vm.index_isize(value);
        if let Some(count) = vm.catch(result, Exc::TypeError)? {
            let Ok(count) = usize::try_from(count) else {
                return Err(vm.raise(Exc::ValueError, "negative count"));
            };
            check_length(vm, count)?;
            return Ok(Source::Zeros(count));
        }
    }
    let what = if class == "bytes" { "bytes" } else { "byte" };
    Ok(Source::Bytes(bytes_from_object(vm, value, class, what)?))
}

/// The bytes of a bytes-like object or of an iterable of ints.
///
/// # Errors
/// TypeError "cannot convert 'X' object to `class`"; ValueError "`what` must be in range(0, 256)".
pub fn bytes_from_object(vm: &mut Vm, value: Value, class: &str, what: &str) -> Result<Vec<u8>, Raised> {
    if vm.slots(value).get_buffer.is_some() {
        return vm.strided_bytes_of(value);
    }
    let result = vm.iter(value);
    let Some(iterator) = vm.catch(result, Exc::TypeError)? else {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("cannot convert '{got}' object to {class}")));
    };
    bytes_from_iterator(vm, iterator, what)
}

/// The ints an iterator gives, as bytes.
pub fn bytes_from_iterator(vm: &mut Vm, iterator: Value, what: &str) -> Result<Vec<u8>, Raised> {
    let mut out = Vec::new();
    while let Some(item) = vm.next(iterator)? {
        out.push(byte_value(vm, item, what)?);
        if out.len().is_multiple_of(1 << 20) {
            check_length(vm, out.len())?;
        }
    }
    Ok(out)
}

/// `bytes.__new__`.
pub fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("bytes(source=b'', encoding='', errors='')");
    let source = args.bind(vm, &SIGNATURE, |vm, args| source(vm, args, "bytes"))?;
    instance(vm, class, source)
}

/// An instance of `bytes` or a subclass.
pub fn instance(vm: &mut Vm, class: Gc<Type>, source: Source) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    let exact = shape == crate::types::Builtin::Bytes as u32;
    let bytes = match source {
        Source::Object(bytes) if exact => return Ok(bytes.value()),
        Source::Object(bytes) => bytes.get(vm).bytes().to_vec(),
        Source::Bytes(bytes) if exact => return vm.new_bytes(&bytes),
        Source::Bytes(bytes) => bytes,
        Source::Zeros(n) if exact && n < 2 => return vm.new_bytes(&vec![0; n]),
        Source::Zeros(n) => return Ok(Bytes::zeroed(vm, shape, n)?.value()),
    };
    let new = Bytes::zeroed(vm, shape, bytes.len())?;
    new.get_mut(vm).bytes_mut().copy_from_slice(&bytes);
    Ok(new.value())
}
