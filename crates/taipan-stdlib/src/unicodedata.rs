//! `unicodedata`: properties, names and normal forms of Unicode characters, of today and of Unicode 3.2.0.

use taipan_text::unicode::{self, ucd_3_2_0};
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{GetSetDef, MethodDef, ModuleSpec, NO_NEW, TypeSpec, function, getter, method};
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// `unicodedata.UCD`: the database of Unicode 3.2.0.
    pub struct Database {
        pad: u64,
    }
}

/// The character argument of a function. `which` is its place in messages: "argument" or "argument 1".
fn character(vm: &mut Vm, value: Value, function: &str, which: &str) -> Result<u32, Raised> {
    let Some(text) = value.downcast::<Str>(vm) else {
        let got = if value.is_none() { "None".to_owned() } else { vm.type_name(value) };
        let message = format!("{function}() {which} must be a unicode character, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    match (text.get(vm).len(), text.get(vm).text().get(0)) {
        (1, Some(point)) => Ok(point),
        (len, _) => {
            let message = format!("{function}(): {which} must be a unicode character, not a string of length {len}");
            Err(vm.raise(Exc::TypeError, message))
        }
    }
}

fn form(vm: &mut Vm, value: Value, function: &str) -> Result<Gc<Str>, Raised> {
    text_argument(vm, value, function, "argument 1")
}

fn text_argument(vm: &mut Vm, value: Value, function: &str, which: &str) -> Result<Gc<Str>, Raised> {
    match value.downcast::<Str>(vm) {
        Some(text) => Ok(text),
        None => {
            let got = if value.is_none() { "None".to_owned() } else { vm.type_name(value) };
            Err(vm.raise(Exc::TypeError, format!("{function}() {which} must be str, not {got}")))
        }
    }
}

fn or_default(vm: &mut Vm, found: Option<Value>, default: Value, message: &str) -> Result<Value, Raised> {
    match found.or(default.given()) {
        Some(value) => Ok(value),
        None => Err(vm.raise(Exc::ValueError, message)),
    }
}

/// The functions of one database. Of bound methods the first argument is the database.
macro_rules! database {
    ($module:ident, $skip:literal, $data:path, $names:path, $forms:path) => {
        mod $module {
            use $data as data;
            use $forms as forms;
            use $names as named;

            use super::{Found, character, form, or_default, text_argument};
            use taipan_text::unicode::normalize::Form;
            use taipan_vm::args::Args;
            use taipan_vm::raise::{Exc, Raised};
            use taipan_vm::types::str::Str;
            use taipan_vm::value::Value;
            use taipan_vm::vm::Vm;

            fn text_property(
                vm: &mut Vm,
                args: Args<'_>,
                function: &str,
                property: fn(u32) -> &'static str,
            ) -> Result<Value, Raised> {
                let point = character(vm, args.get($skip), function, "argument")?;
                vm.new_str(property(point))
            }

            pub fn category(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
                text_property(vm, args, "category", data::category)
            }

            pub fn bidirectional(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
                text_property(vm, args, "bidirectional", data::bidirectional)
            }

            pub fn east_asian_width(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
                text_property(vm, args, "east_asian_width", data::east_asian_width)
            }

            pub fn combining(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
                let point = character(vm, args.get($skip), "combining", "argument")?;
                Ok(Value::int(data::combining(point).into()))
            }

            pub fn mirrored(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
                let point = character(vm, args.get($skip), "mirrored", "argument")?;
                Ok(Value::int(data::is_mirrored(point).into()))
            }

            pub fn decomposition(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
                let point = character(vm, args.get($skip), "decomposition", "argument")?;
                vm.new_str(&forms::decomposition(point))
            }

            pub fn decimal(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
                let point = character(vm, args.get($skip), "decimal", "argument 1")?;
                let value = data::decimal(point).map(|value| Value::int(value.into()));
                or_default(vm, value, args.get($skip + 1), "not a decimal")
            }

            pub fn digit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
                let point = character(vm, args.get($skip), "digit", "argument 1")?;
                let value = data::digit(point).map(|value| Value::int(value.into()));
                or_default(vm, value, args.get($skip + 1), "not a digit")
            }

            pub fn numeric(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
                let point = character(vm, args.get($skip), "numeric", "argument 1")?;
                let value = match data::numeric(point) {
                    Some(value) => Some(vm.new_float(value)?),
                    None => None,
                };
                or_default(vm, value, args.get($skip + 1), "not a numeric character")
            }

            pub fn name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
                let point = character(vm, args.get($skip), "name", "argument 1")?;
                let value = match named::name(point) {
                    Some(name) => Some(vm.new_str(&name)?),
                    None => None,
                };
                or_default(vm, value, args.get($skip + 1), "no such name")
            }

            pub fn normalize(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
                let form = form(vm, args.get($skip), "normalize")?;
                let text = text_argument(vm, args.get($skip + 1), "normalize", "argument 2")?;
                if text.get(vm).is_empty() {
                    return vm.new_str("");
                }
                let Some(form) = Form::from_name(form.get(vm).text()) else {
                    return Err(vm.raise(Exc::ValueError, "invalid normalization form"));
                };
                match forms::normalize(form, text.get(vm).text()) {
                    Some(new) => Ok(Str::from_text(vm, new.as_text())?.value()),
                    None => Ok(Str::exact_copy(text, vm)?.value()),
                }
            }

            pub fn is_normalized(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
                let form = form(vm, args.get($skip), "is_normalized")?;
                let text = text_argument(vm, args.get($skip + 1), "is_normalized", "argument 2")?;
                if text.get(vm).is_empty() {
                    return Ok(Value::TRUE);
                }
                let Some(form) = Form::from_name(form.get(vm).text()) else {
                    return Err(vm.raise(Exc::ValueError, "invalid normalization form"));
                };
                let text = text.get(vm).text();
                Ok(Value::bool(forms::normalize(form, text).is_none_or(|new| new.as_text() == text)))
            }

            pub fn lookup(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
                let name = text_argument(vm, args.get($skip), "lookup", "argument")?;
                let name = name.get(vm).to_string_lossy();
                if name.len() > 256 {
                    return Err(vm.raise(Exc::KeyError, "name too long"));
                }
                match found(&name) {
                    Some(text) => Ok(Str::from_text(vm, text.as_text())?.value()),
                    None => Err(vm.raise(Exc::KeyError, format!("undefined character name '{name}'"))),
                }
            }

            fn found(name: &str) -> Option<taipan_text::TextBuf> {
                named::lookup(name).map(Found::into_text)
            }
        }
    };
}

