//! What is left of a heap after a peak.

use super::*;

const COUNT: usize = 400_000;

/// A heap with `COUNT` nodes in the array of root 0.
fn peak(config: HeapConfig) -> (Heap, TestRoots) {
    let mut heap = new_heap(config);
    let mut roots = TestRoots { words: vec![0], stack: false };
    let table = array(&mut heap, COUNT, &mut roots);
    roots.words[0] = address(table);
    for i in 0..COUNT {
        let object = node(&mut heap, i as u64, &mut roots);
        let table = at(roots.words[0]);
        heap.write_barrier_at(table, 2 + i);
        set_word(table, 2 + i, address(object));
    }
    (heap, roots)
}

/// Keeps each `step`-th node, in a small array.
fn thin(heap: &mut Heap, roots: &mut TestRoots, step: usize) {
    let kept = array(heap, COUNT / step, roots);
    heap.write_barrier(kept);
    for i in 0..COUNT / step {
        set_word(kept, 2 + i, word(at(roots.words[0]), 2 + i * step));
    }
    roots.words[0] = address(kept);
}

fn check(roots: &TestRoots, step: usize) {
    for i in 0..COUNT / step {
        assert_eq!(word(at(word(at(roots.words[0]), 2 + i)), 1), odd((i * step) as u64));
    }
}

#[test]
fn scattered_survivors_of_a_peak_are_moved_together_by_one_full_collection() {
    for config in [HeapConfig::default(), checked()] {
        let (mut heap, mut roots) = peak(config);
        thin(&mut heap, &mut roots, 80);
        let before = heap.stats().used_bytes;
        collect(&mut heap, Collection::Major, &mut roots);
        let after = heap.stats().used_bytes;
        assert!(after < before / 20, "{before} bytes before, {after} after");
        check(&roots, 80);
    }
}

#[test]
fn a_peak_is_forgotten_while_the_program_makes_short_lived_objects() {
    let (mut heap, mut roots) = peak(HeapConfig::default());
    thin(&mut heap, &mut roots, 80);
    let (before, majors) = (heap.stats().used_bytes, heap.stats().majors);
    for i in 0..4_000_000 {
        node(&mut heap, i, &mut roots);
    }
    let after = heap.stats();
    assert!(after.majors > majors && after.used_bytes < before / 3, "{before} bytes before, {after:?}");
    check(&roots, 80);
    heap.verify().expect("a sound heap");
}

#[test]
fn memory_of_a_peak_goes_back_in_small_parts() {
    let (mut heap, mut roots) = peak(HeapConfig::default());
    roots.words[0] = 0;
    let (majors, mut minors) = (heap.stats().majors, heap.stats().minors);
    let (mut dirty, mut most, mut returned) = (0usize, 0usize, 0usize);
    for i in 0..4_000_000 {
        node(&mut heap, i, &mut roots);
        let stats = heap.stats();
        if stats.minors == minors {
            continue;
        }
        minors = stats.minors;
        let now = heap.blocks.dirty_free();
        if stats.majors > majors {
            most = most.max(dirty.saturating_sub(now));
            returned += dirty.saturating_sub(now);
        }
        dirty = now;
    }
    // 4 MB at a time, besides what the nursery takes.
    let nursery = heap.eden.target;
    assert!(most <= 128 + nursery, "{most} blocks in one pause");
    assert!(returned > 150, "{returned} blocks returned");
    assert!(dirty <= 2 * nursery + heap.blocks.used / 8 + 8, "{dirty} blocks kept");
}
