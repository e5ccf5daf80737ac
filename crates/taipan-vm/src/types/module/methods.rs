//! The slots and methods of `module`.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::slots::Slots;
use crate::spec::{BASETYPE, GetSetDef, HAS_DICT, MethodDef, TypeSpec, WEAKREFABLE, getset, getter, method};
use crate::types::dict::Dict;
use crate::types::exceptions::raise_attribute_error;
use crate::types::module::Module;
use crate::types::module::origin::missing_attribute;
use crate::types::object;
use crate::types::str::Str;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let dict = Dict::new(vm)?;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Module { header: HeaderWord::NEW, dict, spec: None })?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature = Signature::parse("module(name, doc=None)");
    let dict = this.expect::<Module>(vm).get(vm).dict;
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [module_name, doc] = args.all();
        if module_name.downcast::<Str>(vm).is_none() {
            let got = vm.type_name(module_name);
            return Err(vm.raise(Exc::TypeError, format!("module() argument 'name' must be str, not {got}")));
        }
        for (key, value) in [
            (name::NAME, module_name),
            (name::DOC, doc.given().unwrap_or(Value::NONE)),
            (name::PACKAGE, Value::NONE),
            (name::LOADER, Value::NONE),
            (name::SPEC, Value::NONE),
        ] {
            let key = vm.name(key);
            Dict::set_str(dict, vm, key, value)?;
        }
        Ok(())
    })
}

fn getattro(vm: &mut Vm, this: Value, attribute: Gc<Str>) -> Result<Value, Raised> {
    if let Some(value) = vm.generic_lookup(this, attribute)? {
        return Ok(value);
    }
    let dict = this.expect::<Module>(vm).get(vm).dict;
    let hook = vm.name(name::GETATTR);
    if let Some(hook) = Dict::get_str(dict, vm, hook) {
        return vm.call(hook, &[attribute.value()]);
    }
    let message = missing_attribute(vm, this.expect::<Module>(vm), attribute)?;
    Err(raise_attribute_error(vm, &message, this, attribute))
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let importlib = Str::intern(vm, "_frozen_importlib")?;
    let importlib = match vm.interp().modules {
        Some(modules) => Dict::get_str(modules, vm, importlib),
        None => None,
    };
    match importlib {
        Some(importlib) => vm.call_method(importlib, "_module_repr", &[this]),
        None => {
            let dict = this.expect::<Module>(vm).get(vm).dict;
            let key = vm.name(name::NAME);
            match Dict::get_str(dict, vm, key) {
                Some(module_name) => {
                    let module_name = vm.repr_string(module_name)?;
                    vm.new_str(&format!("<module {module_name}>"))
                }
                None => vm.new_str("<module '?'>"),
            }
        }
    }
}

fn dir(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = vm.get_attr_name(args.get(0), name::DICT)?;
    let Some(dict) = dict.downcast::<Dict>(vm) else {
        return Err(vm.raise(Exc::TypeError, "<module>.__dict__ is not a dictionary"));
    };
    let hook = vm.name(name::DIR);
    match Dict::get_str(dict, vm, hook) {
        Some(hook) => vm.call(hook, &[]),
        None => Ok(crate::types::dict::merge::keys_list(vm, dict)?.value()),
    }
}

fn get_annotations(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let dict = this.expect::<Module>(vm).get(vm).dict;
    let key = vm.name(name::ANNOTATIONS);
    if let Some(annotations) = Dict::get_str(dict, vm, key) {
        return Ok(annotations);
    }
    let annotate = get_annotate(vm, this)?;
    let annotations = if vm.is_callable(annotate) {
        let result = vm.call(annotate, &[Value::int(1)])?;
        if result.downcast::<Dict>(vm).is_none() {
            let got = vm.type_name(result);
            let message = format!("__annotate__ returned non-dict of type '{got}'");
            return Err(vm.raise(Exc::TypeError, message));
        }
        result
    } else {
        Dict::new(vm)?.value()
    };
    // While the module is being imported more may come.
    if !crate::import::is_initializing(vm, this)? {
        Dict::set_str(dict, vm, key, annotations)?;
    }
    Ok(annotations)
}

fn set_annotations(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let dict = this.expect::<Module>(vm).get(vm).dict;
    let key = vm.name(name::ANNOTATIONS);
    match value {
        Some(value) => Dict::set_str(dict, vm, key, value)?,
        None => {
            if Dict::remove(dict, vm, key.value())?.is_none() {
                return Err(vm.raise_with(Exc::AttributeError, &[key.value()]));
            }
        }
    }
    let annotate = vm.name(name::ANNOTATE);
    Dict::remove(dict, vm, annotate.value())?;
    Ok(())
}

fn get_annotate(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let dict = this.expect::<Module>(vm).get(vm).dict;
    let key = vm.name(name::ANNOTATE);
    if let Some(annotate) = Dict::get_str(dict, vm, key) {
        return Ok(annotate);
    }
    Dict::set_str(dict, vm, key, Value::NONE)?;
    Ok(Value::NONE)
}

fn set_annotate(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(value) = value else {
        return Err(vm.raise(Exc::TypeError, "cannot delete __annotate__ attribute"));
    };
    if !value.is_none() && !vm.is_callable(value) {
        return Err(vm.raise(Exc::TypeError, "__annotate__ must be callable or None"));
    }
    let dict = this.expect::<Module>(vm).get(vm).dict;
    let key = vm.name(name::ANNOTATE);
    Dict::set_str(dict, vm, key, value)?;
    if !value.is_none() {
        let key = vm.name(name::ANNOTATIONS);
        Dict::remove(dict, vm, key.value())?;
    }
    Ok(())
}

const METHODS: &[MethodDef] =
    &[method("__dir__($self, /)", dir, "__dir__() -> list\nspecialized dir() implementation")];

const GETSET: &[GetSetDef] = &[
    getter("__dict__", object::get_dict, "").member(),
    getset("__annotations__", get_annotations, set_annotations, ""),
    getset("__annotate__", get_annotate, set_annotate, ""),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "module",
    layout: Some(<Module as HeapObject>::native),
    slots: Slots { new: Some(new), init: Some(init), getattro: Some(getattro), repr: Some(repr), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "module(name, doc=None)\n--\n\nCreate a module object.\n\nThe name must be a string; the optional doc argument can have any type.",
    flags: BASETYPE | HAS_DICT | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
