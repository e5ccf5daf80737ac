//! The slots and methods of `list`.

use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::raise::{Exc, Raised};
use crate::sequence::{Subscript, position};
use crate::signature::Signature;
use crate::slots::{Comparison, Slots};
use crate::spec::{BASETYPE, MATCH_SELF, MethodDef, SEQUENCE, TypeSpec, class_method, method};
use crate::types::Builtin;
use crate::types::list::{List, iterator, sort};
use crate::types::slice::Slice;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, List::EMPTY)?.value())
}

/// The arguments for the `__init__` of a built-in type: keywords were for the `__new__` of a subclass, if it has its own.
pub fn without_foreign_keywords<'a>(vm: &mut Vm, this: Value, builtin: Builtin, args: Args<'a>) -> Args<'a> {
    if !args.has_keywords() {
        return args;
    }
    let base = vm.class(builtin).get(vm).slots.new;
    let overridden = match (vm.slots(this).new, base) {
        (Some(own), Some(base)) => !std::ptr::fn_addr_eq(own, base),
        _ => false,
    };
    if overridden { Args::from_cells(&args.slots()[..args.len()]) } else { args }
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature = Signature::parse("list(iterable=(), /)");
    let list = this.expect::<List>(vm);
    let args = without_foreign_keywords(vm, this, Builtin::List, args);
    args.bind(vm, &SIGNATURE, |vm, args| {
        List::truncate(list, vm, 0);
        match args.opt(0) {
            Some(iterable) => vm.extend_list(list, iterable),
            None => Ok(()),
        }
    })
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let list = this.expect::<List>(vm);
    if list.get(vm).is_empty() {
        return vm.new_str("[]");
    }
    vm.guarded_repr(this, "[...]", |vm, out| {
        out.push_str("[");
        let mut i = 0;
        while let Some(item) = list.get(vm).get_at(vm, i) {
            if i > 0 {
                out.push_str(", ");
            }
            vm.push_repr(out, item)?;
            i += 1;
        }
        out.push_str("]");
        Ok(())
    })
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(x), Some(y)) = (a.downcast::<List>(vm), b.downcast::<List>(vm)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if matches!(op, Comparison::Eq | Comparison::Ne) && x.get(vm).len() != y.get(vm).len() {
        return Ok(Value::bool(op == Comparison::Ne));
    }
    let mut i = 0;
    while let (Some(p), Some(q)) = (x.get(vm).get_at(vm, i), y.get(vm).get_at(vm, i)) {
        if !vm.is_equal(p, q)? {
            // The comparison may have shortened a list: then the lengths decide.
            if i >= x.get(vm).len() || i >= y.get(vm).len() {
                break;
            }
            return match op {
                Comparison::Eq => Ok(Value::FALSE),
                Comparison::Ne => Ok(Value::TRUE),
                _ => vm.compare(p, q, op),
            };
        }
        i += 1;
    }
    Ok(Value::bool(op.holds(x.get(vm).len().cmp(&y.get(vm).len()))))
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    Ok(this.expect::<List>(vm).get(vm).len())
}

fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    let list = this.expect::<List>(vm);
    match vm.sequence_subscript(key, "list")? {
        Subscript::Index(i) => {
            let found = position(i, list.get(vm).len()).and_then(|i| list.get(vm).get_at(vm, i));
            found.ok_or_else(|| vm.raise(Exc::IndexError, "list index out of range"))
        }
        Subscript::Slice(slice) => {
            let indices = Slice::indices(slice, vm, |vm| list.get(vm).len())?;
            if indices.step == 1 {
                let start = indices.start as usize;
                return Ok(List::slice(list, vm, start, start + indices.len)?.value());
            }
            Ok(List::stepped(list, vm, indices.start as usize, indices.step, indices.len)?.value())
        }
    }
}

fn set_item(vm: &mut Vm, this: Value, key: Value, value: Option<Value>) -> Result<(), Raised> {
    let list = this.expect::<List>(vm);
    let slice = match vm.sequence_subscript(key, "list")? {
        Subscript::Index(i) => {
            let Some(i) = position(i, list.get(vm).len()) else {
                return Err(vm.raise(Exc::IndexError, "list assignment index out of range"));
            };
            match value {
                Some(value) => List::set_at(list, vm, i, value),
                None => {
                    List::remove_range(list, vm, i, i + 1);
                }
            }
            return Ok(());
        }
        Subscript::Slice(slice) => slice,
    };
    let (start, stop, step) = Slice::unpack(slice, vm)?;
    match value {
        Some(value) if step == 1 => {
            let source = vm.sequence_fast(value, "must assign iterable to extended slice")?;
            let at = crate::types::slice::adjust(list.get(vm).len(), start, stop, 1);
            let (low, high) = (at.start as usize, at.stop.max(at.start) as usize);
            List::splice(list, vm, low, high, source)
        }
        Some(value) => {
            let source = vm.sequence_fast(value, "must assign iterable to extended slice")?;
            let at = crate::types::slice::adjust(list.get(vm).len(), start, stop, step);
            let given = source.get(vm).len();
            if given != at.len {
                let message =
                    format!("attempt to assign sequence of size {given} to extended slice of size {}", at.len);
                return Err(vm.raise(Exc::ValueError, message));
            }
            for i in 0..at.len {
                let item = source.get(vm).get_at(vm, i).unwrap_or(Value::NONE);
                List::set_at(list, vm, at.at(i), item);
            }
            Ok(())
        }
        None => {
            let at = crate::types::slice::adjust(list.get(vm).len(), start, stop, step);
            delete_slice(vm, list, at);
            Ok(())
        }
    }
}

