//! Unpacking of sequences into slots.

use super::super::op::Op;
use super::binary::sequence_items;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

#[cold]
fn too_many(vm: &mut Vm, expected: usize, got: Option<usize>) -> Raised {
    let message = match got {
        Some(got) => format!("too many values to unpack (expected {expected}, got {got})"),
        None => format!("too many values to unpack (expected {expected})"),
    };
    vm.raise(Exc::ValueError, message)
}

#[cold]
fn not_enough(vm: &mut Vm, expected: usize, got: usize) -> Raised {
    vm.raise(Exc::ValueError, format!("not enough values to unpack (expected {expected}, got {got})"))
}

fn iterator_of(vm: &mut Vm, value: Value) -> Result<Value, Raised> {
    if vm.slots(value).iter.is_none() && !vm.has_special(value, name::GETITEM) {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("cannot unpack non-iterable {got} object")));
    }
    vm.iter(value)
}

/// Exactly `n` items of an iterable.
fn exactly(vm: &mut Vm, value: Value, n: usize) -> Result<Gc<Tuple>, Raised> {
    if let Some(items) = sequence_items(vm, value)? {
        let got = items.get(vm).len();
        return match got.cmp(&n) {
            std::cmp::Ordering::Equal => Ok(items),
            std::cmp::Ordering::Less => Err(not_enough(vm, n, got)),
            std::cmp::Ordering::Greater => Err(too_many(vm, n, Some(got))),
        };
    }
    let iterator = iterator_of(vm, value)?;
    let items = List::with_capacity(vm, n)?;
    while items.get(vm).len() < n {
        match vm.next(iterator)? {
            Some(item) => List::push(items, vm, item)?,
            None => {
                let got = items.get(vm).len();
                return Err(not_enough(vm, n, got));
            }
        }
    }
    if vm.next(iterator)?.is_some() {
        let known = if vm.slots(value).len.is_some() && value.exact::<crate::types::dict::Dict>().is_some() {
            Some(vm.length(value)?)
        } else {
            None
        };
        return Err(too_many(vm, n, known));
    }
    List::to_tuple(items, vm)
}

/// UNPACK_SEQUENCE.
#[inline(never)]
pub fn unpack_sequence(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let (to, n, in_order) = (op.word().a(), op.word().c() as usize, op.word().flags() & 1 != 0);
    let slot = |i: usize| to + if in_order { i } else { n - 1 - i } as u16;
    let value = op.rb();
    if let Some(list) = value.exact::<List>()
        && list.get(vm).len() == n
    {
        for i in 0..n {
            op.set(slot(i), list.get(vm).get_at(vm, i).unwrap_or(Value::NONE));
        }
        return Ok(());
    }
    let items = match value.exact::<Tuple>() {
        Some(tuple) if tuple.get(vm).len() == n => tuple,
        _ => exactly(vm, value, n)?,
    };
    for i in 0..n {
        op.set(slot(i), items.get(vm).at(i));
    }
    Ok(())
}

/// UNPACK_TWO.
#[inline(never)]
pub fn unpack_two(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    if let Some(list) = op.rb().exact::<List>()
        && let [Some(first), Some(second)] = list.get(vm).slots(vm)
    {
        let (first, second) = (*first, *second);
        op.set(op.word().a(), first);
        op.set(op.word().c(), second);
        return Ok(());
    }
    let items = exactly(vm, op.rb(), 2)?;
    let (first, second) = (items.get(vm).at(0), items.get(vm).at(1));
    op.set(op.word().a(), first);
    op.set(op.word().c(), second);
    Ok(())
}

/// UNPACK_EX.
#[inline(never)]
pub fn unpack_ex(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let (before, after, to) = (op.word().flags() as usize, op.word().c() as usize, op.word().a() as usize);
    let iterator = iterator_of(vm, op.rb())?;
    let items = List::new(vm)?;
    while items.get(vm).len() < before {
        match vm.next(iterator)? {
            Some(item) => List::push(items, vm, item)?,
            None => {
                let got = items.get(vm).len();
                return Err(if after > 0 {
                    not_enough_starred(vm, before + after, got)
                } else {
                    not_enough_starred(vm, before, got)
                });
            }
        }
    }
    vm.extend_list(items, iterator)?;
    let total = items.get(vm).len();
    if total < before + after {
        return Err(not_enough_starred(vm, before + after, total));
    }
    let rest = List::with_capacity(vm, total - before - after)?;
    for i in before..total - after {
        if let Some(item) = items.get(vm).get_at(vm, i) {
            List::push(rest, vm, item)?;
        }
    }
    // The first item goes to the highest slot.
    let top = to + before + after;
    for i in 0..before {
        op.set((top - i) as u16, items.get(vm).get_at(vm, i).unwrap_or(Value::NONE));
    }
    op.set((top - before) as u16, rest.value());
    for i in 0..after {
        let item = items.get(vm).get_at(vm, total - after + i).unwrap_or(Value::NONE);
        op.set((top - before - 1 - i) as u16, item);
    }
    Ok(())
}

#[cold]
fn not_enough_starred(vm: &mut Vm, expected: usize, got: usize) -> Raised {
    vm.raise(Exc::ValueError, format!("not enough values to unpack (expected at least {expected}, got {got})"))
}
