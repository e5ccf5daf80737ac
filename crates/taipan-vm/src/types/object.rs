//! `object`: the base of every class.

use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, SetAttr};
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::type_::{Type, trampolines};
use crate::value::Value;
use crate::vm::Vm;

pub mod methods;
pub mod reduce;

pub use methods::TYPE;

heap_object! {
    /// An object without native fields; also the base layout of classes made from Python.
    pub struct Object = Builtin::Object {}
}

/// A new instance of a class whose layout is `Object`.
#[inline(always)]
pub fn new_instance(vm: &mut Vm, class: Gc<Type>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    let object = vm.new_object(shape, Object { header: HeaderWord::NEW })?;
    Ok(object.value())
}

/// `object.__getattribute__`.
pub fn getattro(vm: &mut Vm, this: Value, attribute: Gc<Str>) -> Result<Value, Raised> {
    vm.generic_get_attr(this, attribute)
}

/// `object.__setattr__`, `object.__delattr__`.
pub fn setattro(vm: &mut Vm, this: Value, attribute: Gc<Str>, value: Option<Value>) -> Result<(), Raised> {
    vm.generic_set_attr(this, attribute, value)
}

/// Refuses `object.__setattr__(some_class, ...)`, which would bypass the checks of its class.
pub fn check_foreign_setattr(vm: &mut Vm, this: Value, function: SetAttr, what: &str) -> Result<(), Raised> {
    let class = vm.type_of(this);
    let is = |vm: &Vm, class: Gc<Type>, wanted: SetAttr| {
        class.get(vm).slots.setattro.is_some_and(|own| std::ptr::fn_addr_eq(own, wanted))
    };
    let from_python = trampolines::setattro as SetAttr;
    let own = class.get(vm).slots.setattro;
    // The class that gave the native behaviour its instances have; classes made from Python do not count.
    let mro = class.get(vm).mro;
    let mut defining = class;
    for i in (0..mro.get(vm).len()).rev() {
        let Some(base) = mro.get(vm).at(i).downcast::<Type>(vm) else { continue };
        if !is(vm, base, from_python) && own.is_some_and(|own| is(vm, base, own)) {
            defining = base;
            break;
        }
    }
    let mut at = Some(defining);
    while let Some(base) = at {
        if is(vm, base, function) {
            return Ok(());
        }
        if !is(vm, base, from_python) {
            let name = Type::name(class, vm);
            return Err(vm.raise(Exc::TypeError, format!("can't apply this {what} to {name} object")));
        }
        at = base.get(vm).base;
    }
    Ok(())
}

/// `object.__eq__` and `object.__ne__`.
pub fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    match op {
        Comparison::Eq => Ok(if a == b { Value::TRUE } else { Value::NOT_IMPLEMENTED }),
        Comparison::Ne => {
            let Some(compare) = vm.slots(a).richcompare else { return Ok(Value::NOT_IMPLEMENTED) };
            let equal = compare(vm, a, b, Comparison::Eq)?;
            if equal.is_not_implemented() {
                return Ok(equal);
            }
            Ok(Value::bool(!vm.is_true(equal)?))
        }
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// `object.__hash__`: by identity.
pub fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let Some(mut header) = this.as_heap() else { return Ok((this.bits() >> 4) as i64) };
    // SAFETY: a live object's header; nothing else refers to it here.
    let stored = unsafe { header.as_ref() }.identity_hash();
    if this.downcast::<Str>(vm).is_some() {
        return Ok((vm.heap_mut().object_id(header) >> 4) as i64);
    }
    if stored != 0 {
        return Ok(i64::from(stored));
    }
    let fresh = vm.next_identity();
    // SAFETY: as above.
    unsafe { header.as_mut() }.set_identity_hash(fresh);
    Ok(i64::from(fresh))
}

/// `__hash__ = None`.
pub fn hash_not_implemented(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let name = vm.type_name(this);
    Err(vm.raise(Exc::TypeError, format!("unhashable type: '{name}'")))
}

/// `id(value)`.
pub fn id(vm: &mut Vm, value: Value) -> Result<Value, Raised> {
    match value.as_heap() {
        Some(header) => {
            let id = vm.heap_mut().object_id(header);
            vm.new_uint(id)
        }
        // Immediates: a number of their own that no serial number times 16 can be.
        None => vm.new_uint(value.bits() & (u64::MAX >> 2) | 1),
    }
}

