//! `collections.OrderedDict`: a dict whose entries can be moved to either end.
//!
//! `front` is a number below which the dict has no entries, valid while the dict's storage is `front_storage`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::{Comparison, Slots};
use taipan_vm::spec::{BASETYPE, GetSetDef, HAS_DICT, MethodDef, TypeSpec, WEAKREFABLE, class_method, getset, method};
use taipan_vm::types::dict::storage::DictStorage;
use taipan_vm::types::dict::{self, Dict, Entry};
use taipan_vm::types::object;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

pub mod views;

use views::{Kind, iterator, view};

heap_object! {
    /// An ordered dict.
    pub struct OrderedDict : Dict {
        front: usize,
        front_storage: Option<Gc<DictStorage>>,
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, OrderedDict { base: Dict::EMPTY, front: 0, front_storage: None })?.value())
}

/// RuntimeError for a change during an iteration.
fn raise_mutated(vm: &mut Vm) -> Raised {
    vm.raise(Exc::RuntimeError, "OrderedDict mutated during iteration")
}

fn is_exact(vm: &mut Vm, this: Value) -> Result<bool, Raised> {
    let class = class_of_spec(vm, &TYPE)?;
    Ok(vm.type_of(this) == class)
}

/// The first entry and its number.
fn first_entry(vm: &mut Vm, this: Value) -> Option<(usize, Entry)> {
    let (own, dict) = (this.expect::<OrderedDict>(vm), this.expect::<Dict>(vm));
    let storage = dict.get(vm).indexed_storage(vm);
    let OrderedDict { front, front_storage, .. } = *own.get(vm);
    let start = if storage.is_some() && storage == front_storage { front } else { 0 };
    let found = dict.get(vm).next_entry(vm, start)?;
    let own = own.get_mut(vm);
    (own.front, own.front_storage) = (found.0, storage);
    Some(found)
}

/// `self.update(*args, **kwargs)` through `__setitem__`.
fn update_from(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    if args.len() > 1 {
        let message = format!("update() takes at most 1 positional argument ({} given)", args.len());
        return Err(vm.raise(Exc::TypeError, message));
    }
    if args.len() == 1 {
        update_one(vm, this, args.get(0))?;
    }
    for i in 0..args.keyword_count() {
        if let Some((key, value)) = args.keyword(vm, i) {
            vm.set_item(this, key, Some(value))?;
        }
    }
    Ok(())
}

fn update_one(vm: &mut Vm, this: Value, other: Value) -> Result<(), Raised> {
    let dict = this.expect::<Dict>(vm);
    if is_exact(vm, this)? && other.exact::<Dict>().is_some() {
        return Dict::update_any(dict, vm, other);
    }
    if other.exact::<Dict>().is_none() && vm.get_attr_opt_name(other, name::KEYS)?.is_some() {
        let keys = vm.call_method_name(other, name::KEYS, &[])?;
        let iterator = vm.iter(keys)?;
        while let Some(key) = vm.next(iterator)? {
            let value = vm.get_item(other, key)?;
            vm.set_item(this, key, Some(value))?;
        }
        return Ok(());
    }
    let pairs = match vm.get_attr_opt_name(other, name::ITEMS)? {
        Some(items) => vm.call(items, &[])?,
        None => other,
    };
    let iterator = vm.iter(pairs)?;
    while let Some(pair) = vm.next(iterator)? {
        let (key, value) = unpack(vm, pair)?;
        vm.set_item(this, key, Some(value))?;
    }
    Ok(())
}

