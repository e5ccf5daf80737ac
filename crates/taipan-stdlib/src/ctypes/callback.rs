//! Functions that C code can call, made from callables.
//!
//! Invariant: a thunk does not move and owns its closure, whose body knows the thunk's address: when the thunk dies, so does
//! the closure. Calling the function afterwards is an error of the program, as with CPython.

#![allow(unsafe_code)]

use std::rc::Rc;

use taipan_ffi::closure::{Closure, Pool};
use taipan_ffi::types::Type as CType;
use taipan_vm::foreign::CallbackTarget;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::TypeSpec;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::code::{self, Code, Extent};
use super::data::CData;
use super::info;
use super::{FUNCFLAG_USE_ERRNO, call, memory, simple};

heap_object! {
    /// A callable as C code sees it.
    pub struct Thunk {
        callable: Value,
        argtypes: Gc<Tuple>,
        restype: Value,
        flags: u64,
    }
}

/// The class `CThunkObject`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "CThunkObject",
    module: "_ctypes",
    layout: Some(<Thunk as HeapObject>::native),
    doc: "CThunkObject",
    ..TypeSpec::DEFAULT
};

/// Bytes counted for a closure.
const CLOSURE_BYTES: usize = 256;
/// The number of the resource that holds the pool of thunks.
const POOL: &str = "ctypes.pool";

fn pool(vm: &mut Vm) -> Pool {
    let known = vm.state(POOL).and_then(|number| number.as_small_int());
    if let Some(pool) = known.and_then(|number| vm.resource::<Pool>(number as usize)) {
        return (*pool).clone();
    }
    let pool = Pool::default();
    let number = vm.add_resource(Rc::new(pool.clone()));
    vm.set_state(POOL, Value::int(number));
    pool
}

fn c_type_of(vm: &mut Vm, class: Value) -> Result<CType, Raised> {
    match info::info_of(vm, class)? {
        Some(info) => info::c_type(vm, info),
        None => Ok(CType::Scalar(taipan_ffi::types::Scalar::I32)),
    }
}

/// A function for a callable: the object that owns it, and its address.
pub fn new(
    vm: &mut Vm,
    callable: Value,
    argtypes: Value,
    restype: Value,
    flags: u64,
) -> Result<(Value, usize), Raised> {
    let argtypes = vm.tuple_of(argtypes)?;
    let mut types = Vec::new();
    for i in 0..argtypes.get(vm).len() {
        let class = argtypes.get(vm).at(i);
        types.push(c_type_of(vm, class)?);
    }
    let result = if restype.is_none() {
        CType::Void
    } else {
        let info = info::info_of(vm, restype)?;
        if info.is_none_or(|info| info.get(vm).code().is_none()) {
            return Err(vm.raise(Exc::TypeError, "invalid result type for callback function"));
        }
        c_type_of(vm, restype)?
    };
    let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
    let thunk = vm.new_immovable(shape, Thunk { header: HeaderWord::NEW, callable, argtypes, restype, flags })?;
    let address = thunk.header().as_ptr().expose_provenance();
    let target = CallbackTarget::new(vm);
    let body = move |args: &[Vec<u8>], result: &mut [u8]| {
        // SAFETY: the interpreter owns the thunk, which owns this closure; C code calls it in a call of the interpreter, or
        // in a thread of its own.
        let entered = unsafe {
            target.enter(|vm| {
                let thunk = Gc::<Thunk>::from_header(std::ptr::NonNull::new_unchecked(address as *mut _));
                run(vm, thunk, args, result);
            })
        };
        // Without memory for a thread's stacks the result is 0.
        let _ = entered;
    };
    let Some(closure) = Closure::new(&pool(vm), types, result, Box::new(body)) else {
        return Err(vm.raise_no_memory());
    };
    let function = closure.address();
    vm.attach_resource(thunk.value(), Rc::new(closure), CLOSURE_BYTES);
    Ok((thunk.value(), function))
}

/// One call: what is raised cannot be given to C code.
fn run(vm: &mut Vm, thunk: Gc<Thunk>, args: &[Vec<u8>], result: &mut [u8]) {
    let Thunk { callable, argtypes, restype, flags, .. } = *thunk.get(vm);
    // An exception of the caller, of the C API, waits until the call is over.
    let waiting = match vm.pending_error() {
        Err(raised) => Some(vm.take_raised(raised)),
        Ok(()) => None,
    };
    if let Err((raised, doing)) = run_inner(vm, callable, argtypes, restype, flags, args, result) {
        vm.write_unraisable_of(raised, &doing, callable);
    }
    if let Some(waiting) = waiting {
        let _ = vm.reraise(waiting);
    }
}

