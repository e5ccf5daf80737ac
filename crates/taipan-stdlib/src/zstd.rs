//! `_zstd`: compression in the format of Zstandard (RFC 8878).

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::Builtin;
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::codecs::argument_type;
use crate::module_exception::ModuleException;
use crate::zlib::with_input;

pub mod compressor;
pub mod context;
pub mod decompressor;
pub mod dictionary;

use context::Failure;

pub(crate) static ERROR: ModuleException =
    ModuleException { key: "_zstd.ZstdError", module: "compression.zstd", name: "ZstdError", base: Exc::Exception };

/// Where the classes of parameters are kept, which `compression.zstd` defines.
pub(crate) const COMPRESSION_PARAMETER: &str = "_zstd.CompressionParameter";
pub(crate) const DECOMPRESSION_PARAMETER: &str = "_zstd.DecompressionParameter";

/// Raises ZstdError: what could not be done, and what the library says.
#[cold]
pub(crate) fn raise(vm: &mut Vm, what: &str, failure: Failure) -> Raised {
    ERROR.raise(vm, &format!("Unable to {what}: {}", failure.name()))
}

/// The parameters by number and name.
const PARAMETERS: &[(&str, i32, &str)] = &[
    ("ZSTD_c_compressionLevel", 100, "compression_level"),
    ("ZSTD_c_windowLog", 101, "window_log"),
    ("ZSTD_c_hashLog", 102, "hash_log"),
    ("ZSTD_c_chainLog", 103, "chain_log"),
    ("ZSTD_c_searchLog", 104, "search_log"),
    ("ZSTD_c_minMatch", 105, "min_match"),
    ("ZSTD_c_targetLength", 106, "target_length"),
    ("ZSTD_c_strategy", 107, "strategy"),
    ("ZSTD_c_enableLongDistanceMatching", 160, "enable_long_distance_matching"),
    ("ZSTD_c_ldmHashLog", 161, "ldm_hash_log"),
    ("ZSTD_c_ldmMinMatch", 162, "ldm_min_match"),
    ("ZSTD_c_ldmBucketSizeLog", 163, "ldm_bucket_size_log"),
    ("ZSTD_c_ldmHashRateLog", 164, "ldm_hash_rate_log"),
    ("ZSTD_c_contentSizeFlag", 200, "content_size_flag"),
    ("ZSTD_c_checksumFlag", 201, "checksum_flag"),
    ("ZSTD_c_dictIDFlag", 202, "dict_id_flag"),
    ("ZSTD_c_nbWorkers", 400, "nb_workers"),
    ("ZSTD_c_jobSize", 401, "job_size"),
    ("ZSTD_c_overlapLog", 402, "overlap_log"),
];
const WINDOW_LOG_MAX: i32 = 100;

#[rustfmt::skip]
const STRATEGIES: &[&str] = &[
    "ZSTD_fast", "ZSTD_dfast", "ZSTD_greedy", "ZSTD_lazy", "ZSTD_lazy2", "ZSTD_btlazy2", "ZSTD_btopt", "ZSTD_btultra",
    "ZSTD_btultra2",
];

/// ValueError for a parameter that could not be set.
#[cold]
fn raise_parameter(vm: &mut Vm, compress: bool, key: i32, value: i32) -> Raised {
    let kind = if compress { "compression" } else { "decompression" };
    let known = match compress {
        true => PARAMETERS.iter().find(|(_, number, _)| *number == key).map(|(.., name)| *name),
        false => (key == WINDOW_LOG_MAX).then_some("window_log_max"),
    };
    let name = known.map_or_else(|| format!("unknown parameter (key {key})"), str::to_owned);
    let message = match context::bounds(compress, key) {
        Ok((least, most)) => {
            format!("{kind} parameter '{name}' received an illegal value {value}; the valid range is [{least}, {most}]")
        }
        Err(_) => format!("invalid {kind} parameter '{name}'"),
    };
    vm.raise(Exc::ValueError, message)
}

/// A C `int`, as keys and values of options are.
fn c_int(vm: &mut Vm, value: Value) -> Result<i32, Raised> {
    let index = vm.index(value)?;
    match vm.as_i64(index).and_then(|number| i32::try_from(number).ok()) {
        Some(number) => Ok(number),
        None => Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C int")),
    }
}

/// Gives each option to `set`. TypeError when it is no dict or has keys of the class kept at `other`.
fn for_each_option(
    vm: &mut Vm,
    options: Value,
    compress: bool,
    mut set: impl FnMut(&mut Vm, i32, i32) -> Result<(), Raised>,
) -> Result<(), Raised> {
    let class = if compress { "ZstdCompressor" } else { "ZstdDecompressor" };
    if !vm.is_a(options, Builtin::Dict) {
        let got = vm.type_name(options);
        return Err(vm.raise(Exc::TypeError, format!("{class}() argument 'options' must be dict, not {got}")));
    }
    let options: Gc<Dict> = options.expect(vm);
    let (state, kind, other) = match compress {
        true => (DECOMPRESSION_PARAMETER, "compression", "DecompressionParameter"),
        false => (COMPRESSION_PARAMETER, "decompression", "CompressionParameter"),
    };
    let mut number = 0;
    while let Some((next, entry)) = options.get(vm).next_entry(vm, number) {
        number = next + 1;
        let (key, value) = (entry.key, entry.value);
        if vm.state(state).is_some_and(|class| vm.type_of(key).value() == class) {
            let message = format!("{kind} options dictionary key must not be a {other} attribute");
            return Err(vm.raise(Exc::TypeError, message));
        }
        let (key, value) = (c_int(vm, key)?, c_int(vm, value)?);
        set(vm, key, value)?;
    }
    Ok(())
}

