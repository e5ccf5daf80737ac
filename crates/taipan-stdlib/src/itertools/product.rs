//! `itertools.product`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::spec::TypeSpec;
use taipan_vm::types::Builtin;
use taipan_vm::types::array::RawArray;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::combinations::{SIZEOF, index_array};

heap_object! {
    /// The Cartesian product; `indices` is absent before the first result and after the last.
    pub struct Product {
        /// One tuple per argument.
        pools: Gc<Tuple>,
        indices: Option<Gc<RawArray>>,
        /// How often the pools are repeated.
        repeat: usize,
        started: bool,
        pad: [u8; 7],
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("product(*iterables, repeat=1)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [repeat, iterables] = args.all();
        let repeat = match repeat.given() {
            Some(repeat) => vm.index_isize(repeat)?,
            None => 1,
        };
        if repeat < 0 {
            return Err(vm.raise(Exc::ValueError, "repeat argument cannot be negative"));
        }
        let iterables = iterables.expect::<Tuple>(vm);
        let n = if repeat == 0 { 0 } else { iterables.get(vm).len() };
        if n.checked_mul(repeat as usize).is_none_or(|n| n > isize::MAX as usize / 8) {
            return Err(vm.raise(Exc::OverflowError, "repeat argument too large"));
        }
        let pools = Tuple::new_uninit(vm, Builtin::Tuple as u32, n)?;
        for i in 0..n {
            let iterable = iterables.get(vm).at(i);
            let pool = vm.tuple_of(iterable)?;
            pools.get_mut(vm).items_mut()[i] = pool.value();
        }
        let shape = class.get(vm).root_shape;
        let object = Product {
            header: HeaderWord::NEW,
            pools,
            indices: None,
            repeat: repeat as usize,
            started: false,
            pad: [0; 7],
        };
        Ok(vm.new_object(shape, object)?.value())
    })
}

fn pool(vm: &Vm, pools: Gc<Tuple>, i: usize) -> Gc<Tuple> {
    let n = pools.get(vm).len();
    pools.get(vm).at(i % n.max(1)).expect::<Tuple>(vm)
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<Product>(vm);
    let Product { pools, indices, repeat, started, .. } = *this.get(vm);
    let n = pools.get(vm).len() * repeat;
    let indices = match (started, indices) {
        (false, _) => {
            this.get_mut(vm).started = true;
            if (0..pools.get(vm).len()).any(|i| pool(vm, pools, i).get(vm).is_empty()) {
                return Ok(None);
            }
            let indices = index_array(vm, n)?;
            this.get_mut(vm).indices = Some(indices);
            indices
        }
        (true, None) => return Ok(None),
        (true, Some(indices)) => {
            let mut i = n;
            loop {
                let Some(place) = i.checked_sub(1) else {
                    this.get_mut(vm).indices = None;
                    return Ok(None);
                };
                i = place;
                let len = pool(vm, pools, i).get(vm).len() as u64;
                let index = &mut indices.get_mut(vm).words64_mut()[i];
                *index += 1;
                if *index < len {
                    break;
                }
                *index = 0;
            }
            indices
        }
    };
    if n == 0 {
        return Ok(Some(Tuple::empty(vm)?.value()));
    }
    let result = Tuple::new_uninit(vm, Builtin::Tuple as u32, n)?;
    for i in 0..n {
        let item = pool(vm, pools, i).get(vm).at(indices.get(vm).words64()[i] as usize);
        result.get_mut(vm).items_mut()[i] = item;
    }
    Ok(Some(result.value()))
}

pub static TYPE: TypeSpec = TypeSpec {
    methods: SIZEOF,
    ..super::iterator_type(
        "product",
        <Product as HeapObject>::native,
        new,
        next,
        "product(*iterables, repeat=1)\n--\n\nCartesian product of input iterables.  Equivalent to nested for-loops.\n\nFor example, product(A, B) returns the same as:  ((x,y) for x in A for y in B).\nThe leftmost iterators are in the outermost for-loop, so the output tuples\ncycle in a manner similar to an odometer (with the rightmost element changing\non every iteration).\n\nTo compute the product of an iterable with itself, specify the number\nof repetitions with the optional repeat keyword argument. For example,\nproduct(A, repeat=4) means the same as product(A, A, A, A).\n\nproduct('ab', range(3)) --> ('a',0) ('a',1) ('a',2) ('b',0) ('b',1) ('b',2)\nproduct((0,1), (0,1), (0,1)) --> (0,0,0) (0,0,1) (0,1,0) (0,1,1) (1,0,0) ...",
    )
};
