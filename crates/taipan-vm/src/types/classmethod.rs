//! `classmethod` and `staticmethod`: functions that are bound to the class, or not at all.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::names::name;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::{BASETYPE, GetSetDef, HAS_DICT, TypeSpec, getset, getter};
use crate::types::Builtin;
use crate::types::generic_alias;
use crate::types::method::Method;
use crate::types::object;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// A wrapped callable (`classmethod` and `staticmethod`).
    pub struct WrappedCallable {
        pub callable: Value,
    }
}

/// `classmethod(callable)`.
pub fn wrap(vm: &mut Vm, callable: Value) -> Result<Value, Raised> {
    wrap_as(vm, Builtin::ClassMethod, callable)
}

/// `classmethod(callable)` or `staticmethod(callable)`.
pub fn wrap_as(vm: &mut Vm, builtin: Builtin, callable: Value) -> Result<Value, Raised> {
    let class = vm.class(builtin);
    let this = allocate(vm, class)?;
    init_with(vm, this, callable)?;
    Ok(this)
}

fn allocate(vm: &mut Vm, class: Gc<Type>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, WrappedCallable { header: HeaderWord::NEW, callable: Value::NONE })?.value())
}

pub(crate) fn new(vm: &mut Vm, class: Gc<Type>, _args: Args<'_>) -> Result<Value, Raised> {
    allocate(vm, class)
}

/// Stores the callable and copies its name and documentation into the instance.
fn init_with(vm: &mut Vm, this: Value, callable: Value) -> Result<(), Raised> {
    let Some(wrapped) = this.downcast::<WrappedCallable>(vm) else { return Ok(()) };
    wrapped.get_mut(vm).callable = callable;
    for atom in [name::MODULE, name::NAME, name::QUALNAME, name::DOC] {
        if let Some(value) = vm.get_attr_opt_name(callable, atom)? {
            let key = vm.name(atom);
            vm.set_instance_attr(this, key, Some(value))?;
        }
    }
    Ok(())
}

pub(crate) fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    let name = vm.type_name(this);
    args.expect(vm, &name, 1, 1)?;
    init_with(vm, this, args.get(0))
}

pub(crate) fn callable_of(vm: &Vm, this: Value) -> Value {
    this.downcast::<WrappedCallable>(vm).map_or(this, |wrapped| wrapped.get(vm).callable)
}

fn descr_get(vm: &mut Vm, this: Value, object: Option<Value>, owner: Option<Value>) -> Result<Value, Raised> {
    let callable = callable_of(vm, this);
    let owner = match (owner, object) {
        (Some(owner), _) => owner,
        (None, Some(object)) => vm.type_of(object).value(),
        (None, None) => Value::NONE,
    };
    Method::new(vm, callable, owner)
}

pub(crate) fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let kind = if vm.is_a(this, Builtin::StaticMethod) { "staticmethod" } else { "classmethod" };
    let callable = callable_of(vm, this);
    let callable = vm.repr_string(callable)?;
    vm.new_str(&format!("<{kind}({callable})>"))
}

fn get_callable(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(callable_of(vm, this))
}

fn get_is_abstract(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let callable = callable_of(vm, this);
    crate::types::property::is_abstract(vm, callable).map(Value::bool)
}

/// `__annotations__` and `__annotate__` are the callable's, kept in the instance once set.
fn forwarded(vm: &mut Vm, this: Value, atom: crate::names::Atom) -> Result<Value, Raised> {
    let key = vm.name(atom);
    if let Some(own) = vm.instance_attr(this, key) {
        return Ok(own);
    }
    let callable = callable_of(vm, this);
    let value = vm.get_attr(callable, key)?;
    vm.set_instance_attr(this, key, Some(value))?;
    Ok(value)
}

fn set_forwarded(vm: &mut Vm, this: Value, atom: crate::names::Atom, value: Option<Value>) -> Result<(), Raised> {
    let key = vm.name(atom);
    if !vm.set_instance_attr(this, key, value)? {
        return Err(vm.raise_no_attribute(this, key));
    }
    Ok(())
}

fn get_annotations(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    forwarded(vm, this, name::ANNOTATIONS)
}

fn set_annotations(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    set_forwarded(vm, this, name::ANNOTATIONS, value)
}

fn get_annotate(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    forwarded(vm, this, name::ANNOTATE)
}

fn set_annotate(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    set_forwarded(vm, this, name::ANNOTATE, value)
}

pub(crate) const GETSET: &[GetSetDef] = &[
    getter("__func__", get_callable, "").member(),
    getter("__wrapped__", get_callable, "").member(),
    getter("__isabstractmethod__", get_is_abstract, ""),
    getset("__dict__", object::get_dict, object::set_dict, ""),
    getset("__annotations__", get_annotations, set_annotations, ""),
    getset("__annotate__", get_annotate, set_annotate, ""),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "classmethod",
    layout: Some(<WrappedCallable as HeapObject>::native),
    slots: Slots { new: Some(new), init: Some(init), repr: Some(repr), descr_get: Some(descr_get), ..Slots::DEFAULT },
    methods: &[generic_alias::CLASS_GETITEM],
    getset: GETSET,
    doc: "classmethod(function, /)\n--\n\nConvert a function to be a class method.\n\nA class method receives the class as implicit first argument,\njust like an instance method receives the instance.\nTo declare a class method, use this idiom:\n\n  class C:\n      @classmethod\n      def f(cls, arg1, arg2, argN):\n          ...\n\nIt can be called either on the class (e.g. C.f()) or on an instance\n(e.g. C().f()).  The instance is ignored except for its class.\nIf a class method is called for a derived class, the derived class\nobject is passed as the implied first argument.\n\nClass methods are different than C++ or Java static methods.\nIf you want those, see the staticmethod builtin.",
    flags: BASETYPE | HAS_DICT,
    ..TypeSpec::DEFAULT
};
