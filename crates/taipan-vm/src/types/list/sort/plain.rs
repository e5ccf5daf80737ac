//! Sorting by keys that compare without Python code: the standard library's sort, for many keys of parts between sampled keys.
//!
//! Invariant: the positions change when all is done; until then whoever looks sees them as they were.

use std::cmp::Ordering;

use super::PlainKind;
use crate::gc::Gc;
use crate::requests::Lookout;
use crate::types::array::ValueArray;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

/// Up to so many positions are sorted at once.
const SHORT: usize = 1 << 20;
/// Positions of a part, about.
const PART: usize = 1 << 16;
/// The most parts.
const MOST_PARTS: usize = 1 << 14;
/// Samples taken for each part.
const SAMPLES: usize = 8;
/// Positions put into parts between two looks at the signals.
const STRETCH: usize = 1 << 14;

/// How far a sort has come.
#[derive(Default)]
pub(super) struct Progress {
    /// The positions whose keys divide the parts.
    splitters: Vec<u32>,
    /// The part of each position, as far as it is known.
    part_of: Vec<u16>,
    /// The positions, part for part, and where each part begins.
    parts: Vec<u32>,
    starts: Vec<usize>,
    /// How many parts are sorted.
    done: usize,
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
        if self.splitters.is_empty() {
            if order.len() > SHORT {
                self.sample(order, &compare);
            }
            // Keys that are often the same, and such as are sorted already, are sorted at once in no time.
            let is_short = self.splitters.is_empty()
                || self.splitters.windows(2).any(|pair| compare(pair[0], pair[1]).is_eq())
                || order.is_sorted_by(|a, b| compare(*a, *b).is_le())
                || order.is_sorted_by(|a, b| compare(*a, *b).is_gt());
            if is_short {
                order.sort_by(|a, b| compare(*a, *b));
                return true;
            }
        }
        while self.part_of.len() < order.len() {
            if lookout.is_alarmed() {
                return false;
            }
            let splitters = &self.splitters;
            let stretch = order[self.part_of.len()..].iter().take(STRETCH);
            self.part_of.extend(stretch.map(|i| splitters.partition_point(|at| compare(*at, *i).is_le()) as u16));
        }
        if self.parts.is_empty() {
            self.distribute(order);
        }
        while let Some(&[start, end]) = self.starts.get(self.done..self.done + 2) {
            if lookout.is_alarmed() {
                return false;
            }
            self.parts[start..end].sort_by(|a, b| compare(*a, *b));
            self.done += 1;
        }
        order.copy_from_slice(&self.parts);
        true
    }

    /// Chooses the splitters.
    fn sample(&mut self, order: &[u32], compare: &impl Fn(u32, u32) -> Ordering) {
        let parts = (order.len() / PART).next_power_of_two().clamp(2, MOST_PARTS);
        let step = order.len() / (parts * SAMPLES);
        let mut samples: Vec<u32> = order.iter().step_by(step.max(1)).take(parts * SAMPLES).copied().collect();
        samples.sort_by(|a, b| compare(*a, *b));
        self.splitters = samples.into_iter().step_by(SAMPLES).skip(1).collect();
        self.part_of.reserve_exact(order.len());
    }

    /// Puts the positions into their parts, in the order in which they stand.
    fn distribute(&mut self, order: &[u32]) {
        let mut ends = vec![0; self.splitters.len() + 2];
        for part in &self.part_of {
            ends[*part as usize + 1] += 1;
        }
        for part in 1..ends.len() {
            ends[part] += ends[part - 1];
        }
        self.starts = ends.clone();
        self.parts = vec![0; order.len()];
        for (i, part) in order.iter().zip(&self.part_of) {
            let at = &mut ends[*part as usize];
            self.parts[*at] = *i;
            *at += 1;
        }
    }
}
