//! `_thread._local`: attributes that each thread has for itself.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::{Init, Slots};
use crate::spec::{BASETYPE, TypeSpec, WEAKREFABLE};
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::types::weakref::WeakRef;
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

/// By threads, weak references to the local objects of which they have attributes.
const USERS: &str = "thread.locals";

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
    note_use(vm, local.value())?;
    Ok(local.value())
}

/// Notes that the calling thread has attributes of a local object, which it gives up when it ends.
fn note_use(vm: &mut Vm, local: Value) -> Result<(), Raised> {
    let users = match vm.state(USERS).and_then(|users| users.exact::<Dict>()) {
        Some(users) => users,
        None => {
            let users = Dict::new(vm)?;
            vm.set_state(USERS, users.value());
            users
        }
    };
    let key = vm.new_uint(vm.thread_serial)?;
    let used = match Dict::get_item(users, vm, key)?.and_then(|used| used.exact::<List>()) {
        Some(used) => used,
        None => {
            let used = List::new(vm)?;
            Dict::set(users, vm, key, used.value())?;
            used
        }
    };
    let len = used.get(vm).len();
    if len >= 16 && len.is_power_of_two() {
        drop_dead(vm, used);
    }
    let shape = vm.class(Builtin::WeakRef).get(vm).root_shape;
    let reference = WeakRef::new(vm, shape, local, None)?;
    List::push(used, vm, reference.value())
}

/// Drops the references to what has died.
fn drop_dead(vm: &mut Vm, used: Gc<List>) {
    let mut kept = 0;
    for i in 0..used.get(vm).len() {
        let Some(reference) = used.get(vm).get_at(vm, i) else { break };
        if reference.downcast::<WeakRef>(vm).is_some_and(|reference| reference.get(vm).referent().is_some()) {
            List::set_at(used, vm, kept, reference);
            kept += 1;
        }
    }
    List::truncate(used, vm, kept);
}

/// The calling thread ends: its attributes go.
pub(super) fn forget_own(vm: &mut Vm) -> Result<(), Raised> {
    let key = vm.new_uint(vm.thread_serial)?;
    forget(vm, key)
}

/// All other threads are gone: so are their attributes.
pub(crate) fn forget_others(vm: &mut Vm) -> Result<(), Raised> {
    let Some(users) = vm.state(USERS).and_then(|users| users.exact::<Dict>()) else { return Ok(()) };
    let mut at = 0;
    while let Some((number, entry)) = users.get(vm).next_entry(vm, at) {
        at = number + 1;
        if vm.as_i64(entry.key) != i64::try_from(vm.thread_serial).ok() {
            forget(vm, entry.key)?;
        }
    }
    Ok(())
}

fn forget(vm: &mut Vm, thread: Value) -> Result<(), Raised> {
    let Some(users) = vm.state(USERS).and_then(|users| users.exact::<Dict>()) else { return Ok(()) };
    let Some(used) = Dict::remove(users, vm, thread)?.and_then(|used| used.exact::<List>()) else { return Ok(()) };
    for i in 0..used.get(vm).len() {
        let Some(reference) = used.get(vm).get_at(vm, i).and_then(|value| value.downcast::<WeakRef>(vm)) else { break };
        if let Some(local) = reference.get(vm).referent().and_then(|local| local.downcast::<Local>(vm)) {
            let dicts = local.get(vm).dicts;
            Dict::remove(dicts, vm, thread)?;
        }
    }
    Ok(())
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
    let dict = Dict::new(vm)?;
    Dict::set(dicts, vm, key, dict.value())?;
    note_use(vm, this)?;
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
