//! Sorting by keys that compare without Python code: the standard library's sort in parts, and merges of these.
//!
//! Invariant: whenever it stops, equal keys stand in the order in which they stood, and it goes on from there.

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
/// Up to so many positions are sorted at once.
const SHORT: usize = 1 << 20;

/// How far a sort has come.
#[derive(Default)]
pub(super) struct Progress {
    /// Neighbours of this length are sorted and are being merged; 0: parts are being sorted.
    width: usize,
    /// The part, or pair of neighbours, that is next.
    next: usize,
    /// What of that pair is left to be merged, and where its right part begins.
    rest: Option<(usize, usize)>,
}

/// Sorts positions by their keys, on from where it was stopped; false when the lookout stops it.
pub(super) fn sort(
    vm: &Vm,
    keys: Gc<ValueArray>,
    order: &mut [u32],
    kind: PlainKind,
    progress: &mut Progress,
    lookout: &mut Lookout,
) -> bool {
    let slots = keys.get(vm).slots();
    match kind {
        PlainKind::Int => {
            let int = |i: u32| slots[i as usize].and_then(Value::as_small_int);
            progress.sort(order, lookout, |a, b| int(a).cmp(&int(b)))
        }
        PlainKind::Float => {
            let float = |i: u32| slots[i as usize].and_then(Value::as_immediate_float).unwrap_or(0.0);
            progress.sort(order, lookout, |a, b| float(a).partial_cmp(&float(b)).unwrap_or(Ordering::Equal))
        }
        PlainKind::Text => {
            let text = |i: u32| slots[i as usize].and_then(Value::exact::<Str>);
            progress.sort(order, lookout, |a, b| match (text(a), text(b)) {
                (Some(a), Some(b)) => a.get(vm).compare_text(b.get(vm)),
                _ => Ordering::Equal,
            })
        }
    }
}

impl Progress {
    fn sort(&mut self, order: &mut [u32], lookout: &mut Lookout, compare: impl Fn(u32, u32) -> Ordering) -> bool {
        if order.len() <= SHORT {
            order.sort_by(|a, b| compare(*a, *b));
            return true;
        }
        if self.width == 0 {
            if self.next == 0 && order.is_sorted_by(|a, b| compare(*a, *b).is_gt()) {
                order.reverse();
                return true;
            }
            for part in order.chunks_mut(PART).skip(self.next) {
                part.sort_by(|a, b| compare(*a, *b));
                self.next += 1;
                if lookout.is_alarmed() {
                    return false;
                }
            }
            (self.width, self.next) = (PART, 0);
        }
        let mut temp = Vec::with_capacity(order.len().div_ceil(2));
        while self.width < order.len() {
            for pair in order.chunks_mut(self.width * 2).skip(self.next) {
                let (from, middle) = self.rest.take().unwrap_or((0, self.width));
                if pair.len() > middle {
                    self.rest = merge(pair, from, middle, &mut temp, lookout, &compare);
                    if self.rest.is_some() {
                        return false;
                    }
                }
                self.next += 1;
            }
            (self.width, self.next) = (self.width * 2, 0);
        }
        true
    }
}

/// Merges what of two sorted neighbours begins at `from` and at `middle`. What is left, when the lookout stops it.
fn merge(
    pair: &mut [u32],
    from: usize,
    middle: usize,
    temp: &mut Vec<u32>,
    lookout: &mut Lookout,
    compare: &impl Fn(u32, u32) -> Ordering,
) -> Option<(usize, usize)> {
    // What of the left part is not behind the right one stays where it is.
    let first = pair[middle];
    let mut at = from + pair[from..middle].partition_point(|i| compare(*i, first).is_le());
    temp.clear();
    temp.extend_from_slice(&pair[at..middle]);
    let (mut left, mut right) = (0, middle);
    while left < temp.len() && right < pair.len() {
        let end = at + PART;
        while at < end && left < temp.len() && right < pair.len() {
            let (a, b) = (temp[left], pair[right]);
            let from_right = compare(a, b).is_gt();
            pair[at] = if from_right { b } else { a };
            right += usize::from(from_right);
            left += usize::from(!from_right);
            at += 1;
        }
        if lookout.is_alarmed() {
            break;
        }
    }
    let rest = temp.len() - left;
    pair[at..at + rest].copy_from_slice(&temp[left..]);
    (rest > 0 && right < pair.len()).then_some((at, right))
}
