//! `typing.Union`: `int | str` (PEP 604).
//!
//! Invariant: the alternatives are at least two, no unions themselves, no two equal.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::spec::{GetSetDef, MethodDef, TypeSpec, WEAKREFABLE, class_method, getter, method};
use crate::types::Builtin;
use crate::types::generic_alias::{GenericAlias, substitute};
use crate::types::list::List;
use crate::types::set::Set;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `typing.Union`.
    pub struct Union = Builtin::Union {
        pub args: Gc<Tuple>,
        pub parameters: Option<Value>,
        /// The hash, or -1: unions lie in the aliases of other unions, whose hashes ask for it again and again.
        hash: i64,
        /// How many alternatives had no hash when the union was made.
        unhashable: usize,
    }
}

/// `a | b` of anything: TypeVars and the like say themselves what they accept.
pub fn or(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let items = Tuple::from_values(vm, &[a, b])?;
    of(vm, items)
}

/// The union of some types: flat, without repetitions; a single one is itself.
pub fn of(vm: &mut Vm, items: Gc<Tuple>) -> Result<Value, Raised> {
    let out = List::new(vm)?;
    let mut unhashable = 0;
    for i in 0..items.get(vm).len() {
        let item = items.get(vm).at(i);
        match item.exact::<Union>() {
            Some(inner) => {
                let inner = inner.get(vm).args;
                for j in 0..inner.get(vm).len() {
                    let item = inner.get(vm).at(j);
                    unhashable += usize::from(add(vm, out, item)?);
                }
            }
            None => unhashable += usize::from(add(vm, out, item)?),
        }
    }
    let args = List::to_tuple(out, vm)?;
    match args.get(vm).len() {
        0 => Err(vm.raise(Exc::TypeError, "Cannot take a Union of no types.")),
        1 => Ok(args.get(vm).at(0)),
        _ => {
            let union = Union { header: HeaderWord::NEW, args, parameters: None, hash: -1, unhashable };
            Ok(vm.new_exact(union)?.value())
        }
    }
}

/// Adds an alternative that is not there yet; whether it is new and has no hash.
fn add(vm: &mut Vm, out: Gc<List>, item: Value) -> Result<bool, Raised> {
    let item = if item.is_none() {
        vm.class(Builtin::NoneType).value()
    } else if item.exact::<Str>().is_some() {
        let typing = crate::import::import_module(vm, "typing")?;
        let message = vm.new_str("Union[arg, ...]: each arg must be a type.")?;
        vm.call_method(typing, "_type_check", &[item, message])?
    } else {
        item
    };
    let hash = hash_of(vm, item)?;
    let mut i = 0;
    while let Some(known) = out.get(vm).get_at(vm, i) {
        i += 1;
        if same(vm, known, item, hash)? {
            return Ok(false);
        }
    }
    List::push(out, vm, item)?;
    Ok(hash.is_none())
}

/// The hash of an alternative, `None` when it has none.
fn hash_of(vm: &mut Vm, item: Value) -> Result<Option<i64>, Raised> {
    let hash = vm.hash(item);
    vm.catch(hash.map(Some), Exc::TypeError).map(Option::flatten)
}

/// Whether two alternatives are one: as keys of a set when they have hashes, else as items of a list.
fn same(vm: &mut Vm, known: Value, item: Value, hash: Option<i64>) -> Result<bool, Raised> {
    if known == item {
        return Ok(true);
    }
    if hash_of(vm, known)? != hash {
        return Ok(false);
    }
    vm.is_equal(known, item)
}

fn is_operand(vm: &Vm, value: Value) -> bool {
    value.is_none()
        || value.downcast::<Type>(vm).is_some()
        || value.downcast::<GenericAlias>(vm).is_some()
        || value.exact::<Union>().is_some()
        || crate::modules::typing::is_type_parameter(vm, value)
}

/// The operator `|` of classes, aliases and unions.
pub fn or_operator(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let free = a.exact::<Union>().is_some() || b.exact::<Union>().is_some();
    if free || is_operand(vm, a) && is_operand(vm, b) { or(vm, a, b) } else { Ok(Value::NOT_IMPLEMENTED) }
}

/// The alternatives of a union, `None` for other values.
pub fn alternatives(vm: &Vm, value: Value) -> Option<Gc<Tuple>> {
    Some(value.exact::<Union>()?.get(vm).args)
}

