//! `itertools.count`, `itertools.cycle` and `itertools.repeat`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::names::name;
use taipan_vm::number::Operator;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{MethodDef, TypeSpec, method};
use taipan_vm::types::list::List;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// `count`: the next number and the step.
    pub struct Count {
        number: Value,
        step: Value,
    }
}

heap_object! {
    /// `cycle`: items are saved until the iterator is exhausted (`None`), then repeated.
    pub struct Cycle {
        iterator: Option<Value>,
        saved: Gc<List>,
        index: usize,
    }
}

heap_object! {
    /// `repeat`: how often to go, -1 for ever.
    pub struct Repeat {
        element: Value,
        left: isize,
    }
}

fn check_number(vm: &mut Vm, value: Value) -> Result<(), Raised> {
    let slots = vm.slots(value);
    let is_number = slots.index.is_some() || slots.int.is_some() || slots.float.is_some();
    if is_number || vm.has_special(value, name::COMPLEX) {
        Ok(())
    } else {
        Err(vm.raise(Exc::TypeError, "a number is required"))
    }
}

fn count_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("count(start=0, step=1)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [start, step] = args.all();
        let number = start.given().unwrap_or(Value::int(0));
        let step = step.given().unwrap_or(Value::int(1));
        check_number(vm, number)?;
        check_number(vm, step)?;
        let shape = class.get(vm).root_shape;
        Ok(vm.new_object(shape, Count { header: HeaderWord::NEW, number, step })?.value())
    })
}

fn count_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<Count>(vm);
    let Count { number, step, .. } = *this.get(vm);
    let small = match (number.as_small_int(), step.as_small_int()) {
        (Some(number), Some(step)) => Value::small_int(number + step),
        _ => None,
    };
    let following = match small {
        Some(following) => following,
        None => vm.binary(Operator::Add, number, step)?,
    };
    this.get_mut(vm).number = following;
    Ok(Some(number))
}

fn count_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let Count { number, step, .. } = *this.expect::<Count>(vm).get(vm);
    let name = vm.class_name(this);
    let number = vm.repr_string(number)?;
    if step == Value::int(1) {
        return vm.new_str(&format!("{name}({number})"));
    }
    let step = vm.repr_string(step)?;
    vm.new_str(&format!("{name}({number}, {step})"))
}

fn cycle_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    let args = args.for_constructor(vm, class);
    args.no_keywords(vm, "cycle")?;
    if args.len() != 1 {
        return Err(vm.raise(Exc::TypeError, format!("cycle expected 1 argument, got {}", args.len())));
    }
    let iterator = Some(vm.iter(args.get(0))?);
    let saved = List::new(vm)?;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Cycle { header: HeaderWord::NEW, iterator, saved, index: 0 })?.value())
}

fn cycle_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<Cycle>(vm);
    let saved = this.get(vm).saved;
    if let Some(iterator) = this.get(vm).iterator {
        if let Some(item) = vm.next(iterator)? {
            List::push(saved, vm, item)?;
            return Ok(Some(item));
        }
        this.get_mut(vm).iterator = None;
    }
    let index = this.get(vm).index;
    let n = saved.get(vm).len();
    if n == 0 {
        return Ok(None);
    }
    this.get_mut(vm).index = (index + 1) % n;
    Ok(saved.get(vm).get_at(vm, index))
}

fn repeat_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("repeat(object, times=None)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [element, times] = args.all();
        let left = match times.given() {
            Some(times) => vm.index_isize(times)?.max(0),
            None => -1,
        };
        let shape = class.get(vm).root_shape;
        Ok(vm.new_object(shape, Repeat { header: HeaderWord::NEW, element, left })?.value())
    })
}

fn repeat_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<Repeat>(vm);
    let Repeat { element, left, .. } = *this.get(vm);
    if left == 0 {
        return Ok(None);
    }
    if left > 0 {
        this.get_mut(vm).left = left - 1;
    }
    Ok(Some(element))
}

fn repeat_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let Repeat { element, left, .. } = *this.expect::<Repeat>(vm).get(vm);
    let name = vm.class_name(this);
    let element = vm.repr_string(element)?;
    if left < 0 { vm.new_str(&format!("{name}({element})")) } else { vm.new_str(&format!("{name}({element}, {left})")) }
}

fn repeat_length_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let left = args.receiver::<Repeat>(vm).get(vm).left;
    match usize::try_from(left) {
        Ok(left) => vm.new_uint(left as u64),
        Err(_) => Err(vm.raise(Exc::TypeError, "len() of unsized object")),
    }
}

const REPEAT_METHODS: &[MethodDef] = &[method(
    "__length_hint__($self, /)",
    repeat_length_hint,
    "Private method returning an estimate of len(list(it)).",
)];

const fn with_repr(spec: TypeSpec, repr: taipan_vm::slots::Unary) -> TypeSpec {
    TypeSpec { slots: Slots { repr: Some(repr), ..spec.slots }, ..spec }
}

pub static COUNT: TypeSpec = with_repr(
    super::iterator_type(
        "count",
        <Count as HeapObject>::native,
        count_new,
        count_next,
        "count(start=0, step=1)\n--\n\nReturn a count object whose .__next__() method returns consecutive values.\n\nEquivalent to:\n    def count(firstval=0, step=1):\n        x = firstval\n        while 1:\n            yield x\n            x += step",
    ),
    count_repr,
);

pub static CYCLE: TypeSpec = super::iterator_type(
    "cycle",
    <Cycle as HeapObject>::native,
    cycle_new,
    cycle_next,
    "cycle(iterable, /)\n--\n\nReturn elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.",
);

pub static REPEAT: TypeSpec = TypeSpec {
    methods: REPEAT_METHODS,
    ..with_repr(
        super::iterator_type(
            "repeat",
            <Repeat as HeapObject>::native,
            repeat_new,
            repeat_next,
            "repeat(object [,times]) -> create an iterator which returns the object\nfor the specified number of times.  If not specified, returns the object\nendlessly.",
        ),
        repeat_repr,
    )
};
