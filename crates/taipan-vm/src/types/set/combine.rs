//! The operators and methods that combine sets with sets or iterables; `algebra` does the work.
//!
//! An operator takes sets only, a method any iterables.

use crate::args::Args;
use crate::gc::Gc;
use crate::raise::Raised;
use crate::types::set::Set;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

fn both(vm: &Vm, a: Value, b: Value) -> Option<(Gc<Set>, Gc<Set>)> {
    Some((a.downcast(vm)?, b.downcast(vm)?))
}

pub(super) fn or(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let Some((x, y)) = both(vm, a, b) else { return Ok(Value::NOT_IMPLEMENTED) };
    let result = Set::copy(x, vm)?;
    Set::merge(result, vm, y)?;
    Ok(result.value())
}

pub(super) fn and(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let Some((x, _)) = both(vm, a, b) else { return Ok(Value::NOT_IMPLEMENTED) };
    Ok(Set::intersection(x, vm, b)?.value())
}

pub(super) fn sub(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let Some((x, _)) = both(vm, a, b) else { return Ok(Value::NOT_IMPLEMENTED) };
    Ok(Set::difference(x, vm, b)?.value())
}

pub(super) fn xor(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let Some((x, _)) = both(vm, a, b) else { return Ok(Value::NOT_IMPLEMENTED) };
    symmetric(vm, x, b)
}

fn symmetric(vm: &mut Vm, set: Gc<Set>, other: Value) -> Result<Value, Raised> {
    let result = Set::new_like(set, vm)?;
    Set::update(result, vm, other)?;
    Set::symmetric_difference_update(result, vm, set)?;
    Ok(result.value())
}

pub(super) fn ior(vm: &mut Vm, this: Value, other: Value) -> Result<Value, Raised> {
    let Some((set, other)) = both(vm, this, other) else { return Ok(Value::NOT_IMPLEMENTED) };
    Set::merge(set, vm, other)?;
    Ok(this)
}

pub(super) fn iand(vm: &mut Vm, this: Value, other: Value) -> Result<Value, Raised> {
    let Some((set, _)) = both(vm, this, other) else { return Ok(Value::NOT_IMPLEMENTED) };
    Set::intersection_update(set, vm, other)?;
    Ok(this)
}

pub(super) fn isub(vm: &mut Vm, this: Value, other: Value) -> Result<Value, Raised> {
    let Some((set, _)) = both(vm, this, other) else { return Ok(Value::NOT_IMPLEMENTED) };
    Set::difference_update(set, vm, other)?;
    Ok(this)
}

pub(super) fn ixor(vm: &mut Vm, this: Value, other: Value) -> Result<Value, Raised> {
    let Some((set, other)) = both(vm, this, other) else { return Ok(Value::NOT_IMPLEMENTED) };
    Set::symmetric_difference_update(set, vm, other)?;
    Ok(this)
}

fn others(vm: &Vm, args: Args<'_>) -> Gc<Tuple> {
    args.get(1).expect::<Tuple>(vm)
}

pub(super) fn union(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = args.receiver::<Set>(vm);
    let result = Set::copy(set, vm)?;
    let others = others(vm, args);
    for i in 0..others.get(vm).len() {
        let other = others.get(vm).at(i);
        Set::update(result, vm, other)?;
    }
    Ok(result.value())
}

pub(super) fn update(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = args.receiver::<Set>(vm);
    let others = others(vm, args);
    for i in 0..others.get(vm).len() {
        let other = others.get(vm).at(i);
        Set::update(set, vm, other)?;
    }
    Ok(Value::NONE)
}

fn intersect_all(vm: &mut Vm, args: Args<'_>) -> Result<Gc<Set>, Raised> {
    let mut result = args.receiver::<Set>(vm);
    let others = others(vm, args);
    if others.get(vm).is_empty() {
        return Set::copy(result, vm);
    }
    for i in 0..others.get(vm).len() {
        let other = others.get(vm).at(i);
        result = Set::intersection(result, vm, other)?;
    }
    Ok(result)
}

pub(super) fn intersection(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(intersect_all(vm, args)?.value())
}

pub(super) fn intersection_update(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = args.receiver::<Set>(vm);
    let result = intersect_all(vm, args)?;
    Set::swap(set, result, vm);
    Ok(Value::NONE)
}

pub(super) fn difference(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = args.receiver::<Set>(vm);
    let others = others(vm, args);
    if others.get(vm).is_empty() {
        return Ok(Set::copy(set, vm)?.value());
    }
    let first = others.get(vm).at(0);
    let result = Set::difference(set, vm, first)?;
    for i in 1..others.get(vm).len() {
        let other = others.get(vm).at(i);
        Set::difference_update(result, vm, other)?;
    }
    Ok(result.value())
}

pub(super) fn difference_update(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let set = args.receiver::<Set>(vm);
    let others = others(vm, args);
    for i in 0..others.get(vm).len() {
        let other = others.get(vm).at(i);
        Set::difference_update(set, vm, other)?;
    }
    Ok(Value::NONE)
}

pub(super) fn symmetric_difference(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (set, [other]) = args.method::<Set, 1>(vm);
    symmetric(vm, set, other)
}

pub(super) fn symmetric_difference_update(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (set, [other]) = args.method::<Set, 1>(vm);
    let other = match other.downcast::<Set>(vm) {
        Some(other) => other,
        None => {
            let new = Set::new(vm)?;
            Set::update(new, vm, other)?;
            new
        }
    };
    Set::symmetric_difference_update(set, vm, other)?;
    Ok(Value::NONE)
}
