//! `pythonapi`: the functions of CPython's C API that make sense on this heap, as C functions of the program itself.
//!
//! `PyObject *` is the address of a handle (`super::handle`): a result is a reference that C code holds, an argument one that
//! it lends. Functions that would give addresses into objects are absent. They run in calls that keep the lock (`PyDLL`);
//! elsewhere they fail without an exception, as there is no context to raise it in.

#![allow(unsafe_code)]

use std::ffi::{CStr, c_char};

use taipan_vm::import::import_module;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Comparison;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::instance_check::{is_instance, is_subclass};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::code::wide_text;
use super::{code_extra, handle, memory};

pub use module_functions::helpers;
use passing::{
    Borrowed, Reference, as_signed, as_unsigned, attribute_name, give, given_bytes, take, text, utf8, within,
};
pub use symbols::{address_of, note_program};

mod module_functions;
mod passing;
mod symbols;

macro_rules! api {
    ($(fn $name:ident($($arg:ident: $ty:ty),*) -> $result:ty |$vm:ident| $body:block)*) => {
        $(
            #[allow(non_snake_case)]
            extern "C" fn $name($($arg: $ty),*) -> $result {
                within(|$vm: &mut Vm| $body)
            }
        )*

        /// The address of a function of the API.
        fn function(name: &[u8]) -> Option<usize> {
            $(
                if name == stringify!($name).as_bytes() {
                    return Some($name as *const () as usize);
                }
            )*
            None
        }
    };
}

