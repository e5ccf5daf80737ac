//! Owners of layouts: an object of the metaspace lives as long as an object of its shape.

use super::*;

/// No values: objects of classes whose instances hold nothing.
const EMPTY: u32 = 6;

/// Roots that note what the heap tells of `watched` when a marking ends.
struct Watching {
    roots: TestRoots,
    watched: usize,
    alive: Vec<bool>,
}

impl Roots for Watching {
    fn visit_precise(&mut self, visitor: &mut dyn FnMut(&mut u64)) {
        self.roots.visit_precise(visitor);
    }

    fn forget_dead(&mut self, lives: &dyn Fn(usize) -> bool) {
        self.alive.push(lives(self.watched));
    }

    fn stack_ranges(&mut self) -> Vec<StackRange> {
        Vec::new()
    }
}

fn policies() -> [Policy; 3] {
    [Policy::Generational, Policy::Copying, Policy::MarkSweep(Fit::First)]
}

#[test]
fn an_owner_lives_as_long_as_an_object_of_its_shape() {
    for policy in policies() {
        for shape in [EMPTY, NODE] {
            let mut heap = new_heap(HeapConfig { policy, ..checked() });
            heap.define_layout(EMPTY, Layout::fixed(4, 0));
            let owner = heap.alloc_old(ARRAY, 32, true).expect("memory");
            set_word(owner, 1, 1);
            heap.set_layout_owner(shape, owner);
            let mut roots =
                Watching { roots: TestRoots::default(), watched: owner.as_ptr() as usize, alive: Vec::new() };
            let object = alloc(&mut heap, shape, 32, &mut roots.roots).expect("memory");
            roots.roots.words.push(address(object));
            heap.collect(Collection::Major, &mut roots);
            heap.collect(Collection::Major, &mut roots);
            heap.verify().expect("a sound heap");
            assert_eq!(roots.alive, [true, true]);
            roots.roots.words.clear();
            heap.collect(Collection::Major, &mut roots);
            assert_eq!(roots.alive.pop(), Some(false));
            // The id may be given to another shape, without an owner.
            heap.define_layout(shape, Layout::fixed(4, 0b1100));
            let object = alloc(&mut heap, shape, 32, &mut roots.roots).expect("memory");
            roots.roots.words.push(address(object));
            heap.collect(Collection::Major, &mut roots);
            heap.verify().expect("a sound heap");
        }
    }
}

#[test]
fn what_an_owner_refers_to_lives_with_it() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    let owner = heap.alloc_old(ARRAY, 32, true).expect("memory");
    set_word(owner, 1, 1);
    let held = node(&mut heap, 7, &mut roots);
    heap.write_barrier(owner);
    set_word(owner, 2, address(held));
    heap.set_layout_owner(BYTES, owner);
    let object = bytes(&mut heap, 5, &mut roots);
    roots.words.push(address(object));
    for _ in 0..3 {
        collect(&mut heap, Collection::Major, &mut roots);
        assert_eq!(word(at(word(owner, 2)), 1), odd(7));
    }
}

#[test]
fn an_object_that_changes_its_shape_during_marking_keeps_the_new_owner() {
    let mut heap = new_heap(checked());
    let mut roots = TestRoots::default();
    heap.define_layout(EMPTY, Layout::fixed(4, 0b1100));
    let object = node(&mut heap, 1, &mut roots);
    roots.words.push(address(object));
    collect(&mut heap, Collection::Minor, &mut roots);
    let owner = heap.alloc_old(ARRAY, 32, true).expect("memory");
    set_word(owner, 1, 1);
    collect(&mut heap, Collection::Minor, &mut roots);
    heap.set_layout_owner(EMPTY, owner);
    let mut watching = Watching { roots, watched: owner.as_ptr() as usize, alive: Vec::new() };
    heap.begin_marking(false);
    heap.mark_roots(&mut watching, &[]);
    heap.drain_marks(usize::MAX);
    let object = at(watching.roots.words[0]);
    // SAFETY: the two shapes have the same words.
    unsafe { (*object.as_ptr()).shape = EMPTY };
    heap.shape_changed(EMPTY);
    heap.finish_marking(&mut watching, &mut crate::CollectStats::default());
    assert_eq!(watching.alive, [true]);
    heap.verify().expect("a sound heap");
}
