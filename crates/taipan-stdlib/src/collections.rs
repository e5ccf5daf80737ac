//! `_collections`: `deque`, `defaultdict`, `OrderedDict` and what `collections` needs for speed.

use taipan_vm::args::Args;
use taipan_vm::names::name;
use taipan_vm::number::Operator;
use taipan_vm::raise::Raised;
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::types::Builtin;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

pub mod defaultdict;
pub mod deque;
pub mod ordered_dict;
pub mod tuplegetter;

/// `_count_elements(mapping, iterable)`: `mapping[x] = mapping.get(x, 0) + 1` for each element.
fn count_elements(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [mapping, iterable] = args.all();
    let iterator = vm.iter(iterable)?;
    if let Some(dict) = mapping.downcast::<Dict>(vm) {
        let (own, base) = (vm.type_of(mapping), vm.class(Builtin::Dict));
        let plain = [name::GET_METHOD, name::SETITEM]
            .into_iter()
            .all(|method| Type::lookup_name(own, vm, method) == Type::lookup_name(base, vm, method));
        if plain {
            while let Some(element) = vm.next(iterator)? {
                let hash = Dict::key_hash(vm, element)?;
                match Dict::find_hashed(dict, vm, element, hash)? {
                    Some(number) => {
                        let old = dict.get(vm).value_at(vm, number).unwrap_or(Value::NONE);
                        match old.as_small_int().and_then(|i| Value::small_int(i + 1)) {
                            Some(new) => Dict::set_value_at(dict, vm, number, new),
                            None => {
                                let new = vm.binary(Operator::Add, old, Value::int(1))?;
                                Dict::set_hashed(dict, vm, element, hash, new)?;
                            }
                        }
                    }
                    None => Dict::set_hashed(dict, vm, element, hash, Value::int(1))?,
                }
            }
            return Ok(Value::NONE);
        }
    }
    let get = vm.get_attr_name(mapping, name::GET_METHOD)?;
    while let Some(element) = vm.next(iterator)? {
        let old = vm.call(get, &[element, Value::int(0)])?;
        let new = vm.binary(Operator::Add, old, Value::int(1))?;
        vm.set_item(mapping, element, Some(new))?;
    }
    Ok(Value::NONE)
}

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_collections",
    doc: "High performance data structures.\n- deque:        ordered collection accessible from endpoints only\n- defaultdict:  dict subclass with a default value factory\n",
    functions: &[function(
        "_count_elements(mapping, iterable, /)",
        count_elements,
        "Count elements in the iterable, updating the mapping",
    )],
    types: &[
        &deque::TYPE,
        &defaultdict::TYPE,
        &ordered_dict::TYPE,
        &deque::ITERATOR,
        &deque::REVERSE_ITERATOR,
        &tuplegetter::TYPE,
    ],
    ..ModuleSpec::DEFAULT
};
