//! Displays, formatted strings, and adding to containers.

use super::super::op::Op;
use super::call::callable_text;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::set::Set;
use crate::types::slice::Slice;
use crate::types::str::{Kind, Str};
use crate::types::template::Template;
use crate::types::template::interpolation::Interpolation;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// BUILD_TUPLE.
pub fn build_tuple(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let word = op.word();
    let n = word.c() as usize;
    if n == 0 {
        return Ok(Tuple::empty(vm)?.value());
    }
    Ok(Tuple::from_cells(vm, op.window(word.b(), n))?.value())
}

/// BUILD_LIST.
pub fn build_list(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let word = op.word();
    let n = word.c() as usize;
    Ok(List::from_cells(vm, op.window(word.b(), n))?.value())
}

/// BUILD_SET.
#[inline(never)]
pub fn build_set(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let word = op.word();
    let set = Set::new(vm)?;
    for cell in op.window(word.b(), word.c() as usize) {
        Set::add(set, vm, cell.get())?;
    }
    Ok(set.value())
}

/// BUILD_MAP.
#[inline(never)]
pub fn build_map(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let word = op.word();
    Ok(Dict::from_pairs(vm, op.window(word.b(), word.c() as usize * 2))?.value())
}

/// BUILD_STRING.
pub fn build_string(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let word = op.word();
    let window = op.window(word.b(), word.c() as usize);
    let mut length = 0usize;
    let mut largest = Kind::Ascii;
    let mut same_width = true;
    for cell in window {
        let Some(text) = cell.get().downcast::<Str>(vm) else {
            return Err(vm.raise(Exc::SystemError, "pieces of a string must be strs"));
        };
        length += text.get(vm).len();
        let kind = text.get(vm).kind();
        same_width &= kind.shift() == 0;
        if kind as u64 > largest as u64 {
            largest = kind;
        }
    }
    if !same_width {
        let mut buffer = taipan_text::TextBuf::new();
        for cell in window {
            if let Some(text) = cell.get().downcast::<Str>(vm) {
                buffer.push_text(text.get(vm).text());
            }
        }
        return Ok(Str::from_text(vm, buffer.as_text())?.value());
    }
    let result = Str::alloc(vm, Builtin::Str as u32, largest, length)?;
    // SAFETY: all are strs, as was found out above.
    Str::fill(vm, result, window.iter().map(|cell| unsafe { Gc::from_value_unchecked(cell.get()) }));
    Ok(result.value())
}

/// A new slice.
pub fn new_slice(vm: &mut Vm, start: Value, stop: Value, step: Value) -> Result<Value, Raised> {
    Ok(Slice::new(vm, start, stop, step)?.value())
}

/// BUILD_SLICE.
pub fn build_slice(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let base = op.word().b();
    let step = if op.word().c() == 3 { op.get(base + 2) } else { Value::NONE };
    new_slice(vm, op.get(base), op.get(base + 1), step)
}

/// BUILD_INTERPOLATION.
#[inline(never)]
pub fn build_interpolation(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let (base, flags) = (op.word().b(), op.word().flags());
    let conversion = match flags >> 2 {
        0 => Value::NONE,
        1 => vm.new_str("s")?,
        2 => vm.new_str("r")?,
        _ => vm.new_str("a")?,
    };
    let spec = if flags & 1 != 0 { op.get(base + 2) } else { Str::empty(vm)?.value() };
    let interpolation = Interpolation::from_parts(vm, op.get(base), op.get(base + 1), conversion, spec)?;
    Ok(interpolation.value())
}

/// BUILD_TEMPLATE.
#[inline(never)]
pub fn build_template(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let base = op.word().b();
    let (Some(strings), Some(interpolations)) = (op.get(base).exact::<Tuple>(), op.get(base + 1).exact::<Tuple>())
    else {
        return Err(vm.raise(Exc::SystemError, "bad parts of a template"));
    };
    Ok(Template::from_parts(vm, strings, interpolations)?.value())
}

/// FORMAT_SIMPLE.
#[inline(never)]
pub fn format_simple(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let value = op.rb();
    if value.exact::<Str>().is_some() {
        return Ok(value);
    }
    let spec = Str::empty(vm)?.value();
    vm.format(value, spec)
}

/// FORMAT_WITH_SPEC.
#[inline(never)]
pub fn format_with_spec(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    vm.format(op.rb(), op.rc())
}

