//! The slots, attributes and methods of `type`.
//!
//! A type of the VM itself is shared by all its users: every setter asks `immutable` or `settable` first.

use super::annotations::{
    get_annotate, get_annotations, get_type_params, set_annotate, set_annotations, set_type_params,
};
use super::bases::{get_bases, set_bases};
use super::instance_check::{instance_check, subclass_check};
use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{self, BASETYPE, GetSetDef, MethodDef, TypeSpec, WEAKREFABLE, getset, getter, method};
use crate::types::Builtin;
use crate::types::builtin_method::methods::signature_in_doc;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::type_::{Type, attributes, mro, new};
use crate::types::weakref::WeakRef;
use crate::value::Value;
use crate::vm::Vm;

pub(super) fn this_class(vm: &mut Vm, this: Value) -> Result<Gc<Type>, Raised> {
    match this.downcast::<Type>(vm) {
        Some(class) => Ok(class),
        None => Err(vm.raise(Exc::TypeError, "expected a type object")),
    }
}

/// `type.__call__`: `__new__`, then `__init__` if it gave an instance of the class.
pub fn call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    let class = this_class(vm, this)?;
    vm.check_native_stack()?;
    if class == vm.class(Builtin::Type) {
        if args.len() == 1 && !args.has_keywords() {
            return Ok(vm.type_of(args.get(0)).value());
        }
        if args.len() != 3 {
            return Err(vm.raise(Exc::TypeError, "type() takes 1 or 3 arguments"));
        }
    }
    let Some(new) = class.get(vm).slots.new.filter(|_| !class.get(vm).has_flag(spec::NO_NEW)) else {
        let name = Type::full_name(class, vm);
        return Err(vm.raise(Exc::TypeError, format!("cannot create '{name}' instances")));
    };
    let object = new(vm, class, args)?;
    let own = vm.type_of(object);
    if own != class && !Type::is_subtype(own, vm, class) {
        return Ok(object);
    }
    vm.note_instance(object, own);
    if let Some(init) = own.get(vm).slots.init {
        init(vm, object, args)?;
    }
    Ok(object)
}

fn init(vm: &mut Vm, _this: Value, args: Args<'_>) -> Result<(), Raised> {
    match args.len() {
        1 if args.has_keywords() => Err(vm.raise(Exc::TypeError, "type.__init__() takes no keyword arguments")),
        1 | 3 => Ok(()),
        _ => Err(vm.raise(Exc::TypeError, "type.__init__() takes 1 or 3 arguments")),
    }
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let class = this_class(vm, this)?;
    let name = crate::types::object::full_class_name(vm, class)?;
    vm.new_str(&format!("<class '{name}'>"))
}

pub(super) fn or(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    crate::types::union::or_operator(vm, a, b)
}

fn get_name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this_class(vm, this)?.get(vm).name.value())
}

pub(super) fn immutable(vm: &mut Vm, class: Gc<Type>, attribute: &str) -> Result<(), Raised> {
    if class.get(vm).is_heap_type() {
        return Ok(());
    }
    let name = Type::name(class, vm);
    Err(vm.raise(Exc::TypeError, format!("cannot set '{attribute}' attribute of immutable type '{name}'")))
}

/// As `immutable`, for attributes that cannot be deleted.
pub(super) fn settable(vm: &mut Vm, class: Gc<Type>, value: Option<Value>, attribute: &str) -> Result<Value, Raised> {
    immutable(vm, class, attribute)?;
    match value {
        Some(value) => Ok(value),
        None => {
            let name = Type::name(class, vm);
            let message = format!("cannot delete '{attribute}' attribute of immutable type '{name}'");
            Err(vm.raise(Exc::TypeError, message))
        }
    }
}

fn text_for(vm: &mut Vm, class: Gc<Type>, value: Option<Value>, attribute: &str) -> Result<Gc<Str>, Raised> {
    let value = settable(vm, class, value, attribute)?;
    let name = Type::name(class, vm);
    match value.downcast::<Str>(vm) {
        Some(text) => Ok(text),
        None => {
            let got = vm.type_name(value);
            let message = format!("can only assign string to {name}.{attribute}, not '{got}'");
            Err(vm.raise(Exc::TypeError, message))
        }
    }
}

fn set_name(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let class = this_class(vm, this)?;
    let text = text_for(vm, class, value, "__name__")?;
    vm.audit_set(this, "__name__", value)?;
    if text.get(vm).text().iter().any(|point| point == 0) {
        return Err(vm.raise(Exc::ValueError, "type name must not contain null characters"));
    }
    vm.check_encodable(text)?;
    class.get_mut(vm).name = text;
    Ok(())
}

fn get_qualname(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let class = this_class(vm, this)?.get(vm);
    match class.spec {
        // As in CPython a new text: a pickle does not take it for the name of the module.
        Some(spec) => vm.new_str(spec.name),
        None => Ok(class.qualname.value()),
    }
}

