//! The slots and methods of `deque`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeapObject};
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::sequence::position;
use taipan_vm::signature::Signature;
use taipan_vm::slots::{Comparison, Slots};
use taipan_vm::spec::{BASETYPE, GetSetDef, MethodDef, SEQUENCE, TypeSpec, WEAKREFABLE, class_method, getter, method};
use taipan_vm::types::list::methods::class_getitem;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::{Deque, iterator};

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    Ok(Deque::new_shaped(vm, shape, -1)?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature = Signature::parse("deque(iterable=(), maxlen=None)");
    let deque = this.expect::<Deque>(vm);
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [iterable, max_len] = args.all();
        let max_len = match max_len.not_none() {
            Some(max_len) if !vm.is_int(max_len) && vm.slots(max_len).index.is_none() => {
                return Err(vm.raise(Exc::TypeError, "an integer is required"));
            }
            Some(max_len) => {
                let n = vm.index_isize(max_len)?;
                if n < 0 {
                    return Err(vm.raise(Exc::ValueError, "maxlen must be non-negative"));
                }
                Some(n as usize)
            }
            None => None,
        };
        Deque::set_max_len(deque, vm, max_len);
        if !deque.get(vm).is_empty() {
            Deque::clear(deque, vm);
        }
        match iterable.given() {
            Some(iterable) => Deque::extend(deque, vm, iterable, false),
            None => Ok(()),
        }
    })
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    vm.guarded_repr(this, "[...]", |vm, out| {
        let items = vm.list_of(this)?;
        out.push_str(&vm.class_name(this));
        out.push_str("(");
        vm.push_repr(out, items.value())?;
        if let Some(max_len) = this.expect::<Deque>(vm).get(vm).max_len() {
            out.push_str(&format!(", maxlen={max_len}"));
        }
        out.push_str(")");
        Ok(())
    })
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(x), Some(y)) = (a.downcast::<Deque>(vm), b.downcast::<Deque>(vm)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (m, n) = (x.get(vm).len(), y.get(vm).len());
    if a == b {
        return Ok(Value::bool(op.holds(std::cmp::Ordering::Equal)));
    }
    if matches!(op, Comparison::Eq | Comparison::Ne) && m != n {
        return Ok(Value::bool(op == Comparison::Ne));
    }
    let (p, q) = (iterator::iter(vm, a)?, iterator::iter(vm, b)?);
    while let (Some(x), Some(y)) = (vm.next(p)?, vm.next(q)?) {
        if !vm.is_equal(x, y)? {
            return match op {
                Comparison::Eq => Ok(Value::FALSE),
                Comparison::Ne => Ok(Value::TRUE),
                _ => vm.compare(x, y, op),
            };
        }
    }
    Ok(Value::bool(op.holds(m.cmp(&n))))
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    Ok(this.expect::<Deque>(vm).get(vm).len())
}

fn index_of(vm: &mut Vm, key: Value) -> Result<isize, Raised> {
    if !vm.is_int(key) && vm.slots(key).index.is_none() {
        let got = vm.type_name(key);
        return Err(vm.raise(Exc::TypeError, format!("sequence index must be integer, not '{got}'")));
    }
    let index = vm.index(key)?;
    match vm.as_i64(index) {
        Some(i) => Ok(i as isize),
        None => {
            let got = vm.type_name(key);
            Err(vm.raise(Exc::IndexError, format!("cannot fit '{got}' into an index-sized integer")))
        }
    }
}

fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    let deque = this.expect::<Deque>(vm);
    let i = index_of(vm, key)?;
    let found = position(i, deque.get(vm).len()).and_then(|i| deque.get(vm).get_at(vm, i));
    found.ok_or_else(|| vm.raise(Exc::IndexError, "deque index out of range"))
}

fn set_item(vm: &mut Vm, this: Value, key: Value, value: Option<Value>) -> Result<(), Raised> {
    let deque = this.expect::<Deque>(vm);
    let i = index_of(vm, key)?;
    let Some(i) = position(i, deque.get(vm).len()) else {
        return Err(vm.raise(Exc::IndexError, "deque index out of range"));
    };
    match value {
        Some(value) => Deque::set_at(deque, vm, i, value),
        None => Deque::remove_at(deque, vm, i),
    }
    Ok(())
}

fn contains(vm: &mut Vm, this: Value, needle: Value) -> Result<bool, Raised> {
    let deque = this.expect::<Deque>(vm);
    let state = deque.get(vm).state();
    for i in 0..deque.get(vm).len() {
        let Some(item) = deque.get(vm).get_at(vm, i) else { break };
        if vm.is_equal(item, needle)? {
            return Ok(true);
        }
        Deque::check_state(deque, vm, state)?;
    }
    Ok(false)
}

