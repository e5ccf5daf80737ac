//! The slots, methods and attributes of `function`.

use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::slots::Slots;
use crate::spec::{GetSetDef, HAS_DICT, METHOD_DESCRIPTOR, TypeSpec, WEAKREFABLE, getset, getter};
use crate::types::cell::Cell;
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::function::builtins::visible;
use crate::types::method::Method;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn expect(vm: &Vm, this: Value) -> Gc<Function> {
    this.expect(vm)
}

/// Binds the function to an instance.
fn descr_get(vm: &mut Vm, this: Value, instance: Option<Value>, _owner: Option<Value>) -> Result<Value, Raised> {
    match instance {
        Some(instance) if !instance.is_none() => Method::new(vm, this, instance),
        _ => Ok(this),
    }
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let qualname = vm.text_of(expect(vm, this).get(vm).qualname).unwrap_or_default();
    let id = crate::types::object::id_number(vm, this);
    vm.new_str(&format!("<function {qualname} at {id:#x}>"))
}

fn new(vm: &mut Vm, _class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    static SIGNATURE: Signature =
        Signature::parse("function(code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [code, globals, name, defaults, closure, kwdefaults] = args.all();
        let Some(code) = code.exact::<Code>() else {
            let got = vm.type_name(code);
            return Err(vm.raise(Exc::TypeError, format!("function() argument 'code' must be code, not {got}")));
        };
        let Some(globals) = globals.downcast::<Dict>(vm) else {
            let got = vm.type_name(globals);
            return Err(vm.raise(Exc::TypeError, format!("function() argument 'globals' must be dict, not {got}")));
        };
        let wrong = |vm: &mut Vm, what: &str, wanted: &str| {
            Err(vm.raise(Exc::TypeError, format!("arg {what} must be {wanted}")))
        };
        let name = name.not_none();
        if name.is_some_and(|name| name.downcast::<Str>(vm).is_none()) {
            return wrong(vm, "3 (name)", "None or string");
        }
        let defaults = defaults.not_none();
        if defaults.is_some_and(|defaults| defaults.downcast::<Tuple>(vm).is_none()) {
            return wrong(vm, "4 (defaults)", "None or tuple");
        }
        let kwdefaults = kwdefaults.not_none();
        if kwdefaults.is_some_and(|kwdefaults| kwdefaults.downcast::<Dict>(vm).is_none()) {
            return wrong(vm, "6 (kwdefaults)", "None or dict");
        }
        let closure = closure.not_none();
        let free = code.get(vm).data().nfrees();
        let cells = match closure.and_then(|closure| closure.downcast::<Tuple>(vm)) {
            None if closure.is_some() => return wrong(vm, "5 (closure)", "tuple"),
            None if free > 0 => return wrong(vm, "5 (closure)", "tuple"),
            cells => cells,
        };
        let given = cells.map_or(0, |cells| cells.get(vm).len());
        if given != free {
            let name = code.get(vm).data().name.to_string();
            let message = format!("{name} requires closure of length {free}, not {given}");
            return Err(vm.raise(Exc::ValueError, message));
        }
        for i in 0..given {
            let cell = cells.map_or(Value::NONE, |cells| cells.get(vm).at(i));
            if cell.exact::<Cell>().is_none() {
                let got = vm.type_name(cell);
                return Err(vm.raise(Exc::TypeError, format!("arg 5 (closure) expected cell, found {got}")));
            }
        }
        let function = Function::new(vm, code, globals)?;
        let defaults = defaults.and_then(|defaults| defaults.downcast::<Tuple>(vm));
        let kwdefaults = kwdefaults.and_then(|kwdefaults| kwdefaults.downcast::<Dict>(vm));
        let fields = function.get_mut(vm);
        if let Some(name) = name {
            fields.name = name;
        }
        fields.closure = cells.filter(|_| given > 0);
        fields.defaults = defaults;
        fields.kwdefaults = kwdefaults;
        Ok(function.value())
    })
}

/// Gives a function a version of its own, because what specialised calls rely on has changed.
fn changed(vm: &mut Vm, function: Gc<Function>) {
    let version = vm.next_function_version();
    function.get_mut(vm).version = version;
}

fn get_code(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    vm.audit_get(this, "__code__")?;
    Ok(expect(vm, this).get(vm).code)
}

