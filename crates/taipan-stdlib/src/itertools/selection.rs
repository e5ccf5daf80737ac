//! `itertools.compress`, `dropwhile`, `takewhile`, `filterfalse` and `starmap`: a function or selectors over one iterator.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::Raised;
use taipan_vm::signature::Signature;
use taipan_vm::spec::TypeSpec;
use taipan_vm::types::Builtin;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// `compress`.
    pub struct Compress {
        data: Value,
        selectors: Value,
    }
}

heap_object! {
    /// The iterators made of a function and an iterator.
    pub struct Selection {
        function: Value,
        iterator: Value,
        /// `dropwhile`: past the dropped items; `takewhile`: at the end.
        done: bool,
        pad: [u8; 7],
    }
}

fn compress_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("compress(data, selectors)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [data, selectors] = args.all();
        let (data, selectors) = (vm.iter(data)?, vm.iter(selectors)?);
        let shape = class.get(vm).root_shape;
        Ok(vm.new_object(shape, Compress { header: HeaderWord::NEW, data, selectors })?.value())
    })
}

fn compress_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let Compress { data, selectors, .. } = *this.expect::<Compress>(vm).get(vm);
    loop {
        let Some(item) = vm.next(data)? else { return Ok(None) };
        let Some(selector) = vm.next(selectors)? else { return Ok(None) };
        if vm.is_true(selector)? {
            return Ok(Some(item));
        }
    }
}

fn make(vm: &mut Vm, class: Gc<Type>, args: Args<'_>, signature: &Signature) -> Result<Value, Raised> {
    args.for_constructor(vm, class).bind(vm, signature, |vm, args| {
        let [function, iterable] = args.all();
        let iterator = vm.iter(iterable)?;
        let shape = class.get(vm).root_shape;
        let object = Selection { header: HeaderWord::NEW, function, iterator, done: false, pad: [0; 7] };
        Ok(vm.new_object(shape, object)?.value())
    })
}

macro_rules! constructors {
    ($($new:ident $signature:literal;)*) => {$(
        fn $new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
            const SIGNATURE: Signature = Signature::parse($signature);
            make(vm, class, args, &SIGNATURE)
        }
    )*};
}

constructors! {
    dropwhile_new "dropwhile(predicate, iterable, /)";
    takewhile_new "takewhile(predicate, iterable, /)";
    filterfalse_new "filterfalse(function, iterable, /)";
    starmap_new "starmap(function, iterable, /)";
}

fn holds(vm: &mut Vm, function: Value, item: Value) -> Result<bool, Raised> {
    let result = vm.call(function, &[item])?;
    vm.is_true(result)
}

fn dropwhile_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<Selection>(vm);
    let Selection { function, iterator, .. } = *this.get(vm);
    while let Some(item) = vm.next(iterator)? {
        if this.get(vm).done {
            return Ok(Some(item));
        }
        if !holds(vm, function, item)? {
            this.get_mut(vm).done = true;
            return Ok(Some(item));
        }
    }
    Ok(None)
}

fn takewhile_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<Selection>(vm);
    let Selection { function, iterator, done, .. } = *this.get(vm);
    if done {
        return Ok(None);
    }
    let Some(item) = vm.next(iterator)? else { return Ok(None) };
    if holds(vm, function, item)? {
        return Ok(Some(item));
    }
    this.get_mut(vm).done = true;
    Ok(None)
}

fn filterfalse_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let Selection { function, iterator, .. } = *this.expect::<Selection>(vm).get(vm);
    let by_truth = function.is_none() || function == vm.class(Builtin::Bool).value();
    while let Some(item) = vm.next(iterator)? {
        let holds = if by_truth { vm.is_true(item)? } else { holds(vm, function, item)? };
        if !holds {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

fn starmap_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let Selection { function, iterator, .. } = *this.expect::<Selection>(vm).get(vm);
    let Some(item) = vm.next(iterator)? else { return Ok(None) };
    let arguments = vm.tuple_of(item)?;
    vm.call_tuple(function, arguments, None).map(Some)
}

pub static COMPRESS: TypeSpec = super::iterator_type(
    "compress",
    <Compress as HeapObject>::native,
    compress_new,
    compress_next,
    "compress(data, selectors)\n--\n\nReturn data elements corresponding to true selector elements.\n\nForms a shorter iterator from selected data elements using the selectors\nto choose the data elements.",
);

pub static DROPWHILE: TypeSpec = super::iterator_type(
    "dropwhile",
    <Selection as HeapObject>::native,
    dropwhile_new,
    dropwhile_next,
    "dropwhile(predicate, iterable, /)\n--\n\nDrop items from the iterable while predicate(item) is true.\n\nAfterwards, return every element until the iterable is exhausted.",
);

pub static TAKEWHILE: TypeSpec = super::iterator_type(
    "takewhile",
    <Selection as HeapObject>::native,
    takewhile_new,
    takewhile_next,
    "takewhile(predicate, iterable, /)\n--\n\nReturn successive entries from an iterable as long as the predicate evaluates to true for each entry.",
);

pub static FILTERFALSE: TypeSpec = super::iterator_type(
    "filterfalse",
    <Selection as HeapObject>::native,
    filterfalse_new,
    filterfalse_next,
    "filterfalse(function, iterable, /)\n--\n\nReturn those items of iterable for which function(item) is false.\n\nIf function is None, return the items that are false.",
);

pub static STARMAP: TypeSpec = super::iterator_type(
    "starmap",
    <Selection as HeapObject>::native,
    starmap_new,
    starmap_next,
    "starmap(function, iterable, /)\n--\n\nReturn an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence.",
);