impl Vm {
    /// The object whose `id()` a number is, if it has been asked for and the object lives.
    pub fn object_of_id(&self, id: u64) -> Option<Value> {
        self.interp().heap.object_of_id(id).map(Value::from_heap)
    }
}

/// `object.__repr__`: `<module.Class object at 0x...>`.
pub fn default_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let class = vm.type_of(this);
    let name = full_class_name(vm, class)?;
    let id = id_number(vm, this);
    vm.new_str(&format!("<{name} object at {id:#x}>"))
}

/// `id(value)` as a number for reprs.
pub fn id_number(vm: &mut Vm, value: Value) -> u64 {
    match value.as_heap() {
        Some(header) => vm.heap_mut().object_id(header),
        None => value.bits() & (u64::MAX >> 2) | 1,
    }
}

/// `module.qualname` of a class, without the module for builtins.
pub fn full_class_name(vm: &mut Vm, class: Gc<Type>) -> Result<String, Raised> {
    let qualname = class.get(vm).qualname.get(vm).to_string_lossy();
    let module = crate::types::type_::attributes::module_of(vm, class)?;
    match module.and_then(|module| vm.text_of(module)) {
        Some(module) if module != "builtins" => Ok(format!("{module}.{qualname}")),
        _ => Ok(qualname),
    }
}

/// The name of the class of a value with its module, but for `builtins` and `__main__` (CPython's `%T`).
pub fn qualified_type_name(vm: &mut Vm, value: Value) -> Result<String, Raised> {
    let class = vm.type_of(value);
    let full = full_class_name(vm, class)?;
    Ok(full.strip_prefix("__main__.").map_or(full.clone(), str::to_owned))
}

/// `object.__str__`.
pub fn str(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    vm.repr(this)
}

/// The getter of `__dict__`.
pub fn get_dict(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    match vm.instance_dict(this)? {
        Some(dict) => Ok(dict.value()),
        None if this.downcast::<Type>(vm).is_some() => crate::types::type_::methods::get_dict(vm, this),
        None => {
            let name = vm.name(name::DICT);
            Err(vm.raise_no_attribute(this, name))
        }
    }
}

/// The setter of `__dict__`.
pub fn set_dict(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let class = vm.type_of(this);
    // The native type the dict comes from, if it is not from a class made from Python.
    let mut native = class;
    while native.get(vm).is_heap_type()
        && let Some(base) = native.get(vm).base
    {
        native = base;
    }
    for owner in [Builtin::Type, Builtin::Module] {
        let owner = vm.class(owner);
        if Type::is_subtype(native, vm, owner) {
            let name = Type::name(owner, vm);
            let message = if owner == vm.class(Builtin::Type) {
                format!("attribute '__dict__' of '{name}' objects is not writable")
            } else {
                "readonly attribute".to_owned()
            };
            return Err(vm.raise(Exc::AttributeError, message));
        }
    }
    let value = match value {
        Some(value) => value,
        None if !native.get(vm).has_flag(crate::spec::HAS_DICT) => Dict::new(vm)?.value(),
        None => return Err(vm.raise(Exc::TypeError, "cannot delete __dict__")),
    };
    let Some(dict) = value.downcast::<Dict>(vm) else {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("__dict__ must be set to a dictionary, not a '{got}'")));
    };
    if vm.set_instance_dict(this, dict)? {
        return Ok(());
    }
    let name = vm.name(name::DICT);
    Err(vm.raise_no_attribute(this, name))
}

/// `object[key]` where the class has no `__getitem__`: `__class_getitem__` of a class, else TypeError.
pub fn subscript_class(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    if let Some(class) = this.downcast::<Type>(vm) {
        if class == vm.class(Builtin::Type) {
            return crate::types::generic_alias::new(vm, this, key);
        }
        if let Some(method) = vm.get_attr_opt_name(this, name::CLASS_GETITEM)?
            && !method.is_none()
        {
            return vm.call(method, &[key]);
        }
        let name = Type::name(class, vm);
        return Err(vm.raise(Exc::TypeError, format!("type '{name}' is not subscriptable")));
    }
    let name = vm.type_name(this);
    Err(vm.raise(Exc::TypeError, format!("'{name}' object is not subscriptable")))
}

const _: () = assert!(Object::EXACT_SHAPE == 1);