api! {
    fn Py_IncRef(object: Borrowed) -> () |vm| { if object == 0 { Ok(()) } else { handle::count(vm, object, 1) } }
    fn Py_DecRef(object: Borrowed) -> () |vm| { if object == 0 { Ok(()) } else { handle::count(vm, object, -1) } }
    fn Py_IsInitialized() -> i32 |_vm| { Ok(1) }
    fn PyGILState_Ensure() -> i32 |_vm| { Ok(0) }
    fn PyGILState_Release(_state: i32) -> () |_vm| { Ok(()) }
    fn PyGILState_Check() -> i32 |_vm| { Ok(1) }
    fn PyErr_CheckSignals() -> i32 |vm| { vm.run_signal_handlers().map(|()| 0) }

    // ---- exceptions ----

    fn PyErr_Occurred() -> usize |vm| {
        match vm.pending_error() {
            Ok(()) => Ok(0),
            Err(raised) => {
                let exception = vm.take_raised(raised);
                let class = vm.type_of(exception).value();
                let found = handle::of(vm, class).map(handle::address);
                let _ = vm.reraise(exception);
                found
            }
        }
    }
    fn PyErr_Clear() -> () |vm| {
        if let Err(raised) = vm.pending_error() {
            let _ = vm.take_raised(raised);
        }
        Ok(())
    }
    fn PyErr_SetString(class: Borrowed, message: *const c_char) -> () |vm| {
        let (class, message) = (take(vm, class)?, text(vm, message)?);
        let exception = vm.call(class, &[message])?;
        Err(vm.raise_value(exception))
    }
    fn PyErr_SetObject(class: Borrowed, value: Borrowed) -> () |vm| {
        let (class, value) = (take(vm, class)?, take(vm, value)?);
        let exception = if is_instance(vm, value, class)? { value } else { vm.call(class, &[value])? };
        Err(vm.raise_value(exception))
    }
    fn PyErr_SetNone(class: Borrowed) -> () |vm| {
        let class = take(vm, class)?;
        let exception = vm.call(class, &[])?;
        Err(vm.raise_value(exception))
    }
    fn PyErr_NoMemory() -> Reference |vm| { Err(vm.raise_no_memory()) }
    fn PyErr_BadArgument() -> i32 |vm| { Err(vm.raise(Exc::TypeError, "bad argument type for built-in operation")) }

    // ---- objects ----

    fn PyObject_Str(object: Borrowed) -> Reference |vm| {
        let object = take(vm, object)?;
        let result = vm.str(object)?;
        give(vm, result)
    }
    fn PyObject_Repr(object: Borrowed) -> Reference |vm| {
        let object = take(vm, object)?;
        let result = vm.repr(object)?;
        give(vm, result)
    }
    fn PyObject_ASCII(object: Borrowed) -> Reference |vm| {
        let object = take(vm, object)?;
        let result = vm.ascii(object)?;
        give(vm, result)
    }
    fn PyObject_Type(object: Borrowed) -> Reference |vm| {
        let object = take(vm, object)?;
        let class = vm.type_of(object).value();
        give(vm, class)
    }
    fn PyObject_Hash(object: Borrowed) -> i64 |vm| { let object = take(vm, object)?; vm.hash(object) }
    fn PyObject_IsTrue(object: Borrowed) -> i32 |vm| { let object = take(vm, object)?; vm.is_true(object).map(i32::from) }
    fn PyObject_Not(object: Borrowed) -> i32 |vm| {
        let object = take(vm, object)?;
        vm.is_true(object).map(|truth| i32::from(!truth))
    }
    fn PyObject_Length(object: Borrowed) -> i64 |vm| {
        let object = take(vm, object)?;
        vm.length(object).map(|len| len as i64)
    }
    fn PyObject_Size(object: Borrowed) -> i64 |vm| {
        let object = take(vm, object)?;
        vm.length(object).map(|len| len as i64)
    }
    fn PyObject_GetAttrString(object: Borrowed, name: *const c_char) -> Reference |vm| {
        let (object, name) = (take(vm, object)?, attribute_name(vm, name)?);
        let result = vm.get_attr(object, name)?;
        give(vm, result)
    }
    fn PyObject_GetAttr(object: Borrowed, name: Borrowed) -> Reference |vm| {
        let (object, name) = (take(vm, object)?, take(vm, name)?);
        let name = vm.attr_name(name)?;
        let result = vm.get_attr(object, name)?;
        give(vm, result)
    }
    fn PyObject_HasAttrString(object: Borrowed, name: *const c_char) -> i32 |vm| {
        let (object, name) = (take(vm, object)?, attribute_name(vm, name)?);
        Ok(i32::from(vm.get_attr_opt(object, name)?.is_some()))
    }
    fn PyObject_SetAttrString(object: Borrowed, name: *const c_char, value: Borrowed) -> i32 |vm| {
        let (object, name) = (take(vm, object)?, attribute_name(vm, name)?);
        let value = if value == 0 { None } else { Some(take(vm, value)?) };
        vm.set_attr(object, name, value).map(|()| 0)
    }
    fn PyObject_SetAttr(object: Borrowed, name: Borrowed, value: Borrowed) -> i32 |vm| {
        let (object, name) = (take(vm, object)?, take(vm, name)?);
        let name = vm.attr_name(name)?;
        let value = if value == 0 { None } else { Some(take(vm, value)?) };
        vm.set_attr(object, name, value).map(|()| 0)
    }
    fn PyObject_GetItem(object: Borrowed, key: Borrowed) -> Reference |vm| {
        let (object, key) = (take(vm, object)?, take(vm, key)?);
        let result = vm.get_item(object, key)?;
        give(vm, result)
    }
    fn PyObject_SetItem(object: Borrowed, key: Borrowed, value: Borrowed) -> i32 |vm| {
        let (object, key, value) = (take(vm, object)?, take(vm, key)?, take(vm, value)?);
        vm.set_item(object, key, Some(value)).map(|()| 0)
    }
    fn PyObject_DelItem(object: Borrowed, key: Borrowed) -> i32 |vm| {
        let (object, key) = (take(vm, object)?, take(vm, key)?);
        vm.set_item(object, key, None).map(|()| 0)
    }
    fn PyObject_CallNoArgs(callable: Borrowed) -> Reference |vm| {
        let callable = take(vm, callable)?;
        let result = vm.call(callable, &[])?;
        give(vm, result)
    }
    fn PyObject_CallOneArg(callable: Borrowed, arg: Borrowed) -> Reference |vm| {
        let (callable, arg) = (take(vm, callable)?, take(vm, arg)?);
        let result = vm.call(callable, &[arg])?;
        give(vm, result)
    }
    fn PyObject_CallObject(callable: Borrowed, args: Borrowed) -> Reference |vm| {
        let callable = take(vm, callable)?;
        let result = call_with(vm, callable, args, 0)?;
        give(vm, result)
    }
    fn PyObject_Call(callable: Borrowed, args: Borrowed, kwargs: Borrowed) -> Reference |vm| {
        let callable = take(vm, callable)?;
        let result = call_with(vm, callable, args, kwargs)?;
        give(vm, result)
    }
    fn PyObject_RichCompare(a: Borrowed, b: Borrowed, op: i32) -> Reference |vm| {
        let (a, b, op) = (take(vm, a)?, take(vm, b)?, comparison(vm, op)?);
        let result = vm.compare(a, b, op)?;
        give(vm, result)
    }
    fn PyObject_RichCompareBool(a: Borrowed, b: Borrowed, op: i32) -> i32 |vm| {
        let (a, b, op) = (take(vm, a)?, take(vm, b)?, comparison(vm, op)?);
        if a == b && matches!(op, Comparison::Eq | Comparison::Ne) {
            return Ok(i32::from(op == Comparison::Eq));
        }
        let result = vm.compare(a, b, op)?;
        vm.is_true(result).map(i32::from)
    }
    fn PyObject_IsInstance(object: Borrowed, class: Borrowed) -> i32 |vm| {
        let (object, class) = (take(vm, object)?, take(vm, class)?);
        is_instance(vm, object, class).map(i32::from)
    }
    fn PyObject_IsSubclass(object: Borrowed, class: Borrowed) -> i32 |vm| {
        let (object, class) = (take(vm, object)?, take(vm, class)?);
        is_subclass(vm, object, class).map(i32::from)
    }
    fn PyObject_GetIter(object: Borrowed) -> Reference |vm| {
        let object = take(vm, object)?;
        let result = vm.iter(object)?;
        give(vm, result)
    }
    fn PyIter_Next(iterator: Borrowed) -> Reference |vm| {
        let iterator = take(vm, iterator)?;
        match vm.next(iterator)? {
            Some(item) => give(vm, item),
            None => Ok(Reference(0)),
        }
    }
    fn PyCallable_Check(object: Borrowed) -> i32 |vm| {
        Ok(i32::from(object != 0 && { let object = take(vm, object)?; vm.is_callable(object) }))
    }
    fn PyImport_ImportModule(name: *const c_char) -> Reference |vm| {
        let name = text(vm, name)?;
        let name = vm.text_of(name).unwrap_or_default();
        let module = import_module(vm, &name)?;
        give(vm, module)
    }

    // ---- numbers ----

    fn PyLong_FromLong(number: i64) -> Reference |vm| { let value = vm.new_int(number)?; give(vm, value) }
    fn PyLong_FromLongLong(number: i64) -> Reference |vm| { let value = vm.new_int(number)?; give(vm, value) }
    fn PyLong_FromSsize_t(number: i64) -> Reference |vm| { let value = vm.new_int(number)?; give(vm, value) }
    fn PyLong_FromUnsignedLong(number: u64) -> Reference |vm| { let value = vm.new_uint(number)?; give(vm, value) }
    fn PyLong_FromUnsignedLongLong(number: u64) -> Reference |vm| { let value = vm.new_uint(number)?; give(vm, value) }
    fn PyLong_FromSize_t(number: u64) -> Reference |vm| { let value = vm.new_uint(number)?; give(vm, value) }
    fn PyLong_FromVoidPtr(address: u64) -> Reference |vm| { let value = vm.new_uint(address)?; give(vm, value) }
    fn PyLong_AsLong(object: Borrowed) -> i64 |vm| { as_signed(vm, object, "long") }
    fn PyLong_AsLongLong(object: Borrowed) -> i64 |vm| { as_signed(vm, object, "long long") }
    fn PyLong_AsSsize_t(object: Borrowed) -> i64 |vm| { as_signed(vm, object, "ssize_t") }
    fn PyLong_AsUnsignedLong(object: Borrowed) -> u64 |vm| { as_unsigned(vm, object, "unsigned long") }
    fn PyLong_AsUnsignedLongLong(object: Borrowed) -> u64 |vm| { as_unsigned(vm, object, "unsigned long long") }
    fn PyLong_AsSize_t(object: Borrowed) -> u64 |vm| { as_unsigned(vm, object, "size_t") }
    fn PyLong_AsDouble(object: Borrowed) -> f64 |vm| { let object = take(vm, object)?; vm.to_f64(object) }
    fn PyFloat_FromDouble(number: f64) -> Reference |vm| { let value = vm.new_float(number)?; give(vm, value) }
    fn PyFloat_AsDouble(object: Borrowed) -> f64 |vm| { let object = take(vm, object)?; vm.to_f64(object) }
    fn PyBool_FromLong(number: i64) -> Reference |vm| { give(vm, Value::bool(number != 0)) }

    // ---- bytes and text ----

    fn PyBytes_FromString(address: *const c_char) -> Reference |vm| {
        if address.is_null() {
            return Err(vm.raise(Exc::SystemError, "null argument to internal routine"));
        }
        // SAFETY: the caller gives a null-terminated string.
        let bytes = unsafe { CStr::from_ptr(address) }.to_bytes().to_vec();
        let bytes = vm.new_bytes(&bytes)?;
        give(vm, bytes)
    }
    fn PyBytes_FromStringAndSize(address: usize, len: i64) -> Reference |vm| {
        let bytes = given_bytes(vm, address, len)?;
        let bytes = vm.new_bytes(&bytes)?;
        give(vm, bytes)
    }
    fn PyBytes_Size(object: Borrowed) -> i64 |vm| {
        let object = take(vm, object)?;
        vm.length(object).map(|len| len as i64)
    }
    fn PyUnicode_FromString(address: *const c_char) -> Reference |vm| { let value = text(vm, address)?; give(vm, value) }
    fn PyUnicode_InternFromString(address: *const c_char) -> Reference |vm| {
        let value = attribute_name(vm, address)?;
        give(vm, value.value())
    }
    fn PyUnicode_FromStringAndSize(address: usize, len: i64) -> Reference |vm| {
        let bytes = given_bytes(vm, address, len)?;
        let value = utf8(vm, &bytes)?;
        give(vm, value)
    }
    fn PyUnicode_FromWideChar(address: usize, len: i64) -> Reference |vm| {
        let len = usize::try_from(len).unwrap_or_else(|_| memory::wide_zero_at(address, usize::MAX));
        let points = memory::read_wide(vm, address, len)?;
        let value = wide_text(vm, &points)?;
        give(vm, value)
    }
    fn PyUnicode_AsUTF8String(object: Borrowed) -> Reference |vm| {
        let object = take(vm, object)?;
        let bytes = vm.call_method(object, "encode", &[])?;
        give(vm, bytes)
    }
    fn PyUnicode_GetLength(object: Borrowed) -> i64 |vm| {
        let object = take(vm, object)?;
        vm.length(object).map(|len| len as i64)
    }

    // ---- containers ----

    fn PyList_Append(list: Borrowed, item: Borrowed) -> i32 |vm| {
        let (list, item) = (take(vm, list)?, take(vm, item)?);
        match list.downcast::<List>(vm) {
            Some(list) => List::push(list, vm, item).map(|()| 0),
            None => Err(vm.raise(Exc::SystemError, "bad argument to internal function")),
        }
    }
    fn PyList_AsTuple(list: Borrowed) -> Reference |vm| {
        let list = take(vm, list)?;
        let tuple = vm.tuple_of(list)?.value();
        give(vm, tuple)
    }
    fn PyDict_New() -> Reference |vm| { let dict = Dict::new(vm)?.value(); give(vm, dict) }
    fn PyDict_SetItem(dict: Borrowed, key: Borrowed, value: Borrowed) -> i32 |vm| {
        let (dict, key, value) = (take(vm, dict)?, take(vm, key)?, take(vm, value)?);
        vm.set_item(dict, key, Some(value)).map(|()| 0)
    }
    fn PyDict_SetItemString(dict: Borrowed, key: *const c_char, value: Borrowed) -> i32 |vm| {
        let (dict, key, value) = (take(vm, dict)?, text(vm, key)?, take(vm, value)?);
        vm.set_item(dict, key, Some(value)).map(|()| 0)
    }
    fn PyNumber_Index(object: Borrowed) -> Reference |vm| {
        let object = take(vm, object)?;
        let index = vm.index(object)?;
        give(vm, index)
    }

    // ---- frames ----

    fn PyEval_GetFrameLocals() -> Reference |vm| {
        let frame = current_frame(vm)?;
        let locals = vm.get_attr_str(frame, "f_locals")?;
        let copy = Dict::new(vm)?.value();
        vm.call_method(copy, "update", &[locals])?;
        give(vm, copy)
    }
    fn PyEval_GetFrameGlobals() -> Reference |vm| { frame_attribute(vm, "f_globals") }
    fn PyEval_GetFrameBuiltins() -> Reference |vm| { frame_attribute(vm, "f_builtins") }
    fn PyFrame_GetLocals(frame: Borrowed) -> Reference |vm| {
        let frame = take(vm, frame)?;
        let locals = vm.get_attr_str(frame, "f_locals")?;
        give(vm, locals)
    }

    // ---- extra data of code objects ----

    fn PyUnstable_Eval_RequestCodeExtraIndex(free: usize) -> i64 |vm| { code_extra::request_index(vm, free) }
    fn PyUnstable_Code_SetExtra(code: Borrowed, index: i64, extra: usize) -> i32 |vm| {
        let code = take(vm, code)?;
        code_extra::set(vm, code, index, extra).map(|()| 0)
    }
    fn PyUnstable_Code_GetExtra(code: Borrowed, index: i64, extra: usize) -> i32 |vm| {
        let code = take(vm, code)?;
        let word = code_extra::get(vm, code, index)?;
        if extra == 0 {
            return Err(vm.raise(Exc::SystemError, "bad argument to internal function"));
        }
        memory::write(extra, &word.to_ne_bytes());
        Ok(0)
    }
}

