//! `list.sort`: a stable, adaptive merge sort of the positions of the items.
//!
//! Only a native array of positions is permuted while comparisons run; keys and items stay where they are until the end,
//! so whatever Python code a comparison runs, and whatever the collector moves, the positions remain a permutation.

mod plain;

use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::types::array::ValueArray;
use crate::types::list::List;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

/// `list.sort(key=key, reverse=reverse)`.
///
/// # Errors
/// What a comparison or the key function raises (the list is then some permutation of what it was); ValueError when
/// the list is changed meanwhile.
pub fn sort(vm: &mut Vm, list: Gc<List>, key: Option<Value>, reverse: bool) -> Result<(), Raised> {
    let (items, n) = (list.get(vm).array(), list.get(vm).len());
    let Some(items) = items.filter(|_| n > 0) else { return Ok(()) };
    // The list looks empty while Python code may run.
    List::set_storage(list, vm, None, 0);
    let result = sort_items(vm, items, n, key, reverse);
    let modified = list.get(vm).array().is_some() || !list.get(vm).is_empty();
    List::set_storage(list, vm, Some(items), n);
    result?;
    if modified { Err(vm.raise(Exc::ValueError, "list modified during sort")) } else { Ok(()) }
}

fn sort_items(vm: &mut Vm, items: Gc<ValueArray>, n: usize, key: Option<Value>, reverse: bool) -> Result<(), Raised> {
    let keys = match key {
        None => items,
        Some(key) => {
            let keys = ValueArray::new(vm, n)?;
            for i in 0..n {
                vm.work(1)?;
                let item = items.get(vm).slots()[i].unwrap_or(Value::NONE);
                let value = vm.call(key, &[item])?;
                keys.get_mut(vm).slots_mut()[i] = Some(value);
            }
            keys
        }
    };
    if n < 2 {
        return Ok(());
    }
    if n > u32::MAX as usize {
        return Err(vm.raise_no_memory());
    }
    vm.check_native_bytes(n * 16)?;
    let mut order: Vec<u32> = (0..n as u32).collect();
    // Sorting backwards from the end and reversing keeps equal items in their order.
    if reverse {
        order.reverse();
    }
    let result = match plain_kind(vm, keys, n) {
        Some(kind) => {
            let mut progress = plain::Progress::default();
            loop {
                let mut lookout = vm.lookout();
                let is_done = plain::sort(vm, keys, &mut order, kind, &mut progress, &mut lookout);
                let served = vm.serve_lookout(lookout);
                if is_done || served.is_err() {
                    break served;
                }
            }
        }
        None => Sorter { keys, temp: Vec::new(), runs: Vec::new(), min_gallop: MIN_GALLOP }.sort(vm, &mut order),
    };
    if reverse {
        order.reverse();
    }
    permute(items.get_mut(vm).slots_mut(), &mut order);
    result
}

/// Puts `slots[order[i]]` at `i`, in place; `order` becomes the identity.
fn permute(slots: &mut [Option<Value>], order: &mut [u32]) {
    for start in 0..order.len() {
        if order[start] as usize == start {
            continue;
        }
        let saved = slots[start];
        let mut at = start;
        loop {
            let source = order[at] as usize;
            order[at] = at as u32;
            if source == start {
                slots[at] = saved;
                break;
            }
            slots[at] = slots[source];
            at = source;
        }
    }
}

/// Keys that compare without Python code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PlainKind {
    Int,
    Float,
    Text,
}

fn plain_kind(vm: &Vm, keys: Gc<ValueArray>, n: usize) -> Option<PlainKind> {
    let kind_of = |value: Option<Value>| {
        let value = value?;
        if value.is_small_int() {
            Some(PlainKind::Int)
        } else if value.as_immediate_float().is_some() {
            Some(PlainKind::Float)
        } else {
            value.exact::<Str>().map(|_| PlainKind::Text)
        }
    };
    let slots = &keys.get(vm).slots()[..n];
    let kind = kind_of(slots[0])?;
    slots.iter().all(|value| kind_of(*value) == Some(kind)).then_some(kind)
}

const MIN_GALLOP: usize = 7;

struct Run {
    start: usize,
    len: usize,
    power: u32,
}

/// A merge sort of positions by their keys.
struct Sorter {
    keys: Gc<ValueArray>,
    temp: Vec<u32>,
    runs: Vec<Run>,
    min_gallop: usize,
}

impl Sorter {
    fn less(&self, vm: &mut Vm, a: u32, b: u32) -> Result<bool, Raised> {
        vm.work(1)?;
        let slots = self.keys.get(vm).slots();
        match (slots[a as usize], slots[b as usize]) {
            (Some(a), Some(b)) => vm.is_less(a, b),
            _ => Ok(false),
        }
    }

    fn sort(&mut self, vm: &mut Vm, order: &mut [u32]) -> Result<(), Raised> {
        let n = order.len();
        let min_run = min_run(n);
        let mut start = 0;
        while start < n {
            let mut len = self.count_run(vm, &mut order[start..])?;
            if len < min_run {
                let forced = min_run.min(n - start);
                self.binary_insertion(vm, &mut order[start..start + forced], len)?;
                len = forced;
            }
            self.push_run(vm, order, start, len)?;
            start += len;
        }
        while self.runs.len() > 1 {
            self.merge_top(vm, order)?;
        }
        Ok(())
    }

