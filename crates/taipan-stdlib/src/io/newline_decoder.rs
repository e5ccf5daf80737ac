//! Line ends: the modes of text streams, and `IncrementalNewlineDecoder`.

use taipan_text::TextRef;
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, TypeSpec, getter, method};
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

const CR: u32 = 13;
const LF: u32 = 10;
/// Line ends seen.
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
    pub fn line_length<T: Copy + Into<u32>>(self, text: &[T]) -> Option<usize> {
        let find = |end: u32| text.iter().position(|c| (*c).into() == end);
        match self {
            Newline::Translate | Newline::Feed => find(LF).map(|at| at + 1),
            Newline::Return => find(CR).map(|at| at + 1),
            Newline::ReturnFeed => {
                let ends = |pair: &[T]| pair[0].into() == CR && pair[1].into() == LF;
                text.windows(2).position(ends).map(|at| at + 2)
            }
            Newline::Universal => {
                let at = text.iter().position(|c| matches!((*c).into(), CR | LF))?;
                let pair = text[at].into() == CR && text.get(at + 1).is_some_and(|next| (*next).into() == LF);
                Some(at + if pair { 2 } else { 1 })
            }
        }
    }

    /// As `line_length`, for the text from `start` on.
    pub fn line_length_from(self, text: TextRef<'_>, start: usize) -> Option<usize> {
        match text {
            TextRef::Ascii(bytes) | TextRef::Latin1(bytes) => {
                let bytes = bytes.get(start..)?;
                match self {
                    Newline::Translate | Newline::Feed => memchr::memchr(b'\n', bytes).map(|at| at + 1),
                    _ => self.line_length(bytes),
                }
            }
            TextRef::Ucs2(units) => self.line_length(units.get(start..)?),
            TextRef::Ucs4(units) => self.line_length(units.get(start..)?),
        }
    }

    /// What `StringIO` stores for written text.
    pub fn translate_written(self, text: Vec<u32>, seen: &mut u32) -> Vec<u32> {
        match self {
            Newline::Translate => {
                let mut text = text;
                translate(&mut text, seen);
                text
            }
            Newline::Universal => {
                observe(&text, seen);
                text
            }
            Newline::Feed => text,
            Newline::Return => text.into_iter().map(|c| if c == LF { CR } else { c }).collect(),
            Newline::ReturnFeed => {
                text.into_iter().flat_map(|c| if c == LF { vec![CR, LF] } else { vec![c] }).collect()
            }
        }
    }
}

/// Notes the line ends of a text.
pub fn observe(text: &[u32], seen: &mut u32) {
    let mut i = 0;
    while i < text.len() {
        match text[i] {
            LF => *seen |= SEEN_LF,
            CR if text.get(i + 1) == Some(&LF) => {
                *seen |= SEEN_CRLF;
                i += 1;
            }
            CR => *seen |= SEEN_CR,
            _ => {}
        }
        i += 1;
    }
}

/// Makes every line end `\n`, noting what they were.
pub fn translate(text: &mut Vec<u32>, seen: &mut u32) {
    observe(text, seen);
    if !text.contains(&CR) {
        return;
    }
    let (mut to, mut i) = (0, 0);
    while i < text.len() {
        let mut c = text[i];
        if c == CR {
            c = LF;
            if text.get(i + 1) == Some(&LF) {
                i += 1;
            }
        }
        text[to] = c;
        to += 1;
        i += 1;
    }
    text.truncate(to);
}

/// The `newlines` attribute.
pub fn newlines_value(vm: &mut Vm, seen: u32) -> Result<Value, Raised> {
    let mut ends = Vec::new();
    for (bit, text) in [(SEEN_CR, "\r"), (SEEN_LF, "\n"), (SEEN_CRLF, "\r\n")] {
        if seen & bit != 0 {
            ends.push(text);
        }
    }
    match ends[..] {
        [] => Ok(Value::NONE),
        [one] => vm.new_str(one),
        _ => {
            let list = taipan_vm::types::list::List::new(vm)?;
            for end in ends {
                let end = vm.new_str(end)?;
                taipan_vm::types::list::List::push(list, vm, end)?;
            }
            Ok(taipan_vm::types::list::List::to_tuple(list, vm)?.value())
        }
    }
}

heap_object! {
    /// `IncrementalNewlineDecoder`.
    pub struct NewlineDecoder {
        decoder: Option<Value>,
        errors: Option<Value>,
        translate: bool,
        pending_return: bool,
        pad: [u8; 6],
        seen: u32,
        pad2: u32,
    }
}

