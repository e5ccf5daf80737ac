//! Weak references, finalisers, identities.

use super::*;

fn weak_to(heap: &mut Heap, referent: Object, roots: &mut TestRoots) -> Object {
    roots.words.push(address(referent));
    let weak = alloc(heap, WEAK, 16, roots).expect("memory");
    let referent = roots.words.pop().expect("pushed");
    set_word(weak, 1, referent);
    heap.register_weak(weak, 1);
    weak
}

#[test]
fn weak_references_follow_and_die() {
    for kinds in
        [[Collection::Minor, Collection::Minor], [Collection::Minor, Collection::Major], [Collection::Major; 2]]
    {
        let mut heap = new_heap(HeapConfig { move_everything: true, ..checked() });
        let mut roots = TestRoots::default();
        let kept = node(&mut heap, 1, &mut roots);
        let lost = node(&mut heap, 2, &mut roots);
        let to_kept = weak_to(&mut heap, kept, &mut roots);
        let to_lost = weak_to(&mut heap, lost, &mut roots);
        let newer = weak_to(&mut heap, lost, &mut roots);
        let also_to_kept = weak_to(&mut heap, kept, &mut roots);
        roots.words.extend([address(kept), address(to_kept), address(to_lost), address(newer), address(also_to_kept)]);
        assert_eq!(heap.weak_owners(lost), [newer, to_lost]);
        collect(&mut heap, kinds[0], &mut roots);
        assert_eq!(word(at(roots.words[1]), 1), roots.words[0]);
        assert_eq!(word(at(roots.words[4]), 1), roots.words[0]);
        assert_eq!(heap.weak_owners(at(roots.words[0])), [at(roots.words[4]), at(roots.words[1])]);
        assert_eq!(word(at(roots.words[2]), 1), 0);
        assert_eq!(heap.take_dead_weak(), Some(at(roots.words[3])), "newest first");
        assert_eq!(heap.take_dead_weak(), Some(at(roots.words[2])));
        assert_eq!(heap.take_dead_weak(), None);
        collect(&mut heap, kinds[1], &mut roots);
        assert_eq!(word(at(roots.words[1]), 1), roots.words[0]);
        assert_eq!(word(at(roots.words[4]), 1), roots.words[0]);
        roots.words[0] = 0;
        collect(&mut heap, Collection::Major, &mut roots);
        assert_eq!(word(at(roots.words[1]), 1), 0);
        assert_eq!(heap.take_dead_weak(), Some(at(roots.words[4])));
        assert_eq!(heap.take_dead_weak(), Some(at(roots.words[1])));
        assert_eq!(heap.weak_count(), 0);
    }
}

#[test]
fn dead_owners_are_not_told() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    let object = node(&mut heap, 1, &mut roots);
    roots.words.push(address(object));
    weak_to(&mut heap, object, &mut roots);
    collect(&mut heap, Collection::Minor, &mut roots);
    assert_eq!(heap.weak_owners(at(roots.words[0])), []);
    roots.words.clear();
    collect(&mut heap, Collection::Major, &mut roots);
    assert_eq!(heap.take_dead_weak(), None);
    assert_eq!(heap.weak_count(), 0);
}

#[test]
fn entries_of_short_lived_weak_references_do_not_pile_up() {
    let mut heap = new_heap(HeapConfig { nursery_max: 256 << 10, ..HeapConfig::default() });
    let mut roots = TestRoots::default();
    let object = node(&mut heap, 1, &mut roots);
    roots.words.push(address(object));
    for _ in 0..300_000 {
        let referent = at(roots.words[0]);
        weak_to(&mut heap, referent, &mut roots);
    }
    assert!(heap.stats().minors > 10);
    assert!(heap.weak_count() < 40_000, "{}", heap.weak_count());
}

