//! `_heapq`: binary heaps in lists, smallest or largest item first.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::list::List;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// Which item is at the top.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Min,
    Max,
}

impl Order {
    /// Whether `a` belongs above `b`.
    fn above(self, vm: &mut Vm, a: Value, b: Value) -> Result<bool, Raised> {
        match self {
            Order::Min => vm.is_less(a, b),
            Order::Max => vm.is_less(b, a),
        }
    }
}

fn heap_of(vm: &mut Vm, heap: Value, function: &str) -> Result<Gc<List>, Raised> {
    match heap.downcast::<List>(vm) {
        Some(list) => Ok(list),
        None => {
            let got = vm.type_name(heap);
            let message = format!("{function}() argument 1 must be list, not {got}");
            let single = message.replace(" 1 ", " ");
            let one_argument = matches!(function, "heappop" | "heapify" | "heappop_max" | "heapify_max");
            Err(vm.raise(Exc::TypeError, if one_argument { single } else { message }))
        }
    }
}

fn item(vm: &mut Vm, heap: Gc<List>, i: usize) -> Result<Value, Raised> {
    heap.get(vm).get_at(vm, i).ok_or_else(|| vm.raise(Exc::IndexError, "index out of range"))
}

fn check_size(vm: &mut Vm, heap: Gc<List>, size: usize) -> Result<(), Raised> {
    if heap.get(vm).len() == size {
        Ok(())
    } else {
        Err(vm.raise(Exc::RuntimeError, "list changed size during iteration"))
    }
}

/// Moves the item at `at` towards the root `start` until its parent belongs above it.
fn sift_down(vm: &mut Vm, heap: Gc<List>, start: usize, mut at: usize, order: Order) -> Result<(), Raised> {
    let size = heap.get(vm).len();
    while at > start {
        let parent = (at - 1) >> 1;
        let (new, above) = (item(vm, heap, at)?, item(vm, heap, parent)?);
        let moves = order.above(vm, new, above)?;
        check_size(vm, heap, size)?;
        if !moves {
            break;
        }
        // The comparison may have exchanged items: what is there now moves.
        let (new, above) = (item(vm, heap, at)?, item(vm, heap, parent)?);
        List::set_at(heap, vm, parent, new);
        List::set_at(heap, vm, at, above);
        at = parent;
    }
    Ok(())
}

/// Moves the item at `at` to a leaf along the better children, then up to its place.
fn sift_up(vm: &mut Vm, heap: Gc<List>, mut at: usize, order: Order) -> Result<(), Raised> {
    let size = heap.get(vm).len();
    let start = at;
    let limit = size >> 1;
    while at < limit {
        let mut child = 2 * at + 1;
        if child + 1 < size {
            let (left, right) = (item(vm, heap, child)?, item(vm, heap, child + 1)?);
            if !order.above(vm, left, right)? {
                child += 1;
            }
            check_size(vm, heap, size)?;
        }
        let (moved, hole) = (item(vm, heap, child)?, item(vm, heap, at)?);
        List::set_at(heap, vm, at, moved);
        List::set_at(heap, vm, child, hole);
        at = child;
    }
    sift_down(vm, heap, start, at, order)
}

fn push(vm: &mut Vm, args: Args<'_>, function: &str, order: Order) -> Result<Value, Raised> {
    let [heap, new] = args.all();
    let heap = heap_of(vm, heap, function)?;
    List::push(heap, vm, new)?;
    let last = heap.get(vm).len() - 1;
    sift_down(vm, heap, 0, last, order)?;
    Ok(Value::NONE)
}

fn pop(vm: &mut Vm, args: Args<'_>, function: &str, order: Order) -> Result<Value, Raised> {
    let heap = heap_of(vm, args.get(0), function)?;
    let n = heap.get(vm).len();
    let Some(last) = n.checked_sub(1).and_then(|last| heap.get(vm).get_at(vm, last)) else {
        return Err(vm.raise(Exc::IndexError, "index out of range"));
    };
    List::truncate(heap, vm, n - 1);
    let Some(top) = heap.get(vm).get_at(vm, 0) else { return Ok(last) };
    List::set_at(heap, vm, 0, last);
    sift_up(vm, heap, 0, order)?;
    Ok(top)
}

fn replace(vm: &mut Vm, args: Args<'_>, function: &str, order: Order) -> Result<Value, Raised> {
    let [heap, new] = args.all();
    let heap = heap_of(vm, heap, function)?;
    let top = item(vm, heap, 0)?;
    List::set_at(heap, vm, 0, new);
    sift_up(vm, heap, 0, order)?;
    Ok(top)
}

