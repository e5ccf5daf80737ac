//! `method`: a callable bound to an instance.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::spec::{GetSetDef, MethodDef, TypeSpec, WEAKREFABLE, getter, method};
use crate::types::Builtin;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// A bound method.
    pub struct Method = Builtin::Method {
        pub function: Value,
        pub receiver: Value,
    }
}

impl Method {
    /// A new bound method.
    #[inline]
    pub fn new(vm: &mut Vm, function: Value, receiver: Value) -> Result<Value, Raised> {
        Ok(vm.new_exact(Method { header: HeaderWord::NEW, function, receiver })?.value())
    }
}

fn expect(vm: &Vm, this: Value) -> Gc<Method> {
    this.expect(vm)
}

fn new(vm: &mut Vm, _class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "method", 2, 2)?;
    let (function, receiver) = (args.get(0), args.get(1));
    if !vm.is_callable(function) {
        return Err(vm.raise(Exc::TypeError, "first argument must be callable"));
    }
    if receiver.is_none() {
        return Err(vm.raise(Exc::TypeError, "instance must not be None"));
    }
    Method::new(vm, function, receiver)
}

fn call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    let Method { function, receiver, .. } = *expect(vm, this).get(vm);
    args.with_first(vm, receiver, |vm, args| vm.call_args(function, args))
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let Method { function, receiver, .. } = *expect(vm, this).get(vm);
    let mut found = vm.get_attr_opt_name(function, name::QUALNAME)?;
    if found.is_none() {
        found = vm.get_attr_opt_name(function, name::NAME)?;
    }
    let text = found.and_then(|value| vm.text_of(value)).unwrap_or_else(|| "?".to_owned());
    let receiver = vm.repr_string(receiver)?;
    vm.new_str(&format!("<bound method {text} of {receiver}>"))
}

fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let Method { function, receiver, .. } = *expect(vm, this).get(vm);
    let own = crate::types::object::hash(vm, receiver)?;
    Ok(own ^ vm.hash(function)?)
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(a), Some(b)) = (a.downcast::<Method>(vm), b.downcast::<Method>(vm)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if !matches!(op, Comparison::Eq | Comparison::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (x, y) = (a.get(vm).function, b.get(vm).function);
    let same = a.get(vm).receiver == b.get(vm).receiver && vm.is_equal(x, y)?;
    Ok(Value::bool(same == (op == Comparison::Eq)))
}

/// Attributes the method type lacks are those of the function.
fn getattro(vm: &mut Vm, this: Value, attribute: Gc<Str>) -> Result<Value, Raised> {
    let class = vm.type_of(this);
    if let Some(own) = Type::lookup(class, vm, attribute) {
        return vm.bind_descriptor(own, this, class);
    }
    let function = expect(vm, this).get(vm).function;
    vm.get_attr(function, attribute)
}

fn get_function(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).function)
}

fn get_receiver(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).receiver)
}

fn get_doc(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let function = expect(vm, this).get(vm).function;
    Ok(vm.get_attr_opt_name(function, name::DOC)?.unwrap_or(Value::NONE))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Method { function, receiver, .. } = *expect(vm, args.get(0)).get(vm);
    let function_name = vm.get_attr_name(function, name::NAME)?;
    let getattr = crate::execute::builtin(vm, "getattr")?;
    let args = Tuple::from_values(vm, &[receiver, function_name])?;
    Ok(Tuple::from_values(vm, &[getattr, args.value()])?.value())
}

const GETSET: &[GetSetDef] = &[
    getter("__func__", get_function, "the function (or other callable) implementing a method").member(),
    getter("__self__", get_receiver, "the instance to which a method is bound").member(),
    getter("__doc__", get_doc, ""),
];

const METHODS: &[MethodDef] = &[method("__reduce__($self, /)", reduce, "")];

pub static TYPE: TypeSpec = TypeSpec {
    name: "method",
    layout: Some(<Method as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        call: Some(call),
        repr: Some(repr),
        hash: Some(hash),
        richcompare: Some(richcompare),
        getattro: Some(getattro),
        // A bound method stays bound.
        descr_get: Some(|_, this, _, _| Ok(this)),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "method(function, instance, /)\n--\n\nCreate a bound instance method object.",
    flags: WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
