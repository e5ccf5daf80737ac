//! `_json`: what `json` needs fast: a scanner, an encoder, and the escaping of strings.

use taipan_text::TextBuf;
use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

pub mod encoder;
pub mod escape;
pub mod scanner;
pub mod scanstring;

/// `(value, index)`.
fn pair(vm: &mut Vm, value: Value, index: usize) -> Result<Value, Raised> {
    Ok(Tuple::from_values(vm, &[value, Value::int(index)])?.value())
}

/// The text of a first argument that must be a str.
fn text_argument(vm: &mut Vm, value: Value) -> Result<Gc<Str>, Raised> {
    match value.downcast::<Str>(vm) {
        Some(text) => Ok(text),
        None => {
            let got = vm.type_name(value);
            Err(vm.raise(Exc::TypeError, format!("first argument must be a string, not {got}")))
        }
    }
}

fn escaped(vm: &mut Vm, value: Value, ascii: bool) -> Result<Value, Raised> {
    let text = text_argument(vm, value)?;
    let mut out = TextBuf::new();
    vm.check_native_bytes(escape::most_bytes(text.get(vm).text(), ascii))?;
    escape::push_quoted(&mut out, text.get(vm).text(), ascii);
    Ok(Str::from_text(vm, out.as_text())?.value())
}

pub(crate) fn encode_basestring(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    escaped(vm, args.get(0), false)
}

pub(crate) fn encode_basestring_ascii(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    escaped(vm, args.get(0), true)
}

#[rustfmt::skip]
const FUNCTIONS: &[MethodDef] = &[
    function("encode_basestring(object, /)", encode_basestring, "encode_basestring(string) -> string\n\nReturn a JSON representation of a Python string").hidden(),
    function("encode_basestring_ascii(object, /)", encode_basestring_ascii, "encode_basestring_ascii(string) -> string\n\nReturn an ASCII-only JSON representation of a Python string").hidden(),
    MethodDef::raw_static("scanstring", scanstring::scanstring, "scanstring(string, end, strict=True) -> (string, end)\n\nScan the string s for a JSON string. End is the index of the\ncharacter in s after the quote that started the JSON string.\nUnescapes all valid JSON string escape sequences and raises ValueError\non attempt to decode an invalid string. If strict is False then literal\ncontrol characters are allowed in the string.\n\nReturns a tuple of the decoded string and the index of the character in s\nafter the end quote."),
];

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let scanner = class_of_spec(vm, &scanner::TYPE)?.value();
    Module::set(module, vm, "make_scanner", scanner)?;
    let encoder = class_of_spec(vm, &encoder::TYPE)?.value();
    Module::set(module, vm, "make_encoder", encoder)
}

/// The module `_json`.
pub static MODULE: ModuleSpec =
    ModuleSpec { name: "_json", doc: "json speedups\n", functions: FUNCTIONS, exec: Some(exec), ..ModuleSpec::DEFAULT };
