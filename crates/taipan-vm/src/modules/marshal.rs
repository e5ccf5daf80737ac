//! The module `marshal`: objects to bytes and back, in CPython's format.

use std::borrow::Cow;
use std::sync::Arc;

use taipan_bytecode::code::CodeObject;
use taipan_bytecode::marshal::VERSION;
use taipan_bytecode::wtf8::Wtf8Buf;

use crate::gc::Gc;
use crate::raise::Raised;
use crate::spec::{ModuleSpec, function};
use crate::types::module::Module;
use crate::value::Value;
use crate::vm::Vm;

use dump::{dump, dumps};
use load::{load, loads};

mod dump;
mod load;

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "marshal",
    doc: "This module contains functions that can read and write Python values in\na binary format. The format is specific to Python, but independent of\nmachine architecture issues.\n\nNot all Python object types are supported; in general, only objects\nwhose value is independent from a particular invocation of Python can be\nwritten and read. The following types are supported: None, integers,\nfloating-point numbers, strings, bytes, bytearrays, tuples, lists, sets,\ndictionaries, and code objects, where it should be understood that\ntuples, lists and dictionaries are only supported as long as the values\ncontained therein are themselves supported; and recursive lists and\ndictionaries should not be written (they will cause infinite loops).\n\nVariables:\n\nversion -- indicates the format that the module uses. Version 0 is the\n    historical format, version 1 shares interned strings and version 2\n    uses a binary format for floating-point numbers.\n    Version 3 shares common object references (New in version 3.4).\n\nFunctions:\n\ndump() -- write value to a file\nload() -- read value from a file\ndumps() -- marshal value as a bytes object\nloads() -- read value from a bytes-like object",
    functions: &[
        function("dump(value, file, version=version, /, *, allow_code=True)", dump, "Write the value on the open file.\n\n  value\n    Must be a supported type.\n  file\n    Must be a writeable binary file.\n  version\n    Indicates the data format that dump should use.\n  allow_code\n    Allow to write code objects.\n\nIf the value has (or contains an object that has) an unsupported type, a\nValueError exception is raised - but garbage data will also be written\nto the file. The object will not be properly read back by load()."),
        function("load(file, /, *, allow_code=True)", load, "Read one value from the open file and return it.\n\n  file\n    Must be readable binary file.\n  allow_code\n    Allow to load code objects.\n\nIf no valid value is read (e.g. because the data has a different Python\nversion's incompatible marshal format), raise EOFError, ValueError or\nTypeError.\n\nNote: If an object containing an unsupported type was marshalled with\ndump(), load() will substitute None for the unmarshallable type."),
        function("dumps(value, version=version, /, *, allow_code=True)", dumps, "Return the bytes object that would be written to a file by dump(value, file).\n\n  value\n    Must be a supported type.\n  version\n    Indicates the data format that dumps should use.\n  allow_code\n    Allow to write code objects.\n\nRaise a ValueError exception if value has (or contains an object that has) an\nunsupported type."),
        function("loads(bytes, /, *, allow_code=True)", loads, "Convert the bytes-like object to a value.\n\n  allow_code\n    Allow to load code objects.\n\nIf no valid value is found, raise EOFError, ValueError or TypeError.  Extra\nbytes in the input are ignored."),
    ],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    Module::set_int(module, vm, "version", i64::from(VERSION))
}

/// Reads a code object under another file name; `None` when the bytes hold none.
///
/// Bytes of the program itself are referred to in place.
pub fn load_code(bytes: Cow<'static, [u8]>, filename: &Wtf8Buf) -> Option<Arc<CodeObject>> {
    let code = match bytes {
        Cow::Borrowed(bytes) => taipan_bytecode::marshal::load_static_code(bytes).ok()?,
        Cow::Owned(bytes) => taipan_bytecode::marshal::load_code(&bytes).ok()?,
    };
    let old = code.filename.clone();
    Some(crate::types::code::with_filename(code, &old, &filename.clone().into_shared()))
}

/// The argument `allow_code`.
fn allows_code(vm: &mut Vm, value: Value) -> Result<bool, Raised> {
    match value.given() {
        Some(value) => vm.is_true(value),
        None => Ok(true),
    }
}