/// What a name stands for: a text, or one code point.
trait Found {
    fn into_text(self) -> taipan_text::TextBuf;
}

impl Found for taipan_text::TextBuf {
    fn into_text(self) -> taipan_text::TextBuf {
        self
    }
}

impl Found for u32 {
    fn into_text(self) -> taipan_text::TextBuf {
        [self].into_iter().collect()
    }
}

database!(current, 0, taipan_text::unicode, taipan_text::unicode::names, taipan_text::unicode::normalize);
database!(old, 1, taipan_text::unicode::ucd_3_2_0, taipan_text::unicode::ucd_3_2_0, taipan_text::unicode::ucd_3_2_0);

fn unidata_version(vm: &mut Vm, _: Value) -> Result<Value, Raised> {
    vm.new_str(ucd_3_2_0::UNIDATA_VERSION)
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    Module::set_text(module, vm, "unidata_version", unicode::UNIDATA_VERSION)?;
    let shape = class_of_spec(vm, &DATABASE)?.get(vm).root_shape;
    let database = vm.new_object(shape, Database { header: HeaderWord::NEW, pad: 0 })?;
    let capsule = taipan_vm::types::capsule::new(vm, "unicodedata._ucnhash_CAPI")?;
    Module::set(module, vm, "_ucnhash_CAPI", capsule)?;
    Module::set(module, vm, "ucd_3_2_0", database.value())
}

const GETSET: &[GetSetDef] = &[getter("unidata_version", unidata_version, "").member()];

