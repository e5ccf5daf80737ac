//! `itertools.batched` and `itertools.pairwise`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::spec::TypeSpec;
use taipan_vm::types::list::List;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// Tuples of `size` items.
    pub struct Batched {
        iterator: Option<Value>,
        size: usize,
        strict: bool,
        pad: [u8; 7],
    }
}

heap_object! {
    /// Overlapping pairs.
    pub struct Pairwise {
        iterator: Option<Value>,
        old: Option<Value>,
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("batched(iterable, n, *, strict=False)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [iterable, size, strict] = args.all();
        let size = vm.index_isize(size)?;
        let strict = match strict.given() {
            Some(strict) => vm.is_true(strict)?,
            None => false,
        };
        if size < 1 {
            return Err(vm.raise(Exc::ValueError, "n must be at least one"));
        }
        let iterator = Some(vm.iter(iterable)?);
        let shape = class.get(vm).root_shape;
        let object = Batched { header: HeaderWord::NEW, iterator, size: size as usize, strict, pad: [0; 7] };
        Ok(vm.new_object(shape, object)?.value())
    })
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<Batched>(vm);
    let Batched { iterator, size, strict, .. } = *this.get(vm);
    let Some(iterator) = iterator else { return Ok(None) };
    let batch = List::with_capacity(vm, size.min(64))?;
    while batch.get(vm).len() < size {
        match vm.next(iterator)? {
            Some(item) => List::push(batch, vm, item)?,
            None => break,
        }
    }
    let n = batch.get(vm).len();
    if n < size {
        this.get_mut(vm).iterator = None;
    }
    if n == 0 {
        return Ok(None);
    }
    if n < size && strict {
        return Err(vm.raise(Exc::ValueError, "batched(): incomplete batch"));
    }
    Ok(Some(List::to_tuple(batch, vm)?.value()))
}

fn pairwise_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    let args = args.for_constructor(vm, class);
    args.no_keywords(vm, "pairwise")?;
    if args.len() != 1 {
        return Err(vm.raise(Exc::TypeError, format!("pairwise expected 1 argument, got {}", args.len())));
    }
    let iterator = Some(vm.iter(args.get(0))?);
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Pairwise { header: HeaderWord::NEW, iterator, old: None })?.value())
}

fn pairwise_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<Pairwise>(vm);
    let Some(iterator) = this.get(vm).iterator else { return Ok(None) };
    if this.get(vm).old.is_none() {
        let first = vm.next(iterator)?;
        this.get_mut(vm).old = first;
        if first.is_none() {
            this.get_mut(vm).iterator = None;
            return Ok(None);
        }
        // The iterator may have advanced this object itself.
        if this.get(vm).iterator.is_none() {
            return Ok(None);
        }
    }
    let old = this.get(vm).old;
    let new = vm.next(iterator)?;
    let (Some(old), Some(new)) = (old, new) else {
        let this = this.get_mut(vm);
        (this.iterator, this.old) = (None, None);
        return Ok(None);
    };
    this.get_mut(vm).old = Some(new);
    Ok(Some(Tuple::from_values(vm, &[old, new])?.value()))
}

pub static TYPE: TypeSpec = super::iterator_type(
    "batched",
    <Batched as HeapObject>::native,
    new,
    next,
    "batched(iterable, n, *, strict=False)\n--\n\nBatch data into tuples of length n. The last batch may be shorter than n.\n\nLoops over the input iterable and accumulates data into tuples\nup to size n.  The input is consumed lazily, just enough to\nfill a batch.  The result is yielded as soon as a batch is full\nor when the input iterable is exhausted.\n\n    >>> for batch in batched('ABCDEFG', 3):\n    ...     print(batch)\n    ...\n    ('A', 'B', 'C')\n    ('D', 'E', 'F')\n    ('G',)\n\nIf \"strict\" is True, raises a ValueError if the final batch is shorter\nthan n.",
);

pub static PAIRWISE: TypeSpec = super::iterator_type(
    "pairwise",
    <Pairwise as HeapObject>::native,
    pairwise_new,
    pairwise_next,
    "pairwise(iterable, /)\n--\n\nReturn an iterator of overlapping pairs taken from the input iterator.\n\n    s -> (s0,s1), (s1,s2), (s2, s3), ...",
);
