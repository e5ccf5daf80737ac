//! `pythonapi`: the functions of CPython's C API that make sense on this heap, as C functions of the program itself.
//!
//! `PyObject *` is the address of a handle (`super::handle`): a result is a reference that C code holds, an argument one that
//! it lends. Functions that would give addresses into objects are absent. They run in calls that keep the lock (`PyDLL`);
//! elsewhere they fail without an exception, as there is no context to raise it in.

#![allow(unsafe_code)]

use std::ffi::{CStr, c_char};

use taipan_vm::foreign;
use taipan_vm::gc::Gc;
use taipan_vm::import::import_module;
use taipan_vm::number::Operator;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Comparison;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::mapped_bytes::MappedBytes;
use taipan_vm::types::memoryview::MemoryView;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::instance_check::{is_instance, is_subclass};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::code::wide_text;
use super::{code_extra, conversion, handle, memory};

/// `PyObject *` as an argument.
pub type Borrowed = usize;

/// `PyObject *` as a result: a new reference.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Reference(usize);

/// What a function gives when it fails.
trait Failure {
    const FAILED: Self;
}

impl Failure for Reference {
    const FAILED: Reference = Reference(0);
}
impl Failure for usize {
    const FAILED: usize = 0;
}
impl Failure for i32 {
    const FAILED: i32 = -1;
}
impl Failure for i64 {
    const FAILED: i64 = -1;
}
impl Failure for u64 {
    const FAILED: u64 = u64::MAX;
}
impl Failure for f64 {
    const FAILED: f64 = -1.0;
}
impl Failure for () {
    const FAILED: () = ();
}

/// Runs a function in the interpreter that the thread has come from. What it raises stays pending for the caller.
fn within<R: Failure>(body: impl FnOnce(&mut Vm) -> Result<R, Raised>) -> R {
    match foreign::with_caller(body) {
        Some(Ok(result)) => result,
        Some(Err(_)) | None => R::FAILED,
    }
}

fn give(vm: &mut Vm, object: Value) -> Result<Reference, Raised> {
    handle::new_reference(vm, object).map(Reference)
}

fn take(vm: &mut Vm, object: Borrowed) -> Result<Value, Raised> {
    match object {
        0 => Err(vm.raise(Exc::SystemError, "null argument to internal routine")),
        object => Ok(handle::object_at(vm, object)),
    }
}

/// The text of a C string.
fn text(vm: &mut Vm, text: *const c_char) -> Result<Value, Raised> {
    if text.is_null() {
        return Err(vm.raise(Exc::SystemError, "null argument to internal routine"));
    }
    // SAFETY: the caller gives a null-terminated string.
    let bytes = unsafe { CStr::from_ptr(text) }.to_bytes().to_vec();
    utf8(vm, &bytes)
}

fn utf8(vm: &mut Vm, bytes: &[u8]) -> Result<Value, Raised> {
    let bytes = vm.new_bytes(bytes)?;
    vm.call_method(bytes, "decode", &[])
}

fn attribute_name(vm: &mut Vm, name: *const c_char) -> Result<Gc<Str>, Raised> {
    let name = text(vm, name)?;
    vm.attr_name(name)
}

fn fits<T>(vm: &mut Vm, number: Option<T>, kind: &str) -> Result<T, Raised> {
    match number {
        Some(number) => Ok(number),
        None => Err(vm.raise(Exc::OverflowError, format!("Python int too large to convert to C {kind}"))),
    }
}

fn as_signed(vm: &mut Vm, object: Borrowed, kind: &str) -> Result<i64, Raised> {
    let object = take(vm, object)?;
    let index = vm.index(object)?;
    let number = vm.as_i64(index);
    fits(vm, number, kind)
}

fn as_unsigned(vm: &mut Vm, object: Borrowed, kind: &str) -> Result<u64, Raised> {
    let object = take(vm, object)?;
    if !vm.is_int(object) {
        return Err(vm.raise(Exc::TypeError, "an integer is required"));
    }
    let number = match vm.as_i64(object) {
        Some(number) => u64::try_from(number).ok(),
        None => vm.as_big(object).and_then(|big| u64::try_from(&big).ok()),
    };
    if number.is_none() && vm.is_less(object, Value::int(0))? {
        return Err(vm.raise(Exc::OverflowError, format!("can't convert negative value to {kind}")));
    }
    fits(vm, number, kind)
}

