//! `_json.Scanner`: reads one JSON term of a text.
//!
//! Recursion over nested terms is bounded by the native stack.

use taipan_text::TextRef;
use taipan_text::float_text::parse_float;
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{GetSetDef, TypeSpec, getter};
use taipan_vm::types::Builtin;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::scanstring::{Failure, raise_decode_error, read_str};
use super::{pair, text_argument};

heap_object! {
    /// The settings of a decoder.
    pub struct Scanner {
        object_hook: Value,
        object_pairs_hook: Value,
        parse_float: Value,
        parse_int: Value,
        parse_constant: Value,
        strict: bool,
        pad: [u8; 7],
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("make_scanner(context)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let context = args.get(0);
        let strict = vm.get_attr_str(context, "strict")?;
        let strict = vm.is_true(strict)?;
        let scanner = Scanner {
            header: HeaderWord::NEW,
            object_hook: vm.get_attr_str(context, "object_hook")?,
            object_pairs_hook: vm.get_attr_str(context, "object_pairs_hook")?,
            parse_float: vm.get_attr_str(context, "parse_float")?,
            parse_int: vm.get_attr_str(context, "parse_int")?,
            parse_constant: vm.get_attr_str(context, "parse_constant")?,
            strict,
            pad: [0; 7],
        };
        let shape = class.get(vm).root_shape;
        Ok(vm.new_object(shape, scanner)?.value())
    })
}

fn call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("scan_once(string, idx)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let index = vm.index(args.get(1))?;
        let Some(index) = vm.as_i64(index) else {
            return Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C ssize_t"));
        };
        let text = text_argument(vm, args.get(0))?;
        let Ok(index) = usize::try_from(index) else {
            return Err(vm.raise(Exc::ValueError, "idx cannot be negative"));
        };
        let scan = Scan { scanner: this.expect(vm), text, memo: Dict::new(vm)? };
        let (value, next) = scan.term(vm, index)?;
        pair(vm, value, next)
    })
}

/// One run over a text. `memo` makes equal keys one object.
#[derive(Clone, Copy)]
struct Scan {
    scanner: Gc<Scanner>,
    text: Gc<Str>,
    memo: Gc<Dict>,
}

/// The first place at or behind `at` whose code point is none of these.
#[inline]
fn skip(text: TextRef<'_>, mut at: usize, is_skipped: impl Fn(u32) -> bool) -> usize {
    if let TextRef::Ascii(bytes) | TextRef::Latin1(bytes) = text {
        while bytes.get(at).is_some_and(|&byte| is_skipped(u32::from(byte))) {
            at += 1;
        }
    } else {
        while text.get(at).is_some_and(&is_skipped) {
            at += 1;
        }
    }
    at
}

/// The first place at or behind `at` that holds no white space.
fn skip_space(text: TextRef<'_>, at: usize) -> usize {
    skip(text, at, |point| matches!(point, 9 | 10 | 13 | 32))
}

/// The end of a run of digits.
fn skip_digits(text: TextRef<'_>, at: usize) -> usize {
    skip(text, at, |point| matches!(point, 0x30..=0x39))
}

fn starts_with(text: TextRef<'_>, at: usize, word: &str) -> bool {
    word.bytes().enumerate().all(|(i, byte)| text.get(at + i) == Some(u32::from(byte)))
}

/// The end of the number at `start`, and whether it is a float. `None`: there is no number.
fn number_end(text: TextRef<'_>, start: usize) -> Option<(usize, bool)> {
    let mut at = start + usize::from(text.get(start) == Some(0x2D));
    match text.get(at)? {
        0x30 => at += 1,
        0x31..=0x39 => at = skip_digits(text, at),
        _ => return None,
    }
    let mut is_float = false;
    if text.get(at) == Some(0x2E) && matches!(text.get(at + 1), Some(0x30..=0x39)) {
        at = skip_digits(text, at + 1);
        is_float = true;
    }
    if matches!(text.get(at), Some(0x65 | 0x45)) {
        let digits = at + 1 + usize::from(matches!(text.get(at + 1), Some(0x2B | 0x2D)));
        let end = skip_digits(text, digits);
        if end > digits {
            (at, is_float) = (end, true);
        }
    }
    Some((at, is_float))
}

