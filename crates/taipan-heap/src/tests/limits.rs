//! The memory limit, injected failures, foreign memory.

use super::*;

#[test]
fn the_limit_holds_and_the_heap_goes_on() {
    let limit = 8 << 20;
    let mut heap = new_heap(HeapConfig { limit, ..checked() });
    let mut roots = TestRoots::default();
    for round in 0..3 {
        let made = loop {
            match alloc(&mut heap, NODE, NODE_BYTES, &mut roots) {
                Ok(object) => {
                    set_word(object, 1, 1);
                    let last = roots.words.last().copied().unwrap_or(0);
                    set_word(object, 2, last);
                    roots.words.clear();
                    roots.words.push(address(object));
                }
                Err(OutOfMemory) => break heap.stats(),
            }
            assert!(heap.stats().used_bytes <= limit);
        };
        assert!(made.used_bytes > limit / 2, "round {round}: {made:?}");
        // The reserve lets the program handle the error.
        for _ in 0..100 {
            alloc(&mut heap, NODE, NODE_BYTES, &mut roots).expect("the reserve");
        }
        roots.words.clear();
        collect(&mut heap, Collection::Major, &mut roots);
        assert!(heap.stats().used_bytes < limit / 8);
    }
    assert!(heap.stats().peak_bytes <= limit + (1 << 20), "{:?}", heap.stats());
}

#[test]
fn impossible_sizes_are_refused() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    for size in [usize::MAX, usize::MAX - 15, usize::MAX / 2, 1 << 60, 1 << 46] {
        assert!(alloc(&mut heap, BYTES, size, &mut roots).is_err());
        assert!(heap.alloc_old(BYTES, size, false).is_err());
    }
    assert_eq!(heap.layout(BYTES).and_then(|l| l.bytes_for(usize::MAX - 3)), None);
    assert_eq!(heap.layout(ARRAY).and_then(|l| l.bytes_for(usize::MAX / 8)), None);
    let mut small = new_heap(HeapConfig { limit: 1 << 20, ..checked() });
    assert!(alloc(&mut small, BYTES, 1 << 21, &mut roots).is_err());
    assert!(alloc(&mut small, BYTES, 1 << 18, &mut roots).is_ok());
}

#[test]
fn garbage_is_collected_before_memory_is_refused() {
    let mut heap = new_heap(HeapConfig { limit: 4 << 20, ..checked() });
    let mut roots = TestRoots { words: vec![0], stack: false };
    for _ in 0..200 {
        let object = bytes(&mut heap, 1 << 20, &mut roots);
        roots.words[0] = address(object);
        // Promoted, so that only a major collection frees it.
        heap.collect(Collection::Minor, &mut roots);
    }
    for i in 0..500_000 {
        node(&mut heap, i, &mut roots);
    }
}

#[test]
fn foreign_memory_counts() {
    let mut heap = new_heap(HeapConfig { limit: 4 << 20, ..checked() });
    let mut roots = TestRoots::default();
    assert!(!heap.would_exceed(3 << 20));
    heap.charge(3 << 20);
    assert!(heap.would_exceed(1 << 20));
    assert!(alloc(&mut heap, BYTES, 1 << 20, &mut roots).is_err());
    heap.release(3 << 20);
    assert!(alloc(&mut heap, BYTES, 1 << 20, &mut roots).is_ok());
}

#[test]
fn much_foreign_memory_brings_on_a_collection() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    node(&mut heap, 1, &mut roots);
    heap.charge(100 << 20);
    node(&mut heap, 1, &mut roots);
    assert_eq!(heap.stats().minors, 1);
    assert_eq!(heap.stats().majors, 1);
    node(&mut heap, 1, &mut roots);
    assert_eq!(heap.stats().minors, 1);
}

#[test]
fn the_nth_allocation_fails() {
    let mut heap = new_heap(HeapConfig { fail_at: Some(5), ..checked() });
    let mut roots = TestRoots::default();
    let results: Vec<bool> = (0..10).map(|_| alloc(&mut heap, NODE, NODE_BYTES, &mut roots).is_ok()).collect();
    assert_eq!(results, [true, true, true, true, false, true, true, true, true, true]);
}

#[test]
fn exhausted_address_space_is_an_error() {
    let mut heap = new_heap(HeapConfig { reserve: 8 << 20, ..checked() });
    let mut roots = TestRoots::default();
    let mut made = 0;
    while let Ok(object) = alloc(&mut heap, NODE, NODE_BYTES, &mut roots) {
        set_word(object, 2, roots.words.last().copied().unwrap_or(0));
        roots.words.clear();
        roots.words.push(address(object));
        made += 1;
        assert!(made < 1_000_000);
    }
    assert!(made > 50_000, "{made}");
    heap.verify().expect("sound");
    roots.words.clear();
    collect(&mut heap, Collection::Major, &mut roots);
    assert!(alloc(&mut heap, NODE, NODE_BYTES, &mut roots).is_ok());
}

#[test]
fn heaps_come_and_go() {
    for _ in 0..50 {
        let mut heap = new_heap(HeapConfig::default());
        let mut roots = TestRoots::default();
        for i in 0..20_000 {
            node(&mut heap, i, &mut roots);
        }
    }
}
