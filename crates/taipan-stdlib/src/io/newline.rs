//! Line ends of text streams: the modes of the `newline` argument, and what they do to text.
//!
//! `seen` is a set of the line ends met so far: 1 `\r`, 2 `\n`, 4 `\r\n`.

use taipan_text::{TextBuf, TextRef};
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

const CR: u32 = 13;
const LF: u32 = 10;
const SEEN_CR: u32 = 1;
const SEEN_LF: u32 = 2;
const SEEN_CRLF: u32 = 4;

/// The `newline` argument of text streams.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Newline {
    /// None: all line ends are read as `\n`.
    Translate,
    /// `''`: all line ends end lines and stay as they are.
    Universal,
    /// `'\n'`
    Feed,
    /// `'\r'`
    Return,
    /// `'\r\n'`
    ReturnFeed,
}

impl Newline {
    /// The mode of a number made by `as u32`.
    pub fn from_number(number: u32) -> Newline {
        match number {
            0 => Newline::Translate,
            1 => Newline::Universal,
            3 => Newline::Return,
            4 => Newline::ReturnFeed,
            _ => Newline::Feed,
        }
    }

    /// Reads the argument; TypeError (`message` and the type) or ValueError.
    pub fn of_argument(vm: &mut Vm, value: Value, message: &str) -> Result<Newline, Raised> {
        if value.is_none() {
            return Ok(Newline::Translate);
        }
        let Some(text) = vm.text_of(value) else {
            let got = vm.type_name(value);
            return Err(vm.raise(Exc::TypeError, format!("{message}{got}")));
        };
        match text.as_str() {
            "" => Ok(Newline::Universal),
            "\n" => Ok(Newline::Feed),
            "\r" => Ok(Newline::Return),
            "\r\n" => Ok(Newline::ReturnFeed),
            _ => {
                let shown = if message.starts_with("newline") { vm.repr_string(value)? } else { text };
                Err(vm.raise(Exc::ValueError, format!("illegal newline value: {shown}")))
            }
        }
    }

    /// The argument that gives this mode.
    pub fn argument(self, vm: &mut Vm) -> Result<Value, Raised> {
        match self {
            Newline::Translate => Ok(Value::NONE),
            Newline::Universal => vm.new_str(""),
            Newline::Feed => vm.new_str("\n"),
            Newline::Return => vm.new_str("\r"),
            Newline::ReturnFeed => vm.new_str("\r\n"),
        }
    }

    /// Whether all kinds of line ends are understood when reading.
    pub fn is_universal(self) -> bool {
        matches!(self, Newline::Translate | Newline::Universal)
    }

    /// Length of the first line with its end; `None` when there is no end.
    pub fn line_length(self, text: TextRef<'_>) -> Option<usize> {
        match self {
            Newline::Translate | Newline::Feed => text.position(b'\n').map(|at| at + 1),
            Newline::Return => text.position(b'\r').map(|at| at + 1),
            Newline::ReturnFeed => {
                let mut from = 0;
                loop {
                    let at = from + text.slice_from(from).position(b'\r')?;
                    if text.get(at + 1) == Some(LF) {
                        return Some(at + 2);
                    }
                    from = at + 1;
                }
            }
            Newline::Universal => {
                let at = text.position_of_either(b'\r', b'\n')?;
                let is_pair = text.code_point(at) == CR && text.get(at + 1) == Some(LF);
                Some(at + if is_pair { 2 } else { 1 })
            }
        }
    }

    /// What is stored for text that was written; `None`: the text as it is.
    pub fn translate_written(self, text: TextRef<'_>, seen: &mut u32) -> Option<TextBuf> {
        match self {
            Newline::Translate => translated(text, seen),
            Newline::Universal => {
                observe(text, seen);
                None
            }
            Newline::Feed => None,
            Newline::Return | Newline::ReturnFeed => {
                text.position(b'\n')?;
                let mut out = TextBuf::with_capacity(text.len());
                for point in text.iter() {
                    match (point, self) {
                        (LF, Newline::Return) => out.push(CR),
                        (LF, _) => {
                            out.push(CR);
                            out.push(LF);
                        }
                        (other, _) => out.push(other),
                    }
                }
                Some(out)
            }
        }
    }
}

/// Notes the line ends of a text.
pub fn observe(text: TextRef<'_>, seen: &mut u32) {
    if text.position(b'\r').is_none() {
        if *seen & SEEN_LF == 0 && text.position(b'\n').is_some() {
            *seen |= SEEN_LF;
        }
        return;
    }
    let mut after_return = false;
    for point in text.iter() {
        match point {
            LF if after_return => *seen |= SEEN_CRLF,
            LF => *seen |= SEEN_LF,
            _ if after_return => *seen |= SEEN_CR,
            _ => {}
        }
        after_return = point == CR;
    }
    if after_return {
        *seen |= SEEN_CR;
    }
}

/// The text with every line end as `\n`, `None` when there is no other; notes what they were.
pub fn translated(text: TextRef<'_>, seen: &mut u32) -> Option<TextBuf> {
    observe(text, seen);
    text.position(b'\r')?;
    let mut out = TextBuf::with_capacity(text.len());
    let mut points = text.iter().peekable();
    while let Some(point) = points.next() {
        if point == CR {
            points.next_if_eq(&LF);
            out.push(LF);
        } else {
            out.push(point);
        }
    }
    Some(out)
}

/// A text that was read, with its line ends as the mode has them; notes what they were.
///
/// # Errors
/// MemoryError.
pub fn translate_read(vm: &mut Vm, text: Gc<Str>, newline: Newline, seen: &mut u32) -> Result<Gc<Str>, Raised> {
    let new = match newline {
        Newline::Translate => translated(text.get(vm).text(), seen),
        Newline::Universal => {
            observe(text.get(vm).text(), seen);
            None
        }
        _ => None,
    };
    new.map_or(Ok(text), |new| Str::from_text(vm, new.as_text()))
}

/// The `newlines` attribute.
pub fn newlines_value(vm: &mut Vm, seen: u32) -> Result<Value, Raised> {
    let mut ends = [Value::NONE; 3];
    let mut count = 0;
    for (bit, text) in [(SEEN_CR, "\r"), (SEEN_LF, "\n"), (SEEN_CRLF, "\r\n")] {
        if seen & bit != 0 {
            ends[count] = Str::intern(vm, text)?.value();
            count += 1;
        }
    }
    match count {
        0 => Ok(Value::NONE),
        1 => Ok(ends[0]),
        _ => Ok(Tuple::from_values(vm, &ends[..count])?.value()),
    }
}

#[cfg(test)]
mod tests;
