//! `StringIO`: a text stream in memory, kept as code points: of a byte each, until one is written that needs more.

use taipan_text::TextRef;
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, NO_FINALIZER, TypeSpec, getter, method};
use taipan_vm::types::array::RawArray;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::newline::{Newline, newlines_value};
use super::raw_bytes::with_room;
use super::{raise_closed, size_argument};

heap_object! {
    /// The stream; `len` code points of the array are its contents, bytes or, if `wide`, 32-bit numbers.
    pub struct StringIo {
        data: Option<Gc<RawArray>>,
        len: usize,
        pos: usize,
        /// `Newline` as a number.
        newline: u32,
        /// Line ends seen: 1 `\r`, 2 `\n`, 4 `\r\n`.
        seen: u32,
        closed: bool,
        wide: bool,
        pad: [u8; 6],
    }
}

#[rustfmt::skip]
pub static TYPE: TypeSpec = TypeSpec {
    name: "StringIO",
    module: "_io",
    base: Some(&super::base::TEXT_IO_BASE),
    layout: Some(<StringIo as HeapObject>::native),
    slots: Slots { new: Some(new), init: Some(init), next: Some(next), ..Slots::DEFAULT },
    methods: &[
        method("close($self, /)", close, "Close the IO object.\n\nAttempting any further operation after the object is closed\nwill raise a ValueError.\n\nThis method has no effect if the file is already closed."),
        method("getvalue($self, /)", getvalue, "Retrieve the entire contents of the object."),
        method("read($self, size=-1, /)", read, "Read at most size characters, returned as a string.\n\nIf the argument is negative or omitted, read until EOF\nis reached. Return an empty string at EOF."),
        method("readline($self, size=-1, /)", readline, "Read until newline or EOF.\n\nReturns an empty string if EOF is hit immediately."),
        method("tell($self, /)", tell, "Tell the current file position."),
        method("truncate($self, pos=None, /)", truncate, "Truncate size to pos.\n\nThe pos argument defaults to the current file position, as\nreturned by tell().  The current file position is unchanged.\nReturns the new absolute position."),
        method("seek($self, pos, whence=0, /)", seek, "Change stream position.\n\nSeek to character offset pos relative to position indicated by whence:\n    0  Start of stream (the default).  pos should be >= 0;\n    1  Current position - pos must be 0;\n    2  End of stream - pos must be 0.\nReturns the new absolute position."),
        method("write($self, s, /)", write, "Write string to file.\n\nReturns the number of characters written, which is always equal to\nthe length of the string."),
        method("seekable($self, /)", yes, "Returns True if the IO object can be seeked."),
        method("readable($self, /)", yes, "Returns True if the IO object can be read."),
        method("writable($self, /)", yes, "Returns True if the IO object can be written."),
        method("__getstate__($self, /)", getstate, ""),
        method("__setstate__($self, state, /)", setstate, ""),
    ],
    getset: &[
        getter("closed", get_closed, ""),
        getter("newlines", get_newlines, ""),
        getter("line_buffering", get_line_buffering, ""),
    ],
    doc: "Text I/O implementation using an in-memory buffer.\n\nThe initial_value argument sets the value of object.  The newline\nargument is like the one of TextIOWrapper's constructor.",
    flags: BASETYPE | NO_FINALIZER,
    ..TypeSpec::DEFAULT
};

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    let stream = StringIo {
        header: HeaderWord::NEW,
        data: None,
        len: 0,
        pos: 0,
        newline: Newline::Feed as u32,
        seen: 0,
        closed: false,
        wide: false,
        pad: [0; 6],
    };
    Ok(vm.new_object(shape, stream)?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature = Signature::parse("StringIO(initial_value='', newline='\n')");
    let [initial, newline] = args.bind(vm, &SIGNATURE, |_, args| Ok(args.all::<2>()))?;
    let Some(own) = this.downcast::<StringIo>(vm) else { return Ok(()) };
    let newline = match newline.given() {
        None => Newline::Feed,
        Some(newline) => Newline::of_argument(vm, newline, "newline must be str or None, not ")?,
    };
    let state = own.get_mut(vm);
    state.len = 0;
    state.pos = 0;
    state.seen = 0;
    state.closed = false;
    state.wide = false;
    state.newline = newline as u32;
    if let Some(initial) = initial.not_none() {
        let Some(text) = initial.downcast::<Str>(vm) else {
            let got = vm.type_name(initial);
            return Err(vm.raise(Exc::TypeError, format!("initial_value must be str or None, not {got}")));
        };
        put(vm, own, text)?;
        own.get_mut(vm).pos = 0;
    }
    Ok(())
}

fn open(vm: &mut Vm, args: Args<'_>) -> Result<Gc<StringIo>, Raised> {
    let own = args.receiver::<StringIo>(vm);
    if own.get(vm).closed { Err(raise_closed(vm)) } else { Ok(own) }
}

