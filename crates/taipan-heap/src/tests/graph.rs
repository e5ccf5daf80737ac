//! A random object graph changed at random, against a model of it, under all stress modes.

use std::collections::{HashMap, HashSet};

use super::*;

/// Roots that hold model objects; behind them are the weak references.
const ROOTS: usize = 24;
const WEAKS: usize = 8;

/// What the model knows of an object.
#[derive(Clone)]
enum Shadow {
    Node { number: u64, refs: [Option<usize>; 2] },
    Array(Vec<Option<usize>>),
    Bytes(Vec<u8>),
}

struct Mutator {
    heap: Heap,
    roots: TestRoots,
    random: Random,
    shadows: HashMap<usize, Shadow>,
    root_ids: Vec<Option<usize>>,
    next: usize,
    /// Target of each weak reference.
    weak_targets: Vec<Option<usize>>,
    /// Identities asked for.
    identities: HashMap<usize, u64>,
    /// Objects with a finaliser that has not been queued yet.
    finalizers: HashSet<usize>,
    /// Pinned objects and their places.
    pinned: Vec<(usize, Object)>,
    /// How often marking was seen on its way.
    slices: u64,
}

impl Mutator {
    fn new(config: HeapConfig, seed: u64, stack: bool) -> Mutator {
        Mutator {
            heap: new_heap(config),
            roots: TestRoots { words: vec![0; ROOTS + WEAKS], stack },
            random: Random(seed),
            shadows: HashMap::new(),
            root_ids: vec![None; ROOTS],
            next: 1,
            weak_targets: vec![None; WEAKS],
            identities: HashMap::new(),
            finalizers: HashSet::new(),
            pinned: Vec::new(),
            slices: 0,
        }
    }

    fn step(&mut self) {
        let root = self.random.below(ROOTS);
        match self.random.below(100) {
            0..40 => self.create(root),
            40..75 => self.link(root),
            75..85 => self.walk(root),
            85..96 => {
                self.roots.words[root] = 0;
                self.root_ids[root] = None;
            }
            96 => self.garbage(),
            97 => self.side_entry(root),
            98 => self.pin_or_unpin(root),
            _ => self.copy_root(root),
        }
    }

    fn create(&mut self, root: usize) {
        let id = self.next;
        self.next += 1;
        let (object, shadow) = match self.random.below(20) {
            0..12 => {
                let n = self.random.next() >> 2;
                (node(&mut self.heap, n, &mut self.roots), Shadow::Node { number: n, refs: [None; 2] })
            }
            12..16 => {
                let len = match self.random.below(12) {
                    0 => 1000 + self.random.below(3000),
                    1 => 40 + self.random.below(400),
                    _ => self.random.below(9),
                };
                (array(&mut self.heap, len, &mut self.roots), Shadow::Array(vec![None; len]))
            }
            16 => {
                let n = self.random.next() >> 2;
                let immovable = self.random.below(2) == 0;
                let object = self.heap.alloc_old(NODE, NODE_BYTES, immovable).unwrap_or_else(|_| {
                    self.heap.collect(Collection::Major, &mut self.roots);
                    self.heap.alloc_old(NODE, NODE_BYTES, immovable).expect("memory")
                });
                set_word(object, 1, odd(n));
                (object, Shadow::Node { number: n, refs: [None; 2] })
            }
            _ => {
                let len = match self.random.below(8) {
                    0 => 9000 + self.random.below(30000),
                    _ => self.random.below(100),
                };
                let object = bytes(&mut self.heap, len, &mut self.roots);
                let data: Vec<u8> = (0..len).map(|i| (i as u8).wrapping_mul(31).wrapping_add(id as u8)).collect();
                // SAFETY: the object has room for `len` bytes behind its two words.
                unsafe {
                    let p = object.as_ptr().cast::<u8>().add(16);
                    assert!((0..len).all(|i| *p.add(i) == 0), "memory is zero-filled");
                    std::ptr::copy_nonoverlapping(data.as_ptr(), p, len);
                }
                (object, Shadow::Bytes(data))
            }
        };
        self.shadows.insert(id, shadow);
        self.roots.words[root] = address(object);
        self.root_ids[root] = Some(id);
    }

    /// Stores one root's object into a field of an object reachable from another.
    fn link(&mut self, root: usize) {
        let other = self.random.below(ROOTS);
        let (Some(mut id), target) = (self.root_ids[root], self.root_ids[other]) else { return };
        let mut object = at(self.roots.words[root]);
        for _ in 0..self.random.below(4) {
            match self.child(object, id) {
                Some(next) => (object, id) = next,
                None => break,
            }
        }
        let value = self.roots.words[other];
        match self.shadows.get_mut(&id).expect("known") {
            Shadow::Node { refs, .. } => {
                let field = self.random.below(2);
                refs[field] = target;
                self.heap.write_barrier(object);
                set_word(object, 2 + field, value);
            }
            Shadow::Array(items) if !items.is_empty() => {
                let index = self.random.below(items.len());
                items[index] = target;
                if self.random.below(3) == 0 {
                    self.heap.write_barrier(object);
                } else {
                    self.heap.write_barrier_at(object, 2 + index);
                }
                set_word(object, 2 + index, value);
            }
            _ => {}
        }
    }