fn expect(vm: &Vm, this: Value) -> Gc<Union> {
    this.expect(vm)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let args = expect(vm, this).get(vm).args;
    let none = vm.class(Builtin::NoneType).value();
    let mut parts = Vec::new();
    for i in 0..args.get(vm).len() {
        let item = args.get(vm).at(i);
        parts.push(if item == none { "None".to_owned() } else { substitute::item_text(vm, item)? });
    }
    vm.new_str(&parts.join(" | "))
}

/// Independent of the order of the alternatives.
fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let Union { args, hash: known, unhashable, .. } = *expect(vm, this).get(vm);
    if known != -1 {
        return Ok(known);
    }
    let set = Set::new_frozen(vm)?;
    for i in 0..args.get(vm).len() {
        let item = args.get(vm).at(i);
        let hash = vm.hash(item)?;
        Set::add_hashed(set, vm, item, hash)?;
    }
    if unhashable > 0 {
        // They have hashes by now, but were compared without.
        return Err(vm.raise(Exc::TypeError, format!("union contains {unhashable} unhashable elements")));
    }
    let hash = vm.hash(set.value())?;
    expect(vm, this).get_mut(vm).hash = hash;
    Ok(hash)
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(x), Some(y)) = (alternatives(vm, a), alternatives(vm, b)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if !matches!(op, Comparison::Eq | Comparison::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let mut equal = x.get(vm).len() == y.get(vm).len();
    for i in 0..x.get(vm).len() {
        let item = x.get(vm).at(i);
        let hash = hash_of(vm, item)?;
        let mut found = false;
        let mut j = 0;
        while equal && !found && j < y.get(vm).len() {
            let other = y.get(vm).at(j);
            found = same(vm, other, item, hash)?;
            j += 1;
        }
        equal = equal && found;
    }
    Ok(Value::bool(equal == (op == Comparison::Eq)))
}

fn parameters(vm: &mut Vm, this: Value) -> Result<Gc<Tuple>, Raised> {
    let union = expect(vm, this);
    if let Some(known) = union.get(vm).parameters.and_then(|known| known.downcast::<Tuple>(vm)) {
        return Ok(known);
    }
    let args = union.get(vm).args;
    let found = substitute::parameters_of(vm, args)?;
    union.get_mut(vm).parameters = Some(found.value());
    Ok(found)
}

fn subscript(vm: &mut Vm, this: Value, item: Value) -> Result<Value, Raised> {
    let parameters = parameters(vm, this)?;
    let args = expect(vm, this).get(vm).args;
    let args = substitute::replace(vm, this, args, parameters, item)?;
    of(vm, args)
}

fn getattro(vm: &mut Vm, this: Value, attribute: Gc<Str>) -> Result<Value, Raised> {
    if Str::known_atom(attribute, vm) == Some(name::MODULE) {
        let class = vm.type_of(this).value();
        return vm.get_attr(class, attribute);
    }
    vm.generic_get_attr(this, attribute)
}

/// `Union[int, str]`; a str stands for a forward reference.
fn class_getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let item = args.get(1);
    let items = match item.downcast::<Tuple>(vm) {
        Some(items) => items,
        None => Tuple::from_values(vm, &[item])?,
    };
    of(vm, items)
}

fn mro_entries(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let shown = vm.repr_string(args.get(0))?;
    Err(vm.raise(Exc::TypeError, format!("Cannot subclass {shown}")))
}

fn get_args(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).args.value())
}

fn get_parameters(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(parameters(vm, this)?.value())
}

fn get_name(vm: &mut Vm, _: Value) -> Result<Value, Raised> {
    vm.new_str("Union")
}

fn get_origin(vm: &mut Vm, _: Value) -> Result<Value, Raised> {
    Ok(vm.class(Builtin::Union).value())
}

const METHODS: &[MethodDef] = &[
    method("__mro_entries__($self, object, /)", mro_entries, ""),
    class_method("__class_getitem__($type, object, /)", class_getitem, "Create a union containing the given types"),
];

const GETSET: &[GetSetDef] = &[
    getter("__args__", get_args, "").member(),
    getter("__name__", get_name, "Name of the type"),
    getter("__qualname__", get_name, "Qualified name of the type"),
    getter("__origin__", get_origin, "Always returns the type"),
    getter("__parameters__", get_parameters, "Type variables in the types.UnionType."),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "Union",
    module: "typing",
    layout: Some(<Union as HeapObject>::native),
    slots: Slots {
        repr: Some(repr),
        hash: Some(hash),
        richcompare: Some(richcompare),
        subscript: Some(subscript),
        getattro: Some(getattro),
        or: Some(or_operator),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "Represent a union type\n\nE.g. for int | str",
    flags: WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