#[test]
fn given_up_references_are_not_told() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    let object = node(&mut heap, 1, &mut roots);
    let weak = weak_to(&mut heap, object, &mut roots);
    roots.words.push(address(weak));
    set_word(weak, 1, 0);
    collect(&mut heap, Collection::Minor, &mut roots);
    assert_eq!(heap.take_dead_weak(), None);
    assert_eq!(heap.weak_count(), 0);
}

#[test]
fn finalisers_resurrect_once_in_order_after_weak_references() {
    for kind in [Collection::Minor, Collection::Major] {
        let mut heap = new_heap(HeapConfig { move_everything: true, ..checked() });
        let mut roots = TestRoots::default();
        let first = node(&mut heap, 1, &mut roots);
        let second = node(&mut heap, 2, &mut roots);
        // A cycle.
        set_word(first, 2, address(second));
        set_word(second, 2, address(first));
        heap.register_finalizer(first, 10);
        heap.register_finalizer(second, 20);
        let weak = weak_to(&mut heap, second, &mut roots);
        roots.words.push(address(weak));
        collect(&mut heap, kind, &mut roots);
        assert!(heap.has_pending());
        assert_eq!(heap.take_dead_weak(), Some(at(roots.words[0])), "cut although its referent comes back");
        assert_eq!(word(at(roots.words[0]), 1), 0);
        // Waiting objects survive.
        collect(&mut heap, Collection::Major, &mut roots);
        let (object, tag) = heap.take_finalizable().expect("queued");
        assert_eq!((word(object, 1), tag), (odd(1), 10));
        assert_eq!(word(at(word(object, 2)), 1), odd(2));
        roots.words.push(address(object));
        let (object, tag) = heap.take_finalizable().expect("queued");
        assert_eq!((word(object, 1), tag), (odd(2), 20));
        assert_eq!(heap.take_finalizable(), None);
        collect(&mut heap, Collection::Major, &mut roots);
        let object = at(roots.words[1]);
        assert_eq!(word(at(word(object, 2)), 1), odd(2), "resurrected");
        roots.words.pop();
        collect(&mut heap, Collection::Major, &mut roots);
        assert_eq!(heap.take_finalizable(), None, "called once");
        let mut left = 0;
        heap.for_each_object(&mut |_| left += 1);
        assert_eq!(left, 1);
    }
}

#[test]
fn finalisers_can_be_dropped_and_are_all_given_at_the_end() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    let first = node(&mut heap, 1, &mut roots);
    heap.register_finalizer(first, 1);
    assert!(heap.unregister_finalizer(first));
    assert!(!heap.unregister_finalizer(first));
    let second = node(&mut heap, 2, &mut roots);
    heap.register_finalizer(second, 2);
    roots.words.push(address(second));
    collect(&mut heap, Collection::Minor, &mut roots);
    assert_eq!(heap.take_finalizable(), None);
    assert_eq!(heap.queue_all_finalizers(), 1);
    assert_eq!(heap.take_finalizable(), Some((at(roots.words[0]), 2)));
}

#[test]
fn what_comes_last_waits_for_finalisers_that_lead_to_it() {
    for kind in [Collection::Minor, Collection::Major] {
        let mut heap = new_heap(HeapConfig { move_everything: true, ..checked() });
        let mut roots = TestRoots::default();
        // The memory is registered before its user.
        let memory = node(&mut heap, 1, &mut roots);
        let user = node(&mut heap, 2, &mut roots);
        let alone = node(&mut heap, 3, &mut roots);
        set_word(user, 2, address(memory));
        heap.register_last_finalizer(memory, 10);
        heap.register_finalizer(user, 20);
        heap.register_last_finalizer(alone, 30);
        collect(&mut heap, kind, &mut roots);
        let (object, tag) = heap.take_finalizable().expect("queued");
        assert_eq!((tag, word(at(word(object, 2)), 1)), (20, odd(1)), "its memory is still there");
        assert_eq!(heap.take_finalizable().map(|(_, tag)| tag), Some(30));
        assert_eq!(heap.take_finalizable(), None);
        assert_eq!(heap.queue_all_finalizers(), 0);
        collect(&mut heap, Collection::Major, &mut roots);
        assert_eq!(heap.take_finalizable().map(|(_, tag)| tag), Some(10));
    }
}

