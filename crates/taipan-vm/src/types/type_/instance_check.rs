//! `isinstance` and `issubclass`: `__instancecheck__` and `__subclasscheck__`, unions and tuples of classes, objects that only
//! look like classes.
//!
//! Tuples may be nested without end and `__bases__` may go round, so every step asks for room on the native stack.

use crate::args::Args;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

pub(super) fn instance_check(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, object] = args.all();
    Ok(Value::bool(plain_is_instance(vm, object, class)?))
}

pub(super) fn subclass_check(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, derived] = args.all();
    Ok(Value::bool(plain_is_subclass(vm, derived, class)?))
}

/// `isinstance` without `__instancecheck__`: by type, or by the `__class__` the object claims.
pub fn plain_is_instance(vm: &mut Vm, object: Value, class: Value) -> Result<bool, Raised> {
    if let Some(class) = class.downcast::<Type>(vm) {
        if vm.is_instance(object, class) {
            return Ok(true);
        }
        let own = vm.type_of(object);
        let claimed = vm.get_attr_opt_name(object, name::CLASS)?;
        return Ok(match claimed.and_then(|value| value.downcast::<Type>(vm)) {
            Some(claimed) => claimed != own && Type::is_subtype(claimed, vm, class),
            None => false,
        });
    }
    check_class_like(vm, class, "isinstance() arg 2 must be a type, a tuple of types, or a union")?;
    match vm.get_attr_opt_name(object, name::CLASS)? {
        Some(claimed) => abstract_is_subclass(vm, claimed, class),
        None => Ok(false),
    }
}

/// `issubclass` without `__subclasscheck__`.
pub fn plain_is_subclass(vm: &mut Vm, derived: Value, class: Value) -> Result<bool, Raised> {
    if let (Some(derived), Some(class)) = (derived.downcast::<Type>(vm), class.downcast::<Type>(vm)) {
        return Ok(Type::is_subtype(derived, vm, class));
    }
    check_class_like(vm, derived, "issubclass() arg 1 must be a class")?;
    check_class_like(vm, class, "issubclass() arg 2 must be a class, a tuple of classes, or a union")?;
    abstract_is_subclass(vm, derived, class)
}

fn bases_of(vm: &mut Vm, class: Value) -> Result<Option<Gc<Tuple>>, Raised> {
    let bases = vm.get_attr_opt_name(class, name::BASES)?;
    Ok(bases.and_then(|bases| bases.downcast::<Tuple>(vm)))
}

fn check_class_like(vm: &mut Vm, class: Value, message: &str) -> Result<(), Raised> {
    match bases_of(vm, class)? {
        Some(_) => Ok(()),
        None => Err(vm.raise(Exc::TypeError, message)),
    }
}

/// Walks `__bases__` of objects that merely look like classes.
fn abstract_is_subclass(vm: &mut Vm, derived: Value, class: Value) -> Result<bool, Raised> {
    vm.check_native_stack()?;
    if derived == class {
        return Ok(true);
    }
    let Some(bases) = bases_of(vm, derived)? else { return Ok(false) };
    for i in 0..bases.get(vm).len() {
        let base = bases.get(vm).at(i);
        if abstract_is_subclass(vm, base, class)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `isinstance(object, class)`.
pub fn is_instance(vm: &mut Vm, object: Value, class: Value) -> Result<bool, Raised> {
    if vm.type_of(object).value() == class {
        return Ok(true);
    }
    check(vm, object, class, name::INSTANCECHECK, plain_is_instance)
}

/// `issubclass(derived, class)`.
pub fn is_subclass(vm: &mut Vm, derived: Value, class: Value) -> Result<bool, Raised> {
    check(vm, derived, class, name::SUBCLASSCHECK, plain_is_subclass)
}

fn check(
    vm: &mut Vm,
    object: Value,
    class: Value,
    hook: crate::names::Atom,
    plain: fn(&mut Vm, Value, Value) -> Result<bool, Raised>,
) -> Result<bool, Raised> {
    vm.check_native_stack()?;
    if vm.is_exact(class, Builtin::Type) {
        return plain(vm, object, class);
    }
    if let Some(alternatives) = crate::types::union::alternatives(vm, class) {
        return check(vm, object, alternatives.value(), hook, plain);
    }
    if let Some(tuple) = class.downcast::<Tuple>(vm) {
        for i in 0..tuple.get(vm).len() {
            let item = tuple.get(vm).at(i);
            if check(vm, object, item, hook, plain)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    match vm.call_special(class, hook, &[object])? {
        Some(result) => vm.is_true(result),
        None => plain(vm, object, class),
    }
}
