//! `ParamSpecArgs` and `ParamSpecKwargs`: `P.args` and `P.kwargs` of a `ParamSpec`.

use super::{TypeParameter, mro_entries};
use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::signature::Signature;
use crate::slots::{Comparison, Slots};
use crate::spec::{TypeSpec, WEAKREFABLE, getter, method};
use crate::types::object;
use crate::types::type_::{Type, class_of_spec};
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `P.args` and `P.kwargs`.
    pub struct ParamSpecPart {
        pub origin: Value,
    }
}

fn part(vm: &mut Vm, spec: &'static TypeSpec, origin: Value) -> Result<Value, Raised> {
    let shape = class_of_spec(vm, spec)?.get(vm).root_shape;
    Ok(vm.new_object(shape, ParamSpecPart { header: HeaderWord::NEW, origin })?.value())
}

pub(super) fn get_args(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    part(vm, &PARAM_SPEC_ARGS, this)
}

pub(super) fn get_kwargs(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    part(vm, &PARAM_SPEC_KWARGS, this)
}

fn part_origin(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.downcast::<ParamSpecPart>(vm).map_or(Value::NONE, |part| part.get(vm).origin))
}

fn new_part(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("paramspecargs(origin)");
    let origin = args.bind(vm, &SIGNATURE, |_, args| Ok(args.get(0)))?;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, ParamSpecPart { header: HeaderWord::NEW, origin })?.value())
}

fn part_text(vm: &mut Vm, this: Value, suffix: &str) -> Result<Value, Raised> {
    let origin = part_origin(vm, this)?;
    let name = match origin.downcast::<TypeParameter>(vm) {
        Some(parameter) => {
            let name = parameter.get(vm).name;
            vm.str_string(name)?
        }
        None => vm.repr_string(origin)?,
    };
    vm.new_str(&format!("{name}.{suffix}"))
}

fn args_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    part_text(vm, this, "args")
}

fn kwargs_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    part_text(vm, this, "kwargs")
}

fn part_richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let same_class = vm.type_of(a) == vm.type_of(b);
    if !same_class || !matches!(op, Comparison::Eq | Comparison::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (a, b) = (part_origin(vm, a)?, part_origin(vm, b)?);
    vm.compare(a, b, op)
}

/// The row of `ParamSpecArgs`.
pub static PARAM_SPEC_ARGS: TypeSpec = TypeSpec {
    name: "ParamSpecArgs",
    module: "typing",
    layout: Some(<ParamSpecPart as HeapObject>::native),
    slots: Slots {
        new: Some(new_part),
        repr: Some(args_repr),
        richcompare: Some(part_richcompare),
        hash: Some(object::hash_not_implemented),
        ..Slots::DEFAULT
    },
    methods: &[method("__mro_entries__($self, object, /)", mro_entries, "")],
    getset: &[getter("__origin__", part_origin, "").member()],
    doc: "The args for a ParamSpec object.",
    flags: WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

/// The row of `ParamSpecKwargs`.
pub static PARAM_SPEC_KWARGS: TypeSpec = TypeSpec {
    name: "ParamSpecKwargs",
    module: "typing",
    layout: Some(<ParamSpecPart as HeapObject>::native),
    slots: Slots {
        new: Some(new_part),
        repr: Some(kwargs_repr),
        richcompare: Some(part_richcompare),
        hash: Some(object::hash_not_implemented),
        ..Slots::DEFAULT
    },
    methods: &[method("__mro_entries__($self, object, /)", mro_entries, "")],
    getset: &[getter("__origin__", part_origin, "").member()],
    doc: "The kwargs for a ParamSpec object.",
    flags: WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
