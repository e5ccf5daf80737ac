//! Nurseries that become old as they are.

use super::*;
use crate::stats::Cause;

/// Builds a chain of `count` nodes from the end, numbered downwards from `count - 1`, held by root 0; with every
/// `waste`-th node one that nobody keeps.
fn grow(heap: &mut Heap, roots: &mut TestRoots, count: u64, waste: u64) {
    for number in 0..count {
        if waste > 0 && number % waste == 0 {
            node(heap, u64::MAX >> 2, roots);
        }
        let object = node(heap, number, roots);
        set_word(object, 2, roots.words[0]);
        roots.words[0] = address(object);
    }
}

fn check_chain(roots: &TestRoots, count: u64) {
    let mut at_word = roots.words[0];
    for number in (0..count).rev() {
        let object = at(at_word);
        assert_eq!(word(object, 1), odd(number));
        at_word = word(object, 2);
    }
    assert_eq!(at_word, 0);
}

fn live(heap: &Heap) -> usize {
    let mut count = 0;
    heap.for_each_object(&mut |_| count += 1);
    count
}

#[test]
fn a_growing_heap_is_adopted_and_loses_nothing() {
    for waste in [0, 50] {
        let mut heap = new_heap(HeapConfig { poison: true, ..HeapConfig::default() });
        let mut roots = TestRoots { words: vec![0], stack: false };
        let count = 600_000;
        grow(&mut heap, &mut roots, count, waste);
        assert!(heap.stats().majors > 0, "marking took place while nurseries were adopted");
        check_chain(&roots, count);
        heap.verify().expect("a sound heap");
        collect(&mut heap, Collection::Major, &mut roots);
        check_chain(&roots, count);
        assert_eq!(live(&heap), count as usize, "garbage of adopted nurseries is found by a major collection");
    }
}

#[test]
fn adopted_objects_do_not_move() {
    let mut heap = new_heap(HeapConfig { poison: true, ..HeapConfig::default() });
    let mut roots = TestRoots { words: vec![0], stack: false };
    let (mut stayed, mut moved) = (0, 0);
    for _ in 0..100 {
        let first = node(&mut heap, 0, &mut roots);
        let minors = heap.stats().minors;
        set_word(first, 2, roots.words[0]);
        roots.words[0] = address(first);
        while heap.stats().minors == minors {
            let object = node(&mut heap, 1, &mut roots);
            set_word(object, 2, roots.words[0]);
            roots.words[0] = address(object);
        }
        assert_eq!(heap.last_collection().cause, Cause::Allocation);
        let mut chain = roots.words[0];
        let mut found = false;
        for _ in 0..200_000 {
            if chain == 0 || found {
                break;
            }
            found = chain == address(first);
            chain = word(at(chain), 2);
        }
        if found { stayed += 1 } else { moved += 1 }
    }
    assert!(stayed > moved, "{stayed} nurseries adopted, {moved} copied");
}

#[test]
fn references_of_old_and_large_objects_to_adopted_ones_hold() {
    let mut heap = new_heap(HeapConfig { poison: true, ..HeapConfig::default() });
    let mut roots = TestRoots { words: vec![0, 0, 0], stack: false };
    let big = array(&mut heap, 60_000, &mut roots);
    roots.words[1] = address(big);
    let small = array(&mut heap, 100, &mut roots);
    roots.words[2] = address(small);
    collect(&mut heap, Collection::Minor, &mut roots);
    let mut numbers = vec![0; 60_000];
    for step in 0..500_000_u64 {
        let object = node(&mut heap, step, &mut roots);
        set_word(object, 2, roots.words[0]);
        roots.words[0] = address(object);
        let place = (step as usize * 7919) % 60_000;
        let big = at(roots.words[1]);
        heap.write_barrier_at(big, 2 + place);
        set_word(big, 2 + place, address(object));
        numbers[place] = step;
        let small = at(roots.words[2]);
        heap.write_barrier(small);
        set_word(small, 2 + step as usize % 100, address(object));
    }
    heap.verify().expect("a sound heap");
    roots.words[0] = 0;
    collect(&mut heap, Collection::Major, &mut roots);
    for (place, &number) in numbers.iter().enumerate() {
        assert_eq!(word(at(word(at(roots.words[1]), 2 + place)), 1), odd(number));
    }
}

#[test]
fn weak_references_and_finalisers_survive_adoption() {
    let mut heap = new_heap(HeapConfig { poison: true, ..HeapConfig::default() });
    let mut roots = TestRoots { words: vec![0, 0, 0], stack: false };
    let mut tags = Vec::new();
    for step in 0..400_000_u64 {
        let object = node(&mut heap, step, &mut roots);
        set_word(object, 2, roots.words[0]);
        roots.words[0] = address(object);
        if step % 20_000 == 0 {
            // A weak reference to a node nobody keeps, itself kept; and a finaliser of such a node.
            let referent = node(&mut heap, step, &mut roots);
            heap.register_finalizer(referent, step);
            tags.push(step);
            roots.words[2] = address(referent);
            let owner = alloc(&mut heap, WEAK, 16, &mut roots).expect("memory");
            set_word(owner, 1, roots.words[2]);
            heap.register_weak(owner, 1);
            roots.words[2] = 0;
            let keeper = array(&mut heap, 2, &mut roots);
            let _ = keeper;
        }
    }
    collect(&mut heap, Collection::Major, &mut roots);
    let mut found = Vec::new();
    while let Some((object, tag)) = heap.take_finalizable() {
        assert_eq!(word(object, 1), odd(tag));
        found.push(tag);
    }
    found.sort_unstable();
    assert_eq!(found, tags);
    collect(&mut heap, Collection::Major, &mut roots);
    assert_eq!(heap.weak_count(), 0);
    check_chain(&roots, 400_000);
}
