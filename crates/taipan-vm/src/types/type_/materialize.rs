//! Classes of native types are made from their rows (`TypeSpec`) when they are first asked for.
//!
//! A class that cannot be made whole leaves no trace.

use super::{Type, slotdefs};
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::interpreter::native_layout;
use crate::names::name;
use crate::raise::Raised;
use crate::shape::{AttrsPlace, Shape, ShapeId};
use crate::slots::Slots;
use crate::spec::{self, TypeSpec};
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::{Builtin, descriptor, object};
use crate::value::Value;
use crate::vm::Vm;

/// Makes a built-in type at first use. Who asks for one cannot be told that memory has run out, hence the class, of
/// bounded size and made once, may go over the limit.
#[cold]
pub fn materialize_builtin(vm: &mut Vm, builtin: Builtin) -> Gc<Type> {
    let pending = vm.pending.take();
    let class = class_over_limit(vm, builtin.spec());
    let class = match class {
        Ok(class) => class,
        Err(raised) => {
            // The system has no memory either: a base stands in, and the next use tries again. `object` and `type` are
            // made before any limit applies.
            let _ = vm.take_raised(raised);
            let base = if builtin as u32 <= Builtin::Type as u32 { None } else { Some(Builtin::Object) };
            match base {
                Some(base) => vm.class(base),
                None => unreachable!("object and type are made when the interpreter is made"),
            }
        }
    };
    vm.pending = pending;
    class
}

/// [`class_of_spec`] for those who cannot go on without the class: if need be it is made beyond the memory limit.
pub(crate) fn class_over_limit(vm: &mut Vm, spec: &'static TypeSpec) -> Result<Gc<Type>, Raised> {
    class_of_spec(vm, spec).or_else(|raised| {
        let _ = vm.take_raised(raised);
        let limit = vm.heap_mut().config().limit;
        vm.heap_mut().set_limit(usize::MAX);
        let class = class_of_spec(vm, spec);
        vm.heap_mut().set_limit(limit);
        class
    })
}

/// The class of a native module's type, made at first use.
pub fn class_of_spec(vm: &mut Vm, spec: &'static TypeSpec) -> Result<Gc<Type>, Raised> {
    let key = std::ptr::from_ref(spec).addr();
    if let Some(class) = vm.interp().spec_types.get(&key) {
        return Ok(*class);
    }
    if let Some(id) = crate::types::BUILTIN_TYPES.iter().skip(1).position(|s| std::ptr::eq(*s, spec)) {
        return match vm.interp().builtin_types[id + 1] {
            Some(class) => Ok(class),
            None => materialize(vm, spec, Builtin::from_id(id as u32 + 1)),
        };
    }
    materialize(vm, spec, None)
}

/// Makes the class object of a spec, or leaves no trace of it.
pub fn materialize(vm: &mut Vm, spec: &'static TypeSpec, builtin: Option<Builtin>) -> Result<Gc<Type>, Raised> {
    let result = materialize_parts(vm, spec, builtin);
    if result.is_err() {
        match builtin {
            Some(builtin) => {
                vm.interp_mut().builtin_types[builtin as usize] = None;
                vm.interp_mut().shapes.get_mut(builtin as u32).klass = None;
                if builtin == Builtin::Str {
                    vm.interp_mut().shapes.get_mut(Builtin::SharedStr as u32).klass = None;
                }
            }
            None => {
                vm.interp_mut().spec_types.remove(&std::ptr::from_ref(spec).addr());
            }
        }
    }
    result
}

