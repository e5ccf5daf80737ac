//! The object model without the loop: bootstrapping, dicts, attributes, errors, collections.

use std::ptr::NonNull;

use crate::interpreter::{Config, Interpreter};
use crate::raise::Exc;
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::{Stacks, Vm};

pub(crate) fn with_vm(test: impl FnOnce(&mut Vm)) {
    let mut interp = Interpreter::new(Config { hash_seed: Some(0), ..Config::default() }).expect("a heap");
    // SAFETY: the interpreter outlives the context, one thread.
    let mut vm = unsafe { Vm::attach(NonNull::from(&mut *interp), Stacks::new().expect("stacks")) };
    vm.start();
    test(&mut vm);
}

#[test]
fn classes_have_an_mro() {
    with_vm(|vm| {
        let class = vm.class(Builtin::Bool);
        let mro = class.get(vm).mro;
        let names: Vec<_> = (0..mro.get(vm).len())
            .map(|i| {
                let class = mro.get(vm).at(i);
                vm.get_attr_str(class, "__name__").map(|name| vm.text_of(name)).expect("a name").expect("a str")
            })
            .collect();
        assert_eq!(names, ["bool", "int", "object"]);
    });
}

#[test]
fn dicts_keep_order_through_growth_deletion_and_collections() {
    with_vm(|vm| {
        let dict = Dict::new(vm).expect("memory");
        for i in 0..2000 {
            let key = vm.new_str(&format!("key{i}")).expect("memory");
            Dict::set(dict, vm, key, Value::int(i)).expect("set");
            if i % 3 == 0 {
                Dict::remove(dict, vm, key).expect("remove").expect("present");
            }
            if i % 500 == 0 {
                vm.collect(taipan_heap::Collection::Major);
            }
        }
        let mut at = 0;
        let mut seen = Vec::new();
        while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
            seen.push(entry.value.as_small_int().expect("an int"));
            at = number + 1;
        }
        let expected: Vec<i64> = (0..2000).filter(|i| i % 3 != 0).collect();
        assert_eq!(seen, expected);
    });
}

#[test]
fn missing_attributes_raise_attribute_error_with_the_message_of_cpython() {
    with_vm(|vm| {
        let name = Str::intern(vm, "missing").expect("memory");
        let raised = vm.get_attr(Value::int(1), name).expect_err("no such attribute");
        assert!(vm.raised_is(Exc::AttributeError));
        let error = vm.take_raised(raised);
        assert_eq!(vm.str_string(error).expect("text"), "'int' object has no attribute 'missing'");
    });
}

#[test]
fn every_builtin_type_can_be_made() {
    with_vm(|vm| {
        for id in 1..Builtin::COUNT as u32 {
            let class = vm.class(Builtin::from_id(id).expect("a builtin"));
            assert_eq!(class.get(vm).root_shape, id);
        }
        for exc in Exc::ALL {
            vm.exception_class(*exc);
        }
    });
}