    fn child(&mut self, object: Object, id: usize) -> Option<(Object, usize)> {
        match &self.shadows[&id] {
            Shadow::Node { refs, .. } => {
                let field = self.random.below(2);
                refs[field].map(|c| (at(word(object, 2 + field)), c))
            }
            Shadow::Array(items) if !items.is_empty() => {
                let index = self.random.below(items.len());
                items[index].map(|c| (at(word(object, 2 + index)), c))
            }
            _ => None,
        }
    }

    fn walk(&mut self, root: usize) {
        let from = self.random.below(ROOTS);
        let Some(mut id) = self.root_ids[from] else { return };
        let mut object = at(self.roots.words[from]);
        for _ in 0..self.random.below(6) {
            match self.child(object, id) {
                Some(next) => (object, id) = next,
                None => break,
            }
        }
        self.roots.words[root] = address(object);
        self.root_ids[root] = Some(id);
    }

    fn copy_root(&mut self, root: usize) {
        let from = self.random.below(ROOTS);
        self.roots.words[root] = self.roots.words[from];
        self.root_ids[root] = self.root_ids[from];
    }

    fn garbage(&mut self) {
        for _ in 0..self.random.below(300) {
            node(&mut self.heap, 7, &mut self.roots);
        }
    }

    /// Gives a root's object a weak reference, a finaliser or an identity.
    fn side_entry(&mut self, root: usize) {
        let Some(id) = self.root_ids[root] else { return };
        match self.random.below(3) {
            0 => {
                let index = self.random.below(WEAKS);
                let weak = alloc(&mut self.heap, WEAK, 16, &mut self.roots).expect("memory");
                set_word(weak, 1, self.roots.words[root]);
                self.heap.register_weak(weak, 1);
                self.roots.words[ROOTS + index] = address(weak);
                self.weak_targets[index] = Some(id);
            }
            1 => {
                self.heap.register_finalizer(at(self.roots.words[root]), id as u64);
                self.finalizers.insert(id);
            }
            _ => {
                let identity = self.heap.object_id(at(self.roots.words[root]));
                assert_eq!(*self.identities.entry(id).or_insert(identity), identity);
            }
        }
    }

    fn pin_or_unpin(&mut self, root: usize) {
        if self.pinned.len() > 5 {
            let (_, object) = self.pinned.swap_remove(self.random.below(5));
            self.heap.unpin(object);
        } else if let Some(id) = self.root_ids[root] {
            let object = at(self.roots.words[root]);
            self.heap.pin(object);
            self.pinned.push((id, object));
        }
    }

    /// Compares all that is reachable with the model, and forgets the shadows of the rest.
    fn check(&mut self) {
        let mut seen: HashMap<usize, Object> = HashMap::new();
        let mut todo: Vec<(Object, usize)> = Vec::new();
        for (i, id) in self.root_ids.iter().enumerate() {
            match id {
                Some(id) => todo.push((at(self.roots.words[i]), *id)),
                None => assert_eq!(self.roots.words[i], 0),
            }
        }
        todo.extend(self.pinned.iter().map(|&(id, object)| (object, id)));
        while let Some((object, id)) = todo.pop() {
            if let Some(&before) = seen.get(&id) {
                assert_eq!(before, object, "one object, one address");
                continue;
            }
            seen.insert(id, object);
            let mut expect = |value: u64, child: Option<usize>| match child {
                Some(child) => todo.push((at(value), child)),
                None => assert_eq!(value, 0),
            };
            match &self.shadows[&id] {
                Shadow::Node { number, refs } => {
                    assert_eq!(word(object, 1), odd(*number));
                    expect(word(object, 2), refs[0]);
                    expect(word(object, 3), refs[1]);
                }
                Shadow::Array(items) => {
                    assert_eq!(word(object, 1), items.len() as u64);
                    items.iter().enumerate().for_each(|(i, &c)| expect(word(object, 2 + i), c));
                }
                Shadow::Bytes(data) => {
                    assert_eq!(word(object, 1), data.len() as u64);
                    // SAFETY: the object has that many bytes.
                    let found = unsafe { std::slice::from_raw_parts(object.as_ptr().cast::<u8>().add(16), data.len()) };
                    assert_eq!(found, &data[..]);
                }
            }
        }
        for (i, target) in self.weak_targets.iter().enumerate() {
            if let Some(target) = target {
                let held = word(at(self.roots.words[ROOTS + i]), 1);
                match seen.get(target) {
                    Some(&object) => {
                        assert_eq!(held, address(object), "weak references to the living hold");
                        assert!(self.heap.weak_owners(object).contains(&at(self.roots.words[ROOTS + i])));
                    }
                    None => assert!(held == 0 || self.heap.contains(held as usize)),
                }
            }
        }
        while let Some(owner) = self.heap.take_dead_weak() {
            assert_eq!(word(owner, 1), 0);
        }
        while let Some((_, tag)) = self.heap.take_finalizable() {
            assert!(!seen.contains_key(&(tag as usize)), "only the dead are finalised");
            assert!(self.finalizers.remove(&(tag as usize)), "once");
        }
        for (id, identity) in &self.identities {
            if let Some(&object) = seen.get(id) {
                assert_eq!(self.heap.object_id(object), *identity);
            }
        }
        self.identities.retain(|id, _| seen.contains_key(id));
        self.shadows.retain(|id, _| seen.contains_key(id));
    }