/// CONVERT_VALUE.
#[inline(never)]
pub fn convert_value(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    match op.word().c() {
        1 => vm.str(op.rb()),
        2 => vm.repr(op.rb()),
        _ => vm.ascii(op.rb()),
    }
}

/// LIST_APPEND.
pub fn list_append(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    match op.ra().exact::<List>() {
        Some(list) => List::push(list, vm, op.rb()),
        None => Err(vm.raise(Exc::SystemError, "no list to append to")),
    }
}

/// LIST_EXTEND.
pub fn list_extend(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let Some(list) = op.ra().exact::<List>() else {
        return Err(vm.raise(Exc::SystemError, "no list to extend"));
    };
    let iterable = op.rb();
    let result = vm.extend_list(list, iterable);
    match result {
        Err(raised)
            if vm.raised_is(Exc::TypeError)
                && vm.slots(iterable).iter.is_none()
                && !vm.has_special(iterable, name::GETITEM) =>
        {
            let _ = vm.take_raised(raised);
            let got = vm.type_name(iterable);
            Err(vm.raise(Exc::TypeError, format!("Value after * must be an iterable, not {got}")))
        }
        result => result,
    }
}

/// SET_ADD.
#[inline(never)]
pub fn set_add(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    match op.ra().exact::<Set>() {
        Some(set) => Set::add(set, vm, op.rb()).map(drop),
        // The compiler adds to `__conditional_annotations__` too, which a program may bind to anything.
        None => {
            let name = vm.type_name(op.ra());
            Err(vm.raise(Exc::TypeError, format!("'{name}' object is not a set")))
        }
    }
}

/// SET_UPDATE.
#[inline(never)]
pub fn set_update(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    match op.ra().exact::<Set>() {
        Some(set) => Set::update(set, vm, op.rb()),
        None => Err(vm.raise(Exc::SystemError, "no set to update")),
    }
}

fn dict_of(vm: &mut Vm, value: Value) -> Result<Gc<Dict>, Raised> {
    match value.downcast::<Dict>(vm) {
        Some(dict) => Ok(dict),
        None => Err(vm.raise(Exc::SystemError, "no dict to add to")),
    }
}

/// MAP_ADD.
#[inline(never)]
pub fn map_add(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let dict = dict_of(vm, op.ra())?;
    Dict::set(dict, vm, op.rb(), op.rc())
}

/// DICT_UPDATE.
#[inline(never)]
pub fn dict_update(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let (dict, mapping) = (dict_of(vm, op.ra())?, op.rb());
    if let Some(other) = mapping.exact::<Dict>() {
        return Dict::update_from(dict, vm, other);
    }
    let keys = vm.name(name::KEYS);
    let result = vm.get_attr(mapping, keys);
    let Some(keys) = vm.catch(result, Exc::AttributeError)? else {
        let got = vm.type_name(mapping);
        return Err(vm.raise(Exc::TypeError, format!("'{got}' object is not a mapping")));
    };
    let keys = vm.call(keys, &[])?;
    let iterator = vm.iter(keys)?;
    while let Some(key) = vm.next(iterator)? {
        let value = vm.get_item(mapping, key)?;
        Dict::set(dict, vm, key, value)?;
    }
    Ok(())
}

/// DICT_MERGE.
#[inline(never)]
pub fn dict_merge(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let (dict, mapping, callable) = (dict_of(vm, op.ra())?, op.rb(), op.rc());
    if let Some(other) = mapping.exact::<Dict>()
        && dict.get(vm).is_empty()
    {
        return Dict::update_from(dict, vm, other);
    }
    let keys = vm.name(name::KEYS);
    let result = vm.get_attr(mapping, keys);
    let Some(keys) = vm.catch(result, Exc::AttributeError)? else {
        let (function, got) = (callable_text(vm, callable)?, vm.type_name(mapping));
        return Err(vm.raise(Exc::TypeError, format!("{function} argument after ** must be a mapping, not {got}")));
    };
    let keys = vm.call(keys, &[])?;
    let iterator = vm.iter(keys)?;
    while let Some(key) = vm.next(iterator)? {
        if Dict::find(dict, vm, key)?.is_some() {
            let function = callable_text(vm, callable)?;
            let key = vm.str_string(key)?;
            let message = format!("{function} got multiple values for keyword argument '{key}'");
            return Err(vm.raise(Exc::TypeError, message));
        }
        let value = vm.get_item(mapping, key)?;
        Dict::set(dict, vm, key, value)?;
    }
    Ok(())
}
