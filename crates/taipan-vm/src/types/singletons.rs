//! The types of `None`, `Ellipsis` and `NotImplemented`.

use crate::args::Args;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{MethodDef, TypeSpec, method};
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn none_repr(vm: &mut Vm, _: Value) -> Result<Value, Raised> {
    vm.new_str("None")
}

fn none_bool(_: &mut Vm, _: Value) -> Result<bool, Raised> {
    Ok(false)
}

fn none_hash(_: &mut Vm, _: Value) -> Result<i64, Raised> {
    Ok(0xFCA8_6420)
}

fn no_arguments(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<(), Raised> {
    if args.is_empty() && !args.has_keywords() {
        return Ok(());
    }
    let name = Type::name(class, vm);
    Err(vm.raise(Exc::TypeError, format!("{name} takes no arguments")))
}

fn none_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    no_arguments(vm, class, args)?;
    Ok(Value::NONE)
}

fn ellipsis_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    no_arguments(vm, class, args)?;
    Ok(Value::ELLIPSIS)
}

fn not_implemented_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    no_arguments(vm, class, args)?;
    Ok(Value::NOT_IMPLEMENTED)
}

fn ellipsis_repr(vm: &mut Vm, _: Value) -> Result<Value, Raised> {
    vm.new_str("Ellipsis")
}

fn not_implemented_repr(vm: &mut Vm, _: Value) -> Result<Value, Raised> {
    vm.new_str("NotImplemented")
}

fn not_implemented_bool(vm: &mut Vm, _: Value) -> Result<bool, Raised> {
    Err(vm.raise(Exc::TypeError, "NotImplemented should not be used in a boolean context"))
}

/// Pickles and copies as the name of the singleton.
fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.repr(args.get(0))
}

pub static NONE_TYPE: TypeSpec = TypeSpec {
    name: "NoneType",
    slots: Slots {
        repr: Some(none_repr),
        bool: Some(none_bool),
        hash: Some(none_hash),
        richcompare: Some(crate::types::object::richcompare),
        new: Some(none_new),
        ..Slots::DEFAULT
    },
    doc: "NoneType()\n--\n\nThe type of the None singleton.",
    ..TypeSpec::DEFAULT
};

const REDUCE: MethodDef = method("__reduce__($self, /)", reduce, "");

pub static ELLIPSIS_TYPE: TypeSpec = TypeSpec {
    name: "ellipsis",
    slots: Slots { repr: Some(ellipsis_repr), new: Some(ellipsis_new), ..Slots::DEFAULT },
    methods: &[REDUCE],
    doc: "ellipsis()\n--\n\nThe type of the Ellipsis singleton.",
    ..TypeSpec::DEFAULT
};

pub static NOT_IMPLEMENTED_TYPE: TypeSpec = TypeSpec {
    name: "NotImplementedType",
    slots: Slots {
        repr: Some(not_implemented_repr),
        bool: Some(not_implemented_bool),
        new: Some(not_implemented_new),
        ..Slots::DEFAULT
    },
    methods: &[REDUCE],
    doc: "NotImplementedType()\n--\n\nThe type of the NotImplemented singleton.",
    ..TypeSpec::DEFAULT
};
