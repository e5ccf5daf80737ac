//! The constants of `sys`: versions, flags, sizes, names, paths.

use crate::gc::Gc;
use crate::raise::Raised;
use crate::spec::NO_NEW;
use crate::structseq;
use crate::types::BUILTIN_TYPES;
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::module::Module;
use crate::types::structseq::instance;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// The version of the language: major, minor, micro.
pub const VERSION: (i64, i64, i64) = (3, 14, 10);
const HEX_VERSION: i64 = VERSION.0 << 24 | VERSION.1 << 16 | VERSION.2 << 8 | 0xF0;

structseq! {
    static FLAGS = "sys" "flags", doc "sys.flags\n\nFlags provided through command line arguments or environment vars.", flags NO_NEW, visible 18, [
        "debug" "-d",
        "inspect" "-i",
        "interactive" "-i",
        "optimize" "-O or -OO",
        "dont_write_bytecode" "-B",
        "no_user_site" "-s",
        "no_site" "-S",
        "ignore_environment" "-E",
        "verbose" "-v",
        "bytes_warning" "-b",
        "quiet" "-q",
        "hash_randomization" "-R",
        "isolated" "-I",
        "dev_mode" "-X dev",
        "utf8_mode" "-X utf8",
        "warn_default_encoding" "-X warn_default_encoding",
        "safe_path" "-P",
        "int_max_str_digits" "-X int_max_str_digits",
        "gil" "-X gil",
        "thread_inherit_context" "-X thread_inherit_context",
        "context_aware_warnings" "-X context_aware_warnings",
    ]
}

structseq! {
    static VERSION_INFO = "sys" "version_info", doc "sys.version_info\n\nVersion information as a named tuple.", flags NO_NEW, visible 5, [
        "major" "Major release number",
        "minor" "Minor release number",
        "micro" "Patch release number",
        "releaselevel" "'alpha', 'beta', 'candidate', or 'final'",
        "serial" "Serial release number",
    ]
}

structseq! {
    static HASH_INFO = "sys" "hash_info", doc "hash_info\n\nA named tuple providing parameters used for computing\nhashes. The attributes are read only.", flags 0, visible 9, [
        "width" "width of the type used for hashing, in bits",
        "modulus" "prime number giving the modulus on which the hash function is based",
        "inf" "value to be used for hash of a positive infinity",
        "nan" "value to be used for hash of a nan",
        "imag" "multiplier used for the imaginary part of a complex number",
        "algorithm" "name of the algorithm for hashing of str, bytes and memoryviews",
        "hash_bits" "internal output size of hash algorithm",
        "seed_bits" "seed size of hash algorithm",
        "cutoff" "small string optimization cutoff",
    ]
}

structseq! {
    static INT_INFO = "sys" "int_info", doc "sys.int_info\n\nA named tuple that holds information about Python's\ninternal representation of integers.  The attributes are read only.", flags 0, visible 4, [
        "bits_per_digit" "size of a digit in bits",
        "sizeof_digit" "size in bytes of the C type used to represent a digit",
        "default_max_str_digits" "maximum string conversion digits limitation",
        "str_digits_check_threshold" "minimum positive value for int_max_str_digits",
    ]
}

structseq! {
    static FLOAT_INFO = "sys" "float_info", doc "sys.float_info\n\nA named tuple holding information about the float type. It contains low level\ninformation about the precision and internal representation. Please study\nyour system's :file:`float.h` for more information.", flags 0, visible 11, [
        "max" "DBL_MAX -- maximum representable finite float",
        "max_exp" "DBL_MAX_EXP -- maximum int e such that radix**(e-1) is representable",
        "max_10_exp" "DBL_MAX_10_EXP -- maximum int e such that 10**e is representable",
        "min" "DBL_MIN -- Minimum positive normalized float",
        "min_exp" "DBL_MIN_EXP -- minimum int e such that radix**(e-1) is a normalized float",
        "min_10_exp" "DBL_MIN_10_EXP -- minimum int e such that 10**e is a normalized float",
        "dig" "DBL_DIG -- maximum number of decimal digits that can be faithfully represented in a float",
        "mant_dig" "DBL_MANT_DIG -- mantissa digits",
        "epsilon" "DBL_EPSILON -- Difference between 1 and the next representable float",
        "radix" "FLT_RADIX -- radix of exponent",
        "rounds" "FLT_ROUNDS -- rounding mode used for arithmetic operations",
    ]
}

structseq! {
    static THREAD_INFO = "sys" "thread_info", doc "sys.thread_info\n\nA named tuple holding information about the thread implementation.", flags 0, visible 3, [
        "name" "name of the thread implementation",
        "lock" "name of the lock implementation",
        "version" "name and version of the thread library",
    ]
}

