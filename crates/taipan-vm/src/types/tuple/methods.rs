//! The slots and methods of `tuple`.

use taipan_text::hash::TupleHasher;

use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::raise::{Exc, Raised};
use crate::sequence::{Subscript, position};
use crate::signature::Signature;
use crate::slots::{Comparison, Slots};
use crate::spec::{BASETYPE, MATCH_SELF, MethodDef, SEQUENCE, TypeSpec, class_method, method};
use crate::types::Builtin;
use crate::types::list::methods::class_getitem;
use crate::types::set::methods::overrides_init;
use crate::types::slice::Slice;
use crate::types::tuple::{Tuple, iterator};
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("tuple(iterable=(), /)");
    let exact = class.get(vm).root_shape == Builtin::Tuple as u32;
    let bind = |vm: &mut Vm, args: Args<'_>| match args.opt(0) {
        Some(iterable) => Ok(vm.tuple_of(iterable)?.value()),
        None => Ok(Tuple::empty(vm)?.value()),
    };
    let items = if exact || !args.has_keywords() || !overrides_init(vm, class) {
        args.bind(vm, &SIGNATURE, bind)?
    } else {
        // A subclass may take keywords in its own __init__.
        let positional = Args::from_cells(&args.slots()[..args.len()]);
        positional.bind(vm, &SIGNATURE, bind)?
    };
    if exact {
        return Ok(items);
    }
    let items = items.expect::<Tuple>(vm);
    let n = items.get(vm).len();
    let shape = class.get(vm).root_shape;
    let tuple = Tuple::new_uninit(vm, shape, n)?;
    Tuple::copy_into(items, vm, 0, tuple, 0, n);
    Ok(tuple.value())
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let tuple = this.expect::<Tuple>(vm);
    let n = tuple.get(vm).len();
    if n == 0 {
        return vm.new_str("()");
    }
    vm.guarded_repr(this, "(...)", |vm, out| {
        out.push_str("(");
        for i in 0..n {
            if i > 0 {
                out.push_str(", ");
            }
            let item = tuple.get(vm).at(i);
            vm.push_repr(out, item)?;
        }
        out.push_str(if n == 1 { ",)" } else { ")" });
        Ok(())
    })
}

fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    vm.check_native_stack_while("while hashing a tuple")?;
    let tuple = this.expect::<Tuple>(vm);
    let mut hasher = TupleHasher::new();
    for i in 0..tuple.get(vm).len() {
        let item = tuple.get(vm).at(i);
        hasher.item(vm.hash(item)?);
    }
    Ok(hasher.finish())
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(x), Some(y)) = (a.downcast::<Tuple>(vm), b.downcast::<Tuple>(vm)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (m, n) = (x.get(vm).len(), y.get(vm).len());
    for i in 0..m.min(n) {
        let (p, q) = (x.get(vm).at(i), y.get(vm).at(i));
        if !vm.is_equal(p, q)? {
            return match op {
                Comparison::Eq => Ok(Value::FALSE),
                Comparison::Ne => Ok(Value::TRUE),
                _ => vm.compare(p, q, op),
            };
        }
    }
    Ok(Value::bool(op.holds(m.cmp(&n))))
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    Ok(this.expect::<Tuple>(vm).get(vm).len())
}

fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    let tuple = this.expect::<Tuple>(vm);
    let n = tuple.get(vm).len();
    match vm.sequence_subscript(key, "tuple")? {
        Subscript::Index(i) => match position(i, n) {
            Some(i) => Ok(tuple.get(vm).at(i)),
            None => Err(vm.raise(Exc::IndexError, "tuple index out of range")),
        },
        Subscript::Slice(slice) => {
            let indices = Slice::indices(slice, vm, |_| n)?;
            if indices.len == n && indices.step == 1 && this.exact::<Tuple>().is_some() {
                return Ok(this);
            }
            if indices.len == 0 {
                return Ok(Tuple::empty(vm)?.value());
            }
            if indices.step == 1 {
                let start = indices.start as usize;
                return Ok(Tuple::slice(tuple, vm, start, start + indices.len)?.value());
            }
            let new = Tuple::new_uninit(vm, Builtin::Tuple as u32, indices.len)?;
            for i in 0..indices.len {
                let item = tuple.get(vm).at(indices.at(i));
                new.get_mut(vm).items_mut()[i] = item;
            }
            Ok(new.value())
        }
    }
}