/// The frame of the Python code that has made the call.
fn current_frame(vm: &mut Vm) -> Result<Value, Raised> {
    let sys = import_module(vm, "sys")?;
    vm.call_method(sys, "_getframe", &[])
}

fn frame_attribute(vm: &mut Vm, attribute: &str) -> Result<Reference, Raised> {
    let frame = current_frame(vm)?;
    let value = vm.get_attr_str(frame, attribute)?;
    give(vm, value)
}

fn comparison(vm: &mut Vm, op: i32) -> Result<Comparison, Raised> {
    const ALL: [Comparison; 6] =
        [Comparison::Lt, Comparison::Le, Comparison::Eq, Comparison::Ne, Comparison::Gt, Comparison::Ge];
    match usize::try_from(op).ok().and_then(|op| ALL.get(op)) {
        Some(op) => Ok(*op),
        None => Err(vm.raise(Exc::SystemError, "bad argument to internal function")),
    }
}

fn call_with(vm: &mut Vm, callable: Value, args: Borrowed, kwargs: Borrowed) -> Result<Value, Raised> {
    let args = if args == 0 { Tuple::empty(vm)?.value() } else { take(vm, args)? };
    let Some(args) = args.downcast::<Tuple>(vm) else {
        return Err(vm.raise(Exc::TypeError, "argument list must be a tuple"));
    };
    let kwargs = if kwargs == 0 { None } else { take(vm, kwargs)?.downcast::<Dict>(vm) };
    vm.call_tuple(callable, args, kwargs)
}

/// A reference that a function has given to us as its result is taken over.
pub fn drop_reference(vm: &mut Vm, object: usize) -> Result<(), Raised> {
    if object == 0 { Ok(()) } else { handle::count(vm, object, -1) }
}

// ---- what `ctypes` itself calls ----
