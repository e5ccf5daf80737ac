//! `TextIOWrapper`: text over a buffered stream.
//!
//! Decoded text waits in `decoded` from `used` on; `chunk` holds the bytes it came from, so that `tell` can say where a
//! character begins. `file` says quickly whether the stream is closed, where all streams below are native.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, TypeSpec, getset, getter, method};
use taipan_vm::types::array::RawArray;
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::buffered::Buffered;
use super::file::File;
use super::newline::Newline;
use super::{truth, unsupported};

mod attributes;
mod codec;
mod position;
mod reading;
mod writing;

heap_object! {
    /// A text stream.
    pub struct Text {
        buffer: Option<Value>,
        /// The file below native streams, of a stream of this very class.
        file: Option<Gc<File>>,
        encoding: Value,
        errors: Value,
        /// Incremental codecs, for encodings that are not native.
        encoder: Option<Value>,
        decoder: Option<Value>,
        decoded: Option<Gc<Str>>,
        /// Bytes that `decoded` came from.
        chunk: Option<Gc<Bytes>>,
        /// The flags of the registered decoder before `chunk`.
        chunk_flags: Option<Value>,
        /// Bytes that are no whole character yet.
        leftover: Option<Gc<Bytes>>,
        /// Encoded bytes on their way to the buffer.
        pending: Option<Gc<RawArray>>,
        pending_len: usize,
        used: usize,
        chunk_size: usize,
        /// `Newline` as a number.
        newline: u32,
        /// Line ends that a native codec has met.
        seen: u32,
        flags: u32,
        /// The native codec as a number; 0: the codecs registry.
        codec: u32,
    }
}

const LINE_BUFFERING: u32 = 1;
const WRITE_THROUGH: u32 = 2;
const DETACHED: u32 = 4;
const FINALIZING: u32 = 8;
const SEEKABLE: u32 = 16;
/// `next` has disabled `tell`.
const NO_TELL: u32 = 32;
/// The buffer can be written.
const WRITABLE: u32 = 64;
/// The buffer can be read.
const READABLE: u32 = 128;
/// The buffer has `read1`.
const HAS_READ1: u32 = 256;

impl Text {
    fn set_flag(&mut self, flag: u32, on: bool) {
        self.flags = self.flags & !flag | if on { flag } else { 0 };
    }

    fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }
}

