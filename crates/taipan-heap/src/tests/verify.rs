//! Verification finds what it is there for.

use super::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Many old nodes; the heap fills several blocks.
fn old_nodes(heap: &mut Heap, roots: &mut TestRoots) {
    for number in 0..6000 {
        let object = node(heap, number, roots);
        roots.words.push(address(object));
    }
    collect(heap, Collection::Major, roots);
}

fn found(heap: &mut Heap, roots: &mut TestRoots, collections: usize) -> bool {
    catch_unwind(AssertUnwindSafe(|| {
        for _ in 0..collections {
            heap.collect(Collection::Minor, roots);
        }
    }))
    .is_err()
}

#[test]
fn a_store_without_barrier_is_found_in_turn() {
    for index in [0, 3000, 5999] {
        let mut heap = new_heap(checked());
        let mut roots = TestRoots::default();
        old_nodes(&mut heap, &mut roots);
        let young = node(&mut heap, 1, &mut roots);
        set_word(at(roots.words[index]), 2, address(young));
        assert!(found(&mut heap, &mut roots, crate::verify::TURNS), "{index}");
    }
}

#[test]
fn what_a_collection_touches_is_looked_at_at_once() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    old_nodes(&mut heap, &mut roots);
    // An object that is promoted refers into the middle of another.
    let young = node(&mut heap, 1, &mut roots);
    set_word(young, 2, roots.words[5000] + 16);
    roots.words.push(address(young));
    assert!(found(&mut heap, &mut roots, 1));

    // An object that was written to does.
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    old_nodes(&mut heap, &mut roots);
    let old = at(roots.words[10]);
    heap.write_barrier(old);
    set_word(old, 3, roots.words[5000] + 16);
    assert!(found(&mut heap, &mut roots, 1));
}

#[test]
fn a_sound_heap_passes() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    old_nodes(&mut heap, &mut roots);
    assert!(!found(&mut heap, &mut roots, 2 * crate::verify::TURNS));
}