fn set_code(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(code) = value.and_then(|value| value.exact::<Code>()) else {
        return Err(vm.raise(Exc::TypeError, "__code__ must be set to a code object"));
    };
    vm.audit_set(this, "__code__", value)?;
    let function = expect(vm, this);
    let (free, closure) = (code.get(vm).data().nfrees(), function.get(vm).closure.map_or(0, |c| c.get(vm).len()));
    if free != closure {
        let name = vm.text_of(function.get(vm).name).unwrap_or_default();
        let message = format!("{name}() requires a code object with {closure} free vars, not {free}");
        return Err(vm.raise(Exc::ValueError, message));
    }
    if let Some(old) = function.get(vm).code.exact::<Code>() {
        // CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR.
        const KINDS: u32 = 0x20 | 0x80 | 0x200;
        if (old.get(vm).data().flags ^ code.get(vm).data().flags) & KINDS != 0 {
            let message = "Assigning a code object of non-matching type is deprecated (e.g., from a generator to a plain function)";
            vm.warn(Exc::DeprecationWarning, message, 0)?;
        }
    }
    Code::executable(code, vm)?;
    function.get_mut(vm).code = code.value();
    changed(vm, function);
    Ok(())
}

fn get_defaults(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    vm.audit_get(this, "__defaults__")?;
    Ok(expect(vm, this).get(vm).defaults.map_or(Value::NONE, Gc::value))
}

fn set_defaults(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let value = value.and_then(Value::not_none);
    let defaults = value.and_then(|value| value.downcast::<Tuple>(vm));
    if value.is_some() && defaults.is_none() {
        return Err(vm.raise(Exc::TypeError, "__defaults__ must be set to a tuple object"));
    }
    vm.audit_set(this, "__defaults__", value)?;
    let function = expect(vm, this);
    function.get_mut(vm).defaults = defaults;
    changed(vm, function);
    Ok(())
}

fn get_kwdefaults(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    vm.audit_get(this, "__kwdefaults__")?;
    Ok(expect(vm, this).get(vm).kwdefaults.map_or(Value::NONE, Gc::value))
}

fn set_kwdefaults(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let value = value.and_then(Value::not_none);
    let defaults = value.and_then(|value| value.downcast::<Dict>(vm));
    if value.is_some() && defaults.is_none() {
        return Err(vm.raise(Exc::TypeError, "__kwdefaults__ must be set to a dict object"));
    }
    vm.audit_set(this, "__kwdefaults__", value)?;
    let function = expect(vm, this);
    function.get_mut(vm).kwdefaults = defaults;
    changed(vm, function);
    Ok(())
}

fn get_closure(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).closure.map_or(Value::NONE, Gc::value))
}

fn get_globals(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).globals.value())
}

fn get_builtins(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(visible(vm, expect(vm, this).get(vm).builtins))
}

fn text(vm: &mut Vm, value: Option<Value>, attribute: &str) -> Result<Value, Raised> {
    match value {
        Some(value) if value.downcast::<Str>(vm).is_some() => Ok(value),
        _ => Err(vm.raise(Exc::TypeError, format!("{attribute} must be set to a string object"))),
    }
}

fn get_name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).name)
}

fn set_name(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let value = text(vm, value, "__name__")?;
    expect(vm, this).get_mut(vm).name = value;
    Ok(())
}

fn get_qualname(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).qualname)
}

fn set_qualname(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let value = text(vm, value, "__qualname__")?;
    expect(vm, this).get_mut(vm).qualname = value;
    Ok(())
}

fn get_doc(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).doc)
}

fn set_doc(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    expect(vm, this).get_mut(vm).doc = value.unwrap_or(Value::NONE);
    Ok(())
}

fn get_module(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).module)
}

fn set_module(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    expect(vm, this).get_mut(vm).module = value.unwrap_or(Value::NONE);
    Ok(())
}

/// The annotations as a dict: made by calling `__annotate__` at first use.
fn get_annotations(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let function = expect(vm, this);
    let found = match function.get(vm).annotations {
        Some(annotations) => match annotations.downcast::<Tuple>(vm) {
            // The compiler may store names and values one after the other.
            Some(pairs) => {
                let dict = Dict::new(vm)?;
                let mut i = 0;
                while i + 1 < pairs.get(vm).len() {
                    let (key, value) = (pairs.get(vm).at(i), pairs.get(vm).at(i + 1));
                    Dict::set(dict, vm, key, value)?;
                    i += 2;
                }
                dict.value()
            }
            None => return Ok(annotations),
        },
        None => match function.get(vm).annotate.and_then(Value::not_none) {
            Some(annotate) => {
                let annotations = vm.call(annotate, &[Value::int32(1)])?;
                if annotations.downcast::<Dict>(vm).is_none() {
                    let got = vm.type_name(annotations);
                    let message = format!("__annotate__ returned non-dict of type '{got}'");
                    return Err(vm.raise(Exc::TypeError, message));
                }
                annotations
            }
            None => Dict::new(vm)?.value(),
        },
    };
    function.get_mut(vm).annotations = Some(found);
    Ok(found)
}

