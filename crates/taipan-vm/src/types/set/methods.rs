//! The slots and methods of `set` and `frozenset`.

use taipan_text::hash::SetHasher;

use super::combine::{
    and, difference, difference_update, iand, intersection, intersection_update, ior, isub, ixor, or, sub,
    symmetric_difference, symmetric_difference_update, union, update, xor,
};
use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::slots::{Comparison, Slots};
use crate::spec::{BASETYPE, MATCH_SELF, MethodDef, TypeSpec, WEAKREFABLE, class_method, method};
use crate::types::Builtin;
use crate::types::list::methods::class_getitem;
use crate::types::set::{Set, iterator};
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

pub(super) fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    Ok(Set::new_shaped(vm, shape)?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature = Signature::parse("set(iterable=(), /)");
    let set = this.expect::<Set>(vm);
    args.bind(vm, &SIGNATURE, |vm, args| {
        Set::clear(set, vm);
        match args.opt(0) {
            Some(iterable) => Set::update(set, vm, iterable),
            None => Ok(()),
        }
    })
}

/// Whether a class has an `__init__` other than that of `object`, which may take keywords.
pub fn overrides_init(vm: &mut Vm, class: Gc<Type>) -> bool {
    let base = vm.class(Builtin::Object).get(vm).slots.init;
    match (class.get(vm).slots.init, base) {
        (Some(own), Some(base)) => !std::ptr::fn_addr_eq(own, base),
        _ => false,
    }
}

fn frozen_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("frozenset(iterable=(), /)");
    let exact = class.get(vm).root_shape == Builtin::FrozenSet as u32;
    let body = |vm: &mut Vm, args: Args<'_>| {
        let iterable = args.opt(0);
        if let Some(iterable) = iterable
            && exact
            && vm.is_exact(iterable, Builtin::FrozenSet)
        {
            return Ok(iterable);
        }
        let shape = class.get(vm).root_shape;
        let set = Set::new_shaped(vm, shape)?;
        if let Some(iterable) = iterable {
            Set::update(set, vm, iterable)?;
        }
        Ok(set.value())
    };
    if exact || !args.has_keywords() {
        return args.bind(vm, &SIGNATURE, body);
    }
    let args = if overrides_init(vm, class) { Args::from_cells(&args.slots()[..args.len()]) } else { args };
    args.bind(vm, &SIGNATURE, body)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let set = this.expect::<Set>(vm);
    let name = vm.type_name(this);
    if set.get(vm).is_empty() {
        return vm.new_str(&format!("{name}()"));
    }
    let exact = vm.is_exact(this, Builtin::Set);
    vm.guarded_repr(this, &format!("{name}(...)"), |vm, out| {
        if !exact {
            out.push_str(&name);
            out.push_str("(");
        }
        out.push_str("{");
        let elements = vm.list_of(this)?;
        let mut i = 0;
        while let Some(element) = elements.get(vm).get_at(vm, i) {
            if i > 0 {
                out.push_str(", ");
            }
            vm.push_repr(out, element)?;
            i += 1;
        }
        out.push_str(if exact { "}" } else { "})" });
        Ok(())
    })
}

/// The hash of the elements, as a frozenset has it.
fn elements_hash(vm: &Vm, set: Gc<Set>) -> i64 {
    let mut hasher = SetHasher::new();
    let mut at = 0;
    while let Some((number, _, hash)) = set.get(vm).next_element(vm, at) {
        hasher.element(hash);
        at = number + 1;
    }
    hasher.finish()
}

fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let set = this.expect::<Set>(vm);
    if set.get(vm).hash != -1 {
        return Ok(set.get(vm).hash);
    }
    let hash = elements_hash(vm, set);
    set.get_mut(vm).hash = hash;
    Ok(hash)
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (x, Some(y)) = (a.expect::<Set>(vm), b.downcast::<Set>(vm)) else { return Ok(Value::NOT_IMPLEMENTED) };
    let (m, n) = (x.get(vm).len(), y.get(vm).len());
    let result = match op {
        Comparison::Eq | Comparison::Ne => {
            let (p, q) = (x.get(vm).hash, y.get(vm).hash);
            let equal = m == n && !(p != -1 && q != -1 && p != q) && Set::is_subset(x, vm, y)?;
            equal == (op == Comparison::Eq)
        }
        Comparison::Le => Set::is_subset(x, vm, y)?,
        Comparison::Ge => Set::is_subset(y, vm, x)?,
        Comparison::Lt => m < n && Set::is_subset(x, vm, y)?,
        Comparison::Gt => m > n && Set::is_subset(y, vm, x)?,
    };
    Ok(Value::bool(result))
}

