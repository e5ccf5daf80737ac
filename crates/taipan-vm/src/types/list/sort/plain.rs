//! Sorting by keys that compare without Python code: the standard library's sort in parts, and merges of these.
//!
//! Invariant: whenever it stops, equal keys stand in the order in which they stood, so it may begin anew with what it left.

use std::cmp::Ordering;

use super::PlainKind;
use crate::gc::Gc;
use crate::requests::Lookout;
use crate::types::array::ValueArray;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

/// Positions sorted or merged between two looks at the signals.
const PART: usize = 1 << 16;

/// Sorts positions by their keys; false when the lookout stopped it.
pub(super) fn sort(vm: &Vm, keys: Gc<ValueArray>, order: &mut [u32], kind: PlainKind, lookout: &mut Lookout) -> bool {
    let slots = keys.get(vm).slots();
    match kind {
        PlainKind::Int => {
            let int = |i: u32| slots[i as usize].and_then(Value::as_small_int);
            sort_by(order, lookout, |a, b| int(a).cmp(&int(b)))
        }
        PlainKind::Float => {
            let float = |i: u32| slots[i as usize].and_then(Value::as_immediate_float).unwrap_or(0.0);
            sort_by(order, lookout, |a, b| float(a).partial_cmp(&float(b)).unwrap_or(Ordering::Equal))
        }
        PlainKind::Text => {
            let text = |i: u32| slots[i as usize].and_then(Value::exact::<Str>);
            sort_by(order, lookout, |a, b| match (text(a), text(b)) {
                (Some(a), Some(b)) => a.get(vm).compare_text(b.get(vm)),
                _ => Ordering::Equal,
            })
        }
    }
}

fn sort_by(order: &mut [u32], lookout: &mut Lookout, compare: impl Fn(u32, u32) -> Ordering) -> bool {
    if order.len() <= PART * 2 {
        order.sort_by(|a, b| compare(*a, *b));
        return true;
    }
    if order.is_sorted_by(|a, b| compare(*a, *b).is_gt()) {
        order.reverse();
        return true;
    }
    for part in order.chunks_mut(PART) {
        if lookout.is_alarmed() {
            return false;
        }
        part.sort_by(|a, b| compare(*a, *b));
    }
    let mut temp = Vec::with_capacity(order.len().div_ceil(2));
    let mut width = PART;
    while width < order.len() {
        for pair in order.chunks_mut(width * 2) {
            if pair.len() > width && !merge(pair, width, &mut temp, lookout, &compare) {
                return false;
            }
        }
        width *= 2;
    }
    true
}

/// Merges two sorted neighbours; false, with what is merged in front, when the lookout stopped it.
fn merge(
    pair: &mut [u32],
    middle: usize,
    temp: &mut Vec<u32>,
    lookout: &mut Lookout,
    compare: &impl Fn(u32, u32) -> Ordering,
) -> bool {
    // What of the left part is not behind the right one stays where it is.
    let first = pair[middle];
    let skip = pair[..middle].partition_point(|i| compare(*i, first).is_le());
    let (pair, middle) = (&mut pair[skip..], middle - skip);
    temp.clear();
    temp.extend_from_slice(&pair[..middle]);
    let (mut left, mut right, mut at) = (0, middle, 0);
    let mut going = true;
    while left < temp.len() && right < pair.len() {
        if lookout.is_alarmed() {
            going = false;
            break;
        }
        let end = at + PART;
        while at < end && left < temp.len() && right < pair.len() {
            let (a, b) = (temp[left], pair[right]);
            let from_right = compare(a, b).is_gt();
            pair[at] = if from_right { b } else { a };
            right += usize::from(from_right);
            left += usize::from(!from_right);
            at += 1;
        }
    }
    pair[at..at + temp.len() - left].copy_from_slice(&temp[left..]);
    going
}
