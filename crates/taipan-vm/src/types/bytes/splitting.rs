//! Splitting, stripping and joining of `bytes` and `bytearray`.

use std::ops::Range;

use taipan_text::TextRef;
use taipan_text::search::strip::Side;
use taipan_text::search::{bytes as ascii, split as cut, strip};

use crate::args::Args;
use crate::raise::{Exc, Raised};
use crate::types::bytes::Bytes;
use crate::types::bytes::contents::{check_length, contents, make_like, part, while_exported};
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// A separator: bytes-like, not empty.
fn separator(vm: &mut Vm, value: Value) -> Result<Vec<u8>, Raised> {
    let bytes = vm.bytes_of(value)?;
    if bytes.is_empty() { Err(vm.raise(Exc::ValueError, "empty separator")) } else { Ok(bytes) }
}

fn pieces(vm: &mut Vm, this: Value, ranges: impl Iterator<Item = Range<usize>>) -> Result<Value, Raised> {
    let list = List::new(vm)?;
    for range in ranges {
        let piece = part(vm, this, range.start, range.end)?;
        List::push(list, vm, piece)?;
    }
    Ok(list.value())
}

fn split_arguments(vm: &mut Vm, args: Args<'_>) -> Result<(Value, Option<Vec<u8>>, Option<usize>), Raised> {
    let [this, sep, max] = args.all();
    let max = match max.given() {
        Some(max) => usize::try_from(vm.index_isize(max)?).ok(),
        None => None,
    };
    let sep = match sep.not_none() {
        Some(sep) => Some(while_exported(vm, this, |vm| separator(vm, sep))?),
        None => None,
    };
    Ok((this, sep, max))
}

pub fn split(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, sep, max) = split_arguments(vm, args)?;
    let text = contents(vm, this);
    let ranges = match &sep {
        Some(sep) => cut::split(TextRef::Latin1(text), TextRef::Latin1(sep), max),
        None => ascii::split_whitespace(text, max),
    };
    pieces(vm, this, ranges.into_iter())
}

pub fn rsplit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, sep, max) = split_arguments(vm, args)?;
    let text = contents(vm, this);
    let ranges = match &sep {
        Some(sep) => cut::rsplit(TextRef::Latin1(text), TextRef::Latin1(sep), max),
        None => ascii::rsplit_whitespace(text, max),
    };
    pieces(vm, this, ranges.into_iter().rev())
}

pub fn splitlines(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, keep] = args.all();
    let keep = match keep.given() {
        Some(keep) => vm.is_true(keep)?,
        None => false,
    };
    let ranges = ascii::split_lines(contents(vm, this), keep);
    pieces(vm, this, ranges.into_iter())
}

fn triple(vm: &mut Vm, a: Value, b: Value, c: Value) -> Result<Value, Raised> {
    Ok(Tuple::from_values(vm, &[a, b, c])?.value())
}

/// The separator as an item of the result: an exact `bytes` is itself.
fn middle(vm: &mut Vm, this: Value, given: Value, sep: &[u8]) -> Result<Value, Raised> {
    let both = this.downcast::<Bytes>(vm).is_some() && given.exact::<Bytes>().is_some();
    if both { Ok(given) } else { make_like(vm, this, sep) }
}

/// The two ranges beside a separator, `None` where it does not stand in the text.
type FindSeparator = fn(TextRef<'_>, TextRef<'_>) -> Option<(Range<usize>, Range<usize>)>;

/// What stands before the separator, the separator, what follows it; two empty parts `empty_first` or last without one.
fn in_three(vm: &mut Vm, args: Args<'_>, find: FindSeparator, empty_first: bool) -> Result<Value, Raised> {
    let [this, given] = args.all();
    let sep = separator(vm, given)?;
    let text = contents(vm, this);
    let n = text.len();
    match find(TextRef::Latin1(text), TextRef::Latin1(&sep)) {
        Some((before, after)) => {
            let head = part(vm, this, before.start, before.end)?;
            let tail = part(vm, this, after.start, after.end)?;
            let middle = middle(vm, this, given, &sep)?;
            triple(vm, head, middle, tail)
        }
        None => {
            let (whole, empty) = (part(vm, this, 0, n)?, make_like(vm, this, &[])?);
            let other = make_like(vm, this, &[])?;
            if empty_first { triple(vm, empty, other, whole) } else { triple(vm, whole, empty, other) }
        }
    }
}

pub fn partition(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    in_three(vm, args, cut::partition, false)
}

pub fn rpartition(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    in_three(vm, args, cut::rpartition, true)
}

fn strip_side(vm: &mut Vm, args: Args<'_>, side: Side) -> Result<Value, Raised> {
    let [this, chars] = args.all();
    let range = match chars.not_none() {
        Some(chars) => {
            let chars = vm.bytes_of(chars)?;
            strip::strip_chars(TextRef::Latin1(contents(vm, this)), TextRef::Latin1(&chars), side)
        }
        None => ascii::strip_whitespace(contents(vm, this), side),
    };
    part(vm, this, range.start, range.end)
}

pub fn strip_both(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    strip_side(vm, args, Side::Both)
}

pub fn lstrip(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    strip_side(vm, args, Side::Left)
}

pub fn rstrip(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    strip_side(vm, args, Side::Right)
}

pub fn removeprefix(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, prefix] = args.all();
    let prefix = vm.bytes_of(prefix)?;
    let range = strip::remove_prefix(TextRef::Latin1(contents(vm, this)), TextRef::Latin1(&prefix));
    part(vm, this, range.start, range.end)
}

pub fn removesuffix(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, suffix] = args.all();
    let suffix = vm.bytes_of(suffix)?;
    let range = strip::remove_suffix(TextRef::Latin1(contents(vm, this)), TextRef::Latin1(&suffix));
    part(vm, this, range.start, range.end)
}

pub fn join(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, iterable] = args.all();
    while_exported(vm, this, |vm| join_items(vm, this, iterable))
}

fn join_items(vm: &mut Vm, this: Value, iterable: Value) -> Result<Value, Raised> {
    let items = vm.sequence_fast(iterable, "can only join an iterable")?;
    if items.get(vm).len() == 1
        && let Some(only) = items.get(vm).get_at(vm, 0)
        && only.exact::<Bytes>().is_some()
        && this.downcast::<Bytes>(vm).is_some()
    {
        return Ok(only);
    }
    let mut out = Vec::new();
    let mut i = 0;
    while let Some(item) = items.get(vm).get_at(vm, i) {
        if i > 0 {
            out.extend_from_slice(contents(vm, this));
        }
        let result = vm.get_buffer(item, false);
        let Some(buffer) = vm.catch(result, Exc::Exception)? else {
            let got = vm.type_name(item);
            let message = format!("sequence item {i}: expected a bytes-like object, {got} found");
            return Err(vm.raise(Exc::TypeError, message));
        };
        let now = iterable.downcast::<List>(vm).map(|list| list.get(vm).len());
        if now.is_some_and(|now| now != items.get(vm).len()) {
            buffer.release(vm);
            return Err(vm.raise(Exc::RuntimeError, "sequence changed size during iteration"));
        }
        let total = out.len() + buffer.len;
        if total > 1 << 20
            && let Err(raised) = check_length(vm, total)
        {
            buffer.release(vm);
            return Err(raised);
        }
        out.extend_from_slice(buffer.bytes(vm));
        buffer.release(vm);
        i += 1;
    }
    make_like(vm, this, &out)
}
