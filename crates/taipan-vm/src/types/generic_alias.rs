//! `types.GenericAlias`: `list[int]` (PEP 585).

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::spec::{BASETYPE, GetSetDef, MethodDef, TypeSpec, WEAKREFABLE, class_method, getter, method};
use crate::types::Builtin;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

mod iterator;
pub mod substitute;

heap_object! {
    /// `types.GenericAlias`; `args` is a tuple.
    pub struct GenericAlias = Builtin::GenericAlias {
        pub origin: Value,
        pub args: Value,
        pub parameters: Option<Value>,
        pub starred: bool,
        pub pad: [u8; 7],
    }
}

/// `origin[args]`.
pub fn new(vm: &mut Vm, origin: Value, args: Value) -> Result<Value, Raised> {
    let shape = vm.class(Builtin::GenericAlias).get(vm).root_shape;
    make(vm, shape, origin, args, false)
}

fn make(vm: &mut Vm, shape: u32, origin: Value, args: Value, starred: bool) -> Result<Value, Raised> {
    let args = match args.downcast::<Tuple>(vm) {
        Some(_) => args,
        None => Tuple::from_values(vm, &[args])?.value(),
    };
    let alias = GenericAlias { header: HeaderWord::NEW, origin, args, parameters: None, starred, pad: [0; 7] };
    Ok(vm.new_object(shape, alias)?.value())
}

/// `Class[args]` of a built-in generic class.
pub fn class_getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, item] = args.all();
    new(vm, class, item)
}

/// The row that makes a built-in class generic.
pub const CLASS_GETITEM: MethodDef = class_method("__class_getitem__($type, object, /)", class_getitem, "See PEP 585");

fn expect(vm: &Vm, this: Value) -> Gc<GenericAlias> {
    this.expect(vm)
}

fn args_of(vm: &Vm, this: Value) -> Gc<Tuple> {
    expect(vm, this).get(vm).args.expect(vm)
}

fn type_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "GenericAlias", 2, 2)?;
    let shape = class.get(vm).root_shape;
    make(vm, shape, args.get(0), args.get(1), false)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let GenericAlias { origin, starred, .. } = *expect(vm, this).get(vm);
    let args = args_of(vm, this);
    let origin = substitute::item_text(vm, origin)?;
    let mut parts = Vec::new();
    for i in 0..args.get(vm).len() {
        let item = args.get(vm).at(i);
        parts.push(substitute::item_text(vm, item)?);
    }
    let parts = if parts.is_empty() { "()".to_owned() } else { parts.join(", ") };
    let star = if starred { "*" } else { "" };
    vm.new_str(&format!("{star}{origin}[{parts}]"))
}

fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let GenericAlias { origin, args, .. } = *expect(vm, this).get(vm);
    Ok(vm.hash(origin)? ^ vm.hash(args)?)
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(x), Some(y)) = (a.downcast::<GenericAlias>(vm), b.downcast::<GenericAlias>(vm)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if !matches!(op, Comparison::Eq | Comparison::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (x, y) = (x.get(vm), y.get(vm));
    let (starred, origins, args) = (x.starred == y.starred, (x.origin, y.origin), (x.args, y.args));
    let same = starred && vm.is_equal(origins.0, origins.1)? && vm.is_equal(args.0, args.1)?;
    Ok(Value::bool(same == (op == Comparison::Eq)))
}

fn call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    let origin = expect(vm, this).get(vm).origin;
    let object = vm.call_args(origin, args)?;
    let marked = vm.set_attr_name(object, name::ORIG_CLASS, this);
    if let Err(raised) = marked {
        if !vm.raised_is(Exc::AttributeError) && !vm.raised_is(Exc::TypeError) {
            return Err(raised);
        }
        let _ = vm.take_raised(raised);
    }
    Ok(object)
}

/// Attributes that are the alias's own; all others are those of the origin.
const OWN: &[&str] = &[
    "__class__",
    "__origin__",
    "__args__",
    "__unpacked__",
    "__parameters__",
    "__typing_unpacked_tuple_args__",
    "__mro_entries__",
    "__reduce_ex__",
    "__reduce__",
    "__bases__",
    "__copy__",
    "__deepcopy__",
];

fn getattro(vm: &mut Vm, this: Value, attribute: Gc<Str>) -> Result<Value, Raised> {
    if OWN.iter().any(|own| attribute.get(vm).equals(own)) {
        return vm.generic_get_attr(this, attribute);
    }
    let origin = expect(vm, this).get(vm).origin;
    vm.get_attr(origin, attribute)
}