fn delete_slice(vm: &mut Vm, list: Gc<List>, at: crate::types::slice::Indices) {
    if at.len == 0 {
        return;
    }
    let (first, step) =
        if at.step > 0 { (at.start as usize, at.step as usize) } else { (at.at(at.len - 1), at.step.unsigned_abs()) };
    if step == 1 {
        return List::remove_range(list, vm, first, first + at.len);
    }
    let n = list.get(vm).len();
    let Some(items) = list.get(vm).array() else { return };
    let slots = items.get_mut(vm).slots_mut();
    let (mut to, mut removed) = (first, 0);
    for from in first..n {
        if removed < at.len && from == first + removed * step {
            removed += 1;
        } else {
            slots[to] = slots[from];
            to += 1;
        }
    }
    List::truncate(list, vm, to);
}

fn contains(vm: &mut Vm, this: Value, needle: Value) -> Result<bool, Raised> {
    let list = this.expect::<List>(vm);
    let mut i = 0;
    while let Some(item) = list.get(vm).get_at(vm, i) {
        if vm.is_equal(item, needle)? {
            return Ok(true);
        }
        i += 1;
    }
    Ok(false)
}

fn concat(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let x = a.expect::<List>(vm);
    let Some(y) = b.downcast::<List>(vm) else {
        let got = vm.type_name(b);
        return Err(vm.raise(Exc::TypeError, format!("can only concatenate list (not \"{got}\") to list")));
    };
    let new = List::with_capacity(vm, x.get(vm).len() + y.get(vm).len())?;
    List::append_list(new, vm, x)?;
    List::append_list(new, vm, y)?;
    Ok(new.value())
}

fn repeat(vm: &mut Vm, this: Value, count: isize) -> Result<Value, Raised> {
    let list = this.expect::<List>(vm);
    let new = List::new(vm)?;
    List::append_list(new, vm, list)?;
    List::repeat_in_place(new, vm, count)?;
    Ok(new.value())
}

fn iconcat(vm: &mut Vm, this: Value, other: Value) -> Result<Value, Raised> {
    let list = this.expect::<List>(vm);
    vm.extend_list(list, other)?;
    Ok(this)
}

fn irepeat(vm: &mut Vm, this: Value, count: isize) -> Result<Value, Raised> {
    let list = this.expect::<List>(vm);
    List::repeat_in_place(list, vm, count)?;
    Ok(this)
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = args.receiver::<List>(vm);
    let own = vm.heap_mut().object_bytes(list.header());
    let items = list.get(vm).array().map_or(0, |items| vm.heap_mut().object_bytes(items.header()));
    Ok(Value::int(own + items))
}

fn clear(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = args.receiver::<List>(vm);
    List::set_storage(list, vm, None, 0);
    Ok(Value::NONE)
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = args.receiver::<List>(vm);
    let new = List::new(vm)?;
    List::append_list(new, vm, list)?;
    Ok(new.value())
}

fn append(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (list, [item]) = args.method::<List, 1>(vm);
    List::push(list, vm, item)?;
    Ok(Value::NONE)
}

fn insert(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (list, [index, item]) = args.method::<List, 2>(vm);
    let index = vm.index_isize(index)?;
    let n = list.get(vm).len();
    let at = if index < 0 { index.saturating_add(n as isize).max(0) as usize } else { (index as usize).min(n) };
    List::insert(list, vm, at, item)?;
    Ok(Value::NONE)
}

fn extend(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (list, [iterable]) = args.method::<List, 1>(vm);
    vm.extend_list(list, iterable)?;
    Ok(Value::NONE)
}

fn pop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (list, [index]) = args.method::<List, 1>(vm);
    let index = match index.given() {
        Some(index) => vm.index_isize(index)?,
        None => -1,
    };
    let n = list.get(vm).len();
    if n == 0 {
        return Err(vm.raise(Exc::IndexError, "pop from empty list"));
    }
    let found = position(index, n).and_then(|i| Some((i, list.get(vm).get_at(vm, i)?)));
    let Some((i, item)) = found else { return Err(vm.raise(Exc::IndexError, "pop index out of range")) };
    if i + 1 == n {
        List::truncate(list, vm, i);
    } else {
        List::remove_range(list, vm, i, i + 1);
    }
    Ok(item)
}