pub(super) fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    Ok(this.expect::<Set>(vm).get(vm).len())
}

/// The hash to look an element up by: a set, which is unhashable, stands for the equal frozenset.
fn lookup_hash(vm: &mut Vm, element: Value) -> Result<i64, Raised> {
    let result = Set::element_hash(vm, element);
    match (result, element.downcast::<Set>(vm)) {
        (Err(raised), Some(set)) if vm.raised_is(Exc::TypeError) => {
            let _ = vm.take_raised(raised);
            Ok(elements_hash(vm, set))
        }
        (result, _) => result,
    }
}

fn contains(vm: &mut Vm, this: Value, element: Value) -> Result<bool, Raised> {
    let set = this.expect::<Set>(vm);
    let hash = lookup_hash(vm, element)?;
    Set::contains_hashed(set, vm, element, hash)
}

fn add(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (set, [element]) = args.method::<Set, 1>(vm);
    Set::add(set, vm, element)?;
    Ok(Value::NONE)
}

fn clear(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = args.receiver::<Set>(vm);
    Set::clear(set, vm);
    Ok(Value::NONE)
}

pub(super) fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = args.receiver::<Set>(vm);
    if vm.is_exact(args.get(0), Builtin::FrozenSet) {
        return Ok(args.get(0));
    }
    Ok(Set::copy(set, vm)?.value())
}

fn discard(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (set, [element]) = args.method::<Set, 1>(vm);
    let hash = lookup_hash(vm, element)?;
    Set::discard_hashed(set, vm, element, hash)?;
    Ok(Value::NONE)
}

fn remove(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (set, [element]) = args.method::<Set, 1>(vm);
    let hash = lookup_hash(vm, element)?;
    if Set::discard_hashed(set, vm, element, hash)? {
        return Ok(Value::NONE);
    }
    Err(vm.raise_with(Exc::KeyError, &[element]))
}

fn pop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = args.receiver::<Set>(vm);
    match Set::pop(set, vm) {
        Some(element) => Ok(element),
        None => {
            let text = vm.new_str("pop from an empty set")?;
            Err(vm.raise_with(Exc::KeyError, &[text]))
        }
    }
}

fn isdisjoint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (set, [other]) = args.method::<Set, 1>(vm);
    Ok(Value::bool(Set::is_disjoint(set, vm, other)?))
}

fn issubset(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (set, [other]) = args.method::<Set, 1>(vm);
    match other.downcast::<Set>(vm) {
        Some(other) => Ok(Value::bool(Set::is_subset(set, vm, other)?)),
        None => {
            let common = Set::intersection(set, vm, other)?;
            Ok(Value::bool(common.get(vm).len() == set.get(vm).len()))
        }
    }
}

