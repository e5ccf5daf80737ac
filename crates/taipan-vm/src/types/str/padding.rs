//! Padding and stripping a `str`.

use taipan_text::search::layout::{self, Align};
use taipan_text::search::strip::{self, Side};

use crate::args::Args;
use crate::raise::{Exc, Raised};
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

fn justified(vm: &mut Vm, args: Args<'_>, align: Align) -> Result<Value, Raised> {
    let (text, [width, fill]) = args.method::<Str, 2>(vm);
    let width = vm.index_isize(width)?;
    let fill = match fill.given() {
        None => u32::from(b' '),
        Some(fill) => {
            let Some(fill) = fill.downcast::<Str>(vm) else {
                let got = vm.type_name(fill);
                let message = format!("The fill character must be a unicode character, not {got}");
                return Err(vm.raise(Exc::TypeError, message));
            };
            if fill.get(vm).len() != 1 {
                return Err(vm.raise(Exc::TypeError, "The fill character must be exactly one character long"));
            }
            fill.get(vm).text().code_point(0)
        }
    };
    let width = usize::try_from(width).unwrap_or(0);
    if width <= text.get(vm).len() {
        return Ok(Str::exact_copy(text, vm)?.value());
    }
    check_width(vm, width)?;
    let new = layout::justify(text.get(vm).text(), width, fill, align);
    Ok(Str::from_text(vm, new.as_text())?.value())
}

fn check_width(vm: &mut Vm, width: usize) -> Result<(), Raised> {
    if width >= 1 << 46 { Err(vm.raise_no_memory()) } else { vm.check_native_bytes(width) }
}

pub(super) fn ljust(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    justified(vm, args, Align::Left)
}

pub(super) fn rjust(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    justified(vm, args, Align::Right)
}

pub(super) fn center(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    justified(vm, args, Align::Center)
}

pub(super) fn zfill(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (text, [width]) = args.method::<Str, 1>(vm);
    let width = usize::try_from(vm.index_isize(width)?).unwrap_or(0);
    if width <= text.get(vm).len() {
        return Ok(Str::exact_copy(text, vm)?.value());
    }
    check_width(vm, width)?;
    let new = layout::zero_fill(text.get(vm).text(), width);
    Ok(Str::from_text(vm, new.as_text())?.value())
}

pub(super) fn expandtabs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (text, [tab_size]) = args.method::<Str, 1>(vm);
    let tab_size = match tab_size.given() {
        Some(tab_size) => i64::from(vm.index_i32(tab_size)?),
        None => 8,
    };
    match layout::expanded_len(text.get(vm).text(), tab_size) {
        Some(len) => check_width(vm, len)?,
        None => return Err(vm.raise(Exc::OverflowError, "new string is too long")),
    }
    let new = layout::expand_tabs(text.get(vm).text(), tab_size);
    Ok(Str::from_text(vm, new.as_text())?.value())
}

fn stripped(vm: &mut Vm, args: Args<'_>, name: &str, side: Side) -> Result<Value, Raised> {
    let (text, [chars]) = args.method::<Str, 1>(vm);
    let kept = match chars.not_none() {
        None => strip::strip_whitespace(text.get(vm).text(), side),
        Some(chars) => {
            let Some(chars) = chars.downcast::<Str>(vm) else {
                return Err(vm.raise(Exc::TypeError, format!("{name} arg must be None or str")));
            };
            strip::strip_chars(text.get(vm).text(), chars.get(vm).text(), side)
        }
    };
    Ok(Str::substring(text, vm, kept.start, kept.end)?.value())
}

pub(super) fn strip(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    stripped(vm, args, "strip", Side::Both)
}

pub(super) fn lstrip(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    stripped(vm, args, "lstrip", Side::Left)
}

pub(super) fn rstrip(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    stripped(vm, args, "rstrip", Side::Right)
}