fn unpack(vm: &mut Vm, pair: Value) -> Result<(Value, Value), Raised> {
    let items = vm.iter(pair)?;
    let mut found = [None, None];
    for (n, slot) in found.iter_mut().enumerate() {
        *slot = vm.next(items)?;
        if slot.is_none() {
            let s = if n == 1 { "" } else { "s" };
            return Err(vm.raise(Exc::ValueError, format!("need more than {n} value{s} to unpack")));
        }
    }
    if vm.next(items)?.is_some() {
        return Err(vm.raise(Exc::ValueError, "too many values to unpack (expected 2)"));
    }
    match found {
        [Some(key), Some(value)] => Ok((key, value)),
        _ => Ok((Value::NONE, Value::NONE)),
    }
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    if args.len() > 1 {
        let message = format!("expected at most 1 argument, got {}", args.len());
        return Err(vm.raise(Exc::TypeError, message));
    }
    update_from(vm, this, args)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let name = vm.class_name(this);
    let dict = this.expect::<Dict>(vm);
    if dict.get(vm).is_empty() {
        return vm.new_str(&format!("{name}()"));
    }
    vm.guarded_repr(this, "...", |vm, out| {
        let copy = Dict::new(vm)?;
        Dict::update_mapping(copy, vm, this)?;
        out.push_str(&name);
        out.push_str("(");
        vm.push_repr(out, copy.value())?;
        out.push_str(")");
        Ok(())
    })
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (x, Some(y)) = (a.expect::<Dict>(vm), b.downcast::<Dict>(vm)) else { return Ok(Value::NOT_IMPLEMENTED) };
    if !matches!(op, Comparison::Eq | Comparison::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let mut equal = dict::methods::equal(vm, x, y)?;
    if equal && b.downcast::<OrderedDict>(vm).is_some() {
        let (mut i, mut j) = (0, 0);
        let (p, q) = (x.get(vm).structure(), y.get(vm).structure());
        while equal {
            let ((m, left), (n, right)) = match (x.get(vm).next_entry(vm, i), y.get(vm).next_entry(vm, j)) {
                (Some(left), Some(right)) => (left, right),
                (None, None) => break,
                // The comparison as dicts has changed one of them.
                _ => {
                    equal = false;
                    break;
                }
            };
            (i, j) = (m + 1, n + 1);
            equal = vm.is_equal(left.key, right.key)?;
            if equal && (x.get(vm).structure() != p || y.get(vm).structure() != q) {
                return Err(raise_mutated(vm));
            }
        }
    }
    Ok(Value::bool(equal == (op == Comparison::Eq)))
}

fn or(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let this = if a.downcast::<OrderedDict>(vm).is_some() { a } else { b };
    let other = if this == a { b } else { a };
    if other.downcast::<Dict>(vm).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let class = vm.type_of(this).value();
    let new = vm.call(class, &[a])?;
    if new.downcast::<OrderedDict>(vm).is_some() {
        update_one(vm, new, b)?;
    } else {
        vm.call_method_name(new, name::UPDATE, &[b])?;
    }
    Ok(new)
}

fn ior(vm: &mut Vm, this: Value, other: Value) -> Result<Value, Raised> {
    update_one(vm, this, other)?;
    Ok(this)
}

fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    iterator(vm, this, Kind::Keys, false)
}

fn fromkeys(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, iterable, value] = args.all();
    let value = value.given().unwrap_or(Value::NONE);
    let new = vm.call(class, &[])?;
    let iterator = vm.iter(iterable)?;
    while let Some(key) = vm.next(iterator)? {
        vm.set_item(new, key, Some(value))?;
    }
    Ok(new)
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = args.receiver::<Dict>(vm);
    let bytes = Dict::byte_size(dict, vm);
    Ok(Value::int(bytes))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let state = vm.call_method_name(this, name::GETSTATE, &[])?;
    let items = vm.call_method_name(this, name::ITEMS, &[])?;
    let items = vm.iter(items)?;
    let (class, empty) = (vm.type_of(this).value(), Tuple::empty(vm)?.value());
    Ok(Tuple::from_values(vm, &[class, empty, state, Value::NONE, items])?.value())
}

fn setdefault(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, key, default] = args.all();
    let default = default.given().unwrap_or(Value::NONE);
    if is_exact(vm, this)? {
        let dict = this.expect::<Dict>(vm);
        if let Some(value) = Dict::get_item(dict, vm, key)? {
            return Ok(value);
        }
        Dict::set(dict, vm, key, default)?;
        return Ok(default);
    }
    if vm.contains(this, key)? {
        return vm.get_item(this, key);
    }
    vm.set_item(this, key, Some(default))?;
    Ok(default)
}

fn pop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (dict, [key, default]) = args.method::<Dict, 2>(vm);
    match Dict::remove(dict, vm, key)?.or(default.given()) {
        Some(value) => Ok(value),
        None => Err(vm.raise_with(Exc::KeyError, &[key])),
    }
}

fn last_argument(vm: &mut Vm, last: Value) -> Result<bool, Raised> {
    match last.given() {
        Some(last) => vm.is_true(last),
        None => Ok(true),
    }
}

fn end_entry(vm: &mut Vm, this: Value, last: bool) -> Option<(usize, Entry)> {
    let dict = this.expect::<Dict>(vm);
    if dict.get(vm).is_empty() {
        return None;
    }
    if last { dict.get(vm).previous_entry(vm, dict.get(vm).entry_count() - 1) } else { first_entry(vm, this) }
}

fn popitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, last] = args.all();
    let last = last_argument(vm, last)?;
    let Some((number, entry)) = end_entry(vm, this, last) else {
        let text = vm.new_str("dictionary is empty")?;
        return Err(vm.raise_with(Exc::KeyError, &[text]));
    };
    let pair = Tuple::from_values(vm, &[entry.key, entry.value])?;
    let dict = this.expect::<Dict>(vm);
    if last {
        Dict::remove_last(dict, vm, number);
    } else {
        Dict::remove_at(dict, vm, number);
    }
    Ok(pair.value())
}

