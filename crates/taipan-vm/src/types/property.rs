//! `property`: a computed attribute.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::slots::Slots;
use crate::spec::{BASETYPE, GetSetDef, MethodDef, TypeSpec, getset, getter, method};
use crate::types::Builtin;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// A property.
    pub struct Property = Builtin::Property {
        pub fget: Option<Value>,
        pub fset: Option<Value>,
        pub fdel: Option<Value>,
        pub doc: Option<Value>,
        /// From `__set_name__`.
        pub name: Option<Value>,
        /// The documentation was taken from the getter.
        pub getter_doc: bool,
        pub pad: [u8; 7],
    }
}

fn expect(vm: &Vm, this: Value) -> Gc<Property> {
    this.expect(vm)
}

fn new(vm: &mut Vm, class: Gc<Type>, _args: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    let empty = Property {
        header: HeaderWord::NEW,
        fget: None,
        fset: None,
        fdel: None,
        doc: None,
        name: None,
        getter_doc: false,
        pad: [0; 7],
    };
    Ok(vm.new_object(shape, empty)?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature = Signature::parse("property(fget=None, fset=None, fdel=None, doc=None)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [fget, fset, fdel, doc] = args.all();
        fill(vm, this, fget.not_none(), fset.not_none(), fdel.not_none(), doc.not_none())
    })
}

fn fill(
    vm: &mut Vm,
    this: Value,
    fget: Option<Value>,
    fset: Option<Value>,
    fdel: Option<Value>,
    doc: Option<Value>,
) -> Result<(), Raised> {
    let property = expect(vm, this);
    let fields = property.get_mut(vm);
    (fields.fget, fields.fset, fields.fdel, fields.doc) = (fget, fset, fdel, doc);
    fields.name = None;
    fields.getter_doc = false;
    let mut doc = doc;
    if let (None, Some(getter)) = (doc, fget) {
        doc = vm.get_attr_opt_name(getter, name::DOC)?.and_then(Value::not_none);
        property.get_mut(vm).doc = doc;
        property.get_mut(vm).getter_doc = doc.is_some();
    }
    if !vm.is_exact(this, Builtin::Property) {
        // A subclass keeps the documentation in the instance, where a class attribute `__doc__` does not hide it.
        let doc = doc.unwrap_or(Value::NONE);
        if let Err(raised) = vm.set_attr_name(this, name::DOC, doc) {
            // One given as an argument is dropped where the instance cannot keep it.
            if property.get(vm).getter_doc || !vm.raised_is(Exc::AttributeError) {
                return Err(raised);
            }
            let _ = vm.take_raised(raised);
        }
    }
    Ok(())
}

/// The text before "has no getter": the property's name and its owner.
fn described(vm: &mut Vm, this: Value, object: Value) -> Result<(Option<String>, String), Raised> {
    let own = property_name(vm, this)?;
    let own = match own {
        Some(value) => Some(vm.repr_string(value)?),
        None => None,
    };
    let class = vm.type_of(object);
    let qualname = class.get(vm).qualname.value();
    Ok((own, vm.repr_string(qualname)?))
}

fn property_name(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let Property { name, fget, .. } = *expect(vm, this).get(vm);
    match (name, fget) {
        (Some(name), _) => Ok(Some(name)),
        (None, Some(getter)) => vm.get_attr_opt_name(getter, name::NAME),
        (None, None) => Ok(None),
    }
}

fn raise_lacking(vm: &mut Vm, this: Value, object: Value, what: &str) -> Raised {
    match described(vm, this, object) {
        Ok((Some(own), owner)) => {
            vm.raise(Exc::AttributeError, format!("property {own} of {owner} object has no {what}"))
        }
        Ok((None, owner)) => vm.raise(Exc::AttributeError, format!("property of {owner} object has no {what}")),
        Err(raised) => raised,
    }
}

fn descr_get(vm: &mut Vm, this: Value, object: Option<Value>, _: Option<Value>) -> Result<Value, Raised> {
    let Some(object) = object else { return Ok(this) };
    match expect(vm, this).get(vm).fget {
        Some(getter) => vm.call(getter, &[object]),
        None => Err(raise_lacking(vm, this, object, "getter")),
    }
}

fn descr_set(vm: &mut Vm, this: Value, object: Value, value: Option<Value>) -> Result<(), Raised> {
    let Property { fset, fdel, .. } = *expect(vm, this).get(vm);
    match (value, fset, fdel) {
        (Some(value), Some(setter), _) => vm.call(setter, &[object, value])?,
        (None, _, Some(deleter)) => vm.call(deleter, &[object])?,
        (Some(_), None, _) => return Err(raise_lacking(vm, this, object, "setter")),
        (None, _, None) => return Err(raise_lacking(vm, this, object, "deleter")),
    };
    Ok(())
}

