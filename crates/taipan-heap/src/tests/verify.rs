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

/// A heap of which minor collections check a part in turn.
fn checked_in_turn() -> HeapConfig {
    HeapConfig { verify_whole: 0, ..checked() }
}

#[test]
fn a_store_without_barrier_is_found_at_once() {
    for index in [0, 3000, 5999] {
        let mut heap = new_heap(checked());
        let mut roots = TestRoots::default();
        old_nodes(&mut heap, &mut roots);
        let young = node(&mut heap, 1, &mut roots);
        set_word(at(roots.words[index]), 2, address(young));
        assert!(heap.verify_remembered().unwrap_err().contains("without being remembered"));
        assert!(found(&mut heap, &mut roots, 1), "{index}");
    }
    for index in [2, 50_000, 100_001] {
        let mut heap = new_heap(checked());
        let mut roots = TestRoots::default();
        let large = old_array(&mut heap, &mut roots);
        let young = node(&mut heap, 1, &mut roots);
        // Another card knows.
        heap.write_barrier_at(large, 1000);
        set_word(large, 1000, address(young));
        assert_eq!(heap.verify_remembered(), Ok(()));
        set_word(large, index, address(young));
        assert!(heap.verify_remembered().unwrap_err().contains("without being remembered"));
        assert!(found(&mut heap, &mut roots, 1), "{index}");
    }
}

#[test]
fn an_object_missing_from_the_remembered_set_is_found() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    old_nodes(&mut heap, &mut roots);
    heap.write_barrier(at(roots.words[77]));
    assert_eq!(heap.verify_remembered(), Ok(()));
    heap.remembered.clear();
    assert_eq!(
        heap.verify_remembered(),
        Err("1 old objects say that they were written to, 0 are remembered".to_owned())
    );
}

#[test]
fn a_wrong_reference_that_no_barrier_saw_is_found_at_once() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    old_nodes(&mut heap, &mut roots);
    set_word(at(roots.words[4000]), 2, roots.words[5000] + 16);
    assert!(found(&mut heap, &mut roots, 1));
}

#[test]
fn a_store_without_barrier_is_found_in_turn() {
    for index in [0, 3000, 5999] {
        let mut heap = new_heap(checked_in_turn());
        let mut roots = TestRoots::default();
        old_nodes(&mut heap, &mut roots);
        let young = node(&mut heap, 1, &mut roots);
        set_word(at(roots.words[index]), 2, address(young));
        assert!(found(&mut heap, &mut roots, crate::verify::TURNS), "{index}");
    }
}

#[test]
fn what_a_collection_touches_is_looked_at_at_once() {
    let mut heap = new_heap(checked_in_turn());
    let mut roots = TestRoots::default();
    old_nodes(&mut heap, &mut roots);
    // An object that is promoted refers into the middle of another.
    let young = node(&mut heap, 1, &mut roots);
    set_word(young, 2, roots.words[5000] + 16);
    roots.words.push(address(young));
    assert!(found(&mut heap, &mut roots, 1));

    // An object that was written to does.
    let mut heap = new_heap(checked_in_turn());
    let mut roots = TestRoots::default();
    old_nodes(&mut heap, &mut roots);
    let old = at(roots.words[10]);
    heap.write_barrier(old);
    set_word(old, 3, roots.words[5000] + 16);
    assert!(found(&mut heap, &mut roots, 1));
}

/// An old array of 100,000 values: 800 KB, twenty-five of the pieces that take turns.
fn old_array(heap: &mut Heap, roots: &mut TestRoots) -> Object {
    let object = array(heap, 100_000, roots);
    roots.words.push(address(object));
    collect(heap, Collection::Major, roots);
    object
}

#[test]
fn a_store_without_barrier_into_a_large_array_is_found_in_turn() {
    for index in [2, 50_000, 100_001] {
        let mut heap = new_heap(checked_in_turn());
        let mut roots = TestRoots::default();
        let large = old_array(&mut heap, &mut roots);
        let young = node(&mut heap, 1, &mut roots);
        set_word(large, index, address(young));
        assert!(found(&mut heap, &mut roots, crate::verify::TURNS), "{index}");
    }
}

#[test]
fn the_cards_of_a_large_array_are_looked_at_at_once() {
    for index in [2, 70_000, 100_001] {
        let mut heap = new_heap(checked_in_turn());
        let mut roots = TestRoots::default();
        let large = old_array(&mut heap, &mut roots);
        heap.write_barrier_at(large, index);
        set_word(large, index, roots.words[0] + 16);
        assert!(found(&mut heap, &mut roots, 1), "{index}");
    }
    // So is all of an array that was written to as a whole, or is young.
    let mut heap = new_heap(checked_in_turn());
    let mut roots = TestRoots::default();
    let large = old_array(&mut heap, &mut roots);
    heap.write_barrier(large);
    set_word(large, 60_000, roots.words[0] + 16);
    assert!(found(&mut heap, &mut roots, 1));
    let mut heap = new_heap(checked_in_turn());
    let large = array(&mut heap, 100_000, &mut roots);
    roots.words = vec![address(large)];
    set_word(large, 60_000, roots.words[0] + 16);
    assert!(found(&mut heap, &mut roots, 1));
}

#[test]
fn a_wrong_figure_is_found() {
    let mut heap = new_heap(checked_in_turn());
    let mut roots = TestRoots::default();
    let large = old_array(&mut heap, &mut roots);
    heap.large.used_pages += 1;
    assert!(heap.verify().unwrap_err().contains("pages"));
    heap.large.used_pages -= 1;
    heap.blocks.used += 1;
    assert!(heap.verify().unwrap_err().contains("blocks"));
    heap.blocks.used -= 1;
    set_word(large, 1, 200_000);
    assert!(heap.verify().is_err());
}

#[test]
fn a_sound_heap_passes() {
    let mut heap = new_heap(checked_in_turn());
    let mut roots = TestRoots::default();
    old_nodes(&mut heap, &mut roots);
    assert!(!found(&mut heap, &mut roots, 2 * crate::verify::TURNS));
}
