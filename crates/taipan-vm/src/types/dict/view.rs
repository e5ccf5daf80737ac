//! `dict_keys`, `dict_values` and `dict_items`: live views of a dict; keys and items behave as sets.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::{Comparison, Slots};
use crate::spec::{GetSetDef, MethodDef, NO_NEW, TypeSpec, getter, method};
use crate::types::Builtin;
use crate::types::dict::{Dict, iterator};
use crate::types::set::Set;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// A view of a dict; the type says of what.
    pub struct DictView {
        pub dict: Gc<Dict>,
    }
}

/// A new view of one of the three types.
pub fn new(vm: &mut Vm, dict: Gc<Dict>, kind: Builtin) -> Result<Value, Raised> {
    Ok(vm.new_object(kind as u32, DictView { header: HeaderWord::NEW, dict })?.value())
}

fn dict_of(vm: &Vm, this: Value) -> Gc<Dict> {
    this.expect::<DictView>(vm).get(vm).dict
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    vm.guarded_repr(this, "...", |vm, out| {
        out.push_str(&vm.class_name(this));
        out.push_str("(");
        let list = vm.list_of(this)?;
        vm.push_repr(out, list.value())?;
        out.push_str(")");
        Ok(())
    })
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    Ok(dict_of(vm, this).get(vm).len())
}

fn iter_keys(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let dict = dict_of(vm, this);
    iterator::new(vm, dict, Builtin::DictKeyIterator)
}

fn iter_values(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let dict = dict_of(vm, this);
    iterator::new(vm, dict, Builtin::DictValueIterator)
}

fn iter_items(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let dict = dict_of(vm, this);
    iterator::new(vm, dict, Builtin::DictItemIterator)
}

fn reversed_keys(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = dict_of(vm, args.get(0));
    iterator::new(vm, dict, Builtin::DictReverseKeyIterator)
}

fn reversed_values(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = dict_of(vm, args.get(0));
    iterator::new(vm, dict, Builtin::DictReverseValueIterator)
}

fn reversed_items(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = dict_of(vm, args.get(0));
    iterator::new(vm, dict, Builtin::DictReverseItemIterator)
}

fn contains_key(vm: &mut Vm, this: Value, key: Value) -> Result<bool, Raised> {
    let dict = dict_of(vm, this);
    Ok(Dict::find(dict, vm, key)?.is_some())
}

fn contains_item(vm: &mut Vm, this: Value, item: Value) -> Result<bool, Raised> {
    let dict = dict_of(vm, this);
    let Some(pair) = item.downcast::<Tuple>(vm) else { return Ok(false) };
    let [key, value] = *pair.get(vm).items() else { return Ok(false) };
    match Dict::get_item(dict, vm, key)? {
        Some(found) => vm.is_equal(found, value),
        None => Ok(false),
    }
}

/// Whether an object is a keys or items view (of a dict or of a subclass's own kind).
pub fn is_set_like(vm: &mut Vm, value: Value) -> bool {
    vm.is_a(value, Builtin::DictKeys) || vm.is_a(value, Builtin::DictItems)
}

