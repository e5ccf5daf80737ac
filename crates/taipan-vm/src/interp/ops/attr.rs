//! Attributes: loads, stores, methods, `super`, special methods; their inline caches.
//!
//! A cache is valid while the object's shape and the interpreter's type epoch are those in its guard word: the shape says the
//! class and the instance's slots, the epoch that no class a cache depends on has changed.

use super::super::attr_cache::Resolved;
use super::super::call::PUSHED;
use super::super::frame::{Kind, Ret};
use super::super::op::Op;
use super::super::register_code::RegOp;
use crate::args::Args;
use crate::attr::Method;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::shape::AttrsPlace;
use crate::slots::{GetAttr, SetAttr};
use crate::spec::METHOD_DESCRIPTOR;
use crate::types::Builtin;
use crate::types::descriptor::MemberDescriptor;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::module::Module;
use crate::types::property::Property;
use crate::types::str::Str;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

/// Whether the guard word of a cache matches a heap object.
#[inline(always)]
pub fn guard(vm: &Vm, object: Value, data: u64) -> bool {
    u64::from(object.shape_id()) | u64::from(vm.interp().type_epoch) << 32 == data
}

/// The cached attribute of a module whose dict has the cached keys.
#[inline(always)]
pub fn module_value(vm: &Vm, object: Value, data: u64, number: u16) -> Option<Value> {
    let dict = object.exact::<Module>()?.get(vm).dict.get(vm);
    dict.value_in_version(vm, data as u32, number as usize)
}

fn guard_word(vm: &Vm, object: Value) -> u64 {
    u64::from(object.shape_id()) | u64::from(vm.interp().type_epoch) << 32
}

fn generic_get(vm: &Vm, class: Gc<Type>) -> bool {
    class.get(vm).slots.getattro.is_none_or(|get| std::ptr::fn_addr_eq(get, crate::types::object::getattro as GetAttr))
}

pub(super) fn generic_set(vm: &Vm, class: Gc<Type>) -> bool {
    class.get(vm).slots.setattro.is_none_or(|set| std::ptr::fn_addr_eq(set, crate::types::object::setattro as SetAttr))
}

/// Where an instance holds an attribute, if the shape alone decides it.
fn place_of(vm: &mut Vm, object: Value, name: Gc<Str>) -> Option<Resolved> {
    let id = object.shape_id();
    let AttrsPlace::Slots { word } = vm.shape(id).attrs else { return None };
    let atom = Str::known_atom(name, vm)?;
    let slot = vm.interp_mut().shapes.slot_of(id, atom)?;
    let shape = vm.shape(id);
    match slot.checked_sub(shape.inline_count) {
        None => Some(Resolved::Slot(shape.inline_start + slot)),
        Some(index) => Some(Resolved::Overflow(u8::try_from(word).ok()?, u8::try_from(index).ok()?)),
    }
}

/// The word of an instance that holds an attribute, if the shape alone decides it.
fn word_of(vm: &mut Vm, object: Value, name: Gc<Str>) -> Option<u16> {
    match place_of(vm, object, name)? {
        Resolved::Slot(word) => Some(word),
        _ => None,
    }
}

/// Whether the shape alone says that the instance has no such attribute.
fn lacks(vm: &mut Vm, object: Value, name: Gc<Str>) -> bool {
    let id = object.shape_id();
    match vm.shape(id).attrs {
        AttrsPlace::None => true,
        AttrsPlace::Slots { .. } => match Str::known_atom(name, vm) {
            Some(atom) => vm.interp_mut().shapes.slot_of(id, atom).is_none(),
            None => true,
        },
        AttrsPlace::Dict { .. } | AttrsPlace::TrailingDict => false,
    }
}

