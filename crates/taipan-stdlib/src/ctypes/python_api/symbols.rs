//! Which names of the API the program's own handle knows, and at which addresses: functions, functions of the C library under
//! other names, variables.
//!
//! A variable is a block that lives as long as the interpreter: C code may keep its address.

use std::ffi::c_char;

use taipan_vm::import::import_module;
use taipan_vm::number::Operator;
use taipan_vm::raise::Raised;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::mapped_bytes::MappedBytes;
use taipan_vm::vm::Vm;

use super::super::memory;
use super::function;
use super::passing::{Borrowed, Reference, binary};

/// Operators under their names in the API.
const OPERATORS: &[(&str, extern "C" fn(Borrowed, Borrowed) -> Reference)] = &[
    ("PyNumber_Add", add),
    ("PyNumber_Subtract", subtract),
    ("PyNumber_Multiply", multiply),
    ("PyNumber_TrueDivide", true_divide),
    ("PyNumber_FloorDivide", floor_divide),
    ("PyNumber_Remainder", remainder),
];

extern "C" fn add(a: Borrowed, b: Borrowed) -> Reference {
    binary(Operator::Add, a, b)
}

extern "C" fn subtract(a: Borrowed, b: Borrowed) -> Reference {
    binary(Operator::Sub, a, b)
}

extern "C" fn multiply(a: Borrowed, b: Borrowed) -> Reference {
    binary(Operator::Mul, a, b)
}

extern "C" fn true_divide(a: Borrowed, b: Borrowed) -> Reference {
    binary(Operator::TrueDiv, a, b)
}

extern "C" fn floor_divide(a: Borrowed, b: Borrowed) -> Reference {
    binary(Operator::FloorDiv, a, b)
}

extern "C" fn remainder(a: Borrowed, b: Borrowed) -> Reference {
    binary(Operator::Rem, a, b)
}

/// `Py_GetVersion`.
extern "C" fn version() -> *const c_char {
    c"3.14.10 (Taipan)".as_ptr()
}

/// Functions of the C library under their names in the API.
const LIBRARY: &[(&str, &str)] = &[
    ("PyOS_snprintf", "snprintf"),
    ("PyOS_vsnprintf", "vsnprintf"),
    ("PyMem_Malloc", "malloc"),
    ("PyMem_Calloc", "calloc"),
    ("PyMem_Realloc", "realloc"),
    ("PyMem_Free", "free"),
    ("PyMem_RawMalloc", "malloc"),
    ("PyMem_RawCalloc", "calloc"),
    ("PyMem_RawRealloc", "realloc"),
    ("PyMem_RawFree", "free"),
];

/// Variables that show a flag of `sys.flags`.
const VARIABLES: &[(&str, &str)] = &[
    ("Py_BytesWarningFlag", "bytes_warning"),
    ("Py_DebugFlag", "debug"),
    ("Py_DontWriteBytecodeFlag", "dont_write_bytecode"),
    ("Py_IgnoreEnvironmentFlag", "ignore_environment"),
    ("Py_InspectFlag", "inspect"),
    ("Py_InteractiveFlag", "interactive"),
    ("Py_IsolatedFlag", "isolated"),
    ("Py_NoSiteFlag", "no_site"),
    ("Py_NoUserSiteDirectory", "no_user_site"),
    ("Py_OptimizeFlag", "optimize"),
    ("Py_QuietFlag", "quiet"),
    ("Py_VerboseFlag", "verbose"),
];

/// The blocks of variables by name.
const BLOCKS: &str = "ctypes.variables";

/// The address of a C int with a flag.
fn variable(vm: &mut Vm, flag: &str) -> Result<usize, Raised> {
    let blocks = match vm.state(BLOCKS).and_then(|blocks| blocks.downcast::<Dict>(vm)) {
        Some(blocks) => blocks,
        None => {
            let blocks = Dict::new(vm)?;
            vm.set_state(BLOCKS, blocks.value());
            blocks
        }
    };
    let key = vm.new_str(flag)?;
    if let Some(block) = Dict::get_item(blocks, vm, key)?.and_then(|block| block.downcast::<MappedBytes>(vm)) {
        return Ok(block.get(vm).address());
    }
    let sys = import_module(vm, "sys")?;
    let flags = vm.get_attr_str(sys, "flags")?;
    let number = vm.get_attr_str(flags, flag)?;
    let number = vm.index_i32(number)?;
    let block = memory::allocate_copy(vm, &number.to_ne_bytes())?;
    Dict::set(blocks, vm, key, block.value())?;
    Ok(block.get(vm).address())
}

/// The handle of the program itself, in the interpreter's state.
const PROGRAM: &str = "ctypes.program";

/// Notes what `dlopen(None)` has given.
pub fn note_program(vm: &mut Vm, handle: usize) -> Result<(), Raised> {
    let handle = vm.new_uint(handle as u64)?;
    vm.set_state(PROGRAM, handle);
    Ok(())
}

/// The address of a function of the API, if the handle is the program's.
pub fn address_of(vm: &mut Vm, library: usize, name: &[u8]) -> Result<Option<usize>, Raised> {
    let program = vm.state(PROGRAM).and_then(|handle| vm.as_i64(handle));
    if !name.starts_with(b"Py") || program != Some(library as i64) {
        return Ok(None);
    }
    if let Some((_, flag)) = VARIABLES.iter().find(|(known, _)| known.as_bytes() == name) {
        return variable(vm, flag).map(Some);
    }
    if name == b"Py_GetVersion" {
        return Ok(Some(version as *const () as usize));
    }
    if let Some((_, operator)) = OPERATORS.iter().find(|(known, _)| known.as_bytes() == name) {
        return Ok(Some(*operator as *const () as usize));
    }
    if let Some((_, target)) = LIBRARY.iter().find(|(known, _)| known.as_bytes() == name) {
        let found = vm.ask_host(|host| host.library_symbol(library, target.as_bytes()))?;
        return Ok(found.ok());
    }
    Ok(function(name))
}
