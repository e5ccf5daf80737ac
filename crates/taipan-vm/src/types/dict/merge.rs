//! What fills dicts from other objects: `dict(x)`, `update`, `|=`.

use crate::args::Args;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

impl Dict {
    /// `dict.update(other)`: from a mapping (anything with `keys`), else from an iterable of pairs.
    pub fn update_any(this: Gc<Dict>, vm: &mut Vm, other: Value) -> Result<(), Raised> {
        if let Some(other) = other.exact::<Dict>() {
            return Dict::update_from(this, vm, other);
        }
        if vm.get_attr_opt_name(other, name::KEYS)?.is_some() {
            Dict::update_mapping(this, vm, other)
        } else {
            Dict::update_pairs(this, vm, other)
        }
    }

    /// Copies the items of any mapping.
    pub fn update_mapping(this: Gc<Dict>, vm: &mut Vm, other: Value) -> Result<(), Raised> {
        if let Some(dict) = other.downcast::<Dict>(vm) {
            // A subclass that does not iterate in its own way is read directly.
            let own = vm.slots(other).iter;
            let base = vm.class(Builtin::Dict).get(vm).slots.iter;
            let plain = match (own, base) {
                (Some(own), Some(base)) => std::ptr::fn_addr_eq(own, base),
                _ => false,
            };
            if plain {
                return Dict::update_from(this, vm, dict);
            }
        }
        let keys = vm.call_method_name(other, name::KEYS, &[])?;
        let iterator = vm.iter(keys)?;
        while let Some(key) = vm.next(iterator)? {
            let value = vm.get_item(other, key)?;
            Dict::set(this, vm, key, value)?;
        }
        Ok(())
    }

    /// Copies pairs from an iterable.
    pub fn update_pairs(this: Gc<Dict>, vm: &mut Vm, pairs: Value) -> Result<(), Raised> {
        let iterator = vm.iter(pairs)?;
        let mut i = 0usize;
        while let Some(item) = vm.next(iterator)? {
            let (key, value) = pair(vm, item, i)?;
            Dict::set(this, vm, key, value)?;
            i += 1;
        }
        Ok(())
    }

    /// The arguments of `dict()` and `update`: at most one positional, then keywords.
    pub fn update_args(this: Gc<Dict>, vm: &mut Vm, args: Args<'_>, function: &str) -> Result<(), Raised> {
        if args.len() > 1 {
            let message = format!("{function} expected at most 1 argument, got {}", args.len());
            return Err(vm.raise(Exc::TypeError, message));
        }
        if args.len() == 1 {
            Dict::update_any(this, vm, args.get(0))?;
        }
        args.check_keys(vm)?;
        for i in 0..args.keyword_count() {
            if let Some((key, value)) = args.keyword(vm, i) {
                Dict::set(this, vm, key, value)?;
            }
        }
        Ok(())
    }
}

/// The two items of element `i` of an update sequence.
fn pair(vm: &mut Vm, item: Value, i: usize) -> Result<(Value, Value), Raised> {
    if let Some(tuple) = item.exact::<Tuple>() {
        if let [key, value] = *tuple.get(vm).items() {
            return Ok((key, value));
        }
        let n = tuple.get(vm).len();
        return Err(wrong_length(vm, i, n));
    }
    let list = match vm.sequence_fast(item, "object is not iterable") {
        Ok(list) => list,
        Err(raised) if vm.raised_is(Exc::TypeError) => {
            let exception = vm.take_raised(raised);
            let note = format!("Cannot convert dictionary update sequence element #{i} to a sequence");
            let note = vm.new_str(&note)?;
            vm.call_method(exception, "add_note", &[note])?;
            return Err(vm.reraise(exception));
        }
        Err(raised) => return Err(raised),
    };
    match (list.get(vm).len(), list.get(vm).get_at(vm, 0), list.get(vm).get_at(vm, 1)) {
        (2, Some(key), Some(value)) => Ok((key, value)),
        (n, ..) => Err(wrong_length(vm, i, n)),
    }
}

fn wrong_length(vm: &mut Vm, i: usize, n: usize) -> Raised {
    vm.raise(Exc::ValueError, format!("dictionary update sequence element #{i} has length {n}; 2 is required"))
}

/// The keys of a dict as a new list.
pub fn keys_list(vm: &mut Vm, dict: Gc<Dict>) -> Result<Gc<List>, Raised> {
    let list = List::with_capacity(vm, dict.get(vm).len())?;
    let mut at = 0;
    while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
        List::push(list, vm, entry.key)?;
        at = number + 1;
    }
    Ok(list)
}