/// What an attribute of a heap object is, if its shape and class alone decide it.
fn resolve(vm: &mut Vm, object: Value, name: Gc<Str>) -> Option<Resolved> {
    let class = vm.type_of(object);
    if !generic_get(vm, class) {
        return None;
    }
    let Some(attribute) = Type::lookup(class, vm, name) else {
        return place_of(vm, object, name);
    };
    let slots = vm.slots(attribute);
    let (get, set) = (slots.descr_get.is_some(), slots.descr_set.is_some());
    if let Some(member) = attribute.exact::<MemberDescriptor>() {
        let member = member.get(vm);
        if member.def.is_some() || !Type::is_subtype(class, vm, member.class) {
            return None;
        }
        return u16::try_from(member.word).ok().map(Resolved::Slot);
    }
    if set {
        // The getter of a property in Python runs in a frame of this loop; a property cannot be changed. What is only
        // written through the class is left alone, so that a place found here serves reads and writes.
        if !get {
            return None;
        }
        let getter = attribute.exact::<Property>().and_then(|property| property.get(vm).fget);
        return getter.filter(|getter| getter.exact::<Function>().is_some()).map(Resolved::Property);
    }
    if let Some(place) = place_of(vm, object, name) {
        return Some(place);
    }
    if !lacks(vm, object, name) {
        return None;
    }
    let own = vm.type_of(attribute);
    if own.get(vm).has_flag(METHOD_DESCRIPTOR) {
        return Some(Resolved::Method(attribute));
    }
    (!get).then_some(Resolved::Class(attribute))
}

/// As `resolve`, answered from the shared cache where it knows, and kept there.
#[inline]
fn resolve_cached(vm: &mut Vm, object: Value, name: Gc<Str>) -> Option<Resolved> {
    if !object.is_heap() {
        return None;
    }
    let (shape, atom) = (object.shape_id(), Str::known_atom(name, vm)?);
    let interp = vm.interp();
    if let Some(resolved) = interp.attr_cache.get(interp.lookup_epoch, shape, atom, 0) {
        return Some(resolved);
    }
    let resolved = resolve(vm, object, name)?;
    let class = vm.type_of(object);
    Type::mark_cached(class, vm);
    let interp = vm.interp_mut();
    interp.attr_cache.set(interp.lookup_epoch, shape, atom, 0, resolved);
    Some(resolved)
}

/// Whether an operation should be specialised for the object before it: not while it serves another shape well.
#[inline]
fn wants_specializing(vm: &mut Vm, op: Op, object: Value, generic: RegOp) -> bool {
    op.word().op() == generic as u8
        || op.data(1) as u32 == object.shape_id()
        || vm.interp_mut().attr_cache.should_turn()
}

fn cache_value(vm: &mut Vm, op: Op, object: Value, value: Value, form: RegOp) {
    op.set_data(1, guard_word(vm, object));
    op.set_cached(vm, Some(value));
    op.specialize(form);
}

fn cache_slot(vm: &Vm, op: Op, object: Value, word: u16, form: RegOp) {
    op.set_data(1, guard_word(vm, object));
    op.set_word(op.word().with_c(word).with_op(form));
}

fn specialize_module(vm: &mut Vm, op: Op, module: Gc<Module>, name: Gc<Str>, form: RegOp) {
    let dict = module.get(vm).dict;
    let Some(number) = Dict::find_str(dict, vm, name).and_then(|number| u16::try_from(number).ok()) else { return };
    let version = Dict::keys_version(dict, vm);
    // A class attribute of `module` that is a data descriptor comes first.
    let class = vm.type_of(module.value());
    if version != 0 && Type::lookup(class, vm, name).is_none() {
        op.set_data(1, u64::from(version));
        op.set_word(op.word().with_c(number).with_op(form));
    }
}

