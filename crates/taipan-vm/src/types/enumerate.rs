//! `enumerate` and `reversed`.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::names::name;
use crate::number::Operator;
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::slots::Slots;
use crate::spec::{BASETYPE, MethodDef, TypeSpec, class_method, method};
use crate::types::Builtin;
use crate::types::indexed_iterator::{reduced_at, reduced_exhausted};
use crate::types::iterators::self_iter;
use crate::types::list::methods::class_getitem;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `enumerate`: the iterator and the number of its next item.
    pub struct Enumerate = Builtin::Enumerate {
        pub iterator: Value,
        pub index: Value,
    }
}

heap_object! {
    /// `reversed` of a sequence: the next index; `sequence` is `None` once it is exhausted.
    pub struct Reversed = Builtin::Reversed {
        pub sequence: Option<Value>,
        pub index: isize,
    }
}

fn enumerate_args(vm: &mut Vm, args: Args<'_>) -> Result<(Value, Option<Value>), Raised> {
    let given = args.len() + args.keyword_count();
    if given > 2 {
        return Err(vm.raise(Exc::TypeError, format!("enumerate() takes at most 2 arguments ({given} given)")));
    }
    let mut bound = [None, None];
    for (i, slot) in bound.iter_mut().enumerate().take(args.len()) {
        *slot = Some(args.get(i));
    }
    for i in 0..args.keyword_count() {
        let Some((key, value)) = args.keyword(vm, i) else { break };
        let place = key
            .downcast::<Str>(vm)
            .and_then(|key| ["iterable", "start"].iter().position(|parameter| key.get(vm).equals(parameter)));
        match place {
            Some(place) if bound[place].is_none() => bound[place] = Some(value),
            Some(place) => {
                let name = ["iterable", "start"][place];
                let position = place + 1;
                let message = format!("argument for enumerate() given by name ('{name}') and position ({position})");
                return Err(vm.raise(Exc::TypeError, message));
            }
            None => {
                let key = vm.str_string(key)?;
                let message = format!("'{key}' is an invalid keyword argument for enumerate()");
                return Err(vm.raise(Exc::TypeError, message));
            }
        }
    }
    match bound {
        [Some(iterable), start] => Ok((iterable, start)),
        _ => Err(vm.raise(Exc::TypeError, "enumerate() missing required argument 'iterable'")),
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    let (iterable, start) = enumerate_args(vm, args)?;
    let index = match start {
        Some(start) => vm.index(start)?,
        None => Value::int(0),
    };
    let iterator = vm.iter(iterable)?;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Enumerate { header: HeaderWord::NEW, iterator, index })?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<Enumerate>(vm);
    let Enumerate { iterator, index, .. } = *this.get(vm);
    let Some(item) = vm.next(iterator)? else { return Ok(None) };
    let following = match index.as_small_int().and_then(|i| Value::small_int(i + 1)) {
        Some(following) => following,
        None => vm.binary(Operator::Add, index, Value::int(1))?,
    };
    this.get_mut(vm).index = following;
    Ok(Some(Tuple::from_values(vm, &[index, item])?.value()))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Enumerate { iterator, index, .. } = *args.receiver::<Enumerate>(vm).get(vm);
    let class = vm.type_of(args.get(0)).value();
    let arguments = Tuple::from_values(vm, &[iterator, index])?.value();
    Ok(Tuple::from_values(vm, &[class, arguments])?.value())
}