fn move_to_end(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, key, last] = args.all();
    let last = last_argument(vm, last)?;
    let dict = this.expect::<Dict>(vm);
    let found = if dict.get(vm).is_empty() { None } else { Dict::find(dict, vm, key)? };
    let Some(number) = found else { return Err(vm.raise_with(Exc::KeyError, &[key])) };
    let Some((end, _)) = end_entry(vm, this, last) else { return Ok(Value::NONE) };
    if end == number {
        return Ok(Value::NONE);
    }
    if last {
        Dict::move_to_back(dict, vm, number)?;
    } else {
        let front = Dict::move_to_front(dict, vm, number, end)?;
        let storage = dict.get(vm).indexed_storage(vm);
        let own = this.expect::<OrderedDict>(vm).get_mut(vm);
        (own.front, own.front_storage) = (front, storage);
    }
    Ok(Value::NONE)
}

fn keys(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    view(vm, args.get(0), Kind::Keys)
}

fn values(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    view(vm, args.get(0), Kind::Values)
}

fn items(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    view(vm, args.get(0), Kind::Items)
}

fn update(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    update_from(vm, args.get(0), args.skip(1))?;
    Ok(Value::NONE)
}

fn clear(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = args.receiver::<Dict>(vm);
    Dict::clear(dict, vm);
    Ok(Value::NONE)
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let class = vm.type_of(this).value();
    let new = vm.call(class, &[])?;
    let dict = this.expect::<Dict>(vm);
    let exact = is_exact(vm, this)?;
    let structure = dict.get(vm).structure();
    let mut at = 0;
    while let Some((number, Entry { key, .. })) = dict.get(vm).next_entry(vm, at) {
        at = number + 1;
        let value = if !exact {
            vm.get_item(this, key)?
        } else if let Some(value) = Dict::get_item(dict, vm, key)? {
            value
        } else {
            return Err(vm.raise_with(Exc::KeyError, &[key]));
        };
        if dict.get(vm).structure() == structure {
            vm.set_item(new, key, Some(value))?;
        }
        if dict.get(vm).structure() != structure {
            return Err(raise_mutated(vm));
        }
    }
    Ok(new)
}

fn reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    iterator(vm, args.get(0), Kind::Keys, true)
}

const METHODS: &[MethodDef] = &[
    class_method(
        "fromkeys($type, /, iterable, value=None)",
        fromkeys,
        "Create a new ordered dictionary with keys from iterable and values set to value.",
    ),
    method("__sizeof__($self, /)", sizeof, ""),
    method("__reduce__($self, /)", reduce, "Return state information for pickling"),
    method(
        "setdefault($self, /, key, default=None)",
        setdefault,
        "Insert key with a value of default if key is not in the dictionary.\n\nReturn the value for key if key is in the dictionary, else default.",
    ),
    method(
        "pop($self, /, key, default=<unrepresentable>)",
        pop,
        "od.pop(key[,default]) -> v, remove specified key and return the corresponding value.\n\nIf the key is not found, return the default if given; otherwise,\nraise a KeyError.",
    ),
    method(
        "popitem($self, /, last=True)",
        popitem,
        "Remove and return a (key, value) pair from the dictionary.\n\nPairs are returned in LIFO order if last is true or FIFO order if\nfalse.",
    ),
    method("keys($self, /)", keys, ""),
    method("values($self, /)", values, ""),
    method("items($self, /)", items, ""),
    MethodDef::raw("update", update, "").any_keys(),
    method("clear($self, /)", clear, "Remove all items from ordered dict."),
    method("copy($self, /)", copy, "A shallow copy of ordered dict."),
    method("__reversed__($self, /)", reversed, "od.__reversed__() <==> reversed(od)"),
    method(
        "move_to_end($self, /, key, last=True)",
        move_to_end,
        "Move an existing element to the end (or beginning if last is false).\n\nRaise KeyError if the element does not exist.",
    ),
];

const GETSET: &[GetSetDef] = &[getset("__dict__", object::get_dict, object::set_dict, "")];

pub static TYPE: TypeSpec = TypeSpec {
    name: "OrderedDict",
    module: "collections",
    base: Some(&dict::TYPE),
    layout: Some(<OrderedDict as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        init: Some(init),
        repr: Some(repr),
        richcompare: Some(richcompare),
        iter: Some(iter),
        or: Some(or),
        ior: Some(ior),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "Dictionary that remembers insertion order",
    flags: BASETYPE | HAS_DICT | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