#[test]
fn weak_references_of_resurrected_owners_go_on() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    let target = node(&mut heap, 1, &mut roots);
    roots.words.push(address(target));
    let weak = weak_to(&mut heap, target, &mut roots);
    let owner = node(&mut heap, 2, &mut roots);
    set_word(owner, 2, address(weak));
    heap.register_finalizer(owner, 0);
    collect(&mut heap, Collection::Minor, &mut roots);
    let (owner, _) = heap.take_finalizable().expect("queued");
    roots.words.push(address(owner));
    let weak = at(word(owner, 2));
    assert_eq!(word(weak, 1), roots.words[0]);
    assert_eq!(heap.weak_owners(at(roots.words[0])), [weak]);
}

#[test]
fn identities_follow_moves_and_are_never_reused() {
    let mut heap = new_heap(HeapConfig { move_everything: true, ..checked() });
    let mut roots = TestRoots::default();
    let mut ids = Vec::new();
    for i in 0..100 {
        let object = node(&mut heap, i, &mut roots);
        ids.push(heap.object_id(object));
        roots.words.push(address(object));
    }
    for kind in [Collection::Minor, Collection::Major, Collection::Major] {
        collect(&mut heap, kind, &mut roots);
        for (word, id) in roots.words.iter().zip(&ids) {
            assert!(heap.object_id(at(*word)) == *id && id % 16 == 0);
        }
    }
    roots.words.clear();
    collect(&mut heap, Collection::Major, &mut roots);
    assert!(heap.ids.map.is_empty());
    let object = node(&mut heap, 0, &mut roots);
    assert!(!ids.contains(&heap.object_id(object)));
}

#[test]
fn identity_hash_and_flags_survive_moves() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    let mut object = node(&mut heap, 0, &mut roots);
    // SAFETY: a live object.
    let header = unsafe { object.as_mut() };
    header.set_identity_hash(0x2a_aaaa);
    header.set_vm_flag(1 << 8, true);
    roots.words.push(address(object));
    collect(&mut heap, Collection::Major, &mut roots);
    // SAFETY: a live object.
    let header = unsafe { at(roots.words[0]).as_ref().bits };
    assert_eq!(header >> Header::HASH_SHIFT, 0x2a_aaaa);
    assert_eq!(header & Header::VM_FLAGS, 1 << 8);
}

#[test]
fn traces_follow_objects_and_go_with_them() {
    let mut heap = new_heap(HeapConfig { move_everything: true, ..checked() });
    let mut roots = TestRoots::default();
    heap.start_tracing();
    for number in 0..10 {
        let object = node(&mut heap, number, &mut roots);
        heap.trace_allocation(object, NODE_BYTES, number as u32);
        if number % 2 == 0 {
            roots.words.push(address(object));
        }
    }
    assert_eq!(heap.traced_bytes(), (320, 320));
    for kind in [Collection::Minor, Collection::Major, Collection::Major] {
        collect(&mut heap, kind, &mut roots);
        assert_eq!(heap.traced_bytes(), (160, 320));
        for &object in &roots.words {
            assert_eq!(heap.trace_of(at(object)), Some((NODE_BYTES, (word(at(object), 1) >> 1) as u32)));
        }
    }
    heap.reset_traced_peak();
    assert_eq!(heap.traced_bytes(), (160, 160));
    heap.stop_tracing();
    assert!(heap.alloc(NODE, NODE_BYTES).is_some() || !heap.is_tracing());
    assert_eq!(heap.traced_bytes(), (0, 0));
}

/// Tells that it was called by the tag of the object: a made-up number of bytes.
unsafe fn give_back(object: std::ptr::NonNull<Header>) -> usize {
    word(object, 1) as usize >> 4
}