fn set_qualname(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let class = this_class(vm, this)?;
    let text = text_for(vm, class, value, "__qualname__")?;
    vm.audit_set(this, "__qualname__", value)?;
    class.get_mut(vm).qualname = text;
    Ok(())
}

fn get_base(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this_class(vm, this)?.get(vm).base.map_or(Value::NONE, Gc::value))
}

fn get_mro(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    // Empty while the metaclass's `mro()` runs.
    let mro = this_class(vm, this)?.get(vm).mro;
    Ok(if mro.get(vm).is_empty() { Value::NONE } else { mro.value() })
}

pub(crate) fn get_dict(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let dict = this_class(vm, this)?.get(vm).dict;
    crate::types::mappingproxy::new(vm, dict.value())
}

fn get_module(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let class = this_class(vm, this)?;
    match attributes::module_of(vm, class)? {
        Some(module) => Ok(module),
        None => vm.new_str("builtins"),
    }
}

fn set_module(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let class = this_class(vm, this)?;
    let value = settable(vm, class, value, "__module__")?;
    let key = vm.name(name::MODULE);
    attributes::set(vm, class, key, Some(value))?;
    // The line belongs to the module the class was defined in.
    let key = vm.name(name::FIRSTLINENO);
    attributes::set(vm, class, key, None)
}

fn get_doc(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let class = this_class(vm, this)?;
    let (key, dict) = (vm.name(name::DOC), class.get(vm).dict);
    match Dict::get_str(dict, vm, key) {
        Some(doc) => match vm.slots(doc).descr_get {
            Some(get) => get(vm, doc, None, Some(this)),
            None => Ok(doc),
        },
        None => Ok(Value::NONE),
    }
}

fn set_doc(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let class = this_class(vm, this)?;
    let value = settable(vm, class, value, "__doc__")?;
    let key = vm.name(name::DOC);
    attributes::set(vm, class, key, Some(value))
}

fn get_abstract_methods(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let class = this_class(vm, this)?;
    let (key, dict) = (vm.name(name::ABSTRACTMETHODS), class.get(vm).dict);
    let is_type = class == vm.class(Builtin::Type);
    match Dict::get_str(dict, vm, key).filter(|_| !is_type) {
        Some(methods) => Ok(methods),
        None => {
            let raised = vm.raise(Exc::AttributeError, "__abstractmethods__");
            Err(raised)
        }
    }
}

fn set_abstract_methods(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let class = this_class(vm, this)?;
    let key = vm.name(name::ABSTRACTMETHODS);
    let is_abstract = match value {
        Some(value) => vm.is_true(value)?,
        None => {
            let dict = class.get(vm).dict;
            if Dict::get_str(dict, vm, key).is_none() {
                return Err(vm.raise(Exc::AttributeError, "__abstractmethods__"));
            }
            false
        }
    };
    attributes::set(vm, class, key, value)?;
    let flags = &mut class.get_mut(vm).flags;
    *flags = if is_abstract { *flags | spec::ABSTRACT } else { *flags & !spec::ABSTRACT };
    Ok(())
}

fn get_flags(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    // CPython's bits, as far as Python code looks at them: HEAPTYPE, BASETYPE, IS_ABSTRACT, SEQUENCE, MAPPING.
    let class = this_class(vm, this)?.get(vm);
    let mut bits = 1 << 12 | 1 << 18;
    for (flag, bit) in [
        (spec::HEAP_TYPE, 9),
        (spec::BASETYPE, 10),
        (spec::ABSTRACT, 20),
        (spec::SEQUENCE, 5),
        (spec::MAPPING, 6),
        (spec::MATCH_SELF, 22),
    ] {
        if class.has_flag(flag) {
            bits |= 1 << bit;
        }
    }
    // `copyreg` looks for the first class that is not made at run time; in CPython `typing.Generic` is.
    if class.spec.is_some_and(|spec| std::ptr::eq(spec, &crate::modules::typing::GENERIC)) {
        bits |= 1 << 9;
    }
    if !class.is_heap_type() {
        bits |= 1 << 8;
    }
    if class.spec.is_some_and(is_made_at_run_time) {
        bits |= 1 << 9;
    }
    Ok(Value::int(bits))
}

/// Whether a native type is one that CPython makes when its module is imported: pickling by `copyreg` looks for the first
/// base that is not.
fn is_made_at_run_time(spec: &TypeSpec) -> bool {
    let fixed = ["builtins", "_contextvars", "sys", "types", "string.templatelib", "weakref", "datetime"];
    !fixed.contains(&spec.module) && !matches!(spec.name, "OrderedDict" | "Union" | "TypeAliasType" | "PickleBuffer")
}

fn get_basicsize(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let shape = this_class(vm, this)?.get(vm).root_shape;
    Ok(Value::int(vm.shape(shape).fixed_bytes as usize))
}

fn get_itemsize(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let native = this_class(vm, this)?.get(vm).native;
    Ok(Value::int(match native.layout.tail {
        taipan_heap::Tail::None => 0,
        taipan_heap::Tail::Bytes { .. } => 1,
        _ => 8,
    }))
}