fn set_annotations(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let value = value.and_then(Value::not_none);
    if value.is_some_and(|value| value.downcast::<Dict>(vm).is_none()) {
        return Err(vm.raise(Exc::TypeError, "__annotations__ must be set to a dict object"));
    }
    let function = expect(vm, this).get_mut(vm);
    function.annotations = value;
    function.annotate = None;
    Ok(())
}

fn get_annotate(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let function = expect(vm, this);
    let annotate = function.get(vm).annotate.unwrap_or(Value::NONE);
    if let Some(made) = annotate.exact::<Function>().filter(|_| function.get(vm).annotate_unnamed) {
        // The compiler names it after the scope around the function; it is seen here for the first time.
        let data = function.get(vm).code.exact::<Code>().map(|code| code.get(vm).data());
        if let Some(data) = data {
            let qualname = vm.new_str(&format!("{}.__annotate__", data.qualname))?;
            made.get_mut(vm).qualname = qualname;
        }
        function.get_mut(vm).annotate_unnamed = false;
    }
    Ok(annotate)
}

fn set_annotate(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(value) = value else {
        return Err(vm.raise(Exc::TypeError, "__annotate__ cannot be deleted"));
    };
    if !value.is_none() && !vm.is_callable(value) {
        return Err(vm.raise(Exc::TypeError, "__annotate__ must be callable or None"));
    }
    let function = expect(vm, this).get_mut(vm);
    if !value.is_none() {
        function.annotations = None;
    }
    function.annotate = Some(value);
    function.annotate_unnamed = false;
    Ok(())
}

fn get_type_params(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    match expect(vm, this).get(vm).type_params {
        Some(parameters) => Ok(parameters),
        None => Ok(Tuple::empty(vm)?.value()),
    }
}

fn set_type_params(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    match value {
        Some(value) if value.downcast::<Tuple>(vm).is_some() => {
            expect(vm, this).get_mut(vm).type_params = Some(value);
            Ok(())
        }
        _ => Err(vm.raise(Exc::TypeError, "__type_params__ must be set to a tuple")),
    }
}

const GETSET: &[GetSetDef] = &[
    getter("__closure__", get_closure, "").member(),
    getter("__globals__", get_globals, "").member(),
    getter("__builtins__", get_builtins, "").member(),
    getset("__doc__", get_doc, set_doc, "").member(),
    getset("__module__", get_module, set_module, "").member(),
    getset("__code__", get_code, set_code, ""),
    getset("__defaults__", get_defaults, set_defaults, ""),
    getset("__kwdefaults__", get_kwdefaults, set_kwdefaults, ""),
    getset("__annotations__", get_annotations, set_annotations, "Dict of annotations in a function object."),
    getset("__annotate__", get_annotate, set_annotate, "Get the code object for a function."),
    getset("__name__", get_name, set_name, ""),
    getset("__qualname__", get_qualname, set_qualname, ""),
    getset("__type_params__", get_type_params, set_type_params, "Get the declared type parameters for a function."),
    getset("__dict__", crate::types::object::get_dict, crate::types::object::set_dict, ""),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "function",
    layout: Some(<Function as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        repr: Some(repr),
        call: Some(crate::interp::call::function_call),
        descr_get: Some(descr_get),
        ..Slots::DEFAULT
    },
    getset: GETSET,
    flags: HAS_DICT | WEAKREFABLE | METHOD_DESCRIPTOR,
    doc: "function(code, globals, name=None, argdefs=None, closure=None,\n         kwdefaults=None)\n--\n\nCreate a function object.\n\n  code\n    a code object\n  globals\n    the globals dictionary\n  name\n    a string that overrides the name from the code object\n  argdefs\n    a tuple that specifies the default argument values\n  closure\n    a tuple that supplies the bindings for free variables\n  kwdefaults\n    a dictionary that specifies the default keyword argument values",
    ..TypeSpec::DEFAULT
};