/// The argument of a function that takes bytes only.
fn bytes_argument(vm: &mut Vm, value: Value, function: &str, which: usize) -> Result<Vec<u8>, Raised> {
    match value.downcast::<Bytes>(vm) {
        Some(bytes) => Ok(bytes.get(vm).bytes().to_vec()),
        None => {
            let got = argument_type(vm, value);
            Err(vm.raise(Exc::TypeError, format!("{function}() argument {which} must be bytes, not {got}")))
        }
    }
}

/// Samples to learn from: where each ends is told by a tuple of sizes.
struct Samples {
    bytes: Vec<u8>,
    sizes: Value,
}

impl Samples {
    fn of(vm: &mut Vm, bytes: Value, sizes: Value, function: &str, which: usize) -> Result<Samples, Raised> {
        let bytes = bytes_argument(vm, bytes, function, which)?;
        if sizes.downcast::<Tuple>(vm).is_none() {
            let got = argument_type(vm, sizes);
            let message = format!("{function}() argument {} must be tuple, not {got}", which + 1);
            return Err(vm.raise(Exc::TypeError, message));
        }
        Ok(Samples { bytes, sizes })
    }

    /// The sizes, which add up to the length of the bytes.
    fn sizes(&self, vm: &mut Vm) -> Result<Vec<usize>, Raised> {
        let tuple: Gc<Tuple> = self.sizes.expect(vm);
        let mut left = self.bytes.len();
        let mut sizes = Vec::with_capacity(tuple.get(vm).len());
        for i in 0..tuple.get(vm).len() {
            let size = tuple.get(vm).at(i);
            if !vm.is_int(size) {
                return Err(vm.raise(Exc::TypeError, "an integer is required"));
            }
            let size = vm.as_i64(size).and_then(|size| usize::try_from(size).ok());
            match size.and_then(|size| Some((size, left.checked_sub(size)?))) {
                Some((size, rest)) => {
                    left = rest;
                    sizes.push(size);
                }
                None => {
                    left = usize::MAX;
                    break;
                }
            }
        }
        if left != 0 {
            let message = "The samples size tuple doesn't match the concatenation's size.";
            return Err(vm.raise(Exc::ValueError, message));
        }
        Ok(sizes)
    }
}

/// An output for a dictionary of at most `size` bytes.
fn dictionary_output(vm: &mut Vm, size: isize) -> Result<Vec<u8>, Raised> {
    let size = size.unsigned_abs();
    let mut out = Vec::new();
    if vm.interp().heap.would_exceed(size) || out.try_reserve_exact(size).is_err() {
        return Err(vm.raise_no_memory());
    }
    out.resize(size, 0);
    Ok(out)
}

fn check_dictionary_size(vm: &mut Vm, size: isize) -> Result<(), Raised> {
    match size {
        1.. => Ok(()),
        _ => Err(vm.raise(Exc::ValueError, "dict_size argument should be positive number.")),
    }
}

fn train_dict(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [bytes, sizes, size] = args.all();
    let samples = Samples::of(vm, bytes, sizes, "train_dict", 1)?;
    let size = vm.index_isize(size)?;
    check_dictionary_size(vm, size)?;
    let sizes = samples.sizes(vm)?;
    let mut out = dictionary_output(vm, size)?;
    match context::train(&mut out, &samples.bytes, &sizes) {
        Ok(len) => vm.new_bytes(&out[..len]),
        Err(failure) => Err(raise(vm, "train the Zstandard dictionary", failure)),
    }
}

fn finalize_dict(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [content, bytes, sizes, size, level] = args.all();
    let content = bytes_argument(vm, content, "finalize_dict", 1)?;
    let samples = Samples::of(vm, bytes, sizes, "finalize_dict", 2)?;
    let size = vm.index_isize(size)?;
    let level = c_int(vm, level)?;
    check_dictionary_size(vm, size)?;
    let sizes = samples.sizes(vm)?;
    let mut out = dictionary_output(vm, size)?;
    match context::finalize(&mut out, &content, &samples.bytes, &sizes, level) {
        Ok(len) => vm.new_bytes(&out[..len]),
        Err(failure) => Err(raise(vm, "finalize the Zstandard dictionary", failure)),
    }
}

fn get_param_bounds(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let key = c_int(vm, args.get(0))?;
    let compress = vm.is_true(args.get(1))?;
    match context::bounds(compress, key) {
        Ok((least, most)) => Ok(Tuple::from_values(vm, &[Value::int32(least), Value::int32(most)])?.value()),
        Err(failure) => {
            let what = if compress { "compression" } else { "decompression" };
            Err(raise(vm, &format!("get zstd {what} parameter bounds"), failure))
        }
    }
}