fn run_inner(
    vm: &mut Vm,
    callable: Value,
    argtypes: Gc<Tuple>,
    restype: Value,
    flags: u64,
    args: &[Vec<u8>],
    result: &mut [u8],
) -> Result<(), (Raised, String)> {
    let calling = || "while calling ctypes callback function".to_owned();
    let values = Tuple::new_uninit(vm, taipan_vm::types::Builtin::Tuple as u32, args.len())
        .map_err(|raised| (raised, calling()))?;
    for (i, bytes) in args.iter().enumerate() {
        let class = argtypes.get(vm).at(i);
        let value = argument(vm, class, bytes)
            .map_err(|raised| (raised, format!("while creating argument {i} for ctypes callback function")))?;
        values.get_mut(vm).items_mut()[i] = value;
    }
    let host = vm.host();
    if flags & FUNCFLAG_USE_ERRNO != 0 {
        exchange_errno(vm, &*host).map_err(|raised| (raised, calling()))?;
    }
    let value = vm.call_tuple(callable, values, None);
    if flags & FUNCFLAG_USE_ERRNO != 0 {
        exchange_errno(vm, &*host).map_err(|raised| (raised, calling()))?;
    }
    let value = value.map_err(|raised| (raised, calling()))?;
    if restype.is_none() {
        return Ok(());
    }
    let converting = || "while converting result of ctypes callback function".to_owned();
    let info = info::info_of(vm, restype).map_err(|raised| (raised, converting()))?;
    let Some(code) = info.and_then(|info| info.get(vm).code()) else { return Ok(()) };
    let mut buffer = [0; 32];
    let kept = code::set(vm, code, memory::address_of(&mut buffer), value, Extent::bytes(code.size()))
        .map_err(|raised| (raised, converting()))?;
    let size = code.size().min(result.len());
    memory::read(memory::address_of(&mut buffer), &mut result[..size]);
    keep_result(vm, code, &buffer, kept.visible, kept.hidden).map_err(|raised| (raised, converting()))
}

/// What the result refers to must outlive the call: C code does not say when it has done with it.
fn keep_result(
    vm: &mut Vm,
    code: Code,
    buffer: &[u8; 32],
    visible: Value,
    hidden: Option<Value>,
) -> Result<(), Raised> {
    if code.letter == b'O' {
        return super::handle::count(vm, taipan_ffi::types::word_at(buffer, 0) as usize, 1);
    }
    if let Some(hidden) = hidden {
        std::mem::forget(taipan_vm::root::RootValue::new(vm, hidden));
    }
    if visible.is_none() { Ok(()) } else { vm.warn(Exc::RuntimeWarning, "memory leak in callback function.", 1) }
}

fn exchange_errno(vm: &mut Vm, host: &dyn taipan_vm::host::Host) -> Result<(), Raised> {
    let own = call::errno(vm)?;
    let other = host.exchange_errno(own).unwrap_or(0);
    call::set_errno(vm, other)
}

/// The Python value of an argument.
fn argument(vm: &mut Vm, class: Value, bytes: &[u8]) -> Result<Value, Raised> {
    let Some(info) = info::info_of(vm, class)? else {
        return Err(vm.raise(Exc::TypeError, "cannot build parameter"));
    };
    let mut buffer = bytes.to_vec();
    buffer.resize(buffer.len().max(32), 0);
    let address = memory::address_of(&mut buffer);
    if let Some(code) = info.get(vm).code()
        && !simple::is_derived(vm, class)?
    {
        let value = code::get(vm, code, address, Extent::bytes(code.size()));
        drop(buffer);
        return value;
    }
    let made = vm.call(class, &[])?;
    let Some(own) = made.downcast::<CData>(vm) else {
        return Err(vm.raise(Exc::TypeError, "unexpected result of create argument"));
    };
    let CData { address: to, size, .. } = *own.get(vm);
    memory::write(to, &buffer[..size.min(bytes.len())]);
    Ok(made)
}