fn concat(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    if b.downcast::<Deque>(vm).is_none() {
        let got = vm.type_name(b);
        return Err(vm.raise(Exc::TypeError, format!("can only concatenate deque (not \"{got}\") to deque")));
    }
    let new = copy_of(vm, a)?;
    vm.call_method(new, "extend", &[b])?;
    Ok(new)
}

fn iconcat(vm: &mut Vm, this: Value, other: Value) -> Result<Value, Raised> {
    let deque = this.expect::<Deque>(vm);
    Deque::extend(deque, vm, other, false)?;
    Ok(this)
}

fn repeat(vm: &mut Vm, this: Value, count: isize) -> Result<Value, Raised> {
    let new = copy_of(vm, this)?;
    match new.downcast::<Deque>(vm) {
        Some(deque) => Deque::repeat_in_place(deque, vm, count)?,
        None => return Ok(new),
    }
    Ok(new)
}

fn irepeat(vm: &mut Vm, this: Value, count: isize) -> Result<Value, Raised> {
    let deque = this.expect::<Deque>(vm);
    Deque::repeat_in_place(deque, vm, count)?;
    Ok(this)
}

fn copy_of(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let deque = this.expect::<Deque>(vm);
    let class = vm.type_of(this);
    let max_len = deque.get(vm).max_len();
    if class == class_of_spec(vm, &TYPE)? {
        let shape = class.get(vm).root_shape;
        let new = Deque::new_shaped(vm, shape, max_len.map_or(-1, |n| n as isize))?;
        Deque::extend(new, vm, this, false)?;
        return Ok(new.value());
    }
    let new = match max_len {
        Some(max_len) => {
            let max_len = vm.new_uint(max_len as u64)?;
            vm.call(class.value(), &[this, max_len])?
        }
        None => vm.call(class.value(), &[this])?,
    };
    if new.downcast::<Deque>(vm).is_none() {
        let (name, got) = (vm.type_name(this), vm.type_name(new));
        return Err(vm.raise(Exc::TypeError, format!("{name}() must return a deque, not {got}")));
    }
    Ok(new)
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    copy_of(vm, args.get(0))
}

fn append(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (deque, [item]) = args.method::<Deque, 1>(vm);
    Deque::push_right(deque, vm, item)?;
    Ok(Value::NONE)
}

fn appendleft(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (deque, [item]) = args.method::<Deque, 1>(vm);
    Deque::push_left(deque, vm, item)?;
    Ok(Value::NONE)
}

fn clear(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let deque = args.receiver::<Deque>(vm);
    Deque::clear(deque, vm);
    Ok(Value::NONE)
}

fn count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (deque, [value]) = args.method::<Deque, 1>(vm);
    let state = deque.get(vm).state();
    let mut found = 0;
    for i in 0..deque.get(vm).len() {
        let Some(item) = deque.get(vm).get_at(vm, i) else { break };
        found += usize::from(vm.is_equal(item, value)?);
        Deque::check_state(deque, vm, state)?;
    }
    Ok(Value::int(found))
}

fn extend(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (deque, [iterable]) = args.method::<Deque, 1>(vm);
    Deque::extend(deque, vm, iterable, false)?;
    Ok(Value::NONE)
}

fn extendleft(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (deque, [iterable]) = args.method::<Deque, 1>(vm);
    Deque::extend(deque, vm, iterable, true)?;
    Ok(Value::NONE)
}

fn index(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (deque, [value, start, stop]) = args.method::<Deque, 3>(vm);
    let n = deque.get(vm).len();
    let start = vm.search_bound(start, 0, n)?;
    let stop = vm.search_bound(stop, n, n)?.min(n);
    let state = deque.get(vm).state();
    for i in start..stop {
        let Some(item) = deque.get(vm).get_at(vm, i) else { break };
        if vm.is_equal(item, value)? {
            return Ok(Value::int(i));
        }
        Deque::check_state(deque, vm, state)?;
    }
    Err(vm.raise(Exc::ValueError, "deque.index(x): x not in deque"))
}

fn insert(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (deque, [index, value]) = args.method::<Deque, 2>(vm);
    let index = vm.index_isize(index)?;
    let n = deque.get(vm).len();
    if deque.get(vm).max_len() == Some(n) {
        return Err(vm.raise(Exc::IndexError, "deque already at its maximum size"));
    }
    let at = if index < 0 { index.saturating_add(n as isize).max(0) as usize } else { (index as usize).min(n) };
    Deque::insert_at(deque, vm, at, value)?;
    Ok(Value::NONE)
}

fn pop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let deque = args.receiver::<Deque>(vm);
    Deque::pop_right(deque, vm).ok_or_else(|| vm.raise(Exc::IndexError, "pop from an empty deque"))
}

