//! The slots and methods of `dict`.

use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::spec::{BASETYPE, MAPPING, MATCH_SELF, MethodDef, TypeSpec, class_method, method};
use crate::types::Builtin;
use crate::types::dict::{Dict, iterator, view};
use crate::types::list::methods::class_getitem;
use crate::types::set::Set;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Dict::EMPTY)?.value())
}

/// `dict.__init__`.
pub fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    let dict = this.expect::<Dict>(vm);
    Dict::update_args(dict, vm, args, "dict")
}

/// `dict.__repr__`.
pub fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let dict = this.expect::<Dict>(vm);
    if dict.get(vm).is_empty() {
        return vm.new_str("{}");
    }
    vm.guarded_repr(this, "{...}", |vm, out| {
        out.push_str("{");
        let mut at = 0;
        while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
            if at > 0 {
                out.push_str(", ");
            }
            vm.push_repr(out, entry.key)?;
            out.push_str(": ");
            vm.push_repr(out, entry.value)?;
            at = number + 1;
        }
        out.push_str("}");
        Ok(())
    })
}

/// Whether two dicts have equal items.
pub fn equal(vm: &mut Vm, a: Gc<Dict>, b: Gc<Dict>) -> Result<bool, Raised> {
    if a.get(vm).len() != b.get(vm).len() {
        return Ok(false);
    }
    let mut at = 0;
    while let Some((number, entry)) = a.get(vm).next_entry(vm, at) {
        at = number + 1;
        vm.work(1)?;
        let hash = a.get(vm).entry_hash(vm, number);
        let Some(found) = Dict::find_hashed(b, vm, entry.key, hash)? else { return Ok(false) };
        let Some(other) = b.get(vm).value_at(vm, found) else { return Ok(false) };
        if !vm.is_equal(entry.value, other)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(x), Some(y)) = (a.downcast::<Dict>(vm), b.downcast::<Dict>(vm)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    match op {
        Comparison::Eq => Ok(Value::bool(equal(vm, x, y)?)),
        Comparison::Ne => Ok(Value::bool(!equal(vm, x, y)?)),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    Ok(this.expect::<Dict>(vm).get(vm).len())
}

/// `dict.__getitem__`, with `__missing__` of subclasses.
pub fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    let dict = this.expect::<Dict>(vm);
    if let Some(value) = Dict::get_item(dict, vm, key)? {
        return Ok(value);
    }
    if this.exact::<Dict>().is_none()
        && let Some(value) = vm.call_special(this, name::MISSING, &[key])?
    {
        return Ok(value);
    }
    Err(vm.raise_with(Exc::KeyError, &[key]))
}

/// `dict.__setitem__` and `dict.__delitem__`.
pub fn set_item(vm: &mut Vm, this: Value, key: Value, value: Option<Value>) -> Result<(), Raised> {
    let dict = this.expect::<Dict>(vm);
    match value {
        Some(value) => Dict::set(dict, vm, key, value),
        None => match Dict::remove(dict, vm, key)? {
            Some(_) => Ok(()),
            None => Err(vm.raise_with(Exc::KeyError, &[key])),
        },
    }
}

fn contains(vm: &mut Vm, this: Value, key: Value) -> Result<bool, Raised> {
    let dict = this.expect::<Dict>(vm);
    Ok(Dict::find(dict, vm, key)?.is_some())
}

fn or(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let (Some(x), Some(_)) = (a.downcast::<Dict>(vm), b.downcast::<Dict>(vm)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let new = Dict::copy(x, vm)?;
    Dict::update_any(new, vm, b)?;
    Ok(new.value())
}

fn ior(vm: &mut Vm, this: Value, other: Value) -> Result<Value, Raised> {
    let dict = this.expect::<Dict>(vm);
    Dict::update_any(dict, vm, other)?;
    Ok(this)
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = args.receiver::<Dict>(vm);
    let bytes = Dict::byte_size(dict, vm);
    Ok(Value::int(bytes))
}

fn get(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (dict, [key, default]) = args.method::<Dict, 2>(vm);
    Ok(Dict::get_item(dict, vm, key)?.or(default.given()).unwrap_or(Value::NONE))
}

fn setdefault(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (dict, [key, default]) = args.method::<Dict, 2>(vm);
    let default = default.given().unwrap_or(Value::NONE);
    let hash = Dict::key_hash(vm, key)?;
    if let Some(number) = Dict::find_hashed(dict, vm, key, hash)? {
        return Ok(dict.get(vm).value_at(vm, number).unwrap_or(Value::NONE));
    }
    Dict::insert_new(dict, vm, key, hash, default)?;
    Ok(default)
}

fn pop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (dict, [key, default]) = args.method::<Dict, 2>(vm);
    let found = if dict.get(vm).is_empty() { None } else { Dict::remove(dict, vm, key)? };
    match found.or(default.given()) {
        Some(value) => Ok(value),
        None => Err(vm.raise_with(Exc::KeyError, &[key])),
    }
}

fn popitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = args.receiver::<Dict>(vm);
    let last = dict.get(vm).entry_count().wrapping_sub(1);
    let found = if dict.get(vm).is_empty() { None } else { dict.get(vm).previous_entry(vm, last) };
    let Some((number, entry)) = found else {
        let text = vm.new_str("popitem(): dictionary is empty")?;
        return Err(vm.raise_with(Exc::KeyError, &[text]));
    };
    let pair = Tuple::from_values(vm, &[entry.key, entry.value])?;
    Dict::remove_last(dict, vm, number);
    Ok(pair.value())
}

