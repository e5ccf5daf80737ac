//! `itertools.accumulate`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::number::Operator;
use taipan_vm::raise::Raised;
use taipan_vm::signature::Signature;
use taipan_vm::spec::TypeSpec;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// Running results of a binary function (`None`: addition).
    pub struct Accumulate {
        iterator: Value,
        function: Option<Value>,
        total: Option<Value>,
        /// Given out first, once.
        initial: Option<Value>,
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("accumulate(iterable, func=None, *, initial=None)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [iterable, function, initial] = args.all();
        let iterator = vm.iter(iterable)?;
        let (function, initial) = (function.not_none(), initial.not_none());
        let shape = class.get(vm).root_shape;
        let object = Accumulate { header: HeaderWord::NEW, iterator, function, total: None, initial };
        Ok(vm.new_object(shape, object)?.value())
    })
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<Accumulate>(vm);
    let Accumulate { iterator, function, total, initial, .. } = *this.get(vm);
    if initial.is_some() {
        let this = this.get_mut(vm);
        (this.total, this.initial) = (initial, None);
        return Ok(initial);
    }
    let Some(item) = vm.next(iterator)? else { return Ok(None) };
    let new = match (total, function) {
        (None, _) => item,
        (Some(total), None) => vm.binary(Operator::Add, total, item)?,
        (Some(total), Some(function)) => vm.call(function, &[total, item])?,
    };
    this.get_mut(vm).total = Some(new);
    Ok(Some(new))
}

pub static TYPE: TypeSpec = super::iterator_type(
    "accumulate",
    <Accumulate as HeapObject>::native,
    new,
    next,
    "accumulate(iterable, func=None, *, initial=None)\n--\n\nReturn series of accumulated sums (or other binary function results).",
);
