//! The slots and methods of `object`.

use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::{Init, New, Slots};
use crate::spec::{BASETYPE, GetSetDef, MethodDef, TypeSpec, class_method, getset, method};
use crate::types::object::{self, Object};
use crate::types::str::Str;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

/// `object.__new__`.
pub fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    if !args.is_empty() || args.has_keywords() {
        excess_arguments_of_new(vm, class)?;
    }
    if !std::ptr::eq(class.get(vm).native, Object::native()) {
        let name = object::full_class_name(vm, class)?;
        return Err(vm.raise(Exc::TypeError, format!("cannot create '{name}' instances")));
    }
    crate::types::type_::new::check_instantiable(vm, class)?;
    object::new_instance(vm, class)
}

fn excess_arguments_of_new(vm: &mut Vm, class: Gc<Type>) -> Result<(), Raised> {
    let slots = class.get(vm).slots;
    let own_new = slots.new.is_some_and(|f| !std::ptr::fn_addr_eq(f, new as New));
    let own_init = slots.init.is_some_and(|f| !std::ptr::fn_addr_eq(f, init as Init));
    if own_new {
        return Err(vm.raise(Exc::TypeError, "object.__new__() takes exactly one argument (the type to instantiate)"));
    }
    if !own_init {
        let name = Type::full_name(class, vm);
        return Err(vm.raise(Exc::TypeError, format!("{name}() takes no arguments")));
    }
    Ok(())
}

/// `object.__init__`.
pub fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    if args.is_empty() && !args.has_keywords() {
        return Ok(());
    }
    let class = vm.type_of(this);
    let slots = class.get(vm).slots;
    let own_init = slots.init.is_some_and(|f| !std::ptr::fn_addr_eq(f, init as Init));
    let own_new = slots.new.is_some_and(|f| !std::ptr::fn_addr_eq(f, new as New));
    if own_init {
        return Err(
            vm.raise(Exc::TypeError, "object.__init__() takes exactly one argument (the instance to initialize)")
        );
    }
    if !own_new {
        let name = Type::name(class, vm);
        return Err(vm.raise(
            Exc::TypeError,
            format!("{name}.__init__() takes exactly one argument (the instance to initialize)"),
        ));
    }
    Ok(())
}

fn format(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, spec] = args.all();
    let Some(text) = spec.downcast::<Str>(vm) else {
        let got = vm.type_name(spec);
        return Err(vm.raise(Exc::TypeError, format!("__format__() argument must be str, not {got}")));
    };
    if !text.get(vm).is_empty() {
        let name = vm.type_name(this);
        return Err(vm.raise(Exc::TypeError, format!("unsupported format string passed to {name}.__format__")));
    }
    vm.str(this)
}

fn init_subclass(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::NONE)
}

fn subclass_hook(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::NOT_IMPLEMENTED)
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match args.get(0).as_heap() {
        Some(header) => Ok(Value::int(vm.heap_mut().object_bytes(header))),
        None => Ok(Value::int(8)),
    }
}

fn get_class(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(vm.type_of(this).value())
}

fn set_class(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    vm.audit_set(this, "__class__", value)?;
    crate::types::type_::layout::set_class(vm, this, value)
}

fn dir(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    crate::types::type_::attributes::dir_of_object(vm, args.get(0))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    super::reduce::reduce_ex(vm, args.get(0), 0)
}

fn reduce_ex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, protocol] = args.all();
    let protocol = vm.index_i32(protocol)?;
    let class = vm.type_of(this);
    let own = Type::lookup_name(class, vm, name::REDUCE);
    let base = vm.class(crate::types::Builtin::Object);
    if own != Type::lookup_name(base, vm, name::REDUCE) {
        return vm.call_method_name(this, name::REDUCE, &[]);
    }
    super::reduce::reduce_ex(vm, this, protocol)
}

fn get_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    super::reduce::default_state(vm, args.get(0), false)
}

const METHODS: &[MethodDef] = &[
    method("__reduce_ex__($self, protocol, /)", reduce_ex, "Helper for pickle."),
    method("__reduce__($self, /)", reduce, "Helper for pickle."),
    method("__getstate__($self, /)", get_state, "Helper for pickle."),
    class_method(
        "__subclasshook__($type, object, /)",
        subclass_hook,
        "Abstract classes can override this to customize issubclass().\n\nThis is invoked early on by abc.ABCMeta.__subclasscheck__().\nIt should return True, False or NotImplemented.  If it returns\nNotImplemented, the normal algorithm is used.  Otherwise, it\noverrides the normal algorithm (and the outcome is cached).",
    ),
    class_method(
        "__init_subclass__($type, /)",
        init_subclass,
        "This method is called when a class is subclassed.\n\nThe default implementation does nothing. It may be\noverridden to extend subclasses.",
    ),
    method(
        "__format__($self, format_spec, /)",
        format,
        "Default object formatter.\n\nReturn str(self) if format_spec is empty. Raise TypeError otherwise.",
    ),
    method("__sizeof__($self, /)", sizeof, "Size of object in memory, in bytes."),
    method("__dir__($self, /)", dir, "Default dir() implementation."),
];

const GETSET: &[GetSetDef] = &[getset("__class__", get_class, set_class, "the object's class")];

pub static TYPE: TypeSpec = TypeSpec {
    name: "object",
    layout: Some(<Object as HeapObject>::native),
    slots: Slots {
        repr: Some(object::default_repr),
        str: Some(object::str),
        hash: Some(object::hash),
        getattro: Some(object::getattro),
        setattro: Some(object::setattro),
        richcompare: Some(object::richcompare),
        init: Some(init),
        new: Some(new),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "object()\n--\n\nThe base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new featureless\ninstance that has no instance attributes and cannot be given any.\n",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
