//! `_ctypes`: C types as Python classes, and calls of C code.
//!
//! Importable only where the host grants native code, and where its calls are known ([`taipan_ffi::SUPPORTED`]): who can
//! call C functions is bound by no other limit.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::module::Module;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::module_exception::ModuleException;

mod array;
mod call;
mod callback;
mod class;
mod code;
mod code_extra;
mod conversion;
mod data;
mod field;
mod function;
mod handle;
mod info;
mod libraries;
mod long_double;
mod memory;
mod param;
mod pointer;
mod python_api;
mod simple;
mod structure;

/// Flags of functions.
const FUNCFLAG_CDECL: u64 = 1;
const FUNCFLAG_PYTHONAPI: u64 = 4;
const FUNCFLAG_USE_ERRNO: u64 = 8;
const FUNCFLAG_USE_LASTERROR: u64 = 16;
/// The most arguments of a call.
const MAX_ARGUMENTS: usize = 1024;
/// The function that makes instances from pickles.
const UNPICKLE: &str = "ctypes.unpickle";

/// `ctypes.ArgumentError`.
static ARGUMENT_ERROR: ModuleException =
    ModuleException { key: "ctypes.ArgumentError", module: "ctypes", name: "ArgumentError", base: Exc::Exception };

/// An int as an address. OverflowError when it has too many bits.
fn address_argument(vm: &mut Vm, value: Value) -> Result<usize, Raised> {
    if let Some(number) = vm.as_i64(value) {
        return Ok(number as usize);
    }
    match vm.as_big(value).and_then(|big| u64::try_from(&big).ok()) {
        Some(address) => Ok(address as usize),
        None => Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C unsigned long")),
    }
}

/// Replaces a raised exception by one of another class, whose message tells of it.
fn extend_error(vm: &mut Vm, raised: Raised, class: Value, prefix: &str) -> Raised {
    let exception = vm.take_raised(raised);
    let kind = vm.class_name(exception);
    let text = match vm.str_string(exception) {
        Ok(text) => text,
        Err(raised) => {
            let _ = vm.take_raised(raised);
            "???".to_owned()
        }
    };
    let made = vm.new_str(&format!("{prefix}{kind}: {text}")).and_then(|message| vm.call(class, &[message]));
    match made {
        Ok(error) => vm.raise_value(error),
        Err(raised) => raised,
    }
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let object = args.get(0);
    if let Some(info) = info::info_of(vm, object)? {
        return vm.new_uint(info.get(vm).size as u64);
    }
    match object.downcast::<data::CData>(vm) {
        Some(own) => vm.new_uint(own.get(vm).size as u64),
        None => Err(vm.raise(Exc::TypeError, "this type has no size")),
    }
}

fn alignment(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match info_of_either(vm, args.get(0))? {
        Some(info) => vm.new_uint(info.get(vm).align as u64),
        None => Err(vm.raise(Exc::TypeError, "no alignment info")),
    }
}

/// What a class, or the class of an instance, knows.
fn info_of_either(vm: &mut Vm, object: Value) -> Result<Option<Gc<info::StgInfo>>, Raised> {
    match info::info_of(vm, object)? {
        Some(info) => Ok(Some(info)),
        None => info::info_of_instance(vm, object),
    }
}

fn byref(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [object, offset] = args.all();
    let offset = offset.given().map_or(Ok(0), |offset| vm.index_isize(offset))?;
    param::byref(vm, object, offset)
}

fn addressof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match args.get(0).downcast::<data::CData>(vm) {
        Some(own) => {
            vm.audit("ctypes.addressof", &[own.value()])?;
            vm.new_uint(own.get(vm).address as u64)
        }
        None => {
            let got = vm.type_name(args.get(0));
            Err(vm.raise(Exc::TypeError, format!("addressof() argument must be _ctypes._CData, not {got}")))
        }
    }
}

