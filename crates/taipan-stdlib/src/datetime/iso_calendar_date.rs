//! `IsoCalendarDate`: the named tuple of `isocalendar()`.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::Raised;
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{GetSetDef, MethodDef, TypeSpec, getter, method};
use taipan_vm::types::Builtin;
use taipan_vm::types::tuple::{self, Tuple};
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// A new instance.
pub fn make(vm: &mut Vm, parts: [Value; 3]) -> Result<Value, Raised> {
    let class = class_of_spec(vm, &TYPE)?;
    of_class(vm, class, parts)
}

fn of_class(vm: &mut Vm, class: Gc<Type>, parts: [Value; 3]) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    let tuple = Tuple::new_uninit(vm, shape, 3)?;
    tuple.get_mut(vm).items_mut().copy_from_slice(&parts);
    Ok(tuple.value())
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("IsoCalendarDate(year, week, weekday)");
    args.bind(vm, &SIGNATURE, |vm, args| of_class(vm, class, args.all()))
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let this = this.expect::<Tuple>(vm);
    let mut parts = Vec::new();
    for (i, name) in ["year", "week", "weekday"].iter().enumerate() {
        let part = this.get(vm).at(i);
        parts.push(format!("{name}={}", vm.repr_string(part)?));
    }
    vm.new_str(&format!("datetime.IsoCalendarDate({})", parts.join(", ")))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Tuple>(vm);
    let class = vm.class(Builtin::Tuple).value();
    let plain = Tuple::slice(this, vm, 0, 3)?.value();
    let arguments = Tuple::from_values(vm, &[plain])?.value();
    Ok(Tuple::from_values(vm, &[class, arguments])?.value())
}

fn get_year(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<Tuple>(vm).get(vm).at(0))
}

fn get_week(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<Tuple>(vm).get(vm).at(1))
}

fn get_weekday(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<Tuple>(vm).get(vm).at(2))
}

const METHODS: &[MethodDef] = &[method("__reduce__($self, /)", reduce, "")];

const GETSET: &[GetSetDef] =
    &[getter("year", get_year, ""), getter("week", get_week, ""), getter("weekday", get_weekday, "")];

/// The class `IsoCalendarDate`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "IsoCalendarDate",
    module: "datetime",
    base: Some(&tuple::TYPE),
    slots: Slots { new: Some(new), repr: Some(repr), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "The result of date.isocalendar() or datetime.isocalendar()\n\nThis object may be accessed either as a tuple of\n  ((year, week, weekday))\nor via the object attributes as named in the above tuple.",
    ..TypeSpec::DEFAULT
};
