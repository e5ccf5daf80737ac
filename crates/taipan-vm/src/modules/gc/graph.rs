//! What `gc` tells of single objects and of their references: tracked ones, referents, referrers.
//!
//! Arrays behind lists, dicts and instances are objects of the heap, but never of Python: they are looked through.

use std::ptr::NonNull;

use taipan_heap::{Collection, Header, is_pointer};

use crate::args::Args;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::spec::TypeSpec;
use crate::types::array::ValueArray;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::set::Set;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::types::{BUILTIN_TYPES, Builtin};
use crate::value::Value;
use crate::vm::Vm;

/// Built-in types whose instances CPython's collector never looks at.
const ATOMIC: &[&str] = &[
    "int",
    "float",
    "complex",
    "str",
    "shared_str",
    "bytes",
    "bytearray",
    "bool",
    "range",
    "range_iterator",
    "object",
    "code",
    "ellipsis",
    "NotImplementedType",
    "NoneType",
    "longrange_iterator",
];

fn is_atomic(spec: &TypeSpec) -> bool {
    ATOMIC.contains(&spec.name)
}

/// Whether objects of a shape can be tracked at all; internal arrays and atoms cannot.
fn shape_is_tracked(vm: &Vm, shape: u32) -> bool {
    if shape == Builtin::ValueArray as u32
        || shape == Builtin::RawArray as u32
        || shape == Builtin::MappedBytes as u32
        || shape == Builtin::DictStorage as u32
        || shape == Builtin::Executable as u32
        || shape == Builtin::ConstantPool as u32
        || shape == 0
    {
        return false;
    }
    if let Some(spec) = BUILTIN_TYPES.get(shape as usize) {
        return !is_atomic(spec);
    }
    match vm.shape(shape).klass {
        Some(class) => class.get(vm).spec.is_none_or(|spec| !is_atomic(spec)),
        None => false,
    }
}

/// For a census: which shapes count.
pub(super) fn counted_shapes(vm: &Vm) -> Vec<bool> {
    (0..vm.interp().shapes.count() as u32).map(|shape| shape_is_tracked(vm, shape)).collect()
}

/// `gc.is_tracked`: as in CPython after a collection, tuples of atoms are not tracked, nor are built-in classes.
fn tracked(vm: &Vm, value: Value, depth: usize) -> bool {
    let Some(header) = value.as_heap() else { return false };
    // SAFETY: a value refers to a live object.
    let shape = unsafe { header.as_ref() }.shape;
    if !shape_is_tracked(vm, shape) {
        return false;
    }
    if let Some(class) = value.downcast::<Type>(vm) {
        return class.get(vm).is_heap_type();
    }
    match value.exact::<Tuple>() {
        // What lies deeper counts as tracked: CPython needs a collection for each level, too.
        Some(tuple) if depth < 8 => tuple.get(vm).items().iter().any(|item| tracked(vm, *item, depth + 1)),
        _ => true,
    }
}

pub(super) fn is_tracked(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(tracked(vm, args.get(0), 0)))
}

/// Whether `__del__` of the object has been called.
pub(super) fn is_finalized(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let object = args.get(0);
    let Some(header) = object.as_heap() else { return Ok(Value::FALSE) };
    let finalizer = vm.slots(object).del.is_some();
    Ok(Value::bool(finalizer && !vm.interp().heap.has_finalizer(header)))
}

/// Calls `f` with everything that `object` refers to; internal arrays are looked through.
pub(crate) fn for_each_referent(vm: &Vm, object: Value, f: &mut dyn FnMut(Value)) {
    if let Some(list) = object.downcast::<List>(vm) {
        (0..list.get(vm).len()).filter_map(|i| list.get(vm).get_at(vm, i)).for_each(&mut *f);
    } else if let Some(dict) = object.downcast::<Dict>(vm) {
        let mut at = 0;
        while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
            f(entry.key);
            f(entry.value);
            at = number + 1;
        }
    } else if let Some(set) = object.downcast::<Set>(vm) {
        let mut at = 0;
        while let Some((slot, element, _)) = set.get(vm).next_element(vm, at) {
            f(element);
            at = slot + 1;
        }
    } else if let Some(header) = object.as_heap() {
        for_each_word(vm, header, f);
    }
    let Some(header) = object.as_heap() else { return };
    // SAFETY: a value refers to a live object.
    let class = vm.shape(unsafe { header.as_ref() }.shape).klass;
    if let Some(class) = class
        && class.get(vm).is_heap_type()
    {
        f(class.value());
    }
}

fn for_each_word(vm: &Vm, object: NonNull<Header>, f: &mut dyn FnMut(Value)) {
    vm.interp().heap.for_each_value(object, &mut |word| {
        let Some(value) = Value::from_bits(word).filter(|value| !value.is_unbound()) else { return };
        // SAFETY: a value word refers to a live object.
        let inner = value.as_heap().filter(|_| is_pointer(word)).map(|inner| (inner, unsafe { inner.as_ref() }.shape));
        match inner {
            Some((inner, shape)) if [Builtin::ValueArray as u32, Builtin::DictStorage as u32].contains(&shape) => {
                for_each_word(vm, inner, f);
            }
            Some((_, shape)) if [Builtin::RawArray as u32, Builtin::MappedBytes as u32].contains(&shape) => {}
            _ => f(value),
        }
    });
}