fn newline_of(vm: &Vm, own: Gc<StringIo>) -> Newline {
    Newline::from_number(own.get(vm).newline)
}

/// Writes at the position, which moves on.
fn put(vm: &mut Vm, own: Gc<StringIo>, text: Gc<Str>) -> Result<(), Raised> {
    let (newline, mut seen) = (newline_of(vm, own), own.get(vm).seen);
    let changed = newline.translate_written(text.get(vm).text(), &mut seen);
    own.get_mut(vm).seen = seen;
    let text = match changed {
        Some(changed) => Str::from_text(vm, changed.as_text())?,
        None => text,
    };
    let len = text.get(vm).len();
    if len == 0 {
        return Ok(());
    }
    let StringIo { len: old_len, pos, .. } = *own.get(vm);
    let Some(end) = pos.checked_add(len).filter(|end| *end < 1 << 44) else {
        return Err(vm.raise(Exc::OverflowError, "new position too large"));
    };
    if !own.get(vm).wide && !matches!(text.get(vm).text(), TextRef::Ascii(_) | TextRef::Latin1(_)) {
        widen(vm, own)?;
    }
    let StringIo { data, wide, .. } = *own.get(vm);
    let array = if wide {
        let array = with_room(vm, data, old_len * 4, end * 4)?;
        if pos > old_len {
            array.get_mut(vm).words32_mut()[old_len..pos].fill(0);
        }
        RawArray::write_points(array, vm, pos, text);
        array
    } else {
        let array = with_room(vm, data, old_len, end)?;
        if pos > old_len {
            array.get_mut(vm).bytes_mut()[old_len..pos].fill(0);
        }
        RawArray::write_text(array, vm, pos, text);
        array
    };
    let state = own.get_mut(vm);
    state.data = Some(array);
    state.len = old_len.max(end);
    state.pos = end;
    Ok(())
}

/// Gives each code point four bytes.
fn widen(vm: &mut Vm, own: Gc<StringIo>) -> Result<(), Raised> {
    let len = own.get(vm).len;
    let contents = piece(vm, own, 0, len)?.expect::<Str>(vm);
    let array = RawArray::new(vm, len * 4)?;
    RawArray::write_points(array, vm, 0, contents);
    let state = own.get_mut(vm);
    state.data = Some(array);
    state.wide = true;
    Ok(())
}

fn piece(vm: &mut Vm, own: Gc<StringIo>, start: usize, end: usize) -> Result<Value, Raised> {
    let StringIo { data, wide, .. } = *own.get(vm);
    match data.filter(|_| start < end) {
        Some(data) if wide => Ok(Str::from_words32(vm, data, start..end)?.value()),
        Some(data) => Ok(Str::from_latin1(vm, data, start..end)?.value()),
        None => Ok(Str::empty(vm)?.value()),
    }
}

fn line_end(vm: &Vm, own: Gc<StringIo>, limit: isize) -> usize {
    let StringIo { data, len, pos, wide, .. } = *own.get(vm);
    let Some(data) = data.filter(|_| pos < len) else { return pos.min(len) };
    let data = data.get(vm);
    let rest = if wide { TextRef::Ucs4(&data.words32()[pos..len]) } else { TextRef::Latin1(&data.bytes()[pos..len]) };
    let n = newline_of(vm, own).line_length(rest).unwrap_or(len - pos);
    pos + if limit < 0 { n } else { n.min(limit as usize) }
}

fn read_line(vm: &mut Vm, own: Gc<StringIo>, limit: isize) -> Result<Value, Raised> {
    let start = own.get(vm).pos;
    let end = line_end(vm, own, limit);
    if end <= start {
        return Ok(Str::empty(vm)?.value());
    }
    let line = piece(vm, own, start, end)?;
    own.get_mut(vm).pos = end;
    Ok(line)
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let Some(own) = this.downcast::<StringIo>(vm) else { return Ok(None) };
    if own.get(vm).closed {
        return Err(raise_closed(vm));
    }
    let line = read_line(vm, own, -1)?;
    Ok(if vm.length(line)? == 0 { None } else { Some(line) })
}

fn yes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    open(vm, args)?;
    Ok(Value::TRUE)
}

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<StringIo>(vm).get_mut(vm);
    own.closed = true;
    own.wide = false;
    own.data = None;
    own.len = 0;
    Ok(Value::NONE)
}

fn getvalue(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let len = own.get(vm).len;
    piece(vm, own, 0, len)
}

