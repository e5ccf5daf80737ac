//! How often a heap is marked that does not grow.

use super::*;

/// Lets the program make `bytes` of garbage; how many markings that takes.
fn markings(heap: &mut Heap, roots: &mut TestRoots, bytes: usize) -> u64 {
    let before = heap.stats().majors;
    for i in 0..bytes / 32 {
        node(heap, i as u64, roots);
    }
    heap.stats().majors - before
}

/// A heap in which every `step`-th of 40,000 nodes lives, by root 0.
fn sparse(step: u64) -> (Heap, TestRoots) {
    let mut heap = new_heap(HeapConfig { nursery_start: 256 << 10, nursery_max: 256 << 10, ..HeapConfig::default() });
    let mut roots = TestRoots { words: vec![0, 0], stack: false };
    for i in 0..40_000 {
        let object = node(&mut heap, i, &mut roots);
        let list = usize::from(i % step != 0);
        set_word(object, 2, roots.words[list]);
        roots.words[list] = address(object);
    }
    collect(&mut heap, Collection::Minor, &mut roots);
    roots.words[1] = 0;
    collect(&mut heap, Collection::Major, &mut roots);
    (heap, roots)
}

#[test]
fn a_heap_that_does_not_change_is_marked_more_and_more_rarely() {
    for step in [1, 2, 3] {
        let (mut heap, mut roots) = sparse(step);
        let few = markings(&mut heap, &mut roots, 256 << 20);
        assert!((1..=9).contains(&few), "{few} markings with one of {step} objects alive");
    }
}

#[test]
fn what_dies_among_the_newly_promoted_is_no_reason_to_mark_soon() {
    let (mut heap, mut roots) = sparse(2);
    let mut few = 0;
    for i in 0..256 {
        // One object in many lives for a while only.
        roots.words[1] = address(array(&mut heap, 512, &mut roots));
        few += markings(&mut heap, &mut roots, 1 << 20);
        assert!(few <= 9, "{few} markings in {i} MB");
    }
}

#[test]
fn a_heap_in_which_much_dies_is_marked_soon_again() {
    let (mut heap, mut roots) = sparse(2);
    markings(&mut heap, &mut roots, 256 << 20);
    for i in 0..40_000 {
        let object = node(&mut heap, i, &mut roots);
        set_word(object, 2, roots.words[1]);
        roots.words[1] = address(object);
    }
    collect(&mut heap, Collection::Major, &mut roots);
    assert_eq!(markings(&mut heap, &mut roots, 16 << 20), 0, "not soon while nothing dies");
    roots.words[1] = 0;
    collect(&mut heap, Collection::Major, &mut roots);
    let soon = markings(&mut heap, &mut roots, 16 << 20);
    assert!(soon >= 2, "{soon} markings after garbage was found");
}
