//! Binding of arguments to the parameters of a Python function, with CPython's messages.

use std::cell::Cell;

use taipan_bytecode::code::{CodeObject, co};

use super::executable::Executable;
use crate::args::Args;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

/// Binds `args` into `slots`, the locals of a new frame, all unbound before.
pub fn bind(
    vm: &mut Vm,
    function: Gc<Function>,
    executable: &'static Executable,
    args: Args<'_>,
    slots: &[Cell<Value>],
) -> Result<(), Raised> {
    let code: &CodeObject = &executable.code;
    let (positional, kwonly) = (code.argcount as usize, code.kwonlyargcount as usize);
    let n = args.len();
    let total = positional + kwonly;
    let has_varargs = code.flags & co::VARARGS != 0;
    let has_varkw = code.flags & co::VARKEYWORDS != 0;
    for (slot, from) in slots[..positional].iter().zip(args.slots()) {
        slot.set(from.get());
    }
    // Keyword values follow the positional ones: what was copied too much is unbound again.
    for slot in &slots[n.min(positional)..positional] {
        slot.set(Value::UNBOUND);
    }
    if has_varargs {
        let rest = args.tuple_from(vm, positional)?;
        slots[total].set(rest.value());
    }
    let kwdict = if has_varkw {
        let dict = Dict::new(vm)?;
        slots[total + usize::from(has_varargs)].set(dict.value());
        Some(dict)
    } else {
        None
    };
    for i in 0..args.keyword_count() {
        let Some((key, value)) = args.keyword(vm, i) else { break };
        bind_keyword(vm, function, code, key, value, kwdict, slots, &args)?;
    }
    if n > positional && !has_varargs {
        return Err(too_many(vm, function, code, n, slots));
    }
    if n < positional {
        let defaults = function.get(vm).defaults;
        let count = defaults.map_or(0, |defaults| defaults.get(vm).len());
        let required = positional.saturating_sub(count);
        if slots[n.min(required)..required].iter().any(|slot| slot.get().is_unbound()) {
            return Err(missing(vm, function, code, slots, 0..required, "positional"));
        }
        if let Some(defaults) = defaults {
            let first = n.max(required);
            for (i, slot) in slots[..positional].iter().enumerate().skip(first) {
                if slot.get().is_unbound() {
                    slot.set(defaults.get(vm).at(i + count - positional));
                }
            }
        }
    }
    if kwonly > 0 {
        bind_keyword_defaults(vm, function, executable, slots, positional, total)?;
    }
    Ok(())
}

fn bind_keyword_defaults(
    vm: &mut Vm,
    function: Gc<Function>,
    executable: &'static Executable,
    slots: &[Cell<Value>],
    positional: usize,
    total: usize,
) -> Result<(), Raised> {
    let mut any_missing = false;
    for (i, slot) in slots[..total].iter().enumerate().skip(positional) {
        if !slot.get().is_unbound() {
            continue;
        }
        let Some(defaults) = function.get(vm).kwdefaults else {
            any_missing = true;
            continue;
        };
        let key = executable.parameter_name(vm, i)?;
        match Dict::get_item(defaults, vm, key.value())? {
            Some(value) => slot.set(value),
            None => any_missing = true,
        }
    }
    if any_missing {
        Err(missing(vm, function, &executable.code, slots, positional..total, "keyword-only"))
    } else {
        Ok(())
    }
}

#[expect(clippy::too_many_arguments, reason = "one step of a loop, split for its length")]
fn bind_keyword(
    vm: &mut Vm,
    function: Gc<Function>,
    code: &CodeObject,
    key: Value,
    value: Value,
    kwdict: Option<Gc<Dict>>,
    slots: &[Cell<Value>],
    args: &Args<'_>,
) -> Result<(), Raised> {
    let Some(key_text) = key.downcast::<Str>(vm) else {
        return Err(vm.raise(Exc::TypeError, "keywords must be strings"));
    };
    let total = (code.argcount + code.kwonlyargcount) as usize;
    let posonly = code.posonlyargcount as usize;
    let found = code.localsplusnames[..total]
        .iter()
        .enumerate()
        .skip(posonly)
        .find(|(_, name)| key_text.get(vm).equals_wtf8(name))
        .map(|(i, _)| i);
    match (found, kwdict) {
        (Some(i), _) => {
            if !slots[i].get().is_unbound() {
                let (name, key) = (qualname(vm, function), key_text.get(vm).to_string_lossy());
                return Err(vm.raise(Exc::TypeError, format!("{name}() got multiple values for argument '{key}'")));
            }
            slots[i].set(value);
            Ok(())
        }
        (None, Some(dict)) => Dict::set(dict, vm, key, value),
        (None, None) => Err(unexpected_keyword(vm, function, code, key_text, args)),
    }
}

fn qualname(vm: &Vm, function: Gc<Function>) -> String {
    vm.text_of(function.get(vm).qualname).unwrap_or_default()
}

