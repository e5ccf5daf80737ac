//! `_bisect`: binary search and insertion in sorted sequences.

use taipan_vm::args::Args;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::list::List;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// On which side of its equals an item belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// The place of `x` in `sequence[low..high]`; `key` is applied to the items.
fn search(
    vm: &mut Vm,
    sequence: Value,
    x: Value,
    (low, high): (Value, Value),
    key: Option<Value>,
    side: Side,
) -> Result<usize, Raised> {
    let low = match low.given() {
        Some(low) => vm.index_isize(low)?,
        None => 0,
    };
    if low < 0 {
        return Err(vm.raise(Exc::ValueError, "lo must be non-negative"));
    }
    let mut low = low as usize;
    let high = match high.not_none() {
        Some(high) => vm.index_isize(high)?,
        None => -1,
    };
    let mut high = if high == -1 { vm.length(sequence)? } else { high.max(0) as usize };
    while low < high {
        let middle = low + (high - low) / 2;
        let listed = sequence.exact::<List>().and_then(|list| list.get(vm).get_at(vm, middle));
        let mut item = match listed {
            Some(item) => item,
            None => {
                let middle = vm.new_uint(middle as u64)?;
                vm.get_item(sequence, middle)?
            }
        };
        if let Some(key) = key {
            item = vm.call(key, &[item])?;
        }
        let go_right = match side {
            Side::Left => vm.is_less(item, x)?,
            Side::Right => !vm.is_less(x, item)?,
        };
        if go_right {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn bisect(vm: &mut Vm, args: Args<'_>, side: Side) -> Result<Value, Raised> {
    let [sequence, x, low, high, key] = args.all();
    let at = search(vm, sequence, x, (low, high), key.not_none(), side)?;
    vm.new_uint(at as u64)
}

fn insort(vm: &mut Vm, args: Args<'_>, side: Side) -> Result<Value, Raised> {
    let [sequence, x, low, high, key] = args.all();
    let key = key.not_none();
    let wanted = match key {
        Some(key) => vm.call(key, &[x])?,
        None => x,
    };
    let at = search(vm, sequence, wanted, (low, high), key, side)?;
    match sequence.exact::<List>() {
        Some(list) => List::insert(list, vm, at, x)?,
        None => {
            let at = vm.new_uint(at as u64)?;
            vm.call_method(sequence, "insert", &[at, x])?;
        }
    }
    Ok(Value::NONE)
}

fn bisect_left(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    bisect(vm, args, Side::Left)
}

fn bisect_right(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    bisect(vm, args, Side::Right)
}

fn insort_left(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    insort(vm, args, Side::Left)
}

fn insort_right(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    insort(vm, args, Side::Right)
}

const FUNCTIONS: &[MethodDef] = &[
    function(
        "bisect_right(a, x, lo=0, hi=None, *, key=None)",
        bisect_right,
        "Return the index where to insert item x in list a, assuming a is sorted.\n\nThe return value i is such that all e in a[:i] have e <= x, and all e in\na[i:] have e > x.  So if x already appears in the list, a.insert(i, x)\nwill insert just after the rightmost x already there.\n\nOptional args lo (default 0) and hi (default len(a)) bound the\nslice of a to be searched.\n\nA custom key function can be supplied to customize the sort order.",
    ),
    function(
        "insort_right(a, x, lo=0, hi=None, *, key=None)",
        insort_right,
        "Insert item x in list a, and keep it sorted assuming a is sorted.\n\nIf x is already in a, insert it to the right of the rightmost x.\n\nOptional args lo (default 0) and hi (default len(a)) bound the\nslice of a to be searched.\n\nA custom key function can be supplied to customize the sort order.",
    ),
    function(
        "bisect_left(a, x, lo=0, hi=None, *, key=None)",
        bisect_left,
        "Return the index where to insert item x in list a, assuming a is sorted.\n\nThe return value i is such that all e in a[:i] have e < x, and all e in\na[i:] have e >= x.  So if x already appears in the list, a.insert(i, x)\nwill insert just before the leftmost x already there.\n\nOptional args lo (default 0) and hi (default len(a)) bound the\nslice of a to be searched.\n\nA custom key function can be supplied to customize the sort order.",
    ),
    function(
        "insort_left(a, x, lo=0, hi=None, *, key=None)",
        insort_left,
        "Insert item x in list a, and keep it sorted assuming a is sorted.\n\nIf x is already in a, insert it to the left of the leftmost x.\n\nOptional args lo (default 0) and hi (default len(a)) bound the\nslice of a to be searched.\n\nA custom key function can be supplied to customize the sort order.",
    ),
];

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_bisect",
    doc: "Bisection algorithms.\n\nThis module provides support for maintaining a list in sorted order without\nhaving to sort the list after each insertion. For long lists of items with\nexpensive comparison operations, this can be an improvement over the more\ncommon approach.\n",
    functions: FUNCTIONS,
    ..ModuleSpec::DEFAULT
};
