//! `itertools.permutations`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::spec::TypeSpec;
use taipan_vm::types::array::RawArray;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::combinations::{SIZEOF, index_array, select};

heap_object! {
    /// Arrangements of `size` items of a pool; `indices` is absent before the first and after the last.
    pub struct Permutations {
        pool: Gc<Tuple>,
        /// The pool's indices, then the `size` cycle counters.
        indices: Option<Gc<RawArray>>,
        size: usize,
        started: bool,
        pad: [u8; 7],
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("permutations(iterable, r=None)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [iterable, size] = args.all();
        let pool = vm.tuple_of(iterable)?;
        let size = match size.not_none() {
            Some(size) => {
                if !vm.is_int(size) {
                    return Err(vm.raise(Exc::TypeError, "Expected int as r"));
                }
                vm.index_isize(size)?
            }
            None => pool.get(vm).len() as isize,
        };
        if size < 0 {
            return Err(vm.raise(Exc::ValueError, "r must be non-negative"));
        }
        let shape = class.get(vm).root_shape;
        let header = HeaderWord::NEW;
        let object = Permutations { header, pool, indices: None, size: size as usize, started: false, pad: [0; 7] };
        Ok(vm.new_object(shape, object)?.value())
    })
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<Permutations>(vm);
    let Permutations { pool, indices, size, started, .. } = *this.get(vm);
    let n = pool.get(vm).len();
    let indices = match (started, indices) {
        (false, _) => {
            this.get_mut(vm).started = true;
            if size > n {
                return Ok(None);
            }
            let indices = index_array(vm, n + size)?;
            for (i, word) in indices.get_mut(vm).words64_mut().iter_mut().enumerate() {
                *word = if i < n { i } else { n - (i - n) } as u64;
            }
            this.get_mut(vm).indices = Some(indices);
            indices
        }
        (true, None) => return Ok(None),
        (true, Some(indices)) => {
            let (order, cycles) = indices.get_mut(vm).words64_mut().split_at_mut(n);
            let advanced = (0..size).rev().any(|i| {
                cycles[i] -= 1;
                if cycles[i] == 0 {
                    order[i..].rotate_left(1);
                    cycles[i] = (n - i) as u64;
                    false
                } else {
                    order.swap(i, n - cycles[i] as usize);
                    true
                }
            });
            if !advanced {
                this.get_mut(vm).indices = None;
                return Ok(None);
            }
            indices
        }
    };
    select(vm, pool, indices, size).map(Some)
}

pub static TYPE: TypeSpec = TypeSpec {
    methods: SIZEOF,
    ..super::iterator_type(
        "permutations",
        <Permutations as HeapObject>::native,
        new,
        next,
        "permutations(iterable, r=None)\n--\n\nReturn successive r-length permutations of elements in the iterable.\n\npermutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)",
    )
};
