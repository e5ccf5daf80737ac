//! `_tuplegetter`: the descriptor of a field of a named tuple.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{GetSetDef, MethodDef, TypeSpec, getset, method};
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// A descriptor that reads item `index` of a tuple.
    pub struct TupleGetter {
        pub index: isize,
        pub doc: Value,
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("_tuplegetter(index, doc, /)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [index, doc] = args.all();
        let index = vm.index_isize(index)?;
        let shape = class.get(vm).root_shape;
        Ok(vm.new_object(shape, TupleGetter { header: HeaderWord::NEW, index, doc })?.value())
    })
}

fn descr_get(vm: &mut Vm, this: Value, object: Option<Value>, _: Option<Value>) -> Result<Value, Raised> {
    let Some(object) = object.filter(|object| !object.is_none()) else { return Ok(this) };
    let index = this.expect::<TupleGetter>(vm).get(vm).index;
    let Some(tuple) = object.downcast::<Tuple>(vm) else {
        let got = vm.type_name(object);
        let message = format!("descriptor for index '{index}' for tuple subclasses doesn't apply to '{got}' object");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let item = usize::try_from(index).ok().and_then(|i| tuple.get(vm).items().get(i).copied());
    item.ok_or_else(|| vm.raise(Exc::IndexError, "tuple index out of range"))
}

fn descr_set(vm: &mut Vm, _: Value, _: Value, value: Option<Value>) -> Result<(), Raised> {
    let message = if value.is_some() { "can't set attribute" } else { "can't delete attribute" };
    Err(vm.raise(Exc::AttributeError, message))
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let TupleGetter { index, doc, .. } = *this.expect::<TupleGetter>(vm).get(vm);
    let doc = vm.repr_string(doc)?;
    let name = vm.type_name(this);
    vm.new_str(&format!("{name}({index}, {doc})"))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let TupleGetter { index, doc, .. } = *args.receiver::<TupleGetter>(vm).get(vm);
    let class = vm.type_of(args.get(0)).value();
    let index = vm.new_int(index as i64)?;
    let arguments = Tuple::from_values(vm, &[index, doc])?.value();
    Ok(Tuple::from_values(vm, &[class, arguments])?.value())
}

fn get_doc(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<TupleGetter>(vm).get(vm).doc)
}

fn set_doc(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    this.expect::<TupleGetter>(vm).get_mut(vm).doc = value.unwrap_or(Value::NONE);
    Ok(())
}

const METHODS: &[MethodDef] = &[method("__reduce__($self, /)", reduce, "").hidden()];
const GETSET: &[GetSetDef] = &[getset("__doc__", get_doc, set_doc, "").member()];

pub static TYPE: TypeSpec = TypeSpec {
    name: "_tuplegetter",
    module: "collections",
    layout: Some(<TupleGetter as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        descr_get: Some(descr_get),
        descr_set: Some(descr_set),
        repr: Some(repr),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::DEFAULT
};
