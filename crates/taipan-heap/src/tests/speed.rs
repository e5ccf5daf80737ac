//! Figures: time per short-lived object, pauses. Run with `--release -- --nocapture`; asserts only what must hold
//! on any machine.

use std::time::Instant;

use super::*;

/// A binary tree of the given depth, built bottom-up; references live on the native stack only.
fn tree(heap: &mut Heap, roots: &mut TestRoots, depth: u32) -> Object {
    if depth == 0 {
        return node(heap, 0, roots);
    }
    let left = tree(heap, roots, depth - 1);
    let right = tree(heap, roots, depth - 1);
    let object = node(heap, u64::from(depth), roots);
    set_word(object, 2, address(left));
    set_word(object, 3, address(right));
    object
}

fn count(object: Object) -> u64 {
    let (left, right) = (word(object, 2), word(object, 3));
    if left == 0 { 1 } else { 1 + count(at(left)) + count(at(right)) }
}

#[test]
fn short_lived_objects_are_cheap() {
    let mut heap = new_heap(HeapConfig::default());
    let mut roots = TestRoots { words: vec![0; 100], stack: true };
    let n = 20_000_000u64;
    let start = Instant::now();
    for i in 0..n {
        let object = node(&mut heap, i, &mut roots);
        if i % 64 == 0 {
            roots.words[(i / 64 % 100) as usize] = address(object);
        }
    }
    let each = start.elapsed().as_nanos() as f64 / n as f64;
    let stats = heap.stats();
    eprintln!("dead 32-byte objects: {each:.2} ns each, {} minors, longest pause {:?}", stats.minors, stats.pause_max);
    assert!(stats.minors > 50);
    assert!(stats.used_bytes < 16 << 20);
}

#[test]
fn binary_trees_on_the_native_stack() {
    let mut heap = new_heap(HeapConfig::default());
    let mut roots = TestRoots { words: Vec::new(), stack: true };
    let long = tree(&mut heap, &mut roots, 16);
    roots.words.push(address(long));
    let start = Instant::now();
    let mut made = 0;
    for depth in (4..=16).step_by(4) {
        for _ in 0..1u32 << (16 - depth) {
            let object = tree(&mut heap, &mut roots, depth);
            made += (2u64 << depth) - 1;
            assert_eq!(word(object, 1), odd(u64::from(depth)));
        }
    }
    let each = start.elapsed().as_nanos() as f64 / made as f64;
    assert_eq!(count(at(roots.words[0])), (2 << 16) - 1);
    let stats = heap.stats();
    eprintln!(
        "binary trees: {each:.2} ns per node, {} minors, {} majors, pauses {:?} in all, longest {:?}, peak {} KB",
        stats.minors,
        stats.majors,
        stats.pause_total,
        stats.pause_max,
        stats.peak_bytes >> 10
    );
}

#[test]
fn surviving_objects_are_promoted_quickly() {
    let mut heap = new_heap(HeapConfig::default());
    let mut roots = TestRoots { words: vec![0], stack: true };
    let n = 3_000_000u64;
    let start = Instant::now();
    for i in 0..n {
        let object = node(&mut heap, i, &mut roots);
        set_word(object, 2, roots.words[0]);
        roots.words[0] = address(object);
    }
    let each = start.elapsed().as_nanos() as f64 / n as f64;
    let stats = heap.stats();
    eprintln!(
        "list of 3M: {each:.2} ns per node, {} minors, {} majors, pauses {:?} in all, longest {:?}, peak {} KB",
        stats.minors,
        stats.majors,
        stats.pause_total,
        stats.pause_max,
        stats.peak_bytes >> 10
    );
    // Few bytes beside the nodes' own.
    assert!(stats.peak_bytes < n as usize * NODE_BYTES * 11 / 10 + (8 << 20));
}

#[test]
fn marking_is_spread_over_pauses() {
    const SLOTS: usize = 1_000_000;
    let mut heap = new_heap(HeapConfig::default());
    let mut roots = TestRoots { words: Vec::new(), stack: true };
    let table = array(&mut heap, SLOTS, &mut roots);
    roots.words.push(address(table));
    let mut random = Random(9);
    let start = Instant::now();
    for i in 0..6_000_000u64 {
        let object = node(&mut heap, i, &mut roots);
        // Refer to objects without a reference of their own only, so that no chain grows.
        let other = word(table, 2 + random.below(SLOTS));
        if other != 0 && word(at(other), 2) == 0 {
            set_word(object, 2, other);
        }
        let index = 2 + random.below(SLOTS);
        heap.write_barrier_at(table, index);
        set_word(table, index, address(object));
    }
    let stats = heap.stats();
    eprintln!(
        "table of 1M: {:?}, {} minors, {} majors, pauses {:?} in all, longest {:?}, peak {} MB",
        start.elapsed(),
        stats.minors,
        stats.majors,
        stats.pause_total,
        stats.pause_max,
        stats.peak_bytes >> 20
    );
    let full = heap.collect(Collection::Major, &mut roots);
    eprintln!(
        "full collection: {:?}, {} KB before, {} after",
        full.pause,
        full.bytes_before >> 10,
        full.bytes_after >> 10
    );
    assert!(stats.majors >= 2);
    assert!((0..SLOTS).filter(|i| word(table, 2 + i) != 0).all(|i| word(at(word(table, 2 + i)), 1) & 1 == 1));
}
