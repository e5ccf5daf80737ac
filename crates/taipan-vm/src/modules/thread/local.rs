//! `_thread._local`: attributes that each thread has for itself.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::{Init, Slots};
use crate::spec::{BASETYPE, TypeSpec, WEAKREFABLE};
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// A thread-local object.
    pub struct Local {
        /// Attribute dicts by thread.
        dicts: Gc<Dict>,
        /// Arguments of the constructor, for `__init__` in each thread.
        args: Gc<Tuple>,
        kwargs: Option<Gc<Dict>>,
    }
}

pub static TYPE: TypeSpec = TypeSpec {
    name: "_local",
    module: "_thread",
    layout: Some(<Local as HeapObject>::native),
    slots: Slots { new: Some(new), getattro: Some(getattro), setattro: Some(setattro), ..Slots::DEFAULT },
    doc: "Thread-local data",
    flags: BASETYPE | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    let own_init = class.get(vm).slots.init;
    let object_init = vm.class(crate::types::Builtin::Object).get(vm).slots.init;
    let same = match (own_init, object_init) {
        (Some(a), Some(b)) => std::ptr::fn_addr_eq(a as Init, b as Init),
        (None, _) => true,
        _ => false,
    };
    if same && (!args.is_empty() || args.has_keywords()) {
        return Err(vm.raise(Exc::TypeError, "Initialization arguments are not supported"));
    }
    let positional = args.tuple_from(vm, 0)?;
    let mut kwargs = None;
    if args.has_keywords() {
        let dict = Dict::new(vm)?;
        for i in 0..args.keyword_count() {
            if let Some((key, value)) = args.keyword(vm, i) {
                Dict::set(dict, vm, key, value)?;
            }
        }
        kwargs = Some(dict);
    }
    let dicts = Dict::new(vm)?;
    let shape = class.get(vm).root_shape;
    let local = vm.new_object(shape, Local { header: HeaderWord::NEW, dicts, args: positional, kwargs })?;
    let own = Dict::new(vm)?;
    let key = vm.new_uint(vm.thread_serial)?;
    Dict::set(dicts, vm, key, own.value())?;
    Ok(local.value())
}

/// The attributes of the calling thread; `__init__` is called when it comes for the first time.
fn own_dict(vm: &mut Vm, this: Value) -> Result<Gc<Dict>, Raised> {
    let Some(local) = this.downcast::<Local>(vm) else {
        return Err(vm.raise(Exc::TypeError, "_local object expected"));
    };
    let dicts = local.get(vm).dicts;
    let key = vm.new_uint(vm.thread_serial)?;
    if let Some(dict) = Dict::get_item(dicts, vm, key)?.and_then(|dict| dict.exact::<Dict>()) {
        return Ok(dict);
    }
    drop_ended(vm, dicts)?;
    let dict = Dict::new(vm)?;
    Dict::set(dicts, vm, key, dict.value())?;
    let (args, kwargs) = (local.get(vm).args, local.get(vm).kwargs);
    let class = vm.type_of(this);
    if class.get(vm).is_heap_type()
        && let Some(init) = vm.special_method(this, name::INIT)?
    {
        let has_args = !args.get(vm).is_empty() || kwargs.is_some();
        let init_slot = class.get(vm).slots.init;
        let object_init = vm.class(crate::types::Builtin::Object).get(vm).slots.init;
        let plain = match (init_slot, object_init) {
            (Some(a), Some(b)) => std::ptr::fn_addr_eq(a as Init, b as Init),
            _ => true,
        };
        if (has_args || !plain)
            && let Err(raised) = vm.call_tuple(init, args, kwargs)
        {
            Dict::remove(dicts, vm, key)?;
            return Err(raised);
        }
    }
    Ok(dict)
}

/// Drops what is held for threads that have ended.
fn drop_ended(vm: &mut Vm, dicts: Gc<Dict>) -> Result<(), Raised> {
    let mut at = 0;
    while let Some((number, entry)) = dicts.get(vm).next_entry(vm, at) {
        at = number + 1;
        let alive = vm.as_i64(entry.key).is_some_and(|serial| vm.interp().thread_serials.contains(&(serial as u64)));
        if !alive {
            Dict::remove(dicts, vm, entry.key)?;
        }
    }
    Ok(())
}

fn getattro(vm: &mut Vm, this: Value, attribute: Gc<Str>) -> Result<Value, Raised> {
    let dict = own_dict(vm, this)?;
    if attribute.get(vm).equals("__dict__") {
        return Ok(dict.value());
    }
    let class = vm.type_of(this);
    let found = Type::lookup(class, vm, attribute);
    if let Some(found) = found {
        let slots = vm.slots(found);
        if let (Some(get), Some(_)) = (slots.descr_get, slots.descr_set) {
            return get(vm, found, Some(this), Some(class.value()));
        }
    }
    if let Some(value) = Dict::get_str(dict, vm, attribute) {
        return Ok(value);
    }
    match found {
        Some(found) => vm.bind_descriptor(found, this, class),
        None => Err(vm.raise_no_attribute(this, attribute)),
    }
}

fn setattro(vm: &mut Vm, this: Value, attribute: Gc<Str>, value: Option<Value>) -> Result<(), Raised> {
    let dict = own_dict(vm, this)?;
    if attribute.get(vm).equals("__dict__") {
        let class = vm.type_name(this);
        let message = format!("'{class}' object attribute '__dict__' is read-only");
        return Err(vm.raise(Exc::AttributeError, message));
    }
    let class = vm.type_of(this);
    if let Some(found) = Type::lookup(class, vm, attribute)
        && let Some(set) = vm.slots(found).descr_set
    {
        return set(vm, found, this, value);
    }
    match value {
        Some(value) => Dict::set_str(dict, vm, attribute, value),
        None => match Dict::remove(dict, vm, attribute.value())? {
            Some(_) => Ok(()),
            None => Err(vm.raise_no_attribute(this, attribute)),
        },
    }
}