fn remove(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (list, [value]) = args.method::<List, 1>(vm);
    let mut i = 0;
    while let Some(item) = list.get(vm).get_at(vm, i) {
        if vm.is_equal(item, value)? {
            if i < list.get(vm).len() {
                List::remove_range(list, vm, i, i + 1);
            }
            return Ok(Value::NONE);
        }
        i += 1;
    }
    Err(vm.raise(Exc::ValueError, "list.remove(x): x not in list"))
}

fn index(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (list, [value, start, stop]) = args.method::<List, 3>(vm);
    let n = list.get(vm).len();
    let start = vm.search_bound(start, 0, n)?;
    let stop = vm.search_bound(stop, usize::MAX, n)?;
    let mut i = start;
    while i < stop
        && let Some(item) = list.get(vm).get_at(vm, i)
    {
        if vm.is_equal(item, value)? {
            return Ok(Value::int(i));
        }
        i += 1;
    }
    Err(vm.raise(Exc::ValueError, "list.index(x): x not in list"))
}

fn count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (list, [value]) = args.method::<List, 1>(vm);
    let (mut i, mut found) = (0, 0);
    while let Some(item) = list.get(vm).get_at(vm, i) {
        found += usize::from(vm.is_equal(item, value)?);
        i += 1;
    }
    Ok(Value::int(found))
}

fn reverse(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = args.receiver::<List>(vm);
    let n = list.get(vm).len();
    if let Some(items) = list.get(vm).array() {
        items.get_mut(vm).slots_mut()[..n].reverse();
    }
    Ok(Value::NONE)
}

fn sort_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (list, [key, reverse]) = args.method::<List, 2>(vm);
    let reverse = match reverse.given() {
        Some(reverse) => vm.is_true(reverse)?,
        None => false,
    };
    sort::sort(vm, list, key.not_none(), reverse)?;
    Ok(Value::NONE)
}

fn reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = args.receiver::<List>(vm);
    iterator::new_reverse(vm, list)
}

/// `C[item]` of a generic built-in class.
pub fn class_getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    crate::types::generic_alias::new(vm, args.get(0), args.get(1))
}

fn get_item_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    subscript(vm, args.get(0), args.get(1))
}

const METHODS: &[MethodDef] = &[
    method("__getitem__($self, index, /)", get_item_method, "Return self[index]."),
    method("__reversed__($self, /)", reversed, "Return a reverse iterator over the list."),
    method("__sizeof__($self, /)", sizeof, "Return the size of the list in memory, in bytes."),
    method("clear($self, /)", clear, "Remove all items from list."),
    method("copy($self, /)", copy, "Return a shallow copy of the list."),
    method("append($self, object, /)", append, "Append object to the end of the list."),
    method("insert($self, index, object, /)", insert, "Insert object before index."),
    method("extend($self, iterable, /)", extend, "Extend list by appending elements from the iterable."),
    method(
        "pop($self, index=-1, /)",
        pop,
        "Remove and return item at index (default last).\n\nRaises IndexError if list is empty or index is out of range.",
    ),
    method(
        "remove($self, value, /)",
        remove,
        "Remove first occurrence of value.\n\nRaises ValueError if the value is not present.",
    ),
    method(
        "index($self, value, start=0, stop=sys.maxsize, /)",
        index,
        "Return first index of value.\n\nRaises ValueError if the value is not present.",
    ),
    method("count($self, value, /)", count, "Return number of occurrences of value."),
    method("reverse($self, /)", reverse, "Reverse *IN PLACE*."),
    method(
        "sort($self, /, *, key=None, reverse=False)",
        sort_method,
        "Sort the list in ascending order and return None.\n\nThe sort is in-place (i.e. the list itself is modified) and stable\n(i.e. the order of two equal elements is maintained).\n\nIf a key function is given, apply it once to each list item and sort\nthem, ascending or descending, according to their function values.\n\nThe reverse flag can be set to sort in descending order.",
    ),
    class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "lists are generic over the type of their contents",
    ),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "list",
    layout: Some(<List as HeapObject>::native),
    slots: Slots {
        repr: Some(repr),
        richcompare: Some(richcompare),
        iter: Some(iterator::iter),
        new: Some(new),
        init: Some(init),
        len: Some(len),
        subscript: Some(subscript),
        set_item: Some(set_item),
        contains: Some(contains),
        concat: Some(concat),
        repeat: Some(repeat),
        iconcat: Some(iconcat),
        irepeat: Some(irepeat),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    doc: "list(iterable=(), /)\n--\n\nBuilt-in mutable sequence.\n\nIf no argument is given, the constructor creates a new empty list.\nThe argument must be an iterable if specified.",
    flags: BASETYPE | SEQUENCE | MATCH_SELF,
    ..TypeSpec::DEFAULT
};