/// LOAD_ATTR in any form.
#[inline(never)]
pub fn load_attr(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let (object, name) = (op.rb(), op.name(vm));
    if op.word().op() == RegOp::LOAD_ATTR_PROPERTY as u8
        && object.is_heap()
        && guard(vm, object, op.data(1))
        && let Some(getter) = op.cached(vm).and_then(|getter| getter.exact::<Function>())
    {
        return call_getter(vm, op, object, getter);
    }
    if let Some(module) = object.exact::<Module>() {
        specialize_module(vm, op, module, name, RegOp::LOAD_ATTR_MODULE);
        return vm.get_attr(object, name);
    }
    let Some(resolved) = resolve_cached(vm, object, name) else { return vm.get_attr(object, name) };
    if wants_specializing(vm, op, object, RegOp::LOAD_ATTR) {
        match resolved {
            Resolved::Slot(word) => cache_slot(vm, op, object, word, RegOp::LOAD_ATTR_SLOT),
            Resolved::Overflow(word, index) => {
                cache_slot(vm, op, object, u16::from_le_bytes([word, index]), RegOp::LOAD_ATTR_OVERFLOW);
            }
            Resolved::Class(value) => cache_value(vm, op, object, value, RegOp::LOAD_ATTR_CLASS),
            Resolved::Property(getter) => cache_value(vm, op, object, getter, RegOp::LOAD_ATTR_PROPERTY),
            Resolved::Method(_) => {}
        }
    }
    match resolved {
        Resolved::Slot(word) => match vm.object_word(object, word) {
            Some(value) => Ok(value),
            None => vm.get_attr(object, name),
        },
        Resolved::Overflow(word, index) => match vm.overflow_word(object, word, index) {
            Some(value) => Ok(value),
            None => vm.get_attr(object, name),
        },
        Resolved::Class(value) => Ok(value),
        Resolved::Method(method) => {
            let class = vm.type_of(object);
            vm.bind_descriptor(method, object, class)
        }
        Resolved::Property(getter) => match getter.exact::<Function>() {
            Some(getter) => call_getter(vm, op, object, getter),
            None => vm.get_attr(object, name),
        },
    }
}

/// Pushes the frame of a property's getter.
fn call_getter(vm: &mut Vm, op: Op, object: Value, getter: Gc<Function>) -> Result<Value, Raised> {
    vm.count()?;
    let ret = Ret::new(Kind::Plain, op.word().a(), RegOp::LOAD_ATTR.words() as u8);
    vm.push_bound(getter, Args::new(&mut [object]), ret)?;
    Ok(PUSHED)
}

/// LOAD_METHOD in any form.
#[inline(never)]
pub fn load_method(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let (object, name, to) = (op.rb(), op.name(vm), op.word().a());
    if let Some(module) = object.exact::<Module>() {
        specialize_module(vm, op, module, name, RegOp::LOAD_METHOD_MODULE);
    }
    let value = match resolve_cached(vm, object, name) {
        Some(Resolved::Method(method)) => {
            if wants_specializing(vm, op, object, RegOp::LOAD_METHOD) {
                cache_value(vm, op, object, method, RegOp::LOAD_METHOD_CACHED);
            }
            op.set(to, method);
            op.set(to + 1, object);
            return Ok(());
        }
        Some(Resolved::Slot(word)) if let Some(value) = vm.object_word(object, word) => value,
        Some(Resolved::Overflow(word, index)) if let Some(value) = vm.overflow_word(object, word, index) => value,
        Some(Resolved::Class(value)) => value,
        _ => match vm.method_to_call(object, name)? {
            Method::Unbound(method) => {
                op.set(to, method);
                op.set(to + 1, object);
                return Ok(());
            }
            Method::Bound(value) => value,
        },
    };
    op.set(to, value);
    op.set(to + 1, Value::UNBOUND);
    Ok(())
}

/// LOAD_METHOD_DICTLESS.
#[inline(never)]
pub fn load_method_dictless(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let (object, to) = (op.rb(), op.word().a());
    if object.is_heap()
        && guard(vm, object, op.data(1))
        && vm.lacks_dict(object)
        && let Some(method) = op.cached(vm)
    {
        op.set(to, method);
        op.set(to + 1, object);
        return Ok(());
    }
    load_method(vm, op)
}