fn get_dictoffset(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let has = this_class(vm, this)?.get(vm).has_flag(spec::HAS_DICT);
    Ok(Value::int32(if has { -1 } else { 0 }))
}

fn get_weakrefoffset(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let has = this_class(vm, this)?.get(vm).has_flag(spec::WEAKREFABLE);
    Ok(Value::int32(if has { -1 } else { 0 }))
}

fn get_text_signature(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let class = this_class(vm, this)?;
    let doc = class.get(vm).spec.map_or("", |spec| spec.doc);
    match signature_in_doc(class.get(vm).spec.map_or("", |spec| spec.name), doc) {
        Some(signature) => vm.new_str(signature),
        None => Ok(Value::NONE),
    }
}

fn mro_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = this_class(vm, args.get(0))?;
    Ok(mro::linearize(vm, class)?.value())
}

fn subclasses(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = this_class(vm, args.get(0))?;
    let copy = List::new(vm)?;
    for i in 0..Type::subclass_count(class, vm) {
        if let Some(subclass) = Type::subclass(class, vm, i) {
            List::push(copy, vm, subclass.value())?;
        }
    }
    Ok(copy.value())
}

fn prepare(vm: &mut Vm, _args: Args<'_>) -> Result<Value, Raised> {
    Ok(Dict::new(vm)?.value())
}

fn dir(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = this_class(vm, args.get(0))?;
    attributes::dir_of_class(vm, class)
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let class = this_class(vm, args.get(0))?;
    Ok(Value::int(vm.heap_mut().object_bytes(class.header())))
}

/// The reference that `weakref.ref(this)` gives, if there is one, else a proxy, else the newest.
fn get_weakref(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let references = vm.weak_references(this)?;
    let mut best = references.get(vm).get_at(vm, 0);
    let mut i = 0;
    while let Some(item) = references.get(vm).get_at(vm, i) {
        i += 1;
        let plain = item.downcast::<WeakRef>(vm).is_some_and(|reference| reference.get(vm).callback.is_none());
        if plain && vm.is_exact(item, Builtin::WeakRef) {
            return Ok(item);
        }
        if plain {
            best = Some(item);
        }
    }
    Ok(best.unwrap_or(Value::NONE))
}

/// `__dict__` of instances.
pub static DICT_ROW: GetSetDef = getset(
    "__dict__",
    crate::types::object::get_dict,
    crate::types::object::set_dict,
    "dictionary for instance variables",
);
/// `__weakref__` of instances.
pub static WEAKREF_ROW: GetSetDef = getter("__weakref__", get_weakref, "list of weak references to the object");

const GETSET: &[GetSetDef] = &[
    getset("__name__", get_name, set_name, ""),
    getset("__qualname__", get_qualname, set_qualname, ""),
    getset("__bases__", get_bases, set_bases, ""),
    getter("__mro__", get_mro, ""),
    getter("__base__", get_base, "").member(),
    getter("__flags__", get_flags, "").member(),
    getter("__basicsize__", get_basicsize, "").member(),
    getter("__itemsize__", get_itemsize, "").member(),
    getter("__dictoffset__", get_dictoffset, "").member(),
    getter("__weakrefoffset__", get_weakrefoffset, "").member(),
    getset("__module__", get_module, set_module, ""),
    getset("__abstractmethods__", get_abstract_methods, set_abstract_methods, ""),
    getter("__dict__", get_dict, ""),
    getset("__doc__", get_doc, set_doc, ""),
    getter("__text_signature__", get_text_signature, ""),
    getset("__annotations__", get_annotations, set_annotations, ""),
    getset("__annotate__", get_annotate, set_annotate, ""),
    getset("__type_params__", get_type_params, set_type_params, ""),
];

const METHODS: &[MethodDef] = &[
    method("mro($self, /)", mro_method, "Return a type's method resolution order."),
    method("__subclasses__($self, /)", subclasses, "Return a list of immediate subclasses."),
    MethodDef {
        binding: spec::Binding::Class,
        ..MethodDef::raw(
            "__prepare__",
            prepare,
            "__prepare__($cls, name, bases, /, **kwds)\n--\n\nCreate the namespace for the class statement",
        )
    },
    method("__instancecheck__($self, instance, /)", instance_check, "Check if an object is an instance."),
    method("__subclasscheck__($self, subclass, /)", subclass_check, "Check if a class is a subclass."),
    method("__dir__($self, /)", dir, "Specialized __dir__ implementation for types."),
    method("__sizeof__($self, /)", sizeof, "Return memory consumption of the type object."),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "type",
    layout: Some(<Type as HeapObject>::native),
    slots: Slots {
        call: Some(call),
        init: Some(init),
        new: Some(new::type_new),
        repr: Some(repr),
        getattro: Some(attributes::getattro),
        setattro: Some(attributes::setattro),
        or: Some(or),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
    flags: BASETYPE | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
