//! Tests of the heap with a made-up mutator.

mod adoption;
mod census;
mod graph;
mod limits;
mod owners;
mod peaks;
mod sides;
mod slices;
mod spaces;
mod speed;
mod verify;

use std::ptr::NonNull;

use crate::{
    Collection, Fit, Header, Heap, HeapConfig, Layout, OutOfMemory, Policy, Roots, StackRange, Tail,
    current_stack_bounds,
};

/// Header, a number, two references.
pub(crate) const NODE: u32 = 1;
/// Header, length, values.
pub(crate) const ARRAY: u32 = 2;
/// Header, length, bytes.
pub(crate) const BYTES: u32 = 3;
/// Header, a weak word.
pub(crate) const WEAK: u32 = 4;

/// Header, length, bytes, two values.
pub(crate) const NAMED: u32 = 5;

pub(crate) const NODE_BYTES: usize = 32;

/// Precise roots in a vector, and optionally the test's own stack.
#[derive(Default)]
pub(crate) struct TestRoots {
    pub(crate) words: Vec<u64>,
    pub(crate) stack: bool,
}

impl Roots for TestRoots {
    fn visit_precise(&mut self, visitor: &mut dyn FnMut(&mut u64)) {
        self.words.iter_mut().for_each(visitor);
    }

    fn stack_ranges(&mut self) -> Vec<StackRange> {
        match current_stack_bounds() {
            Some(bounds) if self.stack => vec![StackRange::current(bounds.high)],
            _ => Vec::new(),
        }
    }
}

pub(crate) fn new_heap(config: HeapConfig) -> Heap {
    let mut heap = Heap::new(config).expect("address space");
    heap.define_layout(NODE, Layout::fixed(4, 0b1100));
    heap.define_layout(ARRAY, Layout::with_tail(2, 0, Tail::Values { len_word: 1 }));
    heap.define_layout(BYTES, Layout::with_tail(2, 0, Tail::Bytes { len_word: 1 }));
    heap.define_layout(WEAK, Layout::fixed(2, 0));
    heap.define_layout(NAMED, Layout { trailing: 2, ..Layout::with_tail(2, 0, Tail::Bytes { len_word: 1 }) });
    heap
}

pub(crate) fn checked() -> HeapConfig {
    HeapConfig { verify: true, poison: true, ..HeapConfig::default() }
}

pub(crate) type Object = NonNull<Header>;

pub(crate) fn alloc(heap: &mut Heap, shape: u32, bytes: usize, roots: &mut TestRoots) -> Result<Object, OutOfMemory> {
    match heap.alloc(shape, bytes) {
        Some(object) => Ok(object),
        None => heap.alloc_slow(shape, bytes, roots),
    }
}

pub(crate) fn word(object: Object, index: usize) -> u64 {
    // SAFETY: tests pass live objects and words inside them.
    unsafe { *object.as_ptr().cast::<u64>().add(index) }
}

pub(crate) fn set_word(object: Object, index: usize, value: u64) {
    // SAFETY: as above.
    unsafe { *object.as_ptr().cast::<u64>().add(index) = value }
}

pub(crate) fn at(word: u64) -> Object {
    NonNull::new(word as *mut Header).expect("a reference")
}

pub(crate) fn address(object: Object) -> u64 {
    object.as_ptr() as u64
}

pub(crate) fn odd(number: u64) -> u64 {
    number << 1 | 1
}

/// A node with the number `number` and empty references.
pub(crate) fn node(heap: &mut Heap, number: u64, roots: &mut TestRoots) -> Object {
    let object = alloc(heap, NODE, NODE_BYTES, roots).expect("memory");
    set_word(object, 1, odd(number));
    object
}

/// An array of `len` empty values.
pub(crate) fn array(heap: &mut Heap, len: usize, roots: &mut TestRoots) -> Object {
    let bytes = heap.layout(ARRAY).and_then(|l| l.bytes_for(len)).expect("a sane length");
    let object = alloc(heap, ARRAY, bytes, roots).expect("memory");
    set_word(object, 1, len as u64);
    object
}

pub(crate) fn bytes(heap: &mut Heap, len: usize, roots: &mut TestRoots) -> Object {
    let size = heap.layout(BYTES).and_then(|l| l.bytes_for(len)).expect("a sane length");
    let object = alloc(heap, BYTES, size, roots).expect("memory");
    set_word(object, 1, len as u64);
    object
}

/// Random numbers that are the same in each run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((self.next() >> 16) % n.max(1) as u64) as usize
    }
}

pub(crate) fn collect(heap: &mut Heap, kind: Collection, roots: &mut TestRoots) {
    heap.collect(kind, roots);
    heap.verify().expect("a sound heap");
}