fn keys(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = args.receiver::<Dict>(vm);
    view::new(vm, dict, Builtin::DictKeys)
}

fn items(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = args.receiver::<Dict>(vm);
    view::new(vm, dict, Builtin::DictItems)
}

fn values(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = args.receiver::<Dict>(vm);
    view::new(vm, dict, Builtin::DictValues)
}

fn update(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = args.receiver::<Dict>(vm);
    Dict::update_args(dict, vm, args.skip(1), "update")?;
    Ok(Value::NONE)
}

fn fromkeys(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, iterable, value] = args.all();
    let value = value.given().unwrap_or(Value::NONE);
    let new = vm.call(class, &[])?;
    let exact = new.exact::<Dict>();
    if let (Some(dict), Some(keys)) = (exact, iterable.exact::<Dict>()) {
        let mut at = 0;
        while let Some((number, entry)) = keys.get(vm).next_entry(vm, at) {
            at = number + 1;
            let hash = keys.get(vm).entry_hash(vm, number);
            Dict::set_hashed(dict, vm, entry.key, hash, value)?;
        }
        return Ok(new);
    }
    if let (Some(dict), Some(keys)) = (exact, iterable.downcast::<Set>(vm))
        && (vm.is_exact(iterable, Builtin::Set) || vm.is_exact(iterable, Builtin::FrozenSet))
    {
        let mut at = 0;
        while let Some((number, element, hash)) = keys.get(vm).next_element(vm, at) {
            at = number + 1;
            Dict::set_hashed(dict, vm, element, hash, value)?;
        }
        return Ok(new);
    }
    let iterator = vm.iter(iterable)?;
    while let Some(key) = vm.next(iterator)? {
        match exact {
            Some(dict) => Dict::set(dict, vm, key, value)?,
            None => vm.set_item(new, key, Some(value))?,
        }
    }
    Ok(new)
}

fn clear(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = args.receiver::<Dict>(vm);
    Dict::clear(dict, vm);
    Ok(Value::NONE)
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = args.receiver::<Dict>(vm);
    Ok(Dict::copy(dict, vm)?.value())
}

fn reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let dict = args.receiver::<Dict>(vm);
    iterator::new(vm, dict, Builtin::DictReverseKeyIterator)
}

fn get_item_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    subscript(vm, args.get(0), args.get(1))
}

fn contains_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    contains(vm, args.get(0), args.get(1)).map(Value::bool)
}

const METHODS: &[MethodDef] = &[
    method("__contains__($self, key, /)", contains_method, "True if the dictionary has the specified key, else False."),
    method("__getitem__($self, key, /)", get_item_method, "Return self[key]."),
    method("__sizeof__($self, /)", sizeof, "Return the size of the dict in memory, in bytes."),
    method(
        "get($self, key, default=None, /)",
        get,
        "Return the value for key if key is in the dictionary, else default.",
    ),
    method(
        "setdefault($self, key, default=None, /)",
        setdefault,
        "Insert key with a value of default if key is not in the dictionary.\n\nReturn the value for key if key is in the dictionary, else default.",
    ),
    method(
        "pop($self, key, default=<unrepresentable>, /)",
        pop,
        "D.pop(k[,d]) -> v, remove specified key and return the corresponding value.\n\nIf the key is not found, return the default if given; otherwise,\nraise a KeyError.",
    ),
    method(
        "popitem($self, /)",
        popitem,
        "Remove and return a (key, value) pair as a 2-tuple.\n\nPairs are returned in LIFO (last-in, first-out) order.\nRaises KeyError if the dict is empty.",
    ),
    method("keys($self, /)", keys, "Return a set-like object providing a view on the dict's keys."),
    method("items($self, /)", items, "Return a set-like object providing a view on the dict's items."),
    method("values($self, /)", values, "Return an object providing a view on the dict's values."),
    MethodDef::raw(
        "update",
        update,
        "D.update([E, ]**F) -> None.  Update D from mapping/iterable E and F.\nIf E is present and has a .keys() method, then does:  for k in E.keys(): D[k] = E[k]\nIf E is present and lacks a .keys() method, then does:  for k, v in E: D[k] = v\nIn either case, this is followed by: for k in F:  D[k] = F[k]",
    )
    .any_keys(),
    class_method(
        "fromkeys($type, iterable, value=None, /)",
        fromkeys,
        "Create a new dictionary with keys from iterable and values set to value.",
    ),
    method("clear($self, /)", clear, "Remove all items from the dict."),
    method("copy($self, /)", copy, "Return a shallow copy of the dict."),
    method("__reversed__($self, /)", reversed, "Return a reverse iterator over the dict keys."),
    class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "dicts are generic over two types, signifying (respectively) the types of their keys and values",
    ),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "dict",
    layout: Some(<Dict as HeapObject>::native),
    slots: Slots {
        repr: Some(repr),
        richcompare: Some(richcompare),
        iter: Some(iterator::iter),
        new: Some(new),
        init: Some(init),
        or: Some(or),
        ior: Some(ior),
        len: Some(len),
        subscript: Some(subscript),
        set_item: Some(set_item),
        contains: Some(contains),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    doc: "dict() -> new empty dictionary\ndict(mapping) -> new dictionary initialized from a mapping object's\n    (key, value) pairs\ndict(iterable) -> new dictionary initialized as if via:\n    d = {}\n    for k, v in iterable:\n        d[k] = v\ndict(**kwargs) -> new dictionary initialized with the name=value pairs\n    in the keyword argument list.  For example:  dict(one=1, two=2)",
    flags: BASETYPE | MAPPING | MATCH_SELF,
    ..TypeSpec::DEFAULT
};
