//! What the program does between two slices of marking.

use super::*;

const LONG: u64 = 20_000;

/// A heap whose marking has begun and is nowhere near its end. Root 0: a long list whose last node refers to a
/// white object, number 77. Root 1: an array of `len` values, marked and scanned already. A large one is scanned when
/// nothing else is left, so the list hangs on its last value then.
fn half_marked(len: usize) -> (Heap, TestRoots) {
    let mut heap = new_heap(HeapConfig { nursery_start: 32 << 10, nursery_max: 32 << 10, ..checked() });
    let mut roots = TestRoots { words: vec![0, 0], stack: false };
    let white = node(&mut heap, 77, &mut roots);
    roots.words[0] = address(white);
    for i in 0..LONG {
        let next = node(&mut heap, i, &mut roots);
        set_word(next, 2, roots.words[0]);
        roots.words[0] = address(next);
    }
    let black = array(&mut heap, len, &mut roots);
    roots.words[1] = address(black);
    let large = len > 1024;
    if large {
        set_word(black, len + 1, roots.words[0]);
    }
    collect(&mut heap, Collection::Major, &mut roots);
    let hidden = roots.words[0];
    if large {
        assert_eq!(word(at(roots.words[1]), len + 1), hidden);
        roots.words[0] = 0;
    }
    heap.slice_bytes = 64 << 10;
    heap.slice_rate = 0;
    heap.next_major = 0;
    heap.marker.last_marked = usize::MAX;
    // The last root is scanned first.
    while !heap.marker.active {
        node(&mut heap, 0, &mut roots);
        heap.old_growth = 1;
        heap.next_major = 1;
    }
    heap.next_major = 1 << 30;
    roots.words[0] = hidden;
    assert!(!heap.is_marked(address(last(&roots)) as usize), "the list is long enough");
    assert!(heap.is_marked(roots.words[1] as usize));
    (heap, roots)
}

/// The node of the list that refers to the white object.
fn last(roots: &TestRoots) -> Object {
    let mut object = at(roots.words[0]);
    for _ in 1..LONG {
        object = at(word(object, 2));
    }
    object
}

fn run_to_end(heap: &mut Heap, roots: &mut TestRoots) {
    let majors = heap.stats().majors;
    let mut made = 0;
    while heap.stats().majors == majors {
        node(heap, 1, roots);
        made += 1;
        assert!(made < 10_000_000, "marking ends");
    }
    assert!(!heap.marker.active);
    heap.verify().expect("sound");
}

#[test]
fn objects_hidden_behind_marked_ones_are_found() {
    for (len, by_word) in [(4, false), (4, true), (5_000, false), (5_000, true)] {
        let (mut heap, mut roots) = half_marked(len);
        let holder = last(&roots);
        let white = word(holder, 2);
        let black = at(roots.words[1]);
        if by_word {
            heap.write_barrier_at(black, 3);
        } else {
            heap.write_barrier(black);
        }
        set_word(black, 3, white);
        heap.write_barrier(holder);
        set_word(holder, 2, 0);
        run_to_end(&mut heap, &mut roots);
        assert_eq!(word(at(word(at(roots.words[1]), 3)), 1), odd(77));
    }
}

#[test]
fn objects_that_become_old_while_marking_are_kept() {
    let (mut heap, mut roots) = half_marked(10);
    let young = node(&mut heap, 78, &mut roots);
    let holder = last(&roots);
    // The new object takes the white one out of the list and is itself reachable through the scanned array only.
    set_word(young, 2, word(holder, 2));
    let black = at(roots.words[1]);
    heap.write_barrier(black);
    set_word(black, 5, address(young));
    heap.write_barrier(holder);
    set_word(holder, 2, 0);
    run_to_end(&mut heap, &mut roots);
    let young = at(word(at(roots.words[1]), 5));
    assert_eq!(word(young, 1), odd(78));
    assert_eq!(word(at(word(young, 2)), 1), odd(77));
}

#[test]
fn objects_born_old_while_marking_are_kept() {
    for immovable in [false, true] {
        let (mut heap, mut roots) = half_marked(10);
        let holder = last(&roots);
        let class = heap.alloc_old(NODE, NODE_BYTES, immovable).expect("memory");
        set_word(class, 1, odd(79));
        set_word(class, 2, word(holder, 2));
        let black = at(roots.words[1]);
        heap.write_barrier(black);
        set_word(black, 5, address(class));
        heap.write_barrier(holder);
        set_word(holder, 2, 0);
        run_to_end(&mut heap, &mut roots);
        let class = at(word(at(roots.words[1]), 5));
        assert_eq!(word(at(word(class, 2)), 1), odd(77));
    }
}

#[test]
fn garbage_goes_at_the_end_of_marking_or_in_the_next() {
    let (mut heap, mut roots) = half_marked(4);
    roots.words[0] = 0;
    run_to_end(&mut heap, &mut roots);
    collect(&mut heap, Collection::Major, &mut roots);
    let mut left = 0;
    heap.for_each_object(&mut |_| left += 1);
    assert_eq!(left, 1);
}

#[test]
fn a_full_collection_gives_up_the_marking_in_progress() {
    let (mut heap, mut roots) = half_marked(4);
    collect(&mut heap, Collection::Major, &mut roots);
    assert!(!heap.marker.active);
    assert_eq!(word(at(word(last(&roots), 2)), 1), odd(77));
    roots.words[0] = 0;
    collect(&mut heap, Collection::Major, &mut roots);
    let mut left = 0;
    heap.for_each_object(&mut |_| left += 1);
    assert_eq!(left, 1);
}