/// A copy with some functions replaced, made by calling the class.
fn copy(
    vm: &mut Vm,
    this: Value,
    fget: Option<Value>,
    fset: Option<Value>,
    fdel: Option<Value>,
) -> Result<Value, Raised> {
    let Property { fget: old_get, fset: old_set, fdel: old_del, doc: old_doc, name: old_name, getter_doc, .. } =
        *expect(vm, this).get(vm);
    let class = vm.type_of(this).value();
    let fget_used = fget.or(old_get);
    let doc = if getter_doc && fget_used.is_some() { None } else { old_doc };
    let value = |v: Option<Value>| v.unwrap_or(Value::NONE);
    let args = [value(fget_used), value(fset.or(old_set)), value(fdel.or(old_del)), value(doc)];
    let new = vm.call(class, &args)?;
    if let Some(new) = new.downcast::<Property>(vm) {
        new.get_mut(vm).name = old_name;
    }
    Ok(new)
}

fn getter_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, function] = args.all();
    copy(vm, this, function.not_none(), None, None)
}

fn setter_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, function] = args.all();
    copy(vm, this, None, function.not_none(), None)
}

fn deleter_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, function] = args.all();
    copy(vm, this, None, None, function.not_none())
}

fn set_name_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if args.len() != 3 {
        let n = args.len() - 1;
        return Err(vm.raise(Exc::TypeError, format!("__set_name__() takes 2 positional arguments but {n} were given")));
    }
    let (this, attribute) = (args.get(0), args.get(2));
    expect(vm, this).get_mut(vm).name = Some(attribute);
    Ok(Value::NONE)
}

/// Whether a function is marked with `__isabstractmethod__`.
pub fn is_abstract(vm: &mut Vm, function: Value) -> Result<bool, Raised> {
    // A property of a property of a property asks on.
    vm.check_native_stack()?;
    match vm.get_attr_opt_name(function, name::ISABSTRACTMETHOD)? {
        Some(mark) => vm.is_true(mark),
        None => Ok(false),
    }
}

fn get_is_abstract(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let Property { fget, fset, fdel, .. } = *expect(vm, this).get(vm);
    for function in [fget, fset, fdel].into_iter().flatten() {
        if is_abstract(vm, function)? {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}

fn get_fget(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).fget.unwrap_or(Value::NONE))
}

fn get_fset(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).fset.unwrap_or(Value::NONE))
}

fn get_fdel(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).fdel.unwrap_or(Value::NONE))
}

fn get_doc(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).doc.unwrap_or(Value::NONE))
}

fn set_doc(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    expect(vm, this).get_mut(vm).doc = value;
    Ok(())
}

fn get_name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    match property_name(vm, this)? {
        Some(name) => Ok(name),
        None => Err(vm.raise(Exc::AttributeError, "'property' object has no attribute '__name__'")),
    }
}

fn set_name(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    expect(vm, this).get_mut(vm).name = value;
    Ok(())
}

const METHODS: &[MethodDef] = &[
    method(
        "getter($self, object, /)",
        getter_method,
        "Descriptor to obtain a copy of the property with a different getter.",
    ),
    method(
        "setter($self, object, /)",
        setter_method,
        "Descriptor to obtain a copy of the property with a different setter.",
    ),
    method(
        "deleter($self, object, /)",
        deleter_method,
        "Descriptor to obtain a copy of the property with a different deleter.",
    ),
    MethodDef::raw(
        "__set_name__",
        set_name_method,
        "__set_name__(owner, name)\n--\n\nMethod to set name of a property.",
    ),
];

const GETSET: &[GetSetDef] = &[
    getter("fget", get_fget, "").member(),
    getter("fset", get_fset, "").member(),
    getter("fdel", get_fdel, "").member(),
    getset("__doc__", get_doc, set_doc, "").member(),
    getset("__name__", get_name, set_name, ""),
    getter("__isabstractmethod__", get_is_abstract, ""),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "property",
    layout: Some(<Property as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        init: Some(init),
        descr_get: Some(descr_get),
        descr_set: Some(descr_set),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "property(fget=None, fset=None, fdel=None, doc=None)\n--\n\nProperty attribute.\n\n  fget\n    function to be used for getting an attribute value\n  fset\n    function to be used for setting an attribute value\n  fdel\n    function to be used for del'ing an attribute\n  doc\n    docstring\n\nTypical use is to define a managed attribute x:\n\nclass C(object):\n    def getx(self): return self._x\n    def setx(self, value): self._x = value\n    def delx(self): del self._x\n    x = property(getx, setx, delx, \"I'm the 'x' property.\")\n\nDecorators make defining new properties or modifying existing ones easy:\n\nclass C(object):\n    @property\n    def x(self):\n        \"I am the 'x' property.\"\n        return self._x\n    @x.setter\n    def x(self, value):\n        self._x = value\n    @x.deleter\n    def x(self):\n        del self._x",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
