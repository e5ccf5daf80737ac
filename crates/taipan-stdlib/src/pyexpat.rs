//! `pyexpat`: XML parsers that call handlers, over the crate `taipan-xml`.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;
use taipan_xml::MESSAGES;

use crate::module_exception::ModuleException;

mod attributes;
mod events;
mod parser;

static ERROR: ModuleException = ModuleException {
    key: "pyexpat.ExpatError",
    module: "xml.parsers.expat",
    name: "ExpatError",
    base: Exc::Exception,
};

/// The names of the error codes from 1 on, without `XML_ERROR_`.
const CODE_NAMES: [&str; 44] = [
    "NO_MEMORY",
    "SYNTAX",
    "NO_ELEMENTS",
    "INVALID_TOKEN",
    "UNCLOSED_TOKEN",
    "PARTIAL_CHAR",
    "TAG_MISMATCH",
    "DUPLICATE_ATTRIBUTE",
    "JUNK_AFTER_DOC_ELEMENT",
    "PARAM_ENTITY_REF",
    "UNDEFINED_ENTITY",
    "RECURSIVE_ENTITY_REF",
    "ASYNC_ENTITY",
    "BAD_CHAR_REF",
    "BINARY_ENTITY_REF",
    "ATTRIBUTE_EXTERNAL_ENTITY_REF",
    "MISPLACED_XML_PI",
    "UNKNOWN_ENCODING",
    "INCORRECT_ENCODING",
    "UNCLOSED_CDATA_SECTION",
    "EXTERNAL_ENTITY_HANDLING",
    "NOT_STANDALONE",
    "UNEXPECTED_STATE",
    "ENTITY_DECLARED_IN_PE",
    "FEATURE_REQUIRES_XML_DTD",
    "CANT_CHANGE_FEATURE_ONCE_PARSING",
    "UNBOUND_PREFIX",
    "UNDECLARING_PREFIX",
    "INCOMPLETE_PE",
    "XML_DECL",
    "TEXT_DECL",
    "PUBLICID",
    "SUSPENDED",
    "NOT_SUSPENDED",
    "ABORTED",
    "FINISHED",
    "SUSPEND_PE",
    "RESERVED_PREFIX_XML",
    "RESERVED_PREFIX_XMLNS",
    "RESERVED_NAMESPACE_URI",
    "INVALID_ARGUMENT",
    "NO_BUFFER",
    "AMPLIFICATION_LIMIT_BREACH",
    "NOT_STARTED",
];

const MODEL: [(&str, i64); 10] = [
    ("XML_CTYPE_EMPTY", 1),
    ("XML_CTYPE_ANY", 2),
    ("XML_CTYPE_MIXED", 3),
    ("XML_CTYPE_NAME", 4),
    ("XML_CTYPE_CHOICE", 5),
    ("XML_CTYPE_SEQ", 6),
    ("XML_CQUANT_NONE", 0),
    ("XML_CQUANT_OPT", 1),
    ("XML_CQUANT_REP", 2),
    ("XML_CQUANT_PLUS", 3),
];

const FEATURES: [(&str, i64); 10] = [
    ("sizeof(XML_Char)", 1),
    ("sizeof(XML_LChar)", 1),
    ("XML_DTD", 0),
    ("XML_CONTEXT_BYTES", 1024),
    ("XML_NS", 0),
    ("XML_BLAP_MAX_AMP", 100),
    ("XML_BLAP_ACT_THRES", 8_388_608),
    ("XML_GE", 0),
    ("XML_AT_MAX_AMP", 100),
    ("XML_AT_ACT_THRES", 67_108_864),
];

fn error_string(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let code = vm.index_i64(args.get(0))?;
    match usize::try_from(code).ok().filter(|code| *code > 0).and_then(|code| MESSAGES.get(code)) {
        Some(message) => vm.new_str(message),
        None => Ok(Value::NONE),
    }
}

