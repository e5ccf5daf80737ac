//! The built-in error handlers as functions on exceptions: what `codecs.lookup_error` gives for their names.

use taipan_text::codecs::errors::{EncodedReplacement, Policy};
use taipan_text::codecs::{ByteOrder, Codec, CodecError};

use crate::args::Args;
use crate::raise::{Exc, Raised};
use crate::spec::{MethodDef, function};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

macro_rules! handlers {
    ($($name:literal $row:ident $function:ident $signature:literal $policy:ident $doc:literal,)*) => {
        $(
            fn $function(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
                handle(vm, args.get(0), Policy::$policy)
            }
            static $row: MethodDef = function($signature, $function, $doc);
        )*

        /// The handlers by name.
        pub static HANDLERS: &[(&str, &MethodDef)] = &[$(($name, &$row),)*];
    };
}

handlers! {
    "strict" STRICT strict "strict_errors(object, /)" Strict
        "Implements the 'strict' error handling, which raises a UnicodeError on coding errors.",
    "ignore" IGNORE ignore "ignore_errors(object, /)" Ignore
        "Implements the 'ignore' error handling, which ignores malformed data and continues.",
    "replace" REPLACE replace "replace_errors(object, /)" Replace
        "Implements the 'replace' error handling, which replaces malformed data with a replacement marker.",
    "xmlcharrefreplace" XML xmlcharrefreplace "xmlcharrefreplace_errors(object, /)" XmlCharRefReplace
        "Implements the 'xmlcharrefreplace' error handling, which replaces an unencodable character with the appropriate XML character reference.",
    "backslashreplace" BACKSLASH backslashreplace "backslashreplace_errors(object, /)" BackslashReplace
        "Implements the 'backslashreplace' error handling, which replaces malformed data with a backslashed escape sequence.",
    "namereplace" NAME namereplace "namereplace_errors(object, /)" NameReplace
        "Implements the 'namereplace' error handling, which replaces an unencodable character with a \\N{...} escape sequence.",
    "surrogatepass" PASS surrogatepass "surrogatepass(object, /)" SurrogatePass "",
    "surrogateescape" ESCAPE surrogateescape "surrogateescape(object, /)" SurrogateEscape "",
}

/// The codec whose surrogates `surrogatepass` reads and writes.
fn surrogate_codec(name: &str) -> Option<Codec<'static>> {
    let name = name.to_ascii_lowercase();
    if name == "cp65001" {
        return Some(Codec::Utf8);
    }
    let number = name.strip_prefix("utf")?;
    let number = number.strip_prefix(['-', '_']).unwrap_or(number);
    if number == "8" {
        return Some(Codec::Utf8);
    }
    let (bits, order) = number.split_at_checked(2)?;
    let order = match (order, order.strip_prefix(['-', '_']).unwrap_or(order)) {
        ("", _) | (_, "le") => ByteOrder::Little,
        (_, "be") => ByteOrder::Big,
        _ => return None,
    };
    match bits {
        "16" => Some(Codec::Utf16(Some(order))),
        "32" => Some(Codec::Utf32(Some(order))),
        _ => None,
    }
}

fn position(vm: &mut Vm, exception: Value, attribute: &str, len: usize) -> Result<usize, Raised> {
    let value = vm.get_attr_str(exception, attribute)?;
    let at = vm.index_isize(value)?;
    Ok(usize::try_from(at).unwrap_or(0).min(len))
}

fn answer(vm: &mut Vm, replacement: Value, position: usize) -> Result<Value, Raised> {
    Ok(Tuple::from_values(vm, &[replacement, Value::int(position)])?.value())
}

fn handle(vm: &mut Vm, exception: Value, policy: Policy) -> Result<Value, Raised> {
    let is = |vm: &mut Vm, exc: Exc| {
        let class = vm.exception_class(exc);
        vm.is_instance(exception, class)
    };
    if policy == Policy::Strict {
        if is(vm, Exc::BaseException) {
            return Err(vm.raise_value(exception));
        }
        return Err(vm.raise(Exc::TypeError, "codec must pass exception instance"));
    }
    let (encoding, decoding, translating) =
        (is(vm, Exc::UnicodeEncodeError), is(vm, Exc::UnicodeDecodeError), is(vm, Exc::UnicodeTranslateError));
    let known = match policy {
        Policy::XmlCharRefReplace | Policy::NameReplace => encoding,
        Policy::SurrogateEscape | Policy::SurrogatePass => encoding || decoding,
        _ => encoding || decoding || translating,
    };
    if !known {
        let got = vm.type_name(exception);
        return Err(vm.raise(Exc::TypeError, format!("don't know how to handle {got} in error callback")));
    }
    let object = vm.get_attr_str(exception, "object")?;
    let codec = if policy == Policy::SurrogatePass {
        let name = vm.get_attr_str(exception, "encoding")?;
        let name = vm.text_of(name).unwrap_or_default();
        match surrogate_codec(&name) {
            Some(codec) => codec,
            None => return Err(vm.raise_value(exception)),
        }
    } else {
        Codec::Ascii
    };
    if decoding {
        let input = vm.bytes_of(object)?;
        let start = position(vm, exception, "start", input.len())?;
        let end = position(vm, exception, "end", input.len())?.max(start);
        let error = CodecError { start, end, reason: "" };
        return match policy.for_decoding(&input, error, &codec) {
            Some((text, at)) => {
                let text = Str::from_text(vm, text.as_text())?;
                answer(vm, text.value(), at)
            }
            None => Err(vm.raise_value(exception)),
        };
    }
    let Some(text) = object.downcast::<Str>(vm) else {
        return Err(vm.raise(Exc::TypeError, "object attribute must be unicode"));
    };
    let len = text.get(vm).len();
    let start = position(vm, exception, "start", len)?;
    let end = position(vm, exception, "end", len)?.max(start);
    if translating && policy == Policy::Replace {
        let marks = vec![0xfffd; end - start];
        let marks = Str::from_points(vm, &marks)?;
        return answer(vm, marks.value(), end);
    }
    match policy.for_encoding(text.get(vm).text(), CodecError { start, end, reason: "" }, &codec) {
        Some(EncodedReplacement::Text(new)) => {
            let new = Str::from_text(vm, new.as_text())?;
            answer(vm, new.value(), end)
        }
        Some(EncodedReplacement::Bytes(new)) => {
            let new = vm.new_bytes(&new)?;
            answer(vm, new, end)
        }
        None => Err(vm.raise_value(exception)),
    }
}
