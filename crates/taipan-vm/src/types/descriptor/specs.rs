//! The slots and attributes of the descriptor types.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{self, TypeSpec};
use crate::types::builtin_method::BuiltinMethod;
use crate::types::descriptor::attributes;
use crate::types::descriptor::{
    GetSetDescriptor, MemberDescriptor, MethodDescriptor, MethodWrapper, WrapperDescriptor, call_method_descriptor,
    check_receiver,
};
use crate::types::object::qualified_type_name;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn expect<T: HeapObject>(vm: &Vm, this: Value) -> Gc<T> {
    this.expect(vm)
}

fn method_get(vm: &mut Vm, this: Value, object: Option<Value>, _: Option<Value>) -> Result<Value, Raised> {
    let Some(object) = object else { return Ok(this) };
    let descriptor: Gc<MethodDescriptor> = expect(vm, this);
    let (def, class) = (descriptor.get(vm).def, descriptor.get(vm).class);
    check_receiver(vm, def.name(), class, object)?;
    Ok(BuiltinMethod::new(vm, def, Some(object), None, true)?.value())
}

fn classmethod_get(vm: &mut Vm, this: Value, object: Option<Value>, owner: Option<Value>) -> Result<Value, Raised> {
    let descriptor: Gc<MethodDescriptor> = expect(vm, this);
    let (def, class) = (descriptor.get(vm).def, descriptor.get(vm).class);
    let owner = match (owner, object) {
        (Some(owner), _) => owner,
        (None, Some(object)) => vm.type_of(object).value(),
        (None, None) => class.value(),
    };
    let Some(own) = owner.downcast::<Type>(vm) else {
        let (name, class, got) = (def.name(), Type::full_name(class, vm), vm.type_name(owner));
        let message = format!("descriptor '{name}' for type '{class}' needs a type, not a '{got}' as arg 2");
        return Err(vm.raise(Exc::TypeError, message));
    };
    if !Type::is_subtype(own, vm, class) {
        let (name, class, got) = (def.name(), Type::full_name(class, vm), Type::full_name(own, vm));
        let message = format!("descriptor '{name}' requires a subtype of '{class}' but received '{got}'");
        return Err(vm.raise(Exc::TypeError, message));
    }
    Ok(BuiltinMethod::new(vm, def, Some(owner), None, true)?.value())
}

fn classmethod_call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    let descriptor: Gc<MethodDescriptor> = expect(vm, this);
    if args.is_empty() {
        let (name, class) = (descriptor.get(vm).def.name(), descriptor.get(vm).class);
        let class = Type::full_name(class, vm);
        return Err(vm.raise(Exc::TypeError, format!("descriptor '{name}' of '{class}' object needs an argument")));
    }
    let bound = classmethod_get(vm, this, None, Some(args.get(0)))?;
    vm.call_args(bound, args.skip(1))
}

fn wrapper_get(vm: &mut Vm, this: Value, object: Option<Value>, _: Option<Value>) -> Result<Value, Raised> {
    let Some(object) = object else { return Ok(this) };
    let descriptor: Gc<WrapperDescriptor> = expect(vm, this);
    let (name, class) = (descriptor.get(vm).def.name, descriptor.get(vm).class);
    if !vm.is_instance(object, class) {
        let name = vm.name(name).get(vm).to_string_lossy();
        check_receiver(vm, &name, class, object)?;
    }
    let wrapper = MethodWrapper { header: HeaderWord::NEW, descriptor, receiver: object };
    Ok(vm.new_exact(wrapper)?.value())
}

fn wrapper_call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    let descriptor: Gc<WrapperDescriptor> = expect(vm, this);
    let (def, class) = (descriptor.get(vm).def, descriptor.get(vm).class);
    let name = vm.name(def.name).get(vm).to_string_lossy();
    if args.is_empty() {
        let class = Type::full_name(class, vm);
        return Err(vm.raise(Exc::TypeError, format!("descriptor '{name}' of '{class}' object needs an argument")));
    }
    let receiver = args.get(0);
    if !vm.is_instance(receiver, class) {
        let (class, got) = (Type::full_name(class, vm), vm.type_name(receiver));
        let message = format!("descriptor '{name}' requires a '{class}' object but received a '{got}'");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let slots = class.get(vm).slots;
    (def.call)(vm, &slots, receiver, args.skip(1))
}

fn method_wrapper_call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    let wrapper: Gc<MethodWrapper> = expect(vm, this);
    let (descriptor, receiver) = (wrapper.get(vm).descriptor, wrapper.get(vm).receiver);
    let (def, class) = (descriptor.get(vm).def, descriptor.get(vm).class);
    let slots = class.get(vm).slots;
    vm.check_native_stack()?;
    (def.call)(vm, &slots, receiver, args)
}

fn getset_get(vm: &mut Vm, this: Value, object: Option<Value>, _: Option<Value>) -> Result<Value, Raised> {
    let Some(object) = object else { return Ok(this) };
    let descriptor: Gc<GetSetDescriptor> = expect(vm, this);
    let (def, class) = (descriptor.get(vm).def, descriptor.get(vm).class);
    check_receiver(vm, def.name, class, object)?;
    (def.get)(vm, object)
}

fn read_only(vm: &mut Vm, name: &str, class: Gc<Type>) -> Raised {
    let owner = Type::full_name(class, vm);
    vm.raise(Exc::AttributeError, format!("attribute '{name}' of '{owner}' objects is not writable"))
}

