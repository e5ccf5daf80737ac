//! Pinning, large objects, cards, old allocation, shrinking, holes, memory returned.

use super::*;

#[inline(never)]
fn deep(heap: &mut Heap, roots: &mut TestRoots, object: Object, kind: Collection) -> Object {
    heap.collect(kind, roots);
    std::hint::black_box(object)
}

#[test]
fn objects_on_native_stacks_stay_in_place() {
    for kind in [Collection::Minor, Collection::Major] {
        let mut heap = new_heap(HeapConfig { move_everything: true, ..checked() });
        let mut roots = TestRoots { words: Vec::new(), stack: true };
        let child = node(&mut heap, 5, &mut roots);
        let parent = node(&mut heap, 6, &mut roots);
        set_word(parent, 2, address(child));
        let held = std::hint::black_box(parent);
        let after = deep(&mut heap, &mut roots, held, kind);
        assert_eq!(after, parent);
        assert_eq!(word(parent, 1), odd(6));
        assert_eq!(word(at(word(parent, 2)), 1), odd(5));
        assert!(heap.last_collection().pinned_objects >= 1);
        // And once more, as an old object.
        let after = deep(&mut heap, &mut roots, held, kind);
        assert_eq!(word(after, 1), odd(6));
    }
}

#[test]
fn interior_pointers_pin_too() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots { words: vec![], stack: true };
    let object = array(&mut heap, 100, &mut roots);
    set_word(object, 90, odd(77));
    // SAFETY: inside the object.
    let inner = std::hint::black_box(unsafe { object.as_ptr().cast::<u64>().add(90) });
    let start = address(object) ^ u64::MAX;
    heap.collect(Collection::Minor, &mut roots);
    // SAFETY: the object was pinned by the interior pointer.
    assert_eq!(unsafe { *std::hint::black_box(inner) }, odd(77));
    assert_eq!(word(at(start ^ u64::MAX), 90), odd(77));
}

#[test]
fn unpinned_objects_move_and_pins_hold() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    let object = node(&mut heap, 1, &mut roots);
    roots.words.push(address(object));
    let pinned = node(&mut heap, 2, &mut roots);
    let place = address(pinned);
    heap.pin(pinned);
    heap.pin(pinned);
    let before = roots.words[0];
    collect(&mut heap, Collection::Minor, &mut roots);
    assert_ne!(roots.words[0], before);
    heap.unpin(at(place));
    collect(&mut heap, Collection::Major, &mut roots);
    assert_eq!(word(at(place), 1), odd(2), "alive and in place while pinned once");
    heap.unpin(at(place));
    collect(&mut heap, Collection::Major, &mut roots);
    let mut left = 0;
    heap.for_each_object(&mut |_| left += 1);
    assert_eq!(left, 1);
}

#[test]
fn young_large_objects_die_in_minor_collections() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots { words: vec![0], stack: false };
    let kept = bytes(&mut heap, 100_000, &mut roots);
    roots.words[0] = address(kept);
    for _ in 0..10 {
        bytes(&mut heap, 50_000, &mut roots);
    }
    collect(&mut heap, Collection::Minor, &mut roots);
    assert_eq!(roots.words[0], address(kept), "large objects never move");
    let used = heap.stats().used_bytes;
    assert!((100_000..150_000).contains(&used), "{used}");
    roots.words[0] = 0;
    collect(&mut heap, Collection::Major, &mut roots);
    assert_eq!(heap.stats().used_bytes, 0);
}

#[test]
fn reused_large_memory_is_zero() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    for round in 0..20 {
        let len = 10_000 + round * 7_000;
        let object = bytes(&mut heap, len, &mut roots);
        // SAFETY: the object has `len` bytes.
        let data = unsafe { std::slice::from_raw_parts_mut(object.as_ptr().cast::<u8>().add(16), len) };
        assert!(data.iter().all(|&b| b == 0));
        data.fill(0xff);
        collect(&mut heap, if round % 3 == 0 { Collection::Major } else { Collection::Minor }, &mut roots);
    }
}

#[test]
fn cards_of_large_arrays_are_found() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    let object = array(&mut heap, 100_000, &mut roots);
    roots.words.push(address(object));
    collect(&mut heap, Collection::Minor, &mut roots);
    for round in 0..5u64 {
        for i in 0..50u64 {
            let child = node(&mut heap, round * 50 + i, &mut roots);
            let index = 2 + ((i * 1999 + round * 13) % 100_000) as usize;
            heap.write_barrier_at(object, index);
            set_word(object, index, address(child));
        }
        collect(&mut heap, Collection::Minor, &mut roots);
        for i in 0..50u64 {
            let index = 2 + ((i * 1999 + round * 13) % 100_000) as usize;
            assert_eq!(word(at(word(object, index)), 1), odd(round * 50 + i));
        }
    }
}

