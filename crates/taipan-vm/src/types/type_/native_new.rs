//! `__new__` of built-in types, as an attribute of theirs.
//!
//! It refuses classes whose instances another built-in type lays out.

use crate::args::Args;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::slots::New;
use crate::spec::MethodDef;
use crate::types::builtin_method::BuiltinMethod;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

static NEW_ROW: MethodDef = MethodDef {
    show_signature: true,
    looks_at_files: false,
    takes_any_keys: true,
    ..MethodDef::raw_static(
        "__new__",
        call_new,
        "__new__($type, *args, **kwargs)\n--\n\nCreate and return a new object.  See help(type) for accurate signature.",
    )
};

/// The `__new__` attribute of a built-in type: a native function bound to the type.
pub fn new_wrapper(vm: &mut Vm, class: Gc<Type>) -> Result<Value, Raised> {
    Ok(BuiltinMethod::new(vm, &NEW_ROW, Some(class.value()), None, true)?.value())
}

/// The native constructor behind a `__new__` attribute, if it is one of `new_wrapper`.
pub fn native_new_of(vm: &Vm, attribute: Value) -> Option<New> {
    let function = attribute.exact::<BuiltinMethod>()?.get(vm);
    if !std::ptr::eq(function.def, &NEW_ROW) {
        return None;
    }
    function.receiver?.downcast::<Type>(vm)?.get(vm).slots.new
}

/// The built-in class whose native layout a class has.
fn native_base(vm: &Vm, class: Gc<Type>) -> Gc<Type> {
    let mut at = class;
    while at.get(vm).is_heap_type() {
        match at.get(vm).base {
            Some(base) => at = base,
            None => break,
        }
    }
    at
}

/// Whether a native constructor makes objects of the native layout of a class.
pub fn makes_layout_of(vm: &Vm, new: New, class: Gc<Type>) -> bool {
    native_base(vm, class).get(vm).slots.new.is_some_and(|own| std::ptr::fn_addr_eq(own, new))
}

/// `Type.__new__(cls, *args)`: checks that `cls` fits the type whose `__new__` it is.
fn call_new(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(owner) = args.get(0).downcast::<Type>(vm) else {
        return Err(vm.raise(Exc::SystemError, "__new__ of no type"));
    };
    let owner_name = Type::full_name(owner, vm);
    if args.len() < 2 {
        return Err(vm.raise(Exc::TypeError, format!("{owner_name}.__new__(): not enough arguments")));
    }
    let Some(class) = args.get(1).downcast::<Type>(vm) else {
        let got = vm.type_name(args.get(1));
        let message = format!("{owner_name}.__new__(X): X is not a type object ({got})");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let class_name = Type::full_name(class, vm);
    if !Type::is_subtype(class, vm, owner) {
        let message = format!("{owner_name}.__new__({class_name}): {class_name} is not a subtype of {owner_name}");
        return Err(vm.raise(Exc::TypeError, message));
    }
    if class.get(vm).has_flag(crate::spec::NO_NEW) {
        let full = crate::types::object::full_class_name(vm, class)?;
        return Err(vm.raise(Exc::TypeError, format!("cannot create '{full}' instances")));
    }
    // `object.__new__(dict)` would make a dict without its fields.
    let at = native_base(vm, class);
    let (own, safe) = (owner.get(vm).slots.new, at.get(vm).slots.new);
    if !own.is_some_and(|own| makes_layout_of(vm, own, class)) {
        if safe.is_none() {
            let name = Type::full_name(at, vm);
            return Err(vm.raise(Exc::TypeError, format!("cannot create '{name}' instances")));
        }
        let safe_name = Type::name(at, vm);
        let message = format!("{owner_name}.__new__({class_name}) is not safe, use {safe_name}.__new__()");
        return Err(vm.raise(Exc::TypeError, message));
    }
    match own {
        Some(new) => {
            let object = new(vm, class, args.skip(2))?;
            let own = vm.type_of(object);
            vm.note_instance(object, own);
            Ok(object)
        }
        None => Err(vm.raise(Exc::TypeError, format!("cannot create '{owner_name}' instances"))),
    }
}
