//! `scanstring`: a JSON string in a text, with its escapes resolved.

use taipan_text::{TextBuf, TextRef};
use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::import::import_module;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::escape::find_byte;
use super::{pair, text_argument};

/// Why a string cannot be read, and where.
pub(super) struct Failure(pub &'static str, pub usize);

/// Raises `json.JSONDecodeError(message, text, at)`.
#[cold]
pub(super) fn raise_decode_error(vm: &mut Vm, text: Gc<Str>, Failure(message, at): Failure) -> Raised {
    let made = import_module(vm, "json.decoder")
        .and_then(|module| vm.get_attr_str(module, "JSONDecodeError"))
        .and_then(|class| {
            let message = vm.new_str(message)?;
            vm.call(class, &[message, text.value(), Value::int(at)])
        });
    match made {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

/// The first quote or backslash at or behind `from`.
fn find_special(text: TextRef<'_>, from: usize, strict: bool) -> Result<Option<(usize, u32)>, Failure> {
    let is_special = |point: u32| point == 0x22 || point == 0x5C || strict && point < 0x20;
    let rest = text.slice_from(from);
    let found = match rest {
        TextRef::Ascii(bytes) | TextRef::Latin1(bytes) => find_byte(bytes, |byte| is_special(u32::from(byte))),
        wide => wide.iter().position(is_special),
    };
    let Some(at) = found else { return Ok(None) };
    match rest.code_point(at) {
        point @ (0x22 | 0x5C) => Ok(Some((from + at, point))),
        _ => Err(Failure("Invalid control character at", from + at)),
    }
}

/// Four hexadecimal digits.
fn hex_unit(text: TextRef<'_>, at: usize) -> Option<u32> {
    (at..at + 4).try_fold(0, |unit, i| Some(unit << 4 | char::from_u32(text.get(i)?)?.to_digit(16)?))
}

/// A string without escapes is a part of the text; others are built.
pub(super) enum Scanned {
    Part(usize, usize),
    Built(TextBuf),
}

/// Reads a string whose first character is at `start`. Gives it and the place behind the closing quote.
pub(super) fn read(text: TextRef<'_>, start: usize, strict: bool) -> Result<(Scanned, usize), Failure> {
    const UNTERMINATED: &str = "Unterminated string starting at";
    const BAD_UNIT: &str = "Invalid \\uXXXX escape";
    let begin = start.saturating_sub(1);
    let mut out = TextBuf::new();
    let (mut at, mut built) = (start, false);
    loop {
        let Some((found, point)) = find_special(text, at, strict)? else {
            return Err(Failure(UNTERMINATED, begin));
        };
        if point == 0x22 {
            if !built {
                return Ok((Scanned::Part(start, found), found + 1));
            }
            out.push_text(text.slice(at..found));
            return Ok((Scanned::Built(out), found + 1));
        }
        built = true;
        out.push_text(text.slice(at..found));
        let Some(letter) = text.get(found + 1) else { return Err(Failure(UNTERMINATED, begin)) };
        let escaped = match char::from_u32(letter) {
            Some('u') => {
                let digits = found + 2;
                let Some(mut unit) = hex_unit(text, digits) else {
                    return Err(Failure(BAD_UNIT, found + 1));
                };
                at = digits + 4;
                if (0xD800..0xDC00).contains(&unit)
                    && text.get(at) == Some(0x5C)
                    && text.get(at + 1) == Some(u32::from(b'u'))
                {
                    let Some(low) = hex_unit(text, at + 2) else { return Err(Failure(BAD_UNIT, at + 1)) };
                    if (0xDC00..0xE000).contains(&low) {
                        unit = 0x1_0000 + ((unit - 0xD800) << 10 | (low - 0xDC00));
                        at += 6;
                    }
                }
                out.push(unit);
                continue;
            }
            Some('"' | '\\' | '/') => letter,
            Some('b') => 8,
            Some('f') => 12,
            Some('n') => 10,
            Some('r') => 13,
            Some('t') => 9,
            _ => return Err(Failure("Invalid \\escape", found)),
        };
        out.push(escaped);
        at = found + 2;
    }
}

/// As `read`, on a Python text.
pub(super) fn read_str(vm: &mut Vm, text: Gc<Str>, start: usize, strict: bool) -> Result<(Gc<Str>, usize), Raised> {
    match read(text.get(vm).text(), start, strict) {
        Ok((Scanned::Part(start, end), next)) => Ok((Str::substring(text, vm, start, end)?, next)),
        Ok((Scanned::Built(out), next)) => Ok((Str::from_text(vm, out.as_text())?, next)),
        Err(failure) => Err(raise_decode_error(vm, text, failure)),
    }
}

/// `scanstring(string, end, strict=True)`.
pub fn scanstring(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.no_keywords(vm, "scanstring")?;
    let n = args.len();
    if !(2..=3).contains(&n) {
        let (word, bound) = if n < 2 { ("least", 2) } else { ("most", 3) };
        return Err(vm.raise(Exc::TypeError, format!("scanstring() takes at {word} {bound} arguments ({n} given)")));
    }
    let end = vm.index(args.get(1))?;
    let Some(end) = vm.as_i64(end) else {
        return Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C ssize_t"));
    };
    let strict = match args.opt(2) {
        Some(strict) => vm.is_true(strict)?,
        None => true,
    };
    let text = text_argument(vm, args.get(0))?;
    let start = usize::try_from(end).ok().filter(|start| *start <= text.get(vm).len());
    let Some(start) = start else { return Err(vm.raise(Exc::ValueError, "end is out of bounds")) };
    let (read, next) = read_str(vm, text, start, strict)?;
    pair(vm, read.value(), next)
}
