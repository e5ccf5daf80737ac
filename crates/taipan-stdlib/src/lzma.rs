//! `_lzma`: compression in the formats xz and lzma.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::module::Module;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::module_exception::ModuleException;

pub mod compressor;
pub mod decompressor;
pub mod filter;

pub(crate) static ERROR: ModuleException =
    ModuleException { key: "_lzma.LZMAError", module: "_lzma", name: "LZMAError", base: Exc::Exception };

pub(crate) const AUTO: i32 = 0;
pub(crate) const XZ: i32 = 1;
pub(crate) const ALONE: i32 = 2;
pub(crate) const RAW: i32 = 3;

/// Raises what CPython raises for an error of the codec.
#[cold]
fn raise_io(vm: &mut Vm, error: &std::io::Error) -> Raised {
    use std::io::ErrorKind;
    let message = match error.kind() {
        ErrorKind::InvalidInput | ErrorKind::Unsupported => "Invalid or unsupported options",
        ErrorKind::OutOfMemory => "Memory usage limit exceeded",
        _ => "Corrupt input data",
    };
    ERROR.raise(vm, message)
}

fn is_check_supported(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let check = vm.parsed_i32(args.get(0))?;
    Ok(Value::bool(matches!(check, 0 | 1 | 4 | 10)))
}

fn encode_filter_properties(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (_, filter) = filter::parse(vm, args.get(0))?;
    vm.new_bytes(&filter::encode(&filter))
}

fn decode_filter_properties(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [id, properties] = args.all();
    let index = vm.index(id)?;
    let Some(id) = vm.as_big(index).and_then(|id| u64::try_from(&id).ok()) else {
        return Err(vm.raise(Exc::OverflowError, "Value too large for uint64_t type"));
    };
    let bytes = vm.bytes_of(properties)?;
    match filter::decode(id, &bytes) {
        Some(parts) => filter::as_dict(vm, id, &parts),
        None => Err(filter::raise_options(vm)),
    }
}

const CONSTANTS: &[(&str, i64)] = &[
    ("FORMAT_AUTO", 0),
    ("FORMAT_XZ", 1),
    ("FORMAT_ALONE", 2),
    ("FORMAT_RAW", 3),
    ("CHECK_NONE", 0),
    ("CHECK_CRC32", 1),
    ("CHECK_CRC64", 4),
    ("CHECK_SHA256", 10),
    ("CHECK_ID_MAX", 15),
    ("CHECK_UNKNOWN", 16),
    ("FILTER_LZMA1", filter::LZMA1 as i64),
    ("FILTER_LZMA2", filter::LZMA2 as i64),
    ("FILTER_DELTA", 3),
    ("FILTER_X86", 4),
    ("FILTER_IA64", 6),
    ("FILTER_ARM", 7),
    ("FILTER_ARMTHUMB", 8),
    ("FILTER_SPARC", 9),
    ("FILTER_POWERPC", 5),
    ("MF_HC3", 3),
    ("MF_HC4", 4),
    ("MF_BT2", 18),
    ("MF_BT3", 19),
    ("MF_BT4", 20),
    ("MODE_FAST", 1),
    ("MODE_NORMAL", 2),
    ("PRESET_DEFAULT", 6),
    ("PRESET_EXTREME", filter::EXTREME as i64),
];

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    ERROR.define(vm, module)?;
    for (name, value) in CONSTANTS {
        Module::set_int(module, vm, name, *value)?;
    }
    Ok(())
}

#[rustfmt::skip]
const FUNCTIONS: &[MethodDef] = &[
    function("is_check_supported(check_id, /)", is_check_supported, "Test whether the given integrity check is supported.\n\nAlways returns True for CHECK_NONE and CHECK_CRC32."),
    function("_encode_filter_properties(filter, /)", encode_filter_properties, "Return a bytes object encoding the options (properties) of the filter specified by *filter* (a dict).\n\nThe result does not include the filter ID itself, only the options."),
    function("_decode_filter_properties(filter_id, encoded_props, /)", decode_filter_properties, "Return a bytes object encoding the options (properties) of the filter specified by *filter* (a dict).\n\nThe result does not include the filter ID itself, only the options."),
];

/// The module `_lzma`.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_lzma",
    functions: FUNCTIONS,
    types: &[&compressor::TYPE, &decompressor::TYPE],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};
