//! `zip`, and what `map` shares with it: several iterators advanced together, strictly or not.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::slots::Slots;
use crate::spec::{BASETYPE, MethodDef, TypeSpec, method};
use crate::types::Builtin;
use crate::types::iterators::self_iter;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `zip`.
    pub struct Zip = Builtin::Zip {
        pub iterators: Gc<Tuple>,
        pub strict: bool,
        pad: [u8; 7],
    }
}

/// `tuple(iter(x) for x in iterables)`.
pub fn iterators_of(vm: &mut Vm, iterables: Gc<Tuple>) -> Result<Gc<Tuple>, Raised> {
    let n = iterables.get(vm).len();
    if n == 0 {
        return Tuple::empty(vm);
    }
    let iterators = Tuple::new_uninit(vm, Builtin::Tuple as u32, n)?;
    for i in 0..n {
        let iterable = iterables.get(vm).at(i);
        let iterator = vm.iter(iterable)?;
        iterators.get_mut(vm).items_mut()[i] = iterator;
    }
    Ok(iterators)
}

/// Iterator `i` ended before its fellows: checks that the others have ended too when `strict`.
pub fn ended(
    vm: &mut Vm,
    function: &str,
    iterators: Gc<Tuple>,
    i: usize,
    strict: bool,
) -> Result<Option<Value>, Raised> {
    if !strict {
        return Ok(None);
    }
    if i > 0 {
        let plural = if i == 1 { " " } else { "s 1-" };
        return Err(
            vm.raise(Exc::ValueError, format!("{function}() argument {} is shorter than argument{plural}{i}", i + 1))
        );
    }
    for i in 1..iterators.get(vm).len() {
        let iterator = iterators.get(vm).at(i);
        if vm.next(iterator)?.is_some() {
            let plural = if i == 1 { " " } else { "s 1-" };
            return Err(vm.raise(
                Exc::ValueError,
                format!("{function}() argument {} is longer than argument{plural}{i}", i + 1),
            ));
        }
    }
    Ok(None)
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("zip(*iterables, strict=False)");
    let (iterables, strict) = args.bind(vm, &SIGNATURE, |vm, args| {
        let [strict, iterables] = args.all();
        let strict = match strict.given() {
            Some(strict) => vm.is_true(strict)?,
            None => false,
        };
        Ok((iterables.expect::<Tuple>(vm), strict))
    })?;
    let iterators = iterators_of(vm, iterables)?;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Zip { header: HeaderWord::NEW, iterators, strict, pad: [0; 7] })?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let Zip { iterators, strict, .. } = *this.expect::<Zip>(vm).get(vm);
    let n = iterators.get(vm).len();
    if n == 0 {
        return Ok(None);
    }
    let result = Tuple::new_uninit(vm, Builtin::Tuple as u32, n)?;
    for i in 0..n {
        let iterator = iterators.get(vm).at(i);
        match vm.next(iterator)? {
            Some(item) => result.get_mut(vm).items_mut()[i] = item,
            None => return ended(vm, "zip", iterators, i, strict),
        }
    }
    Ok(Some(result.value()))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Zip { iterators, strict, .. } = *args.receiver::<Zip>(vm).get(vm);
    let class = vm.type_of(args.get(0)).value();
    let parts = [class, iterators.value(), Value::TRUE];
    Ok(Tuple::from_values(vm, if strict { &parts } else { &parts[..2] })?.value())
}

fn set_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [state]) = args.method::<Zip, 1>(vm);
    let strict = vm.is_true(state)?;
    this.get_mut(vm).strict = strict;
    Ok(Value::NONE)
}

const METHODS: &[MethodDef] = &[
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    method("__setstate__($self, object, /)", set_state, "Set state information for unpickling."),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "zip",
    layout: Some(<Zip as HeapObject>::native),
    slots: Slots { new: Some(new), iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    doc: "zip(*iterables, strict=False)\n--\n\nThe zip object yields n-length tuples, where n is the number of\niterables passed as positional arguments to zip().  The i-th element\nin every tuple comes from the i-th iterable argument to zip().  This\ncontinues until the shortest argument is exhausted.\n\nIf strict is true and one of the arguments is exhausted before the\nothers, raise a ValueError.\n\n   >>> list(zip('abcdefg', range(3), range(4)))\n   [('a', 0, 0), ('b', 1, 1), ('c', 2, 2)]",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
