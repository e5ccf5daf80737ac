//! What a census counts and saves.

use super::*;

fn counted(heap: &mut Heap, kind: Collection, save: bool, roots: &mut TestRoots) -> usize {
    let found = heap.collect_counting(kind, vec![true; 8], save, Vec::new(), roots).1;
    heap.verify().expect("a sound heap");
    found
}

/// Two nodes that refer to each other, and a third that the second refers to.
fn cycle_with_tail(heap: &mut Heap, roots: &mut TestRoots) -> Object {
    let base = roots.words.len();
    for number in 0..3 {
        let object = node(heap, number, roots);
        roots.words.push(address(object));
    }
    let [a, b, c] = [0, 1, 2].map(|i| at(roots.words[base + i]));
    for (from, word, to) in [(a, 2, b), (b, 2, a), (b, 3, c)] {
        heap.write_barrier(from);
        set_word(from, word, address(to));
    }
    roots.words.truncate(base);
    a
}

#[test]
fn cycles_count_and_chains_do_not() {
    for (kind, policy) in [
        (Collection::Minor, Policy::Generational),
        (Collection::Major, Policy::Generational),
        (Collection::Major, Policy::Copying),
        (Collection::Major, Policy::MarkSweep(Fit::First)),
    ] {
        let mut heap = new_heap(HeapConfig { policy, ..checked() });
        let mut roots = TestRoots::default();
        cycle_with_tail(&mut heap, &mut roots);
        for number in 0..10 {
            let last = node(&mut heap, number, &mut roots);
            let first = node(&mut heap, number, &mut roots);
            set_word(first, 2, address(last));
        }
        assert_eq!(counted(&mut heap, kind, false, &mut roots), 3, "{kind:?} {policy:?}");
        assert_eq!(counted(&mut heap, kind, false, &mut roots), 0);
    }
}

#[test]
fn old_garbage_counts_in_full_collections() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    let object = cycle_with_tail(&mut heap, &mut roots);
    roots.words.push(address(object));
    assert_eq!(counted(&mut heap, Collection::Major, false, &mut roots), 0);
    roots.words.clear();
    assert_eq!(counted(&mut heap, Collection::Minor, false, &mut roots), 0);
    assert_eq!(counted(&mut heap, Collection::Major, false, &mut roots), 3);
}

#[test]
fn saved_garbage_lives_until_it_is_taken() {
    for old in [false, true] {
        let mut heap = new_heap(HeapConfig { move_everything: true, ..checked() });
        let mut roots = TestRoots::default();
        let object = cycle_with_tail(&mut heap, &mut roots);
        if old {
            roots.words.push(address(object));
            collect(&mut heap, Collection::Major, &mut roots);
            roots.words.clear();
        }
        assert_eq!(counted(&mut heap, Collection::Major, true, &mut roots), 3);
        collect(&mut heap, Collection::Major, &mut roots);
        let mut numbers: Vec<u64> = std::iter::from_fn(|| heap.take_saved()).map(|object| word(object, 1)).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [odd(0), odd(1), odd(2)]);
        // Saved once: now they are garbage like any other.
        assert_eq!(counted(&mut heap, Collection::Major, false, &mut roots), 3);
    }
}

#[inline(never)]
fn object_left_on_the_stack(heap: &mut Heap, roots: &mut TestRoots, loose: bool, keep: bool, kind: Collection) -> bool {
    let object = node(heap, 7, roots);
    if keep {
        roots.words.push(address(object));
        heap.register_lax_finalizer(object, 1);
    }
    let held = std::hint::black_box([address(object)]);
    let low = held.as_ptr() as usize;
    let range = StackRange { low: low - 2048, high: low + 1024 };
    heap.collect_counting(kind, vec![true; 8], false, loose.then_some(range).into_iter().collect(), roots);
    heap.verify().expect("a sound heap");
    if keep {
        assert_eq!(roots.words.pop(), Some(std::hint::black_box(held)[0]), "in place");
        assert!(heap.take_finalizable().is_none(), "a root refers to it");
    }
    let mut lives = false;
    heap.for_each_object(&mut |object| lives |= word(object, 1) == odd(7));
    lives
}

#[test]
fn loose_words_keep_objects_in_place_but_not_alive() {
    for kind in [Collection::Minor, Collection::Major] {
        for (loose, keep, lives) in [(false, false, true), (true, false, false), (true, true, true)] {
            let mut heap = new_heap(HeapConfig { move_everything: true, ..checked() });
            let mut roots = TestRoots { words: Vec::new(), stack: true };
            assert_eq!(
                object_left_on_the_stack(&mut heap, &mut roots, loose, keep, kind),
                lives,
                "{kind:?} {loose} {keep}"
            );
        }
    }
}