pub static DATABASE: TypeSpec = TypeSpec {
    name: "UCD",
    module: "unicodedata",
    layout: Some(<Database as HeapObject>::native),
    methods: METHODS,
    getset: GETSET,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

#[rustfmt::skip]
mod docs {
    pub const DOC_BIDIRECTIONAL: &str = "Returns the bidirectional class assigned to the character chr as string.\n\nIf no such value is defined, an empty string is returned.";
    pub const DOC_CATEGORY: &str = "Returns the general category assigned to the character chr as string.";
    pub const DOC_COMBINING: &str = "Returns the canonical combining class assigned to the character chr as integer.\n\nReturns 0 if no combining class is defined.";
    pub const DOC_DECIMAL: &str = "Converts a Unicode character into its equivalent decimal value.\n\nReturns the decimal value assigned to the character chr as integer.\nIf no such value is defined, default is returned, or, if not given,\nValueError is raised.";
    pub const DOC_DECOMPOSITION: &str = "Returns the character decomposition mapping assigned to the character chr as string.\n\nAn empty string is returned in case no such mapping is defined.";
    pub const DOC_DIGIT: &str = "Converts a Unicode character into its equivalent digit value.\n\nReturns the digit value assigned to the character chr as integer.\nIf no such value is defined, default is returned, or, if not given,\nValueError is raised.";
    pub const DOC_EAST_ASIAN_WIDTH: &str = "Returns the east asian width assigned to the character chr as string.";
    pub const DOC_IS_NORMALIZED: &str = "Return whether the Unicode string unistr is in the normal form 'form'.\n\nValid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.";
    pub const DOC_LOOKUP: &str = "Look up character by name.\n\nIf a character with the given name is found, return the\ncorresponding character.  If not found, KeyError is raised.";
    pub const DOC_MIRRORED: &str = "Returns the mirrored property assigned to the character chr as integer.\n\nReturns 1 if the character has been identified as a \"mirrored\"\ncharacter in bidirectional text, 0 otherwise.";
    pub const DOC_NAME: &str = "Returns the name assigned to the character chr as a string.\n\nIf no name is defined, default is returned, or, if not given,\nValueError is raised.";
    pub const DOC_NORMALIZE: &str = "Return the normal form 'form' for the Unicode string unistr.\n\nValid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.";
    pub const DOC_NUMERIC: &str = "Converts a Unicode character into its equivalent numeric value.\n\nReturns the numeric value assigned to the character chr as float.\nIf no such value is defined, default is returned, or, if not given,\nValueError is raised.";
}

use docs::*;

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    method("bidirectional($self, chr, /)", old::bidirectional, DOC_BIDIRECTIONAL),
    method("category($self, chr, /)", old::category, DOC_CATEGORY),
    method("combining($self, chr, /)", old::combining, DOC_COMBINING),
    method("decimal($self, chr, default=<unrepresentable>, /)", old::decimal, DOC_DECIMAL),
    method("decomposition($self, chr, /)", old::decomposition, DOC_DECOMPOSITION),
    method("digit($self, chr, default=<unrepresentable>, /)", old::digit, DOC_DIGIT),
    method("east_asian_width($self, chr, /)", old::east_asian_width, DOC_EAST_ASIAN_WIDTH),
    method("is_normalized($self, form, unistr, /)", old::is_normalized, DOC_IS_NORMALIZED),
    method("lookup($self, name, /)", old::lookup, DOC_LOOKUP),
    method("mirrored($self, chr, /)", old::mirrored, DOC_MIRRORED),
    method("name($self, chr, default=<unrepresentable>, /)", old::name, DOC_NAME),
    method("normalize($self, form, unistr, /)", old::normalize, DOC_NORMALIZE),
    method("numeric($self, chr, default=<unrepresentable>, /)", old::numeric, DOC_NUMERIC),
];

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "unicodedata",
    doc: "This module provides access to the Unicode Character Database which\ndefines character properties for all Unicode characters. The data in\nthis database is based on the UnicodeData.txt file version\n16.0.0 which is publicly available from ftp://ftp.unicode.org/.\n\nThe module uses the same names and symbols as defined by the\nUnicodeData File Format 16.0.0.",
    functions: &[
        function("bidirectional(chr, /)", current::bidirectional, DOC_BIDIRECTIONAL),
        function("category(chr, /)", current::category, DOC_CATEGORY),
        function("combining(chr, /)", current::combining, DOC_COMBINING),
        function("decimal(chr, default=<unrepresentable>, /)", current::decimal, DOC_DECIMAL),
        function("decomposition(chr, /)", current::decomposition, DOC_DECOMPOSITION),
        function("digit(chr, default=<unrepresentable>, /)", current::digit, DOC_DIGIT),
        function("east_asian_width(chr, /)", current::east_asian_width, DOC_EAST_ASIAN_WIDTH),
        function("is_normalized(form, unistr, /)", current::is_normalized, DOC_IS_NORMALIZED),
        function("lookup(name, /)", current::lookup, DOC_LOOKUP),
        function("mirrored(chr, /)", current::mirrored, DOC_MIRRORED),
        function("name(chr, default=<unrepresentable>, /)", current::name, DOC_NAME),
        function("normalize(form, unistr, /)", current::normalize, DOC_NORMALIZE),
        function("numeric(chr, default=<unrepresentable>, /)", current::numeric, DOC_NUMERIC),
    ],
    types: &[&DATABASE],
    exec: Some(exec),
};
