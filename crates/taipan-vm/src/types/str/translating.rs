//! `str.translate` and `str.maketrans`.

use taipan_text::TextBuf;
use taipan_text::unicode::MAX_CODE_POINT;

use crate::args::Args;
use crate::raise::{Exc, Raised};
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::str::searching::str_argument;
use crate::value::Value;
use crate::vm::Vm;

/// The entry of a code point in a translation table; `None` when the lookup fails.
fn table_entry(vm: &mut Vm, table: Value, point: u32) -> Result<Option<Value>, Raised> {
    let key = Value::int(point as usize);
    if let Some(dict) = table.exact::<Dict>() {
        return Dict::get_item(dict, vm, key);
    }
    vm.exception_class(Exc::LookupError);
    let result = vm.get_item(table, key);
    vm.catch(result, Exc::LookupError)
}

pub(super) fn translate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (text, [table]) = args.method::<Str, 1>(vm);
    let len = text.get(vm).len();
    vm.check_native_bytes(len)?;
    let mut out = TextBuf::with_capacity(len);
    for i in 0..len {
        vm.work(1)?;
        let point = text.get(vm).text().code_point(i);
        let Some(entry) = table_entry(vm, table, point)? else {
            vm.push_point(&mut out, point)?;
            continue;
        };
        if entry.is_none() {
            continue;
        }
        if entry.downcast::<Str>(vm).is_some() {
            vm.push_str_value(&mut out, entry)?;
        } else if vm.is_int(entry) {
            match vm.as_i64(entry).and_then(|i| u32::try_from(i).ok()).filter(|point| *point <= MAX_CODE_POINT) {
                Some(point) => vm.push_point(&mut out, point)?,
                None => return Err(vm.raise(Exc::ValueError, "character mapping must be in range(0x110000)")),
            }
        } else {
            return Err(vm.raise(Exc::TypeError, "character mapping must return integer, None or str"));
        }
    }
    Ok(Str::from_text(vm, out.as_text())?.value())
}

pub(super) fn maketrans(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [x, y, z] = args.all();
    let table = Dict::new(vm)?;
    let Some(y) = y.given() else {
        let Some(source) = x.downcast::<Dict>(vm) else {
            let message = "if you give only one argument to maketrans it must be a dict";
            return Err(vm.raise(Exc::TypeError, message));
        };
        let mut number = 0;
        while let Some((found, entry)) = source.get(vm).next_entry(vm, number) {
            number = found + 1;
            let key = match entry.key.downcast::<Str>(vm) {
                Some(text) if text.get(vm).len() == 1 => Value::int(text.get(vm).text().code_point(0) as usize),
                Some(_) => {
                    return Err(vm.raise(Exc::ValueError, "string keys in translatetable must be of length 1"));
                }
                None if vm.is_int(entry.key) => entry.key,
                None => return Err(vm.raise(Exc::TypeError, "keys in translate table mustbe strings or integers")),
            };
            Dict::set(table, vm, key, entry.value)?;
        }
        return Ok(table.value());
    };
    let y = str_argument(vm, y, "maketrans() argument 2")?;
    let deleted = match z.given() {
        Some(z) => Some(str_argument(vm, z, "maketrans() argument 3")?),
        None => None,
    };
    let Some(x) = x.downcast::<Str>(vm) else {
        let message = "first maketrans argument must be a string if there is a second argument";
        return Err(vm.raise(Exc::TypeError, message));
    };
    if x.get(vm).len() != y.get(vm).len() {
        let message = "the first two maketrans arguments must have equal length";
        return Err(vm.raise(Exc::ValueError, message));
    }
    for i in 0..x.get(vm).len() {
        let (from, to) = (x.get(vm).text().code_point(i), y.get(vm).text().code_point(i));
        Dict::set(table, vm, Value::int(from as usize), Value::int(to as usize))?;
    }
    if let Some(deleted) = deleted {
        for i in 0..deleted.get(vm).len() {
            let point = deleted.get(vm).text().code_point(i);
            Dict::set(table, vm, Value::int(point as usize), Value::NONE)?;
        }
    }
    Ok(table.value())
}
