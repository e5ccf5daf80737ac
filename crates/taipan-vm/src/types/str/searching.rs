//! Searching in a `str`: find, count, prefixes and suffixes, replace.

use taipan_text::{TextRef, search};

use crate::args::Args;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::types::slice;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// How messages name the type of a wrong argument.
pub(super) fn argument_type(vm: &mut Vm, value: Value) -> String {
    if value.is_none() { "None".to_owned() } else { vm.type_name(value) }
}

/// A str argument: TypeError "`what` must be str, not X".
pub(super) fn str_argument(vm: &mut Vm, value: Value, what: &str) -> Result<Gc<Str>, Raised> {
    match value.downcast::<Str>(vm) {
        Some(text) => Ok(text),
        None => {
            let got = argument_type(vm, value);
            Err(vm.raise(Exc::TypeError, format!("{what} must be str, not {got}")))
        }
    }
}

/// The `start` and `end` arguments; `None` and absent ones mean the whole text.
pub(super) fn bounds(vm: &mut Vm, start: Value, end: Value) -> Result<(i64, i64), Raised> {
    let start = match start.not_none() {
        Some(start) => slice::index(vm, start)? as i64,
        None => 0,
    };
    let end = match end.not_none() {
        Some(end) => slice::index(vm, end)? as i64,
        None => i64::MAX,
    };
    Ok((start, end))
}

type Find = fn(TextRef<'_>, TextRef<'_>, i64, i64) -> Option<usize>;

fn found(vm: &mut Vm, args: Args<'_>, name: &str, find: Find) -> Result<Option<usize>, Raised> {
    let (text, [sub, start, end]) = args.method::<Str, 3>(vm);
    let sub = str_argument(vm, sub, name)?;
    let (start, end) = bounds(vm, start, end)?;
    Ok(find(text.get(vm).text(), sub.get(vm).text(), start, end))
}

fn or_minus_one(found: Option<usize>) -> Value {
    found.map_or(Value::int32(-1), Value::int)
}

fn or_error(vm: &mut Vm, found: Option<usize>) -> Result<Value, Raised> {
    match found {
        Some(at) => Ok(Value::int(at)),
        None => Err(vm.raise(Exc::ValueError, "substring not found")),
    }
}

pub(super) fn find(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(or_minus_one(found(vm, args, "find() argument 1", search::find_between)?))
}

pub(super) fn rfind(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(or_minus_one(found(vm, args, "rfind() argument 1", search::rfind_between)?))
}

pub(super) fn index(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let at = found(vm, args, "index() argument 1", search::find_between)?;
    or_error(vm, at)
}

pub(super) fn rindex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let at = found(vm, args, "rindex() argument 1", search::rfind_between)?;
    or_error(vm, at)
}

pub(super) fn count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let count = |text: TextRef<'_>, sub: TextRef<'_>, start, end| Some(search::count_between(text, sub, start, end));
    Ok(or_minus_one(found(vm, args, "count() argument 1", count)?))
}

type Affix = fn(TextRef<'_>, TextRef<'_>, i64, i64) -> bool;

fn affix(vm: &mut Vm, args: Args<'_>, name: &str, test: Affix) -> Result<Value, Raised> {
    let (text, [affix, start, end]) = args.method::<Str, 3>(vm);
    let (start, end) = bounds(vm, start, end)?;
    if let Some(affix) = affix.downcast::<Str>(vm) {
        return Ok(Value::bool(test(text.get(vm).text(), affix.get(vm).text(), start, end)));
    }
    let Some(tuple) = affix.downcast::<Tuple>(vm) else {
        let got = vm.type_name(affix);
        return Err(vm.raise(Exc::TypeError, format!("{name} first arg must be str or a tuple of str, not {got}")));
    };
    for i in 0..tuple.get(vm).len() {
        let item = tuple.get(vm).at(i);
        let Some(affix) = item.downcast::<Str>(vm) else {
            let got = vm.type_name(item);
            return Err(vm.raise(Exc::TypeError, format!("tuple for {name} must only contain str, not {got}")));
        };
        if test(text.get(vm).text(), affix.get(vm).text(), start, end) {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}

pub(super) fn startswith(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    affix(vm, args, "startswith", search::starts_with)
}

pub(super) fn endswith(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    affix(vm, args, "endswith", search::ends_with)
}

pub(super) fn removeprefix(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (text, [prefix]) = args.method::<Str, 1>(vm);
    let prefix = str_argument(vm, prefix, "removeprefix() argument")?;
    let kept = search::strip::remove_prefix(text.get(vm).text(), prefix.get(vm).text());
    Ok(Str::substring(text, vm, kept.start, kept.end)?.value())
}

pub(super) fn removesuffix(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (text, [suffix]) = args.method::<Str, 1>(vm);
    let suffix = str_argument(vm, suffix, "removesuffix() argument")?;
    let kept = search::strip::remove_suffix(text.get(vm).text(), suffix.get(vm).text());
    Ok(Str::substring(text, vm, kept.start, kept.end)?.value())
}

pub(super) fn replace(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (text, [old, new, count]) = args.method::<Str, 3>(vm);
    let old = str_argument(vm, old, "replace() argument 1")?;
    let new = str_argument(vm, new, "replace() argument 2")?;
    let max = match count.given() {
        Some(count) => usize::try_from(vm.index_isize(count)?).ok(),
        None => None,
    };
    // A result much longer than the text is checked against the limits first.
    let (removed, added) = (old.get(vm).len(), new.get(vm).len());
    if added > removed.saturating_mul(2).max(16) {
        let found = search::count(text.get(vm).text(), old.get(vm).text()).min(max.unwrap_or(usize::MAX));
        let grown = found.checked_mul(added - removed).and_then(|more| more.checked_add(text.get(vm).len()));
        match grown.filter(|len| *len <= isize::MAX as usize / 4) {
            Some(len) => vm.check_native_bytes(len)?,
            None => return Err(vm.raise(Exc::OverflowError, "replace string is too long")),
        }
    }
    match search::replace::replace(text.get(vm).text(), old.get(vm).text(), new.get(vm).text(), max) {
        Some(changed) => Ok(Str::from_text(vm, changed.as_text())?.value()),
        None => Ok(Str::exact_copy(text, vm)?.value()),
    }
}
