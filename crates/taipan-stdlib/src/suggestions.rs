//! `_suggestions`: the name that was probably meant, for "Did you mean" in tracebacks.
//!
//! The measure is an edit distance on UTF-8 in which a change of case costs half of any other step.

use taipan_vm::args::Args;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// With as many candidates nothing is suggested.
const MAX_CANDIDATES: usize = 750;
/// Longer names are not compared.
const MAX_LENGTH: usize = 40;
const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;

fn substitution_cost(a: u8, b: u8) -> usize {
    if a == b {
        0
    } else if a.eq_ignore_ascii_case(&b) {
        CASE_COST
    } else {
        MOVE_COST
    }
}

/// What lies between the common beginning and the common end of two names.
fn differing<'a>(a: &'a [u8], b: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    (&a[..a.len() - end], &b[..b.len() - end])
}

/// The edit distance, `None` when it is greater than `limit`.
fn distance(a: &[u8], b: &[u8], limit: usize) -> Option<usize> {
    let (a, b) = differing(a, b);
    let within = |cost: usize| (cost <= limit).then_some(cost);
    if a.is_empty() || b.is_empty() {
        return within(MOVE_COST * (a.len() + b.len()));
    }
    if a.len() > MAX_LENGTH || b.len() > MAX_LENGTH || a.len().abs_diff(b.len()) * MOVE_COST > limit {
        return None;
    }
    // One row of the table of distances between beginnings of the two, updated in place.
    let mut row: Vec<usize> = (1..=a.len()).map(|i| i * MOVE_COST).collect();
    let mut result = 0;
    for (i, b) in b.iter().enumerate() {
        let mut diagonal = i * MOVE_COST;
        result = diagonal;
        let mut least = usize::MAX;
        for (cell, a) in row.iter_mut().zip(a) {
            let substituted = diagonal + substitution_cost(*a, *b);
            diagonal = *cell;
            result = substituted.min(result.min(diagonal) + MOVE_COST);
            *cell = result;
            least = least.min(result);
        }
        if least > limit {
            return None;
        }
    }
    within(result)
}

fn generate_suggestions(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [candidates, item] = args.all();
    let Some(wanted) = item.downcast::<Str>(vm) else {
        let got = vm.type_name(item);
        let message = format!("_generate_suggestions() argument 2 must be str, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let Some(list) = candidates.exact::<List>() else {
        return Err(vm.raise(Exc::TypeError, "candidates must be a list"));
    };
    let count = list.get(vm).len();
    let items = || (0..count).filter_map(|i| list.get(vm).get_at(vm, i));
    if !items().all(|candidate| candidate.downcast::<Str>(vm).is_some()) {
        return Err(vm.raise(Exc::TypeError, "all elements in 'candidates' must be strings"));
    }
    if count >= MAX_CANDIDATES {
        return Ok(Value::NONE);
    }
    let wanted = wanted.get(vm).to_wtf8();
    let wanted = wanted.as_bytes();
    let mut best: Option<(usize, Value)> = None;
    for candidate in items() {
        let Some(text) = candidate.downcast::<Str>(vm) else { continue };
        let text = text.get(vm).to_wtf8();
        let text = text.as_bytes();
        if text == wanted {
            continue;
        }
        // At most a third of the characters may differ, and it has to be better than what was found.
        let mut limit = (wanted.len() + text.len() + 3) * MOVE_COST / 6;
        if let Some((cost, _)) = best {
            let Some(better) = cost.checked_sub(1) else { break };
            limit = limit.min(better);
        }
        if let Some(cost) = distance(wanted, text, limit) {
            best = Some((cost, candidate));
        }
    }
    Ok(best.map_or(Value::NONE, |(_, candidate)| candidate))
}

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_suggestions",
    functions: &[function(
        "_generate_suggestions(candidates, item, /)",
        generate_suggestions,
        "Returns the candidate in candidates that's closest to item",
    )],
    ..ModuleSpec::DEFAULT
};

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distances_are_those_of_cpython() {
        assert_eq!(distance(b"abc", b"abd", 10), Some(2));
        assert_eq!(distance(b"abc", b"aBc", 10), Some(1));
        assert_eq!(distance(b"abc", b"abcde", 10), Some(4));
        assert_eq!(distance(b"kitten", b"sitting", 20), Some(6));
        assert_eq!(distance(b"kitten", b"sitting", 5), None);
        assert_eq!(distance(&[b'x'; 41], &[b'y'; 41], 1000), None);
    }
}
