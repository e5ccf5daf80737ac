//! Extra data of code objects (PEP 523): addresses that C code keeps with them, freed by its functions when they die.

#![allow(unsafe_code)]

use taipan_ffi::types::Type as CType;
use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::MethodDef;
use taipan_vm::types::Builtin;
use taipan_vm::types::builtin_method::BuiltinMethod;
use taipan_vm::types::code::Code;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::object;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// The functions that free, in the order of their indices.
const FUNCTIONS: &str = "ctypes.extra_functions";
/// Identity of a code object to a weak reference to it and the list of addresses.
const EXTRAS: &str = "ctypes.extras";
/// The most indices.
const MOST: usize = 255;

fn functions(vm: &mut Vm) -> Result<Gc<List>, Raised> {
    if let Some(list) = vm.state(FUNCTIONS).and_then(|list| list.downcast(vm)) {
        return Ok(list);
    }
    let list = List::new(vm)?;
    vm.set_state(FUNCTIONS, list.value());
    Ok(list)
}

fn extras(vm: &mut Vm) -> Result<Gc<Dict>, Raised> {
    if let Some(dict) = vm.state(EXTRAS).and_then(|dict| dict.downcast(vm)) {
        return Ok(dict);
    }
    let dict = Dict::new(vm)?;
    vm.set_state(EXTRAS, dict.value());
    Ok(dict)
}

/// A new index, whose data a function (or none, 0) frees; -1 when there are no more.
pub fn request_index(vm: &mut Vm, free: usize) -> Result<i64, Raised> {
    let list = functions(vm)?;
    let index = list.get(vm).len();
    if index >= MOST {
        return Ok(-1);
    }
    let free = vm.new_uint(free as u64)?;
    List::push(list, vm, free)?;
    Ok(index as i64)
}

fn bad_call(vm: &mut Vm) -> Raised {
    vm.raise(Exc::SystemError, "bad argument to internal function")
}

fn entry(vm: &mut Vm, code: Value) -> Result<Option<Gc<List>>, Raised> {
    let (dict, key) = (extras(vm)?, object::id(vm, code)?);
    let entry = Dict::get_item(dict, vm, key)?.and_then(|entry| entry.exact::<Tuple>());
    Ok(entry.and_then(|entry| entry.get(vm).items().get(1)?.exact::<List>()))
}

fn word(vm: &Vm, value: Option<Value>) -> usize {
    let Some(value) = value else { return 0 };
    match vm.as_i64(value) {
        Some(word) => word as usize,
        None => vm.as_big(value).and_then(|big| u64::try_from(&big).ok()).unwrap_or(0) as usize,
    }
}

/// The data of a code object at an index; 0 if there is none. SystemError for what is no code.
pub fn get(vm: &mut Vm, code: Value, index: i64) -> Result<usize, Raised> {
    if code.exact::<Code>().is_none() {
        return Err(bad_call(vm));
    }
    let Some(list) = entry(vm, code)? else { return Ok(0) };
    let value = usize::try_from(index).ok().and_then(|index| list.get(vm).get_at(vm, index));
    Ok(word(vm, value))
}

/// Sets the data of a code object; what was there is freed.
pub fn set(vm: &mut Vm, code: Value, index: i64, extra: usize) -> Result<(), Raised> {
    let known = functions(vm)?.get(vm).len();
    let index = usize::try_from(index).ok().filter(|index| *index < known);
    let (Some(_), Some(index)) = (code.exact::<Code>(), index) else { return Err(bad_call(vm)) };
    let list = match entry(vm, code)? {
        Some(list) => list,
        None => {
            let list = List::new(vm)?;
            let callback = BuiltinMethod::new(vm, &FREE_ROW, None, None, false)?.value();
            let class = vm.class(Builtin::WeakRef).value();
            let reference = vm.call(class, &[code, callback])?;
            let pair = Tuple::from_values(vm, &[reference, list.value()])?.value();
            let (dict, key) = (extras(vm)?, object::id(vm, code)?);
            Dict::set(dict, vm, key, pair)?;
            list
        }
    };
    while list.get(vm).len() <= index {
        List::push(list, vm, Value::int(0))?;
    }
    let old = list.get(vm).get_at(vm, index);
    let old = word(vm, old);
    let extra = vm.new_uint(extra as u64)?;
    List::set_at(list, vm, index, extra);
    free_one(vm, index, old)
}

/// Calls the function of an index with an address other than 0.
fn free_one(vm: &mut Vm, index: usize, address: usize) -> Result<(), Raised> {
    let list = functions(vm)?;
    let function = list.get(vm).get_at(vm, index);
    let function = word(vm, function);
    if address == 0 || function == 0 {
        return Ok(());
    }
    let bytes = address.to_ne_bytes();
    let Some(mut call) = taipan_ffi::call::Call::new(function, &[(&CType::POINTER, &bytes)], &CType::Void) else {
        return Ok(());
    };
    // SAFETY: the program has registered the function as one that frees.
    vm.call_foreign(false, || unsafe { call.invoke() });
    vm.pending_error()
}

static FREE_ROW: MethodDef = MethodDef::raw_static("free_extra", free_all, "");

/// The callback of the weak references: frees all data of a code object that has died.
fn free_all(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(reference) = args.slots().first().map(|slot| slot.get()) else { return Ok(Value::NONE) };
    let dict = extras(vm)?;
    let mut at = 0;
    while let Some((number, found)) = dict.get(vm).next_entry(vm, at) {
        at = number + 1;
        let Some(pair) = found.value.exact::<Tuple>() else { continue };
        if pair.get(vm).items().first() != Some(&reference) {
            continue;
        }
        Dict::remove(dict, vm, found.key)?;
        let Some(list) = pair.get(vm).items().get(1).and_then(|list| list.exact::<List>()) else { continue };
        for index in 0..list.get(vm).len() {
            let address = list.get(vm).get_at(vm, index);
            let address = word(vm, address);
            free_one(vm, index, address)?;
        }
        break;
    }
    Ok(Value::NONE)
}