/// STORE_ATTR in any form.
#[inline(never)]
pub fn store_attr(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let (object, value, name) = (op.ra(), op.rb(), op.name(vm));
    if object.is_heap() {
        let class = vm.type_of(object);
        if generic_set(vm, class) {
            // A word of the instance is read and written in the same cases.
            if op.word().op() != RegOp::STORE_ATTR as u8
                && let Some(Resolved::Slot(word)) = resolve_cached(vm, object, name)
                && !wants_specializing(vm, op, object, RegOp::STORE_ATTR)
            {
                vm.set_object_word(object, word, Some(value));
                return Ok(());
            }
            if vm.has_overflow(object)
                && let Some(Resolved::Overflow(word, index)) = resolve_cached(vm, object, name)
                && vm.set_overflow_word(object, word, index, value)
            {
                return Ok(());
            }
            match Type::lookup(class, vm, name) {
                Some(attribute) => {
                    if let Some(member) = attribute.exact::<MemberDescriptor>() {
                        if member.get(vm).def.is_none()
                            && Type::is_subtype(class, vm, member.get(vm).class)
                            && let Ok(word) = u16::try_from(member.get(vm).word)
                        {
                            cache_slot(vm, op, object, word, RegOp::STORE_ATTR_SLOT);
                        }
                    } else if vm.slots(attribute).descr_set.is_none()
                        && let Some(word) = word_of(vm, object, name)
                    {
                        cache_slot(vm, op, object, word, RegOp::STORE_ATTR_SLOT);
                    }
                }
                None => match word_of(vm, object, name) {
                    Some(word) => cache_slot(vm, op, object, word, RegOp::STORE_ATTR_SLOT),
                    None => return add_attr(vm, op, object, name, value),
                },
            }
        }
    }
    vm.set_attr(object, name, Some(value))
}

/// Stores an attribute that the instance does not have yet, and caches the change of shape.
fn add_attr(vm: &mut Vm, op: Op, object: Value, name: Gc<Str>, value: Value) -> Result<(), Raised> {
    let before = guard_word(vm, object);
    let slots = matches!(vm.shape(object.shape_id()).attrs, AttrsPlace::Slots { .. });
    vm.set_attr(object, name, Some(value))?;
    let after = object.shape_id();
    if slots
        && u64::from(after) != before & 0xFFFF_FFFF
        && vm.shape(after).parent == before as u32
        && let Some(word) = word_of(vm, object, name)
    {
        op.set_data(1, before);
        op.set_data(2, u64::from(after));
        op.set_word(op.word().with_c(word).with_op(RegOp::STORE_ATTR_ADD));
    }
    Ok(())
}

/// DELETE_ATTR.
pub fn delete_attr(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let name = op.name(vm);
    vm.set_attr(op.ra(), name, None)
}

/// LOAD_SUPER_ATTR.
#[inline(never)]
pub fn load_super_attr(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let (base, to, flags) = (op.word().b(), op.word().a(), op.word().flags());
    let (global, class, object, name) = (op.get(base), op.get(base + 1), op.get(base + 2), op.name(vm));
    let is_builtin = vm.class(Builtin::Super).value() == global;
    let atom = if is_builtin && object.is_heap() { Str::known_atom(name, vm) } else { None };
    let start = class.bits() as usize;
    let interp = vm.interp();
    if flags & 1 != 0
        && let Some(atom) = atom
        && let Some(Resolved::Method(method)) =
            interp.attr_cache.get(interp.lookup_epoch, object.shape_id(), atom, start)
    {
        op.set(to, method);
        op.set(to + 1, object);
        return Ok(());
    }
    if is_builtin
        && let Some(start) = class.downcast::<Type>(vm)
        && let Some((own, is_class)) = super_receiver(vm, start, object)
        && let Some(attribute) = after(vm, start, own, name)
    {
        let kind = vm.type_of(attribute);
        if flags & 1 != 0 && !is_class && kind.get(vm).has_flag(METHOD_DESCRIPTOR) {
            if let Some(atom) = atom
                && own == vm.type_of(object)
            {
                Type::mark_cached(own, vm);
                let start = start.header().as_ptr().addr();
                let interp = vm.interp_mut();
                let (epoch, shape) = (interp.lookup_epoch, object.shape_id());
                interp.attr_cache.set(epoch, shape, atom, start, Resolved::Method(attribute));
            }
            op.set(to, attribute);
            op.set(to + 1, object);
            return Ok(());
        }
        let value = match vm.slots(attribute).descr_get {
            Some(get) => get(vm, attribute, (!is_class).then_some(object), Some(own.value()))?,
            None => attribute,
        };
        return give(op, to, flags, value);
    }
    let object = if flags & 2 != 0 || is_builtin { vm.call(global, &[class, object])? } else { vm.call(global, &[])? };
    let value = vm.get_attr(object, name)?;
    give(op, to, flags, value)
}