impl Scan {
    fn fail<T>(self, vm: &mut Vm, message: &'static str, at: usize) -> Result<T, Raised> {
        Err(raise_decode_error(vm, self.text, Failure(message, at)))
    }

    fn skip_space(self, vm: &Vm, at: usize) -> usize {
        skip_space(self.text.get(vm).text(), at)
    }

    fn at(self, vm: &Vm, at: usize) -> Option<u8> {
        match self.text.get(vm).text() {
            TextRef::Ascii(bytes) | TextRef::Latin1(bytes) => bytes.get(at).copied(),
            wide => wide.get(at).and_then(|point| u8::try_from(point).ok()),
        }
    }

    /// The term at `at` and the place behind it.
    fn term(self, vm: &mut Vm, at: usize) -> Result<(Value, usize), Raised> {
        vm.work(1)?;
        let text = self.text.get(vm).text();
        match self.at(vm, at) {
            Some(b'"') => {
                let strict = self.scanner.get(vm).strict;
                let (text, next) = read_str(vm, self.text, at + 1, strict)?;
                Ok((text.value(), next))
            }
            Some(b'{') => {
                vm.check_native_stack()?;
                self.object(vm, at + 1)
            }
            Some(b'[') => {
                vm.check_native_stack()?;
                self.array(vm, at + 1)
            }
            Some(b'n') if starts_with(text, at, "null") => Ok((Value::NONE, at + 4)),
            Some(b't') if starts_with(text, at, "true") => Ok((Value::TRUE, at + 4)),
            Some(b'f') if starts_with(text, at, "false") => Ok((Value::FALSE, at + 5)),
            Some(b'N') if starts_with(text, at, "NaN") => self.constant(vm, "NaN", at),
            Some(b'I') if starts_with(text, at, "Infinity") => self.constant(vm, "Infinity", at),
            Some(b'-') if starts_with(text, at, "-Infinity") => self.constant(vm, "-Infinity", at),
            _ => self.number(vm, at),
        }
    }

    fn constant(self, vm: &mut Vm, word: &str, at: usize) -> Result<(Value, usize), Raised> {
        let parse = self.scanner.get(vm).parse_constant;
        let name = Str::intern(vm, word)?.value();
        Ok((vm.call(parse, &[name])?, at + word.len()))
    }

    fn number(self, vm: &mut Vm, start: usize) -> Result<(Value, usize), Raised> {
        let Some((end, is_float)) = number_end(self.text.get(vm).text(), start) else {
            return Err(vm.raise_with(Exc::StopIteration, &[Value::int(start)]));
        };
        let Scanner { parse_float: float_hook, parse_int: int_hook, .. } = *self.scanner.get(vm);
        let builtin = if is_float { Builtin::Float } else { Builtin::Int };
        let hook = if is_float { float_hook } else { int_hook };
        let class = vm.class(builtin).value();
        if hook == class {
            let digits = self.text.get(vm).text().slice(start..end);
            if is_float {
                let number = parse_float(digits).unwrap_or(f64::NAN);
                return Ok((vm.new_float(number)?, end));
            }
            if digits.len() <= 18 {
                let number = digits.iter().filter(|digit| *digit != 0x2D);
                let number = number.fold(0i64, |number, digit| number * 10 + i64::from(digit) - 0x30);
                let negative = digits.get(0) == Some(0x2D);
                return Ok((vm.new_int(if negative { -number } else { number })?, end));
            }
        }
        let digits = Str::substring(self.text, vm, start, end)?.value();
        Ok((vm.call(hook, &[digits])?, end))
    }

    /// What follows an item: the place of the next one, or the place behind the closing bracket.
    fn after_item(self, vm: &mut Vm, at: usize, close: u8, trailing: &'static str) -> Result<(usize, bool), Raised> {
        let comma = self.skip_space(vm, at);
        match self.at(vm, comma) {
            Some(byte) if byte == close => return Ok((comma + 1, true)),
            Some(b',') => {}
            _ => return self.fail(vm, "Expecting ',' delimiter", comma),
        }
        let next = self.skip_space(vm, comma + 1);
        if self.at(vm, next) == Some(close) {
            return self.fail(vm, trailing, comma);
        }
        Ok((next, false))
    }

