//! Attributes of classes: `type.__getattribute__`, `type.__setattr__`, cache invalidation, `dir()`.

use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::exceptions;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::type_::{Type, slotdefs};
use crate::value::Value;
use crate::vm::Vm;

/// `type.__getattribute__`.
pub fn getattro(vm: &mut Vm, this: Value, attribute: Gc<Str>) -> Result<Value, Raised> {
    match lookup(vm, this, attribute)? {
        Some(value) => Ok(value),
        None => {
            let class = this.downcast::<Type>(vm);
            let name = class.map_or_else(String::new, |class| Type::full_name(class, vm));
            let message = format!("type object '{name}' has no attribute '{}'", attribute.get(vm).to_string_lossy());
            Err(exceptions::raise_attribute_error(vm, &message, this, attribute))
        }
    }
}

/// As `getattro`, `None` where it would say that there is no such attribute.
pub fn lookup(vm: &mut Vm, this: Value, attribute: Gc<Str>) -> Result<Option<Value>, Raised> {
    let Some(class) = this.downcast::<Type>(vm) else { return vm.generic_lookup(this, attribute) };
    let metaclass = vm.type_of(this);
    let meta = Type::lookup(metaclass, vm, attribute);
    if let Some(meta) = meta {
        let slots = vm.slots(meta);
        if let (Some(get), Some(_)) = (slots.descr_get, slots.descr_set) {
            return get(vm, meta, Some(this), Some(metaclass.value())).map(Some);
        }
    }
    if let Some(own) = Type::lookup(class, vm, attribute) {
        return match vm.slots(own).descr_get {
            Some(get) => get(vm, own, None, Some(this)).map(Some),
            None => Ok(Some(own)),
        };
    }
    match meta {
        Some(meta) => vm.bind_descriptor(meta, this, metaclass).map(Some),
        None => Ok(None),
    }
}

/// `type.__setattr__`, `type.__delattr__`.
pub fn setattro(vm: &mut Vm, this: Value, attribute: Gc<Str>, value: Option<Value>) -> Result<(), Raised> {
    let Some(class) = this.downcast::<Type>(vm) else { return vm.generic_set_attr(this, attribute, value) };
    if !class.get(vm).is_heap_type() && !class.get(vm).has_flag(crate::spec::MUTABLE) {
        let (attribute, name) = (attribute.get(vm).to_string_lossy(), Type::full_name(class, vm));
        let message = format!("cannot set '{attribute}' attribute of immutable type '{name}'");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let metaclass = vm.type_of(this);
    if let Some(meta) = Type::lookup(metaclass, vm, attribute)
        && let Some(set) = vm.slots(meta).descr_set
    {
        return set(vm, meta, this, value);
    }
    if value.is_none() && Dict::get_str(class.get(vm).dict, vm, attribute).is_none() {
        let name = Type::full_name(class, vm);
        let message = format!("type object '{name}' has no attribute '{}'", attribute.get(vm).to_string_lossy());
        return Err(exceptions::raise_attribute_error(vm, &message, this, attribute));
    }
    set(vm, class, attribute, value)
}

/// Changes the class dict and keeps slots and caches true. Deleting an absent attribute does nothing.
pub fn set(vm: &mut Vm, class: Gc<Type>, attribute: Gc<Str>, value: Option<Value>) -> Result<(), Raised> {
    let attribute = Str::interned(attribute, vm);
    let dict = class.get(vm).dict;
    match value {
        Some(value) => Dict::set_str(dict, vm, attribute, value)?,
        None => {
            Dict::remove(dict, vm, attribute.value())?;
        }
    }
    invalidate(vm, class);
    let had_finalizer = class.get(vm).slots.del.is_some();
    slotdefs::update_slots_of(vm, class, attribute);
    if !had_finalizer && class.get(vm).slots.del.is_some() {
        vm.note_instances_of(class);
    }
    Ok(())
}

/// Tells caches that depend on the class that it changed.
pub fn invalidate(vm: &mut Vm, class: Gc<Type>) {
    if !class.get(vm).cached {
        return;
    }
    let interp = vm.interp_mut();
    interp.type_epoch = interp.type_epoch.wrapping_add(1).max(1);
    interp.forget_lookups();
    forget(vm, class);
}

/// Takes the mark from a class and from all below it: whoever caches something of these marks all its bases again. False, and
/// the mark stays, where the native stack is too short for that.
fn forget(vm: &mut Vm, class: Gc<Type>) -> bool {
    if !class.get(vm).cached {
        return true;
    }
    if let Err(raised) = vm.check_native_stack() {
        let _ = vm.take_raised(raised);
        return false;
    }
    let mut all = true;
    for i in 0..Type::subclass_count(class, vm) {
        if let Some(subclass) = Type::subclass(class, vm, i) {
            all &= forget(vm, subclass);
        }
    }
    class.get_mut(vm).cached = !all;
    all
}

/// `__module__` of a class.
pub fn module_of(vm: &mut Vm, class: Gc<Type>) -> Result<Option<Value>, Raised> {
    if let Some(spec) = class.get(vm).spec {
        return Ok(Some(Str::intern(vm, spec.module)?.value()));
    }
    let key = vm.name(name::MODULE);
    let dict = class.get(vm).dict;
    Ok(Dict::get_str(dict, vm, key))
}

/// `object.__dir__`: names of the instance and of its class and bases.
pub fn dir_of_object(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let names = Dict::new(vm)?;
    if let Some(dict) = vm.get_attr_opt_name(this, name::DICT)?
        && let Some(dict) = dict.downcast::<Dict>(vm)
    {
        add_keys(vm, names, dict)?;
    }
    if let Some(class) = vm.get_attr_opt_name(this, name::CLASS)?
        && let Some(class) = class.downcast::<Type>(vm)
    {
        add_class(vm, names, class)?;
    }
    keys_list(vm, names)
}

/// `type.__dir__`: names of the class and its bases.
pub fn dir_of_class(vm: &mut Vm, class: Gc<Type>) -> Result<Value, Raised> {
    let names = Dict::new(vm)?;
    add_class(vm, names, class)?;
    keys_list(vm, names)
}

fn add_class(vm: &mut Vm, names: Gc<Dict>, class: Gc<Type>) -> Result<(), Raised> {
    let mro = class.get(vm).mro;
    for i in (0..mro.get(vm).len()).rev() {
        if let Some(class) = mro.get(vm).at(i).downcast::<Type>(vm) {
            let dict = class.get(vm).dict;
            add_keys(vm, names, dict)?;
        }
    }
    Ok(())
}

fn add_keys(vm: &mut Vm, names: Gc<Dict>, dict: Gc<Dict>) -> Result<(), Raised> {
    let mut at = 0;
    while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
        Dict::set(names, vm, entry.key, Value::NONE)?;
        at = number + 1;
    }
    Ok(())
}

fn keys_list(vm: &mut Vm, names: Gc<Dict>) -> Result<Value, Raised> {
    let list = List::with_capacity(vm, names.get(vm).len())?;
    let mut at = 0;
    while let Some((number, entry)) = names.get(vm).next_entry(vm, at) {
        List::push(list, vm, entry.key)?;
        at = number + 1;
    }
    Ok(list.value())
}

/// Whether a class attribute is defined by a class other than `object`.
pub fn is_overridden(vm: &mut Vm, class: Gc<Type>, attribute: crate::names::Atom) -> bool {
    let object = vm.class(Builtin::Object);
    Type::lookup_name(class, vm, attribute) != Type::lookup_name(object, vm, attribute)
}
