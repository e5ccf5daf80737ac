//! `types.SimpleNamespace`: attributes given as keywords, and a repr that shows them.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord};
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::spec::{BASETYPE, GetSetDef, HAS_DICT, MethodDef, TypeSpec, getter, method};
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::object::qualified_type_name;
use crate::types::object::{self, Object};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

/// A new namespace with the items of a dict as attributes (for `sys.implementation`).
pub fn from_dict(vm: &mut Vm, attributes: Gc<Dict>) -> Result<Value, Raised> {
    let class = vm.class(Builtin::SimpleNamespace);
    let shape = class.get(vm).root_shape;
    let namespace = vm.new_object(shape, Object { header: HeaderWord::NEW })?.value();
    let dict = dict_of(vm, namespace)?;
    Dict::update_from(dict, vm, attributes)?;
    Ok(namespace)
}

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    object::new_instance(vm, class)
}

fn dict_of(vm: &mut Vm, this: Value) -> Result<Gc<Dict>, Raised> {
    match vm.instance_dict(this)? {
        Some(dict) => Ok(dict),
        None => Dict::new(vm),
    }
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    if args.len() > 1 {
        let name = vm.type_name(this);
        let message = format!("{name} expected at most 1 argument, got {}", args.len());
        return Err(vm.raise(Exc::TypeError, message));
    }
    let dict = dict_of(vm, this)?;
    if args.len() == 1 {
        let given = Dict::new(vm)?;
        Dict::update_any(given, vm, args.get(0))?;
        let mut at = 0;
        while let Some((number, entry)) = given.get(vm).next_entry(vm, at) {
            at = number + 1;
            if entry.key.downcast::<Str>(vm).is_none() {
                let got = vm.type_name(entry.key);
                return Err(vm.raise(Exc::TypeError, format!("keywords must be strings, not {got}")));
            }
        }
        Dict::update_from(dict, vm, given)?;
    }
    args.check_keys(vm)?;
    for i in 0..args.keyword_count() {
        if let Some((key, value)) = args.keyword(vm, i) {
            Dict::set(dict, vm, key, value)?;
        }
    }
    Ok(())
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let exact = vm.is_exact(this, Builtin::SimpleNamespace);
    let name = if exact { "namespace".to_owned() } else { vm.type_name(this) };
    vm.guarded_repr(this, &format!("{name}(...)"), |vm, out| {
        out.push_str(&name);
        out.push_str("(");
        let dict = dict_of(vm, this)?;
        let (mut at, mut first) = (0, true);
        while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
            at = number + 1;
            if entry.key.downcast::<Str>(vm).is_none_or(|key| key.get(vm).is_empty()) {
                continue;
            }
            if !first {
                out.push_str(", ");
            }
            first = false;
            vm.push_str_value(out, entry.key)?;
            out.push_str("=");
            vm.push_repr(out, entry.value)?;
        }
        out.push_str(")");
        Ok(())
    })
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    if !vm.is_a(a, Builtin::SimpleNamespace) || !vm.is_a(b, Builtin::SimpleNamespace) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (x, y) = (dict_of(vm, a)?, dict_of(vm, b)?);
    vm.compare(x.value(), y.value(), op)
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let class = vm.type_of(this).value();
    let (empty, dict) = (Tuple::empty(vm)?.value(), dict_of(vm, this)?.value());
    Ok(Tuple::from_values(vm, &[class, empty, dict])?.value())
}

fn replace(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, changes] = args.all();
    let class = vm.type_of(this).value();
    let copy = vm.call(class, &[])?;
    if !vm.is_a(copy, Builtin::SimpleNamespace) {
        let (class, got) = (qualified_type_name(vm, this)?, qualified_type_name(vm, copy)?);
        let message = format!("expect types.SimpleNamespace type, but {class}() returned '{got}' object");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let (from, to) = (dict_of(vm, this)?, dict_of(vm, copy)?);
    Dict::update_from(to, vm, from)?;
    Dict::update_any(to, vm, changes)?;
    Ok(copy)
}

const METHODS: &[MethodDef] = &[
    method("__reduce__($self, /)", reduce, "Return state information for pickling"),
    method(
        "__replace__($self, /, **changes)",
        replace,
        "Return a copy of the namespace object with new values for the specified attributes.",
    ),
];

const GETSET: &[GetSetDef] = &[getter("__dict__", object::get_dict, "").member()];

pub static TYPE: TypeSpec = TypeSpec {
    name: "SimpleNamespace",
    module: "types",
    slots: Slots {
        new: Some(new),
        init: Some(init),
        repr: Some(repr),
        richcompare: Some(richcompare),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "SimpleNamespace(mapping_or_iterable=(), /, **kwargs)\n--\n\nA simple attribute-based namespace.",
    flags: BASETYPE | HAS_DICT,
    ..TypeSpec::DEFAULT
};