fn contains(vm: &mut Vm, this: Value, needle: Value) -> Result<bool, Raised> {
    let tuple = this.expect::<Tuple>(vm);
    for i in 0..tuple.get(vm).len() {
        let item = tuple.get(vm).at(i);
        if vm.is_equal(item, needle)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn concat(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let x = a.expect::<Tuple>(vm);
    let Some(y) = b.downcast::<Tuple>(vm) else {
        let got = vm.type_name(b);
        return Err(vm.raise(Exc::TypeError, format!("can only concatenate tuple (not \"{got}\") to tuple")));
    };
    let (m, n) = (x.get(vm).len(), y.get(vm).len());
    if m == 0 && b.exact::<Tuple>().is_some() {
        return Ok(b);
    }
    if n == 0 && a.exact::<Tuple>().is_some() {
        return Ok(a);
    }
    let new = Tuple::new_uninit(vm, Builtin::Tuple as u32, m + n)?;
    Tuple::copy_into(x, vm, 0, new, 0, m);
    Tuple::copy_into(y, vm, 0, new, m, n);
    Ok(new.value())
}

fn repeat(vm: &mut Vm, this: Value, count: isize) -> Result<Value, Raised> {
    let tuple = this.expect::<Tuple>(vm);
    let n = tuple.get(vm).len();
    let exact = this.exact::<Tuple>().is_some();
    if exact && (n == 0 || count == 1) {
        return Ok(this);
    }
    if count <= 0 || n == 0 {
        return Ok(Tuple::empty(vm)?.value());
    }
    let Some(total) = n.checked_mul(count as usize) else { return Err(vm.raise_no_memory()) };
    let new = Tuple::new_uninit(vm, Builtin::Tuple as u32, total)?;
    Tuple::copy_into(tuple, vm, 0, new, 0, n);
    let items = new.get_mut(vm).items_mut();
    let mut filled = n;
    while filled < total {
        let more = filled.min(total - filled);
        items.copy_within(..more, filled);
        filled += more;
    }
    Ok(new.value())
}

fn getnewargs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let tuple = args.receiver::<Tuple>(vm);
    let n = tuple.get(vm).len();
    let copy = Tuple::slice(tuple, vm, 0, n)?.value();
    Ok(Tuple::from_values(vm, &[copy])?.value())
}

fn index(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (tuple, [value, start, stop]) = args.method::<Tuple, 3>(vm);
    let n = tuple.get(vm).len();
    let start = vm.search_bound(start, 0, n)?;
    let stop = vm.search_bound(stop, n, n)?.min(n);
    for i in start..stop {
        let item = tuple.get(vm).at(i);
        if vm.is_equal(item, value)? {
            return Ok(Value::int(i));
        }
    }
    Err(vm.raise(Exc::ValueError, "tuple.index(x): x not in tuple"))
}

fn count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (tuple, [value]) = args.method::<Tuple, 1>(vm);
    let mut found = 0;
    for i in 0..tuple.get(vm).len() {
        let item = tuple.get(vm).at(i);
        found += usize::from(vm.is_equal(item, value)?);
    }
    Ok(Value::int(found))
}

const METHODS: &[MethodDef] = &[
    method("__getnewargs__($self, /)", getnewargs, ""),
    method(
        "index($self, value, start=0, stop=sys.maxsize, /)",
        index,
        "Return first index of value.\n\nRaises ValueError if the value is not present.",
    ),
    method("count($self, value, /)", count, "Return number of occurrences of value."),
    class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "Tuples are generic over the types of their contents.\n\nFor example, use ``tuple[int, str]`` for a pair whose first element\nis an int and second element is a string.\n\nTuples also support the form ``tuple[T, ...]`` to indicate\nan arbitrary length tuple of elements of type T.",
    ),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "tuple",
    layout: Some(<Tuple as HeapObject>::native),
    slots: Slots {
        repr: Some(repr),
        hash: Some(hash),
        richcompare: Some(richcompare),
        iter: Some(iterator::iter),
        new: Some(new),
        len: Some(len),
        subscript: Some(subscript),
        contains: Some(contains),
        concat: Some(concat),
        repeat: Some(repeat),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    doc: "tuple(iterable=(), /)\n--\n\nBuilt-in immutable sequence.\n\nIf no argument is given, the constructor returns an empty tuple.\nIf iterable is specified the tuple is initialized from iterable's items.\n\nIf the argument is a tuple, the return value is the same object.",
    flags: BASETYPE | SEQUENCE | MATCH_SELF,
    ..TypeSpec::DEFAULT
};