#[test]
fn large_objects_grow_in_place() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots { words: vec![0; 2], stack: false };
    let mut len = 2_000usize;
    let object = array(&mut heap, len, &mut roots);
    roots.words[0] = address(object);
    let mut rounds = 0;
    while len < 200_000 {
        let longer = len + len / 8;
        assert!(heap.grow_large(object, 16 + longer * 8), "nothing lies behind the only large object");
        set_word(object, 1, longer as u64);
        assert!((2 + len..2 + longer).all(|index| word(object, index) == 0));
        for index in [2 + len, 1 + longer] {
            let child = node(&mut heap, index as u64, &mut roots);
            heap.write_barrier_at(object, index);
            set_word(object, index, address(child));
        }
        rounds += 1;
        if rounds % 3 == 0 {
            let kind = if rounds % 2 == 0 { Collection::Major } else { Collection::Minor };
            collect(&mut heap, kind, &mut roots);
        }
        for index in [2 + len, 1 + longer] {
            assert_eq!(word(at(word(object, index)), 1), odd(index as u64));
        }
        len = longer;
    }
    // Another object behind it stands in the way; its pages are taken over once it is gone.
    let other = bytes(&mut heap, 100_000, &mut roots);
    roots.words[1] = address(other);
    assert!(!heap.grow_large(object, 16 + 2 * len * 8));
    roots.words[1] = 0;
    collect(&mut heap, Collection::Major, &mut roots);
    assert!(heap.grow_large(object, 16 + (len + 20_000) * 8));
    // Small objects do not grow.
    let small = array(&mut heap, 10, &mut roots);
    assert!(!heap.grow_large(small, 4096));
}

#[test]
fn shrunk_objects_leave_a_walkable_nursery() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots { words: vec![0; 3], stack: false };
    let small = array(&mut heap, 50, &mut roots);
    let after = node(&mut heap, 3, &mut roots);
    let large = bytes(&mut heap, 100_000, &mut roots);
    roots.words = vec![address(small), address(after), address(large)];
    let old = heap.object_bytes(small);
    set_word(small, 1, 3);
    heap.shrink(small, old);
    heap.verify().expect("sound");
    let mut count = 0;
    heap.for_each_object(&mut |_| count += 1);
    assert_eq!(count, 3);
    let (before, old) = (heap.stats().used_bytes, heap.object_bytes(large));
    set_word(large, 1, 10_000);
    heap.shrink(large, old);
    assert!(heap.stats().used_bytes + 80_000 < before);
    collect(&mut heap, Collection::Major, &mut roots);
    assert_eq!(word(at(roots.words[1]), 1), odd(3));
}

#[test]
fn metaspace_objects_keep_their_place_and_refer_to_young_ones() {
    let mut heap = new_heap(HeapConfig { move_everything: true, ..checked() });
    let mut roots = TestRoots::default();
    let class = heap.alloc_old(NODE, NODE_BYTES, true).expect("memory");
    roots.words.push(address(class));
    let child = node(&mut heap, 8, &mut roots);
    set_word(class, 2, address(child));
    for kind in [Collection::Minor, Collection::Major, Collection::Major] {
        collect(&mut heap, kind, &mut roots);
        assert_eq!(roots.words[0], address(class));
        assert_eq!(word(at(word(class, 2)), 1), odd(8));
    }
    let next = node(&mut heap, 9, &mut roots);
    heap.write_barrier(class);
    set_word(class, 3, address(next));
    collect(&mut heap, Collection::Minor, &mut roots);
    assert_eq!(word(at(word(class, 3)), 1), odd(9));
}

#[test]
fn holes_are_used_again_and_sparse_blocks_evacuated() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots { words: vec![0; 40_000], stack: false };
    for i in 0..40_000 {
        roots.words[i] = address(node(&mut heap, i as u64, &mut roots));
    }
    collect(&mut heap, Collection::Major, &mut roots);
    let full = heap.stats().used_bytes;
    roots.words.iter_mut().enumerate().filter(|(i, _)| i % 2 == 0).for_each(|(_, w)| *w = 0);
    collect(&mut heap, Collection::Major, &mut roots);
    for i in (0..40_000).step_by(2) {
        roots.words[i] = address(node(&mut heap, i as u64, &mut roots));
    }
    collect(&mut heap, Collection::Minor, &mut roots);
    let refilled = heap.stats().used_bytes;
    assert!(refilled < full + full / 4, "{refilled} after {full}");
    roots.words.iter_mut().enumerate().filter(|(i, _)| i % 5 != 0).for_each(|(_, w)| *w = 0);
    collect(&mut heap, Collection::Major, &mut roots);
    collect(&mut heap, Collection::Major, &mut roots);
    let sparse = heap.stats().used_bytes;
    assert!(sparse < full / 2, "{sparse} after {full}");
    for i in (0..40_000).step_by(5) {
        assert_eq!(word(at(roots.words[i]), 1), odd(i as u64));
    }
}