#[rustfmt::skip]
pub static TYPE: TypeSpec = TypeSpec {
    name: "TextIOWrapper",
    module: "_io",
    base: Some(&super::base::TEXT_IO_BASE),
    layout: Some(<Text as HeapObject>::native),
    slots: Slots { new: Some(new), init: Some(init), next: Some(reading::next), repr: Some(attributes::repr), ..Slots::DEFAULT },
    methods: &[
        method("detach($self, /)", detach, ""),
        method("reconfigure($self, /, *, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None)", reconfigure, "Reconfigure the text stream with new parameters.\n\nThis also does an implicit stream flush."),
        method("write($self, text, /)", writing::write, ""),
        method("read($self, size=-1, /)", reading::read, ""),
        method("readline($self, size=-1, /)", reading::readline, ""),
        method("flush($self, /)", writing::flush, ""),
        method("close($self, /)", close, ""),
        method("fileno($self, /)", |vm, args| delegate(vm, args, "fileno"), ""),
        method("seekable($self, /)", |vm, args| delegate(vm, args, "seekable"), ""),
        method("readable($self, /)", |vm, args| delegate(vm, args, "readable"), ""),
        method("writable($self, /)", |vm, args| delegate(vm, args, "writable"), ""),
        method("isatty($self, /)", |vm, args| delegate(vm, args, "isatty"), ""),
        method("seek($self, cookie, whence=os.SEEK_SET, /)", position::seek, "Set the stream position, and return the new stream position."),
        method("tell($self, /)", position::tell, "Return the stream position as an opaque number."),
        method("truncate($self, pos=None, /)", position::truncate, ""),
        method("__getstate__($self, /)", super::base::no_state, ""),
    ],
    getset: &[
        getter("encoding", attributes::get_encoding, "").member(),
        getter("line_buffering", attributes::get_line_buffering, "").member(),
        getter("write_through", attributes::get_write_through, "").member(),
        getset("_finalizing", attributes::get_finalizing, attributes::set_finalizing, "").member(),
        getter("name", attributes::get_name, ""),
        getter("closed", attributes::get_closed, ""),
        getter("newlines", attributes::get_newlines, ""),
        getter("errors", attributes::get_errors, ""),
        getset("_CHUNK_SIZE", attributes::get_chunk_size, attributes::set_chunk_size, ""),
        getter("buffer", attributes::get_buffer, ""),
    ],
    doc: "Character and line based layer over a BufferedIOBase object, buffer.\n\nencoding gives the name of the encoding that the stream will be\ndecoded or encoded with. It defaults to locale.getencoding().\n\nerrors determines the strictness of encoding and decoding (see\nhelp(codecs.Codec) or the documentation for codecs.register) and\ndefaults to \"strict\".\n\nnewline controls how line endings are handled. It can be None, '',\n'\\n', '\\r', and '\\r\\n'.  It works as follows:\n\n* On input, if newline is None, universal newlines mode is\n  enabled. Lines in the input can end in '\\n', '\\r', or '\\r\\n', and\n  these are translated into '\\n' before being returned to the\n  caller. If it is '', universal newline mode is enabled, but line\n  endings are returned to the caller untranslated. If it has any of\n  the other legal values, input lines are only terminated by the given\n  string, and the line ending is returned to the caller untranslated.\n\n* On output, if newline is None, any '\\n' characters written are\n  translated to the system default line separator, os.linesep. If\n  newline is '' or '\\n', no translation takes place. If newline is any\n  of the other legal values, any '\\n' characters written are translated\n  to the given string.\n\nIf line_buffering is True, a call to flush is implied when a call to\nwrite contains a newline character.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    let text = Text {
        header: HeaderWord::NEW,
        buffer: None,
        file: None,
        encoding: Value::NONE,
        errors: Value::NONE,
        encoder: None,
        decoder: None,
        decoded: None,
        chunk: None,
        chunk_flags: None,
        leftover: None,
        pending: None,
        pending_len: 0,
        used: 0,
        chunk_size: 8192,
        newline: 0,
        seen: 0,
        flags: 0,
        codec: 0,
    };
    Ok(vm.new_object(shape, text)?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature = Signature::parse(
        "TextIOWrapper(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)",
    );
    let [buffer, encoding, errors, newline, line_buffering, write_through] =
        args.bind(vm, &SIGNATURE, |_, args| Ok(args.all::<6>()))?;
    let Some(own) = this.downcast::<Text>(vm) else { return Ok(()) };
    own.get_mut(vm).buffer = None;
    own.get_mut(vm).file = None;
    let newline = match newline.given() {
        Some(newline) => {
            Newline::of_argument(vm, newline, "TextIOWrapper() argument 'newline' must be str or None, not ")?
        }
        None => Newline::Translate,
    };
    let line_buffering = truth(vm, line_buffering, false)?;
    let write_through = truth(vm, write_through, false)?;
    if encoding.not_none().is_none() && vm.interp().config.settings.warn_default_encoding {
        vm.warn(Exc::EncodingWarning, super::NO_ENCODING, 0)?;
    }
    let state = own.get_mut(vm);
    state.newline = newline as u32;
    state.flags = 0;
    state.set_flag(LINE_BUFFERING, line_buffering);
    state.set_flag(WRITE_THROUGH, write_through);
    codec::set_codec(vm, own, buffer, encoding, errors, "TextIOWrapper")?;
    let seekable = vm.call_method(buffer, "seekable", &[])?;
    let seekable = vm.is_true(seekable)?;
    let read1 = Str::intern(vm, "read1")?;
    let has_read1 = vm.get_attr_opt(buffer, read1)?.is_some();
    let file = native_file(vm, own, buffer);
    let state = own.get_mut(vm);
    state.buffer = Some(buffer);
    state.file = file;
    state.pending_len = 0;
    state.seen = 0;
    state.set_flag(SEEKABLE, seekable);
    state.set_flag(HAS_READ1, has_read1);
    reading::reset(vm, own);
    codec::skip_mark(vm, own, buffer)
}

/// The file of a stream whose classes nobody has derived from, down to the file.
fn native_file(vm: &mut Vm, own: Gc<Text>, buffer: Value) -> Option<Gc<File>> {
    let is_native = |vm: &mut Vm, value| {
        let class = vm.type_of(value);
        !class.get(vm).is_heap_type()
    };
    let raw = buffer.downcast::<Buffered>(vm)?.get(vm).raw()?;
    let file = raw.downcast::<File>(vm)?;
    [own.value(), buffer, raw].into_iter().all(|stream| is_native(vm, stream)).then_some(file)
}