    /// The length of the run at the start, which is made ascending.
    fn count_run(&self, vm: &mut Vm, order: &mut [u32]) -> Result<usize, Raised> {
        if order.len() < 2 {
            return Ok(order.len());
        }
        let mut n = 2;
        if self.less(vm, order[1], order[0])? {
            while n < order.len() && self.less(vm, order[n], order[n - 1])? {
                n += 1;
            }
            order[..n].reverse();
        } else {
            while n < order.len() && !self.less(vm, order[n], order[n - 1])? {
                n += 1;
            }
        }
        Ok(n)
    }

    fn binary_insertion(&self, vm: &mut Vm, order: &mut [u32], sorted: usize) -> Result<(), Raised> {
        for i in sorted.max(1)..order.len() {
            let pivot = order[i];
            let (mut low, mut high) = (0, i);
            while low < high {
                let middle = (low + high) / 2;
                if self.less(vm, pivot, order[middle])? {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            order[low..=i].rotate_right(1);
        }
        Ok(())
    }

    /// Adds a run, first merging those that the power rule says belong deeper in the merge tree.
    fn push_run(&mut self, vm: &mut Vm, order: &mut [u32], start: usize, len: usize) -> Result<(), Raised> {
        if let Some(top) = self.runs.last() {
            let power = power(top.start, top.len, len, order.len());
            while let [.., below, _] = self.runs.as_slice()
                && below.power > power
            {
                self.merge_top(vm, order)?;
            }
            if let Some(top) = self.runs.last_mut() {
                top.power = power;
            }
        }
        self.runs.push(Run { start, len, power: 0 });
        Ok(())
    }

    fn merge_top(&mut self, vm: &mut Vm, order: &mut [u32]) -> Result<(), Raised> {
        let (Some(b), Some(a)) = (self.runs.pop(), self.runs.pop()) else { return Ok(()) };
        self.runs.push(Run { start: a.start, len: a.len + b.len, power: a.power });
        let runs = &mut order[a.start..b.start + b.len];
        // What of the left run is before the right one, and of the right run behind the left one, stays in place.
        let skip = self.gallop_right(vm, runs[a.len], &runs[..a.len], 0)?;
        if skip == a.len {
            return Ok(());
        }
        let keep = self.gallop_left(vm, runs[a.len - 1], &runs[a.len..], b.len - 1)?;
        if keep == 0 {
            return Ok(());
        }
        let (left, total) = (a.len - skip, a.len - skip + keep);
        let runs = &mut runs[skip..skip + total];
        if left <= keep { self.merge_low(vm, runs, left) } else { self.merge_high(vm, runs, left) }
    }

    /// Where `key` belongs in sorted `run`, left of its equals, searching from `hint`.
    fn gallop_left(&self, vm: &mut Vm, key: u32, run: &[u32], hint: usize) -> Result<usize, Raised> {
        let (mut low, mut high);
        let mut step = 1;
        if self.less(vm, run[hint], key)? {
            low = hint + 1;
            high = hint + step;
            while high < run.len() && self.less(vm, run[high], key)? {
                low = high + 1;
                step = step * 2 + 1;
                high = hint.saturating_add(step);
            }
            high = high.min(run.len());
        } else {
            high = hint;
            low = 0;
            while step <= hint {
                if self.less(vm, run[hint - step], key)? {
                    low = hint - step + 1;
                    break;
                }
                high = hint - step;
                step = step * 2 + 1;
            }
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if self.less(vm, run[middle], key)? {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// Where `key` belongs in sorted `run`, right of its equals, searching from `hint`.
    fn gallop_right(&self, vm: &mut Vm, key: u32, run: &[u32], hint: usize) -> Result<usize, Raised> {
        let (mut low, mut high);
        let mut step = 1;
        if self.less(vm, key, run[hint])? {
            high = hint;
            low = 0;
            while step <= hint {
                if !self.less(vm, key, run[hint - step])? {
                    low = hint - step + 1;
                    break;
                }
                high = hint - step;
                step = step * 2 + 1;
            }
        } else {
            low = hint + 1;
            high = hint + step;
            while high < run.len() && !self.less(vm, key, run[high])? {
                low = high + 1;
                step = step * 2 + 1;
                high = hint.saturating_add(step);
            }
            high = high.min(run.len());
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if self.less(vm, key, run[middle])? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(low)
    }

    /// Merges the runs `..left` and `left..`, the left one being the shorter.
    fn merge_low(&mut self, vm: &mut Vm, runs: &mut [u32], left: usize) -> Result<(), Raised> {
        let mut temp = std::mem::take(&mut self.temp);
        temp.clear();
        temp.extend_from_slice(&runs[..left]);
        let (mut to, mut a, mut b) = (0, 0, left);
        let result = self.merge_low_into(vm, runs, &temp, &mut to, &mut a, &mut b);
        // What is left of the left run fills the gap, also after an error.
        runs[to..to + temp.len() - a].copy_from_slice(&temp[a..]);
        self.temp = temp;
        result
    }

    fn merge_low_into(
        &mut self,
        vm: &mut Vm,
        runs: &mut [u32],
        temp: &[u32],
        to: &mut usize,
        a: &mut usize,
        b: &mut usize,
    ) -> Result<(), Raised> {
        while *a < temp.len() && *b < runs.len() {
            let (mut wins_a, mut wins_b) = (0, 0);
            while *a < temp.len() && *b < runs.len() && wins_a < self.min_gallop && wins_b < self.min_gallop {
                if self.less(vm, runs[*b], temp[*a])? {
                    runs[*to] = runs[*b];
                    *b += 1;
                    (wins_a, wins_b) = (0, wins_b + 1);
                } else {
                    runs[*to] = temp[*a];
                    *a += 1;
                    (wins_a, wins_b) = (wins_a + 1, 0);
                }
                *to += 1;
            }
            while *a < temp.len() && *b < runs.len() {
                let n = self.gallop_right(vm, runs[*b], &temp[*a..], 0)?;
                runs[*to..*to + n].copy_from_slice(&temp[*a..*a + n]);
                (*to, *a) = (*to + n, *a + n);
                if *a == temp.len() {
                    return Ok(());
                }
                let m = self.gallop_left(vm, temp[*a], &runs[*b..], 0)?;
                runs.copy_within(*b..*b + m, *to);
                (*to, *b) = (*to + m, *b + m);
                if n < MIN_GALLOP && m < MIN_GALLOP {
                    self.min_gallop += 1;
                    break;
                }
                self.min_gallop = (self.min_gallop - 1).max(1);
            }
        }
        Ok(())
    }

    /// As `merge_low` from the right end, the right run being the shorter.
    fn merge_high(&mut self, vm: &mut Vm, runs: &mut [u32], left: usize) -> Result<(), Raised> {
        let mut temp = std::mem::take(&mut self.temp);
        temp.clear();
        temp.extend_from_slice(&runs[left..]);
        // Numbers of items not yet placed: of both, of the left run, of the right run.
        let (mut to, mut a, mut b) = (runs.len(), left, temp.len());
        let result = self.merge_high_into(vm, runs, &temp, &mut to, &mut a, &mut b);
        runs[to - b..to].copy_from_slice(&temp[..b]);
        self.temp = temp;
        result
    }

    fn merge_high_into(
        &mut self,
        vm: &mut Vm,
        runs: &mut [u32],
        temp: &[u32],
        to: &mut usize,
        a: &mut usize,
        b: &mut usize,
    ) -> Result<(), Raised> {
        while *a > 0 && *b > 0 {
            let (mut wins_a, mut wins_b) = (0, 0);
            while *a > 0 && *b > 0 && wins_a < self.min_gallop && wins_b < self.min_gallop {
                *to -= 1;
                let result = self.less(vm, temp[*b - 1], runs[*a - 1]);
                match result {
                    Ok(true) => {
                        *a -= 1;
                        runs[*to] = runs[*a];
                        (wins_a, wins_b) = (wins_a + 1, 0);
                    }
                    Ok(false) => {
                        *b -= 1;
                        runs[*to] = temp[*b];
                        (wins_a, wins_b) = (0, wins_b + 1);
                    }
                    Err(raised) => {
                        *to += 1;
                        return Err(raised);
                    }
                }
            }
            while *a > 0 && *b > 0 {
                let at = self.gallop_right(vm, temp[*b - 1], &runs[..*a], *a - 1)?;
                let n = *a - at;
                runs.copy_within(at..*a, *to - n);
                (*to, *a) = (*to - n, at);
                if *a == 0 {
                    return Ok(());
                }
                let at = self.gallop_left(vm, runs[*a - 1], &temp[..*b], *b - 1)?;
                let m = *b - at;
                runs[*to - m..*to].copy_from_slice(&temp[at..*b]);
                (*to, *b) = (*to - m, at);
                if n < MIN_GALLOP && m < MIN_GALLOP {
                    self.min_gallop += 1;
                    break;
                }
                self.min_gallop = (self.min_gallop - 1).max(1);
            }
        }
        Ok(())
    }
}

/// The shortest run: `n` itself below 64, else 32 to 64 such that `n / min_run` is close to a power of two.
fn min_run(mut n: usize) -> usize {
    let mut odd = 0;
    while n >= 64 {
        odd |= n & 1;
        n >>= 1;
    }
    n + odd
}

/// The depth in the merge tree of the border between two adjacent runs of `n` items (powersort).
fn power(start: usize, left: usize, right: usize, n: usize) -> u32 {
    let (mut a, mut b) = (2 * start + left, 2 * start + left + left + right);
    let mut result = 0;
    loop {
        result += 1;
        if a >= n {
            a -= n;
            b -= n;
        } else if b >= n {
            return result;
        }
        a <<= 1;
        b <<= 1;
    }
}

#[cfg(test)]
mod tests;