const METHODS: &[MethodDef] = &[
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "'enumerate' objects are generic over the type of their values",
    ),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "enumerate",
    layout: Some(<Enumerate as HeapObject>::native),
    slots: Slots { new: Some(new), iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    doc: "enumerate(iterable, start=0)\n--\n\nReturn an enumerate object.\n\n  iterable\n    an object supporting iteration\n\nThe enumerate object yields pairs containing a count (from start, which\ndefaults to zero) and a value yielded by the iterable argument.\n\nenumerate is useful for obtaining an indexed list:\n    (0, seq[0]), (1, seq[1]), (2, seq[2]), ...",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

/// `reversed(sequence)`.
pub fn reversed(vm: &mut Vm, class: Gc<Type>, sequence: Value) -> Result<Value, Raised> {
    let own = vm.type_of(sequence);
    let method = Type::lookup_name(own, vm, name::REVERSED);
    match method {
        Some(method) if !method.is_none() => {
            if let Some(result) = vm.call_special(sequence, name::REVERSED, &[])? {
                return Ok(result);
            }
        }
        Some(_) => return Err(not_reversible(vm, sequence)),
        None => {}
    }
    let is_sequence = vm.slots(sequence).subscript.is_some()
        && !vm.is_a(sequence, Builtin::Dict)
        && vm.has_special(sequence, name::GETITEM);
    if !is_sequence {
        return Err(not_reversible(vm, sequence));
    }
    let index = vm.length(sequence)? as isize - 1;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Reversed { header: HeaderWord::NEW, sequence: Some(sequence), index })?.value())
}

fn not_reversible(vm: &mut Vm, value: Value) -> Raised {
    let name = vm.type_name(value);
    vm.raise(Exc::TypeError, format!("'{name}' object is not reversible"))
}

fn reversed_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("reversed(object, /)");
    let args = args.for_constructor(vm, class);
    if args.len() != 1 && !args.has_keywords() {
        return Err(vm.raise(Exc::TypeError, format!("reversed expected 1 argument, got {}", args.len())));
    }
    args.bind(vm, &SIGNATURE, |vm, args| reversed(vm, class, args.get(0)))
}

fn reversed_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<Reversed>(vm);
    let Reversed { sequence, index, .. } = *this.get(vm);
    let Some(sequence) = sequence else { return Ok(None) };
    if index >= 0 {
        let key = Value::int(index as usize);
        let result = vm.get_item(sequence, key);
        match result {
            Ok(item) => {
                this.get_mut(vm).index = index - 1;
                return Ok(Some(item));
            }
            Err(raised) if vm.raised_is(Exc::IndexError) || vm.raised_is(Exc::StopIteration) => {
                let _ = vm.take_raised(raised);
            }
            Err(raised) => return Err(raised),
        }
    }
    let this = this.get_mut(vm);
    (this.sequence, this.index) = (None, -1);
    Ok(None)
}

fn reversed_length_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Reversed { sequence, index, .. } = *args.receiver::<Reversed>(vm).get(vm);
    let Some(sequence) = sequence else { return Ok(Value::int(0)) };
    let n = vm.length(sequence)?;
    let left = (index + 1) as usize;
    Ok(Value::int(if n < left { 0 } else { left }))
}

fn reversed_reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Reversed { sequence, index, .. } = *args.receiver::<Reversed>(vm).get(vm);
    let class = vm.type_of(args.get(0)).value();
    match sequence {
        Some(sequence) if index >= 0 => reduced_at(vm, class, sequence, index),
        _ => {
            let empty = Tuple::empty(vm)?.value();
            reduced_exhausted(vm, class, empty)
        }
    }
}

fn reversed_set_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [state]) = args.method::<Reversed, 1>(vm);
    let state = vm.ssize(state)?;
    let Reversed { sequence, index, .. } = *this.get(vm);
    if let Some(sequence) = sequence.filter(|_| index >= 0) {
        let n = vm.length(sequence)? as isize;
        this.get_mut(vm).index = state.min(n - 1).max(-1);
    }
    Ok(Value::NONE)
}

const REVERSED_METHODS: &[MethodDef] = &[
    method("__length_hint__($self, /)", reversed_length_hint, "Private method returning an estimate of len(list(it))."),
    method("__reduce__($self, /)", reversed_reduce, "Return state information for pickling."),
    method("__setstate__($self, object, /)", reversed_set_state, "Set state information for unpickling."),
];

pub static REVERSED: TypeSpec = TypeSpec {
    name: "reversed",
    layout: Some(<Reversed as HeapObject>::native),
    slots: Slots { new: Some(reversed_new), iter: Some(self_iter), next: Some(reversed_next), ..Slots::DEFAULT },
    methods: REVERSED_METHODS,
    doc: "reversed(sequence, /)\n--\n\nReturn a reverse iterator over the values of the given sequence.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
