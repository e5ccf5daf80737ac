//! The merge sort on shuffled, structured and failing input.

use super::*;
use crate::types::float::Float;
use crate::vm::tests::with_vm;

/// Boxed keys take the general path.
fn key(vm: &mut Vm, i: u64) -> Value {
    let tuple = crate::types::tuple::Tuple::from_values(vm, &[Value::int(i as usize)]).expect("memory");
    tuple.value()
}

#[test]
fn sorts_stably_whatever_the_input_looks_like() {
    with_vm(|vm| {
        let mut x = 12345u64;
        for n in [0usize, 1, 2, 3, 31, 64, 65, 200, 1000] {
            for shape in 0..4 {
                let list = List::new(vm).expect("memory");
                let mut expected = Vec::new();
                for i in 0..n {
                    x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    let k = match shape {
                        0 => x >> 50,
                        1 => (i / 40) as u64,
                        2 => (n - i) as u64,
                        _ => (i as u64 % 97) * 3,
                    };
                    let first = key(vm, k);
                    let pair = crate::types::tuple::Tuple::from_values(vm, &[first, Value::int(i)]).expect("memory");
                    List::push(list, vm, pair.value()).expect("push");
                    expected.push((k, i));
                }
                expected.sort();
                sort(vm, list, None, false).expect("sort");
                for (i, (_, number)) in expected.iter().enumerate() {
                    let pair = list.get(vm).get_at(vm, i).expect("an item");
                    let pair = pair.expect::<crate::types::tuple::Tuple>(vm);
                    assert_eq!(pair.get(vm).at(1), Value::int(*number));
                }
            }
        }
    });
}

#[test]
fn a_failing_comparison_leaves_a_permutation() {
    with_vm(|vm| {
        let list = List::new(vm).expect("memory");
        for i in 0..500usize {
            let item = if i == 333 { Value::NONE } else { key(vm, (i as u64 * 7919) % 500) };
            List::push(list, vm, item).expect("push");
        }
        let raised = sort(vm, list, None, false).expect_err("None and tuple do not compare");
        assert!(vm.raised_is(Exc::TypeError));
        let _ = vm.take_raised(raised);
        let n = list.get(vm).len();
        let nones = (0..n).filter(|i| list.get(vm).get_at(vm, *i) == Some(Value::NONE)).count();
        assert_eq!((n, nones), (500, 1));
    });
}

#[test]
fn immediate_floats_sort_natively() {
    with_vm(|vm| {
        let list = List::new(vm).expect("memory");
        for f in [2.5, -1.0, 0.5] {
            let item = vm.new_float(f).expect("memory");
            List::push(list, vm, item).expect("push");
        }
        sort(vm, list, None, true).expect("sort");
        let first = list.get(vm).get_at(vm, 0).and_then(|v| vm.as_float(v));
        assert_eq!(first, Some(2.5));
        assert!(Value::immediate_float(2.5).is_some_and(|v| v.exact::<Float>().is_none()));
    });
}