/// Base first, then dict rows, slots, MRO, shape.
fn materialize_parts(vm: &mut Vm, spec: &'static TypeSpec, builtin: Option<Builtin>) -> Result<Gc<Type>, Raised> {
    let is_object = std::ptr::eq(spec, &object::TYPE);
    let base = match spec.base {
        Some(base) => Some(class_of_spec(vm, base)?),
        None if is_object => None,
        None => Some(vm.class(Builtin::Object)),
    };
    let native = native_layout(spec);
    let mut flags = spec.flags;
    if let Some(base) = base {
        flags |= base.get(vm).flags
            & (spec::HAS_DICT
                | spec::WEAKREFABLE
                | spec::MAPPING
                | spec::SEQUENCE
                | spec::MATCH_SELF
                | spec::FINALIZE_AFTER_HOLDERS);
    }
    let root_shape = match builtin {
        Some(builtin) => builtin as u32,
        None => vm.interp_mut().shapes.add(Shape::native(native)),
    };
    let mut base_words = native.layout.fixed_words + native_words(spec);
    let metashape = match spec.metaclass {
        Some(metaclass) => class_of_spec(vm, metaclass)?.get(vm).root_shape,
        None => Builtin::Type as u32,
    };
    {
        let shape = vm.interp_mut().shapes.get_mut(root_shape);
        if flags & spec::HAS_DICT != 0 {
            if native.extends(crate::types::module::Module::native()) {
                shape.attrs = AttrsPlace::Dict { word: crate::types::module::DICT_WORD };
            } else if native.layout.tail == taipan_heap::Tail::None {
                shape.attrs = AttrsPlace::Dict { word: base_words };
                base_words += 1;
            } else {
                shape.attrs = AttrsPlace::TrailingDict;
                shape.trailing = 1;
            }
        }
        shape.fixed_bytes = base_words as u32 * 8;
    }
    let layout = vm.shape(root_shape).layout();
    vm.heap_mut().define_layout(root_shape, layout);

    let name = Str::intern(vm, spec.name)?;
    let dict = Dict::new(vm)?;
    let empty = Tuple::empty(vm)?;
    let bases = match base {
        Some(base) => Tuple::from_values(vm, &[base.value()])?,
        None => empty,
    };
    let mut slots = spec.slots;
    if let Some(base) = base {
        inherit_slots(&mut slots, &base.get(vm).slots.clone());
        // A type with fields of its own and no constructor is made by native code only.
        if spec.slots.new.is_none()
            && std::ptr::eq(base.get(vm).native, object::Object::native())
            && !std::ptr::eq(native, object::Object::native())
        {
            slots.new = None;
        }
    }
    let class = allocate(
        vm,
        metashape,
        Type {
            header: HeaderWord::NEW,
            name,
            qualname: name,
            bases,
            mro: empty,
            base,
            dict,
            subclasses: None,
            slot_names: None,
            spec: Some(spec),
            native,
            flags,
            root_shape,
            dict_shape: root_shape,
            cached: false,
            base_words,
            slots,
        },
    )?;
    vm.interp_mut().shapes.get_mut(root_shape).klass = Some(class);
    match builtin {
        Some(builtin) => {
            vm.interp_mut().builtin_types[builtin as usize] = Some(class);
            if builtin == Builtin::Str {
                vm.interp_mut().shapes.get_mut(Builtin::SharedStr as u32).klass = Some(class);
            }
        }
        None => {
            vm.interp_mut().spec_types.insert(std::ptr::from_ref(spec).addr(), class);
        }
    }
    let mro = match base {
        Some(base) => {
            let base_mro = base.get(vm).mro;
            Tuple::prepend(vm, class.value(), base_mro)?
        }
        None => Tuple::from_values(vm, &[class.value()])?,
    };
    class.get_mut(vm).mro = mro;
    fill_dict(vm, class, spec)?;
    if let Some(base) = base {
        Type::add_subclass(base, vm, class)?;
    }
    Ok(class)
}

/// The words for native code that instances have behind their layout: their own and those of the bases.
fn native_words(spec: &TypeSpec) -> u16 {
    let (mut words, mut at) = (0, Some(spec));
    while let Some(spec) = at {
        words += spec.words;
        at = spec.base;
    }
    words
}

/// Inherits slots as CPython does: `hash` and `richcompare` only together, the rest one by one.
pub fn inherit_slots(slots: &mut Slots, base: &Slots) {
    let own_comparison = slots.richcompare.is_some() || slots.hash.is_some();
    let (richcompare, hash) = (slots.richcompare, slots.hash);
    slots.inherit(base);
    if own_comparison {
        slots.richcompare = richcompare;
        slots.hash = hash;
    }
}

/// Allocates a class in metaspace.
pub fn allocate(vm: &mut Vm, shape: ShapeId, class: Type) -> Result<Gc<Type>, Raised> {
    let bytes = vm.shape(shape).fixed_bytes as usize;
    let memory = vm.alloc_immovable(shape, bytes.max(size_of::<Type>()))?;
    Ok(vm.fill_object(memory, class))
}

fn fill_dict(vm: &mut Vm, class: Gc<Type>, spec: &'static TypeSpec) -> Result<(), Raised> {
    slotdefs::add_slot_wrappers(vm, class, spec)?;
    let dict = class.get(vm).dict;
    for row in spec.methods {
        let key = Str::intern(vm, row.name())?;
        let value = descriptor::from_method_row(vm, class, row)?;
        Dict::set_str(dict, vm, key, value)?;
    }
    for row in spec.getset {
        let key = Str::intern(vm, row.name)?;
        let value = descriptor::from_getset_row(vm, class, row)?;
        Dict::set_str(dict, vm, key, value)?;
    }
    if let Some(finish) = spec.finish {
        finish(vm, class)?;
    }
    let doc_key = vm.name(name::DOC);
    if Dict::get_str(dict, vm, doc_key).is_none() {
        let doc = crate::types::builtin_method::methods::plain_doc(spec.name, spec.doc);
        let doc = if doc.is_empty() { Value::NONE } else { Str::new(vm, doc)?.value() };
        Dict::set_str(dict, vm, doc_key, doc)?;
    }
    let hash_key = vm.name(name::HASH);
    if spec.slots.richcompare.is_some() && spec.slots.hash.is_none() && Dict::get_str(dict, vm, hash_key).is_none() {
        Dict::set_str(dict, vm, hash_key, Value::NONE)?;
        class.get_mut(vm).slots.hash = Some(object::hash_not_implemented);
    }
    Ok(())
}