fn resize(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [object, size] = args.all();
    let Some(own) = object.downcast::<data::CData>(vm) else {
        let got = vm.type_name(object);
        return Err(vm.raise(Exc::TypeError, format!("resize() argument 1 must be _ctypes._CData, not {got}")));
    };
    let size = vm.index_isize(size)?;
    let least = info::concrete_instance(vm, object)?.get(vm).size;
    let Some(size) = usize::try_from(size).ok().filter(|size| *size >= least) else {
        return Err(vm.raise(Exc::ValueError, format!("minimum size is {least}")));
    };
    if !own.get(vm).owns {
        let message = "Memory cannot be resized because this object doesn't own it";
        return Err(vm.raise(Exc::ValueError, message));
    }
    // The old block lives on with the instances that lie in it.
    let block = memory::allocate(vm, size)?;
    let data::CData { address: from, size: old, .. } = *own.get(vm);
    let to = block.get(vm).address();
    memory::copy(from, to, old.min(size));
    let own = own.get_mut(vm);
    (own.address, own.size, own.block) = (to, size, Some(block));
    Ok(Value::NONE)
}

fn buffer_info(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(info) = info_of_either(vm, args.get(0))? else {
        return Err(vm.raise(Exc::TypeError, "not a ctypes type or object"));
    };
    let info::StgInfo { format, shape, .. } = *info.get(vm);
    let shape = match shape {
        Some(shape) => shape,
        None => Tuple::empty(vm)?,
    };
    let ndim = Value::int(shape.get(vm).len());
    let format = format.map_or(Value::NONE, Gc::value);
    Ok(Tuple::from_values(vm, &[format, ndim, shape.value()])?.value())
}

fn unpickle(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "_unpickle", 2, 2)?;
    let [class, state] = args.all();
    let Some(state) = state.downcast::<Tuple>(vm) else {
        let got = vm.type_name(state);
        return Err(vm.raise(Exc::TypeError, format!("argument 2 must be tuple, not {got}")));
    };
    let made = vm.call_method(class, "__new__", &[class])?;
    let set = vm.get_attr_str(made, "__setstate__")?;
    vm.call_tuple(set, state, None)?;
    Ok(made)
}

fn get_errno(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.audit("ctypes.get_errno", &[])?;
    Ok(Value::int32(call::errno(vm)?))
}

fn set_errno(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "set_errno", 1, 1)?;
    vm.audit("ctypes.set_errno", &[args.get(0)])?;
    let number = vm.index_i32(args.get(0))?;
    let old = call::errno(vm)?;
    call::set_errno(vm, number)?;
    Ok(Value::int32(old))
}

fn call_by_address(vm: &mut Vm, args: Args<'_>, flags: u64) -> Result<Value, Raised> {
    if args.len() != 2 {
        let n = args.len();
        return Err(vm.raise(Exc::TypeError, format!("function takes exactly 2 arguments ({n} given)")));
    }
    let address = libraries::pointer_argument(vm, args.get(0))?;
    let Some(arguments) = args.get(1).downcast::<Tuple>(vm) else {
        let got = vm.type_name(args.get(1));
        return Err(vm.raise(Exc::TypeError, format!("argument 2 must be tuple, not {got}")));
    };
    let called = call::Called { address, args: arguments, flags, converters: None, restype: None, checker: None };
    call::call(vm, called)
}

fn object_from_pointer(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "PyObj_FromPtr", 1, 1)?;
    let address = libraries::pointer_argument(vm, args.get(0))?;
    vm.audit_numbers("ctypes.PyObj_FromPtr", &[address as i64])?;
    if address == 0 {
        return Err(vm.raise(Exc::ValueError, "PyObject is NULL"));
    }
    Ok(handle::object_at(vm, address))
}