    fn array(self, vm: &mut Vm, start: usize) -> Result<(Value, usize), Raised> {
        let list = List::new(vm)?;
        let mut at = self.skip_space(vm, start);
        if self.at(vm, at) == Some(b']') {
            return Ok((list.value(), at + 1));
        }
        loop {
            let (value, next) = self.term(vm, at)?;
            List::push(list, vm, value)?;
            let (next, done) = self.after_item(vm, next, b']', "Illegal trailing comma before end of array")?;
            if done {
                return Ok((list.value(), next));
            }
            at = next;
        }
    }

    /// The key at `at` and the place of its value.
    fn key(self, vm: &mut Vm, at: usize) -> Result<(Gc<Str>, usize), Raised> {
        if self.at(vm, at) != Some(b'"') {
            return self.fail(vm, "Expecting property name enclosed in double quotes", at);
        }
        let strict = self.scanner.get(vm).strict;
        let (mut key, next) = read_str(vm, self.text, at + 1, strict)?;
        match Dict::get_str(self.memo, vm, key) {
            Some(known) => key = known.expect(vm),
            None => Dict::set_str(self.memo, vm, key, key.value())?,
        }
        let colon = self.skip_space(vm, next);
        if self.at(vm, colon) != Some(b':') {
            return self.fail(vm, "Expecting ':' delimiter", colon);
        }
        Ok((key, self.skip_space(vm, colon + 1)))
    }

    fn object(self, vm: &mut Vm, start: usize) -> Result<(Value, usize), Raised> {
        let Scanner { object_hook, object_pairs_hook, .. } = *self.scanner.get(vm);
        let mut at = self.skip_space(vm, start);
        let empty = self.at(vm, at) == Some(b'}');
        if object_pairs_hook.is_none() {
            let dict = Dict::new(vm)?;
            let end = if empty {
                at + 1
            } else {
                loop {
                    let (key, next) = self.key(vm, at)?;
                    let (value, next) = self.term(vm, next)?;
                    Dict::set_str(dict, vm, key, value)?;
                    let (next, done) =
                        self.after_item(vm, next, b'}', "Illegal trailing comma before end of object")?;
                    if done {
                        break next;
                    }
                    at = next;
                }
            };
            if object_hook.is_none() {
                return Ok((dict.value(), end));
            }
            return Ok((vm.call(object_hook, &[dict.value()])?, end));
        }
        let pairs = List::new(vm)?;
        let end = if empty {
            at + 1
        } else {
            loop {
                let (key, next) = self.key(vm, at)?;
                let (value, next) = self.term(vm, next)?;
                let item = Tuple::from_values(vm, &[key.value(), value])?;
                List::push(pairs, vm, item.value())?;
                let (next, done) = self.after_item(vm, next, b'}', "Illegal trailing comma before end of object")?;
                if done {
                    break next;
                }
                at = next;
            }
        };
        Ok((vm.call(object_pairs_hook, &[pairs.value()])?, end))
    }
}

macro_rules! member {
    ($function:ident, $field:ident) => {
        fn $function(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
            Ok(this.expect::<Scanner>(vm).get(vm).$field)
        }
    };
}

member!(get_object_hook, object_hook);
member!(get_object_pairs_hook, object_pairs_hook);
member!(get_parse_float, parse_float);
member!(get_parse_int, parse_int);
member!(get_parse_constant, parse_constant);

fn get_strict(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(this.expect::<Scanner>(vm).get(vm).strict))
}

const GETSET: &[GetSetDef] = &[
    getter("strict", get_strict, "strict").member(),
    getter("object_hook", get_object_hook, "object_hook").member(),
    getter("object_pairs_hook", get_object_pairs_hook, "").member(),
    getter("parse_float", get_parse_float, "parse_float").member(),
    getter("parse_int", get_parse_int, "parse_int").member(),
    getter("parse_constant", get_parse_constant, "parse_constant").member(),
];

/// The class of scanners.
pub static TYPE: TypeSpec = TypeSpec {
    name: "Scanner",
    module: "_json",
    layout: Some(<Scanner as HeapObject>::native),
    slots: Slots { new: Some(new), call: Some(call), ..Slots::DEFAULT },
    getset: GETSET,
    doc: "JSON scanner object",
    ..TypeSpec::DEFAULT
};
