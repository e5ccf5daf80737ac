//! `itertools.zip_longest`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::TypeSpec;
use taipan_vm::types::Builtin;
use taipan_vm::types::array::ValueArray;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// `zip_longest`: exhausted iterators leave an empty slot.
    pub struct ZipLongest {
        iterators: Gc<ValueArray>,
        active: usize,
        fill: Value,
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    let fill = args.keyword_named(vm, "fillvalue");
    if args.keyword_count() != usize::from(fill.is_some()) {
        return Err(vm.raise(Exc::TypeError, "zip_longest() got an unexpected keyword argument"));
    }
    let n = args.len();
    let iterators = ValueArray::new(vm, n)?;
    for i in 0..n {
        let iterator = vm.iter(args.get(i))?;
        iterators.get_mut(vm).slots_mut()[i] = Some(iterator);
    }
    let fill = fill.unwrap_or(Value::NONE);
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, ZipLongest { header: HeaderWord::NEW, iterators, active: n, fill })?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<ZipLongest>(vm);
    let ZipLongest { iterators, active, fill, .. } = *this.get(vm);
    let n = iterators.get(vm).len();
    if n == 0 || active == 0 {
        return Ok(None);
    }
    let result = Tuple::new_uninit(vm, Builtin::Tuple as u32, n)?;
    for i in 0..n {
        let item = match iterators.get(vm).slots()[i] {
            None => None,
            Some(iterator) => {
                let item = match vm.next(iterator) {
                    Ok(item) => item,
                    Err(raised) => {
                        this.get_mut(vm).active = 0;
                        return Err(raised);
                    }
                };
                if item.is_none() {
                    let left = this.get(vm).active.saturating_sub(1);
                    this.get_mut(vm).active = left;
                    if left == 0 {
                        return Ok(None);
                    }
                    iterators.get_mut(vm).slots_mut()[i] = None;
                }
                item
            }
        };
        result.get_mut(vm).items_mut()[i] = item.unwrap_or(fill);
    }
    Ok(Some(result.value()))
}

pub static TYPE: TypeSpec = super::iterator_type(
    "zip_longest",
    <ZipLongest as HeapObject>::native,
    new,
    next,
    "zip_longest(*iterables, fillvalue=None)\n--\n\nReturn a zip_longest object whose .__next__() method returns a tuple where\nthe i-th element comes from the i-th iterable argument.  The .__next__()\nmethod continues until the longest iterable in the argument sequence\nis exhausted and then it raises StopIteration.  When the shorter iterables\nare exhausted, the fillvalue is substituted in their place.  The fillvalue\ndefaults to None or can be specified by a keyword argument.\n",
);
