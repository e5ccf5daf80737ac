//! `itertools.chain`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::Raised;
use taipan_vm::spec::{MethodDef, TypeSpec, class_method};
use taipan_vm::types::list::methods::class_getitem;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// One iterable after another.
    pub struct Chain {
        /// The iterator over the iterables.
        source: Option<Value>,
        active: Option<Value>,
    }
}

fn make(vm: &mut Vm, class: Gc<Type>, iterables: Value) -> Result<Value, Raised> {
    let source = Some(vm.iter(iterables)?);
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Chain { header: HeaderWord::NEW, source, active: None })?.value())
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    let args = args.for_constructor(vm, class);
    args.no_keywords(vm, "chain")?;
    let iterables = args.tuple_from(vm, 0)?;
    make(vm, class, iterables.value())
}

fn from_iterable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, iterables] = args.all();
    make(vm, class.expect::<Type>(vm), iterables)
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<Chain>(vm);
    while let Some(source) = this.get(vm).source {
        let active = match this.get(vm).active {
            Some(active) => active,
            None => {
                let Some(iterable) = vm.next(source)? else {
                    this.get_mut(vm).source = None;
                    break;
                };
                let result = vm.iter(iterable);
                let active = match result {
                    Ok(active) => active,
                    Err(raised) => {
                        this.get_mut(vm).source = None;
                        return Err(raised);
                    }
                };
                this.get_mut(vm).active = Some(active);
                active
            }
        };
        if let Some(item) = vm.next(active)? {
            return Ok(Some(item));
        }
        this.get_mut(vm).active = None;
    }
    Ok(None)
}

const METHODS: &[MethodDef] = &[
    class_method(
        "from_iterable($type, iterable, /)",
        from_iterable,
        "Alternative chain() constructor taking a single iterable argument that evaluates lazily.",
    ),
    class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "chain is generic over the type of its contents.\nThis is the union of the types of the input iterable contents.",
    ),
];

pub static TYPE: TypeSpec = TypeSpec {
    methods: METHODS,
    ..super::iterator_type(
        "chain",
        <Chain as HeapObject>::native,
        new,
        next,
        "chain(*iterables)\n--\n\nReturn a chain object whose .__next__() method returns elements from the\nfirst iterable until it is exhausted, then elements from the next\niterable, until all of the iterables are exhausted.",
    )
};