pub static TYPE: TypeSpec = TypeSpec {
    name: "IncrementalNewlineDecoder",
    module: "_io",
    layout: Some(<NewlineDecoder as HeapObject>::native),
    slots: Slots { new: Some(new), init: Some(init), ..Slots::DEFAULT },
    methods: &[
        method("decode($self, /, input, final=False)", decode, ""),
        method("getstate($self, /)", getstate, ""),
        method("setstate($self, state, /)", setstate, ""),
        method("reset($self, /)", reset, ""),
    ],
    getset: &[getter("newlines", get_newlines, "")],
    doc: "Codec used when reading a file in universal newlines mode.\n\nIt wraps another incremental decoder, translating \\r\\n and \\r into \\n.\nIt also records the types of newlines encountered.  When used with\ntranslate=False, it ensures that the newline sequence is returned in\none piece. When used with decoder=None, it expects unicode strings as\ndecode input and translates newlines without first invoking an external\ndecoder.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    let decoder = NewlineDecoder {
        header: HeaderWord::NEW,
        decoder: None,
        errors: None,
        translate: false,
        pending_return: false,
        pad: [0; 6],
        seen: 0,
        pad2: 0,
    };
    Ok(vm.new_object(shape, decoder)?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature = Signature::parse("IncrementalNewlineDecoder(decoder, translate, errors='strict')");
    let [decoder, translate, errors] = args.bind(vm, &SIGNATURE, |_, args| Ok(args.all::<3>()))?;
    let translate = vm.is_true(translate)?;
    if let Some(own) = this.downcast::<NewlineDecoder>(vm) {
        let own = own.get_mut(vm);
        own.decoder = Some(decoder);
        own.errors = errors.given();
        own.translate = translate;
        own.pending_return = false;
        own.seen = 0;
    }
    Ok(())
}

fn decode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [input, is_final]) = args.method::<NewlineDecoder, 2>(vm);
    let is_final = super::truth(vm, is_final, false)?;
    let Some(decoder) = own.get(vm).decoder else {
        return Err(vm.raise(Exc::ValueError, "IncrementalNewlineDecoder.__init__() not called"));
    };
    let output =
        if decoder.is_none() { input } else { vm.call_method(decoder, "decode", &[input, Value::bool(is_final)])? };
    let Some(text) = output.downcast::<Str>(vm) else {
        let got = vm.type_name(output);
        return Err(vm.raise(Exc::TypeError, format!("decoder should return a string result, not '{got}'")));
    };
    let mut points: Vec<u32> = text.get(vm).text().iter().collect();
    if own.get(vm).pending_return && (!points.is_empty() || is_final) {
        points.insert(0, CR);
        own.get_mut(vm).pending_return = false;
    }
    if points.last() == Some(&CR) && !is_final {
        points.pop();
        own.get_mut(vm).pending_return = true;
    }
    let mut seen = own.get(vm).seen;
    if own.get(vm).translate {
        translate(&mut points, &mut seen);
    } else {
        observe(&points, &mut seen);
    }
    own.get_mut(vm).seen = seen;
    Ok(Str::from_points(vm, &points)?.value())
}

fn getstate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<NewlineDecoder>(vm);
    let decoder = own.get(vm).decoder.unwrap_or(Value::NONE);
    let (buffer, mut flag) = if decoder.is_none() {
        (vm.new_bytes(b"")?, 0)
    } else {
        let state = vm.call_method(decoder, "getstate", &[])?;
        let Some(state) = state.downcast::<Tuple>(vm).filter(|state| state.get(vm).len() == 2) else {
            return Err(vm.raise(Exc::TypeError, "illegal decoder state"));
        };
        let (buffer, flag) = (state.get(vm).at(0), state.get(vm).at(1));
        (buffer, vm.index_i64(flag)?)
    };
    flag <<= 1;
    if own.get(vm).pending_return {
        flag |= 1;
    }
    let flag = vm.new_int(flag)?;
    Ok(Tuple::from_values(vm, &[buffer, flag])?.value())
}

fn setstate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [state]) = args.method::<NewlineDecoder, 1>(vm);
    let Some(state) = state.downcast::<Tuple>(vm).filter(|state| state.get(vm).len() == 2) else {
        return Err(vm.raise(Exc::TypeError, "state argument must be a tuple"));
    };
    let (buffer, flag) = (state.get(vm).at(0), state.get(vm).at(1));
    let flag = vm.index_i64(flag)?;
    own.get_mut(vm).pending_return = flag & 1 != 0;
    let decoder = own.get(vm).decoder.unwrap_or(Value::NONE);
    if !decoder.is_none() {
        let flag = vm.new_int(flag >> 1)?;
        let state = Tuple::from_values(vm, &[buffer, flag])?;
        vm.call_method(decoder, "setstate", &[state.value()])?;
    }
    Ok(Value::NONE)
}

fn reset(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<NewlineDecoder>(vm);
    let state = own.get_mut(vm);
    state.seen = 0;
    state.pending_return = false;
    let decoder = own.get(vm).decoder.unwrap_or(Value::NONE);
    if !decoder.is_none() {
        vm.call_method(decoder, "reset", &[])?;
    }
    Ok(Value::NONE)
}

fn get_newlines(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let seen = this.downcast::<NewlineDecoder>(vm).map_or(0, |own| own.get(vm).seen);
    newlines_value(vm, seen)
}
