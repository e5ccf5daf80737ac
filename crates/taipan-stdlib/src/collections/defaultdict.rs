//! `collections.defaultdict`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, GetSetDef, MethodDef, TypeSpec, class_method, getset, method};
use taipan_vm::types::dict::{self, Dict};
use taipan_vm::types::list::methods::class_getitem;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// A dict with a factory for missing values (`None`: none).
    pub struct DefaultDict : Dict {
        pub default_factory: Option<Value>,
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, DefaultDict { base: Dict::EMPTY, default_factory: None })?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    let mut rest = args;
    let mut factory = None;
    if !args.is_empty() {
        let given = args.get(0);
        if !given.is_none() {
            if !vm.is_callable(given) {
                return Err(vm.raise(Exc::TypeError, "first argument must be callable or None"));
            }
            factory = Some(given);
        }
        rest = args.skip(1);
    }
    this.expect::<DefaultDict>(vm).get_mut(vm).default_factory = factory;
    let dict = this.expect::<Dict>(vm);
    Dict::update_args(dict, vm, rest, "dict")
}

fn factory_of(vm: &Vm, this: Value) -> Option<Value> {
    this.expect::<DefaultDict>(vm).get(vm).default_factory.filter(|factory| !factory.is_none())
}

fn missing(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, key] = args.all();
    let Some(factory) = factory_of(vm, this) else { return Err(vm.raise_with(Exc::KeyError, &[key])) };
    let value = vm.call(factory, &[])?;
    // The factory may have stored one itself.
    let dict = this.expect::<Dict>(vm);
    if let Some(stored) = Dict::get_item(dict, vm, key)? {
        return Ok(stored);
    }
    Dict::set(dict, vm, key, value)?;
    Ok(value)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let base = dict::methods::repr(vm, this)?;
    let factory = match factory_of(vm, this) {
        Some(factory) => {
            // The factory may be a method of the dict itself.
            if vm.repr_enter(this)? {
                let result = vm.repr(factory);
                vm.repr_leave(this);
                result?
            } else {
                vm.new_str("...")?
            }
        }
        None => vm.new_str("None")?,
    };
    let mut out = taipan_text::TextBuf::from(vm.class_name(this));
    out.push_str("(");
    vm.push_str_value(&mut out, factory)?;
    out.push_str(", ");
    vm.push_str_value(&mut out, base)?;
    out.push_str(")");
    Ok(Str::from_text(vm, out.as_text())?.value())
}

/// `type(this)(this.default_factory, items)`.
fn like(vm: &mut Vm, this: Value, items: Value) -> Result<Value, Raised> {
    let class = vm.type_of(this).value();
    let factory = factory_of(vm, this).unwrap_or(Value::NONE);
    vm.call(class, &[factory, items])
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    like(vm, args.get(0), args.get(0))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let arguments = match factory_of(vm, this) {
        Some(factory) => Tuple::from_values(vm, &[factory])?,
        None => Tuple::empty(vm)?,
    };
    let items = vm.call_method_name(this, name::ITEMS, &[])?;
    let items = vm.iter(items)?;
    let class = vm.type_of(this).value();
    Ok(Tuple::from_values(vm, &[class, arguments.value(), Value::NONE, Value::NONE, items])?.value())
}

fn or(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let left = a.downcast::<DefaultDict>(vm).is_some();
    let (this, other) = if left { (a, b) } else { (b, a) };
    if other.downcast::<Dict>(vm).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let new = like(vm, this, a)?;
    let dict = new.downcast::<Dict>(vm);
    match dict {
        Some(dict) => Dict::update_any(dict, vm, b)?,
        None => {
            vm.call_method_name(new, name::UPDATE, &[b])?;
        }
    }
    Ok(new)
}

fn get_factory(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(factory_of(vm, this).unwrap_or(Value::NONE))
}

fn set_factory(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    this.expect::<DefaultDict>(vm).get_mut(vm).default_factory = value;
    Ok(())
}

const METHODS: &[MethodDef] = &[
    method(
        "__missing__($self, object, /)",
        missing,
        "__missing__(key) # Called by __getitem__ for missing key; pseudo-code:\n  if self.default_factory is None: raise KeyError((key,))\n  self[key] = value = self.default_factory()\n  return value\n",
    ),
    method("copy($self, /)", copy, "D.copy() -> a shallow copy of D."),
    method("__copy__($self, /)", copy, "D.copy() -> a shallow copy of D."),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "defaultdicts are generic over two types, signifying (respectively) the types of the dictionary's keys and values",
    ),
];

const GETSET: &[GetSetDef] =
    &[getset("default_factory", get_factory, set_factory, "Factory for default value called by __missing__().")
        .member()];

pub static TYPE: TypeSpec = TypeSpec {
    name: "defaultdict",
    module: "collections",
    base: Some(&dict::TYPE),
    layout: Some(<DefaultDict as HeapObject>::native),
    slots: Slots { new: Some(new), init: Some(init), repr: Some(repr), or: Some(or), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "defaultdict(default_factory=None, /, [...]) --> dict with default factory\n\nThe default factory is called without arguments to produce\na new value when a key is not present, in __getitem__ only.\nA defaultdict compares equal to a dict with the same items.\nAll remaining arguments are treated the same as if they were\npassed to the dict constructor, including keyword arguments.\n",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
