//! Searches of `bytes` and `bytearray`: find, index, count, prefixes, containment.

use taipan_text::TextRef;
use taipan_text::search;

use crate::args::Args;
use crate::raise::{Exc, Raised};
use crate::types::bytes::contents::{byte_value, contents, is_index, while_exported};
use crate::types::slice;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// The optional bounds of a search.
fn bounds(vm: &mut Vm, start: Value, end: Value) -> Result<(i64, i64), Raised> {
    let first = match start.not_none() {
        Some(start) => slice::index(vm, start)? as i64,
        None => 0,
    };
    let last = match end.not_none() {
        Some(end) => slice::index(vm, end)? as i64,
        None => i64::MAX,
    };
    Ok((first, last))
}

/// What is searched for: bytes-like, or one byte as an integer.
fn needle(vm: &mut Vm, value: Value) -> Result<Vec<u8>, Raised> {
    if vm.slots(value).get_buffer.is_some() {
        return vm.bytes_of(value);
    }
    if !is_index(vm, value) {
        let got = vm.type_name(value);
        let message = format!("argument should be integer or bytes-like object, not '{got}'");
        return Err(vm.raise(Exc::TypeError, message));
    }
    Ok(vec![byte_value(vm, value, "byte")?])
}

type Search = fn(TextRef<'_>, TextRef<'_>, i64, i64) -> Option<usize>;

fn search_with(vm: &mut Vm, args: Args<'_>, search: Search) -> Result<Option<usize>, Raised> {
    let [this, sub, start, end] = args.all();
    let (start, end) = bounds(vm, start, end)?;
    let needle = while_exported(vm, this, |vm| needle(vm, sub))?;
    Ok(search(TextRef::Latin1(contents(vm, this)), TextRef::Latin1(&needle), start, end))
}

fn position_or_minus_one(found: Option<usize>) -> Value {
    found.map_or(Value::int32(-1), Value::int)
}

fn position_or_raise(vm: &mut Vm, found: Option<usize>) -> Result<Value, Raised> {
    match found {
        Some(at) => Ok(Value::int(at)),
        None => Err(vm.raise(Exc::ValueError, "subsection not found")),
    }
}

pub fn find(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(position_or_minus_one(search_with(vm, args, search::find_between)?))
}

pub fn rfind(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(position_or_minus_one(search_with(vm, args, search::rfind_between)?))
}

pub fn index(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let found = search_with(vm, args, search::find_between)?;
    position_or_raise(vm, found)
}

pub fn rindex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let found = search_with(vm, args, search::rfind_between)?;
    position_or_raise(vm, found)
}

pub fn count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let n = search_with(vm, args, |text, needle, start, end| Some(search::count_between(text, needle, start, end)))?;
    Ok(Value::int(n.unwrap_or(0)))
}

type Affix = fn(TextRef<'_>, TextRef<'_>, i64, i64) -> bool;

fn affix(vm: &mut Vm, args: Args<'_>, name: &str, test: Affix) -> Result<Value, Raised> {
    let [this, wanted, start, end] = args.all();
    let (start, end) = bounds(vm, start, end)?;
    let Some(tuple) = wanted.downcast::<Tuple>(vm) else {
        if vm.slots(wanted).get_buffer.is_none() {
            let got = vm.type_name(wanted);
            let message = format!("{name} first arg must be bytes or a tuple of bytes, not {got}");
            return Err(vm.raise(Exc::TypeError, message));
        }
        let affix = vm.bytes_of(wanted)?;
        return Ok(Value::bool(test(TextRef::Latin1(contents(vm, this)), TextRef::Latin1(&affix), start, end)));
    };
    for i in 0..tuple.get(vm).len() {
        let item = tuple.get(vm).at(i);
        let affix = vm.bytes_of(item)?;
        if test(TextRef::Latin1(contents(vm, this)), TextRef::Latin1(&affix), start, end) {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}

pub fn startswith(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    affix(vm, args, "startswith", search::starts_with)
}

pub fn endswith(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    affix(vm, args, "endswith", search::ends_with)
}

/// `item in this`.
pub fn contains(vm: &mut Vm, this: Value, item: Value) -> Result<bool, Raised> {
    let needle = while_exported(vm, this, |vm| {
        let number = if is_index(vm, item) {
            let result = vm.index_clipped(item);
            vm.catch(result, Exc::Exception)?
        } else {
            None
        };
        match number {
            Some(number) => match u8::try_from(number) {
                Ok(byte) => Ok(vec![byte]),
                Err(_) => Err(vm.raise(Exc::ValueError, "byte must be in range(0, 256)")),
            },
            None => vm.bytes_of(item),
        }
    })?;
    Ok(search::contains(TextRef::Latin1(contents(vm, this)), TextRef::Latin1(&needle)))
}
