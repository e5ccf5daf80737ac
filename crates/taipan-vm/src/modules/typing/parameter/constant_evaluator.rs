//! `_typing._ConstEvaluator`: the evaluate function of a bound, constraint or default that was given as a value (PEP 649).

use super::ConstantEvaluator;
use crate::args::Args;
use crate::gc::{HeaderWord, HeapObject};
use crate::raise::Raised;
use crate::signature::Signature;
use crate::slots::Slots;
use crate::spec::TypeSpec;
use crate::types::Builtin;
use crate::types::generic_alias::substitute::item_text;
use crate::types::tuple::Tuple;
use crate::types::type_::class_of_spec;
use crate::value::Value;
use crate::vm::Vm;

/// `annotationlib.Format.STRING`.
const FORMAT_STRING: i32 = 4;

fn constant(vm: &Vm, this: Value) -> Value {
    this.downcast::<ConstantEvaluator>(vm).map_or(Value::NONE, |own| own.get(vm).value)
}

fn call_constant(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("constevaluator.__call__(format, /)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let value = constant(vm, this);
        if vm.index_i32(args.get(0))? != FORMAT_STRING {
            return Ok(value);
        }
        let text = match value.downcast::<Tuple>(vm) {
            Some(items) => {
                let mut parts = Vec::new();
                for i in 0..items.get(vm).len() {
                    let item = items.get(vm).at(i);
                    parts.push(type_text(vm, item)?);
                }
                format!("({})", parts.join(", "))
            }
            None => type_text(vm, value)?,
        };
        vm.new_str(&text)
    })
}

/// A type as annotations in the form of strings show it.
fn type_text(vm: &mut Vm, value: Value) -> Result<String, Raised> {
    if value == vm.class(Builtin::NoneType).value() {
        return Ok("None".to_owned());
    }
    item_text(vm, value)
}

fn constant_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let value = constant(vm, this);
    let text = vm.repr_string(value)?;
    vm.new_str(&format!("<constevaluator {text}>"))
}

static CONSTANT_EVALUATOR: TypeSpec = TypeSpec {
    name: "_ConstEvaluator",
    module: "_typing",
    layout: Some(<ConstantEvaluator as HeapObject>::native),
    slots: Slots { call: Some(call_constant), repr: Some(constant_repr), ..Slots::DEFAULT },
    flags: crate::spec::NO_NEW,
    ..TypeSpec::DEFAULT
};

/// A function that gives `value`.
pub fn constant_evaluator(vm: &mut Vm, value: Value) -> Result<Value, Raised> {
    let shape = class_of_spec(vm, &CONSTANT_EVALUATOR)?.get(vm).root_shape;
    Ok(vm.new_object(shape, ConstantEvaluator { header: HeaderWord::NEW, value })?.value())
}