pub(super) fn get_referents(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let objects = vm.tuple_of(args.get(0))?;
    vm.audit("gc.get_referents", &[objects.value()])?;
    let result = List::new(vm)?;
    for i in 0..objects.get(vm).items().len() {
        let object = objects.get(vm).at(i);
        // Atoms of CPython have no referents, and neither have its built-in classes.
        if !object.as_heap().is_some_and(|header| {
            // SAFETY: a value refers to a live object.
            shape_is_tracked(vm, unsafe { header.as_ref() }.shape)
        }) {
            continue;
        }
        let mut count = 0;
        for_each_referent(vm, object, &mut |_| count += 1);
        let found = ValueArray::new(vm, count)?;
        // Nothing is allocated between counting and copying, so that both see the same.
        copy_referents(vm, object, found);
        for i in 0..count {
            if let Some(value) = found.get(vm).slots().get(i).copied().flatten() {
                List::push(result, vm, value)?;
            }
        }
    }
    Ok(result.value())
}

fn copy_referents(vm: &mut Vm, object: Value, into: Gc<ValueArray>) {
    let len = into.get(vm).len();
    let mut at = 0;
    while at < len {
        // A window at a time: values may not lie in native memory, and the array is written through the barrier.
        let mut window = [Value::UNBOUND; 64];
        let (mut number, mut filled) = (0, 0);
        for_each_referent(vm, object, &mut |value| {
            if number >= at && filled < window.len() {
                window[filled] = value;
                filled += 1;
            }
            number += 1;
        });
        let slots = into.get_mut(vm).slots_mut();
        for value in &window[..filled] {
            if let Some(slot) = slots.get_mut(at) {
                *slot = Some(*value);
            }
            at += 1;
        }
        if filled == 0 {
            break;
        }
    }
}

/// The live objects of the heap that are tracked and that `accept` takes, as a list.
fn list_objects(vm: &mut Vm, young: bool, accept: &dyn Fn(&Vm, Value) -> bool) -> Result<Gc<List>, Raised> {
    let list = List::new(vm)?;
    let collect = |vm: &Vm| {
        let mut found = Vec::new();
        let mut take = |header: NonNull<Header>| {
            let value = Value::from_heap(header);
            let is_hidden = header == list.header() || vm.audit_hooks() == Some(value);
            if !is_hidden && tracked(vm, value, 0) && accept(vm, value) {
                found.push(header);
            }
        };
        if young {
            vm.interp().heap.for_each_young_object(&mut take);
        } else {
            vm.interp().heap.for_each_object(&mut take);
        }
        found
    };
    // The list is made large enough first: it may take a collection, after which all is asked anew.
    let mut capacity = 0;
    loop {
        let found = collect(vm);
        if found.len() <= capacity {
            for header in found {
                List::push(list, vm, Value::from_heap(header))?;
            }
            return Ok(list);
        }
        capacity = found.len() + found.len() / 8 + 64;
        List::reserve(list, vm, capacity)?;
    }
}

/// `gc.get_objects`: generation 0 is the nursery, 2 the rest; nothing is ever in generation 1.
pub(super) fn get_objects(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let generation = match args.get(0).not_none() {
        Some(generation) if crate::types::bytes::contents::is_index(vm, generation) => {
            Some(vm.index_isize(generation)?).filter(|number| *number != -1)
        }
        Some(other) => {
            let got = vm.type_name(other);
            return Err(vm.raise(Exc::TypeError, format!("argument should be integer or None, not '{got}'")));
        }
        None => None,
    };
    vm.audit_numbers("gc.get_objects", &[generation.unwrap_or(-1) as i64])?;
    match generation {
        Some(3..) => {
            let message = "generation parameter must be less than the number of available generations (3)";
            Err(vm.raise(Exc::ValueError, message))
        }
        Some(..0) => Err(vm.raise(Exc::ValueError, "generation parameter cannot be negative")),
        Some(0) => Ok(list_objects(vm, true, &|_, _| true)?.value()),
        Some(1) => Ok(List::new(vm)?.value()),
        _ => {
            // What has died must not come back, nor be held by what earlier calls have left on the native stack.
            let loose = vm.loose_stack(get_objects);
            vm.collect_counting(Collection::Major, Vec::new(), false, loose);
            if vm.heap_mut().has_pending() {
                // Finalisers run at the next poll.
                vm.exec.budget.exhaust();
            }
            let old = |_: &Vm, value: Value| {
                // SAFETY: a live object.
                generation.is_none() || value.as_heap().is_some_and(|header| unsafe { header.as_ref() }.is_old())
            };
            Ok(list_objects(vm, false, &old)?.value())
        }
    }
}

pub(super) fn get_referrers(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let objects = vm.tuple_of(args.get(0))?;
    vm.audit("gc.get_referrers", &[objects.value()])?;
    vm.collect(Collection::Major);
    let refers = |vm: &Vm, value: Value| {
        if value == objects.value() {
            return false;
        }
        let wanted = objects.get(vm).items();
        let mut found = false;
        for_each_referent(vm, value, &mut |referent| found |= wanted.contains(&referent));
        found
    };
    Ok(list_objects(vm, false, &refers)?.value())
}