const COPYRIGHT: &str = "Copyright (c) 2001 Python Software Foundation.\nAll Rights Reserved.\n\nCopyright (c) 2000 BeOpen.com.\nAll Rights Reserved.\n\nCopyright (c) 1995-2001 Corporation for National Research Initiatives.\nAll Rights Reserved.\n\nCopyright (c) 1991-1995 Stichting Mathematisch Centrum, Amsterdam.\nAll Rights Reserved.";

/// Fills in everything that is known when the module is made.
pub(super) fn fill(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let settings = vm.interp().config.settings.clone();
    let final_text = vm.new_str("final")?;
    let int = |i: i64| Value::small_int(i).unwrap_or(Value::NONE);
    let version = instance(vm, &VERSION_INFO, &[int(VERSION.0), int(VERSION.1), int(VERSION.2), final_text, int(0)])?;
    Module::set(module, vm, "version_info", version)?;
    Module::set_int(module, vm, "hexversion", HEX_VERSION)?;
    Module::set_int(module, vm, "api_version", 1013)?;
    let maker = match settings.implementation.as_str() {
        "taipan" => concat!("Taipan ", env!("CARGO_PKG_VERSION"), ", Rust"),
        _ => "Rust",
    };
    let text = format!("{}.{}.{} (main, Jan 01 2026, 00:00:00) [{maker}]", VERSION.0, VERSION.1, VERSION.2);
    Module::set_text(module, vm, "version", &text)?;
    Module::set_text(module, vm, "copyright", COPYRIGHT)?;
    Module::set_text(module, vm, "platform", std::env::consts::OS)?;
    Module::set_text(module, vm, "byteorder", if cfg!(target_endian = "little") { "little" } else { "big" })?;
    Module::set_int(module, vm, "maxsize", i64::MAX)?;
    Module::set_int(module, vm, "maxunicode", 0x10_FFFF)?;
    Module::set_text(module, vm, "float_repr_style", "short")?;
    Module::set_text(module, vm, "abiflags", "")?;
    Module::set_text(module, vm, "_framework", "")?;
    Module::set_text(module, vm, "platlibdir", &settings.platlibdir)?;
    let git = ["Taipan", "", ""].map(|part| part.to_owned());
    let git = texts(vm, &git)?;
    let git = List::to_tuple(git, vm)?;
    Module::set(module, vm, "_git", git.value())?;

    let flag = |b: bool| int(b as i64);
    let digits = vm.interp().int_max_str_digits as i64;
    let optimize = i64::from(vm.interp().config.optimize);
    let flags = [
        int(i64::from(settings.debug)),
        flag(settings.inspect),
        flag(settings.interactive),
        int(optimize),
        flag(settings.dont_write_bytecode),
        flag(settings.no_user_site),
        flag(settings.no_site),
        flag(settings.ignore_environment),
        int(i64::from(settings.verbose)),
        int(i64::from(settings.bytes_warning)),
        flag(settings.quiet),
        flag(settings.hash_randomization),
        flag(settings.isolated),
        Value::bool(settings.dev_mode),
        flag(settings.utf8_mode),
        flag(settings.warn_default_encoding),
        Value::bool(settings.safe_path),
        int(digits),
        int(1),
        int(0),
        int(0),
    ];
    let flags = instance(vm, &FLAGS, &flags)?;
    Module::set(module, vm, "flags", flags)?;

    let modulus = vm.new_int((1 << 61) - 1)?;
    let algorithm = vm.new_str("siphash13")?;
    let hash = [int(64), modulus, int(314_159), int(0), int(1_000_003), algorithm, int(64), int(128), int(0)];
    let hash = instance(vm, &HASH_INFO, &hash)?;
    Module::set(module, vm, "hash_info", hash)?;
    let ints = instance(vm, &INT_INFO, &[int(30), int(4), int(4300), int(640)])?;
    Module::set(module, vm, "int_info", ints)?;
    let (max, min, epsilon) = (vm.new_float(f64::MAX)?, vm.new_float(f64::MIN_POSITIVE)?, vm.new_float(f64::EPSILON)?);
    let floats = [max, int(1024), int(308), min, int(-1021), int(-307), int(15), int(53), epsilon, int(2), int(1)];
    let floats = instance(vm, &FLOAT_INFO, &floats)?;
    Module::set(module, vm, "float_info", floats)?;
    let (pthread, lock) = (vm.new_str("pthread")?, vm.new_str("semaphore")?);
    let thread = instance(vm, &THREAD_INFO, &[pthread, lock, Value::NONE])?;
    Module::set(module, vm, "thread_info", thread)?;

    implementation(vm, module, version, &settings.implementation)?;
    let names = super::stdlib_names::STDLIB_MODULE_NAMES.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let names = texts(vm, &names)?;
    let frozen = BUILTIN_TYPES.iter().position(|spec| spec.name == "frozenset");
    let names = match frozen.and_then(|id| Builtin::from_id(id as u32)) {
        Some(class) => {
            let class = vm.class(class).value();
            vm.call(class, &[names.value()])?
        }
        None => names.value(),
    };
    Module::set(module, vm, "stdlib_module_names", names)?;
    let mut builtin: Vec<String> = vm.interp().module_specs.keys().map(|name| (*name).to_owned()).collect();
    builtin.sort();
    let builtin = texts(vm, &builtin)?;
    let builtin = List::to_tuple(builtin, vm)?;
    Module::set(module, vm, "builtin_module_names", builtin.value())?;

    let argv = names_list(vm, &settings.argv)?;
    Module::set(module, vm, "argv", argv)?;
    let orig_argv = names_list(vm, &settings.orig_argv)?;
    Module::set(module, vm, "orig_argv", orig_argv)?;
    let executable = vm.decode_name(&settings.executable)?;
    Module::set(module, vm, "executable", executable)?;
    Module::set(module, vm, "_base_executable", executable)?;
    Module::set(module, vm, "_home", Value::NONE)?;
    let warn_options = texts(vm, &settings.warn_options)?;
    Module::set(module, vm, "warnoptions", warn_options.value())?;
    let x_options = Dict::new(vm)?;
    for (name, value) in &settings.x_options {
        let key = vm.new_str(name)?;
        let value = match value {
            Some(value) => vm.new_str(value)?,
            None => Value::TRUE,
        };
        Dict::set(x_options, vm, key, value)?;
    }
    Module::set(module, vm, "_xoptions", x_options.value())?;
    Module::set(module, vm, "dont_write_bytecode", Value::bool(settings.dont_write_bytecode))?;
    let prefix = match &settings.pycache_prefix {
        Some(prefix) => vm.decode_name(prefix)?,
        None => Value::NONE,
    };
    Module::set(module, vm, "pycache_prefix", prefix)?;
    for (name, value) in [("path", List::new(vm)?), ("meta_path", List::new(vm)?), ("path_hooks", List::new(vm)?)] {
        Module::set(module, vm, name, value.value())?;
    }
    let cache = Dict::new(vm)?;
    Module::set(module, vm, "path_importer_cache", cache.value())?;
    if let Some(modules) = vm.interp().modules {
        Module::set(module, vm, "modules", modules.value())?;
    }
    Ok(())
}

