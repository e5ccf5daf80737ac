//! Splitting a `str`.

use std::ops::Range;

use taipan_text::search::split;

use crate::args::Args;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

fn pieces(vm: &mut Vm, text: Gc<Str>, ranges: impl ExactSizeIterator<Item = Range<usize>>) -> Result<Value, Raised> {
    let list = List::with_capacity(vm, ranges.len())?;
    for range in ranges {
        let piece = Str::substring(text, vm, range.start, range.end)?;
        List::push(list, vm, piece.value())?;
    }
    Ok(list.value())
}

fn split_by(vm: &mut Vm, args: Args<'_>, backward: bool) -> Result<Value, Raised> {
    let (text, [separator, max]) = args.method::<Str, 2>(vm);
    let max = match max.given() {
        Some(max) => usize::try_from(vm.index_isize(max)?).ok(),
        None => None,
    };
    let ranges = match separator.not_none() {
        None if backward => split::rsplit_whitespace(text.get(vm).text(), max),
        None => split::split_whitespace(text.get(vm).text(), max),
        Some(separator) => {
            let Some(separator) = separator.downcast::<Str>(vm) else {
                let got = vm.type_name(separator);
                return Err(vm.raise(Exc::TypeError, format!("must be str or None, not {got}")));
            };
            if separator.get(vm).is_empty() {
                return Err(vm.raise(Exc::ValueError, "empty separator"));
            }
            let (text, separator) = (text.get(vm).text(), separator.get(vm).text());
            if backward { split::rsplit(text, separator, max) } else { split::split(text, separator, max) }
        }
    };
    if backward { pieces(vm, text, ranges.into_iter().rev()) } else { pieces(vm, text, ranges.into_iter()) }
}

pub(super) fn split(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    split_by(vm, args, false)
}

pub(super) fn rsplit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    split_by(vm, args, true)
}

pub(super) fn splitlines(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (text, [keep_ends]) = args.method::<Str, 1>(vm);
    let keep_ends = match keep_ends.given() {
        Some(keep_ends) => vm.is_true(keep_ends)?,
        None => false,
    };
    let ranges = split::split_lines(text.get(vm).text(), keep_ends);
    pieces(vm, text, ranges.into_iter())
}

fn partition_at(vm: &mut Vm, args: Args<'_>, backward: bool) -> Result<Value, Raised> {
    let (text, [separator]) = args.method::<Str, 1>(vm);
    let Some(separator) = separator.downcast::<Str>(vm) else {
        let got = vm.type_name(separator);
        return Err(vm.raise(Exc::TypeError, format!("must be str, not {got}")));
    };
    if separator.get(vm).is_empty() {
        return Err(vm.raise(Exc::ValueError, "empty separator"));
    }
    let find = if backward { split::rpartition } else { split::partition };
    let parts = match find(text.get(vm).text(), separator.get(vm).text()) {
        Some((before, after)) => {
            let before = Str::substring(text, vm, before.start, before.end)?.value();
            let after = Str::substring(text, vm, after.start, after.end)?.value();
            [before, separator.value(), after]
        }
        None => {
            let (text, empty) = (Str::exact_copy(text, vm)?.value(), Str::empty(vm)?.value());
            if backward { [empty, empty, text] } else { [text, empty, empty] }
        }
    };
    Ok(Tuple::from_values(vm, &parts)?.value())
}

pub(super) fn partition(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    partition_at(vm, args, false)
}

pub(super) fn rpartition(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    partition_at(vm, args, true)
}