fn subscript(vm: &mut Vm, this: Value, item: Value) -> Result<Value, Raised> {
    let parameters = parameters(vm, this)?;
    let args = args_of(vm, this);
    let args = substitute::replace(vm, this, args, parameters, item)?;
    let GenericAlias { origin, starred, .. } = *expect(vm, this).get(vm);
    let shape = vm.class(Builtin::GenericAlias).get(vm).root_shape;
    make(vm, shape, origin, args.value(), starred)
}

/// Iteration gives the starred alias, once: `*tuple[int]`.
fn parameters(vm: &mut Vm, this: Value) -> Result<Gc<Tuple>, Raised> {
    let alias = expect(vm, this);
    if let Some(known) = alias.get(vm).parameters.and_then(|known| known.downcast::<Tuple>(vm)) {
        return Ok(known);
    }
    let args = args_of(vm, this);
    let found = substitute::parameters_of(vm, args)?;
    alias.get_mut(vm).parameters = Some(found.value());
    Ok(found)
}

fn get_origin(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).origin)
}

fn get_args(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).args)
}

fn get_unpacked(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(expect(vm, this).get(vm).starred))
}

fn get_parameters(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(parameters(vm, this)?.value())
}

fn get_unpacked_args(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let GenericAlias { origin, args, starred, .. } = *expect(vm, this).get(vm);
    let is_tuple = origin == vm.class(Builtin::Tuple).value();
    Ok(if starred && is_tuple { args } else { Value::NONE })
}

fn mro_entries(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let origin = expect(vm, args.get(0)).get(vm).origin;
    Ok(Tuple::from_values(vm, &[origin])?.value())
}

fn instance_check(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(vm.raise(Exc::TypeError, "isinstance() argument 2 cannot be a parameterized generic"))
}

fn subclass_check(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(vm.raise(Exc::TypeError, "issubclass() argument 2 cannot be a parameterized generic"))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let GenericAlias { origin, args, starred, .. } = *expect(vm, this).get(vm);
    let class = vm.class(Builtin::GenericAlias).value();
    let arguments = Tuple::from_values(vm, &[origin, args])?;
    if starred {
        let shape = vm.class(Builtin::GenericAlias).get(vm).root_shape;
        let plain = make(vm, shape, origin, args, false)?;
        let next = crate::execute::builtin(vm, "next")?;
        let one = vm.iter(plain)?;
        let one = Tuple::from_values(vm, &[one])?;
        return Ok(Tuple::from_values(vm, &[next, one.value()])?.value());
    }
    Ok(Tuple::from_values(vm, &[class, arguments.value()])?.value())
}

fn dir(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let origin = expect(vm, args.get(0)).get(vm).origin;
    let dir = crate::execute::builtin(vm, "dir")?;
    let names = vm.call(dir, &[origin])?;
    let names = vm.list_of(names)?;
    for own in OWN.iter().take(9) {
        let own = Str::intern(vm, own)?.value();
        if !vm.contains(names.value(), own)? {
            List::push(names, vm, own)?;
        }
    }
    Ok(names.value())
}

const METHODS: &[MethodDef] = &[
    method("__mro_entries__($self, object, /)", mro_entries, ""),
    method("__instancecheck__($self, object, /)", instance_check, ""),
    method("__subclasscheck__($self, object, /)", subclass_check, ""),
    method("__reduce__($self, /)", reduce, ""),
    method("__dir__($self, /)", dir, ""),
];

const GETSET: &[GetSetDef] = &[
    getter("__origin__", get_origin, "").member(),
    getter("__args__", get_args, "").member(),
    getter("__unpacked__", get_unpacked, "").member(),
    getter("__parameters__", get_parameters, "Type variables in the GenericAlias."),
    getter("__typing_unpacked_tuple_args__", get_unpacked_args, ""),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "GenericAlias",
    module: "types",
    layout: Some(<GenericAlias as HeapObject>::native),
    slots: Slots {
        new: Some(type_new),
        repr: Some(repr),
        hash: Some(hash),
        richcompare: Some(richcompare),
        call: Some(call),
        getattro: Some(getattro),
        subscript: Some(subscript),
        iter: Some(iterator::iter),
        or: Some(crate::types::union::or_operator),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "GenericAlias(origin, args, /)\n--\n\nRepresent a PEP 585 generic type\n\nFor example, for t = list[int], t.__origin__ is list and t.__args__\nis (int,).",
    flags: BASETYPE | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
