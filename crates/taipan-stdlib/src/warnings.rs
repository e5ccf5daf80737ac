//! `_warnings`: `warn` and `warn_explicit` for code that runs before or without `warnings`.
//!
//! The policy (filters, registries, contexts) is the library's own `_py_warnings`: this module leaves the names out that
//! would replace it.

use taipan_vm::args::Args;
use taipan_vm::import::import_module;
use taipan_vm::raise::Raised;
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// Calls a function of `warnings` with the arguments that were given.
fn delegate(vm: &mut Vm, name: &str, args: Args<'_>, keywords: &[&str]) -> Result<Value, Raised> {
    let module = import_module(vm, "warnings")?;
    let function = vm.get_attr_str(module, name)?;
    let mut given = [("", Value::NONE); 10];
    let mut n = 0;
    for (i, keyword) in keywords.iter().enumerate() {
        if let Some(value) = args.opt(i) {
            given[n] = (keyword, value);
            n += 1;
        }
    }
    vm.call_keywords(function, &[], &given[..n])
}

fn warn(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    delegate(vm, "warn", args, &["message", "category", "stacklevel", "source", "skip_file_prefixes"])
}

fn warn_explicit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    const NAMES: &[&str] =
        &["message", "category", "filename", "lineno", "module", "registry", "module_globals", "source"];
    delegate(vm, "warn_explicit", args, NAMES)
}

const FUNCTIONS: &[MethodDef] = &[
    function(
        "warn(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())",
        warn,
        "Issue a warning, or maybe ignore it or raise an exception.",
    ),
    function(
        "warn_explicit(message, category, filename, lineno, module=<unrepresentable>, registry=None, module_globals=None, source=None)",
        warn_explicit,
        "Issue a warning, or maybe ignore it or raise an exception.",
    ),
];

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_warnings",
    doc: "_warnings provides basic warning filtering support.\nIt is a helper module to speed up interpreter start-up.",
    functions: FUNCTIONS,
    ..ModuleSpec::DEFAULT
};