fn getset_set(vm: &mut Vm, this: Value, object: Value, value: Option<Value>) -> Result<(), Raised> {
    let descriptor: Gc<GetSetDescriptor> = expect(vm, this);
    let (def, class) = (descriptor.get(vm).def, descriptor.get(vm).class);
    check_receiver(vm, def.name, class, object)?;
    match def.set {
        Some(set) => set(vm, object, value),
        None => Err(read_only(vm, def.name, class)),
    }
}

fn member_get(vm: &mut Vm, this: Value, object: Option<Value>, _: Option<Value>) -> Result<Value, Raised> {
    let Some(object) = object else { return Ok(this) };
    let member: Gc<MemberDescriptor> = expect(vm, this);
    let (class, def, name, word) = (member.get(vm).class, member.get(vm).def, member.get(vm).name, member.get(vm).word);
    if !vm.is_instance(object, class) {
        let name = name.get(vm).to_string_lossy();
        check_receiver(vm, &name, class, object)?;
    }
    match def {
        Some(def) => (def.get)(vm, object),
        None => match vm.slot_word(object, word) {
            Some(value) => Ok(value),
            None => {
                let (class, name) = (qualified_type_name(vm, object)?, name.get(vm).to_string_lossy());
                Err(vm.raise(Exc::AttributeError, format!("'{class}' object has no attribute '{name}'")))
            }
        },
    }
}

fn member_set(vm: &mut Vm, this: Value, object: Value, value: Option<Value>) -> Result<(), Raised> {
    let member: Gc<MemberDescriptor> = expect(vm, this);
    let (class, def, name, word) = (member.get(vm).class, member.get(vm).def, member.get(vm).name, member.get(vm).word);
    if !vm.is_instance(object, class) {
        let name = name.get(vm).to_string_lossy();
        check_receiver(vm, &name, class, object)?;
    }
    match def {
        Some(def) => match def.set {
            Some(set) => set(vm, object, value),
            None => Err(vm.raise(Exc::AttributeError, "readonly attribute")),
        },
        None => {
            if value.is_none() && vm.slot_word(object, word).is_none() {
                return Err(vm.raise_with(Exc::AttributeError, &[name.value()]));
            }
            vm.set_slot_word(object, word, value);
            Ok(())
        }
    }
}

pub static METHOD_DESCRIPTOR: TypeSpec = TypeSpec {
    name: "method_descriptor",
    layout: Some(<MethodDescriptor as HeapObject>::native),
    slots: Slots {
        repr: Some(attributes::repr),
        call: Some(call_method_descriptor),
        descr_get: Some(method_get),
        ..Slots::DEFAULT
    },
    flags: spec::METHOD_DESCRIPTOR,
    methods: attributes::METHODS,
    getset: attributes::CALLABLE_GETSET,
    ..TypeSpec::DEFAULT
};

pub static CLASSMETHOD_DESCRIPTOR: TypeSpec = TypeSpec {
    name: "classmethod_descriptor",
    layout: Some(<MethodDescriptor as HeapObject>::native),
    slots: Slots {
        repr: Some(attributes::repr),
        call: Some(classmethod_call),
        descr_get: Some(classmethod_get),
        ..Slots::DEFAULT
    },
    getset: attributes::CALLABLE_GETSET,
    ..TypeSpec::DEFAULT
};

pub static WRAPPER_DESCRIPTOR: TypeSpec = TypeSpec {
    name: "wrapper_descriptor",
    layout: Some(<WrapperDescriptor as HeapObject>::native),
    slots: Slots {
        repr: Some(attributes::repr),
        call: Some(wrapper_call),
        descr_get: Some(wrapper_get),
        ..Slots::DEFAULT
    },
    flags: spec::METHOD_DESCRIPTOR,
    methods: attributes::METHODS,
    getset: attributes::CALLABLE_GETSET,
    ..TypeSpec::DEFAULT
};

pub static METHOD_WRAPPER: TypeSpec = TypeSpec {
    name: "method-wrapper",
    layout: Some(<MethodWrapper as HeapObject>::native),
    slots: Slots {
        call: Some(method_wrapper_call),
        repr: Some(attributes::wrapper_repr),
        hash: Some(attributes::wrapper_hash),
        richcompare: Some(attributes::wrapper_richcompare),
        ..Slots::DEFAULT
    },
    methods: attributes::WRAPPER_METHODS,
    getset: attributes::WRAPPER_GETSET,
    ..TypeSpec::DEFAULT
};

pub static GETSET_DESCRIPTOR: TypeSpec = TypeSpec {
    name: "getset_descriptor",
    layout: Some(<GetSetDescriptor as HeapObject>::native),
    slots: Slots {
        repr: Some(attributes::repr),
        descr_get: Some(getset_get),
        descr_set: Some(getset_set),
        ..Slots::DEFAULT
    },
    getset: attributes::DATA_GETSET,
    ..TypeSpec::DEFAULT
};

pub static MEMBER_DESCRIPTOR: TypeSpec = TypeSpec {
    name: "member_descriptor",
    layout: Some(<MemberDescriptor as HeapObject>::native),
    slots: Slots {
        repr: Some(attributes::repr),
        descr_get: Some(member_get),
        descr_set: Some(member_set),
        ..Slots::DEFAULT
    },
    methods: attributes::METHODS,
    getset: attributes::DATA_GETSET,
    ..TypeSpec::DEFAULT
};