#[test]
fn memory_goes_back_after_a_peak() {
    let resident = || {
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
        statm.split(' ').nth(1).and_then(|w| w.parse::<usize>().ok()).unwrap_or(0) * 4096
    };
    let mut heap = new_heap(HeapConfig::default());
    let mut roots = TestRoots::default();
    for i in 0..2_000_000u64 {
        let object = node(&mut heap, i, &mut roots);
        roots.words.push(address(object));
    }
    let peak = resident();
    roots.words = Vec::new();
    collect(&mut heap, Collection::Major, &mut roots);
    assert_eq!(heap.stats().used_bytes, 0);
    if cfg!(target_os = "linux") {
        assert!(resident() + (40 << 20) < peak, "{} after {peak}", resident());
    }
}

#[test]
fn objects_of_a_header_alone_take_a_granule() {
    let mut heap = new_heap(HeapConfig { move_everything: true, ..checked() });
    heap.define_layout(9, Layout::fixed(1, 0));
    let mut roots = TestRoots::default();
    for i in 0..100 {
        let object = alloc(&mut heap, 9, 8, &mut roots).expect("memory");
        roots.words.push(address(object));
        assert!(i == 0 || roots.words[i] == roots.words[i - 1] + 16);
    }
    for kind in [Collection::Minor, Collection::Major] {
        collect(&mut heap, kind, &mut roots);
        let mut places = roots.words.clone();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), 100);
    }
}

#[test]
fn values_behind_a_tail_are_followed() {
    for len in [0usize, 1, 7, 8, 9, 500, 20_000] {
        let mut heap = new_heap(HeapConfig { move_everything: true, ..checked() });
        let mut roots = TestRoots::default();
        let layout = *heap.layout(NAMED).expect("defined");
        let size = layout.bytes_for(len).expect("a sane length");
        let object = alloc(&mut heap, NAMED, size, &mut roots).expect("memory");
        set_word(object, 1, len as u64);
        roots.words.push(address(object));
        let first = 2 + len.div_ceil(8);
        // SAFETY: a live object of that layout.
        assert_eq!(unsafe { layout.trailing_offset(object.as_ptr()) }, first * 8);
        assert_eq!(heap.object_bytes(object), size);
        for (round, kind) in [Collection::Minor, Collection::Major, Collection::Minor].into_iter().enumerate() {
            let child = node(&mut heap, round as u64, &mut roots);
            let object = at(roots.words[0]);
            if round == 2 {
                heap.write_barrier_at(object, first + 1);
            } else {
                heap.write_barrier(object);
            }
            set_word(object, first + 1, address(child));
            collect(&mut heap, kind, &mut roots);
            collect(&mut heap, Collection::Major, &mut roots);
            assert_eq!(word(at(word(at(roots.words[0]), first + 1)), 1), odd(round as u64));
        }
    }
}

#[test]
fn gaps_are_chosen_by_the_fit() {
    for (fit, expected) in [(Fit::First, 0), (Fit::Best, 2), (Fit::Worst, 1)] {
        let mut heap = new_heap(HeapConfig { policy: Policy::MarkSweep(fit), ..checked() });
        let mut roots = TestRoots::default();
        // Gaps of 256, 1024 and 128 bytes between objects that live; the rest of the block is used up.
        let mut gaps = Vec::new();
        for size in [256, 1024, 128] {
            gaps.push(bytes(&mut heap, size - 16, &mut roots));
            let fence = node(&mut heap, 1, &mut roots);
            roots.words.push(address(fence));
        }
        for size in [8192, 8192, 8192, 6672] {
            let rest = bytes(&mut heap, size - 16, &mut roots);
            roots.words.push(address(rest));
        }
        collect(&mut heap, Collection::Major, &mut roots);
        let object = bytes(&mut heap, 100, &mut roots);
        assert_eq!(object, gaps[expected], "{fit:?}");
        let live = roots.words.len();
        collect(&mut heap, Collection::Major, &mut roots);
        let mut left = 0;
        heap.for_each_object(&mut |_| left += 1);
        assert_eq!(left, live);
    }
}

#[test]
fn the_map_shows_each_block() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    for number in 0..3000 {
        let object = node(&mut heap, number, &mut roots);
        roots.words.push(address(object));
    }
    bytes(&mut heap, 20_000, &mut roots);
    let blocks = |map: &str, kind: char| map.lines().next().map_or(0, |line| line.matches(kind).count());
    assert!(blocks(&heap.map(), 'n') == 3 && heap.map().ends_with("large objects: 1 of 20 KB"), "{}", heap.map());
    collect(&mut heap, Collection::Major, &mut roots);
    let map = heap.map();
    assert_eq!((blocks(&map, 'n'), blocks(&map, '#'), blocks(&map, '9')), (0, 2, 1), "{map}");
    assert!(map.ends_with("large objects: 0 of 0 KB"), "{map}");
}
