//! `itertools.tee`: independent iterators over one; what the fastest has read waits in linked blocks for the others.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, NO_NEW, TypeSpec, WEAKREFABLE, method};
use taipan_vm::types::Builtin;
use taipan_vm::types::array::ValueArray;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// Items of a block.
const BLOCK: usize = 57;

heap_object! {
    /// A block of items read from the common iterator.
    pub struct TeeData {
        iterator: Value,
        values: Gc<ValueArray>,
        count: usize,
        next: Option<Gc<TeeData>>,
        running: bool,
        pad: [u8; 7],
    }
}

heap_object! {
    /// `_tee`: a place in the blocks.
    pub struct Tee {
        data: Gc<TeeData>,
        index: usize,
    }
}

fn new_data(vm: &mut Vm, iterator: Value) -> Result<Gc<TeeData>, Raised> {
    let values = ValueArray::new(vm, BLOCK)?;
    let shape = class_of_spec(vm, &DATA)?.get(vm).root_shape;
    let data = TeeData { header: HeaderWord::NEW, iterator, values, count: 0, next: None, running: false, pad: [0; 7] };
    vm.new_object(shape, data)
}

fn new_tee(vm: &mut Vm, data: Gc<TeeData>, index: usize) -> Result<Value, Raised> {
    let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
    Ok(vm.new_object(shape, Tee { header: HeaderWord::NEW, data, index })?.value())
}

fn from_iterable(vm: &mut Vm, iterable: Value) -> Result<Value, Raised> {
    let iterator = vm.iter(iterable)?;
    if let Some(tee) = iterator.downcast::<Tee>(vm) {
        let Tee { data, index, .. } = *tee.get(vm);
        return new_tee(vm, data, index);
    }
    let data = new_data(vm, iterator)?;
    new_tee(vm, data, 0)
}

/// `tee(iterable, n=2)`.
pub fn tee(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [iterable, n] = args.all();
    let n = match n.given() {
        Some(n) => vm.index_isize(n)?,
        None => 2,
    };
    if n < 0 {
        return Err(vm.raise(Exc::ValueError, "n must be >= 0"));
    }
    if n == 0 {
        return Ok(Tuple::empty(vm)?.value());
    }
    let first = from_iterable(vm, iterable)?;
    let result = Tuple::new_uninit(vm, Builtin::Tuple as u32, n as usize)?;
    result.get_mut(vm).items_mut()[0] = first;
    for i in 1..n as usize {
        let copy = from_iterable(vm, first)?;
        result.get_mut(vm).items_mut()[i] = copy;
    }
    Ok(result.value())
}

fn new(vm: &mut Vm, _: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.no_keywords(vm, "_tee")?;
    if args.len() != 1 {
        return Err(vm.raise(Exc::TypeError, format!("_tee expected 1 argument, got {}", args.len())));
    }
    from_iterable(vm, args.get(0))
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<Tee>(vm);
    let Tee { mut data, mut index, .. } = *this.get(vm);
    if index >= BLOCK {
        data = match data.get(vm).next {
            Some(next) => next,
            None => {
                let iterator = data.get(vm).iterator;
                let next = new_data(vm, iterator)?;
                data.get_mut(vm).next = Some(next);
                next
            }
        };
        index = 0;
        let this = this.get_mut(vm);
        (this.data, this.index) = (data, 0);
    }
    let TeeData { iterator, values, count, running, .. } = *data.get(vm);
    let item = if index < count {
        values.get(vm).slots()[index]
    } else {
        if running {
            return Err(vm.raise(Exc::RuntimeError, "cannot re-enter the tee iterator"));
        }
        data.get_mut(vm).running = true;
        let result = vm.next(iterator);
        data.get_mut(vm).running = false;
        let Some(item) = result? else { return Ok(None) };
        values.get_mut(vm).slots_mut()[index] = Some(item);
        data.get_mut(vm).count = index + 1;
        Some(item)
    };
    this.get_mut(vm).index = index + 1;
    Ok(item)
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Tee { data, index, .. } = *args.receiver::<Tee>(vm).get(vm);
    new_tee(vm, data, index)
}

const METHODS: &[MethodDef] = &[method("__copy__($self, /)", copy, "Returns an independent iterator.")];

pub static TYPE: TypeSpec = TypeSpec {
    methods: METHODS,
    flags: WEAKREFABLE,
    ..super::iterator_type(
        "_tee",
        <Tee as HeapObject>::native,
        new,
        next,
        "_tee(iterable, /)\n--\n\nIterator wrapped to make it copyable.",
    )
};

pub static DATA: TypeSpec = TypeSpec {
    name: "_tee_dataobject",
    module: "itertools",
    layout: Some(<TeeData as HeapObject>::native),
    doc: "teedataobject(iterable, values, next, /)\n--\n\nData container common to multiple tee objects.",
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