#[test]
fn owners_are_told_once_when_dead_for_good() {
    let mut heap = new_heap(HeapConfig { move_everything: true, ..checked() });
    let mut roots = TestRoots::default();
    for tag in [1, 2, 4, 8] {
        let object = node(&mut heap, tag, &mut roots);
        set_word(object, 1, tag << 4 | 1);
        heap.own(object, give_back);
        heap.charge_young(tag as usize);
        roots.words.push(address(object));
    }
    assert_eq!(heap.stats().charged_bytes, 15);
    roots.words.remove(0);
    collect(&mut heap, Collection::Minor, &mut roots);
    assert_eq!(heap.stats().charged_bytes, 14, "died young");
    roots.words.remove(0);
    collect(&mut heap, Collection::Minor, &mut roots);
    assert_eq!(heap.stats().charged_bytes, 14, "old by now");
    collect(&mut heap, Collection::Major, &mut roots);
    assert_eq!(heap.stats().charged_bytes, 12);
    heap.register_finalizer(at(roots.words[0]), 7);
    roots.words.clear();
    collect(&mut heap, Collection::Major, &mut roots);
    assert_eq!(heap.stats().charged_bytes, 4, "what waits for its finaliser is not dead");
    assert_eq!(heap.owners(give_back).count(), 1);
    heap.release_all();
    assert_eq!(heap.stats().charged_bytes, 0);
    assert_eq!(heap.owners(give_back).count(), 0);
}

/// What a collection queues of objects that nothing but a word of the stack leads to: with a lax finaliser and with an
/// ordinary one, directly and over another object.
#[inline(never)]
fn queued_behind_the_stack(old: bool, lax: bool, kind: Collection) -> Vec<u64> {
    let mut heap = new_heap(HeapConfig { move_everything: true, ..checked() });
    let mut roots = TestRoots { words: Vec::new(), stack: true };
    let holder = node(&mut heap, 0, &mut roots);
    let direct = node(&mut heap, 1, &mut roots);
    let behind = node(&mut heap, 2, &mut roots);
    let firm = node(&mut heap, 3, &mut roots);
    let reached = node(&mut heap, 4, &mut roots);
    set_word(holder, 2, address(behind));
    for (object, tag) in [(direct, 1), (behind, 2), (reached, 4)] {
        heap.register_lax_finalizer(object, tag);
    }
    heap.register_finalizer(firm, 3);
    let held = std::hint::black_box([address(holder), address(direct), address(firm)]);
    if old {
        roots.words.extend(held);
        roots.words.push(address(reached));
        collect(&mut heap, Collection::Major, &mut roots);
        roots.words.drain(..3);
    } else {
        roots.words.push(address(reached));
    }
    if lax {
        heap.collect_lax(kind, &mut roots)
    } else {
        heap.collect(kind, &mut roots)
    };
    heap.verify().expect("a sound heap");
    let mut queued: Vec<u64> = std::iter::from_fn(|| heap.take_finalizable())
        .inspect(|(object, tag)| assert_eq!(word(*object, 1), odd(*tag), "alive"))
        .map(|(_, tag)| tag)
        .collect();
    for (object, number) in std::hint::black_box(held).into_iter().zip([0, 1, 3]) {
        assert_eq!(word(at(object), 1), odd(number), "in place and alive");
    }
    queued.sort_unstable();
    assert!(!heap.has_pending());
    queued
}

#[test]
fn lax_finalisers_do_not_wait_for_words_of_stacks() {
    for old in [false, true] {
        for kind in [Collection::Minor, Collection::Major] {
            assert_eq!(queued_behind_the_stack(old, false, kind), [], "{old} {kind:?}");
        }
    }
    assert_eq!(queued_behind_the_stack(true, true, Collection::Major), [1, 2]);
    assert_eq!(queued_behind_the_stack(false, true, Collection::Major), [1, 2]);
    assert_eq!(queued_behind_the_stack(false, true, Collection::Minor), [1], "behind a young one: a full collection");
    assert_eq!(queued_behind_the_stack(true, true, Collection::Minor), [], "old");
}