fn issuperset(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (set, [other]) = args.method::<Set, 1>(vm);
    if let Some(other) = other.downcast::<Set>(vm) {
        return Ok(Value::bool(Set::is_subset(other, vm, set)?));
    }
    let iterator = vm.iter(other)?;
    while let Some(element) = vm.next(iterator)? {
        if !Set::contains(set, vm, element)? {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let class = vm.type_of(this).value();
    let elements = vm.list_of(this)?.value();
    let arguments = Tuple::from_values(vm, &[elements])?.value();
    let state = vm.call_method_name(this, name::GETSTATE, &[])?;
    Ok(Tuple::from_values(vm, &[class, arguments, state])?.value())
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = args.receiver::<Set>(vm);
    Ok(Value::int(Set::byte_size(set, vm)))
}

const COPY: MethodDef = method("copy($self, /)", copy, "Return a shallow copy of a set.");
const DIFFERENCE: MethodDef = method(
    "difference($self, /, *others)",
    difference,
    "Return a new set with elements in the set that are not in the others.",
);
const INTERSECTION: MethodDef = method(
    "intersection($self, /, *others)",
    intersection,
    "Return a new set with elements common to the set and all others.",
);
const ISDISJOINT: MethodDef =
    method("isdisjoint($self, other, /)", isdisjoint, "Return True if two sets have a null intersection.");
const ISSUBSET: MethodDef =
    method("issubset($self, other, /)", issubset, "Report whether another set contains this set.");
const ISSUPERSET: MethodDef =
    method("issuperset($self, other, /)", issuperset, "Report whether this set contains another set.");
const REDUCE: MethodDef = method("__reduce__($self, /)", reduce, "Return state information for pickling.");
const SIZEOF: MethodDef = method("__sizeof__($self, /)", sizeof, "S.__sizeof__() -> size of S in memory, in bytes.");
const SYMMETRIC_DIFFERENCE: MethodDef = method(
    "symmetric_difference($self, other, /)",
    symmetric_difference,
    "Return a new set with elements in either the set or other but not both.",
);
const UNION: MethodDef =
    method("union($self, /, *others)", union, "Return a new set with elements from the set and all others.");

const METHODS: &[MethodDef] = &[
    method("__contains__($self, object, /)", contains_method, "x.__contains__(y) <==> y in x."),
    method(
        "add($self, object, /)",
        add,
        "Add an element to a set.\n\nThis has no effect if the element is already present.",
    ),
    method("clear($self, /)", clear, "Remove all elements from this set."),
    COPY,
    method(
        "discard($self, object, /)",
        discard,
        "Remove an element from a set if it is a member.\n\nUnlike set.remove(), the discard() method does not raise\nan exception when an element is missing from the set.",
    ),
    DIFFERENCE,
    method(
        "difference_update($self, /, *others)",
        difference_update,
        "Update the set, removing elements found in others.",
    ),
    INTERSECTION,
    method(
        "intersection_update($self, /, *others)",
        intersection_update,
        "Update the set, keeping only elements found in it and all others.",
    ),
    ISDISJOINT,
    ISSUBSET,
    ISSUPERSET,
    method("pop($self, /)", pop, "Remove and return an arbitrary set element.\n\nRaises KeyError if the set is empty."),
    REDUCE,
    method(
        "remove($self, object, /)",
        remove,
        "Remove an element from a set; it must be a member.\n\nIf the element is not a member, raise a KeyError.",
    ),
    SIZEOF,
    SYMMETRIC_DIFFERENCE,
    method(
        "symmetric_difference_update($self, other, /)",
        symmetric_difference_update,
        "Update the set, keeping only elements found in either set, but not in both.",
    ),
    UNION,
    method("update($self, /, *others)", update, "Update the set, adding elements from all others."),
    class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "sets are generic over the type of their elements",
    ),
];

const FROZEN_METHODS: &[MethodDef] = &[
    method("__contains__($self, object, /)", contains_method, "x.__contains__(y) <==> y in x."),
    COPY,
    DIFFERENCE,
    INTERSECTION,
    ISDISJOINT,
    ISSUBSET,
    ISSUPERSET,
    REDUCE,
    SIZEOF,
    SYMMETRIC_DIFFERENCE,
    UNION,
    class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "frozensets are generic over the type of their elements",
    ),
];

fn contains_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    contains(vm, args.get(0), args.get(1)).map(Value::bool)
}

const SHARED: Slots = Slots {
    repr: Some(repr),
    richcompare: Some(richcompare),
    iter: Some(iterator::iter),
    len: Some(len),
    contains: Some(contains),
    or: Some(or),
    and: Some(and),
    sub: Some(sub),
    xor: Some(xor),
    ..Slots::DEFAULT
};

pub static TYPE: TypeSpec = TypeSpec {
    name: "set",
    layout: Some(<Set as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        init: Some(init),
        ior: Some(ior),
        iand: Some(iand),
        isub: Some(isub),
        ixor: Some(ixor),
        ..SHARED
    },
    methods: METHODS,
    doc: "set(iterable=(), /)\n--\n\nBuild an unordered collection of unique elements.",
    flags: BASETYPE | MATCH_SELF | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

pub static FROZENSET: TypeSpec = TypeSpec {
    name: "frozenset",
    layout: Some(<Set as HeapObject>::native),
    slots: Slots { new: Some(frozen_new), hash: Some(hash), ..SHARED },
    methods: FROZEN_METHODS,
    doc: "frozenset(iterable=(), /)\n--\n\nBuild an immutable unordered collection of unique elements.",
    flags: BASETYPE | MATCH_SELF | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
