//! Shared libraries: `dlopen` and its family, and what a library's handle is good for.

use taipan_vm::args::Args;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::python_api;

/// Symbols are resolved when a library is loaded.
const RTLD_NOW: i32 = 2;

/// The handle of a library object: its attribute `_handle`.
pub fn handle_of(vm: &mut Vm, dll: Value) -> Result<usize, Raised> {
    let handle = vm.get_attr_str(dll, "_handle")?;
    if !vm.is_int(handle) {
        let message = "the _handle attribute of the second argument must be an integer";
        return Err(vm.raise(Exc::TypeError, message));
    }
    let address = super::address_argument(vm, handle);
    match vm.catch(address, Exc::OverflowError)? {
        Some(address) => Ok(address),
        None => Err(vm.raise(Exc::ValueError, "could not convert the _handle attribute to a pointer")),
    }
}

/// The address of a symbol, or the loader's message.
pub fn symbol(vm: &mut Vm, handle: usize, name: &[u8], what: &str) -> Result<Result<usize, String>, Raised> {
    // The program exports no functions of its own: those of the C API are known here.
    if let Some(address) = python_api::address_of(vm, handle, name)? {
        return Ok(Ok(address));
    }
    let found = vm.ask_host(|host| host.library_symbol(handle, name))?;
    Ok(found.map_err(|message| match message.is_empty() {
        true => format!("{what} '{}' not found", String::from_utf8_lossy(name)),
        false => String::from_utf8_lossy(&message).into_owned(),
    }))
}

/// `dlopen`.
pub fn dlopen(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "dlopen", 1, 2)?;
    let name = args.get(0);
    let mode = if args.len() > 1 { vm.index_i32(args.get(1))? } else { RTLD_NOW };
    let path = if name.is_none() { None } else { Some(vm.path_bytes(name)?) };
    vm.audit("ctypes.dlopen", &[name])?;
    let opened = vm.ask_host(|host| host.open_library(path.as_deref(), mode | RTLD_NOW))?;
    match opened {
        Ok(handle) => {
            if path.is_none() {
                python_api::note_program(vm, handle)?;
            }
            vm.new_uint(handle as u64)
        }
        Err(message) => Err(vm.raise(Exc::OSError, String::from_utf8_lossy(&message))),
    }
}

/// `dlclose`.
pub fn dlclose(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "dlclose", 1, 1)?;
    let handle = pointer_argument(vm, args.get(0))?;
    match vm.ask_host(|host| host.close_library(handle))? {
        Ok(()) => Ok(Value::NONE),
        Err(message) => Err(vm.raise(Exc::OSError, String::from_utf8_lossy(&message))),
    }
}

/// `dlsym`.
pub fn dlsym(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "dlsym", 2, 2)?;
    let handle = pointer_argument(vm, args.get(0))?;
    let Some(name) = args.get(1).downcast::<Str>(vm) else {
        let got = vm.type_name(args.get(1));
        return Err(vm.raise(Exc::TypeError, format!("dlsym() argument 2 must be str, not {got}")));
    };
    let handle_value = args.get(0);
    vm.audit("ctypes.dlsym/handle", &[handle_value, args.get(1)])?;
    let name = vm.encode_name(name)?;
    if name.contains(&0) {
        return Err(vm.raise(Exc::ValueError, "embedded null character"));
    }
    match symbol(vm, handle, &name, "symbol")? {
        Ok(address) => vm.new_uint(address as u64),
        Err(message) => Err(vm.raise(Exc::OSError, message)),
    }
}

/// An int as an address.
pub fn pointer_argument(vm: &mut Vm, value: Value) -> Result<usize, Raised> {
    if !vm.is_int(value) {
        return Err(vm.raise(Exc::TypeError, "an integer is required"));
    }
    super::address_argument(vm, value)
}

/// `dllist`.
pub fn dllist(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let names = vm.ask_host(|host| host.loaded_libraries())?;
    let list = List::new(vm)?;
    for name in names {
        let name = vm.decode_name(&name)?;
        List::push(list, vm, name)?;
    }
    Ok(list.value())
}

/// The name of a function: str or bytes.
pub fn function_name(vm: &mut Vm, value: Value) -> Result<Vec<u8>, Raised> {
    let name = match (value.downcast::<Bytes>(vm), value.downcast::<Str>(vm)) {
        (Some(bytes), _) => bytes.get(vm).bytes().to_vec(),
        (_, Some(text)) => vm.encode_name(text)?,
        _ => {
            let message = "function name must be string, bytes object or integer";
            return Err(vm.raise(Exc::TypeError, message));
        }
    };
    // C sees the name up to the first null.
    Ok(name.split(|byte| *byte == 0).next().unwrap_or_default().to_vec())
}