fn get_frame_size(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match with_input(vm, args.get(0), |_, bytes| context::frame_size(bytes))? {
        Ok(size) => vm.new_int(size as i64),
        Err(failure) => {
            let message = format!(
                "Error when finding the compressed size of a Zstandard frame. Ensure the frame_buffer argument starts \
                 from the beginning of a frame, and its length is not less than this complete frame. Zstd error \
                 message: {}.",
                failure.name()
            );
            Err(ERROR.raise(vm, &message))
        }
    }
}

fn get_frame_info(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some((size, id)) = with_input(vm, args.get(0), |_, bytes| context::frame_header(bytes))? else {
        let message = "Error when getting information from the header of a Zstandard frame. Ensure the frame_buffer \
                       argument starts from the beginning of a frame, and its length is not less than the frame header \
                       (6~18 bytes).";
        return Err(ERROR.raise(vm, message));
    };
    let size = match size {
        Some(size) => vm.new_uint(size)?,
        None => Value::NONE,
    };
    let id = vm.new_int(i64::from(id))?;
    Ok(Tuple::from_values(vm, &[size, id])?.value())
}

fn set_parameter_types(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let names = ["c_parameter_type", "d_parameter_type"];
    for (i, name) in names.into_iter().enumerate() {
        if !vm.is_a(args.get(i), Builtin::Type) {
            let got = argument_type(vm, args.get(i));
            let message = format!("set_parameter_types() argument '{name}' must be type, not {got}");
            return Err(vm.raise(Exc::TypeError, message));
        }
    }
    vm.set_state(COMPRESSION_PARAMETER, args.get(0));
    vm.set_state(DECOMPRESSION_PARAMETER, args.get(1));
    Ok(Value::NONE)
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    ERROR.define(vm, module)?;
    let (class, doc) = (ERROR.class(vm)?, vm.new_str("An error occurred in the zstd library.")?);
    let name = Str::intern(vm, "__doc__")?;
    vm.set_attr(class, name, Some(doc))?;
    let (number, text) = context::version();
    let text = vm.new_str(text)?;
    Module::set(module, vm, "zstd_version", text)?;
    Module::set_int(module, vm, "zstd_version_number", number.into())?;
    Module::set_int(module, vm, "ZSTD_CLEVEL_DEFAULT", context::default_level().into())?;
    Module::set_int(module, vm, "ZSTD_DStreamOutSize", context::output_size() as i64)?;
    for (constant, number, _) in PARAMETERS {
        Module::set_int(module, vm, constant, (*number).into())?;
    }
    Module::set_int(module, vm, "ZSTD_d_windowLogMax", WINDOW_LOG_MAX.into())?;
    for (strategy, number) in STRATEGIES.iter().zip(1..) {
        Module::set_int(module, vm, strategy, number)?;
    }
    Ok(())
}

#[rustfmt::skip]
const FUNCTIONS: &[MethodDef] = &[
    function("train_dict(samples_bytes, samples_sizes, dict_size, /)", train_dict, "Train a Zstandard dictionary on sample data.\n\n  samples_bytes\n    Concatenation of samples.\n  samples_sizes\n    Tuple of samples' sizes.\n  dict_size\n    The size of the dictionary."),
    function("finalize_dict(custom_dict_bytes, samples_bytes, samples_sizes, dict_size, compression_level, /)", finalize_dict, "Finalize a Zstandard dictionary.\n\n  custom_dict_bytes\n    Custom dictionary content.\n  samples_bytes\n    Concatenation of samples.\n  samples_sizes\n    Tuple of samples' sizes.\n  dict_size\n    The size of the dictionary.\n  compression_level\n    Optimize for a specific Zstandard compression level, 0 means default."),
    function("get_param_bounds(parameter, is_compress)", get_param_bounds, "Get CompressionParameter/DecompressionParameter bounds.\n\n  parameter\n    The parameter to get bounds.\n  is_compress\n    True for CompressionParameter, False for DecompressionParameter."),
    function("get_frame_size(frame_buffer)", get_frame_size, "Get the size of a Zstandard frame, including the header and optional checksum.\n\n  frame_buffer\n    A bytes-like object, it should start from the beginning of a frame,\n    and contains at least one complete frame."),
    function("get_frame_info(frame_buffer)", get_frame_info, "Get Zstandard frame infomation from a frame header.\n\n  frame_buffer\n    A bytes-like object, containing the header of a Zstandard frame."),
    function("set_parameter_types(c_parameter_type, d_parameter_type)", set_parameter_types, "Set CompressionParameter and DecompressionParameter types for validity check.\n\n  c_parameter_type\n    CompressionParameter IntEnum type object\n  d_parameter_type\n    DecompressionParameter IntEnum type object"),
];

/// The module `_zstd`.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_zstd",
    doc: "Implementation module for Zstandard compression.",
    functions: FUNCTIONS,
    types: &[&compressor::TYPE, &decompressor::TYPE, &dictionary::TYPE],
    exec: Some(exec),
};