/// A new list of strs.
fn texts(vm: &mut Vm, texts: &[String]) -> Result<Gc<List>, Raised> {
    let list = List::new(vm)?;
    for text in texts {
        let text = vm.new_str(text)?;
        List::push(list, vm, text)?;
    }
    Ok(list)
}

/// A new list of decoded system names.
fn names_list(vm: &mut Vm, names: &[Vec<u8>]) -> Result<Value, Raised> {
    let list = List::new(vm)?;
    for name in names {
        let name = vm.decode_name(name)?;
        List::push(list, vm, name)?;
    }
    Ok(list.value())
}

/// `sys.implementation`.
fn implementation(vm: &mut Vm, module: Gc<Module>, version: Value, name: &str) -> Result<(), Raised> {
    let known = BUILTIN_TYPES.iter().position(|spec| spec.name == "SimpleNamespace");
    let class = match known.and_then(|id| Builtin::from_id(id as u32)) {
        Some(class) => vm.class(class).value(),
        None => {
            let metaclass = vm.class(Builtin::Type).value();
            let name = vm.new_str("SimpleNamespace")?;
            let (bases, namespace) = (Tuple::empty(vm)?.value(), Dict::new(vm)?.value());
            vm.call(metaclass, &[name, bases, namespace])?
        }
    };
    let this = vm.call(class, &[])?;
    let name = vm.new_str(name)?;
    let cache_tag = vm.new_str("taipan-314")?;
    let hexversion = vm.new_int(HEX_VERSION)?;
    let arch = vm.new_str(&format!("{}-linux-gnu", std::env::consts::ARCH))?;
    for (attribute, value) in [
        ("name", name),
        ("cache_tag", cache_tag),
        ("version", version),
        ("hexversion", hexversion),
        ("_multiarch", arch),
        ("supports_isolated_interpreters", Value::TRUE),
    ] {
        let attribute = crate::types::str::Str::intern(vm, attribute)?;
        vm.set_attr(this, attribute, Some(value))?;
    }
    Module::set(module, vm, "implementation", this)
}
