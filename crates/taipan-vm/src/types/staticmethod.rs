//! `staticmethod`: a function that is not bound; the layout is `classmethod`'s.

use crate::args::Args;
use crate::gc::HeapObject;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::{BASETYPE, HAS_DICT, TypeSpec};
use crate::types::Builtin;
use crate::types::classmethod::{self, WrappedCallable, callable_of};
use crate::types::generic_alias;
use crate::value::Value;
use crate::vm::Vm;

/// `staticmethod(callable)`.
pub fn wrap(vm: &mut Vm, callable: Value) -> Result<Value, Raised> {
    classmethod::wrap_as(vm, Builtin::StaticMethod, callable)
}

fn descr_get(vm: &mut Vm, this: Value, _: Option<Value>, _: Option<Value>) -> Result<Value, Raised> {
    Ok(callable_of(vm, this))
}

fn call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    let callable = callable_of(vm, this);
    vm.check_native_stack()?;
    vm.call_args(callable, args)
}

pub static TYPE: TypeSpec = TypeSpec {
    name: "staticmethod",
    layout: Some(<WrappedCallable as HeapObject>::native),
    slots: Slots {
        new: Some(classmethod::new),
        init: Some(classmethod::init),
        repr: Some(classmethod::repr),
        call: Some(call),
        descr_get: Some(descr_get),
        ..Slots::DEFAULT
    },
    methods: &[generic_alias::CLASS_GETITEM],
    getset: classmethod::GETSET,
    doc: "staticmethod(function, /)\n--\n\nConvert a function to be a static method.\n\nA static method does not receive an implicit first argument.\nTo declare a static method, use this idiom:\n\n     class C:\n         @staticmethod\n         def f(arg1, arg2, argN):\n             ...\n\nIt can be called either on the class (e.g. C.f()) or on an instance\n(e.g. C().f()). Both the class and the instance are ignored, and\nneither is passed implicitly as the first argument to the method.\n\nStatic methods in Python are similar to those found in Java or C++.\nFor a more advanced concept, see the classmethod builtin.",
    flags: BASETYPE | HAS_DICT,
    ..TypeSpec::DEFAULT
};
