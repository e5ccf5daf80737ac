//! The module `posix`: system calls, through the host.

use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::module::Module;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

mod constants;
mod descriptors;
#[rustfmt::skip]
mod docs;
mod environment;
mod path_argument;
mod paths;
mod processes;
mod scandir;
mod status;

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "posix",
    doc: "This module provides access to operating system functionality that is\nstandardized by the C Standard and the POSIX standard (a thinly\ndisguised Unix interface).  Refer to the library manual and\ncorresponding Unix manual entries for more information on calls.",
    functions: &[

    ],
    types: &[
        &scandir::DIR_ENTRY,
        &status::STAT_RESULT,
        &descriptors::TERMINAL_SIZE,
        &processes::TIMES_RESULT,
        &environment::UNAME_RESULT,
    ],
    exec: Some(exec),
};

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    for (name, number) in constants::NUMBERS {
        Module::set_int(module, vm, name, *number)?;
    }
    let error = vm.exception_class(Exc::OSError).value();
    Module::set(module, vm, "error", error)?;
    let functions = List::new(vm)?;
    for name in constants::HAVE_FUNCTIONS {
        let name = vm.new_str(name)?;
        List::push(functions, vm, name)?;
    }
    Module::set(module, vm, "_have_functions", functions.value())?;
    for (name, rows) in [
        ("sysconf_names", constants::SYSCONF_NAMES),
        ("confstr_names", constants::CONFSTR_NAMES),
        ("pathconf_names", constants::PATHCONF_NAMES),
    ] {
        let dict = Dict::new(vm)?;
        for (key, number) in rows {
            let (key, number) = (vm.new_str(key)?, vm.new_int(*number)?);
            Dict::set(dict, vm, key, number)?;
        }
        Module::set(module, vm, name, dict.value())?;
    }
    let environ = environment::environment_dict(vm)?;
    Module::set(module, vm, "environ", environ)
}

/// An int argument, `default` when absent.
fn int_or(vm: &mut Vm, value: Value, default: i32) -> Result<i32, Raised> {
    match value.given() {
        Some(value) => vm.index_i32(value),
        None => Ok(default),
    }
}

/// A truth argument, `default` when absent.
fn truth_or(vm: &mut Vm, value: Value, default: bool) -> Result<bool, Raised> {
    match value.given() {
        Some(value) => vm.is_true(value),
        None => Ok(default),
    }
}
