//! Structural pattern matching.

use super::super::op::Op;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::spec::{MAPPING, MATCH_SELF, SEQUENCE};
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn has_flag(vm: &mut Vm, value: Value, flag: u32) -> bool {
    let class = vm.type_of(value);
    class.get(vm).has_flag(flag)
}

/// MATCH_MAPPING.
#[inline(never)]
pub fn match_mapping(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    Ok(Value::bool(has_flag(vm, op.rb(), MAPPING)))
}

/// MATCH_SEQUENCE.
#[inline(never)]
pub fn match_sequence(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    Ok(Value::bool(has_flag(vm, op.rb(), SEQUENCE)))
}

/// MATCH_KEYS.
#[inline(never)]
pub fn match_keys(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let (subject, keys) = (op.rb(), op.rc());
    let Some(keys) = keys.exact::<Tuple>() else { return Err(vm.raise(Exc::SystemError, "keys must be a tuple")) };
    let n = keys.get(vm).len();
    let values = Tuple::new_uninit(vm, crate::types::Builtin::Tuple as u32, n)?;
    let seen = Dict::new(vm)?;
    let get = if n > 0 { vm.get_attr_opt_name(subject, name::GET_METHOD)? } else { None };
    // An object that no mapping can hold.
    let absent = if get.is_some() { List::new(vm)?.value() } else { Value::NONE };
    for i in 0..n {
        let key = keys.get(vm).at(i);
        if Dict::find(seen, vm, key)?.is_some() {
            let key = vm.repr_string(key)?;
            return Err(vm.raise(Exc::ValueError, format!("mapping pattern checks duplicate key ({key})")));
        }
        Dict::set(seen, vm, key, Value::NONE)?;
        let value = match (subject.exact::<Dict>(), get) {
            (Some(dict), _) => match Dict::get_item(dict, vm, key)? {
                Some(value) => value,
                None => return Ok(Value::NONE),
            },
            (None, Some(get)) => {
                let value = vm.call(get, &[key, absent])?;
                if value == absent {
                    return Ok(Value::NONE);
                }
                value
            }
            (None, None) => {
                let got = vm.type_name(subject);
                return Err(vm.raise(Exc::AttributeError, format!("'{got}' object has no attribute 'get'")));
            }
        };
        values.get_mut(vm).items_mut()[i] = value;
    }
    Ok(values.value())
}

/// MATCH_CLASS.
#[inline(never)]
pub fn match_class(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let (base, positional) = (op.word().b(), op.word().c() as usize);
    let (subject, class, keywords) = (op.get(base), op.get(base + 1), op.get(base + 2));
    let Some(class) = class.downcast::<Type>(vm) else {
        return Err(vm.raise(Exc::TypeError, "called match pattern must be a class"));
    };
    let Some(keywords) = keywords.exact::<Tuple>() else {
        return Err(vm.raise(Exc::SystemError, "keyword patterns must be a tuple"));
    };
    if !vm.is_instance_of(subject, class.value())? {
        return Ok(Value::NONE);
    }
    let values = List::new(vm)?;
    let seen = List::new(vm)?;
    if positional > 0 && !match_positional(vm, subject, class, positional, seen, values)? {
        return Ok(Value::NONE);
    }
    for i in 0..keywords.get(vm).len() {
        let key = keywords.get(vm).at(i);
        if !match_attribute(vm, subject, class, key, seen, values)? {
            return Ok(Value::NONE);
        }
    }
    Ok(List::to_tuple(values, vm)?.value())
}

fn match_positional(
    vm: &mut Vm,
    subject: Value,
    class: Gc<Type>,
    positional: usize,
    seen: Gc<List>,
    values: Gc<List>,
) -> Result<bool, Raised> {
    let declared = vm.get_attr_opt_name(class.value(), name::MATCH_ARGS)?;
    let (names, match_self) = match declared {
        Some(declared) => match declared.exact::<Tuple>() {
            Some(names) => (names, false),
            None => {
                let (class, got) = (Type::name(class, vm), vm.type_name(declared));
                let message = format!("{class}.__match_args__ must be a tuple (got {got})");
                return Err(vm.raise(Exc::TypeError, message));
            }
        },
        None => (Tuple::empty(vm)?, class.get(vm).has_flag(MATCH_SELF)),
    };
    let allowed = if match_self { 1 } else { names.get(vm).len() };
    if allowed < positional {
        let class = Type::name(class, vm);
        let s = if allowed == 1 { "" } else { "s" };
        let message = format!("{class}() accepts {allowed} positional sub-pattern{s} ({positional} given)");
        return Err(vm.raise(Exc::TypeError, message));
    }
    if match_self {
        List::push(values, vm, subject)?;
        return Ok(true);
    }
    for i in 0..positional {
        let key = names.get(vm).at(i);
        if key.exact::<Str>().is_none() {
            let got = vm.type_name(key);
            let message = format!("__match_args__ elements must be strings (got {got})");
            return Err(vm.raise(Exc::TypeError, message));
        }
        if !match_attribute(vm, subject, class, key, seen, values)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn match_attribute(
    vm: &mut Vm,
    subject: Value,
    class: Gc<Type>,
    key: Value,
    seen: Gc<List>,
    values: Gc<List>,
) -> Result<bool, Raised> {
    let mut i = 0;
    while let Some(other) = seen.get(vm).get_at(vm, i) {
        i += 1;
        if vm.is_equal(other, key)? {
            let (class, key) = (Type::name(class, vm), vm.repr_string(key)?);
            let message = format!("{class}() got multiple sub-patterns for attribute {key}");
            return Err(vm.raise(Exc::TypeError, message));
        }
    }
    List::push(seen, vm, key)?;
    let name = vm.attr_name(key)?;
    match vm.get_attr_opt(subject, name)? {
        Some(value) => List::push(values, vm, value).map(|()| true),
        None => Ok(false),
    }
}