/// Bytes at an address that the caller gives with their length.
fn given_bytes(vm: &mut Vm, address: usize, len: i64) -> Result<Vec<u8>, Raised> {
    let Ok(len) = usize::try_from(len) else {
        return Err(vm.raise(Exc::SystemError, "Negative size passed to PyBytes_FromStringAndSize"));
    };
    if address == 0 {
        vm.check_native_bytes(len)?;
        return Ok(vec![0; len]);
    }
    memory::read_vec(vm, address, len)
}

fn binary(op: Operator, a: Borrowed, b: Borrowed) -> Reference {
    within(|vm| {
        let (a, b) = (take(vm, a)?, take(vm, b)?);
        let result = vm.binary(op, a, b)?;
        give(vm, result)
    })
}

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

/// A reference that a function has given to us as its result is taken over.
pub fn drop_reference(vm: &mut Vm, object: usize) -> Result<(), Raised> {
    if object == 0 { Ok(()) } else { handle::count(vm, object, -1) }
}

// ---- what `ctypes` itself calls ----

extern "C" fn cast(address: usize, source: Borrowed, class: Borrowed) -> Reference {
    within(|vm| {
        let (source, class) = (take(vm, source)?, take(vm, class)?);
        let made = conversion::cast(vm, address, source, class)?;
        give(vm, made)
    })
}

extern "C" fn string_at(address: usize, size: i32) -> Reference {
    within(|vm| {
        vm.audit_numbers("ctypes.string_at", &[address as i64, i64::from(size)])?;
        let len = match size {
            -1 => memory::zero_at(address, usize::MAX),
            _ => match usize::try_from(size) {
                Ok(len) => len,
                Err(_) => {
                    let message = "Negative size passed to PyBytes_FromStringAndSize";
                    return Err(vm.raise(Exc::SystemError, message));
                }
            },
        };
        let bytes = memory::read_vec(vm, address, len)?;
        let bytes = vm.new_bytes(&bytes)?;
        give(vm, bytes)
    })
}

extern "C" fn wstring_at(address: usize, size: i32) -> Reference {
    within(|vm| {
        vm.audit_numbers("ctypes.wstring_at", &[address as i64, i64::from(size)])?;
        let len = match size {
            -1 => memory::wide_zero_at(address, usize::MAX),
            _ => match usize::try_from(size) {
                Ok(len) => len,
                Err(_) => return Err(vm.raise(Exc::SystemError, "bad argument to internal function")),
            },
        };
        let points = memory::read_wide(vm, address, len)?;
        let value = wide_text(vm, &points)?;
        give(vm, value)
    })
}

extern "C" fn memoryview_at(address: usize, size: i64, readonly: i32) -> Reference {
    within(|vm| {
        vm.audit_numbers("ctypes.memoryview_at", &[address as i64, size, i64::from(readonly)])?;
        let Ok(len) = usize::try_from(size) else {
            let message = format!("memoryview_at: size is negative (or overflowed): {size}");
            return Err(vm.raise(Exc::ValueError, message));
        };
        let block = memory::view(vm, address, len, readonly == 0)?;
        let buffer = taipan_vm::buffer::Buffer {
            owner: Value::NONE,
            storage: taipan_vm::buffer::BufferStorage::Mapped(block),
            start: 0,
            len: block.get(vm).bytes().len(),
            readonly: readonly != 0,
            itemsize: 1,
            format: None,
            shape: None,
        };
        let view = MemoryView::of_buffer(vm, buffer)?;
        give(vm, view.value())
    })
}

/// The addresses of these functions, under their names in the module.
pub fn helpers() -> [(&'static str, usize); 4] {
    [
        ("_cast_addr", cast as *const () as usize),
        ("_string_at_addr", string_at as *const () as usize),
        ("_wstring_at_addr", wstring_at as *const () as usize),
        ("_memoryview_at_addr", memoryview_at as *const () as usize),
    ]
}