fn give(op: Op, to: u16, flags: u8, value: Value) -> Result<(), Raised> {
    op.set(to, value);
    if flags & 1 != 0 {
        op.set(to + 1, Value::UNBOUND);
    }
    Ok(())
}

/// The class whose MRO `super(start, object)` walks, and whether `object` is that class itself.
fn super_receiver(vm: &mut Vm, start: Gc<Type>, object: Value) -> Option<(Gc<Type>, bool)> {
    if let Some(class) = object.downcast::<Type>(vm)
        && Type::is_subtype(class, vm, start)
    {
        return Some((class, true));
    }
    let own = vm.type_of(object);
    Type::is_subtype(own, vm, start).then_some((own, false))
}

/// The attribute found after `start` in the MRO of `own`.
fn after(vm: &mut Vm, start: Gc<Type>, own: Gc<Type>, name: Gc<Str>) -> Option<Value> {
    // `super().__class__` is `super` itself.
    if Str::known_atom(name, vm) == Some(name::CLASS) {
        return None;
    }
    let mro = own.get(vm).mro;
    let from = mro.get(vm).items().iter().position(|item| *item == start.value())? + 1;
    for i in from..mro.get(vm).len() {
        let Some(base) = mro.get(vm).at(i).downcast::<Type>(vm) else { continue };
        let dict = base.get(vm).dict;
        if let Some(found) = Dict::get_str(dict, vm, name) {
            return Some(found);
        }
    }
    None
}

/// LOAD_SPECIAL.
#[inline(never)]
pub fn load_special(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let (object, to) = (op.rb(), op.word().a());
    let (atom, other, kind) = match op.word().c() {
        0 => (name::ENTER, [name::AENTER, name::AEXIT], false),
        1 => (name::EXIT, [name::AENTER, name::AEXIT], false),
        2 => (name::AENTER, [name::ENTER, name::EXIT], true),
        _ => (name::AEXIT, [name::ENTER, name::EXIT], true),
    };
    match vm.special_method_unbound(object, atom)? {
        Some(crate::attr::Method::Unbound(method)) => {
            op.set(to, method);
            op.set(to + 1, object);
            Ok(())
        }
        Some(crate::attr::Method::Bound(method)) => {
            op.set(to, method);
            op.set(to + 1, Value::UNBOUND);
            Ok(())
        }
        None => {
            let got = crate::types::object::qualified_type_name(vm, object)?;
            let missed = crate::names::KNOWN_NAMES[atom.0 as usize];
            let protocol = |is_async| {
                if is_async { "asynchronous context manager protocol" } else { "context manager protocol" }
            };
            let mut message =
                format!("'{got}' object does not support the {} (missed {missed} method)", protocol(kind));
            if vm.has_special(object, other[0]) && vm.has_special(object, other[1]) {
                let word = if kind { "with" } else { "async with" };
                message.push_str(&format!(" but it supports the {}. Did you mean to use '{word}'?", protocol(!kind)));
            }
            Err(vm.raise(Exc::TypeError, message))
        }
    }
}
