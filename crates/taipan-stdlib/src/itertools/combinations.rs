//! `itertools.combinations` and `itertools.combinations_with_replacement`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::spec::{MethodDef, TypeSpec, method};
use taipan_vm::types::Builtin;
use taipan_vm::types::array::RawArray;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// Selections of `size` items of a pool; `indices` is absent before the first and after the last.
    pub struct Combinations {
        pool: Gc<Tuple>,
        indices: Option<Gc<RawArray>>,
        size: usize,
        started: bool,
        pad: [u8; 7],
    }
}

/// The items of a pool at indices, as a tuple.
pub fn select(vm: &mut Vm, pool: Gc<Tuple>, indices: Gc<RawArray>, size: usize) -> Result<Value, Raised> {
    if size == 0 {
        return Ok(Tuple::empty(vm)?.value());
    }
    let result = Tuple::new_uninit(vm, Builtin::Tuple as u32, size)?;
    for i in 0..size {
        let item = pool.get(vm).at(indices.get(vm).words64()[i] as usize);
        result.get_mut(vm).items_mut()[i] = item;
    }
    Ok(result.value())
}

/// An array of `n` indices. MemoryError when it is too long.
pub fn index_array(vm: &mut Vm, n: usize) -> Result<Gc<RawArray>, Raised> {
    match n.checked_mul(8) {
        Some(bytes) => RawArray::new(vm, bytes),
        None => Err(vm.raise_no_memory()),
    }
}

fn make(vm: &mut Vm, class: Gc<Type>, args: Args<'_>, signature: &Signature) -> Result<Value, Raised> {
    args.bind(vm, signature, |vm, args| {
        let [iterable, size] = args.all();
        let size = vm.index_isize(size)?;
        let pool = vm.tuple_of(iterable)?;
        if size < 0 {
            return Err(vm.raise(Exc::ValueError, "r must be non-negative"));
        }
        let shape = class.get(vm).root_shape;
        let header = HeaderWord::NEW;
        let object = Combinations { header, pool, indices: None, size: size as usize, started: false, pad: [0; 7] };
        Ok(vm.new_object(shape, object)?.value())
    })
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("combinations(iterable, r)");
    make(vm, class, args, &SIGNATURE)
}

fn replacement_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("combinations_with_replacement(iterable, r)");
    make(vm, class, args, &SIGNATURE)
}

fn advance(vm: &mut Vm, this: Value, replacement: bool) -> Result<Option<Value>, Raised> {
    let this = this.expect::<Combinations>(vm);
    let Combinations { pool, indices, size, started, .. } = *this.get(vm);
    let n = pool.get(vm).len();
    let indices = match (started, indices) {
        (false, _) => {
            this.get_mut(vm).started = true;
            if if replacement { n == 0 && size > 0 } else { size > n } {
                return Ok(None);
            }
            let indices = index_array(vm, size)?;
            if !replacement {
                for (i, index) in indices.get_mut(vm).words64_mut().iter_mut().enumerate() {
                    *index = i as u64;
                }
            }
            this.get_mut(vm).indices = Some(indices);
            indices
        }
        (true, None) => return Ok(None),
        (true, Some(indices)) => {
            let words = indices.get_mut(vm).words64_mut();
            let last = |i: usize| if replacement { n - 1 } else { i + n - size };
            let Some(i) = (0..size).rev().find(|i| words[*i] as usize != last(*i)) else {
                this.get_mut(vm).indices = None;
                return Ok(None);
            };
            let start = words[i] + 1;
            for (j, index) in words[i..size].iter_mut().enumerate() {
                *index = if replacement { start } else { start + j as u64 };
            }
            indices
        }
    };
    select(vm, pool, indices, size).map(Some)
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    advance(vm, this, false)
}

fn replacement_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    advance(vm, this, true)
}

/// `__sizeof__` of the iterators with an index array, which is counted by its length.
pub fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(header) = args.get(0).as_heap() else { return Ok(Value::int(0)) };
    let own = vm.heap_mut().object_bytes(header);
    let indices = args.get(0).downcast::<Combinations>(vm).and_then(|this| this.get(vm).indices);
    Ok(Value::int(own + indices.map_or(0, |indices| vm.heap_mut().object_bytes(indices.header()))))
}

/// The row of `__sizeof__`.
pub const SIZEOF: &[MethodDef] = &[method("__sizeof__($self, /)", sizeof, "Returns size in memory, in bytes.")];

pub static TYPE: TypeSpec = TypeSpec {
    methods: SIZEOF,
    ..super::iterator_type(
        "combinations",
        <Combinations as HeapObject>::native,
        new,
        next,
        "combinations(iterable, r)\n--\n\nReturn successive r-length combinations of elements in the iterable.\n\ncombinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)",
    )
};

pub static WITH_REPLACEMENT: TypeSpec = TypeSpec {
    methods: SIZEOF,
    ..super::iterator_type(
        "combinations_with_replacement",
        <Combinations as HeapObject>::native,
        replacement_new,
        replacement_next,
        "combinations_with_replacement(iterable, r)\n--\n\nReturn successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.\n\ncombinations_with_replacement('ABC', 2) --> ('A','A'), ('A','B'), ('A','C'), ('B','B'), ('B','C'), ('C','C')",
    )
};