#[cold]
fn unexpected_keyword(vm: &mut Vm, function: Gc<Function>, code: &CodeObject, key: Gc<Str>, args: &Args<'_>) -> Raised {
    let name = qualname(vm, function);
    let posonly = &code.localsplusnames[..code.posonlyargcount as usize];
    let wrong: Vec<&str> = posonly
        .iter()
        .filter_map(|name| name.as_str())
        .filter(|name| {
            (0..args.keyword_count()).any(|i| {
                let key = args.keyword(vm, i).and_then(|(key, _)| key.downcast::<Str>(vm));
                key.is_some_and(|key| key.get(vm).equals(name))
            })
        })
        .collect();
    if !wrong.is_empty() {
        let wrong = wrong.join(", ");
        let message = format!("{name}() got some positional-only arguments passed as keyword arguments: '{wrong}'");
        return vm.raise(Exc::TypeError, message);
    }
    let key = key.get(vm).to_string_lossy();
    let candidates = code.localsplusnames
        [code.posonlyargcount as usize..(code.argcount + code.kwonlyargcount) as usize]
        .iter()
        .filter_map(|name| name.as_str());
    let message = match closest(&key, candidates) {
        Some(close) => format!("{name}() got an unexpected keyword argument '{key}'. Did you mean '{close}'?"),
        None => format!("{name}() got an unexpected keyword argument '{key}'"),
    };
    vm.raise(Exc::TypeError, message)
}

/// The candidate that CPython's suggestion machinery (`Python/suggestions.c`) would name: edit distance with moves of cost
/// 2 and changes of case of cost 1, at most a sixth of the combined length.
pub fn closest<'a>(wanted: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates.take(750) {
        if candidate == wanted {
            continue;
        }
        let mut limit = (wanted.len() + candidate.len() + 3) * 2 / 6;
        if let Some((distance, _)) = best {
            limit = limit.min(distance.saturating_sub(1));
        }
        let distance = edit_distance(wanted.as_bytes(), candidate.as_bytes());
        if distance <= limit && distance != 0 {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn edit_distance(a: &[u8], b: &[u8]) -> usize {
    if a.len() > 40 || b.len() > 40 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (1..=b.len()).map(|i| i * 2).collect();
    let mut last = b.len() * 2;
    for (i, &x) in a.iter().enumerate() {
        let mut diagonal = i * 2;
        let mut left = (i + 1) * 2;
        for (j, &y) in b.iter().enumerate() {
            let change = if x == y {
                0
            } else if x.eq_ignore_ascii_case(&y) {
                1
            } else {
                2
            };
            let cost = (diagonal + change).min(left.min(row[j]) + 2);
            diagonal = row[j];
            row[j] = cost;
            left = cost;
        }
        last = left;
    }
    last
}

#[cold]
fn too_many(vm: &mut Vm, function: Gc<Function>, code: &CodeObject, given: usize, slots: &[Cell<Value>]) -> Raised {
    let positional = code.argcount as usize;
    let total = positional + code.kwonlyargcount as usize;
    let kwonly_given = slots[positional..total].iter().filter(|slot| !slot.get().is_unbound()).count();
    let defaults = function.get(vm).defaults.map_or(0, |defaults| defaults.get(vm).len());
    let plural;
    let signature = if defaults > 0 {
        plural = true;
        format!("from {} to {positional}", positional - defaults.min(positional))
    } else {
        plural = positional != 1;
        positional.to_string()
    };
    let keywords = if kwonly_given > 0 {
        let s = |n: usize| if n == 1 { "" } else { "s" };
        format!(" positional argument{} (and {kwonly_given} keyword-only argument{})", s(given), s(kwonly_given))
    } else {
        String::new()
    };
    let verb = if given == 1 && kwonly_given == 0 { "was" } else { "were" };
    let name = qualname(vm, function);
    let s = if plural { "s" } else { "" };
    let message = format!("{name}() takes {signature} positional argument{s} but {given}{keywords} {verb} given");
    vm.raise(Exc::TypeError, message)
}

#[cold]
fn missing(
    vm: &mut Vm,
    function: Gc<Function>,
    code: &CodeObject,
    slots: &[Cell<Value>],
    range: std::ops::Range<usize>,
    kind: &str,
) -> Raised {
    let names: Vec<String> = range
        .filter(|i| slots[*i].get().is_unbound() && !has_default(vm, function, code, *i))
        .map(|i| format!("'{}'", code.localsplusnames[i].as_str().unwrap_or("?")))
        .collect();
    let (s, list) = match names.as_slice() {
        [one] => ("", one.clone()),
        [first, second] => ("s", format!("{first} and {second}")),
        [rest @ .., last] => ("s", format!("{}, and {last}", rest.join(", "))),
        [] => ("s", String::new()),
    };
    let name = qualname(vm, function);
    vm.raise(Exc::TypeError, format!("{name}() missing {} required {kind} argument{s}: {list}", names.len()))
}

fn has_default(vm: &mut Vm, function: Gc<Function>, code: &CodeObject, index: usize) -> bool {
    if index < code.argcount as usize {
        return false;
    }
    let Some(defaults) = function.get(vm).kwdefaults else { return false };
    match super::call::executable_of(vm, function).parameter_name(vm, index) {
        Ok(key) => Dict::get_str(defaults, vm, key).is_some(),
        Err(raised) => {
            let _ = vm.take_raised(raised);
            false
        }
    }
}