fn popleft(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let deque = args.receiver::<Deque>(vm);
    Deque::pop_left(deque, vm).ok_or_else(|| vm.raise(Exc::IndexError, "pop from an empty deque"))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let class = vm.type_of(this).value();
    let state = vm.call_method_name(this, name::GETSTATE, &[])?;
    let items = vm.iter(this)?;
    let arguments = match args.receiver::<Deque>(vm).get(vm).max_len() {
        Some(max_len) => {
            let empty = Tuple::empty(vm)?.value();
            let max_len = vm.new_uint(max_len as u64)?;
            Tuple::from_values(vm, &[empty, max_len])?
        }
        None => Tuple::empty(vm)?,
    };
    Ok(Tuple::from_values(vm, &[class, arguments.value(), state, items])?.value())
}

fn remove(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (deque, [value]) = args.method::<Deque, 1>(vm);
    let state = deque.get(vm).state();
    for i in 0..deque.get(vm).len() {
        let Some(item) = deque.get(vm).get_at(vm, i) else { break };
        let equal = vm.is_equal(item, value)?;
        if deque.get(vm).state() != state {
            return Err(vm.raise(Exc::IndexError, "deque mutated during remove()."));
        }
        if equal {
            Deque::remove_at(deque, vm, i);
            return Ok(Value::NONE);
        }
    }
    Err(vm.raise(Exc::ValueError, "deque.remove(x): x not in deque"))
}

fn reverse(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let deque = args.receiver::<Deque>(vm);
    Deque::reverse(deque, vm);
    Ok(Value::NONE)
}

fn rotate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (deque, [n]) = args.method::<Deque, 1>(vm);
    let n = match n.given() {
        Some(n) => vm.index_isize(n)?,
        None => 1,
    };
    Deque::rotate(deque, vm, n);
    Ok(Value::NONE)
}

fn reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    iterator::new(vm, args.get(0), &iterator::REVERSE_ITERATOR)
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let deque = args.receiver::<Deque>(vm);
    let items = deque.get(vm).items;
    let heap = vm.heap_mut();
    Ok(Value::int(heap.object_bytes(deque.header()) + items.map_or(0, |items| heap.object_bytes(items.header()))))
}

fn max_len(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    match this.expect::<Deque>(vm).get(vm).max_len() {
        Some(max_len) => vm.new_uint(max_len as u64),
        None => Ok(Value::NONE),
    }
}

const METHODS: &[MethodDef] = &[
    method("append($self, item, /)", append, "Add an element to the right side of the deque."),
    method("appendleft($self, item, /)", appendleft, "Add an element to the left side of the deque."),
    method("clear($self, /)", clear, "Remove all elements from the deque."),
    method("__copy__($self, /)", copy, "Return a shallow copy of a deque."),
    method("copy($self, /)", copy, "Return a shallow copy of a deque."),
    method("count($self, value, /)", count, "Return number of occurrences of value."),
    method("extend($self, iterable, /)", extend, "Extend the right side of the deque with elements from the iterable."),
    method(
        "extendleft($self, iterable, /)",
        extendleft,
        "Extend the left side of the deque with elements from the iterable.",
    ),
    method(
        "index($self, value, start=0, stop=sys.maxsize, /)",
        index,
        "Return first index of value.\n\nRaises ValueError if the value is not present.",
    ),
    method("insert($self, index, value, /)", insert, "Insert value before index."),
    method("pop($self, /)", pop, "Remove and return the rightmost element."),
    method("popleft($self, /)", popleft, "Remove and return the leftmost element."),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    method("remove($self, value, /)", remove, "Remove first occurrence of value."),
    method("__reversed__($self, /)", reversed, "Return a reverse iterator over the deque."),
    method("reverse($self, /)", reverse, "Reverse *IN PLACE*."),
    method("rotate($self, n=1, /)", rotate, "Rotate the deque n steps to the right.  If n is negative, rotates left."),
    method("__sizeof__($self, /)", sizeof, "Return the size of the deque in memory, in bytes."),
    class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "deques are generic over the type of their contents",
    ),
];

const GETSET: &[GetSetDef] = &[getter("maxlen", max_len, "maximum size of a deque or None if unbounded")];

pub static TYPE: TypeSpec = TypeSpec {
    name: "deque",
    module: "collections",
    layout: Some(<Deque as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        init: Some(init),
        repr: Some(repr),
        richcompare: Some(richcompare),
        iter: Some(iterator::iter),
        len: Some(len),
        subscript: Some(subscript),
        set_item: Some(set_item),
        contains: Some(contains),
        concat: Some(concat),
        iconcat: Some(iconcat),
        repeat: Some(repeat),
        irepeat: Some(irepeat),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "A list-like sequence optimized for data accesses near its endpoints.",
    flags: BASETYPE | SEQUENCE | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
