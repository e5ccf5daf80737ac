//! The attributes and texts of the descriptor types.

use crate::args::Args;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::Raised;
use crate::slots::Comparison;
use crate::spec::{GetSetDef, MethodDef, getter, method};
use crate::types::builtin_method::methods::{by_getattr, row_doc, row_signature};
use crate::types::descriptor::{
    GetSetDescriptor, MemberDescriptor, MethodDescriptor, MethodWrapper, WrapperDescriptor,
};
use crate::types::object;
use crate::types::type_::Type;
use crate::types::type_::slotdefs::SlotDef;
use crate::value::Value;
use crate::vm::Vm;

/// What the descriptor types have in common: the word in the repr, the class, the name.
fn described(vm: &mut Vm, this: Value) -> Result<(&'static str, Gc<Type>, Value), Raised> {
    if let Some(own) = this.downcast::<MethodDescriptor>(vm) {
        let (class, name) = (own.get(vm).class, own.get(vm).def.name());
        return Ok(("method", class, vm.new_str(name)?));
    }
    if let Some(own) = this.downcast::<WrapperDescriptor>(vm) {
        let (class, name) = (own.get(vm).class, own.get(vm).def.name);
        return Ok(("slot wrapper", class, vm.name(name).value()));
    }
    if let Some(own) = this.downcast::<GetSetDescriptor>(vm) {
        let (class, name) = (own.get(vm).class, own.get(vm).def.name);
        return Ok(("attribute", class, vm.new_str(name)?));
    }
    let own = this.expect::<MemberDescriptor>(vm);
    Ok(("member", own.get(vm).class, own.get(vm).name.value()))
}

/// `<method 'append' of 'list' objects>`.
pub fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (word, class, name) = described(vm, this)?;
    let (name, class) = (vm.str_string(name)?, Type::full_name(class, vm));
    vm.new_str(&format!("<{word} '{name}' of '{class}' objects>"))
}

fn get_objclass(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(described(vm, this)?.1.value())
}

fn get_name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(described(vm, this)?.2)
}

fn get_qualname(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (_, class, name) = described(vm, this)?;
    qualified(vm, class, name)
}

fn qualified(vm: &mut Vm, class: Gc<Type>, name: Value) -> Result<Value, Raised> {
    let owner = vm.get_attr_name(class.value(), name::QUALNAME)?;
    let (owner, name) = (vm.str_string(owner)?, vm.str_string(name)?);
    vm.new_str(&format!("{owner}.{name}"))
}

fn get_doc(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let doc = if let Some(own) = this.downcast::<MethodDescriptor>(vm) {
        let def = own.get(vm).def;
        return row_doc(vm, def);
    } else if let Some(own) = this.downcast::<WrapperDescriptor>(vm) {
        own.get(vm).def.doc
    } else if let Some(own) = this.downcast::<GetSetDescriptor>(vm) {
        own.get(vm).def.doc
    } else {
        this.downcast::<MemberDescriptor>(vm).and_then(|own| own.get(vm).def).map_or("", |def| def.doc)
    };
    text_or_none(vm, doc)
}

fn text_or_none(vm: &mut Vm, text: &str) -> Result<Value, Raised> {
    if text.is_empty() { Ok(Value::NONE) } else { vm.new_str(text) }
}

fn get_text_signature(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    if let Some(own) = this.downcast::<MethodDescriptor>(vm) {
        let def = own.get(vm).def;
        return row_signature(vm, def);
    }
    match this.downcast::<WrapperDescriptor>(vm) {
        Some(own) => {
            let signature = own.get(vm).def.signature;
            text_or_none(vm, signature)
        }
        None => Ok(Value::NONE),
    }
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (_, class, name) = described(vm, args.get(0))?;
    by_getattr(vm, class.value(), name)
}

/// `__reduce__` of descriptors.
pub const METHODS: &[MethodDef] = &[method("__reduce__($self, /)", reduce, "")];

/// Attributes of descriptors of callables.
pub const CALLABLE_GETSET: &[GetSetDef] = &[
    getter("__objclass__", get_objclass, "").member(),
    getter("__name__", get_name, "").member(),
    getter("__doc__", get_doc, ""),
    getter("__qualname__", get_qualname, ""),
    getter("__text_signature__", get_text_signature, ""),
];

/// Attributes of descriptors of data.
pub const DATA_GETSET: &[GetSetDef] = &[
    getter("__objclass__", get_objclass, "").member(),
    getter("__name__", get_name, "").member(),
    getter("__doc__", get_doc, ""),
    getter("__qualname__", get_qualname, ""),
];

fn wrapper(vm: &Vm, this: Value) -> (Gc<WrapperDescriptor>, &'static SlotDef, Value) {
    let wrapper = this.expect::<MethodWrapper>(vm);
    let (descriptor, receiver) = (wrapper.get(vm).descriptor, wrapper.get(vm).receiver);
    (descriptor, descriptor.get(vm).def, receiver)
}

/// `<method-wrapper '__add__' of int object at 0x...>`.
pub fn wrapper_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (_, def, receiver) = wrapper(vm, this);
    let name = vm.name(def.name).get(vm).to_string_lossy();
    let (class, id) = (vm.type_name(receiver), object::id_number(vm, receiver));
    vm.new_str(&format!("<method-wrapper '{name}' of {class} object at {id:#x}>"))
}

/// `hash(wrapper)`: of receiver and descriptor.
pub fn wrapper_hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let (descriptor, _, receiver) = wrapper(vm, this);
    Ok(object::hash(vm, receiver)? ^ object::hash(vm, descriptor.value())?)
}

/// Equal when descriptor and receiver are the same.
pub fn wrapper_richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    if a.downcast::<MethodWrapper>(vm).is_none()
        || b.downcast::<MethodWrapper>(vm).is_none()
        || !matches!(op, Comparison::Eq | Comparison::Ne)
    {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let ((a, _, x), (b, _, y)) = (wrapper(vm, a), wrapper(vm, b));
    Ok(Value::bool((a == b && x == y) == (op == Comparison::Eq)))
}

fn wrapper_self(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(wrapper(vm, this).2)
}

fn wrapper_objclass(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(wrapper(vm, this).0.get(vm).class.value())
}

fn wrapper_name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let def = wrapper(vm, this).1;
    Ok(vm.name(def.name).value())
}

fn wrapper_qualname(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (descriptor, def, _) = wrapper(vm, this);
    let (class, name) = (descriptor.get(vm).class, vm.name(def.name).value());
    qualified(vm, class, name)
}

fn wrapper_doc(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let doc = wrapper(vm, this).1.doc;
    text_or_none(vm, doc)
}

fn wrapper_text_signature(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let signature = wrapper(vm, this).1.signature;
    text_or_none(vm, signature)
}

fn wrapper_reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (_, def, receiver) = wrapper(vm, args.get(0));
    let name = vm.name(def.name).value();
    by_getattr(vm, receiver, name)
}

/// `__reduce__` of `method-wrapper`.
pub const WRAPPER_METHODS: &[MethodDef] = &[method("__reduce__($self, /)", wrapper_reduce, "")];

/// Attributes of `method-wrapper`.
pub const WRAPPER_GETSET: &[GetSetDef] = &[
    getter("__self__", wrapper_self, "").member(),
    getter("__objclass__", wrapper_objclass, ""),
    getter("__name__", wrapper_name, ""),
    getter("__qualname__", wrapper_qualname, ""),
    getter("__doc__", wrapper_doc, ""),
    getter("__text_signature__", wrapper_text_signature, ""),
];
