//! The object model without the loop: bootstrapping, dicts, attributes, errors, collections.

use std::ptr::NonNull;

use taipan_heap::Collection;

use crate::gc::Gc;
use crate::interpreter::{Config, Interpreter};
use crate::raise::Exc;
use crate::types::Builtin;
use crate::types::bytearray::ByteArray;
use crate::types::dict::Dict;
use crate::types::memoryview::MemoryView;
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
                vm.collect(Collection::Major);
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

/// A dict that is a root.
fn rooted_dict(vm: &mut Vm) -> Gc<Dict> {
    let dict = Dict::new(vm).expect("memory");
    vm.interp_mut().builtins = Some(dict);
    dict
}

/// An owner with a view that has grown old and is held by a dict.
fn old_view(vm: &mut Vm, roots: Gc<Dict>) -> (Gc<ByteArray>, Gc<MemoryView>) {
    let owner = ByteArray::new(vm, b"abc").expect("memory");
    let view = MemoryView::of_object(vm, owner.value()).expect("a view");
    Dict::set(roots, vm, Value::int(0), view.value()).expect("set");
    vm.collect(Collection::Major);
    (owner, view)
}

#[test]
fn a_dropped_view_that_is_old_does_not_keep_its_owner_from_growing() {
    with_vm(|vm| {
        let roots = rooted_dict(vm);
        let (owner, view) = old_view(vm, roots);
        Dict::remove(roots, vm, Value::int(0)).expect("remove").expect("present");
        // Words of this function's frame still refer to it, like those an earlier call has left.
        ByteArray::extend(owner, vm, b"def").expect("no export is left");
        assert_eq!(owner.get(vm).bytes(vm), b"abcdef");
        assert!(std::hint::black_box(view).get(vm).owner.is_none(), "released, but not freed");
    });
}

#[test]
fn a_view_in_use_keeps_its_owner_from_growing() {
    with_vm(|vm| {
        let roots = rooted_dict(vm);
        let (owner, _) = old_view(vm, roots);
        for _ in 0..2 {
            let raised = ByteArray::extend(owner, vm, b"def").expect_err("exported");
            let error = vm.take_raised(raised);
            assert_eq!(vm.type_name(error), "BufferError");
        }
        assert_eq!(owner.get(vm).bytes(vm), b"abc");
    });
}

#[test]
fn a_view_there_was_no_memory_for_is_no_export() {
    with_vm(|vm| {
        let owner = ByteArray::new(vm, b"abc").expect("memory");
        let view = MemoryView::of_object(vm, owner.value()).expect("a view");
        let mut failed = 0;
        for n in 1..10 {
            for source in [owner.value(), view.value()] {
                vm.heap_mut().fail_allocation(n);
                let result = MemoryView::of_object(vm, source);
                vm.heap_mut().stop_failing();
                match result {
                    Ok(view) => MemoryView::release(view, vm).expect("nobody uses it"),
                    Err(raised) => {
                        vm.take_raised(raised);
                        failed += 1;
                    }
                }
            }
        }
        assert!(failed > 2, "{failed}");
        MemoryView::release(view, vm).expect("nobody uses it");
        ByteArray::extend(owner, vm, b"def").expect("no export is left");
    });
}
