//! `TypeAliasType`: what a `type` statement makes.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::modules::typing::{caller_module, evaluate, is_type_parameter, text_argument, unpack_type_var_tuples};
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::slots::Slots;
use crate::spec::{GetSetDef, MethodDef, TypeSpec, WEAKREFABLE, getter, method};
use crate::types::generic_alias;
use crate::types::tuple::Tuple;
use crate::types::type_::{Type, class_of_spec};
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// A type alias; `value` is empty until it was evaluated.
    pub struct TypeAlias {
        pub name: Value,
        pub parameters: Gc<Tuple>,
        pub value: Option<Value>,
        pub evaluate: Option<Value>,
        pub module: Option<Value>,
    }
}

fn expect(vm: &Vm, this: Value) -> Gc<TypeAlias> {
    this.expect(vm)
}

/// The alias of a `type` statement: name, type parameters or None, function of the value.
pub fn make(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [name, parameters, function] = args.all();
    let parameters = match parameters.downcast::<Tuple>(vm) {
        Some(parameters) => parameters,
        None => Tuple::empty(vm)?,
    };
    let module = caller_module(vm)?;
    let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
    let alias = TypeAlias { header: HeaderWord::NEW, name, parameters, value: None, evaluate: Some(function), module };
    Ok(vm.new_object(shape, alias)?.value())
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("typealias(name, value, *, type_params=<unrepresentable>)");
    let (name, value, parameters) =
        args.bind(vm, &SIGNATURE, |_, args| Ok((args.get(0), args.get(1), args.get(2).given())))?;
    let name = text_argument(vm, name, "typealias", "name")?;
    let parameters = match parameters {
        None => Tuple::empty(vm)?,
        Some(given) => match given.downcast::<Tuple>(vm) {
            Some(parameters) => parameters,
            None => return Err(vm.raise(Exc::TypeError, "type_params must be a tuple")),
        },
    };
    let mut defaults = false;
    for i in 0..parameters.get(vm).len() {
        let parameter = parameters.get(vm).at(i);
        if !is_type_parameter(vm, parameter) || parameter.downcast::<TypeAlias>(vm).is_some() {
            let shown = vm.repr_string(parameter)?;
            return Err(vm.raise(Exc::TypeError, format!("Expected a type param, got {shown}")));
        }
        let has_default = vm.call_method(parameter, "has_default", &[])? == Value::TRUE;
        if defaults && !has_default {
            let shown = vm.str_string(parameter)?;
            let message = format!("non-default type parameter '{shown}' follows default type parameter");
            return Err(vm.raise(Exc::TypeError, message));
        }
        defaults |= has_default;
    }
    let module = caller_module(vm)?;
    let shape = class.get(vm).root_shape;
    let alias = TypeAlias { header: HeaderWord::NEW, name, parameters, value: Some(value), evaluate: None, module };
    Ok(vm.new_object(shape, alias)?.value())
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).name)
}

fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    super::parameter::unpack_iterator(vm, this)
}

fn subscript(vm: &mut Vm, this: Value, item: Value) -> Result<Value, Raised> {
    if expect(vm, this).get(vm).parameters.get(vm).is_empty() {
        return Err(vm.raise(Exc::TypeError, "Only generic type aliases are subscriptable"));
    }
    generic_alias::new(vm, this, item)
}

fn get_name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).name)
}

fn get_type_params(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).parameters.value())
}

fn get_parameters(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let parameters = expect(vm, this).get(vm).parameters;
    Ok(unpack_type_var_tuples(vm, parameters)?.value())
}

fn get_value(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let TypeAlias { value, evaluate: function, .. } = *expect(vm, this).get(vm);
    match (value, function) {
        (Some(value), _) => Ok(value),
        (None, Some(function)) => {
            let value = evaluate(vm, function)?;
            expect(vm, this).get_mut(vm).value = Some(value);
            Ok(value)
        }
        (None, None) => Ok(Value::NONE),
    }
}

fn get_evaluate(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let TypeAlias { value, evaluate, .. } = *expect(vm, this).get(vm);
    match (evaluate, value) {
        (Some(evaluate), _) => Ok(evaluate),
        (None, Some(value)) => super::parameter::constant_evaluator(vm, value),
        (None, None) => Ok(Value::NONE),
    }
}

fn get_module(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).module.unwrap_or(Value::NONE))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(expect(vm, args.get(0)).get(vm).name)
}

const GETSET: &[GetSetDef] = &[
    getter("__name__", get_name, "").member(),
    getter("__parameters__", get_parameters, ""),
    getter("__type_params__", get_type_params, ""),
    getter("__value__", get_value, ""),
    getter("evaluate_value", get_evaluate, ""),
    getter("__module__", get_module, ""),
];

const METHODS: &[MethodDef] = &[method("__reduce__($self, /)", reduce, "")];

pub static TYPE: TypeSpec = TypeSpec {
    name: "TypeAliasType",
    module: "typing",
    layout: Some(<TypeAlias as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        repr: Some(repr),
        iter: Some(iter),
        subscript: Some(subscript),
        or: Some(crate::types::union::or),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "Type alias.",
    flags: WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