fn push_pop(vm: &mut Vm, args: Args<'_>, function: &str, order: Order) -> Result<Value, Raised> {
    let [heap, new] = args.all();
    let heap = heap_of(vm, heap, function)?;
    let Some(top) = heap.get(vm).get_at(vm, 0) else { return Ok(new) };
    if !order.above(vm, top, new)? {
        return Ok(new);
    }
    let top = item(vm, heap, 0)?;
    List::set_at(heap, vm, 0, new);
    sift_up(vm, heap, 0, order)?;
    Ok(top)
}

fn heapify_by(vm: &mut Vm, args: Args<'_>, function: &str, order: Order) -> Result<Value, Raised> {
    let heap = heap_of(vm, args.get(0), function)?;
    for i in (0..heap.get(vm).len() / 2).rev() {
        sift_up(vm, heap, i, order)?;
    }
    Ok(Value::NONE)
}

macro_rules! functions {
    ($($name:ident $body:ident $order:ident;)*) => {$(
        fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            $body(vm, args, stringify!($name), Order::$order)
        }
    )*};
}

functions! {
    heappush push Min; heappop pop Min; heapreplace replace Min; heappushpop push_pop Min; heapify heapify_by Min;
    heappush_max push Max; heappop_max pop Max; heapreplace_max replace Max; heappushpop_max push_pop Max;
    heapify_max heapify_by Max;
}

const FUNCTIONS: &[MethodDef] = &[
    function("heappush(heap, item, /)", heappush, "Push item onto heap, maintaining the heap invariant."),
    function(
        "heappushpop(heap, item, /)",
        heappushpop,
        "Push item on the heap, then pop and return the smallest item from the heap.\n\nThe combined action runs more efficiently than heappush() followed by\na separate call to heappop().",
    ),
    function("heappop(heap, /)", heappop, "Pop the smallest item off the heap, maintaining the heap invariant."),
    function(
        "heapreplace(heap, item, /)",
        heapreplace,
        "Pop and return the current smallest value, and add the new item.\n\nThis is more efficient than heappop() followed by heappush(), and can be\nmore appropriate when using a fixed-size heap.  Note that the value\nreturned may be larger than item!  That constrains reasonable uses of\nthis routine unless written as part of a conditional replacement:\n\n    if item > heap[0]:\n        item = heapreplace(heap, item)",
    ),
    function("heapify(heap, /)", heapify, "Transform list into a heap, in-place, in O(len(heap)) time."),
    function("heappush_max(heap, item, /)", heappush_max, "Push item onto max heap, maintaining the heap invariant."),
    function(
        "heappushpop_max(heap, item, /)",
        heappushpop_max,
        "Maxheap variant of heappushpop.\n\nThe combined action runs more efficiently than heappush_max()\nfollowed by a separate call to heappop_max().",
    ),
    function("heappop_max(heap, /)", heappop_max, "Maxheap variant of heappop."),
    function("heapreplace_max(heap, item, /)", heapreplace_max, "Maxheap variant of heapreplace."),
    function("heapify_max(heap, /)", heapify_max, "Maxheap variant of heapify."),
];

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_heapq",
    doc: "Heap queue algorithm (a.k.a. priority queue).\n\nHeaps are arrays for which a[k] <= a[2*k+1] and a[k] <= a[2*k+2] for\nall k, counting elements from 0.  For the sake of comparison,\nnon-existing elements are considered to be infinite.  The interesting\nproperty of a heap is that a[0] is always its smallest element.\n\nUsage:\n\nheap = []            # creates an empty heap\nheappush(heap, item) # pushes a new item on the heap\nitem = heappop(heap) # pops the smallest item from the heap\nitem = heap[0]       # smallest item on the heap without popping it\nheapify(x)           # transforms list into a heap, in-place, in linear time\nitem = heapreplace(heap, item) # pops and returns smallest item, and adds\n                               # new item; the heap size is unchanged\n\nOur API differs from textbook heap algorithms as follows:\n\n- We use 0-based indexing.  This makes the relationship between the\n  index for a node and the indexes for its children slightly less\n  obvious, but is more suitable since Python uses 0-based indexing.\n\n- Our heappop() method returns the smallest item, not the largest.\n\nThese two make it possible to view the heap as a regular Python list\nwithout surprises: heap[0] is the smallest item, and heap.sort()\nmaintains the heap invariant!\n",
    functions: FUNCTIONS,
    ..ModuleSpec::DEFAULT
};