fn all_in(vm: &mut Vm, elements: Value, container: Value) -> Result<bool, Raised> {
    let iterator = vm.iter(elements)?;
    while let Some(element) = vm.next(iterator)? {
        if !vm.contains(container, element)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    if b.downcast::<Set>(vm).is_none() && !is_set_like(vm, b) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (m, n) = (vm.length(a)?, vm.length(b)?);
    let result = match op {
        Comparison::Eq | Comparison::Ne => (m == n && all_in(vm, a, b)?) == (op == Comparison::Eq),
        Comparison::Lt => m < n && all_in(vm, a, b)?,
        Comparison::Le => m <= n && all_in(vm, a, b)?,
        Comparison::Gt => m > n && all_in(vm, b, a)?,
        Comparison::Ge => m >= n && all_in(vm, b, a)?,
    };
    Ok(Value::bool(result))
}

fn set_of(vm: &mut Vm, iterable: Value) -> Result<Gc<Set>, Raised> {
    let set = Set::new(vm)?;
    Set::update(set, vm, iterable)?;
    Ok(set)
}

fn and(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    // The reflected form has the view on the right.
    let (view, other) = if is_set_like(vm, a) { (a, b) } else { (b, a) };
    let (view, other) =
        if is_set_like(vm, other) && vm.length(other)? > vm.length(view)? { (other, view) } else { (view, other) };
    let set = Set::new(vm)?;
    let iterator = vm.iter(other)?;
    while let Some(element) = vm.next(iterator)? {
        if vm.contains(view, element)? {
            Set::add(set, vm, element)?;
        }
    }
    Ok(set.value())
}

fn sub(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let set = set_of(vm, a)?;
    Set::difference_update(set, vm, b)?;
    Ok(set.value())
}

fn or(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let set = set_of(vm, a)?;
    Set::update(set, vm, b)?;
    Ok(set.value())
}

fn xor(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let set = set_of(vm, a)?;
    let other = set_of(vm, b)?;
    Set::symmetric_difference_update(set, vm, other)?;
    Ok(set.value())
}

fn isdisjoint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, other] = args.all();
    if this == other {
        return Ok(Value::bool(vm.length(this)? == 0));
    }
    let (mut view, mut other) = (this, other);
    if (is_set_like(vm, other) || other.downcast::<Set>(vm).is_some()) && vm.length(other)? > vm.length(view)? {
        (view, other) = (other, view);
    }
    let iterator = vm.iter(other)?;
    while let Some(element) = vm.next(iterator)? {
        if vm.contains(view, element)? {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}

fn mapping(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let dict = dict_of(vm, this);
    crate::types::mappingproxy::new(vm, dict.value())
}

const MAPPING_DOC: &str = "dictionary that this view refers to";
const GETSET: &[GetSetDef] = &[getter("mapping", mapping, MAPPING_DOC)];
const DISJOINT_DOC: &str = "Return True if the view and the given iterable have a null intersection.";

const fn set_slots() -> Slots {
    Slots {
        repr: Some(repr),
        richcompare: Some(richcompare),
        len: Some(len),
        and: Some(and),
        sub: Some(sub),
        or: Some(or),
        xor: Some(xor),
        ..Slots::DEFAULT
    }
}

const KEYS_METHODS: &[MethodDef] = &[
    method("isdisjoint($self, object, /)", isdisjoint, DISJOINT_DOC),
    method("__reversed__($self, /)", reversed_keys, "Return a reverse iterator over the dict keys."),
];
const ITEMS_METHODS: &[MethodDef] = &[
    method("isdisjoint($self, object, /)", isdisjoint, DISJOINT_DOC),
    method("__reversed__($self, /)", reversed_items, "Return a reverse iterator over the dict items."),
];
const VALUES_METHODS: &[MethodDef] =
    &[method("__reversed__($self, /)", reversed_values, "Return a reverse iterator over the dict values.")];

pub static KEYS: TypeSpec = TypeSpec {
    name: "dict_keys",
    layout: Some(<DictView as HeapObject>::native),
    slots: Slots { iter: Some(iter_keys), contains: Some(contains_key), ..set_slots() },
    methods: KEYS_METHODS,
    getset: GETSET,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

pub static ITEMS: TypeSpec = TypeSpec {
    name: "dict_items",
    layout: Some(<DictView as HeapObject>::native),
    slots: Slots { iter: Some(iter_items), contains: Some(contains_item), ..set_slots() },
    methods: ITEMS_METHODS,
    getset: GETSET,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

pub static VALUES: TypeSpec = TypeSpec {
    name: "dict_values",
    layout: Some(<DictView as HeapObject>::native),
    slots: Slots { repr: Some(repr), iter: Some(iter_values), len: Some(len), ..Slots::DEFAULT },
    methods: VALUES_METHODS,
    getset: GETSET,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
