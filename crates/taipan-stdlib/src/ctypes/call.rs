//! The call of a C function: arguments converted, the call with the lock given up or not, the result as a Python value.

#![allow(unsafe_code)]

use taipan_ffi::types::{Scalar, Type as CType};
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::root::RootValue;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::code::{self, Extent};
use super::{ARGUMENT_ERROR, FUNCFLAG_PYTHONAPI, FUNCFLAG_USE_ERRNO, MAX_ARGUMENTS};
use super::{data, info, memory, param, python_api, simple};

/// What is to be called, with what, and how its result is read.
pub struct Called {
    pub address: usize,
    pub args: Gc<Tuple>,
    /// `FUNCFLAG_*`.
    pub flags: u64,
    /// The `from_param` methods of the first arguments.
    pub converters: Option<Gc<Tuple>>,
    pub restype: Option<Value>,
    pub checker: Option<Value>,
}

/// Thread to its own copy of `errno`.
const ERRNO: &str = "ctypes.errno";

fn errno_table(vm: &mut Vm) -> Result<Gc<Dict>, Raised> {
    if let Some(table) = vm.state(ERRNO).and_then(|table| table.downcast(vm)) {
        return Ok(table);
    }
    let table = Dict::new(vm)?;
    vm.set_state(ERRNO, table.value());
    Ok(table)
}

/// The thread's own copy of `errno`.
pub fn errno(vm: &mut Vm) -> Result<i32, Raised> {
    let (table, key) = (errno_table(vm)?, vm.new_uint(vm.thread_id)?);
    let number = Dict::get_item(table, vm, key)?;
    Ok(number.and_then(|number| vm.as_i64(number)).unwrap_or(0) as i32)
}

/// Sets the thread's own copy.
pub fn set_errno(vm: &mut Vm, number: i32) -> Result<(), Raised> {
    let (table, key) = (errno_table(vm)?, vm.new_uint(vm.thread_id)?);
    Dict::set(table, vm, key, Value::int32(number))
}

/// Calls a C function.
pub fn call(vm: &mut Vm, called: Called) -> Result<Value, Raised> {
    vm.check_native_stack()?;
    if vm.is_audited() {
        let address = vm.new_uint(called.address as u64)?;
        vm.audit("ctypes.call_function", &[address, called.args.value()])?;
    }
    let n = called.args.get(vm).len();
    if n > MAX_ARGUMENTS {
        let message = format!("too many arguments ({n}), maximum is {MAX_ARGUMENTS}");
        return Err(ARGUMENT_ERROR.raise(vm, &message));
    }
    let keep = List::new(vm)?;
    // While a thread waits, others take what only native stacks lead to for garbage.
    let _roots = [RootValue::new(vm, keep.value()), RootValue::new(vm, called.args.value())];
    let mut arguments = Vec::with_capacity(n);
    for i in 0..n {
        let mut value = called.args.get(vm).at(i);
        let converter = called.converters.and_then(|converters| converters.get(vm).items().get(i).copied());
        let converted = match converter {
            Some(converter) => vm.call(converter, &[value]),
            None => Ok(value),
        };
        let argument = match converted {
            Ok(converted) => {
                value = converted;
                param::convert(vm, value, i + 1, keep)
            }
            Err(raised) => Err(raised),
        };
        match argument {
            Ok(argument) => arguments.push(argument),
            Err(raised) => {
                let class = ARGUMENT_ERROR.class(vm)?;
                return Err(super::extend_error(vm, raised, class, &format!("argument {}: ", i + 1)));
            }
        }
    }
    let result_type = match called.restype {
        None => CType::Scalar(Scalar::I32),
        Some(restype) if restype.is_none() => CType::Scalar(Scalar::I32),
        Some(restype) => match info::info_of(vm, restype)? {
            Some(info) => info::c_type(vm, info)?,
            None => CType::Scalar(Scalar::I32),
        },
    };
    let bytes = invoke(vm, called.address, &arguments, &result_type, called.flags)?;
    let result = result_value(vm, called.restype, called.checker, bytes);
    // Copies of texts and handles are reachable up to here.
    result
}

fn invoke(
    vm: &mut Vm,
    address: usize,
    arguments: &[param::Argument],
    result: &CType,
    flags: u64,
) -> Result<Vec<u8>, Raised> {
    let args: Vec<(&CType, &[u8])> = arguments.iter().map(|argument| (&argument.ty, &argument.bytes[..])).collect();
    let Some(mut prepared) = taipan_ffi::call::Call::new(address, &args, result) else {
        return Err(vm.raise(Exc::RuntimeError, "ffi_prep_cif failed"));
    };
    let release = flags & FUNCFLAG_PYTHONAPI == 0;
    if flags & FUNCFLAG_USE_ERRNO != 0 {
        let (before, host) = (errno(vm)?, vm.host());
        let after = vm.call_foreign(release, || {
            let _ = host.exchange_errno(before);
            // SAFETY: the program vouches for address and types, as with CPython.
            unsafe { prepared.invoke() };
            host.exchange_errno(0).unwrap_or(0)
        });
        set_errno(vm, after)?;
    } else {
        // SAFETY: as above.
        vm.call_foreign(release, || unsafe { prepared.invoke() });
    }
    if !release {
        vm.pending_error()?;
    }
    Ok(prepared.result())
}

fn result_value(vm: &mut Vm, restype: Option<Value>, checker: Option<Value>, bytes: Vec<u8>) -> Result<Value, Raised> {
    let Some(restype) = restype else { return param::int_result(vm, &bytes) };
    if restype.is_none() {
        return Ok(Value::NONE);
    }
    let Some(info) = info::info_of(vm, restype)? else {
        let number = param::int_result(vm, &bytes)?;
        return vm.call(restype, &[number]);
    };
    let mut bytes = bytes;
    let address = memory::address_of(&mut bytes);
    let value = match info.get(vm).code() {
        Some(code) if !simple::is_derived(vm, restype)? => {
            let value = code::get(vm, code, address, Extent::bytes(code.size()))?;
            if code.letter == b'O' {
                // The function has given a reference.
                python_api::drop_reference(vm, memory::read_word(address))?;
            }
            value
        }
        _ => data::copy_of(vm, restype, address)?.value(),
    };
    drop(bytes);
    match checker {
        Some(checker) => vm.call(checker, &[value]),
        None => Ok(value),
    }
}