#[rustfmt::skip]
const FUNCTIONS: &[MethodDef] = &[
    function("get_errno()", get_errno, ""),
    MethodDef::raw("set_errno", set_errno, ""),
    MethodDef::raw("_unpickle", unpickle, ""),
    function("buffer_info(object, /)", buffer_info, "Return buffer interface information"),
    function("resize(obj, size, /)", resize, ""),
    MethodDef::raw("dlopen", libraries::dlopen, "dlopen(name, flag={RTLD_GLOBAL|RTLD_LOCAL}) open a shared library"),
    MethodDef::raw("dlclose", libraries::dlclose, "dlclose a library"),
    MethodDef::raw("dlsym", libraries::dlsym, "find symbol in shared library"),
    function("dllist()", libraries::dllist, "dllist() return a list of loaded shared libraries"),
    function("alignment(object, /)", alignment, "alignment(C type) -> integer\nalignment(C instance) -> integer\nReturn the alignment requirements of a C instance"),
    function("sizeof(obj, /)", sizeof, "Return the size in bytes of a C instance."),
    function("byref(obj, offset=0, /)", byref, "Return a pointer lookalike to a C instance, only usable as function argument."),
    function("addressof(obj, /)", addressof, "Return the address of the C instance internal buffer"),
    MethodDef::raw("call_function", |vm, args| call_by_address(vm, args, 0), ""),
    MethodDef::raw("call_cdeclfunction", |vm, args| call_by_address(vm, args, FUNCFLAG_CDECL), ""),
    MethodDef::raw("PyObj_FromPtr", object_from_pointer, ""),
    // Objects have no counts here: what they keep alive is kept alive.
    function("Py_INCREF(object, /)", |_, args| Ok(args.get(0)), ""),
    function("Py_DECREF(object, /)", |_, args| Ok(args.get(0)), ""),
];

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let granted = vm.host().native_code().is_ok();
    if !granted || !taipan_ffi::SUPPORTED {
        let message = if granted { "C code cannot be called on this system" } else { "C code may not be called" };
        return Err(vm.raise(Exc::ImportError, message));
    }
    for spec in [
        &structure::STRUCTURE,
        &structure::UNION,
        &pointer::TYPE,
        &array::TYPE,
        &simple::TYPE,
        &function::TYPE,
        &field::TYPE,
    ] {
        let class = taipan_vm::types::type_::class_of_spec(vm, spec)?;
        let name = Type::name(class, vm);
        Module::set(module, vm, &name, class.value())?;
    }
    ARGUMENT_ERROR.define(vm, module)?;
    for (name, number) in [
        ("FUNCFLAG_CDECL", FUNCFLAG_CDECL),
        ("FUNCFLAG_PYTHONAPI", FUNCFLAG_PYTHONAPI),
        ("FUNCFLAG_USE_ERRNO", FUNCFLAG_USE_ERRNO),
        ("FUNCFLAG_USE_LASTERROR", FUNCFLAG_USE_LASTERROR),
        ("RTLD_LOCAL", 0),
        ("RTLD_GLOBAL", 0x100),
        ("CTYPES_MAX_ARGCOUNT", MAX_ARGUMENTS as u64),
        ("SIZEOF_TIME_T", 8),
    ] {
        Module::set_int(module, vm, name, number as i64)?;
    }
    let [memmove, memset] = vm.ask_host(|host| host.memory_functions())?;
    for (name, address) in
        [("_memmove_addr", memmove), ("_memset_addr", memset)].into_iter().chain(python_api::helpers())
    {
        let address = vm.new_uint(address as u64)?;
        Module::set(module, vm, name, address)?;
    }
    if let Some(function) = Module::get_attr(module, vm, "_unpickle")? {
        vm.set_state(UNPICKLE, function);
    }
    Module::set_text(module, vm, "__version__", "1.1.0")
}

/// The module `_ctypes`.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_ctypes",
    doc: "Create and manipulate C compatible data types in Python.",
    functions: FUNCTIONS,
    types: &[],
    exec: Some(exec),
};
