//! `mappingproxy`: a read-only view of a mapping.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::names::name;
use crate::number::Operator;
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::slots::{Comparison, Slots};
use crate::spec::{MAPPING, MethodDef, TypeSpec, class_method, method};
use crate::types::Builtin;
use crate::types::list::methods::class_getitem;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `mappingproxy`.
    pub struct MappingProxy = Builtin::MappingProxy {
        pub mapping: Value,
    }
}

/// A read-only view of a mapping.
pub fn new(vm: &mut Vm, mapping: Value) -> Result<Value, Raised> {
    Ok(vm.new_exact(MappingProxy { header: HeaderWord::NEW, mapping })?.value())
}

fn mapping_of(vm: &Vm, this: Value) -> Value {
    this.expect::<MappingProxy>(vm).get(vm).mapping
}

/// The mapping behind a proxy, any other value as it is.
fn unwrap(vm: &Vm, value: Value) -> Value {
    value.exact::<MappingProxy>().map_or(value, |proxy| proxy.get(vm).mapping)
}

fn new_proxy(vm: &mut Vm, _: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("mappingproxy(mapping)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let mapping = args.get(0);
        let is_mapping = vm.slots(mapping).subscript.is_some()
            && !vm.is_a(mapping, Builtin::List)
            && !vm.is_a(mapping, Builtin::Tuple);
        if !is_mapping {
            let got = vm.type_name(mapping);
            let message = format!("mappingproxy() argument must be a mapping, not {got}");
            return Err(vm.raise(Exc::TypeError, message));
        }
        new(vm, mapping)
    })
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let mapping = mapping_of(vm, this);
    let mut out = taipan_text::TextBuf::from("mappingproxy(");
    vm.push_repr(&mut out, mapping)?;
    out.push_str(")");
    Ok(crate::types::str::Str::from_text(vm, out.as_text())?.value())
}

fn str(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let mapping = mapping_of(vm, this);
    vm.str(mapping)
}

fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let mapping = mapping_of(vm, this);
    vm.hash(mapping)
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let mapping = mapping_of(vm, a);
    vm.compare(mapping, b, op)
}

fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let mapping = mapping_of(vm, this);
    vm.iter(mapping)
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    let mapping = mapping_of(vm, this);
    vm.length(mapping)
}

fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    let mapping = mapping_of(vm, this);
    vm.get_item(mapping, key)
}

fn contains(vm: &mut Vm, this: Value, key: Value) -> Result<bool, Raised> {
    let mapping = mapping_of(vm, this);
    vm.contains(mapping, key)
}

fn or(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let (a, b) = (unwrap(vm, a), unwrap(vm, b));
    vm.binary(Operator::Or, a, b)
}

fn ior(vm: &mut Vm, _: Value, _: Value) -> Result<Value, Raised> {
    Err(vm.raise(Exc::TypeError, "'|=' is not supported by mappingproxy; use '|' instead"))
}

fn get(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, key, default] = args.all();
    let mapping = mapping_of(vm, this);
    vm.call_method_name(mapping, name::GET_METHOD, &[key, default.given().unwrap_or(Value::NONE)])
}

fn keys(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mapping = mapping_of(vm, args.get(0));
    vm.call_method_name(mapping, name::KEYS, &[])
}

fn values(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mapping = mapping_of(vm, args.get(0));
    vm.call_method_name(mapping, name::VALUES, &[])
}

fn items(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mapping = mapping_of(vm, args.get(0));
    vm.call_method_name(mapping, name::ITEMS, &[])
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mapping = mapping_of(vm, args.get(0));
    vm.call_method(mapping, "copy", &[])
}

fn reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mapping = mapping_of(vm, args.get(0));
    vm.call_method_name(mapping, name::REVERSED, &[])
}

const METHODS: &[MethodDef] = &[
    method("get($self, key, default=None, /)", get, "Return the value for key if key is in the mapping, else default."),
    method("keys($self, /)", keys, "D.keys() -> a set-like object providing a view on D's keys"),
    method("values($self, /)", values, "D.values() -> an object providing a view on D's values"),
    method("items($self, /)", items, "D.items() -> a set-like object providing a view on D's items"),
    method("copy($self, /)", copy, "D.copy() -> a shallow copy of D"),
    class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "mappingproxy objects are generic over two types, signifying (respectively) the types of their keys and values",
    ),
    method("__reversed__($self, /)", reversed, "D.__reversed__() -> reverse iterator"),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "mappingproxy",
    layout: Some(<MappingProxy as HeapObject>::native),
    slots: Slots {
        new: Some(new_proxy),
        repr: Some(repr),
        str: Some(str),
        hash: Some(hash),
        richcompare: Some(richcompare),
        iter: Some(iter),
        len: Some(len),
        subscript: Some(subscript),
        contains: Some(contains),
        or: Some(or),
        ior: Some(ior),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    doc: "mappingproxy(mapping)\n--\n\nRead-only proxy of a mapping.",
    flags: MAPPING,
    ..TypeSpec::DEFAULT
};