/// The buffer; ValueError when there is none.
fn buffer_of(vm: &mut Vm, own: Gc<Text>) -> Result<Value, Raised> {
    match own.get(vm).buffer {
        Some(buffer) => Ok(buffer),
        None if own.get(vm).flags & DETACHED != 0 => {
            Err(vm.raise(Exc::ValueError, "underlying buffer has been detached"))
        }
        None => Err(vm.raise(Exc::ValueError, "I/O operation on uninitialized object")),
    }
}

/// The buffer of a text stream.
pub(super) fn buffer_below(vm: &Vm, this: Value) -> Option<Value> {
    this.downcast::<Text>(vm)?.get(vm).buffer
}

/// The buffer of an open stream.
fn open_buffer(vm: &mut Vm, own: Gc<Text>) -> Result<Value, Raised> {
    let buffer = buffer_of(vm, own)?;
    if own.get(vm).file.is_some_and(|file| file.get(vm).is_open()) {
        return Ok(buffer);
    }
    super::base::check_closed(vm, own.value())?;
    Ok(buffer)
}

/// The buffer as a native one whose methods nobody has replaced.
fn plain_buffered(vm: &mut Vm, buffer: Value) -> Option<Gc<Buffered>> {
    let buffered = buffer.downcast::<Buffered>(vm)?;
    let class = vm.type_of(buffer);
    if class.get(vm).is_heap_type() { None } else { Some(buffered) }
}

fn delegate(vm: &mut Vm, args: Args<'_>, method: &str) -> Result<Value, Raised> {
    let buffer = buffer_of(vm, args.receiver::<Text>(vm))?;
    vm.call_method(buffer, method, &[])
}

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<Text>(vm);
    let buffer = buffer_of(vm, own)?;
    if super::base::is_closed(vm, own.value())? || own.get(vm).has(DETACHED) {
        return Ok(Value::NONE);
    }
    if own.get(vm).has(FINALIZING) {
        let result = vm.call_method(buffer, "_dealloc_warn", &[own.value()]);
        if let Err(raised) = result {
            let _ = vm.take_raised(raised);
        }
    }
    let flushed = vm.call_method_name(own.value(), name::FLUSH, &[]);
    vm.forget_instance(own.value());
    let first = flushed.err().map(|raised| vm.take_raised(raised));
    let closed = vm.call_method_name(buffer, name::CLOSE, &[]);
    super::outcome_of_close(vm, first, closed)
}

fn detach(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<Text>(vm);
    let buffer = buffer_of(vm, own)?;
    vm.call_method_name(own.value(), name::FLUSH, &[])?;
    let state = own.get_mut(vm);
    state.buffer = None;
    state.flags |= DETACHED;
    Ok(buffer)
}

fn reconfigure(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [encoding, errors, newline, line_buffering, write_through]) = args.method::<Text, 5>(vm);
    let buffer = buffer_of(vm, own)?;
    let changes = encoding.not_none().is_some() || errors.not_none().is_some() || newline.given().is_some();
    if changes && own.get(vm).decoded.is_some() {
        let message = "It is not possible to set the encoding or newline of stream after the first read";
        return Err(unsupported(vm, message));
    }
    vm.call_method_name(own.value(), name::FLUSH, &[])?;
    if let Some(newline) = newline.given() {
        let newline = Newline::of_argument(vm, newline, "reconfigure() argument 'newline' must be str or None, not ")?;
        own.get_mut(vm).newline = newline as u32;
    }
    if changes {
        let new_encoding = encoding.not_none().unwrap_or(own.get(vm).encoding);
        let new_errors = match (errors.not_none(), encoding.not_none()) {
            (Some(errors), _) => errors,
            (None, Some(_)) => vm.new_str("strict")?,
            (None, None) => own.get(vm).errors,
        };
        codec::set_codec(vm, own, buffer, new_encoding, new_errors, "reconfigure")?;
        codec::skip_mark(vm, own, buffer)?;
    }
    for (flag, value) in [(LINE_BUFFERING, line_buffering), (WRITE_THROUGH, write_through)] {
        if let Some(value) = value.not_none() {
            let on = vm.index_i64(value)? != 0;
            own.get_mut(vm).set_flag(flag, on);
        }
    }
    Ok(Value::NONE)
}
