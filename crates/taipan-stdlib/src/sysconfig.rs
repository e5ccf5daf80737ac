//! `_sysconfig`: the facts of the build that `sysconfig` asks the interpreter for.

use taipan_vm::args::Args;
use taipan_vm::raise::Raised;
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::dict::Dict;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

fn config_vars(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let vars = Dict::new(vm)?;
    for (variable, value) in [("Py_GIL_DISABLED", 0), ("Py_DEBUG", 0)] {
        let variable = vm.new_str(variable)?;
        Dict::set(vars, vm, variable, Value::int32(value))?;
    }
    Ok(vars.value())
}

const FUNCTIONS: &[MethodDef] = &[function(
    "config_vars()",
    config_vars,
    "Returns a dictionary containing build variables intended to be exposed by sysconfig.",
)];

/// The module `_sysconfig`.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_sysconfig",
    doc: "A helper for the sysconfig module.",
    functions: FUNCTIONS,
    ..ModuleSpec::DEFAULT
};