fn read(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let size = args.opt(1).map_or(Ok(-1), |size| size_argument(vm, size))?;
    let StringIo { len, pos, .. } = *own.get(vm);
    let left = len.saturating_sub(pos);
    let n = if size < 0 { left } else { left.min(size as usize) };
    if n == 0 {
        return Ok(Str::empty(vm)?.value());
    }
    let text = piece(vm, own, pos, pos + n)?;
    own.get_mut(vm).pos = pos + n;
    Ok(text)
}

fn readline(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let size = args.opt(1).map_or(Ok(-1), |size| size_argument(vm, size))?;
    read_line(vm, own, size)
}

fn tell(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    vm.new_int(own.get(vm).pos as i64)
}

fn write(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let Some(text) = args.get(1).downcast::<Str>(vm) else {
        let got = vm.type_name(args.get(1));
        return Err(vm.raise(Exc::TypeError, format!("string argument expected, got '{got}'")));
    };
    let n = text.get(vm).len();
    put(vm, own, text)?;
    Ok(Value::int(n))
}

fn truncate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let size = match args.get(1).not_none() {
        Some(size) => vm.index_isize(size)?,
        None => own.get(vm).pos as isize,
    };
    if size < 0 {
        return Err(vm.raise(Exc::ValueError, format!("Negative size value {size}")));
    }
    let len = own.get(vm).len;
    own.get_mut(vm).len = len.min(size as usize);
    vm.new_int(size as i64)
}

fn seek(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let offset = vm.index_isize(args.get(1))?;
    let whence = match args.opt(2) {
        Some(whence) => vm.index_i32(whence)?,
        None => 0,
    };
    let at = match whence {
        0 if offset < 0 => return Err(vm.raise(Exc::ValueError, format!("Negative seek position {offset}"))),
        0 => offset as usize,
        1 | 2 if offset != 0 => {
            return Err(vm.raise(Exc::OSError, "Can't do nonzero cur-relative seeks"));
        }
        1 => own.get(vm).pos,
        2 => own.get(vm).len,
        _ => {
            let message = format!("Invalid whence ({whence}, should be 0, 1 or 2)");
            return Err(vm.raise(Exc::ValueError, message));
        }
    };
    own.get_mut(vm).pos = at;
    vm.new_int(at as i64)
}

fn getstate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let len = own.get(vm).len;
    let text = piece(vm, own, 0, len)?;
    let newline = newline_of(vm, own).argument(vm)?;
    let pos = vm.new_int(own.get(vm).pos as i64)?;
    let dict = match vm.instance_dict(own.value())? {
        Some(dict) if !dict.get(vm).is_empty() => Dict::copy(dict, vm)?.value(),
        _ => Value::NONE,
    };
    Ok(Tuple::from_values(vm, &[text, newline, pos, dict])?.value())
}

fn setstate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let state = args.get(1).downcast::<Tuple>(vm).filter(|state| state.get(vm).len() >= 4);
    let Some(state) = state else {
        let class = vm.type_name(own.value());
        let got = vm.type_name(args.get(1));
        let message = format!("{class}.__setstate__ argument should be 4-tuple, got {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let [text, newline, pos, dict] = [0, 1, 2, 3].map(|i| state.get(vm).at(i));
    if text.not_none().is_some_and(|text| text.downcast::<Str>(vm).is_none()) {
        let got = vm.type_name(text);
        return Err(vm.raise(Exc::TypeError, format!("initial_value must be str or None, not {got}")));
    }
    let newline = Newline::of_argument(vm, newline, "newline must be str or None, not ")?;
    let fields = own.get_mut(vm);
    fields.newline = Newline::Feed as u32;
    fields.len = 0;
    fields.pos = 0;
    if let Some(text) = text.downcast::<Str>(vm) {
        // The text was translated when it was written first.
        put(vm, own, text)?;
    }
    own.get_mut(vm).newline = newline as u32;
    let pos = vm.index_isize(pos)?;
    if pos < 0 {
        return Err(vm.raise(Exc::ValueError, "position value cannot be negative"));
    }
    own.get_mut(vm).pos = pos as usize;
    if dict.not_none().is_some_and(|dict| dict.downcast::<Dict>(vm).is_none()) {
        let got = vm.type_name(dict);
        return Err(vm.raise(Exc::TypeError, format!("fourth item of state should be a dict, got a {got}")));
    }
    if let (Some(dict), Some(own_dict)) = (dict.downcast::<Dict>(vm), vm.instance_dict(own.value())?) {
        Dict::update_from(own_dict, vm, dict)?;
    }
    Ok(Value::NONE)
}

fn get_closed(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(this.downcast::<StringIo>(vm).is_some_and(|own| own.get(vm).closed)))
}

fn get_newlines(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let seen = this.downcast::<StringIo>(vm).map_or(0, |own| own.get(vm).seen);
    newlines_value(vm, seen)
}

fn get_line_buffering(_: &mut Vm, _: Value) -> Result<Value, Raised> {
    Ok(Value::FALSE)
}
