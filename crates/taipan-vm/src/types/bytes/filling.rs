//! Padding, tabs, replacement and translation of `bytes` and `bytearray`.

use taipan_text::TextRef;
use taipan_text::search::layout::{self, Align};
use taipan_text::search::{self, replace as substitute};

use crate::args::Args;
use crate::raise::{Exc, Raised};
use crate::types::bytearray::ByteArray;
use crate::types::bytes::Bytes;
use crate::types::bytes::contents::{check_length, contents, make_like, part};
use crate::value::Value;
use crate::vm::Vm;

fn fill_byte(vm: &mut Vm, fill: Value, name: &str) -> Result<u8, Raised> {
    let Some(fill) = fill.given() else { return Ok(b' ') };
    let class = if fill.downcast::<Bytes>(vm).is_some() {
        "bytes"
    } else if fill.downcast::<ByteArray>(vm).is_some() {
        "bytearray"
    } else {
        let got = vm.type_name(fill);
        let message = format!("{name}() argument 2 must be a byte string of length 1, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    match contents(vm, fill) {
        [byte] => Ok(*byte),
        other => {
            let n = other.len();
            let message =
                format!("{name}(): argument 2 must be a byte string of length 1, not a {class} object of length {n}");
            Err(vm.raise(Exc::TypeError, message))
        }
    }
}

fn justify(vm: &mut Vm, args: Args<'_>, name: &str, align: Align) -> Result<Value, Raised> {
    let [this, width, fill] = args.all();
    let width = vm.index_isize(width)?.max(0) as usize;
    let fill = fill_byte(vm, fill, name)?;
    let n = contents(vm, this).len();
    if width <= n {
        return part(vm, this, 0, n);
    }
    check_length(vm, width)?;
    let padded = layout::justify_bytes(contents(vm, this), width, fill, align);
    make_like(vm, this, &padded)
}

pub fn center(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    justify(vm, args, "center", Align::Center)
}

pub fn ljust(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    justify(vm, args, "ljust", Align::Left)
}

pub fn rjust(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    justify(vm, args, "rjust", Align::Right)
}

pub fn zfill(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, width] = args.all();
    let width = vm.index_isize(width)?.max(0) as usize;
    let n = contents(vm, this).len();
    if width <= n {
        return part(vm, this, 0, n);
    }
    check_length(vm, width)?;
    let text = contents(vm, this);
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let mut filled = text[..sign].to_vec();
    filled.resize(sign + width - n, b'0');
    filled.extend_from_slice(&text[sign..]);
    make_like(vm, this, &filled)
}

pub fn expandtabs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, size] = args.all();
    let size = match size.given() {
        Some(size) => i64::from(vm.index_i32(size)?),
        None => 8,
    };
    let Some(len) = layout::expanded_len(TextRef::Latin1(contents(vm, this)), size) else {
        return Err(vm.raise(Exc::OverflowError, "result too long"));
    };
    check_length(vm, len)?;
    let expanded = layout::expand_tabs_bytes(contents(vm, this), size);
    make_like(vm, this, &expanded)
}

pub fn replace(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, old, new, count] = args.all();
    let (old, new) = (vm.bytes_of(old)?, vm.bytes_of(new)?);
    let max = match count.given() {
        Some(count) => usize::try_from(vm.index_isize(count)?).ok(),
        None => None,
    };
    let text = contents(vm, this);
    let n = text.len();
    if new.len() > old.len() {
        let found = search::count(TextRef::Latin1(text), TextRef::Latin1(&old)).min(max.unwrap_or(usize::MAX));
        match found.checked_mul(new.len() - old.len()).and_then(|more| more.checked_add(n)) {
            Some(total) if total <= isize::MAX as usize => check_length(vm, total)?,
            _ => return Err(vm.raise(Exc::OverflowError, "replace bytes is too long")),
        }
    }
    match substitute::replace_bytes(contents(vm, this), &old, &new, max) {
        Some(replaced) => make_like(vm, this, &replaced),
        None => part(vm, this, 0, n),
    }
}

pub fn translate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, table, delete] = args.all();
    let table: Option<[u8; 256]> = match table.not_none() {
        Some(table) => {
            let bytes = vm.bytes_of(table)?;
            match bytes.try_into() {
                Ok(table) => Some(table),
                Err(_) => return Err(vm.raise(Exc::ValueError, "translation table must be 256 characters long")),
            }
        }
        None => None,
    };
    let delete = match delete.given() {
        Some(delete) => vm.bytes_of(delete)?,
        None => Vec::new(),
    };
    let text = contents(vm, this);
    let translated = layout::translate_bytes(text, table.as_ref(), &delete);
    if translated == text {
        let n = text.len();
        return part(vm, this, 0, n);
    }
    make_like(vm, this, &translated)
}

pub fn maketrans(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [from, to] = args.all();
    let (from, to) = (vm.bytes_of(from)?, vm.bytes_of(to)?);
    if from.len() != to.len() {
        return Err(vm.raise(Exc::ValueError, "maketrans arguments must have same length"));
    }
    let mut table: [u8; 256] = std::array::from_fn(|i| i as u8);
    for (from, to) in from.iter().zip(&to) {
        table[usize::from(*from)] = *to;
    }
    vm.new_bytes(&table)
}