    fn run(&mut self, steps: usize, check_every: usize) {
        for i in 1..=steps {
            self.step();
            if i % check_every == 0 {
                self.check();
            }
        }
        self.check();
        self.heap.verify().expect("a sound heap");
    }

    /// Lets everything die: all is finalised, all is freed.
    fn finish(&mut self) {
        self.roots.words.fill(0);
        self.root_ids.fill(None);
        self.weak_targets.fill(None);
        for (_, object) in self.pinned.drain(..) {
            self.heap.unpin(object);
        }
        self.roots.stack = false;
        for _ in 0..2 {
            collect(&mut self.heap, Collection::Major, &mut self.roots);
            self.check();
        }
        assert!(self.finalizers.is_empty(), "all are finalised at last");
        assert_eq!(self.heap.weak_count(), 0);
        assert!(self.heap.ids.map.is_empty());
        let mut left = 0;
        self.heap.for_each_object(&mut |_| left += 1);
        assert_eq!(left, 0);
        assert_eq!(self.heap.stats().used_bytes, 0);
    }
}

#[test]
fn graph_survives_ordinary_collections() {
    let config = HeapConfig { nursery_start: 64 << 10, nursery_max: 128 << 10, ..checked() };
    let mut mutator = Mutator::new(config, 1, true);
    mutator.run(40_000, 997);
    assert!(mutator.heap.stats().minors > 20, "{:?}", mutator.heap.stats());
    mutator.finish();
}

#[test]
fn graph_survives_minor_collections_at_each_allocation() {
    let config = HeapConfig { stress_every: Some(1), ..checked() };
    let mut mutator = Mutator::new(config, 2, false);
    mutator.run(2_500, 50);
    mutator.finish();
}

#[test]
fn graph_survives_moving_everything() {
    for (seed, stack) in [(3, false), (4, true), (5, false)] {
        let config =
            HeapConfig { stress_every: Some(3), stress_major_every: Some(2), move_everything: true, ..checked() };
        let mut mutator = Mutator::new(config, seed, stack);
        mutator.run(2_500, 50);
        assert!(mutator.heap.stats().majors > 20);
        mutator.finish();
    }
}

#[test]
fn graph_survives_under_each_policy() {
    let fits = [Fit::First, Fit::Best, Fit::Worst].map(Policy::MarkSweep);
    for (seed, policy) in [Policy::Copying, Policy::Copying].into_iter().chain(fits).enumerate() {
        let config = HeapConfig { policy, nursery_max: 256 << 10, ..checked() };
        let mut mutator = Mutator::new(config, 11 + seed as u64, seed % 2 == 0);
        for _ in 0..30 {
            mutator.heap.next_major = 100_000;
            mutator.run(700, 700);
        }
        assert!(mutator.heap.stats().majors > 5, "{policy:?}: {:?}", mutator.heap.stats());
        mutator.finish();
        let config = HeapConfig { policy, stress_every: Some(5), ..checked() };
        let mut mutator = Mutator::new(config, 21 + seed as u64, seed % 2 == 1);
        mutator.run(1_500, 50);
        mutator.finish();
    }
}

#[test]
fn graph_survives_marking_in_slices() {
    for seed in [6, 7] {
        let config = HeapConfig { nursery_start: 32 << 10, nursery_max: 64 << 10, ..checked() };
        let mut mutator = Mutator::new(config, seed, seed == 6);
        for round in 0..3_000 {
            // Start marking all the time, and let the slices be tiny.
            mutator.heap.next_major = 60_000;
            mutator.heap.slice_bytes = 2_000;
            mutator.heap.slice_rate = 0;
            mutator.heap.marker.last_marked = usize::MAX;
            for _ in 0..20 {
                mutator.step();
            }
            mutator.slices += u64::from(mutator.heap.marker.active);
            if round % 50 == 0 {
                mutator.check();
            }
        }
        mutator.check();
        let stats = mutator.heap.stats();
        assert!(stats.majors > 5, "{stats:?}");
        assert!(mutator.slices > stats.majors * 2, "marking took several slices: {}", mutator.slices);
        mutator.finish();
    }
}

#[test]
fn graph_survives_a_tight_limit() {
    let config = HeapConfig { limit: 4 << 20, nursery_start: 64 << 10, nursery_max: 64 << 10, ..checked() };
    let mut mutator = Mutator::new(config, 8, true);
    mutator.run(100_000, 997);
    let stats = mutator.heap.stats();
    assert!(stats.peak_bytes <= 4 << 20 && stats.majors > 3, "{stats:?}");
    mutator.finish();
}
