//! `functools.cmp_to_key`: keys that compare by a three-way function.

use taipan_vm::args::Args;
use taipan_vm::gc::{HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::{Comparison, Slots};
use taipan_vm::spec::{GetSetDef, NO_NEW, TypeSpec, getset, getter};
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// The function `cmp_to_key` gives (no object yet), and the keys it makes.
    pub struct KeyWrapper {
        function: Value,
        object: Option<Value>,
    }
}

fn new(vm: &mut Vm, function: Value, object: Option<Value>) -> Result<Value, Raised> {
    let shape = class_of_spec(vm, &KEY_WRAPPER)?.get(vm).root_shape;
    Ok(vm.new_object(shape, KeyWrapper { header: HeaderWord::NEW, function, object })?.value())
}

/// `cmp_to_key(mycmp)`.
pub fn cmp_to_key(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    new(vm, args.get(0), None)
}

fn call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("K(obj)");
    let function = this.expect::<KeyWrapper>(vm).get(vm).function;
    args.bind(vm, &SIGNATURE, |vm, args| new(vm, function, Some(args.get(0))))
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (x, Some(y)) = (a.expect::<KeyWrapper>(vm), b.downcast::<KeyWrapper>(vm)) else {
        return Err(vm.raise(Exc::TypeError, "other argument must be K instance"));
    };
    let function = x.get(vm).function;
    let (Some(x), Some(y)) = (x.get(vm).object, y.get(vm).object) else {
        return Err(vm.raise(Exc::AttributeError, "object"));
    };
    let order = vm.call(function, &[x, y])?;
    vm.compare(order, Value::int(0), op)
}

fn get_object(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<KeyWrapper>(vm).get(vm).object.unwrap_or(Value::NONE))
}

fn set_object(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    this.expect::<KeyWrapper>(vm).get_mut(vm).object = value;
    Ok(())
}

fn get_text_signature(vm: &mut Vm, _: Value) -> Result<Value, Raised> {
    vm.new_str("(obj)")
}

const GETSET: &[GetSetDef] = &[
    getset("obj", get_object, set_object, "Value wrapped by a key function.").member(),
    getter("__text_signature__", get_text_signature, ""),
];

pub static KEY_WRAPPER: TypeSpec = TypeSpec {
    name: "KeyWrapper",
    module: "functools",
    layout: Some(<KeyWrapper as HeapObject>::native),
    slots: Slots { call: Some(call), richcompare: Some(richcompare), ..Slots::DEFAULT },
    getset: GETSET,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