/// Makes a module that is an attribute of this one and is found under its full name.
fn submodule(vm: &mut Vm, module: Gc<Module>, name: &str, doc: &str) -> Result<Gc<Module>, Raised> {
    let full = format!("pyexpat.{name}");
    let made = Module::new(vm, &full)?;
    Module::set_text(made, vm, "__doc__", doc)?;
    Module::set(module, vm, name, made.value())?;
    if let Some(modules) = vm.interp().modules {
        let key = vm.new_str(&full)?;
        Dict::set(modules, vm, key, made.value())?;
    }
    Ok(made)
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let error = ERROR.class(vm)?;
    Module::set(module, vm, "ExpatError", error)?;
    Module::set(module, vm, "error", error)?;
    let class = taipan_vm::types::type_::class_of_spec(vm, &parser::TYPE)?;
    Module::set(module, vm, "XMLParserType", class.value())?;
    Module::set_text(module, vm, "EXPAT_VERSION", "expat_2.9.0")?;
    let version = Tuple::from_values(vm, &[Value::int(2), Value::int(9), Value::int(0)])?;
    Module::set(module, vm, "version_info", version.value())?;
    Module::set_text(module, vm, "native_encoding", "UTF-8")?;
    let features = List::new(vm)?;
    for (name, number) in FEATURES {
        let pair = [vm.new_str(name)?, vm.new_int(number)?];
        let pair = Tuple::from_values(vm, &pair)?;
        List::push(features, vm, pair.value())?;
    }
    Module::set(module, vm, "features", features.value())?;
    for (name, flag) in [("NEVER", 0), ("UNLESS_STANDALONE", 1), ("ALWAYS", 2)] {
        Module::set_int(module, vm, &format!("XML_PARAM_ENTITY_PARSING_{name}"), flag)?;
    }
    let errors = submodule(vm, module, "errors", "Constants used to describe error conditions.")?;
    let (codes, messages) = (Dict::new(vm)?, Dict::new(vm)?);
    for (i, name) in CODE_NAMES.iter().enumerate() {
        let (code, message) = (Value::int(i + 1), vm.new_str(MESSAGES[i + 1])?);
        Module::set(errors, vm, &format!("XML_ERROR_{name}"), message)?;
        Dict::set(codes, vm, message, code)?;
        Dict::set(messages, vm, code, message)?;
    }
    Module::set(errors, vm, "codes", codes.value())?;
    Module::set(errors, vm, "messages", messages.value())?;
    let model = submodule(vm, module, "model", "Constants used to interpret content model information.")?;
    for (name, number) in MODEL {
        Module::set_int(model, vm, name, number)?;
    }
    Ok(())
}

/// A Python str, or None.
fn text_or_none(vm: &mut Vm, text: Option<&str>) -> Result<Value, Raised> {
    match text {
        Some(text) => vm.new_str(text),
        None => Ok(Value::NONE),
    }
}

/// The text of an argument that is a str or None.
fn optional_text(vm: &mut Vm, value: Value, function: &str, argument: &str) -> Result<Option<String>, Raised> {
    let Some(value) = value.not_none() else { return Ok(None) };
    match value.downcast::<Str>(vm) {
        Some(text) => Ok(Some(text.get(vm).to_string_lossy())),
        None => {
            let got = vm.type_name(value);
            let message = format!("{function}() argument {argument} must be str or None, not {got}");
            Err(vm.raise(Exc::TypeError, message))
        }
    }
}

const FUNCTIONS: &[MethodDef] = &[
    function(
        "ParserCreate(encoding=None, namespace_separator=None, intern=<unrepresentable>)",
        parser::create,
        "Return a new XML parser object.",
    ),
    function("ErrorString(code, /)", error_string, "Returns string error for given number."),
];

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "pyexpat",
    doc: "Python wrapper for Expat parser.",
    functions: FUNCTIONS,
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};
